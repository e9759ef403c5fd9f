//! A real bundle, small and quickly trained on simulated ECGs, that the tests
//! share. Every test binary trains it once.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use protoecg::bundle::{Architecture, BranchSpec, Bundle, Preprocessing};
use protoecg::dataset::DataSet;
use protoecg::inference::{DeviceChoice, set_threads};
use protoecg::nn::{BackboneSpec, Head, Pooling, PrototypeKind};
use protoecg::simulator;
use protoecg::statements::{Group, LabelSet};
use protoecg::training::{
    Augment, ClassLogits, ClassifierStage, Event, JointStage, Keep, Learning, Losses, Optimiser,
    Penalised, PositiveWeight, PreTrainStage, ProjectStage, PrototypeStart, Schedule, Solver,
    Stage, SupervisedStage, Thresholds, Trained, TrainingConfig, TrainingError, Validation,
    WarmUpStage, train,
};

/// 60 simulated ECGs and a bundle trained on them.
pub struct SmallModel {
    folder: tempfile::TempDir,
}

impl SmallModel {
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn bundle(&self) -> PathBuf {
        self.folder.path().join("small-rhythm")
    }

    /// A copy of the bundle that a test may damage.
    pub fn copy(&self) -> tempfile::TempDir {
        let copy = tempfile::tempdir().expect("a temporary folder");
        copy_folder(&self.bundle(), copy.path());
        copy
    }

    /// Some recording of the test fold.
    pub fn recording(&self) -> PathBuf {
        let set = DataSet::open(&self.data()).expect("the data set that was just written");
        let entry = set.folds(&[10])[0].clone();
        self.data().join(entry.path_lr).with_extension("hea")
    }
}

/// Copies a folder with everything in it.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// The shared model.
pub fn small_model() -> &'static SmallModel {
    static MODEL: OnceLock<SmallModel> = OnceLock::new();
    MODEL.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let model = SmallModel { folder };
        simulator::write_ptbxl(60, 7, &model.data(), &mut |_| ControlFlow::Continue(()))
            .expect("simulated ECGs");
        run(&model.data(), &model.bundle(), false, usize::MAX).expect("a trained bundle");
        model
    })
}

/// Two joint rounds of two epochs, both projections, the classifier.
pub fn config() -> TrainingConfig {
    let joint = |start, project_every| {
        Stage::Joint(JointStage {
            branch: "rhythm".into(),
            learning: learning(2),
            losses: Losses {
                coverage: 1.0,
                ..Losses::paper()
            },
            class_logits: ClassLogits::Fixed,
            start,
            trained: Trained::Everything,
            changed_versions: 0,
            prototype_rate: 10.0,
            backbone_rate: 1.0,
            project_every,
            prototypes_in_range: true,
            frozen_in_train_mode: false,
        })
    };
    let project = Stage::Project(ProjectStage {
        branch: "rhythm".into(),
        unique_sources: true,
    });
    TrainingConfig {
        version: TrainingConfig::VERSION,
        name: "small-rhythm".into(),
        title: "Small model for tests".into(),
        data: "simulated ECGs".into(),
        seed: 3,
        model: Architecture::Prototypes {
            branches: vec![BranchSpec {
                name: "rhythm".into(),
                labels: LabelSet::Group(Group::Rhythm),
                prototypes: PrototypeKind::WholeRecording,
                prototypes_per_class: 2,
                backbone: BackboneSpec::ResNet18 { dropout: 0.1 },
            }],
            bias: false,
        },
        preprocessing: Preprocessing::protoecgnet(),
        train_folds: (1..=8).collect(),
        validation_folds: vec![9],
        test_folds: vec![10],
        fewer_prototypes_for_rare_classes: false,
        thresholds: Thresholds::BestF1,
        scale_leads: false,
        top_checkpoints: 0,
        not_again: Vec::new(),
        stages: vec![
            joint(PrototypeStart::Sparse, None),
            project.clone(),
            joint(PrototypeStart::AsTheyAre, Some(1)),
            project,
            Stage::Classifier(classifier()),
        ],
    }
}

/// Some epochs of small batches.
pub fn learning(epochs: usize) -> Learning {
    Learning {
        epochs,
        batch: 16,
        learning_rate: 1e-3,
        optimiser: Optimiser::Adam { l2: 1e-4 },
        schedule: Schedule::Cosine,
        patience: 10,
        keep: Keep::Best,
        validation: Validation::Plain,
        clip_norm: None,
        augment: Some(Augment {
            gain_spread: 0.2,
            lead_gain_spread: 0.05,
            shift_s: 0.2,
            crop_s: None,
            noise_mv: 0.01,
            wander_mv: 0.01,
            silent_lead: 0.1,
        }),
    }
}

pub fn classifier() -> ClassifierStage {
    ClassifierStage {
        epochs: 100,
        l1: 1e-3,
        l1_on: Penalised::OffClass,
        l2: 0.0,
        own_not_negative: false,
        standardise: false,
        positive_weight: PositiveWeight::None,
        positive_weight_cap: None,
        patience: 50,
        keep: Keep::Best,
        solver: Solver::ProximalGradient,
    }
}

/// A network of two branches on one pre-trained backbone, with every other
/// kind of stage: warm-up, frozen backbone, learned class scales, fusion.
pub fn two_branches() -> TrainingConfig {
    let one = config();
    let branch = |name: &str, group, prototypes| BranchSpec {
        name: name.into(),
        labels: LabelSet::Group(group),
        prototypes,
        prototypes_per_class: 2,
        backbone: BackboneSpec::ResNet18 { dropout: 0.1 },
    };
    let heads = |name: &str| {
        [
            Stage::WarmUp(WarmUpStage {
                branch: name.into(),
                learning: learning(1),
                changed_versions: 1,
                last_layer_gain: 4.0,
                last_layer_bias: -1.0,
            }),
            Stage::Joint(JointStage {
                branch: name.into(),
                learning: Learning {
                    keep: Keep::Last,
                    schedule: Schedule::OneCycle,
                    ..learning(2)
                },
                losses: Losses::cross_entropy_only(),
                class_logits: ClassLogits::OwnMean,
                start: PrototypeStart::Latents,
                trained: Trained::Heads,
                changed_versions: 1,
                prototype_rate: 2.0,
                backbone_rate: 1.0,
                project_every: Some(1),
                prototypes_in_range: true,
                frozen_in_train_mode: false,
            }),
            Stage::Project(ProjectStage {
                branch: name.into(),
                unique_sources: true,
            }),
        ]
    };
    let pre_train = Stage::PreTrain(PreTrainStage {
        branches: vec!["rhythm".into(), "morphology".into()],
        labels: LabelSet::All,
        head: Head::Pooled,
        head_dropout: 0.3,
        training: SupervisedStage {
            learning: learning(2),
            positive_weight: PositiveWeight::FourthRootRecords,
            positive_weight_cap: Some(30.0),
            mixup: Some(0.3),
        },
    });
    let windows = PrototypeKind::Windows {
        steps: 3,
        pooling: Pooling::TopK(5),
    };
    let mut stages = vec![pre_train];
    stages.extend(heads("rhythm"));
    stages.extend(heads("morphology"));
    stages.push(Stage::Fuse(ClassifierStage {
        standardise: true,
        keep: Keep::Last,
        ..classifier()
    }));
    TrainingConfig {
        name: "small-fused".into(),
        model: Architecture::Prototypes {
            branches: vec![
                branch("rhythm", Group::Rhythm, PrototypeKind::WholeRecording),
                branch("morphology", Group::Morphology, windows),
            ],
            bias: true,
        },
        fewer_prototypes_for_rare_classes: true,
        stages,
        ..one
    }
}

/// Trains [`config`] and stops after `epochs` epochs of gradient steps in all.
pub fn run(data: &Path, out: &Path, resume: bool, epochs: usize) -> Result<Bundle, TrainingError> {
    run_with(&config(), data, out, resume, epochs)
}

/// Trains another configuration.
pub fn run_with(
    config: &TrainingConfig,
    data: &Path,
    out: &Path,
    resume: bool,
    epochs: usize,
) -> Result<Bundle, TrainingError> {
    set_threads(1);
    let set = DataSet::open(data)?;
    let seen = std::cell::Cell::new(0);
    let mut listener = |event: &Event| {
        let learns = ["pre-train", "supervised", "warm-up", "joint"];
        if matches!(event, Event::Epoch { name, .. } if learns.contains(&&**name)) {
            seen.set(seen.get() + 1);
        }
        true
    };
    let cancelled = || seen.get() >= epochs;
    train(
        config,
        &set,
        out,
        DeviceChoice::Cpu,
        resume,
        &mut listener,
        &cancelled,
    )
}
