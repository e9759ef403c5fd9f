//! An ECG on paper: pages at true scale, as PDF, SVG or PNG.

use std::path::{Path, PathBuf};

use super::layout::PAGE_S;
use super::{
    DisplayOptions, Page, Palette, Scene, SheetError, SheetSpec, Tick, pages_to_pdf, paginate,
    scene, to_png, to_svg,
};
use crate::ecg::Recording;

/// Length of the paper that the signal has on a page: 10 s at 25 mm/s, or 8 s
/// where a wide calibration pulse leaves less room.
pub const SIGNALS_MM: [f64; 2] = [250.0, 200.0];
/// No row is lower than this; a page that still does not fit is refused.
const LOWEST_ROW_MM: u32 = 10;
const GAP_MM: f64 = 4.0;

/// The paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum PrintPage {
    #[default]
    A4,
    Letter,
}

impl PrintPage {
    pub const ALL: [Self; 2] = [Self::A4, Self::Letter];

    pub fn name(self) -> &'static str {
        match self {
            Self::A4 => "A4",
            Self::Letter => "Letter",
        }
    }

    pub fn page(self) -> Page {
        match self {
            Self::A4 => Page::A4Landscape,
            Self::Letter => Page::LetterLandscape,
        }
    }
}

/// The kind of file, which follows from the ending of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Pdf,
    Svg,
    Png,
}

impl FileKind {
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "pdf" => Some(Self::Pdf),
            "svg" => Some(Self::Svg),
            "png" => Some(Self::Png),
            _ => None,
        }
    }
}

/// What to print. `recording` is the signal as it is drawn: filtered, or as a
/// model saw it.
#[derive(Clone, Copy, Debug)]
pub struct Print<'a> {
    pub recording: &'a Recording,
    /// What was done to the signal.
    pub signal_note: &'a str,
    /// What the gain is of: [`super::MILLIVOLTS`], or a network's scale.
    pub unit: &'static str,
    pub display: &'a DisplayOptions,
    /// Above each page, without identity.
    pub title: &'a [String],
    /// Below each page.
    pub footer: &'a [String],
    pub ticks: &'a [Tick],
    /// From here in the recording...
    pub start_s: f64,
    /// ...for so long, as far as the recording goes.
    pub duration_s: f64,
    pub page: PrintPage,
}

impl Print<'_> {
    /// The pages, each with as many seconds as its width holds at the paper
    /// speed and 20 s at most. Rows move together where a page is too low;
    /// nothing else gives way, and the scale never does.
    ///
    /// # Errors
    /// [`SheetError::DoesNotFit`] where words and rows are higher than a page.
    pub fn pages(&self) -> Result<Vec<Scene>, SheetError> {
        let left_s = self.recording.duration_s() - self.start_s;
        let wanted_s = if left_s.is_finite() {
            self.duration_s.min(left_s)
        } else {
            self.duration_s
        };
        let preferred_mm = self.display.layout.row_height_mm();
        let fits = |found: &Result<_, _>| !matches!(found, Err(SheetError::DoesNotFit { .. }));
        let mut result = Err(SheetError::NoPages);
        for signal_mm in SIGNALS_MM {
            let page_s = (signal_mm / self.display.speed.mm_per_s()).min(wanted_s.max(PAGE_S));
            // A hundredth of a second is no page of its own.
            let count = ((wanted_s - 0.01) / page_s).ceil().max(1.0) as usize;
            let draw = |row_mm: u32| {
                let sheets = (0..count).map(|i| self.sheet(i, page_s, row_mm));
                paginate(sheets, self.page.page(), GAP_MM)
            };
            result = lowered(preferred_mm, draw, fits);
            if fits(&result) {
                break;
            }
        }
        result
    }

    fn sheet(&self, index: usize, page_s: f64, row_height_mm: u32) -> Scene {
        let spec = SheetSpec {
            page_s,
            page_start_s: self.start_s + index as f64 * page_s,
            row_height_mm,
            title: self.title.to_vec(),
            footer: self.footer.to_vec(),
            filter_note: self.signal_note.to_owned(),
            unit: self.unit,
            ticks: self.ticks.to_vec(),
            ..self.display.spec()
        };
        scene(self.recording, &spec)
    }

    /// Writes the pages: one PDF, or a file for each page where the kind holds
    /// only one (`ecg.png`, `ecg-2.png`). Returns what was written.
    ///
    /// # Errors
    /// As [`Print::pages`]; an ending that is none of the three; a file that
    /// cannot be written.
    pub fn write(&self, path: &Path, dpi: f64) -> Result<Vec<PathBuf>, SheetError> {
        let kind = FileKind::of(path).ok_or_else(|| SheetError::Ending {
            path: path.to_owned(),
        })?;
        let (pages, palette) = (self.pages()?, Palette::PRINT);
        let files: Vec<Vec<u8>> = match kind {
            FileKind::Pdf => vec![pages_to_pdf(&pages, &palette)?],
            FileKind::Svg => pages
                .iter()
                .map(|page| to_svg(page, &palette).into_bytes())
                .collect(),
            FileKind::Png => pages
                .iter()
                .map(|page| to_png(page, &palette, dpi))
                .collect::<Result<_, _>>()?,
        };
        let mut written = Vec::with_capacity(files.len());
        for (i, bytes) in files.into_iter().enumerate() {
            let path = numbered(path, i);
            std::fs::write(&path, bytes).map_err(|source| SheetError::Write {
                path: path.clone(),
                source,
            })?;
            written.push(path);
        }
        Ok(written)
    }
}

/// Draws with ever lower rows (millimetres) until it fits; what still does not
/// with the lowest is left to the caller.
pub fn lowered<T>(preferred_mm: u32, draw: impl Fn(u32) -> T, fits: impl Fn(&T) -> bool) -> T {
    let mut row_mm = preferred_mm;
    loop {
        let drawn = draw(row_mm);
        if row_mm <= LOWEST_ROW_MM || fits(&drawn) {
            return drawn;
        }
        row_mm -= 1;
    }
}

/// `ecg.png`, `ecg-2.png`, `ecg-3.png`.
fn numbered(path: &Path, index: usize) -> PathBuf {
    if index == 0 {
        return path.to_owned();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-{}.{ending}", index + 1))
}
