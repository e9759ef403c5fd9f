//! Over a queue of either kind: who answers, how far, how long it will take,
//! and whether a break is due.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use eframe::egui::{Align, Layout, Ui};

use crate::app::command::{Command, Commands, ReadingCommand, ReviewCommand};
use crate::app::state::{ReadingSession, Session};
use crate::app::tokens::Tokens;
use crate::app::widgets::{badge, banner, body, ghost_button, progress, secondary, title};

/// What is said of a queue.
pub(super) struct Header<'a> {
    /// `Rater` or `Reader`.
    who: &'static str,
    code: &'a dyn Display,
    title: &'a str,
    database: &'a Path,
    is_training: bool,
    answered: usize,
    total: usize,
    minutes_left: Option<u64>,
    /// How long there was no break, where it is time for one.
    break_due: Option<Duration>,
    leave: Command,
    break_taken: Command,
}

impl<'a> Header<'a> {
    pub fn of_ratings(session: &'a Session) -> Self {
        Self {
            who: "Rater",
            code: &session.rater,
            title: session.title.as_str(),
            database: &session.database,
            is_training: session.is_training(),
            answered: session.answers.len(),
            total: session.queue.len(),
            minutes_left: session.minutes_left().filter(|_| !session.is_done()),
            break_due: session.break_due(),
            leave: Command::Review(ReviewCommand::Leave),
            break_taken: Command::Review(ReviewCommand::BreakTaken),
        }
    }

    pub fn of_readings(reader: &'a ReadingSession) -> Self {
        Self {
            who: "Reader",
            code: &reader.rater,
            title: reader.study.title(),
            database: &reader.database,
            is_training: reader.is_training(),
            answered: reader.answers.len(),
            total: reader.queue.len(),
            minutes_left: reader.minutes_left().filter(|_| !reader.is_done()),
            break_due: reader.break_due(),
            leave: Command::ReadStudy(ReadingCommand::Leave),
            break_taken: Command::ReadStudy(ReadingCommand::BreakTaken),
        }
    }

    pub fn ui(self, ui: &mut Ui, commands: &mut Commands) {
        ui.horizontal(|ui| {
            let saved_in = format!("Answers are saved in {}", self.database.display());
            title(ui, format!("{} {}", self.who, self.code)).on_hover_text(saved_in);
            let change = format!("Change {}", self.who.to_lowercase());
            if ghost_button(ui, &change).clicked() {
                commands.send(self.leave);
            }
            secondary(ui, self.title);
            if self.is_training {
                let tone = Tokens::of(ui).demonstration;
                badge(ui, tone, "Training, not counted");
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let share = match self.total {
                    0 => 0.0,
                    total => self.answered as f32 / total as f32,
                };
                let text = format!("{} of {} answered", self.answered, self.total);
                progress(ui, share, 180.0, &format!("Progress: {text}"));
                let left = self
                    .minutes_left
                    .map(|min| format!(", about {min} min left"));
                secondary(ui, text + &left.unwrap_or_default());
            });
        });
        if let Some(since) = self.break_due {
            let tone = Tokens::of(ui).demonstration;
            banner(ui, tone, |ui| {
                ui.horizontal(|ui| {
                    let minutes = since.as_secs() / 60;
                    body(
                        ui,
                        format!(
                            "{minutes} minutes without a break. Everything is saved: take one."
                        ),
                    );
                    if ui.button("Go on").clicked() {
                        commands.send(self.break_taken);
                    }
                });
            });
        }
    }
}
