//! Which lead is printed where, and for which seconds.

use serde::{Deserialize, Serialize};

use crate::ecg::Lead;

use Lead::{AVF, AVL, AVR, I, II, III, V1, V2, V3, V4, V5, V6};

/// Seconds of a page unless a caller wants another length.
pub const PAGE_S: f64 = 10.0;

/// An arrangement of leads on the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Layout {
    /// Three rows of four leads and lead II below. The columns are the
    /// consecutive 0-2.5, 2.5-5, 5-7.5 and 7.5-10 s, the strip is 0-10 s.
    ThreeByFourRhythm,
    /// The same with leads II, V1 and V5 below.
    ThreeByFourThreeRhythm,
    /// Three rows of four leads and no strip.
    ThreeByFour,
    /// Limb leads on the left, chest leads on the right, 5 s each.
    SixByTwo,
    /// One lead in each row for the whole page.
    TwelveByOne,
    /// One lead, 10 s.
    RhythmStrip(Lead),
    /// The twelve leads at one moment, side by side at one amplitude scale:
    /// what a mark means for the leads that a 3x4 sheet prints at other times.
    CutOut { start_s: f64, end_s: f64 },
}

/// The order of the limb leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeadOrder {
    /// I, II, III, aVR, aVL, aVF.
    #[default]
    Standard,
    /// By the heart's own geometry: aVL, I, -aVR, II, aVF, III, from left to
    /// right of the frontal plane; aVR is upside down and called -aVR
    /// (AHA/ACC/HRS 2007, part I).
    Cabrera,
}

impl LeadOrder {
    /// The twelve leads; true where a lead is printed upside down.
    pub fn leads(self) -> [(Lead, bool); 12] {
        let limb = match self {
            Self::Standard => [I, II, III, AVR, AVL, AVF],
            Self::Cabrera => [AVL, I, AVR, II, AVF, III],
        };
        let chest = [V1, V2, V3, V4, V5, V6];
        std::array::from_fn(|i| {
            let lead = if i < 6 { limb[i] } else { chest[i - 6] };
            (lead, self == Self::Cabrera && lead == AVR)
        })
    }
}

/// Which seconds the columns of a page show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Columns {
    /// Each column goes on where the one before it ended, as most carts print.
    #[default]
    Sequential,
    /// Every column begins at the beginning of the page: the same beats in all
    /// leads, and less of the recording.
    Simultaneous,
}

/// What else decides which lead is where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrangement {
    pub order: LeadOrder,
    pub columns: Columns,
    /// Seconds from the left to the right of the page.
    pub page_s: f64,
}

impl Default for Arrangement {
    fn default() -> Self {
        Self {
            order: LeadOrder::default(),
            columns: Columns::default(),
            page_s: PAGE_S,
        }
    }
}

/// One lead at one place for some seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Panel {
    pub lead: Lead,
    /// Printed upside down, and named with a minus: -aVR.
    pub inverted: bool,
    pub row: usize,
    pub column: usize,
    /// Seconds from the start of the page; of the recording for a cut-out.
    pub start_s: f64,
    pub end_s: f64,
    /// Where it begins on the page, in seconds of paper from its left side.
    pub left_s: f64,
    /// A rhythm strip, which carries the mark of a whole recording.
    pub is_strip: bool,
}

impl Panel {
    /// What is printed beside the trace.
    pub fn name(&self) -> String {
        signed_name(self.lead, self.inverted)
    }
}

/// `aVR`, or `-aVR` where it is upside down.
pub(super) fn signed_name(lead: Lead, inverted: bool) -> String {
    format!("{}{lead}", if inverted { "-" } else { "" })
}

impl Layout {
    /// Every panel in the usual arrangement, row by row from left to right.
    pub fn panels(&self) -> Vec<Panel> {
        self.panels_of(&Arrangement::default())
    }

    /// Every panel, row by row from left to right.
    pub fn panels_of(&self, arrangement: &Arrangement) -> Vec<Panel> {
        let page_s = arrangement.page_s;
        match *self {
            Self::RhythmStrip(lead) => vec![strip(lead, 0, page_s)],
            Self::CutOut { start_s, end_s } => {
                let place = |_| (start_s, end_s, 0.0);
                grid_of_leads(LeadOrder::Standard, 3, place)
            }
            _ => {
                let rows = self.rows_of_leads();
                let column_s = page_s * rows as f64 / 12.0;
                let place = |column: usize| {
                    let left_s = column as f64 * column_s;
                    let start_s = match arrangement.columns {
                        Columns::Sequential => left_s,
                        Columns::Simultaneous => 0.0,
                    };
                    (start_s, start_s + column_s, left_s)
                };
                let mut panels = grid_of_leads(arrangement.order, rows, place);
                let strips = self.strips().iter().enumerate();
                panels.extend(strips.map(|(i, &lead)| strip(lead, rows + i, page_s)));
                panels
            }
        }
    }

    /// The leads of the strips below the columns.
    fn strips(&self) -> &'static [Lead] {
        match self {
            Self::ThreeByFourRhythm => &[II],
            Self::ThreeByFourThreeRhythm => &[II, V1, V5],
            _ => &[],
        }
    }

    fn rows_of_leads(&self) -> usize {
        match self {
            Self::SixByTwo => 6,
            Self::TwelveByOne => 12,
            _ => 3,
        }
    }

    /// Columns beside each other.
    pub fn columns(&self) -> usize {
        match self {
            Self::RhythmStrip(_) => 1,
            _ => 12 / self.rows_of_leads(),
        }
    }

    /// True for a page in time from left to right; a cut-out has gaps between
    /// its columns.
    pub fn is_continuous(&self) -> bool {
        !matches!(self, Self::CutOut { .. })
    }

    pub fn rows(&self) -> usize {
        match self {
            Self::RhythmStrip(_) => 1,
            _ => self.rows_of_leads() + self.strips().len(),
        }
    }

    /// For people: what the sheet is called.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ThreeByFourRhythm => "12-lead ECG",
            Self::ThreeByFourThreeRhythm => "12-lead ECG with three rhythm strips",
            Self::ThreeByFour => "12-lead ECG without a rhythm strip",
            Self::SixByTwo => "12-lead ECG in two columns",
            Self::TwelveByOne => "12-lead ECG in one column",
            Self::RhythmStrip(_) => "rhythm strip",
            Self::CutOut { .. } => "12-lead cut-out",
        }
    }
}

/// The twelve leads column by column, listed row by row. `place` gives the
/// seconds of a column and where it begins on the page.
fn grid_of_leads(
    order: LeadOrder,
    rows: usize,
    place: impl Fn(usize) -> (f64, f64, f64),
) -> Vec<Panel> {
    let leads = order.leads();
    let mut panels = Vec::with_capacity(15);
    for row in 0..rows {
        for column in 0..leads.len() / rows {
            let (lead, inverted) = leads[column * rows + row];
            let (start_s, end_s, left_s) = place(column);
            panels.push(Panel {
                lead,
                inverted,
                row,
                column,
                start_s,
                end_s,
                left_s,
                is_strip: false,
            });
        }
    }
    panels
}

fn strip(lead: Lead, row: usize, page_s: f64) -> Panel {
    Panel {
        lead,
        inverted: false,
        row,
        column: 0,
        start_s: 0.0,
        end_s: page_s,
        left_s: 0.0,
        is_strip: true,
    }
}
