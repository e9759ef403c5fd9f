//! The stages after the gradient steps: the last projection of a branch, and
//! the classifiers on finished prototypes.

use std::path::PathBuf;

use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

use super::checkpoint::Checkpoint;
use super::classifier::{self, Classifier, Live, Problem};
use super::error::TrainingError;
use super::event::{Event, ProjectedSource};
use super::fit::{State, in_batches};
use super::folders::Folders;
use super::joint::Place;
use super::nearest::Source;
use super::projection::{Measured, Projected, project, report};
use super::run::{Run, classes_without_sample, similarities};
use super::{ClassifierStage, ProjectStage};
use crate::nn::{Pass, PrototypeNetwork, Weights};

/// Projects a branch, and keeps the similarities from before: what projection
/// costs is measured when the classifier is there.
pub fn project_branch(
    run: &mut Run,
    stage: &ProjectStage,
    state: &State,
    network: &PrototypeNetwork,
    checkpoint: &mut Checkpoint,
    folders: &Folders,
) -> Result<(), TrainingError> {
    run.check_cancelled()?;
    let Some(place) = Place::find(run, network, &stage.branch) else {
        return Ok(());
    };
    // The delivered numbers have 16 bits, so the prototypes are latents of the
    // network as it is delivered.
    round_to_16_bits(&state.network);
    let branch = place.branch;
    let latents = |xs: &Tensor| in_batches(xs, |xs| branch.latents(xs, Pass::Evaluate));
    let (train, validation) = (
        latents(&run.data.train.signals),
        latents(&run.data.validation.signals),
    );
    let measure = || Measured {
        train: in_batches(&train, |l| branch.similarities(l)),
        validation: in_batches(&validation, |l| branch.similarities(l)),
    };
    let before = measure();
    let sources = project(&place, &train, stage.unique_sources)?;
    round_to_16_bits(&state.network);
    let after = measure();
    let without = classes_without_sample(run.config, &run.data.train, &stage.branch);
    let report = report(
        &place,
        &run.data.train,
        &sources,
        (&before, &after),
        without,
    );
    let mut free = Weights::default();
    free.tensors.insert("train".into(), before.train);
    free.tensors.insert("validation".into(), before.validation);
    free.write(&free_file(folders, &stage.branch))?;
    let event = Event::Projected {
        stage: checkpoint.progress.stage,
        report: report.clone(),
        sources: told(run, &place, &sources),
    };
    run.emit(event)?;
    let projected = Projected { sources, report };
    checkpoint
        .progress
        .projected
        .insert(stage.branch.clone(), projected);
    Ok(())
}

/// The sources as an event has them.
fn told(run: &Run, place: &Place, sources: &[Source]) -> Vec<ProjectedSource> {
    let labels = run.config.model.labels().labels();
    let (train, preprocessing) = (&run.data.train, &run.config.preprocessing);
    let seconds = |sample: i64| sample as f64 / preprocessing.rate_hz;
    let one = |(source, class): (&Source, &usize)| {
        let window = preprocessing.window_samples(place.branch.kind, source.step);
        ProjectedSource {
            code: labels[place.outputs[*class]].code.clone(),
            ecg_id: train.entries[source.row].ecg_id,
            recording_sha256: train.sha256[source.row].clone(),
            cosine_before: source.cosine_before,
            window_s: window.map(|(start, end)| (seconds(start), seconds(end))),
        }
    };
    sources.iter().zip(&place.classes).map(one).collect()
}

fn free_file(folders: &Folders, branch: &str) -> PathBuf {
    folders.state.join(format!("free-{branch}.safetensors"))
}

/// Similarities (N, P) of training and validation records to the vectors that
/// gradient steps had reached, all branches side by side; `None` where a
/// branch was not projected.
pub fn free_similarities(
    network: &PrototypeNetwork,
    folders: &Folders,
) -> Result<Option<(Tensor, Tensor)>, TrainingError> {
    let (mut train, mut validation) = (Vec::new(), Vec::new());
    for branch in network.branches.iter().filter(|b| !b.is_empty()) {
        let path = free_file(folders, &branch.name);
        if !path.exists() {
            return Ok(None);
        }
        let weights = Weights::read(&path)?;
        let shown = path.display().to_string();
        train.push(weights.get("train", &shown)?.shallow_clone());
        validation.push(weights.get("validation", &shown)?.shallow_clone());
    }
    Ok(Some((Tensor::cat(&train, 1), Tensor::cat(&validation, 1))))
}

/// Whether a variable is delivered with 16 bits: weights and prototypes are.
/// Statistics and biases keep theirs; the classifier too, whose weights can be
/// large where similarities hardly differ, and which is small.
pub fn has_16_bits(name: &str, variable: &Tensor) -> bool {
    variable.dim() > 1 && name != "classifier.weight"
}

/// Rounds what is delivered with 16 bits.
pub fn round_to_16_bits(variables: &VarStore) {
    let _guard = tch::no_grad_guard();
    for (name, variable) in variables.variables() {
        if has_16_bits(&name, &variable) {
            let rounded = variable.to_kind(Kind::Half).to_kind(Kind::Float);
            variable.shallow_clone().copy_(&rounded);
        }
    }
}

/// What classifiers are fitted on.
pub struct Fitted {
    pub train: Tensor,
    pub validation: Tensor,
    pub train_labels: Tensor,
    pub validation_labels: Tensor,
    /// (C, P).
    pub own: Tensor,
    /// Which outputs of the model the C are.
    pub outputs: Vec<usize>,
}

impl Fitted {
    pub fn of(run: &Run, network: &PrototypeNetwork) -> Self {
        let cpu = |t: &Tensor| t.detach().to_device(Device::Cpu);
        Self {
            train: cpu(&similarities(network, &run.data.train)),
            validation: cpu(&similarities(network, &run.data.validation)),
            train_labels: cpu(&run.data.train.labels),
            validation_labels: cpu(&run.data.validation.labels),
            own: cpu(&network.identity().transpose(0, 1)),
            outputs: (0..network.outputs()).collect(),
        }
    }

    pub fn problem(&self, bias: bool) -> Problem<'_> {
        Problem {
            train: &self.train,
            validation: &self.validation,
            train_labels: &self.train_labels,
            validation_labels: &self.validation_labels,
            own: &self.own,
            bias,
            outputs: &self.outputs,
            live: None,
        }
    }
}

/// One classifier on all prototypes.
pub fn fuse(
    run: &mut Run,
    stage: &ClassifierStage,
    network: &PrototypeNetwork,
    index: usize,
) -> Result<(), TrainingError> {
    let fitted = Fitted::of(run, network);
    let problem = fitted.problem(network.bias.is_some());
    let found = classifier::fit(run, stage, (index, "fuse"), &problem)?;
    put(network, &found);
    Ok(())
}

/// A classifier of each branch on its own prototypes and outputs; weights to
/// other branches are 0. This is the paper's macro aggregation.
pub fn classifiers(
    run: &mut Run,
    stage: &ClassifierStage,
    state: &State,
    network: &PrototypeNetwork,
    index: usize,
) -> Result<(), TrainingError> {
    let fitted = Fitted::of(run, network);
    let mut whole = Classifier {
        weight: fitted.own.zeros_like(),
        bias: network
            .bias
            .as_ref()
            .map(|b| b.detach().zeros_like().to_device(Device::Cpu)),
    };
    for (number, branch) in network.branches.iter().enumerate() {
        if !branch.is_empty() {
            let found = of_branch(run, stage, state, network, number, index, &fitted)?;
            place(&mut whole, &found, run, network, number);
        }
    }
    put(network, &whole);
    Ok(())
}

fn of_branch(
    run: &mut Run,
    stage: &ClassifierStage,
    state: &State,
    network: &PrototypeNetwork,
    number: usize,
    index: usize,
    all: &Fitted,
) -> Result<Classifier, TrainingError> {
    let branch = &network.branches[number];
    let range = network.prototypes_of(number);
    let columns = |t: &Tensor| t.narrow(1, range.start as i64, range.len() as i64);
    let outputs = outputs_of(run, &branch.name);
    let rows: Vec<i64> = outputs.iter().map(|&c| c as i64).collect();
    let index_of = Tensor::from_slice(&rows);
    let fitted = Fitted {
        train: columns(&all.train),
        validation: columns(&all.validation),
        train_labels: all.train_labels.index_select(1, &index_of),
        validation_labels: all.validation_labels.index_select(1, &index_of),
        own: columns(&all.own).index_select(0, &index_of),
        outputs,
    };
    let live = stage.solver.keeps_train_mode().then_some(Live {
        branch,
        variables: &state.network,
    });
    let problem = Problem {
        live,
        ..fitted.problem(network.bias.is_some())
    };
    classifier::fit(run, stage, (index, "classifier"), &problem)
}

fn outputs_of(run: &Run, branch: &str) -> Vec<usize> {
    run.config.model.outputs_of_branch(branch)
}

/// Puts the classifier of a branch into its block.
fn place(
    whole: &mut Classifier,
    block: &Classifier,
    run: &Run,
    network: &PrototypeNetwork,
    number: usize,
) {
    let _guard = tch::no_grad_guard();
    let range = network.prototypes_of(number);
    for (row, output) in outputs_of(run, &network.branches[number].name)
        .into_iter()
        .enumerate()
    {
        let output = output as i64;
        whole
            .weight
            .get(output)
            .narrow(0, range.start as i64, range.len() as i64)
            .copy_(&block.weight.get(row as i64));
        if let (Some(whole), Some(block)) = (&whole.bias, &block.bias) {
            whole.get(output).copy_(&block.get(row as i64));
        }
    }
}

fn put(network: &PrototypeNetwork, found: &Classifier) {
    let _guard = tch::no_grad_guard();
    network.classifier.shallow_clone().copy_(&found.weight);
    if let (Some(bias), Some(found)) = (&network.bias, &found.bias) {
        bias.shallow_clone().copy_(found);
    }
}
