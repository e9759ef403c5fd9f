//! Checkpoints that have become bundles: what the commands say with them.

use std::path::{Path, PathBuf};

use protoecg::bundle::{Bundle, ModelInput};
use protoecg::inference::{DeviceChoice, Model};
use protoecg::nn::Weights;
use serde_json::{Value, json};
use tch::{Device, Kind, Tensor};

use super::checkpoints::{branch, draws, entries};
use super::networks::assert_near;
use super::trustecg::{LEAD_ATTENTION, LOGITS};
use super::writer::{Entry, Values, state_dict};
use crate::command_line::{error, json as document, protoecg};
use crate::reference_data::{numbers, ptbxl, ptbxl_record, trustecg_checkpoint};
use crate::small_model::small_model;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn import(arguments: &[&str]) -> String {
    let output = protoecg(&[&["import-torch"], arguments].concat());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let failed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{failed}");
    said
}

/// Specification 12.4, through the written bundle and the command line.
#[test]
fn trustecg_predicts_the_published_numbers_from_its_bundle() {
    let (Some(checkpoint), Some(ptbxl)) = (trustecg_checkpoint(), ptbxl()) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let bundle = dir.path().join("trustecg");
    import(&[text(&checkpoint), "--out", text(&bundle)]);
    let files: Vec<PathBuf> = LOGITS
        .iter()
        .map(|(id, _)| ptbxl_record(&ptbxl, *id))
        .collect();
    let mut arguments = vec!["predict", "--json", "--bundle", text(&bundle)];
    arguments.extend(files.iter().map(|f| text(f)));
    let said = document(&arguments);
    assert!(
        said["bundle"]["notice"]
            .as_str()
            .unwrap()
            .contains("training counts unknown")
    );
    for ((ecg_id, logits), recording) in LOGITS.iter().zip(said["recordings"].as_array().unwrap()) {
        let predictions = recording["predictions"].as_array().unwrap();
        assert_eq!(predictions.len(), 5);
        for (class, expected) in predictions.iter().zip(logits) {
            let found = class["logit"].as_f64().unwrap();
            assert!((found - expected).abs() < 1e-4, "ECG {ecg_id}: {class}");
            assert_eq!(
                (&class["assessed"], &class["threshold"]),
                (&json!(true), &json!(0.5))
            );
            assert!(class.get("calibrated_probability").is_none());
        }
    }
    let nine = &said["recordings"][1];
    let leads = [
        "I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6",
    ];
    for (lead, expected) in leads.iter().zip(LEAD_ATTENTION) {
        let found = nine["lead_attention"][lead].as_f64().unwrap();
        assert!((found - expected).abs() < 1e-6, "{lead}: {found}");
    }
    let lead_ii = numbers(&nine["temporal_attention"][1]);
    assert_eq!(lead_ii.len(), 125);
    assert!((lead_ii[109] - 0.19256).abs() < 1e-5, "{}", lead_ii[109]);
    // No prototypes, hence no ledger.
    let why = dir.path().join("why.json");
    let arguments = [
        "explain",
        text(&files[1]),
        "--bundle",
        text(&bundle),
        "--out",
        text(&why),
    ];
    assert!(protoecg(&arguments).status.success());
    let said: Value = serde_json::from_slice(&std::fs::read(&why).unwrap()).unwrap();
    assert_eq!(said["classes"].as_array().unwrap().len(), 5);
    assert!(said["classes"][0].get("ledger").is_none());
    assert_eq!(
        said["recordings"][0]["lead_attention"],
        nine["lead_attention"]
    );
}

/// A two-dimensional branch of PyTorch and its folded form in a bundle.
#[test]
fn a_two_dimensional_branch_gives_the_similarities_of_pytorch_from_its_bundle() {
    let truth: Value = serde_json::from_str(include_str!("../../truth/import_torch.json")).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let checkpoint = dir.path().join("branch.pth");
    let signal = draws("signal", 2 * 12 * 1000);
    let inputs: Vec<ModelInput> = signal
        .chunks(12_000)
        .map(|samples| ModelInput {
            samples: samples.to_vec(),
            leads: 12,
            samples_per_lead: 1000,
            notes: Vec::new(),
        })
        .collect();
    for (name, steps) in [("rhythm", None), ("partial", Some(3)), ("global", Some(32))] {
        state_dict(&checkpoint, &entries(&branch(6, 3, steps), "model."));
        let folder = dir.path().join(name);
        let said = import(&[text(&checkpoint), "--out", text(&folder)]);
        assert!(
            said.contains("0 of 6 prototypes have a known training ECG"),
            "{said}"
        );
        let model = Model::load(Bundle::open(&folder).unwrap(), DeviceChoice::Cpu).unwrap();
        assert!(model.manifest().training.is_none());
        let readings = model.read(&inputs);
        let rows = |of: fn(&protoecg::inference::Reading) -> &Vec<f64>| {
            let flat: Vec<f64> = readings.iter().flat_map(|r| of(r).clone()).collect();
            Tensor::from_slice(&flat).view([2, -1])
        };
        let wanted = &truth[name];
        assert_near(
            &rows(|r| &r.similarities),
            &wanted["similarities"],
            1e-5,
            name,
        );
        assert_near(&rows(|r| &r.logits), &wanted["logits"], 1e-5, name);
    }
    // The sources are unknown, and every command says so.
    let bundle = dir.path().join("partial");
    let recording = small_model().recording();
    let why = dir.path().join("why.json");
    let explain = |out: &Path| {
        let arguments = [
            "explain",
            text(&recording),
            "--bundle",
            text(&bundle),
            "--out",
            text(out),
        ];
        let output = protoecg(&arguments);
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    explain(&why);
    let said: Value = serde_json::from_slice(&std::fs::read(&why).unwrap()).unwrap();
    let prototype = &said["classes"][0]["prototypes"][0];
    assert_eq!(
        (&prototype["ecg_id"], &prototype["percentile"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(prototype["whole_recording"], false);
    assert_eq!(prototype["windows"].as_array().unwrap().len(), 30);
    let said = explain(&dir.path().join("why.pdf"));
    assert!(said.contains("has no known source"), "{said}");
    let data = small_model().data();
    let scored = document(&[
        "evaluate",
        "--json",
        "--fold",
        "10",
        "--bundle",
        text(&bundle),
        "--data",
        text(&data),
    ]);
    assert_eq!(scored["classes"][0]["train_positives"], Value::Null);
    assert_eq!(scored["classes"][0]["threshold"], 0.5);
}

/// Our own model, written as upstream would: with upstream's metadata and the
/// data set every source is found, and is what it was.
#[test]
fn the_sources_of_prototypes_are_found_in_the_data_set() {
    let original = Bundle::open(&small_model().bundle()).unwrap();
    let count = original.manifest.prototypes.len();
    let dir = tempfile::tempdir().unwrap();
    let (checkpoint, metadata) = (dir.path().join("r.pth"), dir.path().join("m.json"));
    let weights = Weights::read(&original.file(Bundle::WEIGHTS)).unwrap();
    let mut made: Vec<Entry> = weights
        .tensors
        .iter()
        .map(|(n, t)| of_tensor(n, t))
        .collect();
    let identity: Vec<f32> = original
        .manifest
        .prototypes
        .iter()
        .flat_map(|p| (0..16).map(move |class| f32::from(u8::from(class == p.class))))
        .collect();
    made.push(Entry::float(
        "prototype_class_identity",
        &[count, 16],
        identity,
    ));
    made.push(Entry::float("ones", &[count, 512], vec![1.0; count * 512]));
    state_dict(&checkpoint, &made);
    let named: serde_json::Map<String, Value> = original
        .manifest
        .prototypes
        .iter()
        .enumerate()
        .map(|(j, p)| {
            let code = &original.manifest.statements[p.class].code;
            let entry = json!({"ecg_id": p.ecg_id, "prototype_class": code, "true_labels": [],
                "class_type": "single", "similarity_score": p.cosine_before});
            (j.to_string(), entry)
        })
        .collect();
    std::fs::write(&metadata, Value::Object(named).to_string()).unwrap();

    let without_data = dir.path().join("without");
    let arguments = [
        text(&checkpoint),
        "--metadata",
        text(&metadata),
        "--out",
        text(&without_data),
    ];
    import(&arguments);
    let prototype = &Bundle::open(&without_data).unwrap().manifest.prototypes[0];
    assert_eq!(prototype.ecg_id, original.manifest.prototypes[0].ecg_id);
    assert_eq!(prototype.recording_sha256, None);

    let data = small_model().data();
    let import_with_data = |out: &Path| {
        let mut arguments = vec![text(&checkpoint), "--metadata", text(&metadata)];
        arguments.extend(["--data", text(&data), "--simulated", "--out", text(out)]);
        import(&arguments)
    };
    let with_data = dir.path().join("with");
    import_with_data(&with_data);
    let imported = Bundle::open(&with_data).unwrap();
    for (found, wanted) in imported
        .manifest
        .prototypes
        .iter()
        .zip(&original.manifest.prototypes)
    {
        assert_eq!(found.recording_sha256, wanted.recording_sha256);
        assert_eq!(found.source_statements, wanted.source_statements);
        assert_eq!(
            (found.fold, found.duplicate_of),
            (wanted.fold, wanted.duplicate_of)
        );
        assert!(found.cosine.unwrap() > 0.99999, "{found:?}");
    }
    let verified = document(&[
        "bundle",
        "verify",
        text(&with_data),
        "--data",
        text(&data),
        "--json",
    ]);
    assert_eq!(verified["sources_checked"], count);

    // Simulated ECGs have the numbers of PTB-XL, and are none of it.
    let refused = dir.path().join("refused");
    let mut arguments = vec![text(&checkpoint), "--metadata", text(&metadata)];
    arguments.extend(["--data", text(&data), "--out", text(&refused)]);
    let output = protoecg(&[&["import-torch"], arguments.as_slice()].concat());
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("the data set is of simulated ECGs"), "{said}");
    let left = |name: &str| std::fs::exists(dir.path().join(name)).unwrap();
    assert!(!left("refused") && !left("refused.partial"));

    // The first prototype turned round: nothing in its record is like it any more.
    for entry in &mut made {
        if let (true, Values::Float(values)) =
            (entry.name.ends_with("prototype_vectors"), &mut entry.values)
        {
            values[..512].iter_mut().for_each(|v| *v = -*v);
        }
    }
    state_dict(&checkpoint, &made);
    let other = dir.path().join("other");
    let said = import_with_data(&other);
    let ecg_id = original.manifest.prototypes[0].ecg_id.unwrap();
    let line = format!("prototype 0: record {ecg_id}, cosine -1.000");
    assert!(said.contains(&line), "{said}");
    let prototypes = Bundle::open(&other).unwrap().manifest.prototypes;
    let first = &prototypes[0];
    assert_eq!((first.ecg_id, first.cosine), (None, None));
    assert_eq!(first.recording_sha256, None);
    assert!(prototypes[1..].iter().all(|p| p.ecg_id.is_some()));
}

fn of_tensor(name: &str, tensor: &Tensor) -> Entry {
    let flat = tensor
        .to_device(Device::Cpu)
        .to_kind(Kind::Float)
        .contiguous()
        .view([-1]);
    let shape: Vec<usize> = tensor.size().iter().map(|&n| n as usize).collect();
    Entry::float(name, &shape, Vec::try_from(&flat).unwrap())
}

#[test]
fn what_cannot_be_a_bundle_is_refused_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let hostile = super::real_files::small("hostile.pt");
    let said = error(&["import-torch", text(&hostile), "--out", text(&out)]);
    assert!(said.contains("data.pkl asks for posix.system"), "{said}");
    assert!(!out.exists());
    let taken = dir.path().join("taken");
    std::fs::create_dir(&taken).unwrap();
    std::fs::write(taken.join("a.txt"), "mine").unwrap();
    let checkpoint = dir.path().join("branch.pth");
    state_dict(&checkpoint, &entries(&branch(6, 3, None), ""));
    let output = protoecg(&["import-torch", text(&checkpoint), "--out", text(&taken)]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("exists and is not empty"),
        "{said}"
    );
    assert_eq!(
        std::fs::read_to_string(taken.join("a.txt")).unwrap(),
        "mine"
    );
}
