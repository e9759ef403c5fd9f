//! SCP-ECG: every variant by an encoder in Python, checksums, the patient.

use protoecg::ecg::{Lead, Sex};
use protoecg::formats::{self, scp_ecg};

use super::{assert_einthoven, assert_nanovolts, bytes, median, truth, truth_folder};

/// The records of two encoders by different authors.
#[test]
fn every_variant_of_scp_ecg_gives_what_the_encoders_put_in() {
    for file in ["scp/scp.json", "scp/scp_again.json"] {
        let all = truth(file);
        for (name, expected) in all.as_object().unwrap() {
            let path = truth_folder().join(format!("scp/{name}.scp"));
            let recording = formats::open(&path).unwrap();
            let same_as = expected.as_str().map_or(expected, |other| &all[other]);
            assert_eq!(
                Some(recording.rate_hz),
                same_as["rate_hz"].as_f64(),
                "{name}"
            );
            assert_nanovolts(&recording, &same_as["leads_nv"], name);
            if let Some(beat) = same_as.get("median_nv") {
                assert_nanovolts(&median(&path, scp_ecg::parse_waveform), beat, name);
            }
        }
    }
}

#[test]
fn a_lossy_scp_record_says_so() {
    let open = |name: &str| formats::open(&truth_folder().join(format!("scp/{name}.scp"))).unwrap();
    let bimodal = open("bimodal");
    assert_eq!(
        bimodal.format,
        "SCP-ECG 2.0, Huffman, first differences, reference beat subtracted, bimodal"
    );
    assert!(
        bimodal
            .remarks
            .iter()
            .any(|r| r.contains("every 4 samples")),
        "{:?}",
        bimodal.remarks
    );
    assert!(bimodal.unit_source.contains("500 nV") && bimodal.unit_source.contains("1000 nV"));
    assert!(
        open("reference-beat")
            .remarks
            .iter()
            .all(|r| !r.contains("every"))
    );
}

#[test]
fn of_the_patient_age_and_sex_are_kept() {
    let open = |name: &str| formats::open(&truth_folder().join(format!("scp/{name}.scp"))).unwrap();
    let (stated, born) = (open("samples"), open("bimodal"));
    assert_eq!(
        (stated.age_years, stated.sex),
        (Some(2.5), Some(Sex::Female))
    );
    // A day before the seventieth birthday.
    assert_eq!((born.age_years, born.sex), (Some(69.0), Some(Sex::Male)));
    for recording in [stated, born] {
        let all = format!("{recording:?}");
        assert!(!all.contains("Made-up") && !all.contains("P-1") && !all.contains("1950"));
    }
}

#[test]
fn eight_leads_become_twelve_by_einthoven_and_goldberger() {
    let recording = formats::open(&truth_folder().join("scp/eight-leads.scp")).unwrap();
    assert_einthoven(&recording, 1e-9);
    assert!(
        recording
            .remarks
            .iter()
            .any(|r| r.contains("derived from I and II"))
    );
    let order: Vec<_> = recording.channels.iter().filter_map(|c| c.lead).collect();
    assert_eq!(order, Lead::STANDARD);
}

#[test]
fn changed_scp_records_are_refused_by_their_checksums() {
    let path = truth_folder().join("scp/huffman-default-2.scp");
    let whole = bytes(&path);
    let refusal = |bytes: &[u8]| scp_ecg::parse(&path, bytes).unwrap_err().to_string();
    let mut changed = whole.clone();
    changed[700] ^= 4;
    assert!(
        refusal(&changed).contains("the checksum of the record is"),
        "{}",
        refusal(&changed)
    );
    assert!(
        refusal(&whole[..700]).contains("the record needs"),
        "{}",
        refusal(&whole[..700])
    );
    let mut later = whole;
    later[6 + 9] = 30;
    refresh_checksum(&mut later, 0, whole_len);
    assert!(
        refusal(&later).contains("SCP-ECG version 3.0 is not read"),
        "{}",
        refusal(&later)
    );
}

fn whole_len(bytes: &[u8]) -> usize {
    bytes.len()
}

/// CRC-CCITT bit by bit, so that a test can change a byte on purpose.
fn refresh_checksum(bytes: &mut [u8], at: usize, length: fn(&[u8]) -> usize) {
    let end = at + length(&bytes[at..]);
    let mut crc = 0xffff_u16;
    for &byte in &bytes[at + 2..end] {
        crc ^= u16::from(byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 {
                crc << 1
            } else {
                (crc << 1) ^ 0x1021
            };
        }
    }
    bytes[at..at + 2].copy_from_slice(&crc.to_le_bytes());
}

/// Without this no change of an SCP record would come past its checksums.
pub fn repair_checksums(bytes: &mut [u8]) {
    if bytes.get(16..22) != Some(b"SCPECG") {
        return;
    }
    let mut at = 6;
    while let Some(header) = bytes.get(at..at + 8) {
        let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        if length < 16 || at + length > bytes.len() {
            break;
        }
        refresh_checksum(bytes, at, |section| {
            u32::from_le_bytes([section[4], section[5], section[6], section[7]]) as usize
        });
        at += length;
    }
    refresh_checksum(bytes, 0, whole_len);
}
