//! The ECG sheet: a millimetre is a millimetre, and nothing vanishes silently.

use protoecg::ecg::{Channel, Lead, Recording};
use protoecg::sheet::{
    Align, Grid, Ink, Item, Layout, Mark, NOT_A_MEDICAL_DEVICE, Page, Palette, RectMm, Scene,
    SheetError, SheetSpec, TableColumn, WHOLE_STRIP, pages_to_pdf, paginate, paginate_with_foot,
    scene, to_pdf, to_png, to_svg,
};

/// Where things are on a sheet without a title, by the rules of the standard
/// layout: 5 mm margin, 15 mm for the calibration pulse, 30 mm rows that begin
/// 5 mm below the upper edge of the grid.
const TIME_ZERO_MM: f64 = 20.0;
const BASELINES_MM: [f64; 4] = [25.0, 55.0, 85.0, 115.0];

/// A beat: P, Q, R, S and T as Gaussians of (time from R in s, mV, width in s).
const BEAT: [(f64, f64, f64); 5] = [
    (-0.16, 0.12, 0.022),
    (-0.03, -0.10, 0.009),
    (0.0, 1.0, 0.010),
    (0.03, -0.22, 0.010),
    (0.26, 0.28, 0.045),
];

/// A synthetic ECG: beats at 75 per minute, each lead a multiple of one beat.
fn synthetic(rate_hz: f64, duration_s: f64) -> Recording {
    let gains = [
        0.7, 1.2, 0.5, -0.95, 0.1, 0.85, -0.6, 0.4, 1.1, 1.6, 1.4, 1.0,
    ];
    let samples = (duration_s * rate_hz).round() as usize;
    recording(rate_hz, |lead| {
        (0..samples)
            .map(|i| {
                let time_s = i as f64 / rate_hz;
                let beats = (0..(duration_s / 0.8) as usize + 1).map(|k| 0.4 + 0.8 * k as f64);
                let beat = beats.flat_map(|r_s| BEAT.map(|(at, mv, w)| (r_s + at, mv, w)));
                gains[lead.index()]
                    * beat
                        .map(|(at, mv, w)| mv * (-0.5 * ((time_s - at) / w).powi(2)).exp())
                        .sum::<f64>()
            })
            .collect()
    })
}

fn recording(rate_hz: f64, samples_mv: impl Fn(Lead) -> Vec<f64>) -> Recording {
    Recording {
        rate_hz,
        channels: Lead::STANDARD
            .map(|lead| Channel {
                name: lead.name().to_owned(),
                lead: Some(lead),
                samples_mv: samples_mv(lead),
            })
            .to_vec(),
        format: "analytic".to_owned(),
        unit_source: "analytic".to_owned(),
        remarks: Vec::new(),
        pseudonym: None,
        age_years: None,
        sex: None,
    }
}

/// Zero but for one sample of 1 mV in every lead.
fn impulse(rate_hz: f64, at: usize) -> Recording {
    recording(rate_hz, |_| {
        let mut samples_mv = vec![0.0; (10.0 * rate_hz) as usize];
        samples_mv[at] = 1.0;
        samples_mv
    })
}

fn traces(scene: &Scene) -> Vec<Vec<(f64, f64)>> {
    let points = scene.items.iter().filter_map(|item| match item {
        Item::Trace { points, .. } => Some(points),
        _ => None,
    });
    points
        .map(|points| points.iter().map(|p| (p.x_mm, p.y_mm)).collect())
        .collect()
}

fn texts(scene: &Scene) -> Vec<&str> {
    let texts = scene.items.iter().filter_map(|item| match item {
        Item::Text(text) => Some(text.text.as_str()),
        _ => None,
    });
    texts.collect()
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

fn says(scene: &Scene, part: &str) -> bool {
    texts(scene).iter().any(|text| text.contains(part))
}

fn assert_mm(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() < 1e-9,
        "{found} mm is not {expected} mm"
    );
}

#[test]
fn an_r_peak_lies_at_its_second_in_its_panel_and_on_the_strip() {
    // 3.25 s is in the second column: aVR, aVL, aVF, and lead II below.
    let page = scene(&impulse(500.0, 1625), &SheetSpec::default());
    let mut peaks: Vec<(f64, f64)> = traces(&page)
        .into_iter()
        .filter_map(|line| {
            let baseline = line[0].1;
            line.into_iter().find(|(_, y)| *y < baseline)
        })
        .collect();
    peaks.sort_by(|a, b| a.1.total_cmp(&b.1));
    assert_eq!(peaks.len(), 4, "three leads of one column, and the strip");
    for (peak, baseline_mm) in peaks.iter().zip(BASELINES_MM) {
        assert_mm(peak.0, TIME_ZERO_MM + 25.0 * 3.25);
        assert_mm(peak.1, baseline_mm - 10.0);
    }
}

#[test]
fn the_scale_follows_speed_and_gain() {
    let spec = SheetSpec {
        speed_mm_per_s: 50.0,
        gain_mm_per_mv: 5.0,
        ..SheetSpec::default()
    };
    let page = scene(&impulse(500.0, 500), &spec);
    // 200 ms are 10 mm at 50 mm/s, so time begins 5 + 20 mm from the left.
    let peak = traces(&page)
        .into_iter()
        .flatten()
        .find(|(_, y)| *y == BASELINES_MM[0] - 5.0);
    assert_mm(peak.expect("a peak of 5 mm").0, 25.0 + 50.0);
    assert!(says(&page, "50 mm/s   5 mm/mV"));
}

#[test]
fn every_sampling_rate_fills_the_same_millimetres() {
    for rate_hz in [100.0, 128.0, 250.0, 257.0, 360.0, 500.0, 1000.0] {
        let page = scene(&synthetic(rate_hz, 20.0), &SheetSpec::default());
        let lines = traces(&page);
        assert_eq!(lines.len(), 13);
        for (i, line) in lines.iter().enumerate() {
            let (from_mm, to_mm) = match i {
                12 => (0.0, 250.0),
                _ => ((i % 4) as f64 * 62.5, (i % 4) as f64 * 62.5 + 62.5),
            };
            assert_mm(line[0].0, TIME_ZERO_MM + from_mm);
            assert_mm(line[line.len() - 1].0, TIME_ZERO_MM + to_mm);
        }
    }
}

#[test]
fn the_lead_table_of_every_layout() {
    let table = |layout: Layout| -> Vec<(Lead, usize, usize, f64, f64)> {
        let panels = layout.panels().into_iter();
        panels
            .map(|p| (p.lead, p.row, p.column, p.start_s, p.end_s))
            .collect()
    };
    use Lead::{AVF, AVL, AVR, I, II, III, V1, V2, V3, V4, V5, V6};
    assert_eq!(
        table(Layout::ThreeByFourRhythm),
        [
            (I, 0, 0, 0.0, 2.5),
            (AVR, 0, 1, 2.5, 5.0),
            (V1, 0, 2, 5.0, 7.5),
            (V4, 0, 3, 7.5, 10.0),
            (II, 1, 0, 0.0, 2.5),
            (AVL, 1, 1, 2.5, 5.0),
            (V2, 1, 2, 5.0, 7.5),
            (V5, 1, 3, 7.5, 10.0),
            (III, 2, 0, 0.0, 2.5),
            (AVF, 2, 1, 2.5, 5.0),
            (V3, 2, 2, 5.0, 7.5),
            (V6, 2, 3, 7.5, 10.0),
            (II, 3, 0, 0.0, 10.0),
        ]
    );
    assert_eq!(table(Layout::RhythmStrip(V1)), [(V1, 0, 0, 0.0, 10.0)]);
    let cut_out = Layout::CutOut {
        start_s: 3.04,
        end_s: 4.0,
    };
    let leads: Vec<Lead> = table(cut_out).into_iter().map(|row| row.0).collect();
    assert_eq!(leads, [I, AVR, V1, V4, II, AVL, V2, V5, III, AVF, V3, V6]);
    assert!(table(cut_out).iter().all(|r| (r.3, r.4) == (3.04, 4.0)));
}

#[test]
fn lead_names_stand_where_their_trace_begins() {
    let page = scene(&synthetic(500.0, 10.0), &SheetSpec::default());
    let expected = [
        "I", "aVR", "V1", "V4", "II", "aVL", "V2", "V5", "III", "aVF", "V3", "V6", "II",
    ];
    let names: Vec<(&str, f64)> = page
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Text(text) if text.ink == Ink::Label => Some((text.text.as_str(), text.at.x_mm)),
            _ => None,
        })
        .collect();
    assert_eq!(names.iter().map(|n| n.0).collect::<Vec<_>>(), expected);
    for (i, (_, x_mm)) in names.iter().take(12).enumerate() {
        assert_mm(*x_mm, TIME_ZERO_MM + (i % 4) as f64 * 62.5 + 1.0);
    }
}

#[test]
fn a_lead_name_steps_aside_for_a_tall_beat() {
    // At 100 Hz the beat at 0.1 s passes the name of lead I between two samples.
    let mut ecg = recording(100.0, |_| vec![0.0; 1000]);
    ecg.channels[0].samples_mv[10] = 1.4;
    let page = scene(&ecg, &SheetSpec::default());
    let names = page.items.iter().filter_map(|item| match item {
        Item::Text(text) if text.ink == Ink::Label => Some(text.at.y_mm - BASELINES_MM[0]),
        _ => None,
    });
    let above: Vec<bool> = names.take(4).map(|y_mm| y_mm < 0.0).collect();
    assert_eq!(above, [false, true, true, true]);
}

#[test]
fn the_grid_is_whole_millimetres_with_every_fifth_bold() {
    let page = scene(&synthetic(100.0, 10.0), &SheetSpec::default());
    let Some(Item::Grid(grid)) = page.items.first() else {
        panic!("the grid lies below everything");
    };
    assert_eq!(
        *grid,
        Grid {
            left_mm: 5.0,
            top_mm: 5.0,
            width_mm: 270,
            height_mm: 130
        }
    );
    // 271 + 131 lines, 55 + 27 of them bold, in the drawing as in the scene.
    let svg = to_svg(&page, &Palette::PRINT);
    let lines = |colour: &str| {
        let path = svg.lines().find(|line| line.contains(colour));
        path.map_or(0, |line| line.matches('M').count())
    };
    assert_eq!(lines("stroke=\"#f6cfcb\""), 271 + 131 - 55 - 27);
    assert_eq!(lines("stroke=\"#e79f98\""), 55 + 27);
    // The baselines are bold lines.
    for baseline_mm in BASELINES_MM {
        assert!(svg.contains(&format!("M5 {baseline_mm}H275")));
    }
}

#[test]
fn the_calibration_pulse_is_one_millivolt_for_200_ms_in_the_drawing() {
    let page = scene(&synthetic(500.0, 10.0), &SheetSpec::default());
    let svg = to_svg(&page, &Palette::PRINT);
    assert!(svg.contains("width=\"280mm\""));
    assert!(svg.contains("viewBox=\"0 0 280 "));
    for y in BASELINES_MM {
        let pulse = format!("d=\"M8 {y}L10 {y}L10 {0}L15 {0}L15 {y}L17 {y}\"", y - 10.0);
        assert!(svg.contains(&pulse), "{pulse}");
    }
    let spec = SheetSpec {
        calibration_pulse: false,
        ..SheetSpec::default()
    };
    let without = to_svg(&scene(&synthetic(500.0, 10.0), &spec), &Palette::PRINT);
    assert!(!without.contains("L15 15"));
}

#[test]
fn a_window_over_a_column_edge_is_split_there_and_whole_on_the_strip() {
    let mut spec = SheetSpec::default();
    spec.marks
        .push(Mark::pooled(4.64, 5.6, Some((2.67, 7.65)), "window"));
    let page = scene(&synthetic(500.0, 10.0), &spec);
    let x = |time_s: f64| TIME_ZERO_MM + 25.0 * time_s;
    let found: Vec<(f64, f64, f64, f64)> = fills(&page)
        .iter()
        .map(|r| (r.left_mm, r.right_mm, r.top_mm, r.bottom_mm))
        .collect();
    let expected = [
        (x(4.64), x(5.0), 10.5, 99.5),
        (x(5.0), x(5.6), 10.5, 99.5),
        (x(4.64), x(5.6), 100.5, 129.5),
    ];
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_mm(found.0, expected.0);
        assert_mm(found.1, expected.1);
        assert_mm(found.2, expected.2);
        assert_mm(found.3, expected.3);
    }
    // The sides at 5.0 s are open: the window goes on in the next column.
    let sides = upright_mark_lines(&page, 50.0);
    let count = |time_s: f64| {
        sides
            .iter()
            .filter(|s| (*s - x(time_s)).abs() < 1e-9)
            .count()
    };
    assert_eq!((count(4.64), count(5.0), count(5.6)), (2, 0, 2));
    // The whisker is capped at its own ends only, in the columns and on the strip.
    let caps = upright_mark_lines(&page, 0.0);
    let count = |time_s: f64| {
        caps.iter()
            .filter(|s| (*s - x(time_s)).abs() < 1e-9)
            .count()
    };
    assert_eq!(
        (count(2.67), count(5.0), count(7.5), count(7.65)),
        (2, 0, 0, 2)
    );
    assert!(page.items.iter().any(|item| matches!(item, Item::Hatch(_))));
    let labels = texts(&page).into_iter().filter(|text| *text == "window");
    assert_eq!(labels.count(), 1, "one label, on the strip");
}

#[test]
fn the_cosines_of_windows_are_beside_each_other_and_under_no_outline() {
    let mut spec = SheetSpec::default();
    for (start_s, label) in [(6.24, "0.87"), (5.92, "cosine 0.80"), (0.8, "0.75")] {
        let end_s = start_s + 0.96;
        spec.marks.push(Mark::pooled(start_s, end_s, None, label));
    }
    let page = scene(&synthetic(500.0, 10.0), &spec);
    let place = |found: &dyn Fn(&Item) -> bool| page.items.iter().rposition(found).unwrap();
    let outline = place(&|item| {
        matches!(
            item,
            Item::Line {
                ink: Ink::MarkLine,
                ..
            }
        )
    });
    let heights: Vec<f64> = ["0.87", "cosine 0.80", "0.75"]
        .into_iter()
        .map(|label| {
            let at = place(&|item| matches!(item, Item::Text(text) if text.text == label));
            assert!(at > outline, "{label} at {at}, an outline at {outline}");
            match &page.items[at] {
                Item::Text(text) => text.at.y_mm,
                _ => unreachable!(),
            }
        })
        .collect();
    assert!(heights[1] < heights[0], "they would lie on each other");
    assert_eq!(heights[2], heights[0], "far from the others");
}

/// x of every upright line of a mark that is at least so long (25 mm rows
/// count as long as the strip is high).
fn upright_mark_lines(page: &Scene, least_mm: f64) -> Vec<f64> {
    let least_mm = if least_mm > 0.0 { 25.0 } else { 0.0 };
    let lines = page.items.iter().filter_map(|item| match item {
        Item::Line {
            points,
            ink: Ink::MarkLine,
            ..
        } => match points.as_slice() {
            [a, b] if a.x_mm == b.x_mm && (b.y_mm - a.y_mm).abs() > least_mm => Some(a.x_mm),
            _ => None,
        },
        _ => None,
    });
    lines.collect()
}

#[test]
fn a_window_in_the_first_column_is_not_drawn_over_other_times() {
    let mut spec = SheetSpec::default();
    spec.marks.push(Mark::pooled(-0.16, 0.8, None, ""));
    let found = fills(&scene(&synthetic(500.0, 10.0), &spec));
    assert_eq!(found.len(), 2, "one column and the strip");
    for rect in found {
        // Clipped to the recording: it begins at 0 s, not in the margin.
        assert_mm(rect.left_mm, TIME_ZERO_MM);
        assert_mm(rect.right_mm, TIME_ZERO_MM + 20.0);
    }
}

#[test]
fn a_mark_that_is_not_on_the_page_is_named() {
    let mut spec = SheetSpec::default();
    spec.marks.push(Mark::pooled(12.0, 12.96, None, "late"));
    let page = scene(&synthetic(500.0, 30.0), &spec);
    assert!(fills(&page).is_empty());
    assert!(says(
        &page,
        "The highlight at 12.00\u{2013}12.96 s is not on this page."
    ));
    assert!(page.description.contains("is not on this page"));
    // On the page that begins at 10 s it is drawn.
    spec.page_start_s = 10.0;
    let page = scene(&synthetic(500.0, 30.0), &spec);
    let found = fills(&page);
    // Over the column edge at 12.5 s, and on the strip.
    assert_eq!(found.len(), 3);
    assert_mm(found[0].left_mm, TIME_ZERO_MM + 50.0);
    assert_mm(found[1].right_mm, TIME_ZERO_MM + 25.0 * 2.96);
    assert!(says(&page, "10 s of 30 s shown (from 10 s)"));
}

#[test]
fn a_mark_without_a_time_axis_is_the_whole_strip_and_says_so() {
    let mut spec = SheetSpec::default();
    spec.marks.push(Mark::whole_recording("AFIB 3"));
    let page = scene(&synthetic(500.0, 10.0), &spec);
    let found = fills(&page);
    assert_eq!(found.len(), 1);
    assert_mm(found[0].left_mm, TIME_ZERO_MM);
    assert_mm(found[0].right_mm, TIME_ZERO_MM + 250.0);
    assert_mm(found[0].top_mm, 100.5);
    assert!(says(&page, "AFIB 3: whole strip; all 12 leads were used"));
    assert!(page.description.contains(WHOLE_STRIP));
    // A cut-out has no strip; the sentence is there all the same.
    spec.layout = Layout::CutOut {
        start_s: 1.0,
        end_s: 2.0,
    };
    let page = scene(&synthetic(500.0, 10.0), &spec);
    assert!(fills(&page).is_empty());
    assert!(says(&page, WHOLE_STRIP));
}

#[test]
fn a_mark_on_a_short_recording_ends_with_it() {
    let mut spec = SheetSpec::default();
    spec.marks.push(Mark::whole_recording(""));
    let page = scene(&synthetic(500.0, 6.0), &spec);
    assert_mm(fills(&page)[0].right_mm, TIME_ZERO_MM + 150.0);
    assert!(says(&page, "all 6 s shown"));
    // V4 to V6 would begin at 7.5 s.
    assert_eq!(
        texts(&page)
            .iter()
            .filter(|t| **t == "no signal here")
            .count(),
        3
    );
}

#[test]
fn a_gap_breaks_the_line_and_a_missing_lead_says_so() {
    let mut ecg = synthetic(500.0, 10.0);
    ecg.channels.retain(|c| c.lead != Some(Lead::V3));
    ecg.channels[0].samples_mv[500..600].fill(f64::NAN);
    let page = scene(&ecg, &SheetSpec::default());
    let lines = traces(&page);
    assert_eq!(lines.len(), 13, "12 panels, one of them in two pieces");
    assert_mm(
        lines[0][lines[0].len() - 1].0,
        TIME_ZERO_MM + 25.0 * 499.0 / 500.0,
    );
    assert_mm(lines[1][0].0, TIME_ZERO_MM + 25.0 * 600.0 / 500.0);
    assert!(says(&page, "V3 not recorded"));
    assert!(page.description.contains("not recorded: V3"));
}

#[test]
fn a_signal_that_leaves_the_paper_is_cut_at_its_edge_and_named() {
    let mut ecg = synthetic(500.0, 10.0);
    ecg.channels[0].samples_mv[250] = 40.0;
    ecg.channels[0].samples_mv[300] = 1.9;
    let page = scene(&ecg, &SheetSpec::default());
    let all = traces(&page).into_iter().flatten();
    let (top, bottom) = all.fold((f64::MAX, f64::MIN), |(a, b), (_, y)| (a.min(y), b.max(y)));
    assert_mm(top, 5.0);
    assert!(bottom <= 135.0);
    assert!(says(
        &page,
        "Cut off at the edge of the paper: I (+40.0 mV)."
    ));
    // 1.9 mV leaves the row but not the paper: drawn over the neighbour, as on paper.
    let mut ecg = synthetic(500.0, 10.0);
    ecg.channels[1].samples_mv[300] = 1.9;
    let page = scene(&ecg, &SheetSpec::default());
    let drawn = traces(&page).into_iter().flatten();
    assert!(
        drawn
            .into_iter()
            .any(|(_, y)| (y - (55.0 - 19.0)).abs() < 1e-9)
    );
    assert!(!says(&page, "Cut off"));
}

#[test]
fn odd_recordings_and_specs_make_a_page_all_the_same() {
    let mut bad = vec![
        recording(500.0, |_| Vec::new()),
        recording(0.0, |_| vec![0.0; 10]),
    ];
    bad.push(recording(f64::NAN, |_| vec![0.0; 10]));
    bad.push(recording(500.0, |_| vec![f64::NAN; 5000]));
    bad.push(recording(500.0, |_| vec![f64::INFINITY; 5000]));
    bad.push(recording(500.0, |_| vec![1e300; 5000]));
    let mut none = synthetic(500.0, 10.0);
    none.channels.clear();
    bad.push(none);
    let layouts = [
        Layout::ThreeByFourRhythm,
        Layout::RhythmStrip(Lead::II),
        Layout::CutOut {
            start_s: f64::NAN,
            end_s: -5.0,
        },
    ];
    for ecg in &bad {
        for layout in layouts {
            let spec = SheetSpec {
                layout,
                speed_mm_per_s: f64::NAN,
                gain_mm_per_mv: -3.0,
                page_start_s: f64::INFINITY,
                row_height_mm: 0,
                marks: vec![
                    Mark::pooled(f64::NAN, f64::NAN, Some((f64::NAN, 1.0)), "nothing"),
                    Mark::whole_recording(""),
                ],
                ..SheetSpec::default()
            };
            let page = scene(ecg, &spec);
            assert!(page.width_mm.is_finite() && page.height_mm.is_finite());
            assert!(says(&page, "25 mm/s   10 mm/mV"));
            assert!(!to_svg(&page, &Palette::PRINT).contains("NaN"));
        }
        let page = scene(ecg, &SheetSpec::default());
        to_png(&page, &Palette::PRINT, 20.0).expect("a picture");
    }
}

#[test]
fn a_cut_out_shows_one_moment_at_one_scale() {
    let spec = SheetSpec {
        layout: Layout::CutOut {
            start_s: 3.04,
            end_s: 4.0,
        },
        ..SheetSpec::default()
    };
    // One sample of 1 mV at 3.5 s in all leads.
    let page = scene(&impulse(500.0, 1750), &spec);
    let peaks: Vec<(f64, f64)> = traces(&page)
        .into_iter()
        .flatten()
        .filter(|(_, y)| BASELINES_MM.iter().any(|b| *y == b - 10.0))
        .collect();
    assert_eq!(peaks.len(), 12);
    for (i, (x_mm, y_mm)) in peaks.iter().enumerate() {
        assert_mm(*x_mm, TIME_ZERO_MM + (i % 4) as f64 * 30.0 + 25.0 * 0.46);
        assert_mm(*y_mm, BASELINES_MM[i / 4] - 10.0);
    }
}

#[test]
fn the_footer_says_scale_filter_rate_extent_and_what_this_is_not() {
    let spec = SheetSpec {
        footer: vec!["Bundle demo-rhythm".to_owned()],
        ..SheetSpec::default()
    };
    let page = scene(&synthetic(100.0, 30.0), &spec);
    for part in [
        "25 mm/s   10 mm/mV",
        "no display filter",
        "sampled at 100 Hz (nothing above 50 Hz is shown)",
        "10 s of 30 s shown",
        "Bundle demo-rhythm",
        NOT_A_MEDICAL_DEVICE,
    ] {
        assert!(says(&page, part), "{part}");
    }
    assert_eq!(
        page.description,
        "12-lead ECG, 10 s from 0 s, 25 mm/s, 10 mm/mV, leads I, II, III, aVR, aVL, aVF, V1, V2, V3, V4, V5, V6."
    );
}

#[test]
fn the_pdf_is_true_to_scale_and_its_text_is_text() {
    let page = scene(&synthetic(500.0, 10.0), &SheetSpec::default());
    let pages = [
        page.clone().on_page(Page::A4Landscape).expect("it fits A4"),
        page.clone(),
    ];
    let pdf = pages_to_pdf(&pages, &Palette::PRINT).expect("a PDF");
    let text = String::from_utf8_lossy(&pdf);
    let boxes: Vec<Vec<f64>> = text
        .match_indices("/MediaBox [")
        .filter_map(|(at, found)| text[at + found.len()..].split(']').next())
        .map(|numbers| {
            numbers
                .split_whitespace()
                .filter_map(|n| n.parse().ok())
                .collect()
        })
        .collect();
    assert_eq!(boxes.len(), 2);
    for (found, (width_mm, height_mm)) in boxes
        .iter()
        .zip([(297.0, 210.0), (page.width_mm, page.height_mm)])
    {
        assert_eq!(found[..2], [0.0, 0.0]);
        assert!((found[2] - width_mm / 25.4 * 72.0).abs() < 1e-3);
        assert!((found[3] - height_mm / 25.4 * 72.0).abs() < 1e-3);
    }
    assert!(
        text.contains("/ToUnicode"),
        "text can be searched and copied"
    );
    assert!(text.contains("Inter"), "the embedded font is Inter");
    assert!(!text.contains("/Subtype /Image"), "no part is a picture");
    assert!(matches!(
        pages_to_pdf(&[], &Palette::PRINT),
        Err(SheetError::NoPages)
    ));
}

#[test]
fn the_png_has_the_dots_that_were_asked_for() {
    let page = scene(&synthetic(500.0, 10.0), &SheetSpec::default());
    let png = to_png(&page, &Palette::LIGHT, 254.0).expect("a PNG");
    let picture = image::load_from_memory(&png)
        .expect("a readable PNG")
        .to_rgb8();
    assert_eq!(picture.width(), 2800);
    assert_eq!(f64::from(picture.height()), page.height_mm * 10.0);
    // The top of the first calibration pulse: black at (12.5, 15) mm, not 1 mm above.
    assert!(picture.get_pixel(125, 150).0[0] < 60);
    assert!(picture.get_pixel(125, 140).0[0] > 200);
    for dpi in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e6] {
        assert!(matches!(
            to_png(&page, &Palette::LIGHT, dpi),
            Err(SheetError::Resolution { .. })
        ));
    }
}

#[test]
fn words_cannot_break_the_drawing() {
    let spec = SheetSpec {
        title: vec!["<b> & \"quotes\" \u{0} \u{1b}".to_owned()],
        ..SheetSpec::default()
    };
    let page = scene(&synthetic(100.0, 10.0), &spec);
    let svg = to_svg(&page, &Palette::DARK);
    assert!(svg.contains("&lt;b&gt; &amp; &quot;quotes&quot;"));
    to_pdf(&page, &Palette::DARK).expect("well-formed");
}

#[test]
fn two_sheets_side_by_side_keep_their_scale() {
    let page = scene(&synthetic(500.0, 10.0), &SheetSpec::default());
    let (width_mm, height_mm) = (page.width_mm, page.height_mm);
    let both = page.clone().side_by_side(page.clone(), 10.0);
    assert_mm(both.width_mm, 2.0 * width_mm + 10.0);
    assert_mm(both.height_mm, height_mm);
    let (one, two) = (traces(&page), traces(&both));
    assert_eq!(two.len(), 2 * one.len());
    assert_mm(two[13][100].0 - one[0][100].0, width_mm + 10.0);
    assert_mm(two[13][100].1, one[0][100].1);
    let stacked = Scene::stack([page.clone(), page], 4.0);
    assert_mm(stacked.height_mm, 2.0 * height_mm + 4.0);
    assert_mm(traces(&stacked)[13][7].1 - one[0][7].1, height_mm + 4.0);
}

#[test]
fn an_explanation_flows_over_pages_unbroken_and_unscaled() {
    let page = scene(&synthetic(500.0, 10.0), &SheetSpec::default());
    let table = Scene::table(
        &[
            TableColumn::new("Prototype", 60.0, Align::Left),
            TableColumn::new("Cosine", 20.0, Align::Right),
        ],
        &[vec!["AFIB 3".to_owned(), "0.931".to_owned()]],
    );
    let blocks = || {
        [
            Scene::heading("Why", 280.0),
            page.clone(),
            page.clone(),
            table.clone(),
        ]
    };
    let foot = "ECG 0badcafe, model 1.";
    let pages = paginate_with_foot(blocks(), Page::A4Landscape, 4.0, foot).expect("it fits");
    assert_eq!(pages.len(), 2);
    for (i, page) in pages.iter().enumerate() {
        assert_eq!((page.width_mm, page.height_mm), (297.0, 210.0));
        assert!(says(page, &format!("page {} of 2", i + 1)));
        assert!(says(page, &format!("{NOT_A_MEDICAL_DEVICE} {foot}")));
    }
    assert!(says(&pages[1], "0.931"));
    assert_eq!(
        paginate(blocks(), Page::A3Portrait, 4.0)
            .map(|p| p.len())
            .ok(),
        Some(1)
    );
    assert!(matches!(
        paginate(blocks(), Page::A4Portrait, 4.0),
        Err(SheetError::DoesNotFit { .. })
    ));
}
