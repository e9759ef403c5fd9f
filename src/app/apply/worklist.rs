//! The worklist: a folder's ECGs, read and predicted one after the other in the
//! background; and the flags and notes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::app::application::Application;
use crate::app::command::{Overlay, Place, WorklistCommand};
use crate::app::notes::Notes;
use crate::app::state::{Listed, ListedReading};
use crate::app::texts::problems as texts;
use crate::app::worker::{FileJob, ListedFile, ModelJob, Priority};

impl Application {
    pub(super) fn apply_worklist(&mut self, command: WorklistCommand) {
        match command {
            WorklistCommand::Open(path) => self.open_folder(path),
            WorklistCommand::Cancel => self.cancel_list(),
            WorklistCommand::Resume => self.resume_list(),
            WorklistCommand::Filter {
                statement,
                only_flagged,
            } => {
                self.state.worklist.statement = statement;
                self.state.worklist.only_flagged = only_flagged;
            }
            WorklistCommand::Show(index) => self.open_listed(index),
            WorklistCommand::Step(forward) => self.step_list(forward),
            WorklistCommand::Note { flagged, text } => self.set_note(flagged, text),
        }
    }

    pub(super) fn open_folder(&mut self, path: PathBuf) {
        let list = &mut self.state.worklist;
        list.ticket += 1;
        list.listing = true;
        list.next = None;
        list.entries.clear();
        list.statement = None;
        list.open = None;
        self.fields.folder = path.display().to_string();
        self.state.overlay = Some(Overlay::Worklist);
        self.state.solved(Place::Worklist);
        if let Some(workers) = &self.workers {
            let ticket = self.state.worklist.ticket;
            workers.files(Priority::Seen, FileJob::ListFolder { ticket, path });
        }
    }

    pub(super) fn folder_listed(&mut self, ticket: u64, result: Result<Vec<PathBuf>, String>) {
        if ticket != self.state.worklist.ticket {
            return;
        }
        self.state.worklist.listing = false;
        match result {
            Ok(paths) => {
                let listed = |path| Listed {
                    path,
                    reading: ListedReading::Waiting,
                };
                self.state.worklist.entries = paths.into_iter().map(listed).collect();
                self.work_off_list();
            }
            Err(message) => {
                self.state
                    .problem(Place::Worklist, texts::FOLDER_NOT_LISTED, message);
            }
        }
    }

    /// Everything that has no answer yet, from the first on.
    fn work_off_list(&mut self) {
        let list = &mut self.state.worklist;
        list.next = Some(0);
        list.started = Some(Instant::now());
        self.read_next_listed();
    }

    /// Another model reads everything anew.
    pub(super) fn restart_list(&mut self) {
        let list = &mut self.state.worklist;
        list.ticket += 1;
        for listed in &mut list.entries {
            listed.reading = ListedReading::Waiting;
        }
        if !list.entries.is_empty() {
            self.work_off_list();
        }
    }

    pub(super) fn cancel_list(&mut self) {
        let list = &mut self.state.worklist;
        list.ticket += 1;
        list.listing = false;
        list.next = None;
    }

    /// Goes on with what a cancel left waiting.
    pub(super) fn resume_list(&mut self) {
        if !self.state.worklist.is_busy() {
            self.work_off_list();
        }
    }

    fn read_next_listed(&mut self) {
        let list = &mut self.state.worklist;
        let Some(from) = list.next else { return };
        let waiting = |i: &usize| list.entries[*i].reading == ListedReading::Waiting;
        let Some(index) = (from..list.entries.len()).find(waiting) else {
            list.next = None;
            return;
        };
        list.next = Some(index + 1);
        if let Some(workers) = &self.workers {
            let (ticket, path) = (list.ticket, list.entries[index].path.clone());
            workers.files(
                Priority::Background,
                FileJob::ReadListed {
                    ticket,
                    index,
                    path,
                },
            );
        }
    }

    pub(super) fn listed_read(
        &mut self,
        ticket: u64,
        index: usize,
        result: Result<ListedFile, String>,
    ) {
        if ticket != self.state.worklist.ticket {
            return;
        }
        match result {
            Err(message) => self.listed_answer(index, ListedReading::Failed(message)),
            Ok(ListedFile {
                sha256,
                refusal: Some(reason),
                ..
            }) => self.listed_answer(index, ListedReading::Refused { sha256, reason }),
            Ok(ListedFile {
                sha256, recording, ..
            }) => {
                if let Some(workers) = &self.workers {
                    workers.model(
                        Priority::Background,
                        ModelJob::PredictListed {
                            ticket,
                            index,
                            sha256,
                            recording: Arc::new(recording),
                        },
                    );
                }
            }
        }
    }

    pub(super) fn listed_predicted(
        &mut self,
        ticket: u64,
        index: usize,
        sha256: String,
        result: Result<Vec<(String, f64)>, String>,
    ) {
        if ticket != self.state.worklist.ticket {
            return;
        }
        let reading = match result {
            Ok(positive) => ListedReading::Read { sha256, positive },
            Err(reason) => ListedReading::Refused { sha256, reason },
        };
        self.listed_answer(index, reading);
    }

    fn listed_answer(&mut self, index: usize, reading: ListedReading) {
        if let Some(listed) = self.state.worklist.entries.get_mut(index) {
            listed.reading = reading;
            // It was on the screen before the list was.
            let opened = self.state.reading.opened.as_ref();
            if self.state.worklist.open.is_none()
                && opened.is_some_and(|opened| listed.sha256() == Some(&opened.sha256))
            {
                self.state.worklist.open = Some(index);
            }
        }
        self.read_next_listed();
    }

    pub(super) fn open_listed(&mut self, index: usize) {
        let list = &mut self.state.worklist;
        let Some(listed) = list.entries.get(index) else {
            return;
        };
        let path = listed.path.clone();
        list.open = Some(index);
        self.open_recording(path);
    }

    pub(super) fn step_list(&mut self, forward: bool) {
        let shown = self.state.listed_shown();
        if let Some(index) = self.state.worklist.beside(&shown, forward) {
            self.open_listed(index);
        }
    }

    pub(super) fn notes_loaded(&mut self, result: Result<Notes, String>) {
        self.state.loading_notes = false;
        match result {
            Ok(notes) => {
                self.state.notes = Some(notes);
                self.show_note();
            }
            Err(message) => self
                .state
                .problem(Place::Notes, texts::NOTES_NOT_READ, message),
        }
    }

    /// The note of the open ECG into its field.
    pub(super) fn show_note(&mut self) {
        let note = match (&self.state.reading.opened, &self.state.notes) {
            (Some(opened), Some(notes)) => notes.of(&opened.sha256),
            _ => Default::default(),
        };
        self.fields.note = note.text;
    }

    pub(super) fn set_note(&mut self, flagged: bool, text: String) {
        let (Some(opened), Some(notes)) = (&self.state.reading.opened, &mut self.state.notes)
        else {
            return;
        };
        notes.set(&opened.sha256, crate::app::notes::Note { flagged, text });
        self.state.notes_changed = true;
        self.save_notes();
    }

    /// One write at a time, so that the last one is the newest.
    fn save_notes(&mut self) {
        let (Some(path), Some(notes), Some(workers)) =
            (&self.notes_file, &self.state.notes, &self.workers)
        else {
            return;
        };
        if self.state.notes_changed && !self.state.saving_notes {
            self.state.notes_changed = false;
            self.state.saving_notes = true;
            let (path, notes) = (path.clone(), notes.clone());
            workers.files(Priority::Seen, FileJob::SaveNotes { path, notes });
        }
    }

    pub(super) fn notes_saved(&mut self, result: Result<(), String>) {
        self.state.saving_notes = false;
        if let Err(message) = result {
            self.state
                .problem(Place::Notes, texts::NOTE_NOT_SAVED, message);
        }
        self.save_notes();
    }
}
