//! Pacemakers: one chamber or two, following the atria or not.

use super::schedule::{END_S, START_S};
use super::sinus::{Node, pr_s};
use super::{AtrialActivity, Schedule};
use crate::simulator::morphology::AtrialOrigin;
use crate::simulator::patient::Patient;
use crate::simulator::random::Random;
use crate::simulator::truth::BeatKind;

/// From a spike to the wave that it sets off.
const LATENCY_S: f64 = 0.008;

pub(super) fn paced(patient: &Patient, random: &mut Random) -> Schedule {
    let mode = random.uniform(0.0, 1.0);
    if mode < 0.35 {
        ventricular(patient, random)
    } else if mode < 0.90 {
        dual(patient, random, mode < 0.70)
    } else {
        atrial(patient, random)
    }
}

/// VVI: the ventricle at a fixed rate; the atria fibrillate or go their way.
fn ventricular(patient: &Patient, random: &mut Random) -> Schedule {
    let mut schedule = Schedule::new();
    if random.chance(0.6) {
        schedule.activity = AtrialActivity::Fibrillation;
    } else {
        let rate_bpm = random.uniform(50.0, 90.0);
        let node = Node::new(patient, random, rate_bpm);
        for onset_s in node.onsets(random) {
            schedule.atrial_beat(onset_s, AtrialOrigin::Sinus);
        }
    }
    let cycle_s = 60.0 / random.uniform(60.0, 75.0);
    let mut at = START_S + random.uniform(0.0, cycle_s);
    while at < END_S {
        schedule.spikes.push((at, true));
        schedule.ventricular_beat(at + LATENCY_S, BeatKind::Paced);
        at += cycle_s;
    }
    schedule
}

/// DDD: the ventricle follows the atria, which are paced too where `both`.
fn dual(patient: &Patient, random: &mut Random, both: bool) -> Schedule {
    let mut schedule = Schedule::new();
    let av_s = random.uniform(0.15, 0.19);
    let rate_bpm = if both {
        random.uniform(60.0, 72.0)
    } else {
        random.uniform(64.0, 92.0)
    };
    let mut node = Node::new(patient, random, rate_bpm);
    if both {
        node.rsa = 0.0;
    }
    let mut at = START_S + random.uniform(0.0, node.cycle_s);
    while at < END_S {
        let origin = if both {
            AtrialOrigin::Paced
        } else {
            AtrialOrigin::Sinus
        };
        if both {
            schedule.spikes.push((at, false));
        }
        let p_s = if both { at + 2.0 * LATENCY_S } else { at };
        schedule.spikes.push((at + av_s, true));
        schedule.conducted(p_s, origin, at + av_s + LATENCY_S - p_s, BeatKind::Paced);
        at += if both {
            node.cycle_s
        } else {
            node.cycle_at(at, random)
        };
    }
    schedule
}

/// AAI: the atria are paced and conduct by themselves.
fn atrial(patient: &Patient, random: &mut Random) -> Schedule {
    let mut schedule = Schedule::new();
    let cycle_s = 60.0 / random.uniform(60.0, 76.0);
    let pr_s = pr_s(patient, cycle_s) + 0.02;
    let mut at = START_S + random.uniform(0.0, cycle_s);
    while at < END_S {
        schedule.spikes.push((at, false));
        schedule.conducted(
            at + 2.0 * LATENCY_S,
            AtrialOrigin::Paced,
            pr_s,
            BeatKind::Normal,
        );
        at += cycle_s;
    }
    schedule
}
