//! What a reading study reports: accuracy per arm, the change from arm to arm,
//! and how often a reader takes over what the model says, rightly and wrongly.
//!
//! Readers are fixed: the numbers speak about these readers. ECGs are drawn
//! with replacement, each with everything that was said of it in every arm, so
//! that arms are compared on the same ECGs (a paired bootstrap). All numbers
//! come from the same resamples.

mod columns;
mod report;

pub use report::{
    ArmAccuracy, ArmChange, Estimate, ReaderEstimate, ReadingReport, ReadingSettings, Reliance,
};

use std::collections::BTreeSet;

use columns::{Column, Drawn};

use super::study::Outcome;
use super::undefined::Undefined;
use super::{mean, median};

/// One answer of one reader to one ECG in one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadingRow {
    pub reader: String,
    /// Tells the ECGs apart; resamples draw them in ascending order.
    pub ecg: u64,
    pub arm: String,
    pub right: bool,
    /// The statement that the prediction shows is in the answer.
    pub says_shown: bool,
    /// The ECG carries the statement that the prediction shows.
    pub shown_right: bool,
    /// A wrong statement stands in place of the model's own.
    pub control: bool,
    pub confidence: f64,
    pub time_ms: f64,
}

/// The report of a reading study from its long table, in any order, each answer
/// once.
pub fn reading_report(rows: &[ReadingRow], settings: &ReadingSettings) -> ReadingReport {
    let readers: BTreeSet<&str> = rows.iter().map(|row| row.reader.as_str()).collect();
    let readers: Vec<&str> = readers.into_iter().collect();
    let pairs = Pairs::new(rows, &settings.arms);
    let ecgs: Vec<u64> = pairs.0.iter().map(|pair| pair.ecg).collect();
    let mut wanted = Wanted::default();
    let arms: Vec<_> = (0..settings.arms.len())
        .map(|arm| wanted.arm(&pairs, &readers, arm))
        .collect();
    let changes: Vec<_> = (1..settings.arms.len())
        .flat_map(|to| (0..to).map(move |from| (from, to)))
        .map(|(from, to)| wanted.change(&pairs, &readers, from, to))
        .collect();
    let unaided = settings
        .arms
        .iter()
        .position(|arm| *arm == settings.unaided);
    let reliance: Vec<_> = (0..settings.arms.len())
        .filter(|arm| settings.aided.contains(&settings.arms[*arm]))
        .map(|arm| unaided.map(|unaided| wanted.reliance(&pairs, &readers, unaided, arm)))
        .collect();
    let drawn = Drawn::new(&ecgs, &wanted.columns, settings.resampling);
    let aided = settings.arms.iter().filter(|a| settings.aided.contains(a));
    ReadingReport {
        settings: settings.clone(),
        ecgs: ecgs.iter().collect::<BTreeSet<_>>().len(),
        readers: readers.iter().map(|r| (*r).to_owned()).collect(),
        arms: settings
            .arms
            .iter()
            .zip(&arms)
            .map(|(arm, columns)| arm_accuracy(arm, rows, columns, &drawn))
            .collect(),
        changes: changes
            .iter()
            .map(|change| arm_change(settings, change, &drawn))
            .collect(),
        reliance: aided
            .zip(&reliance)
            .map(|(arm, columns)| reliance_of(arm, columns.as_ref(), &drawn))
            .collect(),
    }
}

/// What one reader said of one ECG, by arm.
struct Pair<'a> {
    reader: &'a str,
    ecg: u64,
    arms: Vec<Option<&'a ReadingRow>>,
}

/// By ECG, then by reader.
struct Pairs<'a>(Vec<Pair<'a>>);

impl<'a> Pairs<'a> {
    fn new(rows: &'a [ReadingRow], arms: &[String]) -> Self {
        let keys: BTreeSet<(u64, &str)> = rows.iter().map(|r| (r.ecg, r.reader.as_str())).collect();
        let mut pairs: Vec<Pair> = keys
            .into_iter()
            .map(|(ecg, reader)| Pair {
                reader,
                ecg,
                arms: vec![None; arms.len()],
            })
            .collect();
        for row in rows {
            let key = (row.ecg, row.reader.as_str());
            let place = pairs.binary_search_by_key(&key, |pair| (pair.ecg, pair.reader));
            let arm = arms.iter().position(|arm| *arm == row.arm);
            if let (Ok(place), Some(arm)) = (place, arm) {
                pairs[place].arms[arm] = Some(row);
            }
        }
        Self(pairs)
    }

    fn column(&self, value: impl Fn(&Pair) -> Option<f64>) -> Column {
        self.0.iter().map(value).collect()
    }
}

/// Columns that the bootstrap is to draw, in the order in which they were asked
/// for.
#[derive(Default)]
struct Wanted {
    columns: Vec<Column>,
}

/// Where the columns of each reader are, by name.
type OfReaders = Vec<(String, usize)>;

/// Places of the columns of a change.
struct ChangeColumns {
    from: usize,
    to: usize,
    readers: OfReaders,
    gained: usize,
    lost: usize,
}

/// Places of the columns of reliance: each pooled, then of every reader.
struct RelianceColumns {
    wrong: [(usize, OfReaders); 4],
    corrected: (usize, OfReaders),
}

impl Wanted {
    fn add(&mut self, column: Column) -> usize {
        self.columns.push(column);
        self.columns.len() - 1
    }

    fn of_readers(
        &mut self,
        pairs: &Pairs,
        readers: &[&str],
        value: impl Fn(&Pair) -> Option<f64>,
    ) -> OfReaders {
        let own = |reader: &str| {
            pairs.column(|pair| (pair.reader == reader).then(|| value(pair)).flatten())
        };
        let each = readers.iter().map(|reader| (*reader, own(reader)));
        let each: Vec<(&str, Column)> = each.collect();
        each.into_iter()
            .map(|(reader, column)| (reader.to_owned(), self.add(column)))
            .collect()
    }

    fn arm(&mut self, pairs: &Pairs, readers: &[&str], arm: usize) -> OfReaders {
        self.of_readers(pairs, readers, |pair| {
            pair.arms[arm].map(|row| number(row.right))
        })
    }

    fn change(&mut self, pairs: &Pairs, readers: &[&str], from: usize, to: usize) -> ChangeColumns {
        let right = |pair: &Pair| both(pair, from, to).map(|(a, b)| (a.right, b.right));
        let difference = |pair: &Pair| right(pair).map(|(a, b)| number(b) - number(a));
        ChangeColumns {
            from,
            to,
            readers: self.of_readers(pairs, readers, difference),
            gained: self.add(pairs.column(|pair| right(pair).map(|(a, b)| number(!a && b)))),
            lost: self.add(pairs.column(|pair| right(pair).map(|(a, b)| number(a && !b)))),
        }
    }

    fn reliance(
        &mut self,
        pairs: &Pairs,
        readers: &[&str],
        unaided: usize,
        aided: usize,
    ) -> RelianceColumns {
        // Right unaided, and a wrong prediction was shown.
        let tempted = |pair: &Pair, of: &dyn Fn(&ReadingRow) -> Option<bool>| {
            let (before, after) = both(pair, unaided, aided)?;
            let is_tempted = before.right && !after.shown_right;
            is_tempted.then(|| of(after)).flatten().map(number)
        };
        let taken = |pair: &Pair| tempted(pair, &|after| Some(after.says_shown));
        let of_controls =
            |pair: &Pair| tempted(pair, &|after| after.control.then_some(after.says_shown));
        let of_errors =
            |pair: &Pair| tempted(pair, &|after| (!after.control).then_some(after.says_shown));
        let lost = |pair: &Pair| tempted(pair, &|after| Some(!after.right));
        let corrected = |pair: &Pair| {
            let (before, after) = both(pair, unaided, aided)?;
            (!before.right && after.shown_right).then(|| number(after.right))
        };
        let mut each = |value: &dyn Fn(&Pair) -> Option<f64>| {
            let pooled = self.add(pairs.column(value));
            (pooled, self.of_readers(pairs, readers, value))
        };
        RelianceColumns {
            wrong: [
                each(&taken),
                each(&of_controls),
                each(&of_errors),
                each(&lost),
            ],
            corrected: each(&corrected),
        }
    }
}

/// What a pair said in two arms, where it answered both.
fn both<'a>(pair: &Pair<'a>, from: usize, to: usize) -> Option<(&'a ReadingRow, &'a ReadingRow)> {
    Some((pair.arms[from]?, pair.arms[to]?))
}

fn number(is: bool) -> f64 {
    f64::from(u8::from(is))
}

fn of_each(columns: &OfReaders, drawn: &Drawn) -> Vec<ReaderEstimate> {
    let each = columns.iter();
    each.map(|(reader, column)| ReaderEstimate {
        reader: reader.clone(),
        estimate: drawn.mean_of_means(&[*column]),
    })
    .collect()
}

fn places(columns: &OfReaders) -> Vec<usize> {
    columns.iter().map(|(_, column)| *column).collect()
}

fn arm_accuracy(arm: &str, rows: &[ReadingRow], columns: &OfReaders, drawn: &Drawn) -> ArmAccuracy {
    let of_arm = || rows.iter().filter(|row| row.arm == arm);
    let confidence: Vec<f64> = of_arm().map(|row| row.confidence).collect();
    let times_ms: Vec<f64> = of_arm().map(|row| row.time_ms).collect();
    ArmAccuracy {
        arm: arm.to_owned(),
        readers: of_each(columns, drawn),
        these_readers: drawn.mean_of_means(&places(columns)),
        mean_confidence: mean(&confidence),
        median_time_ms: median(&times_ms),
    }
}

fn arm_change(settings: &ReadingSettings, change: &ChangeColumns, drawn: &Drawn) -> ArmChange {
    ArmChange {
        from: settings.arms[change.from].clone(),
        to: settings.arms[change.to].clone(),
        readers: of_each(&change.readers, drawn),
        these_readers: drawn.mean_of_means(&places(&change.readers)),
        gained: drawn.mean_of_means(&[change.gained]),
        lost: drawn.mean_of_means(&[change.lost]),
    }
}

fn reliance_of(arm: &str, columns: Option<&RelianceColumns>, drawn: &Drawn) -> Reliance {
    let Some(RelianceColumns { wrong, corrected }) = columns else {
        let none = || Estimate {
            n: 0,
            ecgs: 0,
            count: 0.0,
            value: Outcome(Err(Undefined::NoUnaidedArm)),
            interval: Outcome(Err(Undefined::NoUnaidedArm)),
        };
        return Reliance {
            arm: arm.to_owned(),
            took_over_wrong: none(),
            took_over_controls: none(),
            took_over_errors: none(),
            lost: none(),
            corrected: none(),
            readers_took_over_wrong: Vec::new(),
            readers_corrected: Vec::new(),
        };
    };
    let pooled = |(column, _): &(usize, OfReaders)| drawn.mean_of_means(&[*column]);
    Reliance {
        arm: arm.to_owned(),
        took_over_wrong: pooled(&wrong[0]),
        took_over_controls: pooled(&wrong[1]),
        took_over_errors: pooled(&wrong[2]),
        lost: pooled(&wrong[3]),
        corrected: pooled(corrected),
        readers_took_over_wrong: of_each(&wrong[0].1, drawn),
        readers_corrected: of_each(&corrected.1, drawn),
    }
}
