//! `protoecg evaluate`: macro AUROC of a fold with its interval.

use std::path::PathBuf;

use super::{ModelArguments, output};
use crate::bundle::FoldMetrics;
use crate::dataset::DataSet;
use crate::training::evaluate;

/// Score a model on one fold of a labelled data set
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  protoecg evaluate --bundle ptbxl-excerpt-rhythm --data /path/to/ptb-xl --fold 10 --json"
)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    /// Data set in the layout of PTB-XL
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Fold to score (PTB-XL: 9 validates, 10 tests)
    #[arg(long)]
    fold: u8,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// The document of `evaluate --json`.
#[derive(serde::Serialize)]
struct Document<'a> {
    schema: u32,
    bundle: super::predict::BundleHead<'a>,
    #[serde(flatten)]
    metrics: &'a FoldMetrics,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let model = arguments.model.load()?;
    let set = DataSet::open(&arguments.data)?;
    let mut tick = |done: usize, of: usize| {
        output::status(&format!("record {done} of {of}"));
        true
    };
    let metrics = evaluate(&model, &set, arguments.fold, &mut tick)?;
    output::status("");
    if arguments.json {
        return output::print_json(&Document {
            schema: 1,
            bundle: (model.bundle()).into(),
            metrics: &metrics,
        });
    }
    if let Some(notice) = model.bundle().notice() {
        output::print_line(notice)?;
    }
    let mut table = output::Table::new(&[
        "statement",
        "training",
        "positives",
        "AUROC",
        "95 % CI",
        "AUPRC",
        "F1",
        "threshold",
    ]);
    for class in &metrics.classes {
        table.row(vec![
            class.code.clone(),
            class
                .train_positives
                .map_or("unknown".to_owned(), |n| n.to_string()),
            class.positives.to_string(),
            output::number(class.auroc),
            output::interval(class.auroc_ci),
            output::number(class.auprc),
            output::number(class.f1),
            output::number(Some(class.threshold)),
        ]);
    }
    table.print()?;
    output::print_line(&format!(
        "\nmacro AUROC {} {} over {} statements with both outcomes, {} ECGs of fold {}\n{}",
        output::number(metrics.macro_auroc),
        output::interval(metrics.macro_auroc_ci),
        metrics.statements_scored,
        metrics.records,
        metrics.fold,
        metrics.ci_method
    ))
}
