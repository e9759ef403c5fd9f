//! The Train screen: a form that starts a training, and a run as it goes on.
//! The training is a process of its own; this only reads what it writes.

mod classes;
mod curves;
mod form;
mod prototypes;
mod run;
mod stages;
mod words;

use eframe::egui::Ui;

use super::command::Commands;
use super::state::{Fields, State};

pub use prototypes::overlay as source_overlay;
pub use words::goes_on;

pub fn ui(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    match &state.training.run {
        Some(run) => run::ui(ui, state, run, fields, commands),
        None => form::ui(ui, state, fields, commands),
    }
}
