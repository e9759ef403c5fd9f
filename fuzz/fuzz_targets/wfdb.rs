#![no_main]

//! The parts between lines of `--` are the files of a record that may have segments.

use libfuzzer_sys::fuzz_target;
use protoecg_fuzz::{check, folder, formats};

const FILES: [&str; 6] = ["x.hea", "x.dat", "y.hea", "y.dat", "z.hea", "z.dat"];
const MARK: &[u8] = b"\n--\n";

fuzz_target!(|bytes: &[u8]| {
    let folder = folder();
    let mut rest = Some(bytes);
    for file in FILES {
        let part = rest.map(|bytes| {
            let end = bytes.windows(MARK.len()).position(|w| w == MARK);
            rest = end.map(|at| &bytes[at + MARK.len()..]);
            &bytes[..end.unwrap_or(bytes.len())]
        });
        std::fs::write(folder.join(file), part.unwrap_or_default()).expect("memory is writable");
    }
    check(formats::wfdb::read(&folder.join("x.hea")));
});
