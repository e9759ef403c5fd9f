//! Tables with painted, aligned cells: a row is one thing to click and one
//! sentence to a screen reader.

use eframe::egui::text::{LayoutJob, TextFormat, TextWrapping};
use eframe::egui::{
    Align, Color32, CornerRadius, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};

use crate::app::texts::widgets as texts;
use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, radius, space, type_size};

/// A column of a [`Table`].
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub name: &'static str,
    /// Width in points; 0 takes what is left, once per table.
    pub width: f32,
    pub align: Align,
}

impl Column {
    pub const fn left(name: &'static str, width: f32) -> Self {
        Self {
            name,
            width,
            align: Align::Min,
        }
    }

    pub const fn right(name: &'static str, width: f32) -> Self {
        Self {
            name,
            width,
            align: Align::Max,
        }
    }
}

/// What is in a cell.
#[derive(Clone, Debug)]
pub struct Cell {
    text: String,
    strong: bool,
    colour: Option<Color32>,
    /// A bar behind the text: from one share of the width to another.
    bar: Option<(f32, f32, Color32)>,
    /// A tick at a share of the width.
    tick: Option<f32>,
}

impl Cell {
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            strong: false,
            colour: None,
            bar: None,
            tick: None,
        }
    }

    pub fn strong(mut self) -> Self {
        self.strong = true;
        self
    }

    pub fn colour(mut self, colour: Color32) -> Self {
        self.colour = Some(colour);
        self
    }

    /// A bar from share `from` to share `to` of the cell's width.
    pub fn bar(mut self, from: f32, to: f32, colour: Color32) -> Self {
        self.bar = Some((from.clamp(0.0, 1.0), to.clamp(0.0, 1.0), colour));
        self
    }

    /// A tick at a share of the cell's width.
    pub fn tick(mut self, at: f32) -> Self {
        self.tick = Some(at.clamp(0.0, 1.0));
        self
    }
}

/// A table over the whole width; its columns' places are worked out once.
pub struct Table {
    columns: Vec<Column>,
    spans: Vec<(f32, f32)>,
}

impl Table {
    const PADDING: f32 = 8.0;
    const GAP: f32 = 10.0;

    pub fn new(ui: &Ui, columns: &[Column]) -> Self {
        let gaps = Self::GAP * columns.len().saturating_sub(1) as f32;
        let fixed: f32 = columns.iter().map(|column| column.width).sum();
        let rest = (ui.available_width() - 2.0 * Self::PADDING - gaps - fixed).max(20.0);
        let mut left = Self::PADDING;
        let spans = columns
            .iter()
            .map(|column| {
                let width = if column.width > 0.0 {
                    column.width
                } else {
                    rest
                };
                let span = (left, left + width);
                left += width + Self::GAP;
                span
            })
            .collect();
        Self {
            columns: columns.to_vec(),
            spans,
        }
    }

    /// The names of the columns.
    pub fn header(&self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
        let names = self
            .columns
            .iter()
            .map(|c| c.name)
            .filter(|n| !n.is_empty())
            .collect::<Vec<_>>()
            .join(", ");
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, texts::columns(&names)));
        for (column, span) in self.columns.iter().zip(&self.spans) {
            let cell = Cell::new(column.name).colour(tokens.text_weak);
            paint(ui, rect, *span, column.align, &cell, type_size::SMALL);
        }
        ui.painter().hline(
            rect.x_range(),
            rect.bottom() - 0.5,
            Stroke::new(1.0, tokens.outline),
        );
    }

    /// A row that only shows; `name` is the sentence for a screen reader.
    pub fn row(&self, ui: &mut Ui, cells: &[Cell], name: &str) -> Response {
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), space::ROW), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, name));
        self.cells(ui, rect, cells);
        response
    }

    /// A row that can be chosen.
    pub fn choice(&self, ui: &mut Ui, cells: &[Cell], selected: bool, name: &str) -> Response {
        let tokens = Tokens::of(ui);
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), space::ROW), Sense::click());
        response.widget_info(|| {
            WidgetInfo::selected(Role::ListBoxOption, ui.is_enabled(), selected, name)
        });
        let corner = CornerRadius::same(radius::SMALL);
        if selected {
            ui.painter().rect_filled(rect, corner, tokens.selected);
            // A mark at the edge, so that the choice is seen without colour.
            let edge =
                Rect::from_min_size(rect.min + vec2(0.0, 4.0), vec2(3.0, rect.height() - 8.0));
            ui.painter()
                .rect_filled(edge, CornerRadius::same(2), tokens.accent_ink);
        } else if response.hovered() {
            ui.painter().rect_filled(rect, corner, tokens.hover);
        }
        if response.has_focus() {
            ui.painter().rect_stroke(
                rect,
                corner,
                Stroke::new(1.5, tokens.accent_ink),
                StrokeKind::Inside,
            );
        }
        self.cells(ui, rect, cells);
        response
    }

    fn cells(&self, ui: &Ui, rect: Rect, cells: &[Cell]) {
        for ((column, span), cell) in self.columns.iter().zip(&self.spans).zip(cells) {
            paint(ui, rect, *span, column.align, cell, type_size::BODY);
        }
    }
}

fn paint(ui: &Ui, row: Rect, span: (f32, f32), align: Align, cell: &Cell, size: f32) {
    let tokens = Tokens::of(ui);
    let place = Rect::from_min_max(
        pos2(row.left() + span.0, row.top()),
        pos2(row.left() + span.1, row.bottom()),
    );
    if let Some((from, to, colour)) = cell.bar {
        bar(ui, place, from, to, colour, cell.tick);
        return;
    }
    let mut job = LayoutJob::simple_singleline(
        cell.text.clone(),
        if cell.strong {
            strong(size)
        } else {
            regular(size)
        },
        cell.colour.unwrap_or(tokens.text),
    );
    job.wrap = TextWrapping::truncate_at_width(place.width());
    for section in &mut job.sections {
        section.format = TextFormat {
            valign: Align::Center,
            ..section.format.clone()
        };
    }
    let galley = ui.painter().layout_job(job);
    let x = match align {
        Align::Max => place.right() - galley.size().x,
        Align::Center => place.center().x - galley.size().x / 2.0,
        Align::Min => place.left(),
    };
    let at = Pos2::new(x, place.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, tokens.text);
}

/// A bar on a track, with the tick of a limit.
fn bar(ui: &Ui, place: Rect, from: f32, to: f32, colour: Color32, tick: Option<f32>) {
    let tokens = Tokens::of(ui);
    let track = Rect::from_center_size(place.center(), vec2(place.width(), 6.0));
    let corner = CornerRadius::same(3);
    ui.painter().rect_filled(track, corner, tokens.pressed);
    let x = |share: f32| track.left() + share * track.width();
    let (low, high) = (from.min(to), from.max(to));
    let filled = Rect::from_min_max(
        pos2(x(low), track.top()),
        pos2(x(high).max(x(low) + 1.5), track.bottom()),
    );
    ui.painter().rect_filled(filled, corner, colour);
    if let Some(tick) = tick {
        let x = x(tick).clamp(track.left() + 1.0, track.right() - 1.0);
        ui.painter().vline(
            x,
            (track.top() - 3.0)..=(track.bottom() + 3.0),
            Stroke::new(1.5, tokens.text_secondary),
        );
    }
}
