//! Thinning a signal to what a screen can show, without losing an extreme.

/// From so many samples in a pixel column on (the mean of a trace), a column in
/// which the signal goes up and down becomes one bar.
const DENSE: usize = 3;

/// What is drawn of a trace, in pixels.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Strokes {
    pub lines: Vec<Vec<[f32; 2]>>,
    pub bars: Vec<Bar>,
}

/// All that a trace covers of one pixel column, where it goes up and down
/// within that. A line through the same points has an upright zigzag there,
/// which looks the same and costs four times as many corners.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bar {
    /// The left side of the column.
    pub column: f32,
    pub top: f32,
    pub bottom: f32,
}

impl Bar {
    fn reach(&mut self, y: f32) {
        self.top = self.top.min(y);
        self.bottom = self.bottom.max(y);
    }
}

/// Keeps, of the points in each pixel column, the first, the lowest, the
/// highest and the last, in their order. With one sample or less per pixel
/// nothing changes. x must not decrease.
///
/// The strokes cover the same pixels as the line through all points (the M4
/// aggregation of Jugel et al., VLDB 2014).
#[cfg_attr(
    not(feature = "gui"),
    allow(dead_code, reason = "only the window thins traces")
)]
pub(super) fn per_pixel_column(pixels: impl Iterator<Item = [f32; 2]>) -> Strokes {
    let mut columns: Vec<Column> = Vec::new();
    let mut count = 0;
    for point in pixels {
        count += 1;
        match columns.last_mut() {
            Some(open) if open.x == point[0].floor() => open.add(point),
            _ => columns.push(Column::new(point)),
        }
    }
    let is_dense = count >= DENSE * columns.len();
    let mut pen = Pen::default();
    for column in &columns {
        match column.kept() {
            (points, 3..) if is_dense => pen.bar(column, points[0]),
            (points, count) => pen.line(&points[..count]),
        }
        pen.at = Some(column.last);
    }
    pen.lift();
    pen.strokes
}

/// Draws column by column.
#[derive(Default)]
struct Pen {
    strokes: Strokes,
    /// The line that is being drawn.
    line: Vec<[f32; 2]>,
    /// The last point of the column before.
    at: Option<[f32; 2]>,
    /// That column is a bar.
    after_bar: bool,
}

impl Pen {
    fn line(&mut self, points: &[[f32; 2]]) {
        if self.after_bar {
            self.line.extend(self.at);
        }
        self.line.extend(points);
        self.after_bar = false;
    }

    fn bar(&mut self, column: &Column, first: [f32; 2]) {
        let mut bar = Bar {
            column: column.x,
            top: column.top.1[1],
            bottom: column.bottom.1[1],
        };
        match (self.at, self.strokes.bars.last_mut()) {
            (Some(at), Some(before)) if self.after_bar && before.column + 1.0 == bar.column => {
                // Where the line between them crosses the edge of the column.
                let share = (bar.column - at[0]) / (first[0] - at[0]);
                let edge = at[1] + (first[1] - at[1]) * share;
                before.reach(edge);
                bar.reach(edge);
            }
            (Some(at), _) => {
                if self.after_bar {
                    self.line.push(at);
                }
                self.line.push(first);
                self.lift();
            }
            (None, _) => {}
        }
        self.strokes.bars.push(bar);
        self.after_bar = true;
    }

    fn lift(&mut self) {
        if !self.line.is_empty() {
            self.strokes.lines.push(std::mem::take(&mut self.line));
        }
    }
}

/// The points of one pixel column; each extreme with its place in the order.
struct Column {
    x: f32,
    count: usize,
    first: [f32; 2],
    last: [f32; 2],
    top: (usize, [f32; 2]),
    bottom: (usize, [f32; 2]),
}

impl Column {
    fn new(point: [f32; 2]) -> Self {
        Self {
            x: point[0].floor(),
            count: 1,
            first: point,
            last: point,
            top: (0, point),
            bottom: (0, point),
        }
    }

    fn add(&mut self, point: [f32; 2]) {
        if point[1] < self.top.1[1] {
            self.top = (self.count, point);
        }
        if point[1] > self.bottom.1[1] {
            self.bottom = (self.count, point);
        }
        self.last = point;
        self.count += 1;
    }

    /// What is kept of the points, and how many that are.
    fn kept(&self) -> ([[f32; 2]; 4], usize) {
        let (early, late) = match self.top.0 <= self.bottom.0 {
            true => (self.top, self.bottom),
            false => (self.bottom, self.top),
        };
        let mut points = [self.first; 4];
        let (mut kept, mut previous) = (1, 0);
        for (order, point) in [early, late, (self.count - 1, self.last)] {
            if order != previous {
                points[kept] = point;
                kept += 1;
            }
            previous = order;
        }
        (points, kept)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Without bars: one line.
    fn line_of(pixels: impl Iterator<Item = [f32; 2]>) -> Vec<[f32; 2]> {
        let strokes = per_pixel_column(pixels);
        assert!(strokes.bars.is_empty(), "{strokes:?}");
        assert_eq!(strokes.lines.len(), 1);
        strokes.lines[0].clone()
    }

    /// What a line covers of each pixel column, from the top to the bottom,
    /// worked out segment by segment.
    fn covered(lines: &[Vec<[f32; 2]>], bars: &[Bar]) -> BTreeMap<i64, (f64, f64)> {
        let mut columns: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
        let mut cover = |column: f64, y: f64| {
            let (top, bottom) = columns.entry(column as i64).or_insert((y, y));
            (*top, *bottom) = (top.min(y), bottom.max(y));
        };
        for ends in lines.iter().flat_map(|line| line.windows(2)) {
            let [a, b] = [ends[0], ends[1]].map(|p| p.map(f64::from));
            cover(a[0].floor(), a[1]);
            cover(b[0].floor(), b[1]);
            let mut edge = a[0].floor() + 1.0;
            while edge <= b[0].floor() {
                let y = a[1] + (b[1] - a[1]) * (edge - a[0]) / (b[0] - a[0]);
                cover(edge - 1.0, y);
                cover(edge, y);
                edge += 1.0;
            }
        }
        for bar in bars {
            cover(f64::from(bar.column), f64::from(bar.top));
            cover(f64::from(bar.column), f64::from(bar.bottom));
        }
        columns
    }

    #[test]
    fn the_strokes_cover_the_pixels_that_the_whole_line_covers() {
        let mut state = 7_u32;
        let mut noise = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32
        };
        for per_pixel in [0.7_f32, 2.0, 3.5, 8.0, 40.0] {
            for noise_pixels in [0.0, 0.4, 6.0] {
                // A beat every 100 pixels: flat, steep, flat.
                let points: Vec<[f32; 2]> = (0..20_000)
                    .map(|i| {
                        let x = i as f32 / per_pixel;
                        let beat = -80.0 * (-((x % 100.0 - 50.0) / 2.0).powi(2)).exp();
                        [x, 200.0 + beat + noise_pixels * noise()]
                    })
                    .collect();
                let strokes = per_pixel_column(points.iter().copied());
                let all = covered(&[points], &[]);
                let thin = covered(&strokes.lines, &strokes.bars);
                assert_eq!(all.len(), thin.len());
                for (column, (top, bottom)) in &all {
                    let (thin_top, thin_bottom) = thin[column];
                    let off = (top - thin_top).abs().max((bottom - thin_bottom).abs());
                    assert!(
                        off < 0.01,
                        "{per_pixel} samples per pixel, noise {noise_pixels}, column {column}: \
                         {top}..{bottom} and {thin_top}..{thin_bottom}"
                    );
                }
            }
        }
    }

    #[test]
    fn noise_is_a_bar_for_each_column_and_a_smooth_line_has_none() {
        let zigzag = (0..8000).map(|i| [i as f32 / 8.0, [3.0, 9.0, 5.0][i % 3]]);
        let strokes = per_pixel_column(zigzag);
        assert!(strokes.bars.len() >= 999, "{} bars", strokes.bars.len());
        assert!(strokes.lines.iter().map(Vec::len).sum::<usize>() <= 4);
        let slope = (0..8000).map(|i| [i as f32 / 8.0, i as f32 / 50.0]);
        assert_eq!(line_of(slope).len(), 2000);
    }

    #[test]
    fn a_spike_of_one_sample_survives_a_thousandfold_thinning() {
        let points = (0..100_000).map(|i| {
            let y = match i {
                50_123 => -900.0,
                50_130 => 700.0,
                _ => (i % 7) as f32,
            };
            [i as f32 / 1000.0, y]
        });
        let strokes = per_pixel_column(points);
        assert_eq!(strokes.bars.len(), 100);
        let spike = strokes.bars.iter().find(|bar| bar.column == 50.0).unwrap();
        assert_eq!((spike.top, spike.bottom), (-900.0, 700.0));
    }

    #[test]
    fn with_less_than_a_sample_per_pixel_nothing_changes() {
        let points: Vec<[f32; 2]> = (0..50).map(|i| [i as f32 * 1.5, (i * i) as f32]).collect();
        assert_eq!(line_of(points.iter().copied()), points);
    }

    #[test]
    fn the_ends_are_kept() {
        let kept = line_of((0..10).map(|i| [0.1 * i as f32, i as f32]));
        assert_eq!(kept.first(), Some(&[0.0, 0.0]));
        assert_eq!(kept.last(), Some(&[0.1 * 9.0_f32, 9.0]));
        assert_eq!(line_of([[3.2, 1.0]].into_iter()), [[3.2, 1.0]]);
    }
}
