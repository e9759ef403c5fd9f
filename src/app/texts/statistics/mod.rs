//! The Statistics screen: what the ratings of the model amount to.

pub mod beside;
pub mod figures;
pub mod readings;
pub mod table;

pub const TITLE: &str = "Ratings";
pub const READ_AGAIN: &str = "Read again";
pub const READING: &str = "Reading the reviews…";
pub const NO_RATINGS: &str = "No ratings yet";
pub const NOBODY_HAS_RATED: &str = "Nobody has rated the prototypes of this model in this folder of reviews. Rate \
    some on the Review screen.";
pub const NO_MODEL: &str = "Ratings belong to a model. Choose one in the settings.";
pub const NO_RESULTS: &str = "No results yet";
pub const WHEN_SHOWN: &str = "Numbers are shown and exported when your own queue is closed, or when all are while \
    nobody is signed in. A queue is closed on the Review screen after the last answer or when the protocol lets you \
    stop, or with protoecg review close. Until then only the progress is shown, so that nobody is led by the \
    numbers. Who runs the study exports at any time with protoecg review export.";
pub const PAIRS: &str = "Pairs in the study";
pub const PROTOTYPES: &str = "Prototypes in the study";
pub const LINKED: &str = "Linked, counted once";
pub const RATERS: &str = "Raters";
pub const QUEUES_CLOSED: &str = "Queues closed";
pub const EXCLUDED: &str = "Label errors, not judged, artefacts";
pub const EXPORT: &str = "Export";
pub const WHAT_IS_EXPORTED: &str = "Answers as tables, the whole history, every number with scripts for R and Python \
    that recompute it, report.pdf and summary.json; of ratings also the paper's table 3. No file names and no \
    patients; comments as they were typed.";
pub const EXPORT_FOLDER: &str = "Folder for the tables";
pub const EXPORT_STUDY: &str = "Export the study";
pub const CHOOSE_EXPORT_FOLDER: &str = "Choose export folder…";
pub const QUESTION: &str = "Question";
pub const SPECIALTY: &str = "Specialty";
pub const ANSWERED: &str = "Answered";
pub const QUEUE: &str = "Queue";
pub const MEDIAN_TIME: &str = "Median time";
pub const COUNT: &str = "n";
pub const OPEN: &str = "open";
pub const CLOSED: &str = "closed";

pub fn exported(files: usize, folder: &str) -> String {
    format!("Exported {files} files to {folder}")
}

pub fn interval(low: f64, high: f64) -> String {
    format!("{low:.2} to {high:.2}")
}
