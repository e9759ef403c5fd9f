//! Prototypes that raters marked as bad: out of use in a copy of the bundle,
//! and not again in the next projection.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use protoecg::bundle::{Bundle, Manifest};
use protoecg::dataset::DataSet;
use protoecg::explain::{Subject, explain};
use protoecg::formats;
use protoecg::inference::{DeviceChoice, Model};
use protoecg::review::{
    Answer, BundleRef, Installation, Mark, Protocol, Rater, Store, Study, items_of,
};
use protoecg::training::{NotAgain, evaluate};

use crate::small_model::{config, run_with, small_model};

fn protoecg(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_protoecg"))
        .args(arguments)
        .env_remove("PROTOECG_PTBXL")
        .output()
        .expect("the program starts")
}

fn refused(arguments: &[&str]) -> String {
    let output = protoecg(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The first prototype of a class that has another with another source.
fn one_of_two(manifest: &Manifest) -> usize {
    let source = |p: usize| &manifest.prototypes[p].recording_sha256;
    let has_another = |&p: &usize| {
        let own = manifest.prototypes_of(manifest.prototypes[p].class);
        own.iter().any(|&other| source(other) != source(p))
    };
    (0..manifest.prototypes.len()).find(has_another).unwrap()
}

/// A study in which R1 and R2 mark a prototype, and R2 another; R1 is done.
fn marked_study(bundle: &Bundle, path: &Path, bad: usize, other: usize) {
    let protocol = Protocol::quick(BundleRef {
        name: bundle.manifest.name.clone(),
        sha256: bundle.sha256.clone(),
    });
    let study = Study::by_protocol(protocol, items_of(&bundle.manifest)).unwrap();
    let chain = Installation::parse("00112233445566ff").unwrap();
    let mut store = Store::create_as(path, &study, chain).unwrap();
    let rater = |code: &str| Rater::new(code).unwrap();
    for (code, prototype) in [("R1", bad), ("R2", bad), ("R2", other)] {
        let answer = Answer {
            mark: Some(Mark::Bad),
            ..Answer::rated(prototype, 1, 1, 1000)
        };
        store.record(&rater(code), &answer).unwrap();
    }
    store.close_queue(&rater("R1")).unwrap();
}

#[test]
fn what_raters_marked_as_bad_is_out_of_use_in_the_copy() {
    let small = small_model();
    let folder = tempfile::tempdir().unwrap();
    let (study, out) = (
        folder.path().join("study.sqlite"),
        folder.path().join("out"),
    );
    let bundle = Bundle::open(&small.bundle()).unwrap();
    let bad = one_of_two(&bundle.manifest);
    let class = bundle.manifest.prototypes[bad].class;
    let other = items_of(&bundle.manifest)
        .iter()
        .map(|item| item.prototype)
        .find(|&p| bundle.manifest.prototypes[p].class != class)
        .unwrap();
    marked_study(&bundle, &study, bad, other);
    let (bundle_dir, data) = (small.bundle(), small.data());
    let arguments = |more: &[&str]| -> Vec<String> {
        let mut all = vec!["bundle", "exclude", text(&bundle_dir)];
        all.extend([
            "--study",
            text(&study),
            "--data",
            text(&data),
            "--out",
            text(&out),
        ]);
        all.extend(more);
        all.into_iter().map(str::to_owned).collect()
    };
    let two = arguments(&["--raters", "2"]);
    let two: Vec<&str> = two.iter().map(String::as_str).collect();
    let error = refused(&two);
    assert!(error.contains("marked as bad by 2 rater(s)"), "{error}");

    let one = arguments(&[]);
    let one: Vec<&str> = one.iter().map(String::as_str).collect();
    let output = protoecg(&one);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    // R2's queue is open: what she alone marked stays in use.
    assert!(printed.contains("marked as bad by R1\n"), "{printed}");
    let copy = Bundle::open(&out).unwrap();
    let excluded = copy.manifest.excluded.clone().unwrap();
    assert!(!copy.manifest.is_in_use(bad) && copy.manifest.is_in_use(other));
    assert_eq!(copy.manifest.version, Manifest::WITH_EXCLUDED);
    assert_eq!(excluded.of_bundle_sha256, bundle.sha256);
    assert_ne!(copy.sha256, bundle.sha256);
    // The original is as it was.
    assert_eq!(Bundle::open(&small.bundle()).unwrap().sha256, bundle.sha256);

    // No weight of it is left, and every other is.
    let out_of_use: BTreeSet<usize> = excluded.prototypes.iter().map(|o| o.prototype).collect();
    let before = Model::load(bundle, DeviceChoice::Cpu).unwrap();
    let after = Model::load(copy, DeviceChoice::Cpu).unwrap();
    for output in 0..before.manifest().statements.len() {
        let (old, new) = (
            before.weights(output).unwrap(),
            after.weights(output).unwrap(),
        );
        for (prototype, (old, new)) in old.iter().zip(new).enumerate() {
            let expected = if out_of_use.contains(&prototype) {
                0.0
            } else {
                *old
            };
            assert_eq!(*new, expected, "output {output}, prototype {prototype}");
        }
    }
    // No explanation names it, and no study rates it.
    let recording = formats::open(&small.recording()).unwrap();
    let explained = |model: &Model| {
        let prediction = model.predict(&recording).unwrap();
        let explanation = explain(model, &prediction, class, &Subject::default()).unwrap();
        let ledger = explanation.ledger.unwrap();
        let sum: f64 = ledger.entries.iter().map(|e| e.contribution).sum();
        assert!((sum + ledger.rest + ledger.bias - ledger.logit).abs() < 1e-9);
        let shown = explanation.prototypes.iter().map(|p| p.prototype);
        let shown: BTreeSet<usize> = shown.collect();
        (shown, ledger.entries.iter().any(|e| e.prototype == bad))
    };
    assert!(explained(&before).0.contains(&bad));
    let (shown, in_ledger) = explained(&after);
    assert!(!shown.contains(&bad) && !in_ledger && !shown.is_empty());
    assert!(
        items_of(after.manifest())
            .iter()
            .all(|item| item.prototype != bad)
    );

    // The AUROC before and after is that of `evaluate`, and on the card.
    let set = DataSet::open(&small.data()).unwrap();
    let card = std::fs::read_to_string(out.join(Bundle::MODEL_CARD)).unwrap();
    assert!(card.contains("## Prototypes out of use"), "{card}");
    assert_eq!(excluded.folds.len(), 2);
    for (fold, metrics) in excluded.folds.iter().zip(&after.manifest().metrics) {
        let score = |model| evaluate(model, &set, fold.fold, &mut |_, _| true).unwrap();
        assert_eq!(fold.macro_auroc_before, score(&before).macro_auroc);
        assert_eq!(fold.macro_auroc_after, score(&after).macro_auroc);
        assert_eq!(*metrics, score(&after));
        let line = format!(
            "| {} | {} | {:.3} | {:.3} |",
            fold.fold,
            fold.records,
            fold.macro_auroc_before.unwrap(),
            fold.macro_auroc_after.unwrap()
        );
        assert!(card.contains(&line), "{line}\n{card}");
    }

    let error = refused(&one);
    assert!(error.contains("exists"), "{error}");
    // The study is of the original, not of the copy.
    let mut of_copy = one.clone();
    of_copy[2] = text(&out);
    let error = refused(&of_copy);
    assert!(error.contains("this is the study of bundle"), "{error}");
    // All prototypes of a class.
    let all: Vec<String> = after
        .manifest()
        .prototypes_of(class)
        .iter()
        .flat_map(|p| ["--prototype".to_owned(), p.to_string()])
        .collect();
    let again = folder.path().join("again");
    let mut arguments = vec![
        "bundle",
        "exclude",
        text(&bundle_dir),
        "--data",
        text(&data),
    ];
    arguments.extend(["--out", text(&again)]);
    arguments.extend(all.iter().map(String::as_str));
    let error = refused(&arguments);
    assert!(error.contains("would have no prototype left"), "{error}");
    assert!(!again.exists());
}

#[test]
fn what_is_out_of_use_is_not_projected_again() {
    let small = small_model();
    let bundle = Bundle::open(&small.bundle()).unwrap();
    let manifest = &bundle.manifest;
    let bad = one_of_two(manifest);
    let own = &manifest.prototypes[bad];
    let not_again = NotAgain {
        statement: manifest.statements[own.class].code.clone(),
        ecg_id: own.ecg_id.unwrap(),
    };
    let barred = |manifest: &Manifest| {
        let is = |p: &&protoecg::bundle::Prototype| {
            manifest.statements[p.class].code == not_again.statement
                && p.ecg_id == Some(not_again.ecg_id)
        };
        manifest.prototypes.iter().filter(is).count()
    };
    assert!(barred(manifest) > 0);
    let folder = tempfile::tempdir().unwrap();
    let mut config = config();
    config.not_again.push(not_again.clone());
    let out = folder.path().join("again");
    let again = run_with(&config, &small.data(), &out, false, usize::MAX).unwrap();
    assert_eq!(barred(&again.manifest), 0);
    let training = again.manifest.training.as_ref().unwrap();
    assert!(training.config.contains("not_again"));
    // What was written with it out of use is what `--not-again` takes.
    let mut marked = manifest.clone();
    marked.excluded = Some(protoecg::bundle::ExcludedPrototypes {
        of_bundle_sha256: String::new(),
        study_id: None,
        prototypes: vec![protoecg::bundle::OutOfUse {
            prototype: bad,
            reason: String::new(),
        }],
        folds: Vec::new(),
    });
    assert_eq!(NotAgain::of(&marked), [not_again]);
    assert!(NotAgain::of(manifest).is_empty());
}
