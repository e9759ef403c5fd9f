//! The thread that owns the network: a tch tensor may move between threads but
//! not be shared, so nothing else ever touches one.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::TryRecvError;

use super::attended::AttendedTest;
use super::audit::RunningAudit;
use super::events::{Answer, ComparedEvent, Event, Events, OpenedBundle};
use super::guarded;
use super::influence::RunningInfluence;
use super::queue::{JobReceiver, JobSender, job_queue};
use super::test_ecgs::TestEcgs;
use crate::app::drawn::Source;
use crate::app::state::positive;
use crate::app::texts::worker as texts;
use crate::bundle::{Bundle, Exemplars};
use crate::ecg::Recording;
use crate::explain::{self, ClassExplanation, Subject};
use crate::inference::{Changes, DeviceChoice, Model, Prediction};

/// Work for the thread.
pub enum ModelJob {
    /// Verify and load a bundle in place of the one that is loaded.
    Load {
        path: PathBuf,
        device: DeviceChoice,
        ptbxl_dir: Option<PathBuf>,
    },
    /// Look for training ECGs elsewhere.
    MoveExemplars { ptbxl_dir: Option<PathBuf> },
    /// Read a recording, with or without a "what if", and explain the class
    /// that is looked at, or the leading one.
    Predict {
        ticket: u64,
        recording: Arc<Recording>,
        changes: Changes,
        class: Option<usize>,
    },
    /// An ECG of the worklist.
    PredictListed {
        ticket: u64,
        index: usize,
        sha256: String,
        recording: Arc<Recording>,
    },
    /// An ECG that stands beside others.
    PredictCompared {
        number: u64,
        recording: Arc<Recording>,
    },
    /// What the model says about the training ECG of a prototype.
    PredictExemplar {
        bundle: String,
        exemplars: Arc<Exemplars>,
        prototype: usize,
    },
    Explain {
        ticket: u64,
        prediction: Arc<Prediction>,
        class: usize,
    },
    /// Measure what the similarities to the prototypes of a branch hang on, with
    /// what was changed for the prediction, in small steps while nothing is
    /// asked. One at a time: the newest.
    MeasureInfluence {
        ticket: u64,
        recording: Arc<Recording>,
        changes: Changes,
        branch: usize,
    },
    /// Try the pair of a recording and a prototype with noise, gain and shift.
    Check {
        ticket: u64,
        recording: Arc<Recording>,
        prototype: usize,
    },
    /// Measure the prototypes without people, one by one when nothing else is
    /// asked, and keep what was found in the file. One at a time.
    Audit {
        ticket: u64,
        bundle: String,
        data: Option<PathBuf>,
        file: PathBuf,
    },
    /// Leave the measuring, nothing is kept.
    StopAudit,
    /// Where a network with attention looked, and what each lead is worth.
    Attend {
        ticket: u64,
        recording: Arc<Recording>,
        prediction: Arc<Prediction>,
    },
    /// Where it looked at a test ECG of a reading study; `from` and the number
    /// name the ECG.
    AttendTest {
        bundle: String,
        from: TestEcgs,
        ecg_id: u32,
        source: Source,
    },
}

/// The ticket of the question on the screen; answers to another are not
/// wanted any more, so their jobs are passed over.
pub type CurrentTicket = Arc<AtomicU64>;

/// Starts the thread.
pub fn start(
    events: &Events,
    current: &CurrentTicket,
) -> std::io::Result<(JobSender<ModelJob>, JoinHandle<()>)> {
    let (sender, receiver) = job_queue();
    let (events, current) = (events.clone(), Arc::clone(current));
    let thread = std::thread::Builder::new()
        .name("model".to_owned())
        .spawn(move || work(&receiver, &events, &current))?;
    Ok((sender, thread))
}

/// The network, and what belongs to it.
struct Loaded {
    model: Model,
    /// Where its training ECGs are.
    exemplars: Exemplars,
    /// Whose ECG the one on the screen is, by its checksum.
    subject: Option<(String, Subject)>,
    /// What the pair on the screen hangs on is being measured.
    influence: Option<RunningInfluence>,
    /// Its prototypes are being measured.
    audit: Option<RunningAudit>,
}

impl Loaded {
    /// Whether it is the network of the bundle with this checksum.
    fn is_of(&self, bundle_sha256: &str) -> bool {
        self.model.bundle().sha256 == bundle_sha256
    }

    fn predict(
        &mut self,
        recording: &Recording,
        changes: &Changes,
        class: Option<usize>,
    ) -> Result<Answer, String> {
        let prediction = self
            .model
            .predict_changed(recording, changes)
            .map_err(|error| error.to_string())?;
        self.recognise(recording, &prediction)?;
        let explained = class.or(prediction.leading());
        let explained = explained
            .map(|class| Ok::<_, String>((class, self.explain(&prediction, class)?)))
            .transpose()?;
        Ok(Answer {
            prediction: Arc::new(prediction),
            explained,
        })
    }

    fn begin_audit(
        &mut self,
        data: Option<&Path>,
        (ticket, file): (u64, PathBuf),
        events: &Events,
    ) {
        match guarded(texts::MEASURING_PROTOTYPES, || {
            RunningAudit::begin(&self.model, &self.exemplars, data, (ticket, file))
        }) {
            Ok(begun) => self.audit = Some(begun),
            Err(message) => self.audited(ticket, Err(message), events),
        }
    }

    /// Measures one prototype more.
    fn go_on_with_audit(&mut self, events: &Events) {
        let Some(audit) = &mut self.audit else { return };
        let ticket = audit.ticket;
        let step = guarded(texts::MEASURING_PROTOTYPES, || {
            audit.step(&self.model, &self.exemplars)
        });
        match step {
            Ok(false) => {
                let (done, of) = audit.done(&self.model);
                events.send(Event::Measuring { ticket, done, of });
            }
            Ok(true) => self.audited(ticket, Ok(()), events),
            Err(message) => self.audited(ticket, Err(message), events),
        }
    }

    fn audited(&mut self, ticket: u64, result: Result<(), String>, events: &Events) {
        self.audit = None;
        events.send(Event::PrototypesMeasured { ticket, result });
    }

    /// The statements at or above their thresholds.
    fn positive(&self, recording: &Recording) -> Result<Vec<(String, f64)>, String> {
        let prediction = self.model.predict(recording);
        prediction
            .map(|prediction| positive(&prediction))
            .map_err(|error| error.to_string())
    }

    fn explain(
        &self,
        prediction: &Prediction,
        class: usize,
    ) -> Result<Arc<ClassExplanation>, String> {
        let nobody = Subject::default();
        let subject = self
            .subject
            .as_ref()
            .map_or(&nobody, |(_, subject)| subject);
        explain::explain(&self.model, prediction, class, subject)
            .map(Arc::new)
            .ok_or_else(|| texts::no_output(class))
    }

    /// Finds out whose ECG it is, once, by what the model says of it as it is.
    fn recognise(&mut self, recording: &Recording, prediction: &Prediction) -> Result<(), String> {
        let sha256 = &prediction.recording_sha256;
        if self
            .subject
            .as_ref()
            .is_some_and(|(known, _)| known == sha256)
        {
            return Ok(());
        }
        let unchanged = match prediction.changes.is_none() {
            true => prediction,
            false => &self.model.predict(recording).map_err(|e| e.to_string())?,
        };
        let subject = Subject::of(&self.model, unchanged, &self.exemplars);
        self.subject = Some((sha256.clone(), subject));
        Ok(())
    }
}

fn work(jobs: &JobReceiver<ModelJob>, events: &Events, current: &AtomicU64) {
    let mut loaded: Option<Loaded> = None;
    let wanted = |ticket: u64| current.load(Ordering::Acquire) == ticket;
    while let Some(job) = next_job(jobs, &mut loaded, events, wanted) {
        match job {
            ModelJob::MeasureInfluence {
                ticket,
                recording,
                changes,
                branch,
            } => {
                if let Some(loaded) = loaded.as_mut().filter(|_| wanted(ticket)) {
                    let question = (ticket, branch);
                    loaded.influence = RunningInfluence::begin(
                        &loaded.model,
                        &recording,
                        &changes,
                        question,
                        events,
                    );
                }
            }
            ModelJob::Audit {
                ticket,
                bundle,
                data,
                file,
            } => {
                if let Some(loaded) = loaded.as_mut().filter(|loaded| loaded.is_of(&bundle)) {
                    loaded.begin_audit(data.as_deref(), (ticket, file), events);
                }
            }
            ModelJob::StopAudit => {
                if let Some(loaded) = &mut loaded {
                    loaded.audit = None;
                }
            }
            ModelJob::Load {
                path,
                device,
                ptbxl_dir,
            } => {
                // The old network goes first: two would not fit a small GPU.
                loaded = None;
                match guarded(texts::LOADING_MODEL, || {
                    load(&path, device, ptbxl_dir, events)
                }) {
                    Ok(found) => {
                        events.send(Event::ModelReady {
                            path,
                            device: found.model.device_name(),
                        });
                        loaded = Some(found);
                    }
                    Err(message) => events.send(Event::ModelFailed { path, message }),
                }
            }
            ModelJob::MoveExemplars { ptbxl_dir } => {
                if let Some(loaded) = &mut loaded {
                    loaded.exemplars = Exemplars::new(loaded.model.bundle(), ptbxl_dir);
                    loaded.subject = None;
                    loaded.audit = None;
                    events.send(Event::ExemplarsMoved(Arc::new(loaded.exemplars.clone())));
                }
            }
            ModelJob::Predict {
                ticket,
                recording,
                changes,
                class,
            } => {
                if let Some(loaded) = loaded.as_mut().filter(|_| wanted(ticket)) {
                    let result = guarded(texts::PREDICTING, || {
                        loaded.predict(&recording, &changes, class)
                    });
                    events.send(Event::Predicted { ticket, result });
                }
            }
            ModelJob::PredictCompared { number, recording } => {
                // Without a model nobody waits: it is asked again once there is one.
                if let Some(loaded) = &loaded {
                    let event = ComparedEvent::Predicted {
                        bundle: loaded.model.bundle().sha256.clone(),
                        result: guarded(texts::PREDICTING, || loaded.positive(&recording)),
                    };
                    events.send(Event::Compared { number, event });
                }
            }
            ModelJob::PredictListed {
                ticket,
                index,
                sha256,
                recording,
            } => {
                let result = guarded(texts::PREDICTING, || match &loaded {
                    Some(loaded) => loaded.positive(&recording),
                    None => Err(texts::NO_MODEL.to_owned()),
                });
                events.send(Event::ListedPredicted {
                    ticket,
                    index,
                    sha256,
                    result,
                });
            }
            ModelJob::PredictExemplar {
                bundle,
                exemplars,
                prototype,
            } => {
                if let Some(loaded) = loaded.as_ref().filter(|loaded| loaded.is_of(&bundle)) {
                    let result = guarded(texts::PREDICTING, || {
                        let recording = exemplars.read(prototype).map_err(|e| e.to_string())?;
                        let prediction = loaded.model.predict(&recording);
                        Ok(Arc::new(prediction.map_err(|e| e.to_string())?))
                    });
                    events.send(Event::ExemplarPredicted {
                        bundle,
                        prototype,
                        result,
                    });
                }
            }
            ModelJob::Explain {
                ticket,
                prediction,
                class,
            } => {
                if let Some(loaded) = loaded.as_ref().filter(|_| wanted(ticket)) {
                    let result = guarded(texts::EXPLAINING, || loaded.explain(&prediction, class));
                    events.send(Event::Explained {
                        ticket,
                        class,
                        result,
                    });
                }
            }
            ModelJob::Check {
                ticket,
                recording,
                prototype,
            } => {
                if let Some(loaded) = loaded.as_ref().filter(|_| wanted(ticket)) {
                    let result = guarded(texts::CHECKING_PAIR, || {
                        explain::checks(&loaded.model, &recording, prototype)
                            .map(Arc::new)
                            .map_err(|error| error.to_string())
                    });
                    events.send(Event::Checked { ticket, result });
                }
            }
            ModelJob::Attend {
                ticket,
                recording,
                prediction,
            } => {
                if let Some(loaded) = loaded.as_ref().filter(|_| wanted(ticket)) {
                    let result = guarded(texts::MEASURING_LEADS, || {
                        explain::attention(&loaded.model, &recording, &prediction)
                            .map(|attention| attention.map(Arc::new))
                            .map_err(|error| error.to_string())
                    });
                    events.send(Event::Attended { ticket, result });
                }
            }
            ModelJob::AttendTest {
                bundle,
                from,
                ecg_id,
                source,
            } => {
                if let Some(loaded) = loaded.as_ref().filter(|loaded| loaded.is_of(&bundle)) {
                    let result = guarded(texts::MEASURING_ATTENTION, || {
                        AttendedTest::of(&loaded.model, source).map(Box::new)
                    });
                    events.send(Event::TestEcgAttended {
                        from,
                        ecg_id,
                        result,
                    });
                }
            }
        }
    }
}

/// Waits for a job, and measures while there is none: first what the pair on
/// the screen hangs on, in turn with jobs that nobody looks at, then prototypes.
fn next_job(
    jobs: &JobReceiver<ModelJob>,
    loaded: &mut Option<Loaded>,
    events: &Events,
    wanted: impl Fn(u64) -> bool,
) -> Option<ModelJob> {
    while let Some(loaded) = loaded.as_mut() {
        match jobs.seen() {
            Ok(job) => return Some(job),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => {}
        }
        let influence = loaded.influence.take();
        if let Some(influence) = influence.filter(|running| wanted(running.ticket)) {
            loaded.influence = influence.step(&loaded.model, events);
        } else if loaded.audit.is_none() {
            break;
        }
        match jobs.waiting() {
            Ok(job) => return Some(job),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) if loaded.influence.is_some() => {}
            Err(TryRecvError::Empty) => loaded.go_on_with_audit(events),
        }
    }
    jobs.next()
}

fn load(
    path: &Path,
    device: DeviceChoice,
    ptbxl_dir: Option<PathBuf>,
    events: &Events,
) -> Result<Loaded, String> {
    let bundle = Bundle::open(path).map_err(|error| error.to_string())?;
    let exemplars = Exemplars::new(&bundle, ptbxl_dir);
    events.send(Event::BundleOpened(OpenedBundle {
        path: path.to_owned(),
        sha256: bundle.sha256.clone(),
        manifest: Arc::new(bundle.manifest.clone()),
        exemplars: Arc::new(exemplars.clone()),
    }));
    let model = Model::load(bundle, device).map_err(|error| error.to_string())?;
    Ok(Loaded {
        model,
        exemplars,
        subject: None,
        influence: None,
        audit: None,
    })
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
