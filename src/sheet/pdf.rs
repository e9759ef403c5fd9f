//! The painter to PDF: vectors and real text at true scale.

use std::sync::{Arc, LazyLock};

use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, TextStr};
use svg2pdf::ConversionOptions;
use svg2pdf::usvg::{self, fontdb};

use super::{INTER_REGULAR, INTER_SEMI_BOLD, Palette, Scene, SheetError, to_svg};

const POINTS_PER_MM: f64 = 72.0 / 25.4;

/// The fonts that come with the program, and no other: a sheet looks the same
/// on every machine.
static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    for face in [INTER_REGULAR, INTER_SEMI_BOLD] {
        fonts.load_font_source(fontdb::Source::Binary(Arc::new(face)));
    }
    Arc::new(fonts)
});

/// The scene as a PDF of one page; a millimetre is 72/25.4 points.
///
/// # Errors
/// [`SheetError::Size`], [`SheetError::Svg`] or [`SheetError::Pdf`].
pub fn to_pdf(scene: &Scene, palette: &Palette) -> Result<Vec<u8>, SheetError> {
    pages_to_pdf(std::slice::from_ref(scene), palette)
}

/// Scenes as the pages of one PDF, each page as large as its scene.
///
/// # Errors
/// As [`to_pdf`], and [`SheetError::NoPages`] without scenes.
pub fn pages_to_pdf(scenes: &[Scene], palette: &Palette) -> Result<Vec<u8>, SheetError> {
    let first = scenes.first().ok_or(SheetError::NoPages)?;
    let mut next = Ref::new(1);
    let (catalog, page_tree, info) = (next.bump(), next.bump(), next.bump());
    let mut pdf = Pdf::new();
    let mut pages = Vec::with_capacity(scenes.len());
    for scene in scenes {
        pages.push(write_page(&mut pdf, scene, palette, page_tree, &mut next)?);
    }
    pdf.catalog(catalog).pages(page_tree);
    pdf.pages(page_tree)
        .count(i32::try_from(pages.len()).unwrap_or(i32::MAX))
        .kids(pages);
    pdf.document_info(info)
        .title(TextStr(&first.description))
        .producer(TextStr("protoecg"));
    Ok(pdf.finish())
}

/// Writes a page whose only content is the drawing, scaled to its size.
fn write_page(
    pdf: &mut Pdf,
    scene: &Scene,
    palette: &Palette,
    page_tree: Ref,
    next: &mut Ref,
) -> Result<Ref, SheetError> {
    let tree = read_svg(scene, palette)?;
    let (chunk, drawing) = svg2pdf::to_chunk(&tree, ConversionOptions::default())
        .map_err(|error| SheetError::Pdf(error.to_string()))?;
    // The drawing numbers its objects from 1; here other pages may have those.
    let mut renumbered = std::collections::HashMap::new();
    let chunk = chunk.renumber(|old| *renumbered.entry(old).or_insert_with(|| next.bump()));
    let drawing = *renumbered
        .get(&drawing)
        .ok_or_else(|| SheetError::Pdf("the drawing is not in its own chunk".to_owned()))?;
    pdf.extend(&chunk);

    let (page, content) = (next.bump(), next.bump());
    let width = (scene.width_mm * POINTS_PER_MM) as f32;
    let height = (scene.height_mm * POINTS_PER_MM) as f32;
    let name = Name(b"Sheet");
    let mut writer = pdf.page(page);
    writer
        .parent(page_tree)
        .media_box(Rect::new(0.0, 0.0, width, height))
        .contents(content);
    writer.resources().x_objects().pair(name, drawing);
    writer.finish();
    let mut drawn = Content::new();
    drawn
        .transform([width, 0.0, 0.0, height, 0.0, 0.0])
        .x_object(name);
    pdf.stream(content, &drawn.finish());
    Ok(page)
}

/// The drawing as resvg and svg2pdf read it, with text in the embedded fonts.
pub(super) fn read_svg(scene: &Scene, palette: &Palette) -> Result<usvg::Tree, SheetError> {
    let (width_mm, height_mm) = (scene.width_mm, scene.height_mm);
    let good = |length_mm: f64| length_mm.is_finite() && length_mm > 0.0;
    if !good(width_mm) || !good(height_mm) {
        return Err(SheetError::Size {
            width_mm,
            height_mm,
        });
    }
    let options = usvg::Options {
        font_family: "Inter".to_owned(),
        fontdb: Arc::clone(&FONTS),
        ..usvg::Options::default()
    };
    usvg::Tree::from_str(&to_svg(scene, palette), &options)
        .map_err(|error| SheetError::Svg(error.to_string()))
}
