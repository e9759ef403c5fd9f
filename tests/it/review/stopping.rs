//! The rule that lets a rater stop early.

use std::path::Path;

use protoecg::review::{
    Answer, BundleRef, Included, Item, Order, Phase, Protocol, Question, Repeats, Stop, Store,
    Study, may_stop, results,
};

use super::{installation, rater};

const AT_LEAST: usize = 20;

/// Enough classes and sources that an interval has many possible widths.
fn items() -> Vec<Item> {
    let of = |prototype: usize| Item {
        prototype,
        class_code: format!("C{}", prototype * 5 % 11),
        source_ecg: Some(100 + (prototype * 7 % 31) as u32),
        ..Item::default()
    };
    (0..66).map(of).collect()
}

fn protocol(stop: Stop) -> Protocol {
    Protocol {
        stop,
        training: 3,
        repeats: Repeats {
            share: 0.1,
            apart: 20,
        },
        seed: Some(9),
        ..Protocol::quick(BundleRef::default())
    }
}

/// A study by this rule, in which R1 has answered so many prototypes of the
/// queue, practice and repeats among them; `rating` is of both questions.
fn rated(folder: &Path, stop: Stop, answered: usize, rating: impl Fn(usize) -> (u8, u8)) -> Store {
    let study = Study::by_protocol(protocol(stop), items()).unwrap();
    let files = std::fs::read_dir(folder).unwrap().count();
    let path = folder.join(format!("{files}.sqlite"));
    let mut store = Store::create_as(&path, &study, installation()).unwrap();
    let me = rater("R1");
    let mut main = 0;
    for slot in store.queue(&me).iter() {
        if slot.phase == Phase::Main {
            if main == answered {
                break;
            }
            main += 1;
        }
        // Practice and repeats are another matter, and would be seen in the interval.
        let (first, second) = match slot.phase {
            Phase::Main => rating(slot.prototype),
            _ => (1, 1),
        };
        let answer = Answer::rated(slot.prototype, first, second, 900).in_phase(slot.phase);
        store.record(&me, &answer).unwrap();
    }
    store
}

fn spread(prototype: usize) -> (u8, u8) {
    let first = prototype * 13 % 7 % 5 + 1;
    (first as u8, (prototype * prototype % 3 + 2) as u8)
}

/// The widest of the intervals that the report shows, which the scripts of an
/// export compute again.
fn widest(store: &Store) -> f64 {
    let results = results(&store.snapshot().unwrap(), Included::Everyone).unwrap();
    assert_eq!(results.report.items.len(), 2);
    let widths = results.report.items.iter().map(|item| {
        let mean = item.raters[0].all.clustered.0.as_ref().unwrap();
        mean.bca.or(mean.percentile).unwrap().half_width()
    });
    widths.fold(0.0, f64::max)
}

#[test]
fn a_rater_may_stop_once_the_widest_interval_is_narrow_enough() {
    let folder = tempfile::tempdir().unwrap();
    let width = |half_width| Stop::Width {
        half_width,
        at_least: AT_LEAST,
    };
    let asked = |stop, answered| {
        let store = rated(folder.path(), stop, answered, spread);
        may_stop(&store, &rater("R1")).unwrap()
    };
    let limit = widest(&rated(folder.path(), Stop::All, 40, spread));
    assert!(limit > 0.1 && limit < 1.5, "{limit}");
    assert!(asked(width(limit * 1.000_001), 40));
    assert!(!asked(width(limit * 0.999_999), 40));
    // Between two looks it stays as it was at the last one.
    let later = widest(&rated(folder.path(), Stop::All, 47, spread));
    assert_ne!(later, limit);
    assert!(asked(width(limit * 1.000_001), 47));
    assert!(!asked(width(limit * 0.999_999), 47));
    // Not before there are enough, nor without the rule.
    assert!(!asked(width(2.0), AT_LEAST - 1));
    assert!(asked(width(2.0), AT_LEAST));
    assert!(!asked(Stop::All, 60));
    // Who has not begun.
    let store = rated(folder.path(), width(2.0), 40, spread);
    assert!(!may_stop(&store, &rater("R2")).unwrap());
}

#[test]
fn equal_ratings_have_no_width_and_excluded_ones_do_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let stop = Stop::Width {
        half_width: 2.0,
        at_least: AT_LEAST,
    };
    let same = rated(folder.path(), stop, 40, |p| (4, spread(p).1));
    assert!(!may_stop(&same, &rater("R1")).unwrap());

    let mut store = rated(folder.path(), stop, AT_LEAST, spread);
    let me = rater("R1");
    assert!(may_stop(&store, &me).unwrap());
    let queue = store.queue(&me);
    let first = queue.iter().find(|slot| slot.phase == Phase::Main).unwrap();
    let again = Answer::excluded(first.prototype, protoecg::review::Exclusion::CannotJudge, 5);
    store.record(&me, &again.because("blurred")).unwrap();
    assert!(!may_stop(&store, &me).unwrap(), "19 count");
}

#[test]
fn a_rule_that_cannot_be_is_refused_by_name() {
    let width = |half_width, at_least| Stop::Width {
        half_width,
        at_least,
    };
    let said = |change: &dyn Fn(&mut Protocol)| {
        let mut protocol = protocol(width(0.1, 40));
        change(&mut protocol);
        let checked = protocol.check();
        let made = checked.and_then(|()| Study::by_protocol(protocol, items()));
        made.err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    assert_eq!(said(&|_| ()), "");
    for (stop, field) in [
        (width(0.0, 40), "stop.half_width is 0"),
        (width(f64::NAN, 40), "stop.half_width is NaN"),
        (width(2.5, 40), "stop.half_width is 2.5"),
        (width(0.1, 19), "stop.at_least is 19, expected 20 or more"),
        (width(0.1, 64), "stop.at_least is 64 of 63 prototypes"),
    ] {
        let error = said(&|protocol| protocol.stop = stop);
        assert!(error.contains(field), "{error}");
    }
    let error = said(&|protocol| protocol.order = Order::ByClass);
    assert!(
        error.contains("order is ByClass with stop: Width"),
        "{error}"
    );
    let optional = Question {
        optional: true,
        ..Question::clarity()
    };
    let error = said(&|protocol| protocol.questions = vec![optional.clone()]);
    assert!(error.contains("questions is only optional ones"), "{error}");
    // As it is written in a protocol.
    let stop: Stop = ron::from_str("Width(half_width: 0.1, at_least: 200)").unwrap();
    assert_eq!(stop, width(0.1, 200));
}
