//! The published TrustECG weights: the only trained checkpoint of the field.

use protoecg::bundle::Preprocessing;
use protoecg::bundle::import_torch::{ImportedModel, TorchFile, recognise};
use protoecg::formats;
use protoecg::nn::{AttentionNetwork, Pass};
use tch::{Device, Tensor, nn};

use crate::reference_data::{ptbxl, ptbxl_record, trustecg_checkpoint};

/// Specification 12.4: the published program's logits.
pub const LOGITS: [(u32, [f64; 5]); 3] = [
    (1, [3.8308, -9.1550, -5.2169, -4.7843, -9.0550]),
    (9, [3.0066, -9.3538, -4.0812, -3.2927, -5.5991]),
    (500, [-5.3889, -0.7136, 2.1138, 0.1575, 0.3776]),
];
/// ECG 9, leads I to V6.
pub const LEAD_ATTENTION: [f64; 12] = [
    0.116191, 0.073513, 0.163795, 0.134896, 0.105892, 0.093897, 0.090347, 0.035384, 0.033450,
    0.035888, 0.047199, 0.069548,
];
const LEAD_II: i64 = 1;
const LEAD_V3: i64 = 8;

#[test]
fn the_published_checkpoint_gives_the_published_numbers() {
    let (Some(checkpoint), Some(ptbxl)) = (trustecg_checkpoint(), ptbxl()) else {
        return;
    };
    let file = TorchFile::read(&checkpoint).unwrap();
    assert_eq!(file.tensors.len(), 77);
    let ImportedModel::Attention(imported) = recognise(file).unwrap() else {
        panic!("TrustECG was taken for something else");
    };
    assert_eq!(imported.outputs, 5);
    let variables = nn::VarStore::new(Device::Cpu);
    let network = AttentionNetwork::new(&variables.root(), imported.outputs);
    imported.weights.copy_into(&variables, &checkpoint).unwrap();
    let live: usize = variables
        .trainable_variables()
        .iter()
        .map(Tensor::numel)
        .sum();
    assert_eq!(live, 276_455);

    let _guard = tch::no_grad_guard();
    for (ecg_id, expected) in LOGITS {
        let recording = formats::open(&ptbxl_record(&ptbxl, ecg_id)).unwrap();
        let input = Preprocessing::trustecg().apply(&recording).unwrap();
        let xs = Tensor::from_slice(&input.samples).view([1, 12, 1000]);
        let out = network.forward(&xs, Pass::Evaluate);
        for (class, expected) in expected.into_iter().enumerate() {
            let found = out.logits.double_value(&[0, class as i64]);
            // The published figures have four decimals.
            assert!(
                (found - expected).abs() < 1e-4,
                "ECG {ecg_id}, class {class}: {found}, expected {expected}"
            );
        }
        let peak = |lead: i64| {
            let alpha = out.temporal_attention.get(0).get(lead);
            let step = alpha.argmax(None, false).int64_value(&[]);
            (step, alpha.double_value(&[step]))
        };
        let near = |(step, value): (i64, f64), wanted: (i64, f64)| {
            assert_eq!(step, wanted.0, "ECG {ecg_id}");
            assert!((value - wanted.1).abs() < 1e-5, "ECG {ecg_id}: {value}");
        };
        match ecg_id {
            9 => {
                near(peak(LEAD_II), (109, 0.19256));
                for (lead, expected) in LEAD_ATTENTION.into_iter().enumerate() {
                    let found = out.lead_attention.double_value(&[0, lead as i64]);
                    assert!((found - expected).abs() < 1e-6, "lead {lead}: {found}");
                }
            }
            500 => {
                near(peak(LEAD_II), (20, 0.12832));
                let top = out.lead_attention.argmax(None, false).int64_value(&[]);
                assert_eq!(top, LEAD_V3);
                let v3 = out.lead_attention.double_value(&[0, LEAD_V3]);
                assert!((v3 - 0.1427).abs() < 1e-4, "{v3}");
            }
            _ => {}
        }
    }
}
