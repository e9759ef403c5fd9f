//! A data set as one tensor per split, with what projection and evaluation
//! need to know of each record.

use tch::{Device, Tensor};

use super::error::TrainingError;
use crate::bundle::Preprocessing;
use crate::dataset::{self, DataSet, Entry};
use crate::inference::tensor_of;
use crate::statements::Statement;

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

    /// Positives of each statement.
    pub fn positives(&self, statements: &[&Statement]) -> Vec<usize> {
        dataset::positives(&self.entries.iter().collect::<Vec<_>>(), statements)
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
    statements: &[&Statement],
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
    let labels = dataset::labels(&entries, statements);
    let labels = Tensor::from_slice(&labels)
        .view([entries.len() as i64, statements.len() as i64])
        .to_device(device);
    Ok(Split {
        signals: tensor_of(&inputs, device),
        labels,
        sha256,
        entries: entries.into_iter().cloned().collect(),
    })
}
