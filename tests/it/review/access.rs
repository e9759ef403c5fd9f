//! A folder or a file that cannot be written gives a clear error, and nothing
//! is lost.
//!
//! Root writes everywhere, so as root the test goes on as another user
//! (`setpriv`) or under a read-only mount (`unshare`); where neither can be
//! had it says so.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use protoecg::review::{Included, ReviewError, Store, export};

use super::{create, installation, rated_database, study};

const FOLDER: &str = "PROTOECG_TEST_READ_ONLY_FOLDER";
const STARTED: &str = "read-only child started";

/// Runs as a user who cannot write; started by the tests below only.
#[test]
#[ignore = "started by the other tests of this module"]
fn finds_itself_locked_out() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    println!("\n{STARTED}");
    let folder = Path::new(&folder);
    let path = folder.join("study.sqlite");
    let error = Store::open_as(&path, installation()).unwrap_err();
    assert!(matches!(error, ReviewError::ReadOnly { .. }), "{error:?}");
    let told = error.to_string();
    assert!(told.contains("study.sqlite: cannot be written"), "{told}");

    if fs::write(folder.join("probe"), "").is_err() {
        let made = Store::create_as(&folder.join("new.sqlite"), &study(2), installation());
        let error = made.unwrap_err();
        assert!(matches!(error, ReviewError::ReadOnly { .. }), "{error:?}");
        assert!(error.to_string().contains("new.sqlite: cannot be written"));

        let own = tempfile::tempdir().unwrap();
        let store = create(&own.path().join("s.sqlite"), 2);
        let error = export(&store, folder, Included::Everyone, None)
            .unwrap_err()
            .to_string();
        assert!(error.contains(&*folder.to_string_lossy()), "{error}");
    }
}

/// Starts the test above so that `folder` cannot be written; whether that was
/// possible.
fn locked_out(folder: &Path) -> bool {
    let binary = std::env::current_exe().unwrap();
    let test = [
        "--exact",
        "review::access::finds_itself_locked_out",
        "--ignored",
        "--nocapture",
    ];
    let root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let mut ways: Vec<Command> = Vec::new();
    if root {
        let mut as_nobody = Command::new("setpriv");
        as_nobody.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        as_nobody.arg(&binary);
        let mut read_only = Command::new("unshare");
        read_only.args(["--mount", "sh", "-c"]);
        read_only
            .arg("mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" && exec \"$@\"");
        read_only.arg(folder).arg(&binary);
        ways.extend([as_nobody, read_only]);
    } else {
        ways.push(Command::new(&binary));
    }
    for mut way in ways {
        let Ok(output) = way.args(test).env(FOLDER, folder).output() else {
            continue;
        };
        let told = String::from_utf8_lossy(&output.stdout);
        // Another user may not be able to read the test binary.
        if told.contains(STARTED) {
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{told}\n{errors}");
            return true;
        }
    }
    eprintln!("SKIPPED: neither setpriv nor unshare can take write access from root here");
    false
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Takes write access away, and looks afterwards whether all is still there.
fn nothing_is_lost(folder_mode: u32, file_mode: u32) {
    let outer = tempfile::tempdir().unwrap();
    set_mode(outer.path(), 0o755);
    let folder = outer.path().join("reviews");
    fs::create_dir(&folder).unwrap();
    let path = rated_database(&folder, 5);
    let before = fs::read(&path).unwrap();
    set_mode(&path, file_mode);
    set_mode(&folder, folder_mode);
    let tried = locked_out(&folder);
    set_mode(&folder, 0o755);
    set_mode(&path, 0o644);
    if tried {
        assert_eq!(fs::read(&path).unwrap(), before);
        let store = Store::open_as(&path, installation()).unwrap();
        assert_eq!(store.verify().unwrap().events(), 5);
    }
}

#[test]
fn a_read_only_folder_is_reported_and_nothing_is_lost() {
    nothing_is_lost(0o555, 0o666);
}

#[test]
fn a_read_only_file_is_reported_and_nothing_is_lost() {
    nothing_is_lost(0o777, 0o444);
}
