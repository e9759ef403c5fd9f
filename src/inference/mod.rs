//! Bundle and recording to prediction; chooses the device; batches.

mod cuda_library;
mod device;
mod model;
mod prediction;

pub use device::{DeviceChoice, DeviceError, device_name, set_threads};
pub use model::{
    BATCH, InferenceError, Model, logits, rows_of, sigmoid, similarities_of, tensor_of,
};
pub use prediction::{ClassPrediction, Prediction};
