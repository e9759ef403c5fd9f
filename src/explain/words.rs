//! The evidence in sentences: the screen and the print say the same.

use super::{
    ClassExplanation, CounterCase, Extent, Influence, Neighbour, OrdersDisagree, ProbeResult,
    PrototypeEvidence, Rating,
};
use crate::ecg::{Recording, Sex};
use crate::inference::{Changes, Prediction};
use crate::plausibility;

/// Name of the state in which no statement reaches its threshold.
pub const NOTHING_ABOVE: &str = "Nothing above its threshold";

/// What that state does not mean.
pub const NOTHING_ABOVE_IS_NOT_NORMAL: &str = "The model found none of the statements that it assesses. That does not mean that the ECG is normal.";

/// Name of the test ECG on sheets: never its file name.
pub fn test_title(recording: &Recording) -> String {
    format!("Test ECG {}", recording.short_id())
}

/// Name of a training ECG on sheets.
pub fn source_title(evidence: &PrototypeEvidence) -> String {
    format!(
        "{}, prototype {}",
        training_ecg(evidence),
        evidence.prototype
    )
}

/// The training ECG that a prototype is, or that nobody knows it.
pub fn training_ecg(evidence: &PrototypeEvidence) -> String {
    match evidence.ecg_id {
        Some(ecg_id) => format!("Training ECG {ecg_id}"),
        None => "Training ECG not known".to_owned(),
    }
}

/// What is known of a training ECG: statements, age, sex, fold, and what
/// reviewers gave the prototype.
pub fn source_details(evidence: &PrototypeEvidence) -> String {
    let statements = evidence.source_statements.join(" ");
    let mut parts: Vec<String> = (!statements.is_empty())
        .then_some(statements)
        .into_iter()
        .collect();
    parts.extend(evidence.source_age_years.map(age));
    parts.extend(
        evidence
            .source_sex
            .map(|sex| if sex == Sex::Male { "male" } else { "female" }.to_owned()),
    );
    parts.extend(evidence.source_fold.map(|fold| format!("fold {fold}")));
    parts.extend(evidence.rating.as_ref().map(rating));
    parts.join(", ")
}

/// An age in years; the oldest are one group.
fn age(years: f64) -> String {
    if years >= crate::dataset::OLDEST_AGE_YEARS {
        format!("{:.0} years or older", crate::dataset::OLDEST_AGE_YEARS)
    } else {
        format!("{years:.0} years")
    }
}

/// What reviewers gave a prototype.
pub fn rating(rating: &Rating) -> String {
    let raters = plural(rating.raters, "reviewer");
    let bad = match rating.bad {
        0 => String::new(),
        bad => format!(", marked as bad by {bad}"),
    };
    format!("rated {:.1} of 5 by {raters}{bad}", rating.mean)
}

/// How similar, in words with units.
pub fn similarity_sentence(evidence: &PrototypeEvidence) -> String {
    let percentile = match evidence.percentile {
        Some(p) => format!("closer than {p:.1} % of the training ECGs without the statement"),
        None => "no training ECGs without the statement to compare with".to_owned(),
    };
    format!(
        "cosine {:.3} ({percentile}); weight {:+.3}, contribution {:+.3}",
        evidence.cosine, evidence.weight, evidence.contribution
    )
}

/// Which part of the test ECG the similarity is of.
pub fn windows_sentence(evidence: &PrototypeEvidence) -> String {
    match evidence.extent() {
        Extent::WholeStrip => {
            "This branch has no time axis: the whole strip and all 12 leads were used.".to_owned()
        }
        Extent::WholeSheet => {
            "This branch compares the whole sheet: all 10 s and all 12 leads were used.".to_owned()
        }
        Extent::Window => {
            let windows = evidence.windows.iter();
            let windows =
                windows.map(|w| format!("{:.2}–{:.2} s ({:.3})", w.start_s, w.end_s, w.cosine));
            format!(
                "Most similar windows and their cosines: {}. The whiskers are what each was computed from.",
                windows.collect::<Vec<_>>().join(", ")
            )
        }
    }
}

/// Why the similarity of a prototype is no evidence, where it is none.
pub fn warning(evidence: &PrototypeEvidence) -> Option<&'static str> {
    match (evidence.same_recording, evidence.same_patient) {
        (true, _) => Some(
            "The training ECG is the very recording that is read: that it looks like itself is no evidence.",
        ),
        (false, true) => Some(
            "The training ECG is of the same patient: part of the likeness may be the patient's and not the diagnosis's.",
        ),
        (false, false) => None,
    }
}

/// What stands beside a prototype in a list.
pub fn remark(evidence: &PrototypeEvidence) -> Option<&'static str> {
    match evidence {
        p if p.switched_off => Some("switched off"),
        p if p.same_recording => Some("this very recording"),
        p if p.same_patient => Some("same patient"),
        p if p.duplicate_of.is_some() => Some("same ECG as another prototype"),
        _ => None,
    }
}

/// What is left of a similarity under a disturbance.
pub fn probe_sentence(probe: &ProbeResult) -> String {
    let moved = match probe.window_moved_s {
        None => String::new(),
        Some(moved_s) if moved_s < 0.01 => "; the window stays at its place".to_owned(),
        Some(moved_s) => format!("; the window moves by {moved_s:.2} s"),
    };
    format!(
        "With {} the similarity is {:.1} % of what it was, cosine {:.3}{moved}",
        probe.probe,
        100.0 * probe.similarity_kept,
        probe.cosine
    )
}

/// Which part of the ECG a similarity hangs on.
pub fn influence_sentence(influence: &Influence) -> String {
    let falls = influence.cosine_falls.iter().enumerate();
    match falls.max_by(|a, b| a.1.total_cmp(b.1)) {
        // As it is shown, with three digits.
        Some((part, fall)) if *fall >= 0.0005 => format!(
            "Without the {:.2} s around {:.2} s, the cosine falls most: by {fall:.3}.",
            influence.step_s,
            part as f64 * influence.step_s
        ),
        _ => {
            "Taking away any one part of the ECG does not make the cosine fall by 0.001.".to_owned()
        }
    }
}

/// What the tint behind the traces of a read ECG is.
pub const TINT: &str = "tint: how far the similarity falls without that part";

/// The same, where the ECG stands beside it.
pub fn influence_note(influence: &Influence) -> String {
    format!(
        "{} The tint behind the traces is this measured influence, full at its largest and from {:.2} on.",
        influence_sentence(influence),
        Influence::FULL_TINT
    )
}

/// What stands where something could not be measured.
pub fn not_measured(what: Unmeasured) -> &'static str {
    match what {
        Unmeasured::Attention => "What each lead is worth could not be measured.",
        Unmeasured::Influence => "What the similarity hangs on could not be measured.",
    }
}

/// What a prediction may have to be shown without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmeasured {
    /// With the occlusion of every lead.
    Attention,
    Influence,
}

/// That the two orders begin with different prototypes.
pub fn orders_note(disagree: &OrdersDisagree) -> String {
    format!(
        "The orders disagree: prototype {} is the most similar, prototype {} adds most to the logit.",
        disagree.by_similarity, disagree.by_contribution
    )
}

/// How many of the nearest training ECGs carry the statement.
pub fn neighbours_sentence(code: &str, nearest: &[Neighbour]) -> String {
    let carrying = nearest.iter().filter(|n| n.carries).count();
    let own = nearest.iter().filter(|n| n.same_patient).count();
    let own = match own {
        0 => String::new(),
        own => format!(" {own} of them are of the same patient."),
    };
    format!(
        "{carrying} of the {} nearest training ECGs carry {code}.{own}",
        nearest.len()
    )
}

/// What speaks for another statement, and how near that came.
pub fn counter_sentence(counter: &CounterCase) -> String {
    format!(
        "Most probable other statement of this branch below its threshold: {}, {} (probability {}, threshold {:.3}). \
         Its most similar prototype is {}, {}; cosine {:.3}{}.",
        counter.code,
        counter.description,
        rounded_probability(counter.probability, 3),
        counter.threshold,
        counter.prototype.prototype,
        counter
            .prototype
            .ecg_id
            .map_or("of a source not known".to_owned(), |id| format!(
                "training ECG {id}"
            )),
        counter.prototype.cosine,
        counter
            .prototype
            .percentile
            .map_or(String::new(), |p| format!(
                " (closer than {p:.1} % of the training ECGs without it)"
            ))
    )
}

/// What was changed for a "what if", with the probability before; `None` where
/// nothing was.
pub fn changes_sentence(changes: &Changes, unchanged: Option<f64>) -> Option<String> {
    let before = unchanged.map_or(String::new(), |p| {
        format!(
            " Unchanged, the probability is {}.",
            rounded_probability(p, 3)
        )
    });
    (!changes.is_none()).then(|| {
        format!(
            "What if: {} All other numbers are of the changed ECG or model, not of the ECG as it was recorded.{before}",
            changes.sentences().join(" ")
        )
    })
}

/// What stands over the test ECG: what was done to it for the model, and what
/// the gate cut off and warns of.
pub fn notes(prediction: &Prediction, report: &plausibility::Report) -> Vec<String> {
    let warnings = report.of(plausibility::Severity::Warn);
    let warnings = warnings.map(|finding| format!("Warning: {}", finding.message));
    // What was done about rate and length stands in the notes of the prediction.
    let cut = report.of(plausibility::Severity::Note);
    let cut = cut.filter(|finding| finding.code == plausibility::Code::CalibrationPulse);
    let cut = cut.map(|finding| format!("Note: {}", finding.message));
    let done = prediction.notes.iter().cloned();
    done.chain(cut).chain(warnings).collect()
}

/// The probability, or why there is none.
pub fn probability_sentence(explanation: &ClassExplanation) -> String {
    match (explanation.probability, explanation.threshold) {
        (Some(p), Some(threshold)) => format!(
            "probability {}, threshold {threshold:.3}{}: {}{}",
            rounded_probability(p, 3),
            shared(explanation.threshold_shared),
            if explanation.positive == Some(true) {
                "positive"
            } else {
                "below threshold"
            },
            explanation
                .calibrated_probability
                .map_or(String::new(), |c| format!(
                    "; calibrated {}{}",
                    rounded_probability(c, 3),
                    shared(explanation.calibration_shared)
                ))
        ),
        _ => "not assessed: too few training ECGs".to_owned(),
    }
}

/// What stands behind a number that the statement does not have of its own.
fn shared(shared: bool) -> &'static str {
    match shared {
        true => " (shared by the branch)",
        false => "",
    }
}

fn plural(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

/// A probability in a table, or a dash.
pub fn chance(probability: Option<f64>) -> String {
    probability.map_or("-".to_owned(), |p| rounded_probability(p, 3))
}

/// A probability with so many digits, and never a certainty that the model does
/// not have.
pub fn rounded_probability(probability: f64, digits: usize) -> String {
    let smallest = 10f64.powi(-(digits as i32));
    if probability < smallest / 2.0 {
        format!("<{smallest:.digits$}")
    } else if probability >= 1.0 - smallest / 2.0 {
        format!(">{:.digits$}", 1.0 - smallest)
    } else {
        format!("{probability:.digits$}")
    }
}
