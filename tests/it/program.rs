//! The program as its users start it, with the shipped models and a home of its
//! own.

use std::path::Path;
use std::process::{Command, Output};

fn protoecg(home: &Path, arguments: &[&str]) -> Output {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    Command::new(env!("CARGO_BIN_EXE_protoecg"))
        .args(arguments)
        .env("PROTOECG_MODELS", models)
        .env("XDG_DATA_HOME", home)
        .env_remove("PROTOECG_PTBXL")
        .output()
        .expect("the program starts")
}

/// What a command that succeeds prints.
pub fn told(home: &Path, arguments: &[&str]) -> String {
    let output = protoecg(home, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a command that fails says.
pub fn refused(home: &Path, arguments: &[&str]) -> String {
    let output = protoecg(home, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// `protoecg review`.
pub mod review {
    use std::path::Path;

    pub fn told(home: &Path, arguments: &[&str]) -> String {
        super::told(home, &[&["review"], arguments].concat())
    }

    pub fn refused(home: &Path, arguments: &[&str]) -> String {
        super::refused(home, &[&["review"], arguments].concat())
    }
}
