//! Metrics of prototypes without people, on the bundle that comes with the
//! program.

use std::path::Path;
use std::process::Command;

use protoecg::bundle::{Bundle, Exemplars};
use protoecg::dataset::{DataSet, TABLE_FILE};
use protoecg::explain::{KnownPatients, NEAREST, audit};
use protoecg::inference::{DeviceChoice, Model};

use crate::small_model::{copy_folder, run_with, small_model, two_branches};

#[test]
fn the_demonstration_has_the_metrics_that_its_files_give() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo-rhythm");
    let bundle = Bundle::open(&folder).unwrap();
    let exemplars = Exemplars::new(&bundle, None);
    let model = Model::load(bundle, DeviceChoice::Cpu).unwrap();
    let mut done = 0;
    // Two ECGs of each patient, as nobody else has it.
    let ids = &model.training_similarities().ecg_ids;
    let patients = KnownPatients {
        of_ecg: ids.iter().map(|id| (*id, i64::from(id / 2))).collect(),
        ..KnownPatients::default()
    };
    let found = audit(&model, &exemplars, Some(&patients), |n| done = n).unwrap();
    assert!(found.purity_without_patient);
    let manifest = model.manifest();
    assert_eq!(
        (done, found.prototypes.len()),
        (manifest.prototypes.len(), done)
    );
    assert_eq!(found.leaking, Some(0));

    // Label purity of each prototype, counted another way: without both ECGs of the patient.
    let similarities = model.training_similarities();
    for number in 0..done {
        let source = &manifest.prototypes[number];
        let mut rows: Vec<usize> = (0..similarities.ecg_ids.len())
            .filter(|i| Some(similarities.ecg_ids[*i] / 2) != source.ecg_id.map(|id| id / 2))
            .collect();
        rows.sort_by(|a, b| {
            let of = |i: &usize| similarities.similarities[*i][number];
            of(b).total_cmp(&of(a))
        });
        let with = rows[..NEAREST]
            .iter()
            .filter(|i| similarities.labels[**i][source.class])
            .count();
        let purity = found.prototypes[number].label_purity.unwrap();
        assert!((purity - with as f64 / NEAREST as f64).abs() < 1e-12);
    }

    let mut changed = 0;
    for prototype in &found.prototypes {
        // On its own ECG it is at its most similar, so noise takes away.
        let noise = prototype.noise.unwrap();
        assert!(
            noise.kept.iter().all(|kept| (0.0..1.0001).contains(kept)),
            "{noise:?}"
        );
        changed += usize::from(noise.kept.iter().any(|kept| *kept < 1.0 - 1e-6));
        // The demonstration's prototypes are whole strips.
        assert!(noise.moved_steps.is_none() && prototype.window.is_none());
    }
    // Some are so sure that the noise does not show in 32 bits, but not all.
    assert!(changed * 2 > found.prototypes.len(), "{changed}");
    let weights: usize = (0..manifest.statements.len())
        .map(|class| {
            model
                .weights(class)
                .unwrap()
                .iter()
                .filter(|w| **w != 0.0)
                .count()
        })
        .sum();
    assert_eq!(found.sparsity.not_zero, weights);
}

/// A branch with windows: what the window is worth is measured, and the numbers
/// are those of the network.
#[test]
fn windows_are_audited_on_their_own_ecg() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("two");
    let bundle = run_with(
        &two_branches(),
        &small_model().data(),
        &path,
        false,
        usize::MAX,
    );
    let bundle = bundle.unwrap();
    let exemplars = Exemplars::new(&bundle, Some(small_model().data()));
    let model = Model::load(bundle, DeviceChoice::Cpu).unwrap();
    let found = audit(&model, &exemplars, None, |_| ()).unwrap();
    assert!(found.leaking.is_none() && !found.purity_without_patient);
    let manifest = model.manifest();
    let mut windows = 0;
    for prototype in &found.prototypes {
        let Some(noise) = prototype.noise else {
            continue;
        };
        let window_s = exemplars.window_s(prototype.prototype);
        assert_eq!(window_s.is_some(), prototype.window.is_some());
        assert_eq!(window_s.is_some(), noise.moved_steps.is_some());
        let (Some(window), Some((from_s, to_s))) = (prototype.window, window_s) else {
            continue;
        };
        windows += 1;
        // The fall of the logit, with the straight line drawn here once more.
        let whole = exemplars.read(prototype.prototype).unwrap();
        let mut without = whole.clone();
        for (channel, original) in without.channels.iter_mut().zip(&whole.channels) {
            let samples = &original.samples_mv;
            let at =
                |s: f64| samples[((s * whole.rate_hz).round() as usize).min(samples.len() - 1)];
            for (index, sample) in channel.samples_mv.iter_mut().enumerate() {
                let s = index as f64 / whole.rate_hz;
                if s >= from_s && s < to_s {
                    *sample = at(from_s) + (s - from_s) / (to_s - from_s) * (at(to_s) - at(from_s));
                }
            }
        }
        let class = manifest.prototypes[prototype.prototype].class;
        let logit = |ecg| model.predict(ecg).unwrap().classes[class].logit;
        let drop = logit(&whole) - logit(&without);
        assert!((drop - window.faithfulness_drop).abs() < 1e-9);
        assert!(window.kept_without_surroundings.is_finite());
    }
    assert!(windows >= 4, "{windows}");
    let summary = &found.summary;
    assert!(summary.place_kept_under_noise.is_some() && summary.faithfulness_drop.is_some());
}

/// The patient of a prototype gets an ECG in the test fold of the table.
#[test]
fn a_prototype_whose_patient_is_in_the_test_fold_is_found() {
    let model = small_model();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    copy_folder(&model.data(), &data);
    let audited = |data: &Path| -> serde_json::Value {
        let output = Command::new(env!("CARGO_BIN_EXE_protoecg"))
            .args(["bundle", "audit", "--json"])
            .arg(model.bundle())
            .arg("--data")
            .arg(data)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).unwrap()
    };
    assert_eq!(audited(&data)["audit"]["leaking"], 0);

    let bundle = Bundle::open(&model.bundle()).unwrap();
    let source = bundle.manifest.prototypes[0].ecg_id.unwrap();
    let set = DataSet::open(&data).unwrap();
    let patient = set.entry(source).unwrap().patient_id.unwrap();
    let of_patient = |p: &&protoecg::bundle::Prototype| {
        let entry = p.ecg_id.and_then(|id| set.entry(id));
        entry.and_then(|e| e.patient_id) == Some(patient)
    };
    let expected = bundle.manifest.prototypes.iter().filter(of_patient).count();
    let test = set.folds(&[10])[0].ecg_id;
    let table = data.join(TABLE_FILE);
    let mut reader = csv::Reader::from_path(&table).unwrap();
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|h| h == name).unwrap();
    let (id, of) = (column("ecg_id"), column("patient_id"));
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let mut writer = csv::Writer::from_path(&table).unwrap();
    writer.write_record(&header).unwrap();
    for row in &rows {
        let is_test = row[id].parse::<f64>().unwrap() as u32 == test;
        let leaked = patient.to_string();
        let fields = row.iter().enumerate();
        let fields = fields.map(|(n, field)| if is_test && n == of { &leaked } else { field });
        writer.write_record(fields).unwrap();
    }
    writer.flush().unwrap();
    drop(writer);
    let found = audited(&data);
    assert!(expected > 0);
    assert_eq!(found["audit"]["leaking"], expected);
}
