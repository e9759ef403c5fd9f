//! Ratings of the same items by several raters.

use super::super::undefined::{Undefined, all_finite};

/// One row per item, one column per rater, `None` where missing.
#[derive(Clone, Debug, PartialEq)]
pub struct RatingTable {
    raters: usize,
    cells: Vec<Option<f64>>,
}

impl RatingTable {
    /// From rows of equal length.
    pub fn new(rows: &[Vec<Option<f64>>]) -> Result<Self, Undefined> {
        let raters = rows.first().map_or(0, Vec::len);
        if rows.iter().any(|row| row.len() != raters) {
            return Err(Undefined::RaggedTable);
        }
        let cells: Vec<Option<f64>> = rows.iter().flatten().copied().collect();
        let values: Vec<f64> = cells.iter().copied().flatten().collect();
        all_finite(&values)?;
        Ok(Self { raters, cells })
    }

    /// From one list per rater, all over the same items in the same order.
    pub fn from_raters(raters: &[&[Option<f64>]]) -> Result<Self, Undefined> {
        let items = raters.first().map_or(0, |r| r.len());
        if raters.iter().any(|r| r.len() != items) {
            return Err(Undefined::RaggedTable);
        }
        let row = |item| raters.iter().map(|r| r[item]).collect();
        Self::new(&(0..items).map(row).collect::<Vec<_>>())
    }

    pub fn raters(&self) -> usize {
        self.raters
    }

    pub fn items(&self) -> usize {
        self.cells.len().checked_div(self.raters).unwrap_or(0)
    }

    /// The items, each with one cell per rater.
    pub fn rows(&self) -> impl Iterator<Item = &[Option<f64>]> {
        self.cells.chunks_exact(self.raters.max(1))
    }

    /// The items that every rater rated.
    pub fn complete_rows(&self) -> Vec<Vec<f64>> {
        let complete = |row: &[Option<f64>]| row.iter().copied().collect::<Option<Vec<f64>>>();
        self.rows().filter_map(complete).collect()
    }

    pub(super) fn needs_raters(&self, needed: usize) -> Result<(), Undefined> {
        let found = self.raters;
        if found < needed {
            return Err(Undefined::TooFewRaters { needed, found });
        }
        Ok(())
    }
}

/// The position of a rating on a scale.
pub(super) fn category(scale: &[f64], value: f64) -> Result<usize, Undefined> {
    let position = scale.iter().position(|c| *c == value);
    position.ok_or(Undefined::NotOnScale { value })
}

pub(super) fn items_at_least(needed: usize, found: usize) -> Result<(), Undefined> {
    if found < needed {
        return Err(Undefined::TooFewItems { needed, found });
    }
    Ok(())
}
