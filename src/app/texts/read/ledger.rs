//! How the logit of the chosen class adds up.

use crate::explain::{LedgerEntry, words};

pub const TITLE: &str = "How the logit adds up";
pub const BY_SIMILARITY: &str = "By similarity";
pub const BY_CONTRIBUTION: &str = "By contribution";
pub const PROTOTYPE: &str = "Prototype";
pub const SIMILARITY: &str = "Similarity";
pub const TIMES_WEIGHT: &str = "× Weight";
pub const ADDS: &str = "Adds";
pub const OTHERS: &str = "All others together";
pub const OTHERS_AND_BIAS: &str = "All others and the bias";

/// Class and number of a prototype, which may be switched off.
pub fn prototype(class: &str, number: usize, is_off: bool) -> String {
    let off = if is_off { " off" } else { "" };
    format!("{class} · {number}{off}")
}

pub fn entry(entry: &LedgerEntry, adds: f64) -> String {
    format!(
        "Prototype {} of {}: cosine {:.3}, similarity {:.3} times weight {:+.3} adds {adds:+.3}",
        entry.prototype, entry.class, entry.cosine, entry.similarity, entry.weight
    )
}

/// Beside the sum.
pub fn logit(probability: Option<f64>, calibrated: Option<f64>) -> String {
    let rounded = |probability| words::rounded_probability(probability, 3);
    let calibrated = calibrated.map_or(String::new(), |p| format!(", calibrated {}", rounded(p)));
    match probability {
        Some(p) => format!("Logit, so probability {}{calibrated}", rounded(p)),
        None => "Logit".to_owned(),
    }
}
