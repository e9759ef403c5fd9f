//! What projection costs: the same classifier on the vectors that gradient
//! steps had reached, compared with the delivered one.

use tch::{Device, Tensor};

use super::Stage;
use super::classifier::{self, Problem};
use super::compare::{ScoreTable, difference, is_scored};
use super::data::labels_of;
use super::error::TrainingError;
use super::evaluation::{Columns, patients_of};
use super::event::Event;
use super::folders::Folders;
use super::fusion::free_similarities;
use super::run::Run;
use crate::bundle::FreePrototypes;
use crate::inference::rows_of;
use crate::nn::PrototypeNetwork;
use crate::statistics::{ClassScores, macro_auroc};

/// In the folder of events: what the classifier says with free prototypes.
const FREE_SCORES: &str = "free-prototypes-validation.csv";

/// `None` where the run has no fused classifier or no projection. `delivered`
/// are the delivered model's logits of the validation records.
pub fn measure(
    run: &mut Run,
    network: &PrototypeNetwork,
    folders: &Folders,
    delivered: &[Vec<f64>],
) -> Result<Option<FreePrototypes>, TrainingError> {
    let stages = run.config.stages.iter().enumerate();
    let last = stages.rev().find_map(|(index, stage)| match stage {
        Stage::Fuse(stage) => Some((index, stage)),
        // The classifier of the only branch is the whole classifier.
        Stage::Classifier(stage) if network.branches.len() == 1 => Some((index, stage)),
        _ => None,
    });
    let (Some((index, stage)), Some((train, validation))) =
        (last, free_similarities(network, folders)?)
    else {
        return Ok(None);
    };
    let cpu = |t: &Tensor| t.detach().to_device(Device::Cpu);
    let (train, validation) = (cpu(&train), cpu(&validation));
    let all_outputs: Vec<usize> = (0..network.outputs()).collect();
    let problem = Problem {
        train: &train,
        validation: &validation,
        train_labels: &cpu(&run.data.train.labels),
        validation_labels: &cpu(&run.data.validation.labels),
        own: &cpu(&network.identity().transpose(0, 1)),
        bias: network.bias.is_some(),
        outputs: &all_outputs,
        live: None,
    };
    let fitted = classifier::fit(run, stage, (index, "free prototypes"), &problem)?;
    let truth = labels_of(&run.data.validation.labels);
    let outputs = network.outputs();
    let logits = rows_of(&fitted.logits(&validation));
    let codes = run.config.model.labels().labels().into_iter();
    let codes = codes.map(|label| label.code.to_string()).collect();
    let table = ScoreTable::new(codes, &run.data.validation.entries, &logits);
    let path = folders.events.join(FREE_SCORES);
    // A run that is resumed after this point comes here again.
    if !path.exists()
        && let Err(why) = table.write(&path)
    {
        // A table less is no reason to lose the run.
        let message = why.to_string();
        run.emit(Event::Warning { message })?;
    }
    let free = Columns::new(outputs, &logits, &truth);
    let projected = Columns::new(outputs, delivered, &truth);
    let columns = scored_columns(run);
    let patients = patients_of(&run.data.validation.entries);
    Ok(Some(compare(
        &projected.some(&columns),
        &free.some(&columns),
        &patients,
        run.config.seed,
    )))
}

/// Statements with at least 10 training ECGs and 3 positives in the fold.
fn scored_columns(run: &Run) -> Vec<usize> {
    let (train, validation) = (run.data.train.positives(), run.data.validation.positives());
    let records = run.data.validation.len();
    (0..train.len())
        .filter(|&c| is_scored(Some(train[c] as u32), validation[c], records))
        .collect()
}

fn compare(
    projected: &[ClassScores],
    free: &[ClassScores],
    patients: &[u64],
    seed: u64,
) -> FreePrototypes {
    // Below 2^31, as a resampling wants it.
    let seed = (seed & 0x7fff_ffff) as u32;
    let difference = difference(projected, free, patients, seed).0;
    let value = |classes: &[ClassScores]| macro_auroc(classes).map(|m| m.value);
    FreePrototypes {
        statements: projected.len(),
        macro_auroc_free: value(free),
        macro_auroc_projected: value(projected),
        difference_ci: difference.ok().map(|d| (d.interval.low, d.interval.high)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores that are the same differ by nothing; scores turned round differ
    /// by everything.
    #[test]
    fn the_interval_is_of_the_paired_difference() {
        let labels: Vec<bool> = (0..40).map(|i| i % 2 == 1).collect();
        let good: Vec<f64> = labels.iter().map(|&l| f64::from(u8::from(l))).collect();
        let bad: Vec<f64> = good.iter().map(|s| -s).collect();
        let patients: Vec<u64> = (0..40).map(|i| i / 2).collect();
        let ci = |projected: &[f64], free: &[f64]| {
            let class = |scores| ClassScores {
                scores,
                labels: &labels,
            };
            let compared = compare(&[class(projected)], &[class(free)], &patients, 1);
            compared.difference_ci.unwrap()
        };
        assert_eq!(ci(&good, &good), (0.0, 0.0));
        assert_eq!(ci(&bad, &good), (-1.0, -1.0));
    }
}
