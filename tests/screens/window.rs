//! The real program under Xvfb: it draws an ECG and exits cleanly.

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::driver::{demonstration, simulated};
use crate::xvfb::Display;

fn run(display: &Display, home: &Path, arguments: &[&str]) -> std::process::ExitStatus {
    let mut child = display
        .command(env!("CARGO_BIN_EXE_protoecg"), home)
        .args(arguments)
        .spawn()
        .expect("the program was built with the tests");
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("the program can be waited for") {
            return status;
        }
        if started.elapsed() > Duration::from_secs(120) {
            child.kill().ok();
            panic!("the program did not end");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn the_program_draws_an_ecg_with_its_evidence_and_exits_cleanly() {
    let Some(display) = Display::start(1280, 800) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let real = protoecg_real_ecg();
    if real.is_none() {
        eprintln!("no PTB-XL here: a simulated ECG is drawn instead of a real one");
    }
    let ecg = real.unwrap_or_else(|| simulated(folder.path(), 0));
    let picture = folder.path().join("window.png");
    let bundle = demonstration();
    // Somebody's settings, which a picture leaves as they are.
    let kept = folder.path().join("protoecg/app.ron");
    let settings =
        r#"{"protoecg": "(theme: Dark, rater: \"R7\", recent: [\"/nowhere/mine.hea\"])"}"#;
    std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
    std::fs::write(&kept, settings).unwrap();
    let arguments = [
        "open",
        ecg.to_str().unwrap(),
        "--bundle",
        bundle.to_str().unwrap(),
        "--picture",
        picture.to_str().unwrap(),
    ];
    let status = run(&display, folder.path(), &arguments);
    assert!(status.success(), "{status}");
    let after = std::fs::read_to_string(&kept).unwrap();
    assert!(
        after.contains("R7") && after.contains("mine.hea"),
        "{after}"
    );

    let image = image::open(&picture)
        .expect("the picture was saved")
        .to_rgb8();
    assert_eq!(image.dimensions(), (1280, 800));
    let colours: HashSet<[u8; 3]> = image.pixels().map(|pixel| pixel.0).collect();
    assert!(colours.len() > 200, "only {} colours", colours.len());
    // The paper and the ink of both sheets: light ground, thousands of near-black pixels of trace.
    let paper = image
        .pixels()
        .filter(|pixel| pixel.0 == [0xff, 0xfc, 0xfb])
        .count();
    let ink = image
        .pixels()
        .filter(|pixel| pixel.0.iter().all(|&value| value < 0x40))
        .count();
    assert!(paper > 40_000, "{paper} pixels of paper");
    assert!(ink > 3_000, "{ink} pixels of ink");
}

#[test]
fn without_a_display_the_program_says_what_it_needs() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_protoecg"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .env("HOME", folder.path())
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("needs a display"), "{message}");
}

/// An ECG of PTB-XL, where it is; never a snapshot of it.
fn protoecg_real_ecg() -> Option<std::path::PathBuf> {
    let root = std::env::var_os("PROTOECG_PTBXL").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/ptbxl"),
        std::path::PathBuf::from,
    );
    let folder = std::fs::read_dir(root.join("records100"))
        .ok()?
        .filter_map(Result::ok)
        .map(|e| e.path())
        .min()?;
    let headers = std::fs::read_dir(folder)
        .ok()?
        .filter_map(Result::ok)
        .map(|e| e.path());
    headers
        .filter(|path| path.extension().is_some_and(|extension| extension == "hea"))
        .min()
}
