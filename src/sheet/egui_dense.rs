//! Dense traces in the window, as few triangles as show them, since those are
//! what a graphics driver without a card spends its time on. Where a trace goes
//! up and down within pixel columns it is a band, with corners where an edge
//! bends and not in each column; elsewhere a line, two triangles a piece. Both
//! have soft edges by a picture, so one mesh holds a trace.

use eframe::egui::epaint::Vertex;
use eframe::egui::{
    Color32, ColorImage, Context, Id, Mesh, Pos2, TextureHandle, TextureOptions, Vec2, pos2,
};

use super::decimate::{Bar, Strokes};

/// Over so many pixels the end of a bar fades, as egui's lines do.
const SOFT_PIXELS: f32 = 1.0;
/// So far from the end of a bar an edge may be, out or in, whatever the bars are:
/// it needs a quarter of the corners then.
pub(super) const LOOSE_PIXELS: f32 = 0.3;
/// The most that it may be, in widths of the pen. Less than half of one, so that
/// the ends themselves are always in the band.
pub(super) const LOOSE_PENS: f32 = 0.42;
const _: () = assert!(LOOSE_PENS < 0.5);
/// The longest bar of the picture; in a longer one the end is softer by as much
/// as it is longer, in steps.
const LONGEST_PIXELS: usize = 128;
/// Columns of the picture for each pixel of length. The nearest is taken: to blend
/// four of its pixels for each of the window costs a driver without a card more.
const PER_PIXEL: usize = 4;
/// From one end of a bar to the other.
const ROWS: usize = 256;

/// A dense trace drawn with a pen of `width_pixels`. Bars reach half of that
/// beyond their ends, as a line does at a corner too. Their columns must not
/// decrease, and no line is a point alone.
pub(super) fn trace(ctx: &Context, strokes: &Strokes, width_pixels: f32, colour: Color32) -> Mesh {
    let mut mesh = Mesh::with_texture(softness(ctx).id());
    let scale = ctx.pixels_per_point();
    for run in strokes.bars.chunk_by(|a, b| b.column - a.column == 1.0) {
        add_band(&mut mesh, run, width_pixels, colour);
    }
    for line in &strokes.lines {
        add_line(&mut mesh, line, width_pixels, colour);
    }
    for vertex in &mut mesh.vertices {
        vertex.pos = pos2(vertex.pos.x / scale, vertex.pos.y / scale);
    }
    mesh
}

/// The picture's place for a length: its column, and from one end to the other.
fn across(length: f32) -> [Pos2; 2] {
    let longest = LONGEST_PIXELS as f32;
    let u = (length.min(longest) - 0.5 / PER_PIXEL as f32) / longest;
    [pos2(u, 0.0), pos2(u, 1.0)]
}

/// A strip of triangles between two sides.
struct Strip<'a> {
    mesh: &'a mut Mesh,
    colour: Color32,
    begun: bool,
}

impl<'a> Strip<'a> {
    fn new(mesh: &'a mut Mesh, colour: Color32) -> Self {
        Self {
            mesh,
            colour,
            begun: false,
        }
    }

    /// Goes on to a corner on either side.
    fn to(&mut self, sides: [Pos2; 2], length: f32) {
        let first = self.mesh.vertices.len() as u32;
        for (pos, uv) in sides.into_iter().zip(across(length)) {
            self.mesh.vertices.push(Vertex {
                pos,
                uv,
                color: self.colour,
            });
        }
        if self.begun {
            self.mesh.add_triangle(first - 2, first - 1, first);
            self.mesh.add_triangle(first - 1, first, first + 1);
        }
        self.begun = true;
    }
}

/// Adds a line, its corners mitred where they are blunt; at an acute one it ends
/// and begins again, both half a pen's width beyond the corner.
fn add_line(mesh: &mut Mesh, line: &[[f32; 2]], width_pixels: f32, colour: Color32) {
    let mut points: Vec<Pos2> = line.iter().map(|&[x, y]| pos2(x, y)).collect();
    points.dedup();
    let directions: Vec<Vec2> = points
        .windows(2)
        .map(|ends| (ends[1] - ends[0]).normalized())
        .collect();
    let length = width_pixels + SOFT_PIXELS;
    let sides = |at: Pos2, off: Vec2| [at - off * length / 2.0, at + off * length / 2.0];
    let mut strip = Strip::new(mesh, colour);
    for (i, &point) in points.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| directions.get(i));
        match (before, directions.get(i)) {
            (Some(before), Some(after)) if before.dot(*after) > 0.0 => {
                let off = (before.rot90() + after.rot90()) / (1.0 + before.dot(*after));
                strip.to(sides(point, off), length);
            }
            (Some(before), Some(after)) => {
                let beyond = width_pixels / 2.0;
                strip.to(sides(point + *before * beyond, before.rot90()), length);
                strip.begun = false;
                strip.to(sides(point - *after * beyond, after.rot90()), length);
            }
            (Some(only), None) | (None, Some(only)) => {
                strip.to(sides(point, only.rot90()), length);
            }
            (None, None) => {}
        }
    }
}

/// Adds bars beside each other.
fn add_band(mesh: &mut Mesh, bars: &[Bar], width_pixels: f32, colour: Color32) {
    // So many columns on either side have their middle in a bar.
    let reach = (width_pixels / 2.0) as usize;
    let beyond = (width_pixels + SOFT_PIXELS) / 2.0;
    let last = bars.len() - 1;
    let ends = |at: usize, x: f32| {
        let near = &bars[at.saturating_sub(reach)..=(at + reach).min(last)];
        let highest = near.iter().fold(f32::INFINITY, |y, bar| y.min(bar.top));
        let lowest = near
            .iter()
            .fold(f32::NEG_INFINITY, |y, bar| y.max(bar.bottom));
        Ends {
            x,
            top: highest - beyond,
            bottom: lowest + beyond,
        }
    };
    let beside = (width_pixels / 2.0).max(0.5);
    let middles = bars.iter().enumerate();
    let middles = middles.map(|(at, bar)| ends(at, bar.column + 0.5));
    let left = std::iter::once(ends(0, bars[0].column + 0.5 - beside));
    let right = std::iter::once(ends(last, bars[last].column + 0.5 + beside));
    let all: Vec<Ends> = left.chain(middles).chain(right).collect();
    let mut strip = Strip::new(mesh, colour);
    for Ends { x, top, bottom } in corners(&all, loose_pixels(bars, width_pixels)) {
        strip.to([pos2(x, top), pos2(x, bottom)], bottom - top);
    }
}

/// From where to where a band reaches at one place.
#[derive(Clone, Copy, Debug)]
struct Ends {
    x: f32,
    top: f32,
    bottom: f32,
}

/// How far the edges of a band may be off: half of what most of its bars are
/// high, which is what noise covers anyway, if the pen is that wide. The median,
/// since few high bars say nothing about the others.
fn loose_pixels(bars: &[Bar], width_pixels: f32) -> f32 {
    let mut heights: Vec<f32> = bars.iter().map(|bar| bar.bottom - bar.top).collect();
    let middle = heights.len() / 2;
    let (_, median, _) = heights.select_nth_unstable_by(middle, f32::total_cmp);
    let half = 0.5 * *median;
    half.min(LOOSE_PENS * width_pixels).max(LOOSE_PIXELS)
}

/// Where a band needs corners to be at each place as high as it is there, to
/// `loose` pixels: from each corner as far as two straight edges go.
/// `all` are two places or more.
fn corners(all: &[Ends], loose: f32) -> Vec<Ends> {
    let mut corner = all[0];
    let mut corners = vec![corner];
    let mut open = Steepness::between(&corner, &all[1], loose);
    for pair in all[1..].windows(2) {
        let &[before, ends] = pair else { continue };
        match open.and(&Steepness::between(&corner, &ends, loose)) {
            Some(both) => open = both,
            None => {
                corner = open.at(&corner, before.x);
                corners.push(corner);
                open = Steepness::between(&corner, &ends, loose);
            }
        }
    }
    corners.push(open.at(&corner, all[all.len() - 1].x));
    corners
}

/// How steep the two edges may go on from a corner, the least and the most.
#[derive(Clone, Copy)]
struct Steepness {
    top: (f32, f32),
    bottom: (f32, f32),
}

impl Steepness {
    /// That lead from a corner to where a band is allowed to reach.
    fn between(from: &Ends, to: &Ends, loose: f32) -> Self {
        let per_pixel = 1.0 / (to.x - from.x);
        let along = |rise: f32| {
            let least = (rise - loose) * per_pixel;
            (least, (rise + loose) * per_pixel)
        };
        Self {
            top: along(to.top - from.top),
            bottom: along(to.bottom - from.bottom),
        }
    }

    /// `None` where nothing is left.
    fn and(&self, other: &Self) -> Option<Self> {
        let both = |a: (f32, f32), b: (f32, f32)| {
            let (least, most) = (a.0.max(b.0), a.1.min(b.1));
            (least <= most).then_some((least, most))
        };
        Some(Self {
            top: both(self.top, other.top)?,
            bottom: both(self.bottom, other.bottom)?,
        })
    }

    /// Where the middle of what is allowed leads to.
    fn at(&self, from: &Ends, x: f32) -> Ends {
        let along =
            |start: f32, (least, most): (f32, f32)| start + (least + most) / 2.0 * (x - from.x);
        Ends {
            x,
            top: along(from.top, self.top),
            bottom: along(from.bottom, self.bottom),
        }
    }
}

/// Of a pixel of the picture.
fn alpha(column: usize, row: usize) -> u8 {
    let share = (row as f32 + 0.5) / ROWS as f32;
    let length = (column + 1) as f32 / PER_PIXEL as f32;
    let from_end = share.min(1.0 - share) * length;
    (255.0 * (from_end / SOFT_PIXELS).min(1.0)).round() as u8
}

/// White, as opaque as a bar is: its length to the right, from one end to the
/// other downwards.
fn softness(ctx: &Context) -> TextureHandle {
    #[derive(Clone)]
    struct Softness(TextureHandle);

    if let Some(known) = ctx.data(|data| data.get_temp::<Softness>(Id::NULL)) {
        return known.0;
    }
    let columns = LONGEST_PIXELS * PER_PIXEL;
    let alpha = (0..ROWS).flat_map(|row| (0..columns).map(move |column| alpha(column, row)));
    let image = ColorImage::new(
        [columns, ROWS],
        alpha
            .map(|alpha| Color32::WHITE.gamma_multiply_u8(alpha))
            .collect(),
    );
    let texture = ctx.load_texture("ends of bars", image, TextureOptions::NEAREST);
    ctx.data_mut(|data| data.insert_temp(Id::NULL, Softness(texture.clone())));
    texture
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_is_as_high_as_its_bars_with_few_corners() {
        let mut state = 7_u32;
        let mut noise = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32
        };
        let mut ends = |i: u16| {
            let x = f32::from(i) + 0.5;
            let middle = 40.0 + (x / 9.0).sin() * 9.0;
            Ends {
                x,
                top: middle - 2.0 - noise(),
                bottom: middle + 2.0 + noise(),
            }
        };
        let all: Vec<Ends> = (0..1500).map(&mut ends).collect();
        let corners = corners(&all, 0.4);
        assert!(corners.len() < 800, "{} corners", corners.len());
        assert_eq!((corners[0].x, corners[corners.len() - 1].x), (0.5, 1499.5));
        for ends in &all {
            let next = corners.partition_point(|corner| corner.x < ends.x).max(1);
            let (a, b) = (&corners[next - 1], &corners[next]);
            let share = (ends.x - a.x) / (b.x - a.x);
            let top = a.top + (b.top - a.top) * share;
            let bottom = a.bottom + (b.bottom - a.bottom) * share;
            let off = (ends.top - top).abs().max((ends.bottom - bottom).abs());
            assert!(off <= 0.4 + 1e-3, "at {}: {off} pixels", ends.x);
        }
    }

    #[test]
    fn edges_are_loose_by_what_most_bars_are_high_within_the_pen() {
        let bars = |heights: &[f32]| -> Vec<Bar> {
            let bar = |(i, &height): (usize, &f32)| Bar {
                column: i as f32,
                top: 50.0,
                bottom: 50.0 + height,
            };
            heights.iter().enumerate().map(bar).collect()
        };
        let loose = |heights: &[f32], width: f32| loose_pixels(&bars(heights), width);
        assert_eq!(loose(&[0.1, 0.2, 0.1], 1.6), LOOSE_PIXELS);
        assert_eq!(loose(&[1.0, 0.9, 1.1], 1.6), 0.5);
        assert_eq!(loose(&[9.0, 8.0, 9.0], 1.6), LOOSE_PENS * 1.6);
        // A few high ones among low ones.
        assert_eq!(loose(&[0.1, 90.0, 0.1, 80.0, 0.2], 1.6), LOOSE_PIXELS);
        assert_eq!(loose(&[4.0], 1.2), LOOSE_PENS * 1.2);
    }

    /// What a driver reads that takes the nearest pixel of the picture.
    #[test]
    fn a_bar_is_half_opaque_half_a_pixel_from_its_ends() {
        for length in [2.2_f32, 3.4, 7.9, 30.0, 100.3] {
            let nearest = |at: f32, count: usize| ((at * count as f32) as usize).min(count - 1);
            let opacity = |from_end: f32| {
                let [top, bottom] = across(length);
                let v = top.y + (bottom.y - top.y) * from_end / length;
                let column = nearest(top.x, LONGEST_PIXELS * PER_PIXEL);
                f32::from(alpha(column, nearest(v, ROWS))) / 255.0
            };
            let step = length / ROWS as f32 + 0.5 / PER_PIXEL as f32 / length;
            for (from_end, expected) in [(0.5, 0.5), (length - 0.5, 0.5), (length / 2.0, 1.0)] {
                let found = opacity(from_end);
                assert!(
                    (found - expected).abs() <= step,
                    "{length}, {from_end}: {found}"
                );
            }
        }
    }

    /// Of all triangles together, so that what is drawn twice counts twice.
    fn area(mesh: &Mesh) -> f32 {
        let of_one = |corners: &[u32]| {
            let [a, b, c] = [0, 1, 2].map(|i| mesh.vertices[corners[i] as usize].pos);
            ((b - a).x * (c - a).y - (b - a).y * (c - a).x).abs() / 2.0
        };
        mesh.indices.chunks(3).map(of_one).sum()
    }

    #[test]
    fn a_line_is_as_wide_as_its_pen_and_goes_round_corners() {
        let drawn = |line: &[[f32; 2]]| {
            let mut mesh = Mesh::default();
            add_line(&mut mesh, line, 2.0, Color32::BLACK);
            (area(&mesh), mesh.vertices.len(), mesh.indices.len() / 3)
        };
        // The pen and half a pixel of softness on either side.
        let (straight, vertices, triangles) = drawn(&[[0.0, 0.0], [6.0, 8.0]]);
        assert!((straight - 30.0).abs() < 1e-3, "{straight}");
        assert_eq!((vertices, triangles), (4, 2));
        // Mitred: what is too much outside the corner is missing inside.
        let (blunt, vertices, _) = drawn(&[[0.0, 0.0], [10.0, 0.0], [20.0, 5.0]]);
        assert!(
            (blunt - 3.0 * (10.0 + 125_f32.sqrt())).abs() < 1e-3,
            "{blunt}"
        );
        assert_eq!(vertices, 6);
        // Acute: two ends, each 1 pixel beyond the corner.
        let peak = [[0.0, 60.0], [2.0, 0.0], [4.0, 60.0]];
        let (acute, vertices, triangles) = drawn(&peak);
        assert!(
            (acute - 3.0 * 2.0 * (3604_f32.sqrt() + 1.0)).abs() < 1e-2,
            "{acute}"
        );
        assert_eq!((vertices, triangles), (8, 4));
        assert_eq!(drawn(&[[3.0, 3.0], [3.0, 3.0]]).2, 0);
    }
}
