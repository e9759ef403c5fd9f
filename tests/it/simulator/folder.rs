//! A collection on disk is the simulated one, and nobody's files are touched.

use std::ops::ControlFlow;

use protoecg::dataset::{DataSet, same_patient};
use protoecg::simulator::{Collection, Mix, Noise, Recipe, SimulatorError, write_ptbxl};

use super::ecgs;

fn go_on(_: usize) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn a_written_collection_reads_back_as_it_was_simulated() {
    let out = tempfile::tempdir().unwrap();
    let root = out.path().join("new/folder");
    let mut calls = Vec::new();
    let mut progress = |n| {
        calls.push(n);
        ControlFlow::Continue(())
    };
    Collection {
        records: 40,
        recipe: Recipe {
            mix: Mix::Rhythms,
            seed: 42,
            noise: Noise::USUAL,
        },
        with_500_hz: true,
    }
    .write(&root, &mut progress)
    .unwrap();
    assert_eq!(calls, (1..=40).collect::<Vec<_>>());
    let data = DataSet::open(&root).unwrap();
    let marker = data.simulated().unwrap();
    assert_eq!((marker.seed, marker.records), (42, 40));
    assert_eq!(data.unknown_codes(), Vec::<String>::new());
    assert_eq!(data.entries().len(), 40);
    for (entry, ecg) in data.entries().iter().zip(ecgs()) {
        let codes: Vec<&str> = entry.codes().collect();
        assert_eq!(codes, ecg.statements);
        assert_eq!(
            (entry.patient_id, entry.age_years),
            (Some(ecg.patient_id), Some(ecg.age_years))
        );
        let read = data.read(entry).unwrap();
        assert_eq!(read.sha256(), ecg.recording.sha256());
        assert_eq!(read.sex, Some(ecg.sex));
        let fine = data.read_500_hz(entry).unwrap().unwrap();
        assert_eq!(fine.sha256(), ecg.recording_500_hz.sha256());
    }
    let truth = std::fs::read_to_string(root.join("truth.csv")).unwrap();
    assert_eq!(truth.lines().count(), 41);
    assert!(truth.starts_with("ecg_id,rhythm,heart_rate_bpm,pr_ms,qrs_ms,qt_ms"));
    let statements = std::fs::read_to_string(root.join("scp_statements.csv")).unwrap();
    assert_eq!(statements.lines().count(), 72);
}

#[test]
fn patients_keep_to_one_fold_and_every_rhythm_is_in_training_validation_and_test() {
    let out = tempfile::tempdir().unwrap();
    write_ptbxl(200, 7, out.path(), &mut go_on).unwrap();
    let data = DataSet::open(out.path()).unwrap();
    assert!(!out.path().join("records500").exists());
    let mut pairs = 0;
    for pair in data
        .entries()
        .windows(2)
        .filter(|p| same_patient(&p[0], &p[1]))
    {
        pairs += 1;
        assert_eq!((pair[0].fold, pair[0].sex), (pair[1].fold, pair[1].sex));
    }
    assert!(pairs > 10, "{pairs}");
    for code in [
        "SR", "SBRAD", "STACH", "SARRH", "AFIB", "AFLT", "BIGU", "PACE", "1AVB", "SVTAC",
    ] {
        for folds in [&[1, 2, 3, 4, 5, 6, 7, 8][..], &[9], &[10]] {
            assert!(
                data.folds(folds).iter().any(|e| e.has(code)),
                "{code} in {folds:?}"
            );
        }
    }
}

#[test]
fn only_an_empty_folder_or_its_own_is_written_to() {
    let out = tempfile::tempdir().unwrap();
    let root = out.path();
    std::fs::write(root.join("thesis.txt"), "mine").unwrap();
    let error = write_ptbxl(1, 1, root, &mut go_on).unwrap_err();
    assert!(matches!(error, SimulatorError::NotOurs { .. }), "{error}");
    assert!(error.to_string().contains("thesis.txt"));
    std::fs::remove_file(root.join("thesis.txt")).unwrap();

    // What was cancelled is no collection, and can be written again.
    let mut stop = |n| {
        if n == 2 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let error = write_ptbxl(5, 1, root, &mut stop).unwrap_err();
    assert!(
        matches!(error, SimulatorError::Cancelled { written: 2 }),
        "{error}"
    );
    assert!(DataSet::open(root).is_err());
    write_ptbxl(3, 1, root, &mut go_on).unwrap();
    assert_eq!(DataSet::open(root).unwrap().entries().len(), 3);
    // Fewer records than before leave none of the old ones.
    write_ptbxl(1, 2, root, &mut go_on).unwrap();
    assert!(!root.join("records100/00000/00003_lr.dat").exists());

    // Somebody's file among ours, or a table without the marker: hands off.
    std::fs::write(root.join("notes.md"), "mine").unwrap();
    assert!(write_ptbxl(1, 2, root, &mut go_on).is_err());
    std::fs::remove_file(root.join("notes.md")).unwrap();
    std::fs::remove_file(root.join("SIMULATED.ron")).unwrap();
    assert!(write_ptbxl(1, 2, root, &mut go_on).is_err());
    assert!(root.join("ptbxl_database.csv").exists());
}
