//! Marks in seconds to shapes on the page.

use super::describe::{Remarks, seconds, text_width_mm};
use super::draw::Geometry;
use super::layout::Panel;
use super::scene::{Align, Hatch, Ink, Item, Point, RectMm, Text};
use super::{Mark, MarkStyle, WHOLE_STRIP};

const OUTLINE_MM: f64 = 0.35;
const HATCH_BAND_MM: f64 = 2.0;
const LABEL_SIZE_MM: f64 = 2.9;
const LABEL_STEP_MM: f64 = 3.6;
const CAP_MM: f64 = 0.9;

/// A part of the page that shows one stretch of time: the rows of a column, or
/// a strip.
struct Band {
    /// A panel of it, for seconds to millimetres.
    panel: Panel,
    top_mm: f64,
    bottom_mm: f64,
}

/// Every mark, where its time is on the page. What is not on the page is
/// remarked, so that a highlight never just vanishes.
pub(super) fn draw(geometry: &Geometry, marks: &[Mark], remarks: &mut Remarks) -> Vec<Item> {
    let bands = bands(geometry);
    let mut items = Vec::new();
    let mut shelves = Shelves::default();
    for (index, mark) in marks.iter().enumerate() {
        let drawn = match mark.style {
            MarkStyle::Pooled => draw_window(geometry, &bands, mark, index, &mut shelves),
            MarkStyle::WholeRecording => draw_whole(geometry, &bands, mark, &mut shelves),
        };
        if drawn.is_empty() {
            remarks.marks_elsewhere.push(elsewhere(mark));
        }
        items.extend(drawn);
    }
    // No label is under another mark's outline.
    let is_label = |item: &Item| matches!(item, Item::Text(_));
    let (labels, mut items): (Vec<Item>, Vec<Item>) = items.into_iter().partition(is_label);
    items.extend(labels);
    items
}

/// What a mark without a time axis says.
pub(super) fn whole_strip_label(mark: &Mark) -> String {
    if mark.label.is_empty() || mark.label.contains(WHOLE_STRIP) {
        WHOLE_STRIP.to_owned()
    } else {
        format!("{}: {WHOLE_STRIP}", mark.label)
    }
}

fn elsewhere(mark: &Mark) -> String {
    match mark.style {
        MarkStyle::WholeRecording => format!("Highlight: {}.", whole_strip_label(mark)),
        MarkStyle::Pooled if mark.start_s.is_nan() || mark.end_s.is_nan() => {
            "A highlight without a time is not drawn.".to_owned()
        }
        MarkStyle::Pooled => format!(
            "The highlight at {} is not on this page.",
            seconds(mark.start_s, mark.end_s)
        ),
    }
}

fn bands(geometry: &Geometry) -> Vec<Band> {
    let mut bands: Vec<Band> = Vec::new();
    for panel in &geometry.panels {
        let rect = geometry.rect(panel);
        let same_column = bands
            .iter_mut()
            .find(|b| !b.panel.is_strip && !panel.is_strip && b.panel.column == panel.column);
        match same_column {
            Some(band) => {
                band.top_mm = band.top_mm.min(rect.top_mm);
                band.bottom_mm = band.bottom_mm.max(rect.bottom_mm);
            }
            None => bands.push(Band {
                panel: *panel,
                top_mm: rect.top_mm,
                bottom_mm: rect.bottom_mm,
            }),
        }
    }
    // Half a millimetre of air, so that the band of a column and the band of
    // the strip below it are two things.
    for band in &mut bands {
        band.top_mm += 0.5;
        band.bottom_mm -= 0.5;
    }
    bands
}

fn draw_window(
    geometry: &Geometry,
    bands: &[Band],
    mark: &Mark,
    index: usize,
    shelves: &mut Shelves,
) -> Vec<Item> {
    let mut items = Vec::new();
    // One label: on the strip, which has the same seconds under the columns,
    // or in the first column of a cut-out, which has none.
    let on_strip = bands.iter().any(|band| band.panel.is_strip);
    let mut labelled = false;
    for band in bands {
        let Some(part) = Part::of(geometry, band, (mark.start_s, mark.end_s)) else {
            continue;
        };
        items.extend(part.tint_and_hatch());
        items.extend(part.outline());
        if !labelled && band.panel.is_strip == on_strip {
            items.extend(label(&part, geometry, &mark.label, on_strip, shelves));
            labelled = true;
        }
    }
    if items.is_empty() {
        return items;
    }
    if let Some(field_s) = mark.whisker {
        for band in bands {
            if let Some(part) = Part::of(geometry, band, field_s) {
                items.extend(part.whisker(band.panel.is_strip, index));
            }
        }
    }
    items
}

fn draw_whole(
    geometry: &Geometry,
    bands: &[Band],
    mark: &Mark,
    shelves: &mut Shelves,
) -> Vec<Item> {
    let mut items = Vec::new();
    // Of several strips the first one says it; a page without strips is marked
    // as a whole. A cut-out is of one moment, and no part of it is the whole.
    let on_strip = bands.iter().any(|band| band.panel.is_strip);
    if !on_strip && !geometry.layout.is_continuous() {
        return items;
    }
    for band in bands.iter().filter(|band| band.panel.is_strip == on_strip) {
        if let Some(part) = Part::of(geometry, band, (0.0, f64::INFINITY)) {
            let text = whole_strip_label(mark);
            let labelled = items.is_empty();
            items.extend(part.tint_and_hatch());
            items.extend(part.outline());
            if labelled {
                items.extend(label(&part, geometry, &text, on_strip, shelves));
            }
        }
    }
    items
}

/// Labels side by side, in rows from the bottom up.
#[derive(Default)]
struct Shelves(Vec<Vec<(f64, f64)>>);

impl Shelves {
    /// More would leave the strip.
    const MOST: usize = 4;
    /// Between two labels.
    const GAP_MM: f64 = 1.0;

    /// The lowest row with room from `left_mm` to `right_mm`, which is taken
    /// there then; the lowest of all where none has.
    fn place(&mut self, left_mm: f64, right_mm: f64) -> usize {
        let gap_mm = Self::GAP_MM;
        let is_free = |row: &Vec<(f64, f64)>| {
            let apart = |&(l, r): &(f64, f64)| right_mm + gap_mm <= l || r + gap_mm <= left_mm;
            row.iter().all(apart)
        };
        let free = self.0.iter().position(is_free);
        let row = free.unwrap_or(self.0.len());
        let row = if row < Self::MOST { row } else { 0 };
        if self.0.len() <= row {
            self.0.push(Vec::new());
        }
        self.0[row].push((left_mm, right_mm));
        row
    }
}

/// The part of a span of seconds that lies in one band.
struct Part {
    rect: RectMm,
    /// False where the span goes on beyond the band: that side stays open.
    starts_here: bool,
    ends_here: bool,
}

impl Part {
    fn of(geometry: &Geometry, band: &Band, (start_s, end_s): (f64, f64)) -> Option<Self> {
        if start_s.is_nan() || end_s.is_nan() {
            return None;
        }
        // Clipped to the recording first: beyond it there is nothing to mark.
        let (start_s, end_s) = (start_s.max(0.0), end_s.min(geometry.duration_s));
        let (band_start_s, band_end_s) = geometry.span_s(&band.panel);
        let (from_s, to_s) = (start_s.max(band_start_s), end_s.min(band_end_s));
        (from_s < to_s).then(|| Self {
            rect: RectMm::new(
                geometry.x_mm(&band.panel, from_s),
                band.top_mm,
                geometry.x_mm(&band.panel, to_s),
                band.bottom_mm,
            ),
            starts_here: start_s >= band_start_s,
            ends_here: end_s <= band_end_s,
        })
    }

    /// The tint lies under the trace; the hatch keeps to the edges of the band
    /// so that the trace stays readable.
    fn tint_and_hatch(&self) -> [Item; 3] {
        let r = self.rect;
        let hatch = |top_mm: f64| {
            Item::Hatch(Hatch {
                rect: RectMm::new(r.left_mm, top_mm, r.right_mm, top_mm + HATCH_BAND_MM),
                spacing_mm: 1.5,
                width_mm: 0.18,
                ink: Ink::MarkLine,
            })
        };
        [
            Item::Fill {
                rect: r,
                ink: Ink::MarkFill,
            },
            hatch(r.top_mm),
            hatch(r.bottom_mm - HATCH_BAND_MM),
        ]
    }

    fn outline(&self) -> Vec<Item> {
        let r = self.rect;
        let side = |x_mm: f64| mark_line(x_mm, r.top_mm, x_mm, r.bottom_mm);
        let mut items = vec![
            mark_line(r.left_mm, r.top_mm, r.right_mm, r.top_mm),
            mark_line(r.left_mm, r.bottom_mm, r.right_mm, r.bottom_mm),
        ];
        items.extend(self.starts_here.then(|| side(r.left_mm)));
        items.extend(self.ends_here.then(|| side(r.right_mm)));
        items
    }

    /// A bar with a cap at each true end, off the traces: in the free grid
    /// above the columns, and below the strip.
    fn whisker(&self, below: bool, index: usize) -> Vec<Item> {
        let r = self.rect;
        let off_mm = 1.6 + (index % 3) as f64 * 1.4;
        let y_mm = if below {
            r.bottom_mm + off_mm
        } else {
            r.top_mm - off_mm
        };
        let cap = |x_mm: f64| mark_line(x_mm, y_mm - CAP_MM, x_mm, y_mm + CAP_MM);
        let mut items = vec![mark_line(r.left_mm, y_mm, r.right_mm, y_mm)];
        items.extend(self.starts_here.then(|| cap(r.left_mm)));
        items.extend(self.ends_here.then(|| cap(r.right_mm)));
        items
    }
}

fn mark_line(x1_mm: f64, y1_mm: f64, x2_mm: f64, y2_mm: f64) -> Item {
    Item::Line {
        points: vec![Point::new(x1_mm, y1_mm), Point::new(x2_mm, y2_mm)],
        width_mm: OUTLINE_MM,
        ink: Ink::MarkLine,
    }
}

/// The label inside the lower edge of a strip, from the left side of the mark,
/// or up to its right side where the page ends too soon. Labels that would lie on
/// each other stack upwards. Under columns there is free grid for the first label.
fn label(
    part: &Part,
    geometry: &Geometry,
    text: &str,
    on_strip: bool,
    shelves: &mut Shelves,
) -> Option<Item> {
    if text.is_empty() {
        return None;
    }
    let width_mm = text_width_mm(text, LABEL_SIZE_MM);
    let room_mm = geometry.grid.rect().right_mm - part.rect.left_mm;
    let (align, x_mm) = if width_mm + 2.0 > room_mm {
        (Align::Right, part.rect.right_mm - 1.0)
    } else {
        // The name of the strip's lead may have stepped down to this corner.
        let name_mm = if on_strip { 8.0 } else { 0.0 };
        (Align::Left, part.rect.left_mm + 1.0 + name_mm)
    };
    let left_mm = match align {
        Align::Right => x_mm - width_mm,
        Align::Left | Align::Centre => x_mm,
    };
    let shelf = shelves.place(left_mm, left_mm + width_mm);
    let up_mm = if on_strip || shelf > 0 {
        HATCH_BAND_MM + 1.2 + shelf as f64 * LABEL_STEP_MM
    } else {
        -3.4
    };
    Some(Item::Text(Text {
        at: Point::new(x_mm, part.rect.bottom_mm - up_mm),
        size_mm: LABEL_SIZE_MM,
        align,
        ink: Ink::MarkText,
        strong: true,
        text: text.to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use super::Shelves;

    #[test]
    fn labels_stack_only_where_they_would_lie_on_each_other() {
        let mut shelves = Shelves::default();
        let spans = [
            (10.0, 30.0),
            (50.0, 70.0),
            (25.0, 45.0),
            (40.0, 60.0),
            (55.0, 75.0),
            (31.0, 49.0),
        ];
        let rows = spans.map(|(left_mm, right_mm)| shelves.place(left_mm, right_mm));
        assert_eq!(rows, [0, 0, 1, 2, 1, 0]);
        // A fifth on one place has no row of its own.
        let crowd: Vec<usize> = (0..5).map(|_| shelves.place(200.0, 210.0)).collect();
        assert_eq!(crowd, [0, 1, 2, 3, 0]);
    }
}
