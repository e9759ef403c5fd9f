//! Help with keys.

use eframe::egui::{Context, Grid, Ui, vec2};

use super::command::Commands;
use super::keys::HELP;
use super::tokens::space;
use super::widgets::{body, dialog, key_hint, section};

pub fn ui(ctx: &Context, commands: &mut Commands) {
    dialog(ctx, "Keys", 740.0, commands, |ui, _| {
        ui.columns(2, |columns| {
            for group in HELP {
                // Reviewing has a column of its own.
                let column = usize::from(group.0.starts_with("Review"));
                if let Some(column) = columns.get_mut(column) {
                    keys(column, group);
                }
            }
        });
    });
}

fn keys(ui: &mut Ui, (name, keys): &(&str, &[(&str, &str)])) {
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
