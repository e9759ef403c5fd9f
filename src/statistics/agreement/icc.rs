//! Intraclass correlations.

use serde::Serialize;

use super::super::distributions::{f_above, f_quantile};
use super::super::interval::{Interval, upper_probability};
use super::super::undefined::{Undefined, value_or_reason};
use super::table::{RatingTable, items_at_least};

/// Shrout and Fleiss' cases: who the raters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IccModel {
    /// ICC(1): each item has its own raters.
    OneWay,
    /// ICC(2): the raters are a sample; their levels count (absolute
    /// agreement).
    TwoWayRandom,
    /// ICC(3): these raters only; their levels do not count (consistency).
    TwoWayMixed,
}

impl IccModel {
    pub const ALL: [Self; 3] = [Self::OneWay, Self::TwoWayRandom, Self::TwoWayMixed];
}

/// One intraclass correlation with its F test and interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Icc {
    pub value: f64,
    /// F of the test that it is 0, its degrees of freedom and p.
    #[serde(serialize_with = "value_or_reason")]
    pub f_test: Result<FTest, Undefined>,
    #[serde(serialize_with = "value_or_reason")]
    pub interval: Result<Interval, Undefined>,
}

/// F with its degrees of freedom and the probability of a larger one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FTest {
    pub f: f64,
    pub degrees: [f64; 2],
    pub p: f64,
}

/// ICC(·,1), the reliability of one rating, and ICC(·,k), that of the mean of
/// all k raters.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct IccPair {
    pub model: IccModel,
    /// Items that every rater rated; no other can be used.
    pub items: usize,
    pub raters: usize,
    pub single: Icc,
    pub average: Icc,
}

/// ICC(1,1), (2,1) or (3,1) and its average (Shrout and Fleiss, Psychol. Bull.
/// 86 (1979) 420-428) with intervals by F (McGraw and Wong, Psychol. Methods 1
/// (1996) 30-46): pingouin's `intraclass_corr`, psych's `ICC`.
///
/// [`Undefined::NoVariance`] when all ratings are equal. A value below 0 is
/// kept: it says that the raters agree less than strangers would.
pub fn icc(table: &RatingTable, model: IccModel, level: f64) -> Result<IccPair, Undefined> {
    table.needs_raters(2)?;
    let rows = table.complete_rows();
    items_at_least(2, rows.len())?;
    let squares = MeanSquares::new(&rows);
    if squares.items == 0.0 && squares.within == 0.0 {
        return Err(Undefined::NoVariance);
    }
    let [single, average] = match model {
        IccModel::OneWay => {
            let degrees = [squares.n - 1.0, squares.n * (squares.k - 1.0)];
            squares.against(squares.within, degrees, level)
        }
        IccModel::TwoWayMixed => squares.against(squares.error, squares.degrees(), level),
        IccModel::TwoWayRandom => squares.absolute(level),
    }?;
    Ok(IccPair {
        model,
        items: rows.len(),
        raters: table.raters(),
        single,
        average,
    })
}

/// The analysis of variance of n items by k raters.
struct MeanSquares {
    n: f64,
    k: f64,
    items: f64,
    raters: f64,
    within: f64,
    error: f64,
}

impl MeanSquares {
    fn new(rows: &[Vec<f64>]) -> Self {
        let raters = rows.first().map_or(0, Vec::len);
        let (n, k) = (rows.len() as f64, raters as f64);
        let grand = rows.iter().flatten().sum::<f64>() / (n * k);
        let item_means: Vec<f64> = rows.iter().map(|r| r.iter().sum::<f64>() / k).collect();
        let rater_mean = |j: usize| rows.iter().map(|r| r[j]).sum::<f64>() / n;
        let rater_means: Vec<f64> = (0..raters).map(rater_mean).collect();
        let (mut within, mut error) = (0.0, 0.0);
        for (row, item) in rows.iter().zip(&item_means) {
            for (value, rater) in row.iter().zip(&rater_means) {
                within += (value - item).powi(2);
                error += (value - item - rater + grand).powi(2);
            }
        }
        let around = |means: &[f64]| means.iter().map(|m| (m - grand).powi(2)).sum::<f64>();
        // A sum of squares that is rounding only would give an F of 1e30.
        let total: f64 = rows.iter().flatten().map(|v| (v - grand).powi(2)).sum();
        let spread = rows
            .iter()
            .flatten()
            .fold(0.0_f64, |most, v| most.max(v.abs()));
        let rounding = 1e-13 * total.max(1e-13 * spread * spread * n * k);
        let tidy = |squares: f64| if squares <= rounding { 0.0 } else { squares };
        Self {
            n,
            k,
            items: tidy(k * around(&item_means)) / (n - 1.0),
            raters: tidy(n * around(&rater_means)) / (k - 1.0),
            within: tidy(within) / (n * (k - 1.0)),
            error: tidy(error) / ((n - 1.0) * (k - 1.0)),
        }
    }

    fn degrees(&self) -> [f64; 2] {
        [self.n - 1.0, (self.n - 1.0) * (self.k - 1.0)]
    }

    fn f_test(&self, noise: f64, degrees: [f64; 2]) -> Result<FTest, Undefined> {
        if noise == 0.0 {
            return Err(Undefined::NoErrorVariance);
        }
        let f = self.items / noise;
        let p = f_above(f, degrees[0], degrees[1]);
        Ok(FTest { f, degrees, p })
    }

    /// Cases 1 and 3: items against one kind of noise.
    fn against(&self, noise: f64, degrees: [f64; 2], level: f64) -> Result<[Icc; 2], Undefined> {
        let denominator = self.items + (self.k - 1.0) * noise;
        if denominator == 0.0 {
            return Err(Undefined::NoVariance);
        }
        let f_test = self.f_test(noise, degrees);
        let quantile = |degrees: [f64; 2]| two_sided_f(level, degrees);
        let interval = f_test.and_then(|test| {
            Ok(Interval {
                low: test.f / quantile(degrees)?,
                high: test.f * quantile([degrees[1], degrees[0]])?,
            })
        });
        let map = |transform: &dyn Fn(f64) -> f64| {
            interval.map(|i| Interval {
                low: transform(i.low),
                high: transform(i.high),
            })
        };
        let single = Icc {
            value: (self.items - noise) / denominator,
            f_test,
            interval: map(&|f| (f - 1.0) / (f + self.k - 1.0)),
        };
        // Without any difference between items the mean's reliability is -∞.
        if self.items == 0.0 {
            return Err(Undefined::NoVariance);
        }
        let average = Icc {
            value: (self.items - noise) / self.items,
            f_test,
            interval: map(&|f| 1.0 - 1.0 / f),
        };
        Ok([single, average])
    }

    /// Case 2: absolute agreement, with Satterthwaite's degrees of freedom.
    fn absolute(&self, level: f64) -> Result<[Icc; 2], Undefined> {
        let Self { n, k, .. } = *self;
        let single_noise = (k - 1.0) * self.error + k * (self.raters - self.error) / n;
        let average_noise = (self.raters - self.error) / n;
        let [single, average] = [self.items + single_noise, self.items + average_noise];
        if single == 0.0 || average == 0.0 {
            return Err(Undefined::NoVariance);
        }
        let value = (self.items - self.error) / single;
        let f_test = self.f_test(self.error, self.degrees());
        let interval = self.absolute_interval(value, level);
        let stepped_up = |r: f64| r * k / (1.0 + r * (k - 1.0));
        Ok([
            Icc {
                value,
                f_test,
                interval,
            },
            Icc {
                value: (self.items - self.error) / average,
                f_test,
                interval: interval.map(|i| Interval {
                    low: stepped_up(i.low),
                    high: stepped_up(i.high),
                }),
            },
        ])
    }

    fn absolute_interval(&self, value: f64, level: f64) -> Result<Interval, Undefined> {
        let Self { n, k, .. } = *self;
        // McGraw and Wong's a and b, times n (1 - value) so that 1 is no pole.
        let by_raters = k * value * self.raters;
        let by_error = (n * (1.0 + (k - 1.0) * value) - k * value) * self.error;
        let spread = by_raters.powi(2) / (k - 1.0) + by_error.powi(2) / ((n - 1.0) * (k - 1.0));
        if spread == 0.0 {
            return Err(Undefined::NoErrorVariance);
        }
        let degrees = (by_raters + by_error).powi(2) / spread;
        let noise = k * self.raters + (k * n - k - n) * self.error;
        let upper = two_sided_f(level, [n - 1.0, degrees])?;
        let lower = two_sided_f(level, [degrees, n - 1.0])?;
        Ok(Interval {
            low: n * (self.items - upper * self.error) / (upper * noise + n * self.items),
            high: n * (lower * self.items - self.error) / (noise + n * lower * self.items),
        })
    }
}

fn two_sided_f(level: f64, degrees: [f64; 2]) -> Result<f64, Undefined> {
    f_quantile(upper_probability(level)?, degrees[0], degrees[1]).ok_or(Undefined::NoErrorVariance)
}
