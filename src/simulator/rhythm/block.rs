//! Atrioventricular block of second and third degree.

use super::Schedule;
use super::schedule::{END_S, START_S};
use super::sinus::Node;
use crate::simulator::morphology::AtrialOrigin;
use crate::simulator::patient::Patient;
use crate::simulator::random::Random;
use crate::simulator::truth::BeatKind;

/// Wenckebach (Mobitz I), Mobitz II, or 2:1.
pub(super) fn second_degree(patient: &Patient, random: &mut Random) -> Schedule {
    let kind = random.uniform(0.0, 1.0);
    let (rate_bpm, beats, first_pr_s, growth_s) = if kind < 0.55 {
        // The first increment is the greatest, so RR shortens before the pause.
        (
            random.uniform(68.0, 92.0),
            3 + random.below(3),
            random.uniform(0.18, 0.23),
            random.uniform(0.06, 0.10),
        )
    } else if kind < 0.75 {
        (
            random.uniform(66.0, 88.0),
            3 + random.below(2),
            random.uniform(0.15, 0.21),
            0.0,
        )
    } else {
        (
            random.uniform(78.0, 106.0),
            2,
            random.uniform(0.16, 0.24),
            0.0,
        )
    };
    let node = Node::new(patient, random, rate_bpm);
    let mut schedule = Schedule::new();
    let mut beat = random.below(beats);
    for onset_s in node.onsets(random) {
        if beat + 1 == beats {
            schedule.atrial_beat(onset_s, AtrialOrigin::Sinus);
        } else {
            // 1, 1 + 1/2, 1 + 1/2 + 1/3, ...: growing by less each time.
            let grown: f64 = (1..=beat).map(|n| growth_s / n as f64).sum();
            let pr_s = first_pr_s + grown + random.normal(0.0, 0.002);
            schedule.conducted(onset_s, AtrialOrigin::Sinus, pr_s, BeatKind::Normal);
        }
        beat = (beat + 1) % beats;
    }
    schedule
}

/// The atria and an escape rhythm, each at its own rate.
pub(super) fn third_degree(patient: &Patient, random: &mut Random) -> Schedule {
    let atrial_bpm = random.uniform(68.0, 96.0);
    let node = Node::new(patient, random, atrial_bpm);
    let mut schedule = Schedule::new();
    for onset_s in node.onsets(random) {
        schedule.atrial_beat(onset_s, AtrialOrigin::Sinus);
    }
    let (kind, escape_bpm) = if random.chance(0.5) {
        (BeatKind::JunctionalEscape, random.uniform(39.0, 52.0))
    } else {
        (BeatKind::VentricularEscape, random.uniform(28.0, 39.0))
    };
    let cycle_s = 60.0 / escape_bpm;
    let mut at = START_S + random.uniform(0.0, cycle_s);
    while at < END_S {
        schedule.ventricular_beat(at, kind);
        at += cycle_s * random.within(1.0, 0.008, 0.97, 1.03);
    }
    schedule
}
