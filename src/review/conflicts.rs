//! Answers of one rater to one question from more than one machine: what a
//! merge of two sites has to show and must not decide in silence.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Answer, EventId, Phase, Slot, Snapshot};

/// One question that was answered on several machines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    pub rater: String,
    pub prototype: usize,
    pub phase: Phase,
    /// The last answer of each machine, in the order of arrival. The last one
    /// counts; all of them stay in the history.
    pub answers: Vec<ConflictingAnswer>,
}

/// What one machine has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConflictingAnswer {
    pub event: EventId,
    pub ratings: BTreeMap<String, u8>,
    pub excluded: Option<&'static str>,
}

impl Conflict {
    /// Whether the machines have the same ratings or reasons.
    pub fn agrees(&self) -> bool {
        let said = |a: &ConflictingAnswer| (a.ratings.clone(), a.excluded);
        self.answers
            .windows(2)
            .all(|two| said(&two[0]) == said(&two[1]))
    }
}

/// By rater and prototype.
pub fn conflicts(snapshot: &Snapshot) -> Vec<Conflict> {
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
        .map(|((rater, slot), answers)| Conflict {
            rater,
            prototype: slot.prototype,
            phase: slot.phase,
            answers,
        })
        .collect()
}
