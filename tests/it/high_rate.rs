//! What eyes see is the 500 Hz record of an ECG where there is one; what the
//! model gets is what was opened.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use protoecg::dataset::HighRate;
use protoecg::ecg::{Channel, Recording};
use protoecg::formats::{self, wfdb};
use protoecg::simulator::{self, Collection, Mix, Recipe};

use crate::command_line::{protoecg, text};
use crate::reference_data::{ptbxl, ptbxl_record};

const SHOWN: &str = "500 Hz recording shown; the model reads the 100 Hz one";

/// Three simulated ECGs at both rates.
fn collection(root: &Path) {
    let recipe = Recipe {
        mix: Mix::Rhythms,
        seed: 42,
        ..Recipe::default()
    };
    Collection {
        records: 3,
        recipe,
        with_500_hz: true,
    }
    .write(root, &mut |_| ControlFlow::Continue(()))
    .unwrap();
}

fn low(root: &Path, ecg_id: u32) -> PathBuf {
    ptbxl_record(root, ecg_id)
}

fn high_folder(root: &Path) -> PathBuf {
    root.join("records500/00000")
}

fn high(root: &Path, ecg_id: u32) -> PathBuf {
    high_folder(root).join(format!("{ecg_id:05}_hr.hea"))
}

fn beside(path: &Path) -> HighRate {
    HighRate::beside(path, &formats::open(path).unwrap())
}

/// Why a record is not shown.
#[track_caller]
fn reason(found: &HighRate) -> &str {
    match found {
        HighRate::NotShown(reason) => reason,
        other => panic!("expected a reason, found {other:?}"),
    }
}

fn changed(recording: &Recording, change: impl Fn(&Channel) -> Vec<f64>) -> Recording {
    let channels = recording.channels.iter().map(|channel| Channel {
        samples_mv: change(channel),
        ..channel.clone()
    });
    Recording {
        channels: channels.collect(),
        ..recording.clone()
    }
}

#[test]
fn the_record_of_500_hz_is_shown_where_it_is_the_same_ecg() {
    let folder = tempfile::tempdir().unwrap();
    collection(folder.path());
    for ecg_id in 1..=3 {
        let path = low(folder.path(), ecg_id);
        let (opened, found) = (formats::open(&path).unwrap(), beside(&path));
        let fine = formats::open(&high(folder.path(), ecg_id)).unwrap();
        assert_eq!(found.shown(&opened).sha256(), fine.sha256());
        assert_eq!(found.shown(&opened).rate_hz, 500.0);
        assert!(found.noted("as it is".to_owned()).ends_with(SHOWN));
        // The sister itself has none.
        assert_eq!(beside(&high(folder.path(), ecg_id)), HighRate::None);
    }
    std::fs::remove_file(high(folder.path(), 2)).unwrap();
    assert_eq!(beside(&low(folder.path(), 2)), HighRate::None);
}

#[test]
fn a_record_that_is_not_the_same_ecg_is_not_shown_and_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    collection(folder.path());
    let path = low(folder.path(), 1);
    let opened = formats::open(&path).unwrap();
    let fine = formats::open(&high(folder.path(), 1)).unwrap();
    let write = |recording: &Recording| {
        wfdb::write(&high_folder(folder.path()), "00001_hr", recording, 1000.0).unwrap();
        beside(&path)
    };
    let other = formats::open(&high(folder.path(), 2)).unwrap();
    let found = write(&other);
    assert!(reason(&found).contains("it is another ECG (correlation"));
    assert_eq!(found.shown(&opened), &opened);
    let note = found.noted("as it is".to_owned());
    assert!(note.contains("100 Hz recording shown") && note.contains("another ECG"));
    assert!(!note.contains(SHOWN));

    let found = write(&changed(&fine, |c| {
        c.samples_mv.iter().map(|v| 2.0 * v).collect()
    }));
    let ratio = reason(&found);
    let ratio: f64 = ratio.split(' ').nth(3).unwrap().parse().unwrap();
    assert!((ratio - 2.0).abs() < 0.2, "{ratio}");

    let found = write(&changed(&fine, |c| c.samples_mv[..4000].to_vec()));
    assert_eq!(reason(&found), "it lasts 8.00 s, and this one 10.00 s");

    let found = write(&changed(&fine, |c| vec![0.0; c.samples_mv.len()]));
    assert!(reason(&found).contains("cannot be compared"));

    let found = write(&Recording {
        channels: fine.channels[..11].to_vec(),
        ..fine.clone()
    });
    assert_eq!(reason(&found), "it has no lead V6");

    // Half a second late is another moment.
    let late = changed(&fine, |c| {
        let (end, start) = c.samples_mv.split_at(250);
        [start, end].concat()
    });
    assert!(reason(&write(&late)).contains("another ECG"));

    assert!(matches!(write(&fine), HighRate::Same(_)));
    std::fs::write(high(folder.path(), 1), "nonsense").unwrap();
    assert_eq!(reason(&beside(&path)), "it cannot be read");
}

/// The words of an SVG: long lines are broken between them.
fn words(svg: &Path) -> String {
    let svg = std::fs::read_to_string(svg).unwrap();
    let texts = svg.split("</text>").filter_map(|t| t.rsplit('>').next());
    texts.collect::<Vec<_>>().join(" ")
}

#[test]
fn prints_and_explanations_show_it_and_the_model_reads_what_was_opened() {
    let folder = tempfile::tempdir().unwrap();
    collection(folder.path());
    let file = low(folder.path(), 1);
    let run = |subcommand: &str, name: &str| {
        let out = folder.path().join(name);
        let output = protoecg(&[subcommand, text(&file), "--out", text(&out)]);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{errors}");
        out
    };
    let print = words(&run("print", "print.svg"));
    assert!(print.contains(SHOWN), "{print}");
    assert!(print.contains("sampled at 500 Hz") && !print.contains("sampled at 100 Hz"));
    // The page is of the ECG that was opened.
    let id = formats::open(&file).unwrap().short_id();
    assert!(print.contains(&format!("ECG {id}")));
    let page = words(&run("explain", "why.svg"));
    assert!(
        page.contains(SHOWN) && page.contains("sampled at 500 Hz"),
        "{page}"
    );
    let with = std::fs::read(run("explain", "with.json")).unwrap();

    std::fs::remove_dir_all(folder.path().join("records500")).unwrap();
    let print_alone = words(&run("print", "print.svg"));
    assert!(!print_alone.contains("500 Hz") && print_alone.contains("sampled at 100 Hz"));
    let reading = |print: &str| {
        let from = print.find("Model ").unwrap();
        print[from..].to_owned()
    };
    assert_eq!(reading(&print), reading(&print_alone));
    let without = std::fs::read(run("explain", "without.json")).unwrap();
    assert!(with == without, "the model was given something else");
}

/// The 250 records of the excerpt that are there at both rates.
#[test]
fn every_pair_of_ptb_xl_is_the_same_ecg_and_no_two_neighbours_are() {
    let Some(root) = ptbxl() else { return };
    let folder = tempfile::tempdir().unwrap();
    let shelves = ["records100/00000", "records500/00000"].map(|s| folder.path().join(s));
    for shelf in &shelves {
        std::fs::create_dir_all(shelf).unwrap();
    }
    let mut pairs = 0;
    // The least alike of all is 242: its noise is above what 100 Hz can hold.
    for ecg_id in (1..=250).step_by(7).chain([4, 184, 242, 248]) {
        let (path, fine) = (low(&root, ecg_id), high(&root, ecg_id));
        if !(path.is_file() && fine.is_file()) {
            continue;
        }
        pairs += 1;
        assert!(
            matches!(beside(&path), HighRate::Same(_)),
            "record {ecg_id}"
        );
        let next = low(&root, ecg_id + 1);
        if !next.is_file() || ecg_id % 21 != 1 {
            continue;
        }
        // The neighbour at 100 Hz beside this one at 500 Hz.
        let [low_shelf, high_shelf] = &shelves;
        let name = format!("{ecg_id:05}");
        wfdb::write(
            low_shelf,
            &format!("{name}_lr"),
            &formats::open(&next).unwrap(),
            1000.0,
        )
        .unwrap();
        wfdb::write(
            high_shelf,
            &format!("{name}_hr"),
            &formats::open(&fine).unwrap(),
            1000.0,
        )
        .unwrap();
        let found = beside(&low_shelf.join(format!("{name}_lr.hea")));
        assert!(reason(&found).contains("another ECG"), "record {ecg_id}");
    }
    assert!(pairs > 30, "{pairs}");
}

/// The simulator's two rates are one ECG, whatever the statement.
#[test]
fn every_simulated_pair_is_the_same_ecg() {
    let folder = tempfile::tempdir().unwrap();
    let shelves = ["records100/00000", "records500/00000"].map(|s| folder.path().join(s));
    for shelf in &shelves {
        std::fs::create_dir_all(shelf).unwrap();
    }
    for (i, ecg) in simulator::simulate(30, 7).enumerate() {
        let [low_shelf, high_shelf] = &shelves;
        wfdb::write(low_shelf, &format!("{i}_lr"), &ecg.recording, 1000.0).unwrap();
        wfdb::write(
            high_shelf,
            &format!("{i}_hr"),
            &ecg.recording_500_hz,
            1000.0,
        )
        .unwrap();
        let found = beside(&low_shelf.join(format!("{i}_lr.hea")));
        assert!(matches!(found, HighRate::Same(_)), "{i}: {found:?}");
    }
}
