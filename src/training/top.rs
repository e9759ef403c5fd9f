//! The best epochs of every stage, kept beside the bundle for whoever wants to
//! look at them. What is there follows from the names of the files, so that a
//! resumed run goes on with them.

use std::path::PathBuf;

use super::error::TrainingError;
use super::folders::io_error;
use crate::nn::Weights;

/// A folder of `stage-2-epoch-7-auroc-0.812345.safetensors`.
#[derive(Debug)]
pub struct TopCheckpoints {
    dir: PathBuf,
    /// Per stage.
    most: usize,
}

/// One file.
#[derive(Clone, Debug, PartialEq)]
struct Kept {
    stage: usize,
    epoch: usize,
    auroc: f64,
}

impl Kept {
    fn file_name(&self) -> String {
        format!(
            "stage-{}-epoch-{}-auroc-{:.6}.safetensors",
            self.stage, self.epoch, self.auroc
        )
    }

    fn parse(name: &str) -> Option<Self> {
        let rest = name.strip_prefix("stage-")?.strip_suffix(".safetensors")?;
        let (stage, rest) = rest.split_once("-epoch-")?;
        let (epoch, auroc) = rest.split_once("-auroc-")?;
        Some(Self {
            stage: stage.parse().ok()?,
            epoch: epoch.parse().ok()?,
            auroc: auroc.parse().ok()?,
        })
    }
}

impl TopCheckpoints {
    pub fn new(dir: PathBuf, most: usize) -> Self {
        Self { dir, most }
    }

    /// Keeps an epoch if it is among the best of its stage, and removes the one
    /// that no longer is. Of equal ones the earlier stays.
    pub fn offer(
        &self,
        stage: usize,
        epoch: usize,
        auroc: f64,
        weights: &Weights,
    ) -> Result<(), TrainingError> {
        if self.most == 0 {
            return Ok(());
        }
        std::fs::create_dir_all(&self.dir).map_err(io_error(&self.dir))?;
        let mut kept = self.of_stage(stage)?;
        // A resumed epoch is written again.
        kept.retain(|k| k.epoch != epoch);
        let offered = Kept {
            stage,
            epoch,
            auroc,
        };
        kept.push(offered.clone());
        kept.sort_by(|a, b| b.auroc.total_cmp(&a.auroc).then(a.epoch.cmp(&b.epoch)));
        let out = kept.split_off(self.most.min(kept.len()));
        if kept.contains(&offered) {
            weights.write(&self.dir.join(offered.file_name()))?;
        }
        for gone in out.iter().filter(|k| **k != offered) {
            let path = self.dir.join(gone.file_name());
            std::fs::remove_file(&path).map_err(io_error(&path))?;
        }
        Ok(())
    }

    fn of_stage(&self, stage: usize) -> Result<Vec<Kept>, TrainingError> {
        let entries = std::fs::read_dir(&self.dir).map_err(io_error(&self.dir))?;
        let kept = entries.filter_map(|entry| Kept::parse(entry.ok()?.file_name().to_str()?));
        Ok(kept.filter(|k| k.stage == stage).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Tensor;

    fn names(dir: &std::path::Path) -> Vec<String> {
        let entries = std::fs::read_dir(dir).unwrap();
        let mut names: Vec<String> = entries
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_best_of_each_stage_stay() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("kept");
        let mut weights = Weights::default();
        weights
            .tensors
            .insert("a".into(), Tensor::from_slice(&[1.0f32]));
        let aurocs = [0.5, 0.75, 0.625, 0.75, 0.25];
        for (epoch, auroc) in aurocs.into_iter().enumerate() {
            // As a resumed run: what is there is read from the folder every time.
            let top = TopCheckpoints::new(folder.clone(), 2);
            top.offer(1, epoch + 1, auroc, &weights).unwrap();
        }
        TopCheckpoints::new(folder.clone(), 2)
            .offer(2, 1, 0.1, &weights)
            .unwrap();
        assert_eq!(
            names(&folder),
            [
                "stage-1-epoch-2-auroc-0.750000.safetensors",
                "stage-1-epoch-4-auroc-0.750000.safetensors",
                "stage-2-epoch-1-auroc-0.100000.safetensors",
            ]
        );
        let read = Weights::read(&folder.join("stage-1-epoch-2-auroc-0.750000.safetensors"));
        assert_eq!(read.unwrap().tensors.len(), 1);
        let none = TopCheckpoints::new(dir.path().join("none"), 0);
        none.offer(0, 1, 0.9, &weights).unwrap();
        assert!(!dir.path().join("none").exists());
    }
}
