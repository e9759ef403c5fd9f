//! A run as it goes on: what it does, what can be done, how it does.

use eframe::egui::{Align, Frame, Layout, Margin, Panel, Ui};

use super::{classes, curves, prototypes, stages, words};
use crate::app::command::{Commands, Place, Screen, TrainCommand};
use crate::app::state::{Fields, State};
use crate::app::texts::train::run as texts;
use crate::app::tokens::{Tokens, space};
use crate::app::widgets::{
    Side, badge, banner, body, card, card_frame, figure, ghost_button, primary_button, problem_ui,
    small, title, two_columns, weak_line,
};
use crate::training::{RunState, WatchedRun};

/// Width of the column with the stages.
const COLUMN: f32 = 264.0;

pub fn ui(
    ui: &mut Ui,
    state: &State,
    run: &WatchedRun,
    fields: &mut Fields,
    commands: &mut Commands,
) {
    problem_ui(ui, state, Place::Training, commands);
    header(ui, state, run, commands);
    end(ui, run);
    for warning in &run.view.warnings {
        let tone = Tokens::of(ui).caution;
        banner(ui, tone, |ui| ui.label(texts::warning(warning)));
    }
    let frame = Frame::new().outer_margin(Margin {
        right: space::M as i8,
        ..Margin::ZERO
    });
    Panel::left("stages-of-run")
        .exact_size(COLUMN)
        .resizable(false)
        .show_separator_line(false)
        .frame(frame)
        .show(ui, |ui| {
            card_frame(ui).show(ui, |ui| {
                ui.set_min_size(ui.available_size());
                numbers(ui, run);
                stages::ui(ui, run);
            });
        });
    Frame::new().show(ui, |ui| {
        let plots = (ui.available_height() * 0.36).clamp(120.0, 280.0);
        card(ui, |ui| {
            ui.set_width(ui.available_width());
            curves::ui(ui, &run.view, plots);
        });
        two_columns(ui, |ui, side| {
            card(ui, |ui| {
                ui.set_min_size(ui.available_size());
                match side {
                    Side::Left => classes::ui(ui, &run.view),
                    Side::Right => prototypes::ui(ui, state, &run.view, fields, commands),
                }
            });
        });
    });
}

fn header(ui: &mut Ui, state: &State, run: &WatchedRun, commands: &mut Commands) {
    card(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.horizontal(|ui| {
            let name = run.out.file_name().unwrap_or_default().to_string_lossy();
            title(ui, &*name).on_hover_text(run.out.display().to_string());
            let tone = words::tone(run, Tokens::of(ui));
            badge(ui, tone, words::state(run, state.training.cancelling));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ghost_button(ui, texts::ANOTHER_RUN).clicked() {
                    commands.train(TrainCommand::Leave);
                }
                controls(ui, state, run, commands);
            });
        });
        weak_line(ui, facts(run));
        let now = words::now(run);
        if !now.is_empty() {
            body(ui, now);
        }
        if let RunState::Running { pausing } = run.state {
            small(ui, what_stopping_means(pausing, state.training.cancelling));
        }
    });
}

/// Laid out from the right.
fn controls(ui: &mut Ui, state: &State, run: &WatchedRun, commands: &mut Commands) {
    let training = &state.training;
    if training.opening {
        ui.spinner();
        return;
    }
    match &run.state {
        RunState::Running { pausing } => {
            let cancel = eframe::egui::Button::new(texts::CANCEL);
            if ui.add_enabled(!training.cancelling, cancel).clicked() {
                commands.train(TrainCommand::Cancel);
            }
            pause(ui, *pausing, commands);
        }
        RunState::Elsewhere { .. } => pause(ui, false, commands),
        RunState::Stopped | RunState::Failed(_) | RunState::Gone => {
            let text = match run.can_resume {
                true => texts::RESUME,
                false => texts::START_AGAIN,
            };
            if primary_button(ui, text, run.settings.is_some()).clicked() {
                commands.train(TrainCommand::Resume);
            }
        }
        RunState::Finished => {
            let has_prototypes = run.view.begun.as_ref().is_none_or(|b| b.prototypes > 0);
            if has_prototypes && ui.button(texts::REVIEW).clicked() {
                commands.train(TrainCommand::OpenBundle(Screen::Review));
            }
            if primary_button(ui, texts::READ, true).clicked() {
                commands.train(TrainCommand::OpenBundle(Screen::Read));
            }
        }
        RunState::Starting => {
            ui.spinner();
        }
        RunState::Unknown => {}
    }
}

fn pause(ui: &mut Ui, pausing: bool, commands: &mut Commands) {
    let text = match pausing {
        true => texts::DO_NOT_PAUSE,
        false => texts::PAUSE,
    };
    if ui.button(text).clicked() {
        commands.train(TrainCommand::Pause(!pausing));
    }
}

fn what_stopping_means(pausing: bool, cancelling: bool) -> &'static str {
    match (cancelling, pausing) {
        (true, _) => texts::STOPPING,
        (false, true) => texts::PAUSING,
        (false, false) => texts::WHAT_STOPPING_MEANS,
    }
}

/// What the run is of, on one line.
fn facts(run: &WatchedRun) -> String {
    let Some(begun) = &run.view.begun else {
        return match run.view.epochs.is_empty() {
            true => texts::NOTHING_TOLD.to_owned(),
            false => texts::OLDER_LOG.to_owned(),
        };
    };
    let mut facts = vec![
        begun.title.clone(),
        begun.data.clone(),
        texts::records(begun.train_records, begun.validation_records),
        begun.device.clone(),
        texts::seed(begun.seed),
    ];
    if run.view.unreadable > 0 {
        facts.push(texts::unreadable(run.view.unreadable));
    }
    facts.join(" · ")
}

fn numbers(ui: &mut Ui, run: &WatchedRun) {
    let view = &run.view;
    let dash = || "–".to_owned();
    let speed = words::speed(&view.epochs).map_or_else(dash, |n| format!("{n:.0}"));
    let newest = view.epochs.iter().rev().find_map(|p| p.macro_auroc);
    let newest = newest.map_or_else(dash, |auroc| format!("{auroc:.3}"));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::XL;
        figure(ui, texts::SPEED, &speed);
        figure(ui, texts::NEWEST_AUROC, &newest);
    });
    ui.add_space(space::XS);
}

/// How it ended, where that has to be said.
fn end(ui: &mut Ui, run: &WatchedRun) {
    if run.state == RunState::Finished {
        let tone = Tokens::of(ui).good;
        banner(ui, tone, |ui| {
            ui.label(texts::COMPLETE);
        });
        return;
    }
    let Some(why) = words::explanation(run) else {
        return;
    };
    let tone = words::tone(run, Tokens::of(ui));
    banner(ui, tone, |ui| {
        ui.label(why.as_str());
        let speaks = matches!(run.state, RunState::Failed(_) | RunState::Gone);
        if !speaks || run.output.is_empty() {
            return;
        }
        ui.label(texts::LAST_LINES);
        let last = run.output.len().saturating_sub(LINES);
        for line in run.output.iter().skip(last) {
            ui.monospace(line);
        }
        if ui.button(texts::COPY_OUTPUT).clicked() {
            ui.ctx()
                .copy_text(format!("{why}\n{}", run.output.join("\n")));
        }
    });
}

/// Lines of output on the screen; all that were kept are copied.
const LINES: usize = 6;
