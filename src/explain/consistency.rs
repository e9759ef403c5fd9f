//! Does a prototype that is a part of the ECG look at the same part of the
//! heart beat wherever it is found?
//!
//! After the consistency score of Huang et al. (Evaluation and improvement of
//! interpretability for self-explainable part-prototype networks, ICCV 2023),
//! with P, QRS, ST and T in the place of the parts of a bird. There a part
//! counts where it lies in the region of the prototype. A window of 0.96 s holds
//! a whole beat from 63 beats a minute on, so that its place says nothing here;
//! instead each part in the window is taken away in turn, and the part without
//! which the cosine of that very window falls most is the one that it hangs on.

use serde::{Deserialize, Serialize};

use super::probe::Own;
use super::training_data::{TrainingData, nearest};
use crate::ecg::Recording;
use crate::inference::{InferenceError, Model, Span, mask_span};
use crate::measurements::{Fiducials, Measurements, measure, measure_shape};
use crate::nn::window_s;

/// How many of the most similar training ECGs with its statement are looked at.
pub const LOOKED_AT: usize = 10;

/// Of fewer ECGs there is no consistency.
pub const FEWEST: usize = 5;

/// From this share on a prototype is called consistent, as by Huang et al.
pub const CONSISTENT: f64 = 0.8;

/// Cosines that differ by more are of another ECG than the one that was trained
/// on: the similarities were kept with 16 bits.
const SAME_ECG: f64 = 0.02;

/// A part of which less than two samples of the model are in the window is not
/// in it.
const SHORTEST_S: f64 = 0.02;

/// Beats whose R peak is further from the window are not looked at.
const BEAT_REACH_S: f64 = 0.6;

/// A part of the heart beat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum BeatPart {
    /// First onset to last offset over all leads, as everywhere here.
    P,
    Qrs,
    /// From the end of QRS to the beginning of T.
    St,
    T,
}

impl BeatPart {
    pub const ALL: [Self; 4] = [Self::P, Self::Qrs, Self::St, Self::T];

    /// For people, and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::P => "P",
            Self::Qrs => "QRS",
            Self::St => "ST",
            Self::T => "T",
        }
    }

    /// From and to, in seconds from the R peak.
    fn limits_s(self, beat: &Fiducials) -> Option<(f64, f64)> {
        match self {
            Self::P => beat.p.map(|p| (p.onset_s, p.offset_s)),
            Self::Qrs => Some((beat.qrs_onset_s, beat.qrs_offset_s)),
            Self::St => beat.t.map(|t| (beat.qrs_offset_s, t.onset_s)),
            Self::T => beat.t.map(|t| (t.onset_s, t.offset_s)),
        }
    }
}

/// On which part of the beat a prototype hangs, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Consistency {
    /// The part on which it hangs in most ECGs; `None` where it hangs on none
    /// in any.
    pub part: Option<BeatPart>,
    /// Share of the ECGs in which it does.
    pub share: f64,
    /// ECGs that were measured, [`FEWEST`] to [`LOOKED_AT`].
    pub ecgs: usize,
}

impl Consistency {
    /// Of the part that it hangs on in each ECG, `None` where without none of
    /// them the cosine falls. `None` of fewer than [`FEWEST`] ECGs.
    fn of(hangs_on: &[Option<BeatPart>]) -> Option<Self> {
        let ecgs = hangs_on.len();
        let count = |part| hangs_on.iter().filter(|on| **on == Some(part)).count();
        // Of equally frequent ones the earlier in the beat.
        let counts = BeatPart::ALL.map(|part| (count(part), part));
        let (most, part) = counts
            .into_iter()
            .rev()
            .max_by_key(|(count, _)| *count)
            .filter(|(count, _)| *count > 0)
            .unzip();
        (ecgs >= FEWEST).then(|| Self {
            part,
            share: most.unwrap_or(0) as f64 / ecgs as f64,
            ecgs,
        })
    }
}

/// Looks at the training ECGs with a prototype's statement that it is most
/// similar to, one after the other.
#[derive(Debug)]
pub(super) struct Looking {
    number: usize,
    /// Record number and similarity of those that are still to be looked at, the
    /// next one last.
    left: Vec<(u32, f64)>,
    hangs_on: Vec<Option<BeatPart>>,
}

impl Looking {
    /// `None` for a prototype that has no window or one as long as the
    /// recording, and without those ECGs.
    pub fn begin(model: &Model, number: usize, data: &TrainingData) -> Option<Self> {
        let manifest = model.manifest();
        let has_window = manifest.branch_of(number)?.prototypes.windows() > 1;
        (has_window && data.ecgs.is_some()).then_some(())?;
        let source = &manifest.prototypes[number];
        let similarities = model.training_similarities();
        let near = nearest(similarities, number, source, Some(&data.patients));
        let near = near.into_iter().filter(|n| n.carries).take(LOOKED_AT);
        let mut left: Vec<(u32, f64)> = near
            .map(|near| (near.ecg_id, f64::from(near.similarity)))
            .collect();
        left.reverse();
        Some(Self {
            number,
            left,
            hangs_on: Vec::new(),
        })
    }

    pub fn is_done(&self) -> bool {
        self.left.is_empty()
    }

    /// Looks at the next ECG. One that was not copied to this disk, that the
    /// model refuses, or that is another than was trained on is one less.
    pub fn step(&mut self, model: &Model, data: &TrainingData) {
        if let Some((ecg_id, similarity)) = self.left.pop()
            && let Some(part) = self.look(model, data, ecg_id, similarity)
        {
            self.hangs_on.push(part);
        }
    }

    fn look(
        &self,
        model: &Model,
        data: &TrainingData,
        ecg_id: u32,
        similarity: f64,
    ) -> Option<Option<BeatPart>> {
        let manifest = model.manifest();
        let prototypes = manifest.branch_of(self.number)?.prototypes;
        let ecgs = data.ecgs.as_ref()?;
        let recording = ecgs.read(ecgs.entry(ecg_id)?).ok()?;
        let own = Own::of(model, &recording, self.number).ok()?;
        let is_same = (own.similarity - similarity).abs() <= SAME_ECG * prototypes.scale();
        let step = own.step.filter(|_| is_same)?;
        let duration_s = manifest.preprocessing.duration_s();
        let window_s = window_s(step, prototypes.steps(), duration_s);
        let parts = parts_within(&recording, window_s)?;
        hangs_on_part(model, &recording, (self.number, step), &parts).ok()
    }

    /// `None` where fewer than [`FEWEST`] could be measured.
    pub fn end(self) -> Option<Consistency> {
        Consistency::of(&self.hangs_on)
    }
}

/// The part without which the window's cosine falls most.
fn hangs_on_part(
    model: &Model,
    recording: &Recording,
    (number, step): (usize, usize),
    parts: &[(BeatPart, Vec<Span>)],
) -> Result<Option<BeatPart>, InferenceError> {
    let rate_hz = model.manifest().preprocessing.rate_hz;
    let input = model.input(recording)?;
    let mut inputs = vec![input.clone()];
    inputs.extend(parts.iter().map(|(_, spans)| {
        let mut without = input.clone();
        for span in spans {
            mask_span(&mut without, rate_hz, *span);
        }
        without
    }));
    let cosines = model.window_cosines(&inputs, number);
    let mut at_window = cosines.iter().filter_map(|windows| windows.get(step));
    let whole = at_window.next().copied().unwrap_or(0.0);
    let falls = at_window.map(|without| whole - without);
    Ok(parts
        .iter()
        .zip(falls)
        .filter(|(_, fall)| *fall > 0.0)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|((part, _), _)| *part))
}

/// Where each part of the beats in a window is, clipped to it. `None` where less
/// than two parts are in the window: then there is nothing to choose between.
fn parts_within(recording: &Recording, window_s: (f64, f64)) -> Option<Vec<(BeatPart, Vec<Span>)>> {
    let measured = measure(recording, None).ok()?;
    let beats = beats_near(recording, &measured, window_s);
    let spans_of = |part: BeatPart| -> Vec<Span> {
        let of_beat = |(r_peak_s, beat): &(f64, Fiducials)| {
            let (from_s, to_s) = part.limits_s(beat)?;
            let start_s = (r_peak_s + from_s).max(window_s.0);
            let end_s = (r_peak_s + to_s).min(window_s.1);
            (end_s - start_s >= SHORTEST_S).then_some(Span { start_s, end_s })
        };
        beats.iter().filter_map(of_beat).collect()
    };
    let parts = BeatPart::ALL.map(|part| (part, spans_of(part)));
    let found: Vec<(BeatPart, Vec<Span>)> = parts
        .into_iter()
        .filter(|(_, spans)| !spans.is_empty())
        .collect();
    (found.len() >= 2).then_some(found)
}

/// R peaks of the beats that may reach into a window, each with the limits of
/// the waves of its own shape: a ventricular beat has others than its
/// neighbours.
fn beats_near(
    recording: &Recording,
    measured: &Measurements,
    window_s: (f64, f64),
) -> Vec<(f64, Fiducials)> {
    let mut of_shapes: Vec<(usize, Option<Fiducials>)> = Vec::new();
    let typical = measured.beats.iter().find(|beat| beat.typical);
    if let Some(shape) = typical.and_then(|beat| beat.shape) {
        of_shapes.push((shape, measured.fiducials));
    }
    let reaches = |r_peak_s: f64| {
        r_peak_s > window_s.0 - BEAT_REACH_S && r_peak_s < window_s.1 + BEAT_REACH_S
    };
    let near = measured.beats.iter().filter(|beat| reaches(beat.r_peak_s));
    near.filter_map(|beat| {
        let shape = beat.shape?;
        let known = of_shapes.iter().find(|(number, _)| *number == shape);
        let fiducials = match known {
            Some((_, fiducials)) => *fiducials,
            None => {
                let measured = measure_shape(recording, None, shape).ok();
                let fiducials = measured.and_then(|measured| measured.fiducials);
                of_shapes.push((shape, fiducials));
                fiducials
            }
        };
        Some((beat.r_peak_s, fiducials?))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::{BeatKind, simulate_without_noise};

    #[test]
    fn the_share_is_of_the_most_frequent_part_over_all_ecgs() {
        use BeatPart::{P, Qrs, T};
        let of = |parts: &[Option<BeatPart>]| {
            Consistency::of(parts).map(|c| (c.part, (c.share * 100.0).round(), c.ecgs))
        };
        let on = |parts: &[BeatPart]| -> Vec<Option<BeatPart>> {
            parts.iter().map(|part| Some(*part)).collect()
        };
        assert_eq!(of(&on(&[T, Qrs, T, T, T])), Some((Some(T), 80.0, 5)));
        assert_eq!(of(&on(&[T, T, P, P, Qrs])), Some((Some(P), 40.0, 5)));
        // An ECG in which it hangs on nothing counts, and for no part.
        assert_eq!(
            of(&[Some(T), None, Some(T), None, None]),
            Some((Some(T), 40.0, 5))
        );
        assert_eq!(of(&[None; 6]), Some((None, 0.0, 6)));
        assert_eq!(of(&on(&[T, T, T, T])), None);
    }

    /// The simulator knows where the waves are.
    #[test]
    fn parts_are_where_the_simulated_beats_have_them() {
        let mut compared = 0;
        for ecg in simulate_without_noise(60, 11) {
            let beats = &ecg.truth.beats;
            if beats.iter().any(|beat| beat.kind != BeatKind::Normal) || ecg.example_of != "SR" {
                continue;
            }
            let beat = beats[beats.len() / 2];
            let window_s = (beat.p_onset_s.unwrap() - 0.05, beat.t_end_s + 0.02);
            let parts = parts_within(&ecg.recording, window_s).unwrap();
            let spans = |part| {
                let found = parts.iter().find(|(found, _)| *found == part);
                found.map(|(_, spans)| spans.clone()).unwrap_or_default()
            };
            for (part, from_s, to_s) in [
                (
                    BeatPart::P,
                    beat.p_onset_s.unwrap(),
                    beat.p_offset_s.unwrap(),
                ),
                (BeatPart::Qrs, beat.qrs_onset_s, beat.qrs_offset_s),
            ] {
                let spans = spans(part);
                let [span] = spans[..] else {
                    panic!("{part:?}: {spans:?} in {window_s:?}");
                };
                assert!(
                    (span.start_s - from_s).abs() < 0.03,
                    "{part:?} {span:?} {from_s}"
                );
                assert!((span.end_s - to_s).abs() < 0.03, "{part:?} {span:?} {to_s}");
            }
            let t = spans(BeatPart::T);
            assert!(
                t[0].start_s < beat.t_peak_s && t[0].end_s > beat.t_peak_s,
                "{t:?}"
            );
            compared += 1;
        }
        assert!(compared >= 3, "{compared}");
    }

    #[test]
    fn a_window_with_one_part_only_gives_no_choice() {
        let ecg = simulate_without_noise(60, 11).find(|ecg| ecg.example_of == "SR");
        let ecg = ecg.unwrap();
        let beat = ecg.truth.beats[3];
        let within_qrs = (beat.qrs_onset_s + 0.02, beat.qrs_offset_s - 0.02);
        assert_eq!(parts_within(&ecg.recording, within_qrs), None);
    }
}
