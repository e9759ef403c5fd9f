//! A recording that is dense on any screen: 12 leads, 30 minutes, 1000 Hz.

use protoecg::ecg::{Channel, Lead, Recording};

pub const RATE_HZ: f64 = 1000.0;
pub const DURATION_S: f64 = 1800.0;

/// Beats at 75 per minute with some noise, so that thinning has work to do.
pub fn recording() -> Recording {
    let samples = (DURATION_S * RATE_HZ) as usize;
    let mut state = 1_u32;
    let samples_mv: Vec<f64> = (0..samples)
        .map(|i| {
            let phase_s = (i as f64 / RATE_HZ) % 0.8 - 0.4;
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise_mv = f64::from(state >> 16) / 65_536.0 * 0.04;
            (-0.5 * (phase_s / 0.012).powi(2)).exp() + noise_mv
        })
        .collect();
    let channels = Lead::STANDARD.map(|lead| Channel {
        name: lead.name().to_owned(),
        lead: Some(lead),
        samples_mv: samples_mv.clone(),
    });
    Recording::of_signals(RATE_HZ, channels.to_vec())
}
