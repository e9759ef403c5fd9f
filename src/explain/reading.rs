//! A reading in a few lines, for the foot of a printed ECG, and the limits of
//! its waves as marks on the sheet.

use crate::bundle::Manifest;
use crate::ecg::{Recording, Sex};
use crate::inference::{ClassPrediction, Prediction};
use crate::measurements::Measurements;
use crate::sheet::Tick;

/// Most statements that a line at the foot of a sheet names.
const MOST: usize = 8;

/// Name and facts of a recording, free of identity.
pub fn title(recording: &Recording) -> String {
    let mut parts = vec![format!("ECG {}", recording.short_id())];
    parts.extend(recording.age_years.map(|age| format!("{age:.0} years")));
    parts.extend(
        recording
            .sex
            .map(|sex| if sex == Sex::Male { "male" } else { "female" }.to_owned()),
    );
    parts.join(", ")
}

/// The bundle and what it reads: statements at or above their thresholds, with
/// their probabilities.
///
/// Without a prediction the reason stands there.
pub fn footer(
    manifest: &Manifest,
    sha256: &str,
    prediction: Result<&Prediction, &str>,
) -> Vec<String> {
    let mut lines = vec![format!(
        "Model {} ({}).",
        manifest.title,
        sha256.get(..8).unwrap_or(sha256)
    )];
    if let Some(notice) = manifest.notice() {
        lines[0].push_str(&format!(" {notice}."));
    }
    lines.push(match prediction {
        Err(reason) => format!("No prediction: {reason}."),
        Ok(prediction) => findings(prediction),
    });
    lines
}

/// Where P begins, QRS begins and ends, and T ends in the beats that the median
/// beat was made of.
pub fn ticks(measurements: &Measurements) -> Vec<Tick> {
    let Some(fiducials) = measurements.fiducials else {
        return Vec::new();
    };
    let limits = [
        (fiducials.p.map(|p| p.onset_s), "P"),
        (Some(fiducials.qrs_onset_s), "Q"),
        (Some(fiducials.qrs_offset_s), "J"),
        (fiducials.t.map(|t| t.offset_s), "T"),
    ];
    let typical = measurements.beats.iter().filter(|beat| beat.typical);
    typical
        .flat_map(|beat| {
            limits.iter().filter_map(move |&(from_r_s, label)| {
                let time_s = beat.r_peak_s + from_r_s?;
                (time_s >= 0.0 && time_s <= measurements.duration_s)
                    .then_some(Tick { time_s, label })
            })
        })
        .collect()
}

fn findings(prediction: &Prediction) -> String {
    let mut positive: Vec<&ClassPrediction> = prediction
        .classes
        .iter()
        .filter(|class| class.positive == Some(true))
        .collect();
    if positive.is_empty() {
        return "The model finds nothing above its threshold; that does not mean that the ECG is \
                normal."
            .to_owned();
    }
    let probability = |class: &ClassPrediction| class.probability.unwrap_or_default();
    positive.sort_by(|a, b| probability(b).total_cmp(&probability(a)));
    let named = positive.iter().take(MOST).map(|class| {
        format!(
            "{} {:.2} (threshold {:.2})",
            class.code,
            probability(class),
            class.threshold.unwrap_or_default()
        )
    });
    let more = match positive.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "At or above threshold, with probability: {}{more}.",
        named.collect::<Vec<_>>().join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(classes: Vec<ClassPrediction>) -> Prediction {
        Prediction {
            recording_sha256: String::new(),
            notes: Vec::new(),
            classes,
            similarities: Vec::new(),
            windows: Vec::new(),
            attention: None,
            changes: crate::inference::Changes::default(),
        }
    }

    #[test]
    fn what_is_positive_is_named_most_probable_first_and_the_rest_counted() {
        let two = reading(vec![
            ClassPrediction::made_up("A", 0.6, true),
            ClassPrediction::made_up("B", 0.4, false),
            ClassPrediction::made_up("C", 0.9, true),
        ]);
        assert_eq!(
            findings(&two),
            "At or above threshold, with probability: C 0.90 (threshold 0.50), A 0.60 (threshold 0.50)."
        );
        let many = reading(
            (0..11)
                .map(|_| ClassPrediction::made_up("D", 0.7, true))
                .collect(),
        );
        assert!(findings(&many).ends_with(" and 3 more."));
    }

    #[test]
    fn nothing_above_threshold_is_never_called_normal() {
        let none = reading(vec![ClassPrediction::made_up("A", 0.2, false)]);
        assert!(findings(&none).contains("does not mean that the ECG is normal"));
    }
}
