//! What a network sees is what the published programs gave it, and a recording
//! that does not fit is refused with the reason.

use protoecg::bundle::{Filter, Preprocessing, PreprocessingError, Standardise};
use protoecg::ecg::{Channel, Lead, Recording};
use protoecg::formats;
use serde_json::Value;

use crate::reference_data::{expected, ptbxl, ptbxl_record};

#[track_caller]
fn assert_close(found: f64, wanted: &Value, scale: f64, what: &str) {
    let wanted = wanted.as_f64().unwrap();
    assert!(
        (found - wanted).abs() < 1e-9 * scale,
        "{what}: {found}, expected {wanted}"
    );
}

/// Compares all leads with what scipy gave: lead II in detail, the rest by sums.
#[track_caller]
fn assert_equals_scipy(leads: &[Vec<f64>], wanted: &Value, what: &str) {
    assert_eq!((leads.len(), leads[1].len()), (12, 1000), "{what}");
    let lead = &leads[1];
    for (found, wanted) in lead.iter().zip(wanted["first8"].as_array().unwrap()) {
        assert_close(*found, wanted, 1.0, what);
    }
    assert_close(lead[500], &wanted["at500"], 1.0, what);
    for (found, wanted) in lead[996..].iter().zip(wanted["last4"].as_array().unwrap()) {
        assert_close(*found, wanted, 1.0, what);
    }
    // Each of the 12,000 samples within 1e-9 allows this much in a sum.
    let samples = leads.iter().flatten();
    assert_close(samples.clone().sum(), &wanted["sum_all_leads"], 1.0, what);
    let absolute = samples.map(|v| v.abs()).sum();
    assert_close(absolute, &wanted["sum_abs_all_leads"], 1e3, what);
}

#[test]
fn five_records_of_ptbxl_equal_scipy_at_every_step() {
    let (Some(folder), Some(truth)) = (ptbxl(), expected("ptbxl_preprocessing.json")) else {
        return;
    };
    let records = truth.as_object().unwrap();
    assert_eq!(records.len(), 5);
    for (ecg_id, wanted) in records {
        let recording = formats::open(&ptbxl_record(&folder, ecg_id.parse().unwrap())).unwrap();
        let raw = Preprocessing {
            filter: Filter::None,
            ..Preprocessing::protoecgnet()
        };
        let published = Preprocessing::protoecgnet();
        let trustecg = Preprocessing::trustecg();
        for (leads, step) in [
            (raw.filtered_mv(&recording), "raw_mV"),
            (
                published.values(&recording),
                "highpass_0.5Hz_order1_zero_phase_mV",
            ),
            (
                trustecg.filtered_mv(&recording),
                "bandpass_0.5_40Hz_order2_zero_phase_mV",
            ),
            (trustecg.values(&recording), "record_zscore_of_bandpass"),
        ] {
            assert_equals_scipy(
                &leads.unwrap(),
                &wanted[step],
                &format!("record {ecg_id} {step}"),
            );
        }
    }
}

/// The 500 Hz version of a record and its 100 Hz version show the network the
/// same ECG, but for the ends: those of PTB-XL's 100 Hz versions, which another
/// program made, differ by up to 0.4 mV.
#[test]
fn a_500_hz_record_is_resampled_and_said() {
    let Some(folder) = ptbxl() else { return };
    let preprocessing = Preprocessing::protoecgnet();
    let high = formats::open(&folder.join("records500/00000/00009_hr.hea")).unwrap();
    let low = formats::open(&ptbxl_record(&folder, 9)).unwrap();
    let from_high = preprocessing.apply(&high).unwrap();
    let from_low = preprocessing.apply(&low).unwrap();
    assert_eq!(from_high.notes, ["resampled from 500 Hz to 100 Hz"]);
    assert_eq!(from_low.notes, [""; 0]);
    assert_eq!(from_high.samples.len(), 12_000);
    let middle = |samples: &[f32]| -> Vec<f32> {
        samples
            .chunks(1000)
            .flat_map(|lead| &lead[100..800])
            .copied()
            .collect()
    };
    let correlation = correlation(&middle(&from_high.samples), &middle(&from_low.samples));
    assert!(correlation > 0.99, "{correlation}");
}

fn correlation(x: &[f32], y: &[f32]) -> f64 {
    let product = |a: &[f32], b: &[f32]| -> f64 {
        a.iter()
            .zip(b)
            .map(|(&a, &b)| f64::from(a) * f64::from(b))
            .sum()
    };
    product(x, y) / (product(x, x) * product(y, y)).sqrt()
}

#[test]
fn resampling_keeps_a_sine_in_its_place() {
    let preprocessing = Preprocessing {
        filter: Filter::None,
        ..Preprocessing::protoecgnet()
    };
    let wanted = preprocessing.values(&sines(100.0, 1000)).unwrap();
    for (rate_hz, samples) in [
        (500.0, 5000),
        (250.0, 2500),
        (1000.0, 38_400),
        (256.0, 2560),
        (360.0, 3600),
    ] {
        let found = preprocessing.values(&sines(rate_hz, samples)).unwrap();
        for (found, wanted) in found.iter().flatten().zip(wanted.iter().flatten()) {
            assert!(
                (found - wanted).abs() < 0.01,
                "{rate_hz} Hz: {found}, expected {wanted}"
            );
        }
    }
}

/// A 1 Hz sine in every lead, its amplitude 1 mV plus the lead's index.
fn sines(rate_hz: f64, samples: usize) -> Recording {
    let channel = |lead: Lead| Channel {
        name: lead.name().to_owned(),
        lead: Some(lead),
        samples_mv: (0..samples)
            .map(|t| {
                (lead.index() as f64 + 1.0) * (std::f64::consts::TAU * t as f64 / rate_hz).sin()
            })
            .collect(),
    };
    Recording::of_signals(rate_hz, Lead::STANDARD.map(channel).to_vec())
}

#[test]
fn the_input_is_lead_after_lead_in_the_order_of_the_model() {
    let mut recording = sines(100.0, 1000);
    recording.channels.reverse();
    let preprocessing = Preprocessing {
        leads: vec![Lead::V1, Lead::II],
        filter: Filter::None,
        ..Preprocessing::protoecgnet()
    };
    let input = preprocessing.apply(&recording).unwrap();
    assert_eq!(
        (input.leads, input.samples_per_lead, input.samples.len()),
        (2, 1000, 2000)
    );
    assert!((input.samples[25] - 7.0).abs() < 1e-6);
    assert!((input.samples[1025] - 2.0).abs() < 1e-6);
}

#[test]
fn scaling_per_lead_uses_the_lead_s_own_numbers() {
    let preprocessing = Preprocessing {
        leads: vec![Lead::I, Lead::II],
        filter: Filter::None,
        standardise: Standardise::PerLead {
            mean_mv: vec![0.5, -1.0],
            std_mv: vec![0.25, 2.0],
        },
        ..Preprocessing::protoecgnet()
    };
    let values = preprocessing.values(&sines(100.0, 1000)).unwrap();
    assert!((values[0][25] - 2.0).abs() < 1e-9);
    assert!((values[1][25] - 1.5).abs() < 1e-9);
    let unfit = Preprocessing {
        leads: vec![Lead::I],
        ..preprocessing
    };
    let error = unfit.apply(&sines(100.0, 1000)).unwrap_err();
    assert!(
        matches!(
            error,
            PreprocessingError::Config {
                field: "standardise",
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_longer_recording_gives_its_first_ten_seconds() {
    let preprocessing = Preprocessing::protoecgnet();
    let input = preprocessing.apply(&sines(100.0, 1500)).unwrap();
    assert_eq!(input.notes, ["cut to the first 10 s of 15 s"]);
    assert_eq!(
        input.samples,
        preprocessing.apply(&sines(100.0, 1000)).unwrap().samples
    );
    let input = preprocessing.apply(&sines(1000.0, 38_400)).unwrap();
    assert_eq!(
        input.notes,
        [
            "resampled from 1000 Hz to 100 Hz",
            "cut to the first 10 s of 38.4 s"
        ]
    );
    assert_eq!(input.samples.len(), 12_000);
}

#[test]
fn a_recording_that_does_not_fit_is_refused_with_the_reason() {
    let preprocessing = Preprocessing::protoecgnet();
    let refusal = |recording: &Recording| preprocessing.apply(recording).unwrap_err().to_string();

    let mut nine_leads = sines(100.0, 1000);
    nine_leads.channels.truncate(9);
    assert_eq!(
        refusal(&nine_leads),
        "the model needs 12 leads, and 3 of them are missing: V4, V5, V6"
    );

    let short = sines(500.0, 4000);
    assert_eq!(
        refusal(&short),
        "the recording lasts 8.000 s, expected at least 10.000 s"
    );

    let mut gap = sines(500.0, 5000);
    gap.channels[7].samples_mv[1500] = f64::NAN;
    assert_eq!(
        refusal(&gap),
        "lead V2 has no value at 3.000 s; the model needs every sample"
    );

    // What is not used may be missing, though resampling would look a little further.
    let mut late_gap = sines(500.0, 6000);
    late_gap.channels[7].samples_mv[5001] = f64::NAN;
    assert_eq!(
        preprocessing.apply(&late_gap).unwrap().samples.len(),
        12_000
    );

    let mut uneven = sines(100.0, 1000);
    uneven.channels[4].samples_mv.truncate(999);
    assert!(refusal(&uneven).contains("lasts 9.990 s"));

    assert!(refusal(&sines(250.5, 5000)).contains("whole numbers of Hz"));
    assert!(refusal(&sines(f64::NAN, 5000)).contains("whole numbers of Hz"));
}

/// A number as a double that single precision can only call infinite.
#[test]
fn a_sample_beyond_single_precision_is_refused_with_lead_and_time() {
    let preprocessing = Preprocessing {
        filter: Filter::None,
        ..Preprocessing::protoecgnet()
    };
    let mut huge = sines(100.0, 1000);
    huge.channels[7].samples_mv[250] = -1e39;
    let error = preprocessing.apply(&huge).unwrap_err();
    assert_eq!(
        error.to_string(),
        "lead V2 is -1e39 at 2.500 s, too large for the model's numbers"
    );
}

#[test]
fn a_manifest_keeps_it_whole_and_refuses_what_it_does_not_know() {
    for preprocessing in [Preprocessing::protoecgnet(), Preprocessing::trustecg()] {
        let text = ron::to_string(&preprocessing).unwrap();
        assert_eq!(
            ron::from_str::<Preprocessing>(&text).unwrap(),
            preprocessing
        );
        let extended = text.replacen("rate_hz", "notch_hz:50,rate_hz", 1);
        assert!(ron::from_str::<Preprocessing>(&extended).is_err());
    }
}
