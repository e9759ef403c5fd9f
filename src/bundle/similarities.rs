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

    /// Reads what [`TrainingSimilarities::write`] wrote, for a model with this
    /// many prototypes and classes.
    ///
    /// # Errors
    /// A tensor that is missing, of another shape or type, or holds what is no
    /// record number or no similarity.
    pub fn read(path: &Path, prototypes: usize, classes: usize) -> Result<Self, WeightsError> {
        let weights = Weights::read(path)?;
        let shown = path.display().to_string();
        let ids = weights.get("ecg_ids", &shown)?;
        let count = ids.numel();
        weights.expect("ecg_ids", Kind::Int64, &[count as i64], &shown)?;
        let mut ecg_ids = Vec::with_capacity(count);
        for i in 0..count {
            let id = ids.int64_value(&[i as i64]);
            ecg_ids.push(u32::try_from(id).map_err(|_| WeightsError::Value {
                path: shown.clone(),
                name: "ecg_ids".to_owned(),
                found: id.to_string(),
                expected: "record numbers from 0 to 4294967295",
            })?);
        }
        let rows = |name: &str, kind: Kind, width: usize| {
            // Without any row the width is lost in writing.
            let width = if count == 0 { 0 } else { width };
            weights.expect(name, kind, &[count as i64, width as i64], &shown)?;
            weights.expect_finite(name, &shown)?;
            let tensor = weights.get(name, &shown)?.to_kind(Kind::Float).contiguous();
            let mut values = vec![0f32; tensor.numel()];
            tensor.copy_data(&mut values, tensor.numel());
            Ok(values.chunks(width.max(1)).map(<[f32]>::to_vec).collect())
        };
        let similarities: Vec<Vec<f32>> = rows("similarities", Kind::Float, prototypes)?;
        let labels = rows("labels", Kind::Uint8, classes)?
            .into_iter()
            .map(|row: Vec<f32>| row.iter().map(|&l| l > 0.5).collect())
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
        assert_eq!(TrainingSimilarities::read(&path, 2, 1).unwrap(), example());
    }

    #[test]
    fn what_does_not_fit_the_model_is_refused_with_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.safetensors");
        example().write(&path).unwrap();
        let error = |prototypes, classes| {
            TrainingSimilarities::read(&path, prototypes, classes)
                .unwrap_err()
                .to_string()
        };
        assert!(
            error(3, 1).ends_with("tensor similarities has shape [4, 2], expected [4, 3]"),
            "{}",
            error(3, 1)
        );
        assert!(
            error(2, 5).ends_with("tensor labels has shape [4, 1], expected [4, 5]"),
            "{}",
            error(2, 5)
        );
        let damaged = |name: &str, tensor: Tensor| {
            let mut weights = Weights::read(&path).unwrap();
            weights.tensors.insert(name.into(), tensor);
            let other = dir.path().join("other.safetensors");
            weights.write(&other).unwrap();
            TrainingSimilarities::read(&other, 2, 1)
                .unwrap_err()
                .to_string()
        };
        let negative = damaged("ecg_ids", Tensor::from_slice(&[3i64, 5, -9, 11]));
        assert!(
            negative.contains("tensor ecg_ids holds -9, expected record numbers"),
            "{negative}"
        );
        let kind = damaged("labels", Tensor::from_slice(&[1f32; 4]).view([4, 1]));
        assert!(
            kind.contains("tensor labels has type Float, expected Uint8"),
            "{kind}"
        );
        let nan = damaged(
            "similarities",
            Tensor::from_slice(&[f32::NAN; 8]).view([4, 2]),
        );
        assert!(nan.contains("tensor similarities holds NaN"), "{nan}");
    }
}
