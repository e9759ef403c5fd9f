//! The 500 Hz record of an ECG that was opened at 100 Hz. PTB-XL has both:
//! networks read the one, and eyes the other.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::dsp;
use crate::ecg::Recording;
use crate::formats;

/// Where a collection in the layout of PTB-XL has its records of 100 Hz...
pub const LOW_RATE_FOLDER: &str = "records100";
/// ...and of 500 Hz.
pub const HIGH_RATE_FOLDER: &str = "records500";

/// Two records with less in common, after resampling and over all leads, are
/// two ECGs. Of the 243 pairs of PTB-XL that were looked at, the least alike
/// has 0.86 (its noise is above what 100 Hz can hold); of the 58,806 pairs of
/// different ECGs, the most alike has 0.47.
const LEAST_CORRELATION: f64 = 0.70;
/// The same signal in another unit or gain is not the same. Those pairs have
/// 0.96 to 1.15.
const AMPLITUDE_RATIOS: std::ops::RangeInclusive<f64> = 0.8..=1.25;

/// What there is at 500 Hz.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum HighRate {
    /// No record of 100 Hz in the layout of PTB-XL, or one without a sister.
    #[default]
    None,
    /// The same ECG.
    Same(Arc<Recording>),
    /// A record that is not shown, and why: without any name of a file.
    NotShown(String),
}

impl HighRate {
    /// Looks for `records500/00000/00001_hr` beside `records100/00000/00001_lr`
    /// and compares it with what was `opened` from there.
    pub fn beside(path: &Path, opened: &Recording) -> Self {
        let Some(header) = header_beside(path).filter(|header| header.is_file()) else {
            return Self::None;
        };
        let Ok(found) = formats::open(&header) else {
            return Self::NotShown("it cannot be read".to_owned());
        };
        match compare(opened, &found) {
            Ok(()) => Self::Same(Arc::new(Recording {
                // Whatever is known of the ECG is known of both.
                pseudonym: opened.pseudonym.clone(),
                age_years: opened.age_years,
                sex: opened.sex,
                ..found
            })),
            Err(reason) => Self::NotShown(reason),
        }
    }

    /// The record of the higher rate, where it is of the same ECG.
    pub fn same(&self) -> Option<&Arc<Recording>> {
        match self {
            Self::Same(recording) => Some(recording),
            Self::None | Self::NotShown(_) => None,
        }
    }

    /// What the sheets show of an ECG.
    pub fn shown<'a>(&'a self, opened: &'a Recording) -> &'a Recording {
        self.same().map_or(opened, |recording| recording)
    }

    /// What a sheet says of it beside what was done to the signal.
    pub fn noted(&self, signal_note: String) -> String {
        match self {
            Self::None => signal_note,
            Self::Same(_) => {
                format!("{signal_note}; 500 Hz recording shown; the model reads the 100 Hz one")
            }
            Self::NotShown(reason) => format!(
                "{signal_note}; 100 Hz recording shown; there is one of 500 Hz, but {reason}"
            ),
        }
    }
}

fn header_beside(path: &Path) -> Option<PathBuf> {
    // A record may be opened by a bare name in its own folder.
    let path = std::path::absolute(path).ok()?;
    let record = path.file_stem()?.to_str()?.strip_suffix("_lr")?;
    let shelf = path.parent()?;
    let low = shelf.parent()?;
    let header = format!("{record}_hr.hea");
    (low.file_name()? == LOW_RATE_FOLDER).then(|| {
        Some(
            low.with_file_name(HIGH_RATE_FOLDER)
                .join(shelf.file_name()?)
                .join(header),
        )
    })?
}

/// Whether a record is the same ECG at a higher rate, or in what it differs.
fn compare(low: &Recording, high: &Recording) -> Result<(), String> {
    if high.rate_hz <= low.rate_hz {
        return Err(format!("it has {} Hz", high.rate_hz));
    }
    let (low_s, high_s) = (low.duration_s(), high.duration_s());
    if (low_s - high_s).abs() > 0.5 / low.rate_hz {
        return Err(format!("it lasts {high_s:.2} s, and this one {low_s:.2} s"));
    }
    let (mut of_both, mut of_low, mut of_high) = (0.0, 0.0, 0.0);
    for channel in &low.channels {
        let Some(lead) = channel.lead else { continue };
        let found_mv = high.lead(lead);
        let found_mv = found_mv.ok_or_else(|| format!("it has no lead {lead}"))?;
        let found_mv = dsp::resample(found_mv, high.rate_hz, low.rate_hz)
            .map_err(|error| format!("it cannot be compared: {error}"))?;
        let (low_mv, high_mv) = (centred(&channel.samples_mv), centred(&found_mv));
        for (low_mv, high_mv) in low_mv.zip(high_mv) {
            of_both += low_mv * high_mv;
            of_low += low_mv * low_mv;
            of_high += high_mv * high_mv;
        }
    }
    let correlation = of_both / (of_low * of_high).sqrt();
    // A signal without a value, or without any movement, is no proof.
    if correlation.is_nan() {
        return Err("the two cannot be compared: samples are missing, or nothing moves".to_owned());
    }
    if correlation < LEAST_CORRELATION {
        return Err(format!(
            "it is another ECG (correlation {correlation:.2}, expected at least {LEAST_CORRELATION:.2})"
        ));
    }
    let ratio = (of_high / of_low).sqrt();
    if !AMPLITUDE_RATIOS.contains(&ratio) {
        return Err(format!("its amplitude is {ratio:.2} times this one's"));
    }
    Ok(())
}

/// Samples about their mean.
fn centred(samples_mv: &[f64]) -> impl Iterator<Item = f64> {
    let mean_mv = samples_mv.iter().sum::<f64>() / samples_mv.len() as f64;
    samples_mv.iter().map(move |sample_mv| sample_mv - mean_mv)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_records_of_the_low_rate_have_a_sister() {
        let beside = |path: &str| header_beside(Path::new(path));
        let header = Some(PathBuf::from("/a/records500/01000/01234_hr.hea"));
        assert_eq!(beside("/a/records100/01000/01234_lr.hea"), header);
        assert_eq!(beside("/a/records100/01000/01234_lr.dat"), header);
        assert_eq!(beside("/a/records100/01000/01234_lr"), header);
        assert_eq!(beside("/a/records500/01000/01234_hr.hea"), None);
        assert_eq!(beside("/a/records100/01000/01234.hea"), None);
        assert_eq!(beside("/a/mine/01000/01234_lr.hea"), None);
        assert_eq!(beside("01234_lr.hea"), None);
    }
}
