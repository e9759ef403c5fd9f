//! Which prototypes of a bundle a study has: linked where they are the same,
//! selected by the protocol, some set aside for practice.

use std::collections::BTreeMap;

use super::protocol::{Protocol, Selection};
use super::queue::draw;
use super::{Item, ReviewError};
use crate::bundle::Manifest;

/// Items of the study proper and of the training set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selected {
    pub items: Vec<Item>,
    pub training: Vec<Item>,
}

/// Every prototype of a bundle that is in use. Those of one class that were cut from the same
/// window of the same ECG are one item: rated once, the others linked to it.
pub fn items_of(manifest: &Manifest) -> Vec<Item> {
    let mut first_with: BTreeMap<_, usize> = BTreeMap::new();
    let mut items: Vec<Item> = Vec::new();
    for (prototype, source) in manifest.prototypes.iter().enumerate() {
        if !manifest.is_in_use(prototype) {
            continue;
        }
        let Some(class) = manifest.class_of(prototype) else {
            continue;
        };
        // Two unknown sources are not one.
        if let Some(sha256) = &source.recording_sha256 {
            let window = (source.class, sha256.as_str(), source.window_samples);
            if let Some(&first) = first_with.get(&window) {
                items[first].linked.push(prototype);
                continue;
            }
            first_with.insert(window, items.len());
        }
        items.push(Item {
            prototype,
            class_code: class.code.clone(),
            branch: manifest
                .branch_of(prototype)
                .map(|branch| branch.name.clone())
                .unwrap_or_default(),
            source_ecg: source.ecg_id,
            linked: Vec::new(),
            pair: None,
        });
    }
    items
}

/// What the protocol selects.
///
/// # Errors
/// A class that the bundle does not have; more training than there are
/// prototypes; too few prototypes for the repeats.
pub(super) fn select(
    all: Vec<Item>,
    protocol: &Protocol,
    seed: u32,
) -> Result<Selected, ReviewError> {
    let drawn = |purpose: &str, item: &Item| draw(purpose, seed, "", &item.prototype.to_string());
    let (mut items, mut rest) = match &protocol.prototypes {
        Selection::All => (all, Vec::new()),
        Selection::Classes(codes) => {
            known_classes(codes, &all)?;
            all.into_iter()
                .partition(|item| codes.contains(&item.class_code))
        }
        Selection::PerClass(count) => {
            let mut all = all;
            all.sort_by_cached_key(|item| drawn("sample", item));
            let mut taken: BTreeMap<String, usize> = BTreeMap::new();
            all.into_iter().partition(|item| {
                let of_class = taken.entry(item.class_code.clone()).or_insert(0);
                *of_class += 1;
                *of_class <= *count
            })
        }
    };
    // What is not in the study is practised on first; only then is it taken from the study.
    rest.sort_by_cached_key(|item| drawn("training", item));
    let mut training: Vec<Item> = rest.into_iter().take(protocol.training).collect();
    items.sort_by_cached_key(|item| drawn("training", item));
    training.extend(items.drain(..(protocol.training - training.len()).min(items.len())));
    items.sort_by_key(|item| item.prototype);
    if training.len() < protocol.training || (items.is_empty() && !training.is_empty()) {
        return Err(ReviewError::Protocol {
            field: "training".to_owned(),
            found: protocol.training.to_string(),
            expected: "fewer than there are prototypes",
        });
    }
    Ok(Selected { items, training })
}

/// # Errors
/// A class of which there is no item.
pub(super) fn known_classes(codes: &[String], items: &[Item]) -> Result<(), ReviewError> {
    let has = |code: &&String| items.iter().any(|item| item.class_code == **code);
    match codes.iter().find(|code| !has(code)) {
        None => Ok(()),
        Some(missing) => Err(ReviewError::Protocol {
            field: "prototypes".to_owned(),
            found: format!("class {missing:?}"),
            expected: "classes of which the bundle has prototypes",
        }),
    }
}
