//! The table of intervals, and the median beat.

pub const MEASURING: &str = "Measuring…";
pub const MARK_FIDUCIALS: &str = "Mark P, QRS and T on the sheets (I)";
pub const SHOW_MEDIAN_BEAT: &str = "Median beat (B)";
pub const MEDIAN_BEAT: &str = "Median beat";
pub const NO_BEATS: &str = "no beats found";

// Quantities.
pub const RATE: &str = "Rate";
pub const P: &str = "P";
pub const PR: &str = "PR";
pub const QRS: &str = "QRS";
pub const QT: &str = "QT";
pub const QTC_BAZETT: &str = "QTc Bazett";
pub const QTC_FRIDERICIA: &str = "QTc Fridericia";
pub const QTC_FRAMINGHAM: &str = "QTc Framingham";
pub const QTC_HODGES: &str = "QTc Hodges";
pub const P_AXIS: &str = "P axis";
pub const QRS_AXIS: &str = "QRS axis";
pub const T_AXIS: &str = "T axis";
pub const SOKOLOW_LYON: &str = "Sokolow-Lyon";
pub const CORNELL: &str = "Cornell";

// Units.
pub const PER_MINUTE: &str = "/min";
pub const MS: &str = "ms";
pub const DEGREES: &str = "°";
pub const MV: &str = "mV";

/// The screen makes the first letter a capital and adds the full stop.
pub fn not_measured(why: &str) -> String {
    format!("not measured: {why}")
}

pub fn title(summary: &str) -> String {
    format!("Measurements: {summary}")
}

pub fn median_beat_of(id: &str) -> String {
    format!("Median beat of ECG {id}")
}

// In the summary: `72/min, PR 160 ms, QRS 92 ms`.

pub fn rate(per_minute: f64) -> String {
    format!("{per_minute:.0}/min")
}

pub fn pr(ms: f64) -> String {
    format!("PR {ms:.0} ms")
}

pub fn qrs(ms: f64) -> String {
    format!("QRS {ms:.0} ms")
}

pub fn qt(ms: f64) -> String {
    format!("QT {ms:.0} ms")
}
