//! The model card, written from the manifest and from nothing else.

use std::fmt::Write;

use crate::bundle::{FoldMetrics, Manifest};

/// `MODEL_CARD.md` of a bundle.
pub fn model_card(manifest: &Manifest) -> String {
    let mut card = String::new();
    let training = &manifest.training;
    let mut line = |text: String| {
        card.push_str(&text);
        card.push('\n');
    };
    line(format!("# {}\n", manifest.title));
    if manifest.simulated {
        line("**A demonstration on simulated signals. No measured ECG was used; it says nothing about real patients.**\n".into());
    }
    line("Not a medical device: for research and teaching.\n".into());
    line(format!(
        "- Trained on {} ({} ECGs of folds {:?}), validated on fold {:?} ({} ECGs).",
        training.data,
        training.train_records,
        training.train_folds,
        training.validation_folds,
        training.validation_records
    ));
    line(format!(
        "- Network: {:?}; {} prototypes, {} distinct training ECGs.",
        manifest.architecture, manifest.projection.prototypes, manifest.projection.distinct
    ));
    line(format!(
        "- Seed {}, trained on {}, protoecg {}.",
        training.seed, training.device, manifest.program_version
    ));
    line(format!("- Training data SHA-256 {}.", training.data_sha256));
    if !manifest.simulated {
        line("- The bundle holds weights and references to records (ecg_id, checksum), no ECG. PTB-XL: Wagner et al. 2020, CC BY 4.0.".into());
    }
    let projection = &manifest.projection;
    line(String::new());
    line("## Projection\n".into());
    line(format!(
        "Every prototype is the latent of a training ECG of its class. Cosine between each trained vector and the latent that replaced it: mean {:.3}, smallest {:.3}. Mean similarity to all training ECGs {:.3} before, {:.3} after. Macro AUROC of the validation fold with the classifier untouched: {} before, {} after.",
        projection.cosine_before_mean,
        projection.cosine_before_min,
        projection.mean_similarity_before,
        projection.mean_similarity_after,
        number(projection.macro_auroc_before),
        number(projection.macro_auroc_after)
    ));
    if !projection.classes_without_sample.is_empty() {
        line(format!(
            "\nNo training ECG, hence no prototype: {}.",
            projection.classes_without_sample.join(", ")
        ));
    }
    let blind: Vec<&str> = manifest
        .statements
        .iter()
        .filter(|s| !s.assessed())
        .map(|s| s.code.as_str())
        .collect();
    if !blind.is_empty() {
        line(format!(
            "\nNot assessed (fewer than 10 training ECGs): {}.",
            blind.join(", ")
        ));
    }
    for fold in &manifest.metrics {
        line(fold_table(
            fold,
            training.validation_folds.contains(&fold.fold),
        ));
    }
    card
}

fn fold_table(fold: &FoldMetrics, validation: bool) -> String {
    let mut text = format!(
        "\n## Fold {} ({}), {} ECGs\n\nMacro AUROC {} {} over {} statements with both outcomes ({}).\n",
        fold.fold,
        if validation {
            "validation: early stopping and thresholds"
        } else {
            "test"
        },
        fold.records,
        number(fold.macro_auroc),
        interval(fold.macro_auroc_ci),
        fold.statements_scored,
        fold.ci_method
    );
    text.push_str("\n| statement | training ECGs | positives | AUROC | 95 % CI | AUPRC | F1 | threshold |\n|---|---|---|---|---|---|---|---|\n");
    for class in &fold.classes {
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} | {:.3} |",
            class.code,
            class
                .train_positives
                .map_or("unknown".to_owned(), |n| n.to_string()),
            class.positives,
            number(class.auroc),
            interval(class.auroc_ci),
            number(class.auprc),
            number(class.f1),
            class.threshold
        )
        .ok();
    }
    text
}

fn number(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |v| format!("{v:.3}"))
}

fn interval(ci: Option<(f64, f64)>) -> String {
    ci.map_or("-".to_owned(), |(low, high)| {
        format!("[{low:.3}, {high:.3}]")
    })
}
