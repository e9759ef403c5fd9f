//! A run as its log tells it: stages, curves, statements, projections.

use crate::bundle::ProjectionReport;
use crate::training::event::{Begun, Event, PlannedStage, ProjectedSource};

/// The classifier that is fitted for comparison while the bundle is written.
/// It is no part of the model.
const COMPARISON: &str = "free prototypes";

/// One epoch, or one look of a classifier at the validation fold.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochPoint {
    pub stage: usize,
    pub name: String,
    pub epoch: usize,
    pub of: usize,
    pub loss: f64,
    pub validation_loss: Option<f64>,
    pub macro_auroc: Option<f64>,
    pub better: bool,
    /// 0 where it was not measured.
    pub records_per_second: f64,
    /// In this stage, at most.
    pub seconds_left: f64,
}

/// A projection of a branch.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    pub stage: usize,
    pub report: ProjectionReport,
    pub sources: Vec<ProjectedSource>,
}

/// A statement with the newest AUROC that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassView {
    pub code: String,
    pub description: String,
    pub training_positives: usize,
    pub validation_positives: usize,
    /// On the validation fold, and by which stage.
    pub auroc: Option<(f64, usize)>,
}

/// What is behind, at work and to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageState {
    Done,
    Now,
    Open,
}

/// A stage and how far it is.
#[derive(Clone, Debug, PartialEq)]
pub struct StageView {
    pub name: String,
    pub branch: Option<String>,
    pub state: StageState,
    /// Epochs that are done.
    pub epoch: usize,
    /// At most so many.
    pub of: Option<usize>,
    pub best_macro_auroc: Option<f64>,
}

/// What a log amounts to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunView {
    /// `None` in the log of an older program.
    pub begun: Option<Begun>,
    pub epochs: Vec<EpochPoint>,
    pub classes: Vec<ClassView>,
    pub projections: Vec<Projection>,
    pub warnings: Vec<String>,
    /// The stage at work.
    pub stage: Option<usize>,
    /// Every stage is done, and the bundle is being written.
    pub delivering: bool,
    /// Lines of the log that are none of this program's.
    pub unreadable: usize,
}

impl RunView {
    /// Takes in the next line of the log.
    pub fn add(&mut self, event: Event) {
        match event {
            Event::Begun(begun) => self.begin(begun),
            Event::Stage { stage } => {
                self.stage = Some(stage);
                self.delivering = false;
            }
            Event::Delivering {} => self.delivering = true,
            Event::Warning { message } => self.warnings.push(message),
            Event::Projected {
                stage,
                report,
                sources,
            } => self.projections.push(Projection {
                stage,
                report,
                sources,
            }),
            Event::Epoch {
                stage,
                name,
                epoch,
                of,
                loss,
                validation_loss,
                validation_macro_auroc,
                better,
                records_per_second,
                seconds_left,
                class_auroc,
            } => {
                if name == COMPARISON {
                    return;
                }
                self.stage = Some(stage);
                for class in &mut self.classes {
                    if let Some(&auroc) = class_auroc.get(&class.code) {
                        class.auroc = Some((auroc, stage));
                    }
                }
                self.epochs.push(EpochPoint {
                    stage,
                    name: name.into_owned(),
                    epoch,
                    of,
                    loss,
                    validation_loss,
                    macro_auroc: validation_macro_auroc,
                    better,
                    records_per_second,
                    seconds_left,
                });
            }
            // Not in a log.
            Event::Reading { .. } | Event::Step { .. } => {}
        }
    }

    /// A run begins or goes on: what it had done after its last checkpoint is
    /// done once more.
    fn begin(&mut self, begun: Begun) {
        let (stage, epoch) = begun.from;
        self.epochs
            .retain(|point| (point.stage, point.epoch) <= (stage, epoch));
        self.projections.retain(|p| p.stage < stage);
        self.delivering = false;
        self.stage = Some(stage);
        if self.classes.len() != begun.classes.len() {
            self.classes = begun
                .classes
                .iter()
                .map(|class| ClassView {
                    code: class.code.clone(),
                    description: class.description.clone(),
                    training_positives: class.training_positives,
                    validation_positives: class.validation_positives,
                    auroc: None,
                })
                .collect();
        }
        self.begun = Some(begun);
    }

    /// All stages of the configuration; of an older program's log those that
    /// have told anything.
    pub fn stages(&self) -> Vec<StageView> {
        let planned = match &self.begun {
            Some(begun) => begun.stages.clone(),
            None => self.told_stages(),
        };
        let view = |(index, planned): (usize, PlannedStage)| {
            let of_stage = || self.epochs.iter().filter(move |p| p.stage == index);
            StageView {
                state: match self.stage {
                    Some(now) if now == index && !self.delivering => StageState::Now,
                    Some(now) if now >= index => StageState::Done,
                    _ => StageState::Open,
                },
                epoch: of_stage().map(|p| p.epoch).max().unwrap_or(0),
                of: planned.epochs,
                best_macro_auroc: of_stage().filter_map(|p| p.macro_auroc).reduce(f64::max),
                name: planned.name,
                branch: planned.branch,
            }
        };
        planned.into_iter().enumerate().map(view).collect()
    }

    fn told_stages(&self) -> Vec<PlannedStage> {
        let of_epochs = self.epochs.iter().map(|p| p.stage);
        let of_projections = self.projections.iter().map(|p| p.stage);
        let Some(last) = of_epochs.chain(of_projections).max() else {
            return Vec::new();
        };
        let told = |index: usize| {
            let epoch = self.epochs.iter().find(|p| p.stage == index);
            let projection = self.projections.iter().find(|p| p.stage == index);
            PlannedStage {
                name: match (epoch, projection) {
                    (Some(point), _) => point.name.clone(),
                    (None, Some(_)) => "project".to_owned(),
                    // A projection whose line has other fields.
                    (None, None) => "not told".to_owned(),
                },
                branch: projection.map(|p| p.report.branch.clone()),
                epochs: epoch.map(|p| p.of),
            }
        };
        (0..=last).map(told).collect()
    }

    /// The newest projection of every branch, in the order of the branches.
    pub fn newest_projections(&self) -> Vec<&Projection> {
        let mut newest: Vec<&Projection> = Vec::new();
        for projection in &self.projections {
            let branch = &projection.report.branch;
            match newest.iter_mut().find(|p| p.report.branch == *branch) {
                Some(older) => *older = projection,
                None => newest.push(projection),
            }
        }
        newest
    }

    /// The prototypes as they were projected last, branch by branch.
    pub fn sources(&self) -> Vec<(&str, &ProjectedSource)> {
        let mut all = Vec::new();
        for projection in self.newest_projections() {
            let branch = projection.report.branch.as_str();
            all.extend(projection.sources.iter().map(|source| (branch, source)));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::event::PlannedClass;

    fn begun(from: (usize, usize)) -> Event {
        let stage = |name: &str, epochs| PlannedStage {
            name: name.into(),
            branch: Some("rhythm".into()),
            epochs,
        };
        Event::Begun(Begun {
            unix_s: 0.0,
            title: "t".into(),
            data: "d".into(),
            device: "CPU".into(),
            seed: 1,
            from,
            train_records: 10,
            validation_records: 5,
            stages: vec![
                stage("joint", Some(3)),
                stage("project", None),
                stage("classifier", Some(100)),
            ],
            classes: vec![PlannedClass {
                code: "AFIB".into(),
                description: "atrial fibrillation".into(),
                training_positives: 4,
                validation_positives: 2,
            }],
            prototypes: 2,
        })
    }

    fn epoch(stage: usize, epoch: usize, auroc: f64) -> Event {
        Event::Epoch {
            stage,
            name: "joint".into(),
            epoch,
            of: 3,
            loss: 1.0 / epoch as f64,
            validation_loss: Some(1.0),
            validation_macro_auroc: Some(auroc),
            better: true,
            records_per_second: 10.0,
            seconds_left: 1.0,
            class_auroc: [("AFIB".to_owned(), auroc)].into(),
        }
    }

    fn states(view: &RunView) -> Vec<(StageState, usize)> {
        let stages = view.stages().into_iter();
        stages.map(|s| (s.state, s.epoch)).collect()
    }

    #[test]
    fn a_log_becomes_stages_curves_and_statements() {
        use StageState::{Done, Now, Open};
        let mut view = RunView::default();
        view.add(begun((0, 0)));
        assert_eq!(states(&view), [(Now, 0), (Open, 0), (Open, 0)]);
        view.add(Event::Stage { stage: 0 });
        view.add(epoch(0, 1, 0.5));
        view.add(epoch(0, 2, 0.75));
        assert_eq!(states(&view), [(Now, 2), (Open, 0), (Open, 0)]);
        assert_eq!(view.classes[0].auroc, Some((0.75, 0)));
        view.add(Event::Stage { stage: 1 });
        assert_eq!(states(&view), [(Done, 2), (Now, 0), (Open, 0)]);
        view.add(Event::Stage { stage: 2 });
        view.add(epoch(2, 10, 0.8));
        view.add(Event::Delivering {});
        assert_eq!(states(&view), [(Done, 2), (Done, 0), (Done, 10)]);
        assert_eq!(view.stages()[0].best_macro_auroc, Some(0.75));
    }

    /// Killed after the epoch was told and before the checkpoint of the next
    /// stage: the second epoch is done again, and is one point.
    #[test]
    fn what_is_done_again_is_not_drawn_twice() {
        let mut view = RunView::default();
        view.add(begun((0, 0)));
        view.add(epoch(0, 1, 0.5));
        view.add(epoch(0, 2, 0.6));
        view.add(begun((0, 1)));
        assert_eq!(view.epochs.len(), 1);
        assert_eq!(
            view.classes[0].auroc,
            Some((0.6, 0)),
            "until it is known anew"
        );
        view.add(epoch(0, 2, 0.7));
        let aurocs: Vec<_> = view.epochs.iter().map(|p| p.macro_auroc).collect();
        assert_eq!(aurocs, [Some(0.5), Some(0.7)]);
    }

    #[test]
    fn the_classifier_for_comparison_is_not_the_models() {
        let mut view = RunView::default();
        view.add(begun((0, 0)));
        view.add(epoch(0, 1, 0.5));
        let mut comparison = epoch(2, 10, 0.99);
        if let Event::Epoch { name, .. } = &mut comparison {
            *name = COMPARISON.into();
        }
        view.add(comparison);
        assert_eq!(view.epochs.len(), 1);
        assert_eq!(view.classes[0].auroc, Some((0.5, 0)));
    }
}
