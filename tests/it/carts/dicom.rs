//! DICOM: files that pydicom wrote, with what it reads of them.

use protoecg::ecg::{Lead, Recording, Sex};
use protoecg::formats::{self, dicom};
use serde_json::Value;

use super::{median, truth, truth_folder};
use crate::reference_data::numbers;

#[test]
fn dicom_gives_what_pydicom_reads() {
    let folder = truth_folder().join("carts");
    for (name, groups) in truth("carts/carts.json")["dicom"].as_object().unwrap() {
        let path = folder.join(format!("{name}.dcm"));
        let refusal = match name.as_str() {
            "no-sensitivity" => Some("the sensitivity of channel I is absent"),
            "hemodynamic" => Some("the SOP class is 1.2.840.10008.5.1.4.1.1.9.2.1"),
            _ => None,
        };
        if let Some(reason) = refusal {
            let error = formats::open(&path).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
            continue;
        }
        let groups = groups.as_array().unwrap();
        assert_group(&formats::open(&path).unwrap(), groups.last().unwrap(), name);
        if groups.len() == 2 {
            assert_group(&median(&path, dicom::parse_waveform), &groups[0], name);
        }
    }
    let explicit = formats::open(&folder.join("explicit.dcm")).unwrap();
    assert_eq!(explicit.format, "DICOM 12-lead ECG");
    assert_eq!(
        explicit.remarks[0],
        "RHYTHM is read; the file also has: MEDIAN BEAT"
    );
    assert_eq!(
        (explicit.age_years, explicit.sex),
        (Some(63.0), Some(Sex::Female))
    );
    let implicit = formats::open(&folder.join("implicit.dcm")).unwrap();
    assert_eq!(implicit.age_years, Some(70.0));
    let leads: Vec<_> = implicit.channels.iter().map(|c| c.lead).collect();
    assert_eq!(leads, [Some(Lead::V1), Some(Lead::V6)]);
}

/// pydicom's physical values in the unit of each channel. Derived leads come after.
fn assert_group(recording: &Recording, group: &Value, what: &str) {
    assert_eq!(
        recording.rate_hz,
        group["rate_hz"].as_f64().unwrap(),
        "{what}"
    );
    let values = group["values"].as_array().unwrap();
    let units = group["units"].as_array().unwrap();
    for ((channel, values), unit) in recording.channels.iter().zip(values).zip(units) {
        let unit_mv = match unit.as_str().unwrap() {
            "nV" => 1e-6,
            "uV" => 1e-3,
            _ => 1.0,
        };
        let expected = numbers(values);
        assert_eq!(channel.samples_mv.len(), expected.len());
        for (found, expected) in channel.samples_mv.iter().zip(expected) {
            let expected_mv = expected * unit_mv;
            let close = (found - expected_mv).abs() < 1e-9 * expected_mv.abs().max(1.0)
                || (found.is_nan() && expected.is_nan());
            assert!(close, "{what}: {found}, {expected_mv}");
        }
    }
}
