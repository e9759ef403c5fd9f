//! The model view: what a network saw of a recording, as a recording that can
//! be drawn, and what its preprocessing took away.

use serde::{Deserialize, Serialize};

use super::{Filter, Preprocessing, PreprocessingError, Standardise};
use crate::ecg::{Channel, Recording};

/// Which signal is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignalView {
    /// The recording, with the display filter.
    #[default]
    Clinician,
    /// The network's input, sample by sample.
    Model,
    /// The recording minus what is left of it for the network, before scaling.
    Difference,
}

impl SignalView {
    pub const ALL: [Self; 3] = [Self::Clinician, Self::Model, Self::Difference];

    /// For menus and the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clinician => "clinician",
            Self::Model => "model",
            Self::Difference => "difference",
        }
    }
}

/// A signal to draw, and what it is in words for the sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelView {
    pub recording: Recording,
    pub note: String,
    /// `mV`, or `SD` where the input is scaled.
    pub unit: &'static str,
}

impl Preprocessing {
    /// Exactly what [`Preprocessing::apply`] gives the network; in standard
    /// deviations where the input is scaled, as the unit says.
    ///
    /// # Errors
    /// As [`Preprocessing::apply`].
    pub fn model_view(&self, recording: &Recording) -> Result<ModelView, PreprocessingError> {
        let input = self.apply(recording)?;
        let leads = input.samples.chunks(input.samples_per_lead.max(1));
        let leads = leads.map(|lead| lead.iter().map(|&v| f64::from(v)).collect());
        let (unit, scaled) = match self.standardise {
            Standardise::None => ("mV", ""),
            _ => ("SD", ", in standard deviations"),
        };
        Ok(ModelView {
            recording: self.drawable(leads.collect()),
            note: format!(
                "model view: the network's input, {}{scaled}",
                self.filter_text()
            ),
            unit,
        })
    }

    /// What the network's filter took away: the recording at the model's rate
    /// minus the filtered signal, in millivolts, before any scaling.
    ///
    /// # Errors
    /// As [`Preprocessing::apply`].
    pub fn difference_view(&self, recording: &Recording) -> Result<ModelView, PreprocessingError> {
        let unfiltered = Self {
            filter: Filter::None,
            ..self.clone()
        };
        let before_mv = unfiltered.filtered_mv(recording)?;
        let after_mv = self.filtered_mv(recording)?;
        let pairs = before_mv.iter().zip(&after_mv);
        let leads = pairs
            .map(|(before, after)| before.iter().zip(after).map(|(b, a)| b - a).collect())
            .collect();
        Ok(ModelView {
            recording: self.drawable(leads),
            note: format!(
                "difference: the recording minus the network's input in mV ({})",
                self.filter_text()
            ),
            unit: "mV",
        })
    }

    fn drawable(&self, leads_mv: Vec<Vec<f64>>) -> Recording {
        let channels = self.leads.iter().zip(leads_mv);
        let channels = channels.map(|(&lead, samples_mv)| Channel {
            name: lead.name().to_owned(),
            lead: Some(lead),
            samples_mv,
        });
        Recording::of_signals(self.rate_hz, channels.collect())
    }

    fn filter_text(&self) -> String {
        match self.filter {
            Filter::None => "no filter".to_owned(),
            Filter::HighPass { cutoff_hz, .. } => {
                format!(
                    "from {cutoff_hz} Hz, zero-phase, {}",
                    crate::dsp::bandwidth_text(self.rate_hz)
                )
            }
            Filter::BandPass {
                low_hz, high_hz, ..
            } => format!("{low_hz}\u{2013}{high_hz} Hz, zero-phase"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecg::Lead;

    /// 12 leads of 10 s at 500 Hz: a sine of 5 Hz on a slow drift.
    fn recording() -> Recording {
        let channels = Lead::STANDARD.map(|lead| Channel {
            name: lead.name().to_owned(),
            lead: Some(lead),
            samples_mv: (0..5000)
                .map(|i| {
                    let time_s = f64::from(i) / 500.0;
                    let tau = std::f64::consts::TAU;
                    (5.0 * tau * time_s).sin() + 0.5 * (0.1 * tau * time_s).sin()
                })
                .collect(),
        });
        Recording::of_signals(500.0, channels.to_vec())
    }

    #[test]
    fn the_model_view_is_the_network_s_input_bit_by_bit() {
        for preprocessing in [Preprocessing::protoecgnet(), Preprocessing::trustecg()] {
            let input = preprocessing.apply(&recording()).unwrap();
            let view = preprocessing.model_view(&recording()).unwrap();
            assert_eq!(view.recording.rate_hz, preprocessing.rate_hz);
            let drawn = preprocessing.leads.iter().flat_map(|&lead| {
                let samples_mv = view.recording.lead(lead).unwrap().to_vec();
                samples_mv.into_iter().map(|v| v as f32)
            });
            assert_eq!(drawn.collect::<Vec<f32>>(), input.samples);
        }
    }

    #[test]
    fn a_scaled_input_says_its_unit_and_an_unscaled_one_has_none() {
        let note = |p: Preprocessing| p.model_view(&recording()).unwrap().note;
        assert_eq!(
            note(Preprocessing::protoecgnet()),
            "model view: the network's input, from 0.5 Hz, zero-phase, up to 50 Hz (100 Hz recording)"
        );
        assert_eq!(
            note(Preprocessing::trustecg()),
            "model view: the network's input, 0.5\u{2013}40 Hz, zero-phase, in standard deviations"
        );
    }

    #[test]
    fn the_difference_is_the_drift_that_the_high_pass_took_away() {
        let view = Preprocessing::protoecgnet()
            .difference_view(&recording())
            .unwrap();
        let samples_mv = view.recording.lead(Lead::V3).unwrap();
        // Away from the ends: the drift of 0.1 Hz, and hardly any of the 5 Hz.
        for (i, sample_mv) in samples_mv.iter().enumerate().take(800).skip(200) {
            let drift_mv = 0.5 * (0.1 * std::f64::consts::TAU * i as f64 / 100.0).sin();
            let off_mv = (sample_mv - drift_mv).abs();
            assert!(off_mv < 0.06, "sample {i}: {off_mv} mV off the drift");
        }
    }
}
