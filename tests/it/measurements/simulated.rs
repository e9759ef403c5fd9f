//! Simulated ECGs, whose beats and intervals are known.

use std::collections::BTreeMap;

use protoecg::measurements::{Absence, Atria, Quantity, RrBasis, measure};
use protoecg::simulator::{Rhythm, simulate_without_noise};

use super::noise::Noise;
use super::score::{BeatScore, Errors, Measured, measured};

const TEN_DB: Noise = Noise::Random { snr_db: 10.0 };

fn score<'a>(of: impl Iterator<Item = &'a Measured>) -> BeatScore {
    let mut sum = BeatScore::default();
    of.for_each(|m| sum.add(m.beats()));
    sum
}

fn is_ectopic(rhythm: Rhythm) -> bool {
    matches!(
        rhythm,
        Rhythm::Bigeminy | Rhythm::Trigeminy | Rhythm::SupraventricularArrhythmia
    )
}

#[track_caller]
fn assert_beats(score: BeatScore, what: &str) {
    assert!(score.sensitivity() > 0.995, "{what}: {score:?}");
    assert!(score.positive_predictivity() > 0.995, "{what}: {score:?}");
}

#[test]
fn beats_are_found_at_10_db_in_every_lead() {
    for rate_hz in [500.0, 100.0] {
        let all = measured(100, rate_hz, TEN_DB);
        let of = |choose: &dyn Fn(Rhythm) -> bool| {
            score(all.iter().filter(|m| choose(m.ecg.truth.rhythm)))
        };
        assert_beats(of(&|_| true), &format!("{rate_hz} Hz"));
        let fibrillation = of(&|r| r == Rhythm::AtrialFibrillation);
        assert_beats(fibrillation, &format!("AFIB at {rate_hz} Hz"));
        assert_beats(of(&is_ectopic), &format!("ectopy at {rate_hz} Hz"));
    }
}

fn interval(of: &Quantity, true_ms: f64) -> Option<f64> {
    Some(of.value()? - true_ms)
}

/// Flutter waves run through QRS and T, so their ends are not seen.
fn has_ends(m: &Measured) -> bool {
    m.ecg.truth.rhythm != Rhythm::AtrialFlutter
}

fn qt_errors(all: &[Measured]) -> Errors {
    let of = |m: &Measured| interval(&m.measurements.qt_ms, m.ecg.truth.qt_ms);
    Errors(all.iter().filter(|m| has_ends(m)).filter_map(of).collect())
}

fn qrs_errors(all: &[Measured]) -> Errors {
    let of = |m: &Measured| interval(&m.measurements.qrs_ms, m.ecg.truth.qrs_ms);
    Errors(all.iter().filter(|m| has_ends(m)).filter_map(of).collect())
}

fn pr_errors(all: &[Measured]) -> Errors {
    let of = |m: &Measured| interval(&m.measurements.pr_ms, m.ecg.truth.pr_ms?);
    Errors(all.iter().filter_map(of).collect())
}

fn rate_errors(all: &[Measured]) -> Errors {
    let of = |m: &Measured| interval(&m.measurements.heart_rate_bpm, m.ecg.truth.heart_rate_bpm);
    Errors(all.iter().filter_map(of).collect())
}

#[test]
fn intervals_of_clean_ecgs_at_500_hz() {
    let all = measured(100, 500.0, Noise::None);
    let rate = rate_errors(&all);
    // A beat whose R peak lies on the very edge is no beat for the detector.
    assert!(rate.share_within(1.0) >= 0.99, "{rate}");
    assert!(rate.quantile(0.5).abs() < 0.1);
    let qt = qt_errors(&all);
    assert!(qt.share_within(10.0) >= 0.93, "{qt}");
    assert!(qt.quantile(0.5).abs() <= 4.0, "{qt}");
    let sinus: Vec<f64> = all
        .iter()
        .filter(|m| m.ecg.truth.rhythm == Rhythm::Sinus)
        .filter_map(|m| interval(&m.measurements.qt_ms, m.ecg.truth.qt_ms))
        .collect();
    assert!(sinus.len() >= 25 && Errors(sinus).share_within(10.0) == 1.0);
    let qrs = qrs_errors(&all);
    assert!(
        qrs.quantile(0.5).abs() <= 4.0 && qrs.deviation() < 8.0,
        "{qrs}"
    );
    let pr = pr_errors(&all);
    assert!(pr.share_within(10.0) >= 0.93, "{pr}");
    assert!(pr.quantile(0.5).abs() <= 3.0, "{pr}");
}

#[test]
fn intervals_at_100_hz_are_as_good_as_they_say() {
    let all = measured(100, 100.0, Noise::None);
    let sinus: Vec<&Measured> = all
        .iter()
        .filter(|m| m.ecg.truth.rhythm == Rhythm::Sinus)
        .collect();
    let within = |error: &dyn Fn(&Measured) -> Option<f64>| {
        Errors(sinus.iter().filter_map(|m| error(m)).collect()).share_within(10.0)
    };
    let truth = |m: &Measured| m.ecg.truth.clone();
    let qt = within(&|m| interval(&m.measurements.qt_ms, truth(m).qt_ms));
    let qrs = within(&|m| interval(&m.measurements.qrs_ms, truth(m).qrs_ms));
    let pr = within(&|m| interval(&m.measurements.pr_ms, truth(m).pr_ms?));
    assert!(qt > 0.9 && qrs > 0.9 && pr > 0.9, "{qt} {qrs} {pr}");
    for m in &all {
        let text = m.measurements.qrs_ms.text(0, "ms");
        assert!(text.ends_with(" \u{b1} 10 ms"), "{text}");
    }
}

/// Absent, not zero, and QTc says which RR it used.
#[test]
fn pr_and_p_axis_do_not_exist_in_fibrillation_flutter_and_pacing() {
    let all = measured(100, 500.0, Noise::None);
    for (rhythm, atria, absence) in [
        (
            Rhythm::AtrialFibrillation,
            Atria::Fibrillation,
            Absence::AtrialFibrillation,
        ),
        (
            Rhythm::AtrialFlutter,
            Atria::Flutter,
            Absence::AtrialFlutter,
        ),
        (Rhythm::Paced, Atria::Paced, Absence::Paced),
    ] {
        let of: Vec<&Measured> = all
            .iter()
            .filter(|m| m.ecg.truth.rhythm == rhythm)
            .collect();
        let seen = of
            .iter()
            .filter(|m| m.measurements.rhythm.atria == atria)
            .count();
        // What was not seen must be told: then nothing is left to chance.
        assert!(
            seen * 10 >= of.len() * 8,
            "{rhythm:?}: {seen} of {}",
            of.len()
        );
        for m in of {
            let told = measure(&m.ecg.recording, Some(atria)).unwrap();
            assert!(told.rhythm.stated);
            let gone = Quantity::Absent { absent: absence };
            assert_eq!((told.pr_ms, told.p_axis_deg, told.p_ms), (gone, gone, gone));
            assert!(told.fiducials.unwrap().p.is_none());
            let basis = told.qtc.unwrap().rr_basis;
            let wanted = match atria {
                Atria::Fibrillation => RrBasis::MeanInAtrialFibrillation,
                _ => RrBasis::Median,
            };
            assert_eq!(basis, wanted);
        }
    }
    let sinus = all.iter().filter(|m| m.ecg.truth.rhythm == Rhythm::Sinus);
    for m in sinus {
        assert_eq!(m.measurements.rhythm.atria, Atria::PWaves);
        assert!(m.measurements.pr_ms.value().is_some());
    }
}

/// The mean of all RR: QTc in fibrillation is QT over its root.
#[test]
fn qtc_in_fibrillation_uses_the_mean_rr() {
    let ecg = simulate_without_noise(100, crate::simulator::seed(2025))
        .find(|e| e.truth.rhythm == Rhythm::AtrialFibrillation)
        .unwrap();
    let m = measure(&ecg.recording_500_hz, None).unwrap();
    let true_rr = ecg.truth.rr_s();
    let mean_s = true_rr.iter().sum::<f64>() / true_rr.len() as f64;
    let qtc = m.qtc.unwrap();
    assert_eq!(qtc.rr_basis.text(), "mean RR, atrial fibrillation");
    assert!((qtc.rr_ms - 1000.0 * mean_s).abs() < 10.0);
    let wanted = m.qt_ms.value().unwrap() / (qtc.rr_ms / 1000.0).sqrt();
    assert!((qtc.bazett_ms.value().unwrap() - wanted).abs() < 1e-9);
}

/// The tables of docs/measurements.md:
///
///     cargo test --no-default-features --test it measurements::simulated::table -- --ignored --nocapture
#[test]
#[ignore = "prints the tables of docs/measurements.md; minutes"]
fn table() {
    const RECORDS: usize = 500;
    println!("noise | Hz | beats | Se % | PPV % | AFIB Se, PPV % | ectopy Se, PPV %");
    let mut intervals = String::new();
    for (name, noise) in [
        ("none", Noise::None),
        ("10 dB white and muscle", TEN_DB),
        ("wander", Noise::Wander),
        ("electrode motion", Noise::Motion),
    ] {
        for rate_hz in [500.0, 100.0] {
            let all = measured(RECORDS, rate_hz, noise);
            let percent = |s: BeatScore| {
                format!(
                    "{:.2}, {:.2}",
                    100.0 * s.sensitivity(),
                    100.0 * s.positive_predictivity()
                )
            };
            let of = |choose: &dyn Fn(Rhythm) -> bool| {
                percent(score(all.iter().filter(|m| choose(m.ecg.truth.rhythm))))
            };
            let total = score(all.iter());
            println!(
                "{name} | {rate_hz} | {} | {} | {} | {}",
                total.found + total.missed,
                of(&|_| true),
                of(&|r| r == Rhythm::AtrialFibrillation),
                of(&is_ectopic)
            );
            for (value, errors) in [
                ("rate /min", rate_errors(&all)),
                ("PR ms", pr_errors(&all)),
                ("QRS ms", qrs_errors(&all)),
                ("QT ms", qt_errors(&all)),
            ] {
                intervals += &format!("{name} | {rate_hz} | {value} | {errors}\n");
            }
            if matches!(noise, Noise::None) {
                print_rhythms(&all, rate_hz);
            }
        }
    }
    println!("\nnoise | Hz | value | n | mean | SD | median | 5 to 95 % | within 10\n{intervals}");
}

fn print_rhythms(all: &[Measured], rate_hz: f64) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for m in all {
        let atria = m.measurements.rhythm.atria;
        let key = format!("{} | {atria:?}", m.ecg.truth.rhythm.code());
        *counts.entry(key).or_default() += 1;
    }
    for (key, count) in counts {
        println!("    rhythm at {rate_hz} Hz | {key} | {count}");
    }
}
