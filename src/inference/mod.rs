//! Bundle and recording to prediction; chooses the device; batches.

mod changes;
mod cuda_library;
mod device;
mod model;
mod numbers;
mod prediction;
mod sources;

pub use changes::{ChangeError, Changes, Span, mask_lead, mask_span};
pub use device::{DeviceChoice, DeviceError, device_name, set_threads};
pub use model::{BATCH, InferenceError, Model, classifier_of, readings_of};
pub use numbers::{logits, rows_of, sigmoid, tensor_of};
pub use prediction::{Attention, ClassPrediction, PooledWindow, Prediction, Reading};
pub use sources::{LEAST_COSINE_OF_SOURCE, OtherRecord, SourceError, Sources, find_sources};
