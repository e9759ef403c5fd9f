//! What is marked, what stands beside it, and what would be if something were
//! changed.

use std::sync::Arc;

use crate::app::application::Application;
use crate::app::command::Place;
use crate::app::drawn::{Drawn, Evidence, Source};
use crate::app::state::{LoadedModel, Marked, Reading};
use crate::app::texts::problems as texts;
use crate::app::worker::{EvidenceKey, FileJob, ModelJob, Priority};
use crate::explain::{AttentionExplanation, BranchInfluence, Checks, Order, marks};
use crate::inference::Changes;
use crate::sheet::HeatMap;

impl Application {
    /// Reads the training ECG that stands beside the read one, that of the
    /// counter-case and the next one in order, and has the evidence marked.
    pub(super) fn fetch_evidence(&mut self) {
        let reading = &self.state.reading;
        let prototype = |evidence: &crate::explain::PrototypeEvidence| evidence.prototype;
        let next = reading.at_rank(reading.rank + 1).map(prototype);
        let counter = reading.counter_case().map(|c| c.prototype.prototype);
        let counter = counter.filter(|_| reading.against);
        let chosen = reading.evidence().map(prototype);
        if let Some(next) = next {
            self.fetch_exemplar(next, Priority::Background);
        }
        for seen in [counter, chosen].into_iter().flatten() {
            self.fetch_exemplar(seen, Priority::Seen);
        }
        self.measure_influence();
        self.draw_evidence();
    }

    /// Has the read ECG drawn with the evidence on it, unless it is.
    pub(super) fn draw_evidence(&mut self) {
        let reading = &mut self.state.reading;
        let key = reading.evidence_key();
        let (Some(key), Some(opened), Some(workers)) = (key, &reading.opened, &self.workers) else {
            reading.marked = None;
            return;
        };
        if reading.marked.as_ref().is_some_and(|m| m.asked == key) {
            return;
        }
        let evidence = match reading.evidence() {
            Some(evidence) => Evidence {
                marks: marks::test_marks(evidence),
                heat: influence_map(reading, self.state.model.bundle()),
                cut_out: marks::test_cut_out(evidence),
            },
            None => Evidence {
                heat: reading.attention.as_deref().map(marks::heat_map),
                ..Evidence::default()
            },
        };
        let (source, signal) = (opened.drawn.source.clone(), opened.drawn.signal.clone());
        let source = Source { evidence, ..source };
        let before = reading.marked.take().and_then(|marked| marked.drawn);
        reading.marked = Some(Marked {
            asked: key.clone(),
            drawn: before.filter(|(drawn, _)| drawn.has_marks_of(&key)),
        });
        workers.files(
            Priority::Seen,
            FileJob::DrawEvidence {
                key,
                source,
                signal,
            },
        );
    }

    pub(super) fn evidence_drawn(&mut self, key: EvidenceKey, result: Result<Box<Drawn>, String>) {
        let reading = &mut self.state.reading;
        let Some(marked) = reading.marked.as_mut().filter(|m| m.asked == key) else {
            return;
        };
        match result {
            Ok(drawn) => marked.drawn = Some((key, drawn)),
            Err(message) => {
                reading.marked = None;
                let title = texts::EVIDENCE_NOT_DRAWN;
                self.state.problem(Place::Prediction, title, message);
            }
        }
    }

    pub(super) fn set_order(&mut self, order: Order) {
        let reading = &mut self.state.reading;
        let shown = reading.at_rank(reading.rank).map(|e| e.prototype);
        reading.order = order;
        // The first of the new order, if the first of the old one was shown.
        let rank = shown.and_then(|prototype| reading.rank_of(prototype));
        reading.rank = rank.filter(|_| reading.rank > 0).unwrap_or(0);
        self.fetch_evidence();
    }

    pub(super) fn show_counter_case(&mut self, against: bool) {
        let reading = &mut self.state.reading;
        reading.against = against && reading.counter_case().is_some();
        self.fetch_evidence();
    }

    /// Asks the model anew, with these changes; what was asked before and is
    /// not answered yet is passed over.
    pub(super) fn what_if(&mut self, changes: Changes) {
        let reading = &mut self.state.reading;
        if reading.unchanged.is_none() || reading.changes == changes {
            return;
        }
        reading.changes = changes;
        self.predict();
    }

    /// Has measured what the similarity of the pair on the screen hangs on,
    /// unless it is known; it tells as much of every prototype of the branch.
    fn measure_influence(&mut self) {
        let reading = &mut self.state.reading;
        let prototype = reading.evidence().map(|evidence| evidence.prototype);
        let branch = prototype.zip(self.state.model.bundle());
        let branch = branch.and_then(|(prototype, model)| {
            let prototype = model.manifest.prototypes.get(prototype)?;
            Some(prototype.branch)
        });
        let (Some(branch), Some(prediction), Some(opened), Some(workers)) =
            (branch, &reading.prediction, &reading.opened, &self.workers)
        else {
            return;
        };
        if reading.influences.contains_key(&branch) {
            // The one of another branch that was left is not waited for.
            reading.measuring = None;
            return;
        }
        if reading.measuring == Some(branch) || reading.predicting {
            return;
        }
        reading.measuring = Some(branch);
        let job = ModelJob::MeasureInfluence {
            ticket: reading.asked,
            recording: Arc::clone(&opened.recording),
            changes: prediction.changes.clone(),
            branch,
        };
        // To begin is a matter of a millisecond; the steps are taken while nothing is asked.
        workers.model(Priority::Seen, job);
    }

    pub(super) fn influence_measured(
        &mut self,
        (ticket, branch): (u64, usize),
        result: Result<Arc<BranchInfluence>, String>,
    ) {
        let reading = &mut self.state.reading;
        if ticket != reading.asked {
            return;
        }
        if reading.measuring == Some(branch) {
            reading.measuring = None;
        }
        let failed = result.as_ref().err().cloned();
        reading.influences.insert(branch, result.ok());
        match failed {
            None => self.draw_evidence(),
            Some(message) => {
                let title = texts::INFLUENCE_NOT_MEASURED;
                self.state.problem(Place::Prediction, title, message);
            }
        }
    }

    /// Has the pair on the screen tried with noise, gain and shift.
    pub(super) fn run_checks(&mut self) {
        let reading = &mut self.state.reading;
        let prototype = reading.evidence().map(|evidence| evidence.prototype);
        let (Some(prototype), Some(opened), Some(workers)) =
            (prototype, &reading.opened, &self.workers)
        else {
            return;
        };
        let job = ModelJob::Check {
            ticket: reading.asked,
            recording: Arc::clone(&opened.recording),
            prototype,
        };
        reading.checking = true;
        workers.model(Priority::Seen, job);
    }

    pub(super) fn checked(&mut self, ticket: u64, result: Result<Arc<Checks>, String>) {
        if ticket != self.state.reading.asked {
            return;
        }
        self.state.reading.checking = false;
        match result {
            Ok(checks) => self.state.reading.checks = Some(checks),
            Err(message) => {
                let title = texts::PAIR_NOT_CHECKED;
                self.state.problem(Place::Prediction, title, message);
            }
        }
    }

    /// Has the attention measured, for a network that has one.
    pub(super) fn attend(&mut self) {
        let reading = &mut self.state.reading;
        // That of the question before stands beside no number of this one.
        reading.attention = None;
        let prediction = reading.prediction.as_ref();
        let prediction = prediction.filter(|prediction| prediction.attention.is_some());
        let (Some(prediction), Some(opened), Some(workers)) =
            (prediction, &reading.opened, &self.workers)
        else {
            return;
        };
        let job = ModelJob::Attend {
            ticket: reading.asked,
            recording: Arc::clone(&opened.recording),
            prediction: Arc::clone(prediction),
        };
        reading.attending = true;
        // A new question overtakes it: it takes a dozen times as long as one.
        workers.model(Priority::Background, job);
    }

    pub(super) fn attended(
        &mut self,
        ticket: u64,
        result: Result<Option<Arc<AttentionExplanation>>, String>,
    ) {
        if ticket != self.state.reading.asked {
            return;
        }
        self.state.reading.attending = false;
        match result {
            Ok(attention) => {
                self.state.reading.attention = attention;
                self.draw_evidence();
            }
            Err(message) => {
                let title = texts::ATTENTION_NOT_MEASURED;
                self.state.problem(Place::Prediction, title, message);
            }
        }
    }
}

/// The measured influence behind the traces, once it is there.
fn influence_map(reading: &Reading, model: Option<&LoadedModel>) -> Option<HeatMap> {
    let influence = reading.influence_of_evidence()?;
    let leads = &model?.manifest.preprocessing.leads;
    Some(marks::influence_map(&influence, leads))
}
