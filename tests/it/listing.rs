//! Collections of other people: a listing, a label map, and what is scored then.

use std::fs;
use std::path::Path;

use protoecg::bundle::{Bundle, ClassMetrics};
use protoecg::dataset::{Check, DataSet, LABEL_MAP_FILE, LISTING_FILE, LabelMap, write_listing};
use protoecg::ecg::{Lead, Sex};
use protoecg::formats;
use protoecg::inference::{DeviceChoice, Model};
use protoecg::statements;
use protoecg::training::evaluate;

use crate::reference_data::sample_files;
use crate::small_model::small_model;

const MAP: &str = r#"(version: 1, name: "ours", map: {
    "164889003": ["AFIB"], "Normal": ["NORM", "SR"], "164865005": ["MI"], "noise": [] })"#;

fn open(table: &str, map: &str) -> Result<DataSet, String> {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join(LISTING_FILE), table).unwrap();
    fs::write(root.path().join(LABEL_MAP_FILE), map).unwrap();
    DataSet::open(root.path()).map_err(|e| e.to_string())
}

#[test]
fn codes_become_statements_and_patients_become_numbers() {
    let table = "codes,file,fold,patient,age,sex\n\
        \"164889003, 999\",a.hea,3,Mrs Example,61,F\n\
        Normal;164889003;noise,b/b.edf,10,somebody,,male\n\
        999;998,c,10,Mrs Example,,\n";
    let data = open(table, MAP).unwrap();
    let codes = |id| data.entry(id).unwrap().codes().collect::<Vec<_>>();
    assert_eq!(codes(1), ["AFIB"]);
    assert_eq!(codes(2), ["NORM", "SR", "AFIB"]);
    assert_eq!(codes(3), Vec::<&str>::new());
    let patients: Vec<_> = data.entries().iter().map(|e| e.patient_id).collect();
    assert_eq!(patients, [Some(1), Some(2), Some(1)]);
    let one = data.entry(1).unwrap();
    assert_eq!(
        (one.age_years, one.sex, one.fold),
        (Some(61.0), Some(Sex::Female), 3)
    );
    assert_eq!(data.folds(&[10]).len(), 2);
    let unmapped: Vec<_> = data.unmapped_codes().unwrap().iter().collect();
    assert_eq!(unmapped, [(&"998".to_owned(), &1), (&"999".to_owned(), &2)]);
    // What no code means cannot be told by these labels; what one does, can.
    for (code, told) in [
        ("AFIB", true),
        ("SR", true),
        ("MI", true),
        ("IMI", false),
        ("PVC", false),
    ] {
        assert_eq!(data.labels_tell(code), told, "{code}");
    }
}

#[test]
fn bad_listings_and_maps_are_refused_by_line_and_field() {
    let head = "file,patient,fold,codes\n";
    for (row, wanted) in [
        (
            "a,1,11,",
            "line 2 (ecg_id 1): fold is \"11\", expected a fold from 1 to 10",
        ),
        ("a,1,,", "fold is \"\""),
        ("../a,1,1,", "file is \"../a\", expected a relative path"),
        ("/a,1,1,", "file is \"/a\""),
        (",1,1,", "file is \"\""),
        ("a,1,1", "line: 2"),
        (
            "a,1,1,\na,2,1,",
            "line 3 (ecg_id 2): file is \"a\", expected a file that no earlier row has",
        ),
    ] {
        let message = open(&format!("{head}{row}\n"), MAP).unwrap_err();
        assert!(message.contains(wanted), "{row}: {message}");
    }
    let message = open("file,patient,codes\n", MAP).unwrap_err();
    assert!(message.contains("column `fold` is missing"), "{message}");
    for (map, wanted) in [
        (
            r#"(version: 1, name: "x", map: {"a": ["AFIBB"]})"#,
            "\"a\" means \"AFIBB\", expected an SCP",
        ),
        (
            r#"(version: 2, name: "x", map: {})"#,
            "version is 2, expected 1",
        ),
        (r#"(version: 1, name: "x", map: {}, more: 1)"#, "more"),
    ] {
        let message = open(head, map).unwrap_err();
        assert!(
            message.contains(wanted) && message.contains("labels.ron"),
            "{message}"
        );
    }
}

#[test]
fn the_map_of_the_challenges_names_statements_only_once() {
    let map = LabelMap::physionet_challenges().unwrap();
    assert_eq!(map.map["164889003"], ["AFIB"]);
    assert_eq!(map.map["270492004"], ["1AVB"]);
    for target in map.map.values().flatten() {
        assert!(statements::by_code(target).is_some(), "{target}");
    }
    for no_statement in ["39732003", "47665007", "426627000", "164865005"] {
        assert!(!map.map.contains_key(no_statement));
    }
}

/// CPSC 2018 as the PhysioNet Challenge has it: the codes are in the headers.
#[test]
fn records_of_the_challenge_open_with_the_codes_of_their_headers() {
    let Some(samples) = sample_files() else {
        return;
    };
    let out = tempfile::tempdir().unwrap();
    let root = out.path().join("cpsc");
    let map = LabelMap::physionet_challenges().unwrap();
    let files = samples.join("wfdb-mat");
    assert_eq!(write_listing(&files, &root, 10, &map).unwrap(), 4);
    let data = DataSet::open(&root).unwrap();
    let data = data
        .with_cache(&out.path().join("cache"), Check::Stamps, &|_, _| true)
        .unwrap();
    assert_eq!(data.cache_report().unwrap().left_out, 0);
    let codes: Vec<Vec<&str>> = data.entries().iter().map(|e| e.codes().collect()).collect();
    assert_eq!(
        codes[..3],
        [vec!["CRBBB"], vec!["NORM", "SR"], vec!["AFIB"]]
    );
    for (entry, name) in data
        .entries()
        .iter()
        .zip(["A0001", "A0002", "A0003", "A0005"])
    {
        let recording = data.read(entry).unwrap();
        let direct = formats::open(&files.join(format!("{name}.mat"))).unwrap();
        assert_eq!(recording, direct);
        assert!(recording.lead(Lead::V6).is_some() && recording.rate_hz == 500.0);
    }
    // A listing that somebody may have worked on is not overwritten.
    assert!(write_listing(&files, &root, 1, &map).is_err());
    assert!(write_listing(out.path(), &root, 1, &map).is_err());
}

/// SNOMED codes, several in one record, beside a comment that names somebody.
#[test]
fn snomed_codes_are_taken_from_the_headers_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let header = "r 1 500 5000\nr.dat 16 1000/mV 16 0 0 0 0 I\n\
        #Age: 70\n# Dx: 164889003,59118001, Mrs Example of Elsewhere\n#Name: Mrs Example\n";
    fs::create_dir(folder.path().join("deeper")).unwrap();
    fs::write(folder.path().join("deeper/r.hea"), header).unwrap();
    let root = folder.path().join("listed");
    let map = LabelMap::physionet_challenges().unwrap();
    write_listing(folder.path(), &root, 2, &map).unwrap();
    let table = fs::read_to_string(root.join(LISTING_FILE)).unwrap();
    assert_eq!(
        table,
        "file,patient,fold,codes\n\"deeper/r.hea\",,2,164889003;59118001\n"
    );
    let data = DataSet::open(&root).unwrap();
    assert_eq!(
        data.entry(1).unwrap().codes().collect::<Vec<_>>(),
        ["AFIB", "CRBBB"]
    );
}

/// The small model's data under other codes, of which one is unknown.
fn listed(root: &Path) -> DataSet {
    let data = DataSet::open(&small_model().data()).unwrap();
    let mut table = "file,patient,fold,codes\n".to_owned();
    for entry in data.entries() {
        let codes: Vec<String> = entry.codes().map(|code| format!("x{code}")).collect();
        table += &format!(
            "{}.hea,,{},{}\n",
            entry.path_lr,
            entry.fold,
            codes.join(";")
        );
    }
    let map = format!(
        "(version: 1, name: \"ours\", files: {:?}, map: {{\"xSR\": [\"SR\"], \"xAFIB\": [\"AFIB\"]}})",
        small_model().data()
    );
    fs::write(root.join(LISTING_FILE), table).unwrap();
    fs::write(root.join(LABEL_MAP_FILE), map).unwrap();
    DataSet::open(root).unwrap()
}

#[test]
fn only_mapped_statements_are_scored() {
    let root = tempfile::tempdir().unwrap();
    let listed = listed(root.path());
    let bundle = Bundle::open(&small_model().bundle()).unwrap();
    let model = Model::load(bundle, DeviceChoice::Cpu).unwrap();
    let whole = DataSet::open(&small_model().data()).unwrap();
    let fold = 1;
    let all = evaluate(&model, &whole, fold, &mut |_, _| true).unwrap();
    let some = evaluate(&model, &listed, fold, &mut |_, _| true).unwrap();
    let codes: Vec<&str> = some.classes.iter().map(|c| c.code.as_str()).collect();
    assert_eq!(codes, ["SR", "AFIB"]);
    assert_eq!(some.records, all.records);
    for class in &some.classes {
        let same = all.classes.iter().find(|c| c.code == class.code).unwrap();
        assert!(class.auroc_ci.is_some());
        // Intervals are by patient, and this listing has none.
        let without_interval = |class: &ClassMetrics| ClassMetrics {
            auroc_ci: None,
            ..class.clone()
        };
        assert_eq!(without_interval(class), without_interval(same));
    }
    assert!(some.statements_scored <= 2 && all.statements_scored > some.statements_scored);
    let nothing = open(
        "file,patient,fold,codes\na,,1,\n",
        r#"(version: 1, name: "x", map: {})"#,
    );
    let message = evaluate(&model, &nothing.unwrap(), 1, &mut |_, _| true).unwrap_err();
    assert!(message.to_string().contains("label map"), "{message}");
}
