//! Calibration pulses at the ends of a recording, which are no ECG.
//!
//! Some carts put a square of 1 mV before or after the ECG (Philips Sierra: the
//! last second). A model would read it as a beat, a measurement as an R wave.
//! It is known by what no heart does: all leads are level, step by the same
//! height at the same moment, and are level again.

use super::finding::{Code, Finding, Severity};
use crate::ecg::{Lead, Recording};

/// Leads that are recorded; the others may have been worked out, and their
/// pulse is then another or none.
const RECORDED: [Lead; 8] = [
    Lead::I,
    Lead::II,
    Lead::V1,
    Lead::V2,
    Lead::V3,
    Lead::V4,
    Lead::V5,
    Lead::V6,
];
/// With fewer leads an artefact might step in all of them alike.
const ENOUGH_LEADS: usize = 3;
/// Pulses are sought in so much at either end, and in no more than a quarter
/// of the recording.
const SOUGHT_S: f64 = 2.5;
const SOUGHT_PART: usize = 4;
/// What counts as level, as a range: noise, and the sag of a pulse behind a
/// high-pass.
const LEVEL_MV: f64 = 0.08;
/// Longer than the top of a T wave is so level.
const SHORTEST_LEVEL_S: f64 = 0.07;
/// A pulse lasts 200 ms on most carts.
const LONGEST_PULSE_S: f64 = 0.6;
/// The recording may end within a level that is too short to be seen as one.
const OUTERMOST_S: f64 = 0.15;
/// Between two levels: the edge, and the ringing of a filter.
const LONGEST_EDGE_S: f64 = 0.06;
/// How much of the level between the ECG and a pulse is cut off with it, and no
/// more than the outermost level: a quiet baseline may go on from it.
const LONGEST_LEAD_IN_S: f64 = 0.3;
const SMALLEST_STEP_MV: f64 = 0.3;
/// By how much the step of a lead may differ from that of all.
const STEP_PART: f64 = 0.15;
const PULSE_MV: f64 = 1.0;
const PULSE_TOLERANCE_MV: f64 = 0.15;

/// The recording without the pulses, and what was cut off.
pub(super) fn cut_off(mut recording: Recording) -> (Recording, Vec<Finding>) {
    let mut findings = Vec::new();
    for end in [End::Start, End::Stop] {
        let Some(pulse) = pulse_at(&recording, end) else {
            continue;
        };
        findings.push(pulse.finding(end, recording.rate_hz));
        for channel in &mut recording.channels {
            let kept = channel.samples_mv.len().saturating_sub(pulse.samples);
            match end {
                End::Start => drop(channel.samples_mv.drain(..pulse.samples)),
                End::Stop => channel.samples_mv.truncate(kept),
            }
        }
    }
    if findings.is_empty() {
        let message = "no calibration pulse at either end";
        findings.push(Finding::new(
            Code::CalibrationPulse,
            Severity::Pass,
            message,
        ));
    }
    (recording, findings)
}

#[derive(Clone, Copy)]
enum End {
    Start,
    Stop,
}

struct Pulse {
    /// To be cut off, the levels around it included.
    samples: usize,
    height_mv: f64,
}

impl Pulse {
    fn finding(&self, end: End, rate_hz: f64) -> Finding {
        let which = match end {
            End::Start => "first",
            End::Stop => "last",
        };
        let cut = format!(
            "a calibration pulse of {:.2} mV in the {which} {:.2} s was cut off",
            self.height_mv,
            self.samples as f64 / rate_hz
        );
        let usual = (self.height_mv - PULSE_MV).abs() <= PULSE_TOLERANCE_MV;
        let (severity, message) = match usual {
            true => (Severity::Note, cut),
            false => (
                Severity::Warn,
                format!("{cut}; {PULSE_MV} mV is usual: is the gain right?"),
            ),
        };
        let finding = Finding::new(Code::CalibrationPulse, severity, message);
        finding.with(self.height_mv, PULSE_MV, "mV")
    }
}

/// A stretch in which every lead is level.
struct Level {
    /// Samples from the end of the recording inwards.
    from: usize,
    to: usize,
    /// Of each lead, in millivolts.
    height_mv: Vec<f64>,
}

fn pulse_at(recording: &Recording, end: End) -> Option<Pulse> {
    let sought = (SOUGHT_S * recording.rate_hz) as usize;
    let sought = sought.min(recording.len() / SOUGHT_PART);
    let inwards = |samples_mv: &[f64]| -> Vec<f64> {
        match end {
            End::Start => samples_mv.iter().take(sought).copied().collect(),
            End::Stop => samples_mv.iter().rev().take(sought).copied().collect(),
        }
    };
    let leads = RECORDED.into_iter().filter_map(|lead| recording.lead(lead));
    let leads: Vec<Vec<f64>> = leads.map(inwards).collect();
    if leads.len() < ENOUGH_LEADS {
        return None;
    }
    pulse(&levels(&leads, recording.rate_hz), recording.rate_hz)
}

/// The levels that follow each other from the end inwards.
fn levels(leads: &[Vec<f64>], rate_hz: f64) -> Vec<Level> {
    let length = leads.iter().map(Vec::len).min().unwrap_or(0);
    let shortest = ((SHORTEST_LEVEL_S * rate_hz) as usize).max(3);
    let (edge, outermost) = (LONGEST_EDGE_S * rate_hz, OUTERMOST_S * rate_hz);
    let mut levels: Vec<Level> = Vec::new();
    let mut at = 0;
    while at < length {
        let (last, gap) = levels.last().map_or((0, outermost), |l| (l.to, edge));
        if at > last + gap as usize {
            break;
        }
        let to = level_end(leads, at, length);
        if to - at < shortest {
            at += 1;
            continue;
        }
        let height_mv = leads.iter().map(|x| mean(&x[at..to])).collect();
        levels.push(Level {
            from: at,
            to,
            height_mv,
        });
        at = to;
    }
    levels
}

/// How far every lead stays within [`LEVEL_MV`].
fn level_end(leads: &[Vec<f64>], from: usize, length: usize) -> usize {
    let mut to = length;
    for x in leads {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for (n, &v) in x[..to].iter().enumerate().skip(from) {
            // A sample without a value is level with nothing.
            (low, high) = (low.min(v), high.max(v));
            if v.is_nan() || high - low > LEVEL_MV {
                to = n;
                break;
            }
        }
    }
    to.max(from)
}

/// The pulses that the levels are, counted from the end: up and down between
/// the same two heights.
fn pulse(levels: &[Level], rate_hz: f64) -> Option<Pulse> {
    let steps: Vec<f64> = levels.windows(2).map_while(common_step).collect();
    let first = *steps.first()?;
    let alternating = steps.iter().enumerate().take_while(|(i, step)| {
        let wanted = if i % 2 == 0 { first } else { -first };
        (*step - wanted).abs() <= STEP_PART * first.abs()
    });
    // The innermost level is the one that the ECG begins at.
    let last = alternating.count();
    let seconds = |level: &Level| (level.to - level.from) as f64 / rate_hz;
    let short = levels[..last].iter().all(|l| seconds(l) <= LONGEST_PULSE_S);
    let innermost = levels.get(last).filter(|_| short)?;
    let outermost = levels[0].to - levels[0].from;
    let lead_in = outermost.min((LONGEST_LEAD_IN_S * rate_hz) as usize);
    Some(Pulse {
        samples: innermost.to.min(innermost.from + lead_in),
        height_mv: first.abs(),
    })
}

/// The step from one level to the next, if it is that of all leads.
fn common_step(pair: &[Level]) -> Option<f64> {
    let [outer, inner] = pair else { return None };
    let steps = inner.height_mv.iter().zip(&outer.height_mv);
    let steps: Vec<f64> = steps.map(|(inner, outer)| inner - outer).collect();
    let step = mean(&steps);
    let same = |s: &f64| (s - step).abs() <= STEP_PART * step.abs();
    (step.abs() >= SMALLEST_STEP_MV && steps.iter().all(same)).then_some(step)
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len().max(1) as f64
}
