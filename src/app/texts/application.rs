//! The frame of the window, and what lies over all screens.

pub const PROGRAM: &str = "protoecg";
pub const DROP_TO_OPEN: &str = "Drop to open this ECG";

/// `id` is the beginning of the signal's checksum.
pub fn window_title(id: &str) -> String {
    format!("ECG {id} - {PROGRAM}")
}
