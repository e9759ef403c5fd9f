//! Which lead is printed where, and for which seconds.

use crate::ecg::Lead;

use Lead::{AVF, AVL, AVR, I, II, III, V1, V2, V3, V4, V5, V6};

/// The twelve leads in three rows of four columns.
pub const THREE_BY_FOUR: [[Lead; 4]; 3] = [[I, AVR, V1, V4], [II, AVL, V2, V5], [III, AVF, V3, V6]];

/// Seconds of one column of a 3x4 sheet, and of a whole page.
const COLUMN_S: f64 = 2.5;
const PAGE_S: f64 = 10.0;

/// An arrangement of leads on the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Layout {
    /// Three rows of four leads and lead II below. The columns are the
    /// consecutive 0-2.5, 2.5-5, 5-7.5 and 7.5-10 s, the strip is 0-10 s.
    ThreeByFourRhythm,
    /// One lead, 10 s.
    RhythmStrip(Lead),
    /// The twelve leads at one moment, side by side at one amplitude scale:
    /// what a mark means for the leads that a 3x4 sheet prints at other times.
    CutOut { start_s: f64, end_s: f64 },
}

/// One lead at one place for some seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Panel {
    pub lead: Lead,
    pub row: usize,
    pub column: usize,
    /// Seconds from the start of the page; of the recording for a cut-out.
    pub start_s: f64,
    pub end_s: f64,
    /// A rhythm strip, which carries the mark of a whole recording.
    pub is_strip: bool,
}

impl Layout {
    /// Every panel, row by row from left to right.
    pub fn panels(&self) -> Vec<Panel> {
        match *self {
            Self::ThreeByFourRhythm => {
                let mut panels = grid_of_leads(|column| {
                    (column as f64 * COLUMN_S, (column + 1) as f64 * COLUMN_S)
                });
                panels.push(strip(II, 3));
                panels
            }
            Self::RhythmStrip(lead) => vec![strip(lead, 0)],
            Self::CutOut { start_s, end_s } => grid_of_leads(|_| (start_s, end_s)),
        }
    }

    /// True where neighbouring columns are consecutive in time and touch.
    pub fn is_continuous(&self) -> bool {
        !matches!(self, Self::CutOut { .. })
    }

    pub fn rows(&self) -> usize {
        match self {
            Self::ThreeByFourRhythm => 4,
            Self::RhythmStrip(_) => 1,
            Self::CutOut { .. } => 3,
        }
    }

    /// For people: what the sheet is called.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ThreeByFourRhythm => "12-lead ECG",
            Self::RhythmStrip(_) => "rhythm strip",
            Self::CutOut { .. } => "12-lead cut-out",
        }
    }
}

fn grid_of_leads(seconds: impl Fn(usize) -> (f64, f64)) -> Vec<Panel> {
    let mut panels = Vec::with_capacity(13);
    for (row, leads) in THREE_BY_FOUR.iter().enumerate() {
        for (column, &lead) in leads.iter().enumerate() {
            let (start_s, end_s) = seconds(column);
            panels.push(Panel {
                lead,
                row,
                column,
                start_s,
                end_s,
                is_strip: false,
            });
        }
    }
    panels
}

fn strip(lead: Lead, row: usize) -> Panel {
    Panel {
        lead,
        row,
        column: 0,
        start_s: 0.0,
        end_s: PAGE_S,
        is_strip: true,
    }
}
