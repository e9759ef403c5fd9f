//! What to train, on what and to where; or which run to watch.

use crate::app::worker::{CheckedConfig, CheckedData};

pub const WATCH_A_RUN: &str = "Watch a run";
pub const WHICH_RUN: &str = "Any training of this computer, also one from a terminal or from a window that was \
    closed: give the folder of its bundle (--out), which need not be there yet.";
pub const RUN_FOLDER: &str = "Folder of a run";
pub const WATCH: &str = "Watch";
pub const CHOOSE_RUN: &str = "Choose run folder…";
pub const RUNS: &str = "Runs on this computer";
pub const CLEAR_RUNS: &str = "Clear list of runs";
pub const TRAIN_A_MODEL: &str = "Train a model";
pub const HOW_IT_RUNS: &str = "Choose a configuration, a data set, and where the bundle goes. The training is a \
    process of its own: it goes on when this window is closed, and can be paused and resumed.";
pub const CONFIGURATION: &str = "Configuration";
pub const NAME: &str = "Name";
pub const PURPOSE: &str = "For";
pub const CONFIGURATION_FIELD: &str = "Configuration file";
pub const CONFIGURATION_HINT: &str = "or a RON file (protoecg train NAME --print writes a start)";
pub const USE: &str = "Use";
pub const USE_CONFIGURATION: &str = "Use the configuration file";
pub const CHOOSE_CONFIGURATION: &str = "Choose configuration…";
pub const SEED: &str = "Seed";
pub const SEED_HINT: &str = "the configuration's";
pub const NO_SEED: &str = "A seed is a whole number, 0 or more.";
pub const DATA: &str = "Data set";
pub const DATA_FIELD: &str = "Folder of the data set";
pub const DATA_HINT: &str = "Folder with ptbxl_database.csv, or with records.csv and labels.ron";
pub const CHOOSE_DATA: &str = "Choose data folder…";
pub const BUNDLE: &str = "Folder for the bundle";
pub const BUNDLE_HINT: &str = "A new folder, such as /data/models/my-model";
pub const CHOOSE_BUNDLE: &str = "Choose where…";
pub const START: &str = "Start training";
pub const START_HOVER: &str = "Ctrl+Enter";
pub const SEED_MISSING: &str = "The seed is no number.";
pub const CHECKING: &str = "Checking…";
pub const CONFIGURATION_UNUSABLE: &str = "The configuration cannot be used.";
pub const DATA_MISSING: &str = "Name the folder of the data set.";
pub const DATA_UNUSABLE: &str = "The data set cannot be used.";
pub const BUNDLE_MISSING: &str = "Name the folder for the bundle.";
pub const BUNDLE_UNUSABLE: &str = "Choose another folder for the bundle.";
pub const RECORDS_MISSING: &str = "Records are missing.";
pub const NOTHING_TO_LEARN: &str = "This data set has nothing that the model could learn.";

pub fn shipped(name: &str, purpose: &str) -> String {
    format!("Configuration {name}: {purpose}")
}

pub fn configuration(config: &CheckedConfig) -> String {
    format!(
        "{}: {}, {} stages, at most {} epochs, seed {}.",
        config.title, config.model, config.stages, config.epochs, config.seed
    )
}

pub fn data(data: &CheckedData) -> String {
    let kind = if data.simulated { "simulated " } else { "" };
    let mut text = format!(
        "{} {kind}records: {} train, {} validate, {} test. {} of the model's {} statements occur in training.",
        data.records, data.train, data.validation, data.test, data.statements, data.of_statements
    );
    if data.missing > 0 {
        let missing = format!(" {} records are named and not there.", data.missing);
        text.push_str(&missing);
    }
    if data.train == 0 || data.validation == 0 {
        text.push_str(" Without records to train and to validate on nothing can be trained.");
    }
    text
}

pub fn skip_missing(records: usize) -> String {
    format!("Go on without the {records} records that are not there")
}
