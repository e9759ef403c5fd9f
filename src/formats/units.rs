//! Units of voltage as files spell them.

/// Millivolts per unit; `None` for what is no voltage.
pub(super) fn millivolts_per(unit: &str) -> Option<f64> {
    match unit {
        "V" | "v" => Some(1e3),
        "mV" | "mv" => Some(1.0),
        // Both the micro sign and the Greek letter are in use.
        "uV" | "uv" | "\u{b5}V" | "\u{b5}v" | "\u{3bc}V" | "\u{3bc}v" => Some(1e-3),
        "nV" | "nv" => Some(1e-6),
        _ => None,
    }
}
