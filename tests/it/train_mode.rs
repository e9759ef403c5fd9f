//! Frozen layers that stay in training mode, as in the published program.

use std::collections::BTreeSet;
use std::path::Path;

use protoecg::bundle::Bundle;
use protoecg::nn::Weights;
use protoecg::training::{
    ClassifierStage, JointStage, Keep, Solver, Stage, Trained, TrainingConfig,
};

use crate::small_model::{classifier, config, run_with, small_model};

/// Prototypes alone, projection, a classifier of the branch by mini-batches.
fn separate(prototypes: bool, of_classifier: bool) -> TrainingConfig {
    let small = config();
    let stages = small.stages.iter().skip(2).map(|stage| match stage {
        Stage::Joint(stage) => Stage::Joint(JointStage {
            trained: Trained::Prototypes,
            project_every: None,
            frozen_in_train_mode: prototypes,
            ..stage.clone()
        }),
        Stage::Classifier(_) => Stage::Classifier(ClassifierStage {
            epochs: 2,
            keep: Keep::Last,
            solver: Solver::Adam {
                learning_rate: 1e-3,
                batch: 16,
                l2: 0.0,
                frozen_in_train_mode: of_classifier,
            },
            ..classifier()
        }),
        other => other.clone(),
    });
    TrainingConfig {
        stages: stages.collect(),
        ..small.clone()
    }
}

fn trained(config: &TrainingConfig, out: &Path) -> Bundle {
    run_with(config, &small_model().data(), out, false, usize::MAX).unwrap()
}

/// Names of the tensors in which two bundles differ.
fn differing(one: &Bundle, other: &Bundle) -> BTreeSet<String> {
    let read = |bundle: &Bundle| Weights::read(&bundle.file(Bundle::WEIGHTS)).unwrap();
    let (one, other) = (read(one), read(other));
    let tensors = one.tensors.iter();
    tensors
        .filter(|(name, tensor)| **tensor != other.tensors[*name])
        .map(|(name, _)| name.clone())
        .collect()
}

/// Specification 5.5: 40 running statistics of the published classifier stage
/// changed besides the classifier, and nothing else.
#[test]
fn frozen_layers_in_training_mode_change_their_statistics_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let frozen = trained(&separate(false, false), &dir.path().join("frozen"));
    let classifier = trained(&separate(false, true), &dir.path().join("classifier"));
    let changed = differing(&frozen, &classifier);
    let statistics = |names: &BTreeSet<String>| {
        let of_backbone = names
            .iter()
            .filter(|name| name.starts_with("feature_extractor.") && name.contains(".running_"));
        of_backbone.count()
    };
    assert_eq!(statistics(&changed), 40, "{changed:?}");
    assert_eq!(changed.len(), 41, "{changed:?}");
    assert!(changed.contains("classifier.weight"));

    // Prototypes that are still latents of training ECGs, and those that no longer are.
    let smallest = |bundle: &Bundle| {
        let cosines = bundle.manifest.prototypes.iter().filter_map(|p| p.cosine);
        cosines.fold(f64::INFINITY, f64::min)
    };
    assert!(smallest(&frozen) > 0.99999, "{}", smallest(&frozen));
    assert!(smallest(&classifier) < 0.99999, "{}", smallest(&classifier));

    let prototypes = trained(&separate(true, false), &dir.path().join("prototypes"));
    let changed = differing(&frozen, &prototypes);
    assert_eq!(statistics(&changed), 40, "{changed:?}");
    let others = ["prototype_vectors", "classifier.weight"];
    assert_eq!(changed.len(), 40 + others.len(), "{changed:?}");
    assert!(smallest(&prototypes) > 0.99999, "projected afterwards");
}

/// A run that keeps its best epoch ends with the very numbers, statistics
/// included, of one that stops after that epoch.
#[test]
fn the_best_epoch_comes_back_with_its_statistics() {
    let dir = tempfile::tempdir().unwrap();
    let run = |epochs, keep, name: &str| {
        let mut config = separate(false, true);
        if let Some(Stage::Classifier(stage)) = config.stages.last_mut() {
            (stage.epochs, stage.keep) = (epochs, keep);
            if let Solver::Adam { learning_rate, .. } = &mut stage.solver {
                // Shakes the classifier, so that the last epoch is not the best.
                *learning_rate = 2.0;
            }
        }
        trained(&config, &dir.path().join(name))
    };
    let kept = run(6, Keep::Best, "kept");
    let log = std::fs::read_to_string(kept.dir.join("training_log.jsonl")).unwrap();
    let mut better = log.lines().filter_map(|line| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        let epoch = &event["epoch"];
        let is_best = epoch["name"] == "classifier" && epoch["better"] == true;
        is_best.then(|| epoch["epoch"].as_u64().unwrap() as usize)
    });
    let best = better.next_back().unwrap();
    assert!(best < 6, "{best}");
    let stopped = run(best, Keep::Last, "stopped");
    assert_eq!(differing(&kept, &stopped), BTreeSet::new());
    let last = run(6, Keep::Last, "last");
    assert_eq!(differing(&kept, &last).len(), 41);
}

#[test]
fn training_mode_is_refused_where_nothing_is_frozen() {
    let mut everything = separate(true, false);
    if let Stage::Joint(stage) = &mut everything.stages[0] {
        stage.trained = Trained::Everything;
    }
    let mut fused = separate(false, true);
    if let Some(Stage::Classifier(stage)) = fused.stages.pop() {
        fused.stages.push(Stage::Fuse(stage));
    }
    for config in [everything, fused] {
        let text = ron::to_string(&config).unwrap();
        let error = TrainingConfig::parse(&text, "c.ron").unwrap_err();
        let error = error.to_string();
        assert!(error.contains("frozen_in_train_mode"), "{error}");
    }
}
