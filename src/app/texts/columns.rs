//! Columns and figures that several screens have.

pub const CODE: &str = "Code";
pub const STATEMENT: &str = "Statement";
pub const THRESHOLD: &str = "Threshold";
pub const AUROC: &str = "AUROC";
pub const TRAINING_ECG: &str = "Training ECG";
pub const COSINE: &str = "Cosine";
