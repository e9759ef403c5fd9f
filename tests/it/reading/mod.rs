//! Reading studies: every number equals an independent script's, an answer is
//! given once and in its turn, and what leaves the program is what is in it.

mod commands;
mod numbers;
mod recomputed;
mod store;

use protoecg::review::reading::{
    Arm, Ecgs, KindOfReading, Offered, ReadEcg, ReadingAnswer, ReadingProtocol, ReadingStudy,
    Right, Said, Sequence, Shown, Take,
};
use protoecg::review::{BundleRef, Installation, Rater};
use protoecg::statements::Group;

/// Of a model with prototypes.
const ARMS: [Arm; 3] = [Arm::Unaided, Arm::WithPrediction, Arm::WithPrototype];

fn installation() -> Installation {
    Installation::parse("00112233445566ff").unwrap()
}

fn rater(code: &str) -> Rater {
    Rater::new(code).unwrap()
}

/// Four ECGs and one for practice. The third is shown with a wrong control, the
/// fourth with an error of the model.
fn study() -> ReadingStudy {
    let ecg = |ecg_id: u32, carried: &[&str], shown: &str, wrong_control: bool| {
        let said = |code: &str| Said {
            code: code.to_owned(),
            probability: 0.75,
            positive: true,
        };
        ReadEcg {
            ecg_id,
            recording_sha256: format!("{ecg_id:064x}"),
            carried: carried.iter().map(|c| (*c).to_owned()).collect(),
            said: said(if wrong_control { carried[0] } else { shown }),
            shown: Shown {
                said: said(shown),
                prototype: Some(0),
                wrong_control,
            },
        }
    };
    let offered = Offered::Group(Group::Rhythm);
    let codes = offered.codes().into_iter();
    let statements = codes.map(str::to_owned).collect();
    ReadingStudy {
        kind: KindOfReading::Reading,
        study_id: "0123456789abcdef0123456789abcdef".to_owned(),
        bundle_name: "demo-rhythm".to_owned(),
        bundle_sha256: "ab".repeat(32),
        data: "simulated ECGs".to_owned(),
        seed: 7,
        created: "2026-11-26T00:00:00.000Z".to_owned(),
        protocol: ReadingProtocol {
            kind: KindOfReading::Reading,
            version: 1,
            title: "Pilot".to_owned(),
            bundle: BundleRef::default(),
            ecgs: Ecgs {
                folds: vec![10],
                take: Take::Count(4),
            },
            training: 1,
            statements: offered,
            most_statements: 2,
            right: Right::ExactlyThese,
            arms: ARMS.to_vec(),
            sequence: Sequence::EcgByEcg,
            wrong_controls: 0.25,
            raters: Vec::new(),
            break_every_min: 0,
            seed: Some(7),
        },
        statements,
        ecgs: vec![
            ecg(11, &["SR"], "SR", false),
            ecg(12, &["AFIB", "IVCD"], "AFIB", false),
            ecg(13, &["AFIB"], "PACE", true),
            ecg(14, &["SR"], "AFIB", false),
        ],
        training: vec![ecg(20, &["SR"], "SR", false)],
    }
}

fn says(ecg_id: u32, arm: Arm, statements: &[&str], confidence: u8) -> ReadingAnswer {
    ReadingAnswer {
        ecg_id,
        arm,
        statements: statements.iter().map(|s| (*s).to_owned()).collect(),
        confidence,
        response_time_ms: 1000,
        reconsidered: 0,
    }
}
