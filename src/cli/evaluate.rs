//! `protoecg evaluate`: macro AUROC of a fold with its interval.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::{DataArguments, ModelArguments, output};
use crate::bundle::FoldMetrics;
use crate::bundle::StatementInfo;
use crate::statistics::PatientInterval;
use crate::statistics::study::Outcome;
use crate::training::{
    Comparison, FoldQuality, ReadFold, Report, ScoreTable, compare_with, known_statements,
    metrics_of, quality_of, read_fold,
};

/// Of the resampling in comparisons.
const SEED: u32 = 0;

/// Score a model on one fold of a labelled data set
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  protoecg evaluate --bundle ptbxl-excerpt-rhythm --data /path/to/ptb-xl --fold 10 --json\n  \
    protoecg evaluate --bundle ptbxl-excerpt --data /path/to/ptb-xl --fold 10 --report fold-10\n\n\
    Two models, paired on the same ECGs:\n  \
    protoecg evaluate --bundle first --data /path/to/ptb-xl --fold 9 --scores first.csv\n  \
    protoecg evaluate --bundle second --data /path/to/ptb-xl --fold 9 --against first.csv\n\n\
    External validation, on the statements that the labels of those records know:\n  \
    protoecg list /data/cpsc2018 --out cpsc2018\n  \
    protoecg evaluate --bundle ptbxl-excerpt --data cpsc2018 --fold 10"
)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    #[command(flatten)]
    data: DataArguments,
    /// Fold to score (PTB-XL: 9 validates, 10 tests)
    #[arg(long)]
    fold: u8,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    /// Write tables, charts and a page that shows them to a new folder
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// Write the logit of every ECG and statement to a new CSV
    #[arg(long, value_name = "CSV")]
    scores: Option<PathBuf>,
    /// Compare, paired by patient, with the scores of another model or program on the same ECGs:
    /// a CSV of ecg_id and a column for each statement (may be given more than once)
    #[arg(long, value_name = "CSV")]
    against: Vec<PathBuf>,
}

/// The document of `evaluate --json`.
#[derive(serde::Serialize)]
struct Document<'a> {
    schema: u32,
    bundle: super::predict::BundleHead<'a>,
    #[serde(flatten)]
    metrics: &'a FoldMetrics,
    #[serde(flatten)]
    quality: &'a FoldQuality,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    compared: Vec<Compared<'a>>,
    /// Statements of the model that the data set's label map does not have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_mapped: Vec<&'a str>,
    /// Codes of the data set without a statement, and how many records have them.
    #[serde(skip_serializing_if = "Option::is_none")]
    unmapped_codes: Option<&'a BTreeMap<String, usize>>,
}

#[derive(serde::Serialize)]
struct Compared<'a> {
    against: &'a Path,
    #[serde(flatten)]
    comparison: Comparison,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let model = arguments.model.load()?;
    // Before the records are read.
    let others = arguments.against.iter();
    let others: Vec<(&Path, ScoreTable)> = others
        .map(|path| Ok((path.as_path(), ScoreTable::read(path)?)))
        .collect::<anyhow::Result<_>>()?;
    let set = arguments.data.open(&[arguments.fold])?;
    let progress = output::Progress::new("record");
    let mut tick = |done: usize, of: usize| {
        progress.show(done, of);
        true
    };
    let read = read_fold(&model, &set, arguments.fold, &mut tick)?;
    output::status("");
    let infos = &known_statements(&model, &set)?;
    let metrics = metrics_of(&read, infos);
    let quality = quality_of(&read, infos, &metrics);
    if let Some(dir) = &arguments.report {
        Report::new(&model, &set, &read, metrics.clone(), quality.clone())?.write(dir)?;
        output::notice(&format!("report written to {}", dir.display()));
    }
    if let Some(path) = &arguments.scores {
        ScoreTable::of(&read, infos).write(path)?;
        output::notice(&format!("scores written to {}", path.display()));
    }
    let compared = compare(&read, infos, &others)?;
    let statements = model.manifest().statements.iter().map(|s| s.code.as_str());
    let not_mapped: Vec<&str> = statements.filter(|code| !set.labels_tell(code)).collect();
    if arguments.json {
        return output::print_json(&Document {
            schema: 1,
            bundle: (model.bundle()).into(),
            metrics: &metrics,
            quality: &quality,
            compared,
            not_mapped,
            unmapped_codes: set.unmapped_codes(),
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
            output::number(Some(class.threshold)) + output::shared(class.threshold_shared),
        ]);
    }
    table.print()?;
    if metrics.classes.iter().any(|c| c.threshold_shared) {
        output::print_line(output::SHARED)?;
    }
    output::print_line(&format!(
        "\nmacro AUROC {} {} over {} statements with both outcomes, {} ECGs of fold {}\n{}",
        output::number(metrics.macro_auroc),
        output::interval(metrics.macro_auroc_ci),
        metrics.statements_scored,
        metrics.records,
        metrics.fold,
        metrics.ci_method
    ))?;
    print_quality(&quality)?;
    print_compared(&compared)?;
    if !not_mapped.is_empty() {
        output::print_line(&format!(
            "\nNot scored, since the label map does not have them: {}",
            not_mapped.join(", ")
        ))?;
    }
    for (code, records) in set.unmapped_codes().into_iter().flatten() {
        output::print_line(&format!(
            "code {code} ({records} records) has no statement in the label map"
        ))?;
    }
    Ok(())
}

fn compare<'a>(
    read: &ReadFold,
    infos: &[StatementInfo],
    others: &[(&'a Path, ScoreTable)],
) -> anyhow::Result<Vec<Compared<'a>>> {
    let compared = others.iter().map(|(against, table)| {
        let comparison = compare_with(read, infos, table, SEED)
            .with_context(|| against.display().to_string())?;
        Ok(Compared {
            against,
            comparison,
        })
    });
    compared.collect()
}

fn print_compared(compared: &[Compared]) -> anyhow::Result<()> {
    for Compared {
        against,
        comparison,
    } in compared
    {
        let difference = match &comparison.difference.0 {
            Ok(d) => format!(
                "{:+.3} [{:+.3}, {:+.3}]",
                d.value, d.interval.low, d.interval.high
            ),
            Err(why) => why.to_string(),
        };
        output::print_line(&format!(
            "\nagainst {}: macro AUROC {} and {}, difference {difference}\n\
             (this minus the other over {} statements with at least 10 training ECGs and 3 positives; 95 %, paired bootstrap by patient)",
            against.display(),
            output::number(comparison.macro_auroc),
            output::number(comparison.other_macro_auroc),
            comparison.statements.len(),
        ))?;
    }
    Ok(())
}

fn print_quality(quality: &FoldQuality) -> anyhow::Result<()> {
    output::print_line(&format!(
        "macro AUPRC {}, macro F1 {} at the model's thresholds, Fmax {} at {}\n\
         the published program would print test_auc {} (a mean over batches of 32 ECGs, not the AUROC of the fold)\n\n\
         By patient (percentile intervals of 1,000 resamples of patients; one in which a statement loses an outcome is drawn again):",
        output::number(quality.macro_auprc),
        output::number(quality.macro_f1),
        output::number(quality.f_max),
        output::number(quality.f_max_threshold),
        output::number(quality.published_batch_auroc),
    ))?;
    let mut table = output::Table::new(&["", "value", "95 % CI", "patients", "redrawn"]);
    for row in &quality.by_patient {
        let statements = format!(
            "over {} statements with at least {} positives",
            row.statements, row.least_positives
        );
        table.row(vec![statements]);
        for (name, measured) in [
            ("  macro AUROC", &row.macro_auroc),
            ("  macro AUPRC", &row.macro_auprc),
            ("  macro F1", &row.macro_f1),
            ("  Fmax", &row.f_max),
        ] {
            table.row(measured_row(name, measured));
        }
    }
    table.print()
}

fn measured_row(name: &str, measured: &Outcome<PatientInterval>) -> Vec<String> {
    match &measured.0 {
        Ok(m) => vec![
            name.to_owned(),
            output::number(Some(m.value)),
            output::interval(Some((m.interval.low, m.interval.high))),
            m.patients.to_string(),
            m.redrawn.to_string(),
        ],
        Err(why) => vec![name.to_owned(), "-".to_owned(), why.to_string()],
    }
}
