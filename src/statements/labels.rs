//! What the outputs of a model mean, and which ECG carries them.

use serde::{Deserialize, Serialize};

use super::{Group, Statement, Superclass};

/// The outputs of a model, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum LabelSet {
    /// The statements of one branch of ProtoECGNet.
    Group(Group),
    /// All 71 statements in the order of `scp_statements.csv`.
    All,
    /// The five diagnostic superclasses NORM, MI, STTC, CD, HYP. A record
    /// carries one if a statement of it has at least this likelihood in percent
    /// (TrustECG: 50 in the program that made the published weights, 0 in its
    /// documentation).
    Superclasses { least_likelihood: f64 },
}

/// One output.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    pub code: String,
    pub description: String,
    rule: Rule,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Rule {
    /// The record's codes have this one, whatever its likelihood (specification 4.2).
    Statement,
    Superclass {
        superclass: Superclass,
        least_likelihood: f64,
    },
}

impl LabelSet {
    /// One per output.
    pub fn labels(self) -> Vec<Label> {
        let statement = |s: &Statement| Label {
            code: s.code.clone(),
            description: s.description.clone(),
            rule: Rule::Statement,
        };
        match self {
            Self::Group(group) => super::of_group(group).into_iter().map(statement).collect(),
            Self::All => super::all().iter().map(statement).collect(),
            Self::Superclasses { least_likelihood } => Superclass::ALL
                .into_iter()
                .map(|superclass| Label {
                    code: superclass.code().to_owned(),
                    description: superclass.description().to_owned(),
                    rule: Rule::Superclass {
                        superclass,
                        least_likelihood,
                    },
                })
                .collect(),
        }
    }
}

impl Label {
    /// Whether an ECG with these codes and likelihoods carries the label.
    pub fn is_carried_by(&self, codes: &[(String, f64)]) -> bool {
        match self.rule {
            Rule::Statement => codes.iter().any(|(code, _)| *code == self.code),
            Rule::Superclass {
                superclass,
                least_likelihood,
            } => codes.iter().any(|(code, likelihood)| {
                // Label maps of other collections may give the superclass itself.
                let belongs = code == superclass.code()
                    || super::by_code(code).is_some_and(|s| s.superclass == Some(superclass));
                *likelihood >= least_likelihood && belongs
            }),
        }
    }
}

/// What a code of an output means: a statement or a superclass.
pub fn describe(code: &str) -> Option<&'static str> {
    match super::by_code(code) {
        Some(statement) => Some(&statement.description),
        None => Superclass::ALL
            .into_iter()
            .find(|s| s.code() == code)
            .map(Superclass::description),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried(set: LabelSet, codes: &[(&str, f64)]) -> Vec<String> {
        let codes: Vec<(String, f64)> = codes.iter().map(|(c, l)| ((*c).to_owned(), *l)).collect();
        set.labels()
            .into_iter()
            .filter(|label| label.is_carried_by(&codes))
            .map(|label| label.code)
            .collect()
    }

    /// Specification 4.5: a likelihood below 50 does not count for TrustECG,
    /// and any counts for ProtoECGNet.
    #[test]
    fn the_likelihood_counts_for_superclasses_only() {
        let codes = [("IMI", 35.0), ("NDT", 100.0), ("SR", 0.0)];
        let strict = LabelSet::Superclasses {
            least_likelihood: 50.0,
        };
        assert_eq!(carried(strict, &codes), ["STTC"]);
        let loose = LabelSet::Superclasses {
            least_likelihood: 0.0,
        };
        assert_eq!(carried(loose, &codes), ["MI", "STTC"]);
        assert_eq!(carried(loose, &[("MI", 100.0)]), ["MI"]);
        assert_eq!(carried(LabelSet::All, &codes), ["NDT", "IMI", "SR"]);
        assert_eq!(carried(LabelSet::Group(Group::Rhythm), &codes), ["SR"]);
    }

    #[test]
    fn outputs_are_in_the_published_order() {
        let codes: Vec<String> = LabelSet::Superclasses {
            least_likelihood: 50.0,
        }
        .labels()
        .into_iter()
        .map(|l| l.code)
        .collect();
        assert_eq!(codes, ["NORM", "MI", "STTC", "CD", "HYP"]);
        assert_eq!(LabelSet::All.labels().len(), 71);
        assert_eq!(describe("MI"), Some("myocardial infarction"));
        assert_eq!(describe("nonsense"), None);
    }
}
