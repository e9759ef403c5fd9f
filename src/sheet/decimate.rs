//! Thinning a signal to what a screen can show, without losing an extreme.

use std::hint::select_unpredictable;

use super::Point;

/// From so many samples in a pixel column on (the mean of a trace), a column in
/// which the signal goes up and down becomes one bar.
const DENSE: usize = 3;
/// Fewer columns than this between bars are bars too, unless one is steep: noise
/// that happens to go one way for a moment.
const SHORT: usize = 4;
/// A column of so many pixels is steep. The edges of bars are soft upwards and
/// downwards only, so that a steep one would show steps; a line does not.
const STEEP_PIXELS: f64 = 3.0;
/// In a dense trace, how far a line may pass by a point that it leaves out.
const LOOSE_PIXELS: f32 = 0.25;

/// Where millimetres of the page are in the window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pixels {
    pub per_mm: f64,
    /// The pixel of the page's corner.
    pub origin: [f64; 2],
}

impl Pixels {
    fn x(&self, point: &Point) -> f64 {
        self.origin[0] + point.x_mm * self.per_mm
    }

    fn y(&self, y_mm: f64) -> f32 {
        (self.origin[1] + y_mm * self.per_mm) as f32
    }

    fn at(&self, point: &Point) -> [f32; 2] {
        [self.x(point) as f32, self.y(point.y_mm)]
    }
}

/// What is drawn of a trace, in pixels.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Strokes {
    pub lines: Vec<Vec<[f32; 2]>>,
    pub bars: Vec<Bar>,
    /// There are many samples in a pixel column.
    pub is_dense: bool,
}

/// All that a trace covers of one pixel column, mostly where it goes up and down
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

/// The strokes that cover the pixels of the line through all points, those of a
/// dense trace to a fraction of a pixel: what is straight there needs no corner
/// in each column.
#[cfg_attr(
    not(feature = "gui"),
    allow(dead_code, reason = "only the window thins traces")
)]
pub(super) fn per_pixel_column(points: &[Point], pixels: &Pixels) -> Strokes {
    let mut strokes = extremes(points, pixels);
    if strokes.is_dense {
        for line in &mut strokes.lines {
            *line = straightened(line);
        }
    }
    strokes
}

/// Keeps, of the points in each pixel column, the first, the lowest, the
/// highest and the last, in their order. With one sample or less per pixel
/// nothing changes. x must not decrease.
///
/// The strokes cover the same pixels as the line through all points (the M4
/// aggregation of Jugel et al., VLDB 2014).
fn extremes(points: &[Point], pixels: &Pixels) -> Strokes {
    let width = points.last().zip(points.first());
    let width = width.map_or(0.0, |(last, first)| pixels.x(last) - pixels.x(first));
    let mut columns = Vec::with_capacity((width as usize).saturating_add(2).min(points.len()));
    let mut next = 0;
    while next < points.len() {
        let column = Column::from(next, points, pixels);
        next = column.last + 1;
        columns.push(column);
    }
    let mut pen = Pen::default();
    let is_dense = !columns.is_empty() && points.len() >= DENSE * columns.len();
    pen.strokes.is_dense = is_dense;
    let goes_up_and_down = |column: &Column| is_dense && column.goes_up_and_down();
    let is_like = |a: &Column, b: &Column| goes_up_and_down(a) == goes_up_and_down(b);
    let is_flat = |c: &Column| (c.bottom.1 - c.top.1) * pixels.per_mm < STEEP_PIXELS;
    for run in columns.chunk_by(is_like) {
        let is_short = is_dense && run.len() < SHORT && run.iter().all(is_flat);
        let are_bars = is_short || goes_up_and_down(&run[0]);
        for column in run {
            let at = |i: usize| pixels.at(&points[i]);
            if are_bars {
                let bar = Bar {
                    column: column.left as f32,
                    top: pixels.y(column.top.1),
                    bottom: pixels.y(column.bottom.1),
                };
                pen.bar(bar, at(column.first));
            } else {
                let (kept, count) = column.kept();
                pen.line(kept[..count].iter().map(|&i| at(i)));
            }
            pen.at = Some(at(column.last));
        }
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
    fn line(&mut self, points: impl Iterator<Item = [f32; 2]>) {
        if self.after_bar {
            self.line.extend(self.at);
        }
        self.line.extend(points);
        self.after_bar = false;
    }

    fn bar(&mut self, mut bar: Bar, first: [f32; 2]) {
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

/// The corners that a line needs to pass by each of its points at most
/// [`LOOSE_PIXELS`] away (Douglas and Peucker 1973).
fn straightened(line: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let mut kept = vec![line[0]];
    // Stretches that are still to be looked at, the first at the end.
    let mut left = vec![(0, line.len() - 1)];
    while let Some((from, to)) = left.pop() {
        let between = from + 1..to.max(from + 1);
        let off = between.map(|i| (i, off_squared(line[i], line[from], line[to])));
        match off.max_by(|a, b| a.1.total_cmp(&b.1)) {
            Some((furthest, off)) if off > LOOSE_PIXELS * LOOSE_PIXELS => {
                left.push((furthest, to));
                left.push((from, furthest));
            }
            _ if to > from => kept.push(line[to]),
            _ => {}
        }
    }
    kept
}

/// The square of the distance from a point to the straight line between two others.
fn off_squared(point: [f32; 2], from: [f32; 2], to: [f32; 2]) -> f32 {
    let along = [to[0] - from[0], to[1] - from[1]];
    let off = [point[0] - from[0], point[1] - from[1]];
    let product = |a: [f32; 2], b: [f32; 2]| a[0] * b[0] + a[1] * b[1];
    let length_squared = product(along, along);
    if length_squared == 0.0 {
        return product(off, off);
    }
    // Beside the ends it is the distance to the nearer end.
    let share = (product(along, off) / length_squared).clamp(0.0, 1.0);
    let rest = [off[0] - along[0] * share, off[1] - along[1] * share];
    product(rest, rest)
}

/// The points of one pixel column by their numbers, the extremes with their
/// millimetres.
struct Column {
    left: f64,
    first: usize,
    last: usize,
    top: (usize, f64),
    bottom: (usize, f64),
}

impl Column {
    /// The column that begins with a point. Every sample of every frame comes by
    /// here, and which of noise is the highest no processor guesses: no branches.
    fn from(first: usize, points: &[Point], pixels: &Pixels) -> Self {
        let left = pixels.x(&points[first]).floor();
        let extreme = (first, points[first].y_mm);
        let (mut top, mut bottom, mut last) = (extreme, extreme, first);
        for point in &points[first + 1..] {
            if pixels.x(point) >= left + 1.0 {
                break;
            }
            last += 1;
            let is_top = point.y_mm < top.1;
            top.0 = select_unpredictable(is_top, last, top.0);
            top.1 = select_unpredictable(is_top, point.y_mm, top.1);
            let is_bottom = point.y_mm > bottom.1;
            bottom.0 = select_unpredictable(is_bottom, last, bottom.0);
            bottom.1 = select_unpredictable(is_bottom, point.y_mm, bottom.1);
        }
        Self {
            left,
            first,
            last,
            top,
            bottom,
        }
    }

    /// An extreme is neither the first nor the last: three points or more are
    /// kept. No branches here either.
    fn goes_up_and_down(&self) -> bool {
        let is_inside = |i: usize| (i != self.first) & (i != self.last);
        is_inside(self.top.0) | is_inside(self.bottom.0)
    }

    /// What is kept of the points in their order, and how many that are.
    fn kept(&self) -> ([usize; 4], usize) {
        let (top, bottom) = (self.top.0, self.bottom.0);
        let mut points = [self.first; 4];
        let mut kept = 1;
        for i in [top.min(bottom), top.max(bottom), self.last] {
            if i != points[kept - 1] {
                points[kept] = i;
                kept += 1;
            }
        }
        (points, kept)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// A millimetre is a pixel.
    const SAME: Pixels = Pixels {
        per_mm: 1.0,
        origin: [0.0, 0.0],
    };

    fn points_of(pixels: impl Iterator<Item = [f32; 2]>) -> Vec<Point> {
        pixels
            .map(|[x, y]| Point::new(x.into(), y.into()))
            .collect()
    }

    fn strokes_of(pixels: impl Iterator<Item = [f32; 2]>) -> Strokes {
        per_pixel_column(&points_of(pixels), &SAME)
    }

    /// Without bars: one line.
    fn line_of(pixels: impl Iterator<Item = [f32; 2]>) -> Vec<[f32; 2]> {
        let strokes = strokes_of(pixels);
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
                let strokes = extremes(&points_of(points.iter().copied()), &SAME);
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
        let strokes = strokes_of(zigzag);
        assert!(strokes.bars.len() >= 999, "{} bars", strokes.bars.len());
        assert!(strokes.lines.iter().map(Vec::len).sum::<usize>() <= 4);
        let slope = (0..8000).map(|i| [i as f32 / 8.0, i as f32 / 50.0]);
        assert_eq!(
            extremes(&points_of(slope.clone()), &SAME).lines[0].len(),
            2000
        );
        assert_eq!(line_of(slope).len(), 2);
    }

    /// Noise, and for three columns it goes one way: a little, or steeply.
    #[test]
    fn a_short_way_up_is_bars_in_noise_and_a_steep_one_is_a_line() {
        for (per_column, lines) in [(2.0, false), (4.0, true)] {
            let zigzag_with_a_way_up = (0..800).map(|i| {
                let x = i as f32 / 8.0;
                let way = (x.clamp(50.0, 53.0) - 50.0) * per_column;
                let noise = if (400..424).contains(&i) {
                    0.0
                } else {
                    [0.0, 1.0, 0.3][i % 3]
                };
                [x, way + noise]
            });
            let strokes = strokes_of(zigzag_with_a_way_up);
            assert!(strokes.is_dense);
            let steepest = strokes.lines.iter().flat_map(|line| line.windows(2));
            let steepest = steepest.map(|ends| (ends[1][1] - ends[0][1]).abs());
            let height = steepest.fold(0.0, f32::max);
            assert_eq!(height > 6.0, lines, "{:?}", strokes.lines);
            let of_the_way = |bar: &&Bar| (50.0..53.0).contains(&bar.column);
            assert_eq!(strokes.bars.iter().filter(of_the_way).count() == 3, !lines);
        }
    }

    /// A pixel of the window is not a millimetre of the page.
    #[test]
    fn columns_are_those_of_the_window() {
        let points: Vec<Point> = (0..40).map(|i| Point::new(f64::from(i), 0.0)).collect();
        let pixels = Pixels {
            per_mm: 0.25,
            origin: [-3.6, 7.0],
        };
        let line = &extremes(&points, &pixels).lines[0];
        assert_eq!(line[0], [-3.6, 7.0]);
        // From -3.6 to 6.15: the first and last point of ten columns, and one of another.
        assert_eq!(line.len(), 21);
        assert_eq!(line[1], [-3.1, 7.0]);
        assert_eq!(line[2], [-2.85, 7.0]);
    }

    /// A beat of 60 pixels, 8 samples a pixel.
    #[test]
    fn a_straightened_line_passes_by_every_point_and_is_a_fraction_of_it() {
        let beat = |i: u16| {
            let x = f32::from(i) / 8.0;
            [x, 100.0 - 60.0 * (-((x - 50.0) / 2.0).powi(2)).exp()]
        };
        let whole: Vec<[f32; 2]> = (0..800).map(beat).collect();
        let thin = straightened(&whole);
        assert_eq!((thin.first(), thin.last()), (whole.first(), whole.last()));
        assert!(thin.len() < 30, "{} corners", thin.len());
        for &point in &whole {
            let off = thin
                .windows(2)
                .map(|ends| off_squared(point, ends[0], ends[1]))
                .fold(f32::INFINITY, f32::min);
            assert!(off.sqrt() <= LOOSE_PIXELS + 1e-4, "{point:?}: {off}");
        }
        assert_eq!(straightened(&[[1.0, 2.0]]), [[1.0, 2.0]]);
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
        let strokes = strokes_of(points);
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
