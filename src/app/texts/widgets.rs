//! What every screen is made of: tables, notices, sheets and calipers.

pub const COPY: &str = "Copy";
pub const NOT_CALIBRATED: &str = "Not to scale: screen not calibrated";
pub const TRUE_TO_SCALE: &str = "True to scale";
pub const NO_CALIPER: &str = "No caliper";
pub const TIME_CALIPER: &str = "Time caliper";
pub const AMPLITUDE_CALIPER: &str = "Amplitude caliper";
pub const MARCH_CALIPER: &str = "March-out caliper";
pub const FIRST_LINE: &str = "first line";
pub const SECOND_LINE: &str = "second line";
pub const BOTH_LINES: &str = "both lines";

/// A key of the keyboard, for a screen reader.
pub fn key(key: &str) -> String {
    format!("Key {key}")
}

pub fn columns(names: &str) -> String {
    format!("Columns: {names}")
}

/// `name` is that of a sheet over the screen.
pub fn close(name: &str) -> String {
    format!("Close {name}")
}

pub fn dismiss(title: &str) -> String {
    format!("Dismiss: {title}")
}

pub fn copy(title: &str) -> String {
    format!("Copy: {title}")
}

/// A sheet for a screen reader; `scale` is one of the above, or [`not_to_scale`].
pub fn sheet(name: &str, description: &str, scale: &str) -> String {
    format!("{name}. {description} {scale}.")
}

pub fn not_to_scale(percent: f64) -> String {
    format!("Not to scale: {percent:.0} %")
}

/// Between the lines of a caliper, and the rate of beats that are so far apart.
pub fn interval(interval_ms: f64, rate_per_min: Option<f64>) -> String {
    let rate = rate_per_min.map_or(String::new(), |rate| format!("  {rate:.0}/min"));
    format!("{interval_ms:.0} ms{rate}")
}

/// A caliper for a screen reader; `grip` is one of the lines above.
pub fn caliper(name: &str, reading: &str, grip: &str) -> String {
    format!("{name}: {reading}; keys move {grip}")
}

pub fn caliper_over(name: &str, reading: &str, span_s: (f64, f64), grip: &str) -> String {
    let (from_s, to_s) = span_s;
    format!("{name}: {reading}, from {from_s:.3} s to {to_s:.3} s; keys move {grip}")
}
