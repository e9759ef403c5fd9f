//! A bundle that was changed, is incomplete or comes from a newer program is
//! refused with the reason; the shipped ones are whole.

use std::path::Path;

use protoecg::bundle::{Bundle, BundleError, BundleWriter, Calibration, Exemplars, Manifest};
use protoecg::dataset::DataSet;
use protoecg::inference::{DeviceChoice, Model};
use protoecg::nn::Weights;
use protoecg::training::evaluate;
use sha2::{Digest, Sha256};
use tch::Tensor;

use crate::reference_data;
use crate::small_model::small_model;

fn edit(dir: &Path, from: &str, to: &str) {
    let path = dir.join(Bundle::MANIFEST);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from));
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// Changes the manifest and makes every checksum right again.
pub fn reseal(dir: &Path, change: impl FnOnce(&mut Manifest)) {
    let path = dir.join(Bundle::MANIFEST);
    let mut manifest: Manifest = ron::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    for (file, sha256) in &mut manifest.files {
        let digest = Sha256::digest(std::fs::read(dir.join(file)).unwrap());
        *sha256 = digest.iter().map(|b| format!("{b:02x}")).collect();
    }
    change(&mut manifest);
    std::fs::write(path, ron::to_string(&manifest).unwrap()).unwrap();
}

/// Opens a bundle and loads its model; the error as people see it.
fn load_error(dir: &Path) -> String {
    match Bundle::open(dir) {
        Ok(bundle) => Model::load(bundle, DeviceChoice::Cpu)
            .expect_err("a damaged bundle was loaded")
            .to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn one_changed_byte_is_refused_and_named() {
    let copy = small_model().copy();
    let path = copy.path().join(Bundle::WEIGHTS);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let error = Bundle::open(copy.path()).unwrap_err();
    assert!(matches!(&error, BundleError::Checksum { file, .. } if file == Bundle::WEIGHTS));
    assert!(
        error
            .to_string()
            .contains("was changed after the bundle was written")
    );
}

#[test]
fn missing_additional_and_foreign_files_are_refused() {
    let copy = small_model().copy();
    std::fs::remove_file(copy.path().join(Bundle::SIMILARITIES)).unwrap();
    assert!(matches!(
        Bundle::open(copy.path()),
        Err(BundleError::MissingFile { .. })
    ));
    let copy = small_model().copy();
    std::fs::write(copy.path().join("extra.txt"), "x").unwrap();
    assert!(
        matches!(Bundle::open(copy.path()), Err(BundleError::UnknownFile { file, .. }) if file == "extra.txt")
    );
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(
        Bundle::open(empty.path()),
        Err(BundleError::NotABundle { .. })
    ));
}

#[test]
fn a_newer_manifest_an_unknown_field_and_an_outside_path_are_refused() {
    let copy = small_model().copy();
    edit(copy.path(), "version: 2", "version: 4, something_new: true");
    assert!(matches!(
        Bundle::open(copy.path()),
        Err(BundleError::Newer {
            found: 4,
            known: 3,
            ..
        })
    ));
    let copy = small_model().copy();
    edit(copy.path(), "simulated: true", "simulated: true, secret: 1");
    let error = Bundle::open(copy.path()).unwrap_err().to_string();
    assert!(error.contains("secret"), "{error}");
    let copy = small_model().copy();
    edit(
        copy.path(),
        "\"weights.safetensors\":",
        "\"../weights.safetensors\":",
    );
    assert!(matches!(
        Bundle::open(copy.path()),
        Err(BundleError::Inconsistent { .. })
    ));
}

/// Right checksums around weights that do not fit the manifest.
#[test]
fn weights_of_another_shape_are_refused() {
    let copy = small_model().copy();
    let bundle = Bundle::open(copy.path()).unwrap();
    let mut bundle = Bundle {
        dir: bundle.dir,
        sha256: bundle.sha256,
        manifest: bundle.manifest,
    };
    bundle.manifest.prototypes.pop();
    let error = Model::load(bundle, DeviceChoice::Cpu)
        .unwrap_err()
        .to_string();
    assert!(error.contains("has shape"), "{error}");
}

/// Whoever changes a manifest can make its checksums right: each of these would
/// end in libtorch or, worse, in scores of the wrong statement.
#[test]
fn a_manipulated_manifest_with_right_checksums_is_refused() {
    type Change = fn(&mut Manifest);
    let cases: [(Change, &str); 16] = [
        (|m| m.preprocessing.leads.clear(), "leads is []"),
        (
            |m| m.preprocessing.leads[1] = m.preprocessing.leads[0],
            "leads is [I, I, III",
        ),
        (|m| m.preprocessing.samples = 99, "samples is 99"),
        (|m| m.preprocessing.samples = 100_001, "samples is 100001"),
        (|m| m.preprocessing.rate_hz = f64::NAN, "rate_hz is NaN"),
        (|m| m.statements.clear(), "0 statements, expected 1 to 71"),
        (
            |m| m.statements[2].code = "XYZ".into(),
            "statement \"XYZ\" is not known",
        ),
        (
            |m| m.statements[2].code = "SR".into(),
            "statement SR is there twice",
        ),
        (
            |m| m.statements[0].threshold = f64::NAN,
            "threshold of 1AVB is NaN",
        ),
        (
            |m| m.statements[0].threshold = 1.5,
            "threshold of 1AVB is 1.5",
        ),
        (
            |m| {
                m.statements[0].calibration = Some(Calibration {
                    shared: false,
                    slope: f64::INFINITY,
                    intercept: 0.0,
                });
            },
            "calibration of 1AVB is inf",
        ),
        (
            |m| m.prototypes[3].class = 16,
            "prototype 3 belongs to class 16",
        ),
        (|m| m.prototypes.clear(), "no prototype"),
        (|m| m.prototypes[1].duplicate_of = Some(1), "duplicate of 1"),
        (|m| m.prototypes[1].duplicate_of = Some(9), "duplicate of 9"),
        (|m| drop(m.prototypes.pop()), "has shape"),
    ];
    for (change, expected) in cases {
        let copy = small_model().copy();
        reseal(copy.path(), change);
        let error = load_error(copy.path());
        assert!(error.contains(expected), "{expected}: {error}");
    }
    let copy = small_model().copy();
    reseal(copy.path(), |_| {});
    assert!(Model::load(Bundle::open(copy.path()).unwrap(), DeviceChoice::Cpu).is_ok());
}

#[test]
fn manipulated_weights_and_similarities_with_right_checksums_are_refused() {
    let spoilt = |file: &str, name: &str, change: fn(&Tensor) -> Tensor| {
        let copy = small_model().copy();
        let path = copy.path().join(file);
        let mut weights = Weights::read(&path).unwrap();
        let tensor = change(&weights.tensors[name]);
        weights.tensors.insert(name.into(), tensor);
        weights.write(&path).unwrap();
        reseal(copy.path(), |_| {});
        load_error(copy.path())
    };
    let nan = |t: &Tensor| t.copy().fill_(f64::NAN);
    let whole = |t: &Tensor| t.to_kind(tch::Kind::Int64);
    let fewer = |t: &Tensor| t.narrow(0, 0, t.size()[0] - 1);
    let negative = |t: &Tensor| -t;
    let classifier = "classifier.weight";
    for (file, name, change, expected) in [
        (
            Bundle::WEIGHTS,
            classifier,
            nan as fn(&Tensor) -> Tensor,
            "holds NaN or infinity",
        ),
        (
            Bundle::WEIGHTS,
            "prototype_vectors",
            whole,
            "has type Int64, expected Float",
        ),
        (Bundle::WEIGHTS, classifier, fewer, "has shape [15,"),
        (Bundle::SIMILARITIES, "similarities", fewer, "has shape"),
        (Bundle::SIMILARITIES, "similarities", nan, "holds NaN"),
        (Bundle::SIMILARITIES, "labels", fewer, "has shape"),
        (
            Bundle::SIMILARITIES,
            "ecg_ids",
            negative,
            "expected record numbers",
        ),
    ] {
        let error = spoilt(file, name, change);
        assert!(
            error.contains(file) && error.contains(name) && error.contains(expected),
            "{expected}: {error}"
        );
    }
}

/// Every file in the folder would become part of the bundle.
#[test]
fn a_bundle_is_written_to_an_empty_folder_only() {
    let folder = tempfile::tempdir().unwrap();
    assert!(BundleWriter::new(folder.path()).is_ok());
    assert!(BundleWriter::new(&folder.path().join("new/one")).is_ok());
    let error = BundleWriter::new(folder.path()).unwrap_err();
    assert!(matches!(error, BundleError::Exists { .. }));
    assert!(error.to_string().contains("is not empty"), "{error}");
}

#[test]
fn exemplars_are_inside_a_simulated_bundle() {
    let bundle = Bundle::open(&small_model().bundle()).unwrap();
    let exemplars = Exemplars::new(&bundle, None);
    for (j, prototype) in bundle.manifest.prototypes.iter().enumerate() {
        assert_eq!(
            Some(exemplars.read(j).unwrap().sha256()),
            prototype.recording_sha256
        );
    }
    assert!(exemplars.read(10_000).is_err());
}

fn shipped(name: &str) -> Bundle {
    Bundle::open(
        &Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("models")
            .join(name),
    )
    .unwrap()
}

#[test]
fn the_shipped_demonstration_is_whole_and_small() {
    let bundle = shipped("demo-rhythm");
    assert!(bundle.manifest.simulated);
    assert!(bundle.notice().is_some());
    let size: u64 = bundle
        .manifest
        .files
        .keys()
        .map(|f| std::fs::metadata(bundle.file(f)).unwrap().len())
        .sum();
    assert!(size <= 25_000_000, "{size} bytes");
    let exemplars = Exemplars::new(&bundle, None);
    for j in 0..bundle.manifest.prototypes.len() {
        exemplars.read(j).unwrap();
    }
    let model = Model::load(bundle, DeviceChoice::Cpu).unwrap();
    let example = protoecg::formats::open(&model.bundle().file(Bundle::EXAMPLE)).unwrap();
    let prediction = model.predict(&example).unwrap();
    assert!(!prediction.nothing_positive());
    let trained_on = model
        .manifest()
        .prototypes
        .iter()
        .any(|p| p.recording_sha256.as_ref() == Some(&prediction.recording_sha256));
    assert!(!trained_on, "the example must not be a training ECG");
}

/// Weights and references only; without the data folder the place of a
/// training ECG says so, with it the right record comes.
#[test]
fn the_shipped_model_of_the_excerpt_has_references_and_no_signal() {
    let bundle = shipped("ptbxl-excerpt-rhythm");
    assert!(!bundle.manifest.simulated);
    assert!(!bundle.file(Bundle::EXEMPLARS).exists());
    let error = Exemplars::new(&bundle, None)
        .read(0)
        .unwrap_err()
        .to_string();
    assert!(error.contains("name the folder"), "{error}");
    let Some(folder) = reference_data::ptbxl() else {
        return;
    };
    let recording = Exemplars::new(&bundle, Some(folder)).read(0).unwrap();
    assert_eq!(
        Some(recording.sha256()),
        bundle.manifest.prototypes[0].recording_sha256
    );
}

/// The card's figures come from this program on these records.
#[test]
fn the_shipped_model_of_the_excerpt_scores_what_its_card_says() {
    let Some(folder) = reference_data::ptbxl() else {
        return;
    };
    let model = Model::load(shipped("ptbxl-excerpt-rhythm"), DeviceChoice::Cpu).unwrap();
    let set = DataSet::open(&folder).unwrap();
    for written in &model.manifest().metrics {
        let again = evaluate(&model, &set, written.fold, &mut |_, _| true).unwrap();
        let difference = again.macro_auroc.unwrap() - written.macro_auroc.unwrap();
        // Another processor may round the network's sums differently.
        assert!(
            difference.abs() < 1e-3,
            "fold {}: {difference}",
            written.fold
        );
        assert_eq!(again.statements_scored, written.statements_scored);
    }
}
