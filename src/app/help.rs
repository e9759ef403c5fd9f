//! Help with keys.

use eframe::egui::{Context, Grid, Ui, vec2};

use super::command::Commands;
use super::texts::keys;
use super::tokens::space;
use super::widgets::{Side, body, dialog, key_hint, section, two_columns};

/// The groups from here on stand in the right column of the help.
const FIRST_ON_THE_RIGHT: usize = 4;

pub fn ui(ctx: &Context, commands: &mut Commands) {
    dialog(ctx, keys::TITLE, 870.0, commands, |ui, _| {
        let (left, right) = keys::HELP.split_at(FIRST_ON_THE_RIGHT);
        two_columns(ui, |ui, side| {
            let groups = match side {
                Side::Left => left,
                Side::Right => right,
            };
            for of_one_place in groups {
                group(ui, of_one_place);
            }
        });
    });
}

fn group(ui: &mut Ui, (name, keys): &keys::Group) {
    ui.spacing_mut().interact_size.y = 0.0;
    section(ui, name);
    Grid::new(*name)
        .num_columns(2)
        .min_row_height(22.0)
        .spacing(vec2(space::M, 6.0))
        .show(ui, |ui| {
            for (key, meaning) in *keys {
                key_hint(ui, key);
                body(ui, *meaning);
                ui.end_row();
            }
        });
    ui.add_space(space::M);
}
