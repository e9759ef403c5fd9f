//! A small pool of threads that read recordings.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use super::events::{ComparedEvent, Event, Events, EvidenceKey, ReadRecording};
use super::guarded;
use super::listing::{self, ListedFile};
use super::print::{ExplanationJob, PrintJob};
use super::queue::{JobReceiver, JobSender, job_queue};
use super::test_ecgs::TestEcgs;
use super::training::TrainingEvent;
use crate::app::drawn::{Drawn, Evidence, Signal, Source};
use crate::app::look::Look;
use crate::app::notes::Notes;
use crate::app::texts::worker as texts;
use crate::bundle::Exemplars;
use crate::dataset::DataSet;
use crate::ecg::Recording;
use crate::sheet::Mark;
use crate::training::ProjectedSource;
use crate::{formats, measurements};

/// Two are enough: one reads what is being looked at, one what comes next.
const THREADS: usize = 2;

/// Work for the pool.
pub enum FileJob {
    ReadRecording {
        ticket: u64,
        path: PathBuf,
        look: Look,
    },
    /// Beats and intervals, which take longer than drawing.
    Measure(Arc<Recording>),
    /// The recording on the screen in another look, or another part of it. A
    /// ticket that is not the newest any more is passed over.
    Redraw {
        ticket: u64,
        newest: NewestDraw,
        source: Source,
        /// Where it is the same as before.
        signal: Option<Signal>,
        look: Look,
    },
    Print(Box<PrintJob>),
    PrintExplanation(Box<ExplanationJob>),
    /// An ECG that is to stand beside others.
    ReadCompared {
        number: u64,
        path: PathBuf,
        look: Look,
    },
    /// One of those in another look, or another part of it.
    DrawCompared {
        number: u64,
        source: Source,
        /// Where it is the same as before.
        signal: Option<Signal>,
        look: Look,
    },
    /// The ECG files of a folder and of those below it.
    ListFolder {
        ticket: u64,
        path: PathBuf,
    },
    /// One ECG of the worklist.
    ReadListed {
        ticket: u64,
        index: usize,
        path: PathBuf,
    },
    LoadNotes(PathBuf),
    SaveNotes {
        path: PathBuf,
        notes: Notes,
    },
    /// The training ECG of a prototype; `bundle` is the checksum of the bundle.
    ReadExemplar {
        bundle: String,
        exemplars: Arc<Exemplars>,
        prototype: usize,
        look: Look,
    },
    /// The read ECG with the evidence marked on it.
    DrawEvidence {
        key: EvidenceKey,
        source: Source,
        signal: Signal,
    },
    /// The training ECG that a projection put a prototype on, from the first of
    /// these folders that has it.
    ReadSource {
        source: ProjectedSource,
        data: Vec<PathBuf>,
        /// A folder of single records by number, where the bundle has one.
        exemplars: PathBuf,
    },
    /// A test ECG of a reading study.
    TestEcg {
        test_ecgs: TestEcgs,
        ecg_id: u32,
        sha256: String,
    },
}

/// The number of the drawing that is wanted.
pub type NewestDraw = Arc<AtomicU64>;

/// Starts the pool.
pub fn start(events: &Events) -> std::io::Result<(JobSender<FileJob>, Vec<JoinHandle<()>>)> {
    let (sender, receiver) = job_queue();
    let threads = (0..THREADS)
        .map(|i| {
            let (receiver, events) = (receiver.clone(), events.clone());
            std::thread::Builder::new()
                .name(format!("files-{i}"))
                .spawn(move || work(&receiver, &events))
        })
        .collect::<Result<_, _>>()?;
    Ok((sender, threads))
}

/// The recording with the signal that the run was trained on, and no other.
fn source_recording(
    source: &ProjectedSource,
    data: &[PathBuf],
    exemplars: &Path,
) -> Result<Recording, String> {
    let of_data = |folder: &PathBuf| {
        let set = DataSet::open(folder).ok()?;
        set.read(set.entry(source.ecg_id)?).ok()
    };
    let of_bundle = || formats::open(&exemplars.join(format!("{:05}.hea", source.ecg_id))).ok();
    let is_it = |recording: &Recording| recording.sha256() == source.recording_sha256;
    data.iter()
        .filter_map(of_data)
        .find(is_it)
        .or_else(|| of_bundle().filter(is_it))
        .ok_or_else(|| texts::source_not_found(source.ecg_id))
}

/// With the `signal` of before, where it is the same in the new look.
fn drawn_again(source: Source, signal: Option<Signal>, look: Look) -> Result<Box<Drawn>, String> {
    Ok(Box::new(match signal {
        Some(signal) => Drawn::of_signal(source, signal, look),
        None => Drawn::of(source, look),
    }))
}

fn work(jobs: &JobReceiver<FileJob>, events: &Events) {
    while let Some(job) = jobs.next() {
        match job {
            FileJob::ReadRecording { ticket, path, look } => {
                let result = guarded(texts::READING_FILE, || ReadRecording::of(&path, look));
                events.send(Event::RecordingRead {
                    ticket,
                    path,
                    result,
                });
            }
            FileJob::Measure(recording) => {
                let result = guarded(texts::MEASURING_ECG, || {
                    measurements::measure(&recording, None)
                        .map(Arc::new)
                        .map_err(|error| error.to_string())
                });
                events.send(Event::Measured { recording, result });
            }
            FileJob::Redraw {
                ticket,
                newest,
                source,
                signal,
                look,
            } => {
                if newest.load(Ordering::Acquire) != ticket {
                    continue;
                }
                let result = guarded(texts::DRAWING_ECG, || drawn_again(source, signal, look));
                events.send(Event::Redrawn { ticket, result });
            }
            FileJob::ReadCompared { number, path, look } => {
                let result = guarded(texts::READING_FILE, || ReadRecording::of(&path, look));
                let event = ComparedEvent::Read(result);
                events.send(Event::Compared { number, event });
            }
            FileJob::DrawCompared {
                number,
                source,
                signal,
                look,
            } => {
                let result = guarded(texts::DRAWING_ECG, || drawn_again(source, signal, look));
                let event = ComparedEvent::Drawn(result);
                events.send(Event::Compared { number, event });
            }
            FileJob::ListFolder { ticket, path } => {
                let result = guarded(texts::LISTING_FOLDER, || listing::ecgs_below(&path));
                events.send(Event::FolderListed { ticket, result });
            }
            FileJob::ReadListed {
                ticket,
                index,
                path,
            } => {
                let result = guarded(texts::READING_FILE, || ListedFile::read(&path));
                events.send(Event::ListedRead {
                    ticket,
                    index,
                    result,
                });
            }
            FileJob::LoadNotes(path) => {
                let result = guarded(texts::READING_NOTES, || Notes::load(&path));
                events.send(Event::NotesLoaded(result));
            }
            FileJob::SaveNotes { path, notes } => {
                let result = guarded(texts::SAVING_NOTES, || notes.save(&path));
                events.send(Event::NotesSaved(result));
            }
            FileJob::Print(job) => {
                events.send(Event::Printed(guarded(texts::PRINTING, || job.write())));
            }
            FileJob::PrintExplanation(job) => {
                events.send(Event::Printed(guarded(texts::PRINTING, || job.write())));
            }
            FileJob::ReadExemplar {
                bundle,
                exemplars,
                prototype,
                look,
            } => {
                let result = guarded(texts::READING_TRAINING_ECG, || {
                    let recording = exemplars
                        .read(prototype)
                        .map_err(|error| error.to_string())?;
                    let mark = match exemplars.window_s(prototype) {
                        Some((start_s, end_s)) => {
                            let field_s = exemplars.receptive_field_s(prototype);
                            Mark::pooled(start_s, end_s, field_s, "")
                        }
                        None => Mark::whole_recording(""),
                    };
                    Ok(Box::new(Drawn::measured(
                        recording,
                        Evidence::of(mark),
                        look,
                    )))
                });
                events.send(Event::ExemplarRead {
                    bundle,
                    prototype,
                    result,
                });
            }
            FileJob::DrawEvidence {
                key,
                source,
                signal,
            } => {
                let look = key.look.clone();
                let result = guarded(texts::DRAWING_EVIDENCE, || {
                    Ok(Box::new(Drawn::of_signal(source, signal, look)))
                });
                events.send(Event::EvidenceDrawn { key, result });
            }
            FileJob::ReadSource {
                source,
                data,
                exemplars,
            } => {
                let result = guarded(texts::READING_TRAINING_ECG, || {
                    let recording = source_recording(&source, &data, &exemplars)?;
                    let mark = match source.window_s {
                        Some((start_s, end_s)) => Mark::pooled(start_s, end_s, None, ""),
                        None => Mark::whole_recording(""),
                    };
                    Ok(Box::new(Drawn::standard(recording, Evidence::of(mark))))
                });
                events.send(Event::Training(TrainingEvent::SourceRead {
                    source,
                    result,
                }));
            }
            FileJob::TestEcg {
                test_ecgs,
                ecg_id,
                sha256,
            } => {
                let result = guarded(texts::READING_TEST_ECG, || {
                    let recording = test_ecgs.read(ecg_id, &sha256)?;
                    let whole = Evidence::of(Mark::whole_recording(""));
                    Ok(Box::new(Drawn::standard(recording, whole)))
                });
                events.send(Event::TestEcgRead {
                    from: test_ecgs,
                    ecg_id,
                    result,
                });
            }
        }
    }
}
