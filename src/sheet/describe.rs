//! The words of a sheet: title, footer, and the sentence for screen readers.

use crate::ecg::{Lead, Recording};

use super::draw::{Geometry, MARGIN_MM};
use super::marks::whole_strip_label;
use super::scene::{Align, Ink, Item, Point, Text};
use super::spec::UNFILTERED;
use super::{Columns, Layout, MarkStyle, NOT_A_MEDICAL_DEVICE, SheetSpec};

const TITLE_SIZE_MM: f64 = 4.2;
const SUBTITLE_SIZE_MM: f64 = 3.2;
const FOOTER_SIZE_MM: f64 = 2.8;
/// From baseline to baseline, in font sizes.
const LINE_HEIGHT: f64 = 1.4;

/// What drawing noticed and the reader must know.
#[derive(Default)]
pub(super) struct Remarks {
    /// Leads that leave the paper, with the sample furthest off.
    off_paper: Vec<(Lead, f64)>,
    /// A sentence for each mark that has no place on this page.
    pub marks_elsewhere: Vec<String>,
}

impl Remarks {
    /// Keeps the furthest sample of each lead.
    pub fn off_paper(&mut self, lead: Lead, sample_mv: f64) {
        match self.off_paper.iter_mut().find(|(l, _)| *l == lead) {
            Some((_, worst_mv)) if worst_mv.abs() < sample_mv.abs() => *worst_mv = sample_mv,
            Some(_) => {}
            None => self.off_paper.push((lead, sample_mv)),
        }
    }
}

/// A generous estimate: Inter is about 0.45 em wide on average in running text.
pub(super) fn text_width_mm(text: &str, size_mm: f64) -> f64 {
    text.chars().count() as f64 * size_mm * 0.5
}

/// `2.50–3.46 s`
pub(super) fn seconds(start_s: f64, end_s: f64) -> String {
    format!("{start_s:.2}\u{2013}{end_s:.2} s")
}

/// A number without needless zeros: `25`, `12.5`.
pub(super) fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Height of the title, in whole millimetres.
pub(super) fn title_height_mm(spec: &SheetSpec) -> f64 {
    let text_mm: f64 = (0..spec.title.len())
        .map(|i| title_size_mm(i) * LINE_HEIGHT)
        .sum();
    if text_mm > 0.0 {
        (text_mm + 1.0).ceil()
    } else {
        0.0
    }
}

fn title_size_mm(line: usize) -> f64 {
    if line == 0 {
        TITLE_SIZE_MM
    } else {
        SUBTITLE_SIZE_MM
    }
}

pub(super) fn title(spec: &SheetSpec) -> Vec<Item> {
    let mut baseline_mm = MARGIN_MM - 1.0;
    let mut items = Vec::new();
    for (i, line) in spec.title.iter().enumerate() {
        baseline_mm += title_size_mm(i) * LINE_HEIGHT;
        items.push(Item::Text(Text {
            at: Point::new(MARGIN_MM, baseline_mm),
            size_mm: title_size_mm(i),
            align: Align::Left,
            ink: if i == 0 { Ink::Title } else { Ink::Note },
            strong: i == 0,
            text: line.clone(),
        }));
    }
    items
}

/// The footer and where it ends.
pub(super) struct Footer {
    pub items: Vec<Item>,
    pub bottom_mm: f64,
}

pub(super) fn footer(
    recording: &Recording,
    spec: &SheetSpec,
    geometry: &Geometry,
    remarks: &Remarks,
) -> Footer {
    let grid = geometry.grid.rect();
    let mut paragraphs = vec![scales(recording, spec, geometry)];
    paragraphs.extend(spec.footer.iter().cloned());
    paragraphs.extend(notes(recording, geometry, remarks));
    paragraphs.push(NOT_A_MEDICAL_DEVICE.to_owned());
    let step_mm = FOOTER_SIZE_MM * LINE_HEIGHT;
    let mut baseline_mm = grid.bottom_mm + 0.6;
    let mut items = Vec::new();
    for line in paragraphs
        .iter()
        .flat_map(|text| wrap(text, FOOTER_SIZE_MM, grid.width_mm()))
    {
        baseline_mm += step_mm;
        items.push(Item::Text(Text {
            at: Point::new(grid.left_mm, baseline_mm),
            size_mm: FOOTER_SIZE_MM,
            align: Align::Left,
            ink: Ink::Note,
            strong: false,
            text: line,
        }));
    }
    Footer {
        items,
        bottom_mm: (baseline_mm + 1.0).ceil(),
    }
}

/// Breaks a text into lines of at most a width, between words.
pub(super) fn wrap(text: &str, size_mm: f64, width_mm: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line)
                if text_width_mm(line, size_mm) + text_width_mm(word, size_mm) < width_mm =>
            {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// `25 mm/s   10 mm/mV   ·   no display filter   ·   500 Hz   ·   0–10 s of 30 s shown`
fn scales(recording: &Recording, spec: &SheetSpec, geometry: &Geometry) -> String {
    let mut parts = vec![format!(
        "{} mm/s   {}",
        short(geometry.speed_mm_per_s),
        gain_note(geometry)
    )];
    if !spec.filter_note.is_empty() {
        parts.push(spec.filter_note.clone());
    }
    parts.push(rate_note(recording.rate_hz, &spec.filter_note));
    parts.push(shown(geometry));
    parts.extend(columns_note(geometry));
    parts.join("   \u{00b7}   ")
}

/// `10 mm/mV`, and the chest leads' where it is another.
fn gain_note(geometry: &Geometry) -> String {
    let (gain, unit) = (short(geometry.gain_mm_per_mv), geometry.unit);
    if geometry.half_gain_chest {
        let half = short(geometry.gain_of(Lead::V1));
        format!("{gain} mm/{unit}, chest leads {half} mm/{unit}")
    } else {
        format!("{gain} mm/{unit}")
    }
}

/// Whether neighbouring columns are the same beats.
fn columns_note(geometry: &Geometry) -> Option<String> {
    if geometry.layout.columns() < 2 || !geometry.layout.is_continuous() {
        return None;
    }
    let first = geometry.panels.first()?;
    let column_s = short(first.end_s - first.start_s);
    Some(match geometry.columns {
        Columns::Sequential => format!("consecutive columns of {column_s} s"),
        Columns::Simultaneous => format!("simultaneous columns of {column_s} s"),
    })
}

/// A low rate limits what can be seen, which the reader of a sheet must know.
fn rate_note(rate_hz: f64, filter_note: &str) -> String {
    let is_said = filter_note.contains(&crate::dsp::bandwidth_text(rate_hz));
    if !(rate_hz.is_finite() && rate_hz > 0.0) {
        "sampling rate unknown".to_owned()
    } else if rate_hz < 250.0 && !is_said {
        let limit_hz = rate_hz / 2.0;
        format!(
            "sampled at {} Hz (nothing above {} Hz is shown)",
            short(rate_hz),
            short(limit_hz)
        )
    } else {
        format!("sampled at {} Hz", short(rate_hz))
    }
}

/// `10 s of 30 s shown`, and which if not the first.
fn shown(geometry: &Geometry) -> String {
    let (from_s, to_s) = shown_s(geometry);
    let duration_s = geometry.duration_s;
    if duration_s <= 0.0 {
        return "no signal".to_owned();
    }
    if from_s <= 0.0 && to_s >= duration_s - 1e-9 {
        return format!("all {} s shown", short(duration_s));
    }
    let whole = format!(
        "{} s of {} s shown",
        short(to_s - from_s),
        short(duration_s)
    );
    if from_s > 0.0 {
        format!("{whole} (from {} s)", short(from_s))
    } else {
        whole
    }
}

/// The seconds of the recording on this page.
fn shown_s(geometry: &Geometry) -> (f64, f64) {
    let spans = geometry.panels.iter().map(|p| geometry.span_s(p));
    let (from_s, to_s) = spans.fold((f64::INFINITY, 0.0_f64), |(a, b), (c, d)| {
        (a.min(c), b.max(d))
    });
    let to_s = to_s.min(geometry.duration_s);
    (from_s.min(to_s), to_s)
}

fn notes(recording: &Recording, geometry: &Geometry, remarks: &Remarks) -> Vec<String> {
    let mut notes = Vec::new();
    if !remarks.off_paper.is_empty() {
        let leads: Vec<String> = remarks
            .off_paper
            .iter()
            .map(|(lead, mv)| match mv.abs() {
                0.0..1000.0 => format!("{lead} ({mv:+.1} {})", geometry.unit),
                _ => format!("{lead} ({mv:+.0e} {})", geometry.unit),
            })
            .collect();
        notes.push(format!(
            "Cut off at the edge of the paper: {}.",
            leads.join(", ")
        ));
    }
    notes.extend(remarks.marks_elsewhere.iter().cloned());
    if geometry.panels.iter().any(|panel| panel.inverted) {
        notes.push("Cabrera order; -aVR is aVR upside down.".to_owned());
    }
    if let Layout::CutOut { .. } = geometry.layout {
        notes.push("The same moment in all leads, at one amplitude scale.".to_owned());
    }
    let others: Vec<&str> = recording
        .channels
        .iter()
        .filter(|c| c.lead.is_none())
        .map(|c| c.name.as_str())
        .collect();
    if !others.is_empty() {
        notes.push(format!("Recorded but not shown: {}.", others.join(", ")));
    }
    notes
}

/// The sheet in words.
pub(super) fn sentence(
    recording: &Recording,
    spec: &SheetSpec,
    geometry: &Geometry,
    remarks: &Remarks,
) -> String {
    let (from_s, to_s) = shown_s(geometry);
    let mut leads: Vec<Lead> = Vec::new();
    for panel in &geometry.panels {
        if !leads.contains(&panel.lead) {
            leads.push(panel.lead);
        }
    }
    leads.sort();
    let (there, missing): (Vec<Lead>, Vec<Lead>) = leads
        .into_iter()
        .partition(|&lead| recording.lead(lead).is_some());
    let names = |leads: &[Lead]| {
        leads
            .iter()
            .map(|l| l.name())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut text = format!(
        "{}, {} s from {} s, {} mm/s, {}, {} {}",
        geometry.layout.name(),
        short(to_s - from_s),
        short(from_s),
        short(geometry.speed_mm_per_s),
        gain_note(geometry),
        if there.len() == 1 { "lead" } else { "leads" },
        names(&there),
    );
    if !missing.is_empty() {
        text.push_str(&format!("; not recorded: {}", names(&missing)));
    }
    for mark in &spec.marks {
        let what = match mark.style {
            MarkStyle::WholeRecording => whole_strip_label(mark),
            MarkStyle::Pooled => {
                let span = seconds(mark.start_s.max(0.0), mark.end_s.min(geometry.duration_s));
                format!("{} {span}", mark.label).trim().to_owned()
            }
        };
        text.push_str(&format!("; highlighted: {what}"));
    }
    text.push('.');
    if let Some(map) = &spec.heat {
        text.push_str(&format!(" {}", map.in_words()));
    }
    if !spec.filter_note.is_empty() && spec.filter_note != UNFILTERED {
        text.push_str(&format!(" Signal: {}.", spec.filter_note));
    }
    if geometry.columns == Columns::Simultaneous {
        text.extend(columns_note(geometry).map(|note| format!(" The sheet has {note}.")));
    }
    for note in notes(recording, geometry, remarks) {
        text.push(' ');
        text.push_str(&note);
    }
    text
}
