//! Up to four ECGs side by side.

pub const BACK: &str = "‹ Back";
pub const BACK_NAME: &str = "Back from the comparison";
pub const BACK_HOVER: &str = "Back to one ECG (M)";
pub const CHOOSE_HOVER: &str = "Choose (← →)";
pub const OPEN: &str = "Open";
pub const OPEN_HOVER: &str = "Alone, with its evidence (Enter)";

// On the buttons beside an ECG.
pub const COMPARE: &str = "Compare";
pub const COMPARE_OPEN_NAME: &str = "Compare this ECG with others";
pub const COMPARE_OPEN_HOVER: &str = "Put this ECG beside others (A)";
pub const TAKE_AWAY: &str = "Do not compare it";
pub const ADD: &str = "Put it beside others (A)";
// As many as the comparison takes.
pub const FULL: &str = "Four are compared already";
pub const SHOW_HOVER: &str = "The compared ECGs side by side (M)";
pub const NOT_READ: &str = "not read by a model";
pub const BEING_READ: &str = "the model is reading it";

pub fn title(count: usize) -> String {
    match count {
        1 => "1 ECG; add others from the worklist".to_owned(),
        count => format!("{count} ECGs side by side"),
    }
}

pub fn ends_at(seconds: f64) -> String {
    format!("ends at {seconds:.1} s")
}

pub fn remove(ecg: &str) -> String {
    format!("Remove {ecg} (Delete)")
}

pub fn open_alone(ecg: &str) -> String {
    format!("Open {ecg} alone")
}

pub fn not_read(why: &str) -> String {
    format!("This ECG could not be read: {why}")
}

pub fn show(count: usize) -> String {
    format!("Show {count}")
}

pub fn side_by_side(count: usize) -> String {
    format!("Side by side ({count})")
}

pub fn show_name(count: usize, most: usize) -> String {
    format!("Show the comparison, {count} of {most}")
}

/// One that is not read yet; `place` counts from 1.
pub fn ecg_of_comparison(place: usize) -> String {
    format!("ECG {place} of the comparison")
}

pub fn no_prediction(reason: &str) -> String {
    format!("no prediction: {reason}")
}
