//! From which probability a statement is positive: chosen on the validation
//! folds, for each statement with enough positives there, and once for all
//! the others of a branch.

use super::Thresholds;
use super::calibration::FEWEST_POSITIVES;
use super::evaluation::Columns;
use crate::statistics::{best_f1_threshold, sensitivity_threshold};

/// Where not one validation ECG carries any statement.
const WITHOUT_POSITIVES: f64 = 0.5;

/// The threshold of one statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    pub probability: f64,
    /// Chosen on all statements of the branch, or of the model, together.
    pub shared: bool,
}

/// The threshold of every column of probabilities: its own where it has at
/// least [`FEWEST_POSITIVES`], else the one of its branch, or of the whole
/// model where the branch has fewer. `branches` has the outputs of each branch.
pub fn thresholds(
    how: Thresholds,
    probabilities: &Columns,
    branches: &[Vec<usize>],
) -> Vec<Threshold> {
    let own = |c: usize| {
        let (scores, labels) = probabilities.class(c);
        (probabilities.positives(c) >= FEWEST_POSITIVES)
            .then(|| chosen(how, scores, labels))
            .flatten()
            .map(|probability| Threshold {
                probability,
                shared: false,
            })
    };
    let of_branch = |outputs: &Vec<usize>| {
        let (scores, labels) = probabilities.pooled(outputs);
        let positives = labels.iter().filter(|&&l| l).count();
        (positives >= FEWEST_POSITIVES)
            .then(|| chosen(how, &scores, &labels))
            .flatten()
    };
    let of_branches: Vec<Option<f64>> = branches.iter().map(of_branch).collect();
    let all: Vec<usize> = (0..probabilities.len()).collect();
    let (scores, labels) = probabilities.pooled(&all);
    let of_model = chosen(how, &scores, &labels).unwrap_or(WITHOUT_POSITIVES);
    let shared = |c: usize| {
        let mut with_it = branches.iter().zip(&of_branches);
        let of_its_branch =
            with_it.find_map(|(outputs, chosen)| chosen.filter(|_| outputs.contains(&c)));
        Threshold {
            probability: of_its_branch.unwrap_or(of_model),
            shared: true,
        }
    };
    all.into_iter()
        .map(|c| own(c).unwrap_or_else(|| shared(c)))
        .collect()
}

fn chosen(how: Thresholds, probabilities: &[f64], truth: &[bool]) -> Option<f64> {
    match how {
        Thresholds::BestF1 => best_f1_threshold(probabilities, truth).map(|t| t.threshold),
        Thresholds::Sensitivity(wanted) => sensitivity_threshold(probabilities, truth, wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 20 records, scores 0.00 to 0.95. Statement 0 is there from 0.50 on (10
    /// records), statement 1 from 0.55 on (9), statement 2 in the last one.
    fn columns(from: &[usize]) -> Columns {
        let scores: Vec<Vec<f64>> = (0..20)
            .map(|i| vec![f64::from(i) / 20.0; from.len()])
            .collect();
        let labels: Vec<f32> = (0..20)
            .flat_map(|i| from.iter().map(move |&f| f32::from(u8::from(i >= f))))
            .collect();
        Columns::new(from.len(), &scores, &labels)
    }

    fn threshold(probability: f64, shared: bool) -> Threshold {
        Threshold {
            probability,
            shared,
        }
    }

    #[test]
    fn ten_positives_give_a_threshold_of_their_own_and_nine_do_not() {
        let columns = columns(&[10, 11, 19]);
        let found = thresholds(Thresholds::BestF1, &columns, &[vec![0, 1], vec![2]]);
        assert_eq!(found[0], threshold(0.5, false));
        // Of both together: from 0.50 on 19 of 20 calls are right, F1 38/39;
        // from 0.55 on 18 of 18 and one missed, F1 36/37.
        assert_eq!(found[1], threshold(0.5, true));
        // Its branch has one positive, so that the whole model speaks: from
        // 0.50 on F1 40/50, from 0.55 on 38/47, from 0.60 on 34/44.
        assert_eq!(found[2], threshold(0.55, true));
    }

    /// Two rare statements share what is best for their branch, which is neither
    /// that of its common one nor that of the model.
    #[test]
    fn a_shared_threshold_is_of_the_whole_branch_and_of_no_other() {
        let columns = columns(&[10, 16, 16, 2]);
        let found = thresholds(Thresholds::BestF1, &columns, &[vec![0, 1, 2], vec![3]]);
        // Of the three together: from 0.50 on F1 36/48, from 0.80 on 24/30, from
        // 0.85 on 18/27; of all four from 0.50 on 56/76, from 0.80 on 32/52.
        assert_eq!(found[0], threshold(0.5, false));
        assert_eq!(found[1..3], [threshold(0.8, true); 2]);
        assert_eq!(found[3], threshold(0.1, false));
    }

    #[test]
    fn a_wanted_sensitivity_is_shared_too() {
        let columns = columns(&[12, 16]);
        let found = thresholds(Thresholds::Sensitivity(1.0), &columns, &[vec![0, 1]]);
        assert_eq!(found, [threshold(0.6, true); 2]);
    }

    #[test]
    fn without_any_positive_the_threshold_is_in_the_middle_and_marked() {
        let columns = columns(&[20, 20]);
        let found = thresholds(Thresholds::BestF1, &columns, &[vec![0, 1]]);
        assert_eq!(found, [threshold(0.5, true); 2]);
    }
}
