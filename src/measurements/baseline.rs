//! The baseline: a cubic spline through the quietest moment before each QRS
//! (Meyer and Keiser 1977). A high-pass would bend ST.

use super::signal::{Signal, samples, seconds};

/// Where the quiet moment before a beat's middle is sought.
const EARLIEST_S: f64 = 0.22;
const LATEST_S: f64 = 0.04;
/// Length of the quiet moment.
const QUIET_S: f64 = 0.02;
/// Of equally quiet moments the later, which is nearer to QRS.
const PER_SECOND_EARLIER: f64 = 2.0;

/// The signal without its baseline, and the samples where the baseline was
/// taken.
pub(super) fn removed(signal: &Signal, smooth: &Signal, beats: &[usize]) -> Signal {
    let knots: Vec<usize> = beats
        .iter()
        .filter_map(|&beat| quiet_before(smooth, beat))
        .collect();
    let half = samples(QUIET_S) / 2;
    let mut flat = signal.clone();
    for channel in &mut flat.channels {
        let x = &mut channel.samples_mv;
        let points: Vec<(f64, f64)> = knots
            .iter()
            .map(|&n| {
                let around = &x[n.saturating_sub(half)..(n + half + 1).min(x.len())];
                let level = around.iter().sum::<f64>() / around.len().max(1) as f64;
                (seconds(n), level)
            })
            .collect();
        let spline = Spline::through(points);
        for (n, value) in x.iter_mut().enumerate() {
            *value -= spline.at(seconds(n));
        }
    }
    flat
}

/// The middle of the quietest moment before a beat.
fn quiet_before(smooth: &Signal, beat: usize) -> Option<usize> {
    let from = beat.checked_sub(samples(EARLIEST_S))?;
    let to = beat.checked_sub(samples(LATEST_S))?;
    let half = samples(QUIET_S) / 2;
    let unrest = |n: usize| {
        let mut total = 0.0;
        for channel in &smooth.channels {
            let Some(moment) = channel.samples_mv.get(n.saturating_sub(half)..n + half) else {
                return f64::INFINITY;
            };
            total += moment
                .windows(2)
                .map(|pair| (pair[1] - pair[0]).powi(2))
                .sum::<f64>();
        }
        total.sqrt() * (1.0 + PER_SECOND_EARLIER * seconds(beat - n))
    };
    (from..to).min_by(|&a, &b| f64::total_cmp(&unrest(a), &unrest(b)))
}

/// A natural cubic spline; level before the first and after the last point.
struct Spline {
    points: Vec<(f64, f64)>,
    /// Second derivatives at the points.
    bends: Vec<f64>,
}

impl Spline {
    fn through(mut points: Vec<(f64, f64)>) -> Self {
        points.dedup_by(|b, a| b.0 - a.0 < 1e-9);
        let n = points.len();
        let mut bends = vec![0.0; n];
        if n >= 3 {
            // Thomas's algorithm for the tridiagonal equations of the bends.
            let (mut upper, mut right) = (vec![0.0; n], vec![0.0; n]);
            for i in 1..n - 1 {
                let (before, here, after) = (points[i - 1], points[i], points[i + 1]);
                let (left_s, right_s) = (here.0 - before.0, after.0 - here.0);
                let turn = (after.1 - here.1) / right_s - (here.1 - before.1) / left_s;
                let pivot = 2.0 * (left_s + right_s) - left_s * upper[i - 1];
                upper[i] = right_s / pivot;
                right[i] = (6.0 * turn - left_s * right[i - 1]) / pivot;
            }
            for i in (1..n - 1).rev() {
                bends[i] = right[i] - upper[i] * bends[i + 1];
            }
        }
        Self { points, bends }
    }

    fn at(&self, t: f64) -> f64 {
        let after = self.points.partition_point(|p| p.0 <= t);
        let (Some(i), Some(&right)) = (after.checked_sub(1), self.points.get(after)) else {
            let end = if after == 0 {
                self.points.first()
            } else {
                self.points.last()
            };
            return end.map_or(0.0, |p| p.1);
        };
        let left = self.points[i];
        let width = right.0 - left.0;
        let (a, b) = ((right.0 - t) / width, (t - left.0) / width);
        a * left.1
            + b * right.1
            + ((a.powi(3) - a) * self.bends[i] + (b.powi(3) - b) * self.bends[after])
                * width
                * width
                / 6.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy.interpolate.CubicSpline([0, 1, 2.5, 4], [0, 2, 1, 3], bc_type="natural")
    #[test]
    fn the_spline_is_scipys() {
        let spline = Spline::through(vec![(0.0, 0.0), (1.0, 2.0), (2.5, 1.0), (4.0, 3.0)]);
        for (t, wanted) in SCIPY {
            assert!(
                (spline.at(t) - wanted).abs() < 1e-12,
                "{t}: {}",
                spline.at(t)
            );
        }
        assert_eq!((spline.at(-1.0), spline.at(9.0)), (0.0, 3.0));
        assert_eq!(Spline::through(vec![]).at(1.0), 0.0);
        assert_eq!(Spline::through(vec![(0.0, 7.0)]).at(1.0), 7.0);
    }

    const SCIPY: [(f64, f64); 4] = [
        (0.5, 1.2567567567567568),
        (1.7, 1.7068828828828828),
        (3.0, 1.2462462462462462),
        (3.9, 2.791327327327327),
    ];
}
