//! A study of pairs: not a prototype is rated but how well a test ECG and the
//! training ECG of the prototype that the model names for it match. The pairs
//! are drawn when the study is made; every draw is a SHA-256, as elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::protocol::{Blinding, MetricsShown, Protocol, Selection};
use super::queue::draw as hash;
use super::reading::Take;
use super::selection::known_classes;
use super::study::new_seed;
use super::{Item, ReviewError, Study};

/// What makes a study one of pairs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pairs {
    /// Of the test ECGs; folds that the model was neither trained nor tuned on.
    pub folds: Vec<u8>,
    /// Pairs in all, or of each statement up to so many.
    pub take: Take,
    /// Whether raters see the cosine of the pair.
    #[serde(default)]
    pub show_cosine: bool,
}

/// A test ECG and the prototype that the model names for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// Record number in the data set of the study.
    pub ecg_id: u32,
    /// Of its signal, in hexadecimal.
    pub recording_sha256: String,
    /// Number of the prototype in the bundle.
    pub prototype: usize,
    /// Of the two, as the model has it, to nine decimals.
    pub cosine: f64,
}

/// A test ECG that may be drawn. The patient only keeps two ECGs of one person
/// apart, and goes no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairCandidate {
    pub ecg_id: u32,
    pub patient_id: Option<i64>,
}

/// What the model names for a test ECG: its leading statement of those that are
/// in the study and at or above their thresholds, and the most similar prototype
/// of that statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub pair: Pair,
    pub class_code: String,
    pub branch: String,
    /// The training ECG that the prototype was cut from.
    pub source_ecg: Option<u32>,
}

/// The pairs as they are drawn.
#[derive(Debug)]
pub struct PairDraw {
    protocol: Protocol,
    wanted: Pairs,
    seed: u32,
    order: Vec<u32>,
    items: Vec<Item>,
    training: Vec<Item>,
    of_class: BTreeMap<String, usize>,
}

impl PairDraw {
    /// Begins: candidates ascending by SHA-256 of `protoecg pair
    /// 1|<seed>||<ecg>`, of each patient the first.
    ///
    /// # Errors
    /// As [`Protocol::check`]; a protocol without pairs.
    pub fn begin(protocol: Protocol, candidates: &[PairCandidate]) -> Result<Self, ReviewError> {
        protocol.check()?;
        let Some(wanted) = protocol.pairs.clone() else {
            return Err(ReviewError::Protocol {
                field: "pairs".to_owned(),
                found: "absent".to_owned(),
                expected: "the folds of the test ECGs and how many are taken",
            });
        };
        let seed = new_seed(protocol.seed)?;
        let mut drawn = candidates.to_vec();
        drawn.sort_by_cached_key(|c| hash("pair", seed, "", &c.ecg_id.to_string()));
        let mut patients = BTreeSet::new();
        drawn.retain(|c| c.patient_id.is_none_or(|patient| patients.insert(patient)));
        Ok(Self {
            order: drawn.into_iter().map(|c| c.ecg_id).collect(),
            protocol,
            wanted,
            seed,
            items: Vec::new(),
            training: Vec::new(),
            of_class: BTreeMap::new(),
        })
    }

    /// Record numbers, in the order in which they are to be offered.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// # Errors
    /// A class that has no prototype among `items`, those of the bundle.
    pub fn check_classes(&self, items: &[Item]) -> Result<(), ReviewError> {
        match &self.protocol.prototypes {
            Selection::Classes(codes) => known_classes(codes, items),
            Selection::All | Selection::PerClass(_) => Ok(()),
        }
    }

    /// Whether a class is in the study.
    pub fn has_class(&self, code: &str) -> bool {
        match &self.protocol.prototypes {
            Selection::Classes(codes) => codes.iter().any(|c| c == code),
            Selection::All | Selection::PerClass(_) => true,
        }
    }

    /// Takes a pair, if there is room for it: the study is filled first, then
    /// the practice.
    pub fn offer(&mut self, mut named: Named) {
        named.pair.cosine = kept_cosine(named.pair.cosine);
        let item = Item {
            prototype: self.taken(),
            class_code: named.class_code,
            branch: named.branch,
            source_ecg: named.source_ecg,
            linked: Vec::new(),
            pair: Some(named.pair),
        };
        let of_class = self.of_class.entry(item.class_code.clone()).or_insert(0);
        let has_room = match self.wanted.take {
            Take::Count(count) => self.items.len() < count,
            Take::PerStatement(count) => *of_class < count,
        };
        if has_room {
            *of_class += 1;
            self.items.push(item);
        } else if self.training.len() < self.protocol.training {
            self.training.push(item);
        }
    }

    /// Nothing that is offered will be taken any more. With so many of each
    /// statement that is known at the end only.
    pub fn is_full(&self) -> bool {
        let has_all = matches!(self.wanted.take, Take::Count(count) if self.items.len() >= count);
        has_all && self.training.len() >= self.protocol.training
    }

    /// Pairs that were taken, practice too.
    pub fn taken(&self) -> usize {
        self.items.len() + self.training.len()
    }

    /// The study of the pairs that were taken. `data` is what people call the
    /// data set that the test ECGs are in.
    ///
    /// # Errors
    /// Fewer pairs than the protocol wants, and as [`Study::check`].
    pub fn study(mut self, data: &str) -> Result<Study, ReviewError> {
        self.practise_on_some();
        let of_study = match self.wanted.take {
            Take::Count(count) => count,
            Take::PerStatement(_) => self.of_class.len().max(1),
        };
        let (found, wanted) = (self.taken(), of_study + self.protocol.training);
        if found < wanted {
            return Err(ReviewError::TooFewPairs { found, wanted });
        }
        Study::of_items(self.protocol, self.seed, data, self.items, self.training)
    }

    /// Up to so many of each statement may be all that there are, and leave none
    /// for practice. Then the last pairs of the statements that have most are
    /// practised on; every statement keeps one.
    fn practise_on_some(&mut self) {
        if let Take::Count(_) = self.wanted.take {
            return;
        }
        while self.training.len() < self.protocol.training {
            let most = self.of_class.iter().rev().max_by_key(|(_, count)| **count);
            let Some((code, 2..)) = most.map(|(code, count)| (code.clone(), *count)) else {
                return;
            };
            let last = self.items.iter().rposition(|i| i.class_code == code);
            self.training
                .extend(last.map(|last| self.items.remove(last)));
            self.of_class.entry(code).and_modify(|count| *count -= 1);
        }
    }
}

/// With nine decimals, more than the network has: so few digits every reader of
/// JSON takes for the very same number, which is not so of seventeen.
fn kept_cosine(cosine: f64) -> f64 {
    (cosine * 1e9).round() / 1e9
}

/// What a study of pairs cannot have.
pub(super) fn check(protocol: &Protocol, pairs: &Pairs) -> Result<(), ReviewError> {
    let wrong = |field: &str, found: String, expected: &'static str| {
        Err(ReviewError::Protocol {
            field: field.to_owned(),
            found,
            expected,
        })
    };
    if pairs.folds.is_empty() {
        return wrong("pairs.folds", "none".to_owned(), "one fold at least");
    }
    if matches!(pairs.take, Take::Count(0) | Take::PerStatement(0)) {
        return wrong("pairs.take", "0".to_owned(), "1 or more");
    }
    if let Selection::PerClass(_) = protocol.prototypes {
        let found = "PerClass with pairs".to_owned();
        return wrong(
            "prototypes",
            found,
            "All or Classes; pairs.take has the number",
        );
    }
    if protocol.blinding != Blinding::ClassOnly {
        let found = "WithPrediction with pairs".to_owned();
        return wrong(
            "blinding",
            found,
            "ClassOnly: a pair is of what the model says",
        );
    }
    if pairs.show_cosine && protocol.repeats.share != 0.0 {
        return wrong(
            "pairs.show_cosine",
            "true with hidden repeats".to_owned(),
            "false, since numbers tell a rater what she has seen before",
        );
    }
    if protocol.metrics != MetricsShown::AfterClosing {
        let found = format!("{:?} with pairs", protocol.metrics);
        return wrong("metrics", found, "AfterClosing: metrics are of prototypes");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::results::source_number;
    use super::*;
    use crate::review::{BundleRef, Question, Rater};

    fn protocol(take: Take) -> Protocol {
        Protocol {
            training: 1,
            questions: vec![Question::match_quality()],
            pairs: Some(Pairs {
                folds: vec![10],
                take,
                show_cosine: false,
            }),
            seed: Some(3),
            ..Protocol::quick(BundleRef::default())
        }
    }

    /// Two ECGs of each patient.
    fn candidates(count: u32) -> Vec<PairCandidate> {
        let candidate = |ecg_id| PairCandidate {
            ecg_id,
            patient_id: Some(i64::from(ecg_id / 2)),
        };
        (1..=count).map(candidate).collect()
    }

    /// Three prototypes of two classes, each named for many ECGs.
    fn named(ecg_id: u32) -> Named {
        let prototype = (ecg_id % 3) as usize;
        Named {
            pair: Pair {
                ecg_id,
                recording_sha256: format!("{ecg_id:064x}"),
                prototype,
                cosine: f64::from(500 + ecg_id) / 1000.0,
            },
            class_code: ["AFIB", "AFIB", "PACE"][prototype].to_owned(),
            branch: "rhythm".to_owned(),
            source_ecg: Some(900 + prototype as u32),
        }
    }

    fn made(take: Take) -> Result<Study, ReviewError> {
        let mut draw = PairDraw::begin(protocol(take), &candidates(100)).unwrap();
        for ecg_id in draw.order().to_vec() {
            if draw.is_full() {
                break;
            }
            draw.offer(named(ecg_id));
        }
        draw.study("data")
    }

    #[test]
    fn pairs_are_numbered_and_of_each_patient_there_is_one() {
        let study = made(Take::Count(20)).unwrap();
        assert_eq!((study.items.len(), study.training.len()), (20, 1));
        let all = || study.items.iter().chain(&study.training);
        let numbers: BTreeSet<usize> = all().map(|item| item.prototype).collect();
        assert_eq!(numbers, (0..21).collect());
        let pairs: Vec<&Pair> = all().filter_map(|item| item.pair.as_ref()).collect();
        let patients: BTreeSet<u32> = pairs.iter().map(|pair| pair.ecg_id / 2).collect();
        assert_eq!(patients.len(), 21);
        for (item, pair) in all().zip(&pairs) {
            assert_eq!(named(pair.ecg_id).pair, **pair);
            assert_eq!(item.source_ecg, Some(900 + pair.prototype as u32));
        }
        // A prototype comes as often as the model names it, and every pair once.
        let prototypes: BTreeSet<usize> = pairs.iter().map(|pair| pair.prototype).collect();
        assert_eq!(prototypes.len(), 3);
        let queue = study.queue(&Rater::new("R1").unwrap());
        assert_eq!(queue.len(), 21);
        // The same seed draws the same.
        assert_eq!(made(Take::Count(20)).unwrap().items, study.items);
        let error = made(Take::Count(60)).unwrap_err().to_string();
        assert!(error.contains("ask for 61 pairs"), "{error}");
        assert!(error.contains("for 51 test ECGs"), "{error}");
    }

    /// A bundle may not know its prototypes' sources.
    #[test]
    fn pairs_of_one_prototype_are_one_cluster_without_a_source_too() {
        let source = |number: usize, ecg_id: u32| {
            source_number(&Item {
                prototype: number,
                pair: Some(named(ecg_id).pair),
                ..Item::default()
            })
        };
        assert_eq!(source(1, 3), source(2, 6));
        assert_ne!(source(1, 3), source(2, 4));
    }

    #[test]
    fn every_statement_gets_its_pairs() {
        let study = made(Take::PerStatement(4)).unwrap();
        for code in ["AFIB", "PACE"] {
            let of_class = study.items.iter().filter(|item| item.class_code == code);
            assert_eq!(of_class.count(), 4);
        }
    }

    #[test]
    fn what_a_study_of_pairs_cannot_have_is_named() {
        type Change = fn(&mut Protocol);
        let cases: [(Change, &str); 5] = [
            (
                |p| {
                    p.pairs.as_mut().unwrap().show_cosine = true;
                    p.repeats.share = 0.05;
                    p.repeats.apart = 20;
                },
                "pairs.show_cosine is true with hidden repeats",
            ),
            (|p| p.blinding = Blinding::WithPrediction, "blinding is"),
            (|p| p.prototypes = Selection::PerClass(2), "prototypes is"),
            (|p| p.metrics = MetricsShown::BeforeRating, "metrics is"),
            (
                |p| p.pairs.as_mut().unwrap().folds.clear(),
                "pairs.folds is none",
            ),
        ];
        for (change, told) in cases {
            let mut protocol = protocol(Take::Count(3));
            change(&mut protocol);
            let error = PairDraw::begin(protocol, &candidates(9)).unwrap_err();
            assert!(error.to_string().contains(told), "{error}");
        }
        let mut unknown = protocol(Take::Count(3));
        unknown.prototypes = Selection::Classes(vec!["PACE".to_owned(), "XYZ".to_owned()]);
        let draw = PairDraw::begin(unknown, &candidates(9)).unwrap();
        let item = |code: &str| Item {
            class_code: code.to_owned(),
            ..Item::default()
        };
        let error = draw.check_classes(&[item("PACE")]).unwrap_err();
        assert!(error.to_string().contains("class \"XYZ\""), "{error}");
        draw.check_classes(&[item("PACE"), item("XYZ")]).unwrap();
        // Without test ECGs there are no pairs.
        let error = Study::by_protocol(protocol(Take::Count(3)), Vec::new()).unwrap_err();
        assert!(error.to_string().contains("pairs is"), "{error}");
    }
}
