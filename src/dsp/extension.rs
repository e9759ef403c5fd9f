//! What lies beyond the ends of a signal: its odd extension, the signal turned
//! about its end points, which is scipy's `odd_ext` (filtfilt) and
//! `antireflect` (resample_poly).

use super::DspError;

/// `x` with `padding` samples before and after it.
///
/// # Errors
/// [`DspError::TooShort`] unless there are more samples than `padding`.
pub(super) fn odd(x: &[f64], padding: usize) -> Result<Vec<f64>, DspError> {
    let (Some(&first), Some(&last), true) = (x.first(), x.last(), x.len() > padding) else {
        return Err(DspError::TooShort {
            found: x.len(),
            expected: padding + 1,
        });
    };
    let before = x[1..=padding].iter().rev().map(|v| 2.0 * first - v);
    let after = x[x.len() - 1 - padding..x.len() - 1]
        .iter()
        .rev()
        .map(|v| 2.0 * last - v);
    Ok(before.chain(x.iter().copied()).chain(after).collect())
}
