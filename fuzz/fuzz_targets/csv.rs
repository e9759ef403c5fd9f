#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use protoecg_fuzz::{check, formats};

fuzz_target!(|bytes: &[u8]| {
    let file = Path::new("table.csv");
    let sidecar = br#"(version: 1, rate_hz: 500, unit: "uV", leads: ["I", "V6"])"#;
    let sidecar = formats::Sidecar::parse(file, sidecar).expect("it is good");
    formats::csv::looks_like(bytes);
    check(formats::csv::parse_with(file, bytes, sidecar));
});
