//! Filters and resampling give what scipy gives.

use std::f64::consts::PI;

use protoecg::dsp::{
    Band, DisplayBand, DspError, Sos, butterworth, notch, resample, subtract_mains,
};
use serde_json::Value;

use crate::reference_data::numbers;

/// Made by tests/truth/dsp.py.
fn truth() -> Value {
    serde_json::from_str(include_str!("../truth/dsp.json")).unwrap()
}

/// The signal of tests/truth/dsp.py.
fn signal() -> Vec<f64> {
    let sample = |n: i32| {
        let t = f64::from(n);
        let tones = (0.05 * t).sin() + 0.3 * (0.9 * t + 1.0).cos() + 0.1 * (2.5 * t).sin();
        1.5 + 0.002 * t + tones + f64::from(u8::from(n >= 300))
    };
    (0..600).map(sample).collect()
}

fn pick(y: &[f64], indices: &[i64]) -> Vec<f64> {
    let at = |&i: &i64| y[if i < 0 { y.len() as i64 + i } else { i } as usize];
    indices.iter().map(at).collect()
}

#[track_caller]
fn assert_all_close(found: &[f64], wanted: &[f64], what: &str) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (i, (f, w)) in found.iter().zip(wanted).enumerate() {
        assert!((f - w).abs() < 1e-9, "{what} [{i}]: {f}, expected {w}");
    }
}

fn sum_abs(y: &[f64]) -> f64 {
    y.iter().map(|v| v.abs()).sum()
}

fn designed(case: &Value) -> Sos {
    let edges = numbers(&case["edges_hz"]);
    let band = match case["kind"].as_str().unwrap() {
        "low" => Band::LowPass {
            cutoff_hz: edges[0],
        },
        "high" => Band::HighPass {
            cutoff_hz: edges[0],
        },
        _ => Band::BandPass {
            low_hz: edges[0],
            high_hz: edges[1],
        },
    };
    let order = case["order"].as_u64().unwrap() as usize;
    butterworth(order, band, case["rate_hz"].as_f64().unwrap()).unwrap()
}

/// The frequency response, real and imaginary part.
fn response(sos: &Sos, hz: f64, rate_hz: f64) -> [f64; 2] {
    let at = |c: [f64; 3]| {
        let w = 2.0 * PI * hz / rate_hz;
        let re = c[0] + c[1] * w.cos() + c[2] * (2.0 * w).cos();
        [re, -c[1] * w.sin() - c[2] * (2.0 * w).sin()]
    };
    sos.coefficients()
        .into_iter()
        .fold([1.0, 0.0], |h, (b, a)| {
            let ([n, m], [p, q]) = (at(b), at([1.0, a[0], a[1]]));
            let norm = p * p + q * q;
            let section = [(n * p + m * q) / norm, (m * p - n * q) / norm];
            [
                h[0] * section[0] - h[1] * section[1],
                h[0] * section[1] + h[1] * section[0],
            ]
        })
}

#[test]
fn butterworth_has_the_response_of_scipy() {
    for case in truth()["filters"].as_array().unwrap() {
        let sos = designed(case);
        for (hz, wanted) in [0.3, 1.0, 7.0, 33.0, 49.0]
            .iter()
            .zip(case["response"].as_array().unwrap())
        {
            let found = response(&sos, *hz, case["rate_hz"].as_f64().unwrap());
            assert_all_close(&found, &numbers(wanted), &format!("{case} at {hz} Hz"));
        }
    }
}

/// Specification 4.3 and 4.5: the coefficients of the published programs.
#[test]
fn the_published_filters_have_the_published_coefficients() {
    let sos = butterworth(1, Band::HighPass { cutoff_hz: 0.5 }, 100.0).unwrap();
    let (b, a) = sos.coefficients()[0];
    assert_all_close(
        &b,
        &[0.984_533_708_596_896_7, -0.984_533_708_596_896_7, 0.0],
        "b",
    );
    assert_all_close(&a, &[-0.969_067_417_193_793_4, 0.0], "a");
    assert_eq!(sos.padding(), 6);
    let band = Band::BandPass {
        low_hz: 0.5,
        high_hz: 40.0,
    };
    let sos = butterworth(2, band, 100.0).unwrap();
    let sections = sos.coefficients();
    let b0 = sections[0].0[0] * sections[1].0[0];
    let a4 = sections[0].1[1] * sections[1].1[1];
    assert_all_close(
        &[b0, a4],
        &[0.624_447_671_548_745_3, 0.395_292_960_066_176_86],
        "b0, a4",
    );
    assert_eq!(sos.padding(), 15);
}

#[test]
fn filtfilt_equals_scipy() {
    for case in truth()["filters"].as_array().unwrap() {
        let y = designed(case).filtfilt(&signal()).unwrap();
        assert_eq!(y.len(), 600);
        let found = pick(&y, &[0, 1, 2, 17, 299, 300, 301, -3, -2, -1]);
        let what = format!(
            "order {} {} {}",
            case["order"], case["kind"], case["edges_hz"]
        );
        assert_all_close(&found, &numbers(&case["filtfilt"]), &what);
        let wanted = case["sum_abs"].as_f64().unwrap();
        assert!(
            (sum_abs(&y) - wanted).abs() < 1e-9 * wanted.max(600.0),
            "{what}"
        );
    }
}

#[test]
fn resampling_equals_scipy() {
    for case in truth()["resampled"].as_array().unwrap() {
        let rate = |name: &str| case[name].as_f64().unwrap();
        let y = resample(&signal(), rate("from_hz"), rate("to_hz")).unwrap();
        let what = format!("{} to {}", case["from_hz"], case["to_hz"]);
        assert_eq!(y.len() as u64, case["samples"].as_u64().unwrap(), "{what}");
        let at = [0, 1, 2, 17, 57, -3, -2, -1];
        assert_all_close(&pick(&y, &at), &numbers(&case["values"]), &what);
        let back = resample(&y, rate("to_hz"), rate("from_hz")).unwrap();
        assert_all_close(&pick(&back, &at), &numbers(&case["back"]), &what);
        assert!(
            (sum_abs(&y) - rate("sum_abs")).abs() < 1e-9 * rate("sum_abs"),
            "{what}"
        );
    }
}

/// All pairs of these rates, and back (the values are in the case above).
#[test]
fn the_truth_has_all_pairs_of_the_usual_rates() {
    let truth = truth();
    let cases = truth["resampled"].as_array().unwrap();
    let rates = [100, 125, 250, 257, 360, 400, 500, 1000];
    for from in rates {
        for to in rates.into_iter().filter(|to| *to != from) {
            let found = cases
                .iter()
                .any(|c| c["from_hz"] == from && c["to_hz"] == to);
            assert!(found, "{from} to {to}");
        }
    }
}

#[test]
fn the_notch_equals_scipy() {
    for case in truth()["notches"].as_array().unwrap() {
        let number = |name: &str| case[name].as_f64().unwrap();
        let sos = notch(number("centre_hz"), number("quality"), number("rate_hz")).unwrap();
        let (b, a) = sos.coefficients()[0];
        assert_all_close(&b, &numbers(&case["b"]), "b");
        assert_all_close(&[1.0, a[0], a[1]], &numbers(&case["a"]), "a");
        let y = sos.filtfilt(&signal()).unwrap();
        let what = format!("{} Hz at {}", case["centre_hz"], case["rate_hz"]);
        assert_all_close(
            &pick(&y, &[0, 1, 2, 17, 299, 300, 301, -3, -2, -1]),
            &numbers(&case["filtfilt"]),
            &what,
        );
        assert!((sum_abs(&y) - number("sum_abs")).abs() < 1e-6, "{what}");
    }
}

/// The signal of `mains` in tests/truth/dsp.py: 30 s, a beat a second, hum.
#[test]
fn hum_is_subtracted_as_scipy_fits_it_and_beats_stay() {
    for case in truth()["mains"].as_array().unwrap() {
        let number = |name: &str| case[name].as_f64().unwrap();
        let (rate_hz, true_hz) = (number("rate_hz"), number("true_hz"));
        let beats: Vec<f64> = (0..30 * rate_hz as usize)
            .map(|k| k as f64 / rate_hz)
            .map(|t| 0.4 + (-((t % 1.0 - 0.5) / 0.02).powi(2)).exp())
            .collect();
        let with_hum: Vec<f64> = beats
            .iter()
            .enumerate()
            .map(|(k, v)| {
                v + number("amplitude") * (2.0 * PI * true_hz * k as f64 / rate_hz + 0.7).cos()
            })
            .collect();
        let y = subtract_mains(&with_hum, number("mains_hz"), rate_hz).unwrap();
        let what = format!("{true_hz} Hz at {rate_hz} Hz");
        assert_all_close(
            &pick(&y.samples, &[0, 1, 2, 17, 299, 300, 301, -3, -2, -1]),
            &numbers(&case["values"]),
            &what,
        );
        let wanted = case["hum"].as_array().unwrap();
        assert_eq!(y.hum.len(), wanted.len());
        for (hum, wanted) in y.hum.iter().zip(wanted) {
            assert_all_close(&[hum.frequency_hz, hum.amplitude], &numbers(wanted), &what);
            assert!((hum.frequency_hz - true_hz).abs() < 0.005, "{what}");
        }
        let error = |a: &[f64]| {
            let squares = a.iter().zip(&beats).map(|(a, b)| (a - b).powi(2));
            (squares.sum::<f64>() / beats.len() as f64).sqrt()
        };
        assert!(error(&y.samples) < 0.002, "{what}: {}", error(&y.samples));
    }
}

#[test]
fn the_display_band_equals_scipy_and_says_where_the_recording_ends() {
    for case in truth()["display"].as_array().unwrap() {
        let rate_hz = case["rate_hz"].as_f64().unwrap();
        let y = DisplayBand::of_rate(rate_hz)
            .unwrap()
            .filtered(&signal())
            .unwrap();
        let found = pick(&y, &[0, 1, 2, 17, 299, 300, 301, -3, -2, -1]);
        assert_all_close(&found, &numbers(&case["values"]), &format!("{rate_hz} Hz"));
        assert!((sum_abs(&y) - case["sum_abs"].as_f64().unwrap()).abs() < 1e-6);
    }
    let text = |rate_hz| DisplayBand::of_rate(rate_hz).unwrap().text();
    assert_eq!(text(500.0), "0.05–150 Hz, zero-phase");
    assert_eq!(
        text(100.0),
        "from 0.05 Hz, zero-phase, up to 50 Hz (100 Hz recording)"
    );
    // 150 Hz is the very end of 300 Hz.
    assert!(text(300.0).ends_with("up to 150 Hz (300 Hz recording)"));
    assert!(DisplayBand::of_rate(f64::NAN).is_err());
}

#[test]
fn hum_beyond_the_recording_is_refused() {
    for (mains_hz, rate_hz) in [(50.0, 100.0), (60.0, 100.0), (50.0, f64::NAN), (0.0, 500.0)] {
        assert!(matches!(
            subtract_mains(&signal(), mains_hz, rate_hz),
            Err(DspError::Edge { .. })
        ));
        assert!(notch(mains_hz, 30.0, rate_hz).is_err());
    }
    for quality in [0.0, 0.1, -3.0, f64::NAN] {
        assert!(notch(50.0, quality, 500.0).is_err(), "{quality}");
    }
    assert!(matches!(
        subtract_mains(&signal()[..499], 50.0, 500.0),
        Err(DspError::TooShort { .. })
    ));
    // A flat line and a pure offset have no hum, and no division by nothing.
    let flat = subtract_mains(&[1.5; 600], 50.0, 500.0).unwrap();
    assert!(flat.samples.iter().all(|v| (v - 1.5).abs() < 1e-12));
}

/// A constant and a slope come through unchanged, ends included.
#[test]
fn resampling_leaves_a_baseline_alone() {
    let slope: Vec<f64> = (0..5000).map(|n| 3.0 + f64::from(n) / 500.0).collect();
    let y = resample(&slope, 500.0, 100.0).unwrap();
    assert_eq!(y.len(), 1000);
    for (n, v) in y.iter().enumerate() {
        assert!((v - (3.0 + n as f64 / 100.0)).abs() < 1e-4, "{n}: {v}");
    }
    assert_eq!(resample(&slope, 500.0, 500.0).unwrap(), slope);
}

#[test]
fn bad_filters_and_bad_signals_are_refused() {
    let low_pass = |cutoff_hz| butterworth(2, Band::LowPass { cutoff_hz }, 100.0);
    for edge in [0.0, -1.0, 50.0, 60.0, f64::NAN, f64::INFINITY] {
        assert!(
            matches!(low_pass(edge), Err(DspError::Edge { .. })),
            "{edge}"
        );
    }
    let swapped = Band::BandPass {
        low_hz: 40.0,
        high_hz: 0.5,
    };
    assert!(matches!(
        butterworth(2, swapped, 100.0),
        Err(DspError::Edge { .. })
    ));
    let band = Band::LowPass { cutoff_hz: 10.0 };
    assert!(matches!(
        butterworth(2, band, f64::NAN),
        Err(DspError::Edge { .. })
    ));
    for order in [0, usize::MAX] {
        assert!(matches!(
            butterworth(order, band, 100.0),
            Err(DspError::Order { .. })
        ));
    }
    let sos = low_pass(10.0).unwrap();
    let short = sos.filtfilt(&signal()[..9]);
    assert_eq!(
        short,
        Err(DspError::TooShort {
            found: 9,
            expected: 10
        })
    );
    assert_eq!(sos.filtfilt(&signal()[..10]).unwrap().len(), 10);
    assert!(matches!(sos.filtfilt(&[]), Err(DspError::TooShort { .. })));
    // 0.1 s on either side: 51 samples at 500 Hz.
    let short = resample(&signal()[..51], 500.0, 100.0);
    assert_eq!(
        short,
        Err(DspError::TooShort {
            found: 51,
            expected: 52
        })
    );
    assert_eq!(resample(&signal()[..52], 500.0, 100.0).unwrap().len(), 11);
    assert!(matches!(
        resample(&[], 500.0, 100.0),
        Err(DspError::TooShort { .. })
    ));
    for (from, to) in [
        (0.0, 100.0),
        (500.5, 100.0),
        (f64::NAN, 1.0),
        (99_991.0, 100.0),
        (1e18, 100.0),
    ] {
        assert!(
            matches!(resample(&signal(), from, to), Err(DspError::Rates { .. })),
            "{from}"
        );
    }
    let mut broken = signal();
    broken[7] = f64::INFINITY;
    let error = DspError::NotFinite {
        index: 7,
        value: f64::INFINITY,
    };
    assert_eq!(sos.filtfilt(&broken), Err(error.clone()));
    assert_eq!(resample(&broken, 500.0, 100.0), Err(error));
}
