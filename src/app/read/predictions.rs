//! The table of statements: positive, below threshold, not assessed.

use std::cmp::Ordering;

use eframe::egui::{Frame, Margin, RichText, Ui};

use crate::app::command::{Command, Commands, Place};
use crate::app::state::{ModelState, State};
use crate::app::texts::{columns, read::predictions as texts};
use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, space, type_size};
use crate::app::widgets::{
    Cell, Column, Table, badge, problem_ui, secondary, section, small, weak,
};
use crate::explain::words;
use crate::inference::{ClassPrediction, Prediction};

/// Width of a probability, of which `>0.99` in bold is the widest.
const PROBABILITY: f32 = 39.0;

/// The three groups of the table, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Positive,
    Below,
    NotAssessed,
}

impl Standing {
    const ALL: [Self; 3] = [Self::Positive, Self::Below, Self::NotAssessed];

    fn of(class: &ClassPrediction) -> Self {
        match (class.assessed, class.positive) {
            (false, _) => Self::NotAssessed,
            (true, Some(true)) => Self::Positive,
            (true, _) => Self::Below,
        }
    }

    /// A sign that does not need colour.
    fn sign(self) -> &'static str {
        match self {
            Self::Positive => "●",
            Self::Below => "○",
            Self::NotAssessed => "–",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Positive => texts::STANDING_POSITIVE,
            Self::Below => texts::STANDING_BELOW,
            Self::NotAssessed => texts::NOT_ASSESSED,
        }
    }
}

/// The outputs of one group, the most probable first.
fn group(prediction: &Prediction, standing: Standing) -> Vec<usize> {
    let probability = |i: &usize| {
        prediction.classes[*i]
            .probability
            .unwrap_or(f64::NEG_INFINITY)
    };
    let mut group: Vec<usize> = (0..prediction.classes.len())
        .filter(|&i| Standing::of(&prediction.classes[i]) == standing)
        .collect();
    group.sort_by(|a, b| {
        probability(b)
            .partial_cmp(&probability(a))
            .unwrap_or(Ordering::Equal)
    });
    group
}

/// The outputs in the order of the table, for the keys that walk through it.
pub fn order(state: &State) -> Vec<usize> {
    let Some(prediction) = &state.reading.prediction else {
        return Vec::new();
    };
    Standing::ALL
        .into_iter()
        .flat_map(|standing| group(prediction, standing))
        .collect()
}

/// What has to be known of the prediction wherever it is shown: that it failed,
/// that it is of a changed ECG, what was done for the model.
pub fn notices(ui: &mut Ui, state: &State, commands: &mut Commands) {
    problem_ui(ui, state, Place::Prediction, commands);
    let Some(prediction) = &state.reading.prediction else {
        return;
    };
    padded(ui, |ui| super::what_if::notice(ui, state, commands));
    for note in &prediction.notes {
        padded(ui, |ui| weak(ui, texts::for_the_model(note)));
    }
}

pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    notices(ui, state, commands);
    let Some(prediction) = &state.reading.prediction else {
        waiting(ui, state);
        return;
    };
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut columns = vec![
        Column::left("", 12.0),
        Column::left(columns::CODE, 50.0),
        Column::left(columns::STATEMENT, 0.0),
        Column::left("", 44.0),
        Column::right(texts::PROBABILITY, PROBABILITY),
    ];
    if !prediction.changes.is_none() {
        columns.push(Column::right(texts::WAS, PROBABILITY));
    }
    columns.push(Column::right(columns::THRESHOLD, 56.0));
    let table = Table::new(ui, &columns);
    // Where there is no number, the statement has the room.
    let bare = Table::new(
        ui,
        &[
            Column::left("", 12.0),
            Column::left("", 50.0),
            Column::left("", 0.0),
        ],
    );
    table.header(ui);
    for standing in Standing::ALL {
        let classes = group(prediction, standing);
        intro(ui, standing, classes.len());
        for class in classes {
            let table = if standing == Standing::NotAssessed {
                &bare
            } else {
                &table
            };
            row(ui, table, state, prediction, class, commands);
        }
    }
}

/// What stands over a group.
fn intro(ui: &mut Ui, standing: Standing, count: usize) {
    ui.add_space(6.0);
    padded(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        match (standing, count) {
            (Standing::Positive, 0) => {
                let tone = Tokens::of(ui).negative;
                badge(ui, tone, words::NOTHING_ABOVE);
                small(ui, words::NOTHING_ABOVE_IS_NOT_NORMAL);
            }
            (Standing::Positive, _) => section(ui, texts::AT_OR_ABOVE_HEADING),
            (_, 0) => {}
            (Standing::Below, _) => section(ui, texts::BELOW_HEADING),
            (Standing::NotAssessed, count) => {
                section(ui, &texts::cannot_see(count));
                weak(ui, texts::TOO_FEW_FOR_PROBABILITY);
            }
        }
    });
    ui.add_space(2.0);
}

fn row(
    ui: &mut Ui,
    table: &Table,
    state: &State,
    prediction: &Prediction,
    index: usize,
    commands: &mut Commands,
) {
    let tokens = Tokens::of(ui);
    let Some(class) = prediction.classes.get(index) else {
        return;
    };
    let standing = Standing::of(class);
    let (ink, bar) = match standing {
        Standing::Positive => (tokens.positive.text, tokens.positive.text),
        Standing::Below => (tokens.text, tokens.text_weak),
        Standing::NotAssessed => (tokens.text_weak, tokens.text_weak),
    };
    let number = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.2}"));
    let mut track = Cell::new("");
    if let Some(probability) = class.probability {
        track = track.bar(0.0, probability as f32, bar);
        if let Some(threshold) = class.threshold {
            track = track.tick(threshold as f32);
        }
    }
    let mut probability = Cell::new(class.probability.map(rounded).unwrap_or_default()).colour(ink);
    if standing == Standing::Positive {
        probability = probability.strong();
    }
    let mut cells = vec![
        Cell::new(standing.sign()).colour(ink),
        Cell::new(class.code.as_str()).strong().colour(ink),
        Cell::new(class.description.as_str()).colour(if standing == Standing::NotAssessed {
            tokens.text_weak
        } else {
            tokens.text_secondary
        }),
        track,
        probability,
    ];
    // What the probability is without what was changed.
    let unchanged = state.reading.unchanged.as_ref();
    let unchanged = unchanged.filter(|_| !prediction.changes.is_none());
    let was = unchanged.and_then(|unchanged| unchanged.classes.get(index)?.probability);
    if unchanged.is_some() {
        cells.push(Cell::new(was.map(rounded).unwrap_or_default()).colour(tokens.text_secondary));
    }
    let threshold = number(class.threshold.filter(|_| class.assessed));
    cells.push(Cell::new(threshold).colour(tokens.text_weak));
    let response = table.choice(
        ui,
        &cells,
        state.reading.class == Some(index),
        &texts::row(class, standing.name(), was),
    );
    if response.clicked() {
        commands.send(Command::ChooseClass(index));
    }
    response.on_hover_ui_at_pointer(|ui| tooltip(ui, class, standing));
}

fn rounded(probability: f64) -> String {
    words::rounded_probability(probability, 2)
}

fn tooltip(ui: &mut Ui, class: &ClassPrediction, standing: Standing) {
    let tokens = Tokens::of(ui);
    ui.label(
        RichText::new(format!("{}, {}", class.code, class.description))
            .font(strong(type_size::BODY)),
    );
    let mut lines = vec![texts::logit(class.logit)];
    if standing == Standing::NotAssessed {
        lines = vec![texts::NOT_ASSESSED_WHY.to_owned()];
    } else {
        lines.extend(class.probability.map(texts::probability));
        lines.extend(
            class
                .calibrated_probability
                .map(|p| texts::calibrated(p, class.calibration_shared)),
        );
        lines.extend(
            class
                .threshold
                .map(|t| texts::threshold(t, class.threshold_shared)),
        );
    }
    for line in lines {
        ui.label(
            RichText::new(line)
                .font(regular(type_size::SMALL))
                .color(tokens.text_secondary),
        );
    }
}

/// Instead of the table.
fn waiting(ui: &mut Ui, state: &State) {
    padded(ui, |ui| {
        let refused = state
            .reading
            .opened
            .as_ref()
            .is_some_and(|opened| opened.report.refused());
        let text = match &state.model {
            _ if refused => texts::REFUSED,
            _ if state.reading.predicting => texts::MODEL_IS_READING,
            ModelState::Opening(_) | ModelState::Loading(_) => texts::MODEL_IS_LOADING,
            ModelState::Ready { .. } => texts::NO_PREDICTION,
            ModelState::None | ModelState::Failed(_) => texts::NO_MODEL,
        };
        if state.reading.predicting || state.model.is_busy() {
            ui.spinner();
        }
        secondary(ui, text);
    });
}

fn padded<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    Frame::new()
        .inner_margin(Margin::symmetric(space::S as i8, 0))
        .show(ui, contents)
        .inner
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(code: &str, assessed: bool, probability: f64, positive: bool) -> ClassPrediction {
        ClassPrediction {
            code: code.to_owned(),
            description: String::new(),
            assessed,
            logit: 0.0,
            probability: assessed.then_some(probability),
            calibration_shared: false,
            calibrated_probability: None,
            threshold: assessed.then_some(0.5),
            threshold_shared: false,
            positive: assessed.then_some(positive),
        }
    }

    #[test]
    fn what_is_not_assessed_has_no_number_in_its_sentence() {
        let class = class("3AVB", false, 0.9, false);
        assert_eq!(
            texts::row(&class, Standing::of(&class).name(), None),
            "3AVB, : not assessed"
        );
    }

    #[test]
    fn groups_are_positive_below_not_assessed_and_sorted_by_probability() {
        let classes = vec![
            class("A", true, 0.1, false),
            class("B", false, 0.0, false),
            class("C", true, 0.7, true),
            class("D", true, 0.3, false),
            class("E", true, 0.9, true),
        ];
        let prediction = Prediction {
            recording_sha256: String::new(),
            notes: Vec::new(),
            classes,
            similarities: Vec::new(),
            windows: Vec::new(),
            attention: None,
            changes: Default::default(),
        };
        assert_eq!(group(&prediction, Standing::Positive), [4, 2]);
        assert_eq!(group(&prediction, Standing::Below), [3, 0]);
        assert_eq!(group(&prediction, Standing::NotAssessed), [1]);
    }
}
