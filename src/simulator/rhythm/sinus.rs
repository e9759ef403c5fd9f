//! The sinus node, and rhythms in which every beat comes from it.

use super::Schedule;
use super::schedule::{END_S, START_S};
use crate::simulator::morphology::AtrialOrigin;
use crate::simulator::patient::Patient;
use crate::simulator::random::Random;
use crate::simulator::truth::BeatKind;

/// When the sinus node fires.
pub(super) struct Node {
    pub cycle_s: f64,
    /// Amplitude of the respiratory variation as a share of the cycle.
    pub rsa: f64,
    respiration_hz: f64,
    respiration_phase: f64,
    /// Blood pressure's slow wave of about 0.1 Hz (Mayer).
    mayer_phase: f64,
    jitter: f64,
}

impl Node {
    pub fn new(patient: &Patient, random: &mut Random, rate_bpm: f64) -> Self {
        Self {
            cycle_s: 60.0 / rate_bpm,
            // The vagus slows: its share fades as the rate rises.
            rsa: patient.rsa * (1.6 - rate_bpm / 110.0).clamp(0.12, 1.2),
            respiration_hz: patient.respiration_hz,
            respiration_phase: random.phase(),
            mayer_phase: random.phase(),
            jitter: 0.005,
        }
    }

    /// The cycle that begins at a time.
    pub fn cycle_at(&self, time_s: f64, random: &mut Random) -> f64 {
        let breath = std::f64::consts::TAU * self.respiration_hz * time_s + self.respiration_phase;
        let mayer = std::f64::consts::TAU * 0.1 * time_s + self.mayer_phase;
        let share = self.rsa * breath.sin() + 0.35 * self.rsa * mayer.sin();
        self.cycle_s * (1.0 + share + random.normal(0.0, self.jitter))
    }

    /// All P onsets of the schedule.
    pub fn onsets(&self, random: &mut Random) -> Vec<f64> {
        let mut onsets = Vec::new();
        let mut at = START_S + random.uniform(0.0, self.cycle_s);
        while at < END_S {
            onsets.push(at);
            at += self.cycle_at(at, random);
        }
        onsets
    }
}

/// PR at a rate: it shortens by about 12 ms from 60 to 100 beats per minute.
pub(super) fn pr_s(patient: &Patient, cycle_s: f64) -> f64 {
    patient.pr_s - 0.03 * (1.0 - cycle_s).clamp(-0.3, 0.6)
}

/// 60 to 100 beats per minute; at times with premature beats.
pub(super) fn normal(patient: &Patient, random: &mut Random) -> Schedule {
    let rate_bpm = random.within(75.0, 9.0, 61.5, 97.0);
    let node = Node::new(patient, random, rate_bpm);
    if random.chance(0.10) {
        let ventricular = random.chance(0.5);
        return super::ectopy::occasional(patient, random, &node, ventricular);
    }
    every_beat(random, &node, pr_s(patient, node.cycle_s))
}

/// 60 to 100 beats per minute with premature beats.
pub(super) fn with_ectopy(patient: &Patient, random: &mut Random, ventricular: bool) -> Schedule {
    let rate_bpm = random.within(75.0, 8.0, 62.0, 92.0);
    let node = Node::new(patient, random, rate_bpm);
    super::ectopy::occasional(patient, random, &node, ventricular)
}

pub(super) fn bradycardia(patient: &Patient, random: &mut Random) -> Schedule {
    let rate_bpm = random.uniform(41.0, 58.0);
    let node = Node::new(patient, random, rate_bpm);
    every_beat(random, &node, pr_s(patient, node.cycle_s))
}

pub(super) fn tachycardia(patient: &Patient, random: &mut Random) -> Schedule {
    let rate_bpm = random.uniform(103.0, 145.0);
    let mut node = Node::new(patient, random, rate_bpm);
    node.jitter = 0.003;
    every_beat(random, &node, pr_s(patient, node.cycle_s))
}

/// The young heart that follows the breath.
pub(super) fn arrhythmia(patient: &Patient, random: &mut Random) -> Schedule {
    let rate_bpm = random.uniform(58.0, 84.0);
    let mut node = Node::new(patient, random, rate_bpm);
    node.rsa = random.uniform(0.13, 0.22);
    node.respiration_hz = random.uniform(0.13, 0.24);
    every_beat(random, &node, pr_s(patient, node.cycle_s))
}

/// PR over 200 ms, every P conducted.
pub(super) fn first_degree_block(patient: &Patient, random: &mut Random) -> Schedule {
    let rate_bpm = random.within(70.0, 10.0, 52.0, 92.0);
    let node = Node::new(patient, random, rate_bpm);
    let pr_s = random.within(0.250, 0.030, 0.216, 0.340);
    every_beat(random, &node, pr_s)
}

fn every_beat(random: &mut Random, node: &Node, pr_s: f64) -> Schedule {
    let mut schedule = Schedule::new();
    for onset_s in node.onsets(random) {
        let pr_s = pr_s + random.normal(0.0, 0.0015);
        schedule.conducted(onset_s, AtrialOrigin::Sinus, pr_s, BeatKind::Normal);
    }
    schedule
}
