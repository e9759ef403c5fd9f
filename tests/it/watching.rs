//! A run tells enough to be watched, and nothing that is not so.

use protoecg::bundle::Bundle;
use protoecg::dataset::DataSet;
use protoecg::inference::{DeviceChoice, set_threads};
use protoecg::training::{Event, RunState, StageState, TrainingError, Watch, train};

use crate::small_model::{config, run, small_model};

#[test]
fn the_log_of_a_bundle_tells_the_whole_run() {
    let bundle = Bundle::open(&small_model().bundle()).unwrap();
    let watch = Watch::open(&bundle.dir).unwrap();
    let run = watch.run();
    assert_eq!(run.state, RunState::Finished);
    let view = &run.view;
    assert_eq!(view.unreadable, 0);
    let begun = view.begun.as_ref().unwrap();
    let info = bundle.manifest.training.as_ref().unwrap();
    assert_eq!(begun.train_records, info.train_records);
    assert_eq!((begun.seed, &begun.data), (info.seed, &info.data));
    assert_eq!(begun.prototypes, bundle.manifest.prototypes.len());
    let stages = view.stages();
    assert_eq!(stages.len(), 5);
    assert!(stages.iter().all(|stage| stage.state == StageState::Done));
    assert_eq!((stages[0].epoch, stages[2].epoch), (2, 2));

    // Statements: the counts of the table, and AUROCs of the classifier that is in the bundle.
    let set = DataSet::open(&small_model().data()).unwrap();
    let validation = set.folds(&[9]);
    for (class, statement) in view.classes.iter().zip(&bundle.manifest.statements) {
        assert_eq!(class.code, statement.code);
        let positives = statement.training_positives.unwrap() as usize;
        assert_eq!(class.training_positives, positives);
        let carried = validation.iter().filter(|e| e.has(&class.code)).count();
        assert_eq!(class.validation_positives, carried);
        let both = carried > 0 && carried < validation.len();
        assert_eq!(class.auroc.is_some(), both, "{}", class.code);
    }
    // Prototypes: those of the manifest, in its order.
    let sources = view.sources();
    assert_eq!(sources.len(), bundle.manifest.prototypes.len());
    for ((branch, source), prototype) in sources.iter().zip(&bundle.manifest.prototypes) {
        assert_eq!(*branch, "rhythm");
        assert_eq!(
            source.code,
            bundle.manifest.statements[prototype.class].code
        );
        assert_eq!(Some(source.ecg_id), prototype.ecg_id);
        assert_eq!(
            Some(&source.recording_sha256),
            prototype.recording_sha256.as_ref()
        );
        // A JSON number may be read one digit in the sixteenth place off.
        let difference = source.cosine_before - prototype.cosine_before.unwrap();
        assert!(difference.abs() < 1e-12, "{difference}");
        assert_eq!(source.window_s, None);
    }
}

/// The mean of what is told of the single statements is what is told of all.
#[test]
fn class_aurocs_of_an_epoch_average_to_its_macro_auroc() {
    let log = small_model().bundle().join("training_log.jsonl");
    let log = std::fs::read_to_string(log).unwrap();
    let mut compared = 0;
    for line in log.lines() {
        let Event::Epoch {
            name,
            validation_macro_auroc,
            class_auroc,
            ..
        } = serde_json::from_str(line).unwrap()
        else {
            continue;
        };
        let mean = class_auroc.values().sum::<f64>() / class_auroc.len() as f64;
        let told = validation_macro_auroc.unwrap();
        assert!((mean - told).abs() < 1e-5, "{name}: {mean} and {told}");
        compared += 1;
    }
    assert!(compared >= 5, "{compared}");
}

/// Stopped before its first step, when nothing was learnt: the state is there
/// all the same, and the run ends in the same bits.
#[test]
fn a_run_can_be_resumed_from_its_first_step_on() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("bundle");
    let data = small_model().data();
    set_threads(1);
    let set = DataSet::open(&data).unwrap();
    let mut until_the_first_stage = |event: &Event| !matches!(event, Event::Stage { .. });
    let stopped = train(
        &config(),
        &set,
        &out,
        DeviceChoice::Cpu,
        false,
        &mut until_the_first_stage,
        &|| false,
    );
    assert!(matches!(stopped, Err(TrainingError::Cancelled)));
    run(&data, &out, true, usize::MAX).unwrap();
    let weights = |dir: &std::path::Path| std::fs::read(dir.join(Bundle::WEIGHTS)).unwrap();
    assert!(
        weights(&out) == weights(&small_model().bundle()),
        "weights differ"
    );
}
