"""Makes fixtures/review/version_1.sqlite: a review database as protoecg wrote it before version 2.

    python3 tests/truth/review_version_1.py

From the documentation of the tables and the chain, with Python's sqlite3 and hashlib only.
"""

import hashlib
import json
import pathlib
import sqlite3

PATH = pathlib.Path(__file__).parent.parent / "fixtures/review/version_1.sqlite"
INSTALLATION = "00112233445566ff"

TABLES = """
CREATE TABLE study (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    document TEXT NOT NULL CHECK (json_valid(document)),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64)
) STRICT;
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    installation TEXT NOT NULL CHECK (length(installation) = 16),
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    time_utc_ms INTEGER NOT NULL,
    rater TEXT NOT NULL CHECK (length(rater) BETWEEN 1 AND 16),
    kind TEXT NOT NULL,
    payload TEXT NOT NULL CHECK (json_valid(payload)),
    previous_hash TEXT NOT NULL CHECK (length(previous_hash) = 64),
    hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
    prototype INTEGER GENERATED ALWAYS AS (json_extract(payload, '$.prototype')) VIRTUAL,
    UNIQUE (installation, sequence)
) STRICT;
CREATE INDEX answers_by_rater ON events (rater, prototype, id) WHERE kind = 'answer';
CREATE VIEW current_answers AS
    SELECT e.id, e.installation, e.sequence, e.time_utc_ms, e.rater, e.prototype, e.payload,
           latest.earlier_answers
    FROM (SELECT max(id) AS id, count(*) - 1 AS earlier_answers
          FROM events WHERE kind = 'answer' GROUP BY rater, prototype) AS latest
    JOIN events AS e USING (id);
CREATE TRIGGER events_in_order BEFORE INSERT ON events
WHEN NEW.sequence <> 1 + coalesce(
        (SELECT max(sequence) FROM events WHERE installation = NEW.installation), 0)
    OR EXISTS (SELECT 1 FROM events WHERE id = NEW.id OR hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'events are appended in the order of their chain'); END;
CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER study_only_one BEFORE INSERT ON study WHEN EXISTS (SELECT 1 FROM study)
BEGIN SELECT RAISE(ABORT, 'a database has one study'); END;
CREATE TRIGGER study_no_update BEFORE UPDATE ON study
BEGIN SELECT RAISE(ABORT, 'a study is never changed'); END;
CREATE TRIGGER study_no_delete BEFORE DELETE ON study
BEGIN SELECT RAISE(ABORT, 'a study is never deleted'); END;
"""


def sha(fields):
    digest = hashlib.sha256()
    for field in fields:
        data = field.encode()
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()


study = {
    "study_id": "0123456789abcdef0123456789abcdef",
    "bundle_name": "demo-rhythm",
    "bundle_sha256": "ab" * 32,
    "items": [{"prototype": p, "class_code": ["AFIB", "SR", "PACE", "AFIB"][p]} for p in range(4)],
    "seed": 7,
    "created": "2026-11-21T00:00:00.000Z",
}
document = json.dumps(study, separators=(",", ":"))


def answer(prototype, representativeness, clarity, exclusion=None, comment=None):
    return json.dumps(
        {
            "prototype": prototype,
            "representativeness": representativeness,
            "clarity": clarity,
            "exclusion": exclusion,
            "comment": comment,
            "response_time_ms": 4000 + prototype,
        },
        separators=(",", ":"),
    )


PATH.unlink(missing_ok=True)
database = sqlite3.connect(PATH, isolation_level=None)
database.execute("PRAGMA journal_mode = wal")
database.executescript(f"BEGIN; PRAGMA application_id = {0x50454347}; PRAGMA user_version = 1; {TABLES} COMMIT;")
database.execute("INSERT INTO study VALUES (1, ?, ?)", (document, hashlib.sha256(document.encode()).hexdigest()))
previous = sha(["protoecg chain 1", INSTALLATION, document])
payloads = [answer(2, 4, 5), answer(0, 1, 1), answer(0, 3, 2, comment="noisy"), answer(1, None, None, "label_error")]
for sequence, payload in enumerate(payloads, 1):
    time_ms = 1_795_232_040_123 + 9000 * sequence
    fields = [INSTALLATION, str(sequence), str(time_ms), "R1", "answer", payload, previous]
    digest = sha(["protoecg event 1", *fields])
    database.execute(
        "INSERT INTO events (installation, sequence, time_utc_ms, rater, kind, payload, previous_hash, hash)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (INSTALLATION, sequence, time_ms, "R1", "answer", payload, previous, digest),
    )
    previous = digest
order = sorted(range(4), key=lambda p: hashlib.sha256(f"protoecg order 1|7|R1|{p}".encode()).digest())
print("order of R1:", order)
database.close()
