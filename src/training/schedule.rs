//! The learning rate over a stage.

use serde::{Deserialize, Serialize};

/// How the learning rate changes from epoch to epoch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Schedule {
    Constant,
    /// Cosine from the learning rate to 0 over the stage, per epoch: the
    /// published commands of ProtoECGNet.
    Cosine,
    /// A rise from a twentieth over the first fifth of the steps, then a cosine to
    /// a two-thousandth, per step (Smith and Topin 2019).
    OneCycle,
    /// Times `factor` after `patience` epochs in which what is watched did not
    /// get better: the published program's default watches the validation
    /// loss, TrustECG its macro AUROC.
    Plateau {
        watch: Watched,
        factor: f64,
        patience: usize,
    },
    /// Triangles between a tenth and ten times the learning rate, `rise`
    /// epochs up and as many down.
    Cyclic {
        rise: usize,
    },
    /// Times `factor` every `every` epochs.
    Step {
        every: usize,
        factor: f64,
    },
}

/// What a plateau is a plateau of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Watched {
    Loss,
    Auroc,
}

/// What a plateau has seen so far: part of a checkpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// The best value, larger is better; `None` before the first epoch.
    best: Option<f64>,
    bad_epochs: usize,
    reductions: usize,
}

impl Schedule {
    /// Learning rate of a step of an epoch, both counted from 0.
    pub fn rate(
        &self,
        learning_rate: f64,
        epoch: usize,
        epochs: usize,
        (step, steps): (usize, usize),
        seen: &Seen,
    ) -> f64 {
        let factor = match *self {
            Self::Constant => 1.0,
            Self::Cosine => half_cosine(epoch as f64 / epochs.max(1) as f64),
            Self::OneCycle => {
                let of_all =
                    (epoch as f64 + step as f64 / steps.max(1) as f64) / epochs.max(1) as f64;
                one_cycle(of_all)
            }
            Self::Plateau { factor, .. } => factor.powi(seen.reductions as i32),
            Self::Cyclic { rise } => {
                let rise = rise.max(1);
                let inside = epoch % (2 * rise);
                let up = inside.min(2 * rise - inside) as f64 / rise as f64;
                0.1 + up * (10.0 - 0.1)
            }
            Self::Step { every, factor } => factor.powi((epoch / every.max(1)) as i32),
        };
        learning_rate * factor
    }

    /// Tells a plateau how an epoch went.
    pub fn saw(&self, seen: &mut Seen, loss: Option<f64>, auroc: Option<f64>) {
        let Self::Plateau {
            watch, patience, ..
        } = *self
        else {
            return;
        };
        let value = match watch {
            Watched::Loss => loss.map(|l| -l),
            Watched::Auroc => auroc,
        };
        // As torch's ReduceLROnPlateau with its relative threshold of 1e-4.
        let better = value.is_some_and(|v| seen.best.is_none_or(|b| v > b + 1e-4 * b.abs()));
        if better {
            seen.best = value;
            seen.bad_epochs = 0;
        } else {
            seen.bad_epochs += 1;
        }
        if seen.bad_epochs > patience {
            seen.bad_epochs = 0;
            seen.reductions += 1;
        }
    }
}

/// 1 at 0, 0 at 1.
fn half_cosine(part: f64) -> f64 {
    0.5 * (1.0 + (std::f64::consts::PI * part).cos())
}

fn one_cycle(part: f64) -> f64 {
    const RISE: f64 = 0.2;
    const FIRST: f64 = 0.05;
    const LAST: f64 = 1.0 / 2000.0;
    if part < RISE {
        1.0 + (FIRST - 1.0) * half_cosine(part / RISE)
    } else {
        LAST + (1.0 - LAST) * half_cosine((part - RISE) / (1.0 - RISE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(schedule: Schedule, epoch: usize, epochs: usize) -> f64 {
        schedule.rate(1e-4, epoch, epochs, (0, 10), &Seen::default())
    }

    /// torch.optim.lr_scheduler: CosineAnnealingLR(T_max 20), StepLR(5, 0.1),
    /// CyclicLR(1e-5, 1e-3, step_size_up 4, triangular).
    #[test]
    fn the_rates_are_those_of_torch() {
        let close = |found: f64, expected: f64| {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        };
        close(at(Schedule::Cosine, 0, 20), 1e-4);
        close(at(Schedule::Cosine, 10, 20), 5e-5);
        close(at(Schedule::Cosine, 5, 20), 8.535_533_905_932_738e-5);
        let step = Schedule::Step {
            every: 5,
            factor: 0.1,
        };
        close(at(step, 4, 20), 1e-4);
        close(at(step, 10, 20), 1e-6);
        let cyclic = Schedule::Cyclic { rise: 4 };
        close(at(cyclic, 0, 20), 1e-5);
        close(at(cyclic, 4, 20), 1e-3);
        close(at(cyclic, 6, 20), 5.05e-4);
        close(at(cyclic, 8, 20), 1e-5);
    }

    #[test]
    fn one_cycle_rises_and_falls_step_by_step() {
        let rate =
            |epoch, step| Schedule::OneCycle.rate(1.0, epoch, 10, (step, 100), &Seen::default());
        assert!((rate(0, 0) - 0.05).abs() < 1e-12);
        assert!(rate(0, 50) > rate(0, 0) && rate(1, 50) > rate(0, 50));
        assert!((rate(2, 0) - 1.0).abs() < 1e-12);
        assert!(rate(9, 99) < 0.002);
    }

    /// torch's ReduceLROnPlateau(max, 0.5, patience 2) on these values reduces
    /// before the epochs with index 5 and 8.
    #[test]
    fn a_plateau_reduces_when_torch_does() {
        let schedule = Schedule::Plateau {
            watch: Watched::Auroc,
            factor: 0.5,
            patience: 2,
        };
        let mut seen = Seen::default();
        let mut rates = Vec::new();
        for auroc in [0.7, 0.8, 0.79, 0.8, 0.8, 0.8, 0.75, 0.79, 0.9] {
            rates.push(schedule.rate(1.0, 0, 0, (0, 1), &seen));
            schedule.saw(&mut seen, None, Some(auroc));
        }
        assert_eq!(rates, [1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25]);
    }
}
