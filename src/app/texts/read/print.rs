//! The ECG, or the explanation, on paper.

pub const TITLE: &str = "Print";
pub const PAPER: &str = "Paper, in landscape";
pub const RESOLUTION: &str = "Resolution of a PNG";
pub const DPI_150: &str = "150 dpi";
pub const DPI_300: &str = "300 dpi";
pub const DPI_600: &str = "600 dpi";
pub const ONE_LONG_SHEET: &str = "A PDF has pages; SVG and PNG are one long sheet. At 600 dpi that may be \
    too large to draw, which is said then.";
pub const FILE: &str = "File";
pub const ECG_PAGE: &str = "The page on the screen at true scale, in the layout, speed, gain and filter of \
    the screen, with the model and what it reads. The ECG is named by its checksum. Print it without \"fit \
    to page\".";
pub const EXPLANATION: &str = "The chosen statement: both ECGs with their windows, the ledger, the \
    counter-case, the nearest training ECGs, what the similarity hangs on, the checks if the pair was \
    checked, and the probabilities of all statements. As \"protoecg explain\" writes it, at true scale; the \
    ECG is named by its checksum.";
pub const WAITS_FOR_MODEL: &str = "The model is reading the ECG.";
pub const NO_EXPLANATION: &str = "There is no explanation on the screen.";
pub const WAITS_FOR_ATTENTION: &str =
    "The attention is being measured: it can be printed in a moment.";
pub const WAITS_FOR_INFLUENCE: &str =
    "What the similarity hangs on is being measured: it can be printed in a moment.";
pub const PATH: &str = "Path of the print";
pub const HINT: &str = "Ends in .pdf, .svg or .png";
pub const SAVE: &str = "Save";
pub const CHOOSE: &str = "Choose file…";
pub const ENDINGS: &str = "The ending says what is written: .pdf, .svg or .png.";
pub const PRINTING: &str = "Printing…";
pub const SAVED: &str = "The print was saved.";
/// At the foot of the page.
pub const NO_MODEL_ASKED: &str = "No model was asked.";
/// At the foot of the page, for why there is no prediction.
pub const NOT_READ_YET: &str = "the model had not read the ECG yet";

pub fn saved_in(files: usize) -> String {
    format!("The print was saved in {files} files, one for each page.")
}
