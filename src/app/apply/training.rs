//! Starting a training, and looking after one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::application::Application;
use crate::app::command::{Overlay, Place, Screen, TrainCommand};
use crate::app::state::{Exemplar, ShownSource, TrainingChoices};
use crate::app::texts::problems as texts;
use crate::app::worker::{
    ConfigChoice, FileJob, Form, Priority, Purpose, TrainingEvent, TrainingJob,
};
use crate::bundle::{self, Bundle};
use crate::training::{RunState, WatchedRun};

impl Application {
    pub(super) fn apply_train(&mut self, command: TrainCommand) {
        match command {
            TrainCommand::ChooseConfig(config) => {
                let fields = &mut self.fields.training;
                self.state.saved.training.config = match config {
                    ConfigChoice::Shipped(_) => {
                        fields.config.clear();
                        config
                    }
                    ConfigChoice::File(path) => {
                        let path = bundle::whole(&path);
                        fields.config = path.display().to_string();
                        ConfigChoice::File(path)
                    }
                };
                self.check_training();
            }
            TrainCommand::SetDevice(device) => {
                self.state.saved.training.device = device;
                self.check_training();
            }
            TrainCommand::SkipMissing(skip) => {
                self.state.saved.training.skip_missing = skip;
                self.check_training();
            }
            TrainCommand::Check => self.check_training(),
            TrainCommand::Start => self.start_training(),
            TrainCommand::Watch(path) => {
                self.begin_opening();
                self.send_to_training(TrainingJob::Watch(path));
            }
            TrainCommand::Leave => {
                self.state.training.run = None;
                self.state.training.shown = None;
                self.state.solved(Place::Training);
                self.send_to_training(TrainingJob::Leave);
                self.check_training();
            }
            TrainCommand::ForgetRuns => self.state.saved.runs.clear(),
            TrainCommand::Pause(wanted) => {
                self.send_to_training(TrainingJob::Pause(wanted));
            }
            TrainCommand::Cancel => {
                // A second signal would end the process at once, in the middle of a step.
                if !std::mem::replace(&mut self.state.training.cancelling, true) {
                    self.send_to_training(TrainingJob::Interrupt);
                }
            }
            TrainCommand::Resume => {
                self.begin_opening();
                self.send_to_training(TrainingJob::Resume);
            }
            TrainCommand::ChooseSource(place) => self.choose_source(place),
            TrainCommand::ShowSource => self.show_source(),
            TrainCommand::OpenBundle(screen) => self.open_trained(screen),
        }
    }

    fn send_to_training(&self, job: TrainingJob) {
        if let Some(workers) = &self.workers {
            workers.training(job);
        }
    }

    fn begin_opening(&mut self) {
        self.state.training.opening = true;
        self.state.training.cancelling = false;
        self.state.solved(Place::Training);
    }

    /// The form as it is; `None` where the seed is no number.
    fn form(&self) -> Option<Form> {
        let fields = &self.fields.training;
        let path = |text: &str| match text.trim() {
            "" => PathBuf::new(),
            text => bundle::whole(Path::new(text)),
        };
        let choices = &self.state.saved.training;
        let seed = match fields.seed.trim() {
            "" => None,
            text => Some(text.parse().ok()?),
        };
        Some(Form {
            config: choices.config.clone(),
            data: path(&fields.data),
            out: path(&fields.out),
            device: choices.device,
            seed,
            skip_missing: choices.skip_missing,
        })
    }

    /// Has the form checked, if it is not what was checked last.
    pub(super) fn check_training(&mut self) {
        let form = self.form();
        let training = &mut self.state.training;
        if form.is_some() && form == training.checked_form && training.checking {
            return;
        }
        training.ticket += 1;
        training.checking = form.is_some();
        training.checked_form.clone_from(&form);
        let ticket = training.ticket;
        if let Some(form) = form {
            self.send_to_training(TrainingJob::Check { ticket, form });
        }
    }

    fn start_training(&mut self) {
        let training = &self.state.training;
        let sound = training.checked.as_ref().zip(training.checked_form.clone());
        let Some((_, form)) = sound.filter(|(checked, form)| checked.is_sound(form.skip_missing))
        else {
            return;
        };
        if training.opening || training.checking || self.form().as_ref() != Some(&form) {
            // Typed meanwhile; the check is on its way.
            return;
        }
        self.state.saved.training = TrainingChoices {
            config: form.config.clone(),
            data: form.data.clone(),
            out: form.out.clone(),
            device: form.device,
            seed: form.seed,
            skip_missing: form.skip_missing,
        };
        self.begin_opening();
        self.send_to_training(TrainingJob::Start(form));
    }

    pub(super) fn receive_training(&mut self, event: TrainingEvent) {
        match event {
            TrainingEvent::Checked { ticket, checked } => {
                if ticket == self.state.training.ticket {
                    self.state.training.checking = false;
                    self.state.training.checked = Some(checked);
                }
            }
            TrainingEvent::Opened(result) => self.run_opened(result),
            TrainingEvent::Seen(run) => self.run_seen(run),
            TrainingEvent::NotBegun(message) => {
                let title = texts::TRAINING_NOT_BEGUN;
                self.state.problem(Place::Training, title, message);
            }
            TrainingEvent::Refused(message) => {
                self.state.training.cancelling = false;
                let title = texts::RUN_DID_NOT_OBEY;
                self.state.problem(Place::Training, title, message);
            }
            TrainingEvent::SourceRead { source, result } => {
                if let Some(shown) = &mut self.state.training.shown
                    && shown.source == source
                {
                    shown.drawn = match result {
                        Ok(drawn) => Exemplar::Ready(drawn),
                        Err(message) => Exemplar::Missing(message),
                    };
                }
            }
        }
    }

    fn run_opened(&mut self, result: Result<Arc<WatchedRun>, String>) {
        self.state.training.opening = false;
        match result {
            Ok(run) => {
                self.state.saved.remember_run(&run.out);
                self.state.training.chosen = 0;
                self.state.training.shown = None;
                self.state.training.run = Some(run);
            }
            Err(message) => {
                let title = texts::RUN_NOT_OPENED;
                self.state.problem(Place::Training, title, message);
            }
        }
    }

    fn run_seen(&mut self, run: Arc<WatchedRun>) {
        let training = &mut self.state.training;
        // Of a run that was left meanwhile.
        if training.run.as_ref().is_none_or(|old| old.out != run.out) {
            return;
        }
        if !matches!(run.state, RunState::Running { .. }) {
            training.cancelling = false;
        }
        training.run = Some(run);
    }

    pub(super) fn training_path_chosen(&mut self, purpose: Purpose, path: PathBuf) {
        let shown = path.display().to_string();
        match purpose {
            Purpose::ChooseConfig => {
                self.fields.training.config = shown;
                self.apply_train(TrainCommand::ChooseConfig(ConfigChoice::File(path)));
            }
            Purpose::ChooseTrainingData => self.fields.training.data = shown,
            Purpose::ChooseTrainingPlace => {
                // The bundle's folder must not be there yet, so it cannot be chosen itself.
                let checked = self.state.training.checked.as_ref();
                let config = checked.and_then(|checked| checked.config.as_ref().ok());
                let name = config.map_or("model", |config| config.name.as_str());
                self.fields.training.out = path.join(name).display().to_string();
            }
            Purpose::ChooseRun => {
                self.fields.training.run = shown;
                self.apply_train(TrainCommand::Watch(path));
            }
            _ => {}
        }
        self.check_training();
    }

    fn choose_source(&mut self, place: usize) {
        let training = &mut self.state.training;
        let sources = training
            .run
            .as_ref()
            .map_or(0, |run| run.view.sources().len());
        if place < sources {
            training.chosen = place;
            self.fields.scroll_to_source = true;
            if self.state.overlay == Some(Overlay::Source) {
                self.show_source();
            }
        }
    }

    /// Has the training ECG of the chosen prototype read, and shows it.
    fn show_source(&mut self) {
        let training = &mut self.state.training;
        let Some(run) = &training.run else { return };
        let sources = run.view.sources();
        let Some((_, source)) = sources.get(training.chosen) else {
            return;
        };
        let source = (*source).clone();
        let saved = &self.state.saved;
        let of_run = run.settings.as_ref().map(|settings| settings.data.clone());
        let others = [Some(saved.training.data.clone()), saved.ptbxl_dir.clone()];
        let given = |path: &PathBuf| !path.as_os_str().is_empty();
        let mut data: Vec<PathBuf> = of_run.into_iter().collect();
        data.extend(others.into_iter().flatten().filter(given));
        data.dedup();
        let exemplars = run.out.join(Bundle::EXEMPLARS);
        self.state.overlay = Some(Overlay::Source);
        self.fields.source_zoom.fit();
        training.shown = Some(ShownSource {
            source: source.clone(),
            drawn: Exemplar::Reading,
        });
        if let Some(workers) = &self.workers {
            workers.files(
                Priority::Seen,
                FileJob::ReadSource {
                    source,
                    data,
                    exemplars,
                },
            );
        }
    }

    /// The finished bundle becomes the model of the window.
    fn open_trained(&mut self, screen: Screen) {
        let Some(run) = &self.state.training.run else {
            return;
        };
        let (out, data) = (
            run.out.clone(),
            run.settings.as_ref().map(|s| s.data.clone()),
        );
        // A model holds no ECG of PTB-XL: where nobody has named a folder for
        // them, the one that it was trained on is right.
        if let Some(data) = data.filter(|data| self.is_needed(&out, data)) {
            self.fields.ptbxl = data.display().to_string();
            self.state.saved.ptbxl_dir = Some(data);
        }
        self.load_model(out);
        self.show(screen);
    }

    fn is_needed(&self, out: &Path, data: &Path) -> bool {
        let inside = out.join(Bundle::EXEMPLARS).is_dir();
        self.state.saved.ptbxl_dir.is_none() && !inside && data.is_dir()
    }
}
