#![no_main]

//! The type of any bytes, and then what that type's reader says.

use libfuzzer_sys::fuzz_target;
use protoecg_fuzz::{check, folder, formats};

fuzz_target!(|bytes: &[u8]| {
    let file = folder().join("file");
    std::fs::write(&file, bytes).expect("memory is writable");
    check(formats::open(&file));
});
