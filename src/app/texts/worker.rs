//! What goes on in the background: names of work that an error in the program
//! ended, and what keeps it from being done.

use std::path::Path;

pub const READING_FILE: &str = "reading the file";
pub const MEASURING_ECG: &str = "measuring the ECG";
pub const DRAWING_ECG: &str = "drawing the ECG";
pub const LISTING_FOLDER: &str = "listing the folder";
pub const READING_NOTES: &str = "reading the notes";
pub const SAVING_NOTES: &str = "saving the notes";
pub const PRINTING: &str = "printing";
pub const READING_TRAINING_ECG: &str = "reading the training ECG";
pub const READING_TEST_ECG: &str = "reading the test ECG";
pub const DRAWING_EVIDENCE: &str = "drawing the evidence";
pub const LOADING_MODEL: &str = "loading the model";
pub const PREDICTING: &str = "predicting";
pub const EXPLAINING: &str = "explaining";
pub const CHECKING_PAIR: &str = "checking the pair";
pub const MEASURING_INFLUENCE: &str = "measuring what the similarity hangs on";
pub const MEASURING_LEADS: &str = "measuring what each lead is worth";
pub const MEASURING_ATTENTION: &str = "measuring the attention";
pub const MEASURING_PROTOTYPES: &str = "measuring the prototypes";
pub const OPENING_REVIEWS: &str = "opening the reviews";
pub const SAVING_ANSWER: &str = "saving the answer";
pub const CLOSING_QUEUE: &str = "closing the queue";
pub const READING_REVIEWS: &str = "reading the reviews";
pub const READING_METRICS: &str = "reading the metrics";
pub const EXPORTING_STUDY: &str = "exporting the study";
pub const LOOKING_WHETHER_TO_STOP: &str = "looking whether the rater may stop";
pub const STARTING_TRAINING: &str = "starting the training";
pub const RESUMING_TRAINING: &str = "going on with the training";
pub const READING_RUN: &str = "reading the run";

pub const NO_MODEL: &str = "no model is loaded";
pub const NO_ATTENTION: &str = "this model has no attention";
pub const NO_STATEMENT: &str = "no statement is explained";
pub const RUN_OF_UNKNOWN_START: &str = "it is not known how this run was started; go on with protoecg train \
    --resume in a terminal";

/// `work` is one of the names above, `why` the message of the error.
pub fn failed_by_an_error(work: &str, why: &str) -> String {
    format!("{work} failed by an error in the program: {why}")
}

pub fn no_ecg_here(endings: &[&str]) -> String {
    let endings: Vec<String> = endings.iter().map(|ending| format!(".{ending}")).collect();
    let endings = endings.join(", ");
    format!("no ECG here: expected files that end in {endings}")
}

pub fn too_many_ecgs(most: usize) -> String {
    format!("more than {most} ECGs; choose a folder with fewer")
}

pub fn source_not_found(ecg_id: u32) -> String {
    format!(
        "record {ecg_id} with the signal that the run was trained on is in none of the folders that are known; name \
         the folder of the data set"
    )
}

/// `output` counts from 0.
pub fn no_output(output: usize) -> String {
    format!("the model has no output {output}")
}

pub fn no_configuration(name: &str) -> String {
    format!("no configuration {name} comes with this program")
}

/// `data` is the name of a data set.
pub fn name_folder_of(data: &str) -> String {
    format!(
        "the ECGs of this study are from {data}; name the folder of that data set in the settings"
    )
}

pub fn test_ecg_missing(folder: &Path) -> String {
    format!("an ECG of this study is not in {}", folder.display())
}

pub fn test_ecg_unreadable(folder: &Path) -> String {
    let folder = folder.display();
    format!("an ECG of this study cannot be read from {folder}; the log says more")
}

pub fn test_ecg_changed(folder: &Path) -> String {
    let folder = folder.display();
    format!("an ECG of this study has another signal in {folder} than when the study was made")
}
