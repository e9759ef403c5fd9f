//! The scripts of an export find every printed number again, and say so where
//! one differs.

use std::fs;
use std::path::Path;

use protoecg::review::reading::{Arm, ReadEcg, ReadingProtocol, ReadingStudy, export_readings};
use protoecg::review::{Included, ReadingStore};

use super::{ARMS, installation, rater, says, study};
use crate::recomputing::{a_changed_number_is_not_found, numbers_are_found_again};

/// Every sixth ECG is shown with a control, every seventh with an error of the
/// model.
fn large(arms: &[Arm]) -> ReadingStudy {
    let small = study();
    let ecg = |ecg_id: u32| {
        let like = match (ecg_id % 6, ecg_id % 7) {
            (0, _) => &small.ecgs[2],
            (_, 0) => &small.ecgs[3],
            _ => &small.ecgs[ecg_id as usize % 2],
        };
        ReadEcg {
            ecg_id,
            recording_sha256: format!("{ecg_id:064x}"),
            ..like.clone()
        }
    };
    ReadingStudy {
        ecgs: (101..125).map(ecg).collect(),
        protocol: ReadingProtocol {
            arms: arms.to_vec(),
            ..small.protocol.clone()
        },
        ..small
    }
}

/// The first reader is good and cautious, the second takes over what is shown,
/// the third has only begun.
fn read(folder: &Path, arms: &[Arm]) -> ReadingStore {
    let study = large(arms);
    let path = folder.join("reading.sqlite");
    let mut store = ReadingStore::create_as(&path, &study, installation()).unwrap();
    for (reader, most) in [("R1", usize::MAX), ("R2", usize::MAX), ("OPEN", 9)] {
        let me = rater(reader);
        let queue = store.queue(&me);
        for place in queue.iter().take(most) {
            let ecg = study.ecg(place.ecg_id).unwrap();
            let mix = place.ecg_id * 31 + u32::from(reader == "R2") * 17;
            let guess = if mix % 4 == 0 {
                "TRIGU"
            } else {
                &ecg.carried[0]
            };
            let takes_over = place.arm != Arm::Unaided && (reader == "R2" || mix % 5 == 0);
            let said = match takes_over {
                true => vec![ecg.shown.said.code.as_str()],
                // Both statements of an ECG that has two.
                false if guess == "AFIB" && mix % 3 > 0 => {
                    ecg.carried.iter().map(String::as_str).collect()
                }
                false => vec![guess],
            };
            let mut answer = says(place.ecg_id, place.arm, &said, 1 + (mix % 5) as u8);
            answer.response_time_ms = u64::from(mix) * 10;
            store.record_reading(&me, &answer).unwrap();
        }
        if most == usize::MAX {
            store.close_reading_queue(&me).unwrap();
        }
    }
    store
}

#[test]
fn the_scripts_find_every_number_again_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let store = read(folder.path(), &ARMS);
    export_readings(&store, &out, Included::ClosedQueues).unwrap();
    let numbers = fs::read_to_string(out.join("numbers.csv")).unwrap();
    for name in [
        "accuracy/unaided/R1/low",
        "change/unaided/with_prototype/these_readers/high",
        "reliance/with_prediction/took_over_controls/all/value",
        "reliance/with_prediction/corrected/R2/n",
        "median_time_ms/with_prototype",
    ] {
        assert!(numbers.contains(&format!("{name},")), "{name}");
    }
    assert!(!numbers.contains("OPEN"), "a queue that is open");
    numbers_are_found_again(&out);
    a_changed_number_is_not_found(&out, "change/unaided/with_prediction/R2/n");
}

#[test]
fn an_interim_export_and_one_without_an_unaided_arm_are_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("interim");
    let store = read(folder.path(), &ARMS);
    export_readings(&store, &out, Included::Everyone).unwrap();
    let numbers = fs::read_to_string(out.join("numbers.csv")).unwrap();
    assert!(numbers.contains("accuracy/unaided/OPEN/n,"));
    numbers_are_found_again(&out);

    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let store = read(folder.path(), &[Arm::WithPrediction, Arm::WithAttention]);
    export_readings(&store, &out, Included::ClosedQueues).unwrap();
    let numbers = fs::read_to_string(out.join("numbers.csv")).unwrap();
    assert!(numbers.contains("change/with_prediction/with_attention/R2/n,"));
    numbers_are_found_again(&out);
}
