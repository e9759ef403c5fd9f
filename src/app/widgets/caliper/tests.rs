//! A caliper on a sheet whose beats are known.

use eframe::egui::{Pos2, Rect, pos2, vec2};

use super::{Caliper, CaliperMode, CaliperStep, Grip, Pane};
use crate::ecg::{Channel, Lead, Recording};
use crate::sheet::{LeadOrder, Scene, SheetSpec, SheetView, scene};

const BEATS_S: [f64; 4] = [0.5, 1.3, 2.1, 2.9];

/// A flat ECG of 10 s with beats at known moments, aVR upside down.
fn sheet() -> Scene {
    let channels = Lead::STANDARD.map(|lead| Channel {
        name: lead.name().to_owned(),
        lead: Some(lead),
        samples_mv: vec![0.0; 5000],
    });
    let recording = Recording::of_signals(500.0, channels.to_vec());
    let spec = SheetSpec {
        snap_s: BEATS_S.to_vec(),
        order: LeadOrder::Cabrera,
        ..SheetSpec::default()
    };
    scene(&recording, &spec)
}

/// Four points per millimetre, from the upper left corner of the page.
fn with_pane<R>(
    scene: &Scene,
    test: impl FnOnce(&Pane<'_>, &dyn Fn(Lead, f64, f64) -> Pos2) -> R,
) -> R {
    let mut view = SheetView::fit(scene, (scene.width_mm * 4.0, scene.height_mm * 4.0));
    view.points_per_mm = 4.0;
    let area = Rect::from_min_size(pos2(100.0, 50.0), vec2(2000.0, 1000.0));
    let pane = Pane {
        scene,
        view: &view,
        area,
    };
    let at = |lead: Lead, time_s: f64, mv: f64| {
        let mut panels = scene.panels.iter();
        let panel = panels
            .rfind(|p| p.lead == lead && p.shows(time_s))
            .expect("the lead shows that moment");
        let (x, y) = (panel.x_mm(time_s) * 4.0, panel.y_mm(mv) * 4.0);
        area.min + vec2(x as f32, y as f32)
    };
    test(&pane, &at)
}

fn on(mode: CaliperMode, scene: &Scene) -> Caliper {
    let mut caliper = Caliper::default();
    caliper.set_mode(mode);
    caliper.take_steps(scene);
    caliper
}

#[track_caller]
fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-3, "{found}, not {expected}");
}

#[test]
fn it_is_first_between_two_beats_and_says_what_it_measures() {
    let scene = sheet();
    let caliper = on(CaliperMode::Time, &scene);
    assert_near(caliper.interval_s(), 0.8);
    assert_eq!(
        caliper.sentence(&scene).unwrap(),
        "Time caliper: 800 ms  75/min, from 0.500 s to 1.300 s; keys move second line"
    );
    assert_eq!(Caliper::default().sentence(&scene), None);
}

#[test]
fn keys_move_either_line_or_both_and_hop_over_the_beats() {
    let scene = sheet();
    let mut caliper = on(CaliperMode::Time, &scene);
    let mut press = |step| {
        caliper.step(step);
        caliper.take_steps(&scene);
        caliper.interval_s()
    };
    assert_near(press(CaliperStep::Move(1)), 0.81);
    assert_near(press(CaliperStep::MoveFine(-1)), 0.808);
    assert_near(press(CaliperStep::Peak(true)), 1.6);
    assert_near(press(CaliperStep::Peak(false)), 0.8);
    // Both lines: the interval stays.
    assert_near(press(CaliperStep::NextGrip), 0.8);
    assert_near(press(CaliperStep::Move(5)), 0.8);
    // The first line alone.
    assert_near(press(CaliperStep::NextGrip), 0.8);
    assert_near(press(CaliperStep::Move(-5)), 0.85);
}

#[test]
fn dragging_snaps_to_beats_and_shift_holds_it_off() {
    let scene = sheet();
    with_pane(&scene, |pane, at| {
        let mut caliper = on(CaliperMode::Time, &scene);
        // Away from the lines a new one begins; 8 points are 80 ms.
        caliper.grab(pane, at(Lead::II, 5.0, 0.0), true);
        caliper.drag(pane, at(Lead::II, 2.15, 0.0), true);
        assert_near(caliper.interval_s(), 5.0 - 2.1);
        caliper.drag(pane, at(Lead::II, 2.15, 0.0), false);
        assert_near(caliper.interval_s(), 5.0 - 2.15);
        caliper.drag(pane, at(Lead::II, 3.5, 0.0), true);
        assert_near(caliper.interval_s(), 1.5);
        caliper.release();
        // Between the lines: both move, and nothing snaps.
        caliper.grab(pane, at(Lead::II, 4.2, 0.0), true);
        assert_eq!(caliper.grip, Grip::Both);
        caliper.drag(pane, at(Lead::II, 2.2, 0.0), true);
        assert_near(caliper.interval_s(), 1.5);
        let sentence = caliper.sentence(&scene).unwrap();
        assert!(sentence.contains("from 1.500 s to 3.000 s"), "{sentence}");
        caliper.release();
        // A line that is near is taken.
        caliper.grab(pane, at(Lead::II, 1.54, 0.0), false);
        assert_eq!(caliper.grip, Grip::Second);
        // Nothing held, nothing moves.
        caliper.release();
        caliper.drag(pane, at(Lead::II, 9.0, 0.0), false);
        assert_near(caliper.interval_s(), 1.5);
    });
}

#[test]
fn amplitude_is_of_one_lead_and_not_upside_down_in_minus_avr() {
    let scene = sheet();
    with_pane(&scene, |pane, at| {
        let mut caliper = on(CaliperMode::Amplitude, &scene);
        caliper.grab(pane, at(Lead::V5, 8.0, 0.0), true);
        caliper.drag(pane, at(Lead::V5, 8.4, 1.25), true);
        assert_near(caliper.height_mv(), 1.25);
        assert!(
            caliper
                .sentence(&scene)
                .unwrap()
                .starts_with("Amplitude caliper: V5  1.25 mV")
        );
        caliper.release();
        caliper.step(CaliperStep::Move(1));
        caliper.take_steps(&scene);
        assert_near(caliper.height_mv(), 1.30);
        caliper.grab(pane, at(Lead::AVR, 1.0, 0.0), true);
        caliper.drag(pane, at(Lead::AVR, 1.0, -0.8), true);
        assert_near(caliper.height_mv(), 0.8);
    });
}

#[test]
fn marching_repeats_the_interval_over_the_whole_page() {
    let scene = sheet();
    let caliper = on(CaliperMode::March, &scene);
    let marched = caliper.marched(&scene);
    // 0.5 and 1.3 s are the caliper; then 2.1 ... 9.3 s, every 0.8 s.
    let expected: Vec<f64> = (2..=11).map(|n| 0.5 + 0.8 * f64::from(n)).collect();
    assert_eq!(marched.len(), expected.len(), "{marched:?}");
    for (found, expected) in marched.iter().zip(&expected) {
        assert_near(*found, *expected);
    }
}
