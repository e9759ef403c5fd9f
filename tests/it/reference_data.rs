//! Where the reference data lie that are no part of this repository.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn shared() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared")
}

fn or_say(path: PathBuf) -> Option<PathBuf> {
    if path.exists() {
        return Some(path);
    }
    // Not eprintln!, which the test harness swallows: a skipped test is not a passed one.
    writeln!(
        std::io::stderr(),
        "SKIPPED: this test needs {}",
        path.display()
    )
    .ok();
    None
}

/// The folder with PTB-XL: `PROTOECG_PTBXL`, else `../shared/ptbxl`.
pub fn ptbxl() -> Option<PathBuf> {
    or_say(std::env::var_os("PROTOECG_PTBXL").map_or_else(|| shared().join("ptbxl"), PathBuf::from))
}

/// A 100 Hz record of PTB-XL by its ecg_id.
pub fn ptbxl_record(folder: &Path, ecg_id: u32) -> PathBuf {
    let thousand = ecg_id / 1000 * 1000;
    folder.join(format!("records100/{thousand:05}/{ecg_id:05}_lr.hea"))
}

/// The sample files of other people's programs.
pub fn sample_files() -> Option<PathBuf> {
    or_say(shared().join("formats"))
}

/// The published TrustECG weights, which may not be committed.
pub fn trustecg_checkpoint() -> Option<PathBuf> {
    or_say(shared().join("checkpoints/trustecg/trustecg_model.pt"))
}

/// What scipy and wfdb-python found in those files.
pub fn expected(name: &str) -> Option<Value> {
    let path = or_say(shared().join("expected").join(name))?;
    let text = std::fs::read_to_string(path).expect("expected values are readable");
    Some(serde_json::from_str(&text).expect("expected values are JSON"))
}

/// The numbers of a JSON list.
pub fn numbers(list: &Value) -> Vec<f64> {
    let list = list.as_array().expect("a list");
    list.iter()
        .map(|v| v.as_f64().unwrap_or(f64::NAN))
        .collect()
}
