//! A training run from configuration and data set to a bundle.

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};
use tch::nn::VarStore;
use tch::{Device, Tensor};

use super::checkpoint::Checkpoint;
use super::data::{Split, TrainingData, read_split};
use super::deliver::{data_sha256, deliver};
use super::error::TrainingError;
use super::event::{Begun, Event, PlannedClass, by_code, planned_stages};
use super::features::Features;
use super::fit::State;
use super::folders::Folders;
use super::projection::barred;
use super::tensorboard::EventFile;
use super::top::TopCheckpoints;
use super::{Stage, TrainingConfig, fusion, joint, scaler, supervised};
use crate::bundle::Bundle;
use crate::dataset::DataSet;
use crate::ecg::hex;
use crate::inference::{DeviceChoice, device_name};
use crate::nn::{Network, PrototypeNetwork, Weights, randomise};

/// A run in progress: what every stage needs.
pub struct Run<'a> {
    pub config: &'a TrainingConfig,
    pub data: TrainingData,
    /// Of the last frozen backbone: branches that start from the same one share them.
    pub features: Option<Features>,
    /// Told every event; answers whether to go on.
    listener: &'a mut dyn FnMut(&Event) -> bool,
    cancelled: &'a dyn Fn() -> bool,
    log: std::fs::File,
    pub events: EventFile,
    /// Of the model's outputs.
    codes: Vec<String>,
    /// Where the best epochs are kept.
    pub top: TopCheckpoints,
}

impl Run<'_> {
    /// Tells an event to the listener and, if it is kept, to the log: a line
    /// in one go, since others read the file meanwhile.
    pub fn emit(&mut self, event: Event) -> Result<(), TrainingError> {
        use std::io::Write;
        if event.is_kept()
            && let Ok(json) = serde_json::to_string(&event)
        {
            self.log.write_all(format!("{json}\n").as_bytes()).ok();
        }
        self.events.add(&event)?;
        if (self.listener)(&event) {
            Ok(())
        } else {
            Err(TrainingError::Cancelled)
        }
    }

    /// Ends the run where the user has asked for it; the checkpoint stays.
    pub fn check_cancelled(&self) -> Result<(), TrainingError> {
        if (self.cancelled)() {
            Err(TrainingError::Cancelled)
        } else {
            Ok(())
        }
    }

    /// Rows of the training records as an index on the device.
    pub fn index(&self, rows: &[i64]) -> Tensor {
        Tensor::from_slice(rows).to_device(self.data.train.labels.device())
    }

    /// Signals of some training records (B, leads, samples).
    pub fn signals(&self, rows: &[i64]) -> Tensor {
        self.data.train.signals.index_select(0, &self.index(rows))
    }

    /// AUROCs of some outputs, for an event.
    pub fn by_code(&self, outputs: &[usize], aurocs: Vec<Option<f64>>) -> BTreeMap<String, f64> {
        by_code(outputs.iter().map(|&c| self.codes[c].as_str()), aurocs)
    }

    /// Record numbers of some rows.
    pub fn ecg_ids(&self, rows: &[i64]) -> Vec<u32> {
        let entries = &self.data.train.entries;
        rows.iter()
            .filter_map(|&row| Some(entries.get(row as usize)?.ecg_id))
            .collect()
    }
}

/// Trains a model and writes its bundle to `out`, which must not exist. The
/// state of the run is in the neighbour `OUT.training` until the bundle is
/// complete; `resume` goes on from there to the same weights. `listener` is
/// told every event and answers whether to go on; `cancelled` is asked at
/// every step.
pub fn train(
    config: &TrainingConfig,
    set: &DataSet,
    out: &Path,
    device: DeviceChoice,
    resume: bool,
    listener: &mut dyn FnMut(&Event) -> bool,
    cancelled: &dyn Fn() -> bool,
) -> Result<Bundle, TrainingError> {
    let folders = Folders::new(out, resume)?;
    let device = device.resolve()?;
    let scaled;
    let config = if config.scale_leads {
        let mut tick = |done, of| listener(&Event::Reading { done, of }) && !cancelled();
        scaled = scaler::scaled(config, set, &mut tick)?;
        &scaled
    } else {
        config
    };
    let labels = config.model.labels().labels();
    let mut read = |folds: &[u8]| {
        let mut tick = |done, of| listener(&Event::Reading { done, of }) && !cancelled();
        read_split(
            set,
            folds,
            &labels,
            &config.preprocessing,
            device,
            &mut tick,
        )
    };
    let data = TrainingData {
        train: read(&config.train_folds)?,
        validation: read(&config.validation_folds)?,
    };
    let places = prototype_places(config, &data.train);
    let has_branches = !config.model.branches().is_empty();
    if has_branches && places.is_empty() {
        return Err(TrainingError::NoStatement);
    }
    let mut state = State::new(device);
    let leads = config.preprocessing.leads.len();
    let network = config.model.build(&state.network.root(), leads, &places);
    randomise(&state.network, config.seed);
    if let Some(network) = network.prototypes() {
        network.reset_classifier();
    }
    let mut checkpoint = Checkpoint::open(&folders.state, &fingerprint(config, &data), resume)?;
    // From here on a run that is stopped can be resumed.
    checkpoint.save_start(&state)?;
    let begun = begun(config, set, &data, &checkpoint, places.len());
    let mut run = Run {
        config,
        data,
        features: None,
        listener,
        cancelled,
        log: folders.log(resume)?,
        events: EventFile::create(&folders.events)?,
        codes: labels.into_iter().map(|label| label.code).collect(),
        top: TopCheckpoints::new(folders.checkpoints.clone(), config.top_checkpoints),
    };
    run.emit(Event::Begun(begun))?;
    while let Some(stage) = config.stages.get(checkpoint.progress.stage) {
        run.emit(Event::Stage {
            stage: checkpoint.progress.stage,
        })?;
        run_stage(&mut run, stage, &state, &network, &mut checkpoint, &folders)?;
        state.scratch = VarStore::new(device);
        checkpoint.next_stage(&state)?;
    }
    run.features = None;
    run.emit(Event::Delivering {})?;
    // A run that is stopped here has every stage behind it and writes the bundle again.
    checkpoint.restore_network(&state)?;
    let (variables, network) = on_cpu(&mut run, state.network, network, &places)?;
    let bundle = deliver(
        &mut run,
        set,
        &folders,
        &variables,
        &network,
        (&checkpoint, device),
        out,
    )?;
    std::fs::remove_dir_all(&folders.state).ok();
    Ok(bundle)
}

/// Network and records on the CPU, where the thresholds and metrics of a bundle
/// are measured: a GPU rounds the factors of a convolution to 10 bits, which
/// would make them those of one machine. (Similarities of free prototypes are
/// from before and stay as the GPU had them: to a thousandth.)
fn on_cpu(
    run: &mut Run,
    variables: VarStore,
    network: Network,
    places: &[(usize, usize)],
) -> Result<(VarStore, Network), TrainingError> {
    if variables.device() == Device::Cpu {
        return Ok((variables, network));
    }
    for split in [&mut run.data.train, &mut run.data.validation] {
        split.signals = split.signals.to_device(Device::Cpu);
        split.labels = split.labels.to_device(Device::Cpu);
    }
    let moved = VarStore::new(Device::Cpu);
    let leads = run.config.preprocessing.leads.len();
    let network = run.config.model.build(&moved.root(), leads, places);
    Weights::of(&variables).copy_into(&moved, Path::new("the trained network"))?;
    Ok((moved, network))
}

fn run_stage(
    run: &mut Run,
    stage: &Stage,
    state: &State,
    network: &Network,
    checkpoint: &mut Checkpoint,
    folders: &Folders,
) -> Result<(), TrainingError> {
    checkpoint.restore_network(state)?;
    let prototypes = || network.prototypes().ok_or(TrainingError::NoStatement);
    // A branch of whose statements none occurs has no prototypes and no stages.
    if let (Some(name), Some(network)) = (stage.branch(), network.prototypes())
        && network
            .branches
            .iter()
            .any(|b| b.name == name && b.is_empty())
    {
        return Ok(());
    }
    match stage {
        Stage::PreTrain(stage) => supervised::pre_train(run, stage, state, checkpoint),
        Stage::Supervised(stage) => supervised::run(run, stage, state, network, checkpoint),
        Stage::WarmUp(stage) => joint::warm_up(run, stage, state, prototypes()?, checkpoint),
        Stage::Joint(stage) => joint::run(run, stage, state, prototypes()?, checkpoint),
        Stage::Project(stage) => {
            fusion::project_branch(run, stage, state, prototypes()?, checkpoint, folders)
        }
        Stage::Classifier(stage) => {
            fusion::classifiers(run, stage, state, prototypes()?, checkpoint.progress.stage)
        }
        Stage::Fuse(stage) => fusion::fuse(run, stage, prototypes()?, checkpoint.progress.stage),
    }
}

fn begun(
    config: &TrainingConfig,
    set: &DataSet,
    data: &TrainingData,
    checkpoint: &Checkpoint,
    prototypes: usize,
) -> Begun {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let (training, validation) = (data.train.positives(), data.validation.positives());
    let classes = config.model.labels().labels().into_iter().enumerate();
    Begun {
        unix_s: since.map_or(0.0, |d| d.as_secs_f64()),
        title: config.title.clone(),
        data: data_name(config, set),
        device: device_name(data.train.labels.device()),
        seed: config.seed,
        from: (checkpoint.progress.stage, checkpoint.progress.epoch),
        train_records: data.train.len(),
        validation_records: data.validation.len(),
        stages: planned_stages(config),
        classes: classes
            .map(|(c, label)| PlannedClass {
                code: label.code,
                description: label.description,
                training_positives: training[c],
                validation_positives: validation[c],
            })
            .collect(),
        prototypes,
    }
}

/// What people call the data.
pub fn data_name(config: &TrainingConfig, set: &DataSet) -> String {
    match set.is_simulated() {
        true => set.name(),
        false => config.data.clone(),
    }
}

/// The branch and output of every prototype: none for a class without a
/// training ECG that may become one and, if the run says so, no more than it
/// has.
fn prototype_places(config: &TrainingConfig, train: &Split) -> Vec<(usize, usize)> {
    let mut positives = train.positives();
    for (_, output) in barred(config, train) {
        positives[output] -= 1;
    }
    let branches = config.model.branches().iter().enumerate();
    branches
        .flat_map(|(index, branch)| {
            let outputs = config.model.outputs_of(branch.labels);
            let positives = &positives;
            outputs.into_iter().flat_map(move |class| {
                let count = match positives[class] {
                    0 => 0,
                    n if config.fewer_prototypes_for_rare_classes => {
                        n.min(branch.prototypes_per_class)
                    }
                    _ => branch.prototypes_per_class,
                };
                std::iter::repeat_n((index, class), count)
            })
        })
        .collect()
}

/// Codes of a branch's classes without a training ECG.
pub fn classes_without_sample(config: &TrainingConfig, train: &Split, branch: &str) -> Vec<String> {
    let labels = config.model.labels().labels();
    let positives = train.positives();
    let outputs = config.model.outputs_of_branch(branch).into_iter();
    let empty = outputs.filter(|&c| positives[c] == 0);
    empty.map(|c| labels[c].code.clone()).collect()
}

/// Similarities of a network with prototypes to a split, (N, P).
pub fn similarities(network: &PrototypeNetwork, split: &Split) -> Tensor {
    super::fit::in_batches(&split.signals, |xs| {
        network.similarities(xs, crate::nn::Pass::Evaluate)
    })
}

/// What a checkpoint must agree with: the configuration and the data.
fn fingerprint(config: &TrainingConfig, data: &TrainingData) -> String {
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    hash.update(ron::to_string(config).unwrap_or_default());
    hash.update(data_sha256(&data.train));
    hash.update(data_sha256(&data.validation));
    hex(&hash.finalize())
}
