//! Regular narrow tachycardia by re-entry, sustained or in a run.

use super::Schedule;
use super::schedule::{END_S, START_S};
use super::sinus::{Node, pr_s};
use crate::simulator::morphology::AtrialOrigin;
use crate::simulator::patient::Patient;
use crate::simulator::random::Random;
use crate::simulator::truth::BeatKind;

/// One circuit: its cycle, and when the atria are reached backwards.
struct Circuit {
    cycle_s: f64,
    /// From the onset of QRS to the retrograde P: inside QRS or at its end in
    /// re-entry within the AV node, in ST through an accessory pathway.
    rp_s: f64,
}

impl Circuit {
    fn new(random: &mut Random) -> Self {
        Self {
            cycle_s: 60.0 / random.uniform(154.0, 212.0),
            rp_s: if random.chance(0.6) {
                random.uniform(0.045, 0.072)
            } else {
                random.uniform(0.115, 0.15)
            },
        }
    }

    fn beat(&self, schedule: &mut Schedule, at_s: f64, random: &mut Random) -> f64 {
        schedule.ventricular_beat(at_s, BeatKind::Reentrant);
        schedule.atrial_beat(at_s + self.rp_s, AtrialOrigin::Retrograde);
        at_s + self.cycle_s * random.within(1.0, 0.004, 0.985, 1.015)
    }
}

/// 150 to 220 beats per minute throughout.
pub(super) fn sustained(random: &mut Random) -> Schedule {
    let circuit = Circuit::new(random);
    let mut schedule = Schedule::new();
    schedule.strain_mv = random.uniform(0.02, 0.09);
    let mut at = START_S + random.uniform(0.0, circuit.cycle_s);
    while at < END_S {
        at = circuit.beat(&mut schedule, at, random);
    }
    schedule
}

/// A run that begins or ends within the strip.
pub(super) fn paroxysmal(patient: &Patient, random: &mut Random) -> Schedule {
    let circuit = Circuit::new(random);
    let rate_bpm = random.uniform(66.0, 94.0);
    let node = Node::new(patient, random, rate_bpm);
    let pr_s = pr_s(patient, node.cycle_s);
    let mut schedule = Schedule::new();
    schedule.strain_mv = random.uniform(0.02, 0.06);
    let begins = random.chance(0.5);
    let change_s = if begins {
        random.uniform(2.5, 5.5)
    } else {
        random.uniform(4.0, 7.5)
    };
    let mut at = START_S + random.uniform(0.0, 0.5);
    if begins {
        while at < change_s {
            schedule.conducted(at, AtrialOrigin::Sinus, pr_s, BeatKind::Normal);
            at += node.cycle_at(at, random);
        }
        // An atrial premature beat with a long PR starts the circuit.
        let p_s = at - 0.38 * node.cycle_s;
        schedule.conducted(
            p_s,
            AtrialOrigin::Ectopic(0),
            pr_s + 0.08,
            BeatKind::AtrialPremature,
        );
        schedule.atrial_beat(p_s + pr_s + 0.08 + circuit.rp_s, AtrialOrigin::Retrograde);
        at = p_s + pr_s + 0.08 + circuit.cycle_s;
        while at < END_S {
            at = circuit.beat(&mut schedule, at, random);
        }
    } else {
        while at < change_s {
            at = circuit.beat(&mut schedule, at, random);
        }
        // The sinus node needs a moment to wake up.
        at += random.uniform(0.5, 0.9);
        while at < END_S {
            schedule.conducted(at, AtrialOrigin::Sinus, pr_s, BeatKind::Normal);
            at += node.cycle_at(at, random);
        }
    }
    schedule
}
