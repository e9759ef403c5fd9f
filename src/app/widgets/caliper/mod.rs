//! A caliper over the sheets: time, amplitude, and marching out. It is held in
//! seconds and millivolts, so that both sheets of a pair show the same one.

mod paint;
#[cfg(test)]
mod tests;

use eframe::egui::{Pos2, Rect, vec2};

use crate::app::texts::widgets as texts;
use crate::ecg::Lead;
use crate::sheet::{MILLIVOLTS, PanelArea, Point, Scene, SheetView};

/// What is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaliperMode {
    #[default]
    Off,
    /// An interval, and the rate that it would be.
    Time,
    /// A height in one lead.
    Amplitude,
    /// An interval, repeated over the page: does a rhythm march?
    March,
}

impl CaliperMode {
    pub const ALL: [Self; 4] = [Self::Off, Self::Time, Self::Amplitude, Self::March];

    pub fn name(self) -> &'static str {
        match self {
            Self::Off => texts::NO_CALIPER,
            Self::Time => texts::TIME_CALIPER,
            Self::Amplitude => texts::AMPLITUDE_CALIPER,
            Self::March => texts::MARCH_CALIPER,
        }
    }
}

/// The part of a caliper that moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grip {
    First,
    #[default]
    Second,
    Both,
}

impl Grip {
    fn next(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::Both,
            Self::Both => Self::First,
        }
    }
}

/// A step by keyboard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CaliperStep {
    /// By so many steps to the right, or up.
    Move(i8),
    /// The same, five times finer.
    MoveFine(i8),
    /// To the next R peak (or the one before).
    Peak(bool),
    NextGrip,
}

/// Ten milliseconds is a quarter of a small square.
const STEP_S: f64 = 0.010;
/// Half a small square.
const STEP_MV: f64 = 0.05;
const FINER: f64 = 5.0;
/// A line is grabbed, and a peak snapped to, from this far.
const REACH_POINTS: f64 = 8.0;

/// Two moments and two heights.
#[derive(Clone, Debug, Default)]
pub struct Caliper {
    pub mode: CaliperMode,
    pub grip: Grip,
    placed: bool,
    times_s: [f64; 2],
    lead: Option<Lead>,
    heights_mv: [f64; 2],
    pending: Vec<CaliperStep>,
    /// What the pointer holds, and from where.
    held: Option<(Grip, f64, f64)>,
}

/// A pane with its scene: between points of the window and places in an ECG.
#[derive(Clone, Copy)]
pub struct Pane<'a> {
    pub scene: &'a Scene,
    pub view: &'a SheetView,
    pub area: Rect,
}

impl Pane<'_> {
    fn mm(&self, at: Pos2) -> Point {
        let from = at - self.area.min;
        self.view.mm_at((f64::from(from.x), f64::from(from.y)))
    }

    fn pos(&self, x_mm: f64, y_mm: f64) -> Pos2 {
        let (x, y) = self.view.points_at(Point::new(x_mm, y_mm));
        self.area.min + vec2(x as f32, y as f32)
    }

    /// The panel under a place, or the nearest one above or below it.
    fn panel_at(&self, at: Point) -> Option<&PanelArea> {
        let off = |panel: &PanelArea| {
            let rect = &panel.rect;
            let outside = |x: f64, from: f64, to: f64| (from - x).max(x - to).max(0.0);
            outside(at.x_mm, rect.left_mm, rect.right_mm)
                + outside(at.y_mm, rect.top_mm, rect.bottom_mm)
        };
        let panels = self.scene.panels.iter();
        panels.min_by(|a, b| off(a).total_cmp(&off(b)))
    }

    /// The R peak within reach of a moment, else the moment itself.
    fn snapped(&self, time_s: f64, panel: &PanelArea) -> f64 {
        let reach_s = REACH_POINTS / (self.view.points_per_mm * panel.speed_mm_per_s);
        let near = self.scene.snap_s.iter().copied();
        near.filter(|peak_s| (peak_s - time_s).abs() <= reach_s)
            .min_by(|a, b| (a - time_s).abs().total_cmp(&(b - time_s).abs()))
            .unwrap_or(time_s)
    }
}

impl Caliper {
    pub fn step(&mut self, step: CaliperStep) {
        self.pending.push(step);
    }

    pub fn set_mode(&mut self, mode: CaliperMode) {
        self.mode = mode;
        self.held = None;
        self.pending.clear();
    }

    /// Another recording: it is placed anew.
    pub fn forget_place(&mut self) {
        self.placed = false;
        self.held = None;
    }

    pub fn interval_s(&self) -> f64 {
        (self.times_s[1] - self.times_s[0]).abs()
    }

    pub fn height_mv(&self) -> f64 {
        (self.heights_mv[1] - self.heights_mv[0]).abs()
    }

    /// First between the first two beats of the page; else over its first second.
    fn place(&mut self, scene: &Scene) {
        let Some(panel) = scene
            .panels
            .iter()
            .find(|p| p.is_strip)
            .or(scene.panels.first())
        else {
            return;
        };
        let mut beats = scene.snap_s.iter().copied().filter(|&s| panel.shows(s));
        self.times_s = match (beats.next(), beats.next()) {
            (Some(first), Some(second)) => [first, second],
            _ => [panel.start_s + 0.5, panel.start_s + 1.5],
        };
        self.lead = Some(panel.lead);
        self.heights_mv = [0.0, 1.0];
        self.placed = true;
    }

    /// Takes the steps by keyboard; the first sheet of a pair that is drawn
    /// does it for both.
    pub fn take_steps(&mut self, scene: &Scene) {
        if self.mode == CaliperMode::Off {
            return;
        }
        if !self.placed {
            self.place(scene);
        }
        for step in std::mem::take(&mut self.pending) {
            match step {
                CaliperStep::NextGrip => self.grip = self.grip.next(),
                CaliperStep::Move(steps) => self.nudge(f64::from(steps)),
                CaliperStep::MoveFine(steps) => self.nudge(f64::from(steps) / FINER),
                CaliperStep::Peak(forward) => self.hop(scene, forward),
            }
        }
    }

    /// The steps that wait, for a sheet that is not to take them: they are
    /// given back by [`put_back`](Self::put_back) before the one that is.
    pub fn set_aside(&mut self) -> Vec<CaliperStep> {
        std::mem::take(&mut self.pending)
    }

    pub fn put_back(&mut self, steps: Vec<CaliperStep>) {
        self.pending = steps;
    }

    fn nudge(&mut self, steps: f64) {
        match self.mode {
            CaliperMode::Amplitude => self.shift(0.0, steps * STEP_MV),
            _ => self.shift(steps * STEP_S, 0.0),
        }
    }

    /// Moves what the grip holds.
    fn shift(&mut self, by_s: f64, by_mv: f64) {
        for (end, grip) in [Grip::First, Grip::Second].into_iter().enumerate() {
            if self.grip == grip || self.grip == Grip::Both {
                self.times_s[end] = (self.times_s[end] + by_s).max(0.0);
                self.heights_mv[end] += by_mv;
            }
        }
    }

    fn hop(&mut self, scene: &Scene, forward: bool) {
        let end = usize::from(self.grip != Grip::First);
        let from_s = self.times_s[end];
        let peaks = scene.snap_s.iter().copied();
        // A millisecond of slack: the peak that it stands on is not the next.
        let next = if forward {
            peaks.filter(|&s| s > from_s + 0.001).min_by(f64::total_cmp)
        } else {
            peaks.filter(|&s| s < from_s - 0.001).max_by(f64::total_cmp)
        };
        if let Some(peak_s) = next {
            self.shift(peak_s - from_s, 0.0);
        }
    }

    /// The pointer went down at `from`: which part does it take? Away from all
    /// lines a new caliper begins there.
    pub fn grab(&mut self, pane: &Pane<'_>, from: Pos2, snap: bool) {
        let at = pane.mm(from);
        let Some(panel) = pane.panel_at(at) else {
            return;
        };
        let (time_s, height_mv) = (panel.time_s(at.x_mm), panel.amplitude_mv(at.y_mm));
        let near = |off_mm: f64| off_mm.abs() * pane.view.points_per_mm <= REACH_POINTS;
        let taken = match self.mode {
            CaliperMode::Amplitude if self.lead == Some(panel.lead) => {
                let off = self.heights_mv.map(|mv| panel.y_mm(mv) - at.y_mm);
                ends(off, near, between(height_mv, self.heights_mv))
            }
            CaliperMode::Amplitude => None,
            _ => {
                let off = self.times_s.map(|s| panel.x_mm(s) - at.x_mm);
                ends(off, near, between(time_s, self.times_s))
            }
        };
        let grip = taken.unwrap_or_else(|| {
            let time_s = if snap {
                pane.snapped(time_s, panel)
            } else {
                time_s
            };
            match self.mode {
                CaliperMode::Amplitude => {
                    self.heights_mv = [height_mv; 2];
                    self.times_s = [time_s; 2];
                }
                _ => self.times_s = [time_s.max(0.0); 2],
            }
            self.lead = Some(panel.lead);
            Grip::Second
        });
        self.grip = grip;
        self.placed = true;
        self.held = Some((grip, time_s, height_mv));
    }

    /// The pointer is at `to`.
    pub fn drag(&mut self, pane: &Pane<'_>, to: Pos2, snap: bool) {
        let Some((grip, from_s, from_mv)) = self.held else {
            return;
        };
        let at = pane.mm(to);
        let panel = match self.mode {
            // The lead that it is in, however high it is pulled.
            CaliperMode::Amplitude => pane.scene.panels.iter().find(|p| {
                Some(p.lead) == self.lead && p.rect.left_mm <= at.x_mm && at.x_mm <= p.rect.right_mm
            }),
            _ => pane.panel_at(at),
        };
        let Some(panel) = panel else { return };
        let (time_s, height_mv) = (panel.time_s(at.x_mm), panel.amplitude_mv(at.y_mm));
        let target_s = if snap && grip != Grip::Both {
            pane.snapped(time_s, panel)
        } else {
            time_s
        };
        match (self.mode, grip) {
            (CaliperMode::Amplitude, Grip::First) => self.heights_mv[0] = height_mv,
            (CaliperMode::Amplitude, Grip::Second) => self.heights_mv[1] = height_mv,
            (CaliperMode::Amplitude, Grip::Both) => {
                self.shift(0.0, height_mv - from_mv);
                self.held = Some((grip, from_s, height_mv));
            }
            (_, Grip::First) => self.times_s[0] = target_s.max(0.0),
            (_, Grip::Second) => self.times_s[1] = target_s.max(0.0),
            (_, Grip::Both) => {
                self.shift(time_s - from_s, 0.0);
                self.held = Some((grip, time_s, from_mv));
            }
        }
    }

    pub fn release(&mut self) {
        self.held = None;
    }

    /// What it measures, as it is painted.
    fn reading(&self, unit: &str) -> String {
        match self.mode {
            CaliperMode::Off => String::new(),
            CaliperMode::Amplitude => {
                let lead = self.lead.map_or(String::new(), |lead| format!("{lead}  "));
                format!("{lead}{:.2} {unit}", self.height_mv())
            }
            CaliperMode::Time | CaliperMode::March => {
                let interval_s = self.interval_s();
                let rate_per_min = (interval_s >= 0.001).then(|| 60.0 / interval_s);
                texts::interval(1000.0 * interval_s, rate_per_min)
            }
        }
    }

    /// The same in words, for a screen reader; `None` while it is off.
    pub fn sentence(&self, scene: &Scene) -> Option<String> {
        let unit = scene.panels.first().map_or(MILLIVOLTS, |panel| panel.unit);
        let [first_s, second_s] = self.times_s;
        let grip = match self.grip {
            Grip::First => texts::FIRST_LINE,
            Grip::Second => texts::SECOND_LINE,
            Grip::Both => texts::BOTH_LINES,
        };
        let name = self.mode.name();
        let reading = self.reading(unit);
        match self.mode {
            CaliperMode::Off => None,
            CaliperMode::Amplitude => Some(texts::caliper(name, &reading, grip)),
            _ => {
                let span_s = (first_s.min(second_s), first_s.max(second_s));
                Some(texts::caliper_over(name, &reading, span_s, grip))
            }
        }
    }

    /// The moments on the page at whole numbers of intervals from the caliper.
    fn marched(&self, scene: &Scene) -> Vec<f64> {
        let interval_s = self.interval_s();
        let starts = scene.panels.iter().map(|p| p.start_s);
        let (first_s, last_s) = (
            starts.fold(f64::INFINITY, f64::min),
            scene.panels.iter().map(|p| p.end_s).fold(0.0, f64::max),
        );
        // Shorter than that the page would be a fence.
        if interval_s < 0.05 || !first_s.is_finite() {
            return Vec::new();
        }
        let from_s = self.times_s[0];
        let first = ((first_s - from_s) / interval_s).ceil() as i64;
        let last = ((last_s - from_s) / interval_s).floor() as i64;
        (first..=last)
            .map(|n| from_s + n as f64 * interval_s)
            .filter(|s| self.times_s.iter().all(|own| (own - s).abs() > 1e-6))
            .collect()
    }
}

/// Which end is near, or both where it is between them.
fn ends(off: [f64; 2], near: impl Fn(f64) -> bool, inside: bool) -> Option<Grip> {
    match (near(off[0]), near(off[1])) {
        (true, true) if off[0].abs() < off[1].abs() => Some(Grip::First),
        (_, true) => Some(Grip::Second),
        (true, false) => Some(Grip::First),
        (false, false) => inside.then_some(Grip::Both),
    }
}

fn between(value: f64, ends: [f64; 2]) -> bool {
    (ends[0].min(ends[1])..=ends[0].max(ends[1])).contains(&value)
}
