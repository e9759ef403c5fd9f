//! Labels, beats and intervals agree with each other and with the definitions.

use std::collections::HashMap;

use protoecg::ecg::Lead;
use protoecg::simulator::{BeatKind, Rhythm, SimulatedEcg, simulate};

use super::{ecgs, has, mean, of, piece};

/// RR statistics by our own arithmetic: mean rate, range in s, deviation / mean.
fn rr(ecg: &SimulatedEcg) -> (f64, f64, f64) {
    let peaks: Vec<f64> = ecg.truth.beats.iter().map(|b| b.r_peak_s).collect();
    let rr: Vec<f64> = peaks.windows(2).map(|p| p[1] - p[0]).collect();
    let average = mean(&rr);
    let deviation = mean(&rr.iter().map(|x| (x - average).powi(2)).collect::<Vec<_>>()).sqrt();
    let longest = rr.iter().copied().fold(0.0, f64::max);
    let shortest = rr.iter().copied().fold(f64::MAX, f64::min);
    (60.0 / average, longest - shortest, deviation / average)
}

#[test]
fn a_seed_and_a_place_make_the_same_ecg_every_time() {
    let longer: Vec<_> = simulate(7, 9).collect();
    for (a, b) in simulate(4, 9).zip(&longer) {
        assert_eq!(a.recording, b.recording);
        assert_eq!(a.recording_500_hz, b.recording_500_hz);
        assert_eq!((&a.truth, &a.statements), (&b.truth, &b.statements));
    }
    let other = simulate(1, 10).next().unwrap();
    assert_ne!(other.recording.sha256(), longer[0].recording.sha256());
    let mut all: Vec<String> = ecgs().iter().map(|e| e.recording.sha256()).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), ecgs().len());
}

#[test]
fn every_hundred_records_have_the_same_mix() {
    for hundred in ecgs().chunks(100) {
        let mut count: HashMap<Rhythm, usize> = HashMap::new();
        for ecg in hundred {
            *count.entry(ecg.truth.rhythm).or_default() += 1;
            let code = ecg.truth.rhythm.code();
            assert!(has(ecg, code), "{code} in {:?}", ecg.statements);
        }
        assert_eq!(
            (count.len(), count[&Rhythm::Sinus], count[&Rhythm::Paced]),
            (16, 25, 6)
        );
        let sinus = hundred.iter().filter(|e| has(e, "SR")).count();
        assert!((35..=50).contains(&sinus), "{sinus}");
    }
}

#[test]
fn rates_and_irregularity_are_within_the_definitions() {
    for ecg in ecgs() {
        let (rate_bpm, range_s, variation) = rr(ecg);
        assert!((rate_bpm - ecg.truth.heart_rate_bpm).abs() < 1e-6);
        let fits = match ecg.truth.rhythm {
            Rhythm::Sinus => (60.0..=100.0).contains(&rate_bpm),
            Rhythm::SinusBradycardia => rate_bpm < 60.0 && range_s < 0.12,
            Rhythm::SinusTachycardia => rate_bpm > 100.0 && range_s < 0.12,
            Rhythm::SinusArrhythmia => range_s > 0.12 && rate_bpm <= 100.0,
            Rhythm::AtrialFibrillation => variation > 0.12 && range_s > 0.25,
            Rhythm::SupraventricularTachycardia => {
                (150.0..=220.0).contains(&rate_bpm) && variation < 0.02
            }
            Rhythm::ThirdDegreeBlock => rate_bpm < 55.0 && variation < 0.03,
            Rhythm::SupraventricularArrhythmia => range_s > 0.2,
            _ => rate_bpm > 25.0 && rate_bpm < 220.0,
        };
        assert!(
            fits,
            "{:?}: {rate_bpm} bpm, range {range_s} s, {variation}",
            ecg.truth.rhythm
        );
    }
    let mean_variation = |rhythm| mean(&of(rhythm).iter().map(|e| rr(e).2).collect::<Vec<_>>());
    let (fibrillation, sinus) = (
        mean_variation(Rhythm::AtrialFibrillation),
        mean_variation(Rhythm::SinusBradycardia),
    );
    assert!(fibrillation > 5.0 * sinus, "{fibrillation} {sinus}");
}

#[test]
fn intervals_are_those_of_the_label() {
    for ecg in ecgs() {
        let truth = &ecg.truth;
        let normal = has(ecg, "NORM");
        let pr = truth.pr_ms.unwrap_or(160.0);
        match truth.rhythm {
            Rhythm::FirstDegreeBlock => assert!(pr > 200.0 && pr < 360.0, "{pr}"),
            Rhythm::Sinus | Rhythm::SinusTachycardia | Rhythm::SinusBradycardia => {
                assert!((100.0..200.0).contains(&pr), "{pr}");
            }
            Rhythm::AtrialFibrillation | Rhythm::AtrialFlutter => {
                assert_eq!(truth.pr_ms, None);
                assert!(truth.lone_p_onsets_s.is_empty());
            }
            Rhythm::SecondDegreeBlock => assert!(!truth.lone_p_onsets_s.is_empty()),
            Rhythm::ThirdDegreeBlock => {
                assert!(truth.lone_p_onsets_s.len() > truth.beats.len());
                assert_eq!(truth.pr_ms, None);
            }
            _ => {}
        }
        let wide = has(ecg, "IVCD") || has(ecg, "CRBBB") || truth.count(BeatKind::Paced) > 0;
        let escape = truth.count(BeatKind::VentricularEscape) > 0;
        if wide || escape {
            assert!(
                truth.qrs_ms > 110.0 && truth.qrs_ms < 190.0,
                "{}",
                truth.qrs_ms
            );
        } else {
            assert!(
                truth.qrs_ms > 60.0 && truth.qrs_ms < 112.0,
                "{}",
                truth.qrs_ms
            );
        }
        if normal {
            let qtc = truth.qt_ms / (60.0 / truth.heart_rate_bpm).cbrt();
            assert!((340.0..460.0).contains(&qtc), "QTc {qtc}");
            assert_eq!(truth.count(BeatKind::Ventricular), 0);
        }
        for beat in &truth.beats {
            assert!(beat.qrs_onset_s < beat.r_peak_s && beat.r_peak_s < beat.qrs_offset_s);
            assert!(beat.qrs_offset_s < beat.t_peak_s && beat.t_peak_s < beat.t_end_s);
        }
    }
    let qt = |rhythm| mean(&of(rhythm).iter().map(|e| e.truth.qt_ms).collect::<Vec<_>>());
    assert!(qt(Rhythm::SinusBradycardia) > qt(Rhythm::Sinus) + 20.0);
    assert!(qt(Rhythm::Sinus) > qt(Rhythm::SinusTachycardia) + 30.0);
}

/// A premature ventricular beat is wide, early, discordant and followed by a
/// compensatory pause; bigeminy and trigeminy have their pattern.
#[test]
fn premature_beats_come_early_and_in_their_pattern() {
    for (rhythm, period) in [(Rhythm::Bigeminy, 2), (Rhythm::Trigeminy, 3)] {
        for ecg in of(rhythm) {
            let beats = &ecg.truth.beats;
            let is_premature =
                |kind| matches!(kind, BeatKind::Ventricular | BeatKind::AtrialPremature);
            let at: Vec<usize> = (0..beats.len())
                .filter(|&i| is_premature(beats[i].kind))
                .collect();
            assert!(at.windows(2).all(|p| p[1] - p[0] == period), "{at:?}");
            assert_eq!(has(ecg, "PVC"), ecg.truth.count(BeatKind::Ventricular) > 0);
            assert_eq!(
                has(ecg, "PAC"),
                ecg.truth.count(BeatKind::AtrialPremature) > 0
            );
            for triple in beats.windows(3).filter(|t| is_premature(t[1].kind)) {
                let before = triple[1].r_peak_s - triple[0].r_peak_s;
                let after = triple[2].r_peak_s - triple[1].r_peak_s;
                assert!(after > 1.15 * before, "{before} {after}");
                if triple[1].kind == BeatKind::Ventricular {
                    assert!(triple[1].qrs_offset_s - triple[1].qrs_onset_s > 0.12);
                    assert_eq!(triple[1].p_onset_s, None);
                    assert!(discordant(ecg, triple[1].r_peak_s, triple[1].t_peak_s));
                }
            }
        }
    }
}

/// In the lead with the largest R, T points the other way.
fn discordant(ecg: &SimulatedEcg, r_peak_s: f64, t_peak_s: f64) -> bool {
    let recording = &ecg.recording_500_hz;
    let at = |which, s: f64| mean(piece(recording, which, s - 0.005, s + 0.005));
    let (which, r_mv) = Lead::STANDARD
        .into_iter()
        .map(|which| (which, at(which, r_peak_s)))
        .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
        .unwrap();
    // At the end of the recording the T wave may be missing.
    t_peak_s > 9.9 || r_mv * at(which, t_peak_s) < 0.0
}
