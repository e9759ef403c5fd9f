//! A scene: what is on the page, in millimetres, without colours.

use crate::ecg::Lead;

/// A place on the page in millimetres from its top left corner; y points down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub x_mm: f64,
    pub y_mm: f64,
}

impl Point {
    pub const fn new(x_mm: f64, y_mm: f64) -> Self {
        Self { x_mm, y_mm }
    }
}

/// An upright rectangle in millimetres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RectMm {
    pub left_mm: f64,
    pub top_mm: f64,
    pub right_mm: f64,
    pub bottom_mm: f64,
}

impl RectMm {
    pub const fn new(left_mm: f64, top_mm: f64, right_mm: f64, bottom_mm: f64) -> Self {
        Self {
            left_mm,
            top_mm,
            right_mm,
            bottom_mm,
        }
    }

    pub fn width_mm(&self) -> f64 {
        self.right_mm - self.left_mm
    }

    pub fn height_mm(&self) -> f64 {
        self.bottom_mm - self.top_mm
    }

    fn shift(&mut self, dx_mm: f64, dy_mm: f64) {
        self.left_mm += dx_mm;
        self.right_mm += dx_mm;
        self.top_mm += dy_mm;
        self.bottom_mm += dy_mm;
    }

    pub fn centre(&self) -> Point {
        Point::new(
            (self.left_mm + self.right_mm) / 2.0,
            (self.top_mm + self.bottom_mm) / 2.0,
        )
    }
}

/// What a line or an area means; a [`super::Palette`] gives it a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ink {
    /// The page itself.
    Paper,
    /// Grid lines 1 mm apart.
    GridMinor,
    /// Grid lines 5 mm apart.
    GridMajor,
    /// The signal, and the calibration pulse.
    Trace,
    /// Lead names and column ticks.
    Label,
    /// Titles and headings.
    Title,
    /// Footers, "not recorded" and other remarks.
    Note,
    /// The tint of a mark.
    MarkFill,
    /// Outline, hatch and whisker of a mark.
    MarkLine,
    /// The label of a mark.
    MarkText,
    /// The tint of a heat map, from 0 (none) to [`Ink::HEAT_LEVELS`].
    Heat(u8),
    /// Beginnings and ends of waves, and their names.
    Tick,
}

impl Ink {
    /// The strongest tint of a heat map.
    pub const HEAT_LEVELS: u8 = 16;
}

/// ECG paper: lines every millimetre, every fifth one bold. Positions count in
/// whole millimetres from the left top corner, so no line is lost to rounding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    pub left_mm: f64,
    pub top_mm: f64,
    pub width_mm: u32,
    pub height_mm: u32,
}

impl Grid {
    /// Width of a fine line.
    pub const MINOR_WIDTH_MM: f64 = 0.08;
    /// Width of a bold line.
    pub const MAJOR_WIDTH_MM: f64 = 0.2;

    /// True for the bold lines, 5 mm apart.
    pub fn is_major(line: u32) -> bool {
        line.is_multiple_of(5)
    }

    pub fn rect(&self) -> RectMm {
        RectMm::new(
            self.left_mm,
            self.top_mm,
            self.left_mm + f64::from(self.width_mm),
            self.top_mm + f64::from(self.height_mm),
        )
    }
}

/// Slanted lines over a rectangle, so that a mark is seen without its colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hatch {
    pub rect: RectMm,
    /// Distance between lines along x.
    pub spacing_mm: f64,
    pub width_mm: f64,
    pub ink: Ink,
}

impl Hatch {
    /// The lines, from bottom left to top right at 45 degrees, cut at the
    /// rectangle.
    pub fn segments(&self) -> Vec<[Point; 2]> {
        let r = &self.rect;
        let height_mm = r.height_mm();
        if !(self.spacing_mm > 0.0 && height_mm > 0.0 && r.width_mm() > 0.0) {
            return Vec::new();
        }
        let lines = ((r.width_mm() + height_mm) / self.spacing_mm).ceil() as usize;
        (1..lines)
            .map(|i| {
                // The line meets the bottom edge at `foot`, the top edge `height` further right.
                let foot_mm = r.left_mm - height_mm + i as f64 * self.spacing_mm;
                let left_mm = foot_mm.max(r.left_mm);
                let right_mm = (foot_mm + height_mm).min(r.right_mm);
                [
                    Point::new(left_mm, r.bottom_mm - (left_mm - foot_mm)),
                    Point::new(right_mm, r.bottom_mm - (right_mm - foot_mm)),
                ]
            })
            .filter(|[a, b]| b.x_mm > a.x_mm)
            .collect()
    }
}

/// Where the anchor of a text is along the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Centre,
    Right,
}

/// One line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// The anchor, on the baseline.
    pub at: Point,
    /// Font size (the em) in millimetres.
    pub size_mm: f64,
    pub align: Align,
    pub ink: Ink,
    /// Semi-bold.
    pub strong: bool,
    pub text: String,
}

/// One thing on the page. Items are painted in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Grid(Grid),
    /// A signal: x never decreases along it, so a painter may thin it out.
    Trace {
        points: Vec<Point>,
        width_mm: f64,
        ink: Ink,
    },
    /// Any other line.
    Line {
        points: Vec<Point>,
        width_mm: f64,
        ink: Ink,
    },
    /// A filled area without outline.
    Fill {
        rect: RectMm,
        ink: Ink,
    },
    Hatch(Hatch),
    Text(Text),
}

/// Where a lead is on the page: what a place on it means in seconds and
/// millivolts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PanelArea {
    pub lead: Lead,
    /// The trace is upside down.
    pub inverted: bool,
    pub column: usize,
    pub is_strip: bool,
    pub rect: RectMm,
    /// Seconds of the recording at the left side.
    pub start_s: f64,
    pub end_s: f64,
    pub speed_mm_per_s: f64,
    /// y of 0 mV.
    pub baseline_mm: f64,
    pub gain_mm_per_mv: f64,
    /// What the gain is of, `mV` but for a network's scaled input.
    pub unit: &'static str,
}

impl PanelArea {
    /// Seconds of the recording at x.
    pub fn time_s(&self, x_mm: f64) -> f64 {
        self.start_s + (x_mm - self.rect.left_mm) / self.speed_mm_per_s
    }

    pub fn x_mm(&self, time_s: f64) -> f64 {
        self.rect.left_mm + (time_s - self.start_s) * self.speed_mm_per_s
    }

    /// Millivolts of the lead at y.
    pub fn amplitude_mv(&self, y_mm: f64) -> f64 {
        (self.baseline_mm - y_mm) / self.signed_gain()
    }

    pub fn y_mm(&self, amplitude_mv: f64) -> f64 {
        self.baseline_mm - amplitude_mv * self.signed_gain()
    }

    fn signed_gain(&self) -> f64 {
        if self.inverted {
            -self.gain_mm_per_mv
        } else {
            self.gain_mm_per_mv
        }
    }

    pub fn shows(&self, time_s: f64) -> bool {
        (self.start_s..=self.end_s).contains(&time_s)
    }

    /// What is printed beside the trace.
    pub fn name(&self) -> String {
        super::layout::signed_name(self.lead, self.inverted)
    }
}

/// A page: its size, what is on it, and a sentence for people who cannot see it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    pub width_mm: f64,
    pub height_mm: f64,
    pub items: Vec<Item>,
    /// Where leads are, for what measures on the page.
    pub panels: Vec<PanelArea>,
    /// Moments that a caliper snaps to, in seconds of the recording.
    pub snap_s: Vec<f64>,
    /// For screen readers and as the title of an exported drawing.
    pub description: String,
}

impl Scene {
    /// Moves everything by so many millimetres (the page keeps its size).
    pub fn shift(&mut self, dx_mm: f64, dy_mm: f64) {
        for panel in &mut self.panels {
            panel.rect.shift(dx_mm, dy_mm);
            panel.baseline_mm += dy_mm;
        }
        for item in &mut self.items {
            match item {
                Item::Grid(grid) => {
                    grid.left_mm += dx_mm;
                    grid.top_mm += dy_mm;
                }
                Item::Trace { points, .. } | Item::Line { points, .. } => {
                    for point in points {
                        point.x_mm += dx_mm;
                        point.y_mm += dy_mm;
                    }
                }
                Item::Fill { rect, .. } | Item::Hatch(Hatch { rect, .. }) => {
                    rect.shift(dx_mm, dy_mm);
                }
                Item::Text(text) => {
                    text.at.x_mm += dx_mm;
                    text.at.y_mm += dy_mm;
                }
            }
        }
    }
}
