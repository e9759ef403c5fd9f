//! Premature beats, now and then or in a pattern.

use super::Schedule;
use super::schedule::{END_S, START_S};
use super::sinus::{Node, pr_s};
use crate::simulator::morphology::AtrialOrigin;
use crate::simulator::patient::Patient;
use crate::simulator::random::Random;
use crate::simulator::truth::BeatKind;

/// For so long after the QRS of a ventricular premature complex the sinus beat
/// meets a conduction system that is still refractory.
const BLOCKED_S: f64 = 0.44;

/// Where the premature beats come from.
#[derive(Clone, Copy, PartialEq)]
enum Source {
    Ventricle,
    Atrium(u8),
}

/// Bigeminy (`sinus_beats` 1) and trigeminy (2).
pub(super) fn patterned(patient: &Patient, random: &mut Random, sinus_beats: usize) -> Schedule {
    let source = match random.chance(0.75) {
        true => Source::Ventricle,
        false => Source::Atrium(random.below(3) as u8),
    };
    // Faster than 75, so that the next sinus beat is blocked and the pause is
    // compensatory; else the premature beat would be interpolated.
    let rate_bpm = random.uniform(75.0, 93.0);
    let node = Node::new(patient, random, rate_bpm);
    let first = random.below(sinus_beats + 1);
    let premature = move |beat: usize| (beat + first).is_multiple_of(sinus_beats);
    with_premature_beats(patient, random, &node, source, &premature)
}

/// One to three premature beats in a normal strip.
pub(super) fn occasional(
    patient: &Patient,
    random: &mut Random,
    node: &Node,
    ventricular: bool,
) -> Schedule {
    let source = match ventricular {
        true => Source::Ventricle,
        false => Source::Atrium(random.below(3) as u8),
    };
    // About four beats run before the strip.
    let first = 5 + random.below(3);
    let second = first + 3 + random.below(5);
    let premature = move |beat: usize| beat == first || beat == second;
    with_premature_beats(patient, random, node, source, &premature)
}

/// Sinus rhythm in which a premature beat follows each sinus beat that
/// `premature` says, counted from 1.
fn with_premature_beats(
    patient: &Patient,
    random: &mut Random,
    node: &Node,
    source: Source,
    premature: &dyn Fn(usize) -> bool,
) -> Schedule {
    let mut schedule = Schedule::new();
    let pr_s = pr_s(patient, node.cycle_s);
    let qt_s = patient.qtc_s * node.cycle_s.cbrt();
    let coupling_s = qt_s + random.uniform(0.03, 0.09);
    let early = random.uniform(0.60, 0.68);
    let mut beat = 0;
    let mut blocked_until_s = f64::MIN;
    let mut at = START_S + random.uniform(0.0, node.cycle_s);
    while at < END_S {
        let qrs_s = at + pr_s + random.normal(0.0, 0.0015);
        if qrs_s < blocked_until_s {
            // The sinus node goes on; its beat is hidden in the premature one.
            schedule.atrial_beat(at, AtrialOrigin::Sinus);
            at += node.cycle_at(at, random);
            continue;
        }
        schedule.conducted(at, AtrialOrigin::Sinus, qrs_s - at, BeatKind::Normal);
        beat += 1;
        if !premature(beat) {
            at += node.cycle_at(at, random);
            continue;
        }
        match source {
            Source::Ventricle => {
                let early_s = qrs_s + coupling_s + random.normal(0.0, 0.006);
                schedule.ventricular_beat(early_s, BeatKind::Ventricular);
                blocked_until_s = early_s + BLOCKED_S;
                at += node.cycle_at(at, random);
            }
            Source::Atrium(place) => {
                // It also resets the sinus node: the pause is not compensatory.
                let cycle_s = node.cycle_at(at, random);
                let p_s = at + early * cycle_s;
                let origin = AtrialOrigin::Ectopic(place);
                schedule.conducted(p_s, origin, pr_s + 0.012, BeatKind::AtrialPremature);
                at = p_s + 1.06 * cycle_s;
            }
        }
    }
    schedule
}
