//! The events of a run as TensorBoard reads them, in `OUT.events`: curves of
//! every stage, precision-recall curves and figures of prototypes.
//!
//! The files are TFRecords of protocol buffers; both are small enough to be
//! written here (tensorflow/core/util/event.proto, summary.proto, and
//! tensorboard/plugins/pr_curve/plugin_data.proto have the field numbers).

pub mod figures;
mod message;
mod record;
mod summary;

use std::fs::File;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::Event;
use super::error::TrainingError;
use super::folders::io_error;
use summary::Value;

/// An event file that is being written.
#[derive(Debug)]
pub struct EventFile {
    file: File,
    path: std::path::PathBuf,
}

impl EventFile {
    /// Starts a new file in a folder; a resumed run adds one to those that are
    /// there, and TensorBoard reads them in the order of their names.
    pub fn create(dir: &Path) -> Result<Self, TrainingError> {
        std::fs::create_dir_all(dir).map_err(io_error(dir))?;
        let stamp = now_s();
        let existing = std::fs::read_dir(dir).map_err(io_error(dir))?.count();
        let name = format!(
            "events.out.tfevents.{:010}.{existing}.protoecg",
            stamp as u64
        );
        let path = dir.join(name);
        let file = File::create(&path).map_err(io_error(&path))?;
        let mut events = Self { file, path };
        events.write(&summary::version(stamp))?;
        Ok(events)
    }

    /// Adds what a run tells: scalars by stage, one step per epoch.
    pub fn add(&mut self, event: &Event) -> Result<(), TrainingError> {
        match event {
            Event::Begun(_)
            | Event::Reading { .. }
            | Event::Stage { .. }
            | Event::Step { .. }
            | Event::Delivering {}
            | Event::Warning { .. } => Ok(()),
            Event::Epoch {
                stage,
                name,
                epoch,
                loss,
                validation_loss,
                validation_macro_auroc,
                records_per_second,
                ..
            } => {
                let tag = |what: &str| format!("{stage:02} {name}/{what}");
                let scalars = [
                    ("loss", Some(*loss)),
                    ("validation loss", *validation_loss),
                    ("validation macro AUROC", *validation_macro_auroc),
                    ("records per second", Some(*records_per_second)),
                ];
                let values = scalars
                    .into_iter()
                    .filter_map(|(what, value)| Some(Value::scalar(&tag(what), value?)))
                    .collect();
                self.values(*epoch, values)
            }
            Event::Projected { stage, report, .. } => {
                let tag = |what: &str| format!("{stage:02} project {}/{what}", report.branch);
                let scalars = [
                    ("cosine before, median", Some(report.cosine_before_median)),
                    ("cosine before, smallest", Some(report.cosine_before_min)),
                    ("distinct training ECGs", Some(report.distinct as f64)),
                    (
                        "AUROC of a prototype, median",
                        report.prototype_auroc_median,
                    ),
                    ("macro AUROC before", report.macro_auroc_before),
                    ("macro AUROC after", report.macro_auroc_after),
                ];
                let values = scalars
                    .into_iter()
                    .filter_map(|(what, value)| Some(Value::scalar(&tag(what), value?)))
                    .collect();
                self.values(*stage, values)
            }
        }
    }

    /// Adds a precision-recall curve of probabilities.
    pub fn precision_recall(
        &mut self,
        tag: &str,
        probabilities: &[f64],
        labels: &[bool],
    ) -> Result<(), TrainingError> {
        let value = Value::precision_recall(tag, probabilities, labels);
        self.values(0, vec![value])
    }

    /// Adds a picture (PNG of three channels).
    pub fn picture(&mut self, tag: &str, png: &[u8]) -> Result<(), TrainingError> {
        self.values(0, vec![Value::picture(tag, size_of(png), png)])
    }

    fn values(&mut self, step: usize, values: Vec<Value>) -> Result<(), TrainingError> {
        self.write(&summary::event(now_s(), step as i64, &values))
    }

    fn write(&mut self, event: &[u8]) -> Result<(), TrainingError> {
        record::write(&mut self.file, event).map_err(io_error(&self.path))
    }
}

/// Width and height, which the first chunk of every PNG begins with.
fn size_of(png: &[u8]) -> (u32, u32) {
    let at = |from: usize| {
        let bytes = png.get(from..from + 4).and_then(|b| b.try_into().ok());
        bytes.map_or(0, u32::from_be_bytes)
    };
    (at(16), at(20))
}

fn now_s() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0.0, |d| d.as_secs_f64())
}
