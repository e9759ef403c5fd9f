//! Studies of many trainings: `protoecg tune`.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::Command;

use protoecg::dataset::DataSet;
use protoecg::inference::{DeviceChoice, set_threads};
use protoecg::training::tuner::{Outcome, Progress, Space, Study, TuneError, Tuning, tune};
use protoecg::training::{Event, TrainingError};

use crate::command_line::{error, json};
use crate::small_model::{config, small_model};

/// The small model with two things to choose.
fn space_text() -> String {
    let mut one_round = config();
    one_round.stages.drain(2..4);
    let config = ron::ser::to_string(&one_round).unwrap();
    let config = config.replacen("learning_rate:0.001", "learning_rate:$learning_rate", 1);
    let config = config.replacen(
        "prototypes_per_class:2",
        "prototypes_per_class:$prototypes",
        1,
    );
    format!(
        "(version: 1, parameters: [\
         (name: \"learning_rate\", values: LogUniform(1e-5, 1e-2)),\
         (name: \"prototypes\", values: Whole(1, 3))], config: r##\"{config}\"##)"
    )
}

fn is_joint(event: &Event) -> bool {
    matches!(event, Event::Epoch { name, .. } if name == "joint")
}

fn tuning(trials: usize) -> Tuning {
    Tuning {
        trials,
        seed: 4,
        device: DeviceChoice::Cpu,
        keep: 1,
    }
}

/// Runs a study until `epochs` epochs of gradient steps were seen.
fn study_of(dir: &Path, trials: usize, epochs: usize) -> Result<Study, TuneError> {
    set_threads(1);
    let space = Space::parse(&space_text(), "space").unwrap();
    let set = DataSet::open(&small_model().data()).unwrap();
    let seen = Cell::new(0);
    let mut told = |progress: &Progress| {
        if matches!(progress, Progress::Training(event) if is_joint(event)) {
            seen.set(seen.get() + 1);
        }
    };
    tune(&tuning(trials), &space, &set, dir, &mut told, &|| {
        seen.get() >= epochs
    })
}

fn value(study: &Study, trial: usize) -> f64 {
    match study.trials[trial].outcome {
        Some(Outcome::Complete { macro_auroc }) => macro_auroc,
        ref other => panic!("{other:?}"),
    }
}

/// A study that is stopped in the middle of its second trial goes on to the
/// same trials, the same values and the same results; the test fold is in no
/// bundle, and only the best bundle stays.
#[test]
fn a_study_goes_on_after_a_stop_to_the_same_results() {
    let dir = tempfile::tempdir().unwrap();
    let whole = study_of(&dir.path().join("whole"), 3, usize::MAX).unwrap();
    let parts = dir.path().join("parts");
    match study_of(&parts, 3, 3) {
        Err(TuneError::Training(why)) if matches!(*why, TrainingError::Cancelled) => {}
        other => panic!("{other:?}"),
    }
    let half = Study::read(&parts).unwrap();
    assert_eq!(half.trials.len(), 2);
    assert!(half.trials[0].outcome.is_some() && half.trials[1].outcome.is_none());
    let study = study_of(&parts, 3, usize::MAX).unwrap();
    assert_eq!(study.trials.len(), 3);
    for (trial, other) in study.trials.iter().zip(&whole.trials) {
        assert_eq!(trial.values, other.values);
        assert_eq!(trial.outcome, other.outcome);
        assert_eq!(trial.by_epoch, other.by_epoch);
    }
    let best = study.best().unwrap();
    let bundles: Vec<bool> = study
        .trials
        .iter()
        .map(|t| t.bundle_dir().exists())
        .collect();
    assert_eq!(bundles.iter().filter(|b| **b).count(), 1);
    assert!(best.bundle_dir().exists());
    assert!((0..3).all(|t| value(&study, t) <= value(&study, best.number - 1)));

    // What the folder says is what the bundle says when it is scored again.
    let (bundle, data) = (best.bundle_dir(), small_model().data());
    let arguments = [
        "evaluate",
        "--bundle",
        bundle.to_str().unwrap(),
        "--data",
        data.to_str().unwrap(),
        "--fold",
        "9",
        "--threads",
        "1",
        "--json",
    ];
    assert_eq!(
        json(&arguments)["macro_auroc"].as_f64().unwrap(),
        value(&study, best.number - 1)
    );
    let card = std::fs::read_to_string(bundle.join("MODEL_CARD.md")).unwrap();
    assert!(
        card.contains("Fold 9") && !card.contains("Fold 10"),
        "{card}"
    );
}

/// The job array's script is a shell script that `sh` can run: its task trains
/// the trial, and the study collects the result.
#[test]
fn the_jobs_of_a_cluster_are_collected() {
    let dir = tempfile::tempdir().unwrap();
    let space = dir.path().join("space.ron");
    std::fs::write(&space, space_text()).unwrap();
    // A path that a careless script would split.
    let out: PathBuf = dir.path().join("a study's folder");
    let data = small_model().data();
    let arguments = [
        "tune",
        space.to_str().unwrap(),
        "--data",
        data.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
        "--trials",
        "2",
        "--threads",
        "1",
        "--slurm",
        "--json",
    ];
    let before = json(&arguments);
    assert_eq!(before["best"], serde_json::Value::Null);
    assert_eq!(before["trials"].as_array().unwrap().len(), 2);
    let script = out.join("jobs.sbatch");
    let text = std::fs::read_to_string(&script).unwrap();
    assert!(text.contains("#SBATCH --array=1,2\n"), "{text}");
    let task = |number: &str| {
        let output = Command::new("sh")
            .arg(&script)
            .env("SLURM_ARRAY_TASK_ID", number)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    task("2");
    assert!(task("2").contains("has ended"));
    let after = json(&arguments);
    assert_eq!(after["best"], 2);
    assert_eq!(after["trials"][0]["outcome"], serde_json::Value::Null);
    let text = std::fs::read_to_string(&script).unwrap();
    assert!(text.contains("#SBATCH --array=1\n"), "{text}");
    task("1");
    assert_eq!(
        json(&arguments)["trials"][1]["outcome"],
        after["trials"][1]["outcome"]
    );
    assert!(!script.exists(), "nothing is left to run");
}

#[test]
fn another_space_or_a_folder_of_something_else_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let space = Space::parse(&space_text(), "space").unwrap();
    let out = dir.path().join("study");
    Study::open(&out, &space).unwrap();
    let other = space_text().replace("Whole(1, 3)", "Whole(1, 4)");
    let other = Space::parse(&other, "space").unwrap();
    let refusal = Study::open(&out, &other).unwrap_err().to_string();
    assert!(refusal.contains("another space"), "{refusal}");
    std::fs::write(dir.path().join("file"), "").unwrap();
    let refusal = Study::open(dir.path(), &space).unwrap_err().to_string();
    assert!(refusal.contains("not empty"), "{refusal}");
    let refusal = error(&["tune", "no-such-space", "--data", "x", "--out", "y"]);
    assert!(refusal.contains("no-such-space: no such file"), "{refusal}");
}
