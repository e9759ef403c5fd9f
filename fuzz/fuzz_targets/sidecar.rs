#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use protoecg_fuzz::{check, formats};

fuzz_target!(|bytes: &[u8]| {
    let file = Path::new("table.ron");
    if let Ok(sidecar) = formats::Sidecar::parse(file, bytes) {
        check(formats::csv::parse_with(file, b"1,2\n3,4\n", sidecar));
    }
});
