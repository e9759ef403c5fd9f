//! Calibrating the monitor.

pub const TITLE: &str = "Calibrate this screen";
pub const HOW: &str = "Hold a bank card (85.60 x 53.98 mm) against the frame, or a ruler against the scale, and \
    move the slider until both are equally long. The arrow keys move it finely.";
pub const PIXELS_PER_MM: &str = "pixels per millimetre";
pub const CARD_NAME: &str = "Frame of the size of a bank card";
pub const RULER_NAME: &str = "Scale of 100 mm";
pub const USE: &str = "Use this size";
pub const FORGET: &str = "Forget the calibration";

pub fn monitor(pixels: &str) -> String {
    format!("For the monitor with {pixels} pixels.")
}
