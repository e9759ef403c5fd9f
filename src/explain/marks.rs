//! The evidence as marks on a sheet (DESIGN.md decision 8): pooled windows
//! solid, each with its cosine, and the receptive field as a whisker.

use super::{AttentionExplanation, Extent, Influence, PrototypeEvidence, Span};
use crate::ecg::Lead;
use crate::sheet::{HeatMap, Layout, Mark};

/// Stands at the mark of a prototype that is as long as the recording.
pub const WHOLE_SHEET: &str = "whole sheet; all 12 leads were used";

/// On the test ECG: every window that the similarity was pooled from, or the
/// whole strip, or the whole sheet.
pub fn test_marks(evidence: &PrototypeEvidence) -> Vec<Mark> {
    match evidence.extent() {
        Extent::WholeStrip => vec![Mark::whole_recording(prototype(evidence))],
        Extent::WholeSheet => evidence
            .windows
            .iter()
            .map(|w| whole_sheet(w.span()))
            .collect(),
        Extent::Window => {
            let windows = evidence.windows.iter().enumerate();
            windows
                .map(|(rank, w)| {
                    let field = w.receptive_field_s;
                    let label = match rank {
                        0 => format!("cosine {:.3}", w.cosine),
                        _ => format!("{:.3}", w.cosine),
                    };
                    Mark::pooled(
                        w.start_s,
                        w.end_s,
                        Some((field.start_s, field.end_s)),
                        label,
                    )
                })
                .collect()
        }
    }
}

/// On the training ECG: the window that the prototype is.
pub fn source_marks(evidence: &PrototypeEvidence) -> Vec<Mark> {
    match (evidence.extent(), evidence.source_window) {
        (Extent::WholeSheet, Some(window)) => vec![whole_sheet(window)],
        (Extent::Window, Some(window)) => {
            let field = evidence.source_receptive_field_s;
            vec![Mark::pooled(
                window.start_s,
                window.end_s,
                field.map(|f| (f.start_s, f.end_s)),
                prototype(evidence),
            )]
        }
        // An imported model may not know where its prototype was cut from;
        // then nothing is claimed.
        (Extent::Window | Extent::WholeSheet, None) => Vec::new(),
        (Extent::WholeStrip, _) => vec![Mark::whole_recording(prototype(evidence))],
    }
}

/// The twelve leads of the most similar window of the test ECG; `None` where
/// the prototype is no window.
pub fn test_cut_out(evidence: &PrototypeEvidence) -> Option<Layout> {
    let window = evidence.windows.first().map(|w| w.span());
    cut_out(evidence, window)
}

/// The twelve leads of the window that the prototype is.
pub fn source_cut_out(evidence: &PrototypeEvidence) -> Option<Layout> {
    cut_out(evidence, evidence.source_window)
}

fn cut_out(evidence: &PrototypeEvidence, window: Option<Span>) -> Option<Layout> {
    let window = window.filter(|_| evidence.extent() == Extent::Window)?;
    Some(Layout::CutOut {
        start_s: window.start_s,
        end_s: window.end_s,
    })
}

/// Temporal attention behind the traces, as shares of its largest value.
pub fn heat_map(attention: &AttentionExplanation) -> HeatMap {
    HeatMap {
        name: "temporal attention".to_owned(),
        step_s: attention.step_s,
        rows: attention.heat(),
    }
}

/// The measured influence behind the traces, the same for all leads: a part
/// was taken away from all of them at once.
pub fn influence_map(influence: &Influence, leads: &[Lead]) -> HeatMap {
    let shares = influence.shares();
    // A part is centred on its step, so the first one has half of the length.
    let half_steps = || shares.iter().flat_map(|share| [*share, *share]).skip(1);
    HeatMap {
        name: "measured influence on the similarity".to_owned(),
        step_s: influence.step_s / 2.0,
        rows: leads
            .iter()
            .map(|lead| (*lead, half_steps().collect()))
            .collect(),
    }
}

fn prototype(evidence: &PrototypeEvidence) -> String {
    format!("prototype {}", evidence.prototype)
}

fn whole_sheet(span: Span) -> Mark {
    Mark::pooled(span.start_s, span.end_s, None, WHOLE_SHEET)
}
