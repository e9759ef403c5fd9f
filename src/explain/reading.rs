//! A reading in a few lines, for the foot of a printed ECG, the limits of its
//! waves as marks on the sheet, and its median beat.

use super::words::rounded_probability;
use crate::bundle::Manifest;
use crate::ecg::{Channel, Recording, Sex};
use crate::inference::{ClassPrediction, Prediction};
use crate::measurements::{Fiducials, Measurements};
use crate::sheet::{DisplayOptions, Layout, Scene, SheetSpec, Tick, scene};

/// Paper speed of the median beat.
const MEDIAN_BEAT_MM_PER_S: f64 = 50.0;

/// Most statements that a line at the foot of a sheet names.
const MOST: usize = 8;

/// Name and facts of a recording, free of identity.
pub fn title(recording: &Recording) -> String {
    let mut parts = vec![format!("ECG {}", recording.short_id())];
    parts.extend(age_and_sex(recording));
    parts.join(", ")
}

/// `63 years` and `female`, as far as they are known.
pub fn age_and_sex(recording: &Recording) -> Vec<String> {
    let age = recording.age_years.map(|age| format!("{age:.0} years"));
    let sex = recording
        .sex
        .map(|sex| if sex == Sex::Male { "male" } else { "female" }.to_owned());
    age.into_iter().chain(sex).collect()
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
    let limits = limits(measurements.fiducials.as_ref());
    let typical = measurements.beats.iter().filter(|beat| beat.typical);
    typical
        .flat_map(|beat| {
            limits.iter().filter_map(move |&(from_r_s, label)| {
                let time_s = beat.r_peak_s + from_r_s;
                (time_s >= 0.0 && time_s <= measurements.duration_s)
                    .then_some(Tick { time_s, label })
            })
        })
        .collect()
}

/// The median beat of all leads at one scale, with the limits of its waves;
/// `None` where there is no beat.
pub fn median_beat(measurements: &Measurements, display: &DisplayOptions) -> Option<Scene> {
    let beat = measurements.median_beat.as_ref()?;
    let r_peak_s = beat.r_sample as f64 / beat.rate_hz;
    let channels = beat.leads.iter().map(|lead| Channel {
        name: lead.name.clone(),
        lead: lead.lead,
        samples_mv: lead.samples_mv.clone(),
    });
    let recording = Recording::of_signals(beat.rate_hz, channels.collect());
    let ticks = limits(measurements.fiducials.as_ref())
        .into_iter()
        .map(|(from_r_s, label)| Tick {
            time_s: r_peak_s + from_r_s,
            label,
        });
    let (start_s, end_s) = (0.0, recording.duration_s());
    let spec = SheetSpec {
        layout: Layout::CutOut { start_s, end_s },
        title: vec![format!("Median of {} beats", beat.beats)],
        // Intervals are read from it, so it is stretched.
        speed_mm_per_s: MEDIAN_BEAT_MM_PER_S,
        filter_note: "baseline subtracted".to_owned(),
        ticks: ticks.collect(),
        ..display.spec()
    };
    Some(scene(&recording, &spec))
}

/// Where P begins, QRS begins and ends, and T ends, in seconds from the R peak.
fn limits(fiducials: Option<&Fiducials>) -> Vec<(f64, &'static str)> {
    let Some(fiducials) = fiducials else {
        return Vec::new();
    };
    [
        (fiducials.p.map(|p| p.onset_s), "P"),
        (Some(fiducials.qrs_onset_s), "Q"),
        (Some(fiducials.qrs_offset_s), "J"),
        (fiducials.t.map(|t| t.offset_s), "T"),
    ]
    .into_iter()
    .filter_map(|(from_r_s, label)| Some((from_r_s?, label)))
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
            "{} {} (threshold {:.2})",
            class.code,
            rounded_probability(probability(class), 2),
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
    use crate::measurements;
    use crate::sheet::Item;

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

    /// The sheet's moments are those of the measurements.
    #[test]
    fn the_limits_of_the_median_beat_are_the_measured_ones() {
        let simulated = crate::simulator::simulate(1, 2026).next().unwrap();
        let measured = measurements::measure(&simulated.recording, None).unwrap();
        let scene = median_beat(&measured, &DisplayOptions::default()).unwrap();
        let beats = measured.beats.iter().filter(|beat| beat.typical).count();
        assert!(scene.description.contains("50 mm/s"), "{scene:?}");
        let texts: Vec<&str> = scene
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Text(text) => Some(text.text.as_str()),
                _ => None,
            })
            .collect();
        assert!(texts.contains(&format!("Median of {beats} beats").as_str()));
        // J stands after Q by the QRS duration: at 50 mm/s in every panel.
        let at = |label: &str| -> Vec<f64> {
            let of_label = |item: &Item| match item {
                Item::Text(text) if text.text == label => Some(text.at.x_mm),
                _ => None,
            };
            scene.items.iter().filter_map(of_label).collect()
        };
        let qrs_mm = measured.qrs_ms.value().unwrap() / 1000.0 * MEDIAN_BEAT_MM_PER_S;
        let (q, j) = (at("Q"), at("J"));
        assert_eq!(q.len(), j.len());
        assert!(!q.is_empty());
        for (q, j) in q.iter().zip(&j) {
            assert!((j - q - qrs_mm).abs() < 1e-6, "{q} {j} {qrs_mm}");
        }
    }

    #[test]
    fn nothing_above_threshold_is_never_called_normal() {
        let none = reading(vec![ClassPrediction::made_up("A", 0.2, false)]);
        assert!(findings(&none).contains("does not mean that the ECG is normal"));
    }
}
