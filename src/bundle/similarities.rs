//! The similarity of every training ECG to every prototype, kept in the bundle
//! (16 bit): percentiles and nearest training ECGs come from it.

use std::path::Path;

use tch::{Kind, Tensor};

use crate::nn::{Weights, WeightsError};

/// Similarities and labels of the training ECGs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrainingSimilarities {
    /// Record of each row.
    pub ecg_ids: Vec<u32>,
    /// Per training ECG its similarity to each prototype.
    pub similarities: Vec<Vec<f32>>,
    /// Per training ECG, whether it carries each of the model's statements.
    pub labels: Vec<Vec<bool>>,
}

impl TrainingSimilarities {
    /// Share (0 to 100) of the training ECGs without statement `class` whose
    /// similarity to `prototype` is below `similarity`. `None` where all carry it.
    pub fn percentile(&self, prototype: usize, class: usize, similarity: f64) -> Option<f64> {
        let others = || {
            let rows = self.similarities.iter().zip(&self.labels);
            rows.filter(|(_, labels)| !labels.get(class).copied().unwrap_or(false))
                .filter_map(|(row, _)| row.get(prototype))
        };
        let count = others().count();
        let below = others().filter(|&&s| f64::from(s) < similarity).count();
        (count > 0).then(|| 100.0 * below as f64 / count as f64)
    }

    /// Writes `training_similarities.safetensors`.
    pub fn write(&self, path: &Path) -> Result<(), WeightsError> {
        let rows = self.ecg_ids.len() as i64;
        let flat: Vec<f32> = self.similarities.concat();
        let labels: Vec<u8> = self.labels.iter().flatten().map(|&l| u8::from(l)).collect();
        let ids: Vec<i64> = self.ecg_ids.iter().map(|&id| i64::from(id)).collect();
        let mut weights = Weights::default();
        let matrix = |tensor: Tensor| {
            if rows == 0 {
                tensor.view([0, 0])
            } else {
                tensor.view([rows, -1])
            }
        };
        weights.tensors.insert(
            "similarities".into(),
            matrix(Tensor::from_slice(&flat).to_kind(Kind::Half)),
        );
        weights
            .tensors
            .insert("labels".into(), matrix(Tensor::from_slice(&labels)));
        weights
            .tensors
            .insert("ecg_ids".into(), Tensor::from_slice(&ids));
        weights.write(path)
    }

    /// Reads what [`TrainingSimilarities::write`] wrote.
    pub fn read(path: &Path) -> Result<Self, WeightsError> {
        let weights = Weights::read(path)?;
        let shown = path.display().to_string();
        let values = |name: &str| -> Result<Vec<f32>, WeightsError> {
            let tensor = weights.get(name, &shown)?.to_kind(Kind::Float).contiguous();
            let mut values = vec![0.0; tensor.numel()];
            tensor.copy_data(&mut values, tensor.numel());
            Ok(values)
        };
        let ids = weights.get("ecg_ids", &shown)?;
        let ecg_ids: Vec<u32> = (0..ids.numel())
            .map(|i| ids.int64_value(&[i as i64]) as u32)
            .collect();
        let rows = |values: Vec<f32>| -> Vec<Vec<f32>> {
            let width = values.len() / ecg_ids.len().max(1);
            values.chunks(width.max(1)).map(<[f32]>::to_vec).collect()
        };
        let similarities = rows(values("similarities")?);
        let labels = rows(values("labels")?)
            .into_iter()
            .map(|row| row.iter().map(|&l| l > 0.5).collect())
            .collect();
        Ok(Self {
            ecg_ids,
            similarities,
            labels,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> TrainingSimilarities {
        TrainingSimilarities {
            ecg_ids: vec![3, 5, 9, 11],
            similarities: vec![
                vec![0.25, 0.5],
                vec![0.5, 0.5],
                vec![0.75, 0.5],
                vec![1.0, 0.5],
            ],
            labels: vec![vec![false], vec![false], vec![false], vec![true]],
        }
    }

    #[test]
    fn the_percentile_counts_training_ecgs_without_the_statement() {
        assert_eq!(example().percentile(0, 0, 0.6), Some(100.0 * 2.0 / 3.0));
        assert_eq!(example().percentile(0, 0, 1.0), Some(100.0));
        let mut all_positive = example();
        all_positive.labels = vec![vec![true]; 4];
        assert_eq!(all_positive.percentile(0, 0, 0.5), None);
    }

    #[test]
    fn it_comes_back_as_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.safetensors");
        example().write(&path).unwrap();
        assert_eq!(TrainingSimilarities::read(&path).unwrap(), example());
    }
}
