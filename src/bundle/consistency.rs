//! What a manifest must say for a network to be built from it. Right checksums
//! do not make a manifest sound: somebody may have made both.

use std::path::{Component, Path};

use super::{Bundle, Manifest, StatementInfo};
use crate::statements;

/// The first thing that is wrong, as a sentence.
pub(super) fn check(manifest: &Manifest) -> Result<(), String> {
    manifest
        .preprocessing
        .check_settings()
        .map_err(|e| e.to_string())?;
    check_statements(&manifest.statements)?;
    check_prototypes(manifest)?;
    check_file_names(manifest)
}

fn check_statements(infos: &[StatementInfo]) -> Result<(), String> {
    let most = statements::all().len();
    if !(1..=most).contains(&infos.len()) {
        return Err(format!(
            "the manifest has {} statements, expected 1 to {most}",
            infos.len()
        ));
    }
    for (i, info) in infos.iter().enumerate() {
        let code = &info.code;
        if statements::by_code(code).is_none() {
            return Err(format!("statement {code:?} is not known"));
        }
        if infos[..i].iter().any(|other| other.code == *code) {
            return Err(format!("statement {code} is there twice"));
        }
        if !(0.0..=1.0).contains(&info.threshold) {
            return Err(format!(
                "the threshold of {code} is {}, expected 0 to 1",
                info.threshold
            ));
        }
        if let Some(c) = info.calibration
            && !(c.slope.is_finite() && c.intercept.is_finite())
        {
            return Err(format!(
                "the calibration of {code} is {} and {}, expected finite numbers",
                c.slope, c.intercept
            ));
        }
    }
    Ok(())
}

fn check_prototypes(manifest: &Manifest) -> Result<(), String> {
    let classes = manifest.statements.len();
    if manifest.prototypes.is_empty() {
        return Err("the manifest has no prototype".to_owned());
    }
    for (j, prototype) in manifest.prototypes.iter().enumerate() {
        if prototype.class >= classes {
            return Err(format!(
                "prototype {j} belongs to class {}, there are {classes}",
                prototype.class
            ));
        }
        if let Some(first) = prototype.duplicate_of.filter(|&first| first >= j) {
            return Err(format!(
                "prototype {j} is called a duplicate of {first}, expected one before it"
            ));
        }
    }
    Ok(())
}

fn check_file_names(manifest: &Manifest) -> Result<(), String> {
    for file in manifest.files.keys() {
        let inside = Path::new(file)
            .components()
            .all(|c| matches!(c, Component::Normal(_)));
        if !inside {
            return Err(format!(
                "the manifest names {file:?}, which is outside the bundle"
            ));
        }
    }
    for needed in [Bundle::WEIGHTS, Bundle::SIMILARITIES] {
        if !manifest.files.contains_key(needed) {
            return Err(format!("the manifest does not name {needed}"));
        }
    }
    Ok(())
}
