//! The configurations that come with the program, compiled in: those of its
//! models, and one for every cell of the published tables.

use super::{ConfigError, TrainingConfig};

/// A configuration that `protoecg train` knows by name.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    pub name: &'static str,
    /// The model, or the cell of the published table, that it is for.
    pub purpose: &'static str,
    /// The RON file.
    pub text: &'static str,
}

macro_rules! shipped {
    ($($name:literal in $folder:literal is $purpose:literal),* $(,)?) => {
        &[$(Shipped {
            name: $name,
            purpose: $purpose,
            text: include_str!(concat!("../../assets/", $folder, "/", $name, ".ron")),
        }),*]
    };
}

/// All of them. Sethi 2025 is the ProtoECGNet article; its tables 1 and 2 have
/// macro AUROCs of these rows, with and without the contrastive term.
pub const SHIPPED: &[Shipped] = shipped![
    "ptbxl-excerpt" in "configs" is "what models/ptbxl-excerpt was trained with",
    "ptbxl-excerpt-free" in "configs" is "the same with prototypes that are projected only at the end",
    "ptbxl-excerpt-rhythm" in "configs" is "models/ptbxl-excerpt-rhythm",
    "ptbxl" in "configs" is "the same for the whole of PTB-XL",
    "rhythm-demo" in "configs" is "models/demo-rhythm, on simulated ECGs",
    "rhythm-plain" in "configs/tables" is "Sethi 2025, tables 1 and 2: rhythm branch, no contrastive",
    "rhythm-paper" in "configs" is "Sethi 2025, tables 1 and 2: rhythm branch, contrastive",
    "morphology-plain" in "configs/tables" is "Sethi 2025, tables 1 and 2: morphology branch, no contrastive",
    "morphology-contrastive" in "configs/tables" is "Sethi 2025, tables 1 and 2: morphology branch, contrastive",
    "global-plain" in "configs/tables" is "Sethi 2025, tables 1 and 2: global branch, no contrastive",
    "global-contrastive" in "configs/tables" is "Sethi 2025, tables 1 and 2: global branch, contrastive",
    "all-1d-plain" in "configs/tables" is "Sethi 2025, tables 1 and 2: 71 labels, 1D, no contrastive",
    "all-1d-contrastive" in "configs/tables" is "Sethi 2025, tables 1 and 2: 71 labels, 1D, contrastive",
    "all-2d-partial-plain" in "configs/tables" is "Sethi 2025, tables 1 and 2: 71 labels, 2D partial, no contrastive",
    "all-2d-partial-contrastive" in "configs/tables" is "Sethi 2025, tables 1 and 2: 71 labels, 2D partial, contrastive",
    "all-2d-global-plain" in "configs/tables" is "Sethi 2025, tables 1 and 2: 71 labels, 2D global, no contrastive",
    "all-2d-global-contrastive" in "configs/tables" is "Sethi 2025, tables 1 and 2: 71 labels, 2D global, contrastive",
    "all-macro-plain" in "configs/tables" is "Sethi 2025, tables 1 and 2: 71 labels, macro aggregation, no contrastive",
    "all-macro-contrastive" in "configs/tables" is "Sethi 2025, tables 1 and 2: 71 labels, macro aggregation, contrastive",
    "all-fusion-plain" in "configs/tables" is "Sethi 2025, tables 1 and 2: 71 labels, fusion, no contrastive",
    "protoecgnet-paper" in "configs" is "Sethi 2025, tables 1 and 2: 71 labels, fusion, contrastive",
    "black-box-1d" in "configs/tables" is "Sethi 2025, tables 1 and 2: 71 labels, 1D, black box",
    "black-box-2d" in "configs/tables" is "Sethi 2025, tables 1 and 2: 71 labels, 2D, black box",
    "black-box-multi" in "configs/tables" is "Sethi 2025, tables 1 and 2: 71 labels, multi-branch, black box",
    "rhythm-only-joint" in "configs/tables" is "rhythm-only article, table 1: joint",
    "rhythm-only-separate" in "configs/tables" is "rhythm-only article, table 1: separate",
    "trustecg" in "configs" is "TrustECG, as its published weights were made",
    "trustecg-article" in "configs" is "TrustECG, as its article says",
    "trustecg-excerpt" in "configs" is "models/ptbxl-excerpt-trustecg",
];

impl Shipped {
    pub fn by_name(name: &str) -> Option<&'static Self> {
        SHIPPED.iter().find(|shipped| shipped.name == name)
    }

    /// # Errors
    /// None that a test would not have shown.
    pub fn config(&self) -> Result<TrainingConfig, ConfigError> {
        TrainingConfig::parse(self.text, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::{JointStage, Stage};

    fn config(name: &str) -> TrainingConfig {
        Shipped::by_name(name).expect(name).config().unwrap()
    }

    /// Every file is listed under its name; a bundle may be named otherwise.
    #[test]
    fn every_shipped_configuration_is_valid_and_listed() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/configs");
        let mut files = 0;
        for folder in [root.clone(), root.join("tables")] {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    continue;
                }
                let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
                let config = config(&name);
                assert!(
                    !config.name.is_empty() && !config.title.is_empty(),
                    "{name}"
                );
                files += 1;
            }
        }
        assert_eq!(files, SHIPPED.len());
    }

    fn joints(config: &mut TrainingConfig) -> Vec<&mut JointStage> {
        let mut found = Vec::new();
        for stage in &mut config.stages {
            if let Stage::Joint(joint) = stage {
                found.push(joint);
            }
        }
        found
    }

    /// The two cells of a row differ in the contrastive weight and in nothing else.
    #[test]
    fn cells_with_and_without_the_contrastive_term_differ_in_its_weight_only() {
        for (plain, contrastive) in [
            ("rhythm-plain", "rhythm-paper"),
            ("morphology-plain", "morphology-contrastive"),
            ("global-plain", "global-contrastive"),
            ("all-1d-plain", "all-1d-contrastive"),
            ("all-2d-partial-plain", "all-2d-partial-contrastive"),
            ("all-2d-global-plain", "all-2d-global-contrastive"),
            ("all-macro-plain", "all-macro-contrastive"),
            ("all-fusion-plain", "protoecgnet-paper"),
        ] {
            let (mut without, mut with) = (config(plain), config(contrastive));
            assert_ne!(without.title, with.title);
            (without.name, without.title) = (with.name.clone(), with.title.clone());
            for joint in joints(&mut without) {
                assert_eq!(joint.losses.contrastive, 0.0, "{plain}");
                joint.losses.contrastive = 300.0;
            }
            assert!(
                joints(&mut with)
                    .iter()
                    .all(|j| j.losses.contrastive == 300.0)
            );
            assert_eq!(without, with, "{plain}");
        }
    }

    /// Rows on 71 statements have 71 outputs, the others those of their branch;
    /// prototypes per class are the published 5, 18 and 7 (rhythm only: 18).
    #[test]
    fn outputs_and_prototypes_are_the_published_ones() {
        for shipped in SHIPPED.iter().filter(|s| s.text.contains("PTB-XL 1.0.3\"")) {
            let config = shipped.config().unwrap();
            let outputs = config.model.labels().labels().len();
            let expected = match shipped.name {
                name if name.starts_with("rhythm") => 16,
                name if name.starts_with("morphology") => 52,
                name if name.starts_with("global") => 3,
                name if name.starts_with("trustecg") => 5,
                _ => 71,
            };
            assert_eq!(outputs, expected, "{}", shipped.name);
            for branch in config.model.branches() {
                let wanted = match branch.prototypes.steps() {
                    1 if shipped.name.starts_with("rhythm-only") => 18,
                    1 => 5,
                    3 => 18,
                    _ => 7,
                };
                assert_eq!(branch.prototypes_per_class, wanted, "{}", shipped.name);
            }
        }
    }
}
