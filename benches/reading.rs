//! Opening a record and reading it with the demonstration model; a "what if" of
//! the fused model, which has three branches.

use std::ops::ControlFlow;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use protoecg::bundle::{Bundle, ModelInput};
use protoecg::ecg::Lead;
use protoecg::explain::{Subject, explain};
use protoecg::inference::{Changes, DeviceChoice, Model};
use protoecg::{formats, simulator};

fn model(name: &str) -> Model {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let bundle = Bundle::open(&models.join(name)).expect("a bundle that comes along");
    Model::load(bundle, DeviceChoice::Cpu).expect("its weights")
}

fn benches(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    simulator::write_ptbxl(4, 1, folder.path(), &mut |_| ControlFlow::Continue(()))
        .expect("simulated ECGs");
    let file = folder.path().join("records100/00000/00001_lr.hea");
    let recording = formats::open(&file).expect("a record");
    let model = model("demo-rhythm");

    criterion.bench_function("open a record", |b| b.iter(|| formats::open(&file)));
    criterion.bench_function("preprocess a recording", |b| {
        b.iter(|| model.input(&recording))
    });
    criterion.bench_function("predict one ECG", |b| b.iter(|| model.predict(&recording)));
    let prediction = model.predict(&recording).expect("a prediction");
    let subject = Subject::default();
    criterion.bench_function("explain all 16 statements", |b| {
        b.iter(|| {
            (0..16)
                .filter_map(|class| explain(&model, &prediction, class, &subject))
                .count()
        });
    });

    // What the window does for a change: all probabilities, and one statement explained.
    let changes = Changes {
        masked_leads: vec![Lead::V1],
        amplitude_scale: 1.2,
        ..Changes::default()
    };
    let fused = self::model("ptbxl-excerpt");
    for (name, model) in [("", &model), (", fused model", &fused)] {
        criterion.bench_function(&format!("what if, and explain one statement{name}"), |b| {
            b.iter(|| {
                let changed = model.predict_changed(&recording, &changes);
                changed.map(|changed| explain(model, &changed, 0, &subject))
            });
        });
    }

    let inputs: Vec<ModelInput> = vec![model.input(&recording).expect("a plausible ECG"); 1000];
    let mut group = criterion.benchmark_group("many");
    group.sample_size(10);
    group.bench_function("predict 1,000 ECGs", |b| b.iter(|| model.read(&inputs)));
    group.bench_function("load the model, checksums included", |b| {
        b.iter(|| self::model("demo-rhythm"))
    });
    group.finish();
}

criterion_group!(reading, benches);
criterion_main!(reading);
