//! A bundle's network, ready to read recordings.

use tch::{Device, Kind, Tensor, nn};

use super::device::device_name;
use super::{ClassPrediction, DeviceChoice, DeviceError, Prediction};
use crate::bundle::{
    Architecture, Bundle, BundleError, Manifest, ModelInput, PreprocessingError,
    TrainingSimilarities,
};
use crate::ecg::Recording;
use crate::nn::{PrototypeBranch, Weights, WeightsError};

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
}

/// A loaded model. It may move to another thread but not be shared: one worker
/// owns it.
#[derive(Debug)]
pub struct Model {
    bundle: Bundle,
    network: PrototypeBranch,
    /// Classifier weights (C, P), as the ledger multiplies them.
    weights: Vec<Vec<f64>>,
    training: TrainingSimilarities,
    device: Device,
}

impl Model {
    /// Reads the weights of a verified bundle onto a device.
    pub fn load(bundle: Bundle, device: DeviceChoice) -> Result<Self, InferenceError> {
        let device = device.resolve()?;
        let manifest = &bundle.manifest;
        let variables = nn::VarStore::new(device);
        let Architecture::RhythmBranch { .. } = manifest.architecture;
        let classes = manifest.prototypes.iter().map(|p| p.class).collect();
        let leads = manifest.preprocessing.leads.len();
        let network =
            PrototypeBranch::new(&variables.root(), leads, manifest.statements.len(), classes);
        let path = bundle.file(Bundle::WEIGHTS);
        Weights::read(&path)?.copy_into(&variables, &path)?;
        let weights = rows_of(&network.classifier);
        let training = TrainingSimilarities::read(
            &bundle.file(Bundle::SIMILARITIES),
            manifest.prototypes.len(),
            manifest.statements.len(),
        )?;
        Ok(Self {
            bundle,
            network,
            weights,
            training,
            device,
        })
    }

    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    pub fn manifest(&self) -> &Manifest {
        &self.bundle.manifest
    }

    /// Where it runs, for people.
    pub fn device_name(&self) -> String {
        device_name(self.device)
    }

    /// Reads one recording.
    pub fn predict(&self, recording: &Recording) -> Result<Prediction, InferenceError> {
        let input = self.input(recording)?;
        let similarities = self.similarities(std::slice::from_ref(&input));
        Ok(self.prediction(
            recording.sha256(),
            input.notes,
            similarities.into_iter().next().unwrap_or_default(),
        ))
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

    /// Similarities to every prototype of prepared recordings, in batches of [`BATCH`].
    pub fn similarities(&self, inputs: &[ModelInput]) -> Vec<Vec<f64>> {
        inputs
            .chunks(BATCH)
            .flat_map(|chunk| similarities_of(&self.network, &tensor_of(chunk, self.device)))
            .collect()
    }

    /// Probabilities from similarities.
    pub fn prediction(
        &self,
        recording_sha256: String,
        notes: Vec<String>,
        similarities: Vec<f64>,
    ) -> Prediction {
        let classes = self
            .manifest()
            .statements
            .iter()
            .zip(logits(&self.weights, &similarities))
            .map(|(statement, logit)| {
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
                    threshold: assessed.then_some(statement.threshold),
                    positive: probability.map(|p| p >= statement.threshold),
                }
            });
        Prediction {
            recording_sha256,
            notes,
            classes: classes.collect(),
            similarities,
        }
    }

    /// The logits of the network's own float arithmetic, (N, C): the ledger's
    /// sums must agree with them.
    pub fn network_logits(&self, inputs: &[ModelInput]) -> Vec<Vec<f64>> {
        let _guard = tch::no_grad_guard();
        let xs = tensor_of(inputs, self.device);
        let similarities = self.network.similarities(&self.network.latents(&xs, false));
        rows_of(&self.network.logits(&similarities))
    }

    /// Weight of every prototype for a class, as in the ledger.
    pub fn weights(&self, class: usize) -> Option<&[f64]> {
        self.weights.get(class).map(Vec::as_slice)
    }

    /// How similar the training ECGs are to the prototypes.
    pub fn training_similarities(&self) -> &TrainingSimilarities {
        &self.training
    }

    /// The prototype vectors (P, 512).
    pub fn prototypes(&self) -> Vec<Vec<f64>> {
        rows_of(&self.network.prototypes)
    }
}

/// Similarities (N, P) of a batch (N, leads, samples) without gradients.
pub fn similarities_of(network: &PrototypeBranch, xs: &Tensor) -> Vec<Vec<f64>> {
    let _guard = tch::no_grad_guard();
    rows_of(&network.similarities(&network.latents(xs, false)))
}

/// Prepared recordings as one tensor (N, leads, samples).
pub fn tensor_of(inputs: &[ModelInput], device: Device) -> Tensor {
    let Some(first) = inputs.first() else {
        return Tensor::zeros([0, 12, 1000], (Kind::Float, device));
    };
    let flat: Vec<f32> = inputs
        .iter()
        .flat_map(|i| i.samples.iter().copied())
        .collect();
    Tensor::from_slice(&flat)
        .view([
            inputs.len() as i64,
            first.leads as i64,
            first.samples_per_lead as i64,
        ])
        .to_device(device)
}

/// A matrix as rows of f64.
pub fn rows_of(tensor: &Tensor) -> Vec<Vec<f64>> {
    let _guard = tch::no_grad_guard();
    let columns = tensor.size().get(1).copied().unwrap_or(0).max(1) as usize;
    let tensor = tensor
        .detach()
        .to_device(Device::Cpu)
        .to_kind(Kind::Double)
        .contiguous();
    let mut flat = vec![0.0; tensor.numel()];
    tensor.copy_data(&mut flat, tensor.numel());
    flat.chunks(columns).map(<[f64]>::to_vec).collect()
}

/// Logits (C) from classifier weights (C, P) and similarities (P): the sums
/// that the ledger shows, and the only place where they are computed.
pub fn logits(weights: &[Vec<f64>], similarities: &[f64]) -> Vec<f64> {
    weights
        .iter()
        .map(|row| similarities.iter().zip(row).map(|(s, w)| s * w).sum())
        .collect()
}

/// Probability of a logit.
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
