//! Loading a model, and where its training ECGs are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::application::Application;
use crate::app::command::Place;
use crate::app::state::{LoadedModel, ModelState};
use crate::app::texts::problems as texts;
use crate::app::worker::{ModelJob, OpenedBundle, Priority};
use crate::bundle::{self, Exemplars};
use crate::inference::DeviceChoice;

impl Application {
    /// Loads the model that was asked for last, else the first one beside the
    /// program.
    pub(super) fn reload_model(&mut self) {
        self.state.models = bundle::find_models();
        let path = self
            .state
            .model
            .path()
            .cloned()
            .or_else(|| self.state.models.first().cloned());
        match path {
            Some(path) => self.load_model(path),
            None => self.state.problem(
                Place::Model,
                texts::NO_MODEL_FOUND,
                texts::HOW_TO_GET_A_MODEL,
            ),
        }
    }

    pub(super) fn load_model(&mut self, path: PathBuf) {
        if self.state.models.is_empty() {
            self.state.models = bundle::find_models();
        }
        let path = self.as_listed(path);
        self.forget_prediction();
        self.leave_review();
        self.state.exemplars.start_over("");
        self.state.ratings = None;
        self.state.statistics.measuring = None;
        self.state.solved(Place::Model);
        self.state.model = ModelState::Opening(path.clone());
        if let Some(workers) = &self.workers {
            let saved = &self.state.saved;
            let job = ModelJob::Load {
                path,
                device: saved.device,
                ptbxl_dir: saved.ptbxl_dir.clone(),
            };
            workers.model(Priority::Seen, job);
        }
        self.restart_list();
        self.forget_compared_readings();
    }

    /// A bundle of the list however its folder was written; another one by its
    /// whole path, which means the same when the program starts elsewhere.
    fn as_listed(&self, path: PathBuf) -> PathBuf {
        let models = &self.state.models;
        let path = bundle::whole(&path);
        if models.contains(&path) {
            return path;
        }
        let place = path.canonicalize().ok();
        let is_it = |listed: &&PathBuf| place.is_some() && listed.canonicalize().ok() == place;
        models.iter().find(is_it).cloned().unwrap_or(path)
    }

    pub(super) fn bundle_opened(&mut self, opened: OpenedBundle) {
        if self.state.model.path() != Some(&opened.path) {
            return;
        }
        let OpenedBundle {
            path,
            sha256,
            manifest,
            exemplars,
        } = opened;
        self.state.exemplars.start_over(&sha256);
        self.state.model = ModelState::Loading(LoadedModel {
            path,
            sha256,
            manifest,
            exemplars,
        });
        // The numbers and a rater who waits are of the study that is found.
        self.find_studies();
    }

    pub(super) fn model_ready(&mut self, path: &Path, device: String) {
        let state = std::mem::take(&mut self.state.model);
        self.state.model = match state {
            ModelState::Loading(model) if model.path == path => {
                self.state.saved.bundle = Some(model.path.clone());
                ModelState::Ready { model, device }
            }
            other => other,
        };
        self.predict();
        self.read_all_compared();
    }

    pub(super) fn model_failed(&mut self, path: PathBuf, message: String) {
        if self.state.model.path() != Some(&path) {
            return;
        }
        self.state
            .problem(Place::Model, texts::MODEL_NOT_LOADED, message);
        self.state.model = ModelState::Failed(path);
        // A session needs the bundle; the rater's answers are saved.
        self.leave_review();
        self.state.review.starting = false;
    }

    pub(super) fn set_device(&mut self, device: DeviceChoice) {
        self.state.saved.device = device;
        self.reload_model();
    }

    pub(super) fn set_ptbxl(&mut self, folder: Option<PathBuf>) {
        self.state.solved(Place::Settings);
        if let Some(folder) = &folder
            && !folder.is_dir()
        {
            let detail = texts::not_a_folder(folder);
            self.state
                .problem(Place::Settings, texts::PTBXL_NOT_FOUND, detail);
            return;
        }
        let folder = folder.map(|folder| bundle::whole(&folder));
        self.fields.ptbxl = folder
            .as_ref()
            .map(|folder| folder.display().to_string())
            .unwrap_or_default();
        self.state.saved.ptbxl_dir.clone_from(&folder);
        // Half of it would be of other ECGs.
        self.stop_measuring();
        if let Some(workers) = &self.workers {
            workers.model(
                Priority::Seen,
                ModelJob::MoveExemplars { ptbxl_dir: folder },
            );
        }
    }

    pub(super) fn exemplars_moved(&mut self, exemplars: Arc<Exemplars>) {
        if let ModelState::Loading(model) | ModelState::Ready { model, .. } = &mut self.state.model
        {
            model.exemplars = exemplars;
            let sha256 = model.sha256.clone();
            self.state.exemplars.start_over(&sha256);
            self.move_test_ecgs();
            self.fetch_what_is_seen();
            // Whose ECG it is may be known now.
            self.predict();
        }
    }
}
