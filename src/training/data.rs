//! A data set as one tensor per split, with what projection and evaluation
//! need to know of each record.

use tch::{Device, Kind, Tensor};

use super::error::TrainingError;
use crate::bundle::{ModelInput, Preprocessing};
use crate::dataset::{self, DataSet, Entry, Signal};
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

/// Records that are in memory as recordings at one time: 25 MB.
const READ_AT_ONCE: usize = 256;

/// The tensor of a split, which is filled as the records are read: a copy of it
/// would be another gigabyte for PTB-XL.
struct Inputs(Tensor);

impl Inputs {
    fn new(records: usize, preprocessing: &Preprocessing) -> Self {
        let leads = preprocessing.leads.len() as i64;
        let size = [records as i64, leads, preprocessing.samples as i64];
        Self(Tensor::zeros(size, (Kind::Float, Device::Cpu)))
    }

    fn fill(&mut self, start: usize, inputs: &[ModelInput]) {
        let mut part = self.0.narrow(0, start as i64, inputs.len() as i64);
        part.copy_(&tensor_of(inputs, Device::Cpu));
    }
}

/// Reads entries and makes the input of a network of each, on all cores. Each
/// goes through `work` in its thread, and the results through `collect` in the
/// order of the entries, some at a time. `tick(done, of)` answers whether to go on.
///
/// # Errors
/// A record that cannot be read or does not fit the network, and `tick`.
pub(super) fn read_inputs<T: Send>(
    set: &DataSet,
    entries: &[&Entry],
    preprocessing: &Preprocessing,
    tick: &mut dyn FnMut(usize, usize) -> bool,
    work: impl Fn(ModelInput, &Signal) -> T + Sync,
    mut collect: impl FnMut(Vec<T>),
) -> Result<(), TrainingError> {
    for (number, some) in entries.chunks(READ_AT_ONCE).enumerate() {
        if !tick(number * READ_AT_ONCE, entries.len()) {
            return Err(TrainingError::Cancelled);
        }
        let read = set.map_signals(some, |entry, signal| {
            let input = preprocessing.apply(&signal.recording);
            let input = input.map_err(|source| TrainingError::Record {
                ecg_id: entry.ecg_id,
                source,
            })?;
            Ok(work(input, signal))
        })?;
        collect(read.into_iter().collect::<Result<_, TrainingError>>()?);
    }
    Ok(())
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
    let mut inputs = Inputs::new(entries.len(), preprocessing);
    let mut sha256 = Vec::with_capacity(entries.len());
    let with_sha256 = |input, signal: &Signal| (input, signal.sha256());
    read_inputs(set, &entries, preprocessing, tick, with_sha256, |read| {
        let (some, of_some): (Vec<_>, Vec<_>) = read.into_iter().unzip();
        inputs.fill(sha256.len(), &some);
        sha256.extend(of_some);
    })?;
    let width = labels.len() as i64;
    let labels = dataset::labels(&entries, labels);
    let labels = Tensor::from_slice(&labels)
        .view([entries.len() as i64, width])
        .to_device(device);
    Ok(Split {
        signals: inputs.0.to_device(device),
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
