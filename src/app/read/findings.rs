//! What the plausibility gate found.

use eframe::egui::{CollapsingHeader, Frame, Margin, RichText, Ui};

use crate::app::texts::read::findings as texts;
use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, space, type_size};
use crate::app::widgets::{banner, sentence, weak};
use crate::plausibility::{Code, Report, Severity};

pub fn ui(ui: &mut Ui, report: &Report) {
    let inner = Margin {
        bottom: 6,
        ..Margin::symmetric(space::S as i8, 0)
    };
    Frame::new().inner_margin(inner).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.spacing_mut().interact_size.y = 20.0;
        warnings(ui, report);
        // What was done about the rate stands with the prediction.
        let notes = report
            .of(Severity::Note)
            .filter(|finding| finding.code != Code::SamplingRate);
        for finding in notes {
            weak(ui, sentence(&finding.message));
        }
        passed(ui, report);
    });
}

/// What has to be seen before any number.
pub fn warnings(ui: &mut Ui, report: &Report) {
    let tokens = Tokens::of(ui);
    group(ui, report, Severity::Refuse, tokens.error, texts::NO_SCORE);
    group(
        ui,
        report,
        Severity::Warn,
        tokens.caution,
        texts::LOOK_FIRST,
    );
}

/// The checks that passed, folded up, with the number that each measured.
fn passed(ui: &mut Ui, report: &Report) {
    let tokens = Tokens::of(ui);
    let count = report.of(Severity::Pass).count();
    let name = RichText::new(texts::passed(count))
        .font(regular(type_size::SMALL))
        .color(tokens.text_weak);
    CollapsingHeader::new(name)
        .id_salt("passed")
        .show(ui, |ui| {
            for finding in report.of(Severity::Pass) {
                weak(ui, sentence(&finding.message));
            }
        });
}

fn group(
    ui: &mut Ui,
    report: &Report,
    severity: Severity,
    tone: crate::app::tokens::Tone,
    name: &str,
) {
    if report.of(severity).next().is_none() {
        return;
    }
    banner(ui, tone, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.label(RichText::new(name).font(strong(type_size::SMALL)));
        for finding in report.of(severity) {
            ui.label(RichText::new(sentence(&finding.message)).font(regular(type_size::SMALL)));
        }
    });
}
