//! The thread that owns the network: a tch tensor may move between threads but
//! not be shared, so nothing else ever touches one.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use super::events::{Event, Events, OpenedBundle};
use super::guarded;
use super::queue::{JobReceiver, JobSender, job_queue};
use crate::app::state::positive;
use crate::bundle::{Bundle, Exemplars};
use crate::ecg::Recording;
use crate::explain;
use crate::inference::{DeviceChoice, Model, Prediction};

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
    Predict {
        ticket: u64,
        recording: Arc<Recording>,
    },
    /// An ECG of the worklist.
    PredictListed {
        ticket: u64,
        index: usize,
        sha256: String,
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
}

/// The ticket of the recording on the screen; answers for another are not
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

fn work(jobs: &JobReceiver<ModelJob>, events: &Events, current: &AtomicU64) {
    let mut model: Option<Model> = None;
    while let Some(job) = jobs.next() {
        match job {
            ModelJob::Load {
                path,
                device,
                ptbxl_dir,
            } => {
                // The old network goes first: two would not fit a small GPU.
                model = None;
                match guarded("loading the model", || {
                    load(&path, device, ptbxl_dir, events)
                }) {
                    Ok(loaded) => {
                        events.send(Event::ModelReady {
                            path,
                            device: loaded.device_name(),
                        });
                        model = Some(loaded);
                    }
                    Err(message) => events.send(Event::ModelFailed { path, message }),
                }
            }
            ModelJob::MoveExemplars { ptbxl_dir } => {
                if let Some(model) = &model {
                    events.send(Event::ExemplarsMoved(Arc::new(Exemplars::new(
                        model.bundle(),
                        ptbxl_dir,
                    ))));
                }
            }
            ModelJob::Predict { ticket, recording } => {
                if let Some(model) = model.as_ref().filter(|_| is_wanted(ticket, current)) {
                    let result = guarded("predicting", || {
                        model
                            .predict(&recording)
                            .map(Arc::new)
                            .map_err(|error| error.to_string())
                    });
                    events.send(Event::Predicted { ticket, result });
                }
            }
            ModelJob::PredictListed {
                ticket,
                index,
                sha256,
                recording,
            } => {
                let result = guarded("predicting", || match &model {
                    Some(model) => model
                        .predict(&recording)
                        .map(|prediction| positive(&prediction))
                        .map_err(|error| error.to_string()),
                    None => Err("no model is loaded".to_owned()),
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
                let loaded = |model: &&Model| model.bundle().sha256 == bundle;
                if let Some(model) = model.as_ref().filter(loaded) {
                    let result = guarded("predicting", || {
                        let recording = exemplars.read(prototype).map_err(|e| e.to_string())?;
                        let prediction = model.predict(&recording).map_err(|e| e.to_string())?;
                        Ok(Arc::new(prediction))
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
                if let Some(model) = model.as_ref().filter(|_| is_wanted(ticket, current)) {
                    let result = guarded("explaining", || {
                        explain::explain(model, &prediction, class)
                            .map(Arc::new)
                            .ok_or_else(|| format!("the model has no output {class}"))
                    });
                    events.send(Event::Explained {
                        ticket,
                        class,
                        result,
                    });
                }
            }
        }
    }
}

fn is_wanted(ticket: u64, current: &AtomicU64) -> bool {
    current.load(Ordering::Acquire) == ticket
}

fn load(
    path: &Path,
    device: DeviceChoice,
    ptbxl_dir: Option<PathBuf>,
    events: &Events,
) -> Result<Model, String> {
    let bundle = Bundle::open(path).map_err(|error| error.to_string())?;
    events.send(Event::BundleOpened(OpenedBundle {
        path: path.to_owned(),
        sha256: bundle.sha256.clone(),
        manifest: Arc::new(bundle.manifest.clone()),
        exemplars: Arc::new(Exemplars::new(&bundle, ptbxl_dir)),
    }));
    Model::load(bundle, device).map_err(|error| error.to_string())
}
