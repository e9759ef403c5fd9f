//! The Read screen's evidence: orders, counter-case, nearest ECGs, attention,
//! and "what if".

use std::path::{Path, PathBuf};

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use protoecg::app::AppOptions;
use protoecg::ecg::Lead;

use crate::driver::{Window, simulated};

fn bundle(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("models")
        .join(name)
}

fn reading(folder: &Path, name: &str, index: usize) -> Window {
    Window::start(AppOptions {
        bundle: Some(bundle(name)),
        open: Some(simulated(folder, index)),
        ..Window::options(folder)
    })
}

/// The probabilities by statement, as the table says them.
fn probabilities(window: &Window) -> Vec<String> {
    let names = window.names().into_iter();
    names
        .filter(|name| name.contains(", probability "))
        .collect()
}

#[test]
fn what_if_changes_every_probability_and_reset_takes_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = reading(folder.path(), "demo-rhythm", 3);
    let before = probabilities(&window);
    window.click("What if");
    window.click("Mask lead V1");
    window.click("Mask lead II");
    window.assert_shows("What if: not this ECG as it was recorded");
    window.assert_shows("Leads II, V1 are masked");
    let after = probabilities(&window);
    assert_eq!(after.len(), before.len());
    assert!(
        after.iter().all(|name| name.contains(", was ")),
        "{after:#?}"
    );
    window.assert_shows("Columns: Code, Statement, Prob., Was, Threshold");
    window.press(Key::E);
    assert!(probabilities(&window).is_empty());
    window.assert_shows("What if: not this ECG as it was recorded");
    window.press(Key::E);
    window.click("Mask these seconds");
    window.assert_shows("0.00–1.00 s masked in all leads");
    window.click("Show 0.00–1.00 s again");
    window.assert_shows_not("masked in all leads");
    window.click("Reset");
    window.assert_shows_not("What if: not this ECG");
    assert_eq!(probabilities(&window), before);
}

#[test]
fn a_row_of_the_ledger_switches_its_prototype_off() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = reading(folder.path(), "demo-rhythm", 1);
    window.press(Key::W);
    window.press(Key::W);
    let row = window.name_with(" times weight ").unwrap();
    let number = row.split(' ').nth(1).unwrap().to_owned();
    window.click(&row);
    window.assert_shows(&format!("Prototype {number} is switched off."));
    let off = format!("Prototype {number} of ");
    let row = window
        .names()
        .into_iter()
        .find(|n| n.starts_with(&off))
        .unwrap();
    assert!(row.contains("times weight +0.000 adds +0.000"), "{row}");
    window.click(&format!("Switch prototype {number} on again"));
    window.assert_shows_not("is switched off.");
}

#[test]
fn the_windows_of_a_prototype_are_marked_on_the_read_ecg_and_can_be_cut_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = reading(folder.path(), "ptbxl-excerpt", 2);
    // Some morphology statement; the rhythm ones have no window.
    let row = window.name_with("LVH, ").unwrap();
    window.click(&row);
    window.assert_shows("Prototypes of LVH");
    window.assert_shows("The windows of the prototype are highlighted");
    window.assert_shows("Most similar windows and their cosines");
    window.click("Cut-outs");
    window.assert_shows("12-lead cut-out");
    // The bundle has no ECGs, and no folder was named.
    window.assert_shows("The training ECG is not here");
    let row = window.name_with("SR, ").unwrap();
    window.click(&row);
    window.assert_shows("no time axis: the whole strip and all 12 leads were used");
    assert!(!window.has("Cut-outs"));
}

/// Nobody presses anything for it; it is what `explain` says.
#[test]
fn what_the_similarity_hangs_on_is_measured_unasked_and_tints_the_read_ecg() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = reading(folder.path(), "ptbxl-excerpt", 2);
    let recording = protoecg::formats::open(&folder.path().join("ecg2.hea")).unwrap();
    let model = protoecg::inference::Model::load(
        protoecg::bundle::Bundle::open(&bundle("ptbxl-excerpt")).unwrap(),
        protoecg::inference::DeviceChoice::Cpu,
    )
    .unwrap();
    // As a window and as a whole sheet, a prototype that is not the first, and changed.
    let mut changes = protoecg::inference::Changes::default();
    for (code, steps, masked) in [
        ("LVH", 0, None),
        ("AMI", 1, None),
        ("AMI", 1, Some(Lead::V2)),
    ] {
        let row = window.name_with(&format!("{code}, ")).unwrap();
        window.click(&row);
        for _ in 0..steps {
            window.press(Key::ArrowRight);
        }
        if let Some(lead) = masked {
            window.click("What if");
            window.click(&format!("Mask lead {}", lead.name()));
            changes.masked_leads.push(lead);
        }
        // A change may put them in another order and does not change what is looked at.
        window.click("Prototypes");
        let rank = shown_rank(&window);
        window.click("Checks");
        window.assert_shows_not("Window moves");
        let prediction = model.predict_changed(&recording, &changes).unwrap();
        let class = model.manifest().output_of(code).unwrap();
        let class = protoecg::explain::explain(&model, &prediction, class, &Default::default());
        let class = class.unwrap();
        let evidence = class
            .at_rank(protoecg::explain::Order::Similarity, rank)
            .unwrap();
        let branch = model.manifest().prototypes[evidence.prototype].branch;
        let measured = protoecg::explain::influence(&model, &recording, &changes, branch).unwrap();
        let influence = measured.on(evidence.prototype).unwrap();
        window.assert_shows(&protoecg::explain::words::influence_sentence(&influence));
        window.assert_shows("tint: how far the similarity falls without that part");
        let falls = influence.cosine_falls.iter().enumerate();
        let (most, _) = falls.max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
        // A part is centred on its step, the tint is of half steps.
        let at_s = if most == 0 { 0.08 } else { 0.32 * most as f64 };
        let tint = window
            .name_with("Tinted by measured influence on the similarity, the same in all leads; ");
        let tint = tint.unwrap();
        let said = tint
            .split("strongest at ")
            .nth(1)
            .unwrap()
            .split(' ')
            .next()
            .unwrap();
        let said_s: f64 = said.parse().unwrap();
        assert!((said_s - at_s).abs() < 0.051, "{said_s} {at_s}");
    }
}

/// The rank of the prototype on the screen, from 0.
fn shown_rank(window: &Window) -> usize {
    let steps = window.names().into_iter();
    let mut ranks = steps.filter_map(|name| {
        let (rank, _) = name.split_once(" of ")?;
        rank.parse::<usize>().ok()
    });
    ranks.next().expect("1 of 5") - 1
}

#[test]
fn the_order_is_chosen_and_the_counter_case_stands_beside_the_ecg() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = reading(folder.path(), "demo-rhythm", 1);
    let cosines = |window: &Window| -> Vec<f64> {
        let rows = window.names().into_iter();
        rows.filter(|name| name.starts_with("Prototype ") && name.contains(" of this class"))
            .map(|name| {
                let rest = name.split("contribution ").nth(1).unwrap();
                rest.parse().unwrap()
            })
            .collect()
    };
    window.click("By contribution");
    let contributions = cosines(&window);
    assert!(contributions.len() >= 3);
    assert!(
        contributions.windows(2).all(|pair| pair[0] >= pair[1]),
        "{contributions:?}"
    );
    window.press(Key::O);
    window.assert_shows("Counter-case ");
    window.press(Key::C);
    let caption = window
        .names()
        .into_iter()
        .find(|name| name.starts_with("Counter-case ") && name.ends_with(", below threshold"));
    assert!(caption.is_some(), "{:#?}", window.names());
    let training = |window: &Window| {
        let sheets = window.names().into_iter();
        sheets
            .filter(|name| name.starts_with("Training ECG ") && name.contains("12-lead ECG"))
            .count()
    };
    assert_eq!(training(&window), 2);
    window.click("Back");
    assert_eq!(training(&window), 1);

    window.click("Nearest");
    window.assert_shows("of the 10 nearest training ECGs carry");
    let nearest = window
        .names()
        .into_iter()
        .filter(|n| n.contains("; distance "))
        .count();
    assert_eq!(nearest, 10);
}

#[test]
fn attention_is_shown_with_its_limits_and_as_the_network_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = reading(folder.path(), "ptbxl-excerpt-trustecg", 4);
    window.assert_shows("one map per ECG and not per diagnosis");
    window.assert_shows("Tinted by temporal attention; strongest in");
    window.assert_shows("Radar: Lead attention: I 0.");
    let path = folder.path().join("ecg4.hea");
    let recording = protoecg::formats::open(&path).unwrap();
    let model = protoecg::inference::Model::load(
        protoecg::bundle::Bundle::open(&bundle("ptbxl-excerpt-trustecg")).unwrap(),
        protoecg::inference::DeviceChoice::Cpu,
    )
    .unwrap();
    let prediction = model.predict(&recording).unwrap();
    let attention = protoecg::explain::attention(&model, &recording, &prediction)
        .unwrap()
        .unwrap();
    let lead = protoecg::ecg::Lead::V3;
    window.assert_shows(&format!("V3 {:.3}", attention.share(lead)));
    let worth = attention.worth(lead, "MI").unwrap();
    let row = window
        .name_with("Without lead V3 the probability falls by")
        .unwrap();
    assert!(row.contains(&format!("MI {worth:+.3}")), "{row}");
    window.click("What if");
    window.assert_shows("This model standardises: no effect.");
}

#[test]
fn the_ledger_on_the_screen_adds_up_exactly_in_the_order_of_the_cosines() {
    let folder = tempfile::tempdir().unwrap();
    let window = reading(folder.path(), "ptbxl-excerpt", 3);
    let thousandths = |name: &String| -> i64 {
        let value: f64 = name.rsplit(' ').next().unwrap().parse().unwrap();
        (value * 1000.0).round() as i64
    };
    let names = window.names();
    let entries = names.iter().filter(|n| n.contains(" times weight "));
    let listed: i64 = entries.map(thousandths).sum();
    let rest = names
        .iter()
        .find(|n| n.starts_with("All others"))
        .map(thousandths);
    let logit = names
        .iter()
        .find(|n| n.starts_with("Logit, so probability"));
    assert_eq!(listed + rest.unwrap(), thousandths(logit.unwrap()));
    let cosines: Vec<f64> = names
        .iter()
        .filter_map(|name| name.split_once(": cosine "))
        .filter_map(|(_, rest)| rest.split(',').next()?.parse().ok())
        .collect();
    assert!(cosines.len() > 5 && cosines.is_sorted_by(|a, b| a >= b));
}

fn print_explanation(window: &mut Window, path: &Path) -> String {
    window.press_with(Modifiers::COMMAND, Key::P);
    window.click("Explanation");
    window.harness.get_by_label("Path of the print").focus();
    window.press_with(Modifiers::COMMAND, Key::A);
    window.type_into("Path of the print", path.to_str().unwrap());
    window.click("Save");
    assert!(window.has("The print was saved."), "{:#?}", window.names());
    window.press(Key::Escape);
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_explanation_is_printed_from_the_window_as_the_command_line_writes_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = reading(folder.path(), "demo-rhythm", 1);
    let printed = print_explanation(&mut window, &folder.path().join("window.svg"));
    let out = folder.path().join("command.svg");
    let command = |options: &[&str]| {
        let status = std::process::Command::new(env!("CARGO_BIN_EXE_protoecg"))
            .arg("explain")
            .arg(folder.path().join("ecg1.hea"))
            .arg("--bundle")
            .arg(bundle("demo-rhythm"))
            .arg("--out")
            .arg(&out)
            .args(options)
            .env_remove("PROTOECG_PTBXL")
            .status();
        assert!(status.unwrap().success(), "{options:?}");
        std::fs::read_to_string(&out).unwrap()
    };
    assert!(printed == command(&[]));

    // The pair on the screen, whatever its rank, with the checks of it.
    let of = window.name_with("Prototypes of ").unwrap();
    let code = of.trim_start_matches("Prototypes of ");
    let row = window.name_with("Prototype 2 of this class: ").unwrap();
    window.click(&row);
    window.click("Checks");
    window.click("Check this pair");
    let second = print_explanation(&mut window, &folder.path().join("second.svg"));
    assert!(second.contains("Checks of the pair with prototype "));
    let titled = |svg: &str| {
        let mut texts = svg
            .split("</text>")
            .filter_map(|text| text.rsplit('>').next());
        let title =
            texts.find(|text| text.starts_with("Training ECG ") && text.contains(", prototype "));
        title.unwrap().to_owned()
    };
    assert_ne!(titled(&printed), titled(&second));
    let title = titled(&second);
    let number = title.rsplit(' ').next().unwrap();
    assert!(second == command(&["--prototype", number, "--checks"]));
    let ecg = row
        .split("training ECG ")
        .nth(1)
        .unwrap()
        .split(',')
        .next()
        .unwrap();
    assert!(titled(&second).starts_with(&format!("Training ECG {ecg}, ")));

    // And what was changed.
    window.click("What if");
    window.click("Mask lead V1");
    let changed = print_explanation(&mut window, &folder.path().join("changed.svg"));
    assert!(changed.contains("Lead V1 is masked") && changed.contains(">unchanged<"));
    assert!(!changed.contains("Checks of the pair"));
    assert!(
        changed.contains("the cosine falls"),
        "the influence is of the changed ECG"
    );
    let options = ["--class", code, "--prototype", number, "--mask-lead", "V1"];
    let title = titled(&changed);
    let now = title.rsplit(' ').next().unwrap();
    assert_eq!(now, number, "a change does not change what is looked at");
    assert!(changed == command(&options));
}
