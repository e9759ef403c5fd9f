//! Scenes put together: a test ECG beside a training ECG, words and tables
//! between them, and the whole on pages. Nothing is ever scaled.

use super::describe::{text_width_mm, wrap};
use super::scene::{Align, Ink, Item, Point, Scene, Text};
use super::{NOT_A_MEDICAL_DEVICE, SheetError};

/// Baseline to baseline, in font sizes.
const LINE_HEIGHT: f64 = 1.45;
const BODY_SIZE_MM: f64 = 3.0;
const HEADING_SIZE_MM: f64 = 4.6;
/// Between a table's cells, and the white border of words.
const CELL_GAP_MM: f64 = 3.0;
const BORDER_MM: f64 = 5.0;
/// Height of the line at the foot of a page, and the margin around a page.
const PAGE_FOOT_MM: f64 = 5.0;
const FOOT_SIZE_MM: f64 = 2.6;
/// What the number of the page takes of that line, with the gap before it.
const PAGE_NUMBER_MM: f64 = 26.0;
const PAGE_MARGIN_MM: f64 = 5.0;
/// So much of the white border on each side of a sheet may lie off the page: a
/// standard sheet is 280 mm wide with its border, a Letter page 279.4 mm.
const SPARE_BORDER_MM: f64 = 1.0;

/// A paper size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    A4Landscape,
    A4Portrait,
    A3Landscape,
    /// Holds two 3x4 sheets above each other at 25 mm/s and 10 mm/mV.
    A3Portrait,
    LetterLandscape,
}

impl Page {
    /// Width and height in millimetres (ISO 216, ANSI/ASME Y14.1).
    pub fn size_mm(self) -> (f64, f64) {
        match self {
            Self::A4Landscape => (297.0, 210.0),
            Self::A4Portrait => (210.0, 297.0),
            Self::A3Landscape => (420.0, 297.0),
            Self::A3Portrait => (297.0, 420.0),
            Self::LetterLandscape => (279.4, 215.9),
        }
    }

    /// Height that blocks may take between the margins, above the foot.
    pub fn room_mm(self) -> f64 {
        self.size_mm().1 - 2.0 * PAGE_MARGIN_MM - PAGE_FOOT_MM
    }

    /// Whether a scene has room between the margins, above the foot.
    pub fn holds(self, scene: &Scene) -> bool {
        self.is_wide_enough(scene) && scene.height_mm <= self.room_mm()
    }

    fn is_wide_enough(self, scene: &Scene) -> bool {
        scene.width_mm <= self.size_mm().0 + 2.0 * SPARE_BORDER_MM
    }

    /// What the foot says beside the notice: `before`, a name, `after`, the
    /// name so much shortened that all of it is one line.
    pub fn foot(self, before: &str, name: &str, after: &str) -> String {
        let room_mm = self.size_mm().0 - 4.0 * PAGE_MARGIN_MM - PAGE_NUMBER_MM;
        let mut letters: Vec<char> = name.chars().collect();
        let mut said = format!("{before}{name}{after}");
        while text_width_mm(&join(NOT_A_MEDICAL_DEVICE, &said), FOOT_SIZE_MM) > room_mm
            && letters.pop().is_some()
        {
            let shortened: String = letters.iter().collect();
            said = format!("{before}{}…{after}", shortened.trim_end());
        }
        said
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::A4Landscape => "A4 landscape",
            Self::A4Portrait => "A4 portrait",
            Self::A3Landscape => "A3 landscape",
            Self::A3Portrait => "A3 portrait",
            Self::LetterLandscape => "Letter landscape",
        }
    }
}

/// A column of a table of words.
#[derive(Clone, Debug, PartialEq)]
pub struct TableColumn {
    pub heading: String,
    pub width_mm: f64,
    /// Numbers belong to the right.
    pub align: Align,
}

impl TableColumn {
    pub fn new(heading: impl Into<String>, width_mm: f64, align: Align) -> Self {
        Self {
            heading: heading.into(),
            width_mm,
            align,
        }
    }
}

impl Scene {
    /// A page without anything on it that has room for each of `scenes`: sheets
    /// of different sizes are fitted alike by it.
    pub fn room_for<'a>(scenes: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut page = Self {
            width_mm: 1.0,
            height_mm: 1.0,
            ..Self::default()
        };
        for scene in scenes {
            page.width_mm = page.width_mm.max(scene.width_mm);
            page.height_mm = page.height_mm.max(scene.height_mm);
        }
        page
    }

    fn empty(width_mm: f64) -> Self {
        Self {
            width_mm,
            ..Self::default()
        }
    }

    /// `right` beside this scene, tops level, `gap_mm` between them.
    pub fn side_by_side(mut self, mut right: Self, gap_mm: f64) -> Self {
        right.shift(self.width_mm + gap_mm, 0.0);
        self.width_mm += gap_mm + right.width_mm;
        self.height_mm = self.height_mm.max(right.height_mm);
        self.items.append(&mut right.items);
        self.panels.append(&mut right.panels);
        self.description = join(&self.description, &right.description);
        self
    }

    /// Scenes under each other, left sides level, `gap_mm` between them.
    pub fn stack(scenes: impl IntoIterator<Item = Self>, gap_mm: f64) -> Self {
        let mut whole = Self::empty(0.0);
        for (i, mut scene) in scenes.into_iter().enumerate() {
            if i > 0 {
                whole.height_mm += gap_mm;
            }
            scene.shift(0.0, whole.height_mm);
            whole.height_mm += scene.height_mm;
            whole.width_mm = whole.width_mm.max(scene.width_mm);
            whole.items.append(&mut scene.items);
            whole.panels.append(&mut scene.panels);
            whole.description = join(&whole.description, &scene.description);
        }
        whole
    }

    /// A heading, broken into lines of at most `width_mm`.
    pub fn heading(text: &str, width_mm: f64) -> Self {
        Self::words(text, width_mm, HEADING_SIZE_MM, Ink::Title, true)
    }

    /// A paragraph, broken into lines of at most `width_mm`.
    pub fn paragraph(text: &str, width_mm: f64) -> Self {
        Self::words(text, width_mm, BODY_SIZE_MM, Ink::Label, false)
    }

    fn words(text: &str, width_mm: f64, size_mm: f64, ink: Ink, strong: bool) -> Self {
        let mut scene = Self::empty(width_mm);
        scene.description = text.to_owned();
        for line in wrap(text, size_mm, width_mm - 2.0 * BORDER_MM) {
            scene.height_mm += size_mm * LINE_HEIGHT;
            scene.items.push(Item::Text(Text {
                at: Point::new(BORDER_MM, scene.height_mm - 0.4 * size_mm),
                size_mm,
                align: Align::Left,
                ink,
                strong,
                text: line,
            }));
        }
        scene
    }

    /// A table: one line of headings, a rule, one line for each row. Cells are
    /// not broken, so the columns must be wide enough.
    pub fn table(columns: &[TableColumn], rows: &[Vec<String>]) -> Self {
        let width_mm = columns
            .iter()
            .map(|c| c.width_mm + CELL_GAP_MM)
            .sum::<f64>();
        let mut scene = Self::empty(2.0 * BORDER_MM + width_mm - CELL_GAP_MM);
        let headings: Vec<String> = columns.iter().map(|c| c.heading.clone()).collect();
        scene.table_row(columns, &headings, true);
        scene.height_mm += 1.0;
        scene.items.push(Item::Line {
            points: vec![
                Point::new(BORDER_MM, scene.height_mm - 0.8),
                Point::new(scene.width_mm - BORDER_MM, scene.height_mm - 0.8),
            ],
            width_mm: 0.2,
            ink: Ink::Note,
        });
        for row in rows {
            scene.table_row(columns, row, false);
        }
        let lines = rows.iter().map(|row| row.join(", "));
        scene.description = lines.fold(headings.join(", "), |all, row| format!("{all}; {row}"));
        scene
    }

    fn table_row(&mut self, columns: &[TableColumn], cells: &[String], strong: bool) {
        self.height_mm += BODY_SIZE_MM * LINE_HEIGHT;
        let mut left_mm = BORDER_MM;
        for (column, cell) in columns.iter().zip(cells) {
            let x_mm = match column.align {
                Align::Left => left_mm,
                Align::Centre => left_mm + column.width_mm / 2.0,
                Align::Right => left_mm + column.width_mm,
            };
            self.items.push(Item::Text(Text {
                at: Point::new(x_mm, self.height_mm - 0.4 * BODY_SIZE_MM),
                size_mm: BODY_SIZE_MM,
                align: column.align,
                ink: if strong { Ink::Note } else { Ink::Label },
                strong,
                text: cell.clone(),
            }));
            left_mm += column.width_mm + CELL_GAP_MM;
        }
    }

    /// The scene in the middle of the upper edge of a page, at true scale.
    ///
    /// # Errors
    /// [`SheetError::DoesNotFit`] if it is larger than the page; it is never
    /// made smaller.
    pub fn on_page(self, page: Page) -> Result<Self, SheetError> {
        let (width_mm, height_mm) = page.size_mm();
        if !page.is_wide_enough(&self) || self.height_mm > height_mm {
            return Err(SheetError::DoesNotFit {
                page: page.name(),
                width_mm: self.width_mm,
                height_mm: self.height_mm,
                page_width_mm: width_mm,
                page_height_mm: height_mm,
            });
        }
        let mut scene = self;
        let spare_mm = (width_mm - scene.width_mm) / 2.0;
        // Whole millimetres where there is room for them.
        scene.shift(
            if spare_mm > 0.0 {
                spare_mm.floor()
            } else {
                spare_mm
            },
            0.0,
        );
        (scene.width_mm, scene.height_mm) = (width_mm, height_mm);
        Ok(scene)
    }
}

/// Blocks on pages, from top to bottom; a block is never broken. Each page says
/// at its foot which one it is and that this is not a medical device.
///
/// # Errors
/// [`SheetError::DoesNotFit`] if a block is larger than a page, and
/// [`SheetError::NoPages`] without blocks.
pub fn paginate(
    blocks: impl IntoIterator<Item = Scene>,
    page: Page,
    gap_mm: f64,
) -> Result<Vec<Scene>, SheetError> {
    paginate_with_foot(blocks, page, gap_mm, "")
}

/// The same; the foot of each page says in one line what the pages are of.
///
/// # Errors
/// As [`paginate`].
pub fn paginate_with_foot(
    blocks: impl IntoIterator<Item = Scene>,
    page: Page,
    gap_mm: f64,
    foot: &str,
) -> Result<Vec<Scene>, SheetError> {
    let (page_width_mm, _) = page.size_mm();
    let room_mm = page.room_mm();
    let mut pages: Vec<Vec<Scene>> = Vec::new();
    let mut used_mm = f64::INFINITY;
    for block in blocks {
        if !page.holds(&block) {
            return Err(SheetError::DoesNotFit {
                page: page.name(),
                width_mm: block.width_mm,
                height_mm: block.height_mm,
                page_width_mm,
                page_height_mm: room_mm,
            });
        }
        let with_gap_mm = used_mm + gap_mm + block.height_mm;
        match pages.last_mut() {
            Some(open) if with_gap_mm <= room_mm => {
                used_mm = with_gap_mm;
                open.push(block);
            }
            _ => {
                used_mm = block.height_mm;
                pages.push(vec![block]);
            }
        }
    }
    if pages.is_empty() {
        return Err(SheetError::NoPages);
    }
    let count = pages.len();
    pages
        .into_iter()
        .enumerate()
        .map(|(i, blocks)| {
            let mut scene = Scene::stack(blocks, gap_mm);
            scene.shift(0.0, PAGE_MARGIN_MM);
            let mut scene = scene.on_page(page)?;
            scene.items.extend(page_foot(page, (i + 1, count), foot));
            Ok(scene)
        })
        .collect()
}

fn page_foot(page: Page, (number, count): (usize, usize), said: &str) -> [Item; 2] {
    let (width_mm, height_mm) = page.size_mm();
    let text = |x_mm: f64, align: Align, text: String| {
        Item::Text(Text {
            at: Point::new(x_mm, height_mm - PAGE_MARGIN_MM),
            size_mm: FOOT_SIZE_MM,
            align,
            ink: Ink::Note,
            strong: false,
            text,
        })
    };
    let side_mm = 2.0 * PAGE_MARGIN_MM;
    [
        text(side_mm, Align::Left, join(NOT_A_MEDICAL_DEVICE, said)),
        text(
            width_mm - side_mm,
            Align::Right,
            format!("page {number} of {count}"),
        ),
    ]
}

fn join(first: &str, second: &str) -> String {
    match (first.is_empty(), second.is_empty()) {
        (true, _) => second.to_owned(),
        (_, true) => first.to_owned(),
        _ => format!("{first} {second}"),
    }
}
