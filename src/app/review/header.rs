//! Over a queue of either kind: who answers, how far, how long it will take,
//! and whether a break is due.

use std::path::Path;
use std::time::Duration;

use eframe::egui::{Align, Layout, Ui};

use crate::app::command::{Command, Commands, ReadingCommand, ReviewCommand};
use crate::app::state::{ReadingSession, Session};
use crate::app::texts::review::{self as shared, header as texts};
use crate::app::tokens::Tokens;
use crate::app::widgets::{badge, banner, body, ghost_button, progress, secondary, title};

/// What is said of a queue.
pub(super) struct Header<'a> {
    /// The rater or reader by her code.
    who: String,
    /// What lets another one answer.
    change: &'static str,
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
            who: shared::rater(session.rater.as_str()),
            change: texts::CHANGE_RATER,
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
            who: texts::reader(reader.rater.as_str()),
            change: texts::CHANGE_READER,
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
            title(ui, self.who).on_hover_text(texts::saved_in(self.database));
            if ghost_button(ui, self.change).clicked() {
                commands.send(self.leave);
            }
            secondary(ui, self.title);
            if self.is_training {
                let tone = Tokens::of(ui).demonstration;
                badge(ui, tone, texts::TRAINING);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let share = match self.total {
                    0 => 0.0,
                    total => self.answered as f32 / total as f32,
                };
                let (answered, total) = (self.answered, self.total);
                progress(ui, share, 180.0, &texts::progress(answered, total));
                secondary(ui, texts::answered(answered, total, self.minutes_left));
            });
        });
        if let Some(since) = self.break_due {
            let tone = Tokens::of(ui).demonstration;
            banner(ui, tone, |ui| {
                ui.horizontal(|ui| {
                    let minutes = since.as_secs() / 60;
                    body(ui, texts::without_break(minutes));
                    if ui.button(texts::GO_ON).clicked() {
                        commands.send(self.break_taken);
                    }
                });
            });
        }
    }
}
