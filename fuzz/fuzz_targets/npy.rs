#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use protoecg_fuzz::{check, formats};

fuzz_target!(|bytes: &[u8]| {
    let file = Path::new("table.npy");
    let sidecar = br#"(version: 1, rate_hz: 500, unit: "V", leads: ["I", "V6"])"#;
    let sidecar = formats::Sidecar::parse(file, sidecar).expect("it is good");
    check(formats::npy::parse_with(file, bytes, sidecar));
});
