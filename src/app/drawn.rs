//! A recording as the sheets that the screens show, drawn where it is read: on
//! a background thread.

use crate::ecg::{Lead, Recording};
use crate::sheet::{self, HeatMap, Layout, Mark, MarkStyle, Scene, SheetSpec};

/// A recording as sheets, without and with a mark.
pub struct Drawn {
    pub plain: Scene,
    /// The 3x4 sheet with the marks.
    pub marked: Scene,
    /// The rhythm strip alone, marked.
    pub strip: Scene,
    /// The rhythm strip alone.
    pub plain_strip: Scene,
    /// The window of the mark in all 12 leads; `None` where all is meant.
    pub cut_out: Option<Scene>,
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

impl Drawn {
    /// `mark` is where a prototype is: a window, or the whole strip for one
    /// without a time axis.
    pub fn of(recording: &Recording, mark: &Mark) -> Self {
        let (start_s, end_s) = (mark.start_s, mark.end_s);
        let is_window = mark.style == MarkStyle::Pooled;
        Self::with(
            recording,
            &Evidence {
                marks: vec![mark.clone()],
                heat: None,
                cut_out: is_window.then_some(Layout::CutOut { start_s, end_s }),
            },
        )
    }

    pub fn with(recording: &Recording, evidence: &Evidence) -> Self {
        let draw = |layout: Layout, marked: bool| {
            let nothing = Evidence::default();
            let shown = if marked { evidence } else { &nothing };
            let mut scene = sheet::scene(
                recording,
                &SheetSpec {
                    layout,
                    marks: shown.marks.clone(),
                    heat: shown.heat.clone(),
                    ..SheetSpec::default()
                },
            );
            scene.description.push_str(highlighted(&shown.marks));
            scene
        };
        let strip = Layout::RhythmStrip(Lead::II);
        Self {
            plain: draw(Layout::ThreeByFourRhythm, false),
            marked: draw(Layout::ThreeByFourRhythm, true),
            strip: draw(strip, true),
            plain_strip: draw(strip, false),
            cut_out: evidence.cut_out.map(|layout| draw(layout, false)),
        }
    }
}

/// The marks in words.
fn highlighted(marks: &[Mark]) -> &'static str {
    match (marks.first().map(|mark| mark.style), marks.len()) {
        (None, _) => "",
        (Some(MarkStyle::WholeRecording), _) => " The rhythm strip is highlighted.",
        (Some(MarkStyle::Pooled), 1) => " The window of the prototype is highlighted.",
        (Some(MarkStyle::Pooled), _) => " The windows of the prototype are highlighted.",
    }
}
