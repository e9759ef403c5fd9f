//! The Read screen: an ECG, what the model reads in it, and why.

pub mod attention;
pub mod checks;
pub mod compare;
pub mod display_bar;
pub mod evidence;
pub mod findings;
pub mod ledger;
pub mod measurements;
pub mod nearest;
pub mod pair;
pub mod panels;
pub mod predictions;
pub mod print;
pub mod welcome;
pub mod what_if;
pub mod worklist;
pub mod zoom_buttons;

pub const CLOSE: &str = "Close this ECG";
pub const PATH_AND_RECENT: &str = "Path field and recent files";
pub const OPEN: &str = "Open…";
pub const OPEN_HOVER: &str = "Open another ECG (Ctrl+O)";

pub fn ecg(id: &str) -> String {
    format!("ECG {id}")
}

pub fn leads(count: usize) -> String {
    format!("{count} leads")
}

pub fn rate(rate_hz: f64, shown_hz: f64) -> String {
    match shown_hz == rate_hz {
        true => format!("{rate_hz} Hz"),
        false => format!("{rate_hz} Hz ({shown_hz} Hz shown)"),
    }
}

/// `unit_source` says where the unit of the voltage is from, on its own line.
pub fn unit_and_id(unit_source: &str) -> String {
    format!("{unit_source}\nNamed by the first digits of its signal's SHA-256.")
}
