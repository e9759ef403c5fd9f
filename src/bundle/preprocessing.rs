//! From a recording to what a network sees.
//!
//! Training, projection, inference and the "model view" all get their input
//! from [`Preprocessing::apply`]: a program that prepared it anew in each of
//! these places is how one of the published systems gave wrong predictions.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Standardise;
use crate::dsp::{self, Band, DspError};
use crate::ecg::{Lead, Recording};
use crate::nn::{PrototypeKind, window_s};

/// What is kept beyond the samples used, so that resampling has a real signal
/// where a long recording is cut.
const MARGIN_S: f64 = 1.0;

/// What is done to a recording before it reaches a network. It is part of a
/// bundle's manifest: a model without its preprocessing is no model.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Preprocessing {
    /// The leads in the order of the network's input.
    pub leads: Vec<Lead>,
    pub rate_hz: f64,
    /// Samples per lead, counted from the start of the recording.
    pub samples: usize,
    pub filter: Filter,
    pub standardise: Standardise,
}

/// A Butterworth filter, run forwards and backwards.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub enum Filter {
    None,
    HighPass {
        order: usize,
        cutoff_hz: f64,
    },
    BandPass {
        order: usize,
        low_hz: f64,
        high_hz: f64,
    },
}

/// The input of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelInput {
    /// Lead after lead: sample t of lead l is at `l * samples_per_lead + t`.
    pub samples: Vec<f32>,
    pub leads: usize,
    pub samples_per_lead: usize,
    /// What was done to the recording beyond the filter, for people:
    /// `resampled from 500 Hz to 100 Hz`.
    pub notes: Vec<String>,
}

/// Why a recording cannot be given to a model.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PreprocessingError {
    #[error("the model needs {expected} leads, and {} of them {} missing: {}",
        missing.len(), if missing.len() == 1 { "is" } else { "are" }, names(missing))]
    MissingLeads { missing: Vec<Lead>, expected: usize },
    #[error("the recording lasts {found_s:.3} s, expected at least {expected_s:.3} s")]
    TooShort { found_s: f64, expected_s: f64 },
    #[error("lead {lead} has no value at {time_s:.3} s; the model needs every sample")]
    MissingSample { lead: Lead, time_s: f64 },
    #[error("lead {lead} is {value:e} at {time_s:.3} s, too large for the model's numbers")]
    TooLarge { lead: Lead, time_s: f64, value: f64 },
    #[error("preprocessing of the bundle: {field} is {found}, expected {expected}")]
    Config {
        field: &'static str,
        found: String,
        expected: String,
    },
    #[error("lead {lead}: {source}")]
    Signal { lead: Lead, source: DspError },
}

fn names(leads: &[Lead]) -> String {
    leads
        .iter()
        .map(|l| l.name())
        .collect::<Vec<_>>()
        .join(", ")
}

impl Preprocessing {
    /// What the published ProtoECGNet does: 10 s at 100 Hz, high-pass of order
    /// 1 at 0.5 Hz, no scaling (specification 4.3).
    pub fn protoecgnet() -> Self {
        Self {
            leads: Lead::STANDARD.to_vec(),
            rate_hz: 100.0,
            samples: 1000,
            filter: Filter::HighPass {
                order: 1,
                cutoff_hz: 0.5,
            },
            standardise: Standardise::None,
        }
    }

    /// What the published TrustECG does: 10 s at 100 Hz, band-pass of order 2
    /// from 0.5 to 40 Hz, one mean and deviation per record (specification 4.5).
    pub fn trustecg() -> Self {
        Self {
            filter: Filter::BandPass {
                order: 2,
                low_hz: 0.5,
                high_hz: 40.0,
            },
            standardise: Standardise::PerRecord,
            ..Self::protoecgnet()
        }
    }

    pub fn duration_s(&self) -> f64 {
        self.samples as f64 / self.rate_hz
    }

    /// First and one-past-last sample, at the network's rate, of the window of a
    /// prototype that begins at latent step `first`; `None` for a prototype
    /// without a time axis.
    pub fn window_samples(&self, kind: PrototypeKind, first: usize) -> Option<(i64, i64)> {
        let PrototypeKind::Windows { steps, .. } = kind else {
            return None;
        };
        let (start_s, end_s) = window_s(first, steps, self.duration_s());
        let sample = |s: f64| (s * self.rate_hz).round() as i64;
        Some((sample(start_s), sample(end_s)))
    }

    /// Whether a network can be built for these settings and every recording
    /// be given to it: asked of a bundle before it is loaded, and of a
    /// configuration before hours of training.
    ///
    /// # Errors
    /// The setting that is wrong.
    pub fn check_settings(&self) -> Result<(), PreprocessingError> {
        if !(self.rate_hz.is_finite() && self.rate_hz > 0.0) {
            return Err(config("rate_hz", self.rate_hz, "a number above 0"));
        }
        if !(100..=100_000).contains(&self.samples) {
            return Err(config("samples", self.samples, "100 to 100000"));
        }
        let twice = (1..self.leads.len()).any(|i| self.leads[..i].contains(&self.leads[i]));
        if self.leads.is_empty() || twice {
            let found = format!("[{}]", names(&self.leads));
            return Err(config(
                "leads",
                found,
                "at least one lead, each of them once",
            ));
        }
        self.designed()
            .map_err(|e| config("filter", e, "a filter that can be designed"))?;
        self.standardise.check(self.leads.len())
    }

    /// The input of the network.
    ///
    /// # Errors
    /// A lead that is missing, a recording that is too short, a sample without
    /// a value or beyond single precision, and a preprocessing that makes no
    /// sense.
    pub fn apply(&self, recording: &Recording) -> Result<ModelInput, PreprocessingError> {
        let values = self.values(recording)?;
        let mut samples = Vec::with_capacity(self.leads.len() * self.samples);
        for (&lead, values) in self.leads.iter().zip(&values) {
            for (t, &value) in values.iter().enumerate() {
                let single = value as f32;
                if !single.is_finite() {
                    return Err(PreprocessingError::TooLarge {
                        lead,
                        time_s: t as f64 / self.rate_hz,
                        value,
                    });
                }
                samples.push(single);
            }
        }
        Ok(ModelInput {
            samples,
            leads: self.leads.len(),
            samples_per_lead: self.samples,
            notes: self.notes(recording),
        })
    }

    /// What [`Preprocessing::apply`] rounds to single precision, lead by lead.
    ///
    /// # Errors
    /// As [`Preprocessing::apply`].
    pub fn values(&self, recording: &Recording) -> Result<Vec<Vec<f64>>, PreprocessingError> {
        self.standardise.apply(self.filtered_mv(recording)?)
    }

    /// The filtered leads in millivolts, before scaling: lead by lead, in the
    /// order of [`Preprocessing::leads`], `samples` each. The "model view"
    /// draws this.
    ///
    /// # Errors
    /// As [`Preprocessing::apply`].
    pub fn filtered_mv(&self, recording: &Recording) -> Result<Vec<Vec<f64>>, PreprocessingError> {
        self.check(recording)?;
        self.leads
            .iter()
            .filter_map(|&lead| Some((lead, recording.lead(lead)?)))
            .map(|(lead, samples_mv)| {
                let used_mv = self.used(lead, samples_mv, recording.rate_hz)?;
                self.filtered_lead(&used_mv)
                    .map_err(|source| PreprocessingError::Signal { lead, source })
            })
            .collect()
    }

    fn check(&self, recording: &Recording) -> Result<(), PreprocessingError> {
        if !(self.rate_hz.is_finite() && self.rate_hz > 0.0) {
            return Err(config("rate_hz", self.rate_hz, "a number above 0"));
        }
        if self.samples == 0 || self.leads.is_empty() {
            let found = format!("{} x {}", self.leads.len(), self.samples);
            return Err(config("leads x samples", found, "at least 1 x 1"));
        }
        let missing: Vec<Lead> = self
            .leads
            .iter()
            .copied()
            .filter(|&lead| recording.lead(lead).is_none())
            .collect();
        if !missing.is_empty() {
            return Err(PreprocessingError::MissingLeads {
                missing,
                expected: self.leads.len(),
            });
        }
        // Half a sample of slack: 2,559 samples at 256 Hz are 1,000 at 100 Hz.
        if recording.duration_s() + 0.5 / self.rate_hz < self.duration_s() {
            return Err(PreprocessingError::TooShort {
                found_s: recording.duration_s(),
                expected_s: self.duration_s(),
            });
        }
        Ok(())
    }

    /// The part of a lead that the input depends on, at the model's rate.
    fn used<'a>(
        &self,
        lead: Lead,
        samples_mv: &'a [f64],
        from_hz: f64,
    ) -> Result<Cow<'a, [f64]>, PreprocessingError> {
        let same_rate = from_hz == self.rate_hz;
        let needed = (self.duration_s() * from_hz).round() as usize;
        let value_missing = samples_mv.iter().position(|v| !v.is_finite());
        if let Some(index) = value_missing.filter(|&index| index < needed) {
            return Err(PreprocessingError::MissingSample {
                lead,
                time_s: index as f64 / from_hz,
            });
        }
        let margin = if same_rate {
            0
        } else {
            (MARGIN_S * from_hz).round() as usize
        };
        let present = value_missing.unwrap_or(samples_mv.len());
        let used_mv = &samples_mv[..present.min(needed.saturating_add(margin))];
        let mut used_mv = Cow::Borrowed(used_mv);
        if !same_rate {
            used_mv = dsp::resample(&used_mv, from_hz, self.rate_hz)
                .map_err(|source| PreprocessingError::Signal { lead, source })?
                .into();
            used_mv.to_mut().truncate(self.samples);
        }
        if used_mv.len() != self.samples {
            return Err(PreprocessingError::TooShort {
                found_s: used_mv.len() as f64 / self.rate_hz,
                expected_s: self.duration_s(),
            });
        }
        Ok(used_mv)
    }

    fn filtered_lead(&self, x: &[f64]) -> Result<Vec<f64>, DspError> {
        match self.designed()? {
            Some(filter) => filter.filtfilt(x),
            None => Ok(x.to_vec()),
        }
    }

    fn designed(&self) -> Result<Option<dsp::Sos>, DspError> {
        let (order, band) = match self.filter {
            Filter::None => return Ok(None),
            Filter::HighPass { order, cutoff_hz } => (order, Band::HighPass { cutoff_hz }),
            Filter::BandPass {
                order,
                low_hz,
                high_hz,
            } => (order, Band::BandPass { low_hz, high_hz }),
        };
        dsp::butterworth(order, band, self.rate_hz).map(Some)
    }

    fn notes(&self, recording: &Recording) -> Vec<String> {
        let mut notes = Vec::new();
        if recording.rate_hz != self.rate_hz {
            notes.push(format!(
                "resampled from {} Hz to {} Hz",
                recording.rate_hz, self.rate_hz
            ));
        }
        let surplus_s = recording.duration_s() - self.duration_s();
        if surplus_s > 0.5 / self.rate_hz {
            notes.push(format!(
                "cut to the first {} s of {} s",
                self.duration_s(),
                recording.duration_s()
            ));
        }
        notes
    }
}

pub(super) fn config(
    field: &'static str,
    found: impl ToString,
    expected: impl Into<String>,
) -> PreprocessingError {
    PreprocessingError::Config {
        field,
        found: found.to_string(),
        expected: expected.into(),
    }
}
