//! The pages of an explanation in the display that was asked for.

use std::path::Path;

use crate::command_line::{protoecg, text};

/// Every line of words of an SVG.
fn lines(svg: &str) -> Vec<&str> {
    let texts = svg.split("</text>").filter_map(|t| t.rsplit('>').next());
    texts.collect()
}

fn example() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo-rhythm/example.hea")
}

fn explain(out: &Path, display: &[&str]) {
    let file = example();
    let arguments = [&["explain", text(&file), "--out", text(out)], display].concat();
    let output = protoecg(&arguments);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{display:?}: {errors}");
}

#[test]
fn both_ecgs_are_in_the_display_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("why.svg");
    let page = |display: &[&str]| {
        explain(&out, display);
        std::fs::read_to_string(&out).unwrap()
    };
    let standard = page(&[]);
    // Long lines are broken between words.
    let with = |svg: &str, part: &str| lines(svg).join(" ").matches(part).count();
    // The read ECG and the training ECGs of the prototype and the counter-case.
    let sheets = with(&standard, "25 mm/s   10 mm/mV");
    assert!(sheets >= 2, "{sheets}");
    assert_eq!(with(&standard, "as recorded, no display filter"), sheets);
    let changed = page(&[
        "--layout",
        "6x2",
        "--cabrera",
        "--speed",
        "50",
        "--gain",
        "20",
        "--half-gain-chest",
        "--filter",
        "monitoring",
    ]);
    // At 50 mm/s a page holds 5 s: two sheets of each, one after the other.
    let scales = "50 mm/s   20 mm/mV, chest leads 10 mm/mV";
    assert_eq!(with(&changed, scales), 2 * sheets);
    assert_eq!(with(&changed, "filter 0.5"), 2 * sheets);
    assert_eq!(with(&changed, "as recorded"), 0);
    assert_eq!(with(&changed, "Cabrera order"), 2 * sheets);
    assert_eq!(with(&changed, "(from 5 s)"), sheets);
    let columns = "consecutive columns of 2.5 s";
    assert_eq!(with(&changed, columns), 2 * sheets, "two columns of 5 s");
}

/// At the fastest paper and the highest gain everything still fits A4.
#[test]
fn every_layout_can_be_explained_on_paper() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("why.pdf");
    for (layout, speed) in [
        ("3x4+1", "12.5"),
        ("3x4+3", "100"),
        ("6x2", "25"),
        ("12x1", "100"),
        ("rhythm", "50"),
    ] {
        explain(
            &out,
            &["--layout", layout, "--speed", speed, "--gain", "20"],
        );
        assert!(std::fs::read(&out).unwrap().starts_with(b"%PDF"));
    }
}

#[test]
fn what_is_no_layout_is_refused_with_those_that_there_are() {
    let file = example();
    let output = protoecg(&["explain", text(&file), "--layout", "2x6", "--out", "x.pdf"]);
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors.contains("3x4+1") && errors.contains("12x1"),
        "{errors}"
    );
}
