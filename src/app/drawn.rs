//! A recording as the sheets that the screens show, drawn where it is read: on
//! a background thread.

use crate::ecg::{Lead, Recording};
use crate::sheet::{self, Layout, Mark, MarkStyle, Scene, SheetSpec};

/// A recording as sheets, without and with a mark.
pub struct Drawn {
    pub plain: Scene,
    /// The 3x4 sheet with the mark.
    pub marked: Scene,
    /// The rhythm strip alone, marked.
    pub strip: Scene,
    /// The rhythm strip alone.
    pub plain_strip: Scene,
    /// The window of the mark in all 12 leads; `None` where all is meant.
    pub cut_out: Option<Scene>,
}

impl Drawn {
    /// `mark` is where a prototype is: a window, or the whole strip for one
    /// without a time axis.
    pub fn of(recording: &Recording, mark: &Mark) -> Self {
        let draw = |layout: Layout, marked: bool| {
            let marks = if marked {
                vec![mark.clone()]
            } else {
                Vec::new()
            };
            let mut scene = sheet::scene(
                recording,
                &SheetSpec {
                    layout,
                    marks,
                    ..SheetSpec::default()
                },
            );
            scene.description = format!(
                "{}{}",
                scene.description,
                match (marked, mark.style) {
                    (false, _) => "",
                    (true, MarkStyle::WholeRecording) => " The rhythm strip is highlighted.",
                    (true, MarkStyle::Pooled) => " The window of the prototype is highlighted.",
                }
            );
            scene
        };
        let strip = Layout::RhythmStrip(Lead::II);
        Self {
            plain: draw(Layout::ThreeByFourRhythm, false),
            marked: draw(Layout::ThreeByFourRhythm, true),
            strip: draw(strip, true),
            plain_strip: draw(strip, false),
            cut_out: (mark.style == MarkStyle::Pooled).then(|| {
                let (start_s, end_s) = (mark.start_s, mark.end_s);
                draw(Layout::CutOut { start_s, end_s }, false)
            }),
        }
    }
}
