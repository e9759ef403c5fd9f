//! The study of a bundle, opened where it is and made where it is not, on this
//! machine's own chain.
//!
//! This machine's number is kept in the user's data folder; a second process
//! with a folder of its own stands in, so that no test writes to the real one.

use std::fs;
use std::path::Path;
use std::process::Command;

use protoecg::review::{Answer, ReviewError, Store, database_file_name};

use super::{items, rater};

const FOLDER: &str = "PROTOECG_TEST_BUNDLE_FOLDER";

/// Started by the tests below only.
#[test]
#[ignore = "started by the other tests of this module"]
fn rates_one_prototype() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let reviews = Path::new(&folder).join("reviews");
    let open = |sha256, count| {
        Store::open_or_create_for_bundle(&reviews, "demo/rhythm", sha256, items(count))
    };
    let mut store = open("abcdef0123456789", 3).unwrap();
    let answer = Answer::rated(0, 3, 3, 1);
    let answer = answer.because("again");
    println!("\nsaved {}", store.record(&rater("R1"), &answer).unwrap());

    // Another bundle of that name is another study, in another file.
    let other = open("1234567812345678", 3).unwrap();
    assert_ne!(other.path(), store.path());
    assert_eq!(other.verify().unwrap().events(), 0);
    // The same file for another bundle is refused.
    let error = open("abcdef0199999999", 3).unwrap_err();
    assert!(matches!(error, ReviewError::OtherStudy { .. }), "{error}");
    // For this bundle the items are those of the study, which were fixed with it.
    let again = open("abcdef0123456789", 4).unwrap();
    assert_eq!(again.study().items, items(3));
}

/// The event that a rater in a process of its own saved.
fn rate(folder: &Path, data_home: &Path) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "review::bundles::rates_one_prototype"])
        .args(["--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .env("XDG_DATA_HOME", data_home)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}\n{errors}");
    let saved = told.lines().find_map(|line| line.strip_prefix("saved "));
    saved.unwrap().to_owned()
}

#[test]
fn the_study_of_a_bundle_goes_on_in_its_chain() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let (first, second) = (rate(folder.path(), &home), rate(folder.path(), &home));
    let installation = first.strip_suffix("-1").unwrap();
    assert_eq!(second, format!("{installation}-2"));
    let mut kept = fs::read_dir(home.join("protoecg/chains")).unwrap();
    let kept = fs::read_to_string(kept.next().unwrap().unwrap().path()).unwrap();
    assert!(kept.starts_with(&format!("{installation} 2 ")), "{kept}");
}

/// A file stands where the data folder would be.
#[test]
fn where_nothing_can_be_kept_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    fs::write(&home, "").unwrap();
    let (first, second) = (rate(folder.path(), &home), rate(folder.path(), &home));
    assert!(first.ends_with("-1") && second.ends_with("-1"));
    assert_ne!(first, second);
}

#[test]
fn the_file_is_named_after_the_bundle() {
    for (name, file) in [
        ("demo-rhythm", "demo-rhythm-abcdef01.sqlite"),
        ("../a b/\u{e9}", "_a_b__-abcdef01.sqlite"),
        ("", "-abcdef01.sqlite"),
    ] {
        assert_eq!(database_file_name(name, "abcdef0123"), file);
    }
}
