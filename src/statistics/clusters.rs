//! Resamples of clustered ratings: by class, then by source ECG.
//!
//! Prototypes of one class resemble each other, and so do prototypes cut from
//! one ECG. A resample therefore draws classes with replacement, in each drawn
//! class as many source ECGs as it has, with replacement, and takes all
//! prototypes of a drawn source. With one class only the sources are drawn.
//! Drawing at both levels errs, if at all, on the wide side (Davison and
//! Hinkley, *Bootstrap Methods and their Application*, 1997, section 3.8).
//!
//! A resample needs no list of prototypes: a sum and a count per source ECG and
//! column are enough.

use std::ops::Range;

use serde::Serialize;

use super::random::Mrg32k3a;
use super::undefined::{Undefined, all_finite};

/// Where a prototype comes from. The numbers only tell apart. A source ECG that
/// serves two classes is a cluster in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Origin {
    pub class: usize,
    pub source_ecg: u64,
}

/// How many clusters an interval rests on. With fewer than about ten no
/// bootstrap is to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ClusterCounts {
    pub classes: usize,
    /// Pairs of class and source ECG.
    pub sources: usize,
}

/// Sum and count of ratings per column, side by side: `[sum, count, sum, ...]`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tally<'a>(&'a [f64]);

impl Tally<'_> {
    /// Mean of a column; not finite without a rating in it, which
    /// [`Replicates`](super::Replicates) leaves out.
    pub fn mean(self, column: usize) -> f64 {
        let [sum, count] = [self.0[2 * column], self.0[2 * column + 1]];
        sum / count
    }

    /// Ratings in a column.
    pub fn count(self, column: usize) -> f64 {
        self.0[2 * column + 1]
    }

    /// Mean of the means of these columns.
    pub fn mean_of(self, columns: impl ExactSizeIterator<Item = usize>) -> f64 {
        let n = columns.len() as f64;
        columns.map(|c| self.mean(c)).sum::<f64>() / n
    }
}

/// Ratings by class and source ECG.
#[derive(Debug)]
pub(super) struct Clusters {
    /// Two per column.
    width: usize,
    /// The sources of each class, as a range of [`Clusters::sources`].
    classes: Vec<Range<usize>>,
    /// One tally per class and source ECG, one after the other.
    sources: Vec<f64>,
}

impl Clusters {
    /// Groups columns of ratings; prototypes without any rating take no part.
    /// Classes and sources are in ascending order of their numbers.
    pub fn new(origins: &[Origin], columns: &[&[Option<f64>]]) -> Result<Self, Undefined> {
        for column in columns {
            assert_eq!(column.len(), origins.len(), "one origin per prototype");
        }
        let mut rated: Vec<usize> = (0..origins.len())
            .filter(|&i| columns.iter().any(|c| c[i].is_some()))
            .collect();
        rated.sort_by_key(|&i| origins[i]);
        let mut clusters = Self {
            width: 2 * columns.len(),
            classes: Vec::new(),
            sources: Vec::new(),
        };
        let mut sources = 0;
        for class in rated.chunk_by(|&a, &b| origins[a].class == origins[b].class) {
            let first = sources;
            for source in class.chunk_by(|&a, &b| origins[a] == origins[b]) {
                sources += 1;
                for column in columns {
                    let ratings = source.iter().filter_map(|&i| column[i]);
                    clusters.sources.push(ratings.clone().sum());
                    clusters.sources.push(ratings.count() as f64);
                }
            }
            clusters.classes.push(first..sources);
        }
        all_finite(&clusters.sources)?;
        if sources == 0 {
            return Err(Undefined::TooFewValues {
                needed: 1,
                found: 0,
            });
        }
        Ok(clusters)
    }

    /// Classes and sources in which any of these columns has ratings.
    pub fn counts(&self, columns: Range<usize>) -> ClusterCounts {
        let rated = |&source: &usize| {
            let counts = self.source(source).iter().skip(1).step_by(2);
            let of_columns = counts.skip(columns.start).take(columns.len());
            of_columns.sum::<f64>() > 0.0
        };
        let classes = self.classes.iter().cloned();
        let sources: Vec<usize> = classes.map(|class| class.filter(rated).count()).collect();
        ClusterCounts {
            classes: sources.iter().filter(|n| **n > 0).count(),
            sources: sources.iter().sum(),
        }
    }

    /// Sources in which any of these columns has ratings.
    pub fn sources_in(&self, columns: &[usize]) -> usize {
        let sources = 0..self.sources.len() / self.width.max(1);
        let rated = |source: &usize| {
            let tally = Tally(self.source(*source));
            columns.iter().any(|&column| tally.count(column) > 0.0)
        };
        sources.filter(rated).count()
    }

    fn source(&self, source: usize) -> &[f64] {
        &self.sources[source * self.width..(source + 1) * self.width]
    }

    /// Draws resamples: first the classes of a resample, then for each drawn
    /// class its sources.
    pub fn resample(&self, resamples: usize, random: &mut Mrg32k3a) -> Tallies {
        let mut tallies = Tallies::new(self.width, resamples);
        let mut drawn = vec![0; self.classes.len()];
        for tally in tallies.sums.chunks_exact_mut(self.width.max(1)) {
            for class in &mut drawn {
                *class = match self.classes.len() {
                    1 => 0,
                    n => random.below(n),
                };
            }
            for &class in &drawn {
                let range = self.classes[class].clone();
                for _ in range.clone() {
                    add(tally, self.source(range.start + random.below(range.len())));
                }
            }
        }
        tallies
    }

    /// Everything but one cluster of the highest level that has several: a
    /// class, or with one class a source. Empty with one source.
    pub fn jackknife(&self) -> Tallies {
        let clusters: Vec<Range<usize>> = match &self.classes[..] {
            [only] => only.clone().map(|source| source..source + 1).collect(),
            classes => classes.to_vec(),
        };
        if clusters.len() < 2 {
            return Tallies::new(self.width, 0);
        }
        let mut tallies = Tallies::new(self.width, clusters.len());
        let sums = tallies.sums.chunks_exact_mut(self.width.max(1));
        for (tally, without) in sums.zip(&clusters) {
            let all = 0..self.sources.len() / self.width;
            for source in all.filter(|s| !without.contains(s)) {
                add(tally, self.source(source));
            }
        }
        tallies
    }

    /// Everything once.
    pub fn total(&self) -> Tallies {
        let mut tallies = Tallies::new(self.width, 1);
        for source in self.sources.chunks_exact(self.width.max(1)) {
            add(&mut tallies.sums, source);
        }
        tallies
    }
}

fn add(tally: &mut [f64], source: &[f64]) {
    for (sum, more) in tally.iter_mut().zip(source) {
        *sum += more;
    }
}

/// One tally per resample.
#[derive(Debug)]
pub(super) struct Tallies {
    width: usize,
    sums: Vec<f64>,
}

impl Tallies {
    fn new(width: usize, n: usize) -> Self {
        Self {
            width,
            sums: vec![0.0; width * n],
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = Tally<'_>> {
        self.sums.chunks_exact(self.width.max(1)).map(Tally)
    }
}
