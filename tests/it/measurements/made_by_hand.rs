//! ECGs drawn wave by wave, so that every number is known; and recordings that
//! are hardly any.

use std::f64::consts::PI;

use protoecg::ecg::{Channel, Lead, Recording};
use protoecg::measurements::{Absence, Atria, MeasurementError, Measurements, Quantity, measure};

const RATE_HZ: f64 = 500.0;
const QRS_AXIS_DEG: f64 = -10.0;
const P_AXIS_DEG: f64 = 50.0;
const T_AXIS_DEG: f64 = 35.0;

/// A raised cosine from start to end, its peak in the middle.
fn bump(t: f64, start: f64, end: f64) -> f64 {
    if t <= start || t >= end {
        return 0.0;
    }
    0.5 - 0.5 * (2.0 * PI * (t - start) / (end - start)).cos()
}

/// A plateau with edges of 30 ms.
fn plateau(t: f64, start: f64, end: f64) -> f64 {
    let edge = |from: f64| ((t - from) / 0.03).clamp(0.0, 1.0);
    let smooth = |x: f64| 0.5 - 0.5 * (PI * x).cos();
    smooth(edge(start)) * (1.0 - smooth(edge(end - 0.03)))
}

/// P from -160 ms to -60 ms, R from 0 to 60 ms, S from 50 to 90 ms, ST from
/// within S, T from 220 to 400 ms, in seconds after the onset of QRS.
fn beat(t: f64, [p, r, s, st, wave_t]: [f64; 5]) -> f64 {
    p * bump(t, -0.160, -0.060) + r * bump(t, 0.0, 0.060) - s * bump(t, 0.050, 0.090)
        + st * plateau(t, 0.055, 0.300)
        + wave_t * bump(t, 0.220, 0.400)
}

/// How much of the foot of a wave that is `half_s` from foot to peak nobody
/// sees: what lies below 5 uV, as in the simulator's truth.
fn unseen_ms(height_mv: f64, half_s: f64) -> f64 {
    1000.0 * half_s * 2.0 / PI * (0.005 / height_mv).sqrt().asin()
}

/// PR, P and QT as they can be seen, in milliseconds.
fn true_ms() -> [f64; 3] {
    let p = unseen_ms(0.12, 0.050);
    [160.0 - p, 100.0 - 2.0 * p, 400.0 - unseen_ms(0.3, 0.090)]
}

/// Heights of P, R, S, ST and T in millivolts.
fn heights(lead: Lead) -> [f64; 5] {
    // Einthoven: lead I looks from 0 degrees, lead II from 60.
    let from = |axis_deg: f64, height: f64, lead_deg: f64| {
        height * (axis_deg - lead_deg).to_radians().cos()
    };
    let limb = |lead_deg: f64| {
        [
            from(P_AXIS_DEG, 0.12, lead_deg),
            from(QRS_AXIS_DEG, 1.0, lead_deg),
            0.0,
            0.0,
            from(T_AXIS_DEG, 0.3, lead_deg),
        ]
    };
    let (i, ii) = (limb(0.0), limb(60.0));
    let mixed = |a: f64, b: f64| std::array::from_fn(|k| a * i[k] + b * ii[k]);
    match lead {
        Lead::I => i,
        Lead::II => ii,
        Lead::III => mixed(-1.0, 1.0),
        Lead::AVR => mixed(-0.5, -0.5),
        Lead::AVL => mixed(1.0, -0.5),
        Lead::AVF => mixed(-0.5, 1.0),
        Lead::V1 => [0.05, 0.2, 1.2, 0.05, -0.1],
        Lead::V2 => [0.05, 0.3, 1.0, 0.20, 0.3],
        Lead::V3 => [0.06, 0.5, 0.8, 0.10, 0.3],
        Lead::V4 => [0.06, 1.0, 0.5, 0.0, 0.3],
        Lead::V5 => [0.06, 1.5, 0.2, -0.10, 0.2],
        Lead::V6 => [0.06, 1.2, 0.0, -0.15, 0.2],
    }
}

/// Beats whose QRS begins at these times.
fn drawn(onsets_s: &[f64], leads: &[Lead], rate_hz: f64) -> Recording {
    let channels = leads.iter().map(|&lead| Channel {
        name: lead.name().to_owned(),
        lead: Some(lead),
        samples_mv: (0..(10.0 * rate_hz) as usize)
            .map(|n| n as f64 / rate_hz)
            .map(|t| onsets_s.iter().map(|at| beat(t - at, heights(lead))).sum())
            .collect(),
    });
    Recording::of_signals(rate_hz, channels.collect())
}

fn every(rr_s: f64) -> Vec<f64> {
    (0..)
        .map(|k| 0.5 + rr_s * f64::from(k))
        .take_while(|t| *t < 9.4)
        .collect()
}

#[track_caller]
fn assert_near(found: &Quantity, wanted: f64, within: f64, what: &str) {
    let value = found.value().unwrap_or(f64::NAN);
    assert!(
        (value - wanted).abs() <= within,
        "{what}: {found:?}, expected {wanted}"
    );
}

#[test]
fn every_number_is_what_was_drawn() {
    let m = measure(&drawn(&every(0.8), &Lead::STANDARD, RATE_HZ), None).unwrap();
    let [pr_ms, p_ms, qt_ms] = true_ms();
    assert_near(&m.heart_rate_bpm, 75.0, 0.01, "rate");
    assert_near(&m.pr_ms, pr_ms, 5.0, "PR");
    assert_near(&m.p_ms, p_ms, 6.0, "P");
    assert_near(&m.qrs_ms, 90.0, 6.0, "QRS");
    assert_near(&m.qt_ms, qt_ms, 6.0, "QT");
    assert_near(&m.p_axis_deg, P_AXIS_DEG, 2.0, "P axis");
    assert_near(&m.qrs_axis_deg, QRS_AXIS_DEG, 2.0, "QRS axis");
    assert_near(&m.t_axis_deg, T_AXIS_DEG, 2.0, "T axis");
    assert_near(&m.sokolow_lyon_mv, 1.2 + 1.5, 0.05, "Sokolow-Lyon");
    let r_avl = heights(Lead::AVL)[1];
    assert_near(&m.cornell_mv, r_avl + 0.8, 0.05, "Cornell");
    for found in &m.leads {
        let [_, r, s, st, _] = heights(found.lead.unwrap());
        let amplitudes = found.amplitudes.unwrap();
        assert!((amplitudes.st_j60_mv - st).abs() < 0.015, "{found:?}");
        if r > 0.1 {
            assert!((amplitudes.r_mv - r).abs() < 0.03, "{found:?}");
            // At the lowest point of S half of ST has come; without an S the
            // lowest point is ST, if it is below the baseline.
            let depth = if s > 0.0 {
                s - st / 2.0
            } else {
                f64::max(0.0, -st)
            };
            assert!((amplitudes.s_mv - depth).abs() < 0.02, "{found:?}");
        }
        assert!(found.noise_mv < 0.02 && found.wander_mv < 0.4, "{found:?}");
    }
    // aVR: nothing but a QS complex.
    let avr = m.leads[3].amplitudes.unwrap();
    assert!(avr.r_mv == 0.0 && (avr.s_mv + heights(Lead::AVR)[1]).abs() < 0.03);
    // The median beat lies where the fiducials say.
    let (beat, f) = (m.median_beat.unwrap(), m.fiducials.unwrap());
    let at = |s: f64| beat.r_sample + (s * beat.rate_hz).round() as usize;
    let t = f.t.unwrap().peak_s;
    assert!((beat.lead(Lead::II).unwrap()[at(t)] - heights(Lead::II)[4]).abs() < 0.02);
    assert_eq!(beat.beats, m.beats.iter().filter(|b| b.typical).count());
}

/// Hum in V2 and breath in V4 are found there and nowhere else.
#[test]
fn noise_and_wander_are_measured_where_they_are() {
    let mut recording = drawn(&every(0.8), &Lead::STANDARD, RATE_HZ);
    for (n, v) in recording.channels[7].samples_mv.iter_mut().enumerate() {
        *v += 0.05 * 2f64.sqrt() * (2.0 * PI * 50.0 * n as f64 / RATE_HZ).sin();
    }
    for (n, v) in recording.channels[9].samples_mv.iter_mut().enumerate() {
        *v += 0.6 * (2.0 * PI * 0.2 * n as f64 / RATE_HZ).sin();
    }
    let m = measure(&recording, None).unwrap();
    let (v2, v4) = (&m.leads[7], &m.leads[9]);
    assert!((v2.noise_mv - 0.05).abs() < 0.005, "{v2:?}");
    assert!((v4.wander_mv - 1.2).abs() < 0.15, "{v4:?}");
    assert!(m.leads[8].noise_mv < 0.02 && m.leads[8].wander_mv < 0.4);
    assert_near(&m.qt_ms, true_ms()[2], 10.0, "QT");
    let st = v4.amplitudes.unwrap().st_j60_mv;
    assert!(st.abs() < 0.03, "wander is no ST: {st}");
}

#[test]
fn a_100_hz_recording_says_what_it_is_worth() {
    let m = measure(&drawn(&every(0.8), &Lead::STANDARD, 100.0), None).unwrap();
    for value in [m.pr_ms, m.qrs_ms, m.qt_ms, m.qtc.unwrap().bazett_ms] {
        let Quantity::Measured { plus_minus, .. } = value else {
            panic!("{value:?}")
        };
        assert_eq!(plus_minus, Some(10.0));
    }
    let qt = m.qt_ms.value().unwrap();
    assert_eq!(m.qt_ms.text(0, "ms"), format!("{qt:.0} \u{b1} 10 ms"));
    assert_near(&m.qt_ms, true_ms()[2], 10.0, "QT");
}

#[test]
fn one_lead_is_enough_for_a_rate_and_axes_say_what_is_missing() {
    let m = measure(&drawn(&every(1.0), &[Lead::II], 250.0), None).unwrap();
    assert_near(&m.heart_rate_bpm, 60.0, 0.01, "rate");
    let missing = Quantity::Absent {
        absent: Absence::LeadMissing,
    };
    assert_eq!((m.qrs_axis_deg, m.cornell_mv), (missing, missing));
    assert_eq!(m.qrs_axis_deg.text(0, ""), "absent (lead missing)");
}

#[test]
fn the_document_comes_back_from_json() {
    let m = measure(
        &drawn(&every(0.8), &Lead::STANDARD, 100.0),
        Some(Atria::Paced),
    )
    .unwrap();
    let json = serde_json::to_value(&m).unwrap();
    assert_eq!(json["pr_ms"]["absent"], "paced");
    assert_eq!(json["qt_ms"]["plus_minus"], 10.0);
    assert_eq!(json["rhythm"]["atria"], "paced");
    let back: Measurements = serde_json::from_value(json).unwrap();
    assert_eq!(back.pr_ms, m.pr_ms);
    assert_eq!(back.beats, m.beats);
}

#[test]
fn what_is_no_ecg_is_refused_or_has_no_values() {
    let good = drawn(&every(0.8), &Lead::STANDARD, RATE_HZ);
    let with = |rate_hz: f64, f: &dyn Fn(usize, usize) -> f64| {
        let mut bad = good.clone();
        bad.rate_hz = rate_hz;
        for (lead, channel) in bad.channels.iter_mut().enumerate() {
            for (n, v) in channel.samples_mv.iter_mut().enumerate() {
                *v = f(lead, n);
            }
        }
        measure(&bad, None)
    };
    let rate = |rate_hz| with(rate_hz, &|_, n| (n as f64).sin());
    for rate_hz in [50.0, 0.0, -1.0, f64::NAN] {
        assert!(matches!(rate(rate_hz), Err(MeasurementError::Rate { .. })));
    }
    assert!(matches!(rate(500.5), Err(MeasurementError::Filter(_))));
    assert!(rate(f64::INFINITY).is_err());
    for level in [0.0, 3.0, f64::NAN, f64::INFINITY] {
        let flat = with(500.0, &|_, _| level);
        assert_eq!(flat.unwrap_err(), MeasurementError::NoSignal, "{level}");
    }
    let mut short = good.clone();
    for channel in &mut short.channels {
        channel.samples_mv.truncate(600);
    }
    assert!(matches!(
        measure(&short, None),
        Err(MeasurementError::TooShort { .. })
    ));
    short.channels.clear();
    assert!(measure(&short, None).is_err());
    // Noise, a square wave, one spike, a ramp: values or not, but no panic.
    let noise = |lead: usize, n: usize| ((n * 7919 + lead * 104_729) % 1000) as f64 / 500.0 - 1.0;
    let square = |_: usize, n: usize| f64::from(u8::from(n % 400 < 200));
    let spike = |_: usize, n: usize| if n == 2500 { 5.0 } else { 0.0 };
    let ramp = |_: usize, n: usize| n as f64 / 100.0;
    let missing = |lead: usize, n: usize| {
        if n % 50 == lead {
            f64::NAN
        } else {
            (n as f64 / 9.0).sin()
        }
    };
    for rate_hz in [100.0, 250.0, 500.0, 1000.0] {
        for f in [
            &noise as &dyn Fn(usize, usize) -> f64,
            &square,
            &spike,
            &ramp,
            &missing,
        ] {
            let m = with(rate_hz, f).unwrap();
            assert!(m.beats.iter().all(|b| b.r_peak_s <= m.duration_s));
        }
    }
    let m = with(500.0, &spike).unwrap();
    assert_eq!(
        m.heart_rate_bpm,
        Quantity::Absent {
            absent: Absence::TooFewBeats
        }
    );
}
