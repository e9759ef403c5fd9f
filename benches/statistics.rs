//! The intervals of a whole study: 2 raters x 1,037 prototypes x 2 items, which
//! is 4,148 ratings, in 10,000 clustered resamples.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use protoecg::statistics::{Origin, Resampling, clustered_means};

/// Prototypes of a class: 5 in 16 rhythm classes, 18 in 52 morphology classes,
/// 7 in 3 global ones.
fn prototypes() -> Vec<Origin> {
    let per_class = [5; 16].into_iter().chain([18; 52]).chain([7; 3]);
    let mut origins = Vec::new();
    for (class, prototypes) in per_class.enumerate() {
        // Four of five from an ECG of their own.
        origins.extend((0..prototypes).map(|i| Origin {
            class,
            source_ecg: (class * 100 + i - usize::from(i % 5 == 4)) as u64,
        }));
    }
    origins
}

fn clustered_resamples(criterion: &mut Criterion) {
    let origins = prototypes();
    assert_eq!(origins.len(), 1037);
    let column = |seed: usize| -> Vec<Option<f64>> {
        let rating = |i: usize| ((i * 7919 + seed * 104_729) % 97 % 5 + 1) as f64;
        (0..origins.len()).map(|i| Some(rating(i))).collect()
    };
    let columns: Vec<Vec<Option<f64>>> = (0..4).map(column).collect();
    let columns: Vec<&[Option<f64>]> = columns.iter().map(Vec::as_slice).collect();
    let mut group = criterion.benchmark_group("statistics");
    group.sample_size(10);
    group.bench_function("10,000 clustered resamples of 4,148 ratings", |bencher| {
        bencher.iter(|| clustered_means(black_box(&origins), &columns, Resampling::default()));
    });
    group.finish();
}

criterion_group!(benches, clustered_resamples);
criterion_main!(benches);
