//! Files that PyTorch 2.11 itself has written.

use std::path::PathBuf;

use protoecg::bundle::import_torch::TorchFile;
use tch::Kind;

pub fn small(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/truth/import_torch")
        .join(name)
}

fn values(file: &TorchFile, name: &str) -> (Vec<i64>, Vec<f64>) {
    let tensor = &file.tensors[name];
    let mut values = vec![0.0; tensor.numel()];
    let flat = tensor.to_kind(Kind::Double).contiguous();
    flat.copy_data(&mut values, tensor.numel());
    (tensor.size(), values)
}

/// Every type of element, views with strides, and both old and new protocol.
#[test]
fn tensors_of_every_type_are_read() {
    for name in ["kinds.pt", "protocol5.pt"] {
        let file = TorchFile::read(&small(name)).unwrap();
        assert_eq!(file.tensors.len(), 12, "{name}");
        // arange(24) as 4 x 6, transposed: column after column.
        let transposed = (0..24).map(|i| f64::from(i % 4 * 6 + i / 4)).collect();
        let expected: [(&str, &[i64], Vec<f64>); 12] = [
            ("transposed", &[6, 4], transposed),
            ("middle", &[4], vec![5.0, 6.0, 7.0, 8.0]),
            (
                "every_third",
                &[8],
                (0..8).map(|i| f64::from(i * 3)).collect(),
            ),
            ("double", &[2], vec![f64::from(0.1f32), -2.5]),
            ("half", &[2], vec![0.5, -1.25]),
            ("bfloat", &[2], vec![0.5, -3.0]),
            ("int32", &[2], vec![-7.0, 8.0]),
            ("int64", &[], vec![2f64.powi(40)]),
            ("int8", &[2], vec![-128.0, 127.0]),
            ("uint8", &[2], vec![0.0, 255.0]),
            ("boolean", &[2], vec![1.0, 0.0]),
            ("empty", &[0, 3], vec![]),
        ];
        for (tensor, shape, wanted) in expected {
            assert_eq!(
                values(&file, tensor),
                (shape.to_vec(), wanted),
                "{name} {tensor}"
            );
        }
    }
}

#[test]
fn the_settings_of_a_lightning_run_are_data() {
    let file = TorchFile::read(&small("lightning.ckpt")).unwrap();
    let names: Vec<&String> = file.tensors.keys().collect();
    assert_eq!(names, ["model.a"]);
    assert_eq!(values(&file, "model.a"), (vec![2], vec![1.5, 2.5]));
    let text = |name: &str| file.arguments.get(name).map(ToString::to_string);
    assert_eq!(text("label_set").as_deref(), Some("\"3\""));
    assert_eq!(text("proto_time_len").as_deref(), Some("3"));
    assert_eq!(text("dropout").as_deref(), Some("0.35"));
    assert_eq!(text("custom_groups").as_deref(), Some("true"));
    assert_eq!(text("pretrained_weights").as_deref(), Some("null"));
    // Beyond 64 bits: no setting of a model, and no reason to refuse the file.
    assert_eq!(text("large"), None);
}
