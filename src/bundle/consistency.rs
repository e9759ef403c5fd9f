//! What a manifest must say for a network to be built from it. Right checksums
//! do not make a manifest sound: somebody may have made both.

use std::path::{Component, Path};

use super::{BranchSpec, Bundle, Manifest, StatementInfo};
use crate::nn::{PrototypeKind, STEPS};
use crate::statements;

/// The first thing that is wrong, as a sentence.
pub(super) fn check(manifest: &Manifest) -> Result<(), String> {
    manifest
        .preprocessing
        .check_settings()
        .map_err(|e| e.to_string())?;
    check_statements(&manifest.statements)?;
    check_outputs(manifest)?;
    check_prototypes(manifest)?;
    check_excluded(manifest)?;
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
        if statements::describe(code).is_none() {
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

/// The outputs that the network has, in its order.
fn check_outputs(manifest: &Manifest) -> Result<(), String> {
    let expected = manifest.architecture.labels().labels();
    let found = &manifest.statements;
    let same =
        expected.len() == found.len() && expected.iter().zip(found).all(|(e, f)| e.code == f.code);
    if !same {
        return Err(format!(
            "the manifest has {} statements that are not the {} outputs of its network",
            found.len(),
            expected.len()
        ));
    }
    Ok(())
}

/// Names are folders of variables, and a window fits into a recording.
fn check_branches(branches: &[BranchSpec]) -> Result<(), String> {
    for (i, branch) in branches.iter().enumerate() {
        let name = &branch.name;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(format!(
                "the name of branch {i} is {name:?}, expected letters and digits"
            ));
        }
        if branches[..i].iter().any(|b| b.name == *name) {
            return Err(format!("two branches are named {name}"));
        }
        if let PrototypeKind::Windows { steps, .. } = branch.prototypes
            && !(1..=STEPS).contains(&steps)
        {
            return Err(format!(
                "prototypes of branch {name} have {steps} steps, expected 1 to {STEPS}"
            ));
        }
    }
    Ok(())
}

fn check_prototypes(manifest: &Manifest) -> Result<(), String> {
    let classes = manifest.statements.len();
    let branches = manifest.architecture.branches();
    if branches.is_empty() != manifest.prototypes.is_empty() {
        return Err("the manifest has no prototype".to_owned());
    }
    check_branches(branches)?;
    if !manifest.prototypes.is_sorted_by_key(|p| p.branch) {
        return Err("the prototypes are not in the order of the branches".to_owned());
    }
    for (j, prototype) in manifest.prototypes.iter().enumerate() {
        if prototype.branch >= branches.len() {
            return Err(format!(
                "prototype {j} belongs to branch {}, there are {}",
                prototype.branch,
                branches.len()
            ));
        }
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

fn check_excluded(manifest: &Manifest) -> Result<(), String> {
    let Some(excluded) = &manifest.excluded else {
        return Ok(());
    };
    let have = manifest.prototypes.len();
    match excluded.prototypes.iter().find(|out| out.prototype >= have) {
        Some(out) => Err(format!(
            "prototype {} is out of use, there are {have}",
            out.prototype
        )),
        None => Ok(()),
    }
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
