//! A bundle that was changed, is incomplete or comes from a newer program is
//! refused with the reason; the shipped ones are whole.

use std::path::Path;

use protoecg::bundle::{Bundle, BundleError, Exemplars};
use protoecg::dataset::DataSet;
use protoecg::inference::{DeviceChoice, Model};
use protoecg::training::evaluate;

use crate::reference_data;
use crate::small_model::small_model;

fn edit(dir: &Path, from: &str, to: &str) {
    let path = dir.join(Bundle::MANIFEST);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from));
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
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
    assert!(error.to_string().contains("was changed after the bundle was written"));
}

#[test]
fn missing_additional_and_foreign_files_are_refused() {
    let copy = small_model().copy();
    std::fs::remove_file(copy.path().join(Bundle::SIMILARITIES)).unwrap();
    assert!(matches!(Bundle::open(copy.path()), Err(BundleError::MissingFile { .. })));
    let copy = small_model().copy();
    std::fs::write(copy.path().join("extra.txt"), "x").unwrap();
    assert!(matches!(Bundle::open(copy.path()), Err(BundleError::UnknownFile { file, .. }) if file == "extra.txt"));
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(Bundle::open(empty.path()), Err(BundleError::NotABundle { .. })));
}

#[test]
fn a_newer_manifest_an_unknown_field_and_an_outside_path_are_refused() {
    let copy = small_model().copy();
    edit(copy.path(), "version: 1", "version: 2, something_new: true");
    assert!(matches!(Bundle::open(copy.path()), Err(BundleError::Newer { found: 2, known: 1, .. })));
    let copy = small_model().copy();
    edit(copy.path(), "simulated: true", "simulated: true, secret: 1");
    let error = Bundle::open(copy.path()).unwrap_err().to_string();
    assert!(error.contains("secret"), "{error}");
    let copy = small_model().copy();
    edit(copy.path(), "\"weights.safetensors\":", "\"../weights.safetensors\":");
    assert!(matches!(Bundle::open(copy.path()), Err(BundleError::Inconsistent { .. })));
}

/// Right checksums around weights that do not fit the manifest.
#[test]
fn weights_of_another_shape_are_refused() {
    let copy = small_model().copy();
    let bundle = Bundle::open(copy.path()).unwrap();
    let mut bundle = Bundle { dir: bundle.dir, sha256: bundle.sha256, manifest: bundle.manifest };
    bundle.manifest.prototypes.pop();
    let error = Model::load(bundle, DeviceChoice::Cpu).unwrap_err().to_string();
    assert!(error.contains("has shape"), "{error}");
}

#[test]
fn exemplars_are_inside_a_simulated_bundle() {
    let bundle = Bundle::open(&small_model().bundle()).unwrap();
    let exemplars = Exemplars::new(&bundle, None);
    for (j, prototype) in bundle.manifest.prototypes.iter().enumerate() {
        assert_eq!(exemplars.read(j).unwrap().sha256(), prototype.recording_sha256);
    }
    assert!(exemplars.read(10_000).is_err());
}

fn shipped(name: &str) -> Bundle {
    Bundle::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(name)).unwrap()
}

#[test]
fn the_shipped_demonstration_is_whole_and_small() {
    let bundle = shipped("demo-rhythm");
    assert!(bundle.manifest.simulated);
    assert!(bundle.notice().is_some());
    let size: u64 = bundle.manifest.files.keys().map(|f| std::fs::metadata(bundle.file(f)).unwrap().len()).sum();
    assert!(size <= 25_000_000, "{size} bytes");
    let exemplars = Exemplars::new(&bundle, None);
    for j in 0..bundle.manifest.prototypes.len() {
        exemplars.read(j).unwrap();
    }
    let model = Model::load(bundle, DeviceChoice::Cpu).unwrap();
    let example = protoecg::formats::open(&model.bundle().file(Bundle::EXAMPLE)).unwrap();
    let prediction = model.predict(&example).unwrap();
    assert!(!prediction.nothing_positive());
    let trained_on = model.manifest().prototypes.iter().any(|p| p.recording_sha256 == prediction.recording_sha256);
    assert!(!trained_on, "the example must not be a training ECG");
}

/// Weights and references only; without the data folder the place of a
/// training ECG says so, with it the right record comes.
#[test]
fn the_shipped_model_of_the_excerpt_has_references_and_no_signal() {
    let bundle = shipped("ptbxl-excerpt-rhythm");
    assert!(!bundle.manifest.simulated);
    assert!(!bundle.file(Bundle::EXEMPLARS).exists());
    let error = Exemplars::new(&bundle, None).read(0).unwrap_err().to_string();
    assert!(error.contains("name the folder"), "{error}");
    let Some(folder) = reference_data::ptbxl() else { return };
    let recording = Exemplars::new(&bundle, Some(folder)).read(0).unwrap();
    assert_eq!(recording.sha256(), bundle.manifest.prototypes[0].recording_sha256);
}

/// The card's figures come from this program on these records.
#[test]
fn the_shipped_model_of_the_excerpt_scores_what_its_card_says() {
    let Some(folder) = reference_data::ptbxl() else { return };
    let model = Model::load(shipped("ptbxl-excerpt-rhythm"), DeviceChoice::Cpu).unwrap();
    let set = DataSet::open(&folder).unwrap();
    for written in &model.manifest().metrics {
        let again = evaluate(&model, &set, written.fold, &mut |_, _| true).unwrap();
        let difference = again.macro_auroc.unwrap() - written.macro_auroc.unwrap();
        // Another processor may round the network's sums differently.
        assert!(difference.abs() < 1e-3, "fold {}: {difference}", written.fold);
        assert_eq!(again.statements_scored, written.statements_scored);
    }
}
