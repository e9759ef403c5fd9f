//! GE MUSE XML: the sample by its own checksums, a file of our own encoder.

use protoecg::formats::{self, muse_xml};

use super::{assert_einthoven, assert_nanovolts, bytes, median, truth, truth_folder};
use crate::reference_data::sample_files;

#[test]
fn muse_gives_eight_leads_and_four_that_follow_from_them() {
    let Some(folder) = sample_files() else { return };
    let path = folder.join("muse-xml/example1.xml");
    let recording = formats::open(&path).unwrap();
    assert_eq!(
        (recording.rate_hz, recording.len(), recording.channels.len()),
        (500.0, 5000, 12)
    );
    assert_eq!(
        recording.unit_source,
        "4.88 MICROVOLTS per unit (LeadAmplitudeUnitsPerBit)"
    );
    assert_eq!(
        recording.remarks[0],
        "rhythm is read; the file also has: Median"
    );
    assert_einthoven(&recording, 1e-12);
    assert_eq!(median(&path, muse_xml::parse_waveform).len(), 600);
    // A sample changed: one letter of the first lead's Base64.
    let mut changed = bytes(&path);
    let at = String::from_utf8_lossy(&changed)
        .rfind("<WaveFormData>")
        .unwrap()
        + 200;
    changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
    let error = muse_xml::parse(&path, &changed).unwrap_err().to_string();
    assert!(error.contains("the CRC-32 of lead V6"), "{error}");
}

#[test]
fn a_muse_file_gives_what_was_put_in() {
    let (folder, all) = (truth_folder().join("carts"), truth("carts/carts.json"));
    let muse = formats::open(&folder.join("muse.xml")).unwrap();
    assert_nanovolts(&muse, &all["xml"]["muse"], "muse");
    assert_eq!((muse.rate_hz, muse.age_years), (250.0, Some(1.5)));
    assert!(
        muse.remarks
            .contains(&"the cart found lead V6 off".to_owned())
    );
    let beat = median(&folder.join("muse.xml"), muse_xml::parse_waveform);
    assert_eq!(beat.len(), 20);
}
