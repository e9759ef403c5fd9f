//! HL7 aECG: units, derived series.

use protoecg::ecg::Lead;
use protoecg::formats::{self, FormatError, hl7_aecg};

use super::{bytes, median};
use crate::reference_data::sample_files;

#[test]
fn aecg_units_are_what_the_file_says() {
    let Some(folder) = sample_files() else { return };
    let path = folder.join("hl7-aecg/minimum_aecg.xml");
    let text = String::from_utf8(bytes(&path)).unwrap();
    let first_mv = |scale: &str| {
        let text = text.replace("<scale value=\"2.5\" unit=\"uV\"/>", scale);
        let recording = hl7_aecg::parse(&path, text.as_bytes())?;
        Ok::<_, FormatError>(recording.lead(Lead::II).unwrap()[0])
    };
    for (scale, expected_mv) in [
        ("<scale value=\"2.5\" unit=\"uV\"/>", -0.005),
        ("<scale value=\"2.5\" unit=\"mV\"/>", -5.0),
        ("<scale value=\"2500\" unit=\"nV\"/>", -0.005),
    ] {
        assert!(
            (first_mv(scale).unwrap() - expected_mv).abs() < 1e-12,
            "{scale}"
        );
    }
    let error = first_mv("<scale value=\"2.5\"/>").unwrap_err().to_string();
    assert!(
        error.contains("the unit of scale of MDC_ECG_LEAD_II is empty"),
        "{error}"
    );
    let derived = folder.join("hl7-aecg/subject1_0.xml");
    assert_eq!(formats::open(&derived).unwrap().channels.len(), 12);
    assert!(!median(&derived, hl7_aecg::parse_waveform).is_empty());
}
