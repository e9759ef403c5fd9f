//! `protoecg bundle audit`: metrics of prototypes that need no people.

use std::path::PathBuf;

use super::output;
use crate::bundle::{self, Bundle, Exemplars};
use crate::explain::{Audit, AuditDocument, CONSISTENT, Consistency, TrainingData, audit};
use crate::inference::{DeviceChoice, Model};

/// Measure the prototypes of a bundle without people: label purity, noise, masking, consistency, sparsity, leakage
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  protoecg bundle audit demo-rhythm\n  \
    protoecg bundle audit demo-rhythm --out audit.json\n  \
    protoecg review export STUDY.sqlite --audit audit.json --out DIR\n\n\
    Label purity: share of the 10 most similar training ECGs with the statement, the source left out and, with --data,\n    \
    all ECGs of its patient.\n\
    Noise: similarity to the own training ECG with noise over that without, the least of three kinds.\n\
    Alone: the same with all outside the window flat. Drop: fall of the logit with the window flat.\n\
    Same part: share of the most similar training ECGs in which the similarity hangs on the same part of the beat (P, QRS,\n    \
    ST, T), and which; needs --data and a prototype that is a part of the ECG.\n\
    Leaking: prototypes whose patient is in a fold that was not trained on; needs --data, must be 0.")]
pub struct Arguments {
    /// Folder of a bundle, or the name of one that comes with the program
    bundle: PathBuf,
    /// Folder of the data set that the model was trained on
    #[arg(long, value_name = "DIR", env = "PROTOECG_PTBXL")]
    data: Option<PathBuf>,
    /// Write the document of --json to a file, to be put beside ratings
    #[arg(long, value_name = "FILE.json")]
    out: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let model = Model::load(
        Bundle::open(&bundle::resolve(&arguments.bundle)?)?,
        DeviceChoice::Auto,
    )?;
    let exemplars = Exemplars::new(model.bundle(), arguments.data.clone());
    let data = TrainingData::for_model(&model, arguments.data.as_deref())?;
    let count = model.manifest().prototypes.len();
    let found = audit(&model, &exemplars, data.as_ref(), |done| {
        output::status(&format!("{done} of {count} prototypes"));
    })?;
    output::status("");
    let document = AuditDocument::new(model.bundle(), found);
    if let Some(path) = &arguments.out {
        document.write(path)?;
    }
    if arguments.json {
        return output::print_json(&document);
    }
    print(&document.audit)?;
    match &arguments.out {
        Some(path) => output::print_line(&format!("written to {}", path.display())),
        None => Ok(()),
    }
}

fn print(found: &Audit) -> anyhow::Result<()> {
    let mut table = output::Table::new(&[
        "prototype",
        "class",
        "purity",
        "noise",
        "moved",
        "alone",
        "drop",
        "same part",
    ]);
    for p in &found.prototypes {
        let metrics = p.metrics();
        let moved = p.noise.and_then(|n| n.moved_steps);
        table.row(vec![
            p.prototype.to_string(),
            p.class_code.clone(),
            output::number(metrics.label_purity),
            output::number(metrics.stability),
            moved.map_or("-".to_owned(), |steps| steps.to_string()),
            output::number(metrics.kept_without_surroundings),
            output::number(metrics.faithfulness_drop),
            p.consistency.map_or("-".to_owned(), same_part),
        ]);
    }
    table.print()?;
    let summary = &found.summary;
    if !found.purity_without_patient {
        output::print_line(
            "purity: other ECGs of the source's patient are among the nearest, --data is not given",
        )?;
    }
    output::print_line(&format!(
        "median: purity {}, noise {}, alone {}, drop {}, same part {}; same part in {:.0} % of the ECGs or more: {} of prototypes",
        output::number(summary.label_purity),
        output::number(summary.stability),
        output::number(summary.kept_without_surroundings),
        output::number(summary.faithfulness_drop),
        output::number(summary.consistency),
        100.0 * CONSISTENT,
        output::number(summary.consistent)
    ))?;
    output::print_line(&format!(
        "{} prototypes from {} ECGs, {} duplicates; classes with one source: {}",
        found.prototypes.len(),
        found.unique_sources,
        found.duplicates,
        if found.one_source_classes.is_empty() {
            "none".to_owned()
        } else {
            found.one_source_classes.join(", ")
        }
    ))?;
    output::print_line(&format!(
        "{} of {} weights are not zero; leaking prototypes: {}",
        found.sparsity.not_zero,
        found.sparsity.weights,
        found
            .leaking
            .map_or("not checked, --data is not given".to_owned(), |n| n
                .to_string())
    ))
}

/// `0.90 QRS`
fn same_part(found: Consistency) -> String {
    let part = found.part.map_or("none", |part| part.name());
    format!("{} {part}", output::number(Some(found.share)))
}
