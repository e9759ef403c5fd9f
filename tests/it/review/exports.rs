//! What leaves the program is what is in it, and nothing else is overwritten.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use protoecg::review::{Answer, Exclusion, Included, ReviewError, Store, export, results};
use sha2::{Digest, Sha256};

use super::{create, installation, rater, study};

type Table = Vec<BTreeMap<String, String>>;

fn read_table(path: &Path) -> Table {
    csv::Reader::from_path(path)
        .unwrap()
        .deserialize()
        .map(|row| row.unwrap())
        .collect()
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|b| format!("{b:02x}")).collect()
}

/// Two raters, a change of mind, an exclusion, and comments as they come.
fn filled_store(folder: &Path) -> Store {
    let mut store = create(&folder.join("s.sqlite"), 3);
    let (one, two) = (rater("R1"), rater("R2"));
    for (rater, answer) in [
        (&one, Answer::rated(1, 2, 2, 800)),
        (
            &one,
            Answer::rated(0, 3, 4, 900).with_comment("=1+1, \"so\"\nto say"),
        ),
        (
            &one,
            Answer::rated(1, 5, 1, 700)
                .with_comment("wie \u{fc}blich")
                .because("a slip"),
        ),
        (
            &two,
            Answer::excluded(1, Exclusion::LabelError, 100).with_comment("@SR?"),
        ),
    ] {
        store.record(rater, &answer).unwrap();
    }
    store
}

#[test]
fn the_long_table_has_every_current_answer() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled_store(folder.path());
    let out = folder.path().join("deep/out");
    export(&store, &out, Included::Everyone, None).unwrap();
    let found: Vec<[String; 9]> = read_table(&out.join("ratings.csv"))
        .iter()
        .map(|row| {
            [
                "rater",
                "prototype",
                "class_code",
                "question",
                "value",
                "excluded",
                "comment",
                "response_time_ms",
                "earlier_answers",
            ]
            .map(|column| row[column].clone())
        })
        .collect();
    let formula = "'=1+1, \"so\"\nto say";
    let expected = [
        [
            "R1",
            "0",
            "AFIB",
            "representativeness",
            "3",
            "",
            formula,
            "900",
            "0",
        ],
        ["R1", "0", "AFIB", "clarity", "4", "", formula, "900", "0"],
        [
            "R1",
            "1",
            "SR",
            "representativeness",
            "5",
            "",
            "wie \u{fc}blich",
            "700",
            "1",
        ],
        [
            "R1",
            "1",
            "SR",
            "clarity",
            "1",
            "",
            "wie \u{fc}blich",
            "700",
            "1",
        ],
        [
            "R2",
            "1",
            "SR",
            "representativeness",
            "",
            "label_error",
            "'@SR?",
            "100",
            "0",
        ],
        [
            "R2",
            "1",
            "SR",
            "clarity",
            "",
            "label_error",
            "'@SR?",
            "100",
            "0",
        ],
    ];
    assert_eq!(found, expected.map(|row| row.map(str::to_owned)));
    for row in read_table(&out.join("ratings.csv")) {
        assert_eq!(row["study_id"], study(1).study_id);
        assert_eq!(row["bundle_sha256"], study(1).bundle_sha256);
        assert!(row["answered_at"].ends_with('Z'));
    }
}

/// From the exported files alone the chain can be followed to the head that
/// `summary.json` prints.
#[test]
fn the_history_can_be_verified_from_the_export() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled_store(folder.path());
    let out = folder.path().join("out");
    let report = export(&store, &out, Included::Everyone, None).unwrap();
    let events = read_table(&out.join("events.csv"));
    assert_eq!(events.len(), 4);
    let mut previous = None;
    for row in &events {
        let mut bytes = Vec::new();
        for field in [
            "protoecg event 1",
            &row["installation"],
            &row["sequence"],
            &row["time_utc_ms"],
            &row["rater"],
            &row["kind"],
            &row["payload"],
            &row["previous_hash"],
        ] {
            bytes.extend((field.len() as u64).to_le_bytes());
            bytes.extend(field.as_bytes());
        }
        assert_eq!(sha256(&bytes), row["hash"]);
        assert!(previous.is_none_or(|hash: &String| *hash == row["previous_hash"]));
        previous = Some(&row["hash"]);
    }
    let text = fs::read(out.join("summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(summary["chains"][0]["head"], **previous.unwrap());
    assert_eq!(report.chains[0].head, *previous.unwrap());
}

#[test]
fn json_and_report_show_what_the_screen_shows() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled_store(folder.path());
    let out = folder.path().join("out");
    let report = export(&store, &out, Included::Everyone, None).unwrap();
    let screen = results(&store.snapshot().unwrap(), Included::Everyone).unwrap();
    assert!(report.results == screen);
    let text = fs::read(out.join("summary.json")).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let shown: serde_json::Value =
        serde_json::from_slice(&serde_json::to_vec(&screen).unwrap()).unwrap();
    assert!(document["results"] == shown);
    assert_eq!(document["schema"], 2);
    assert_eq!(document["study"]["seed"], 7);

    let mut names = Vec::new();
    for file in &report.files {
        assert_eq!(
            file.sha256,
            sha256(&fs::read(out.join(&file.name)).unwrap())
        );
        names.push(file.name.clone());
    }
    names.sort();
    let mut there: Vec<String> = fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    there.sort();
    // Nothing of the drafts is left.
    assert_eq!(there, names);

    let described = read_table(&out.join("data_dictionary.csv"));
    for table in [
        "ratings.csv",
        "events.csv",
        "conflicts.csv",
        "table3.csv",
        "numbers.csv",
    ] {
        let columns = csv::Reader::from_path(out.join(table))
            .unwrap()
            .headers()
            .unwrap()
            .clone();
        for column in &columns {
            let has =
                |row: &&BTreeMap<String, String>| row["file"] == table && row["column"] == column;
            assert!(described.iter().any(|row| has(&row)), "{table} {column}");
        }
    }
}

#[test]
fn an_export_replaces_its_own_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = filled_store(folder.path());
    let out = folder.path().join("out");
    export(&store, &out, Included::Everyone, None).unwrap();
    store
        .record(&rater("R2"), &Answer::rated(2, 1, 1, 1))
        .unwrap();
    export(&store, &out, Included::Everyone, None).unwrap();
    assert_eq!(read_table(&out.join("ratings.csv")).len(), 8);

    let mut other = study(2);
    other.study_id = "f".repeat(32);
    let path = folder.path().join("other.sqlite");
    let other = Store::create_as(&path, &other, installation()).unwrap();
    let before = fs::read(out.join("ratings.csv")).unwrap();
    let error = export(&other, &out, Included::Everyone, None).unwrap_err();
    assert!(
        matches!(error, ReviewError::ExportInTheWay { .. }),
        "{error}"
    );
    assert_eq!(fs::read(out.join("ratings.csv")).unwrap(), before);

    // A file of that name that somebody made.
    let mine = folder.path().join("mine");
    fs::create_dir(&mine).unwrap();
    fs::write(mine.join("events.csv"), "my own").unwrap();
    let error = export(&other, &mine, Included::Everyone, None)
        .unwrap_err()
        .to_string();
    assert!(error.contains("events.csv"), "{error}");
    assert_eq!(fs::read(mine.join("events.csv")).unwrap(), b"my own");
    assert_eq!(fs::read_dir(&mine).unwrap().count(), 1);
}
