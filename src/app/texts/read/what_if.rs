//! What if: leads, seconds and prototypes that do not count, another amplitude.

pub const LEADS_HEADING: &str = "Leads that the model does not see";
pub const SECONDS_HEADING: &str = "Seconds that it does not see";
pub const MASK_FROM: &str = "Mask from, seconds";
// Between two seconds.
pub const TO: &str = "to";
pub const MASK_TO: &str = "Mask to, seconds";
// After a number of seconds.
pub const SECONDS_SUFFIX: &str = " s";
pub const MASK: &str = "Mask";
pub const MASK_NAME: &str = "Mask these seconds";
pub const MASK_WINDOW: &str = "Mask the window";
pub const AMPLITUDE: &str = "Amplitude";
pub const AMPLITUDE_TIMES: &str = "Amplitude, times";
pub const NO_EFFECT: &str = "This model standardises: no effect.";
pub const PROTOTYPES_HEADING: &str = "Prototypes that do not count";
pub const OR_PRESS_ROW: &str = "Or press a row of the ledger.";
pub const NOT_AS_RECORDED: &str = "What if: not this ECG as it was recorded";
pub const RESET: &str = "Reset";
pub const RESET_HOVER: &str = "Take all changes back";

pub fn mask_lead(lead: &str) -> String {
    format!("Mask lead {lead}")
}

pub fn show_again(span: &str) -> String {
    format!("Show {span} again")
}

pub fn switch_off(prototype: usize) -> String {
    format!("Switch prototype {prototype} off")
}

pub fn is_off(prototype: usize) -> String {
    format!("{prototype} is off")
}

pub fn switch_on(prototype: usize) -> String {
    format!("Switch prototype {prototype} on again")
}
