//! How a network's input is scaled.

use serde::{Deserialize, Serialize};

use super::PreprocessingError;
use super::preprocessing::config;

/// TrustECG adds this to the standard deviation, so that a flat record gives
/// zeros and no infinities.
const STD_FLOOR: f64 = 1e-8;

/// How amplitudes are scaled after the filter.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub enum Standardise {
    /// Millivolts as they are.
    None,
    /// One mean and one population standard deviation over all leads of the
    /// record, 1e-8 added to the latter.
    PerRecord,
    /// A mean and a standard deviation per lead, from the training records.
    PerLead { mean_mv: Vec<f64>, std_mv: Vec<f64> },
}

impl Standardise {
    /// As many numbers as there are leads, and no division by zero.
    pub(super) fn check(&self, leads: usize) -> Result<(), PreprocessingError> {
        let Self::PerLead { mean_mv, std_mv } = self else {
            return Ok(());
        };
        let sound = mean_mv.iter().all(|m| m.is_finite())
            && std_mv.iter().all(|s| s.is_finite() && *s > 0.0);
        if mean_mv.len() != leads || std_mv.len() != leads || !sound {
            let found = format!("{mean_mv:?} and {std_mv:?}");
            let expected = format!("{leads} finite means and deviations above 0");
            return Err(config("standardise", found, expected));
        }
        Ok(())
    }

    /// Leads in millivolts, scaled.
    pub(super) fn apply(
        &self,
        mut leads: Vec<Vec<f64>>,
    ) -> Result<Vec<Vec<f64>>, PreprocessingError> {
        self.check(leads.len())?;
        let scale = |lead: &mut Vec<f64>, mean: f64, std: f64| {
            lead.iter_mut().for_each(|v| *v = (*v - mean) / std);
        };
        match self {
            Self::None => {}
            Self::PerRecord => {
                let (mean, std) = mean_and_std(&leads);
                leads
                    .iter_mut()
                    .for_each(|lead| scale(lead, mean, std + STD_FLOOR));
            }
            Self::PerLead { mean_mv, std_mv } => {
                for (lead, (mean, std)) in leads.iter_mut().zip(mean_mv.iter().zip(std_mv)) {
                    scale(lead, *mean, *std);
                }
            }
        }
        Ok(leads)
    }
}

/// Over all samples of all leads; the deviation is the population's.
fn mean_and_std(leads: &[Vec<f64>]) -> (f64, f64) {
    let count = leads.iter().map(Vec::len).sum::<usize>() as f64;
    let mean = leads.iter().flatten().sum::<f64>() / count;
    let variance = leads
        .iter()
        .flatten()
        .map(|v| (v - mean).powi(2))
        .sum::<f64>()
        / count;
    (mean, variance.sqrt())
}
