//! Networks whose weights are a formula of name and index: the two-dimensional
//! ones in PyTorch against their one-dimensional form here.

use std::path::Path;

use protoecg::bundle::import_torch::{ImportedBranch, ImportedModel, TorchFile, recognise};
use protoecg::nn::{AttentionNetwork, Pass, ResNet1d, cosine};
use serde_json::Value;
use tch::{Device, Tensor, nn};

use super::checkpoints::{attention, backbone, branch, draws, entries, entry};
use super::writer::{Entry, state_dict};
use crate::reference_data::numbers;

fn import(path: &Path) -> ImportedModel {
    recognise(TorchFile::read(path).unwrap()).unwrap()
}

/// Similarities (N, P) by the imported weights (specification 2.1 and 2.2).
fn similarities(branch: &ImportedBranch, xs: &Tensor) -> Tensor {
    let of = |name: &str| branch.weights.tensors[name].shallow_clone();
    let mut variables = nn::VarStore::new(Device::Cpu);
    let network = ResNet1d::new(&variables.root(), 12);
    variables.freeze();
    for (name, variable) in variables.variables() {
        variable
            .shallow_clone()
            .copy_(&of(&format!("feature_extractor.{name}")));
    }
    let add_on = |z: &Tensor| {
        let layer = |z: &Tensor, number: usize| {
            let weight = of(&format!("add_on_layers.{number}.weight"));
            z.matmul(&weight.transpose(0, 1)) + of(&format!("add_on_layers.{number}.bias"))
        };
        layer(&layer(z, 0).relu(), 2).sigmoid()
    };
    let prototypes = of("prototype_vectors");
    let Some(steps) = branch.steps else {
        return cosine(
            &add_on(
                &network
                    .steps(xs, 0.0, Pass::Evaluate)
                    .mean_dim(-1, false, None::<tch::Kind>),
            ),
            &prototypes,
        );
    };
    let latents = add_on(&network.steps(xs, 0.0, Pass::Evaluate).transpose(1, 2)).transpose(1, 2);
    // (N, 512, windows, T) to (N, windows, 512 T).
    let windows = latents.unfold(2, steps, 1).transpose(1, 2).flatten(2, 3);
    let unit = |t: Tensor| {
        let squares = t
            .square()
            .sum_dim_intlist([-1i64].as_slice(), true, None::<tch::Kind>);
        t / (squares + 1e-4).sqrt()
    };
    let dots = unit(windows).matmul(&unit(prototypes.flatten(1, 2)).transpose(0, 1));
    let scale = ((512.0 * steps as f64).sqrt()).floor() / steps as f64;
    (dots * scale).mean_dim([1i64].as_slice(), false, None::<tch::Kind>)
}

pub fn assert_near(found: &Tensor, expected: &Value, within: f64, what: &str) {
    for (n, row) in expected.as_array().unwrap().iter().enumerate() {
        for (j, expected) in numbers(row).into_iter().enumerate() {
            let found = found.double_value(&[n as i64, j as i64]);
            assert!(
                (found - expected).abs() < within,
                "{what}, ECG {n}, {j}: {found}, expected {expected}"
            );
        }
    }
}

#[test]
fn every_branch_gives_the_similarities_of_pytorch() {
    let truth: Value = serde_json::from_str(include_str!("../../truth/import_torch.json")).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let _guard = tch::no_grad_guard();
    let xs = Tensor::from_slice(&draws("signal", 2 * 12 * 1000)).view([2, 12, 1000]);
    for (name, steps, prefix) in [
        ("rhythm", None, "model."),
        ("partial", Some(3), "net."),
        ("global", Some(32), ""),
    ] {
        let wanted = &truth[name];
        let made = entries(&branch(6, 3, steps), prefix);
        let elements: usize = made.iter().map(Entry::elements).sum();
        assert_eq!(made.len() as u64, wanted["entries"].as_u64().unwrap());
        assert_eq!(elements as u64, wanted["elements"].as_u64().unwrap());
        let path = dir.path().join("branch.pth");
        state_dict(&path, &made);
        let ImportedModel::Branch(imported) = import(&path) else {
            panic!("{name} was taken for something else");
        };
        assert_eq!(imported.steps, steps.map(|s| s as i64));
        assert_eq!((imported.prototypes(), imported.classes), (6, 3));
        assert_eq!(imported.prototypes_per_class(), Some(2));
        assert_eq!(imported.prototype_classes[3], [1]);
        assert!(imported.zero_prototypes().is_empty());
        let s = similarities(&imported, &xs);
        assert_near(&s, &wanted["similarities"], 1e-5, name);
        let classifier = &imported.weights.tensors["classifier.weight"];
        let logits = s.matmul(&classifier.transpose(0, 1));
        assert_near(
            &logits,
            &wanted["logits"],
            1e-5,
            &format!("logits of {name}"),
        );
    }
}

/// Specification 1.4 and 9.2, with 5, 18 and 7 prototypes per class.
#[test]
fn the_fused_model_has_the_published_counts() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fusion.ckpt");
    let zeros = |shapes: Vec<(String, Vec<usize>)>, prefix: &str| -> Vec<Entry> {
        let made = shapes.into_iter().map(|(name, shape)| match name.as_str() {
            "prototype_class_identity" => entry(&name, &shape),
            name if name.ends_with("num_batches_tracked") => entry(name, &shape),
            name => Entry::float(name, &shape, vec![0.0; shape.iter().product()]),
        });
        made.map(|made| Entry {
            name: format!("model.{prefix}{}", made.name),
            ..made
        })
        .collect()
    };
    let mut made = Vec::new();
    for (prefix, count, classes, steps, entries) in [
        ("model1d.", 80, 16, None, 128),
        ("model2d_partial.", 936, 52, Some(3), 130),
        ("model2d_global.", 21, 3, Some(32), 130),
    ] {
        let branch = zeros(branch(count, classes, steps), prefix);
        assert_eq!(branch.len(), entries);
        made.extend(branch);
    }
    made.extend(zeros(
        vec![
            ("classifier.weight".into(), vec![71, 1037]),
            ("classifier.bias".into(), vec![71]),
        ],
        "",
    ));
    assert_eq!(made.len(), 390);
    assert_eq!(made.iter().map(Entry::elements).sum::<usize>(), 32_643_756);
    state_dict(&path, &made);
    let file = TorchFile::read(&path).unwrap();
    assert_eq!((file.tensors.len(), file.elements()), (390, 32_643_756));
    let ImportedModel::Fusion(fusion) = recognise(file).unwrap() else {
        panic!("the fused model was taken for something else");
    };
    assert_eq!(fusion.classifier.size(), [71, 1037]);
    assert_eq!(fusion.bias.size(), [71]);
    let per_class: Vec<_> = fusion
        .branches
        .iter()
        .map(ImportedBranch::prototypes_per_class)
        .collect();
    assert_eq!(per_class, [Some(5), Some(18), Some(7)]);
    let steps: Vec<_> = fusion.branches.iter().map(|b| b.steps).collect();
    assert_eq!(steps, [None, Some(3), Some(32)]);
    assert_eq!(fusion.branches[2].zero_prototypes().len(), 21);
    // What lives of it (specification 1.4): without `ones`, dead rows, dead
    // heads and the classifiers of the branches.
    let live = |b: &ImportedBranch| -> usize {
        let running = |name: &str| name.contains("running_") || name == "classifier.weight";
        let tensors = b.weights.tensors.iter().filter(|(name, _)| !running(name));
        tensors.map(|(_, tensor)| tensor.numel()).sum()
    };
    let all: usize = fusion.branches.iter().map(live).sum();
    assert_eq!(all + 71 * 1037 + 71, 15_018_850);
}

#[test]
fn an_encoder_alone_is_recognised_in_both_forms() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("backbone.ckpt");
    let variables = |flat: bool| {
        let inner = if flat { "resnet." } else { "" };
        let mut shapes = backbone(inner, flat);
        if flat {
            shapes.push(("resnet.fc.weight".into(), vec![1000, 512]));
            shapes.push(("resnet.fc.bias".into(), vec![1000]));
        }
        let width = if flat { 512 * 32 } else { 512 };
        shapes.push(("fc.weight".into(), vec![16, width]));
        shapes.push(("fc.bias".into(), vec![16]));
        let mut made = entries(&shapes, "model.");
        made.push(Entry::float("criterion.pos_weight", &[16], vec![2.0; 16]));
        state_dict(&path, &made);
        let ImportedModel::Backbone(imported) = import(&path) else {
            panic!("the encoder was taken for something else");
        };
        let network = nn::VarStore::new(Device::Cpu);
        let _net = ResNet1d::new(&network.root(), 12);
        imported.weights.copy_into(&network, &path).unwrap();
        imported.weights
    };
    let straight = variables(false);
    let folded = variables(true);
    assert_eq!(
        straight.tensors.keys().collect::<Vec<_>>(),
        folded.tensors.keys().collect::<Vec<_>>()
    );
}

/// Independent of the published weights, which are not everywhere.
#[test]
fn the_attention_network_gives_the_logits_of_pytorch() {
    let truth: Value = serde_json::from_str(include_str!("../../truth/import_torch.json")).unwrap();
    let truth = &truth["attention"];
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("trustecg.pt");
    let made = entries(&attention(), "");
    let elements: usize = made.iter().map(Entry::elements).sum();
    assert_eq!((made.len(), truth["entries"].as_u64()), (77, Some(77)));
    assert_eq!(Some(elements as u64), truth["elements"].as_u64());
    state_dict(&path, &made);
    let ImportedModel::Attention(imported) = import(&path) else {
        panic!("TrustECG was taken for something else");
    };
    let _guard = tch::no_grad_guard();
    let variables = nn::VarStore::new(Device::Cpu);
    let network = AttentionNetwork::new(&variables.root(), imported.outputs);
    imported.weights.copy_into(&variables, &path).unwrap();
    let xs = Tensor::from_slice(&draws("signal", 2 * 12 * 1000)).view([2, 12, 1000]);
    let out = network.forward(&xs, Pass::Evaluate);
    assert_near(&out.logits, &truth["logits"], 1e-5, "logits");
    assert_near(&out.lead_attention, &truth["lead_attention"], 1e-7, "leads");
    let step = |step: i64| out.temporal_attention.select(2, step);
    assert_near(&step(0), &truth["first_step"], 1e-7, "first step");
    assert_near(&step(124), &truth["last_step"], 1e-7, "last step");
}
