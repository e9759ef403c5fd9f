//! Whole frames in a real window with software drawing, as a ratio to an empty
//! window of the same size, which is egui's central panel with nothing on it:
//! egui, its tessellation, the graphics driver and the picture on the display.
//! And what the program takes while nobody does anything.
//!
//! The empty window and those with an ECG take turns in one process, so that the
//! ratio does not depend on what else the machine does.

#[path = "shared/dense.rs"]
mod dense;
#[path = "shared/xvfb.rs"]
mod xvfb;

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use eframe::egui::{CentralPanel, Ui, ViewportBuilder, ViewportCommand, vec2};
use protoecg::sheet::{
    DisplayOptions, PageLayout, Palette, Scene, SheetSpec, SheetView, paint_egui, scene,
};
use xvfb::Display;

const SIZE: (u32, u32) = (1600, 1000);
/// Turns of each window, and frames of a turn; the first ones are not counted.
const TURNS: usize = 9;
const FRAMES: usize = 40;
const WARMING: usize = 5;
/// Pages of each layout, one after the other: it scrolls.
const PAGES: usize = 8;
/// How long nobody does anything.
const IDLE: Duration = Duration::from_secs(10);
/// Until the program has loaded and drawn everything that it begins with.
const SETTLING: Duration = Duration::from_secs(15);
/// Tells this program that it is the one with the window.
const WINDOW: &str = "--window";

fn main() {
    if std::env::args().any(|argument| argument == WINDOW) {
        frames();
        return;
    }
    // `cargo test` runs benches too, to see that they work, and has no time for this one.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let Some(display) = Display::start(SIZE.0, SIZE.1) else {
        return;
    };
    let home = tempfile::tempdir().expect("a temporary folder");
    let own = std::env::current_exe().expect("the name of this program");
    let status = display.command(own, home.path()).arg(WINDOW).status();
    assert!(status.expect("this program starts").success());
    idle(&display, home.path());
}

/// What is shown in turn.
struct Part {
    name: &'static str,
    /// Nothing in the empty window.
    pages: Vec<Scene>,
    /// Milliseconds of a frame, the mean of each turn.
    frame_ms: Vec<f64>,
}

struct Turns {
    parts: Vec<Part>,
    turn: usize,
    frame: usize,
    began: Instant,
}

fn frames() {
    let recording = dense::recording();
    let layouts = [PageLayout::ThreeByFourOne, PageLayout::TwelveByOne];
    let with_ecg = layouts.map(|layout| {
        let display = DisplayOptions {
            layout,
            ..DisplayOptions::default()
        };
        let page = |i: usize| {
            let spec = SheetSpec {
                page_start_s: 100.0 + 0.25 * i as f64,
                ..display.spec()
            };
            scene(&recording, &spec)
        };
        let pages: Vec<Scene> = (0..PAGES).map(page).collect();
        (layout.name(), pages)
    });
    let empty = std::iter::once(("empty", Vec::new()));
    let parts = empty.chain(with_ecg).map(|(name, pages)| Part {
        name,
        pages,
        frame_ms: Vec::new(),
    });
    let turns = Turns {
        parts: parts.collect(),
        turn: 0,
        frame: 0,
        began: Instant::now(),
    };
    let mut native = eframe::NativeOptions {
        renderer: eframe::Renderer::Glow,
        system_font_fallback: false,
        viewport: ViewportBuilder::default()
            .with_inner_size(vec2(SIZE.0 as f32, SIZE.1 as f32))
            .with_decorations(false),
        ..eframe::NativeOptions::default()
    };
    native.multisampling = 0;
    // As fast as it goes.
    native.glow_options.vsync = false;
    eframe::run_native(
        "whole frames",
        native,
        Box::new(move |_| Ok(Box::new(turns))),
    )
    .expect("a window");
}

impl eframe::App for Turns {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        if self.frame == WARMING {
            self.began = Instant::now();
        }
        let count = self.parts.len();
        let part = &mut self.parts[self.turn % count];
        if self.frame == WARMING + FRAMES {
            let frame_s = self.began.elapsed().as_secs_f64() / FRAMES as f64;
            part.frame_ms.push(1000.0 * frame_s);
            self.frame = 0;
            self.turn += 1;
            if self.turn == TURNS * count {
                report(&mut self.parts);
                ui.ctx().send_viewport_cmd(ViewportCommand::Close);
                return;
            }
        } else {
            self.frame += 1;
        }
        let part = &self.parts[self.turn % count];
        if let Some(page) = part.pages.get(self.frame % PAGES) {
            let area = ui.ctx().content_rect();
            let size = (f64::from(area.width()), f64::from(area.height()));
            let view = SheetView::fit(page, size);
            paint_egui(ui.painter(), area, page, &view, &Palette::LIGHT);
        } else {
            CentralPanel::default().show(ui, |_| {});
        }
        ui.ctx().request_repaint();
    }
}

fn report(parts: &mut [Part]) {
    println!(
        "A whole frame of {} x {}, software drawing:",
        SIZE.0, SIZE.1
    );
    let mut empty = None;
    for part in parts {
        part.frame_ms.sort_by(f64::total_cmp);
        // What else the machine does only adds: the least is nearest to an idle one.
        let (median_ms, least_ms) = (part.frame_ms[part.frame_ms.len() / 2], part.frame_ms[0]);
        let (empty_ms, empty_least_ms) = *empty.get_or_insert((median_ms, least_ms));
        println!(
            "  {:8} {median_ms:7.2} ms  {:5.2} of the empty one; least {least_ms:7.2} ms  {:5.2}",
            part.name,
            median_ms / empty_ms,
            least_ms / empty_least_ms
        );
    }
}

/// The program with the example on the screen, and nobody there.
fn idle(display: &Display, home: &Path) {
    let example = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/models/demo-rhythm/example.hea"
    );
    let mut program = display
        .command(env!("CARGO_BIN_EXE_protoecg"), home)
        .args(["open", example])
        .env("PROTOECG_LOG", "protoecg=trace")
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let frames = count_frames(&mut program);
    std::thread::sleep(SETTLING);
    let (frames_before, cpu_before) = (frames.load(Ordering::Acquire), cpu_ticks(program.id()));
    std::thread::sleep(IDLE);
    let (frames_after, cpu_after) = (frames.load(Ordering::Acquire), cpu_ticks(program.id()));
    program.kill().ok();
    program.wait().ok();
    assert!(frames_before > 0, "the program showed nothing");
    let ticks = cpu_before
        .zip(cpu_after)
        .map(|(before, after)| after - before);
    assert_eq!(frames_after, frames_before, "frames that nobody asked for");
    println!(
        "{} s with an ECG on the screen and no input: {} frames, {} ms of CPU time",
        IDLE.as_secs(),
        frames_after - frames_before,
        ticks.map_or("unknown".to_owned(), |ticks| (ticks * 10).to_string())
    );
}

/// Counts the frames that the program writes to its log.
fn count_frames(program: &mut Child) -> Arc<AtomicUsize> {
    let frames = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&frames);
    let log: Box<dyn Read + Send> = Box::new(program.stderr.take().expect("standard error"));
    std::thread::spawn(move || {
        let lines = BufReader::new(log).lines().map_while(Result::ok);
        for _ in lines.filter(|line| line.contains("frame begun")) {
            counter.fetch_add(1, Ordering::AcqRel);
        }
    });
    frames
}

/// User and system time of a process in hundredths of a second (proc(5): the
/// fields after the name in brackets, of which the 12th and 13th are meant).
fn cpu_ticks(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some(next()? + next()?)
}
