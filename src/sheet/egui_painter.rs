//! The painter to the window; with egui_paper and egui_dense the only files of
//! this room that know egui.

use eframe::egui::{
    Color32, FontFamily, FontId, Painter, Pos2, Rect, Shape, Stroke, Vec2, pos2, vec2,
};

use super::decimate::{Pixels, per_pixel_column};
use super::egui_dense;
use super::egui_paper::{Area, paint_paper, rectangles};
use super::scene::{Align, Grid, Hatch, Ink, Item, Point, RectMm, Text};
use super::{Palette, Rgba, STRONG_FAMILY, Scene, SheetView};

/// Grid lines closer than this many pixels are not drawn; they would be a
/// grey haze, or worse, a pattern that is not on the paper.
const HIDDEN_PIXELS: f64 = 3.0;
/// Grid lines at least this far apart have their full colour.
const FULL_PIXELS: f64 = 6.0;
/// Text smaller than this is not readable and not drawn.
const SMALLEST_TEXT_PIXELS: f32 = 5.0;
/// Lead names are never smaller than this.
const SMALLEST_NAME_POINTS: f32 = 9.0;
/// No trace is thinner than this.
const THINNEST_TRACE_PIXELS: f32 = 1.2;

// So that the extremes of a trace are in what is drawn of it.
const _: () = assert!(egui_dense::LOOSE_PIXELS < THINNEST_TRACE_PIXELS / 2.0);

/// Paints a scene into `area`, as the view looks at it. Nothing is painted
/// outside `area`.
pub fn paint_egui(
    painter: &Painter,
    area: Rect,
    scene: &Scene,
    view: &SheetView,
    palette: &Palette,
) {
    let canvas = Canvas::new(painter, area, view, palette);
    let is_grid = |item: &&Item| matches!(item, Item::Grid(_));
    let below = scene.items.iter().take_while(is_grid).count();
    let (grids, items) = scene.items.split_at(below);
    let sheet = RectMm::new(0.0, 0.0, scene.width_mm, scene.height_mm);
    let mut paper = vec![canvas.area_of(canvas.rect(&sheet), canvas.colour(Ink::Paper))];
    for item in grids {
        if let Item::Grid(grid) = item {
            canvas.grid(&mut paper, grid);
        }
    }
    paint_paper(&canvas.painter, paper);
    for item in items {
        match item {
            Item::Grid(grid) => {
                let mut lines = Vec::new();
                canvas.grid(&mut lines, grid);
                canvas.add(&lines);
            }
            Item::Trace {
                points,
                width_mm,
                ink,
            } => canvas.trace(points, *width_mm, *ink),
            Item::Line {
                points,
                width_mm,
                ink,
            } => canvas.line(points, *width_mm, *ink),
            Item::Fill { rect, ink } => canvas.fill(rect, canvas.colour(*ink)),
            Item::Hatch(hatch) => canvas.hatch(hatch),
            Item::Text(text) => canvas.text(text),
        }
    }
}

/// An area of the window with the transform from millimetres.
struct Canvas<'a> {
    painter: Painter,
    area: Rect,
    view: &'a SheetView,
    palette: &'a Palette,
    pixels_per_point: f32,
    has_strong_family: bool,
}

impl<'a> Canvas<'a> {
    fn new(painter: &Painter, area: Rect, view: &'a SheetView, palette: &'a Palette) -> Self {
        let strong = FontFamily::Name(STRONG_FAMILY.into());
        Self {
            painter: painter.with_clip_rect(area.intersect(painter.clip_rect())),
            area,
            view,
            palette,
            pixels_per_point: painter.pixels_per_point(),
            has_strong_family: painter.fonts(|fonts| fonts.families().contains(&strong)),
        }
    }

    fn colour(&self, ink: Ink) -> Color32 {
        colour(self.palette.colour(ink))
    }

    fn pixels_per_mm(&self) -> f64 {
        self.view.points_per_mm * f64::from(self.pixels_per_point)
    }

    fn pos(&self, place: Point) -> Pos2 {
        let (x, y) = self.view.points_at(place);
        self.area.min + vec2(x as f32, y as f32)
    }

    fn rect(&self, rect: &RectMm) -> Rect {
        Rect::from_min_max(
            self.pos(Point::new(rect.left_mm, rect.top_mm)),
            self.pos(Point::new(rect.right_mm, rect.bottom_mm)),
        )
    }

    /// The nearest edge between two pixels.
    fn snap(&self, points: f32) -> f32 {
        (points * self.pixels_per_point).round() / self.pixels_per_point
    }

    fn is_visible(&self, rect: Rect) -> bool {
        rect.intersects(self.painter.clip_rect())
    }

    /// What is seen of a rectangle, on whole pixels.
    fn area_of(&self, rect: Rect, colour: Color32) -> Area {
        let pixels = |points: f32| (points * self.pixels_per_point).round() as i32;
        let clip = self.painter.clip_rect() * self.pixels_per_point;
        let seen = Area {
            left: clip.min.x.floor() as i32,
            top: clip.min.y.floor() as i32,
            right: clip.max.x.ceil() as i32,
            bottom: clip.max.y.ceil() as i32,
            colour,
        };
        let whole = Area {
            left: pixels(rect.min.x),
            top: pixels(rect.min.y),
            right: pixels(rect.max.x),
            bottom: pixels(rect.max.y),
            colour,
        };
        whole.within(&seen)
    }

    fn add(&self, areas: &[Area]) {
        let mesh = rectangles(areas, self.pixels_per_point);
        if !mesh.is_empty() {
            self.painter.add(Shape::mesh(mesh));
        }
    }

    fn fill(&self, rect: &RectMm, colour: Color32) {
        self.add(&[self.area_of(self.rect(rect), colour)]);
    }

    /// Adds the lines of a grid.
    fn grid(&self, areas: &mut Vec<Area>, grid: &Grid) {
        let spacing = self.pixels_per_mm();
        let minor = fade(self.colour(Ink::GridMinor), spacing);
        let major = fade(self.colour(Ink::GridMajor), 5.0 * spacing);
        for (colour, bold, width_mm) in [
            (minor, false, Grid::MINOR_WIDTH_MM),
            (major, true, Grid::MAJOR_WIDTH_MM),
        ] {
            if colour.a() > 0 {
                self.rule(areas, grid, bold, colour, width_mm);
            }
        }
    }

    /// Adds the fine or the bold lines of a grid, each on whole pixels.
    fn rule(&self, areas: &mut Vec<Area>, grid: &Grid, bold: bool, colour: Color32, width_mm: f64) {
        let paper = self.rect(&grid.rect());
        let seen = paper.intersect(self.painter.clip_rect());
        if !seen.is_positive() {
            return;
        }
        let pixel = 1.0 / self.pixels_per_point;
        let width = ((width_mm * self.pixels_per_mm()).round() as f32).max(1.0) * pixel;
        let lines = |count: u32, from_mm: f64, to_mm: f64| {
            let first = (from_mm - 1.0).floor().max(0.0) as u32;
            let last = ((to_mm + 1.0).ceil().max(0.0) as u32).min(count);
            (first..=last).filter(move |&line| Grid::is_major(line) == bold)
        };
        let mm = |points: f32| f64::from(points) / self.view.points_per_mm;
        let (left, right) = (mm(seen.min.x - paper.min.x), mm(seen.max.x - paper.min.x));
        for line in lines(grid.width_mm, left, right) {
            let x = paper.min.x + (f64::from(line) * self.view.points_per_mm) as f32;
            let x = self.snap(x - width / 2.0);
            let bar = Rect::from_min_max(pos2(x, seen.min.y), pos2(x + width, seen.max.y));
            areas.push(self.area_of(bar, colour));
        }
        let (top, bottom) = (mm(seen.min.y - paper.min.y), mm(seen.max.y - paper.min.y));
        for line in lines(grid.height_mm, top, bottom) {
            let y = paper.min.y + (f64::from(line) * self.view.points_per_mm) as f32;
            let y = self.snap(y - width / 2.0);
            let bar = Rect::from_min_max(pos2(seen.min.x, y), pos2(seen.max.x, y + width));
            areas.push(self.area_of(bar, colour));
        }
    }

    /// A signal: only what is seen, thinned to the pixels that there are.
    fn trace(&self, points: &[Point], width_mm: f64, ink: Ink) {
        let clip = self.painter.clip_rect();
        let mm_at = |x: f32| self.view.mm_at((f64::from(x - self.area.min.x), 0.0)).x_mm;
        let (left_mm, right_mm) = (mm_at(clip.min.x), mm_at(clip.max.x));
        // One more on either side, for the lines that cross the edge.
        let first = points
            .partition_point(|p| p.x_mm < left_mm)
            .saturating_sub(1);
        let end = points.partition_point(|p| p.x_mm <= right_mm) + 1;
        let Some(seen) = points.get(first..end.min(points.len())) else {
            return;
        };
        let scale = f64::from(self.pixels_per_point);
        let corner = self.view.points_at(Point::new(0.0, 0.0));
        let pixels = Pixels {
            per_mm: self.pixels_per_mm(),
            origin: [
                (f64::from(self.area.min.x) + corner.0) * scale,
                (f64::from(self.area.min.y) + corner.1) * scale,
            ],
        };
        let strokes = per_pixel_column(seen, &pixels);
        let (width, colour) = (self.stroke_width(width_mm), self.colour(ink));
        let scale = self.pixels_per_point;
        if strokes.is_dense {
            let ctx = self.painter.ctx();
            let mesh = egui_dense::trace(ctx, &strokes, width * scale, colour);
            self.painter.add(Shape::mesh(mesh));
            return;
        }
        for line in strokes.lines {
            let points = line.into_iter().map(|[x, y]| pos2(x / scale, y / scale));
            let line: Vec<Pos2> = points.collect();
            match line.as_slice() {
                [] => {}
                // A sample alone between two gaps is a dot.
                [only] => {
                    self.painter.circle_filled(*only, width / 2.0, colour);
                }
                _ => {
                    self.painter.line(line, Stroke::new(width, colour));
                }
            }
        }
    }

    fn stroke_width(&self, width_mm: f64) -> f32 {
        let pixels = (width_mm * self.pixels_per_mm()) as f32;
        pixels.max(THINNEST_TRACE_PIXELS) / self.pixels_per_point
    }

    fn line(&self, points: &[Point], width_mm: f64, ink: Ink) {
        let line: Vec<Pos2> = points.iter().map(|&place| self.pos(place)).collect();
        let width = self.stroke_width(width_mm);
        if !self.is_visible(Rect::from_points(&line).expand(width)) {
            return;
        }
        // Upright and level lines fall on whole pixels, as the grid does.
        match line.as_slice() {
            [a, b] if a.x == b.x || a.y == b.y => self.bar(*a, *b, width, self.colour(ink)),
            _ => {
                self.painter
                    .line(line, Stroke::new(width, self.colour(ink)));
            }
        }
    }

    fn bar(&self, a: Pos2, b: Pos2, width: f32, colour: Color32) {
        let pixel = 1.0 / self.pixels_per_point;
        let width = self.snap(width).max(pixel);
        let across = if a.x == b.x {
            vec2(width, 0.0)
        } else {
            vec2(0.0, width)
        };
        let rect = Rect::from_two_pos(a, b).translate(-across / 2.0);
        let min = pos2(self.snap(rect.min.x), self.snap(rect.min.y));
        let size = rect.size() + across;
        let size = Vec2::new(self.snap(size.x), self.snap(size.y));
        self.add(&[self.area_of(Rect::from_min_size(min, size), colour)]);
    }

    fn hatch(&self, hatch: &Hatch) {
        let spacing = hatch.spacing_mm * self.pixels_per_mm();
        let colour = fade(self.colour(hatch.ink), spacing);
        if colour.a() == 0 || !self.is_visible(self.rect(&hatch.rect)) {
            return;
        }
        let pixels = ((hatch.width_mm * self.pixels_per_mm()) as f32).max(0.7);
        let stroke = Stroke::new(pixels / self.pixels_per_point, colour);
        self.painter.extend(
            hatch
                .segments()
                .into_iter()
                .map(|ends| ends.map(|place| self.pos(place)))
                .filter(|ends| self.is_visible(Rect::from_points(ends)))
                .map(|ends| Shape::line_segment(ends, stroke)),
        );
    }

    fn text(&self, text: &Text) {
        // Half pixels, so that a zoom gesture does not fill the font atlas.
        let pixels = (text.size_mm * self.pixels_per_mm() * 2.0).round() as f32 / 2.0;
        if pixels < SMALLEST_TEXT_PIXELS {
            return;
        }
        // A lead has a name at every zoom; the rest is for closer looks.
        let pixels = match text.ink {
            Ink::Label if text.strong => pixels.max(SMALLEST_NAME_POINTS * self.pixels_per_point),
            _ => pixels,
        };
        let at = self.pos(text.at);
        let size = pixels / self.pixels_per_point;
        // Before laying out: is it anywhere near? One em is wider than any letter.
        let reach = vec2(size * text.text.chars().count() as f32, 2.0 * size);
        if !self.is_visible(Rect::from_center_size(at, reach * 2.0)) {
            return;
        }
        let family = if text.strong && self.has_strong_family {
            FontFamily::Name(STRONG_FAMILY.into())
        } else {
            FontFamily::Proportional
        };
        let colour = self.colour(text.ink);
        let galley =
            self.painter
                .layout_no_wrap(text.text.clone(), FontId::new(size, family), colour);
        let ascent = galley.rows.first().map_or(size, |row| {
            row.pos.y + row.glyphs.first().map_or(size, |glyph| glyph.pos.y)
        });
        let left = match text.align {
            Align::Left => 0.0,
            Align::Centre => galley.size().x / 2.0,
            Align::Right => galley.size().x,
        };
        let corner = pos2(self.snap(at.x - left), self.snap(at.y - ascent));
        self.painter.galley(corner, galley, colour);
    }
}

/// A colour that comes in as its lines get further apart.
fn fade(colour: Color32, spacing_pixels: f64) -> Color32 {
    let share = (spacing_pixels - HIDDEN_PIXELS) / (FULL_PIXELS - HIDDEN_PIXELS);
    colour.gamma_multiply(share.clamp(0.0, 1.0) as f32)
}

#[allow(
    clippy::disallowed_methods,
    reason = "the palette is where the colours of a sheet come from"
)]
fn colour(rgba: Rgba) -> Color32 {
    Color32::from_rgba_unmultiplied(rgba.red, rgba.green, rgba.blue, rgba.alpha)
}

#[cfg(test)]
#[path = "egui_painter_tests.rs"]
mod tests;
