//! The numbers of a study, against the golden ones of two raters.

use protoecg::review::{Answer, Criterion, Exclusion, summarise};

use super::{create, rater};

const A: [u8; 20] = [5, 4, 4, 5, 3, 2, 5, 5, 4, 1, 3, 4, 5, 5, 2, 4, 3, 5, 4, 4];
const B: [u8; 20] = [4, 4, 3, 5, 3, 2, 4, 5, 5, 2, 3, 3, 5, 4, 1, 4, 4, 5, 3, 4];

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-10, "{found} {expected}");
}

/// Means, standard deviations and t intervals of scipy.
#[test]
fn means_and_intervals_equal_scipy() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = create(&folder.path().join("s.sqlite"), 24);
    let me = rater("R1");
    for (prototype, (a, b)) in A.into_iter().zip(B).enumerate() {
        // A first thought, which must not count.
        if prototype < 3 {
            store
                .record(&me, &Answer::rated(prototype, 1, 1, 9))
                .unwrap();
        }
        let answer = Answer::rated(prototype, a, b, 1000 * prototype as u64);
        store.record(&me, &answer).unwrap();
    }
    for (prototype, reason) in [
        (20, Exclusion::LabelError),
        (21, Exclusion::CannotJudge),
        (22, Exclusion::CannotJudge),
    ] {
        store
            .record(&me, &Answer::excluded(prototype, reason, 20_000))
            .unwrap();
    }
    let summary = summarise(24, &store.snapshot().unwrap().answers);
    assert_eq!((summary.prototypes, summary.raters.len()), (24, 1));
    let own = &summary.raters[0];
    assert_eq!((own.rated, own.changed), (20, 3));
    assert_eq!(
        (own.excluded.label_error, own.excluded.cannot_judge),
        (1, 2)
    );
    // 0, 1000, ..., 19000 and three times 20000.
    assert_eq!(own.median_response_time_ms, Some(11_000.0));

    let [first, second] = &own.criteria[..] else {
        panic!("two criteria")
    };
    assert_eq!(first.criterion, Criterion::Representativeness);
    assert_eq!((first.n, first.histogram), (20, [1, 2, 3, 7, 7]));
    close(first.mean.unwrap(), 3.85);
    close(first.sd.unwrap(), 1.1821033884786185);
    close(first.ci.unwrap()[0], 3.2967585843142038);
    close(first.ci.unwrap()[1], 4.403241415685796);
    assert_eq!((second.n, second.histogram), (20, [1, 2, 5, 7, 5]));
    close(second.mean.unwrap(), 3.65);
    assert!((second.ci.unwrap()[0] - 3.1180042418).abs() < 1e-9);
    assert!((second.ci.unwrap()[1] - 4.1819957582).abs() < 1e-9);
}

#[test]
fn one_rating_has_a_mean_and_no_interval() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = create(&folder.path().join("s.sqlite"), 2);
    assert!(summarise(2, &[]).raters.is_empty());
    store
        .record(&rater("R1"), &Answer::rated(0, 5, 4, 1))
        .unwrap();
    let excluded = Answer::excluded(0, Exclusion::LabelError, 1);
    store.record(&rater("R2"), &excluded).unwrap();
    let summary = summarise(2, &store.snapshot().unwrap().answers);
    let [one, none] = [0, 1].map(|r: usize| &summary.raters[r].criteria[0]);
    assert_eq!(
        (one.n, one.mean, one.sd, one.ci),
        (1, Some(5.0), None, None)
    );
    assert_eq!((none.n, none.mean, none.sd, none.ci), (0, None, None, None));
}
