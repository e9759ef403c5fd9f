//! `protoecg review new`: a database from a protocol.

mod pairs;

use std::collections::HashSet;
use std::path::Path;

use anyhow::Context;

use super::New;
use crate::bundle::{self, Architecture, Bundle};
use crate::cli::output;
use crate::dataset::{DataSet, Entry};
use crate::explain::{Subject, explain};
use crate::inference::{DeviceChoice, Model};
use crate::review::reading::{
    Arm, Candidate, Offered, ReadingProtocol, ReadingStudy, Said, Told, draw,
};
use crate::review::{BundleRef, Protocol, ReadingStore, Store, Study, items_of};
use crate::statements::LabelSet;

pub fn run(arguments: &New) -> anyhow::Result<()> {
    if let (true, Some(bundle)) = (arguments.template, &arguments.bundle) {
        let model = open(bundle)?;
        let bundle = BundleRef {
            name: bundle.display().to_string(),
            sha256: model.sha256.clone(),
        };
        let template = match (arguments.reading, arguments.pairs) {
            (true, _) => ReadingProtocol::template(&bundle, &offered_by(&model), &arms_of(&model)),
            (false, true) => Protocol::template_of_pairs(&bundle),
            (false, false) => Protocol::template(&bundle),
        };
        return output::print_line(template.trim_end());
    }
    let (Some(file), Some(out)) = (&arguments.protocol, &arguments.out) else {
        anyhow::bail!("--protocol and --out are needed");
    };
    if ReadingProtocol::is_meant_by(file) {
        return of_reading(arguments, file, out);
    }
    let mut protocol = Protocol::read(file)?;
    let bundle = the_bundle(arguments, file, &mut protocol.bundle)?;
    if let Some(wanted) = protocol.pairs.clone() {
        return pairs::make(arguments, file, out, (protocol, &wanted), bundle);
    }
    let study = Study::by_protocol(protocol, items_of(&bundle.manifest))?;
    Store::create(out, &study)?;
    let linked: usize = study.items.iter().map(|item| item.linked.len()).sum();
    output::print_line(&format!(
        "{}: study {}, {} prototypes ({linked} more are linked to them), {} for practice, seed {}",
        out.display(),
        study.study_id,
        study.items.len(),
        study.training.len(),
        study.seed
    ))
}

fn open(bundle: &Path) -> anyhow::Result<Bundle> {
    Ok(Bundle::open(&bundle::resolve(bundle)?)?)
}

/// The very model of the protocol, whose reference gets the model's own name:
/// that of a folder says nothing to others, and may say too much.
fn the_bundle(arguments: &New, file: &Path, wanted: &mut BundleRef) -> anyhow::Result<Bundle> {
    let named = Path::new(&wanted.name);
    let bundle = open(arguments.bundle.as_deref().unwrap_or(named))
        .with_context(|| format!("{}: bundle", file.display()))?;
    anyhow::ensure!(
        bundle.sha256 == wanted.sha256,
        "{}: bundle.sha256 is {}, the bundle {} has {}; the study is of one very model",
        file.display(),
        wanted.sha256,
        bundle.manifest.name,
        bundle.sha256
    );
    wanted.name.clone_from(&bundle.manifest.name);
    Ok(bundle)
}

fn of_reading(arguments: &New, file: &Path, out: &Path) -> anyhow::Result<()> {
    let mut protocol = ReadingProtocol::read(file)?;
    let bundle = the_bundle(arguments, file, &mut protocol.bundle)?;
    let Some(folder) = &arguments.data else {
        anyhow::bail!("a reading study needs --data, the folder with its test ECGs");
    };
    refuse_other_outputs(&protocol, &bundle, file)?;
    let model = Model::load(bundle, DeviceChoice::Auto)?;
    let folds = &protocol.ecgs.folds;
    refuse_seen_folds(("ecgs.folds", folds), &model, file)?;
    let data = with_what_is_there(DataSet::open(folder)?, folds);
    let candidates = candidates(&data, &protocol, &model)?;
    let drawn = draw(&protocol, &candidates)?;
    let ids = drawn.ecgs.iter().chain(&drawn.training);
    let entries: Vec<&Entry> = ids.filter_map(|id| data.entry(*id)).collect();
    let mut told = Vec::with_capacity(entries.len());
    for entry in &entries {
        output::status(&format!("ECG {} of {}", told.len() + 1, entries.len()));
        told.push(told_of(&model, &data, entry, &protocol.statements)?);
    }
    output::status("");
    let reference = protocol.bundle.clone();
    let study = ReadingStudy::by_protocol(protocol, reference, &data.name(), &drawn, told)?;
    ReadingStore::create(out, &study)?;
    let wrong = study.ecgs.iter().filter(|ecg| ecg.shown.wrong_control);
    output::print_line(&format!(
        "{}: reading study {}, {} ECGs, {} for practice, {} with a wrong prediction, {} arms, seed {}",
        out.display(),
        study.study_id,
        study.ecgs.len(),
        study.training.len(),
        wrong.count(),
        study.protocol.arms.len(),
        study.seed
    ))
}

/// What a reader of this model's predictions can say.
fn offered_by(bundle: &Bundle) -> Offered {
    match bundle.manifest.architecture.labels() {
        LabelSet::Group(group) => Offered::Group(group),
        LabelSet::All => Offered::All,
        LabelSet::Superclasses { .. } => Offered::Superclasses,
    }
}

/// Every arm that the model has something for.
fn arms_of(bundle: &Bundle) -> Vec<Arm> {
    let mut arms = vec![Arm::Unaided, Arm::WithPrediction];
    if !bundle.manifest.prototypes.is_empty() {
        arms.push(Arm::WithPrototype);
    }
    if matches!(bundle.manifest.architecture, Architecture::Attention { .. }) {
        arms.push(Arm::WithAttention);
    }
    arms
}

/// What a reader can say is what the model can, and an arm shows what it has.
fn refuse_other_outputs(
    protocol: &ReadingProtocol,
    bundle: &Bundle,
    file: &Path,
) -> anyhow::Result<()> {
    let (name, file) = (&bundle.manifest.name, file.display());
    let offers_superclasses = protocol.statements == Offered::Superclasses;
    let says_superclasses = offered_by(bundle) == Offered::Superclasses;
    match (offers_superclasses, says_superclasses) {
        (false, true) => anyhow::bail!(
            "{file}: the model {name} says superclasses (NORM, MI, STTC, CD, HYP); expected statements: superclasses"
        ),
        (true, false) => anyhow::bail!(
            "{file}: the model {name} says statements and no superclasses; expected statements: all, group(..) or codes([..])"
        ),
        _ => {}
    }
    let has = arms_of(bundle);
    if let Some(arm) = protocol.arms.iter().find(|arm| !has.contains(arm)) {
        let what = match arm {
            Arm::WithAttention => "attention",
            _ => "prototypes",
        };
        let names: Vec<&str> = has.iter().map(|arm| arm.name()).collect();
        anyhow::bail!(
            "{file}: arms has {}, and the model {name} has no {what}; expected some of {}",
            arm.name(),
            names.join(", ")
        );
    }
    Ok(())
}

/// Without the records of these folds that are not on the disk, which is said.
fn with_what_is_there(data: DataSet, folds: &[u8]) -> DataSet {
    let (data, missing) = data.without_missing(folds);
    if !missing.is_empty() {
        output::notice(&format!(
            "{} records of folds {folds:?} are not in the folder and are not drawn",
            missing.len()
        ));
    }
    data
}

/// What the model was fitted to says nothing about reading with it.
fn refuse_seen_folds(
    (field, folds): (&str, &[u8]),
    model: &Model,
    file: &Path,
) -> anyhow::Result<()> {
    let Some(training) = &model.manifest().training else {
        return Ok(());
    };
    let mut seen = training
        .train_folds
        .iter()
        .chain(&training.validation_folds);
    match seen.find(|fold| folds.contains(fold)) {
        Some(fold) => anyhow::bail!(
            "{}: {field} has {fold}, which the model was trained or tuned on; expected others, such as {:?}",
            file.display(),
            training.test_folds
        ),
        None => Ok(()),
    }
}

/// The ECGs of the folds; those that are a prototype are none, whatever their
/// fold.
fn candidates(
    data: &DataSet,
    protocol: &ReadingProtocol,
    model: &Model,
) -> anyhow::Result<Vec<Candidate>> {
    Ok(no_sources(data, &protocol.ecgs.folds, model)?
        .into_iter()
        .map(|entry| Candidate {
            ecg_id: entry.ecg_id,
            patient_id: entry.patient_id,
            statements: reference(entry, model),
        })
        .collect())
}

/// What the data set says of an ECG, in the terms of the model.
fn reference(entry: &Entry, model: &Model) -> Vec<String> {
    match model.manifest().architecture.labels() {
        LabelSet::Group(_) | LabelSet::All => entry.codes().map(str::to_owned).collect(),
        superclasses @ LabelSet::Superclasses { .. } => superclasses
            .labels()
            .into_iter()
            .filter(|label| label.is_carried_by(&entry.statements))
            .map(|label| label.code)
            .collect(),
    }
}

/// The entries of these folds that no prototype was cut from.
fn no_sources<'a>(
    data: &'a DataSet,
    folds: &[u8],
    model: &Model,
) -> anyhow::Result<Vec<&'a Entry>> {
    let prototypes = &model.manifest().prototypes;
    let sources: HashSet<&str> = prototypes
        .iter()
        .filter_map(|prototype| prototype.recording_sha256.as_deref())
        .collect();
    let entries = data.folds(folds);
    let is_source = data.map_signals(&entries, |_, signal| {
        sources.contains(signal.sha256().as_str())
    })?;
    let others = entries
        .into_iter()
        .zip(is_source)
        .filter(|(_, source)| !source);
    Ok(others.map(|(entry, _)| entry).collect())
}

/// What the model says of one ECG.
fn told_of(
    model: &Model,
    data: &DataSet,
    entry: &Entry,
    offered: &Offered,
) -> anyhow::Result<Told> {
    let recording = data.read(entry)?;
    let prediction = model.predict(&recording)?;
    let offered: HashSet<&str> = offered.codes().into_iter().collect();
    let leading = prediction.leading_of(|class| offered.contains(class.code.as_str()));
    let leading = leading.map(|class| &prediction.classes[class]);
    let Some((leading, probability)) = leading.and_then(|class| Some((class, class.probability?)))
    else {
        anyhow::bail!(
            "the model {} assesses none of the statements that a reader can say",
            model.manifest().name
        );
    };
    let said = Said {
        code: leading.code.clone(),
        probability,
        positive: leading.positive == Some(true),
    };
    let prototypes = (0..prediction.classes.len())
        .filter_map(|class| {
            let explanation = explain(model, &prediction, class, &Subject::default())?;
            let most_similar = explanation.prototypes.first()?.prototype;
            Some((explanation.code, most_similar))
        })
        .collect();
    Ok(Told {
        ecg_id: entry.ecg_id,
        recording_sha256: recording.sha256(),
        statements: reference(entry, model),
        said,
        prototypes,
    })
}
