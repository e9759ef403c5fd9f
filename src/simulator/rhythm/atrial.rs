//! Rhythms of diseased atria.

use super::schedule::{END_S, START_S};
use super::{AtrialActivity, Schedule};
use crate::simulator::morphology::AtrialOrigin;
use crate::simulator::patient::Patient;
use crate::simulator::random::Random;
use crate::simulator::truth::BeatKind;

/// No P; the ventricles are reached at random once they can be.
pub(super) fn fibrillation(patient: &Patient, random: &mut Random) -> Schedule {
    let mut schedule = Schedule::new();
    schedule.activity = AtrialActivity::Fibrillation;
    let rate_bpm = if random.chance(0.7) {
        random.uniform(62.0, 105.0)
    } else {
        random.uniform(105.0, 150.0)
    };
    let mean_s = 60.0 / rate_bpm;
    let variation = random.uniform(0.20, 0.30);
    let mut recent_s = mean_s;
    let mut at = START_S + random.uniform(0.0, mean_s);
    while at < END_S {
        schedule.ventricular_beat(at, BeatKind::Normal);
        // No beat before the last one has been repolarised.
        let shortest_s = (0.96 * patient.qtc_s * recent_s.cbrt()).max(0.30);
        let rr_s = (mean_s * random.normal(0.0, variation).exp()).min(1.9 * mean_s);
        let rr_s = if rr_s < shortest_s {
            shortest_s + random.uniform(0.0, 0.25 * mean_s)
        } else {
            rr_s
        };
        recent_s = 0.5 * (recent_s + rr_s);
        at += rr_s;
    }
    schedule
}

/// Typical flutter, conducted 2:1, 3:1, 4:1 or with changing block.
pub(super) fn flutter(random: &mut Random) -> Schedule {
    let mut schedule = Schedule::new();
    let cycle_s = 60.0 / random.uniform(245.0, 325.0);
    let first_s = START_S + random.uniform(0.0, cycle_s);
    schedule.activity = AtrialActivity::Flutter { first_s, cycle_s };
    let pattern = random.uniform(0.0, 1.0);
    let delay_s = random.uniform(0.10, 0.10 + cycle_s);
    let mut wave = random.below(4);
    loop {
        let block = match pattern {
            _ if pattern < 0.28 => 2,
            _ if pattern < 0.42 => 3,
            _ if pattern < 0.68 => 4,
            // Changing block prefers even ratios, as patients do.
            _ => [2, 2, 4, 4, 4, 3, 5][random.below(7)],
        };
        let at = first_s + wave as f64 * cycle_s + delay_s + random.normal(0.0, 0.003);
        if at > END_S {
            return schedule;
        }
        schedule.ventricular_beat(at, BeatKind::Normal);
        wave += block;
    }
}

/// Several places of the atria take turns: P and PR change, RR is irregular.
pub(super) fn multifocal(patient: &Patient, random: &mut Random) -> Schedule {
    let mut schedule = Schedule::new();
    let mean_s = 60.0 / random.uniform(72.0, 118.0);
    let mut at = START_S + random.uniform(0.0, mean_s);
    while at < END_S {
        let origin = match random.below(4) {
            0 => AtrialOrigin::Sinus,
            place => AtrialOrigin::Ectopic(place as u8 - 1),
        };
        let pr_s = patient.pr_s + random.uniform(-0.025, 0.02);
        schedule.conducted(at, origin, pr_s, BeatKind::Normal);
        at += mean_s * random.within(1.0, 0.17, 0.72, 1.5);
    }
    schedule
}
