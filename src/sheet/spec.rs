//! What to draw: layout, scales, words and marks.

use super::{HeatMap, Layout};

/// Printed at the foot of every sheet.
pub const NOT_A_MEDICAL_DEVICE: &str =
    "Not a medical device: for research and teaching, not for diagnosis or treatment.";

/// The label of a mark without a time axis (DESIGN.md decision 8).
pub const WHOLE_STRIP: &str = "whole strip; all 12 leads were used";

/// How a mark is drawn; never by its colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkStyle {
    /// A window that was pooled: a tinted, outlined band over its seconds.
    Pooled,
    /// The evidence has no time axis: the whole rhythm strip, whatever the
    /// seconds of the mark, with the sentence [`WHOLE_STRIP`].
    WholeRecording,
}

/// A span of the recording to point at.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Seconds from the start of the recording.
    pub start_s: f64,
    pub end_s: f64,
    pub style: MarkStyle,
    /// The receptive field in seconds: everything that could have had an
    /// influence. Drawn as a whisker above the band.
    pub whisker: Option<(f64, f64)>,
    /// Printed beside the mark; empty for none.
    pub label: String,
}

impl Mark {
    /// The mark of evidence that has no time axis.
    pub fn whole_recording(label: impl Into<String>) -> Self {
        Self {
            start_s: 0.0,
            end_s: f64::INFINITY,
            style: MarkStyle::WholeRecording,
            whisker: None,
            label: label.into(),
        }
    }

    /// The mark of a window.
    pub fn pooled(
        start_s: f64,
        end_s: f64,
        receptive_field_s: Option<(f64, f64)>,
        label: impl Into<String>,
    ) -> Self {
        Self {
            start_s,
            end_s,
            style: MarkStyle::Pooled,
            whisker: receptive_field_s,
            label: label.into(),
        }
    }
}

/// How to draw a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct SheetSpec {
    pub layout: Layout,
    /// Paper speed. Values that are not above 0 are read as 25.
    pub speed_mm_per_s: f64,
    /// Gain. Values that are not above 0 are read as 10.
    pub gain_mm_per_mv: f64,
    /// Height of a row; whole millimetres in steps of 10 put every baseline
    /// on a bold grid line.
    pub row_height_mm: u32,
    /// Where in the recording the page begins, for recordings longer than a
    /// page. A cut-out has its own time and ignores it.
    pub page_start_s: f64,
    /// Lines above the grid, already free of identity; the first is strong.
    pub title: Vec<String>,
    /// Lines below the grid, after the scales and before the notice.
    pub footer: Vec<String>,
    /// What was done to the signal before drawing, printed beside the scales.
    pub filter_note: String,
    pub marks: Vec<Mark>,
    /// A tint behind the traces.
    pub heat: Option<HeatMap>,
    /// 1 mV for 200 ms at the start of each row.
    pub calibration_pulse: bool,
}

impl Default for SheetSpec {
    fn default() -> Self {
        Self {
            layout: Layout::ThreeByFourRhythm,
            speed_mm_per_s: 25.0,
            gain_mm_per_mv: 10.0,
            row_height_mm: 30,
            page_start_s: 0.0,
            title: Vec::new(),
            footer: Vec::new(),
            filter_note: "no display filter".to_owned(),
            marks: Vec::new(),
            heat: None,
            calibration_pulse: true,
        }
    }
}
