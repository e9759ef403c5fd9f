//! From the answers in a database to the rows that the statistics take.

use protoecg::review::figures::forest;
use protoecg::review::{Answer, Exclusion, Included, Phase, Question, Results, Store, results};

use super::{create, installation, rater, study};

const A: [u8; 20] = [5, 4, 4, 5, 3, 2, 5, 5, 4, 1, 3, 4, 5, 5, 2, 4, 3, 5, 4, 4];
const B: [u8; 20] = [4, 4, 3, 5, 3, 2, 4, 5, 5, 2, 3, 3, 5, 4, 1, 4, 4, 5, 3, 4];

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} {expected}");
}

fn of(store: &Store, included: Included) -> Results {
    results(&store.snapshot().unwrap(), included).unwrap()
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
        let answer = Answer::rated(prototype, a, b, 1000 * prototype as u64).because("again");
        store.record(&me, &answer).unwrap();
    }
    for (prototype, reason) in [
        (20, Exclusion::LabelError),
        (21, Exclusion::CannotJudge),
        (22, Exclusion::Artefact),
    ] {
        store
            .record(&me, &Answer::excluded(prototype, reason, 20_000))
            .unwrap();
    }
    // No running results.
    let open = of(&store, Included::ClosedQueues);
    assert!(open.report.items.is_empty() && open.table3.is_empty() && open.by_prototype.is_empty());
    assert_eq!((open.raters[0].answered, open.raters[0].total), (23, 24));

    store.close_queue(&me).unwrap();
    let results = of(&store, Included::ClosedQueues);
    let interim = of(&store, Included::Everyone);
    assert_eq!(results.report, interim.report);
    let own = &results.raters[0];
    assert!(own.closed && results.prototypes == 24);
    assert_eq!(own.changed, 3);
    let reasons: Vec<_> = own.excluded.clone().into_iter().collect();
    assert_eq!(
        reasons,
        [("artefact", 1), ("cannot_judge", 1), ("label_error", 1)]
    );
    // 0, 1000, ..., 19000 and three times 20000.
    assert_eq!(own.median_response_time_ms, Some(11_000.0));

    let items = &results.report.items;
    let of_item = |name: &str| &items.iter().find(|i| i.item == name).unwrap().raters[0].all;
    let (first, second) = (of_item("representativeness"), of_item("clarity"));
    assert_eq!(
        (first.n, &first.distribution[..]),
        (20, &[1, 2, 3, 7, 7][..])
    );
    close(first.mean.unwrap(), 3.85);
    close(first.sd.unwrap(), 1.1821033884786185);
    let naive = first.clustered.0.as_ref().unwrap().naive.unwrap();
    close(naive.low, 3.2967585843142038);
    close(naive.high, 4.403241415685796);
    assert_eq!(
        (second.n, &second.distribution[..]),
        (20, &[1, 2, 5, 7, 5][..])
    );
    // Worst first: prototype 9 has 1 and 2.
    assert_eq!(results.by_prototype[0].prototype, 9);
    close(results.by_prototype[0].mean, 1.5);
    assert_eq!(results.by_prototype.len(), 20);
}

/// Nothing is rated after the end, and nobody else's queue is closed by it.
#[test]
fn a_closed_queue_takes_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = create(&folder.path().join("s.sqlite"), 2);
    store.close_queue(&rater("R1")).unwrap();
    let answer = Answer::rated(0, 5, 4, 1);
    let error = store.record(&rater("R1"), &answer).unwrap_err().to_string();
    assert!(error.contains("queue of rater R1 is closed"), "{error}");
    assert!(store.close_queue(&rater("R1")).is_err());
    store.record(&rater("R2"), &answer).unwrap();
    let error = store
        .record(
            &rater("R2"),
            &Answer::rated(1, 5, 4, 1).in_phase(Phase::Repeat),
        )
        .unwrap_err()
        .to_string();
    assert!(error.contains("prototype 1 (repeat) is not in the queue"));
    let payload = &store.snapshot().unwrap().events[0].payload;
    assert_eq!(payload, r#"{"answered":0,"open":2}"#);
}

/// And a label error that anyone saw leaves the prototype out of the means, as
/// it leaves it out of the report.
#[test]
fn numbers_are_seen_when_the_own_queue_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = create(&folder.path().join("s.sqlite"), 4);
    let (one, two) = (rater("R1"), rater("R2"));
    for prototype in [0, 1] {
        let answer = Answer::rated(prototype, 4, 4, 1);
        store.record(&one, &answer).unwrap();
    }
    let seen = |store: &Store| {
        let results = of(store, Included::ClosedQueues);
        [None, Some(&one), Some(&two)].map(|rater| results.may_be_seen_by(rater))
    };
    assert_eq!(seen(&store), [false, false, false]);
    store.close_queue(&one).unwrap();
    // The second has not begun: she is not to be led by the first.
    assert_eq!(seen(&store), [true, true, false]);
    let error = Answer::excluded(1, Exclusion::LabelError, 1);
    store.record(&two, &error).unwrap();
    assert_eq!(seen(&store), [false, true, false]);
    assert_eq!(of(&store, Included::ClosedQueues).by_prototype.len(), 2);
    store.close_queue(&two).unwrap();
    assert_eq!(seen(&store), [true, true, true]);
    let left: Vec<usize> = of(&store, Included::ClosedQueues)
        .by_prototype
        .iter()
        .map(|p| p.prototype)
        .collect();
    assert_eq!(left, [0]);
}

/// Figures have the title of the question, and one without any rating says so
/// instead of empty rows.
#[test]
fn figures_are_named_by_the_question_and_an_empty_one_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut study = study(4);
    study.protocol.questions.push(Question {
        id: "use".to_owned(),
        title: "Usefulness".to_owned(),
        optional: true,
        ..Question::clarity()
    });
    let path = folder.path().join("s.sqlite");
    let mut store = Store::create_as(&path, &study, installation()).unwrap();
    for prototype in 0..3 {
        let answer = Answer::rated(prototype, 4, 2, 1);
        store.record(&rater("R1"), &answer).unwrap();
    }
    let results = of(&store, Included::Everyone);
    let described: Vec<String> = results
        .report
        .items
        .iter()
        .flat_map(|item| forest(item, results.title_of(&item.item)))
        .map(|scene| scene.description)
        .collect();
    assert_eq!(described.len(), 3);
    assert!(described[0].starts_with("Forest plot of Clarity: R1 2.00"));
    assert!(described[1].starts_with("Forest plot of Representativeness: R1"));
    assert_eq!(described[2], "Usefulness: nobody has rated this question.");
}
