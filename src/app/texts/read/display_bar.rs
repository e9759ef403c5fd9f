//! The bar over the sheets.

pub const LAYOUT: &str = "Layout";
pub const SPEED: &str = "Paper speed";
pub const GAIN: &str = "Gain";
pub const FILTER: &str = "Filter";
pub const SIGNAL: &str = "Signal";
pub const CALIPER: &str = "Caliper";
pub const PRINT: &str = "Print…";
pub const PRINT_HOVER: &str = "To scale, as PDF, SVG or PNG (Ctrl+P)";
pub const BACK: &str = "Ten seconds back (Page up)";
pub const ON: &str = "Ten seconds on (Page down)";
pub const PAGE_FROM: &str = "Page from second";
pub const LEADS: &str = "Leads";
pub const LEADS_NAME: &str = "Order, columns and half gain";
pub const CABRERA: &str = "Cabrera order (aVL, I, -aVR, II, aVF, III)";
pub const SIMULTANEOUS: &str = "Simultaneous columns";
pub const HALF_GAIN: &str = "Chest leads at half gain";
pub const RHYTHM_STRIP: &str = "Rhythm strip";
pub const NO_FILTER: &str = "No filter";
pub const DIAGNOSTIC: &str = "0.05–150 Hz";
pub const MONITORING: &str = "0.5–40 Hz";
pub const CLINICIAN: &str = "Clinician view";
pub const MODEL: &str = "Model view";
pub const DIFFERENCE: &str = "Difference";

pub fn speed(mm_per_s: &str) -> String {
    format!("{mm_per_s} mm/s")
}

pub fn gain(mm_per_mv: &str) -> String {
    format!("{mm_per_mv} mm/mV")
}

pub fn of_seconds(duration_s: f64) -> String {
    format!("of {duration_s:.0} s")
}
