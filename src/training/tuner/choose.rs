//! What the next trial tries, and which one is given up.

use std::collections::{BTreeMap, HashMap};

use optimizer::Direction;
use optimizer::distribution::{
    CategoricalDistribution, Distribution, FloatDistribution, IntDistribution,
};
use optimizer::param::ParamValue;
use optimizer::parameter::ParamId;
use optimizer::pruner::{HyperbandPruner, Pruner};
use optimizer::sampler::tpe::TpeSampler;
use optimizer::sampler::{CompletedTrial, Sampler};

use super::space::{Parameter, Space, Values};
use super::study::{Outcome, Trial};

/// Trials at random before the estimators say anything.
const AT_RANDOM: usize = 10;
/// Of each rung of Hyperband one in so many goes on; the published program's.
const REDUCTION: u64 = 3;

/// Chooses values from what earlier trials reached.
pub struct Choosing<'a> {
    space: &'a Space,
    seed: u64,
}

impl<'a> Choosing<'a> {
    pub fn new(space: &'a Space, seed: u64) -> Self {
        Self { space, seed }
    }

    /// Values of the trial after `trials`; the same for the same trials.
    pub fn next(&self, trials: &[Trial]) -> BTreeMap<String, String> {
        let parameters = self.space.parameters.iter().enumerate();
        let chosen = parameters.map(|(at, parameter)| {
            let value = self.one(at, parameter, trials);
            (parameter.name.clone(), parameter.values.text(&value))
        });
        chosen.collect()
    }

    /// The estimator is univariate and finds a parameter's history by its
    /// range; two with the same range would be mixed up. So each is asked with
    /// a history of its own.
    fn one(&self, at: usize, parameter: &Parameter, trials: &[Trial]) -> ParamValue {
        let range = parameter.values.distribution();
        let id = ParamId::new();
        let history: Vec<CompletedTrial> = trials
            .iter()
            .filter_map(|trial| {
                let value = parameter.values.value(trial.values.get(&parameter.name)?)?;
                Some(CompletedTrial::new(
                    trial.number as u64,
                    HashMap::from([(id, value)]),
                    HashMap::from([(id, range.clone())]),
                    HashMap::new(),
                    // The estimator makes small what it is given.
                    -reached(trial)?,
                ))
            })
            .collect();
        let seed = self.seed.wrapping_add(1_000_003 * at as u64);
        let sampler = TpeSampler::builder()
            .n_startup_trials(AT_RANDOM)
            .seed(seed)
            .build();
        // Without a bandwidth or a share of its own nothing can be wrong with it.
        let sampler = sampler.unwrap_or_default();
        sampler.sample(&range, trials.len() as u64 + 1, &history)
    }
}

/// A trial that was given up counts with what it had, one that failed as the
/// worst there is: what made it diverge is not tried again and again.
fn reached(trial: &Trial) -> Option<f64> {
    Some(match trial.outcome.as_ref()? {
        Outcome::Complete { macro_auroc } | Outcome::Pruned { macro_auroc, .. } => *macro_auroc,
        Outcome::Failed(_) => 0.0,
    })
}

impl Values {
    fn distribution(&self) -> Distribution {
        match self {
            Self::Uniform(low, high) | Self::LogUniform(low, high) => {
                Distribution::Float(FloatDistribution {
                    low: *low,
                    high: *high,
                    log_scale: matches!(self, Self::LogUniform(..)),
                    step: None,
                })
            }
            Self::Whole(low, high) => Distribution::Int(IntDistribution {
                low: *low,
                high: *high,
                log_scale: false,
                step: None,
            }),
            Self::OneOf(choices) => Distribution::Categorical(CategoricalDistribution {
                n_choices: choices.len(),
            }),
        }
    }

    /// As the configuration has it.
    fn text(&self, value: &ParamValue) -> String {
        match (self, value) {
            (Self::OneOf(choices), ParamValue::Categorical(at)) => choices[*at].clone(),
            (_, ParamValue::Float(value)) => short(*value),
            (_, other) => other.to_string(),
        }
    }

    fn value(&self, text: &str) -> Option<ParamValue> {
        Some(match self {
            Self::Uniform(..) | Self::LogUniform(..) => ParamValue::Float(text.parse().ok()?),
            Self::Whole(..) => ParamValue::Int(text.parse().ok()?),
            Self::OneOf(choices) => {
                ParamValue::Categorical(choices.iter().position(|choice| choice == text)?)
            }
        })
    }
}

/// Four digits: more say nothing, and are no joy to read.
fn short(value: f64) -> String {
    let rounded = format!("{value:.3e}").parse().unwrap_or(value);
    format!("{rounded:?}")
}

/// Hyperband's rule for one trial (Li et al. 2018; brackets in turn, as in the
/// published program's tuner).
pub struct Halving {
    pruner: HyperbandPruner,
    others: Vec<CompletedTrial>,
    trial: u64,
}

impl Halving {
    /// `steps` are the epochs of a whole trial, `index` says which it is.
    pub fn new(steps: usize, trials: &[Trial], index: usize) -> Self {
        let pruner = HyperbandPruner::new()
            .min_resource(1)
            .max_resource(steps.max(1) as u64)
            .reduction_factor(REDUCTION)
            .direction(Direction::Maximize);
        // It gives out brackets in the order in which it hears of trials.
        for trial in &trials[..=index] {
            let _ = pruner.should_prune(trial.number as u64, 0, &[], &[]);
        }
        let others = trials.iter().filter(|t| t.number != index + 1);
        let others = others.filter_map(|trial| {
            let mut seen = CompletedTrial::new(
                trial.number as u64,
                HashMap::new(),
                HashMap::new(),
                HashMap::new(),
                reached(trial)?,
            );
            seen.intermediate_values = steps_from_one(&trial.by_epoch);
            Some(seen)
        });
        Self {
            pruner,
            others: others.collect(),
            trial: index as u64 + 1,
        }
    }

    /// Whether to give up after these epochs.
    pub fn gives_up(&self, by_epoch: &[f64]) -> bool {
        let values = steps_from_one(by_epoch);
        let step = by_epoch.len() as u64;
        self.pruner
            .should_prune(self.trial, step, &values, &self.others)
    }
}

fn steps_from_one(by_epoch: &[f64]) -> Vec<(u64, f64)> {
    (1..).zip(by_epoch.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(
        number: usize,
        values: &[(&str, String)],
        outcome: Outcome,
        by_epoch: &[f64],
    ) -> Trial {
        Trial {
            number,
            dir: std::path::PathBuf::new(),
            values: values
                .iter()
                .map(|(k, v)| ((*k).to_owned(), v.clone()))
                .collect(),
            outcome: Some(outcome),
            by_epoch: by_epoch.to_vec(),
        }
    }

    /// Two parameters of the same range with optima far apart, and a choice:
    /// after 60 trials the estimators do better than chance on each.
    #[test]
    fn each_parameter_is_led_to_its_own_optimum() {
        let parameter = |name: &str, values: Values| Parameter {
            name: name.to_owned(),
            values,
        };
        let choices = ["Constant", "Cosine", "OneCycle"].map(str::to_owned);
        let space = Space {
            version: 1,
            parameters: vec![
                parameter("rate", Values::LogUniform(1e-6, 1e-2)),
                parameter("l2", Values::LogUniform(1e-6, 1e-2)),
                parameter("schedule", Values::OneOf(choices.to_vec())),
            ],
            config: String::new(),
        };
        let log_of =
            |t: &BTreeMap<String, String>, name: &str| t[name].parse::<f64>().unwrap().log10();
        let mut trials = Vec::new();
        for number in 1..=60 {
            let values = Choosing::new(&space, 7).next(&trials);
            let miss = (log_of(&values, "rate") + 3.0).abs() + (log_of(&values, "l2") + 5.0).abs();
            let bonus = if values["schedule"] == "OneCycle" {
                0.2
            } else {
                0.0
            };
            let macro_auroc = 0.75 - 0.05 * miss + bonus;
            let mut new = trial(number, &[], Outcome::Complete { macro_auroc }, &[]);
            new.values = values;
            trials.push(new);
        }
        let late = &trials[30..];
        let mean = |name: &str| {
            late.iter().map(|t| log_of(&t.values, name)).sum::<f64>() / late.len() as f64
        };
        // Chance is -4 for both.
        assert!(mean("rate") > -3.6, "{}", mean("rate"));
        assert!(mean("l2") < -4.4, "{}", mean("l2"));
        let chosen = late.iter().filter(|t| t.values["schedule"] == "OneCycle");
        assert!(chosen.count() > 15);
        // Nothing but the trials decides: a study that is resumed goes the same way.
        let again = Choosing::new(&space, 7).next(&trials[..20]);
        assert_eq!(again, trials[20].values);
    }

    /// In the first bracket the worst of a rung is given up, the best is not,
    /// and a trial at its full length never is.
    #[test]
    fn the_worst_of_a_rung_is_given_up() {
        let steps = 9;
        // Brackets are given in turn; of three every third trial is in the first.
        let values = [0.9, 0.5, 0.5, 0.8, 0.5, 0.5, 0.7, 0.5, 0.5];
        let mut trials: Vec<Trial> = (1..)
            .zip(values)
            .map(|(number, value)| {
                let outcome = Outcome::Complete { macro_auroc: value };
                trial(number, &[], outcome, &[value; 9])
            })
            .collect();
        trials.push(trial(10, &[], Outcome::Failed(String::new()), &[]));
        let halving = Halving::new(steps, &trials, 9);
        assert!(halving.gives_up(&[0.1]));
        assert!(!halving.gives_up(&[0.95]));
        assert!(!halving.gives_up(&[0.1; 9]));
    }
}
