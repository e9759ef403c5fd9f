//! A simulated ECG is what its labels and its truth say, seen from outside:
//! by the signal and by the files.

mod criteria;
mod folder;
mod signal;
mod statements;
mod truth;

use std::sync::OnceLock;

use protoecg::ecg::{Lead, Recording};
use protoecg::simulator::{Rhythm, SimulatedEcg, simulate};

/// The seed of a test, or that of PROTOECG_TEST_SEED: what is promised holds for
/// others too.
pub fn seed(usual: u64) -> u64 {
    let fresh = std::env::var("PROTOECG_TEST_SEED").ok();
    fresh.map_or(usual, |seed| seed.parse().expect("a number"))
}

/// Two blocks of a hundred, so twice the mix of rhythms.
fn ecgs() -> &'static [SimulatedEcg] {
    static ECGS: OnceLock<Vec<SimulatedEcg>> = OnceLock::new();
    ECGS.get_or_init(|| simulate(200, seed(42)).collect())
}

fn of(rhythm: Rhythm) -> Vec<&'static SimulatedEcg> {
    let found: Vec<_> = ecgs().iter().filter(|e| e.truth.rhythm == rhythm).collect();
    assert!(found.len() >= 6, "{rhythm:?}: {}", found.len());
    found
}

fn has(ecg: &SimulatedEcg, code: &str) -> bool {
    ecg.statements.iter().any(|s| s == code)
}

fn lead(recording: &Recording, lead: Lead) -> &[f64] {
    recording.lead(lead).unwrap()
}

/// Samples of a lead from one time to another, as far as they were recorded.
fn piece(recording: &Recording, which: Lead, from_s: f64, to_s: f64) -> &[f64] {
    let signal = lead(recording, which);
    let at = |s: f64| ((s * recording.rate_hz).round().max(0.0) as usize).min(signal.len());
    &signal[at(from_s)..at(to_s.max(from_s))]
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
