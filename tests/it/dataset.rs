//! A collection in PTB-XL's layout is read as pandas reads it, and a bad one
//! is refused with its file, line and field.

use std::path::{Path, PathBuf};

use protoecg::dataset::{DataSet, DataSetError, OLDEST_AGE_YEARS, labels, positives, same_patient};
use protoecg::ecg::{Lead, Sex};
use protoecg::statements::{Group, LabelSet};

/// The excerpt of PTB-XL, or `None` after saying that the test was skipped.
fn ptbxl() -> Option<PathBuf> {
    let root = std::env::var_os("PROTOECG_PTBXL").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/ptbxl"),
        PathBuf::from,
    );
    if root.join("ptbxl_database.csv").is_file() {
        Some(root)
    } else {
        eprintln!(
            "SKIPPED: no PTB-XL excerpt at {}; set PROTOECG_PTBXL",
            root.display()
        );
        None
    }
}

/// Truth: pandas 2 and `ast.literal_eval` on the same table
/// (tests/truth/dataset_truth.py).
#[test]
fn the_excerpt_has_the_folds_and_labels_that_pandas_counts() {
    let Some(root) = ptbxl() else { return };
    let data = DataSet::open(&root).unwrap();
    assert_eq!(data.entries().len(), 1860);
    assert!(!data.is_simulated());
    assert_eq!(data.unknown_codes(), Vec::<String>::new());
    let folds: Vec<usize> = (1..=10).map(|fold| data.folds(&[fold]).len()).collect();
    assert_eq!(folds, [212, 178, 177, 193, 207, 156, 196, 171, 242, 128]);

    let every: Vec<_> = data.entries().iter().collect();
    let all = LabelSet::All.labels();
    assert_eq!(
        positives(&every, &all).iter().filter(|&&n| n > 0).count(),
        68
    );
    let pairs: usize = data.entries().iter().map(|e| e.statements.len()).sum();
    let likelihoods: f64 = data
        .entries()
        .iter()
        .flat_map(|e| &e.statements)
        .map(|s| s.1)
        .sum();
    assert_eq!((pairs, likelihoods), (5130, 387_845.0));

    let rhythm = LabelSet::Group(Group::Rhythm).labels();
    let truth: [(&str, [usize; 10]); 16] = [
        ("1AVB", [4, 5, 4, 11, 7, 5, 9, 5, 7, 4]),
        ("IVCD", [6, 9, 4, 7, 7, 6, 10, 3, 5, 5]),
        ("3AVB", [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        ("2AVB", [0, 0, 0, 0, 0, 0, 0, 0, 1, 0]),
        ("SR", [163, 140, 135, 160, 177, 127, 164, 130, 187, 103]),
        ("AFIB", [14, 12, 7, 9, 3, 11, 10, 7, 18, 6]),
        ("STACH", [9, 4, 7, 6, 10, 8, 1, 6, 5, 2]),
        ("SARRH", [7, 5, 8, 3, 8, 4, 6, 7, 3, 6]),
        ("SBRAD", [4, 5, 5, 6, 2, 2, 6, 4, 5, 3]),
        ("PACE", [1, 1, 0, 0, 1, 0, 1, 1, 5, 1]),
        ("SVARR", [0; 10]),
        ("BIGU", [0, 0, 1, 0, 0, 1, 1, 1, 0, 0]),
        ("AFLT", [1, 0, 0, 0, 1, 0, 0, 2, 5, 3]),
        ("SVTAC", [1, 0, 1, 0, 0, 0, 1, 0, 0, 1]),
        ("PSVT", [0, 0, 1, 0, 0, 0, 1, 0, 0, 0]),
        ("TRIGU", [0, 0, 0, 0, 0, 1, 0, 0, 0, 0]),
    ];
    for (fold, column) in (1..=10).zip(0..) {
        let entries = data.folds(&[fold]);
        let matrix = labels(&entries, &rhythm);
        assert_eq!(matrix.len(), entries.len() * 16);
        for (s, (code, counts)) in truth.iter().enumerate() {
            assert_eq!(rhythm[s].code, *code);
            let column_sum: f32 = matrix.iter().skip(s).step_by(16).sum();
            assert_eq!(column_sum, counts[column] as f32, "{code} in fold {fold}");
        }
    }
}

#[test]
fn patients_ages_and_sexes_of_the_excerpt_are_those_of_pandas() {
    let Some(root) = ptbxl() else { return };
    let data = DataSet::open(&root).unwrap();
    let mut patients: Vec<i64> = data.entries().iter().filter_map(|e| e.patient_id).collect();
    patients.sort_unstable();
    patients.dedup();
    assert_eq!(patients.len(), 1728);
    let of_sex = |sex| data.entries().iter().filter(|e| e.sex == Some(sex)).count();
    assert_eq!((of_sex(Sex::Male), of_sex(Sex::Female)), (859, 1001));
    let ages: Vec<f64> = data.entries().iter().filter_map(|e| e.age_years).collect();
    // 11 rows have no age.
    assert_eq!(ages.len(), 1860 - 11);
    let hidden = ages.iter().filter(|&&age| age == OLDEST_AGE_YEARS).count();
    assert_eq!(hidden, PANDAS_AGES_ABOVE_89);
    let known: f64 = ages.iter().filter(|&&age| age < OLDEST_AGE_YEARS).sum();
    assert_eq!(known, 104_885.0);

    let one = data.entry(1).unwrap();
    assert_eq!(
        (one.patient_id, one.fold, one.age_years),
        (Some(15709), 3, Some(56.0))
    );
    assert_eq!(
        one.statements,
        [
            ("NORM".into(), 100.0),
            ("LVOLT".into(), 0.0),
            ("SR".into(), 0.0)
        ]
    );
    assert!(one.has("SR") && !one.has("AFIB"));
    assert!(same_patient(one, one));
    assert!(!same_patient(one, data.entry(2).unwrap()));
    assert!(data.entry(0).is_none());
}

/// 11 times 300, and 9 ages from 90 that the reconstructed rows spell out.
const PANDAS_AGES_ABOVE_89: usize = 20;

/// Truth: wfdb-python 4, `rdrecord(...).p_signal` in mV.
#[test]
fn signals_are_read_at_both_rates_with_age_and_sex() {
    let Some(root) = ptbxl() else { return };
    let data = DataSet::open(&root).unwrap();
    let one = data.entry(1).unwrap();
    let ecg = data.read(one).unwrap();
    assert_eq!(
        (ecg.rate_hz, ecg.len(), ecg.channels.len()),
        (100.0, 1000, 12)
    );
    assert_eq!((ecg.age_years, ecg.sex), (Some(56.0), Some(Sex::Female)));
    assert_eq!(ecg.lead(Lead::I).unwrap()[0], -0.119);
    assert_eq!(ecg.lead(Lead::AVR).unwrap()[0], 0.086);
    let fine = data.read_500_hz(one).unwrap().unwrap();
    assert_eq!((fine.rate_hz, fine.len()), (500.0, 5000));
    // The table names a 500 Hz record that the excerpt does not have.
    let far = data.entry(999).unwrap();
    assert!(far.path_hr.is_some());
    assert_eq!(data.read_500_hz(far).unwrap(), None);
}

const HEADER: &str = "ecg_id,patient_id,age,sex,scp_codes,strat_fold,filename_lr,filename_hr";

fn open(table: &str) -> Result<DataSet, DataSetError> {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("ptbxl_database.csv"), table).unwrap();
    DataSet::open(root.path())
}

#[test]
fn columns_are_found_by_name_after_a_byte_order_mark() {
    let data = open(
        "\u{feff}strat_fold,note,ecg_id,age,patient_id,sex,filename_lr,scp_codes\r\n\
         10,\"a, b\",7,300,,,a/7_lr,\"{'SR': 0.0, 'PRC(S)': 15}\"\r\n\
         9,,3,,4.0,0,a/3_lr,{}\r\n",
    )
    .unwrap();
    let ids: Vec<u32> = data.entries().iter().map(|e| e.ecg_id).collect();
    assert_eq!(ids, [3, 7]);
    let seven = data.entry(7).unwrap();
    assert_eq!(seven.age_years, Some(OLDEST_AGE_YEARS));
    assert_eq!(
        (seven.patient_id, seven.sex, seven.path_hr.as_ref()),
        (None, None, None)
    );
    assert!(seven.has("PRC(S)"));
    // Nobody's rows are not each other's.
    assert!(!same_patient(seven, seven));
    let three = data.entry(3).unwrap();
    assert_eq!(
        (three.patient_id, three.sex, three.fold),
        (Some(4), Some(Sex::Male), 9)
    );
    assert!(three.statements.is_empty());
}

#[test]
fn a_bad_row_is_refused_with_its_line_field_and_value() {
    for (row, wanted) in [
        ("x,1,50,0,{},1,a/1,", "line 2 (ecg_id x): ecg_id is \"x\""),
        (",1,50,0,{},1,a/1,", "line 2 (ecg_id ?): ecg_id is \"\""),
        ("1,p,50,0,{},1,a/1,", "patient_id is \"p\""),
        ("1,1,old,0,{},1,a/1,", "age is \"old\", expected years"),
        ("1,1,-3,0,{},1,a/1,", "age is \"-3\""),
        ("1,1,50,2,{},1,a/1,", "sex is \"2\""),
        (
            "1,1,50,0,SR,1,a/1,",
            "scp_codes is \"SR\", expected `{` at character 1",
        ),
        ("1,1,50,0,{},11,a/1,", "strat_fold is \"11\""),
        ("1,1,50,0,{},,a/1,", "strat_fold is \"\""),
        ("1,1,50,0,{},1,,", "filename_lr is \"\""),
        ("1,1,50,0,{},1,../a/1,", "filename_lr is \"../a/1\""),
        (
            "1,1,50,0,{},1,/etc/passwd,",
            "filename_lr is \"/etc/passwd\"",
        ),
        (
            "1,1,50,0,{},1,a/1,a/../../b",
            "filename_hr is \"a/../../b\"",
        ),
        ("1,1,50,0,{},1,a\\1,", "filename_lr is"),
        ("1,1,50,0,{},1", "line 2"),
    ] {
        let message = open(&format!("{HEADER}\n{row}\n")).unwrap_err().to_string();
        assert!(message.contains(wanted), "{row}: {message}");
        assert!(message.contains("ptbxl_database.csv"), "{message}");
    }
    let twice = open(&format!(
        "{HEADER}\n1,1,50,0,{{}},1,a/1,\n1,1,50,0,{{}},1,a/1,\n"
    ));
    assert!(twice.unwrap_err().to_string().contains("line 3 (ecg_id 1)"));
}

#[test]
fn a_folder_that_is_no_collection_is_refused() {
    let message = open("ecg_id,age\n").unwrap_err().to_string();
    assert!(
        message.contains("column `patient_id` is missing"),
        "{message}"
    );
    assert!(message.contains("ecg_id, age"), "{message}");
    let empty = tempfile::tempdir().unwrap();
    let message = DataSet::open(empty.path()).unwrap_err().to_string();
    assert!(
        message.contains("neither ptbxl_database.csv nor records.csv"),
        "{message}"
    );
}

#[test]
fn a_missing_record_and_a_bad_marker_are_errors() {
    let root = tempfile::tempdir().unwrap();
    let table = root.path().join("ptbxl_database.csv");
    std::fs::write(table, format!("{HEADER}\n5,1,50,0,{{}},1,a/5_lr,\n")).unwrap();
    let data = DataSet::open(root.path()).unwrap();
    let message = data.read(&data.entries()[0]).unwrap_err().to_string();
    assert!(message.contains("ecg_id 5"), "{message}");
    // A marker that cannot be read must not make the signals look real.
    std::fs::write(root.path().join("SIMULATED.ron"), "(version: 99)").unwrap();
    let message = DataSet::open(root.path()).unwrap_err().to_string();
    assert!(message.contains("SIMULATED.ron"), "{message}");
}
