//! One row of the table.

use crate::ecg::{Recording, Sex};

/// PTB-XL hides ages above 89 by writing 300. Such a patient has this age
/// here: 90 means "90 or older".
pub const OLDEST_AGE_YEARS: f64 = 90.0;

/// One labelled ECG of a collection.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub ecg_id: u32,
    pub patient_id: Option<i64>,
    /// [`OLDEST_AGE_YEARS`] stands for everything above 89.
    pub age_years: Option<f64>,
    pub sex: Option<Sex>,
    /// SCP codes with the likelihood that the annotators gave (0 to 100; 0
    /// means "not stated"), in the order of the table.
    pub statements: Vec<(String, f64)>,
    /// 1 to 10; folds never share a patient.
    pub fold: u8,
    /// The 100 Hz record, relative to the root and without a suffix.
    pub path_lr: String,
    /// The 500 Hz record, if the row names one. It need not be on this disk.
    pub path_hr: Option<String>,
}

impl Entry {
    /// Whether the ECG carries this statement. Every key counts, whatever its
    /// likelihood (specification 4.2): rhythm statements all have 0.
    pub fn has(&self, code: &str) -> bool {
        self.statements.iter().any(|(c, _)| c == code)
    }

    /// Its recording with the age and sex of the table, where that has them.
    pub(super) fn described(&self, recording: Recording) -> Recording {
        Recording {
            age_years: self.age_years.or(recording.age_years),
            sex: self.sex.or(recording.sex),
            ..recording
        }
    }

    /// The codes alone, in the order of the table.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.statements.iter().map(|(code, _)| code.as_str())
    }
}

/// Whether two entries are known to be of one patient. A row without a
/// patient is nobody's; equal signals are for the caller to compare.
pub fn same_patient(a: &Entry, b: &Entry) -> bool {
    a.patient_id.is_some() && a.patient_id == b.patient_id
}
