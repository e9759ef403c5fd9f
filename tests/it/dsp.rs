//! Filters and resampling give what scipy gives.

use std::f64::consts::PI;

use protoecg::dsp::{Band, DspError, Sos, butterworth, resample};
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
        let found = pick(&y, &[0, 1, 2, 17, 60, -3, -2, -1]);
        assert_all_close(&found, &numbers(&case["values"]), &what);
        assert!(
            (sum_abs(&y) - rate("sum_abs")).abs() < 1e-9 * rate("sum_abs"),
            "{what}"
        );
    }
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
