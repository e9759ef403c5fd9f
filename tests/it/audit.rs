//! Metrics of prototypes without people, on the bundle that comes with the
//! program.

use std::path::Path;

use protoecg::bundle::{Bundle, Exemplars};
use protoecg::explain::{NEAREST, audit};
use protoecg::inference::{DeviceChoice, Model};

#[test]
fn the_demonstration_has_the_metrics_that_its_files_give() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo-rhythm");
    let bundle = Bundle::open(&folder).unwrap();
    let exemplars = Exemplars::new(&bundle, None);
    let model = Model::load(bundle, DeviceChoice::Cpu).unwrap();
    let mut done = 0;
    let held_out = std::collections::BTreeSet::new();
    let found = audit(&model, &exemplars, Some(&held_out), |n| done = n).unwrap();
    let manifest = model.manifest();
    assert_eq!(
        (done, found.prototypes.len()),
        (manifest.prototypes.len(), done)
    );
    assert_eq!(found.leaking, Some(0));

    // Label purity of one prototype, counted another way.
    let similarities = model.training_similarities();
    for number in [0, done / 2] {
        let source = &manifest.prototypes[number];
        let mut rows: Vec<usize> = (0..similarities.ecg_ids.len())
            .filter(|i| Some(similarities.ecg_ids[*i]) != source.ecg_id)
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
