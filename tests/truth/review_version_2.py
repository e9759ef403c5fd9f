"""Makes fixtures/review/version_2.sqlite: a study of a protocol as protoecg wrote it before version 3.

    python3 -P tests/truth/review_version_2.py

The tables of version 1 are those of its fixture; what version 2 changed is below. With Python's sqlite3 and hashlib only.
"""

import hashlib
import json
import pathlib
import sqlite3

FOLDER = pathlib.Path(__file__).parent.parent / "fixtures/review"
PATH = FOLDER / "version_2.sqlite"
INSTALLATION = "00112233445566ff"

VERSION_2 = """
DROP VIEW current_answers;
DROP INDEX answers_by_rater;
ALTER TABLE events ADD COLUMN phase TEXT
    GENERATED ALWAYS AS (coalesce(json_extract(payload, '$.phase'), 'main')) VIRTUAL;
CREATE INDEX answers_by_slot ON events (rater, prototype, phase, id) WHERE kind = 'answer';
CREATE INDEX closings ON events (rater) WHERE kind = 'close';
CREATE VIEW current_answers AS
    SELECT e.id, e.installation, e.sequence, e.time_utc_ms, e.rater, e.prototype, e.phase,
           e.payload, latest.earlier_answers
    FROM (SELECT max(id) AS id, count(*) - 1 AS earlier_answers
          FROM events WHERE kind = 'answer' GROUP BY rater, prototype, phase) AS latest
    JOIN events AS e USING (id);
"""


def sha(fields):
    digest = hashlib.sha256()
    for field in fields:
        data = field.encode()
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()


def item(prototype, code):
    return {"prototype": prototype, "class_code": code, "branch": "rhythm", "source_ecg": 40 + prototype, "linked": []}


anchors = ["no", "rather no", "undecided", "rather yes", "yes"]
study = {
    "study_id": "fedcba9876543210fedcba9876543210",
    "bundle_name": "demo-rhythm",
    "bundle_sha256": "cd" * 32,
    "items": [item(0, "AFIB"), item(1, "SR"), item(3, "SR")],
    "seed": 9,
    "created": "2026-11-24T00:00:00.000Z",
    "protocol": {
        "version": 1,
        "title": "Pilot",
        "bundle": {"name": "demo-rhythm", "sha256": "cd" * 32},
        "prototypes": "All",
        "training": 1,
        "questions": [
            {"id": "clarity", "title": "Clarity", "text": "Clear?", "anchors": anchors, "optional": False},
        ],
        "raters": [{"code": "R1", "specialty": "cardiology"}],
        "blinding": "ClassOnly",
        "order": "Balanced",
        "repeats": {"share": 0.0, "apart": 20},
        "stop": "All",
        "exclusion": "label_errors_for_all",
        "break_every_min": 25,
        "seed": 9,
    },
    "training": [item(2, "AFIB")],
}
document = json.dumps(study, separators=(",", ":"))


def answer(prototype, phase, ratings, exclusion=None):
    return json.dumps(
        {
            "prototype": prototype,
            "phase": phase,
            "ratings": ratings,
            "exclusion": exclusion,
            "mark": None,
            "comment": None,
            "change_reason": None,
            "response_time_ms": 4000,
            "reconsidered": 0,
        },
        separators=(",", ":"),
    )


version_1 = sqlite3.connect(FOLDER / "version_1.sqlite")
tables = version_1.execute("SELECT sql FROM sqlite_schema WHERE sql NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid")
TABLES = ";\n".join(sql for (sql,) in tables) + ";\n" + VERSION_2
version_1.close()
PATH.unlink(missing_ok=True)
database = sqlite3.connect(PATH, isolation_level=None)
database.execute("PRAGMA journal_mode = wal")
database.executescript(f"BEGIN; PRAGMA application_id = {0x50454347}; PRAGMA user_version = 2; {TABLES} COMMIT;")
database.execute("INSERT INTO study VALUES (1, ?, ?)", (document, hashlib.sha256(document.encode()).hexdigest()))
previous = sha(["protoecg chain 1", INSTALLATION, document])
events = [
    ("answer", answer(2, "training", {"clarity": 3})),
    ("answer", answer(0, "main", {"clarity": 5})),
    ("answer", answer(3, "main", {}, "cannot_judge")),
    ("close", json.dumps({"answered": 3, "open": 1}, separators=(",", ":"))),
]
for sequence, (kind, payload) in enumerate(events, 1):
    time_ms = 1_795_232_040_123 + 9000 * sequence
    fields = [INSTALLATION, str(sequence), str(time_ms), "R1", kind, payload, previous]
    digest = sha(["protoecg event 1", *fields])
    database.execute(
        "INSERT INTO events (installation, sequence, time_utc_ms, rater, kind, payload, previous_hash, hash)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (INSTALLATION, sequence, time_ms, "R1", kind, payload, previous, digest),
    )
    previous = digest
database.close()
