//! From what was simulated to the statements that an annotator of PTB-XL
//! would give, and whether a try at a rhythm meets its definition.

use super::condition::{Condition, Conduction, Found, Repolarisation, Stage};
use super::mix::Mix;
use super::patient::Patient;
use super::rhythm::Rhythm;
use super::truth::{BeatKind, Truth};

/// RR from shortest to longest that makes a sinus rhythm a sinus arrhythmia.
const ARRHYTHMIA_S: f64 = 0.12;

/// Whether the beats in the recording are what the rhythm's name promises.
pub(super) fn meets_definition(truth: &Truth) -> bool {
    let rate = truth.heart_rate_bpm;
    let rr_s = truth.rr_s();
    let shortest_s = rr_s.iter().copied().fold(f64::INFINITY, f64::min);
    let longest_s = rr_s.iter().copied().fold(0.0, f64::max);
    let spread_s = longest_s - shortest_s;
    let premature = premature_beats(truth);
    let regular = spread_s < ARRHYTHMIA_S || premature > 0;
    match truth.rhythm {
        Rhythm::Sinus | Rhythm::ConductionDelay => (60.0..=100.0).contains(&rate) && regular,
        Rhythm::SinusBradycardia => rate < 60.0 && regular,
        Rhythm::SinusTachycardia => rate > 100.0 && regular,
        Rhythm::SinusArrhythmia => spread_s > 0.16 && (50.0..=100.0).contains(&rate),
        Rhythm::FirstDegreeBlock => truth.pr_ms > Some(205.0) && regular,
        Rhythm::AtrialFibrillation => spread_s > 0.25 && variation(&rr_s) > 0.12,
        Rhythm::Bigeminy => premature >= 4,
        Rhythm::Trigeminy => premature >= 3,
        Rhythm::SecondDegreeBlock => !truth.lone_p_onsets_s.is_empty(),
        Rhythm::ThirdDegreeBlock => truth.beats.len() >= 4,
        Rhythm::SupraventricularTachycardia => (150.0..=220.0).contains(&rate),
        Rhythm::ParoxysmalTachycardia => {
            truth.count(BeatKind::Reentrant) >= 5 && truth.count(BeatKind::Normal) >= 2
        }
        Rhythm::SupraventricularArrhythmia => spread_s > 0.2,
        Rhythm::VentricularEctopy => truth.count(BeatKind::Ventricular) > 0,
        Rhythm::AtrialEctopy => truth.count(BeatKind::AtrialPremature) > 0,
        Rhythm::AtrialFlutter | Rhythm::Paced => true,
    }
}

/// Standard deviation as a share of the mean.
fn variation(values: &[f64]) -> f64 {
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    variance.sqrt() / mean
}

fn premature_beats(truth: &Truth) -> usize {
    truth
        .beats
        .iter()
        .filter(|beat| beat.kind.is_premature())
        .count()
}

/// The statements in PTB-XL's manner: diagnostic ones first, then form, then
/// rhythm.
pub(super) fn statements(mix: Mix, truth: &Truth, patient: &Patient) -> Vec<String> {
    let mut codes = Vec::new();
    if is_normal(truth, patient) {
        codes.push("NORM");
    }
    let conducts = [
        BeatKind::Normal,
        BeatKind::Reentrant,
        BeatKind::JunctionalEscape,
    ]
    .into_iter()
    .any(|kind| truth.count(kind) > 0);
    if conducts {
        codes.extend(patient.conduction.codes());
        for found in &patient.findings {
            codes.extend(found_codes(found, truth));
        }
    }
    match truth.rhythm {
        Rhythm::FirstDegreeBlock if mix == Mix::Statements => {
            codes.extend(long_pr_codes(truth.pr_ms.unwrap_or(0.0)));
        }
        Rhythm::FirstDegreeBlock | Rhythm::SecondDegreeBlock | Rhythm::ThirdDegreeBlock => {
            codes.push(truth.rhythm.code());
        }
        _ => {}
    }
    if truth.count(BeatKind::Ventricular) > 0 {
        codes.push("PVC");
    }
    if truth.count(BeatKind::AtrialPremature) > 0 && truth.rhythm != Rhythm::ParoxysmalTachycardia {
        codes.push("PAC");
    }
    if truth.rhythm == Rhythm::AtrialEctopy && premature_beats(truth) == 1 {
        codes.push("PRC(S)");
    }
    match truth.rhythm {
        // Every P is conducted, so the sinus node sets the rate.
        Rhythm::ConductionDelay
        | Rhythm::FirstDegreeBlock
        | Rhythm::VentricularEctopy
        | Rhythm::AtrialEctopy => codes.push(match truth.heart_rate_bpm {
            rate if rate < 60.0 => "SBRAD",
            rate if rate > 100.0 => "STACH",
            _ => "SR",
        }),
        Rhythm::Bigeminy | Rhythm::Trigeminy => codes.extend(["SR", truth.rhythm.code()]),
        Rhythm::SecondDegreeBlock | Rhythm::ThirdDegreeBlock => {}
        other => codes.push(other.code()),
    }
    let mut once: Vec<String> = Vec::with_capacity(codes.len());
    for code in codes {
        if !once.iter().any(|other| other == code) {
            once.push(code.to_owned());
        }
    }
    once
}

/// The statements of one finding, and those that some annotators add: the more
/// there is of it, the likelier.
fn found_codes(found: &Found, truth: &Truth) -> Vec<&'static str> {
    let mut codes = match found.condition {
        // In fibrillation there is no P to show an atrium.
        Condition::LeftAtrium | Condition::RightAtrium if truth.pr_ms.is_none() => Vec::new(),
        // Conduction has been written down.
        Condition::Conduction(_) => Vec::new(),
        condition => condition.codes(),
    };
    let much = found.strength > 0.65;
    match found.condition {
        Condition::LeftHypertrophy => {
            if much {
                codes.push("VCLVH");
            }
            if found.strength > 0.5 {
                codes.push("STD_");
            }
        }
        Condition::Infarct(_, stage) => {
            if much && truth.leads.iter().any(|lead| lead.q_ms >= 40.0) {
                codes.push("QWAVE");
            }
            if stage == Stage::Evolving && much {
                codes.push("INVT");
            }
        }
        Condition::Injury(_) if much => codes.push("STD_"),
        Condition::Ischaemia(_) if much => codes.push("INVT"),
        Condition::Repolarisation(Repolarisation::Ischaemic) if much => codes.push("STD_"),
        Condition::Repolarisation(Repolarisation::Digitalis) if much => codes.push("STD_"),
        Condition::Repolarisation(Repolarisation::NonDiagnosticT) if much => codes.push("LOWT"),
        Condition::Repolarisation(Repolarisation::NonSpecificT) if much => codes.push("NDT"),
        _ => {}
    }
    codes
}

/// A long PR is written down in one way or the other, or in both.
fn long_pr_codes(pr_ms: f64) -> &'static [&'static str] {
    match pr_ms {
        _ if pr_ms < 225.0 => &["LPR"],
        _ if pr_ms < 268.0 => &["1AVB"],
        _ => &["1AVB", "LPR"],
    }
}

/// A normal ECG but for its rate: rhythm of the sinus node, intervals and axis
/// within limits, no premature beat.
fn is_normal(truth: &Truth, patient: &Patient) -> bool {
    matches!(
        truth.rhythm,
        Rhythm::Sinus | Rhythm::SinusArrhythmia | Rhythm::SinusBradycardia
    ) && patient.conduction == Conduction::Normal
        && patient.findings.is_empty()
        && premature_beats(truth) == 0
        && truth.pr_ms.is_some_and(|pr| (120.0..=200.0).contains(&pr))
        && truth.qrs_ms < 110.0
        && (-29.0..=90.0).contains(&patient.axis_deg)
}
