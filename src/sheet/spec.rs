//! What to draw: layout, scales, words and marks.

use super::layout::PAGE_S;
use super::{Columns, HeatMap, Layout, LeadOrder};

/// Printed at the foot of every sheet.
pub const NOT_A_MEDICAL_DEVICE: &str =
    "Not a medical device: for research and teaching, not for diagnosis or treatment.";

/// The label of a mark without a time axis (DESIGN.md decision 8).
pub const WHOLE_STRIP: &str = "whole strip; all 12 leads were used";

/// What a sheet says of a signal that nothing was done to.
pub(super) const UNFILTERED: &str = "no display filter";

/// The unit of a recording.
pub const MILLIVOLTS: &str = "mV";

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

/// A moment of the recording with a name of a letter or two.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Seconds from the start of the recording.
    pub time_s: f64,
    pub label: &'static str,
}

/// How to draw a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct SheetSpec {
    pub layout: Layout,
    pub order: LeadOrder,
    pub columns: Columns,
    /// Seconds from the left to the right of a page; values that are not above
    /// 0 are read as 10. A cut-out has its own time and ignores it.
    pub page_s: f64,
    /// Paper speed. Values that are not above 0 are read as 25.
    pub speed_mm_per_s: f64,
    /// Gain. Values that are not above 0 are read as 10.
    pub gain_mm_per_mv: f64,
    /// Chest leads at half of the gain; the calibration pulse shows both.
    pub half_gain_chest: bool,
    /// Height of a row; whole millimetres in steps of 5 put every baseline on a
    /// bold grid line.
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
    /// What the gain is of: `mV`, or what a network's input is scaled to.
    pub unit: &'static str,
    pub marks: Vec<Mark>,
    /// A tint behind the traces.
    pub heat: Option<HeatMap>,
    /// Moments to point at through all leads: beginnings and ends of waves.
    pub ticks: Vec<Tick>,
    /// Moments that a caliper snaps to, in seconds of the recording: R peaks.
    pub snap_s: Vec<f64>,
    /// 1 mV for 200 ms at the start of each row.
    pub calibration_pulse: bool,
}

impl Default for SheetSpec {
    fn default() -> Self {
        Self {
            layout: Layout::ThreeByFourRhythm,
            order: LeadOrder::default(),
            columns: Columns::default(),
            page_s: PAGE_S,
            speed_mm_per_s: 25.0,
            gain_mm_per_mv: 10.0,
            half_gain_chest: false,
            row_height_mm: 30,
            page_start_s: 0.0,
            title: Vec::new(),
            footer: Vec::new(),
            filter_note: UNFILTERED.to_owned(),
            unit: MILLIVOLTS,
            marks: Vec::new(),
            heat: None,
            ticks: Vec::new(),
            snap_s: Vec::new(),
            calibration_pulse: true,
        }
    }
}
