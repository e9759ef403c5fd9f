//! The model card, written from the manifest and from nothing else.

use std::fmt::Write;

use crate::bundle::{ExcludedPrototypes, FoldMetrics, Manifest, StatementInfo};

/// `MODEL_CARD.md` of a bundle.
pub fn model_card(manifest: &Manifest) -> String {
    let mut card = String::new();
    let mut line = |text: String| {
        card.push_str(&text);
        card.push('\n');
    };
    line(format!("# {}\n", manifest.title));
    if manifest.simulated {
        line("**A demonstration on simulated signals. No measured ECG was used; it says nothing about real patients.**\n".into());
    }
    line("Not a medical device: for research and teaching.\n".into());
    if let Some(training) = &manifest.training {
        line(format!(
            "- Trained on {} ({} ECGs of folds {:?}), validated on fold {:?} ({} ECGs).",
            training.data,
            training.train_records,
            training.train_folds,
            training.validation_folds,
            training.validation_records
        ));
    }
    line(format!(
        "- Network: {}; {} prototypes.",
        manifest.architecture.describe(),
        manifest.prototypes.len()
    ));
    if let Some(training) = &manifest.training {
        line(format!(
            "- Seed {}, trained on {}, protoecg {}.",
            training.seed, training.device, manifest.program_version
        ));
        line(format!("- Training data SHA-256 {}.", training.data_sha256));
    }
    for file in &manifest.imported_from {
        line(format!(
            "- Imported from {} (SHA-256 {}). Training counts, calibration and quality are unknown; thresholds are 0.5. Prototypes with a known training ECG: {} of {}.",
            file.name,
            file.sha256,
            manifest
                .prototypes
                .iter()
                .filter(|p| p.ecg_id.is_some())
                .count(),
            manifest.prototypes.len()
        ));
    }
    if !manifest.simulated && manifest.training.is_some() {
        line("- The bundle holds weights and references to records (ecg_id, checksum), no ECG. PTB-XL: Wagner et al. 2020, CC BY 4.0.".into());
    }
    if !manifest.projection.is_empty() {
        line(projection_table(manifest));
    }
    if let Some(excluded) = &manifest.excluded {
        line(excluded_table(excluded));
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
    let shared = shared_and_uncalibrated(manifest);
    if !shared.is_empty() {
        line(shared);
    }
    let training = manifest.training.as_ref();
    for fold in &manifest.metrics {
        line(fold_table(
            fold,
            training.is_some_and(|t| t.validation_folds.contains(&fold.fold)),
        ));
    }
    card
}

/// Whose threshold or calibration is not fitted to the statement itself.
fn shared_and_uncalibrated(manifest: &Manifest) -> String {
    let codes = |which: fn(&StatementInfo) -> bool| -> Vec<&str> {
        let some = manifest.statements.iter().filter(|s| which(s));
        some.map(|s| s.code.as_str()).collect()
    };
    let mut text = String::new();
    let mut say = |what: &str, codes: Vec<&str>| {
        if !codes.is_empty() {
            write!(text, "\n{what}: {}.\n", codes.join(", ")).ok();
        }
    };
    say(
        "Threshold shared by all statements of the branch or model (fewer than 10 positives of its own in the validation folds)",
        codes(|s| s.threshold_shared),
    );
    say(
        "Calibration shared by all statements of the branch (fewer than 10 positives of its own in the validation folds)",
        codes(|s| s.calibration.is_some_and(|c| c.shared)),
    );
    if manifest.training.is_some() {
        say(
            "Not calibrated (too few positives in the whole branch, or the validation folds contradict the ranking)",
            codes(|s| s.calibration.is_none()),
        );
    }
    text
}

fn projection_table(manifest: &Manifest) -> String {
    let mut text = String::from(
        "\n## Projection\n\nEvery prototype is the latent of a training ECG of its class. *Cosine before*: of the vector that gradient steps had reached with the latent that replaced it. *Own AUROC*: median over prototypes of the validation AUROC of the prototype's similarity for its own statement. *Cosine with / without*: median cosine to validation ECGs with and without it. *AUROC before / after*: validation, every weight at +1 or -0.5.\n\n| branch | prototypes | distinct ECGs | distinct within class | cosine before: median (smallest) | own AUROC | cosine with / without | AUROC before / after |\n|---|---|---|---|---|---|---|---|\n",
    );
    for p in &manifest.projection {
        writeln!(
            text,
            "| {} | {} | {} | {} | {:.3} ({:.3}) | {} | {} / {} | {} / {} |",
            p.branch,
            p.prototypes,
            p.distinct,
            p.distinct_within_class,
            p.cosine_before_median,
            p.cosine_before_min,
            number(p.prototype_auroc_median),
            number(p.median_cosine_with),
            number(p.median_cosine_without),
            number(p.macro_auroc_before),
            number(p.macro_auroc_after)
        )
        .ok();
    }
    for p in manifest
        .projection
        .iter()
        .filter(|p| !p.classes_without_sample.is_empty())
    {
        writeln!(
            text,
            "\nNo training ECG, hence no prototype in branch {}: {}.",
            p.branch,
            p.classes_without_sample.join(", ")
        )
        .ok();
    }
    if let Some(free) = &manifest.free_prototypes {
        writeln!(
            text,
            "\nThe same classifier on the vectors before projection: validation macro AUROC {} instead of {} over {} statements; difference {} (95 %, paired bootstrap by patient).",
            number(free.macro_auroc_free),
            number(free.macro_auroc_projected),
            free.statements,
            interval(free.difference_ci)
        )
        .ok();
    }
    text
}

fn excluded_table(excluded: &ExcludedPrototypes) -> String {
    let mut text = format!(
        "\n## Prototypes out of use\n\nA copy of bundle {} in which {} prototypes have no weight{}; thresholds and calibration were chosen anew on the validation folds. Nothing else was trained.\n\n",
        excluded.of_bundle_sha256,
        excluded.prototypes.len(),
        match &excluded.study_id {
            Some(id) => format!(", by study {id}"),
            None => String::new(),
        }
    );
    for out in &excluded.prototypes {
        writeln!(text, "- Prototype {}: {}.", out.prototype, out.reason).ok();
    }
    text.push_str("\n| fold | ECGs | macro AUROC before | after | after minus before (95 %, paired bootstrap by patient) |\n|---|---|---|---|---|\n");
    for fold in &excluded.folds {
        writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            fold.fold,
            fold.records,
            number(fold.macro_auroc_before),
            number(fold.macro_auroc_after),
            interval(fold.difference_ci)
        )
        .ok();
    }
    text
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
            "| {} | {} | {} | {} | {} | {} | {} | {:.3}{} |",
            class.code,
            class
                .train_positives
                .map_or("unknown".to_owned(), |n| n.to_string()),
            class.positives,
            number(class.auroc),
            interval(class.auroc_ci),
            number(class.auprc),
            number(class.f1),
            class.threshold,
            if class.threshold_shared {
                " (shared)"
            } else {
                ""
            }
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
