//! The event files of a run, read by TensorBoard itself.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use protoecg::bundle::Bundle;
use protoecg::dataset::DataSet;
use serde_json::Value;

use crate::reference_data::numbers;
use crate::small_model::small_model;

/// Python with the package `tensorboard`: that of `scripts/setup-tensorboard.sh`,
/// or one that `PROTOECG_PYTHON` names.
fn python() -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    match std::env::var_os("PROTOECG_PYTHON") {
        Some(python) => Command::new(python),
        None => {
            let mut command = Command::new("python3");
            command.env("PYTHONPATH", root.join(".tensorboard"));
            command
        }
    }
}

/// What Python's `tensorboard` finds in a folder. Skipped loudly where it was
/// never set up; once it was, it has to work.
fn read(folder: &Path) -> Option<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_set_up = root.join(".tensorboard/key").exists();
    let has_it = python()
        .args(["-c", "import tensorboard.util.tensor_util"])
        .output();
    if !has_it.is_ok_and(|output| output.status.success()) && !is_set_up {
        let what = "SKIPPED: this test needs scripts/setup-tensorboard.sh (or PROTOECG_PYTHON, a Python with the package tensorboard)";
        writeln!(std::io::stderr(), "{what}").ok();
        return None;
    }
    let output = python()
        .arg(root.join("tests/truth/tensorboard_read.py"))
        .arg(folder)
        .output()
        .unwrap();
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{failed}");
    // Its reader complains of a broken record and goes on; we do not.
    assert!(
        !failed.to_lowercase().contains("corrupt") && !failed.contains("DataLoss"),
        "{failed}"
    );
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn tensorboard_reads_the_events_of_a_run() {
    let bundle = Bundle::open(&small_model().bundle()).unwrap();
    let folder = bundle.dir.with_file_name("small-rhythm.events");
    let Some(found) = read(&folder) else {
        return;
    };
    // The same scalars as in the lines of JSON.
    let log = std::fs::read_to_string(bundle.file("training_log.jsonl")).unwrap();
    let mut compared = 0;
    for line in log.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let Some(epoch) = event.get("epoch").filter(|e| e["name"] == "joint") else {
            continue;
        };
        let tag = format!("{:02} joint/loss", epoch["stage"].as_u64().unwrap());
        let steps = found["scalars"][&tag].as_array().unwrap();
        let of_epoch = steps.iter().find(|step| step[0] == epoch["epoch"]);
        let (value, expected) = (of_epoch.unwrap()[1].as_f64(), epoch["loss"].as_f64());
        let (value, expected) = (value.unwrap(), expected.unwrap());
        assert!((value - expected).abs() <= 1e-6 * expected.abs(), "{tag}");
        compared += 1;
    }
    assert_eq!(compared, 4, "two joint stages of two epochs");

    // Precision-recall curves: at threshold 0 everything is called.
    let set = DataSet::open(&small_model().data()).unwrap();
    let validation = set.folds(&[9]);
    let statements = &bundle.manifest.statements;
    assert_eq!(found["curves"].as_object().unwrap().len(), statements.len());
    for statement in statements {
        let curve = &found["curves"][format!("validation/{}", statement.code)];
        let first: Vec<f64> = (0..6).map(|row| numbers(&curve[row])[0]).collect();
        let positives = validation.iter().filter(|e| e.has(&statement.code)).count() as f64;
        let negatives = validation.len() as f64 - positives;
        assert_eq!(
            first[..4],
            [positives, negatives, 0.0, 0.0],
            "{}",
            statement.code
        );
        assert_eq!(numbers(&curve[0]).len(), 127);
    }

    // One prototype of every statement that has any.
    let with_prototypes = (0..statements.len())
        .filter(|&class| !bundle.manifest.prototypes_of(class).is_empty())
        .count();
    let pictures = found["pictures"].as_object().unwrap();
    assert_eq!(pictures.len(), with_prototypes);
    for (tag, picture) in pictures {
        assert!(tag.starts_with("prototypes/"), "{tag}");
        assert!(
            picture[0].as_u64() > picture[1].as_u64(),
            "a sheet is wide: {picture}"
        );
        assert_eq!(picture[2], true, "{tag} is no PNG");
    }
}
