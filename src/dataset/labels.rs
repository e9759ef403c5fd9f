//! Entries and labels to label matrices.

use super::Entry;
use crate::statements::Label;

/// The label matrix, entries x labels, row-major: 1 where the entry carries
/// the label, else 0.
pub fn labels(entries: &[&Entry], labels: &[Label]) -> Vec<f32> {
    entries
        .iter()
        .flat_map(|entry| {
            labels
                .iter()
                .map(|label| f32::from(u8::from(label.is_carried_by(&entry.statements))))
        })
        .collect()
}

/// How many entries carry each label.
pub fn positives(entries: &[&Entry], labels: &[Label]) -> Vec<usize> {
    labels
        .iter()
        .map(|label| {
            entries
                .iter()
                .filter(|entry| label.is_carried_by(&entry.statements))
                .count()
        })
        .collect()
}
