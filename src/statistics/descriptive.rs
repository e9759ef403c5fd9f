//! Mean, standard deviation, t interval and empirical percentile.

use super::distributions::student_t_quantile;

/// Arithmetic mean; `None` for an empty slice.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The middle value, or the mean of the two middle ones; `None` for an empty
/// slice.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *sorted.get(sorted.len() / 2 - 1)?;
    Some(f64::midpoint(lower, upper))
}

/// Standard deviation of a sample (divisor n - 1); `None` below two values.
pub fn sd(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (values.len() >= 2).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

/// Two-sided confidence interval of the mean after Student, for independent
/// values; `level` is 0.95 for 95 %.
///
/// `None` below two values or for a level outside (0, 1). It is not clipped to
/// the range of a scale: an interval of ratings that reaches past 5 says that
/// the normal approximation is poor there, and hiding that helps nobody.
pub fn t_interval(values: &[f64], level: f64) -> Option<(f64, f64)> {
    let (mean, sd) = (mean(values)?, sd(values)?);
    let n = values.len() as f64;
    let t = student_t_quantile(f64::midpoint(1.0, level), n - 1.0)?;
    let half_width = t * sd / n.sqrt();
    Some((mean - half_width, mean + half_width))
}

/// Share of the reference values that are strictly below `value`, from 0 to 1
/// (scipy's `percentileofscore(kind="strict") / 100`); `None` without any.
pub fn share_below(value: f64, reference: &[f64]) -> Option<f64> {
    let below = reference.iter().filter(|&&r| r < value).count();
    (!reference.is_empty()).then(|| below as f64 / reference.len() as f64)
}
