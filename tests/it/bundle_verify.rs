//! `protoecg bundle verify` believes nothing that a manifest says.

use std::path::Path;

use crate::bundles::reseal;
use crate::command_line::{error, json, protoecg, text};
use crate::small_model::small_model;

#[test]
fn bundle_verify_lists_every_prototype_and_refuses_a_changed_byte() {
    let document = json(&["bundle", "verify", text(&small_model().bundle()), "--json"]);
    assert_eq!(document["zero_prototypes"].as_array().unwrap().len(), 0);
    let copy = small_model().copy();
    let card = copy.path().join("MODEL_CARD.md");
    std::fs::write(&card, "another card").unwrap();
    let refused = error(&["bundle", "verify", text(copy.path())]);
    assert!(refused.contains("MODEL_CARD.md was changed"), "{refused}");
}

/// The manifest is not believed: what it says is computed again.
#[test]
fn bundle_verify_finds_a_prototype_that_is_not_its_training_ecg() {
    let whole = small_model().bundle();
    let document = json(&["bundle", "verify", text(&whole), "--json"]);
    assert_eq!(document["sources_checked"], document["prototypes"]);
    assert_eq!(document["faults"].as_array().unwrap().len(), 0);

    // Another vector in place of prototype 3, with right checksums.
    let other = small_model().copy();
    let path = other.path().join("weights.safetensors");
    let mut weights = protoecg::nn::Weights::read(&path).unwrap();
    let vectors = weights.tensors["prototype_vectors"].copy();
    let mut third = vectors.get(3);
    third.copy_(&third.flip([0]));
    weights.tensors.insert("prototype_vectors".into(), vectors);
    weights.write(&path).unwrap();
    reseal(other.path(), |_| {});
    let failed = protoecg(&["bundle", "verify", text(other.path())]);
    let message = String::from_utf8(failed.stderr).unwrap();
    assert_eq!(failed.status.code(), Some(1), "{message}");
    assert!(
        message.starts_with("error: prototype 3 is not its training ECG: their cosine is 0.")
            && !message.contains(';'),
        "{message}"
    );

    let duplicate = small_model().copy();
    reseal(duplicate.path(), |m| {
        let j = m.prototypes.len() - 1;
        let said = m.prototypes[j].duplicate_of;
        m.prototypes[j].duplicate_of = if said.is_some() { None } else { Some(0) };
    });
    let failed = protoecg(&["bundle", "verify", text(duplicate.path())]);
    let message = String::from_utf8(failed.stderr).unwrap();
    assert!(message.contains("by its checksum"), "{message}");
    assert_eq!(failed.status.code(), Some(1));

    // Without its training ECGs a bundle is not checked, and that is said.
    let bare = small_model().copy();
    std::fs::remove_dir_all(bare.path().join("exemplars")).unwrap();
    reseal_without_exemplars(bare.path());
    let data = small_model().data();
    let none = json(&["bundle", "verify", text(bare.path()), "--json"]);
    assert_eq!(none["sources_checked"], 0);
    let all = [
        "bundle",
        "verify",
        text(bare.path()),
        "--data",
        text(&data),
        "--json",
    ];
    assert_eq!(json(&all)["sources_checked"], document["prototypes"]);
}

fn reseal_without_exemplars(dir: &Path) {
    let path = dir.join("manifest.ron");
    let manifest = std::fs::read_to_string(&path).unwrap();
    let mut manifest: protoecg::bundle::Manifest = ron::from_str(&manifest).unwrap();
    manifest
        .files
        .retain(|file, _| !file.starts_with("exemplars"));
    std::fs::write(path, ron::to_string(&manifest).unwrap()).unwrap();
}
