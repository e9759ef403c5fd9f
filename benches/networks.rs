//! What benches/python/networks.py compares with PyTorch, on one thread: an
//! epoch of each branch, the search of projection, and the fused model reading
//! one ECG and many. `--cuda` does all of it on a GPU; `--models FOLDER` says
//! where the fused model is, for a machine without the sources. Prints one line
//! of JSON; times in seconds.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use protoecg::bundle::{Bundle, ModelInput};
use protoecg::dataset::DataSet;
use protoecg::explain::{Subject, explain};
use protoecg::inference::{DeviceChoice, Model, set_threads};
use protoecg::nn::{BackboneSpec, Pooling, PrototypeBranch, PrototypeKind};
use protoecg::training::{Event, Shipped, Stage, nearest_sources, train};
use protoecg::{formats, simulator};
use serde::Serialize;
use tch::{Kind, Tensor, nn};

/// Published settings of each branch, trained end to end.
const BRANCHES: [(&str, &str); 3] = [
    ("rhythm", "rhythm-paper"),
    ("morphology", "morphology-contrastive"),
    ("global", "global-contrastive"),
];
/// Simulated ECGs of which the training folds are an epoch: on a CPU, on a GPU.
const TRAINED_ON: usize = 400;
const TRAINED_ON_A_GPU: usize = 4000;
const READ: usize = 1000;
/// Training ECGs of PTB-XL's excerpt, and the prototypes of the morphology branch.
const SOURCES: i64 = 1490;
const CLASSES: usize = 52;
const PER_CLASS: usize = 18;

#[derive(Serialize)]
struct Figures {
    branches: BTreeMap<&'static str, Epoch>,
    prototypes: usize,
    predict_and_explain_one: f64,
    predict_one_of_many: f64,
    projection_search: f64,
}

#[derive(Serialize)]
struct Epoch {
    records_per_second: f64,
    prototypes: usize,
}

fn main() {
    set_threads(1);
    let arguments: Vec<String> = std::env::args().collect();
    let device = match arguments.iter().any(|a| a == "--cuda") {
        true => DeviceChoice::Cuda,
        false => DeviceChoice::Cpu,
    };
    let mut after_models = arguments.iter().skip_while(|a| *a != "--models").skip(1);
    let models = match after_models.next() {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("models"),
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let records = match device {
        DeviceChoice::Cuda => TRAINED_ON_A_GPU,
        _ => TRAINED_ON,
    };
    simulator::write_ptbxl(records, 1, &data, &mut |_| ControlFlow::Continue(()))
        .expect("simulated ECGs");
    let model = fused(&models, device);
    let (predict_and_explain_one, predict_one_of_many) = reading(&model, &data);
    let epochs = BRANCHES.map(|(branch, config)| {
        let epoch = epoch(config, &data, folder.path(), device);
        (branch, epoch)
    });
    let figures = Figures {
        branches: epochs.into_iter().collect(),
        prototypes: model.manifest().prototypes.len(),
        predict_and_explain_one,
        predict_one_of_many,
        projection_search: projection_search(device),
    };
    println!("{}", serde_json::to_string(&figures).expect("numbers"));
}

fn fused(models: &Path, device: DeviceChoice) -> Model {
    let bundle = Bundle::open(&models.join("ptbxl-excerpt"));
    let bundle = bundle.expect("the bundle that comes with the program");
    Model::load(bundle, device).expect("its weights")
}

/// From a recording to the explanation of its first statement, the median of
/// 50; and each of many ECGs, explained not at all.
fn reading(model: &Model, data: &Path) -> (f64, f64) {
    let file = data.join("records100/00000/00001_lr.hea");
    let recording = formats::open(&file).expect("a record");
    let subject = Subject::default();
    let mut times: Vec<f64> = (0..60)
        .map(|_| {
            let begun = Instant::now();
            let prediction = model.predict(&recording).expect("a prediction");
            explain(model, &prediction, 0, &subject).expect("an explanation");
            begun.elapsed().as_secs_f64()
        })
        .skip(10)
        .collect();
    times.sort_by(f64::total_cmp);
    let inputs: Vec<ModelInput> = vec![model.input(&recording).expect("a plausible ECG"); READ];
    let begun = Instant::now();
    model.read(&inputs);
    let many = begun.elapsed().as_secs_f64() / READ as f64;
    (times[times.len() / 2], many)
}

/// The second epoch of a branch's first stage, validation not counted: what the
/// last event of its steps says.
fn epoch(name: &str, data: &Path, folder: &Path, device: DeviceChoice) -> Epoch {
    let mut config = Shipped::by_name(name)
        .expect("a name")
        .config()
        .expect("a configuration");
    config
        .stages
        .retain(|stage| matches!(stage, Stage::Joint(_)));
    let set = DataSet::open(data).expect("the simulated ECGs");
    let (mut prototypes, mut records_per_second, mut epochs) = (0, 0.0, 0);
    let mut listener = |event: &Event| {
        match event {
            Event::Begun(begun) => prototypes = begun.prototypes,
            Event::Step {
                records_per_second: so_far,
                ..
            } => records_per_second = *so_far,
            Event::Epoch { .. } => epochs += 1,
            _ => {}
        }
        epochs < 2
    };
    let out = folder.join(name);
    let stopped = train(&config, &set, &out, device, false, &mut listener, &|| false);
    assert!(stopped.is_err() && epochs == 2, "{stopped:?}");
    Epoch {
        records_per_second,
        prototypes,
    }
}

/// Finding the source of every prototype of the morphology branch among random
/// latents, each ECG with one statement; the smallest of three.
fn projection_search(device: DeviceChoice) -> f64 {
    let device = device.resolve().expect("the device");
    let variables = nn::VarStore::new(device);
    let kind = PrototypeKind::Windows {
        steps: 3,
        pooling: Pooling::TopK(5),
    };
    let backbone = BackboneSpec::ResNet18 { dropout: 0.0 };
    let count = CLASSES * PER_CLASS;
    let branch = PrototypeBranch::new(&variables.root(), "b", kind, &backbone, 12, count);
    protoecg::nn::randomise(&variables, 1);
    let latents = Tensor::rand([SOURCES, 512, 32], (Kind::Float, device));
    let classes: Vec<usize> = (0..count).map(|j| j / PER_CLASS).collect();
    let of_record = Tensor::arange(SOURCES, (Kind::Int64, device)).remainder(CLASSES as i64);
    let labels = of_record.one_hot(CLASSES as i64);
    let once = |_| {
        let begun = Instant::now();
        let sources = nearest_sources(&branch, &latents, &labels, &classes, true);
        assert_eq!(sources.map(|s| s.len()), Some(count));
        begun.elapsed().as_secs_f64()
    };
    (0..3).map(once).fold(f64::INFINITY, f64::min)
}
