//! Recording and spec to scene.

use crate::ecg::{Lead, Recording};

use super::describe::{self, Remarks};
use super::layout::{Arrangement, PAGE_S, Panel};
use super::scene::{Align, Grid, Ink, Item, PanelArea, Point, RectMm, Scene, Text};
use super::trace::stretch;
use super::{Columns, Layout, SheetSpec, heat, marks, ticks};

/// White border around everything.
pub(super) const MARGIN_MM: f64 = 5.0;
/// Grid above the first and below the last row, and right of the last column.
const GRID_PAD_MM: f64 = 5.0;
/// Between the panels of a cut-out.
const CUT_OUT_GAP_MM: f64 = 5.0;
/// The calibration pulse: 1 mV for 200 ms.
const PULSE_MV: f64 = 1.0;
const PULSE_S: f64 = 0.2;
/// A page of more would be metres of paper.
const LONGEST_PAGE_S: f64 = 60.0;

const TRACE_WIDTH_MM: f64 = 0.28;
const TICK_WIDTH_MM: f64 = 0.25;
const LEAD_NAME_SIZE_MM: f64 = 3.7;

/// Draws a recording as the spec says.
///
/// Nothing is refused: a lead that is missing leaves a panel that says so, and
/// what does not fit on the page is named in the footer.
pub fn scene(recording: &Recording, spec: &SheetSpec) -> Scene {
    let geometry = Geometry::new(recording, spec);
    let mut remarks = Remarks::default();
    let mut items = vec![Item::Grid(geometry.grid)];
    if let Some(map) = &spec.heat {
        let tints = geometry
            .panels
            .iter()
            .map(|panel| heat::draw(&geometry, panel, map));
        items.extend(tints.flatten());
    }
    items.extend(marks::draw(&geometry, &spec.marks, &mut remarks));
    items.extend(ticks::draw(&geometry, &spec.ticks));
    for row in 0..geometry.layout.rows() {
        items.extend(geometry.row_start(row, spec.calibration_pulse));
    }
    let panels = geometry.panels.iter();
    let drawn = panels.flat_map(|panel| draw_panel(recording, &geometry, panel, &mut remarks));
    // Traces first: no name is hidden by the trace of another row, and a graphics
    // driver is told once what they have in common.
    let (traces, others): (Vec<Item>, Vec<Item>) =
        drawn.partition(|item| matches!(item, Item::Trace { .. }));
    items.extend(traces);
    items.extend(others);
    items.extend(describe::title(spec));
    let footer = describe::footer(recording, spec, &geometry, &remarks);
    let height_mm = footer.bottom_mm + MARGIN_MM;
    items.extend(footer.items);
    Scene {
        width_mm: geometry.grid.rect().right_mm + MARGIN_MM,
        height_mm,
        items,
        panels: geometry.panels.iter().map(|p| geometry.area(p)).collect(),
        snap_s: spec.snap_s.clone(),
        description: describe::sentence(recording, spec, &geometry, &remarks),
    }
}

/// Where seconds and millivolts are on the page.
pub(super) struct Geometry {
    /// The layout with a cut-out's seconds made sensible.
    pub layout: Layout,
    pub columns: Columns,
    pub panels: Vec<Panel>,
    pub grid: Grid,
    pub speed_mm_per_s: f64,
    pub gain_mm_per_mv: f64,
    pub half_gain_chest: bool,
    /// What the gain is of.
    pub unit: &'static str,
    /// Seconds of the recording at the start of the page.
    pub page_start_s: f64,
    /// Duration of the recording; 0 where it cannot be known.
    pub duration_s: f64,
    row_height_mm: f64,
    /// Grid above the first row: more where its calibration pulse would leave
    /// the paper.
    top_pad_mm: f64,
    /// x of the first column's first moment.
    time_zero_mm: f64,
    /// x from one column to the next, for a cut-out.
    column_step_mm: f64,
}

impl Geometry {
    fn new(recording: &Recording, spec: &SheetSpec) -> Self {
        let speed_mm_per_s = positive_or(spec.speed_mm_per_s, 25.0);
        let gain_mm_per_mv = positive_or(spec.gain_mm_per_mv, 10.0);
        let layout = sensible(spec.layout);
        let panels = layout.panels_of(&Arrangement {
            order: spec.order,
            columns: spec.columns,
            page_s: positive_or(spec.page_s, PAGE_S).min(LONGEST_PAGE_S),
        });
        let (page_start_s, column_step_mm) = match layout {
            Layout::CutOut { start_s, end_s } => {
                let panel_mm = up_to_five((end_s - start_s) * speed_mm_per_s);
                (0.0, panel_mm + CUT_OUT_GAP_MM)
            }
            _ => (positive_or(spec.page_start_s, 0.0), 0.0),
        };
        let lead_in_mm = if spec.calibration_pulse {
            up_to_five(PULSE_S * speed_mm_per_s) + 10.0
        } else {
            5.0
        };
        let time_zero_mm = MARGIN_MM + lead_in_mm;
        let last_mm = panels
            .iter()
            .map(|p| match layout {
                Layout::CutOut { .. } => (p.column + 1) as f64 * column_step_mm - CUT_OUT_GAP_MM,
                _ => (p.left_s + p.end_s - p.start_s) * speed_mm_per_s,
            })
            .fold(0.0, f64::max);
        let row_height_mm = f64::from(spec.row_height_mm.clamp(10, 200));
        let top_pad_mm = if spec.calibration_pulse {
            let above_mm = gain_mm_per_mv * PULSE_MV - baseline_below_top_mm(row_height_mm);
            up_to_five(above_mm).max(GRID_PAD_MM)
        } else {
            GRID_PAD_MM
        };
        let rows_mm = layout.rows() as f64 * row_height_mm;
        let grid = Grid {
            left_mm: MARGIN_MM,
            top_mm: MARGIN_MM + describe::title_height_mm(spec),
            width_mm: up_to_five(lead_in_mm + last_mm + GRID_PAD_MM) as u32,
            height_mm: up_to_five(rows_mm + top_pad_mm + GRID_PAD_MM) as u32,
        };
        let duration_s = recording.duration_s();
        Self {
            layout,
            columns: spec.columns,
            panels,
            grid,
            speed_mm_per_s,
            gain_mm_per_mv,
            half_gain_chest: spec.half_gain_chest,
            unit: spec.unit,
            page_start_s,
            duration_s: if duration_s.is_finite() {
                duration_s
            } else {
                0.0
            },
            row_height_mm,
            top_pad_mm,
            time_zero_mm,
            column_step_mm,
        }
    }

    /// Seconds of the recording that a panel shows.
    pub fn span_s(&self, panel: &Panel) -> (f64, f64) {
        (
            self.page_start_s + panel.start_s,
            self.page_start_s + panel.end_s,
        )
    }

    /// x of a second of the recording in a panel.
    pub fn x_mm(&self, panel: &Panel, time_s: f64) -> f64 {
        let (start_s, _) = self.span_s(panel);
        self.left_mm(panel) + (time_s - start_s) * self.speed_mm_per_s
    }

    /// x of the first moment of a panel.
    pub fn left_mm(&self, panel: &Panel) -> f64 {
        if self.layout.is_continuous() {
            self.time_zero_mm + panel.left_s * self.speed_mm_per_s
        } else {
            self.time_zero_mm + panel.column as f64 * self.column_step_mm
        }
    }

    pub fn row_top_mm(&self, row: usize) -> f64 {
        self.grid.top_mm + self.top_pad_mm + row as f64 * self.row_height_mm
    }

    pub fn row_bottom_mm(&self, row: usize) -> f64 {
        self.row_top_mm(row + 1)
    }

    /// y of 0 mV in a row: its middle, or the bold line below that.
    pub fn baseline_mm(&self, row: usize) -> f64 {
        self.row_top_mm(row) + baseline_below_top_mm(self.row_height_mm)
    }

    /// The gain of a lead: chest leads may have half of it.
    pub fn gain_of(&self, lead: Lead) -> f64 {
        if self.half_gain_chest && is_chest(lead) {
            self.gain_mm_per_mv / 2.0
        } else {
            self.gain_mm_per_mv
        }
    }

    fn area(&self, panel: &Panel) -> PanelArea {
        let (start_s, end_s) = self.span_s(panel);
        PanelArea {
            lead: panel.lead,
            inverted: panel.inverted,
            column: panel.column,
            is_strip: panel.is_strip,
            rect: self.rect(panel),
            start_s,
            end_s,
            speed_mm_per_s: self.speed_mm_per_s,
            baseline_mm: self.baseline_mm(panel.row),
            gain_mm_per_mv: self.gain_of(panel.lead),
            unit: self.unit,
        }
    }

    /// The area of a panel.
    pub fn rect(&self, panel: &Panel) -> RectMm {
        RectMm::new(
            self.left_mm(panel),
            self.row_top_mm(panel.row),
            self.x_mm(panel, self.span_s(panel).1),
            self.row_bottom_mm(panel.row),
        )
    }

    /// The calibration pulse, in a margin of its own so that the trace begins
    /// at its first moment. In a row with leads of two gains it has two steps,
    /// the full gain first.
    fn row_start(&self, row: usize, pulse: bool) -> Option<Item> {
        if !pulse {
            return None;
        }
        let gains = self.panels.iter().filter(|p| p.row == row);
        let gains: Vec<f64> = gains.map(|p| self.gain_of(p.lead)).collect();
        let most = gains.iter().copied().fold(0.0, f64::max);
        let least = gains.iter().copied().fold(most, f64::min);
        let width_mm = PULSE_S * self.speed_mm_per_s;
        let foot_mm = self.baseline_mm(row);
        let (top_mm, step_mm) = (foot_mm - PULSE_MV * most, foot_mm - PULSE_MV * least);
        let rise_mm = self.grid.left_mm + 5.0;
        let mut points = vec![
            (rise_mm - 2.0, foot_mm),
            (rise_mm, foot_mm),
            (rise_mm, top_mm),
        ];
        if most > least {
            let middle_mm = rise_mm + width_mm / 2.0;
            points.extend([(middle_mm, top_mm), (middle_mm, step_mm)]);
        }
        points.extend([
            (rise_mm + width_mm, step_mm),
            (rise_mm + width_mm, foot_mm),
            (rise_mm + width_mm + 2.0, foot_mm),
        ]);
        Some(Item::Line {
            points: points
                .into_iter()
                .map(|(x_mm, y_mm)| Point::new(x_mm, y_mm))
                .collect(),
            width_mm: TRACE_WIDTH_MM,
            ink: Ink::Trace,
        })
    }
}

fn baseline_below_top_mm(row_height_mm: f64) -> f64 {
    let middle_mm = row_height_mm / 2.0;
    if row_height_mm % 5.0 == 0.0 {
        (middle_mm / 5.0).ceil() * 5.0
    } else {
        middle_mm.ceil()
    }
}

fn is_chest(lead: Lead) -> bool {
    lead >= Lead::V1
}

fn draw_panel(
    recording: &Recording,
    geometry: &Geometry,
    panel: &Panel,
    remarks: &mut Remarks,
) -> Vec<Item> {
    let area = geometry.area(panel);
    let rect = area.rect;
    let mut items = Vec::new();
    let Some(samples_mv) = recording.lead(panel.lead) else {
        items.push(empty_panel(&rect, format!("{} not recorded", panel.name())));
        return items;
    };
    let paper = geometry.grid.rect();
    let found = stretch(
        samples_mv,
        recording.rate_hz,
        geometry.span_s(panel),
        (paper.top_mm, paper.bottom_mm),
        |time_s, sample_mv| Point::new(area.x_mm(time_s), area.y_mm(sample_mv)),
    );
    if found.pieces.is_empty() && found.beyond_mv.is_none() {
        items.push(empty_panel(&rect, "no signal here".to_owned()));
    }
    if let Some(beyond_mv) = found.beyond_mv {
        remarks.off_paper(panel.lead, beyond_mv);
    }
    let name_at = lead_name_place(&rect, &panel.name(), &found.pieces);
    items.extend(found.pieces.into_iter().map(|points| Item::Trace {
        points,
        width_mm: TRACE_WIDTH_MM,
        ink: Ink::Trace,
    }));
    if geometry.layout.is_continuous() {
        items.extend(column_ticks(&rect, panel, area.baseline_mm));
    }
    items.push(Item::Text(Text {
        at: name_at,
        size_mm: LEAD_NAME_SIZE_MM,
        align: Align::Left,
        ink: Ink::Label,
        strong: true,
        text: panel.name(),
    }));
    items
}

/// Above the trace where the panel begins; below it where a tall beat is in
/// the way there.
fn lead_name_place(rect: &RectMm, name: &str, pieces: &[Vec<Point>]) -> Point {
    let left_mm = rect.left_mm + 1.0;
    let right_mm = left_mm + describe::text_width_mm(name, 1.3 * LEAD_NAME_SIZE_MM);
    let is_free = |baseline_mm: f64| {
        let (top_mm, bottom_mm) = (baseline_mm - LEAD_NAME_SIZE_MM, baseline_mm + 0.5);
        // A steep line may cross the name without a sample inside it.
        let crosses = |ends: &[Point]| match *ends {
            [a, b] => {
                a.x_mm < right_mm
                    && b.x_mm > left_mm
                    && a.y_mm.min(b.y_mm) < bottom_mm
                    && a.y_mm.max(b.y_mm) > top_mm
            }
            _ => false,
        };
        !pieces.iter().any(|line| line.windows(2).any(crosses))
    };
    // In a low row it must keep off the baseline.
    let down_mm = (0.3 * rect.height_mm()).clamp(LEAD_NAME_SIZE_MM, 6.0);
    let (above_mm, below_mm) = (rect.top_mm + down_mm, rect.bottom_mm - 3.5);
    if is_free(above_mm) || !is_free(below_mm) {
        Point::new(left_mm, above_mm)
    } else {
        Point::new(left_mm, below_mm)
    }
}

/// Short ticks above and below the trace where a new lead begins.
fn column_ticks(rect: &RectMm, panel: &Panel, baseline_mm: f64) -> Vec<Item> {
    if panel.column == 0 {
        return Vec::new();
    }
    [(-7.0, -4.0), (4.0, 7.0)]
        .map(|(from_mm, to_mm)| Item::Line {
            points: vec![
                Point::new(rect.left_mm, baseline_mm + from_mm),
                Point::new(rect.left_mm, baseline_mm + to_mm),
            ],
            width_mm: TICK_WIDTH_MM,
            ink: Ink::Label,
        })
        .to_vec()
}

fn empty_panel(rect: &RectMm, text: String) -> Item {
    let centre = rect.centre();
    Item::Text(Text {
        at: Point::new(centre.x_mm, centre.y_mm + 1.0),
        size_mm: 3.2,
        align: Align::Centre,
        ink: Ink::Note,
        strong: false,
        text,
    })
}

/// A cut-out must have a beginning, an end after it, and room on a page.
fn sensible(layout: Layout) -> Layout {
    let Layout::CutOut { start_s, end_s } = layout else {
        return layout;
    };
    let start_s = positive_or(start_s, 0.0);
    let end_s = positive_or(end_s, start_s + 1.0);
    Layout::CutOut {
        start_s,
        end_s: end_s.clamp(start_s + 0.1, start_s + 10.0),
    }
}

fn positive_or(value: f64, default: f64) -> f64 {
    if value.is_finite() && value > 0.0 {
        value
    } else {
        default
    }
}

/// The next multiple of five millimetres, a bold line.
fn up_to_five(length_mm: f64) -> f64 {
    ((length_mm - 1e-9) / 5.0).ceil().clamp(1.0, 2000.0) * 5.0
}
