//! Names, shapes and numbers of the published checkpoints, as
//! tests/truth/import_torch.py makes them too.

use super::writer::{Entry, Values};

/// `draws` of tests/truth/import_torch.py: numbers in [-1, 1) from a name.
pub fn draws(name: &str, count: usize) -> Vec<f32> {
    let seed = name.bytes().fold(0x811c_9dc5u32, |seed, byte| {
        (seed ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    (0..count as u32)
        .map(|i| {
            let mut x = i.wrapping_mul(2_654_435_761).wrapping_add(seed);
            x ^= x >> 16;
            x = x.wrapping_mul(0x7feb_352d);
            x ^= x >> 15;
            x = x.wrapping_mul(0x846c_a68b);
            x ^= x >> 16;
            ((x >> 8) as f32 - 8_388_608.0) / 8_388_608.0
        })
        .collect()
}

/// `value` of tests/truth/import_torch.py.
pub fn entry(name: &str, shape: &[usize]) -> Entry {
    let count = shape.iter().product();
    if name.ends_with("num_batches_tracked") {
        return Entry {
            name: name.to_owned(),
            shape: shape.to_vec(),
            values: Values::Long(vec![7]),
        };
    }
    let mut values = draws(name, count);
    let change = |values: &mut Vec<f32>, f: &dyn Fn(f32) -> f32| {
        values.iter_mut().for_each(|v| *v = f(*v));
    };
    match (name, shape) {
        ("ones", _) => change(&mut values, &|_| 1.0),
        ("prototype_class_identity", &[prototypes, classes]) => {
            for (i, v) in values.iter_mut().enumerate() {
                let (prototype, class) = (i / classes, i % classes);
                *v = f32::from(u8::from(prototype / (prototypes / classes) == class));
            }
        }
        ("prototype_vectors", _) => change(&mut values, &|v| (v + 1.0) / 2.0),
        (_, [_]) if name.ends_with("running_var") || name.ends_with("weight") => {
            change(&mut values, &|v| 1.0 + v / 2.0);
        }
        (_, [_]) => change(&mut values, &|v| v / 4.0),
        _ => {
            let dead = if shape[2..] == [3, 3] { 3 } else { 1 };
            let fan_in = shape[1..].iter().product::<usize>() / dead;
            let mut scale = 1.0f32;
            while scale * scale * fan_in as f32 > 6.0 {
                scale /= 2.0;
            }
            change(&mut values, &|v| v * scale);
        }
    }
    Entry::float(name, shape, values)
}

/// All tensors of an encoder (specification 9.3 and 9.4); `flat` is the
/// two-dimensional one.
pub fn backbone(prefix: &str, flat: bool) -> Vec<(String, Vec<usize>)> {
    let mut all = Vec::new();
    let kernel = |size: usize| if flat { vec![size; 2] } else { vec![size] };
    let conv = |name: String, c_out: usize, c_in: usize, size: usize| {
        let mut shape = vec![c_out, c_in];
        shape.extend(kernel(size));
        (format!("{prefix}{name}.weight"), shape)
    };
    let norm = |all: &mut Vec<_>, name: String, width: usize| {
        for part in ["weight", "bias", "running_mean", "running_var"] {
            all.push((format!("{prefix}{name}.{part}"), vec![width]));
        }
        all.push((format!("{prefix}{name}.num_batches_tracked"), vec![]));
    };
    let stem = if flat {
        vec![64, 1, 12, 7]
    } else {
        vec![64, 12, 7]
    };
    all.push((format!("{prefix}conv1.weight"), stem));
    norm(&mut all, "bn1".into(), 64);
    let mut c_in = 64;
    for (layer, width) in [(1, 64), (2, 128), (3, 256), (4, 512)] {
        for block in 0..2 {
            let name = format!("layer{layer}.{block}");
            all.push(conv(format!("{name}.conv1"), width, c_in, 3));
            norm(&mut all, format!("{name}.bn1"), width);
            all.push(conv(format!("{name}.conv2"), width, width, 3));
            norm(&mut all, format!("{name}.bn2"), width);
            if block == 0 && layer > 1 {
                all.push(conv(format!("{name}.downsample.0"), width, c_in, 1));
                norm(&mut all, format!("{name}.downsample.1"), width);
            }
            c_in = width;
        }
    }
    all
}

/// All tensors of a branch; `steps` of a prototype, `None` for the
/// one-dimensional branch.
pub fn branch(
    prototypes: usize,
    classes: usize,
    steps: Option<usize>,
) -> Vec<(String, Vec<usize>)> {
    let mut vectors = vec![prototypes, 512];
    let mut layer = vec![512, 512];
    let mut inner = "feature_extractor.";
    if let Some(steps) = steps {
        vectors.extend([1, steps]);
        layer.extend([1, 1]);
        inner = "feature_extractor.resnet.";
    }
    let mut all = vec![
        ("prototype_vectors".to_owned(), vectors.clone()),
        ("ones".to_owned(), vectors),
        (
            "prototype_class_identity".to_owned(),
            vec![prototypes, classes],
        ),
        ("classifier.weight".to_owned(), vec![classes, prototypes]),
    ];
    all.extend(backbone(inner, steps.is_some()));
    if steps.is_some() {
        all.push((format!("{inner}fc.weight"), vec![1000, 512]));
        all.push((format!("{inner}fc.bias"), vec![1000]));
    }
    for number in [0, 2] {
        all.push((format!("add_on_layers.{number}.weight"), layer.clone()));
        all.push((format!("add_on_layers.{number}.bias"), vec![512]));
    }
    all
}

pub fn entries(shapes: &[(String, Vec<usize>)], prefix: &str) -> Vec<Entry> {
    let made = shapes.iter().map(|(name, shape)| {
        let made = entry(name, shape);
        Entry {
            name: format!("{prefix}{name}"),
            ..made
        }
    });
    made.collect()
}

/// All tensors of TrustECG (specification 9.5).
pub fn attention() -> Vec<(String, Vec<usize>)> {
    let mut all = Vec::new();
    let mut c_in = 1;
    for (block, width) in [32, 64, 128].into_iter().enumerate() {
        let name = format!("lead_encoder.{block}");
        for (conv, shape) in [
            ("conv1", vec![width, c_in, 7]),
            ("conv2", vec![width, width, 7]),
            ("skip.0", vec![width, c_in, 1]),
        ] {
            all.push((format!("{name}.{conv}.weight"), shape));
            all.push((format!("{name}.{conv}.bias"), vec![width]));
        }
        for norm in ["bn1", "bn2", "skip.1"] {
            for part in ["weight", "bias", "running_mean", "running_var"] {
                all.push((format!("{name}.{norm}.{part}"), vec![width]));
            }
            all.push((format!("{name}.{norm}.num_batches_tracked"), vec![]));
        }
        c_in = width;
    }
    for (name, c_out, c_in) in [
        ("temporal_attention.attention.0", 64, 128),
        ("temporal_attention.attention.2", 1, 64),
        ("lead_attention.attention.0", 64, 128),
        ("lead_attention.attention.2", 1, 64),
        ("classifier.0", 128, 128),
        ("classifier.3", 64, 128),
        ("classifier.6", 5, 64),
    ] {
        all.push((format!("{name}.weight"), vec![c_out, c_in]));
        all.push((format!("{name}.bias"), vec![c_out]));
    }
    all
}
