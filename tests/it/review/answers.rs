//! What is saved, in which order things are shown, and where one resumes.

use protoecg::review::{Answer, Exclusion, Installation, Rated, Rater, ReviewError, Store, Study};
use sha2::{Digest, Sha256};

use super::{create, installation, items, rater, study};

fn rate(answer: &mut Answer, question: &str, rating: u8) {
    answer.ratings.insert(question.to_owned(), rating);
}

fn remove(answer: &mut Answer, question: &str) {
    answer.ratings.remove(question);
}

#[test]
fn a_half_answer_is_refused_and_nothing_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = create(&folder.path().join("s.sqlite"), 3);
    let whole = Answer::rated(0, 3, 4, 1);
    let excluded = Answer::excluded(0, Exclusion::LabelError, 1);
    let half = |change: fn(&mut Answer)| {
        let mut answer = whole.clone();
        change(&mut answer);
        answer
    };
    for (answer, told) in [
        (half(|a| remove(a, "clarity")), "no answer for clarity"),
        (
            half(|a| remove(a, "representativeness")),
            "no answer for representativeness",
        ),
        (half(|a| rate(a, "clarity", 0)), "clarity is 0"),
        (half(|a| rate(a, "clarity", 6)), "clarity is 6"),
        (half(|a| rate(a, "beauty", 3)), "no question \"beauty\""),
        (
            half(|a| a.exclusion = Some(Exclusion::CannotJudge)),
            "marked cannot_judge, yet",
        ),
        (
            half(|a| a.prototype = 3),
            "prototype 3 is not in this study",
        ),
        (
            whole.clone().with_comment(&"x".repeat(4001)),
            "the comment or reason has 4001 characters",
        ),
    ] {
        let error = store.record(&rater("R1"), &answer).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
    assert_eq!(store.verify().unwrap().events(), 0);

    store.record(&rater("R1"), &excluded).unwrap();
    let saved = store.answers(&rater("R1")).unwrap();
    assert_eq!(saved[0].answer, excluded);
}

#[test]
fn a_change_of_mind_is_a_new_event_and_the_latest_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.sqlite");
    let mut store = create(&path, 4);
    let (one, two) = (rater("R1"), rater("R2"));
    let first = store.record(&one, &Answer::rated(2, 1, 2, 10)).unwrap();
    store.record(&two, &Answer::rated(2, 5, 5, 20)).unwrap();
    let later = Answer::rated(2, 4, 4, 30).with_comment("  noisy \u{2026} =V1?\n");
    // A change has a reason, or is not saved.
    for without in [later.clone(), later.clone().because("  ")] {
        let error = store.record(&one, &without).unwrap_err();
        assert!(matches!(
            error,
            ReviewError::ReasonMissing {
                item: Rated::Prototype(2)
            }
        ));
    }
    let later = later.because("a slip of the key");
    let second = store.record(&one, &later).unwrap();
    assert_eq!((first.sequence, second.sequence), (1, 3));
    drop(store);

    let store = Store::open_as(&path, installation()).unwrap();
    let current = store.answers(&one).unwrap();
    assert_eq!(current.len(), 1);
    assert_eq!(current[0].answer.rating("representativeness"), Some(4));
    assert_eq!(
        current[0].answer.comment.as_deref(),
        Some("noisy \u{2026} =V1?")
    );
    assert_eq!(current[0].event_id, second);
    assert_eq!(current[0].earlier_answers, 1);
    assert_eq!(store.snapshot().unwrap().events.len(), 3);
    assert_eq!(store.raters().unwrap(), [one, two]);
}

#[test]
fn the_latest_event_counts_even_where_the_clock_went_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.sqlite");
    let mut store = create(&path, 1);
    store
        .record(&rater("R1"), &Answer::rated(0, 1, 1, 1))
        .unwrap();
    let event = store.snapshot().unwrap().events.remove(0);
    // An event as a machine would write it whose clock is ten years behind.
    let mut late = event.clone();
    late.id.sequence = 2;
    late.time_utc_ms -= 10 * 365 * 86_400_000;
    late.payload = event.payload.replace(":1", ":3");
    late.previous_hash = event.hash;
    late.hash = late.computed_hash();
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute(
        "INSERT INTO events (installation, sequence, time_utc_ms, rater, kind, payload,
                             previous_hash, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            late.id.installation.as_str(),
            late.id.sequence,
            late.time_utc_ms,
            &late.rater,
            &late.kind,
            &late.payload,
            &late.previous_hash,
            &late.hash,
        ),
    )
    .unwrap();
    let current = store.answers(&rater("R1")).unwrap();
    assert_eq!(current[0].answer.rating("clarity"), Some(3));
    store
        .record(&rater("R1"), &Answer::rated(0, 5, 5, 1).because("again"))
        .unwrap();
    assert_eq!(store.verify().unwrap().events(), 3);
}

/// sorted(range(10), key=lambda p:
///     hashlib.sha256(f"protoecg order 1|7|{rater}|{p}".encode()).digest())
#[test]
fn the_order_is_that_of_the_seed_and_the_rater() {
    let study = study(10);
    assert_eq!(study.order(&rater("R1")), ORDER_R1);
    assert_eq!(study.order(&rater("R2")), ORDER_R2);
    let other = Study { seed: 8, ..study };
    assert_ne!(other.order(&rater("R1")), ORDER_R1);
}

const ORDER_R1: [usize; 10] = [9, 4, 3, 0, 2, 5, 1, 6, 7, 8];
const ORDER_R2: [usize; 10] = [6, 7, 3, 4, 5, 8, 2, 9, 1, 0];

#[test]
fn one_resumes_at_the_first_prototype_without_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.sqlite");
    let me = rater("R1");
    let order = study(5).order(&me);
    let next = |store: &mut Store| {
        let slot = store.next_unanswered(&rater("R1")).unwrap()?;
        Some(slot.prototype)
    };
    let mut store = create(&path, 5);
    assert_eq!(next(&mut store), Some(order[0]));
    store
        .record(&me, &Answer::rated(order[0], 3, 3, 1))
        .unwrap();
    let unclear = Answer::excluded(order[2], Exclusion::CannotJudge, 1);
    store.record(&me, &unclear).unwrap();
    drop(store);

    let mut store = Store::open_as(&path, installation()).unwrap();
    assert_eq!(next(&mut store), Some(order[1]));
    let progress = store.progress(&me).unwrap();
    assert_eq!(
        (progress.rated, progress.excluded, progress.total),
        (1, 1, 5)
    );
    for &prototype in &order {
        store
            .record(&me, &Answer::rated(prototype, 3, 3, 1).because("again"))
            .unwrap();
    }
    assert_eq!(next(&mut store), None);
    assert!(store.progress(&me).unwrap().is_complete());
    assert_eq!(store.progress(&rater("R2")).unwrap().answered(), 0);
}

#[test]
fn a_rater_has_a_code_and_not_a_name() {
    for code in ["R1", "a", "A-b_9", "0123456789abcdef"] {
        assert_eq!(Rater::new(code).unwrap().as_str(), code);
    }
    for name in [
        "",
        "Anna Muster",
        "0123456789abcdefg",
        "-1",
        "_x",
        "Jos\u{e9}",
        "=A1",
    ] {
        assert!(
            matches!(Rater::new(name), Err(ReviewError::RaterCode { .. })),
            "{name}"
        );
    }
}

#[test]
fn every_installation_writes_its_own_chain() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.sqlite");
    let elsewhere = Installation::parse("ffeeddccbbaa0011").unwrap();
    let me = rater("R1");
    let mut here = create(&path, 3);
    here.record(&me, &Answer::rated(0, 1, 1, 1)).unwrap();
    let mut there = Store::open_as(&path, elsewhere.clone()).unwrap();
    let again = |rating| Answer::rated(0, rating, rating, 1).because("again");
    let id = there.record(&me, &again(2)).unwrap();
    assert_eq!(id.to_string(), "ffeeddccbbaa0011-1");
    let id = here.record(&me, &again(3)).unwrap();
    assert_eq!(id.to_string(), "00112233445566ff-2");

    let report = there.verify().unwrap();
    let chains: Vec<_> = report
        .chains
        .iter()
        .map(|c| (c.installation.clone(), c.events))
        .collect();
    assert_eq!(chains, [(installation(), 2), (elsewhere, 1)]);
    // The last to arrive counts, whoever wrote it.
    assert_eq!(
        here.answers(&me).unwrap()[0].answer.rating("clarity"),
        Some(3)
    );
}

/// The hashes as anyone can make them from the documentation: each field after
/// its length in 64-bit little endian.
#[test]
fn the_chain_is_what_the_documentation_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = create(&folder.path().join("s.sqlite"), 2);
    for rating in [2, 5] {
        let mut answer = Answer::rated(1, rating, 4, 99).with_comment("\u{e4}");
        answer.change_reason = (rating == 5).then(|| "slip".to_owned());
        store.record(&rater("R1"), &answer).unwrap();
    }
    let sha = |fields: &[&str]| -> String {
        let bytes: Vec<u8> = fields
            .iter()
            .flat_map(|f| [&(f.len() as u64).to_le_bytes(), f.as_bytes()].concat())
            .collect();
        let digest = Sha256::digest(bytes);
        digest.iter().map(|b| format!("{b:02x}")).collect()
    };
    let document = serde_json::to_string(&study(2)).unwrap();
    let mut previous = sha(&["protoecg chain 1", "00112233445566ff", &document]);
    for (number, event) in store.snapshot().unwrap().events.iter().enumerate() {
        assert_eq!(event.previous_hash, previous);
        let rating = [2, 5][number];
        assert_eq!(
            event.payload,
            format!(
                r#"{{"prototype":1,"phase":"main","ratings":{{"clarity":4,"representativeness":{rating}}},"exclusion":null,"mark":null,"comment":"ä","change_reason":{},"response_time_ms":99,"reconsidered":0}}"#,
                ["null", r#""slip""#][number]
            )
        );
        previous = sha(&[
            "protoecg event 1",
            "00112233445566ff",
            &(number + 1).to_string(),
            &event.time_utc_ms.to_string(),
            "R1",
            "answer",
            &event.payload,
            &previous,
        ]);
        assert_eq!(event.hash, previous);
    }
    assert_eq!(store.verify().unwrap().chains[0].head, previous);
}

#[test]
fn a_study_has_every_prototype_once() {
    let mut twice = items(3);
    twice[2].prototype = 0;
    assert!(matches!(
        Study::new("b", "00", twice),
        Err(ReviewError::DuplicateItem { prototype: 0 })
    ));
    assert!(matches!(
        Study::new("b", "00", Vec::new()),
        Err(ReviewError::NoItems)
    ));
    let (one, other) = (
        Study::new("b", "00", items(3)).unwrap(),
        Study::new("b", "00", items(3)).unwrap(),
    );
    assert_eq!(one.study_id.len(), 32);
    assert_ne!(one.study_id, other.study_id);
}
