//! What can be seen in the signals, by means that know nothing of the
//! simulator.

use protoecg::ecg::{Lead, Recording};
use protoecg::simulator::{Rhythm, SimulatedEcg};

use super::{ecgs, has, lead, mean, of, piece};

#[test]
fn recordings_have_twelve_leads_in_whole_microvolts_that_obey_einthoven() {
    for ecg in ecgs() {
        for (recording, rate_hz, samples) in [
            (&ecg.recording, 100.0, 1000),
            (&ecg.recording_500_hz, 500.0, 5000),
        ] {
            assert_eq!((recording.rate_hz, recording.len()), (rate_hz, samples));
            assert!(recording.missing_leads().is_empty());
            assert_eq!(
                (recording.age_years, recording.sex),
                (Some(ecg.age_years), Some(ecg.sex))
            );
            let [i, ii, iii, avr, avl, avf] = [
                Lead::I,
                Lead::II,
                Lead::III,
                Lead::AVR,
                Lead::AVL,
                Lead::AVF,
            ]
            .map(|which| lead(recording, which));
            for k in 0..samples {
                let uv = i[k] * 1000.0;
                assert!((uv - uv.round()).abs() < 1e-9 && uv.abs() < 6000.0);
                assert!((i[k] - ii[k] + iii[k]).abs() < 0.002);
                assert!((avr[k] + avl[k] + avf[k]).abs() < 0.002);
                assert!((avf[k] - (ii[k] + iii[k]) / 2.0).abs() < 0.002);
            }
        }
    }
}

/// The steepest moments of all leads together, at least 0.2 s apart: a QRS
/// detector that knows nothing of the simulator.
fn detected_beats_s(recording: &Recording) -> Vec<f64> {
    let n = recording.len();
    let speed: Vec<f64> = (2..n - 2)
        .map(|k| {
            let steps = Lead::STANDARD.map(|which| {
                let x = lead(recording, which);
                (x[k + 2] - x[k - 2]).powi(2)
            });
            steps.iter().sum::<f64>().sqrt()
        })
        .collect();
    // In 2.2 s there is a beat even in complete block.
    let mut highest: Vec<f64> = speed
        .chunks(1100)
        .map(|chunk| chunk.iter().copied().fold(0.0, f64::max))
        .collect();
    highest.sort_by(f64::total_cmp);
    let limit = 0.4 * highest[highest.len() / 2];
    let mut beats: Vec<f64> = Vec::new();
    let mut k = 0;
    while k < speed.len() {
        if speed[k] < limit {
            k += 1;
            continue;
        }
        let end = (k + 50).min(speed.len());
        let most = (k..end)
            .max_by(|&a, &b| speed[a].total_cmp(&speed[b]))
            .unwrap();
        beats.push((most + 2) as f64 / recording.rate_hz);
        k += 100;
    }
    beats
}

#[test]
fn a_detector_finds_the_beats_where_the_truth_has_them() {
    let (mut expected, mut found, mut extra) = (0, 0, 0);
    for ecg in ecgs().iter().filter(|e| e.truth.rhythm != Rhythm::Paced) {
        let detected = detected_beats_s(&ecg.recording_500_hz);
        let inside = |s: f64| (0.15..9.85).contains(&s);
        for beat in ecg.truth.beats.iter().filter(|b| inside(b.r_peak_s)) {
            expected += 1;
            found += usize::from(detected.iter().any(|d| (d - beat.r_peak_s).abs() < 0.08));
        }
        let near = |d: f64| {
            ecg.truth
                .beats
                .iter()
                .any(|b| (d - b.r_peak_s).abs() < 0.08)
        };
        extra += detected.iter().filter(|&&d| inside(d) && !near(d)).count();
    }
    let (sensitivity, false_share) = (
        found as f64 / expected as f64,
        extra as f64 / expected as f64,
    );
    assert!(
        sensitivity > 0.99 && false_share < 0.01,
        "{sensitivity} {false_share}"
    );
}

#[test]
fn r_peaks_of_lead_ii_are_within_20_ms_of_the_truth() {
    let (mut near, mut all) = (0, 0);
    for ecg in ecgs().iter().filter(|e| has(e, "NORM")) {
        for recording in [&ecg.recording, &ecg.recording_500_hz] {
            for beat in ecg
                .truth
                .beats
                .iter()
                .filter(|b| (0.1..9.9).contains(&b.r_peak_s))
            {
                let from_s = beat.r_peak_s - 0.15;
                let ii = piece(recording, Lead::II, from_s, beat.r_peak_s + 0.15);
                let at = (0..ii.len())
                    .max_by(|&a, &b| ii[a].total_cmp(&ii[b]))
                    .unwrap();
                let peak_s = from_s.max(0.0) + at as f64 / recording.rate_hz;
                all += 1;
                near += u32::from((peak_s - beat.r_peak_s).abs() <= 0.020);
            }
        }
    }
    // Where the axis points away from lead II, T or S may be larger than R.
    assert!(
        all > 500 && f64::from(near) > 0.95 * f64::from(all),
        "{near} of {all}"
    );
}

#[test]
fn a_normal_ecg_looks_normal_in_every_lead() {
    let normal: Vec<_> = ecgs().iter().filter(|e| has(e, "NORM")).collect();
    assert!(normal.len() > 30);
    let mut upright_t_in_v2 = 0;
    for ecg in &normal {
        let recording = &ecg.recording_500_hz;
        let beats: Vec<_> = ecg
            .truth
            .beats
            .iter()
            .filter(|b| b.p_onset_s.is_some_and(|p| p > 0.05) && b.t_end_s < 9.95)
            .collect();
        let averaged = |which: Lead, from: &dyn Fn(usize) -> (f64, f64), sign: f64| {
            let extremes: Vec<f64> = (0..beats.len())
                .map(|i| {
                    let (from_s, to_s) = from(i);
                    let base_s = beats[i].qrs_onset_s;
                    let base = mean(piece(recording, which, base_s - 0.012, base_s));
                    let wave = piece(recording, which, from_s, to_s);
                    wave.iter().map(|x| sign * (x - base)).fold(0.0, f64::max)
                })
                .collect();
            mean(&extremes)
        };
        let qrs = |i: usize| (beats[i].qrs_onset_s, beats[i].qrs_offset_s);
        let r = |which| averaged(which, &qrs, 1.0);
        let s = |which| averaged(which, &qrs, -1.0);
        for which in [Lead::II, Lead::V5] {
            let height = r(which) + s(which);
            assert!((0.3..3.0).contains(&height), "{which}: {height} mV");
        }
        // R progression: rS in V1, R in V5; transition between.
        assert!(r(Lead::V1) < s(Lead::V1) && r(Lead::V1) > 0.03, "V1");
        assert!(r(Lead::V5) > s(Lead::V5) && r(Lead::V5) > r(Lead::V1), "V5");
        assert!(r(Lead::V6) > 0.25 && r(Lead::AVR) < s(Lead::AVR));
        // P and T follow QRS in I, II and V5.
        let p = |i: usize| (beats[i].p_onset_s.unwrap(), beats[i].p_offset_s.unwrap());
        let t = |i: usize| (beats[i].t_peak_s - 0.03, beats[i].t_peak_s + 0.03);
        let p_ii = averaged(Lead::II, &p, 1.0);
        assert!((0.04..0.30).contains(&p_ii), "P {p_ii} mV");
        for which in [Lead::II, Lead::V4, Lead::V5] {
            let height = averaged(which, &t, 1.0);
            assert!((0.08..1.2).contains(&height), "T in {which}: {height} mV");
        }
        upright_t_in_v2 += u32::from(averaged(Lead::V2, &t, 1.0) > averaged(Lead::V2, &t, -1.0));
        // Axis from the net areas of I and aVF.
        let area = |which| {
            let areas = beats.iter().map(|b| {
                let base = mean(piece(
                    recording,
                    which,
                    b.qrs_onset_s - 0.012,
                    b.qrs_onset_s,
                ));
                let wave = piece(recording, which, b.qrs_onset_s, b.qrs_offset_s);
                wave.iter().map(|x| x - base).sum::<f64>()
            });
            areas.sum::<f64>()
        };
        let axis_deg = (area(Lead::AVF) * 2.0 / 3.0_f64.sqrt())
            .atan2(area(Lead::I))
            .to_degrees();
        assert!((-32.0..93.0).contains(&axis_deg), "{axis_deg}");
    }
    assert!(f64::from(upright_t_in_v2) > 0.9 * normal.len() as f64);
}

/// Power of a signal at a frequency (the discrete Fourier sum at one point).
fn power(signal: &[f64], rate_hz: f64, frequency_hz: f64) -> f64 {
    let average = mean(signal);
    let (mut re, mut im) = (0.0, 0.0);
    for (k, x) in signal.iter().enumerate() {
        // Hann's window keeps strong neighbours from leaking in.
        let position = std::f64::consts::TAU * k as f64 / signal.len() as f64;
        let x = (x - average) * (0.5 - 0.5 * position.cos());
        let angle = std::f64::consts::TAU * frequency_hz * k as f64 / rate_hz;
        re += x * angle.cos();
        im += x * angle.sin();
    }
    re * re + im * im
}

#[test]
fn the_spectrum_of_flutter_peaks_at_its_rate() {
    let mut hits = 0;
    let flutter = of(Rhythm::AtrialFlutter);
    for ecg in &flutter {
        let true_hz = ecg.truth.flutter_rate_bpm.unwrap() / 60.0;
        assert!((3.9..5.6).contains(&true_hz));
        let signal = lead(&ecg.recording, Lead::AVF);
        let peak_hz = (0..250)
            .map(|i| 3.7 + 0.01 * f64::from(i))
            .max_by(|&a, &b| power(signal, 100.0, a).total_cmp(&power(signal, 100.0, b)))
            .unwrap();
        hits += usize::from((peak_hz - true_hz).abs() < 0.06);
    }
    assert!(
        hits * 10 >= flutter.len() * 8,
        "{hits} of {}",
        flutter.len()
    );
}

/// In V1 between T and the next QRS there are 4 to 8 Hz waves in fibrillation
/// and next to none in sinus bradycardia.
#[test]
fn fibrillation_has_f_waves_in_v1() {
    let share = |ecg: &SimulatedEcg| {
        let mut waves = Vec::new();
        for pair in ecg.truth.beats.windows(2) {
            let end_s = pair[1].p_onset_s.unwrap_or(pair[1].qrs_onset_s) - 0.02;
            let gap = piece(
                &ecg.recording_500_hz,
                Lead::V1,
                pair[0].t_end_s + 0.02,
                end_s,
            );
            if gap.len() >= 75 {
                let most = gap.iter().copied().fold(f64::MIN, f64::max);
                waves.push(most - gap.iter().copied().fold(f64::MAX, f64::min));
            }
        }
        waves.sort_by(f64::total_cmp);
        waves.get(waves.len() / 2).copied()
    };
    let median = |rhythm| {
        let mut all: Vec<f64> = of(rhythm).into_iter().filter_map(share).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    let (fibrillation, sinus) = (
        median(Rhythm::AtrialFibrillation),
        median(Rhythm::SinusBradycardia),
    );
    assert!(
        fibrillation > 0.08 && fibrillation > 2.0 * sinus,
        "{fibrillation} {sinus} mV"
    );
}
