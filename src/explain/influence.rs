//! Which part of an ECG the similarities hang on, measured by occlusion: each
//! part in turn becomes a straight line in what the model sees.

use serde::{Deserialize, Serialize};

use super::Span;
use crate::bundle::ModelInput;
use crate::ecg::Recording;
use crate::inference::{Changes, InferenceError, Model, mask_span};
use crate::nn::{STEP_S, window_s};

/// ECGs that a step reads: what is asked of the model meanwhile waits for no
/// more than these. One size everywhere, so that window and command line get
/// the same bits.
const AT_ONCE: usize = 8;

/// What the similarity of a pair hangs on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Influence {
    pub prototype: usize,
    /// Seconds from one part to the next; part `i` is centred on `i` times this.
    pub step_s: f64,
    /// How far the cosine falls without each part; below 0 where it rises.
    pub cosine_falls: Vec<f64>,
}

impl Influence {
    /// A largest fall below this is no full tint: what moves a similarity that
    /// little is not what it hangs on.
    pub const FULL_TINT: f64 = 0.02;

    /// Shares of the largest fall, or of [`Influence::FULL_TINT`] where that is
    /// more, for a tint; a rise is none.
    pub fn shares(&self) -> Vec<f64> {
        let falls = self.cosine_falls.iter().copied();
        let largest = falls.fold(Self::FULL_TINT, f64::max);
        let share = |fall: &f64| (fall / largest).max(0.0);
        self.cosine_falls.iter().map(share).collect()
    }
}

/// The same for every prototype of a branch: they look at the same latents, so
/// that all of them together cost as much as one.
#[derive(Clone, Debug, PartialEq)]
pub struct BranchInfluence {
    branch: usize,
    /// The number of the branch's first prototype.
    first: usize,
    /// Cosines (prototypes of the branch) of the ECG as a whole, and then
    /// without each part.
    cosines: Vec<Vec<f64>>,
}

impl BranchInfluence {
    /// That of one prototype; `None` where it is of another branch.
    pub fn on(&self, prototype: usize) -> Option<Influence> {
        let place = prototype.checked_sub(self.first)?;
        let (whole, without) = self.cosines.split_first()?;
        let whole = whole.get(place)?;
        let falls = without
            .iter()
            .map(|cosines| Some(whole - cosines.get(place)?));
        Some(Influence {
            prototype,
            step_s: STEP_S,
            cosine_falls: falls.collect::<Option<_>>()?,
        })
    }
}

/// A measurement as it goes on: in small steps, so that whatever is asked of
/// the model meanwhile can be answered first.
#[derive(Debug)]
pub struct MeasuringInfluence {
    input: ModelInput,
    /// Parts of one latent step each.
    parts: usize,
    found: BranchInfluence,
}

impl MeasuringInfluence {
    /// Of the ECG with what was changed for its prediction.
    ///
    /// # Errors
    /// When the model refuses the recording or the changes.
    pub fn begin(
        model: &Model,
        recording: &Recording,
        changes: &Changes,
        branch: usize,
    ) -> Result<Self, InferenceError> {
        let manifest = model.manifest();
        let mut prototypes = manifest.prototypes.iter();
        let first = prototypes.position(|prototype| prototype.branch == branch);
        Ok(Self {
            input: model.changed_input(recording, changes)?,
            parts: (manifest.preprocessing.duration_s() / STEP_S).ceil() as usize,
            found: BranchInfluence {
                branch,
                first: first.unwrap_or_default(),
                cosines: Vec::new(),
            },
        })
    }

    /// Takes the next step; the result after the last one.
    pub fn step(&mut self, model: &Model) -> Option<BranchInfluence> {
        let done = self.found.cosines.len();
        let all = self.parts + 1;
        let inputs: Vec<_> = (done..all.min(done + AT_ONCE))
            .map(|i| self.input_without(model, i.checked_sub(1)))
            .collect();
        let cosines = model.branch_cosines(&inputs, self.found.branch);
        self.found.cosines.extend(cosines);
        // A model without such a branch gives none.
        let is_whole = self.found.cosines.len() >= all || self.found.cosines.len() == done;
        is_whole.then(|| self.found.clone())
    }

    fn input_without(&self, model: &Model, part: Option<usize>) -> ModelInput {
        let mut input = self.input.clone();
        if let Some(part) = part {
            let preprocessing = &model.manifest().preprocessing;
            let (start_s, end_s) = window_s(part, 1, preprocessing.duration_s());
            mask_span(&mut input, preprocessing.rate_hz, Span { start_s, end_s });
        }
        input
    }
}

/// All steps of [`MeasuringInfluence`] at once.
///
/// # Errors
/// As [`MeasuringInfluence::begin`].
pub fn influence(
    model: &Model,
    recording: &Recording,
    changes: &Changes,
    branch: usize,
) -> Result<BranchInfluence, InferenceError> {
    let mut measuring = MeasuringInfluence::begin(model, recording, changes, branch)?;
    loop {
        if let Some(found) = measuring.step(model) {
            return Ok(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hardly_moves_the_similarity_is_hardly_tinted() {
        let shares = |cosine_falls: &[f64]| {
            let influence = Influence {
                prototype: 0,
                step_s: STEP_S,
                cosine_falls: cosine_falls.to_vec(),
            };
            influence.shares()
        };
        assert_eq!(shares(&[0.1, 0.05, -0.2]), [1.0, 0.5, 0.0]);
        assert_eq!(shares(&[0.0002, 0.0]), [0.01, 0.0]);
    }
}
