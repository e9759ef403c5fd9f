//! Zooming by button.

pub const TRUE_TO_SCALE: &str = "True to scale (1)";
pub const ZOOM_IN: &str = "Zoom in (+)";
pub const FIT: &str = "Fit";
pub const FIT_HOVER: &str = "Fit the page (0)";
pub const ZOOM_OUT: &str = "Zoom out (-)";
