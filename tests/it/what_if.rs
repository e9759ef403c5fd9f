//! `protoecg explain` with something changed: the document says what, and what
//! the model says without.

use serde_json::Value;

use crate::command_line::protoecg;
use crate::small_model::small_model;

fn explain(arguments: &[&str], out: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join(out);
    let (file, bundle) = (small_model().recording(), small_model().bundle());
    let mut all = vec![
        "explain",
        file.to_str().unwrap(),
        "--bundle",
        bundle.to_str().unwrap(),
    ];
    all.extend(["--out", out.to_str().unwrap()]);
    all.extend(arguments);
    let output = protoecg(&all);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    std::fs::read(out).unwrap()
}

fn document(arguments: &[&str]) -> Value {
    serde_json::from_slice(&explain(arguments, "a.json")).unwrap()
}

const CHANGES: [&str; 8] = [
    "--without-prototype",
    "3",
    "--mask-lead",
    "v1",
    "--mask-span",
    "2.0..3.5",
    "--scale",
    "1.2",
];

#[test]
fn the_document_says_what_was_changed_and_what_it_is_without() {
    let plain = document(&[]);
    let changed = document(&CHANGES);
    assert!(plain.get("changes").is_none() && plain.get("unchanged").is_none());
    let changes = &changed["changes"];
    assert_eq!(changes["without_prototypes"], serde_json::json!([3]));
    assert_eq!(changes["masked_leads"], serde_json::json!(["V1"]));
    assert_eq!(
        changes["masked_spans"],
        serde_json::json!([{"start_s": 2.0, "end_s": 3.5}])
    );
    assert_eq!(changes["amplitude_scale"], 1.2);
    assert_eq!(changed["unchanged"], plain["recordings"][0]["predictions"]);
    let predictions = &changed["recordings"][0]["predictions"];
    assert_ne!(*predictions, changed["unchanged"]);
    for (class, prediction) in changed["classes"]
        .as_array()
        .unwrap()
        .iter()
        .zip(predictions.as_array().unwrap())
    {
        assert_eq!(class["logit"], prediction["logit"]);
        let off = class["prototypes"].as_array().unwrap().iter();
        for prototype in off.filter(|p| p["prototype"] == 3) {
            assert_eq!(
                (&prototype["switched_off"], &prototype["weight"]),
                (&true.into(), &0.0.into())
            );
        }
    }
    assert_eq!(
        changed["recordings"][0]["sha256"],
        plain["recordings"][0]["sha256"]
    );
}

/// What is written in a drawing, lines joined.
fn words(svg: Vec<u8>) -> String {
    let svg = String::from_utf8(svg).unwrap();
    let texts = svg
        .split("</text>")
        .filter_map(|part| part.rsplit('>').next());
    texts.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_page_says_what_was_changed() {
    let mut arguments = vec!["--class", "SR"];
    let plain = words(explain(&arguments, "a.svg"));
    assert!(!plain.contains("What if:"));
    arguments.extend(CHANGES);
    let changed = words(explain(&arguments, "a.svg"));
    for part in [
        "What if: Prototype 3 is switched off.",
        "Lead V1 is masked",
        "2.00–3.50 s",
        "times 1.2",
    ] {
        assert!(changed.contains(part), "{part}");
    }
    assert!(explain(&arguments, "a.pdf").starts_with(b"%PDF"));
    // The nearest training ECGs are on the page; so is what speaks against the
    // statement, where another one is assessed and below its threshold.
    assert!(plain.contains("Nearest training ECGs"));
    let class = document(&["--class", "SR"]);
    let has_counter = class["classes"][0].get("counter_case").is_some();
    assert_eq!(
        plain.contains("What speaks for something else"),
        has_counter
    );
}

#[test]
fn a_change_that_cannot_be_made_is_refused_with_its_reason() {
    let file = small_model().recording();
    let bundle = small_model().bundle();
    let refused = |change: &[&str]| {
        let mut all = vec![
            "explain",
            file.to_str().unwrap(),
            "--bundle",
            bundle.to_str().unwrap(),
        ];
        all.extend(["--out", "never.json"]);
        all.extend(change);
        let output = protoecg(&all);
        assert!(!output.status.success() && output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    };
    let span = refused(&["--mask-span", "8..11"]);
    assert!(span.contains("span 8 to 11 s"), "{span}");
    let shape = refused(&["--mask-span", "8-9"]);
    assert!(shape.contains("FROM..TO"), "{shape}");
    let lead = refused(&["--mask-lead", "V9"]);
    assert!(lead.contains("V9") && lead.contains("aVR"), "{lead}");
    let prototype = refused(&["--without-prototype", "100000"]);
    assert!(
        prototype.contains("prototype 100000: this model has"),
        "{prototype}"
    );
    let scale = refused(&["--scale", "0"]);
    assert!(scale.contains("amplitude scale 0"), "{scale}");
    assert!(!std::path::Path::new("never.json").exists());
}
