//! An ECG sheet in the window: painted, zoomed, panned, and described.

use eframe::egui::{
    Align2, CursorIcon, PointerButton, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, vec2,
};

use crate::app::command::ZoomStep;
use crate::app::texts::widgets as texts;
use crate::app::theme::regular;
use crate::app::tokens::{Tokens, type_size};
use crate::sheet::{Point, Scene, SheetView, paint_egui};

use super::caliper::{Caliper, CaliperMode, Pane};
use super::gestures::{self, Scrolling};

/// How a sheet, or a pair of linked sheets, is looked at.
#[derive(Clone, Debug, Default)]
pub struct SheetZoom {
    /// `None`: the whole page fits.
    view: Option<SheetView>,
    /// Steps by keyboard or button, taken when the size is known.
    pending: Vec<ZoomStep>,
    /// Lies over every sheet of the pair.
    pub caliper: Caliper,
    /// Seconds by which the wheel asked for another part of the recording;
    /// whoever has the recording takes them.
    pub scrolled_s: f64,
    /// What scrolls: a wheel, or fingers on a touch pad.
    scrolling: Scrolling,
    /// Points that are a millimetre on this monitor, once it was calibrated.
    pub true_points_per_mm: Option<f64>,
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

    /// The left or the right half of a page, as wide as the area.
    pub fn half(page: &Scene, width: f32, right: bool) -> Self {
        let points_per_mm = 2.0 * f64::from(width) / page.width_mm;
        let left_mm = if right { page.width_mm / 2.0 } else { 0.0 };
        Self {
            view: Some(SheetView {
                points_per_mm,
                origin_mm: Point::new(left_mm, 0.0),
            }),
            ..Self::default()
        }
    }

    /// What is seen, if not the whole page.
    #[cfg(test)]
    pub fn shown(&self) -> Option<SheetView> {
        self.view
    }

    #[cfg(test)]
    fn is_fitted(&self) -> bool {
        self.view.is_none() && self.pending.is_empty()
    }

    fn view(&mut self, page: &Scene, area: (f64, f64)) -> SheetView {
        for step in std::mem::take(&mut self.pending) {
            let mut view = self.view.unwrap_or_else(|| SheetView::fit(page, area));
            let middle = (area.0 / 2.0, area.1 / 2.0);
            match step {
                ZoomStep::In => view.zoom_about(middle, Self::STEP),
                ZoomStep::Out => view.zoom_about(middle, 1.0 / Self::STEP),
                ZoomStep::TrueScale => match self.true_points_per_mm {
                    Some(points_per_mm) => {
                        view.zoom_about(middle, points_per_mm / view.points_per_mm);
                        view.keep_on_page(page, area);
                        // Even where the whole page would have room to spare.
                        self.view = Some(view);
                        continue;
                    }
                    None => continue,
                },
                ZoomStep::Pan(x, y) => view.pan((f64::from(x), f64::from(y))),
                ZoomStep::Fit => {
                    self.view = None;
                    continue;
                }
            }
            self.set(view, page, area);
        }
        let mut view = self.view.unwrap_or_else(|| SheetView::fit(page, area));
        view.keep_on_page(page, area);
        view
    }

    fn set(&mut self, mut view: SheetView, page: &Scene, area: (f64, f64)) {
        let fitted = SheetView::fit(page, area);
        if view.points_per_mm <= fitted.points_per_mm {
            // Smaller than the whole page is of no use to anybody.
            self.view = None;
            return;
        }
        view.keep_on_page(page, area);
        self.view = Some(view);
    }
}

/// Where the page is in the window.
fn paper(area: Rect, scene: &Scene, view: &SheetView) -> Rect {
    let pos = |x_mm: f64, y_mm: f64| {
        let (x, y) = view.points_at(Point::new(x_mm, y_mm));
        area.min + vec2(x as f32, y as f32)
    };
    Rect::from_min_max(pos(0.0, 0.0), pos(scene.width_mm, scene.height_mm))
}

/// What of an area is not below the paper, and a point more.
fn around(area: Rect, paper: Rect) -> impl Iterator<Item = Rect> {
    let inner = paper.shrink(1.0).intersect(area);
    if !inner.is_positive() {
        return vec![area].into_iter();
    }
    let across = |top, bottom| Rect::from_x_y_ranges(area.x_range(), top..=bottom);
    let upright = |left, right| Rect::from_x_y_ranges(left..=right, inner.y_range());
    let mut strips = vec![
        across(area.top(), inner.top()),
        across(inner.bottom(), area.bottom()),
        upright(area.left(), inner.left()),
        upright(inner.right(), area.right()),
    ];
    strips.retain(Rect::is_positive);
    strips.into_iter()
}

/// Shows a scene. The wheel and a pinch zoom at the pointer, dragging and two
/// fingers on a touch pad pan, a double click fits; sideways (or with Shift)
/// the wheel goes along the recording, as do the fingers at the page's edge.
/// Sheets that share a `zoom` and a size are linked; each names the other as
/// `beside`, so that one scale holds for both whatever their heights are.
pub fn sheet_pane(
    ui: &mut Ui,
    scene: &Scene,
    beside: Option<&Scene>,
    zoom: &mut SheetZoom,
    size: Vec2,
    name: &str,
) -> Response {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let area = (f64::from(rect.width()), f64::from(rect.height()));
    let page = Scene::room_for([scene, beside.unwrap_or(scene)]);
    let mut view = zoom.view(&page, area);
    let sentence = texts::sheet(name, &scene.description, &scale_text(zoom, &view));
    response.widget_info(|| WidgetInfo::labeled(Role::GraphicsDocument, true, &sentence));
    let measures = zoom.caliper.mode != CaliperMode::Off && !scene.panels.is_empty();
    let mut scrolling = zoom.scrolling;
    let moved = gestures::apply(ui, &response, &page, &mut view, &mut scrolling, measures);
    zoom.scrolling = scrolling;
    if moved.view {
        zoom.set(view, &page, area);
        view = zoom.view(&page, area);
    }
    if response.double_clicked() && !measures {
        zoom.fit();
    }
    let pane = Pane {
        scene,
        view: &view,
        area: rect,
    };
    if let Some(panel) = scene.panels.first() {
        let points_per_s = view.points_per_mm * panel.speed_mm_per_s;
        zoom.scrolled_s -= moved.along_points / points_per_s;
    }
    if measures {
        zoom.caliper.take_steps(scene);
        measure(ui, &response, &pane, &mut zoom.caliper);
    }
    // Not below the paper: in software every pixel that is filled twice is felt.
    for strip in around(rect, paper(rect, scene, &view)) {
        ui.painter().rect_filled(strip, 0.0, tokens.sunken);
    }
    paint_egui(ui.painter(), rect, scene, &view, &tokens.sheet);
    if measures {
        zoom.caliper.paint(ui.painter(), &pane, tokens);
        if let Some(sentence) = zoom.caliper.sentence(scene) {
            // A node of its own, so that a screen reader hears the numbers change.
            let readout = ui.interact(rect, response.id.with("caliper"), Sense::hover());
            readout.widget_info(|| WidgetInfo::labeled(Role::Label, true, &sentence));
        }
    }
    let outline = if response.has_focus() {
        Stroke::new(2.0, tokens.accent_ink)
    } else {
        Stroke::new(1.0, tokens.outline_strong)
    };
    ui.painter()
        .rect_stroke(rect, 0.0, outline, StrokeKind::Inside);
    badge(ui, rect, &scale_text(zoom, &view));
    response.on_hover_cursor(if measures {
        CursorIcon::Crosshair
    } else {
        CursorIcon::Grab
    })
}

/// Whether a millimetre is one.
fn scale_text(zoom: &SheetZoom, view: &SheetView) -> String {
    match zoom.true_points_per_mm {
        None => texts::NOT_CALIBRATED.to_owned(),
        Some(own) if view.is_true_scale(own) => texts::TRUE_TO_SCALE.to_owned(),
        Some(own) => texts::not_to_scale(view.points_per_mm / own * 100.0),
    }
}

/// A few words in the lower right corner.
fn badge(ui: &Ui, area: Rect, text: &str) {
    let tokens = Tokens::of(ui);
    let at = area.right_bottom() - vec2(8.0, 6.0);
    let (font, colour) = (regular(type_size::SMALL), tokens.text_secondary);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, colour);
    let behind = Align2::RIGHT_BOTTOM
        .anchor_size(at, galley.size())
        .expand2(vec2(5.0, 2.0));
    ui.painter().rect_filled(behind, 3.0, tokens.surface);
    ui.painter()
        .galley(behind.min + vec2(5.0, 2.0), galley, colour);
}

/// The pointer moves the caliper; Shift holds it off the R peaks.
fn measure(ui: &Ui, response: &Response, pane: &Pane<'_>, caliper: &mut Caliper) {
    let (origin, at, shift) = ui.input(|input| {
        (
            input.pointer.press_origin(),
            input.pointer.latest_pos(),
            input.modifiers.shift,
        )
    });
    let primary = PointerButton::Primary;
    if response.drag_started_by(primary)
        && let Some(origin) = origin
    {
        caliper.grab(pane, origin, !shift);
    }
    // Where the button is let go counts: the pointer may have moved in that frame, too.
    if (response.dragged_by(primary) || response.drag_stopped_by(primary))
        && let Some(at) = at
    {
        caliper.drag(pane, at, !shift);
    }
    if response.drag_stopped() {
        caliper.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::pos2;

    fn page(height_mm: f64) -> Scene {
        Scene {
            width_mm: 250.0,
            height_mm,
            ..Scene::default()
        }
    }

    #[test]
    fn what_is_around_a_paper_is_the_area_without_it() {
        let area = Rect::from_min_size(pos2(10.0, 20.0), vec2(400.0, 300.0));
        let papers = [
            (
                Rect::from_min_max(pos2(60.0, 20.0), pos2(360.0, 320.0)),
                300.0 * 300.0,
            ),
            // Larger than the area: nothing; beside it: everything.
            (area.expand(50.0), 400.0 * 300.0),
            (area.translate(vec2(500.0, 0.0)), 0.0),
            (
                Rect::from_min_max(pos2(0.0, 100.0), pos2(110.0, 200.0)),
                100.0 * 100.0,
            ),
        ];
        for (paper, covered) in papers {
            let strips: Vec<Rect> = around(area, paper).collect();
            let filled: f32 = strips.iter().map(Rect::area).sum();
            // A point below the edge of the paper is filled, too.
            let twice = filled - (400.0 * 300.0 - covered);
            assert!((0.0..=1200.0).contains(&twice), "{paper:?}: {twice}");
            for (i, strip) in strips.iter().enumerate() {
                assert!(area.contains_rect(*strip));
                let meets = |other: &Rect| strip.intersect(*other).is_positive();
                assert!(!strips[..i].iter().any(meets), "{paper:?}");
            }
        }
    }

    #[test]
    fn a_pair_has_one_scale_even_where_one_page_is_higher() {
        let (low, high) = (page(50.0), page(60.0));
        let area = (1000.0, 200.0);
        let mut zoom = SheetZoom::default();
        let first = zoom.view(&Scene::room_for([&low, &high]), area);
        let second = zoom.view(&Scene::room_for([&high, &low]), area);
        assert_eq!(first, second);
        assert!((first.points_per_mm - 200.0 / 60.0).abs() < 1e-9);
    }

    #[test]
    fn true_scale_is_a_millimetre_of_the_monitor_and_says_so() {
        let (page, area) = (page(100.0), (500.0, 200.0));
        let mut zoom = SheetZoom::default();
        // Without a calibration nobody knows how large a millimetre is.
        zoom.step(ZoomStep::TrueScale);
        let view = zoom.view(&page, area);
        assert_eq!(view, SheetView::fit(&page, area));
        assert_eq!(
            scale_text(&zoom, &view),
            "Not to scale: screen not calibrated"
        );
        zoom.true_points_per_mm = Some(3.8);
        assert_eq!(scale_text(&zoom, &view), "Not to scale: 53 %");
        zoom.step(ZoomStep::TrueScale);
        let view = zoom.view(&page, area);
        assert!((view.points_per_mm - 3.8).abs() < 1e-9);
        assert_eq!(scale_text(&zoom, &view), "True to scale");
        // A page with room to spare is true to scale as well.
        zoom.true_points_per_mm = Some(1.5);
        zoom.step(ZoomStep::TrueScale);
        assert!((zoom.view(&page, area).points_per_mm - 1.5).abs() < 1e-9);
    }

    #[test]
    fn zooming_out_ends_at_the_whole_page_and_the_page_cannot_be_lost() {
        let (page, area) = (page(100.0), (500.0, 200.0));
        let mut zoom = SheetZoom::default();
        zoom.step(ZoomStep::In);
        zoom.step(ZoomStep::Pan(1e6, -1e6));
        let view = zoom.view(&page, area);
        assert!((view.points_per_mm - 2.0 * SheetZoom::STEP).abs() < 1e-9);
        assert!(
            (view.origin_mm.x_mm, view.origin_mm.y_mm) == (0.0, 100.0 - 200.0 / view.points_per_mm)
        );
        zoom.step(ZoomStep::Out);
        zoom.step(ZoomStep::Out);
        assert_eq!(zoom.view(&page, area), SheetView::fit(&page, area));
        assert!(zoom.is_fitted());
    }
}
