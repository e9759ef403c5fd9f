//! Who rates, and in which study.

pub const RATE_MODEL: &str = "Rate the prototypes of a model";
pub const TAKE_PART: &str = "Take part in a study";
pub const SIMULATED: &str = "A demonstration on simulated ECGs.";
pub const CHECKING: &str = "The model is being checked…";
pub const MODEL_FAILED: &str = "The model could not be loaded. Choose another in the settings.";
pub const NO_MODEL: &str = "No model is loaded. Choose one in the settings.";
pub const STUDY: &str = "Study";
pub const WITHOUT_PROTOCOL: &str = "Without a protocol: all prototypes";
pub const YOUR_CODE: &str = "Your rater code";
pub const CODE_HINT: &str = "such as R1";
pub const CODE_NAME: &str = "Rater code";
pub const START: &str = "Start or resume";
pub const WHAT_A_CODE_IS: &str = "Letters, digits, - and _; a code, not a name. The same code goes on where it \
    stopped. Each answer is saved to the disk before anything else is shown.";

pub fn prototypes(model: &str, count: usize) -> String {
    match count {
        0 => format!("{model}: no prototypes to rate."),
        count => format!("{model}: {count} prototypes."),
    }
}

// What a study has to answer.

pub fn pairs(count: usize) -> String {
    format!("{count} pairs")
}

pub fn prototypes_to_rate(count: usize) -> String {
    format!("{count} prototypes")
}

pub fn ecgs_to_read(count: usize) -> String {
    format!("{count} ECGs to read")
}
