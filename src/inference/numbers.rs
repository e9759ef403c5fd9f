//! Between tensors and plain numbers.

use tch::{Device, Kind, Tensor};

use crate::bundle::ModelInput;

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

/// Logits (C) from classifier weights (C, P), biases (C, or none) and
/// similarities (P): the sums that the ledger shows, and the only place where
/// they are computed.
pub fn logits(weights: &[Vec<f64>], biases: &[f64], similarities: &[f64]) -> Vec<f64> {
    weights
        .iter()
        .enumerate()
        .map(|(class, row)| {
            let sum: f64 = similarities.iter().zip(row).map(|(s, w)| s * w).sum();
            sum + biases.get(class).copied().unwrap_or(0.0)
        })
        .collect()
}

/// Probability of a logit.
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
