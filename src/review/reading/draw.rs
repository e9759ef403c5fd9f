//! Which test ECGs are read, and which of them with a wrong prediction. Every
//! draw is a SHA-256, as in a study of prototypes.

use std::collections::{BTreeMap, BTreeSet};

use super::super::queue::draw as hash;
use super::super::study::{new_seed, random_bytes};
use super::super::time::{now_ms, utc_text};
use super::super::{BundleRef, ReviewError};
use super::protocol::{Arm, Offered, ReadingProtocol, Take};
use super::study::{ReadEcg, ReadingStudy, Said, Shown};
use crate::ecg::hex;

/// A test ECG that may be drawn. The patient only keeps two ECGs of one person
/// apart, and goes no further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub ecg_id: u32,
    pub patient_id: Option<i64>,
    /// All its statements.
    pub statements: Vec<String>,
}

/// What was drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnEcgs {
    /// The seed of the protocol, or the one that was drawn for it.
    pub seed: u32,
    /// Record numbers, ascending.
    pub ecgs: Vec<u32>,
    pub training: Vec<u32>,
}

/// An ECG with what the model says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub ecg_id: u32,
    /// Of the signal.
    pub recording_sha256: String,
    /// All its statements.
    pub statements: Vec<String>,
    /// The leading statement among those that are offered.
    pub said: Said,
    /// For every statement with prototypes the one that is most similar.
    pub prototypes: BTreeMap<String, usize>,
}

/// Draws the ECGs: candidates ascending by SHA-256 of `protoecg ecg
/// 1|<seed>||<ecg>`, of each patient the first, only such as carry a statement
/// that is offered.
///
/// # Errors
/// As [`ReadingProtocol::check`]; fewer ECGs than the protocol wants.
pub fn draw(
    protocol: &ReadingProtocol,
    candidates: &[Candidate],
) -> Result<DrawnEcgs, ReviewError> {
    protocol.check()?;
    let seed = new_seed(protocol.seed)?;
    let mut open: Vec<(&Candidate, Vec<String>)> = candidates
        .iter()
        .map(|candidate| {
            (
                candidate,
                carried(&protocol.statements, &candidate.statements),
            )
        })
        .filter(|(_, carried)| !carried.is_empty())
        .collect();
    open.sort_by_cached_key(|(candidate, _)| hash("ecg", seed, "", &candidate.ecg_id.to_string()));
    let mut patients = BTreeSet::new();
    let mut taken = BTreeSet::new();
    let mut take = |wanted: usize, of: Option<&str>| -> Vec<u32> {
        let mut ids = Vec::new();
        for (candidate, carried) in &open {
            let fits = of.is_none_or(|code| carried.iter().any(|c| c == code));
            if ids.len() == wanted || !fits || taken.contains(&candidate.ecg_id) {
                continue;
            }
            if candidate.patient_id.is_some_and(|id| !patients.insert(id)) {
                continue;
            }
            taken.insert(candidate.ecg_id);
            ids.push(candidate.ecg_id);
        }
        ids
    };
    let (mut ecgs, wanted) = match protocol.ecgs.take {
        Take::Count(count) => (take(count, None), count),
        Take::PerStatement(count) => {
            let codes = protocol.statements.codes().into_iter();
            let each = codes.map(|code| take(count, Some(code)));
            (each.flatten().collect(), 1)
        }
    };
    let training = take(protocol.training, None);
    let enough = |field: &str, found: usize, wanted: usize| match found < wanted {
        true => Err(ReviewError::TooFewEcgs {
            field: field.to_owned(),
            found,
            wanted,
        }),
        false => Ok(()),
    };
    enough("ecgs", ecgs.len(), wanted)?;
    enough("training", training.len(), protocol.training)?;
    ecgs.sort_unstable();
    Ok(DrawnEcgs {
        seed,
        ecgs,
        training,
    })
}

/// Those statements of an ECG that a reader can say.
fn carried(offered: &Offered, statements: &[String]) -> Vec<String> {
    let codes = offered.codes().into_iter();
    codes
        .filter(|code| statements.iter().any(|s| s == code))
        .map(str::to_owned)
        .collect()
}

impl ReadingStudy {
    /// A new study of the ECGs that were drawn. `data` is what people call the
    /// data set that they are in.
    ///
    /// # Errors
    /// An ECG that was drawn and is not among `told`; a statement without a
    /// prototype where an arm shows one; more wrong controls than there are
    /// ECGs that can have one.
    pub fn by_protocol(
        mut protocol: ReadingProtocol,
        bundle: BundleRef,
        data: &str,
        drawn: &DrawnEcgs,
        told: Vec<Told>,
    ) -> Result<Self, ReviewError> {
        let told: BTreeMap<u32, Told> = told.into_iter().map(|t| (t.ecg_id, t)).collect();
        let all = |ids: &[u32]| -> Result<Vec<&Told>, ReviewError> {
            let of = |id: &u32| told.get(id).ok_or(ReviewError::UnknownEcg { ecg_id: *id });
            ids.iter().map(of).collect()
        };
        let (told_main, told_training) = (all(&drawn.ecgs)?, all(&drawn.training)?);
        let wrong = wrong_controls(&protocol, drawn.seed, &told_main)?;
        let read = |told: &&Told| read_ecg(&protocol, told, wrong.get(&told.ecg_id));
        let ecgs = told_main.iter().map(read).collect::<Result<_, _>>()?;
        let training = told_training.iter().map(read).collect::<Result<_, _>>()?;
        protocol.bundle = bundle.clone();
        let offered = protocol.statements.codes();
        let study = Self {
            kind: super::KindOfReading::Reading,
            study_id: hex(&random_bytes::<16>()?),
            bundle_name: bundle.name,
            bundle_sha256: bundle.sha256,
            data: data.to_owned(),
            seed: drawn.seed,
            created: utc_text(now_ms()),
            statements: offered.into_iter().map(str::to_owned).collect(),
            protocol,
            ecgs,
            training,
        };
        study.check()?;
        Ok(study)
    }
}

/// An ECG with what is shown of it, its own or that of another.
fn read_ecg(
    protocol: &ReadingProtocol,
    told: &Told,
    wrong: Option<&Said>,
) -> Result<ReadEcg, ReviewError> {
    let said = wrong.unwrap_or(&told.said);
    let prototype = told.prototypes.get(&said.code).copied();
    if protocol.shows(Arm::WithPrototype) && prototype.is_none() {
        return Err(ReviewError::Protocol {
            field: "arms".to_owned(),
            found: format!(
                "with_prototype, and the model has no prototype of {}, which it says of ECG {}",
                said.code, told.ecg_id
            ),
            expected: "a model with prototypes, or the other arms",
        });
    }
    Ok(ReadEcg {
        ecg_id: told.ecg_id,
        recording_sha256: told.recording_sha256.clone(),
        carried: carried(&protocol.statements, &told.statements),
        said: told.said.clone(),
        shown: Shown {
            said: said.clone(),
            prototype: prototype.filter(|_| protocol.shows(Arm::WithPrototype)),
            wrong_control: wrong.is_some(),
        },
    })
}

/// What is shown in place of the model's own statement, by ECG: what the model
/// said of another ECG of the study, with the probability that it said it with.
/// So statement and probability together are as the model's own are, and none
/// of them tells a control. ECGs ascending by SHA-256 of `protoecg wrong
/// 1|<seed>||<ecg>` until the share is reached; for each the other ECG with the
/// least of `protoecg donor 1|<seed>|<ecg>|<other>` of those whose statement it
/// does not carry and the model did not say of it.
fn wrong_controls(
    protocol: &ReadingProtocol,
    seed: u32,
    told: &[&Told],
) -> Result<BTreeMap<u32, Said>, ReviewError> {
    let wanted = (protocol.wrong_controls * told.len() as f64).round() as usize;
    let mut order = told.to_vec();
    order.sort_by_cached_key(|t| hash("wrong", seed, "", &t.ecg_id.to_string()));
    let mut controls = BTreeMap::new();
    for ecg in order {
        if controls.len() == wanted {
            break;
        }
        let own = ecg.ecg_id.to_string();
        let fits = |other: &&&Told| {
            let code = &other.said.code;
            !ecg.statements.contains(code)
                && *code != ecg.said.code
                && (!protocol.shows(Arm::WithPrototype) || ecg.prototypes.contains_key(code))
        };
        let donor = told
            .iter()
            .filter(fits)
            .min_by_key(|other| hash("donor", seed, &own, &other.ecg_id.to_string()));
        controls.extend(donor.map(|donor| (ecg.ecg_id, donor.said.clone())));
    }
    if controls.len() < wanted {
        return Err(ReviewError::TooFewEcgs {
            field: "wrong_controls: ECGs for which the model says something wrong of another"
                .to_owned(),
            found: controls.len(),
            wanted,
        });
    }
    Ok(controls)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::reading::{Ecgs, KindOfReading, Right, Sequence};

    fn protocol(take: Take, wrong_controls: f64) -> ReadingProtocol {
        ReadingProtocol {
            kind: KindOfReading::Reading,
            version: 1,
            title: String::new(),
            bundle: BundleRef::default(),
            ecgs: Ecgs {
                folds: vec![10],
                take,
            },
            training: 2,
            statements: Offered::Group(crate::statements::Group::Rhythm),
            most_statements: 2,
            right: Right::ExactlyThese,
            arms: Arm::ALL.to_vec(),
            sequence: Sequence::EcgByEcg,
            wrong_controls,
            raters: Vec::new(),
            break_every_min: 0,
            seed: Some(11),
        }
    }

    const CODES: [&str; 4] = ["SR", "AFIB", "PACE", "STACH"];

    /// Two ECGs of each patient; every fifth has nothing of rhythm.
    fn candidates(count: u32) -> Vec<Candidate> {
        let candidate = |ecg_id: u32| Candidate {
            ecg_id,
            patient_id: Some(i64::from(ecg_id / 2)),
            statements: match ecg_id % 5 {
                0 => vec!["NORM".to_owned()],
                k => vec![CODES[k as usize - 1].to_owned(), "NDT".to_owned()],
            },
        };
        (1..=count).map(candidate).collect()
    }

    fn told(candidates: &[Candidate], ids: &[u32]) -> Vec<Told> {
        let of = |id: &u32| candidates.iter().find(|c| c.ecg_id == *id).unwrap();
        ids.iter()
            .map(of)
            .map(|candidate| Told {
                ecg_id: candidate.ecg_id,
                recording_sha256: format!("{:064x}", candidate.ecg_id),
                statements: candidate.statements.clone(),
                said: Said {
                    code: candidate.statements[0].clone(),
                    probability: f64::from(candidate.ecg_id) / 1000.0,
                    positive: true,
                },
                prototypes: CODES.iter().map(|c| (*c).to_owned()).zip(0..).collect(),
            })
            .collect()
    }

    #[test]
    fn of_each_patient_one_ecg_is_drawn_and_only_such_as_can_be_said() {
        let candidates = candidates(100);
        let drawn = draw(&protocol(Take::Count(30), 0.0), &candidates).unwrap();
        assert_eq!((drawn.ecgs.len(), drawn.training.len()), (30, 2));
        let all: Vec<u32> = [&drawn.ecgs[..], &drawn.training].concat();
        let patients: BTreeSet<u32> = all.iter().map(|id| id / 2).collect();
        assert_eq!(patients.len(), all.len());
        assert!(all.iter().all(|id| id % 5 != 0));
        // The same seed draws the same, another does not.
        assert_eq!(
            draw(&protocol(Take::Count(30), 0.0), &candidates).unwrap(),
            drawn
        );
        let mut other = protocol(Take::Count(30), 0.0);
        other.seed = Some(12);
        assert_ne!(draw(&other, &candidates).unwrap().ecgs, drawn.ecgs);
        let error = draw(&protocol(Take::Count(60), 0.0), &candidates).unwrap_err();
        assert!(error.to_string().contains("of 60"), "{error}");
    }

    #[test]
    fn every_statement_gets_its_ecgs() {
        let candidates = candidates(200);
        let drawn = draw(&protocol(Take::PerStatement(3), 0.0), &candidates).unwrap();
        for rest in 1..5 {
            assert_eq!(drawn.ecgs.iter().filter(|id| *id % 5 == rest).count(), 3);
        }
    }

    #[test]
    fn a_wrong_control_says_what_the_model_said_of_another_ecg() {
        let candidates = candidates(100);
        let protocol = protocol(Take::Count(30), 0.2);
        let drawn = draw(&protocol, &candidates).unwrap();
        let all: Vec<u32> = [&drawn.ecgs[..], &drawn.training].concat();
        let told = told(&candidates, &all);
        let make = || {
            let bundle = BundleRef::default();
            ReadingStudy::by_protocol(protocol.clone(), bundle, "data", &drawn, told.clone())
        };
        let study = make().unwrap();
        let controls: Vec<&ReadEcg> = study
            .ecgs
            .iter()
            .filter(|ecg| ecg.shown.wrong_control)
            .collect();
        assert_eq!(controls.len(), 6);
        for ecg in &study.ecgs {
            let donor = study.ecgs.iter().find(|other| other.said == ecg.shown.said);
            let place = CODES.iter().position(|c| *c == ecg.shown.said.code);
            assert_eq!(ecg.shown.prototype, place);
            assert_eq!(ecg.shown.wrong_control, !ecg.shown_is_right());
            // Statement and probability are one that the model said, of this or another.
            assert!(donor.is_some());
            assert_eq!(ecg.shown.said == ecg.said, !ecg.shown.wrong_control);
        }
        assert!(study.training.iter().all(|ecg| !ecg.shown.wrong_control));
        let again = make().unwrap();
        assert_eq!(again.ecgs, study.ecgs);
        // Where the model says one thing of all there is nothing wrong to show.
        let same: Vec<Told> = told
            .iter()
            .cloned()
            .map(|mut t| {
                t.said.code = "SR".to_owned();
                t
            })
            .collect();
        let bundle = BundleRef::default();
        let made = ReadingStudy::by_protocol(protocol.clone(), bundle, "data", &drawn, same);
        let error = made.unwrap_err();
        assert!(error.to_string().contains("wrong_controls"), "{error}");
    }

    #[test]
    fn a_reader_sees_every_ecg_in_every_arm_once() {
        let candidates = candidates(60);
        let mut protocol = protocol(Take::Count(10), 0.0);
        let drawn = draw(&protocol, &candidates).unwrap();
        let all: Vec<u32> = [&drawn.ecgs[..], &drawn.training].concat();
        let told = told(&candidates, &all);
        for sequence in [Sequence::EcgByEcg, Sequence::ArmByArm] {
            protocol.sequence = sequence;
            let study = ReadingStudy::by_protocol(
                protocol.clone(),
                BundleRef::default(),
                "data",
                &drawn,
                told.clone(),
            )
            .unwrap();
            let queue = study.queue(&"R1".parse().unwrap());
            let all = 12 * Arm::ALL.len();
            assert_eq!(queue.len(), all);
            let distinct: BTreeSet<_> = queue.iter().collect();
            assert_eq!(distinct.len(), all);
            // Training first; of an ECG an arm never comes before one that shows less.
            assert!(
                queue[..2 * Arm::ALL.len()]
                    .iter()
                    .all(|place| study.is_training(place.ecg_id))
            );
            for ecg in &study.ecgs {
                let arms: Vec<Arm> = queue
                    .iter()
                    .filter(|place| place.ecg_id == ecg.ecg_id)
                    .map(|place| place.arm)
                    .collect();
                assert_eq!(arms, Arm::ALL);
            }
            let other = study.queue(&"R2".parse().unwrap());
            assert_ne!(other, queue);
            let first = 2 * Arm::ALL.len();
            let by_ecg = queue[first].ecg_id == queue[first + 1].ecg_id;
            assert_eq!(by_ecg, sequence == Sequence::EcgByEcg);
        }
    }
}
