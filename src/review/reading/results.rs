//! The numbers of a reading study, from the database to `statistics::reading`:
//! made here once, for the screen and every export. Nothing of a reader whose
//! queue is still open is among them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::super::store::{CurrentReading, EventId, ReadingSnapshot};
use super::super::{Included, Rater};
use super::{Arm, ReadEcg, ReadingAnswer, ReadingStudy};
use crate::statistics::reading::{ReadingReport, ReadingRow, ReadingSettings, reading_report};
use crate::statistics::{Resampling, median};

/// The results of a reading study.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReadingResults {
    pub included: Included,
    /// ECGs to read, training not counted.
    pub ecgs: usize,
    pub training: usize,
    /// ECGs with a wrong prediction in place of the model's own.
    pub wrong_controls: usize,
    /// ECGs whose shown prediction is wrong, the controls among them.
    pub shown_wrong: usize,
    /// ECGs of which the model itself says something wrong.
    pub model_wrong: usize,
    /// In the order of their codes.
    pub readers: Vec<ReaderState>,
    pub report: ReadingReport,
    /// Places that one reader answered on several machines.
    pub conflicts: Vec<ReadingConflict>,
}

/// How far a reader is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReaderState {
    pub reader: Rater,
    /// As the protocol has it; empty where it has none.
    pub specialty: String,
    pub closed: bool,
    /// Places of the queue with an answer, and in all.
    pub answered: usize,
    pub total: usize,
    /// Answers that came with a merge when the queue was closed here already;
    /// they count.
    pub after_closing: usize,
    /// Of ECGs that count; practice is not among them.
    pub median_response_time_ms: Option<f64>,
}

/// One place that was answered on several machines; the first to arrive counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadingConflict {
    pub reader: String,
    pub ecg_id: u32,
    pub arm: Arm,
    /// In the order of arrival.
    pub events: Vec<EventId>,
    /// Whether all say the same with the same confidence.
    pub agrees: bool,
}

impl ReadingResults {
    /// Whether somebody at the screen may see numbers: a reader when her own
    /// queue is closed; where nobody is signed in, when every queue is.
    pub fn may_be_seen_by(&self, reader: Option<&Rater>) -> bool {
        let mut readers = self.readers.iter();
        match reader {
            Some(reader) => readers.any(|state| state.reader == *reader && state.closed),
            None => readers.all(|state| state.closed),
        }
    }
}

/// The results of everything in a snapshot.
pub fn reading_results(snapshot: &ReadingSnapshot, included: Included) -> ReadingResults {
    let study = &snapshot.study;
    let count = |is: &dyn Fn(&ReadEcg) -> bool| study.ecgs.iter().filter(|ecg| is(ecg)).count();
    ReadingResults {
        included,
        ecgs: study.ecgs.len(),
        training: study.training.len(),
        wrong_controls: count(&|ecg| ecg.shown.wrong_control),
        shown_wrong: count(&|ecg| !ecg.shown_is_right()),
        model_wrong: count(&|ecg| !ecg.carried.contains(&ecg.said.code)),
        readers: readers(snapshot),
        report: reading_report(&rows(snapshot, included), &settings(study)),
        conflicts: conflicts(snapshot),
    }
}

/// How the report is made: by the protocol, with the seed of the study.
fn settings(study: &ReadingStudy) -> ReadingSettings {
    let arms = &study.protocol.arms;
    let names = |arms: &mut dyn Iterator<Item = &Arm>| arms.map(|a| a.name().to_owned()).collect();
    ReadingSettings {
        arms: names(&mut arms.iter()),
        unaided: Arm::Unaided.name().to_owned(),
        aided: names(&mut arms.iter().filter(|arm| **arm != Arm::Unaided)),
        resampling: Resampling {
            // R takes seeds below 2^31.
            seed: study.seed & 0x7fff_ffff,
            ..Resampling::default()
        },
    }
}

/// Whether an answer counts towards the results.
pub(super) fn counts(
    snapshot: &ReadingSnapshot,
    reading: &CurrentReading,
    included: Included,
) -> bool {
    let is_in = included == Included::Everyone || snapshot.closed.contains_key(&reading.rater);
    is_in && !snapshot.study.is_training(reading.answer.ecg_id)
}

/// The long table that the statistics take.
pub(super) fn rows(snapshot: &ReadingSnapshot, included: Included) -> Vec<ReadingRow> {
    let counted = snapshot.readings.iter();
    counted
        .filter(|reading| counts(snapshot, reading, included))
        .filter_map(|reading| {
            Some(row(
                snapshot,
                reading,
                snapshot.study.ecg(reading.answer.ecg_id)?,
            ))
        })
        .collect()
}

/// One answer against the reference and what was shown.
pub(super) fn row(
    snapshot: &ReadingSnapshot,
    reading: &CurrentReading,
    ecg: &ReadEcg,
) -> ReadingRow {
    let answer = &reading.answer;
    let right = snapshot.study.protocol.right;
    ReadingRow {
        reader: reading.rater.to_string(),
        ecg: u64::from(answer.ecg_id),
        arm: answer.arm.name().to_owned(),
        right: right.is_right(&answer.statements, &ecg.carried),
        says_shown: answer.statements.contains(&ecg.shown.said.code),
        shown_right: ecg.shown_is_right(),
        control: ecg.shown.wrong_control,
        confidence: f64::from(answer.confidence),
        time_ms: answer.response_time_ms as f64,
    }
}

fn readers(snapshot: &ReadingSnapshot) -> Vec<ReaderState> {
    let protocol = &snapshot.study.protocol;
    let registered = protocol.raters.iter().map(|entry| &entry.code);
    let answered = snapshot.readings.iter().map(|reading| &reading.rater);
    let all: BTreeSet<&Rater> = registered
        .chain(answered)
        .chain(snapshot.closed.keys())
        .collect();
    all.into_iter()
        .map(|reader| reader_state(snapshot, reader))
        .collect()
}

fn reader_state(snapshot: &ReadingSnapshot, reader: &Rater) -> ReaderState {
    let own = || snapshot.readings.iter().filter(|r| r.rater == *reader);
    let counted = own().filter(|r| !snapshot.study.is_training(r.answer.ecg_id));
    let times_ms: Vec<f64> = counted.map(|r| r.answer.response_time_ms as f64).collect();
    let raters = &snapshot.study.protocol.raters;
    let entry = raters.iter().find(|entry| entry.code == *reader);
    let of_reader = snapshot
        .events
        .iter()
        .filter(|e| e.rater == reader.as_str());
    let since = of_reader.skip_while(|event| event.kind != "close");
    ReaderState {
        reader: reader.clone(),
        specialty: entry.map(|e| e.specialty.clone()).unwrap_or_default(),
        closed: snapshot.closed.contains_key(reader),
        answered: own().count(),
        total: snapshot.study.queue(reader).len(),
        after_closing: since.filter(|event| event.kind == "reading").count(),
        median_response_time_ms: median(&times_ms),
    }
}

fn conflicts(snapshot: &ReadingSnapshot) -> Vec<ReadingConflict> {
    let mut of_place: BTreeMap<_, Vec<(EventId, ReadingAnswer)>> = BTreeMap::new();
    for event in snapshot.events.iter().filter(|e| e.kind == "reading") {
        // Whatever is not an answer was refused when the database was read.
        if let Ok(answer) = serde_json::from_str::<ReadingAnswer>(&event.payload) {
            let place = (event.rater.clone(), answer.place());
            of_place
                .entry(place)
                .or_default()
                .push((event.id.clone(), answer));
        }
    }
    let several = of_place
        .into_iter()
        .filter(|(_, answers)| answers.len() > 1);
    several
        .map(|((reader, place), answers)| {
            let said = |a: &(EventId, ReadingAnswer)| (a.1.statements.clone(), a.1.confidence);
            ReadingConflict {
                reader,
                ecg_id: place.ecg_id,
                arm: place.arm,
                agrees: answers.windows(2).all(|two| said(&two[0]) == said(&two[1])),
                events: answers.into_iter().map(|(id, _)| id).collect(),
            }
        })
        .collect()
}
