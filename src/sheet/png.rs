//! The painter to PNG.

use image::{ExtendedColorType, ImageEncoder as _, codecs::png::PngEncoder};
use resvg::tiny_skia::{Pixmap, Transform};

use super::pdf::read_svg;
use super::{Palette, Scene, SheetError};

const MM_PER_INCH: f64 = 25.4;
/// The user units of an SVG drawing are 1/96 inch.
const SVG_DPI: f64 = 96.0;
const LEAST_DPI: f64 = 10.0;
/// A picture of more is refused before its memory is asked for.
const MOST_PIXELS: f64 = 2e8;

/// The scene as a picture with so many dots per inch.
///
/// # Errors
/// [`SheetError::Resolution`] below 10 dpi or above 200 million pixels, and as
/// [`super::to_pdf`].
pub fn to_png(scene: &Scene, palette: &Palette, dpi: f64) -> Result<Vec<u8>, SheetError> {
    let tree = read_svg(scene, palette)?;
    let most_dpi = (MOST_PIXELS / (scene.width_mm * scene.height_mm)).sqrt() * MM_PER_INCH;
    let out_of_range = SheetError::Resolution {
        dpi,
        min: LEAST_DPI,
        max: most_dpi,
    };
    if !(LEAST_DPI..=most_dpi).contains(&dpi) {
        return Err(out_of_range);
    }
    let pixels = |length_mm: f64| (length_mm / MM_PER_INCH * dpi).round().max(1.0) as u32;
    let (width, height) = (pixels(scene.width_mm), pixels(scene.height_mm));
    let mut pixmap = Pixmap::new(width, height).ok_or(out_of_range)?;
    let scale = (dpi / SVG_DPI) as f32;
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut pixmap.as_mut(),
    );
    // The last row may be a fraction of a pixel of paper: opaque all the same.
    let rgb: Vec<u8> = pixmap
        .pixels()
        .iter()
        .flat_map(|pixel| {
            let colour = pixel.demultiply();
            [colour.red(), colour.green(), colour.blue()]
        })
        .collect();
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(&rgb, width, height, ExtendedColorType::Rgb8)
        .map_err(|error| SheetError::Png(error.to_string()))?;
    Ok(png)
}
