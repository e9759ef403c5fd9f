//! The 71 SCP statements of PTB-XL: code, description, prototype group and
//! diagnostic superclass.
//!
//! Source: PTB-XL 1.0.3 `scp_statements.csv` for codes, order and superclass;
//! Sethi et al. 2025 (ProtoECGNet) for the three prototype groups.

mod labels;

pub use labels::{Label, LabelSet, describe};

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// The branch of ProtoECGNet that a statement belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Group {
    /// 16 statements (upstream's label set 1).
    Rhythm,
    /// 52 statements (upstream's label set 3).
    Morphology,
    /// 3 statements (upstream's label set 4).
    Global,
}

/// The five diagnostic superclasses of PTB-XL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Superclass {
    Norm,
    Mi,
    Sttc,
    Cd,
    Hyp,
}

impl Superclass {
    /// In the order of TrustECG's outputs.
    pub const ALL: [Self; 5] = [Self::Norm, Self::Mi, Self::Sttc, Self::Cd, Self::Hyp];

    /// As PTB-XL writes it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Norm => "NORM",
            Self::Mi => "MI",
            Self::Sttc => "STTC",
            Self::Cd => "CD",
            Self::Hyp => "HYP",
        }
    }

    pub fn description(self) -> &'static str {
        match self {
            Self::Norm => "normal ECG",
            Self::Mi => "myocardial infarction",
            Self::Sttc => "ST/T change",
            Self::Cd => "conduction disturbance",
            Self::Hyp => "hypertrophy",
        }
    }
}

/// One SCP statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The SCP code, such as `1AVB`.
    pub code: String,
    pub description: String,
    pub group: Group,
    pub superclass: Option<Superclass>,
}

/// All 71 statements in the order of PTB-XL's `scp_statements.csv`, which is
/// the order of the fused model's outputs.
pub fn all() -> &'static [Statement] {
    static ALL: OnceLock<Vec<Statement>> = OnceLock::new();
    ALL.get_or_init(|| {
        ron::from_str(include_str!("../../assets/statements.ron"))
            .expect("assets/statements.ron is compiled in and tested")
    })
}

/// The statement with this code.
pub fn by_code(code: &str) -> Option<&'static Statement> {
    all().iter().find(|s| s.code == code)
}

/// The statements of one branch, in the order of its outputs.
pub fn of_group(group: Group) -> Vec<&'static Statement> {
    all().iter().filter(|s| s.group == group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_groups_have_the_published_sizes() {
        assert_eq!(all().len(), 71);
        assert_eq!(of_group(Group::Rhythm).len(), 16);
        assert_eq!(of_group(Group::Morphology).len(), 52);
        assert_eq!(of_group(Group::Global).len(), 3);
    }

    /// Specification 4.2: the order decides which output is which statement.
    #[test]
    fn rhythm_outputs_are_in_the_published_order() {
        let codes: Vec<&str> = of_group(Group::Rhythm)
            .iter()
            .map(|s| s.code.as_str())
            .collect();
        assert_eq!(
            codes.join(" "),
            "1AVB IVCD 3AVB 2AVB SR AFIB STACH SARRH SBRAD PACE SVARR BIGU AFLT SVTAC PSVT TRIGU"
        );
    }
}
