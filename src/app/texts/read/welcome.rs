//! Every way to open an ECG.

pub const TITLE: &str = "Open an ECG";
pub const WHAT: &str = "Twelve leads as WFDB, EDF, DICOM, SCP-ECG, HL7 aECG, GE MUSE or Philips XML, CSV or \
    NPY. protoecg shows what a network reads in them, beside the training ECG that the network compared \
    them with. You can also drop a file on this window.";
pub const READING: &str = "Reading the file…";
pub const CANCEL: &str = "Cancel";
pub const OPEN_FILE: &str = "Open file…";
pub const DEMONSTRATION: &str = "Show the demonstration";
pub const FIELD: &str = "Path of an ECG";
pub const HINT: &str = "or type a path, such as /data/ecg/00001_lr.hea";
pub const OPEN: &str = "Open";
pub const RECENT: &str = "Recent files";
pub const CLEAR: &str = "Clear list";

pub fn compare(file: &str) -> String {
    format!("Compare {file}")
}
