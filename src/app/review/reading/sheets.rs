//! The test ECG in pages and, in the arm that shows it, the training ECG of the
//! prototype beside it at the same scale.

use eframe::egui::{Ui, Vec2, vec2};

use crate::app::command::{Commands, ReadingPage};
use crate::app::drawn::Drawn;
use crate::app::read::attention::leads;
use crate::app::review::sheets::halves;
use crate::app::state::{Exemplar, State};
use crate::app::texts::review::{self as shared, reading::sheets as texts};
use crate::app::training_ecg;
use crate::app::widgets::{
    SheetZoom, Side, secondary, section, sheet_pane, two_columns, weak, weak_line,
};
use crate::app::worker::AttendedTest;
use crate::explain::NOT_PER_CLASS;
use crate::sheet::Scene;

/// Height of the line under the sheets, and of a heading over one.
const NOTE: f32 = 16.0;
const GAP: f32 = 4.0;

/// Of the room for both, what the page has over the attention of the leads.
const SHEET_SHARE: f32 = 0.66;

/// What is on the screen of a reader, or of a rater of pairs.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    pub page: ReadingPage,
    /// The test ECG.
    pub sheet: Option<&'a Exemplar>,
    /// Where one is shown beside it.
    pub prototype: Option<usize>,
    /// Where the network looked at it, on the page that shows that.
    pub attended: Option<Result<&'a AttendedTest, &'a str>>,
}

pub fn ui(
    ui: &mut Ui,
    state: &State,
    shown: Shown<'_>,
    zoom: &mut SheetZoom,
    commands: &mut Commands,
) {
    let size = ui.available_size();
    ui.spacing_mut().item_spacing.y = GAP;
    let area = vec2(size.x, size.y - NOTE - GAP);
    match shown.sheet {
        Some(Exemplar::Ready(drawn)) => match shown.page {
            ReadingPage::Sheet => whole(ui, drawn, zoom, area),
            ReadingPage::Strip => halves(ui, drawn, false, area),
            ReadingPage::Pair => pair(ui, state, shown.prototype, drawn, (zoom, area), commands),
            ReadingPage::Prototype => {
                prototype_sheet(ui, state, shown.prototype, (None, zoom, area), commands);
            }
            ReadingPage::Attention => match shown.attended {
                Some(Ok(attended)) => attention(ui, attended, zoom, area),
                Some(Err(why)) => {
                    secondary(ui, texts::no_attention(why));
                }
                None => training_ecg::waiting(ui, area),
            },
        },
        Some(Exemplar::Missing(why)) => {
            training_ecg::not_there(ui, size, (texts::NOT_HERE, why), commands)
        }
        Some(Exemplar::Reading) | None => training_ecg::waiting(ui, size),
    }
    if matches!(shown.sheet, Some(Exemplar::Ready(_))) {
        weak_line(ui, note(state, shown));
    }
}

/// The page, and under it the rhythm strip as wide as the window is.
fn whole(ui: &mut Ui, drawn: &Drawn, zoom: &mut SheetZoom, area: Vec2) {
    let strip = &drawn.plain_strip;
    let strip_height = (area.x * ratio(strip)).min(area.y * 0.36);
    let page = vec2(area.x, area.y - strip_height - GAP);
    sheet_pane(ui, &drawn.plain, None, zoom, page, texts::TWELVE_LEADS);
    let mut fitted = SheetZoom::default();
    let size = vec2(area.x, strip_height);
    sheet_pane(ui, strip, None, &mut fitted, size, texts::ENLARGED_STRIP);
}

/// The page with the attention behind its traces, and under it that of the leads.
fn attention(ui: &mut Ui, attended: &AttendedTest, zoom: &mut SheetZoom, area: Vec2) {
    let page = vec2(area.x, area.y * SHEET_SHARE);
    let name = texts::WITH_ATTENTION;
    sheet_pane(ui, &attended.drawn.marked, None, zoom, page, name);
    let size = vec2(area.x, area.y - page.y - GAP);
    ui.allocate_ui(size, |ui| {
        weak(ui, NOT_PER_CLASS);
        leads(ui, &attended.attention);
    });
}

fn ratio(scene: &Scene) -> f32 {
    (scene.height_mm / scene.width_mm) as f32
}

/// Both sheets at one scale, moved and zoomed together.
fn pair(
    ui: &mut Ui,
    state: &State,
    prototype: Option<usize>,
    drawn: &Drawn,
    (zoom, area): (&mut SheetZoom, Vec2),
    commands: &mut Commands,
) {
    let beside = training_ecg_of(state, prototype).map(|drawn| &drawn.marked);
    two_columns(ui, |ui, side| {
        let heading = match side {
            Side::Left => shared::THIS_ECG,
            Side::Right => texts::TRAINING_ECG,
        };
        ui.spacing_mut().item_spacing.y = GAP;
        section(ui, heading);
        let size = vec2(ui.available_width(), area.y - NOTE - GAP);
        match side {
            Side::Left => {
                sheet_pane(ui, &drawn.plain, beside, zoom, size, texts::TWELVE_LEADS);
            }
            Side::Right => {
                let by = Some(&drawn.plain);
                prototype_sheet(ui, state, prototype, (by, zoom, size), commands);
            }
        }
    });
}

fn training_ecg_of(state: &State, prototype: Option<usize>) -> Option<&Drawn> {
    match state.exemplars.get(prototype?) {
        Some(Exemplar::Ready(drawn)) => Some(drawn),
        _ => None,
    }
}

/// The training ECG of the prototype.
fn prototype_sheet(
    ui: &mut Ui,
    state: &State,
    prototype: Option<usize>,
    (beside, zoom, area): (Option<&Scene>, &mut SheetZoom, Vec2),
    commands: &mut Commands,
) {
    let sheet = prototype.and_then(|p| state.exemplars.get(p));
    match sheet {
        Some(Exemplar::Ready(drawn)) => {
            let name = texts::TRAINING_ECG_LEADS;
            sheet_pane(ui, &drawn.marked, beside, zoom, area, name);
        }
        Some(Exemplar::Missing(why)) => training_ecg::missing(ui, area, why, commands),
        Some(Exemplar::Reading) | None => training_ecg::waiting(ui, area),
    }
}

/// What is on the page.
fn note(state: &State, shown: Shown<'_>) -> String {
    let model = state.model.bundle();
    let window_s = |prototype| model.and_then(|m| m.exemplars.window_s(prototype));
    match (shown.page, shown.prototype) {
        (ReadingPage::Pair | ReadingPage::Prototype, Some(prototype)) => {
            match window_s(prototype) {
                Some((from_s, to_s)) => texts::highlighted_part(from_s, to_s),
                None => texts::whole_ecg(),
            }
        }
        _ => shared::NOT_CALIBRATED.to_owned(),
    }
}
