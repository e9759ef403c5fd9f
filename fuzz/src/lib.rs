//! The rooms under test, and what a recording that was read must be.

// Each target uses a part.
#![allow(dead_code)]

#[path = "../../src/ecg/mod.rs"]
pub mod ecg;
#[path = "../../src/formats/mod.rs"]
pub mod formats;

use std::path::{Path, PathBuf};

use formats::FormatError;

/// A target for a format that is one file: `single_file!(formats::edf::parse);`
#[macro_export]
macro_rules! single_file {
    ($($parse:ident)::+) => {
        libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
            $crate::check($crate::$($parse)::+(std::path::Path::new("file"), bytes));
        });
    };
}

/// Whatever was read is whole, and whatever was refused says why.
pub fn check(result: Result<ecg::Recording, FormatError>) {
    match result {
        Ok(recording) => {
            assert!(!recording.is_empty() && recording.rate_hz > 0.0);
            let even = |c: &ecg::Channel| c.samples_mv.len() == recording.len();
            assert!(recording.channels.iter().all(even));
            assert_eq!(recording.sha256().len(), 64);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A folder in memory for targets that read files.
pub fn folder() -> PathBuf {
    let folder = Path::new("/dev/shm").join(format!("protoecg-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("/dev/shm is there");
    folder
}
