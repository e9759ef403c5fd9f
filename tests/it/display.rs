//! How an ECG is looked at: every layout, order, speed and gain in millimetres,
//! and what the sheet says of them.

use protoecg::ecg::{Channel, Lead, Recording};
use protoecg::sheet::{
    Columns, DisplayFilter, DisplayOptions, Gain, Ink, Item, LeadOrder, Mark, PageLayout,
    PaperSpeed, RectMm, Scene, SheetSpec, Tick, scene,
};

use Lead::{AVF, AVL, AVR, I, II, III, V1, V2, V3, V4, V5, V6};

/// 5 mm margin and 10 mm around the calibration pulse of 200 ms.
fn time_zero_mm(speed: PaperSpeed) -> f64 {
    let pulse_mm = 0.2 * speed.mm_per_s();
    5.0 + 10.0 + (pulse_mm / 5.0).ceil() * 5.0
}

/// One sample of 1 mV at `at_s` in every lead, 10 s at 500 Hz.
fn impulse(at_s: f64) -> Recording {
    impulse_of(1.0, at_s)
}

fn impulse_of(height_mv: f64, at_s: f64) -> Recording {
    let channels = Lead::STANDARD.map(|lead| {
        let mut samples_mv = vec![0.0; 5000];
        samples_mv[(at_s * 500.0).round() as usize] = height_mv;
        Channel {
            name: lead.name().to_owned(),
            lead: Some(lead),
            samples_mv,
        }
    });
    Recording::of_signals(500.0, channels.to_vec())
}

fn draw(recording: &Recording, display: &DisplayOptions) -> Scene {
    scene(recording, &display.spec())
}

fn says(scene: &Scene, part: &str) -> bool {
    scene.items.iter().any(|item| match item {
        Item::Text(text) => text.text.contains(part),
        _ => false,
    })
}

fn traces(scene: &Scene) -> Vec<&[protoecg::sheet::Point]> {
    let traces = scene.items.iter().filter_map(|item| match item {
        Item::Trace { points, .. } => Some(points.as_slice()),
        _ => None,
    });
    traces.collect()
}

/// The names beside the traces, in the order of the panels.
fn names(scene: &Scene) -> Vec<&str> {
    let names = scene.items.iter().filter_map(|item| match item {
        Item::Text(text) if text.ink == Ink::Label => Some(text.text.as_str()),
        _ => None,
    });
    names.collect()
}

#[track_caller]
fn assert_mm(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() < 1e-9,
        "{found} mm is not {expected} mm"
    );
}

/// Columns and strips of a layout by hand: rows of leads, columns, strips.
const LAYOUTS: [(PageLayout, usize, usize, &[Lead]); 6] = [
    (PageLayout::ThreeByFourOne, 3, 4, &[II]),
    (PageLayout::ThreeByFourThree, 3, 4, &[II, V1, V5]),
    (PageLayout::ThreeByFour, 3, 4, &[]),
    (PageLayout::SixByTwo, 6, 2, &[]),
    (PageLayout::TwelveByOne, 12, 1, &[]),
    (PageLayout::RhythmOnly, 0, 0, &[II]),
];

#[test]
fn every_layout_has_its_columns_at_their_millimetres_at_every_speed() {
    for (layout, rows, columns, strips) in LAYOUTS {
        for speed in PaperSpeed::ALL {
            let display = DisplayOptions {
                layout,
                speed,
                ..DisplayOptions::default()
            };
            let page = draw(&impulse(1.0), &display);
            let page_mm = 10.0 * speed.mm_per_s();
            let zero_mm = time_zero_mm(speed);
            assert_eq!(page.panels.len(), rows * columns + strips.len());
            assert_eq!(traces(&page).len(), page.panels.len());
            for (i, (panel, trace)) in page.panels.iter().zip(traces(&page)).enumerate() {
                let (from_mm, to_mm, from_s, to_s) = if i < rows * columns {
                    let column = (i % columns) as f64;
                    let share = 1.0 / columns as f64;
                    (
                        column * share * page_mm,
                        (column + 1.0) * share * page_mm,
                        column * share * 10.0,
                        (column + 1.0) * share * 10.0,
                    )
                } else {
                    assert_eq!(panel.lead, strips[i - rows * columns]);
                    (0.0, page_mm, 0.0, 10.0)
                };
                assert_mm(panel.rect.left_mm, zero_mm + from_mm);
                assert_mm(panel.rect.right_mm, zero_mm + to_mm);
                assert_mm(panel.start_s, from_s);
                assert_mm(panel.end_s, to_s);
                // The trace fills its panel and nothing else.
                assert_mm(trace[0].x_mm, panel.rect.left_mm);
                let last = trace[trace.len() - 1].x_mm;
                let end_mm = zero_mm + (to_s.min(9.998) - from_s) * speed.mm_per_s() + from_mm;
                assert_mm(last, end_mm);
            }
            let said = format!("{} mm/s", speed.mm_per_s());
            assert!(says(&page, &said), "{said}");
        }
    }
}

#[test]
fn the_order_of_the_leads_column_by_column() {
    let order = |layout, order| {
        let display = DisplayOptions {
            layout,
            order,
            ..DisplayOptions::default()
        };
        let page = draw(&impulse(1.0), &display);
        let leads: Vec<Lead> = page.panels.iter().map(|p| p.lead).collect();
        (leads, names(&page).join(" "))
    };
    use LeadOrder::{Cabrera, Standard};
    use PageLayout::{SixByTwo, ThreeByFourOne, ThreeByFourThree, TwelveByOne};
    assert_eq!(
        order(ThreeByFourOne, Cabrera).0,
        [AVL, II, V1, V4, I, AVF, V2, V5, AVR, III, V3, V6, II]
    );
    assert_eq!(
        order(ThreeByFourThree, Standard).1,
        "I aVR V1 V4 II aVL V2 V5 III aVF V3 V6 II V1 V5"
    );
    assert_eq!(
        order(SixByTwo, Standard).1,
        "I V1 II V2 III V3 aVR V4 aVL V5 aVF V6"
    );
    assert_eq!(
        order(SixByTwo, Cabrera).1,
        "aVL V1 I V2 -aVR V3 II V4 aVF V5 III V6"
    );
    assert_eq!(
        order(TwelveByOne, Standard).1,
        "I II III aVR aVL aVF V1 V2 V3 V4 V5 V6"
    );
    assert_eq!(
        order(TwelveByOne, Cabrera).1,
        "aVL I -aVR II aVF III V1 V2 V3 V4 V5 V6"
    );
}

/// Height of the impulse over the baseline of each panel that shows it.
fn heights(page: &Scene) -> Vec<(Lead, f64)> {
    page.panels
        .iter()
        .zip(traces(page))
        .filter_map(|(panel, trace)| {
            let off = trace.iter().map(|p| panel.baseline_mm - p.y_mm);
            let furthest = off.max_by(|a, b| a.abs().total_cmp(&b.abs()))?;
            (furthest != 0.0).then_some((panel.lead, furthest))
        })
        .collect()
}

#[test]
fn minus_avr_is_upside_down_and_only_that() {
    let display = DisplayOptions {
        layout: PageLayout::TwelveByOne,
        order: LeadOrder::Cabrera,
        ..DisplayOptions::default()
    };
    let page = draw(&impulse(3.0), &display);
    for (lead, height_mm) in heights(&page) {
        assert_mm(height_mm, if lead == AVR { -10.0 } else { 10.0 });
    }
    assert_eq!(heights(&page).len(), 12);
    assert!(says(&page, "Cabrera order; -aVR is aVR upside down."));
    // What is measured there is aVR, not its negative.
    let area = page.panels.iter().find(|p| p.lead == AVR).unwrap();
    assert_mm(area.amplitude_mv(area.baseline_mm + 10.0), 1.0);
    assert_mm(area.y_mm(1.0), area.baseline_mm + 10.0);
}

#[test]
fn gain_and_half_gain_are_in_the_traces_the_pulse_and_the_words() {
    for gain in Gain::ALL {
        for half in [false, true] {
            let display = DisplayOptions {
                gain,
                half_gain_chest: half,
                layout: PageLayout::TwelveByOne,
                ..DisplayOptions::default()
            };
            // Half a millivolt, since a row here is 12 mm.
            let page = draw(&impulse_of(0.5, 3.0), &display);
            let full_mm = gain.mm_per_mv();
            let chest_mm = if half { full_mm / 2.0 } else { full_mm };
            let found = heights(&page);
            assert_eq!(found.len(), 12);
            for (lead, height_mm) in found {
                let expected_mm = if lead >= V1 { chest_mm } else { full_mm };
                assert_mm(height_mm, 0.5 * expected_mm);
            }
            let pulses = pulses(&page);
            assert_eq!(pulses.len(), 12);
            assert!(!says(&page, "Cut off"));
            assert!(page.items.iter().all(|item| match item {
                Item::Line { points, .. } => points.iter().all(|p| p.y_mm >= 5.0),
                _ => true,
            }));
            for (i, pulse) in pulses.iter().enumerate() {
                let expected = if i < 6 { full_mm } else { chest_mm };
                assert_eq!(pulse, &[(expected, 5.0)], "row {i}");
            }
            let said = if half {
                format!("{full_mm} mm/mV, chest leads {chest_mm} mm/mV")
            } else {
                format!("{full_mm} mm/mV")
            };
            assert!(says(&page, &said), "{said}");
            assert_eq!(says(&page, "chest leads"), half);
        }
    }
}

#[test]
fn a_row_with_both_gains_has_a_pulse_of_two_steps() {
    let display = DisplayOptions {
        half_gain_chest: true,
        layout: PageLayout::ThreeByFourThree,
        ..DisplayOptions::default()
    };
    let pulses = pulses(&draw(&impulse(3.0), &display));
    let (both, full, half) = (
        vec![(10.0, 2.5), (5.0, 2.5)],
        vec![(10.0, 5.0)],
        vec![(5.0, 5.0)],
    );
    let expected = [both.clone(), both.clone(), both, full, half.clone(), half];
    assert_eq!(pulses, expected);
}

/// The level parts of each calibration pulse above its foot: (height, width).
fn pulses(page: &Scene) -> Vec<Vec<(f64, f64)>> {
    let lines = page.items.iter().filter_map(|item| match item {
        Item::Line {
            points,
            ink: Ink::Trace,
            ..
        } => Some(points),
        _ => None,
    });
    lines
        .map(|points| {
            let foot_mm = points[0].y_mm;
            let level = points.windows(2).filter(|pair| {
                (pair[0].y_mm - pair[1].y_mm).abs() < 1e-9 && (pair[0].y_mm - foot_mm).abs() > 1e-9
            });
            level
                .map(|pair| (foot_mm - pair[0].y_mm, pair[1].x_mm - pair[0].x_mm))
                .collect()
        })
        .collect()
}

#[test]
fn simultaneous_columns_show_the_same_seconds_and_say_so() {
    let mut display = DisplayOptions {
        columns: Columns::Simultaneous,
        ..DisplayOptions::default()
    };
    let page = draw(&impulse(1.0), &display);
    // At 1 s: in all four columns, and on the strip.
    let found = heights(&page);
    assert_eq!(found.len(), 13);
    for (i, panel) in page.panels.iter().take(12).enumerate() {
        assert_mm(panel.rect.left_mm, 20.0 + 62.5 * (i % 4) as f64);
        assert_mm(panel.start_s, 0.0);
        assert_mm(panel.end_s, 2.5);
    }
    assert!(says(&page, "simultaneous columns of 2.5 s"));
    assert!(page.description.contains("simultaneous columns"));
    // At 6 s nothing but the strip shows it.
    let later = heights(&draw(&impulse(6.0), &display));
    assert_eq!(later, [(II, 10.0)]);
    display.columns = Columns::Sequential;
    let page = draw(&impulse(6.0), &display);
    let leads: Vec<Lead> = heights(&page).iter().map(|h| h.0).collect();
    assert_eq!(leads, [V1, V2, V3, II]);
    assert!(says(&page, "consecutive columns of 2.5 s"));
    // One column has no neighbours to be consecutive with.
    display.layout = PageLayout::TwelveByOne;
    assert!(!says(&draw(&impulse(6.0), &display), "columns"));
}

fn fills(scene: &Scene) -> Vec<RectMm> {
    let fills = scene.items.iter().filter_map(|item| match item {
        Item::Fill {
            rect,
            ink: Ink::MarkFill,
        } => Some(*rect),
        _ => None,
    });
    fills.collect()
}

#[test]
fn a_window_across_5_s_is_split_at_the_edge_of_the_two_columns_at_every_speed() {
    for speed in PaperSpeed::ALL {
        let display = DisplayOptions {
            layout: PageLayout::SixByTwo,
            speed,
            ..DisplayOptions::default()
        };
        let spec = SheetSpec {
            marks: vec![Mark::pooled(4.64, 5.6, None, "window")],
            ..display.spec()
        };
        let page = scene(&impulse(1.0), &spec);
        let x_mm = |time_s: f64| time_zero_mm(speed) + time_s * speed.mm_per_s();
        let found = fills(&page);
        assert_eq!(found.len(), 2, "one part in each column");
        assert_mm(found[0].left_mm, x_mm(4.64));
        assert_mm(found[0].right_mm, x_mm(5.0));
        assert_mm(found[1].left_mm, x_mm(5.0));
        assert_mm(found[1].right_mm, x_mm(5.6));
    }
}

#[test]
fn a_window_lies_in_every_simultaneous_column_that_shows_its_seconds() {
    let display = DisplayOptions {
        columns: Columns::Simultaneous,
        ..DisplayOptions::default()
    };
    let marked = |from_s: f64, to_s: f64| {
        let spec = SheetSpec {
            marks: vec![Mark::pooled(from_s, to_s, None, "")],
            ..display.spec()
        };
        fills(&scene(&impulse(1.0), &spec))
    };
    let found = marked(2.0, 2.96);
    // Cut at the end of each column at 2.5 s, whole on the strip.
    assert_eq!(found.len(), 5);
    for (i, rect) in found.iter().take(4).enumerate() {
        assert_mm(rect.left_mm, 20.0 + 62.5 * i as f64 + 50.0);
        assert_mm(rect.width_mm(), 12.5);
    }
    assert_mm(found[4].width_mm(), 24.0);
    assert_eq!(marked(6.0, 6.96).len(), 1, "only the strip shows 6 s");
}

#[test]
fn without_a_strip_evidence_without_a_time_axis_marks_the_whole_page() {
    for layout in [PageLayout::ThreeByFour, PageLayout::SixByTwo] {
        let display = DisplayOptions {
            layout,
            ..DisplayOptions::default()
        };
        let spec = SheetSpec {
            marks: vec![Mark::whole_recording("AFIB 3")],
            ..display.spec()
        };
        let page = scene(&impulse(1.0), &spec);
        let width_mm: f64 = fills(&page).iter().map(RectMm::width_mm).sum();
        assert_mm(width_mm, 250.0);
        let label = "AFIB 3: whole strip; all 12 leads were used";
        let labels = page.items.iter().filter(|item| match item {
            Item::Text(text) => text.text == label,
            _ => false,
        });
        assert_eq!(labels.count(), 1);
    }
}

#[test]
fn limits_of_waves_go_through_every_lead_that_shows_their_moment() {
    let spec = SheetSpec {
        ticks: vec![
            Tick {
                time_s: 3.25,
                label: "Q",
            },
            Tick {
                time_s: 5.0,
                label: "J",
            },
        ],
        ..SheetSpec::default()
    };
    let page = scene(&impulse(1.0), &spec);
    let lines: Vec<f64> = page
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Line {
                points,
                ink: Ink::Tick,
                ..
            } => Some(points[0].x_mm),
            _ => None,
        })
        .collect();
    // Three leads and the strip, for each; 5.0 s begins the third column.
    assert_eq!(lines.len(), 8);
    let at = |time_s: f64| {
        let x_mm = 20.0 + 25.0 * time_s;
        lines.iter().filter(|x| (**x - x_mm).abs() < 1e-9).count()
    };
    assert_eq!((at(3.25), at(5.0)), (4, 4));
}

#[test]
fn the_filter_is_done_and_said() {
    // 0.1 Hz of wander under 5 Hz, at 500 Hz.
    let wave = |time_s: f64, hz: f64| (std::f64::consts::TAU * hz * time_s).sin();
    let recording = |rate_hz: f64| {
        let samples_mv: Vec<f64> = (0..(20.0 * rate_hz) as usize)
            .map(|i| i as f64 / rate_hz)
            .map(|t| wave(t, 0.1) + 0.3 * wave(t, 5.0))
            .collect();
        let channel = Channel {
            name: "II".to_owned(),
            lead: Some(II),
            samples_mv,
        };
        Recording::of_signals(rate_hz, vec![channel])
    };
    let ecg = recording(500.0);
    let largest = |filter: DisplayFilter| {
        let (shown, _) = filter.shown(&ecg);
        let middle = &shown.lead(II).unwrap()[2000..8000];
        middle.iter().fold(0.0_f64, |most, v| most.max(v.abs()))
    };
    assert_eq!(DisplayFilter::None.shown(&ecg).0.as_ref(), &ecg);
    assert!(largest(DisplayFilter::None) > 1.2);
    assert!(largest(DisplayFilter::Diagnostic) > 0.9, "wander stays");
    assert!(largest(DisplayFilter::Monitoring) < 0.4, "wander is gone");
    let note = |filter: DisplayFilter, rate_hz: f64| filter.shown(&recording(rate_hz)).1;
    assert_eq!(
        note(DisplayFilter::Diagnostic, 500.0),
        "filter 0.05\u{2013}150 Hz, zero-phase"
    );
    assert_eq!(
        note(DisplayFilter::Monitoring, 500.0),
        "filter 0.5\u{2013}40 Hz, zero-phase"
    );
    assert_eq!(
        note(DisplayFilter::Diagnostic, 100.0),
        "filter from 0.05 Hz, zero-phase, up to 50 Hz (100 Hz recording)"
    );
    assert_eq!(note(DisplayFilter::None, 100.0), "no display filter");
    // The end of the band is said once.
    let spec = SheetSpec {
        filter_note: note(DisplayFilter::Diagnostic, 100.0),
        ..SheetSpec::default()
    };
    let page = scene(&recording(100.0), &spec);
    assert!(says(&page, "up to 50 Hz (100 Hz recording)"));
    assert!(says(&page, "sampled at 100 Hz"));
    assert!(!says(&page, "nothing above"));
}
