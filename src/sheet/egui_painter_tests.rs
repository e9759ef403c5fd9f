//! What a frame of the painter is made of.

use eframe::egui::epaint::Primitive;
use eframe::egui::{Context, RawInput};

use super::super::decimate::Bar;
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
            let mesh = bars(canvas.painter.ctx(), &[bar], width, Color32::BLACK);
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
    // A bar has 2 corners and 2 triangles; of a smooth line, each column keeps
    // two points at most.
    let columns = 12 * 1600;
    for (noise_mv, most) in [(0.04, (3, 3)), (0.0, (9, 13))] {
        let found = triangles(&page(noise_mv));
        assert!(
            found.0 < most.0 * columns && found.1 < most.1 * columns,
            "noise {noise_mv} mV: {} vertices, {} triangles",
            found.0,
            found.1
        );
    }
}
