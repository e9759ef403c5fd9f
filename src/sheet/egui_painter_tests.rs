//! What a frame of the painter is made of.

use eframe::egui::epaint::Primitive;
use eframe::egui::{ColorImage, Context, ImageData, Mesh, RawInput, TextureId};

use super::super::decimate::{Bar, Strokes};
use super::*;
use crate::ecg::{Channel, Lead, Recording};
use crate::sheet::{Layout, SheetSpec, scene};

const SIZE: (f32, f32) = (1600.0, 1000.0);

/// Twelve leads, 10 s at 1000 Hz, with the noise of muscles or without.
fn page(noise_mv: f64) -> Scene {
    let mut state = 1_u32;
    let samples_mv: Vec<f64> = (0..10_000)
        .map(|i| {
            let phase_s = (f64::from(i) / 1000.0) % 0.8 - 0.4;
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = f64::from(state >> 16) / 65_536.0;
            (-0.5 * (phase_s / 0.012).powi(2)).exp() + noise * noise_mv
        })
        .collect();
    let channels = Lead::STANDARD.map(|lead| Channel {
        name: lead.name().to_owned(),
        lead: Some(lead),
        samples_mv: samples_mv.clone(),
    });
    let recording = Recording::of_signals(1000.0, channels.to_vec());
    let spec = SheetSpec {
        layout: Layout::TwelveByOne,
        row_height_mm: 15,
        ..SheetSpec::default()
    };
    scene(&recording, &spec)
}

/// What goes to the graphics driver for a frame.
fn triangles(page: &Scene) -> (usize, usize) {
    let ctx = Context::default();
    let area = Rect::from_min_size(Pos2::ZERO, vec2(SIZE.0, SIZE.1));
    let input = RawInput {
        screen_rect: Some(area),
        ..RawInput::default()
    };
    let mut output = ctx.run_ui(input, |ui| {
        let view = SheetView::fit(page, (f64::from(SIZE.0), f64::from(SIZE.1)));
        paint_egui(ui.painter(), area, page, &view, &Palette::LIGHT);
    });
    // Nothing is drawn of it.
    output.textures_delta.clear();
    let mut found = (0, 0);
    for primitive in ctx.tessellate(output.shapes, output.pixels_per_point) {
        if let Primitive::Mesh(mesh) = primitive.primitive {
            found.0 += mesh.vertices.len();
            found.1 += mesh.indices.len() / 3;
        }
    }
    found
}

fn mesh_of_bars(ctx: &Context, bars: &[Bar], width_pixels: f32) -> Mesh {
    let strokes = Strokes {
        bars: bars.to_vec(),
        is_dense: true,
        ..Strokes::default()
    };
    egui_dense::trace(ctx, &strokes, width_pixels, Color32::BLACK)
}

/// From where to where it is drawn, upright.
fn extent(shape: impl Fn(&Canvas)) -> (f32, f32) {
    let ctx = Context::default();
    let area = Rect::from_min_size(Pos2::ZERO, vec2(100.0, 100.0));
    let page = page(0.0);
    let mut output = ctx.run_ui(RawInput::default(), |ui| {
        let view = SheetView::fit(&page, (100.0, 100.0));
        shape(&Canvas::new(ui.painter(), area, &view, &Palette::LIGHT));
    });
    output.textures_delta.clear();
    let mut ends = (f32::INFINITY, f32::NEG_INFINITY);
    for primitive in ctx.tessellate(output.shapes, output.pixels_per_point) {
        if let Primitive::Mesh(mesh) = primitive.primitive {
            for vertex in mesh.vertices {
                ends = (ends.0.min(vertex.pos.y), ends.1.max(vertex.pos.y));
            }
        }
    }
    ends
}

/// A column as a bar reaches as far as the line through its samples, whether
/// that goes up and down by less than its width or by more.
#[test]
fn a_bar_reaches_as_far_as_the_line_that_it_stands_for() {
    let width = 8.0;
    for height in [2.0, 40.0] {
        let (top, bottom) = (50.0 - height / 2.0, 50.0 + height / 2.0);
        let of_bar = extent(|canvas| {
            let bar = Bar {
                column: 20.0,
                top,
                bottom,
            };
            let mesh = mesh_of_bars(canvas.painter.ctx(), &[bar], width);
            canvas.painter.add(Shape::mesh(mesh));
        });
        let of_line = extent(|canvas| {
            let points = [(20.1, top), (20.4, bottom), (20.7, top), (20.9, bottom)];
            let line: Vec<Pos2> = points.iter().map(|&(x, y)| pos2(x, y)).collect();
            canvas
                .painter
                .line(line, Stroke::new(width, Color32::BLACK));
        });
        let near = |a: f32, b: f32| (a - b).abs() <= 1.0;
        assert!(
            near(of_bar.0, of_line.0) && near(of_bar.1, of_line.1),
            "height {height}: bar {of_bar:?}, line {of_line:?}"
        );
    }
}

/// The time of a frame goes with these; the milliseconds are in the bench.
#[test]
fn a_frame_of_twelve_dense_leads_has_few_corners() {
    for noise_mv in [0.04, 0.0] {
        let (vertices, triangles) = triangles(&page(noise_mv));
        // Of 12 times 1600 pixel columns. A corner and a triangle in each would be too many.
        assert!(
            vertices < 12_500 && triangles < 9_500,
            "noise {noise_mv} mV: {vertices} vertices, {triangles} triangles"
        );
    }
}

/// Paper and grid of one frame: the meshes, and the picture if one was made.
fn paper_of(ctx: &Context, view: &SheetView, page: &Scene) -> (Vec<Mesh>, Option<ColorImage>) {
    let area = Rect::from_min_size(Pos2::ZERO, vec2(400.0, 300.0));
    let input = RawInput {
        screen_rect: Some(area),
        ..RawInput::default()
    };
    let mut output = ctx.run_ui(input, |ui| {
        paint_egui(ui.painter(), area, page, view, &Palette::LIGHT);
    });
    let made = output.textures_delta.set.values().flatten();
    let images = made.map(|delta| {
        let ImageData::Color(image) = &delta.image;
        ColorImage::clone(image)
    });
    let picture = images.filter(|image| image.size == [400, 300]).last();
    output.textures_delta.clear();
    let primitives = ctx.tessellate(output.shapes, output.pixels_per_point);
    let meshes = primitives.into_iter().filter_map(|p| match p.primitive {
        Primitive::Mesh(mesh) => Some(mesh),
        Primitive::Callback(_) => None,
    });
    (meshes.collect(), picture)
}

/// The colour at the middle of a pixel of rectangles laid over each other.
fn colour_at(mesh: &Mesh, x: usize, y: usize) -> Color32 {
    let at = pos2(x as f32 + 0.5, y as f32 + 0.5);
    let mut found = Color32::TRANSPARENT;
    for corners in mesh.vertices.chunks(4) {
        if Rect::from_two_pos(corners[0].pos, corners[3].pos).contains(at) {
            found = found.blend(corners[0].color);
        }
    }
    found
}

#[test]
fn paper_that_stands_still_is_a_picture_of_the_rectangles_and_moves_as_rectangles() {
    let ctx = Context::default();
    let mut page = page(0.0);
    page.items.retain(|item| matches!(item, Item::Grid(_)));
    // Fine lines that are half faded: they are blended, twice where they cross.
    let mut view = SheetView {
        points_per_mm: 4.5,
        origin_mm: Point::new(3.0, 2.0),
    };
    let (first, none) = paper_of(&ctx, &view, &page);
    assert!(none.is_none());
    let [rectangles] = first.as_slice() else {
        panic!("{} meshes", first.len());
    };
    assert_eq!(rectangles.texture_id, TextureId::default());
    assert!(rectangles.vertices.len() > 4 * 100);

    let (second, picture) = paper_of(&ctx, &view, &page);
    let picture = picture.expect("a picture in the second frame");
    assert_eq!(second[0].vertices.len(), 4);
    assert_ne!(second[0].texture_id, TextureId::default());
    let mut colours = std::collections::HashSet::new();
    for (x, y) in (0..300).flat_map(|y| (0..400).map(move |x| (x, y))) {
        let colour = picture.pixels[y * 400 + x];
        assert_eq!(colour, colour_at(rectangles, x, y), "at {x}, {y}");
        colours.insert(colour);
    }
    // Paper, fine and bold lines, and fine ones that cross.
    assert!(colours.len() >= 4, "{colours:?}");
    let (third, made_again) = paper_of(&ctx, &view, &page);
    assert!(made_again.is_none());
    assert_eq!(third[0].texture_id, second[0].texture_id);

    view.origin_mm.x_mm += 0.5;
    let (moved, none) = paper_of(&ctx, &view, &page);
    assert!(none.is_none());
    assert_eq!(moved[0].texture_id, TextureId::default());
    let manager = ctx.tex_manager();
    let manager = manager.read();
    let kept = manager
        .allocated()
        .filter(|(_, meta)| meta.name == "ECG paper");
    assert!(kept.count() <= 1);
}

/// Bars beside each other: in the middle of every column the band is as high as
/// the column's bar, or its neighbour's where a line of that width covers both,
/// to what is allowed for the pen.
#[test]
fn a_band_is_as_high_as_its_bars() {
    let ctx = Context::default();
    let tops = [40.0, 10.0, 38.0, 39.0, 41.0];
    let run = |width: f32| {
        let columns: Vec<Bar> = (0_u8..)
            .zip(tops)
            .map(|(i, top)| Bar {
                column: f32::from(i) + 7.0,
                top,
                bottom: 50.0,
            })
            .collect();
        let mut found = Vec::new();
        ctx.run_ui(RawInput::default(), |ui| {
            found = mesh_of_bars(ui.ctx(), &columns, width).vertices;
        })
        .textures_delta
        .clear();
        found
    };
    for (width, tops) in [(1.2, tops), (2.4, [10.0, 10.0, 10.0, 38.0, 39.0])] {
        let corners = run(width);
        for (i, top) in tops.into_iter().enumerate() {
            let x = 7.5 + i as f32;
            let next = corners.iter().step_by(2).position(|c| c.pos.x >= x);
            let next = 2 * next.unwrap().max(1);
            // Of the upper (0) or the lower edge (1).
            let height = |edge: usize| {
                let (a, b) = (corners[next - 2 + edge].pos, corners[next + edge].pos);
                a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x)
            };
            let above = top - width / 2.0 - 0.5 - height(0);
            let below = height(1) - (50.0 + width / 2.0 + 0.5);
            let off = above.abs().max(below.abs());
            let most = egui_dense::LOOSE_PENS * width + 1e-3;
            assert!(off <= most, "column {i}: {off}");
        }
        for pair in corners.chunks(2) {
            // The column of the picture that is meant for a bar of that length.
            let length = pair[1].pos.y - pair[0].pos.y;
            let drawn_for = (pair[0].uv.x * 512.0).floor() / 4.0 + 0.25;
            assert!((drawn_for - length).abs() <= 0.126, "{drawn_for} {length}");
        }
    }
}
