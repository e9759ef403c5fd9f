//! The evidence for one statement as blocks of a printed page: the test ECG,
//! the training ECG of the most similar prototype at the same scale, the
//! ledger, and what speaks against it. The same values as on the screen and in
//! the JSON.

use std::borrow::Cow;

use super::words::{
    NOTHING_ABOVE, NOTHING_ABOVE_IS_NOT_NORMAL, changes_sentence, counter_sentence, influence_note,
    orders_note, probability_sentence, similarity_sentence, source_details, source_title,
    test_title, warning, windows_sentence,
};
use super::{ClassExplanation, CounterCase, Explanation, Order, PrototypeEvidence, marks, tables};
use crate::bundle::{ExemplarError, Exemplars, Manifest};
use crate::dataset::HighRate;
use crate::ecg::Recording;
use crate::inference::Prediction;
use crate::sheet::{
    self, DisplayFilter, DisplayOptions, FileKind, HeatMap, Layout, Mark, NOT_A_MEDICAL_DEVICE,
    PAGE_S, Page, Palette, PrintPage, SIGNALS_MM, Scene, SheetError, SheetSpec, pages_to_pdf,
    paginate_with_foot, scene, to_png, to_svg,
};

pub use super::tables::ledger_rows;

/// Width that the text of a page may take.
pub(super) const TEXT_WIDTH_MM: f64 = 260.0;

/// Words and a sheet on one page leave so much of it free.
const TOGETHER_SPARE_MM: f64 = 7.0;

/// Between the blocks.
const GAP_MM: f64 = 4.0;

/// What is drawn of the two ECGs.
const FILTER_NOTE: &str = "as recorded, no display filter";

/// The training ECGs that a print shows, or why it cannot show them.
pub struct TrainingEcgs {
    pub shown: Result<Recording, NotShown>,
    pub counter: Result<Recording, NotShown>,
}

/// Why a training ECG is not on a page.
#[derive(Debug, thiserror::Error)]
pub enum NotShown {
    #[error("the model has no prototype of this statement")]
    NoPrototype,
    #[error(transparent)]
    Exemplar(#[from] ExemplarError),
}

impl NotShown {
    /// The reason as it may stand on a page, without any folder.
    fn on_a_sheet(&self) -> String {
        match self {
            Self::NoPrototype => self.to_string(),
            Self::Exemplar(error) => error.on_a_sheet(),
        }
    }
}

impl TrainingEcgs {
    /// Reads the training ECG of the prototype with this rank in the order, and
    /// that of the counter-case.
    pub fn read(
        exemplars: &Exemplars,
        class: &ClassExplanation,
        (order, rank): (Order, usize),
    ) -> Self {
        let read = |evidence: Option<&PrototypeEvidence>| -> Result<Recording, NotShown> {
            let evidence = evidence.ok_or(NotShown::NoPrototype)?;
            Ok(exemplars.read(evidence.prototype)?)
        };
        let counter = class.counter_case.as_ref();
        Self {
            shown: read(class.at_rank(order, rank)),
            counter: read(counter.map(|counter| &counter.prototype)),
        }
    }
}

/// What is printed.
pub struct Printed<'a> {
    /// The model's, with the checksum of its bundle.
    pub manifest: &'a Manifest,
    pub sha256: &'a str,
    pub recording: &'a Recording,
    /// The same ECG at the higher rate of its collection: the sheets show it.
    pub high_rate: &'a HighRate,
    /// How both ECGs are drawn; cut-outs keep 25 mm/s, or two of them would
    /// not lie beside each other on a page.
    pub display: DisplayOptions,
    /// [`super::words::notes`].
    pub notes: &'a [String],
    /// All statements, as the model reads the ECG.
    pub prediction: &'a Prediction,
    pub explanation: &'a Explanation,
    /// The statement, one of `explanation`.
    pub class: &'a ClassExplanation,
    /// In which order the prototypes stand.
    pub order: Order,
    /// Which of them is shown, from 0.
    pub rank: usize,
    pub training_ecgs: &'a TrainingEcgs,
    /// What the pages of a PDF are; the blocks of a long sheet are cut to it, too.
    pub paper: PrintPage,
}

impl Printed<'_> {
    /// The file: PDF as pages in landscape, SVG and PNG as one long sheet.
    ///
    /// # Errors
    /// [`SheetError::DoesNotFit`] where words and rows are higher than a page,
    /// and what the drawing of a file may meet with.
    pub fn bytes(&self, kind: FileKind, dpi: f64) -> Result<Vec<u8>, SheetError> {
        let (blocks, palette) = (self.blocks(), Palette::PRINT);
        match kind {
            FileKind::Pdf => {
                // Each says what it is of: a ledger alone would be anybody's.
                let foot = self.page().foot(
                    &format!("{}, model ", test_title(self.recording)),
                    &self.manifest.title,
                    &format!(" ({}).", self.bundle_id()),
                );
                let pages = paginate_with_foot(blocks, self.page(), GAP_MM, &foot)?;
                pages_to_pdf(&pages, &palette)
            }
            FileKind::Svg => Ok(to_svg(&Scene::stack(blocks, GAP_MM), &palette).into_bytes()),
            FileKind::Png => to_png(&Scene::stack(blocks, GAP_MM), &palette, dpi),
        }
    }

    fn page(&self) -> Page {
        self.paper.page()
    }

    /// The first digits of the checksum.
    fn bundle_id(&self) -> &str {
        self.sha256.get(..8).unwrap_or(self.sha256)
    }

    /// The prototype that is shown.
    fn shown(&self) -> Option<&PrototypeEvidence> {
        self.class.at_rank(self.order, self.rank)
    }

    /// All blocks of the print, from top to bottom.
    pub fn blocks(&self) -> Vec<Scene> {
        let mut blocks = self.test_ecg();
        if let Some(evidence) = self.shown() {
            blocks.extend(self.training_ecg(evidence));
            blocks.extend(self.cut_outs(evidence));
        }
        blocks.extend(tables::prototypes(self.class, self.order));
        let ledger = self.class.ledger.iter();
        blocks.extend(ledger.flat_map(|ledger| tables::ledger(ledger, self.order)));
        let counter = self.class.counter_case.iter();
        blocks.extend(counter.flat_map(|counter| self.counter_case(counter)));
        blocks.extend(self.class.checks.as_ref().map(tables::checks));
        if !self.class.nearest.is_empty() {
            blocks.push(tables::nearest(&self.class.code, &self.class.nearest));
        }
        let attention = self.explanation.attention.iter();
        blocks.extend(attention.flat_map(tables::attention));
        let unchanged = &self.explanation.unchanged;
        blocks.extend(tables::statements(&self.prediction.classes, unchanged));
        let statements = &self.manifest.statements;
        let blind = statements.iter().filter(|s| !s.assessed());
        let blind: Vec<&str> = blind.map(|s| s.code.as_str()).collect();
        if !blind.is_empty() {
            blocks.push(paragraph(&format!(
                "Not assessed by this model (fewer than 10 training ECGs): {}.",
                blind.join(", ")
            )));
        }
        blocks.push(paragraph(NOT_A_MEDICAL_DEVICE));
        blocks
    }

    /// The probability without the changes.
    fn unchanged(&self) -> Option<f64> {
        let mut classes = self.explanation.unchanged.iter();
        classes.find(|c| c.code == self.class.code)?.probability
    }

    fn test_ecg(&self) -> Vec<Scene> {
        let (manifest, class) = (self.manifest, self.class);
        let mut words = vec![
            Scene::heading(
                &format!("{}: {}", class.code, class.description),
                TEXT_WIDTH_MM,
            ),
            paragraph(&format!(
                "{}. Model {} ({}).",
                probability_sentence(class),
                manifest.title,
                self.bundle_id()
            )),
        ];
        let changes = changes_sentence(&self.explanation.changes, self.unchanged());
        words.extend(changes.map(|said| paragraph(&said)));
        if self.explanation.nothing_above_threshold {
            words.push(paragraph(&format!(
                "{NOTHING_ABOVE}. {NOTHING_ABOVE_IS_NOT_NORMAL}"
            )));
        }
        words.extend(manifest.notice().map(paragraph));
        words.extend(self.notes.iter().map(|note| paragraph(note)));
        let marks = self.shown().map(marks::test_marks).unwrap_or_default();
        let influence = class.influence.as_ref();
        let heat = match &self.explanation.attention {
            Some(attention) => Some(marks::heat_map(attention)),
            None => influence
                .map(|influence| marks::influence_map(influence, &manifest.preprocessing.leads)),
        };
        let title = vec![test_title(self.recording)];
        self.together(words, self.sheets(&self.shown_signal(), title, marks, heat))
    }

    fn training_ecg(&self, evidence: &PrototypeEvidence) -> Vec<Scene> {
        let mut words = vec![
            Scene::heading(self.class.heading_over(evidence), TEXT_WIDTH_MM),
            paragraph(&format!(
                "{}. {}",
                similarity_sentence(evidence),
                windows_sentence(evidence)
            )),
        ];
        let influence = self.class.influence.as_ref();
        words.extend(influence.map(|influence| paragraph(&influence_note(influence))));
        words.extend(warning(evidence).map(paragraph));
        let disagree = self.class.orders_disagree.as_ref();
        words.extend(disagree.map(|disagree| paragraph(&orders_note(disagree))));
        self.training_sheet(words, evidence, &self.training_ecgs.shown)
    }

    /// The best prototype of the statement that came nearest without reaching
    /// its threshold.
    fn counter_case(&self, counter: &CounterCase) -> Vec<Scene> {
        let mut words = vec![
            Scene::heading("What speaks for something else", TEXT_WIDTH_MM),
            paragraph(&counter_sentence(counter)),
        ];
        words.extend(warning(&counter.prototype).map(paragraph));
        self.training_sheet(words, &counter.prototype, &self.training_ecgs.counter)
    }

    /// The window of both in all 12 leads, at one scale.
    fn cut_outs(&self, evidence: &PrototypeEvidence) -> Option<Scene> {
        let cut = |signal: &Signal<'_>, layout: Layout, title: String| {
            let spec = SheetSpec {
                layout,
                title: vec![title],
                filter_note: signal.note.clone(),
                gain_mm_per_mv: self.display.gain.mm_per_mv(),
                half_gain_chest: self.display.half_gain_chest,
                ..SheetSpec::default()
            };
            scene(&signal.recording, &spec)
        };
        let test = marks::test_cut_out(evidence)?;
        let mut cut_outs = cut(&self.shown_signal(), test, test_title(self.recording));
        if let (Ok(source), Some(layout)) =
            (&self.training_ecgs.shown, marks::source_cut_out(evidence))
        {
            let title = source_title(evidence);
            let source = self.filtered(source);
            cut_outs = cut_outs.side_by_side(cut(&source, layout, title), 2.0);
        }
        let heading = "The window in all 12 leads, both at one scale";
        Some(Scene::stack(
            [Scene::heading(heading, TEXT_WIDTH_MM), cut_outs],
            1.0,
        ))
    }

    /// An ECG as it is drawn.
    fn filtered<'r>(&self, recording: &'r Recording) -> Signal<'r> {
        let (recording, note) = self.display.filter.shown(recording);
        let note = match self.display.filter {
            DisplayFilter::None => FILTER_NOTE.to_owned(),
            _ => note,
        };
        Signal { recording, note }
    }

    /// The test ECG as it is drawn.
    fn shown_signal(&self) -> Signal<'_> {
        let signal = self.filtered(self.high_rate.shown(self.recording));
        Signal {
            note: self.high_rate.noted(signal.note),
            ..signal
        }
    }

    /// Words over the training ECG of a prototype, or with the reason why it is
    /// not there.
    fn training_sheet(
        &self,
        mut words: Vec<Scene>,
        evidence: &PrototypeEvidence,
        exemplar: &Result<Recording, NotShown>,
    ) -> Vec<Scene> {
        match exemplar {
            Ok(source) => {
                let title = vec![source_title(evidence), source_details(evidence)];
                let marks = marks::source_marks(evidence);
                self.together(
                    words,
                    self.sheets(&self.filtered(source), title, marks, None),
                )
            }
            Err(reason) => {
                let reason = reason.on_a_sheet();
                words.push(paragraph(&format!("Training ECG not shown: {reason}")));
                vec![Scene::stack(words, 1.0)]
            }
        }
    }

    /// The 10 s that the model read, in the chosen display: on as many sheets as
    /// the paper speed needs. Rows move together where a page is too low.
    fn sheets(
        &self,
        signal: &Signal<'_>,
        title: Vec<String>,
        marks: Vec<Mark>,
        heat: Option<HeatMap>,
    ) -> Vec<Scene> {
        let spec = self.display.spec();
        let sheet = |i: usize, page_s: f64, row_height_mm: u32| {
            let spec = SheetSpec {
                page_s,
                page_start_s: i as f64 * page_s,
                row_height_mm,
                title: title.clone(),
                marks: marks.clone(),
                heat: heat.clone(),
                filter_note: signal.note.clone(),
                ..spec.clone()
            };
            scene(&signal.recording, &spec)
        };
        let fits = |drawn: &Scene| self.page().holds(drawn);
        let mut sheets = Vec::new();
        for signal_mm in SIGNALS_MM {
            let page_s = (signal_mm / self.display.speed.mm_per_s()).min(PAGE_S);
            let count = (PAGE_S / page_s).ceil() as usize;
            let lowered = |i| {
                let draw = |row_mm| sheet(i, page_s, row_mm);
                sheet::lowered(spec.row_height_mm, draw, fits)
            };
            sheets = (0..count).map(lowered).collect();
            if sheets.iter().all(fits) {
                break;
            }
        }
        sheets
    }

    /// Words over the first sheet, or before it where a page does not hold both:
    /// nothing is ever made smaller.
    fn together(&self, words: Vec<Scene>, mut sheets: Vec<Scene>) -> Vec<Scene> {
        let words = Scene::stack(words, 1.0);
        let room_mm = self.page().room_mm() - TOGETHER_SPARE_MM;
        match sheets.first_mut() {
            Some(first) if words.height_mm + first.height_mm + 1.0 <= room_mm => {
                *first = Scene::stack([words, std::mem::take(first)], 1.0);
            }
            _ => sheets.insert(0, words),
        }
        sheets
    }
}

/// What is drawn of an ECG, and what was done to it.
struct Signal<'a> {
    recording: Cow<'a, Recording>,
    note: String,
}

pub(super) fn paragraph(text: &str) -> Scene {
    Scene::paragraph(text, TEXT_WIDTH_MM)
}
