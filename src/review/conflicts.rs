//! Answers of one rater to one question from more than one machine: what a
//! merge of two sites has to show and must not decide in silence.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Answer, EventId, Included, Phase, Slot, Snapshot};

/// One question that was answered on several machines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    pub rater: String,
    pub prototype: usize,
    pub phase: Phase,
    /// The last answer of each machine, in the order of arrival. The last one
    /// counts; all of them stay in the history.
    pub answers: Vec<ConflictingAnswer>,
    /// Whether the machines have the same ratings or reasons.
    pub agrees: bool,
}

/// What one machine has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConflictingAnswer {
    pub event: EventId,
    /// Neither ratings nor reason where the queue is open and results are not
    /// to be seen.
    pub ratings: BTreeMap<String, u8>,
    pub excluded: Option<&'static str>,
}

fn agree(answers: &[ConflictingAnswer]) -> bool {
    let said = |a: &ConflictingAnswer| (a.ratings.clone(), a.excluded);
    answers.windows(2).all(|two| said(&two[0]) == said(&two[1]))
}

/// By rater and prototype; what was answered only of those who are included.
pub fn conflicts(snapshot: &Snapshot, included: Included) -> Vec<Conflict> {
    let is_shown = |rater: &str| {
        included == Included::Everyone
            || snapshot
                .closed
                .keys()
                .any(|closed| closed.as_str() == rater)
    };
    let mut of_slot: BTreeMap<(String, Slot), Vec<ConflictingAnswer>> = BTreeMap::new();
    for event in snapshot.events.iter().filter(|e| e.kind == "answer") {
        // Whatever is not an answer was refused when the database was read.
        let Ok(answer) = serde_json::from_str::<Answer>(&event.payload) else {
            continue;
        };
        let answers = of_slot
            .entry((event.rater.clone(), answer.slot()))
            .or_default();
        answers.retain(|a| a.event.installation != event.id.installation);
        answers.push(ConflictingAnswer {
            event: event.id.clone(),
            ratings: answer.ratings,
            excluded: answer.exclusion.map(super::Exclusion::name),
        });
    }
    of_slot
        .into_iter()
        .filter(|(_, answers)| answers.len() > 1)
        .map(|((rater, slot), mut answers)| {
            let agrees = agree(&answers);
            if !is_shown(&rater) {
                for answer in &mut answers {
                    answer.ratings.clear();
                    answer.excluded = None;
                }
            }
            Conflict {
                rater,
                prototype: slot.prototype,
                phase: slot.phase,
                answers,
                agrees,
            }
        })
        .collect()
}
