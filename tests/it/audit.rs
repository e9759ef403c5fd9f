//! Metrics of prototypes without people, on the bundle that comes with the
//! program.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use protoecg::bundle::{Architecture, BranchSpec, Bundle, Exemplars};
use protoecg::dataset::{DataSet, TABLE_FILE};
use protoecg::explain::{
    Auditing, BeatPart, FEWEST, KnownPatients, LOOKED_AT, NEAREST, TrainingData, audit,
};
use protoecg::inference::{Changes, DeviceChoice, Model, PooledWindow, Span};
use protoecg::measurements::measure;
use protoecg::nn::{BackboneSpec, Pooling, PrototypeKind};
use protoecg::simulator;
use protoecg::statements::{Group, LabelSet};
use protoecg::training::{ProjectStage, Stage, TrainingConfig};

use crate::small_model::{classifier, config, copy_folder, run_with, small_model, two_branches};

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
    let data = TrainingData {
        patients,
        ecgs: None,
    };
    let found = audit(&model, &exemplars, Some(&data), |n| done = n).unwrap();
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
        assert!(prototype.consistency.is_none());
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

/// Two branches with windows of about a second, of which the second is briefly
/// trained. Every window is pooled, so that a prediction names the cosines of all
/// of them.
fn two_branches_of_windows() -> TrainingConfig {
    let mut config = config();
    let Some(Stage::Joint(mut joint)) = config.stages.drain(..).next() else {
        panic!("the small model begins with another stage");
    };
    "morphology".clone_into(&mut joint.branch);
    joint.learning.epochs = 1;
    let project = |branch: &str| {
        Stage::Project(ProjectStage {
            branch: branch.into(),
            unique_sources: true,
        })
    };
    let branch = |name: &str, group| BranchSpec {
        name: name.into(),
        labels: LabelSet::Group(group),
        prototypes: PrototypeKind::Windows {
            steps: 3,
            pooling: Pooling::Mean,
        },
        prototypes_per_class: 1,
        backbone: BackboneSpec::ResNet18 { dropout: 0.1 },
    };
    TrainingConfig {
        model: Architecture::Prototypes {
            branches: vec![
                branch("rhythm", Group::Rhythm),
                branch("morphology", Group::Morphology),
            ],
            bias: false,
        },
        fewer_prototypes_for_rare_classes: true,
        stages: vec![
            Stage::Joint(joint),
            project("rhythm"),
            project("morphology"),
            Stage::Fuse(classifier()),
        ],
        ..config
    }
}

/// The same numbers by another way: whole predictions of ECGs without a part, as
/// a "what if" makes them, instead of the cosines of one branch.
#[test]
fn a_window_is_consistent_where_it_hangs_on_one_part_of_the_beat() {
    let folder = tempfile::tempdir().unwrap();
    let (path, data) = (folder.path().join("windows"), folder.path().join("data"));
    // Enough that some statements of the beat have several ECGs.
    simulator::write_ptbxl(140, 7, &data, &mut |_| ControlFlow::Continue(())).unwrap();
    let bundle = run_with(&two_branches_of_windows(), &data, &path, false, usize::MAX).unwrap();
    let exemplars = Exemplars::new(&bundle, Some(data.clone()));
    let model = Model::load(bundle, DeviceChoice::Cpu).unwrap();
    let known = TrainingData::for_model(&model, Some(&data))
        .unwrap()
        .unwrap();
    let found = audit(&model, &exemplars, Some(&known), |_| ()).unwrap();
    let set = DataSet::open(&data).unwrap();
    let mut compared: BTreeMap<&str, usize> = BTreeMap::new();
    for prototype in &found.prototypes {
        let number = prototype.prototype;
        let Some(consistency) = prototype.consistency else {
            continue;
        };
        assert!(exemplars.window_s(number).is_some());
        assert!((FEWEST..=LOOKED_AT).contains(&consistency.ecgs));
        // Two of each branch are enough, since each takes many predictions.
        let of_branch = compared.entry(&model.manifest().branch_of(number).unwrap().name);
        let of_branch = of_branch.or_default();
        if *of_branch == 2 {
            continue;
        }
        let Some(hangs_on) = parts_by_what_ifs(&model, &set, &known.patients, number) else {
            continue;
        };
        assert_eq!(hangs_on.len(), consistency.ecgs);
        let counts =
            BeatPart::ALL.map(|part| hangs_on.iter().filter(|on| **on == Some(part)).count());
        let most = counts.into_iter().max().unwrap();
        // The earliest in the beat of the most frequent, none where it hangs on none.
        let earliest = counts.iter().position(|count| *count == most).unwrap();
        let part = (most > 0).then_some(BeatPart::ALL[earliest]);
        assert_eq!(consistency.part, part, "{number}: {hangs_on:?}");
        assert!((consistency.share - most as f64 / hangs_on.len() as f64).abs() < 1e-12);
        *of_branch += 1;
    }
    assert!(
        ["rhythm", "morphology"]
            .iter()
            .all(|name| compared.get(name) > Some(&0)),
        "{compared:?}"
    );
    assert!(found.summary.consistency.is_some() && found.summary.consistent.is_some());
    // Without the ECGs there is none.
    let no_ecgs = TrainingData {
        ecgs: None,
        ..known
    };
    let mut first = Auditing::default();
    first.step(&model, &exemplars, Some(&no_ecgs)).unwrap();
    let without = &first.prototypes[0];
    assert_eq!(without.consistency, None);
}

/// On which part each of the nearest ECGs of the class hangs; `None` where this
/// way cannot tell: beats of several shapes.
fn parts_by_what_ifs(
    model: &Model,
    set: &DataSet,
    patients: &KnownPatients,
    number: usize,
) -> Option<Vec<Option<BeatPart>>> {
    let manifest = model.manifest();
    let source = &manifest.prototypes[number];
    let similarities = model.training_similarities();
    let patient = |id: u32| patients.of_ecg[&id];
    let own = patient(source.ecg_id.unwrap());
    let mut rows: Vec<usize> = (0..similarities.ecg_ids.len())
        .filter(|i| patient(similarities.ecg_ids[*i]) != own)
        .filter(|i| similarities.labels[*i][source.class])
        .collect();
    rows.sort_by(|a, b| {
        let of = |i: &usize| similarities.similarities[*i][number];
        of(b).total_cmp(&of(a))
    });
    rows.truncate(LOOKED_AT);
    let mut hangs_on = Vec::new();
    for row in rows {
        let recording = set.read(set.entry(similarities.ecg_ids[row])?).unwrap();
        let measured = measure(&recording, None).unwrap();
        let windows = |changes: &Changes| -> Vec<PooledWindow> {
            let prediction = model.predict_changed(&recording, changes).unwrap();
            prediction.windows[number].clone()
        };
        let whole = windows(&Changes::default())[0];
        let (from_s, to_s) = (
            (whole.step as f64 * 0.32 - 0.16).max(0.0),
            (whole.step as f64 * 0.32 + 0.8).min(10.0),
        );
        let near = measured
            .beats
            .iter()
            .filter(|b| b.r_peak_s > from_s - 0.6 && b.r_peak_s < to_s + 0.6);
        let near: Vec<_> = near.collect();
        let typical = measured.beats.iter().find(|beat| beat.typical).unwrap();
        if near.iter().any(|beat| beat.shape != typical.shape) {
            return None;
        }
        let beat = measured.fiducials.unwrap();
        let (p, t) = (beat.p, beat.t);
        let limits = [
            p.map(|p| (p.onset_s, p.offset_s)),
            Some((beat.qrs_onset_s, beat.qrs_offset_s)),
            t.map(|t| (beat.qrs_offset_s, t.onset_s)),
            t.map(|t| (t.onset_s, t.offset_s)),
        ];
        let mut falls = Vec::new();
        for (part, limits) in BeatPart::ALL.into_iter().zip(limits) {
            let Some(limits) = limits else { continue };
            let spans = near.iter().map(|beat| Span {
                start_s: (beat.r_peak_s + limits.0).max(from_s),
                end_s: (beat.r_peak_s + limits.1).min(to_s),
            });
            let masked_spans: Vec<Span> = spans.filter(|s| s.end_s - s.start_s >= 0.02).collect();
            if masked_spans.is_empty() {
                continue;
            }
            let changed = windows(&Changes {
                masked_spans,
                ..Changes::default()
            });
            let same = changed.iter().find(|w| w.step == whole.step).unwrap();
            falls.push((part, whole.cosine - same.cosine));
        }
        if falls.len() < 2 {
            continue;
        }
        falls.retain(|(_, fall)| *fall > 0.0);
        falls.sort_by(|a, b| a.1.total_cmp(&b.1));
        hangs_on.push(falls.last().map(|(part, _)| *part));
    }
    Some(hangs_on)
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
