//! `protoecg bundle exclude`: a copy of a bundle in which prototypes that
//! raters marked as bad are out of use.

use std::path::PathBuf;

use super::output;
use crate::bundle::{self, Bundle, OutOfUse};
use crate::dataset::DataSet;
use crate::review::{Included, Store, marked_bad};
use crate::training::exclude;

/// Write a copy of a bundle without the prototypes that raters marked as bad
///
/// Their weights are 0 in the copy, no explanation names them and no study rates
/// them; thresholds and calibration are chosen anew, and the model card has the
/// AUROC before and after. `protoecg train --not-again COPY` keeps their training
/// ECGs from becoming prototypes of their class again.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  protoecg bundle exclude my-model --study study.sqlite --data /path/to/ptb-xl --out my-model-2"
)]
pub struct Arguments {
    /// Folder of a bundle, or the name of one that comes with the program
    bundle: PathBuf,
    /// Database of a study of this bundle; its closed queues count
    #[arg(
        long,
        value_name = "STUDY.sqlite",
        required_unless_present = "prototype"
    )]
    study: Option<PathBuf>,
    /// How many raters must have marked a prototype
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u16).range(1..))]
    raters: u16,
    /// Raters whose queue is still open count, too
    #[arg(long, requires = "study")]
    interim: bool,
    /// A prototype by its number, whatever raters say; may be given more than once
    #[arg(long, value_name = "NUMBER")]
    prototype: Vec<usize>,
    /// Folder of the data set that the model was trained on
    #[arg(long, value_name = "DIR", env = "PROTOECG_PTBXL")]
    data: PathBuf,
    /// Folder for the copy
    #[arg(long, value_name = "BUNDLE")]
    out: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let bundle = Bundle::open(&bundle::resolve(&arguments.bundle)?)?;
    let mut out_of_use: Vec<OutOfUse> = Vec::new();
    let mut study_id = None;
    if let Some(path) = &arguments.study {
        let store = Store::open(path)?;
        store.check_bundle(&bundle.sha256)?;
        store.check_rates_prototypes()?;
        let included = match arguments.interim {
            true => Included::Everyone,
            false => Included::ClosedQueues,
        };
        let snapshot = store.snapshot()?;
        for (prototype, raters) in marked_bad(&snapshot, included) {
            if raters.len() < usize::from(arguments.raters) {
                continue;
            }
            let names: Vec<&str> = raters.iter().map(|rater| rater.as_str()).collect();
            out_of_use.push(OutOfUse {
                prototype,
                reason: format!("marked as bad by {}", names.join(", ")),
            });
        }
        study_id = Some(snapshot.study.study_id);
        anyhow::ensure!(
            !out_of_use.is_empty() || !arguments.prototype.is_empty(),
            "{}: no prototype is marked as bad by {} rater(s) whose queue is closed; nothing was written",
            path.display(),
            arguments.raters
        );
    }
    for &prototype in &arguments.prototype {
        if !out_of_use.iter().any(|out| out.prototype == prototype) {
            out_of_use.push(OutOfUse {
                prototype,
                reason: "named by hand".to_owned(),
            });
        }
    }
    let data = DataSet::open(&arguments.data)?;
    anyhow::ensure!(
        data.is_simulated() == bundle.manifest.simulated,
        "{} is not the data set that the model was trained on ({})",
        arguments.data.display(),
        bundle.manifest.data_name()
    );
    let progress = output::Progress::new("record");
    let mut tick = |done: usize, of: usize| {
        progress.show(done, of);
        true
    };
    let study_id = study_id.as_deref();
    let copy = exclude(
        bundle,
        &data,
        &out_of_use,
        study_id,
        &arguments.out,
        &mut tick,
    )?;
    output::status("");
    let Some(excluded) = &copy.manifest.excluded else {
        anyhow::bail!("{}: nothing is out of use", copy.dir.display());
    };
    if arguments.json {
        return output::print_json(&serde_json::json!({
            "schema": 1,
            "bundle": super::predict::BundleHead::from(&copy),
            "excluded": excluded,
        }));
    }
    let mut table = output::Table::new(&["prototype", "class", "why"]);
    for out in &excluded.prototypes {
        let class = copy.manifest.class_of(out.prototype);
        table.row(vec![
            out.prototype.to_string(),
            class.map(|class| class.code.clone()).unwrap_or_default(),
            out.reason.clone(),
        ]);
    }
    table.print()?;
    for fold in &excluded.folds {
        output::print_line(&format!(
            "fold {}: macro AUROC {} before, {} after; difference {} (95 %, paired by patient), {} ECGs",
            fold.fold,
            output::number(fold.macro_auroc_before),
            output::number(fold.macro_auroc_after),
            output::interval(fold.difference_ci),
            fold.records
        ))?;
    }
    output::print_line(&format!("bundle written to {}", copy.dir.display()))
}
