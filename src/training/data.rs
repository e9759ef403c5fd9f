//! A data set as one tensor per split, with what projection and evaluation
//! need to know of each record.

use tch::{Device, Kind, Tensor};

use super::error::TrainingError;
use crate::bundle::Preprocessing;
use crate::dataset::{self, DataSet, Entry};
use crate::inference::tensor_of;
use crate::statements::Label;

/// One split on the device.
#[derive(Debug)]
pub struct Split {
    /// (N, leads, samples), preprocessed.
    pub signals: Tensor,
    /// (N, C) of 0 and 1.
    pub labels: Tensor,
    pub entries: Vec<Entry>,
    /// [`crate::ecg::Recording::sha256`] per record.
    pub sha256: Vec<String>,
}

impl Split {
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether record `row` carries statement `code`.
    pub fn has(&self, row: usize, code: &str) -> bool {
        self.entries[row].has(code)
    }

    /// Records that carry each label.
    pub fn positives(&self) -> Vec<usize> {
        positives_of(&self.labels)
    }

    /// The labels of some outputs, (N, columns).
    pub fn columns(&self, outputs: &[usize]) -> Tensor {
        let index: Vec<i64> = outputs.iter().map(|&c| c as i64).collect();
        let index = Tensor::from_slice(&index).to_device(self.labels.device());
        self.labels.index_select(1, &index)
    }
}

/// Training and validation folds of a data set.
#[derive(Debug)]
pub struct TrainingData {
    pub train: Split,
    pub validation: Split,
}

/// Reads and preprocesses some folds. A record that cannot be read stops the
/// run with its name: a silent zero signal would be trained on.
/// `tick(done, of)` answers whether to go on.
pub fn read_split(
    set: &DataSet,
    folds: &[u8],
    labels: &[Label],
    preprocessing: &Preprocessing,
    device: Device,
    tick: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Split, TrainingError> {
    let entries = set.folds(folds);
    if entries.is_empty() {
        return Err(TrainingError::NoRecords {
            folds: folds.to_vec(),
        });
    }
    let mut inputs = Vec::with_capacity(entries.len());
    let mut sha256 = Vec::with_capacity(entries.len());
    for (done, entry) in entries.iter().enumerate() {
        if !tick(done, entries.len()) {
            return Err(TrainingError::Cancelled);
        }
        let recording = set.read(entry)?;
        let input = preprocessing
            .apply(&recording)
            .map_err(|source| TrainingError::Record {
                ecg_id: entry.ecg_id,
                source,
            })?;
        inputs.push(input);
        sha256.push(recording.sha256());
    }
    let width = labels.len() as i64;
    let labels = dataset::labels(&entries, labels);
    let labels = Tensor::from_slice(&labels)
        .view([entries.len() as i64, width])
        .to_device(device);
    Ok(Split {
        signals: tensor_of(&inputs, device),
        labels,
        sha256,
        entries: entries.into_iter().cloned().collect(),
    })
}

/// Positives of each column of labels (N, C).
pub fn positives_of(labels: &Tensor) -> Vec<usize> {
    let counts = labels.sum_dim_intlist(0, false, Kind::Double);
    let counts: Vec<f64> = Vec::try_from(counts.to_device(Device::Cpu)).unwrap_or_default();
    counts.into_iter().map(|n| n as usize).collect()
}

/// Labels (N, C), row by row.
pub fn labels_of(labels: &Tensor) -> Vec<f32> {
    let flat = labels
        .to_device(Device::Cpu)
        .to_kind(Kind::Float)
        .contiguous()
        .view([-1]);
    Vec::try_from(&flat).unwrap_or_default()
}
