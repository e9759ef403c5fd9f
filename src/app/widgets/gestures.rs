//! What the pointer, the wheel and the touch pad do to a sheet.

use eframe::egui::{
    Event, InputState, MouseWheelSource, MouseWheelUnit, PointerButton, Response, Ui, Vec2,
};

use crate::sheet::{Scene, SheetView};

/// Events that follow each other this closely are one movement of the fingers.
const ONE_MOVEMENT_S: f64 = 0.25;
/// So many points of a wheel enlarge by a factor of e.
const WHEEL_POINTS: f64 = 240.0;

/// Whether what scrolls is a wheel, which zooms, or two fingers on a touch pad,
/// which push the page.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scrolling {
    is_touch_pad: bool,
    last_s: f64,
}

impl Scrolling {
    fn notice(&mut self, input: &InputState) {
        for event in &input.events {
            let Event::MouseWheel {
                unit,
                delta,
                source,
                ..
            } = *event
            else {
                continue;
            };
            let goes_on = self.is_touch_pad && input.time - self.last_s < ONE_MOVEMENT_S;
            self.is_touch_pad = goes_on || is_touch_pad(unit, delta, source);
            self.last_s = input.time;
        }
    }
}

/// Most desktops do not say it. Wayland gives points for fingers and lines for
/// a wheel; X11 gives lines for both, but fingers hardly ever move whole ones.
fn is_touch_pad(unit: MouseWheelUnit, delta: Vec2, source: MouseWheelSource) -> bool {
    let whole = |lines: f32| (lines - lines.round()).abs() < 1e-3;
    match (source, unit) {
        (MouseWheelSource::Trackpad | MouseWheelSource::Momentum, _) => true,
        (MouseWheelSource::Wheel, _) | (_, MouseWheelUnit::Page) => false,
        (_, MouseWheelUnit::Point) => true,
        (_, MouseWheelUnit::Line) => !(whole(delta.x) && whole(delta.y)),
    }
}

/// What a frame's gestures come to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moved {
    /// The view was changed.
    pub view: bool,
    /// Points by which the sheet is to go along the recording: to the right is
    /// back.
    pub along_points: f64,
}

/// Applies the gestures of this frame over a sheet. With a caliper on, the
/// primary button is the caliper's and the others move the page.
pub fn apply(
    ui: &Ui,
    response: &Response,
    page: &Scene,
    view: &mut SheetView,
    scrolling: &mut Scrolling,
    measures: bool,
) -> Moved {
    let mut moved = Moved::default();
    if response.dragged() && !(measures && response.dragged_by(PointerButton::Primary)) {
        let by = response.drag_delta();
        view.pan((f64::from(by.x), f64::from(by.y)));
        moved.view = by != Vec2::ZERO;
    }
    let Some(pointer) = response.hover_pos() else {
        return moved;
    };
    let (scroll, pinch) = ui.input(|input| {
        scrolling.notice(input);
        (input.smooth_scroll_delta(), f64::from(input.zoom_delta()))
    });
    let (x, y) = (f64::from(scroll.x), f64::from(scroll.y));
    let size = response.rect.size();
    let area = (f64::from(size.x), f64::from(size.y));
    // A page that has room for all of it cannot be pushed up or down: whatever scrolls, zooms it.
    let is_whole = page.height_mm * view.points_per_mm <= area.1 + 0.5;
    let pushes = scrolling.is_touch_pad && !is_whole;
    let wheel = if pushes { 0.0 } else { y };
    let factor = pinch * (wheel / WHEEL_POINTS).exp();
    if (factor - 1.0).abs() > 1e-6 {
        let at = pointer - response.rect.min;
        view.zoom_about((f64::from(at.x), f64::from(at.y)), factor);
        moved.view = true;
    }
    moved.along_points = x;
    if scrolling.is_touch_pad && scroll != Vec2::ZERO {
        // What the page cannot go any further, the recording goes.
        let before = view.origin_mm;
        view.pan((x, if pushes { y } else { 0.0 }));
        view.keep_on_page(page, area);
        moved.along_points -= (before.x_mm - view.origin_mm.x_mm) * view.points_per_mm;
        // A page that stays where it is stays at its scale, too.
        moved.view |= view.origin_mm != before;
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::{Modifiers, TouchPhase, pos2, vec2};
    use egui_kittest::Harness;

    use crate::app::widgets::{SheetZoom, sheet_pane};
    use crate::sheet::{DisplayOptions, scene};
    use crate::simulator;

    fn scroll(unit: MouseWheelUnit, delta: Vec2) -> Event {
        Event::MouseWheel {
            unit,
            delta,
            phase: TouchPhase::Move,
            source: MouseWheelSource::Unknown,
            modifiers: Modifiers::NONE,
        }
    }

    /// A sheet that fills a window of 600 x 300 points, with the pointer over
    /// its middle.
    fn sheet() -> Harness<'static, SheetZoom> {
        let ecg = simulator::simulate(1, 2026).next().unwrap().recording;
        let page = scene(&ecg, &DisplayOptions::default().spec());
        let mut harness = Harness::builder()
            .with_size(vec2(600.0, 300.0))
            .with_step_dt(1.0 / 60.0)
            .build_ui_state(
                move |ui, zoom: &mut SheetZoom| {
                    let size = vec2(500.0, 200.0);
                    sheet_pane(ui, &page, None, zoom, size, "ECG");
                },
                SheetZoom::default(),
            );
        harness.hover_at(pos2(250.0, 100.0));
        harness.run();
        harness
    }

    fn send(harness: &mut Harness<'static, SheetZoom>, events: &[Event]) {
        for event in events {
            harness.event(event.clone());
            harness.step();
        }
        // A wheel is smoothed over some frames.
        harness.run_steps(40);
    }

    #[test]
    fn two_fingers_push_an_enlarged_page_and_then_the_recording() {
        let mut harness = sheet();
        send(&mut harness, &[Event::Zoom(3.0)]);
        let before = harness.state().shown().unwrap();
        send(
            &mut harness,
            &vec![scroll(MouseWheelUnit::Point, vec2(-4.0, -3.0)); 5],
        );
        let after = harness.state().shown().unwrap();
        let moved_by = |from: f64, to: f64| (to - from) * before.points_per_mm;
        assert_eq!(after.points_per_mm, before.points_per_mm, "no zoom");
        let (x, y) = (
            moved_by(before.origin_mm.x_mm, after.origin_mm.x_mm),
            moved_by(before.origin_mm.y_mm, after.origin_mm.y_mm),
        );
        assert!(
            (x - 20.0).abs() < 0.01 && (y - 15.0).abs() < 0.01,
            "{x} {y}"
        );
        assert_eq!(harness.state().scrolled_s, 0.0, "the page had room");
        // Far to the right: the page ends, and the rest goes along the recording.
        send(
            &mut harness,
            &vec![scroll(MouseWheelUnit::Point, vec2(-900.0, 0.0)); 4],
        );
        let end = harness.state().shown().unwrap();
        assert!(end.origin_mm.x_mm > after.origin_mm.x_mm);
        assert!(harness.state().scrolled_s > 0.0);
    }

    #[test]
    fn a_wheel_zooms_and_a_pinch_zooms_about_the_pointer() {
        let mut harness = sheet();
        send(&mut harness, &[Event::Zoom(2.0)]);
        let pinched = harness.state().shown().unwrap();
        let middle = (250.0, 100.0);
        let under = pinched.mm_at(middle);
        send(&mut harness, &[Event::Zoom(1.5)]);
        let again = harness.state().shown().unwrap();
        assert!((again.points_per_mm / pinched.points_per_mm - 1.5).abs() < 1e-6);
        assert!((again.mm_at(middle).x_mm - under.x_mm).abs() < 6.0);
        send(
            &mut harness,
            &[scroll(MouseWheelUnit::Line, vec2(0.0, 1.0))],
        );
        let wheeled = harness.state().shown().unwrap();
        assert!(wheeled.points_per_mm > again.points_per_mm * 1.05);
        assert_eq!(harness.state().scrolled_s, 0.0);
    }

    #[test]
    fn whole_lines_within_a_movement_of_fingers_are_still_fingers() {
        let mut harness = sheet();
        send(&mut harness, &[Event::Zoom(3.0)]);
        let before = harness.state().shown().unwrap();
        // X11: fractions of a line, and by chance a whole one.
        for lines in [0.3, 1.0, 0.4] {
            harness.event(scroll(MouseWheelUnit::Line, vec2(0.0, lines)));
            harness.step();
        }
        harness.run_steps(40);
        let after = harness.state().shown().unwrap();
        assert_eq!(after.points_per_mm, before.points_per_mm);
        assert!(after.origin_mm.y_mm < before.origin_mm.y_mm);
    }
}
