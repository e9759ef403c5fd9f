//! Options of a training run that do not change its stages.

use protoecg::bundle::{Architecture, Preprocessing, Standardise};
use protoecg::dataset::DataSet;
use protoecg::inference::{DeviceChoice, Model};
use protoecg::nn::Weights;
use protoecg::training::{
    Learning, PositiveWeight, Schedule, Stage, SupervisedStage, Thresholds, TrainingConfig,
    TrainingError,
};

use crate::small_model::{config, learning, run_with, small_model};

/// The smallest network that there is.
fn attention(learning: Learning) -> TrainingConfig {
    TrainingConfig {
        name: "small-attention".into(),
        model: Architecture::Attention {
            least_likelihood: 0.0,
        },
        stages: vec![Stage::Supervised(SupervisedStage {
            learning,
            positive_weight: PositiveWeight::None,
            positive_weight_cap: None,
            mixup: None,
        })],
        ..config()
    }
}

/// The second epoch's learning rate is beyond all reason.
#[test]
fn a_run_that_diverges_keeps_the_last_good_epoch() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("diverged");
    let config = attention(Learning {
        schedule: Schedule::Step {
            every: 1,
            factor: 1e30,
        },
        ..learning(3)
    });
    let error = run_with(&config, &small_model().data(), &out, false, usize::MAX).unwrap_err();
    let TrainingError::Diverged {
        stage,
        epoch,
        step,
        ecg_ids,
    } = &error
    else {
        panic!("{error}")
    };
    assert_eq!((*stage, *epoch), (0, 1));
    if step.is_some() {
        assert!(
            !ecg_ids.is_empty() && error.to_string().contains("ECGs ["),
            "{error}"
        );
    }
    assert!(!out.exists());
    let kept = Weights::read(&dir.path().join("diverged.training/checkpoint.safetensors")).unwrap();
    assert!(
        kept.metadata["progress"].contains("epoch:1"),
        "{:?}",
        kept.metadata
    );
    for (name, tensor) in &kept.tensors {
        let finite = tensor.isfinite().all().int64_value(&[]) == 1;
        assert!(finite, "{name}");
    }
}

#[test]
fn a_scaler_is_fitted_and_the_best_epochs_and_wanted_sensitivity_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("scaled");
    let data = small_model().data();
    let config = TrainingConfig {
        scale_leads: true,
        top_checkpoints: 2,
        thresholds: Thresholds::Sensitivity(1.0),
        ..attention(learning(3))
    };
    let bundle = run_with(&config, &data, &out, false, usize::MAX).unwrap();
    let Standardise::PerLead { mean_mv, std_mv } = &bundle.manifest.preprocessing.standardise
    else {
        panic!("no scaler in the bundle")
    };
    let set = DataSet::open(&data).unwrap();
    let plain = Preprocessing::protoecgnet();
    let training = set.folds(&[1, 2, 3, 4, 5, 6, 7, 8]);
    let leads: Vec<Vec<Vec<f64>>> = training
        .iter()
        .map(|entry| plain.values(&set.read(entry).unwrap()).unwrap())
        .collect();
    for lead in 0..12 {
        let values: Vec<f64> = leads
            .iter()
            .flat_map(|record| record[lead].clone())
            .collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64;
        assert!((mean_mv[lead] - mean).abs() < 1e-9, "lead {lead}");
        assert!((std_mv[lead] - variance.sqrt()).abs() < 1e-9, "lead {lead}");
    }

    let kept = std::fs::read_dir(dir.path().join("scaled.checkpoints")).unwrap();
    assert_eq!(kept.count(), 2);

    // Every positive validation ECG is called: of the statement where it has ten or more,
    // else of all statements together.
    let labels = bundle.manifest.architecture.labels().labels();
    let model = Model::load(bundle, DeviceChoice::Cpu).unwrap();
    let validation = set.folds(&[9]);
    let inputs: Vec<_> = validation
        .iter()
        .map(|entry| model.input(&set.read(entry).unwrap()).unwrap())
        .collect();
    let readings = model.read(&inputs);
    let probabilities = |c: usize| {
        let positive = validation.iter().zip(&readings).filter(|(entry, _)| {
            let label = &labels[c];
            label.is_carried_by(&entry.statements)
        });
        let of_positive =
            positive.map(|(_, reading)| protoecg::inference::sigmoid(reading.logits[c]));
        of_positive.collect::<Vec<f64>>()
    };
    let lowest = |values: Vec<f64>| values.into_iter().fold(f64::INFINITY, f64::min);
    let of_all = lowest((0..labels.len()).flat_map(probabilities).collect());
    for (c, label) in labels.iter().enumerate() {
        let statement = &model.manifest().statements[c];
        let positive = probabilities(c);
        assert_eq!(
            statement.threshold_shared,
            positive.len() < 10,
            "{}",
            label.code
        );
        let expected = match statement.threshold_shared {
            true => of_all,
            false => lowest(positive),
        };
        assert_eq!(statement.threshold, expected, "{}", label.code);
    }
}
