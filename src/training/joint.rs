//! The stages that train a branch of ProtoECGNet: its add-on layers before
//! there are prototypes, and then everything together.

use tch::nn::{self, Module, VarStore};
use tch::{Kind, Tensor};

use super::checkpoint::Checkpoint;
use super::error::TrainingError;
use super::features::Features;
use super::fit::{Learner, State, fit, in_batches, learning_below, masks};
use super::losses::{CrossEntropy, Targets, cooccurrence, cross_entropy, weights_of};
use super::projection::{project, source_labels};
use super::prototype_start;
use super::random::{Draw, Moment};
use super::run::Run;
use super::supervised::{branch_prefix, log_odds, start_at_share};
use super::{ClassLogits, JointStage, PrototypeStart, Trained, WarmUpStage};
use crate::nn::{LATENT, Pass, PrototypeBranch, PrototypeNetwork, identity};

/// A branch inside the network, and what it needs of the data.
pub struct Place<'a> {
    pub branch: &'a PrototypeBranch,
    /// Of the branch's variables.
    prefix: String,
    /// The outputs of the network that the branch has.
    pub outputs: Vec<usize>,
    /// The class of each prototype, counted within the branch.
    pub classes: Vec<usize>,
    /// (P, C), 1 for a prototype's own class.
    pub identity: Tensor,
    pub train_labels: Tensor,
    /// `train_labels` without what is not to become a prototype again.
    pub source_labels: Tensor,
    pub validation_labels: Tensor,
}

impl<'a> Place<'a> {
    /// `None` where there is no branch of this name.
    pub fn find(run: &Run, network: &'a PrototypeNetwork, name: &str) -> Option<Self> {
        let index = network.branches.iter().position(|b| b.name == name)?;
        let branch = &network.branches[index];
        let architecture = &run.config.model;
        let outputs = architecture.outputs_of_branch(name);
        let all = &network.prototype_classes()[network.prototypes_of(index)];
        let classes: Vec<usize> = all
            .iter()
            .filter_map(|class| outputs.iter().position(|o| o == class))
            .collect();
        Some(Self {
            branch,
            prefix: branch_prefix(architecture, name),
            identity: identity(&classes, outputs.len(), branch.device()),
            train_labels: run.data.train.columns(&outputs),
            source_labels: source_labels(run.config, &run.data.train, &outputs),
            validation_labels: run.data.validation.columns(&outputs),
            classes,
            outputs,
        })
    }

    fn learning(&self, variables: &VarStore, parts: &[&str]) -> Vec<(String, Tensor)> {
        let prefixes: Vec<String> = parts
            .iter()
            .map(|p| format!("{}{p}", self.prefix))
            .collect();
        let prefixes: Vec<&str> = prefixes.iter().map(String::as_str).collect();
        learning_below(variables, &prefixes)
    }

    /// Similarities times +1 (own class) or -0.5 (others).
    pub fn fixed_logits(&self, similarities: &Tensor) -> Tensor {
        similarities.matmul(&(&self.identity * 1.5 - 0.5))
    }

    /// Mean pooled cosine with a class's own prototypes, (N, C); 0 for a class
    /// without any.
    fn own_mean(&self, similarities: &Tensor) -> Tensor {
        let count = self
            .identity
            .sum_dim_intlist(0, true, Kind::Float)
            .clamp_min(1.0);
        similarities.matmul(&(&self.identity / count)) / self.branch.kind.scale()
    }
}

/// Trains the add-on layers with a linear layer on the mean latent.
pub fn warm_up(
    run: &mut Run,
    stage: &WarmUpStage,
    state: &State,
    network: &PrototypeNetwork,
    checkpoint: &mut Checkpoint,
) -> Result<(), TrainingError> {
    let Some(place) = Place::find(run, network, &stage.branch) else {
        return Ok(());
    };
    let root = state.scratch.root();
    let linear = nn::linear(
        &root / "fc",
        LATENT,
        place.outputs.len() as i64,
        Default::default(),
    );
    start_at_share(&state.scratch, &place.train_labels);
    if checkpoint.progress.epoch == 0 {
        spread(&state.network, &place.prefix, stage);
    }
    let mut trained = place.learning(&state.network, &["add_on_layers."]);
    trained.extend(learning_below(&state.scratch, &[""]));
    let augment = stage.learning.augment.as_ref();
    let known = run.features.take();
    let features = Features::of(
        run,
        &state.network,
        place.branch,
        &place.prefix,
        (augment, stage.changed_versions),
        known,
    );
    let learner = WarmUp {
        place,
        trained,
        linear,
        features,
    };
    fit(
        run,
        ("warm-up", &stage.learning),
        state,
        checkpoint,
        &learner,
    )?;
    run.features = Some(learner.features);
    Ok(())
}

/// Spreads the latents over (0, 1), most of them near 0.
fn spread(variables: &VarStore, prefix: &str, stage: &WarmUpStage) {
    let _guard = tch::no_grad_guard();
    let variables = variables.variables();
    let last = |kind: &str| variables.get(&format!("{prefix}add_on_layers.2.{kind}"));
    if let (Some(weight), Some(bias)) = (last("weight"), last("bias")) {
        let _ = weight.shallow_clone().g_mul_scalar_(stage.last_layer_gain);
        let _ = bias.shallow_clone().g_add_scalar_(stage.last_layer_bias);
    }
}

struct WarmUp<'a> {
    place: Place<'a>,
    trained: Vec<(String, Tensor)>,
    linear: nn::Linear,
    features: Features,
}

/// Latents (N, 512) or (N, 512, 32) to their mean over time (N, 512).
fn over_time(latents: Tensor) -> Tensor {
    match latents.dim() {
        3 => latents.mean_dim(-1, false, None::<Kind>),
        _ => latents,
    }
}

impl Learner for WarmUp<'_> {
    fn trained(&self) -> &[(String, Tensor)] {
        &self.trained
    }

    fn loss(&self, run: &Run, rows: &[i64], moment: Moment) -> Tensor {
        let steps = self.features.drawn(run, rows, moment);
        let latents = over_time(self.place.branch.latents_of_steps(&steps));
        let masks = masks(moment);
        let logits = self
            .linear
            .forward(&Pass::Train(&masks).dropout(latents, 0.2));
        let labels = self.place.train_labels.index_select(0, &run.index(rows));
        let weight = Tensor::ones([labels.size()[1]], (Kind::Float, labels.device()));
        cross_entropy(CrossEntropy::WeightOnPositives, &logits, &labels, &weight)
    }

    fn validate(&self, _run: &Run) -> Tensor {
        in_batches(&self.features.validation, |steps| {
            self.linear
                .forward(&over_time(self.place.branch.latents_of_steps(steps)))
        })
    }

    fn outputs(&self) -> &[usize] {
        &self.place.outputs
    }

    fn validation_labels<'a>(&'a self, _run: &'a Run) -> &'a Tensor {
        &self.place.validation_labels
    }
}

/// Trains a branch with its prototypes.
pub fn run(
    run: &mut Run,
    stage: &JointStage,
    state: &State,
    network: &PrototypeNetwork,
    checkpoint: &mut Checkpoint,
) -> Result<(), TrainingError> {
    let Some(place) = Place::find(run, network, &stage.branch) else {
        return Ok(());
    };
    let frozen = stage.trained != Trained::Everything && !stage.frozen_in_train_mode;
    let known = run.features.take();
    let features = frozen.then(|| {
        let augment = stage.learning.augment.as_ref();
        Features::of(
            run,
            &state.network,
            place.branch,
            &place.prefix,
            (augment, stage.changed_versions),
            known,
        )
    });
    let scale = ClassScale::new(&state.scratch, place.outputs.len());
    if checkpoint.progress.epoch == 0 {
        start(
            run,
            stage,
            &place,
            features.as_ref(),
            checkpoint.progress.stage,
        )?;
        scale.start(run, &place, features.as_ref());
    }
    let parts: &[&str] = match stage.trained {
        Trained::Everything => &["feature_extractor.", "add_on_layers.", "prototype_vectors"],
        Trained::Heads => &["add_on_layers.", "prototype_vectors"],
        Trained::Prototypes => &["prototype_vectors"],
    };
    let mut trained = place.learning(&state.network, parts);
    if stage.class_logits == ClassLogits::OwnMean {
        trained.extend(learning_below(&state.scratch, &[""]));
    }
    let learner = Joint {
        stage,
        cooccurrence: cooccurrence(&place.train_labels),
        positive_weight: weights_of(
            stage.losses.positive_weight,
            stage.losses.positive_weight_cap,
            &place.train_labels,
        ),
        place,
        trained,
        scale,
        features,
    };
    fit(run, ("joint", &stage.learning), state, checkpoint, &learner)?;
    run.features = learner.features;
    Ok(())
}

fn start(
    run: &Run,
    stage: &JointStage,
    place: &Place,
    features: Option<&Features>,
    index: usize,
) -> Result<(), TrainingError> {
    let moment = Moment {
        seed: run.config.seed,
        stage: index,
        epoch: 0,
        step: 0,
    };
    let mut random = moment.generator(Draw::Prototypes);
    match stage.start {
        PrototypeStart::AsTheyAre => Ok(()),
        PrototypeStart::Sparse => {
            prototype_start::sparse(place.branch, &mut random);
            Ok(())
        }
        PrototypeStart::Latents => {
            let latents = latents_of_train(run, place.branch, features);
            prototype_start::from_latents(place, &latents, &mut random)
        }
    }
}

/// Latents of the training records as they are.
fn latents_of_train(run: &Run, branch: &PrototypeBranch, features: Option<&Features>) -> Tensor {
    match features {
        Some(features) => features.of_train(|steps| branch.latents_of_steps(steps)),
        None => in_batches(&run.data.train.signals, |xs| {
            branch.latents(xs, Pass::Evaluate)
        }),
    }
}

/// Scale and offset of each class: softplus(scale) x mean cosine + offset.
struct ClassScale {
    scale: Tensor,
    offset: Tensor,
}

impl ClassScale {
    /// How many times faster they learn than the add-on layers.
    const RATE: f64 = 50.0;

    fn new(scratch: &VarStore, classes: usize) -> Self {
        let root = scratch.root();
        Self {
            scale: root.zeros("class_scale", &[classes as i64]),
            offset: root.zeros("class_offset", &[classes as i64]),
        }
    }

    /// So that the logits have deviation 1.5 and the mean that the class's
    /// share of the records asks for.
    fn start(&self, run: &Run, place: &Place, features: Option<&Features>) {
        let _guard = tch::no_grad_guard();
        let latents = latents_of_train(run, place.branch, features);
        let mean = place.own_mean(&in_batches(&latents, |l| place.branch.similarities(l)));
        let deviation = mean.std_dim([0i64].as_slice(), true, false).clamp_min(1e-3);
        let scale: Tensor = 1.5 / deviation;
        let scale = scale.clamp(2.0, 60.0);
        let offset = log_odds(&place.train_labels) - &scale * mean.mean_dim(0, false, None::<Kind>);
        self.scale.shallow_clone().copy_(&scale);
        self.offset.shallow_clone().copy_(&offset);
    }

    fn logits(&self, own_mean: &Tensor) -> Tensor {
        own_mean * self.scale.softplus() + &self.offset
    }
}

struct Joint<'a> {
    stage: &'a JointStage,
    place: Place<'a>,
    trained: Vec<(String, Tensor)>,
    scale: ClassScale,
    features: Option<Features>,
    cooccurrence: Tensor,
    positive_weight: Tensor,
}

impl Joint<'_> {
    fn logits(&self, similarities: &Tensor) -> Tensor {
        match self.stage.class_logits {
            ClassLogits::Fixed => self.place.fixed_logits(similarities),
            ClassLogits::OwnMean => self.scale.logits(&self.place.own_mean(similarities)),
        }
    }
}

impl Learner for Joint<'_> {
    fn trained(&self) -> &[(String, Tensor)] {
        &self.trained
    }

    fn rate(&self, name: &str) -> f64 {
        if name.starts_with("class_") {
            ClassScale::RATE
        } else if name.ends_with("prototype_vectors") {
            self.stage.prototype_rate
        } else if name.contains("feature_extractor.") {
            self.stage.backbone_rate
        } else {
            1.0
        }
    }

    fn loss(&self, run: &Run, rows: &[i64], moment: Moment) -> Tensor {
        let branch = self.place.branch;
        let steps = match &self.features {
            Some(features) => features.drawn(run, rows, moment),
            None => {
                let mut xs = run.signals(rows);
                if let Some(augment) = &self.stage.learning.augment {
                    let mut random = moment.generator(Draw::Augmentation);
                    xs = augment.apply(&xs, run.config.preprocessing.rate_hz, &mut random);
                }
                let steps = || branch.steps(&xs, Pass::Train(&masks(moment)));
                match self.stage.trained {
                    Trained::Everything => steps(),
                    Trained::Heads | Trained::Prototypes => tch::no_grad(steps),
                }
            }
        };
        let similarities = branch.similarities(&branch.latents_of_steps(&steps));
        let targets = Targets {
            labels: &self.place.train_labels.index_select(0, &run.index(rows)),
            identity: &self.place.identity,
            cooccurrence: &self.cooccurrence,
            positive_weight: &self.positive_weight,
        };
        let logits = self.logits(&similarities);
        let prototypes = branch.flat_prototypes();
        self.stage
            .losses
            .terms(&logits, &similarities, &prototypes, &targets)
            .total
    }

    fn after_step(&self) {
        if self.stage.prototypes_in_range {
            let _guard = tch::no_grad_guard();
            let _ = self
                .place
                .branch
                .prototypes
                .shallow_clone()
                .clamp_(0.0, 1.0);
        }
    }

    fn after_epoch(&self, run: &Run, epoch: usize) -> Result<(), TrainingError> {
        let due = self
            .stage
            .project_every
            .is_some_and(|every| (epoch + 1).is_multiple_of(every.max(1)));
        if !due {
            return Ok(());
        }
        let latents = latents_of_train(run, self.place.branch, self.features.as_ref());
        project(&self.place, &latents, true)?;
        Ok(())
    }

    fn validate(&self, run: &Run) -> Tensor {
        let branch = self.place.branch;
        let similarities = match &self.features {
            Some(features) => in_batches(&features.validation, |steps| {
                branch.similarities(&branch.latents_of_steps(steps))
            }),
            None => in_batches(&run.data.validation.signals, |xs| {
                branch.similarities(&branch.latents(xs, Pass::Evaluate))
            }),
        };
        self.logits(&similarities)
    }

    fn outputs(&self) -> &[usize] {
        &self.place.outputs
    }

    fn validation_labels<'a>(&'a self, _run: &'a Run) -> &'a Tensor {
        &self.place.validation_labels
    }
}
