//! A study of pairs: which prototype the model names for which test ECG.

use std::path::Path;

use anyhow::Context;

use super::{no_sources, refuse_seen_folds, with_what_is_there};
use crate::bundle::Bundle;
use crate::cli::output;
use crate::cli::review::New;
use crate::dataset::{DataSet, Entry};
use crate::explain::{Subject, explain};
use crate::inference::{DeviceChoice, Model};
use crate::review::{Named, Pair, PairCandidate, PairDraw, Pairs, Protocol, Store, items_of};

/// Draws the pairs and makes the database.
pub fn make(
    arguments: &New,
    file: &Path,
    out: &Path,
    (protocol, wanted): (Protocol, &Pairs),
    bundle: Bundle,
) -> anyhow::Result<()> {
    let Some(folder) = &arguments.data else {
        anyhow::bail!("a study of pairs needs --data, the folder with its test ECGs");
    };
    anyhow::ensure!(
        !bundle.manifest.prototypes.is_empty(),
        "{}: the model {} has no prototypes that a test ECG could be paired with",
        file.display(),
        bundle.manifest.name
    );
    let model = Model::load(bundle, DeviceChoice::Auto)?;
    refuse_seen_folds(("pairs.folds", &wanted.folds), &model, file)?;
    let data = with_what_is_there(DataSet::open(folder)?, &wanted.folds);
    let candidates: Vec<PairCandidate> = no_sources(&data, &wanted.folds, &model)?
        .into_iter()
        .map(|entry| PairCandidate {
            ecg_id: entry.ecg_id,
            patient_id: entry.patient_id,
        })
        .collect();
    let mut draw = PairDraw::begin(protocol, &candidates)?;
    draw.check_classes(&items_of(model.manifest()))?;
    let order = draw.order().to_vec();
    for (looked_at, ecg_id) in order.iter().enumerate() {
        if draw.is_full() {
            break;
        }
        output::status(&format!(
            "ECG {} of at most {}, {} pairs",
            looked_at + 1,
            order.len(),
            draw.taken()
        ));
        let entry = data.entry(*ecg_id);
        let named = entry.map(|entry| named(&model, &data, entry, &draw));
        if let Some(named) = named.transpose()?.flatten() {
            draw.offer(named);
        }
    }
    output::status("");
    let study = draw.study(&data.name());
    let study = study.with_context(|| file.display().to_string())?;
    Store::create(out, &study)?;
    output::print_line(&format!(
        "{}: study {}, {} pairs, {} for practice, seed {}",
        out.display(),
        study.study_id,
        study.items.len(),
        study.training.len(),
        study.seed
    ))
}

/// The most similar prototype of the leading statement of an ECG; `None` where no
/// statement of the study is at or above its threshold.
fn named(
    model: &Model,
    data: &DataSet,
    entry: &Entry,
    draw: &PairDraw,
) -> anyhow::Result<Option<Named>> {
    let recording = data.read(entry)?;
    let prediction = model.predict(&recording)?;
    let leading =
        prediction.leading_of(|class| class.positive == Some(true) && draw.has_class(&class.code));
    let explained =
        leading.and_then(|class| explain(model, &prediction, class, &Subject::default()));
    let Some(explained) = explained else {
        return Ok(None);
    };
    let manifest = model.manifest();
    Ok(explained.prototypes.first().map(|evidence| Named {
        pair: Pair {
            ecg_id: entry.ecg_id,
            recording_sha256: recording.sha256(),
            prototype: evidence.prototype,
            cosine: evidence.cosine,
        },
        class_code: explained.code.clone(),
        branch: manifest
            .branch_of(evidence.prototype)
            .map(|branch| branch.name.clone())
            .unwrap_or_default(),
        source_ecg: manifest.prototypes[evidence.prototype].ecg_id,
    }))
}
