//! What can go wrong between a scene and a file.

use std::path::PathBuf;

/// Why a scene could not be made into a file.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The scene has no area, or its size is not a number.
    #[error("the sheet is {width_mm} x {height_mm} mm; both must be above 0")]
    Size { width_mm: f64, height_mm: f64 },
    /// The resolution of a picture is out of range.
    #[error("{dpi} dpi: a picture of this sheet takes {min} to {max:.0} dpi")]
    Resolution { dpi: f64, min: f64, max: f64 },
    /// A block is larger than the page that it should go on.
    #[error(
        "a block of {width_mm:.0} x {height_mm:.0} mm does not fit the {page_width_mm:.0} x \
         {page_height_mm:.0} mm inside the margins of a {page} page at true scale"
    )]
    DoesNotFit {
        page: &'static str,
        width_mm: f64,
        height_mm: f64,
        page_width_mm: f64,
        page_height_mm: f64,
    },
    /// A PDF needs one page at least.
    #[error("a PDF without pages was asked for")]
    NoPages,
    /// The name of a file does not say what it should be.
    #[error("{}: the ending says what to write, expected .pdf, .svg or .png", path.display())]
    Ending { path: PathBuf },
    /// A file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    /// The drawing could not be read back for rendering.
    #[error("the drawing could not be read for rendering: {0}")]
    Svg(String),
    /// The PDF could not be written.
    #[error("the PDF could not be made: {0}")]
    Pdf(String),
    /// The picture could not be encoded.
    #[error("the PNG could not be encoded: {0}")]
    Png(String),
}
