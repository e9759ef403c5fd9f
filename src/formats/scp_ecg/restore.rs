//! What was taken away to save room, put back: thinned out samples (bimodal
//! compression) and the reference beat.

use super::signal::{Beat, LeadSpan, QrsLocations};
use crate::formats::FormatError;
use crate::formats::content::Content;

/// The zones in which every sample is stored, in order; none where nothing is
/// thinned out.
///
/// # Errors
/// Zones that overlap or end before they begin.
pub(super) fn protected_zones(
    file: &Content,
    qrs: &QrsLocations,
    factor: usize,
) -> Result<Vec<(u32, u32)>, FormatError> {
    if factor == 1 {
        return Ok(Vec::new());
    }
    let mut end = 0;
    let mut zones = Vec::with_capacity(qrs.protected.len());
    for &(first, last) in qrs.protected.iter().filter(|zone| **zone != (0, 0)) {
        if first <= end || last < first {
            let found = format!("{first} to {last} after {end}");
            return Err(file.wrong("a protected area of section 4", found, "areas in order"));
        }
        end = last;
        zones.push((first, last));
    }
    Ok(zones)
}

/// A run of samples of one lead.
#[derive(Clone, Copy)]
pub(super) struct Stretch {
    samples: usize,
    protected: bool,
}

/// A lead as protected and other stretches.
pub(super) fn stretches(lead: &LeadSpan, zones: &[(u32, u32)]) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    let mut at = lead.first;
    let mut push = |from: u32, until: u32, protected| {
        if until > from {
            let samples = (until - from) as usize;
            stretches.push(Stretch { samples, protected });
        }
    };
    // An end of u32::MAX is far beyond any limit, and refused elsewhere.
    let end = lead.last.saturating_add(1);
    for &(first, last) in zones {
        let first = first.clamp(at, end);
        let after = last.saturating_add(1).clamp(first, end);
        push(at, first, false);
        push(first, after, true);
        at = after;
    }
    push(at, end, false);
    stretches
}

/// How many values the file has for these stretches: one for each `factor`
/// samples that are not protected; what does not fill a group is stored as it is.
pub(super) fn stored(stretches: &[Stretch], factor: usize) -> usize {
    let values = stretches.iter().map(|stretch| {
        if stretch.protected {
            stretch.samples
        } else {
            stretch.samples / factor + stretch.samples % factor
        }
    });
    values.sum()
}

/// All samples of a lead. A mean stands in the middle of its group, with straight
/// lines between; before the first and after the last the value is held.
pub(super) fn undo_decimation(sent: &[i32], stretches: &[Stretch], factor: usize) -> Vec<f64> {
    let mut values = sent.iter().map(|&v| f64::from(v));
    let mut out = Vec::new();
    for stretch in stretches {
        if stretch.protected || factor == 1 {
            out.extend(values.by_ref().take(stretch.samples));
            continue;
        }
        let groups = stretch.samples / factor;
        let means: Vec<f64> = values.by_ref().take(groups).collect();
        if let (Some(&first), Some(&last)) = (means.first(), means.last()) {
            out.extend(std::iter::repeat_n(first, factor / 2));
            for pair in means.windows(2) {
                let step = (pair[1] - pair[0]) / factor as f64;
                out.extend((0..factor).map(|i| pair[0] + i as f64 * step));
            }
            out.extend(std::iter::repeat_n(last, factor - factor / 2));
        }
        out.extend(values.by_ref().take(stretch.samples % factor));
    }
    out
}

/// Whether adding the reference beat takes as long as the recording, not longer.
///
/// # Errors
/// Zones that together are several times as long as the recording.
pub(super) fn zones_within_limit(
    file: &Content,
    qrs: &QrsLocations,
    samples: usize,
) -> Result<(), FormatError> {
    let zone = |beat: &Beat| u64::from(beat.last.saturating_sub(beat.first)).min(samples as u64);
    let total: u64 = qrs.beats.iter().map(zone).sum();
    if total <= 4 * samples as u64 {
        return Ok(());
    }
    let found = format!("{total} samples in {samples}");
    Err(file.wrong(
        "the subtraction zones of section 4",
        found,
        "zones side by side",
    ))
}

/// Adds the reference beat to every beat of its type, fiducial on fiducial.
/// `first` is the number of the first sample of `nanovolts`.
pub(super) fn add_reference_beat(
    nanovolts: &mut [f64],
    first: u32,
    qrs: &QrsLocations,
    reference: &[i32],
    avm_nv: u16,
) {
    let first = i64::from(first);
    for beat in qrs.beats.iter().filter(|beat| beat.kind == 0) {
        // The number of the rhythm's sample on which the beat's first one falls.
        let begin = i64::from(beat.fiducial) - i64::from(qrs.beat_fiducial) + 1;
        let from = i64::from(beat.first).max(begin).max(first);
        let places = (usize::try_from(from - begin), usize::try_from(from - first));
        let (Ok(in_beat), Ok(in_rhythm)) = places else {
            continue;
        };
        let count = usize::try_from(i64::from(beat.last) - from + 1).unwrap_or(0);
        let reference = reference.iter().skip(in_beat);
        let rhythm = nanovolts.iter_mut().skip(in_rhythm);
        for (sample, &value) in rhythm.zip(reference).take(count) {
            *sample += f64::from(value) * f64::from(avm_nv);
        }
    }
}
