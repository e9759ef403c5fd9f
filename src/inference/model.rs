//! A bundle's network, ready to read recordings.

use tch::{Device, Tensor, nn};

use super::device::device_name;
use super::{
    Attention, ChangeError, Changes, ClassPrediction, DeviceChoice, DeviceError, PooledWindow,
    Prediction, Reading, logits, rows_of, sigmoid, tensor_of,
};
use crate::bundle::{
    Bundle, BundleError, Manifest, ModelInput, PreprocessingError, TrainingSimilarities,
};
use crate::ecg::Recording;
use crate::nn::{
    Network, Pass, PrototypeBranch, PrototypeKind, Weights, WeightsError, live_parameters,
};

/// Recordings that go through the network at once. One size everywhere, so
/// that the same recordings in the same order give the same bits.
pub const BATCH: usize = 32;

/// Errors of loading a model and of predicting.
#[derive(Debug, thiserror::Error)]
pub enum InferenceError {
    #[error(transparent)]
    Bundle(#[from] BundleError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error("this recording does not fit the model {model}: {source}")]
    Recording {
        model: String,
        source: PreprocessingError,
    },
    #[error("what if: {0}")]
    Change(#[from] ChangeError),
}

/// A loaded model. It may move to another thread but not be shared: one worker
/// owns it.
#[derive(Debug)]
pub struct Model {
    bundle: Bundle,
    network: Network,
    /// Classifier weights (C, P), as the ledger multiplies them; empty for a
    /// network without prototypes.
    weights: Vec<Vec<f64>>,
    /// (C), or empty.
    biases: Vec<f64>,
    training: TrainingSimilarities,
    parameters: usize,
    device: Device,
}

impl Model {
    /// Reads the weights of a verified bundle onto a device.
    pub fn load(bundle: Bundle, device: DeviceChoice) -> Result<Self, InferenceError> {
        let device = device.resolve()?;
        let manifest = &bundle.manifest;
        let variables = nn::VarStore::new(device);
        let mut network = manifest.architecture.build(
            &variables.root(),
            manifest.preprocessing.leads.len(),
            &manifest.prototype_places(),
        );
        let path = bundle.file(Bundle::WEIGHTS);
        Weights::read(&path)?.copy_into(&variables, &path)?;
        if let Network::Prototypes(network) = &mut network {
            network.share_equal_backbones(&variables);
        }
        let (weights, biases) = classifier_of(&network);
        let training = TrainingSimilarities::read(
            &bundle.file(Bundle::SIMILARITIES),
            manifest.prototypes.len(),
            manifest.statements.len(),
        )?;
        Ok(Self {
            bundle,
            network,
            weights,
            biases,
            training,
            parameters: live_parameters(&variables),
            device,
        })
    }

    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    pub fn manifest(&self) -> &Manifest {
        &self.bundle.manifest
    }

    /// How many numbers were learned.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// Where it runs, for people.
    pub fn device_name(&self) -> String {
        device_name(self.device)
    }

    /// Reads one recording.
    pub fn predict(&self, recording: &Recording) -> Result<Prediction, InferenceError> {
        self.predict_changed(recording, &Changes::default())
    }

    /// Reads one recording with something changed. The prediction names the
    /// recording as it is, and carries the changes.
    ///
    /// # Errors
    /// As [`Model::predict`], and changes that cannot be made.
    pub fn predict_changed(
        &self,
        recording: &Recording,
        changes: &Changes,
    ) -> Result<Prediction, InferenceError> {
        let input = self.changed_input(recording, changes)?;
        let (mut reading, windows) = self.read_with_windows(&input);
        if !changes.without_prototypes.is_empty() {
            let mut counted = reading.similarities.clone();
            for &off in &changes.without_prototypes {
                counted[off] = 0.0;
            }
            reading.logits = logits(&self.weights, &self.biases, &counted);
        }
        let prediction = self.prediction(recording.sha256(), input.notes, reading);
        Ok(Prediction {
            windows,
            changes: changes.clone(),
            ..prediction
        })
    }

    /// What the network sees of a recording with something changed.
    ///
    /// # Errors
    /// As [`Model::predict_changed`].
    pub fn changed_input(
        &self,
        recording: &Recording,
        changes: &Changes,
    ) -> Result<ModelInput, InferenceError> {
        let preprocessing = &self.manifest().preprocessing;
        changes.check(preprocessing, self.manifest().prototypes.len())?;
        let mut input = match changes.amplitude_scale {
            1.0 => self.input(recording)?,
            _ => self.input(&changes.scaled(recording))?,
        };
        changes.mask(&mut input, preprocessing);
        Ok(input)
    }

    /// What the network sees of a recording.
    pub fn input(&self, recording: &Recording) -> Result<ModelInput, InferenceError> {
        self.manifest()
            .preprocessing
            .apply(recording)
            .map_err(|source| InferenceError::Recording {
                model: self.manifest().name.clone(),
                source,
            })
    }

    /// Logits and similarities of prepared recordings, in batches of [`BATCH`].
    pub fn read(&self, inputs: &[ModelInput]) -> Vec<Reading> {
        inputs
            .chunks(BATCH)
            .flat_map(|chunk| {
                let xs = tensor_of(chunk, self.device);
                readings_of(&self.network, &self.weights, &self.biases, &xs)
            })
            .collect()
    }

    /// One recording, with the windows that the similarities were pooled from.
    fn read_with_windows(&self, input: &ModelInput) -> (Reading, Vec<Vec<PooledWindow>>) {
        let _guard = tch::no_grad_guard();
        let xs = tensor_of(std::slice::from_ref(input), self.device);
        let Some(network) = self.network.prototypes() else {
            let readings = readings_of(&self.network, &self.weights, &self.biases, &xs);
            return (readings.into_iter().next().unwrap_or_default(), Vec::new());
        };
        let (mut similarities, mut windows) = (Vec::new(), Vec::new());
        let latents = network.latents(&xs, Pass::Evaluate);
        for (branch, latents) in network.branches.iter().zip(&latents) {
            let cosines = branch.window_cosines(latents);
            similarities.extend(rows_of(&branch.pool(&cosines)).concat());
            windows.extend(pooled_windows(branch, &cosines));
        }
        let logits = logits(&self.weights, &self.biases, &similarities);
        let reading = Reading {
            logits,
            similarities,
            attention: None,
        };
        (reading, windows)
    }

    /// Cosine of every window of prepared recordings with one prototype, (N, W):
    /// one window where it has no time axis. Empty where there is no such
    /// prototype.
    pub fn window_cosines(&self, inputs: &[ModelInput], prototype: usize) -> Vec<Vec<f64>> {
        let _guard = tch::no_grad_guard();
        let branches = self.network.prototypes().map(|n| &n.branches);
        let mut place = prototype;
        for branch in branches.into_iter().flatten() {
            if place >= branch.len() {
                place -= branch.len();
                continue;
            }
            let of_chunk = |chunk| {
                let xs = tensor_of(chunk, self.device);
                let cosines = branch.window_cosines(&branch.latents(&xs, Pass::Evaluate));
                rows_of(&cosines.select(2, place as i64))
            };
            return inputs.chunks(BATCH).flat_map(of_chunk).collect();
        }
        Vec::new()
    }

    /// Cosines of prepared recordings with the prototypes of one branch, pooled
    /// as the similarities are: (N, P of the branch), all read at once. Empty
    /// where there is no such branch.
    pub fn branch_cosines(&self, inputs: &[ModelInput], branch: usize) -> Vec<Vec<f64>> {
        let _guard = tch::no_grad_guard();
        let network = self.network.prototypes();
        let Some(branch) = network.and_then(|network| network.branches.get(branch)) else {
            return Vec::new();
        };
        let xs = tensor_of(inputs, self.device);
        let similarities = branch.similarities(&branch.latents(&xs, Pass::Evaluate));
        let scale = branch.kind.scale();
        let cosines = |row: Vec<f64>| row.into_iter().map(|s| s / scale).collect();
        rows_of(&similarities).into_iter().map(cosines).collect()
    }

    /// Probabilities from what the network says.
    pub fn prediction(
        &self,
        recording_sha256: String,
        notes: Vec<String>,
        reading: Reading,
    ) -> Prediction {
        let statements = self.manifest().statements.iter();
        let classes = statements.zip(reading.logits).map(|(statement, logit)| {
            let assessed = statement.assessed();
            let probability = assessed.then(|| sigmoid(logit));
            ClassPrediction {
                code: statement.code.clone(),
                description: statement.description().to_owned(),
                assessed,
                logit,
                probability,
                calibrated_probability: statement
                    .calibration
                    .filter(|_| assessed)
                    .map(|c| sigmoid(c.slope * logit + c.intercept)),
                calibration_shared: assessed && statement.calibration.is_some_and(|c| c.shared),
                threshold: assessed.then_some(statement.threshold),
                threshold_shared: assessed && statement.threshold_shared,
                positive: probability.map(|p| p >= statement.threshold),
            }
        });
        Prediction {
            recording_sha256,
            notes,
            classes: classes.collect(),
            similarities: reading.similarities,
            windows: Vec::new(),
            attention: reading.attention,
            changes: Changes::default(),
        }
    }

    /// The logits of the network's own float arithmetic, (N, C): the ledger's
    /// sums must agree with them.
    pub fn network_logits(&self, inputs: &[ModelInput]) -> Vec<Vec<f64>> {
        let _guard = tch::no_grad_guard();
        let xs = tensor_of(inputs, self.device);
        rows_of(&self.network.logits(&xs, Pass::Evaluate))
    }

    /// The window of a recording that is most similar to a prototype: step 0
    /// for a prototype without a time axis. `None` where there is no such
    /// prototype.
    pub fn best_window(&self, prediction: &Prediction, prototype: usize) -> Option<PooledWindow> {
        let branch = self.manifest().branch_of(prototype)?;
        match prediction.windows.get(prototype).and_then(|w| w.first()) {
            Some(window) => Some(*window),
            None => Some(PooledWindow {
                step: 0,
                cosine: prediction.similarities.get(prototype)? / branch.prototypes.scale(),
            }),
        }
    }

    /// Weight of every prototype for a class, as in the ledger; empty for a
    /// network without prototypes, `None` where there is no such class.
    pub fn weights(&self, class: usize) -> Option<&[f64]> {
        if class < self.manifest().statements.len() && self.weights.is_empty() {
            return Some(&[]);
        }
        self.weights.get(class).map(Vec::as_slice)
    }

    /// The bias of a class: 0 where the classifier has none.
    pub fn bias(&self, class: usize) -> f64 {
        self.biases.get(class).copied().unwrap_or(0.0)
    }

    /// How similar the training ECGs are to the prototypes.
    pub fn training_similarities(&self) -> &TrainingSimilarities {
        &self.training
    }

    /// The prototype vectors, branch by branch: 512 numbers, or 512 x steps.
    pub fn prototypes(&self) -> Vec<Vec<f64>> {
        let branches = self.network.prototypes().map(|n| &n.branches);
        branches
            .into_iter()
            .flatten()
            .flat_map(|branch| rows_of(&branch.flat_prototypes()))
            .collect()
    }
}

/// Classifier weights (C, P) and biases (C) of a network with prototypes.
pub fn classifier_of(network: &Network) -> (Vec<Vec<f64>>, Vec<f64>) {
    let Some(network) = network.prototypes() else {
        return (Vec::new(), Vec::new());
    };
    let biases = network
        .bias
        .as_ref()
        .map(|b| rows_of(&b.unsqueeze(0)).concat());
    (rows_of(&network.classifier), biases.unwrap_or_default())
}

/// Readings of a batch (N, leads, samples).
pub fn readings_of(
    network: &Network,
    weights: &[Vec<f64>],
    biases: &[f64],
    xs: &Tensor,
) -> Vec<Reading> {
    let _guard = tch::no_grad_guard();
    match network {
        Network::Prototypes(network) => rows_of(&network.similarities(xs, Pass::Evaluate))
            .into_iter()
            .map(|similarities| Reading {
                logits: logits(weights, biases, &similarities),
                similarities,
                attention: None,
            })
            .collect(),
        Network::BlackBox(network) => rows_of(&network.logits(xs, Pass::Evaluate))
            .into_iter()
            .map(|logits| Reading {
                logits,
                ..Reading::default()
            })
            .collect(),
        Network::Attention(network) => {
            let out = network.forward(xs, Pass::Evaluate);
            let leads = rows_of(&out.lead_attention);
            rows_of(&out.logits)
                .into_iter()
                .zip(leads)
                .enumerate()
                .map(|(i, (logits, lead))| Reading {
                    logits,
                    similarities: Vec::new(),
                    attention: Some(Attention {
                        lead,
                        temporal: rows_of(&out.temporal_attention.get(i as i64)),
                    }),
                })
                .collect()
        }
    }
}

/// Window cosines (1, W, P) of one recording to the pooled windows of each
/// prototype, the most similar first.
fn pooled_windows(branch: &PrototypeBranch, cosines: &Tensor) -> Vec<Vec<PooledWindow>> {
    let count = branch.len();
    if branch.kind == PrototypeKind::WholeRecording {
        return vec![Vec::new(); count];
    }
    let (values, steps) = cosines
        .squeeze_dim(0)
        .topk(branch.kind.pooled(), 0, true, true);
    let (values, steps) = (rows_of(&values), rows_of(&steps));
    (0..count)
        .map(|j| {
            let pairs = values.iter().zip(&steps);
            pairs
                .map(|(values, steps)| PooledWindow {
                    step: steps[j] as usize,
                    cosine: values[j],
                })
                .collect()
        })
        .collect()
}
