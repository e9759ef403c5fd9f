//! Problems: their titles, and what to do where the error itself does not say it.

use std::path::Path;

pub const FILE_NOT_OPENED: &str = "This file could not be opened";
pub const ECG_NOT_DRAWN: &str = "This ECG could not be drawn";
pub const ECG_NOT_READ: &str = "The model could not read this ECG";
pub const EVIDENCE_NOT_WORKED_OUT: &str = "The evidence could not be worked out";
pub const EVIDENCE_NOT_DRAWN: &str = "The evidence could not be drawn";
pub const INFLUENCE_NOT_MEASURED: &str = "What the similarity hangs on could not be measured";
pub const ATTENTION_NOT_MEASURED: &str = "What each lead is worth could not be measured";
pub const PAIR_NOT_CHECKED: &str = "The pair could not be checked";
pub const PRINT_NOT_SAVED: &str = "The print could not be saved";
pub const FOLDER_NOT_LISTED: &str = "This folder could not be listed";
pub const REMOVE_ONE: &str = "Remove one of them first: M shows them.";
pub const NOTES_NOT_READ: &str =
    "The notes could not be read; none are shown, and none can be made";
pub const NOTE_NOT_SAVED: &str = "The note could not be saved";
pub const NO_DEMONSTRATION: &str = "The demonstration is not here";
pub const HOW_TO_GET_A_DEMONSTRATION: &str = "No model beside the program brings an example ECG with it. \
    Open an ECG of your own, or run \"make setup\" in the checkout.";

pub const NO_MODEL_FOUND: &str = "No model was found";
pub const HOW_TO_GET_A_MODEL: &str = "There is no bundle in the models folder beside the program. ECGs can \
    be opened and looked at; for a reading, choose the folder of a bundle in the settings, or train one \
    with \"protoecg train\".";
pub const MODEL_NOT_LOADED: &str = "The model could not be loaded";
pub const PTBXL_NOT_FOUND: &str = "The PTB-XL folder was not found";

pub const NO_MODEL_LOADED: &str = "No model is loaded";
pub const REVIEWING_NEEDS_A_MODEL: &str =
    "Reviewing rates the prototypes of a model. Choose a bundle in the settings first.";
pub const RATER_CODE_UNUSABLE: &str = "This rater code cannot be used";
pub const REVIEWS_NOT_OPENED: &str = "The reviews could not be opened";
pub const ANSWER_NOT_SAVED: &str = "This answer was not saved";
pub const AN_ANSWER_IS_NOT_SAVED: &str = "An answer is not saved";
pub const SAVE_BEFORE_CLOSING: &str = "A queue that is closed takes no answer any more. Enter saves what \
    you have begun, U takes it back; Backspace goes to what you left.";
pub const QUEUE_NOT_CLOSED: &str = "The queue was not closed";
pub const NO_BACKUP: &str = "A backup could not be made; the answers are saved";

pub const REVIEWS_NOT_READ: &str = "The reviews could not be read";
pub const TABLES_NOT_EXPORTED: &str = "The tables could not be exported";
pub const PROTOTYPES_NOT_MEASURED: &str = "The prototypes could not be measured";

pub const TRAINING_NOT_BEGUN: &str = "The training could not begin";
pub const RUN_DID_NOT_OBEY: &str = "The run did not do what was asked";
pub const RUN_NOT_OPENED: &str = "The run could not be opened";

pub const NO_FILE_DIALOG: &str = "No file dialog could be shown";
pub const TYPE_PATH_OF_ECG: &str = "This desktop has no file dialog that protoecg can use (an XDG desktop portal, or \
    zenity). Instead, type the path of the ECG, or drop the file on the window.";
pub const TYPE_PATH_OF_FOLDER: &str = "This desktop has no file dialog that protoecg can use (an XDG \
    desktop portal, or zenity). Instead, type the path of the folder.";
pub const TYPE_PATH_OF_FILE: &str = "This desktop has no file dialog that protoecg can use (an XDG desktop portal, or \
    zenity). Instead, type the path of the file.";

pub fn comparison_full(most: usize) -> String {
    format!("{most} ECGs are compared already")
}

pub fn not_a_folder(path: &Path) -> String {
    format!("{} is not a folder. Nothing was changed.", path.display())
}

/// A file that another version of the program wrote.
pub fn other_version(path: &Path, found: u32, expected: u32) -> String {
    format!("{}: version {found}, expected {expected}", path.display())
}
