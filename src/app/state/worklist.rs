//! The worklist: the ECGs of a folder with what the model reads in each,
//! worked off in the background.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::app::texts::read::worklist as texts;
use crate::explain::words;
use crate::inference::Prediction;

/// One ECG of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub path: PathBuf,
    pub reading: ListedReading,
}

/// How far an ECG of the list is.
#[derive(Clone, Debug, PartialEq)]
pub enum ListedReading {
    Waiting,
    /// The file could not be read.
    Failed(String),
    /// The gate refuses it, or the model cannot read it.
    Refused {
        sha256: String,
        reason: String,
    },
    Read {
        sha256: String,
        /// Statements at or above their threshold with their probabilities,
        /// the most probable first.
        positive: Vec<(String, f64)>,
    },
}

impl Listed {
    pub fn sha256(&self) -> Option<&str> {
        match &self.reading {
            ListedReading::Refused { sha256, .. } | ListedReading::Read { sha256, .. } => {
                Some(sha256)
            }
            ListedReading::Waiting | ListedReading::Failed(_) => None,
        }
    }

    fn has(&self, code: &str) -> bool {
        match &self.reading {
            ListedReading::Read { positive, .. } => positive.iter().any(|(c, _)| c == code),
            _ => false,
        }
    }
}

/// The list and how it is looked at.
#[derive(Debug, Default)]
pub struct Worklist {
    /// The newest number; answers of an older list are not wanted.
    pub ticket: u64,
    /// The folder is being looked through.
    pub listing: bool,
    pub entries: Vec<Listed>,
    /// The next entry to read, while the list is worked off.
    pub next: Option<usize>,
    pub started: Option<Instant>,
    /// Only ECGs with this statement.
    pub statement: Option<String>,
    pub only_flagged: bool,
    /// The entry on the screen.
    pub open: Option<usize>,
}

impl Worklist {
    pub fn done(&self) -> usize {
        let waiting = |listed: &&Listed| listed.reading == ListedReading::Waiting;
        self.entries.len() - self.entries.iter().filter(waiting).count()
    }

    pub fn is_busy(&self) -> bool {
        self.listing || self.next.is_some()
    }

    /// How long the rest takes at the pace so far.
    pub fn time_left(&self) -> Option<Duration> {
        let (done, elapsed) = (self.done(), self.started?.elapsed());
        let left = self.entries.len() - done;
        (done > 0 && left > 0).then(|| elapsed.mul_f64(left as f64 / done as f64))
    }

    /// The place of an ECG: of its file, since the same signal may be in the list
    /// twice and a row that waits has no checksum; or of its checksum.
    pub fn place_of(&self, path: Option<&Path>, sha256: &str) -> Option<usize> {
        let is_file = |listed: &Listed| Some(listed.path.as_path()) == path;
        let is_signal = |listed: &Listed| listed.sha256() == Some(sha256);
        let by_file = self.entries.iter().position(is_file);
        by_file.or_else(|| self.entries.iter().position(is_signal))
    }

    /// The codes that occur, each once.
    pub fn statements(&self) -> Vec<String> {
        let codes = self
            .entries
            .iter()
            .flat_map(|listed| match &listed.reading {
                ListedReading::Read { positive, .. } => positive.as_slice(),
                _ => &[],
            });
        let mut codes: Vec<String> = codes.map(|(code, _)| code.clone()).collect();
        codes.sort();
        codes.dedup();
        codes
    }

    /// The entries that the filters let through, by place in the list.
    pub fn shown(&self, is_flagged: impl Fn(&str) -> bool) -> Vec<usize> {
        (0..self.entries.len())
            .filter(|&i| {
                let listed = &self.entries[i];
                let flagged = || listed.sha256().is_some_and(&is_flagged);
                self.statement
                    .as_deref()
                    .is_none_or(|code| listed.has(code))
                    && (!self.only_flagged || flagged())
            })
            .collect()
    }

    /// The entry after the open one among those shown, or the one before it.
    pub fn beside(&self, shown: &[usize], forward: bool) -> Option<usize> {
        let Some(open) = self.open else {
            return shown.first().copied();
        };
        if forward {
            shown.iter().copied().find(|&i| i > open)
        } else {
            shown.iter().copied().rfind(|&i| i < open)
        }
    }
}

/// `AFIB 0.91, PVC 0.62`, or that there is nothing.
pub fn positive_text(positive: &[(String, f64)]) -> String {
    if positive.is_empty() {
        return texts::NOTHING_ABOVE.to_owned();
    }
    let named = positive
        .iter()
        .map(|(code, p)| format!("{code} {}", words::rounded_probability(*p, 2)));
    named.collect::<Vec<_>>().join(", ")
}

/// The statements of a prediction that a list names.
pub fn positive(prediction: &Prediction) -> Vec<(String, f64)> {
    let mut positive: Vec<(String, f64)> = prediction
        .classes
        .iter()
        .filter(|class| class.positive == Some(true))
        .map(|class| (class.code.clone(), class.probability.unwrap_or_default()))
        .collect();
    positive.sort_by(|a, b| b.1.total_cmp(&a.1));
    positive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_positive_is_named_and_is_never_certain() {
        let said = [("NORM", 0.9996), ("SR", 0.62)].map(|(code, p)| (code.to_owned(), p));
        assert_eq!(positive_text(&said), "NORM >0.99, SR 0.62");
        assert_eq!(positive_text(&[]), "nothing above its threshold");
    }

    fn listed(sha256: &str, codes: &[&str]) -> Listed {
        Listed {
            path: PathBuf::from(sha256),
            reading: ListedReading::Read {
                sha256: sha256.to_owned(),
                positive: codes.iter().map(|c| ((*c).to_owned(), 0.9)).collect(),
            },
        }
    }

    fn list() -> Worklist {
        let waiting = Listed {
            path: PathBuf::from("w"),
            reading: ListedReading::Waiting,
        };
        Worklist {
            entries: vec![
                listed("a", &["SR"]),
                listed("b", &["AFIB", "PVC"]),
                waiting,
                listed("d", &["AFIB"]),
            ],
            ..Worklist::default()
        }
    }

    #[test]
    fn filters_and_steps_keep_to_what_is_shown() {
        let mut list = list();
        let flagged = |sha256: &str| sha256 == "d";
        assert_eq!(list.shown(flagged), [0, 1, 2, 3]);
        assert_eq!(list.statements(), ["AFIB", "PVC", "SR"]);
        list.statement = Some("AFIB".to_owned());
        let shown = list.shown(flagged);
        assert_eq!(shown, [1, 3]);
        assert_eq!(list.beside(&shown, true), Some(1));
        list.open = Some(1);
        assert_eq!(list.beside(&shown, true), Some(3));
        assert_eq!(list.beside(&shown, false), None);
        list.open = Some(3);
        assert_eq!(list.beside(&shown, true), None);
        assert_eq!(list.beside(&shown, false), Some(1));
        list.only_flagged = true;
        assert_eq!(list.shown(flagged), [3]);
    }

    #[test]
    fn an_ecg_is_found_by_its_file_before_its_signal() {
        let mut list = list();
        let waiting = |i: &usize| list.entries[*i].sha256().is_none();
        let unread = (0..list.entries.len()).find(waiting).unwrap();
        let path = list.entries[unread].path.clone();
        assert_eq!(list.place_of(Some(&path), "of no row"), Some(unread));
        // A copy of the last one at the end.
        let mut copy = list.entries.last().unwrap().clone();
        let sha256 = copy.sha256().unwrap().to_owned();
        copy.path = PathBuf::from("/a/copy.hea");
        list.entries.push(copy);
        let last = list.entries.len() - 1;
        let place = |path: &str| list.place_of(Some(Path::new(path)), &sha256);
        assert_eq!(place("/a/copy.hea"), Some(last));
        assert_eq!(place("/not/in/the/list.hea"), Some(last - 1));
        assert_eq!(list.place_of(None, "of no row"), None);
    }

    #[test]
    fn progress_counts_what_has_an_answer() {
        let list = list();
        assert_eq!(list.done(), 3);
        assert!(list.time_left().is_none(), "nothing has begun");
        assert!(!list.is_busy());
    }
}
