//! Prints are true to scale, measured in the files themselves, and say what is
//! on them.

mod pdf;

use std::path::Path;

use protoecg::ecg::{Channel, Lead, Recording};
use protoecg::sheet::{
    DisplayOptions, FileKind, Item, MILLIVOLTS, NOT_A_MEDICAL_DEVICE, PageLayout, PaperSpeed,
    Print, PrintPage, Scene, SheetError,
};
use protoecg::{formats, simulator};

use crate::command_line::protoecg;
use pdf::PageLines;

const POINTS_PER_MM: f64 = 72.0 / 25.4;

/// 1 mV for one sample at every whole second, 500 Hz.
fn seconds(duration_s: usize) -> Recording {
    let channels = Lead::STANDARD.map(|lead| Channel {
        name: lead.name().to_owned(),
        lead: Some(lead),
        samples_mv: (0..duration_s * 500)
            .map(|i| if i % 500 == 0 { 1.0 } else { 0.0 })
            .collect(),
    });
    Recording::of_signals(500.0, channels.to_vec())
}

fn print<'a>(recording: &'a Recording, display: &'a DisplayOptions) -> Print<'a> {
    Print {
        recording,
        signal_note: "no display filter",
        unit: MILLIVOLTS,
        display,
        title: &[],
        footer: &[],
        ticks: &[],
        start_s: 0.0,
        duration_s: 10.0,
        page: PrintPage::A4,
    }
}

fn written(print: &Print<'_>) -> Vec<PageLines> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ecg.pdf");
    let written = print.write(&path, 300.0).unwrap();
    assert_eq!(written, std::slice::from_ref(&path));
    pdf::pages(&std::fs::read(path).unwrap())
}

/// Width and height in millimetres.
fn extent_mm(path: &[(f64, f64)]) -> (f64, f64) {
    let range = |values: &mut dyn Iterator<Item = f64>| {
        let (low, high) = values.fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)));
        (high - low) / POINTS_PER_MM
    };
    (
        range(&mut path.iter().map(|p| p.0)),
        range(&mut path.iter().map(|p| p.1)),
    )
}

#[track_caller]
fn assert_mm(found: f64, expected: f64) {
    // A hundredth of a millimetre is a tenth of a pen's width.
    assert!(
        (found - expected).abs() < 0.01,
        "{found} mm is not {expected} mm"
    );
}

/// x of the tops of the one-second spikes of a trace, in millimetres.
fn tops_mm(path: &[(f64, f64)]) -> Vec<f64> {
    let base = path.iter().map(|p| p.1).fold(f64::MAX, f64::min);
    let top = path.iter().map(|p| p.1).fold(f64::MIN, f64::max);
    let high = path.iter().filter(|p| p.1 > base + 0.9 * (top - base));
    high.map(|p| p.0 / POINTS_PER_MM).collect()
}

#[test]
fn a_second_and_a_millivolt_are_measured_in_the_pdf() {
    let ecg = seconds(10);
    let gains = protoecg::sheet::Gain::ALL;
    for page in PrintPage::ALL {
        for (speed, gain) in PaperSpeed::ALL.into_iter().zip(gains) {
            let display = DisplayOptions {
                speed,
                gain,
                ..DisplayOptions::default()
            };
            let pages = written(&Print {
                page,
                ..print(&ecg, &display)
            });
            let (mm_per_s, mm_per_mv) = (speed.mm_per_s(), gain.mm_per_mv());
            // 250 mm of signal on a page, and 10 s in all; on Letter, which is
            // narrower, a pulse of 10 or 20 mm leaves room for 200 mm.
            let signal_mm = match (page, speed) {
                (PrintPage::Letter, PaperSpeed::Mm50 | PaperSpeed::Mm100) => 200.0,
                _ => 250.0,
            };
            assert_eq!(pages.len(), ((mm_per_s * 10.0) / signal_mm).ceil() as usize);
            for lines in &pages {
                let (width_mm, height_mm) = size_mm(page);
                assert_mm(lines.size.0 / POINTS_PER_MM, width_mm);
                assert_mm(lines.size.1 / POINTS_PER_MM, height_mm);
                // The pulse: 1 mV for 0.2 s, with 2 mm of foot on either side.
                let pulses = lines.paths.iter().filter(|p| p.len() == 6);
                let pulses: Vec<_> = pulses.map(|p| extent_mm(p)).collect();
                assert_eq!(pulses.len(), 4, "one for each row");
                for (pulse_mm, pulse_high_mm) in pulses {
                    assert_mm(pulse_mm, 0.2 * mm_per_s + 4.0);
                    assert_mm(pulse_high_mm, mm_per_mv);
                }
                // The rhythm strip is the longest line with many points.
                let traces = lines.paths.iter().filter(|p| p.len() > 100);
                let strip = traces
                    .max_by(|a, b| extent_mm(a).0.total_cmp(&extent_mm(b).0))
                    .expect("a strip");
                assert_mm(extent_mm(strip).1, mm_per_mv);
                let tops = tops_mm(strip);
                assert!(tops.len() >= 2, "{tops:?}");
                for pair in tops.windows(2) {
                    assert_mm(pair[1] - pair[0], mm_per_s);
                }
                // Nothing lies off the paper.
                let inside = |&(x, y): &(f64, f64)| {
                    (0.0..=lines.size.0).contains(&x) && (0.0..=lines.size.1).contains(&y)
                };
                assert!(lines.paths.iter().flatten().all(inside));
            }
        }
    }
}

#[test]
fn the_standard_print_has_a_pulse_of_10_by_5_mm_and_25_mm_to_a_second() {
    let (ecg, display) = (seconds(10), DisplayOptions::default());
    let lines = &written(&print(&ecg, &display))[0];
    let pulse = lines.paths.iter().find(|p| p.len() == 6).unwrap();
    // From the third point to the fourth is the top.
    assert_mm((pulse[3].0 - pulse[2].0) / POINTS_PER_MM, 5.0);
    assert_mm((pulse[2].1 - pulse[1].1) / POINTS_PER_MM, 10.0);
    let strip = lines.paths.iter().rfind(|p| p.len() > 3000).unwrap();
    let tops = tops_mm(strip);
    assert_eq!(tops.len(), 10);
    assert_mm(tops[9] - tops[0], 225.0);
    assert_eq!(extent_mm(strip).1.round(), 10.0);
}

/// `explain --paper`: the size of its pages, and on each what is on millimetres.
#[test]
fn an_explanation_is_at_true_scale_on_both_papers() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo-rhythm/example.hea");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("why.pdf");
    for (page, paper, speed) in [
        (PrintPage::A4, "a4", PaperSpeed::Mm25),
        (PrintPage::Letter, "letter", PaperSpeed::Mm25),
        (PrintPage::Letter, "letter", PaperSpeed::Mm50),
    ] {
        let mm_per_s = speed.mm_per_s();
        let output = protoecg(&[
            "explain",
            example.to_str().unwrap(),
            "--paper",
            paper,
            "--speed",
            &mm_per_s.to_string(),
            "--out",
            out.to_str().unwrap(),
        ]);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{errors}");
        let pages = pdf::pages(&std::fs::read(&out).unwrap());
        let (width_mm, height_mm) = size_mm(page);
        let mut pulses = 0;
        let mut longest_mm = 0.0_f64;
        for lines in &pages {
            assert_mm(lines.size.0 / POINTS_PER_MM, width_mm);
            assert_mm(lines.size.1 / POINTS_PER_MM, height_mm);
            for pulse in lines.paths.iter().filter(|p| p.len() == 6) {
                pulses += 1;
                let (long_mm, high_mm) = extent_mm(pulse);
                assert_mm(long_mm, 0.2 * mm_per_s + 4.0);
                assert_mm(high_mm, 10.0);
            }
            let traces = lines.paths.iter().filter(|p| p.len() > 100);
            longest_mm = traces.map(|p| extent_mm(p).0).fold(longest_mm, f64::max);
            let inside = |&(x, y): &(f64, f64)| {
                (0.0..=lines.size.0).contains(&x) && (0.0..=lines.size.1).contains(&y)
            };
            assert!(lines.paths.iter().flatten().all(inside));
        }
        // Four rows of the read ECG, the training ECG and the counter-case's.
        let sheets = if speed == PaperSpeed::Mm25 { 3 } else { 9 };
        assert_eq!(pulses, 4 * sheets, "{paper} at {mm_per_s} mm/s");
        // 10 s at 25 mm/s without the sample at 100 Hz that is missing at the end; on
        // Letter a wide pulse leaves room for 200 mm, and the signal goes on.
        let signal_mm = match speed {
            PaperSpeed::Mm25 => 249.75,
            _ => 200.0,
        };
        assert_mm(longest_mm, signal_mm);
    }
}

#[test]
fn a_long_title_at_the_foot_is_shortened_and_the_rest_is_whole() {
    let long = "A model with a title of the trainer's choice that goes on and on ".repeat(4);
    for page in PrintPage::ALL.map(PrintPage::page) {
        let short = page.foot("Test ECG 01234567, model ", "Rhythm", " (89abcdef).");
        assert_eq!(short, "Test ECG 01234567, model Rhythm (89abcdef).");
        let said = page.foot("Test ECG 01234567, model ", &long, " (89abcdef).");
        assert!(
            said.starts_with("Test ECG 01234567, model A model with "),
            "{said}"
        );
        assert!(said.ends_with("… (89abcdef)."), "{said}");
        // Half of its 2.6 mm for each letter, between margins of 10 mm, before the number.
        let letters = (NOT_A_MEDICAL_DEVICE.len() + 1 + said.chars().count()) as f64;
        assert!(letters * 1.3 < page.size_mm().0 - 20.0 - 20.0, "{letters}");
    }
}

fn size_mm(page: PrintPage) -> (f64, f64) {
    match page {
        PrintPage::A4 => (297.0, 210.0),
        PrintPage::Letter => (279.4, 215.9),
    }
}

fn texts(scene: &Scene) -> Vec<&str> {
    let texts = scene.items.iter().filter_map(|item| match item {
        Item::Text(text) => Some(text.text.as_str()),
        _ => None,
    });
    texts.collect()
}

#[test]
fn every_layout_fits_both_papers_and_every_page_says_what_it_is() {
    let ecg = seconds(10);
    let title = ["ECG 01234567, 62 years, female".to_owned()];
    let footer = [
        "Model of a rather long name, trained on something (01234567).".to_owned(),
        "At or above threshold, with probability: SR 0.98 (threshold 0.50), LVH 0.71 (threshold 0.40), ISC_ 0.66 \
         (threshold 0.31), IMI 0.50 (threshold 0.22), ASMI 0.44 (threshold 0.21), NDT 0.41 (threshold 0.2)."
            .to_owned(),
    ];
    for layout in PageLayout::ALL {
        for speed in PaperSpeed::ALL {
            for page in PrintPage::ALL {
                let display = DisplayOptions {
                    layout,
                    speed,
                    ..DisplayOptions::default()
                };
                let pages = Print {
                    title: &title,
                    footer: &footer,
                    page,
                    ..print(&ecg, &display)
                }
                .pages()
                .unwrap_or_else(|error| panic!("{layout:?} {speed:?} {page:?}: {error}"));
                for scene in &pages {
                    let said = texts(scene);
                    for part in [
                        NOT_A_MEDICAL_DEVICE,
                        "ECG 01234567, 62 years, female",
                        "Model of a rather long name",
                        "no display filter",
                        "10 mm/mV",
                        &format!("{} mm/s", speed.mm_per_s()),
                    ] {
                        assert!(said.iter().any(|text| text.contains(part)), "{part}");
                    }
                }
            }
        }
    }
}

#[test]
fn pages_go_on_where_the_one_before_ended() {
    let ecg = seconds(30);
    let display = DisplayOptions {
        speed: PaperSpeed::Mm50,
        ..DisplayOptions::default()
    };
    let pages = Print {
        start_s: 12.0,
        duration_s: 10.0,
        ..print(&ecg, &display)
    };
    let spans: Vec<(f64, f64)> = pages
        .pages()
        .unwrap()
        .iter()
        .map(|scene| {
            let strip = scene.panels.iter().find(|p| p.is_strip).unwrap();
            (strip.start_s, strip.end_s)
        })
        .collect();
    assert_eq!(spans, [(12.0, 17.0), (17.0, 22.0)]);
    // At half the speed a page holds 20 s.
    let slow = DisplayOptions {
        speed: PaperSpeed::Mm12_5,
        ..DisplayOptions::default()
    };
    let whole = Print {
        duration_s: 100.0,
        ..print(&ecg, &slow)
    };
    assert_eq!(whole.pages().unwrap().len(), 2, "30 s, and not 100 s");
}

#[test]
fn a_kind_of_one_page_a_file_is_numbered_and_other_endings_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let ecg = seconds(10);
    let display = DisplayOptions {
        speed: PaperSpeed::Mm50,
        ..DisplayOptions::default()
    };
    let print = print(&ecg, &display);
    for ending in ["svg", "png"] {
        let path = folder.path().join(format!("ecg.{ending}"));
        let second = folder.path().join(format!("ecg-2.{ending}"));
        assert_eq!(print.write(&path, 50.0).unwrap(), [path, second]);
    }
    let picture = image::open(folder.path().join("ecg-2.png")).unwrap();
    // 297 x 210 mm at 50 dots to the inch.
    assert_eq!((picture.width(), picture.height()), (585, 413));
    let svg = std::fs::read_to_string(folder.path().join("ecg.svg")).unwrap();
    assert!(svg.contains("width=\"297mm\" height=\"210mm\""));
    for name in ["ecg.doc", "ecg"] {
        let refused = print.write(&folder.path().join(name), 50.0);
        assert!(matches!(refused, Err(SheetError::Ending { .. })), "{name}");
    }
    assert_eq!(FileKind::of(Path::new("A.PDF")), Some(FileKind::Pdf));
    let nowhere = folder.path().join("no/such/folder.pdf");
    let refused = print.write(&nowhere, 50.0);
    assert!(matches!(refused, Err(SheetError::Write { .. })));
}

#[test]
fn the_command_prints_a_reading_without_identity() {
    let folder = tempfile::tempdir().unwrap();
    let ecg = simulator::simulate(1, 7).next().unwrap();
    formats::wfdb::write(folder.path(), "mueller", &ecg.recording, 1000.0).unwrap();
    let file = folder.path().join("mueller.hea");
    let out = folder.path().join("print.svg");
    let (file, out) = (file.to_str().unwrap(), out.to_str().unwrap());
    let run = |more: &[&str]| {
        let arguments = [&["print", file, "--out", out], more].concat();
        let output = protoecg(&arguments);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), errors)
    };
    let (code, errors) = run(&[
        "--layout",
        "6x2",
        "--cabrera",
        "--half-gain-chest",
        "--filter",
        "monitoring",
        "--fiducials",
    ]);
    assert_eq!(code, Some(0), "{errors}");
    let svg = std::fs::read_to_string(out).unwrap();
    let id = formats::open(Path::new(file)).unwrap().short_id();
    for part in [
        &format!("ECG {id}"),
        "25 mm/s   10 mm/mV, chest leads 5 mm/mV",
        "filter 0.5",
        "Demonstration: trained on simulated ECGs",
        ">-aVR<",
        "consecutive columns of 5 s",
        NOT_A_MEDICAL_DEVICE,
    ] {
        assert!(svg.contains(part), "{part}");
    }
    assert!(!svg.contains("mueller"));
    // The network's input instead, and no model at all.
    let (code, errors) = run(&["--view", "model"]);
    assert_eq!(code, Some(0), "{errors}");
    let svg = std::fs::read_to_string(out).unwrap();
    // Long lines are broken between words.
    assert!(
        svg.contains("model view: the network&apos;s input")
            || svg.contains("model view: the network's input")
    );
    let (code, errors) = run(&["--no-model"]);
    assert_eq!(code, Some(0), "{errors}");
    let svg = std::fs::read_to_string(out).unwrap();
    assert!(svg.contains("No model was asked.") && !svg.contains("probability"));
    // What makes no sense is refused with the option that it is about.
    let (code, errors) = run(&["--from", "10.5"]);
    assert_eq!(code, Some(1));
    assert!(
        errors.contains("--from 10.5: the recording ends at 10.0 s"),
        "{errors}"
    );
    let (code, errors) = run(&["--no-model", "--view", "model"]);
    assert_eq!(code, Some(1));
    assert!(errors.contains("needs a model"), "{errors}");
    let (code, errors) = run(&["--speed", "30"]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("12.5"), "{errors}");
}
