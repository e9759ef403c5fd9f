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

/// At the fastest paper and the highest gain everything still fits.
#[test]
fn every_layout_can_be_explained_on_paper() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("why.pdf");
    for (layout, speed, paper) in [
        ("3x4+1", "12.5", "a4"),
        ("3x4+3", "100", "letter"),
        ("6x2", "25", "letter"),
        ("12x1", "100", "a4"),
        ("12x1", "100", "letter"),
        ("rhythm", "50", "a4"),
    ] {
        let display = ["--layout", layout, "--speed", speed, "--gain", "20"];
        explain(&out, &[&display[..], &["--paper", paper]].concat());
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

fn document(
    file: &Path,
    model: &str,
    options: &[&str],
    folder: &Path,
) -> (serde_json::Value, String) {
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("models")
        .join(model);
    let write = |name: &str| {
        let out = folder.join(name);
        let fixed = [
            "explain",
            text(file),
            "--bundle",
            text(&bundle),
            "--out",
            text(&out),
        ];
        let output = protoecg(&[&fixed, options].concat());
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{errors}");
        std::fs::read_to_string(out).unwrap()
    };
    (
        serde_json::from_str(&write("why.json")).unwrap(),
        write("why.svg"),
    )
}

/// All that the document says of a statement is on the page: of the fused model,
/// with something changed.
#[test]
fn the_page_has_every_number_of_the_document() {
    let folder = tempfile::tempdir().unwrap();
    let options = [
        "--class",
        "LVH",
        "--mask-lead",
        "V1",
        "--without-prototype",
        "3",
    ];
    let (document, svg) = document(&example(), "ptbxl-excerpt", &options, folder.path());
    let page = lines(&svg);
    let all = page.join(" ");
    let has = |cell: &str| assert!(page.contains(&cell), "{cell:?} is not on the page");
    let says = |part: &str| assert!(all.contains(part), "{part:?} is not on the page");
    let class = &document["classes"][0];
    assert_eq!(class["code"], "LVH");
    let string = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let digits = |value: &serde_json::Value| format!("{:.3}", value.as_f64().unwrap());
    // Never a certainty that the model does not have; escaped in SVG.
    let chance = |value: &serde_json::Value| match value.as_f64().unwrap() {
        p if p < 0.0005 => "&lt;0.001".to_owned(),
        p if p >= 0.9995 => "&gt;0.999".to_owned(),
        p => format!("{p:.3}"),
    };
    says(&string(&class["heading"]));
    // What the similarity of the shown pair hangs on: of the changed ECG.
    let falls = class["influence"]["cosine_falls"].as_array().unwrap();
    let most = falls.iter().map(|fall| fall.as_f64().unwrap());
    let (part, fall) = most.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    assert_eq!(
        class["influence"]["prototype"],
        class["prototypes"][0]["prototype"]
    );
    assert!(fall > 0.0);
    says(&format!(
        "around {:.2} s, the cosine falls most: by {fall:.3}.",
        part as f64 * 0.32
    ));
    // One tint for each half step of each lead at most, behind the traces.
    assert!(svg.matches("fill-opacity").count() > 12, "no tint");
    // Every statement, changed and unchanged.
    let predictions = document["recordings"][0]["predictions"].as_array().unwrap();
    let mut assessed = 0;
    for (class, before) in predictions
        .iter()
        .zip(document["unchanged"].as_array().unwrap())
    {
        says(&string(&class["code"]));
        if class["assessed"] == true {
            assessed += 1;
            has(&string(&class["code"]));
            has(&string(&class["description"]));
            let star = |name: &str| if class[name] == true { "*" } else { "" };
            has(&chance(&class["probability"]));
            has(&(digits(&class["threshold"]) + star("threshold_shared")));
            // Not every statement is calibrated.
            if !class["calibrated_probability"].is_null() {
                let calibrated = chance(&class["calibrated_probability"]);
                has(&(calibrated + star("calibration_shared")));
            }
            has(&chance(&before["probability"]));
        }
    }
    assert!(assessed > 5, "{assessed}");
    // Every prototype with its training ECG and its percentile.
    let prototypes = class["prototypes"].as_array().unwrap();
    assert!(prototypes.len() > 2);
    for prototype in prototypes {
        for name in ["prototype", "ecg_id"] {
            has(&prototype[name].to_string());
        }
        has(&digits(&prototype["cosine"]));
        has(&format!("{:.1}", prototype["percentile"].as_f64().unwrap()));
        has(&format!("{:+.3}", prototype["weight"].as_f64().unwrap()));
    }
    for window in prototypes[0]["windows"].as_array().unwrap() {
        let [start, end] = ["start_s", "end_s"].map(|name| window[name].as_f64().unwrap());
        says(&format!("{start:.2}–{end:.2} s"));
    }
    for entry in class["ledger"]["entries"].as_array().unwrap() {
        has(&digits(&entry["similarity"]));
        has(&string(&entry["class"]));
    }
    let nearest = class["nearest"].as_array().unwrap();
    assert_eq!(nearest.len(), 10);
    for neighbour in nearest {
        has(&neighbour["ecg_id"].to_string());
        has(&format!("{:.4}", neighbour["distance"].as_f64().unwrap()));
    }
    let counter = &class["counter_case"];
    says(&format!(
        "{}, {}",
        string(&counter["code"]),
        string(&counter["description"])
    ));
    says(&digits(&counter["probability"]));
    says("Lead V1 is masked");
    says("Prototype 3 is switched off");
    let before = document["unchanged"].as_array().unwrap();
    let before = before.iter().find(|other| other["code"] == "LVH").unwrap();
    says(&format!(
        "Unchanged, the probability is {}",
        digits(&before["probability"])
    ));
}

#[test]
fn what_was_switched_off_is_marked_in_the_list_of_prototypes() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, _) = document(&example(), "demo-rhythm", &[], folder.path());
    let leading = whole["classes"].as_array().unwrap().iter();
    let class = leading.max_by(|a, b| {
        let probability = |class: &serde_json::Value| class["probability"].as_f64().unwrap();
        probability(a).total_cmp(&probability(b))
    });
    let class = class.unwrap();
    let number = class["prototypes"][1]["prototype"].to_string();
    let code = class["code"].as_str().unwrap();
    let options = ["--class", code, "--without-prototype", &number];
    let (_, svg) = document(&example(), "demo-rhythm", &options, folder.path());
    assert_eq!(
        lines(&svg)
            .iter()
            .filter(|line| **line == "switched off")
            .count(),
        1
    );
}

#[test]
fn a_prototype_of_another_statement_is_refused_with_those_of_this_one() {
    let file = example();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("why.svg");
    let output = protoecg(&[
        "explain",
        text(&file),
        "--prototype",
        "9999",
        "--out",
        text(&out),
    ]);
    assert!(!output.status.success() && !out.exists());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors.contains("--prototype 9999: ") && errors.contains(" has "),
        "{errors}"
    );
}
