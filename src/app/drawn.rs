//! A recording as the sheets that the screens show, drawn where it is read: on
//! a background thread.

use std::borrow::Cow;
use std::sync::Arc;

use super::look::Look;
use super::texts::drawn as texts;
use crate::bundle::SignalView;
use crate::dataset::HighRate;
use crate::ecg::{Lead, Recording};
use crate::explain::reading;
use crate::measurements::{self, Measurements};
use crate::sheet::{self, HeatMap, Layout, MILLIVOLTS, Mark, MarkStyle, Scene, SheetSpec};

/// The signal that is drawn, and what it is.
#[derive(Clone)]
pub struct Signal {
    pub recording: Arc<Recording>,
    /// What the sheet says was done to it.
    pub note: String,
    pub unit: &'static str,
}

impl Signal {
    /// The recording as `look` asks for it. Where a model cannot read it, the
    /// recording itself is shown, and the sheet says so.
    fn of(source: &Source, look: &Look) -> Self {
        let recording = &source.recording;
        let view = match (look.signal, &look.preprocessing) {
            (SignalView::Model, Some(preprocessing)) => preprocessing.model_view(recording),
            (SignalView::Difference, Some(preprocessing)) => {
                preprocessing.difference_view(recording)
            }
            _ => return Self::filtered(source, look, None),
        };
        match view {
            Ok(view) => Self {
                recording: Arc::new(view.recording),
                note: view.note,
                unit: view.unit,
            },
            Err(error) => {
                let remark = texts::not_as_the_model(&error.to_string());
                Self::filtered(source, look, Some(&remark))
            }
        }
    }

    fn filtered(source: &Source, look: &Look, remark: Option<&str>) -> Self {
        let recording = source.shown();
        let (shown, note) = look.display.filter.shown(recording);
        let note = source.high_rate.noted(note);
        Self {
            recording: match shown {
                Cow::Borrowed(_) => Arc::clone(recording),
                Cow::Owned(filtered) => Arc::new(filtered),
            },
            note: match remark {
                None => note,
                Some(remark) => format!("{note} {remark}"),
            },
            unit: MILLIVOLTS,
        }
    }
}

/// What sheets are drawn from.
#[derive(Clone)]
pub struct Source {
    /// What a model is given.
    pub recording: Arc<Recording>,
    /// The same ECG at the higher rate of its collection, for the eye.
    pub high_rate: HighRate,
    pub evidence: Evidence,
    pub measurements: Option<Arc<Measurements>>,
}

impl Source {
    /// What the sheets show and the measurements are of.
    pub fn shown(&self) -> &Arc<Recording> {
        self.high_rate.same().unwrap_or(&self.recording)
    }
}

/// What is to be seen on a recording.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    pub marks: Vec<Mark>,
    /// A tint behind the traces.
    pub heat: Option<HeatMap>,
    /// The cut-out, where there is a window.
    pub cut_out: Option<Layout>,
}

impl Evidence {
    /// `mark` is where a prototype is: a window, or the whole strip for one
    /// without a time axis.
    pub fn of(mark: Mark) -> Self {
        let (start_s, end_s) = (mark.start_s, mark.end_s);
        let is_window = mark.style == MarkStyle::Pooled;
        Self {
            marks: vec![mark],
            heat: None,
            cut_out: is_window.then_some(Layout::CutOut { start_s, end_s }),
        }
    }
}

/// A recording as sheets, without and with its evidence.
#[derive(Clone)]
pub struct Drawn {
    pub source: Source,
    pub signal: Signal,
    pub look: Look,
    pub plain: Scene,
    /// The sheet with the marks.
    pub marked: Scene,
    /// The rhythm strip alone, marked.
    pub strip: Scene,
    /// The rhythm strip alone.
    pub plain_strip: Scene,
    /// The window of the mark in all 12 leads; `None` where all is meant.
    pub cut_out: Option<Scene>,
}

impl Drawn {
    pub fn of(source: Source, look: Look) -> Self {
        let signal = Signal::of(&source, &look);
        Self::of_signal(source, signal, look)
    }

    /// In the standard look, which no caliper lies over: without measuring.
    pub fn standard(recording: Recording, evidence: Evidence) -> Self {
        let source = Source {
            recording: Arc::new(recording),
            high_rate: HighRate::None,
            evidence,
            measurements: None,
        };
        Self::of(source, Look::default())
    }

    /// A training ECG: measured here, since it is short and its beats are
    /// wanted as soon as it is seen.
    pub fn measured(recording: Recording, evidence: Evidence, look: Look) -> Self {
        let measurements = measurements::measure(&recording, None).ok().map(Arc::new);
        let source = Source {
            recording: Arc::new(recording),
            high_rate: HighRate::None,
            evidence,
            measurements,
        };
        Self::of(source, look)
    }

    /// `signal` is what is drawn of `source`, as [`Drawn::of`] works it out.
    pub fn of_signal(source: Source, signal: Signal, look: Look) -> Self {
        let spec = SheetSpec {
            page_start_s: look.page_start_s,
            filter_note: signal.note.clone(),
            unit: signal.unit,
            ticks: match &source.measurements {
                Some(measurements) if look.fiducials => reading::ticks(measurements),
                _ => Vec::new(),
            },
            snap_s: source
                .measurements
                .iter()
                .flat_map(|measurements| measurements.beats.iter().map(|beat| beat.r_peak_s))
                .collect(),
            ..look.display.spec()
        };
        let evidence = &source.evidence;
        let draw = |layout: Layout, marked: bool| {
            let nothing = Evidence::default();
            let shown = if marked { evidence } else { &nothing };
            let spec = SheetSpec {
                layout,
                marks: shown.marks.clone(),
                heat: shown.heat.clone(),
                ..spec.clone()
            };
            let mut scene = sheet::scene(&signal.recording, &spec);
            if let Some(sentence) = highlighted(&shown.marks) {
                scene.description = format!("{} {sentence}", scene.description);
            }
            scene
        };
        let strip = Layout::RhythmStrip(Lead::II);
        let (plain, marked) = (draw(spec.layout, false), draw(spec.layout, true));
        let (plain_strip, strip) = (draw(strip, false), draw(strip, true));
        let cut_out = evidence.cut_out.map(|layout| draw(layout, false));
        Self {
            plain,
            marked,
            strip,
            plain_strip,
            cut_out,
            source,
            signal,
            look,
        }
    }
}

/// The marks in words.
fn highlighted(marks: &[Mark]) -> Option<&'static str> {
    let style = marks.first()?.style;
    Some(match (style, marks.len()) {
        (MarkStyle::WholeRecording, _) => texts::STRIP_HIGHLIGHTED,
        (MarkStyle::Pooled, 1) => texts::WINDOW_HIGHLIGHTED,
        (MarkStyle::Pooled, _) => texts::WINDOWS_HIGHLIGHTED,
    })
}
