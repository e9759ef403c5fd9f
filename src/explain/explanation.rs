//! The evidence for one statement: plain values that the screen, the PDF and
//! the JSON all show.

use serde::{Deserialize, Serialize};

use super::{Checks, Influence};
pub use crate::inference::Span;

/// An ECG that is less similar to the prototype than half of the training ECGs
/// without its statement does not look like it, whatever the logit rests on.
pub const LOOKS_LIKE_PERCENTILE: f64 = 50.0;

/// Why the model gave one statement the logit that it gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassExplanation {
    pub code: String,
    pub description: String,
    /// What stands over the pair with the most similar prototype.
    #[serde(default)]
    pub heading: String,
    pub assessed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positive: Option<bool>,
    pub logit: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibrated_probability: Option<f64>,
    /// The calibration is the one of all statements of the branch together.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub calibration_shared: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// The threshold is the one of all statements of the branch together.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub threshold_shared: bool,
    /// `None` (in JSON: absent) for a network without prototypes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<Ledger>,
    /// The prototypes of this class, most similar first.
    pub prototypes: Vec<PrototypeEvidence>,
    /// The most similar prototype is not the one that adds most to the logit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders_disagree: Option<OrdersDisagree>,
    /// What speaks for another statement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter_case: Option<CounterCase>,
    /// The training ECGs that the statement's branch sees most alike, nearest
    /// first; none for a network without prototypes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nearest: Vec<Neighbour>,
    /// Which part of the ECG the similarity of the shown prototype hangs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub influence: Option<Influence>,
    /// How steady the similarity of the shown prototype is, where that was
    /// asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checks: Option<Checks>,
}

impl ClassExplanation {
    /// The prototypes of this class in an order, as places in
    /// [`ClassExplanation::prototypes`].
    pub fn ordered(&self, order: Order) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.prototypes.len()).collect();
        if order == Order::Contribution {
            places.sort_by(|&a, &b| {
                let of = |place: usize| self.prototypes[place].contribution;
                of(b).total_cmp(&of(a))
            });
        }
        places
    }

    /// What stands over the pair with one of the prototypes: that the ECG looks
    /// like the most similar one does not make it look like another.
    pub fn heading_over(&self, prototype: &PrototypeEvidence) -> &'static str {
        heading(self.assessed, self.positive, Some(prototype))
    }

    /// The prototype with a rank in an order, from 0.
    pub fn at_rank(&self, order: Order, rank: usize) -> Option<&PrototypeEvidence> {
        let place = *self.ordered(order).get(rank)?;
        self.prototypes.get(place)
    }
}

/// What stands over a pair: "looks like" only for a positive statement, and only
/// where there is an ECG that it looks like: with a percentile of at least
/// [`LOOKS_LIKE_PERCENTILE`].
pub(super) fn heading(
    assessed: bool,
    positive: Option<bool>,
    most_similar: Option<&PrototypeEvidence>,
) -> &'static str {
    let is_alike = most_similar.map(|prototype| {
        let percentile = prototype.percentile;
        percentile.is_none_or(|p| p >= LOOKS_LIKE_PERCENTILE)
    });
    match (assessed, positive, is_alike) {
        (false, _, _) => "Not assessed: too few training ECGs",
        (true, Some(true), Some(true)) => "Looks like",
        (true, Some(true), Some(false)) => "Above threshold, but unlike its prototypes",
        (true, _, Some(_)) => "Most similar, but below threshold",
        (true, Some(true), None) => "At or above threshold",
        (true, _, None) => "Below threshold",
    }
}

/// How prototypes are put in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The most similar first.
    #[default]
    Similarity,
    /// First what adds most to the logit; in a ledger, what moves it most.
    Contribution,
}

/// The first prototype of the class by each order, where these are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrdersDisagree {
    pub by_similarity: usize,
    pub by_contribution: usize,
}

/// The arithmetic of a logit: contributions + rest + bias = logit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// Every prototype of the class and every other that moves the logit by
    /// more than [`Ledger::SMALLEST`], largest absolute contribution first.
    pub entries: Vec<LedgerEntry>,
    /// The sum of the contributions that are not listed.
    pub rest: f64,
    pub bias: f64,
    pub logit: f64,
}

/// The sums under a ledger as they are shown, in whole thousandths: the shown
/// contributions + `rest` + `bias` = `logit`, exactly, because `rest` carries
/// the rounding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShownSums {
    pub rest: f64,
    pub bias: f64,
    pub logit: f64,
}

impl Ledger {
    /// A contribution of another class below this is in `rest`.
    pub const SMALLEST: f64 = 0.005;

    /// A value as a ledger shows it: in thousandths, and never "-0.000".
    pub fn shown(value: f64) -> f64 {
        (value * 1000.0).round() / 1000.0 + 0.0
    }

    /// The sums that belong under the shown entries.
    pub fn shown_sums(&self) -> ShownSums {
        let listed: f64 = self
            .entries
            .iter()
            .map(|entry| Self::shown(entry.contribution))
            .sum();
        let (bias, logit) = (Self::shown(self.bias), Self::shown(self.logit));
        ShownSums {
            rest: Self::shown(logit - bias - listed),
            bias,
            logit,
        }
    }

    /// The entries in an order.
    pub fn ordered(&self, order: Order) -> Vec<&LedgerEntry> {
        let mut entries: Vec<&LedgerEntry> = self.entries.iter().collect();
        if order == Order::Similarity {
            entries.sort_by(|a, b| b.cosine.total_cmp(&a.cosine));
        }
        entries
    }
}

/// One line of the ledger: similarity x weight = contribution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LedgerEntry {
    pub prototype: usize,
    pub branch: String,
    /// Code of the class that the prototype belongs to.
    pub class: String,
    pub cosine: f64,
    pub similarity: f64,
    /// Share (0 to 100) of training ECGs without the prototype's statement that
    /// are less similar to it than this ECG.
    pub percentile: Option<f64>,
    /// 0 for a prototype that was switched off.
    pub weight: f64,
    pub contribution: f64,
}

/// A prototype as evidence: which training ECG, where, how similar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrototypeEvidence {
    pub prototype: usize,
    /// Record of the training set that the prototype is; `None` where an
    /// imported model does not know it.
    pub ecg_id: Option<u32>,
    pub cosine: f64,
    pub percentile: Option<f64>,
    pub weight: f64,
    pub contribution: f64,
    /// The prototype has no time axis: the whole strip, all 12 leads were used.
    pub whole_recording: bool,
    /// Where in the test ECG the similarity was pooled from; empty for a
    /// prototype without a time axis.
    pub windows: Vec<Window>,
    /// Where in the source ECG the prototype was cut from.
    pub source_window: Option<Span>,
    /// Everything in the source ECG that the prototype was computed from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_receptive_field_s: Option<Span>,
    pub receptive_field_s: Option<Span>,
    pub source_statements: Vec<String>,
    pub source_fold: Option<u8>,
    pub source_age_years: Option<f64>,
    pub source_sex: Option<crate::ecg::Sex>,
    pub duplicate_of: Option<usize>,
    /// The source has the same signal as the recording that is explained.
    pub same_recording: bool,
    /// The source is an ECG of the same patient, as far as that is known
    /// ([`super::Subject`]); true as well for the same recording.
    #[serde(default)]
    pub same_patient: bool,
    /// Switched off for a "what if": it counts for nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub switched_off: bool,
    /// What reviewers gave it, where whoever looks may see that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
}

/// What part of an ECG a prototype stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// No time axis: the whole strip, all leads.
    WholeStrip,
    /// One window that is as long as the recording.
    WholeSheet,
    /// A window of about a second.
    Window,
}

impl PrototypeEvidence {
    pub fn extent(&self) -> Extent {
        let longest = |span: Span| span.end_s - span.start_s > 5.0;
        let first = self.windows.first().map(|w| w.span());
        match first.or(self.source_window) {
            _ if self.whole_recording => Extent::WholeStrip,
            Some(span) if longest(span) => Extent::WholeSheet,
            _ => Extent::Window,
        }
    }
}

/// What reviewers gave a prototype.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rating {
    /// Mean of the raters' means over the questions, 1 to 5.
    pub mean: f64,
    pub raters: usize,
    /// Raters who marked it as bad.
    pub bad: usize,
}

/// A pooled window of the test ECG.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    pub start_s: f64,
    pub end_s: f64,
    pub cosine: f64,
    /// Everything that the window was computed from.
    pub receptive_field_s: Span,
}

impl Window {
    pub fn span(&self) -> Span {
        Span {
            start_s: self.start_s,
            end_s: self.end_s,
        }
    }
}

/// Of the most probable other statement of the same branch that is below its
/// threshold: how near this ECG came to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CounterCase {
    pub code: String,
    pub description: String,
    pub probability: f64,
    pub threshold: f64,
    /// Its most similar prototype.
    pub prototype: PrototypeEvidence,
}

/// A training ECG that the model sees much as it sees this one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Neighbour {
    pub ecg_id: u32,
    /// Root mean square difference of the cosines with the prototypes of the
    /// branch; 0 is an ECG that the branch cannot tell from this one.
    pub distance: f64,
    /// It carries the statement that is explained.
    pub carries: bool,
    /// All of the model's statements that it carries.
    pub statements: Vec<String>,
    /// It is this very recording, or another of this patient.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub same_patient: bool,
}
