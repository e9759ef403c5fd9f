//! A number that was measured, or why it was not.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A measured number in the unit that its field names, or the reason of its
/// absence; never a zero that stands for either.
///
/// JSON: `{"value": 160.0}`, `{"value": 160.0, "plus_minus": 10.0}` or
/// `{"absent": "atrial_fibrillation"}`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Quantity {
    Measured {
        value: f64,
        /// Part of the printed form, where the sampling rate limits it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        plus_minus: Option<f64>,
    },
    Absent {
        absent: Absence,
    },
}

/// Why a value is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Absence {
    AtrialFibrillation,
    AtrialFlutter,
    Paced,
    /// No wave that keeps its distance to QRS.
    NoPWave,
    /// No T wave that stands out from the noise.
    NoTWave,
    TooFewBeats,
    LeadMissing,
    /// Positive and negative areas cancel in both leads.
    Indeterminate,
}

impl Quantity {
    /// The value, if there is one.
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::Measured { value, .. } => Some(*value),
            Self::Absent { .. } => None,
        }
    }

    pub(super) fn exact(value: f64) -> Self {
        Self::Measured {
            value,
            plus_minus: None,
        }
    }

    pub(super) fn absent(absent: Absence) -> Self {
        Self::Absent { absent }
    }

    /// As people read it: `160 ms`, `160 ± 10 ms`, `absent (paced)`.
    pub fn text(&self, decimals: usize, unit: &str) -> String {
        match self {
            Self::Measured {
                value,
                plus_minus: None,
            } => format!("{value:.decimals$} {unit}"),
            Self::Measured {
                value,
                plus_minus: Some(plus_minus),
            } => format!("{value:.decimals$} \u{b1} {plus_minus:.decimals$} {unit}"),
            Self::Absent { absent } => format!("absent ({absent})"),
        }
    }
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AtrialFibrillation => "atrial fibrillation",
            Self::AtrialFlutter => "atrial flutter",
            Self::Paced => "paced",
            Self::NoPWave => "no P wave in step with QRS",
            Self::NoTWave => "no T wave above the noise",
            Self::TooFewBeats => "too few beats",
            Self::LeadMissing => "lead missing",
            Self::Indeterminate => "indeterminate",
        })
    }
}
