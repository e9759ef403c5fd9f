//! Millivolts to the whole numbers of 16 bits that WFDB and EDF hold.

use crate::ecg::Recording;

/// The largest number used. Less than 32767, so that limits in millivolts are
/// short decimal numbers.
pub(super) const MAX_DIGITAL: f64 = 32_000.0;

/// The steps that recorders have, in microvolts; 4.88 is 205 steps per millivolt.
const STEPS_UV: [f64; 17] = [
    0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 1.25, 2.0, 2.5, 4.88, 5.0, 10.0, 20.0, 50.0, 100.0,
];

/// How a recording fits into 16 bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resolution {
    /// Microvolts per step.
    pub step_uv: f64,
    /// The largest difference between a sample and its nearest step, in microvolts.
    pub largest_rounding_uv: f64,
}

/// The coarsest step that holds every sample exactly, else the finest whose
/// range is wide enough.
///
/// # Errors
/// A sample that is infinite or that no step can hold, by lead and time.
pub(super) fn resolution(recording: &Recording) -> Result<Resolution, String> {
    let mut largest_uv = 0.0_f64;
    for channel in &recording.channels {
        for (t, &mv) in channel.samples_mv.iter().enumerate() {
            let uv = mv.abs() * 1e3;
            if uv > MAX_DIGITAL * STEPS_UV[STEPS_UV.len() - 1] {
                return Err(format!(
                    "lead {} has {mv} mV at {:.3} s, expected at most {} mV",
                    channel.name,
                    t as f64 / recording.rate_hz,
                    MAX_DIGITAL * STEPS_UV[STEPS_UV.len() - 1] / 1e3
                ));
            }
            largest_uv = largest_uv.max(uv);
        }
    }
    let wide_enough = || {
        STEPS_UV
            .iter()
            .filter(|&step| largest_uv <= step * MAX_DIGITAL)
    };
    let with = |&step_uv: &f64| Resolution {
        step_uv,
        largest_rounding_uv: largest_rounding_uv(recording, step_uv),
    };
    // A billionth of a volt is what floating point loses on the way, not the file.
    let exact = wide_enough()
        .rev()
        .map(with)
        .find(|r| r.largest_rounding_uv < 1e-6);
    exact
        .or_else(|| wide_enough().map(with).next())
        .ok_or_else(|| "no step is wide enough".to_owned())
}

fn largest_rounding_uv(recording: &Recording, step_uv: f64) -> f64 {
    let samples = recording.channels.iter().flat_map(|c| &c.samples_mv);
    samples
        .filter(|mv| !mv.is_nan())
        .map(|mv| {
            let uv = mv * 1e3;
            (uv - (uv / step_uv).round() * step_uv).abs()
        })
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecg::Channel;

    fn recording(samples_mv: &[f64]) -> Recording {
        let channel = Channel {
            name: "II".to_owned(),
            lead: None,
            samples_mv: samples_mv.to_vec(),
        };
        Recording::of_signals(100.0, vec![channel])
    }

    #[test]
    fn the_step_of_the_recorder_is_found() {
        let step = |samples: &[f64]| resolution(&recording(samples)).unwrap().step_uv;
        assert_eq!(step(&[0.001, -0.119, f64::NAN, 0.032]), 1.0);
        assert_eq!(step(&[0.00488, -0.00976]), 4.88);
        assert_eq!(step(&[0.0125, 0.02]), 2.5);
        // Thirds fit no step: the finest that reaches 1 V, then 33 mV.
        assert_eq!(step(&[1.0 / 3.0]), 0.02);
        assert_eq!(step(&[33.0 + 1.0 / 3.0]), 1.25);
        assert!(resolution(&recording(&[f64::INFINITY])).is_err());
        assert!(resolution(&recording(&[3_201.0])).is_err());
    }
}
