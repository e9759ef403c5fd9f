//! Quality of a model equals scikit-learn's and scipy's, and so do its
//! intervals by patient: tests/truth/quality.py draws the same resamples.

use protoecg::statistics::{
    ClassScores, PatientInterval, Quality, Resampling, Undefined, batch_mean_auroc,
    difference_by_patient, f_max, fit_temperature, quality_by_patient, reliability,
};
use serde_json::Value;

use crate::reference_data::numbers;

const RECORDS: i64 = 120;

const LIKE_THE_SCRIPT: Resampling = Resampling {
    resamples: 200,
    level: 0.95,
    seed: 3,
};

fn truth() -> Value {
    serde_json::from_str(include_str!("../truth/quality.json")).unwrap()
}

/// As in the script.
fn case(class: i64, model: i64) -> (Vec<f64>, Vec<bool>) {
    let one = |i: i64| {
        let label = (i * i * 31 + i * 7 + class * 17) % 97 < [30, 10, 60][class as usize];
        let numerator =
            (i * 7919 + class * 104_729 + 13 + model * 5003) % 1009 + 250 * i64::from(label);
        ((numerator * 100 / 1259) as f64 / 100.0, label)
    };
    (0..RECORDS).map(one).unzip()
}

fn patients() -> Vec<u64> {
    (0..RECORDS as u64).map(|i| i * 37 % 90).collect()
}

fn scores(cases: &[(Vec<f64>, Vec<bool>)]) -> Vec<ClassScores<'_>> {
    cases
        .iter()
        .map(|(scores, labels)| ClassScores { scores, labels })
        .collect()
}

#[track_caller]
fn close(found: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!(
        (found - expected).abs() < 1e-9,
        "{found}, expected {expected}"
    );
}

#[track_caller]
fn assert_interval(found: PatientInterval, truth: &Value) {
    close(found.value, &truth["value"]);
    close(found.interval.low, &truth["interval"][0]);
    close(found.interval.high, &truth["interval"][1]);
    assert_eq!(Some(found.redrawn as u64), truth["redrawn"].as_u64());
    assert_eq!((found.patients, found.resamples), (90, 200));
}

const QUALITIES: [(Quality, &str); 4] = [
    (Quality::MacroAuroc, "macro_auroc"),
    (Quality::MacroAuprc, "macro_auprc"),
    (Quality::MacroF1, "macro_f1"),
    (Quality::FMax, "f_max"),
];

#[test]
fn intervals_by_patient_equal_scikit_learn() {
    let truth = truth();
    let [a, b] = [0, 1].map(|model| [0, 1, 2].map(|class| case(class, model)));
    let (a, b, patients) = (scores(&a), scores(&b), patients());
    for (quality, name) in QUALITIES {
        let alone = quality_by_patient(quality, &a, &patients, LIKE_THE_SCRIPT).unwrap();
        assert_interval(alone, &truth["by_patient"][name]);
        let both = difference_by_patient(quality, &a, &b, &patients, LIKE_THE_SCRIPT).unwrap();
        assert_interval(both, &truth["difference"][name]);
    }
}

#[test]
fn a_resample_that_loses_a_class_is_drawn_again_and_counted() {
    let mut scarce = case(0, 0);
    scarce.1 = (0..RECORDS).map(|i| i % 60 == 7).collect();
    let run = |cases: &[(Vec<f64>, Vec<bool>)]| {
        quality_by_patient(
            Quality::MacroAuroc,
            &scores(cases),
            &patients(),
            LIKE_THE_SCRIPT,
        )
    };
    let found = run(std::slice::from_ref(&scarce)).unwrap();
    assert!(found.redrawn > 0);
    assert_interval(found, &truth()["scarce"]);
    // Twenty classes of one patient each are hardly ever drawn together.
    let one_each = |k: i64| {
        let labels = (0..RECORDS).map(|i| i * 37 % 90 == k).collect();
        (scarce.0.clone(), labels)
    };
    let hopeless = run(&(0..20).map(one_each).collect::<Vec<_>>());
    assert!(matches!(
        hopeless,
        Err(Undefined::ResamplesLoseAClass { .. })
    ));
    scarce.1.fill(false);
    assert_eq!(run(&[scarce]), Err(Undefined::OneOutcome));
    assert_eq!(run(&[]), Err(Undefined::OneOutcome));
}

#[test]
fn f_max_and_the_mean_over_batches_equal_scikit_learn() {
    let truth = truth();
    let cases = [0, 1, 2].map(|class| case(class, 0));
    let best = f_max(&scores(&cases)).unwrap();
    close(best.f1, &truth["f_max"][0]);
    close(-best.threshold, &truth["f_max"][1]);
    close(
        batch_mean_auroc(&scores(&cases), 32).unwrap(),
        &truth["batches"],
    );
    let none = [(vec![0.5; 3], vec![false; 3])];
    assert_eq!(f_max(&scores(&none)), None);
    assert_eq!(batch_mean_auroc(&scores(&none), 32), None);
}

#[test]
fn calibration_equals_scikit_learn_and_scipy() {
    for class in 0..3 {
        let truth = &truth()["calibration"][class as usize];
        let (scores, labels) = case(class, 0);
        let scores: Vec<f64> = scores.iter().map(|s| s * 0.98 + 0.003).collect();
        let found = reliability(&scores, &labels, 10).unwrap();
        close(found.expected_calibration_error, &truth["ece"]);
        close(found.brier, &truth["brier"]);
        let filled: Vec<_> = found.bins.iter().filter(|b| b.records > 0).collect();
        for (key, values) in [
            (
                "observed",
                filled.iter().filter_map(|b| b.observed).collect::<Vec<_>>(),
            ),
            (
                "mean",
                filled.iter().filter_map(|b| b.mean_probability).collect(),
            ),
            ("counts", filled.iter().map(|b| b.records as f64).collect()),
        ] {
            let expected = numbers(&truth[key]);
            assert_eq!(values.len(), expected.len());
            assert!(
                values
                    .iter()
                    .zip(expected)
                    .all(|(v, e)| (v - e).abs() < 1e-12),
                "{key}"
            );
        }
        let logits: Vec<f64> = scores.iter().map(|p| (p / (1.0 - p)).ln()).collect();
        let temperature = fit_temperature(&logits, &labels).unwrap();
        // scipy minimises the loss, which is flat to rounding about its minimum.
        let expected = truth["temperature"].as_f64().unwrap();
        assert!(
            (temperature / expected - 1.0).abs() < 1e-6,
            "{temperature} {expected}"
        );
    }
}

#[test]
fn calibration_names_what_it_cannot_fit() {
    let both = [true, false];
    assert_eq!(
        fit_temperature(&[2.0, -1.0], &both),
        Err(Undefined::NoFiniteFit)
    );
    assert_eq!(
        fit_temperature(&[-2.0, 1.0], &both),
        Err(Undefined::NoFiniteFit)
    );
    assert_eq!(
        fit_temperature(&[1.0, 2.0], &[true; 2]),
        Err(Undefined::OneOutcome)
    );
    assert_eq!(
        fit_temperature(&[f64::NAN, 2.0], &both),
        Err(Undefined::NotFinite)
    );
    assert!(reliability(&[], &[], 10).is_err());
    assert!(reliability(&[1.5], &[true], 10).is_err());
    let ends = reliability(&[0.0, 1.0], &[false, true], 5).unwrap();
    assert_eq!((ends.bins[0].records, ends.bins[4].records), (1, 1));
    assert_eq!(ends.expected_calibration_error, 0.0);
    assert_eq!(ends.bins[2].observed, None);
}
