//! Entries and statements to label matrices.

use super::Entry;
use crate::statements::Statement;

/// The label matrix, entries x statements, row-major: 1 where the entry has
/// the statement, else 0.
pub fn labels(entries: &[&Entry], statements: &[&Statement]) -> Vec<f32> {
    entries
        .iter()
        .flat_map(|entry| {
            statements
                .iter()
                .map(|s| f32::from(u8::from(entry.has(&s.code))))
        })
        .collect()
}

/// How many entries have each statement, in the order of `statements`.
pub fn positives(entries: &[&Entry], statements: &[&Statement]) -> Vec<usize> {
    statements
        .iter()
        .map(|s| entries.iter().filter(|entry| entry.has(&s.code)).count())
        .collect()
}
