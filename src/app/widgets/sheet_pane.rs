//! An ECG sheet in the window: painted, zoomed, panned, and described.

use eframe::egui::{
    Align2, CursorIcon, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, vec2,
};

use crate::app::command::ZoomStep;
use crate::app::theme::regular;
use crate::app::tokens::{Tokens, type_size};
use crate::sheet::{Palette, Scene, SheetView, paint_egui};

/// How a sheet, or a pair of linked sheets, is looked at.
#[derive(Clone, Debug, Default)]
pub struct SheetZoom {
    /// `None`: the whole page fits.
    view: Option<SheetView>,
    /// Steps by keyboard or button, taken when the size is known.
    pending: Vec<ZoomStep>,
}

impl SheetZoom {
    const STEP: f64 = 1.25;

    pub fn step(&mut self, step: ZoomStep) {
        self.pending.push(step);
    }

    pub fn fit(&mut self) {
        self.view = None;
        self.pending.clear();
    }

    pub fn is_fitted(&self) -> bool {
        self.view.is_none() && self.pending.is_empty()
    }

    fn view(&mut self, scene: &Scene, area: (f64, f64)) -> SheetView {
        for step in std::mem::take(&mut self.pending) {
            let mut view = self.view.unwrap_or_else(|| SheetView::fit(scene, area));
            let middle = (area.0 / 2.0, area.1 / 2.0);
            match step {
                ZoomStep::In => view.zoom_about(middle, Self::STEP),
                ZoomStep::Out => view.zoom_about(middle, 1.0 / Self::STEP),
                ZoomStep::Pan(x, y) => view.pan((f64::from(x), f64::from(y))),
                ZoomStep::Fit => {
                    self.view = None;
                    continue;
                }
            }
            self.set(view, scene, area);
        }
        let mut view = self.view.unwrap_or_else(|| SheetView::fit(scene, area));
        view.keep_on_page(scene, area);
        view
    }

    fn set(&mut self, mut view: SheetView, scene: &Scene, area: (f64, f64)) {
        let fitted = SheetView::fit(scene, area);
        if view.points_per_mm <= fitted.points_per_mm {
            // Smaller than the whole page is of no use to anybody.
            self.view = None;
            return;
        }
        view.keep_on_page(scene, area);
        self.view = Some(view);
    }
}

/// Shows a scene. Wheel zooms at the pointer, dragging pans, a double click
/// fits; sheets that share a `zoom` and a size are linked.
pub fn sheet_pane(ui: &mut Ui, scene: &Scene, zoom: &mut SheetZoom, size: Vec2, name: &str) -> Response {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let sentence = format!("{name}. {}", scene.description);
    response.widget_info(|| WidgetInfo::labeled(Role::GraphicsDocument, true, &sentence));
    let palette = if tokens.dark { Palette::DARK } else { Palette::LIGHT };
    let area = (f64::from(rect.width()), f64::from(rect.height()));
    let mut view = zoom.view(scene, area);
    if gestures(ui, &response, rect, &mut view) {
        zoom.set(view, scene, area);
        view = zoom.view(scene, area);
    }
    if response.double_clicked() {
        zoom.fit();
    }
    ui.painter().rect_filled(rect, 0.0, tokens.sunken);
    paint_egui(ui.painter(), rect, scene, &view, &palette);
    let outline = if response.has_focus() {
        Stroke::new(2.0, tokens.accent_ink)
    } else {
        Stroke::new(1.0, tokens.outline_strong)
    };
    ui.painter().rect_stroke(rect, 0.0, outline, StrokeKind::Inside);
    if !zoom.is_fitted() {
        let percent = view.points_per_mm / SheetView::fit(scene, area).points_per_mm * 100.0;
        let text = format!("{percent:.0} % of the fitted size");
        let at = rect.right_bottom() - vec2(8.0, 6.0);
        let galley = ui.painter().layout_no_wrap(text, regular(type_size::SMALL), tokens.text_secondary);
        let behind = Align2::RIGHT_BOTTOM.anchor_size(at, galley.size()).expand2(vec2(5.0, 2.0));
        ui.painter().rect_filled(behind, 3.0, tokens.surface);
        ui.painter().galley(behind.min + vec2(5.0, 2.0), galley, tokens.text_secondary);
    }
    response.on_hover_cursor(CursorIcon::Grab)
}

/// Applies wheel and pointer to the view; true if it changed.
fn gestures(ui: &Ui, response: &Response, rect: Rect, view: &mut SheetView) -> bool {
    let mut changed = false;
    if response.dragged() {
        let by = response.drag_delta();
        view.pan((f64::from(by.x), f64::from(by.y)));
        changed = by != Vec2::ZERO;
    }
    if let Some(pointer) = response.hover_pos() {
        let (wheel, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
        let factor = f64::from(pinch) * (f64::from(wheel) / 240.0).exp();
        if (factor - 1.0).abs() > 1e-6 {
            let at = pointer - rect.min;
            view.zoom_about((f64::from(at.x), f64::from(at.y)), factor);
            changed = true;
        }
    }
    changed
}
