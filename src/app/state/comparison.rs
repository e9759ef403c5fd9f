//! ECGs side by side: at most four, drawn alike, with what the model finds in
//! each.

use std::path::{Path, PathBuf};

use super::{OpenedRecording, positive_text};
use crate::app::look::Look;
use crate::app::texts::read::{self as texts, compare};
use crate::ecg::Recording;
use crate::explain::reading;

/// What the model says of an ECG, in a heading.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ComparedReading {
    /// Nobody has asked yet, or no model is there.
    #[default]
    None,
    Asked,
    /// Statements at or above their threshold with their probabilities, the
    /// most probable first.
    Read(Vec<(String, f64)>),
    /// The gate refuses it, or the model cannot read it.
    Refused(String),
}

/// How far an ECG is on its way to the screen.
pub enum ComparedEcg {
    Reading,
    Failed(String),
    Ready(Box<OpenedRecording>),
}

/// One of the ECGs.
pub struct Compared {
    /// Given once: answers of the background threads name it.
    pub number: u64,
    /// Where it came from, if it came from a file.
    pub path: Option<PathBuf>,
    pub ecg: ComparedEcg,
    pub reading: ComparedReading,
    /// The look that it is being drawn in.
    pub drawing: Option<Look>,
}

impl Compared {
    pub fn opened(&self) -> Option<&OpenedRecording> {
        match &self.ecg {
            ComparedEcg::Ready(opened) => Some(opened),
            ComparedEcg::Reading | ComparedEcg::Failed(_) => None,
        }
    }

    pub fn opened_mut(&mut self) -> Option<&mut OpenedRecording> {
        match &mut self.ecg {
            ComparedEcg::Ready(opened) => Some(opened),
            ComparedEcg::Reading | ComparedEcg::Failed(_) => None,
        }
    }

    /// What it is called: by its checksum, never by its file.
    pub fn name(&self, place: usize) -> String {
        match self.opened() {
            Some(opened) => texts::ecg(&opened.id),
            None => compare::ecg_of_comparison(place + 1),
        }
    }

    /// Age, sex, and what the model finds.
    pub fn facts(&self) -> String {
        let Some(opened) = self.opened() else {
            return String::new();
        };
        let mut parts = reading::age_and_sex(&opened.recording);
        parts.push(self.said());
        parts.retain(|part| !part.is_empty());
        parts.join(" · ")
    }

    fn said(&self) -> String {
        match &self.reading {
            ComparedReading::None => compare::NOT_READ.to_owned(),
            ComparedReading::Asked => compare::BEING_READ.to_owned(),
            ComparedReading::Refused(reason) => compare::no_prediction(reason),
            ComparedReading::Read(positive) => positive_text(positive),
        }
    }
}

/// The comparison, and how it is looked at.
#[derive(Default)]
pub struct Comparison {
    pub ecgs: Vec<Compared>,
    /// It is on the Read screen, in place of the ECG that is open.
    pub shown: bool,
    /// The one that the keys open and remove.
    pub chosen: usize,
    /// Where the pages of all begin, in seconds of each recording.
    pub page_start_s: f64,
    newest: u64,
}

impl Comparison {
    /// More would be too small to read.
    pub const MOST: usize = 4;

    pub fn is_full(&self) -> bool {
        self.ecgs.len() >= Self::MOST
    }

    /// Something that is shown is not there yet.
    pub fn is_waiting(&self) -> bool {
        self.ecgs.iter().any(|compared| {
            let measuring = compared
                .opened()
                .is_some_and(|opened| opened.measurements.is_none());
            matches!(compared.ecg, ComparedEcg::Reading)
                || compared.reading == ComparedReading::Asked
                || compared.drawing.is_some()
                || measuring
        })
    }

    /// Puts an ECG at the end and chooses it; gives its number.
    pub fn add(&mut self, path: Option<PathBuf>, ecg: ComparedEcg) -> u64 {
        self.newest += 1;
        self.ecgs.push(Compared {
            number: self.newest,
            path,
            ecg,
            reading: ComparedReading::None,
            drawing: None,
        });
        self.chosen = self.ecgs.len() - 1;
        self.newest
    }

    pub fn remove(&mut self, place: usize) {
        if place >= self.ecgs.len() {
            return;
        }
        self.ecgs.remove(place);
        if self.chosen > place || self.chosen == self.ecgs.len() {
            self.chosen = self.chosen.saturating_sub(1);
        }
        self.shown &= !self.ecgs.is_empty();
        self.page_start_s = self.page_start_s.min(self.last_start_s());
    }

    pub fn of_number(&mut self, number: u64) -> Option<&mut Compared> {
        self.ecgs
            .iter_mut()
            .find(|compared| compared.number == number)
    }

    pub fn place_of_file(&self, path: &Path) -> Option<usize> {
        let is_it = |compared: &Compared| compared.path.as_deref() == Some(path);
        self.ecgs.iter().position(is_it)
    }

    pub fn place_of_signal(&self, sha256: &str) -> Option<usize> {
        let is_it = |compared: &Compared| {
            let opened = compared.opened();
            opened.is_some_and(|opened| opened.sha256 == sha256)
        };
        self.ecgs.iter().position(is_it)
    }

    /// Of the longest recording: the seconds that one can go along.
    pub fn duration_s(&self) -> f64 {
        let recordings = self.ecgs.iter().filter_map(Compared::opened);
        recordings
            .map(|opened| opened.recording.duration_s())
            .filter(|seconds| seconds.is_finite())
            .fold(0.0, f64::max)
    }

    fn last_start_s(&self) -> f64 {
        super::last_page_start_s(self.duration_s())
    }
}

/// Whether the recording has nothing on the page that begins at `page_start_s`.
pub fn is_over(recording: &Recording, page_start_s: f64) -> bool {
    recording.duration_s() <= page_start_s
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(count: usize) -> Comparison {
        let mut comparison = Comparison::default();
        for i in 0..count {
            let path = PathBuf::from(i.to_string());
            comparison.add(Some(path), ComparedEcg::Reading);
        }
        comparison
    }

    #[test]
    fn what_is_removed_leaves_the_choice_on_what_was_chosen() {
        let mut comparison = of(4);
        assert!(comparison.is_full() && comparison.chosen == 3);
        comparison.chosen = 2;
        comparison.remove(0);
        let chosen = &comparison.ecgs[comparison.chosen];
        assert_eq!(chosen.path, Some(PathBuf::from("2")));
        comparison.remove(2);
        let chosen = &comparison.ecgs[comparison.chosen];
        assert_eq!(chosen.path, Some(PathBuf::from("2")));
        // The chosen one itself, which is the last.
        comparison.remove(1);
        assert_eq!(comparison.chosen, 0);
        comparison.shown = true;
        comparison.remove(7);
        assert!(comparison.shown);
        comparison.remove(0);
        assert!(!comparison.shown, "nothing is left to be shown");
    }

    #[test]
    fn numbers_are_given_once() {
        let mut comparison = of(2);
        comparison.remove(1);
        let number = comparison.add(None, ComparedEcg::Reading);
        assert_eq!(number, 3);
        assert!(comparison.of_number(2).is_none());
        assert_eq!(comparison.place_of_file(Path::new("0")), Some(0));
        assert_eq!(comparison.place_of_file(Path::new("1")), None);
    }

    #[test]
    fn headings_say_what_the_model_says_and_no_file() {
        let mut comparison = of(1);
        let compared = &mut comparison.ecgs[0];
        assert_eq!(compared.name(0), "ECG 1 of the comparison");
        assert_eq!(compared.said(), "not read by a model");
        compared.reading = ComparedReading::Read(vec![("AFIB".to_owned(), 0.914)]);
        assert_eq!(compared.said(), "AFIB 0.91");
        compared.reading = ComparedReading::Read(Vec::new());
        assert_eq!(compared.said(), "nothing above its threshold");
    }
}
