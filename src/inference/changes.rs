//! What if: the same recording with something taken away or changed, for the
//! window and the command line alike.
//!
//! The amplitude is scaled before preprocessing, as if the ECG had been recorded
//! at another gain. Leads and spans are masked after it, in what the network
//! sees, and nothing is standardised again: a lead becomes 0 (TrustECG's
//! occlusion, specification 7.7), a span of all leads the straight line between
//! its ends, so that no step appears which no heart has made.

use serde::{Deserialize, Serialize};

use crate::bundle::{ModelInput, Preprocessing};
use crate::ecg::{Lead, Recording};

/// A part of a recording in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    pub start_s: f64,
    pub end_s: f64,
}

/// What is changed; by default nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Changes {
    /// Prototypes that count for no statement.
    pub without_prototypes: Vec<usize>,
    pub masked_leads: Vec<Lead>,
    pub masked_spans: Vec<Span>,
    /// Every sample times this.
    pub amplitude_scale: f64,
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            without_prototypes: Vec::new(),
            masked_leads: Vec::new(),
            masked_spans: Vec::new(),
            amplitude_scale: 1.0,
        }
    }
}

/// A change that the model or the recording does not allow.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ChangeError {
    #[error("prototype {found}: this model has prototypes 0 to {}", count - 1)]
    NoPrototype { found: usize, count: usize },
    #[error("prototype {0}: this model has no prototypes")]
    NoPrototypes(usize),
    #[error("lead {0} is not one that this model sees")]
    NoLead(Lead),
    #[error(
        "span {start_s} to {end_s} s: expected a start before its end, within 0 to {duration_s} s"
    )]
    Span {
        start_s: f64,
        end_s: f64,
        duration_s: f64,
    },
    #[error("amplitude scale {0}: expected a number above 0 and up to 100")]
    Scale(f64),
}

impl Changes {
    /// Nothing is changed.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a prototype is switched off.
    pub fn is_off(&self, prototype: usize) -> bool {
        self.without_prototypes.contains(&prototype)
    }

    /// Switches a prototype off, or on again.
    pub fn toggle_prototype(&mut self, prototype: usize) {
        toggle(&mut self.without_prototypes, prototype);
    }

    /// Masks a lead, or shows it again.
    pub fn toggle_lead(&mut self, lead: Lead) {
        toggle(&mut self.masked_leads, lead);
    }

    /// What was changed, one sentence each; empty where nothing was.
    pub fn sentences(&self) -> Vec<String> {
        let mut said = Vec::new();
        let list = |items: Vec<String>| items.join(", ");
        match self.without_prototypes.as_slice() {
            [] => {}
            [one] => said.push(format!("Prototype {one} is switched off.")),
            several => said.push(format!(
                "Prototypes {} are switched off.",
                list(several.iter().map(usize::to_string).collect())
            )),
        }
        match self.masked_leads.as_slice() {
            [] => {}
            [one] => said.push(format!("Lead {one} is masked (0 in what the model sees).")),
            several => said.push(format!(
                "Leads {} are masked (0 in what the model sees).",
                list(several.iter().map(Lead::to_string).collect())
            )),
        }
        if !self.masked_spans.is_empty() {
            let spans = self.masked_spans.iter();
            let spans = spans.map(|s| format!("{:.2}–{:.2} s", s.start_s, s.end_s));
            said.push(format!(
                "{} masked in all leads (a straight line in what the model sees).",
                list(spans.collect())
            ));
        }
        if self.amplitude_scale != 1.0 {
            said.push(format!("The amplitude is times {}.", self.amplitude_scale));
        }
        said
    }

    /// Whether these changes can be made.
    ///
    /// # Errors
    /// The first that cannot.
    pub fn check(
        &self,
        preprocessing: &Preprocessing,
        prototypes: usize,
    ) -> Result<(), ChangeError> {
        for &found in &self.without_prototypes {
            match prototypes {
                0 => return Err(ChangeError::NoPrototypes(found)),
                count if found >= count => return Err(ChangeError::NoPrototype { found, count }),
                _ => {}
            }
        }
        let unseen = |lead: &&Lead| !preprocessing.leads.contains(lead);
        if let Some(lead) = self.masked_leads.iter().find(unseen) {
            return Err(ChangeError::NoLead(*lead));
        }
        let duration_s = preprocessing.duration_s();
        for &Span { start_s, end_s } in &self.masked_spans {
            if !(start_s >= 0.0 && end_s > start_s && end_s <= duration_s) {
                return Err(ChangeError::Span {
                    start_s,
                    end_s,
                    duration_s,
                });
            }
        }
        let scale = self.amplitude_scale;
        if !(scale > 0.0 && scale <= 100.0) {
            return Err(ChangeError::Scale(scale));
        }
        Ok(())
    }

    /// The recording at another gain.
    pub fn scaled(&self, recording: &Recording) -> Recording {
        let mut scaled = recording.clone();
        let samples = scaled.channels.iter_mut().flat_map(|c| &mut c.samples_mv);
        samples.for_each(|sample| *sample *= self.amplitude_scale);
        scaled
    }

    /// Masks leads and spans in what the network sees.
    pub fn mask(&self, input: &mut ModelInput, preprocessing: &Preprocessing) {
        for &lead in &self.masked_leads {
            let place = preprocessing.leads.iter().position(|l| *l == lead);
            if let Some(place) = place {
                mask_lead(input, place);
            }
        }
        for span in &self.masked_spans {
            mask_span(input, preprocessing.rate_hz, *span);
        }
    }
}

/// Sets a lead to 0, by its place in the input.
pub fn mask_lead(input: &mut ModelInput, place: usize) {
    let count = input.samples_per_lead;
    input.samples[place * count..(place + 1) * count].fill(0.0);
}

/// Puts a straight line in place of a span of every lead: from the last sample
/// before it to the first after it.
pub fn mask_span(input: &mut ModelInput, rate_hz: f64, span: Span) {
    let count = input.samples_per_lead;
    let sample = |s: f64| ((s * rate_hz).round().max(0.0) as usize).min(count);
    let (from, to) = (sample(span.start_s), sample(span.end_s));
    if from >= to {
        return;
    }
    for lead in input.samples.chunks_mut(count) {
        let before = from.checked_sub(1).map(|i| lead[i]);
        let after = lead.get(to).copied();
        // At an end of the recording the line is level.
        let first = before.or(after).unwrap_or(0.0);
        let last = after.or(before).unwrap_or(0.0);
        let steps = (to - from + 1) as f32;
        for (i, sample) in lead[from..to].iter_mut().enumerate() {
            *sample = first + (last - first) * (i + 1) as f32 / steps;
        }
    }
}

fn toggle<T: PartialEq + Ord + Copy>(list: &mut Vec<T>, item: T) {
    match list.iter().position(|other| *other == item) {
        Some(place) => {
            list.remove(place);
        }
        None => {
            list.push(item);
            list.sort_unstable();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> ModelInput {
        ModelInput {
            samples: (0..20).map(|i| (i * i) as f32).collect(),
            leads: 2,
            samples_per_lead: 10,
            notes: Vec::new(),
        }
    }

    #[test]
    fn a_masked_span_is_a_straight_line_between_its_neighbours_in_every_lead() {
        let mut masked = input();
        let span = Span {
            start_s: 0.2,
            end_s: 0.5,
        };
        mask_span(&mut masked, 10.0, span);
        // Samples 2, 3, 4 between sample 1 (1 and 121) and sample 5 (25 and 225).
        assert_eq!(masked.samples[1..6], [1.0, 7.0, 13.0, 19.0, 25.0]);
        assert_eq!(masked.samples[11..16], [121.0, 147.0, 173.0, 199.0, 225.0]);
        assert_eq!(masked.samples[6..11], input().samples[6..11]);
        // At the end of the recording there is one neighbour only.
        let mut end = input();
        let span = Span {
            start_s: 0.8,
            end_s: 1.0,
        };
        mask_span(&mut end, 10.0, span);
        assert_eq!(end.samples[7..10], [49.0, 49.0, 49.0]);
    }

    #[test]
    fn what_cannot_be_changed_is_named() {
        let preprocessing = Preprocessing::protoecgnet();
        let check = |changes: Changes| changes.check(&preprocessing, 5).map_err(|e| e.to_string());
        assert_eq!(check(Changes::default()), Ok(()));
        let without = Changes {
            without_prototypes: vec![5],
            ..Changes::default()
        };
        assert_eq!(
            check(without).unwrap_err(),
            "prototype 5: this model has prototypes 0 to 4"
        );
        let (start_s, end_s) = (9.0, 11.0);
        let span = Changes {
            masked_spans: vec![Span { start_s, end_s }],
            ..Changes::default()
        };
        assert!(check(span).unwrap_err().contains("within 0 to 10 s"));
        for amplitude_scale in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let scale = Changes {
                amplitude_scale,
                ..Changes::default()
            };
            assert!(check(scale).is_err(), "{amplitude_scale}");
        }
    }

    #[test]
    fn every_change_is_said() {
        let mut changes = Changes::default();
        assert!(changes.is_none() && changes.sentences().is_empty());
        changes.toggle_prototype(7);
        changes.toggle_prototype(3);
        changes.toggle_lead(Lead::V1);
        changes.amplitude_scale = 1.2;
        let (start_s, end_s) = (2.0, 3.5);
        changes.masked_spans.push(Span { start_s, end_s });
        let said = changes.sentences().join(" ");
        for part in [
            "Prototypes 3, 7 are",
            "Lead V1 is",
            "2.00–3.50 s",
            "times 1.2",
        ] {
            assert!(said.contains(part), "{said}");
        }
        changes.toggle_prototype(7);
        assert_eq!(changes.without_prototypes, [3]);
    }
}
