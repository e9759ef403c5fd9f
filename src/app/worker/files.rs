//! A small pool of threads that read recordings.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use super::events::{Event, Events, EvidenceKey, ReadRecording};
use super::guarded;
use super::queue::{JobReceiver, JobSender, job_queue};
use super::training::TrainingEvent;
use crate::app::drawn::{Drawn, Evidence};
use crate::bundle::Exemplars;
use crate::dataset::DataSet;
use crate::ecg::Recording;
use crate::plausibility::Admitted;
use crate::sheet::Mark;
use crate::training::ProjectedSource;
use crate::{formats, plausibility};

/// Two are enough: one reads what is being looked at, one what comes next.
const THREADS: usize = 2;

/// Work for the pool.
pub enum FileJob {
    ReadRecording {
        ticket: u64,
        path: PathBuf,
    },
    /// The training ECG of a prototype; `bundle` is the checksum of the bundle.
    ReadExemplar {
        bundle: String,
        exemplars: Arc<Exemplars>,
        prototype: usize,
    },
    /// The read ECG with the evidence marked on it.
    DrawEvidence {
        key: EvidenceKey,
        recording: Arc<Recording>,
        evidence: Box<Evidence>,
    },
    /// The training ECG that a projection put a prototype on, from the first of
    /// these folders that has it.
    ReadSource {
        source: ProjectedSource,
        data: Vec<PathBuf>,
        /// A folder of single records by number, where the bundle has one.
        exemplars: PathBuf,
    },
}

/// Starts the pool.
pub fn start(events: &Events) -> std::io::Result<(JobSender<FileJob>, Vec<JoinHandle<()>>)> {
    let (sender, receiver) = job_queue();
    let threads = (0..THREADS)
        .map(|i| {
            let (receiver, events) = (receiver.clone(), events.clone());
            std::thread::Builder::new()
                .name(format!("files {i}"))
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
        .ok_or_else(|| {
            format!(
                "record {} with the signal that the run was trained on is in none of the folders that are known; name the folder of the data set",
                source.ecg_id
            )
        })
}

fn work(jobs: &JobReceiver<FileJob>, events: &Events) {
    while let Some(job) = jobs.next() {
        match job {
            FileJob::ReadRecording { ticket, path } => {
                let result = guarded("reading the file", || {
                    let read = formats::open(&path).map_err(|error| error.to_string())?;
                    let Admitted { recording, report } = plausibility::admit(read);
                    Ok(ReadRecording {
                        sha256: recording.sha256(),
                        report,
                        drawn: Box::new(Drawn::of(&recording, &Mark::whole_recording(""))),
                        recording: Arc::new(recording),
                    })
                });
                events.send(Event::RecordingRead {
                    ticket,
                    path,
                    result,
                });
            }
            FileJob::ReadExemplar {
                bundle,
                exemplars,
                prototype,
            } => {
                let result = guarded("reading the training ECG", || {
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
                    Ok(Box::new(Drawn::of(&recording, &mark)))
                });
                events.send(Event::ExemplarRead {
                    bundle,
                    prototype,
                    result,
                });
            }
            FileJob::DrawEvidence {
                key,
                recording,
                evidence,
            } => {
                let result = guarded("drawing the evidence", || {
                    Ok(Box::new(Drawn::with(&recording, &evidence)))
                });
                events.send(Event::EvidenceDrawn { key, result });
            }
            FileJob::ReadSource {
                source,
                data,
                exemplars,
            } => {
                let result = guarded("reading the training ECG", || {
                    let recording = source_recording(&source, &data, &exemplars)?;
                    let mark = match source.window_s {
                        Some((start_s, end_s)) => Mark::pooled(start_s, end_s, None, ""),
                        None => Mark::whole_recording(""),
                    };
                    Ok(Box::new(Drawn::of(&recording, &mark)))
                });
                events.send(Event::Training(TrainingEvent::SourceRead {
                    source,
                    result,
                }));
            }
        }
    }
}
