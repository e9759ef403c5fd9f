//! Training ends in a bundle that says where every prototype came from, and a
//! run that was stopped goes on to the same bits.

use std::path::Path;

use protoecg::bundle::Bundle;
use protoecg::dataset::DataSet;
use protoecg::inference::{DeviceChoice, Model};
use protoecg::training::{Event, TrainingError, evaluate, train};

use crate::small_model::{config, copy_folder, learning, run, run_with, small_model, two_branches};

fn load() -> Model {
    let bundle = Bundle::open(&small_model().bundle()).unwrap();
    Model::load(bundle, DeviceChoice::Cpu).unwrap()
}

fn explained(
    model: &Model,
    prediction: &protoecg::inference::Prediction,
    class: usize,
) -> Option<protoecg::explain::ClassExplanation> {
    let nobody = protoecg::explain::Subject::default();
    protoecg::explain::explain(model, prediction, class, &nobody)
}

#[test]
fn a_projected_prototype_is_its_source() {
    let model = load();
    let set = DataSet::open(&small_model().data()).unwrap();
    let manifest = model.manifest();
    assert!(manifest.simulated);
    for (j, prototype) in manifest.prototypes.iter().enumerate() {
        let ecg_id = prototype.ecg_id.unwrap();
        let entry = set.entry(ecg_id).unwrap();
        let recording = set.read(entry).unwrap();
        let code = &manifest.statements[prototype.class].code;
        assert!(
            entry.has(code),
            "prototype {j}: record {ecg_id} is no {code}"
        );
        assert!(entry.fold <= 8 && prototype.fold == Some(entry.fold));
        assert_eq!(prototype.recording_sha256, Some(recording.sha256()));
        assert_eq!(prototype.window_samples, None);
        let prediction = model.predict(&recording).unwrap();
        let cosine = prediction.similarities[j];
        assert!(
            (cosine - 1.0).abs() < 1e-5,
            "prototype {j} has cosine {cosine} with its source"
        );
        assert!((prototype.cosine.unwrap() - 1.0).abs() < 1e-5);
    }
    assert!(
        model
            .prototypes()
            .iter()
            .all(|p| p.iter().any(|&x| x != 0.0))
    );
}

#[test]
fn prototypes_of_one_class_have_different_sources_where_the_class_has_enough() {
    let model = load();
    let manifest = model.manifest();
    for (class, statement) in manifest.statements.iter().enumerate() {
        let mut sources: Vec<u32> = manifest
            .prototypes_of(class)
            .iter()
            .filter_map(|&j| manifest.prototypes[j].ecg_id)
            .collect();
        let count = sources.len();
        sources.sort_unstable();
        sources.dedup();
        let positives = statement.training_positives.unwrap() as usize;
        assert_eq!(sources.len(), count.min(positives), "{}", statement.code);
        assert_eq!(count, if positives == 0 { 0 } else { 2 });
    }
}

#[test]
fn evaluation_after_loading_equals_evaluation_in_training_to_the_last_digit() {
    let model = load();
    let set = DataSet::open(&small_model().data()).unwrap();
    assert_eq!(model.manifest().metrics.len(), 2);
    for written in &model.manifest().metrics {
        let again = evaluate(&model, &set, written.fold, &mut |_, _| true).unwrap();
        assert_eq!(&again, written);
    }
}

#[test]
fn the_ledger_adds_up_to_the_logit_of_the_network() {
    let model = load();
    let set = DataSet::open(&small_model().data()).unwrap();
    for entry in set.folds(&[10]) {
        let recording = set.read(entry).unwrap();
        let prediction = model.predict(&recording).unwrap();
        let network = model.network_logits(&[model.input(&recording).unwrap()]);
        for (class, of_network) in network[0].iter().enumerate() {
            let explanation = explained(&model, &prediction, class).unwrap();
            let ledger = explanation.ledger.as_ref().unwrap();
            let sum: f64 = ledger.entries.iter().map(|e| e.contribution).sum::<f64>()
                + ledger.rest
                + ledger.bias;
            assert!((sum - ledger.logit).abs() < 1e-9);
            assert!((ledger.logit - of_network).abs() < 1e-5);
            assert_eq!(
                explanation.prototypes.len(),
                model.manifest().prototypes_of(class).len()
            );
        }
    }
}

#[test]
fn statements_with_few_training_ecgs_are_not_assessed() {
    let model = load();
    let set = DataSet::open(&small_model().data()).unwrap();
    let recording = set.read(set.folds(&[10])[0]).unwrap();
    let prediction = model.predict(&recording).unwrap();
    let mut unassessed = 0;
    for (class, info) in prediction.classes.iter().zip(&model.manifest().statements) {
        assert_eq!(class.assessed, info.training_positives.unwrap() >= 10);
        unassessed += usize::from(!class.assessed);
        let shown = class.probability.is_some()
            || class.positive.is_some()
            || class.calibrated_probability.is_some();
        assert_eq!(shown, class.assessed, "{}", class.code);
    }
    assert!(unassessed > 0 && unassessed < prediction.classes.len());
}

/// Fold 9 of 60 ECGs has no statement ten times.
#[test]
fn a_shared_threshold_is_marked_wherever_it_is_shown() {
    let model = load();
    let manifest = model.manifest();
    let validation = manifest.metrics.iter().find(|m| m.fold == 9).unwrap();
    let threshold = manifest.statements[0].threshold;
    for (info, class) in manifest.statements.iter().zip(&validation.classes) {
        assert!(class.positives < 10);
        assert!(info.threshold_shared && class.threshold_shared);
        assert_eq!(info.threshold, threshold, "{}: one for all", info.code);
    }
    let card = std::fs::read_to_string(model.bundle().file(Bundle::MODEL_CARD)).unwrap();
    assert!(
        card.contains(&format!("{threshold:.3} (shared) |")),
        "{card}"
    );
    assert!(card.contains("\nThreshold shared by all statements of the branch"));
    let set = DataSet::open(&small_model().data()).unwrap();
    let recording = set.read(set.folds(&[10])[0]).unwrap();
    let prediction = model.predict(&recording).unwrap();
    for (number, class) in prediction.classes.iter().enumerate() {
        assert_eq!(class.threshold_shared, class.assessed);
        let explanation = explained(&model, &prediction, number).unwrap();
        let said = protoecg::explain::words::probability_sentence(&explanation);
        assert_eq!(said.contains("(shared by the branch)"), class.assessed);
    }
    let recording = small_model().recording();
    let output = crate::command_line::protoecg(&[
        "predict",
        recording.to_str().unwrap(),
        "--bundle",
        small_model().bundle().to_str().unwrap(),
    ]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(&format!("{threshold:.3} *")), "{said}");
    assert!(said.contains("* chosen with all statements"), "{said}");
}

/// Stopped in the first and in the second joint stage, and resumed each time.
#[test]
fn a_resumed_run_ends_in_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("resumed");
    let data = small_model().data();
    assert!(matches!(
        run(&data, &out, true, 9),
        Err(TrainingError::NothingToResume { .. })
    ));
    assert!(matches!(
        run(&data, &out, false, 1),
        Err(TrainingError::Cancelled)
    ));
    assert!(matches!(
        run(&data, &out, false, 9),
        Err(TrainingError::Unfinished { .. })
    ));
    assert!(matches!(
        run(&data, &out, true, 2),
        Err(TrainingError::Cancelled)
    ));
    assert!(!out.exists(), "a bundle appears only when it is complete");
    run(&data, &out, true, usize::MAX).unwrap();
    let bytes = |dir: &Path| std::fs::read(dir.join(Bundle::WEIGHTS)).unwrap();
    assert!(
        bytes(&out) == bytes(&small_model().bundle()),
        "weights differ"
    );
    let manifest = |dir: &Path| Bundle::open(dir).unwrap().manifest;
    let (resumed, whole) = (manifest(&out), manifest(&small_model().bundle()));
    assert_eq!(resumed.prototypes, whole.prototypes);
    assert_eq!(resumed.metrics, whole.metrics);
    let mut left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    left.sort();
    let expected = ["resumed", "resumed.events"];
    assert_eq!(left, expected, "the state of a finished run is removed");
}

/// An existing folder is never written into, whatever is in it.
#[test]
fn an_existing_folder_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a patient.hea"), "x").unwrap();
    assert!(run(&small_model().data(), folder.path(), false, 1).is_err());
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(left, ["a patient.hea"]);
}

/// A record that cannot be read ends the run with its number; the state stays,
/// and the run goes on once the record is mended.
#[test]
fn an_unreadable_test_record_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    copy_folder(&small_model().data(), &data);
    let set = DataSet::open(&data).unwrap();
    let record = data
        .join(&set.folds(&[10])[0].path_lr)
        .with_extension("dat");
    let bytes = std::fs::read(&record).unwrap();
    std::fs::write(&record, &bytes[..100]).unwrap();
    let out = folder.path().join("bundle");
    let error = run(&data, &out, false, usize::MAX).unwrap_err().to_string();
    assert!(error.contains(".dat"), "{error}");
    assert!(!out.exists());
    std::fs::write(&record, bytes).unwrap();
    let bundle = run(&data, &out, true, usize::MAX).unwrap();
    assert_eq!(
        bundle.manifest.metrics,
        Bundle::open(&small_model().bundle())
            .unwrap()
            .manifest
            .metrics
    );
}

/// Its figures are made from the records once more; where those have gone
/// away meanwhile, the trained bundle is delivered all the same.
#[test]
fn a_figure_that_cannot_be_made_does_not_hold_the_bundle_back() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    copy_folder(&small_model().data(), &data);
    // A simulated set has its exemplars in the bundle, which do need the records.
    std::fs::remove_file(data.join("SIMULATED.ron")).unwrap();
    let set = DataSet::open(&data).unwrap();
    let mut warnings = Vec::new();
    let mut listener = |event: &Event| {
        match event {
            Event::Projected { .. } => {
                for entry in set.folds(&[1, 2, 3, 4, 5, 6, 7, 8]) {
                    let record = data.join(&entry.path_lr).with_extension("dat");
                    std::fs::remove_file(record).ok();
                }
            }
            Event::Warning { message } => warnings.push(message.clone()),
            _ => {}
        }
        true
    };
    let out = folder.path().join("bundle");
    let config = config();
    let bundle = train(
        &config,
        &set,
        &out,
        DeviceChoice::Cpu,
        false,
        &mut listener,
        &|| false,
    )
    .unwrap();
    assert!(!bundle.manifest.metrics.is_empty());
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].contains("figures for TensorBoard"),
        "{warnings:?}"
    );
}

/// Every kind of stage, stopped in each and resumed: the same bits; and what
/// the bundle says of its prototypes holds.
#[test]
fn two_branches_under_one_classifier_resume_to_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, resumed) = (folder.path().join("whole"), folder.path().join("resumed"));
    let data = small_model().data();
    let config = two_branches();
    run_with(&config, &data, &whole, false, usize::MAX).unwrap();
    for (resume, epochs) in [
        (false, 1),
        (true, 2),
        (true, 2),
        (true, 2),
        (true, usize::MAX),
    ] {
        let result = run_with(&config, &data, &resumed, resume, epochs);
        assert_eq!(result.is_ok(), epochs == usize::MAX, "{:?}", result.err());
    }
    let bytes = |dir: &Path| std::fs::read(dir.join(Bundle::WEIGHTS)).unwrap();
    assert!(bytes(&whole) == bytes(&resumed), "weights differ");

    let model = Model::load(Bundle::open(&whole).unwrap(), DeviceChoice::Cpu).unwrap();
    let manifest = model.manifest();
    assert_eq!(manifest.statements.len(), 71);
    assert_eq!(manifest.projection.len(), 2);
    assert!(manifest.free_prototypes.is_some());
    let set = DataSet::open(&data).unwrap();
    for (j, prototype) in manifest.prototypes.iter().enumerate() {
        assert!(
            (prototype.cosine.unwrap() - 1.0).abs() < 1e-5,
            "prototype {j}"
        );
        assert_eq!(prototype.window_samples.is_some(), prototype.branch == 1);
    }
    let last = manifest.prototypes.len() - 1;
    let recording = set
        .read(
            set.entry(manifest.prototypes[last].ecg_id.unwrap())
                .unwrap(),
        )
        .unwrap();
    let prediction = model.predict(&recording).unwrap();
    let best = prediction.windows[last][0];
    assert!(best.cosine > 0.99999, "{best:?}");
    // 13 times the mean of the five pooled cosines is the similarity.
    let pooled: f64 = prediction.windows[last].iter().map(|w| w.cosine).sum();
    assert!((pooled / 5.0 * 13.0 - prediction.similarities[last]).abs() < 1e-4);
    let network = model.network_logits(&[model.input(&recording).unwrap()]);
    for (class, of_network) in network[0].iter().enumerate() {
        let explanation = explained(&model, &prediction, class).unwrap();
        let ledger = explanation.ledger.as_ref().unwrap();
        let sum: f64 =
            ledger.entries.iter().map(|e| e.contribution).sum::<f64>() + ledger.rest + ledger.bias;
        assert!((sum - ledger.logit).abs() < 1e-9);
        // Single precision of the network, in terms of what was added up.
        let size: f64 = ledger.entries.iter().map(|e| e.contribution.abs()).sum();
        assert!((ledger.logit - of_network).abs() < 1e-5 * size.max(1.0));
    }
    let of_windows = manifest.prototypes[last].class;
    let explanation = explained(&model, &prediction, of_windows).unwrap();
    let evidence = explanation
        .prototypes
        .iter()
        .find(|p| p.prototype == last)
        .unwrap();
    assert_eq!(evidence.windows.len(), 5);
    let (window, source) = (evidence.windows[0], evidence.source_window.unwrap());
    assert!((window.start_s - source.start_s).abs() < 0.01);
    assert!(window.receptive_field_s.start_s <= window.start_s);
}

/// TrustECG and a black box train, and predict without prototypes.
#[test]
fn networks_without_prototypes_train_and_predict() {
    let folder = tempfile::tempdir().unwrap();
    let data = small_model().data();
    let supervised = protoecg::training::SupervisedStage {
        learning: learning(1),
        positive_weight: protoecg::training::PositiveWeight::SqrtRecords,
        positive_weight_cap: None,
        mixup: None,
    };
    let config = protoecg::training::TrainingConfig {
        name: "small-attention".into(),
        model: protoecg::bundle::Architecture::Attention {
            least_likelihood: 50.0,
        },
        preprocessing: protoecg::bundle::Preprocessing::trustecg(),
        stages: vec![protoecg::training::Stage::Supervised(supervised)],
        ..two_branches()
    };
    let out = folder.path().join("attention");
    let bundle = run_with(&config, &data, &out, false, usize::MAX).unwrap();
    let model = Model::load(bundle, DeviceChoice::Cpu).unwrap();
    let set = DataSet::open(&data).unwrap();
    let recording = set.read(set.folds(&[10])[0]).unwrap();
    let prediction = model.predict(&recording).unwrap();
    let codes: Vec<&str> = prediction.classes.iter().map(|c| c.code.as_str()).collect();
    assert_eq!(codes, ["NORM", "MI", "STTC", "CD", "HYP"]);
    let attention = prediction.attention.unwrap();
    assert!((attention.lead.iter().sum::<f64>() - 1.0).abs() < 1e-5);
    assert_eq!(
        (attention.temporal.len(), attention.temporal[0].len()),
        (12, 125)
    );
    assert!(prediction.similarities.is_empty());
}
