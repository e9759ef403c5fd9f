//! Dense columns of a trace in the window: bands that are, in the middle of each
//! pixel column, as high as the bar of that column, which is where a graphics
//! driver looks. So a band shows the same pixels as upright bars would, with two
//! corners for each; corners are what it costs. Its edges are soft by a picture.

use eframe::egui::epaint::Vertex;
use eframe::egui::{
    Color32, ColorImage, Context, Id, Mesh, TextureHandle, TextureOptions, TextureWrapMode, pos2,
};

use super::decimate::Bar;

/// Over so many pixels the end of a bar fades, as egui's lines do.
const SOFT_PIXELS: f32 = 1.0;
/// One column of the picture for each length in pixels; in a longer bar the end
/// is softer by as much as it is longer.
const LENGTHS: usize = 256;
/// From the end of a bar to its middle.
const ROWS: usize = 256;

/// Bars `width_pixels` wide, and reaching half of that beyond their ends, as a
/// line does at a corner too. Their columns must not decrease.
pub(super) fn bars(ctx: &Context, bars: &[Bar], width_pixels: f32, colour: Color32) -> Mesh {
    let mut mesh = Mesh::with_texture(softness(ctx).id());
    mesh.reserve_vertices(2 * bars.len());
    mesh.reserve_triangles(2 * bars.len());
    for run in bars.chunk_by(|a, b| b.column - a.column == 1.0) {
        add_band(&mut mesh, run, width_pixels, colour, ctx.pixels_per_point());
    }
    mesh
}

/// Adds bars beside each other.
fn add_band(mesh: &mut Mesh, bars: &[Bar], width_pixels: f32, colour: Color32, scale: f32) {
    // So many columns on either side have their middle in a bar.
    let reach = (width_pixels / 2.0) as usize;
    let beyond = (width_pixels + SOFT_PIXELS) / 2.0;
    let last = bars.len() - 1;
    let mut add = |x: f32, at: usize| {
        let near = &bars[at.saturating_sub(reach)..=(at + reach).min(last)];
        let highest = near.iter().fold(f32::INFINITY, |y, bar| y.min(bar.top));
        let lowest = near
            .iter()
            .fold(f32::NEG_INFINITY, |y, bar| y.max(bar.bottom));
        let (top, bottom) = (highest - beyond, lowest + beyond);
        let u = ((bottom - top).min(LENGTHS as f32) - 0.5) / LENGTHS as f32;
        // The picture is mirrored at 1, the middle.
        for (y, v) in [(top, 0.0), (bottom, 2.0)] {
            mesh.vertices.push(Vertex {
                pos: pos2(x / scale, y / scale),
                uv: pos2(u, v),
                color: colour,
            });
        }
    };
    let beside = (width_pixels / 2.0).max(0.5);
    add(bars[0].column + 0.5 - beside, 0);
    for (at, bar) in bars.iter().enumerate() {
        add(bar.column + 0.5, at);
    }
    add(bars[last].column + 0.5 + beside, last);
    let corners = mesh.vertices.len() as u32;
    for first in (corners - 2 * (bars.len() as u32 + 2)..corners - 2).step_by(2) {
        mesh.add_triangle(first, first + 1, first + 2);
        mesh.add_triangle(first + 1, first + 2, first + 3);
    }
}

/// White, as opaque as a bar is: its length to the right, from its end to its
/// middle downwards.
fn softness(ctx: &Context) -> TextureHandle {
    #[derive(Clone)]
    struct Softness(TextureHandle);

    if let Some(known) = ctx.data(|data| data.get_temp::<Softness>(Id::NULL)) {
        return known.0;
    }
    let alpha = (0..ROWS).flat_map(|row| {
        (1..=LENGTHS).map(move |length| {
            let from_end = (row as f32 + 0.5) / ROWS as f32 * length as f32 / 2.0;
            (255.0 * (from_end / SOFT_PIXELS).min(1.0)).round() as u8
        })
    });
    let image = ColorImage::new(
        [LENGTHS, ROWS],
        alpha
            .map(|alpha| Color32::WHITE.gamma_multiply_u8(alpha))
            .collect(),
    );
    let options = TextureOptions {
        wrap_mode: TextureWrapMode::MirroredRepeat,
        ..TextureOptions::LINEAR
    };
    let texture = ctx.load_texture("ends of bars", image, options);
    ctx.data_mut(|data| data.insert_temp(Id::NULL, Softness(texture.clone())));
    texture
}
