//! A mean and a deviation per lead, fitted to the training folds: the scaler
//! that one of the articles says it used (specification 4.3). It becomes part
//! of the preprocessing, and so of the bundle.

use super::TrainingConfig;
use super::error::TrainingError;
use crate::bundle::{Preprocessing, Standardise};
use crate::dataset::DataSet;

/// A configuration whose preprocessing has the scaler of its training folds.
/// `tick(done, of)` answers whether to go on.
pub fn scaled(
    config: &TrainingConfig,
    set: &DataSet,
    tick: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<TrainingConfig, TrainingError> {
    let plain = Preprocessing {
        standardise: Standardise::None,
        ..config.preprocessing.clone()
    };
    let entries = set.folds(&config.train_folds);
    let mut leads = vec![Moments::default(); plain.leads.len()];
    for (done, entry) in entries.iter().enumerate() {
        if !tick(done, entries.len()) {
            return Err(TrainingError::Cancelled);
        }
        let values = plain.values(&set.read(entry)?);
        let values = values.map_err(|source| TrainingError::Record {
            ecg_id: entry.ecg_id,
            source,
        })?;
        for (moments, lead) in leads.iter_mut().zip(&values) {
            lead.iter().for_each(|&value| moments.add(value));
        }
    }
    let scaler = Standardise::PerLead {
        mean_mv: leads.iter().map(|m| m.mean).collect(),
        std_mv: leads.iter().map(Moments::std).collect(),
    };
    Ok(TrainingConfig {
        preprocessing: Preprocessing {
            standardise: scaler,
            ..plain
        },
        ..config.clone()
    })
}

/// Mean and sum of squared distances from it, value by value (Welford 1962):
/// millions of values do not wear it out.
#[derive(Clone, Debug, Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        let before = value - self.mean;
        self.mean += before / self.count;
        self.squares += before * (value - self.mean);
    }

    /// Of the population; 1 for a lead that is flat in every record, as in
    /// scikit-learn's `StandardScaler`.
    fn std(&self) -> f64 {
        let std = (self.squares / self.count.max(1.0)).sqrt();
        if std > 0.0 { std } else { 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moments_are_those_of_the_population() {
        let mut moments = Moments::default();
        for x in [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0] {
            moments.add(x);
        }
        assert!((moments.mean - 5.0).abs() < 1e-12 && (moments.std() - 2.0).abs() < 1e-12);
        let mut flat = Moments::default();
        flat.add(0.0);
        assert_eq!(flat.std(), 1.0);
    }
}
