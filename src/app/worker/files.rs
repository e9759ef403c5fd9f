//! A small pool of threads that read recordings.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use super::events::{Event, Events, ReadRecording};
use super::guarded;
use super::queue::{JobReceiver, JobSender, job_queue};
use super::test_ecgs::TestEcgs;
use crate::app::drawn::Drawn;
use crate::bundle::Exemplars;
use crate::plausibility::Admitted;
use crate::sheet::Mark;
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
    /// A test ECG of a reading study.
    TestEcg {
        test_ecgs: TestEcgs,
        ecg_id: u32,
        sha256: String,
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
                        Some((start_s, end_s)) => Mark::pooled(start_s, end_s, None, ""),
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
            FileJob::TestEcg {
                test_ecgs,
                ecg_id,
                sha256,
            } => {
                let result = guarded("reading the test ECG", || {
                    let recording = test_ecgs.read(ecg_id, &sha256)?;
                    Ok(Box::new(Drawn::of(&recording, &Mark::whole_recording(""))))
                });
                events.send(Event::TestEcgRead { ecg_id, result });
            }
        }
    }
}
