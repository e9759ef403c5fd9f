//! The desktop's own file dialogs.

pub const OPEN_ECG: &str = "Open an ECG";
pub const ECG_FILES: &str = "ECG files";
pub const ALL_FILES: &str = "All files";
pub const CHOOSE_BUNDLE: &str = "Choose the folder of a model bundle";
pub const CHOOSE_PTBXL: &str = "Choose the PTB-XL folder";
pub const SAVE_PRINT: &str = "Save the print";
pub const PRINT_FILES: &str = "PDF, SVG or PNG";
pub const CHOOSE_ECGS: &str = "Choose a folder of ECGs";
pub const CHOOSE_PLACE_OF_TABLES: &str = "Choose a folder for the tables";
pub const CHOOSE_CONFIG: &str = "Choose a training configuration";
pub const RON_FILES: &str = "RON files";
pub const CHOOSE_DATA: &str = "Choose the folder of a data set";
pub const CHOOSE_PLACE_OF_BUNDLE: &str = "Choose the folder to put the bundle into";
pub const CHOOSE_RUN: &str = "Choose the folder of a run";
