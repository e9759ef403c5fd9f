//! A real bundle, small and quickly trained on simulated ECGs, that the tests
//! share. Every test binary trains it once.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use protoecg::bundle::{Architecture, Bundle, Preprocessing};
use protoecg::dataset::DataSet;
use protoecg::inference::{DeviceChoice, set_threads};
use protoecg::simulator;
use protoecg::statements::Group;
use protoecg::training::{
    ClassifierStage, Event, JointStage, Losses, ProjectStage, PrototypeStart, Schedule, Stage,
    TrainingConfig, TrainingError, train,
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
    let joint = |epochs, project_each_epoch| {
        Stage::Joint(JointStage {
            epochs,
            batch: 16,
            learning_rate: 1e-3,
            l2: 1e-4,
            schedule: Schedule::Cosine,
            patience: 10,
            prototype_rate: 10.0,
            project_each_epoch,
            prototypes_in_range: true,
            augment: Some(protoecg::training::Augment {
                gain_spread: 0.2,
                shift_s: 0.2,
                noise_mv: 0.01,
                silent_lead: 0.1,
            }),
        })
    };
    let project = Stage::Project(ProjectStage {
        unique_sources: true,
    });
    TrainingConfig {
        version: TrainingConfig::VERSION,
        name: "small-rhythm".into(),
        title: "Small model for tests".into(),
        data: "simulated ECGs".into(),
        seed: 3,
        model: Architecture::RhythmBranch {
            group: Group::Rhythm,
            prototypes_per_class: 2,
        },
        preprocessing: Preprocessing::protoecgnet(),
        train_folds: (1..=8).collect(),
        validation_folds: vec![9],
        test_folds: vec![10],
        prototype_start: PrototypeStart::Sparse,
        losses: Losses {
            coverage: 1.0,
            ..Losses::paper()
        },
        stages: vec![
            joint(2, false),
            project.clone(),
            joint(2, true),
            project,
            Stage::Classifier(ClassifierStage {
                epochs: 100,
                l1: 1e-4,
                patience: 50,
            }),
        ],
    }
}

/// Trains [`config`] and stops after `epochs` joint epochs in all.
pub fn run(data: &Path, out: &Path, resume: bool, epochs: usize) -> Result<Bundle, TrainingError> {
    set_threads(1);
    let set = DataSet::open(data)?;
    let seen = std::cell::Cell::new(0);
    let mut listener = |event: &Event| {
        if matches!(event, Event::Epoch { name: "joint", .. }) {
            seen.set(seen.get() + 1);
        }
        true
    };
    let cancelled = || seen.get() >= epochs;
    train(
        &config(),
        &set,
        out,
        DeviceChoice::Cpu,
        resume,
        &mut listener,
        &cancelled,
    )
}
