//! The numbers of a study, from the database to `statistics::study`: made here
//! once, for the screen and every export. Nothing of a rater whose queue is
//! still open is among them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    Beside, CurrentAnswer, Exclusion, Mark, Pair, Phase, Rater, ReviewError, Snapshot, Study,
};
use crate::statistics::study::{
    Association, RatingRow, StudyReport, StudySettings, Table3Row, cosine_associations, report,
};
use crate::statistics::{Resampling, mean, median};

/// Whose ratings are in the results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Included {
    /// Those whose queue is closed.
    #[default]
    ClosedQueues,
    /// Everyone: an interim look, which every document says.
    Everyone,
}

/// The results of a study.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Results {
    pub included: Included,
    /// Prototypes to rate, or pairs, training not counted.
    pub prototypes: usize,
    /// Prototypes that are rated with another of the same source window.
    pub linked: usize,
    /// In the order of their codes.
    pub raters: Vec<RaterState>,
    /// Titles of the questions by their ids.
    pub questions: BTreeMap<String, String>,
    pub report: StudyReport,
    pub table3: Vec<Table3Row>,
    /// Of every rated prototype, worst first.
    pub by_prototype: Vec<PrototypeMean>,
    /// Metrics that need no people, where an audit was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Beside>,
    /// In a study of pairs how their cosines go with the ratings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cosines: Option<Vec<Association>>,
}

/// How far a rater is, and how she went about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RaterState {
    pub rater: Rater,
    /// As the protocol has it; empty where it has none.
    pub specialty: String,
    pub closed: bool,
    /// Places of the queue with an answer, and in all.
    pub answered: usize,
    pub total: usize,
    /// Answers that were changed after they were saved.
    pub changed: usize,
    /// Answers that came with a merge when the queue was closed here already;
    /// they count.
    pub after_closing: usize,
    /// Of the first ratings; neither practice nor repeats.
    pub excluded: BTreeMap<&'static str, usize>,
    pub median_response_time_ms: Option<f64>,
}

/// One prototype over the raters.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PrototypeMean {
    pub prototype: usize,
    pub class_code: String,
    /// Mean of the raters' means over the questions, 1 to 5.
    pub mean: f64,
    pub raters: usize,
    /// Raters who marked it as bad.
    pub bad: usize,
    /// In a study of pairs, of which `prototype` is the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pair: Option<Pair>,
}

impl PrototypeMean {
    /// The prototype in the bundle that was shown.
    pub fn shown_prototype(&self) -> usize {
        let pair = self.pair.as_ref();
        pair.map_or(self.prototype, |pair| pair.prototype)
    }

    /// What was rated, for people.
    pub fn name(&self) -> String {
        match &self.pair {
            None => format!("prototype {}", self.prototype),
            Some(pair) => format!(
                "pair {}: ECG {} with prototype {}, cosine {:.2}",
                self.prototype, pair.ecg_id, pair.prototype, pair.cosine
            ),
        }
    }
}

impl Results {
    /// Pairs of a test ECG and a prototype were rated.
    pub fn is_of_pairs(&self) -> bool {
        self.cosines.is_some()
    }

    /// What people call a question.
    pub fn title_of<'a>(&'a self, question: &'a str) -> &'a str {
        self.questions.get(question).map_or(question, |title| title)
    }

    /// Whether somebody at the screen may see numbers: a rater when her own
    /// queue is closed; where nobody is signed in, when every queue is.
    pub fn may_be_seen_by(&self, rater: Option<&Rater>) -> bool {
        may_be_seen(&self.raters, rater)
    }
}

/// What each prototype got, without the statistics over all of them: what an
/// explanation shows beside a prototype.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ratings {
    pub raters: Vec<RaterState>,
    pub by_prototype: Vec<PrototypeMean>,
}

impl Ratings {
    /// As [`Results::may_be_seen_by`].
    pub fn may_be_seen_by(&self, rater: Option<&Rater>) -> bool {
        may_be_seen(&self.raters, rater)
    }
}

fn may_be_seen(raters: &[RaterState], rater: Option<&Rater>) -> bool {
    let mut raters = raters.iter();
    match rater {
        // Who has not answered yet may not be listed; her queue is open.
        Some(rater) => raters.any(|state| state.rater == *rater && state.closed),
        None => raters.all(|state| state.closed),
    }
}

/// What each prototype got from raters whose queue is closed; nothing in a study
/// of pairs.
pub fn ratings(snapshot: &Snapshot) -> Ratings {
    let counted = counted(snapshot, Included::ClosedQueues);
    Ratings {
        raters: raters(snapshot),
        by_prototype: match snapshot.study.is_of_pairs() {
            false => by_prototype(snapshot, &counted),
            true => Vec::new(),
        },
    }
}

/// The results of everything in a snapshot.
///
/// # Errors
/// [`ReviewError::Statistics`] for a rating that the scale does not have,
/// which the database refuses.
pub fn results(snapshot: &Snapshot, included: Included) -> Result<Results, ReviewError> {
    let counted = counted(snapshot, included);
    let study = &snapshot.study;
    let rows = rows(study, &counted);
    let report = report(&rows, &settings(study)).map_err(ReviewError::Statistics)?;
    let cosines = study.is_of_pairs().then(|| {
        let cosine = |item: &super::Item| Some((item.prototype, item.pair.as_ref()?.cosine));
        let cosines = study.items.iter().filter_map(cosine).collect();
        cosine_associations(&rows, &cosines, &settings(study))
    });
    Ok(Results {
        included,
        prototypes: study.items.len(),
        linked: study.items.iter().map(|item| item.linked.len()).sum(),
        raters: raters(snapshot),
        questions: questions(snapshot),
        table3: report.table3(),
        report,
        by_prototype: by_prototype(snapshot, &counted),
        metrics: None,
        cosines,
    })
}

/// Which prototypes raters marked as bad, and who did; of the first ratings, as
/// they are now.
pub fn marked_bad(snapshot: &Snapshot, included: Included) -> BTreeMap<usize, Vec<Rater>> {
    let mut marked: BTreeMap<usize, Vec<Rater>> = BTreeMap::new();
    for current in counted(snapshot, included) {
        let answer = &current.answer;
        if answer.phase == Phase::Main && answer.mark == Some(Mark::Bad) {
            let raters = marked.entry(answer.prototype).or_default();
            raters.push(current.rater.clone());
        }
    }
    for raters in marked.values_mut() {
        raters.sort();
    }
    marked
}

fn questions(snapshot: &Snapshot) -> BTreeMap<String, String> {
    let questions = snapshot.study.protocol.questions.iter();
    questions
        .map(|question| (question.id.clone(), question.title.clone()))
        .collect()
}

/// How the report is made: by the protocol, with the seed of the study.
pub(super) fn settings(study: &Study) -> StudySettings {
    StudySettings {
        exclusion: study.protocol.exclusion,
        resampling: Resampling {
            // R takes seeds below 2^31.
            seed: study.seed & 0x7fff_ffff,
            ..Resampling::default()
        },
        ..StudySettings::default()
    }
}

/// The answers that count towards the results, in the order of arrival.
pub(super) fn counted(snapshot: &Snapshot, included: Included) -> Vec<&CurrentAnswer> {
    let mut counted: Vec<&CurrentAnswer> = snapshot
        .answers
        .iter()
        .filter(|current| current.answer.phase != Phase::Training)
        .filter(|current| {
            included == Included::Everyone || snapshot.closed.contains_key(&current.rater)
        })
        .collect();
    counted.sort_by_key(|current| current.arrival);
    counted
}

/// The long table that the statistics take: one row per answer and question.
pub(super) fn rows(study: &Study, counted: &[&CurrentAnswer]) -> Vec<RatingRow> {
    let times = orderly_times(counted);
    let mut rows = Vec::new();
    for (current, answered_ms) in counted.iter().zip(times) {
        let answer = &current.answer;
        let Some(item) = study.item(answer.prototype) else {
            continue;
        };
        for question in &study.protocol.questions {
            rows.push(RatingRow {
                rater: current.rater.to_string(),
                prototype: answer.prototype,
                class: item.class_code.clone(),
                branch: item.branch.clone(),
                source_ecg: source_number(item),
                item: question.id.clone(),
                value: answer.rating(&question.id).map(f64::from),
                reason: answer.exclusion.map(Exclusion::reason),
                is_repeat: answer.phase == Phase::Repeat,
                answered_ms,
            });
        }
    }
    rows
}

/// What tells apart the sources: the record, or for a version 1 study, which
/// does not have it, each prototype by itself, beyond every record number.
pub(super) fn source_number(item: &super::Item) -> u64 {
    let unknown = (1 << 32) + item.shown_prototype() as u64;
    item.source_ecg.map_or(unknown, u64::from)
}

/// Times that rise in the order of arrival, since clocks go back.
pub(super) fn orderly_times(counted: &[&CurrentAnswer]) -> Vec<i64> {
    let mut latest = i64::MIN;
    let clock = counted.iter().map(|current| {
        latest = current.time_utc_ms.max(latest.saturating_add(1));
        latest
    });
    clock.collect()
}

fn raters(snapshot: &Snapshot) -> Vec<RaterState> {
    let study = &snapshot.study;
    let registered = study.protocol.raters.iter().map(|entry| &entry.code);
    let answered = snapshot.answers.iter().map(|a| &a.rater);
    let all: BTreeSet<&Rater> = registered
        .chain(answered)
        .chain(snapshot.closed.keys())
        .collect();
    all.into_iter()
        .map(|rater| rater_state(snapshot, rater))
        .collect()
}

fn rater_state(snapshot: &Snapshot, rater: &Rater) -> RaterState {
    let own: Vec<&CurrentAnswer> = snapshot
        .answers
        .iter()
        .filter(|a| a.rater == *rater)
        .collect();
    let mut excluded: BTreeMap<&'static str, usize> = BTreeMap::new();
    let main = own.iter().filter(|a| a.answer.phase == Phase::Main);
    for exclusion in main.filter_map(|a| a.answer.exclusion) {
        *excluded.entry(exclusion.name()).or_insert(0) += 1;
    }
    let times_ms: Vec<f64> = own
        .iter()
        .map(|a| a.answer.response_time_ms as f64)
        .collect();
    let protocol = &snapshot.study.protocol;
    let entry = protocol.raters.iter().find(|entry| entry.code == *rater);
    RaterState {
        rater: rater.clone(),
        specialty: entry.map(|e| e.specialty.clone()).unwrap_or_default(),
        closed: snapshot.closed.contains_key(rater),
        answered: own.len(),
        total: snapshot.study.queue(rater).len(),
        changed: own.iter().filter(|a| a.earlier_answers > 0).count(),
        after_closing: after_closing(snapshot, rater),
        excluded,
        median_response_time_ms: median(&times_ms),
    }
}

fn after_closing(snapshot: &Snapshot, rater: &Rater) -> usize {
    let of_rater = snapshot.events.iter().filter(|e| e.rater == rater.as_str());
    let since = of_rater.skip_while(|event| event.kind != "close");
    since.filter(|event| event.kind == "answer").count()
}

fn by_prototype(snapshot: &Snapshot, counted: &[&CurrentAnswer]) -> Vec<PrototypeMean> {
    let rule = snapshot.study.protocol.exclusion;
    let first_time = || {
        let main = counted.iter().filter(|a| a.answer.phase == Phase::Main);
        main.copied()
    };
    let mut means: Vec<PrototypeMean> = snapshot
        .study
        .items
        .iter()
        .filter_map(|item| {
            let of_item = || first_time().filter(|a| a.answer.prototype == item.prototype);
            let reasons = of_item().map(|a| a.answer.exclusion.map(Exclusion::reason));
            if rule.drops_prototype(reasons) {
                return None;
            }
            let of_raters: Vec<f64> = of_item()
                .filter_map(|a| {
                    let ratings = a.answer.ratings.values().copied();
                    mean(&ratings.map(f64::from).collect::<Vec<_>>())
                })
                .collect();
            let is_bad = |a: &&CurrentAnswer| a.answer.mark == Some(Mark::Bad);
            Some(PrototypeMean {
                prototype: item.prototype,
                class_code: item.class_code.clone(),
                mean: mean(&of_raters)?,
                raters: of_raters.len(),
                bad: of_item().filter(is_bad).count(),
                pair: item.pair.clone(),
            })
        })
        .collect();
    means.sort_by(|a, b| {
        a.mean
            .total_cmp(&b.mean)
            .then(a.prototype.cmp(&b.prototype))
    });
    means
}
