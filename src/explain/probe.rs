//! Trust checks: is the similarity of a pair still there when the ECG is
//! disturbed in a way that no diagnosis depends on?

use std::f64::consts::TAU;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::ecg::Recording;
use crate::inference::{InferenceError, Model, Prediction};
use crate::nn::STEP_S;

/// A disturbance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Probe {
    /// Baseline wander, 0.3 Hz, 0.15 mV.
    Wander,
    /// Mains, 50 Hz, 0.05 mV.
    Mains,
    /// White noise with a standard deviation of 0.03 mV.
    Muscle,
    /// Every sample times this.
    Gain(f64),
    /// So many seconds later; the first sample is held until then.
    Shift(f64),
}

impl Probe {
    /// The noises of [`super::audit()`], in its order.
    pub const NOISES: [Self; 3] = [Self::Wander, Self::Mains, Self::Muscle];

    /// What a pair is tried with. The shift is one latent step.
    pub const ALL: [Self; 6] = [
        Self::Wander,
        Self::Mains,
        Self::Muscle,
        Self::Gain(0.5),
        Self::Gain(2.0),
        Self::Shift(STEP_S),
    ];

    /// For people.
    pub fn name(self) -> String {
        match self {
            Self::Wander => "baseline wander, 0.3 Hz, 0.15 mV".to_owned(),
            Self::Mains => "mains, 50 Hz, 0.05 mV".to_owned(),
            Self::Muscle => "muscle noise, SD 0.03 mV".to_owned(),
            Self::Gain(factor) => format!("gain times {factor}"),
            Self::Shift(by_s) => format!("{by_s:.2} s later"),
        }
    }

    /// The disturbed recording; `seed` is of the muscle noise.
    pub fn applied(self, recording: &Recording, seed: u64) -> Recording {
        let wave = |hz: f64, mv: f64| {
            changed(recording, move |_, _, s, sample| {
                sample + mv * (TAU * hz * s).sin()
            })
        };
        match self {
            Self::Wander => wave(0.3, 0.15),
            Self::Mains => wave(50.0, 0.05),
            Self::Muscle => {
                let mut random = ChaCha8Rng::seed_from_u64(seed);
                changed(recording, |_, _, _, sample| {
                    // The sum of twelve uniform numbers is nearly normal.
                    let sum: f64 = (0..12)
                        .map(|_| f64::from(random.next_u32()) / 2f64.powi(32))
                        .sum();
                    sample + 0.03 * (sum - 6.0)
                })
            }
            Self::Gain(factor) => changed(recording, |_, _, _, sample| sample * factor),
            Self::Shift(by_s) => {
                let by = (by_s * recording.rate_hz).round() as usize;
                changed(recording, |channel, index, _, _| {
                    let samples = &recording.channels[channel].samples_mv;
                    samples[index.saturating_sub(by)]
                })
            }
        }
    }

    /// How far a window is to move with the signal.
    fn moves_s(self) -> f64 {
        match self {
            Self::Shift(by_s) => by_s,
            _ => 0.0,
        }
    }
}

/// The recording with every sample replaced; the function gets channel, index,
/// time in seconds and the sample in millivolts.
pub(super) fn changed(
    recording: &Recording,
    mut replace: impl FnMut(usize, usize, f64, f64) -> f64,
) -> Recording {
    let mut copy = recording.clone();
    for (number, channel) in copy.channels.iter_mut().enumerate() {
        for (index, sample) in channel.samples_mv.iter_mut().enumerate() {
            *sample = replace(number, index, index as f64 / recording.rate_hz, *sample);
        }
    }
    copy
}

/// What the model says about one prototype on some ECG.
#[derive(Clone, Copy)]
pub(super) struct Own {
    pub similarity: f64,
    /// First latent step of the best window.
    pub step: Option<usize>,
}

impl Own {
    pub fn of(model: &Model, recording: &Recording, number: usize) -> Result<Self, InferenceError> {
        Ok(Self::in_prediction(&model.predict(recording)?, number))
    }

    pub fn in_prediction(prediction: &Prediction, number: usize) -> Self {
        let windows = prediction.windows.get(number);
        Self {
            similarity: prediction.similarities.get(number).copied().unwrap_or(0.0),
            step: windows.and_then(|w| w.first()).map(|w| w.step),
        }
    }

    /// Share of the similarity that is left.
    pub fn kept(self, changed: Self) -> f64 {
        changed.similarity / self.similarity
    }

    /// Latent steps that the best window moved.
    pub fn moved(self, changed: Self) -> Option<usize> {
        Some(self.step?.abs_diff(changed.step?))
    }
}

/// How steady the similarity of a pair is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checks {
    pub prototype: usize,
    pub probes: Vec<ProbeResult>,
}

/// A pair under one disturbance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProbeResult {
    pub probe: String,
    /// Cosine with the disturbance.
    pub cosine: f64,
    /// Similarity with the disturbance over that without.
    pub similarity_kept: f64,
    /// How far the most similar window moved against the signal, in seconds;
    /// `None` for a prototype without a time axis, or as long as the recording.
    pub window_moved_s: Option<f64>,
}

/// Tries a recording and a prototype with every disturbance of [`Probe::ALL`].
///
/// # Errors
/// When the model refuses the recording.
pub fn checks(
    model: &Model,
    recording: &Recording,
    prototype: usize,
) -> Result<Checks, InferenceError> {
    let own = Own::of(model, recording, prototype)?;
    let branch = model.manifest().branch_of(prototype);
    let scale = branch.map_or(1.0, |branch| branch.prototypes.scale());
    let is_window = branch.is_some_and(|branch| branch.prototypes.windows() > 1);
    let probes = Probe::ALL.iter().map(|probe| {
        let disturbed = probe.applied(recording, prototype as u64);
        let found = Own::of(model, &disturbed, prototype)?;
        let steps = own.step.zip(found.step).filter(|_| is_window);
        let moved_s = steps.map(|(before, after)| (after as f64 - before as f64) * STEP_S);
        Ok(ProbeResult {
            probe: probe.name(),
            cosine: found.similarity / scale,
            similarity_kept: own.kept(found),
            window_moved_s: moved_s.map(|moved_s| (moved_s - probe.moves_s()).abs()),
        })
    });
    Ok(Checks {
        prototype,
        probes: probes.collect::<Result<_, InferenceError>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecg::{Channel, Lead};

    fn recording() -> Recording {
        let samples_mv = (0..1000).map(|i| (f64::from(i) * 0.1).sin()).collect();
        let channel = Channel {
            name: "II".to_owned(),
            lead: Some(Lead::II),
            samples_mv,
        };
        Recording::of_signals(100.0, vec![channel])
    }

    #[test]
    fn disturbances_are_what_they_say() {
        let plain = recording();
        let samples = |recording: &Recording| recording.channels[0].samples_mv.clone();
        let difference = |probe: Probe| -> Vec<f64> {
            let disturbed = probe.applied(&plain, 1);
            let pairs = samples(&disturbed).into_iter().zip(samples(&plain));
            pairs.map(|(a, b)| a - b).collect()
        };
        let largest = |values: &[f64]| values.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
        assert!((largest(&difference(Probe::Wander)) - 0.15).abs() < 1e-3);
        let muscle = difference(Probe::Muscle);
        let square = muscle.iter().map(|v| v * v).sum::<f64>() / muscle.len() as f64;
        assert!((square.sqrt() - 0.03).abs() < 0.003, "{}", square.sqrt());
        let later = samples(&Probe::Shift(0.32).applied(&plain, 1));
        assert_eq!(later[32..], samples(&plain)[..968]);
        assert!(later[..32].iter().all(|v| *v == samples(&plain)[0]));
        let louder = samples(&Probe::Gain(2.0).applied(&plain, 1));
        assert_eq!(louder[7], 2.0 * samples(&plain)[7]);
    }
}
