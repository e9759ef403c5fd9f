//! The ledger of one statement: similarity x weight for every prototype.

use super::explanation::heading;
use super::neighbours::{branch_of_class, neighbours};
use super::{
    ClassExplanation, CounterCase, Ledger, LedgerEntry, OrdersDisagree, PrototypeEvidence, Span,
    Subject, Window,
};
use crate::bundle::Manifest;
use crate::inference::{Model, PooledWindow, Prediction};
use crate::nn::{PrototypeKind, window_s};

/// The evidence for output `class` of a prediction of this model; `None` where
/// there is no such output. The contributions, the rest and the bias add up to
/// the prediction's logit, because the logit is that sum
/// ([`Model::prediction`]). `subject` is whose ECG it is, as far as is known.
pub fn explain(
    model: &Model,
    prediction: &Prediction,
    class: usize,
    subject: &Subject,
) -> Option<ClassExplanation> {
    let result = prediction.classes.get(class)?;
    let entries = entries(model, prediction, class)?;
    let prototypes = evidence_of_class(model, prediction, &entries, class, subject);
    Some(ClassExplanation {
        code: result.code.clone(),
        description: result.description.clone(),
        heading: heading(result.assessed, result.positive, prototypes.first()).to_owned(),
        assessed: result.assessed,
        positive: result.positive,
        logit: result.logit,
        probability: result.probability,
        calibrated_probability: result.calibrated_probability,
        calibration_shared: result.calibration_shared,
        threshold: result.threshold,
        threshold_shared: result.threshold_shared,
        ledger: ledger(model, prediction, class),
        orders_disagree: orders_disagree(&prototypes),
        prototypes,
        counter_case: counter_case(model, prediction, class, subject),
        nearest: neighbours(model, prediction, class, subject),
        influence: None,
        checks: None,
    })
}

/// The arithmetic of the logit of output `class`; `None` where there is no such
/// output, and for a network without prototypes.
pub fn ledger(model: &Model, prediction: &Prediction, class: usize) -> Option<Ledger> {
    if model.manifest().prototypes.is_empty() {
        return None;
    }
    let result = prediction.classes.get(class)?;
    let entries = entries(model, prediction, class)?;
    let mut ledger = listed(entries, &result.code, model.bias(class), result.logit);
    for entry in &mut ledger.entries {
        entry.percentile = percentile(model, entry);
    }
    Some(ledger)
}

/// One entry for every prototype, without percentiles: they take longer than
/// all the rest and are wanted of few.
fn entries(model: &Model, prediction: &Prediction, class: usize) -> Option<Vec<LedgerEntry>> {
    let manifest = model.manifest();
    let weights = model.weights(class)?;
    let entry = |(prototype, (&similarity, &weight)): (usize, (&f64, &f64))| {
        let branch = manifest.branch_of(prototype)?;
        let weight = match prediction.changes.is_off(prototype) {
            true => 0.0,
            false => weight,
        };
        Some(LedgerEntry {
            prototype,
            branch: branch.name.clone(),
            class: manifest.class_of(prototype)?.code.clone(),
            cosine: similarity / branch.prototypes.scale(),
            similarity,
            percentile: None,
            weight,
            contribution: similarity * weight,
        })
    };
    let both = prediction.similarities.iter().zip(weights);
    let both = both.enumerate();
    // What is out of use has no weight, and is no evidence.
    let in_use = both.filter(|(prototype, _)| manifest.is_in_use(*prototype));
    Some(in_use.filter_map(entry).collect())
}

fn percentile(model: &Model, entry: &LedgerEntry) -> Option<f64> {
    let own_class = model.manifest().prototypes.get(entry.prototype)?.class;
    let training = model.training_similarities();
    training.percentile(entry.prototype, own_class, entry.similarity)
}

/// The prototypes of a class, the most similar first.
fn evidence_of_class(
    model: &Model,
    prediction: &Prediction,
    entries: &[LedgerEntry],
    class: usize,
    subject: &Subject,
) -> Vec<PrototypeEvidence> {
    let manifest = model.manifest();
    let own = entries
        .iter()
        .filter(|e| manifest.prototypes[e.prototype].class == class);
    let mut prototypes: Vec<PrototypeEvidence> = own
        .map(|entry| PrototypeEvidence {
            percentile: percentile(model, entry),
            ..evidence(manifest, prediction, entry, subject)
        })
        .collect();
    prototypes.sort_by(|a, b| b.cosine.total_cmp(&a.cosine));
    prototypes
}

/// The first of each order, where they are two.
fn orders_disagree(prototypes: &[PrototypeEvidence]) -> Option<OrdersDisagree> {
    let by_similarity = prototypes.first()?;
    let most = |best: &'_ PrototypeEvidence, other: &'_ PrototypeEvidence| {
        other.contribution > best.contribution
    };
    let by_contribution =
        prototypes.iter().fold(
            by_similarity,
            |best, p| if most(best, p) { p } else { best },
        );
    (by_similarity.prototype != by_contribution.prototype).then_some(OrdersDisagree {
        by_similarity: by_similarity.prototype,
        by_contribution: by_contribution.prototype,
    })
}

/// The most probable other statement of the branch that is below its
/// threshold, by its most similar prototype.
fn counter_case(
    model: &Model,
    prediction: &Prediction,
    class: usize,
    subject: &Subject,
) -> Option<CounterCase> {
    let branch = branch_of_class(model, class)?;
    let rivals = prediction.classes.iter().enumerate();
    let (rival, result) = rivals
        .filter(|(other, result)| *other != class && result.positive == Some(false))
        .filter(|(other, _)| branch_of_class(model, *other) == Some(branch))
        .max_by(|a, b| {
            a.1.probability
                .partial_cmp(&b.1.probability)
                .unwrap_or(std::cmp::Ordering::Equal)
        })?;
    let entries = entries(model, prediction, rival)?;
    let own = |e: &&LedgerEntry| model.manifest().prototypes[e.prototype].class == rival;
    let best = entries
        .iter()
        .filter(own)
        .max_by(|a, b| a.cosine.total_cmp(&b.cosine))?;
    Some(CounterCase {
        code: result.code.clone(),
        description: result.description.clone(),
        probability: result.probability?,
        threshold: result.threshold?,
        prototype: PrototypeEvidence {
            percentile: percentile(model, best),
            ..evidence(model.manifest(), prediction, best, subject)
        },
    })
}

fn evidence(
    manifest: &Manifest,
    prediction: &Prediction,
    entry: &LedgerEntry,
    subject: &Subject,
) -> PrototypeEvidence {
    let source = &manifest.prototypes[entry.prototype];
    let pooled = prediction.windows.get(entry.prototype);
    let windows: Vec<Window> = pooled
        .into_iter()
        .flatten()
        .filter_map(|pooled| window(manifest, entry.prototype, pooled))
        .collect();
    let same_recording = source.recording_sha256.as_ref() == Some(&prediction.recording_sha256)
        || (source.ecg_id.is_some() && source.ecg_id == subject.ecg_id);
    let span = |(start_s, end_s): (f64, f64)| Span { start_s, end_s };
    PrototypeEvidence {
        prototype: entry.prototype,
        ecg_id: source.ecg_id,
        cosine: entry.cosine,
        percentile: entry.percentile,
        weight: entry.weight,
        contribution: entry.contribution,
        whole_recording: manifest
            .branch_of(entry.prototype)
            .is_none_or(|b| b.prototypes == PrototypeKind::WholeRecording),
        receptive_field_s: windows.first().map(|w| w.receptive_field_s),
        windows,
        source_window: manifest.source_window_s(entry.prototype).map(span),
        source_receptive_field_s: manifest.source_field_s(entry.prototype).map(span),
        source_statements: source.source_statements.clone(),
        source_fold: source.fold,
        source_age_years: source.age_years,
        source_sex: source.sex,
        duplicate_of: source.duplicate_of,
        same_recording,
        same_patient: same_recording || source.ecg_id.is_some_and(|id| subject.has(id)),
        switched_off: prediction.changes.is_off(entry.prototype),
        rating: None,
    }
}

/// A pooled window in seconds.
fn window(manifest: &Manifest, prototype: usize, pooled: &PooledWindow) -> Option<Window> {
    let branch = manifest.branch_of(prototype)?;
    let PrototypeKind::Windows { steps, .. } = branch.prototypes else {
        return None;
    };
    let duration_s = manifest.preprocessing.duration_s();
    let (start_s, end_s) = window_s(pooled.step, steps, duration_s);
    let field = manifest.field_s(prototype, pooled.step)?;
    Some(Window {
        start_s,
        end_s,
        cosine: pooled.cosine,
        receptive_field_s: Span {
            start_s: field.0,
            end_s: field.1,
        },
    })
}

/// Lists what matters and sums up what does not.
fn listed(entries: Vec<LedgerEntry>, code: &str, bias: f64, logit: f64) -> Ledger {
    let (mut large, small): (Vec<_>, Vec<_>) = entries
        .into_iter()
        .partition(|e| e.class == code || e.contribution.abs() >= Ledger::SMALLEST);
    large.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()));
    let rest = small.iter().map(|e| e.contribution).sum();
    Ledger {
        entries: large,
        rest,
        bias,
        logit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(prototype: usize, class: &str, contribution: f64) -> LedgerEntry {
        LedgerEntry {
            prototype,
            branch: "rhythm".into(),
            class: class.into(),
            cosine: 0.5,
            similarity: 0.5,
            percentile: None,
            weight: contribution * 2.0,
            contribution,
        }
    }

    #[test]
    fn own_prototypes_are_always_listed_and_small_foreign_ones_are_summed() {
        let entries = vec![
            entry(0, "SR", 0.001),
            entry(1, "AFIB", -2.0),
            entry(2, "AFIB", 0.002),
            entry(3, "AFIB", -0.001),
        ];
        let ledger = listed(entries, "SR", 0.5, -1.498);
        let listed: Vec<usize> = ledger.entries.iter().map(|e| e.prototype).collect();
        assert_eq!(listed, [1, 0]);
        assert!((ledger.rest - 0.001).abs() < 1e-12);
        let sum: f64 =
            ledger.entries.iter().map(|e| e.contribution).sum::<f64>() + ledger.rest + ledger.bias;
        assert!((sum - ledger.logit).abs() < 1e-12);
    }
}
