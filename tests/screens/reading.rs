//! Reading test ECGs in the window: by keyboard, one arm after the other, no
//! way back, and nothing that tells a wrong control.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use eframe::egui::{Key, Modifiers};
use protoecg::app::AppOptions;
use protoecg::bundle::Bundle;
use protoecg::dataset::{DataSet, Entry};
use protoecg::explain::{self, AttentionExplanation, lead_bars};
use protoecg::inference::{DeviceChoice, Model};
use protoecg::review::reading::{
    Arm, Ecgs, KindOfReading, Offered, ReadEcg, ReadingAnswer, ReadingProtocol, ReadingStudy,
    Right, Said, Sequence, Shown, Take,
};
use protoecg::review::{BundleRef, Rater, RaterEntry, ReadingStore};
use protoecg::simulator;
use protoecg::statements::Group;

use crate::driver::{Window, demonstration};

/// Simulated test ECGs, and a study of two of them for a model; both are shown
/// with the same statement.
pub struct Study {
    folder: tempfile::TempDir,
    database: PathBuf,
    bundle: PathBuf,
}

const SHOWN: &str = "PACE";

/// Of a model with prototypes.
const ARMS: [Arm; 3] = [Arm::Unaided, Arm::WithPrediction, Arm::WithPrototype];

impl Study {
    /// For the demonstration model.
    pub fn new(wrong_controls: bool) -> Self {
        let offered = Offered::Group(Group::Rhythm);
        let model = (demonstration(), ARMS.to_vec());
        let said = if wrong_controls { "SR" } else { SHOWN };
        Self::of(model, offered, [said, SHOWN], |entry, codes| {
            let own = codes.iter().filter(|code| entry.has(code));
            own.filter(|_| !entry.has(SHOWN)).cloned().collect()
        })
    }

    /// For a model of superclasses with attention and without prototypes; both ECGs are of an
    /// infarction, and the model is wrong about them.
    fn of_superclasses() -> Self {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
        let trust = models.join("ptbxl-excerpt-trustecg");
        let arms = [Arm::Unaided, Arm::WithPrediction, Arm::WithAttention];
        let model = (trust, arms.to_vec());
        let carried = |_: &Entry, _: &[String]| vec!["MI".to_owned()];
        Self::of(model, Offered::Superclasses, ["HYP", "HYP"], carried)
    }

    /// What the model says and what is shown, the same for both ECGs; another
    /// one is a wrong control.
    fn of(
        (path, arms): (PathBuf, Vec<Arm>),
        offered: Offered,
        [own, shown]: [&str; 2],
        carried: impl Fn(&Entry, &[String]) -> Vec<String>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        simulator::write_ptbxl(40, 3, &data, &mut |_| ControlFlow::Continue(())).unwrap();
        let set = DataSet::open(&data).unwrap();
        let bundle = Bundle::open(&path).unwrap();
        let codes = offered.codes().into_iter();
        let statements: Vec<String> = codes.map(str::to_owned).collect();
        let class = bundle.manifest.output_of(shown).unwrap();
        let prototype = bundle.manifest.prototypes_of(class).first().copied();
        let said = |code: &str| Said {
            code: code.to_owned(),
            probability: 0.81,
            positive: true,
        };
        let entries = set.entries().iter();
        let ecgs: Vec<ReadEcg> = entries
            .map(|entry| (entry, carried(entry, &statements)))
            .filter(|(_, carried)| !carried.is_empty())
            .take(2)
            .map(|(entry, carried)| ReadEcg {
                ecg_id: entry.ecg_id,
                recording_sha256: set.signal(entry).unwrap().sha256(),
                carried,
                said: said(own),
                shown: Shown {
                    said: said(shown),
                    prototype,
                    wrong_control: own != shown,
                },
            })
            .collect();
        assert_eq!(ecgs.len(), 2);
        let bundle_ref = BundleRef {
            name: bundle.manifest.name.clone(),
            sha256: bundle.sha256.clone(),
        };
        let study = ReadingStudy {
            kind: KindOfReading::Reading,
            study_id: "0123456789abcdef0123456789abcdef".to_owned(),
            bundle_name: bundle_ref.name.clone(),
            bundle_sha256: bundle.sha256.clone(),
            data: "simulated ECGs".to_owned(),
            seed: 1,
            created: "2026-11-26T00:00:00.000Z".to_owned(),
            protocol: ReadingProtocol {
                kind: KindOfReading::Reading,
                version: 1,
                title: "Reading pilot".to_owned(),
                bundle: bundle_ref,
                ecgs: Ecgs {
                    folds: vec![10],
                    take: Take::Count(2),
                },
                training: 0,
                statements: offered,
                most_statements: 2,
                right: Right::ExactlyThese,
                arms,
                sequence: Sequence::EcgByEcg,
                wrong_controls: 0.0,
                raters: ["R1", "R2"]
                    .map(|code| RaterEntry {
                        code: Rater::new(code).unwrap(),
                        specialty: String::new(),
                    })
                    .into(),
                break_every_min: 25,
                seed: Some(1),
            },
            statements,
            ecgs,
            training: Vec::new(),
        };
        let reviews = folder.path().join("reviews");
        std::fs::create_dir_all(&reviews).unwrap();
        let database = reviews.join("reading.sqlite");
        drop(ReadingStore::create(&database, &study).unwrap());
        Self {
            folder,
            database,
            bundle: path,
        }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The window on the first ECG, for a reader; a laptop's size.
    pub fn open(&self, reader: &str, data: &Path) -> Window {
        let options = AppOptions {
            bundle: Some(self.bundle.clone()),
            ptbxl_dir: Some(data.to_owned()),
            ..Window::options(self.folder.path())
        };
        let mut window = Window::start_sized(options, (1280.0, 720.0));
        window.press_with(Modifiers::COMMAND, Key::Num2);
        window.assert_shows("Reading pilot (2 ECGs to read)");
        window.type_into("Rater code", reader);
        window.click("Start or resume");
        window
    }

    fn answers(&self, reader: &str) -> Vec<ReadingAnswer> {
        let store = ReadingStore::open(&self.database).unwrap();
        let mut readings = store.readings(&Rater::new(reader).unwrap()).unwrap();
        readings.sort_by_key(|reading| reading.arrival);
        readings.into_iter().map(|reading| reading.answer).collect()
    }
}

/// F, part of a name, Enter.
pub fn find(window: &mut Window, text: &str) {
    window.press(Key::F);
    let field = "Find a statement";
    assert!(window.has(field));
    window.type_into(field, text);
    window.press(Key::Enter);
}

#[test]
fn an_ecg_is_read_by_keyboard_arm_after_arm_and_never_again() {
    let study = Study::new(false);
    let mut window = study.open("R1", &study.data());
    window.assert_shows("Part 1 of 3");
    window.assert_shows("0 of 6 answered");
    window.assert_shows_not("The model says");
    window.assert_shows_not("Training ECG");
    // Nothing is chosen, and Enter saves nothing.
    window.assert_shows("Choose a statement.");
    window.press(Key::Enter);
    window.assert_shows("0 of 6 answered");
    find(&mut window, "fibrill");
    window.assert_shows("Chosen: AFIB");
    window.assert_shows("How sure are you? 1 to 5.");
    window.press(Key::Enter);
    window.assert_shows("0 of 6 answered");
    window.press(Key::Num2);
    window.press(Key::Enter);

    // The prediction, no answer by default, and no way back.
    window.assert_shows("Part 2 of 3");
    window.assert_shows("The model says");
    window.assert_shows("PACE, ");
    window.assert_shows("Probability 0.81, at or above its threshold.");
    window.assert_shows_not("Training ECG");
    window.assert_shows("Before: AFIB, confidence 2");
    window.assert_shows("Nothing is chosen.");
    window.press(Key::Backspace);
    window.assert_shows("Part 2 of 3");
    window.press(Key::S);
    window.assert_shows("Chosen: AFIB");
    // The second hit by arrow; digits of the search say nothing of confidence.
    window.press(Key::F);
    window.type_into("Find a statement", "2avb");
    window.press(Key::Enter);
    window.assert_shows("Chosen: AFIB, 2AVB");
    window.press(Key::Num5);
    window.press(Key::Enter);

    // The prototype beside the ECG, pages by arrow.
    window.assert_shows("Part 3 of 3");
    window.assert_shows("Training ECG of the most similar prototype");
    window.press(Key::ArrowRight);
    window.assert_shows_not("Training ECG of the most similar prototype");
    window.assert_shows("ECG, rhythm strip enlarged");
    window.click("SR: sinus rhythm");
    window.press(Key::U);
    window.assert_shows("Nothing is chosen.");
    window.click("SR: sinus rhythm");
    window.click("Confidence 3: fairly sure");
    window.click("Save and go on");
    window.assert_shows("Part 1 of 3");
    window.assert_shows("3 of 6 answered");
    drop(window);

    let answers = study.answers("R1");
    let said: Vec<(Arm, String, u8)> = answers
        .iter()
        .map(|a| (a.arm, a.statements.join(" "), a.confidence))
        .collect();
    assert_eq!(
        said,
        [
            (Arm::Unaided, "AFIB".to_owned(), 2),
            (Arm::WithPrediction, "2AVB AFIB".to_owned(), 5),
            (Arm::WithPrototype, "SR".to_owned(), 3),
        ]
    );
    assert_eq!(answers[2].reconsidered, 1);
    assert!(answers.iter().all(|a| a.ecg_id == answers[0].ecg_id));

    // She goes on where she stopped; another reader begins at the beginning.
    let mut window = study.open("R1", &study.data());
    window.assert_shows("3 of 6 answered");
    for _ in 0..3 {
        find(&mut window, "sr");
        window.press(Key::Num4);
        window.press(Key::Enter);
    }
    window.assert_shows("All ECGs are read");
    window.press_with(Modifiers::COMMAND, Key::Num3);
    window.assert_shows("No results yet");
    window.assert_shows_not("Reliance on the prediction");
    window.press_with(Modifiers::COMMAND, Key::Num2);
    window.click("Close my queue");
    window.click("Really close it for good");
    window.assert_shows("This queue is closed");
    window.press_with(Modifiers::COMMAND, Key::Num3);
    window.assert_shows("Reader R1: 6 of 6 answered, queue closed");
    window.assert_shows("Unaided: Reader R1, n 2, ECGs 2");
    window.assert_shows("With the prediction: took over a wrong prediction");
    let out = study.folder.path().join("tables");
    window.type_into("Folder for the tables", out.to_str().unwrap());
    window.click("Export the study");
    window.assert_shows("Exported 10 files");
    assert!(out.join("readings.csv").exists());
}

/// The same ECGs shown with the same statement, once as the model's own and
/// once as controls: every word on the screen is the same in every arm.
#[test]
fn nothing_on_the_screen_tells_a_wrong_control() {
    let screens = [false, true].map(|wrong_controls| {
        let study = Study::new(wrong_controls);
        let mut window = study.open("R2", &study.data());
        let mut seen = Vec::new();
        for _ in ARMS {
            let ecg = ReadingStore::open(&study.database).unwrap().study().ecgs[0].ecg_id;
            window.assert_shows_not(&format!("record {ecg}"));
            seen.push(window.names());
            find(&mut window, "sr");
            window.press(Key::Num4);
            window.press(Key::Enter);
        }
        seen
    });
    assert!(screens[0].len() == 3 && screens[0] == screens[1]);
}

#[test]
fn a_model_of_superclasses_is_read_with_its_prediction_and_then_its_attention() {
    let study = Study::of_superclasses();
    let mut window = study.open("R1", &study.data());
    window.assert_shows("Part 1 of 3");
    window.assert_shows("0 of 6 answered");
    for superclass in [
        "NORM: normal ECG",
        "MI: myocardial infarction",
        "CD: conduction disturbance",
    ] {
        window.assert_shows(superclass);
    }
    window.assert_shows_not("AFIB");
    window.assert_shows_not("The model says");
    window.assert_shows_not("Attention");
    find(&mut window, "infarct");
    window.assert_shows("Chosen: MI");
    window.press(Key::Num4);
    window.press(Key::Enter);

    window.assert_shows("Part 2 of 3");
    window.assert_shows_not("Attention");
    window.assert_shows("HYP, hypertrophy");
    window.assert_shows("Probability 0.81, at or above its threshold.");
    window.assert_shows_not("rototype");
    window.click("HYP: hypertrophy");
    window.press(Key::Num3);
    window.press(Key::Enter);

    // As the Read screen shows it, and nothing of what each lead is worth: that is
    // of the model's own statements.
    window.assert_shows("Part 3 of 3");
    window.assert_shows("HYP, hypertrophy");
    window.assert_shows("ECG, 12 leads, the attention behind its traces");
    window.assert_shows("Attention is one map per ECG and not per diagnosis");
    window.assert_shows(&lead_bars(&attention_of(&study)).description);
    window.assert_shows_not("Without lead");
    window.press(Key::ArrowRight);
    window.assert_shows_not("ttention behind its traces");
    find(&mut window, "sttc");
    window.press(Key::Num2);
    window.press(Key::Enter);
    window.assert_shows("3 of 6 answered");
    for said in ["MI", "MI", "MI"] {
        find(&mut window, said);
        window.press(Key::Num5);
        window.press(Key::Enter);
    }
    window.click("Close my queue");
    window.click("Really close it for good");
    window.press_with(Modifiers::COMMAND, Key::Num3);
    window.assert_shows("Reader R1: 6 of 6 answered, queue closed");
    window.assert_shows("Unaided: Reader R1, n 2, ECGs 2");
    window.assert_shows("With the prediction: took over a wrong prediction");
    window.assert_shows("With prediction and attention: took over a wrong prediction");
    window.assert_shows_not("With prediction and prototype");
    drop(window);
    let answers = study.answers("R1");
    let said: Vec<&str> = answers.iter().map(|a| a.statements[0].as_str()).collect();
    assert_eq!(said, ["MI", "HYP", "STTC", "MI", "MI", "MI"]);
    assert_eq!(answers[2].arm, Arm::WithAttention);
}

/// Where the model looked at the ECG that its reader sees first.
fn attention_of(study: &Study) -> AttentionExplanation {
    let mut store = ReadingStore::open(&study.database).unwrap();
    let first = store.queue(&Rater::new("R1").unwrap())[0].ecg_id;
    let set = DataSet::open(&study.data()).unwrap();
    let recording = set.read(set.entry(first).unwrap()).unwrap();
    let model = Model::load(Bundle::open(&study.bundle).unwrap(), DeviceChoice::Cpu).unwrap();
    let prediction = model.predict(&recording).unwrap();
    explain::attention(&model, &recording, &prediction)
        .unwrap()
        .unwrap()
}

#[test]
fn an_ecg_that_cannot_be_seen_cannot_be_read() {
    let study = Study::new(false);
    let other = study.folder.path().join("other");
    simulator::write_ptbxl(40, 4, &other, &mut |_| ControlFlow::Continue(())).unwrap();
    let mut window = study.open("R1", &other);
    window.assert_shows("The ECG is not here");
    window.assert_shows("has another signal in");
    find(&mut window, "sr");
    window.press(Key::Num4);
    window.press(Key::Enter);
    window.assert_shows("0 of 6 answered");
    window.assert_shows("Nothing is chosen.");
    drop(window);
    assert!(study.answers("R1").is_empty());
}
