#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use protoecg_fuzz::{check, formats};

fuzz_target!(|bytes: &[u8]| {
    let mut record = bytes.to_vec();
    repair_checksums(&mut record);
    check(formats::scp_ecg::parse(Path::new("file"), &record));
});

/// Without this no change of a record would come past its checksums. Each
/// section begins where the one before ends, as the seeds have it.
fn repair_checksums(record: &mut [u8]) {
    let mut at = 6;
    while let Some(&[a, b, c, d]) = record.get(at + 4..at + 8).and_then(|s| s.first_chunk::<4>()) {
        let length = u32::from_le_bytes([a, b, c, d]) as usize;
        let Some(section) = record.get_mut(at..at.saturating_add(length)) else { break };
        if length < 16 {
            break;
        }
        repair(section);
        at += length;
    }
    repair(record);
}

/// CRC-CCITT of what follows the first two bytes.
fn repair(part: &mut [u8]) {
    let mut crc = 0xffff_u16;
    for &byte in part.iter().skip(2) {
        crc ^= u16::from(byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
        }
    }
    if let Some(checksum) = part.first_chunk_mut() {
        *checksum = crc.to_le_bytes();
    }
}
