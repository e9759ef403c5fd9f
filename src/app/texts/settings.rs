//! The settings.

pub const TITLE: &str = "Settings";
pub const THEME: &str = "Theme";
pub const LIGHT: &str = "Light";
pub const DARK: &str = "Dark";
pub const HIGH_CONTRAST: &str = "High contrast";
pub const AS_THE_DESKTOP: &str = "As the desktop";
pub const MILLIMETRE: &str = "Size of a millimetre";
pub const CALIBRATE: &str = "Calibrate this screen…";
pub const NOT_CALIBRATED: &str = "Not calibrated: sheets are not to scale on this screen";
pub const MODEL: &str = "Model";
pub const NO_BUNDLE: &str = "No bundle was found beside the program.";
pub const BUNDLE_FIELD: &str = "Folder of a model bundle";
pub const BUNDLE_HINT: &str = "Folder of another bundle";
pub const LOAD: &str = "Load";
pub const CHOOSE_BUNDLE: &str = "Choose model folder…";
pub const DEVICE: &str = "Runs on";
pub const GPU_IF_ANY: &str = "GPU if there is one";
pub const CPU: &str = "CPU";
pub const CUDA: &str = "CUDA GPU";
pub const PTBXL: &str = "PTB-XL folder";
pub const WHY_PTBXL: &str = "A model trained on PTB-XL names its training ECGs but does not contain them. \
    Point to your copy of PTB-XL once to see them; each is checked against the signal that the model was \
    trained on. The test ECGs of a study are read from there as well.";
pub const PTBXL_FIELD: &str = "Path of the PTB-XL folder";
pub const PTBXL_HINT: &str = "Folder with ptbxl_database.csv";
pub const USE: &str = "Use";
pub const CHOOSE_PTBXL: &str = "Choose PTB-XL folder…";
pub const CLEAR_RECENT: &str = "Clear recent files";

pub fn calibrated(pixels_per_mm: f64) -> String {
    format!("{pixels_per_mm:.3} pixels to a millimetre")
}

pub fn remembered(files: usize) -> String {
    format!("{files} remembered on this computer, for you only")
}
