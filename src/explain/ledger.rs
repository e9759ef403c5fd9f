//! The ledger of one statement: similarity x weight for every prototype.

use super::{ClassExplanation, Ledger, LedgerEntry, PrototypeEvidence, Span, Window};
use crate::bundle::Manifest;
use crate::inference::{Model, PooledWindow, Prediction};
use crate::nn::{PrototypeKind, receptive_field_s, window_s};

/// The evidence for output `class` of a prediction of this model; `None` where
/// there is no such output. The contributions, the rest and the bias add up to
/// the prediction's logit, because the logit is that sum
/// ([`Model::prediction`]).
pub fn explain(model: &Model, prediction: &Prediction, class: usize) -> Option<ClassExplanation> {
    let manifest = model.manifest();
    let training = model.training_similarities();
    let weights = model.weights(class)?;
    let result = prediction.classes.get(class)?;
    let entries: Vec<LedgerEntry> = prediction
        .similarities
        .iter()
        .zip(weights)
        .enumerate()
        // What is out of use has no weight, and is no evidence.
        .filter(|(prototype, _)| manifest.is_in_use(*prototype))
        .filter_map(|(prototype, (&similarity, &weight))| {
            let own_class = manifest.prototypes.get(prototype)?.class;
            let branch = manifest.branch_of(prototype)?;
            Some(LedgerEntry {
                prototype,
                branch: branch.name.clone(),
                class: manifest.class_of(prototype)?.code.clone(),
                cosine: similarity / branch.prototypes.scale(),
                similarity,
                percentile: training.percentile(prototype, own_class, similarity),
                weight,
                contribution: similarity * weight,
            })
        })
        .collect();
    let mut prototypes: Vec<PrototypeEvidence> = entries
        .iter()
        .filter(|e| manifest.prototypes[e.prototype].class == class)
        .map(|e| evidence(manifest, prediction, e))
        .collect();
    prototypes.sort_by(|a, b| b.cosine.total_cmp(&a.cosine));
    Some(ClassExplanation {
        code: result.code.clone(),
        description: result.description.clone(),
        assessed: result.assessed,
        positive: result.positive,
        logit: result.logit,
        probability: result.probability,
        calibrated_probability: result.calibrated_probability,
        calibration_shared: result.calibration_shared,
        threshold: result.threshold,
        threshold_shared: result.threshold_shared,
        ledger: (!manifest.prototypes.is_empty())
            .then(|| ledger(entries, &result.code, model.bias(class), result.logit)),
        prototypes,
    })
}

fn evidence(
    manifest: &Manifest,
    prediction: &Prediction,
    entry: &LedgerEntry,
) -> PrototypeEvidence {
    let source = &manifest.prototypes[entry.prototype];
    let rate_hz = manifest.preprocessing.rate_hz;
    let pooled = prediction.windows.get(entry.prototype);
    let windows: Vec<Window> = pooled
        .into_iter()
        .flatten()
        .filter_map(|pooled| window(manifest, entry.prototype, pooled))
        .collect();
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
        source_window: source.window_samples.map(|(start, end)| Span {
            start_s: start as f64 / rate_hz,
            end_s: end as f64 / rate_hz,
        }),
        source_statements: source.source_statements.clone(),
        source_fold: source.fold,
        source_age_years: source.age_years,
        source_sex: source.sex,
        duplicate_of: source.duplicate_of,
        same_recording: source.recording_sha256.as_ref() == Some(&prediction.recording_sha256),
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
    let field = receptive_field_s(&branch.backbone, pooled.step, steps, duration_s);
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
fn ledger(entries: Vec<LedgerEntry>, code: &str, bias: f64, logit: f64) -> Ledger {
    let (mut listed, small): (Vec<_>, Vec<_>) = entries
        .into_iter()
        .partition(|e| e.class == code || e.contribution.abs() >= Ledger::SMALLEST);
    listed.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()));
    let rest = small.iter().map(|e| e.contribution).sum();
    Ledger {
        entries: listed,
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
        let ledger = ledger(entries, "SR", 0.5, -1.498);
        let listed: Vec<usize> = ledger.entries.iter().map(|e| e.prototype).collect();
        assert_eq!(listed, [1, 0]);
        assert!((ledger.rest - 0.001).abs() < 1e-12);
        let sum: f64 =
            ledger.entries.iter().map(|e| e.contribution).sum::<f64>() + ledger.rest + ledger.bias;
        assert!((sum - ledger.logit).abs() < 1e-12);
    }
}
