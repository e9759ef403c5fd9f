//! Philips Sierra XML: the sample by an independent reader, files of our own encoder.

use protoecg::ecg::{Lead, Sex};
use protoecg::formats::{self, philips_xml};

use super::{assert_nanovolts, bytes, median, truth, truth_folder};
use crate::reference_data::sample_files;

#[test]
fn xli_equals_an_independent_reader_and_the_decoded_twin() {
    let Some(folder) = sample_files() else { return };
    let compressed = formats::open(&folder.join("philips-xml/1-04.xml")).unwrap();
    let twin = formats::open(&folder.join("philips-xml/1-04_decoded.xml")).unwrap();
    assert_eq!(compressed.format, "Philips Sierra XML 1.04, XLI");
    assert_eq!((compressed.len(), compressed.channels.len()), (5500, 12));
    assert_eq!(compressed.rate_hz, 500.0);
    let independent = &truth("carts/carts.json")["samples"]["philips"];
    for lead in Lead::STANDARD {
        let samples_mv = compressed.lead(lead).unwrap();
        let units: Vec<i64> = samples_mv
            .iter()
            .map(|mv| (mv * 200.0).round() as i64)
            .collect();
        let sums = [
            units.iter().map(|v| v.abs()).sum::<i64>(),
            units.iter().zip(0..).map(|(v, i)| v * i).sum(),
        ];
        assert_eq!(serde_json::json!(sums), independent[lead.name()], "{lead}");
        // The twin was not made from these bits: it differs by up to four units of
        // 5 µV, as noise does, and is not shifted.
        let twin = twin.lead(lead).unwrap();
        assert_eq!(twin.len(), units.len());
        let errors_uv = twin
            .iter()
            .zip(samples_mv)
            .map(|(a, b)| (a - b).abs() * 1000.0);
        let errors_uv: Vec<f64> = errors_uv.collect();
        assert!(errors_uv.iter().all(|uv| *uv < 20.1), "{lead}");
        assert!(
            errors_uv.iter().sum::<f64>() / (units.len() as f64) < 4.0,
            "{lead}"
        );
    }
    assert_eq!(
        (compressed.age_years, compressed.sex),
        (Some(32.0), Some(Sex::Female))
    );
    let beat = median(
        &folder.join("philips-xml/1-04.xml"),
        philips_xml::parse_waveform,
    );
    assert_eq!((beat.len(), beat.rate_hz), (1200, 500.0));
}

#[test]
fn sierra_files_give_what_was_put_in() {
    let (folder, all) = (truth_folder().join("carts"), truth("carts/carts.json"));
    let formats = ["1.03, XLI", "1.04.01, XLI", "1.04, uncompressed"];
    for (name, format) in ["1.03", "1.04.01", "uncompressed"].iter().zip(formats) {
        let recording = formats::open(&folder.join(format!("philips-{name}.xml"))).unwrap();
        assert_eq!(recording.format, format!("Philips Sierra XML {format}"));
        assert_eq!(recording.rate_hz, 250.0);
        assert_nanovolts(&recording, &all["xml"]["philips"], name);
        assert_eq!(
            (recording.age_years, recording.sex),
            (Some(50.0), Some(Sex::Male))
        );
    }
}

#[test]
fn an_unknown_philips_version_is_refused_by_number() {
    let Some(folder) = sample_files() else { return };
    let path = folder.join("philips-xml/1-04.xml");
    let pairs = bytes(&path)[2..].as_chunks::<2>().0.to_vec();
    let units: Vec<u16> = pairs.into_iter().map(u16::from_le_bytes).collect();
    let text = String::from_utf16(&units).unwrap();
    let with = |version: &str| {
        text.replace(
            "<documentversion>1.04<",
            &format!("<documentversion>{version}<"),
        )
    };
    let error = philips_xml::parse(&path, with("1.04.02").as_bytes()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("documentversion is 1.04.02, expected 1.03, 1.04, 1.04.01"),
        "{error}"
    );
    for known in ["1.03", "1.04.01"] {
        philips_xml::parse(&path, with(known).as_bytes()).unwrap();
    }
}
