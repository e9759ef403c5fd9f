//! Runs the scripts of an export.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const SCRIPTS: [(&str, &str); 2] = [("python3", "recompute.py"), ("Rscript", "recompute.R")];

/// Both scripts find every number of `numbers.csv`, and no other.
pub fn numbers_are_found_again(export: &Path) {
    for (script, output) in outputs(export) {
        assert!(output.status.success(), "{script}: {}", told(&output));
        assert!(told(&output).contains("numbers recomputed, all equal"));
    }
}

/// Both scripts fail, and name the number, once it is not the data's.
pub fn a_changed_number_is_not_found(export: &Path, name: &str) {
    let numbers = fs::read_to_string(export.join("numbers.csv")).unwrap();
    let wrong = numbers.replace(&format!("{name},"), &format!("{name},1"));
    assert_ne!(wrong, numbers, "no {name}");
    fs::write(export.join("numbers.csv"), wrong).unwrap();
    some_number_is_not_found(export, name);
}

/// Both scripts fail, and name a number with `part` in its name.
pub fn some_number_is_not_found(export: &Path, part: &str) {
    for (script, output) in outputs(export) {
        assert!(!output.status.success(), "{script}: {}", told(&output));
        assert!(told(&output).contains(part), "{}", told(&output));
    }
}

fn outputs(export: &Path) -> impl Iterator<Item = (&'static str, Output)> {
    SCRIPTS.into_iter().filter_map(move |(program, script)| {
        let output = Command::new(program)
            .arg(export.join(script))
            .arg(export)
            .output();
        if output.is_err() {
            eprintln!("SKIPPED: {program} is not installed, so {script} was not run");
        }
        Some((script, output.ok()?))
    })
}

fn told(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&text).into_owned()
}
