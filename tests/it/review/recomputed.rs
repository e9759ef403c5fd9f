//! The scripts of an export find every printed number again, and say so where
//! one differs.

use std::fs;
use std::path::Path;

use protoecg::review::{
    Answer, BundleRef, Exclusion, Included, Item, Phase, Protocol, Repeats, Store, Study, export,
};
use protoecg::statistics::study::{MetricTable, PrototypeMetrics};

use super::{installation, rater};
use crate::recomputing::{
    a_changed_number_is_not_found, numbers_are_found_again, some_number_is_not_found,
};

/// Classes and sources of unequal size, so that clusters matter.
fn clustered_items(count: usize) -> Vec<Item> {
    let codes = ["AFIB", "SR", "PACE", "1AVB"];
    (0..count)
        .map(|prototype| Item {
            prototype,
            class_code: codes[prototype * prototype % 11 % 4].to_owned(),
            branch: ["rhythm", "global"][prototype % 3 % 2].to_owned(),
            source_ecg: Some((prototype as u32 * 7) % 41 + 1000),
            ..Item::default()
        })
        .collect()
}

/// Ratings with reasons, repeats, changes and gaps, of closed queues; one
/// rater more has only begun.
fn rated_study(folder: &Path, raters: &[&str]) -> Store {
    let mut protocol = Protocol::quick(BundleRef::default());
    protocol.seed = Some(20_261_124);
    protocol.training = 3;
    protocol.repeats = Repeats {
        share: 0.1,
        apart: 20,
    };
    let study = Study::by_protocol(protocol, clustered_items(63)).unwrap();
    let mut store = Store::create_as(&folder.join("study.sqlite"), &study, installation()).unwrap();
    for (number, code) in raters.iter().enumerate() {
        let me = rater(code);
        for (place, slot) in store.queue(&me).iter().enumerate() {
            let answer = answer_of(number, place, slot.prototype, slot.phase);
            store.record(&me, &answer.in_phase(slot.phase)).unwrap();
        }
        let first = store.queue(&me)[5];
        let changed = Answer::rated(first.prototype, 2, 3, 900).because("a slip");
        store.record(&me, &changed.in_phase(first.phase)).unwrap();
        store.close_queue(&me).unwrap();
    }
    let open = rater("OPEN");
    let slot = store.queue(&open)[10];
    let answer = Answer::rated(slot.prototype, 1, 1, 5).in_phase(slot.phase);
    store.record(&open, &answer).unwrap();
    store
}

fn answer_of(number: usize, place: usize, prototype: usize, phase: Phase) -> Answer {
    let mix = prototype * 31 + number * 17 + usize::from(phase == Phase::Repeat);
    if mix.is_multiple_of(19) {
        return Answer::excluded(prototype, Exclusion::ALL[mix % 3], 700);
    }
    let base = 5 - prototype * prototype % 11 % 3;
    let spread = ((mix * 2_654_435_761) >> 7) % 3;
    let rating = (base - spread.min(base - 1)) as u8;
    Answer::rated(prototype, rating, (rating + 1).min(5), 1000 + place as u64)
}

#[test]
fn the_scripts_find_every_number_again_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let store = rated_study(folder.path(), &["R1", "R2"]);
    export(&store, &out, Included::ClosedQueues, None).unwrap();
    let numbers = fs::read_to_string(out.join("numbers.csv")).unwrap();
    assert!(numbers.lines().count() > 250, "{}", numbers.lines().count());
    for name in [
        "clarity/R1/all/bca_low",
        "clarity/R2/repeats/n",
        "clarity/these_raters/design_effect",
        "representativeness/pair/R1/R2/kappa_quadratic_low",
        "representativeness/icc_2_1_high",
        "representativeness/alpha_ordinal",
        "clarity/R1/class/AFIB/percentile_low",
    ] {
        assert!(numbers.contains(&format!("{name},")), "{name}");
    }
    // Nobody whose queue is open.
    assert!(!numbers.contains("OPEN"));

    numbers_are_found_again(&out);
    a_changed_number_is_not_found(&out, "clarity/R1/all/n");
}

/// Metrics with ties and gaps; some go with the ratings, one never varies.
fn measured(store: &Store) -> MetricTable {
    let of = |prototype: usize| {
        let mix = ((prototype * 2_654_435_761) >> 9) % 101;
        PrototypeMetrics {
            prototype,
            label_purity: Some((10 - prototype * prototype % 11 % 3 - mix % 2) as f64 / 10.0),
            stability: (prototype % 13 != 4).then_some(1.0 / (1.0 + mix as f64)),
            kept_without_surroundings: prototype.is_multiple_of(2).then_some(0.5),
            faithfulness_drop: prototype
                .is_multiple_of(2)
                .then_some(mix as f64 * 0.1 - 3.0),
            consistency: prototype
                .is_multiple_of(2)
                .then_some((mix % 6 + 5) as f64 / 10.0),
        }
    };
    MetricTable {
        bundle_sha256: store.study().bundle_sha256.clone(),
        purity_without_patient: true,
        prototypes: (0..63).map(of).collect(),
    }
}

#[test]
fn metrics_beside_the_ratings_are_found_again_from_their_table() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let store = rated_study(folder.path(), &["R1", "R2", "R3"]);
    let metrics = Some(measured(&store));
    export(&store, &out, Included::ClosedQueues, metrics).unwrap();
    let numbers = fs::read_to_string(out.join("numbers.csv")).unwrap();
    let of_metrics = numbers.lines().filter(|line| line.contains("/metric/"));
    // n, rho and both ends of two questions and four metrics: one has no rho.
    assert_eq!(of_metrics.count(), 2 * 4 * 4);
    assert!(numbers.contains("clarity/metric/label_purity/rho,0."));
    numbers_are_found_again(&out);
    let kept = numbers;
    a_changed_number_is_not_found(&out, "representativeness/metric/faithfulness_drop/rho_high");
    fs::write(out.join("numbers.csv"), &kept).unwrap();
    // The numbers are of this table and no other.
    let table = fs::read_to_string(out.join("audit.csv")).unwrap();
    let changed = table.replacen(",0.9,", ",0.05,", 1);
    assert_ne!(changed, table);
    fs::write(out.join("audit.csv"), changed).unwrap();
    some_number_is_not_found(&out, "/metric/label_purity/rho");
}

/// From five raters on there is an interval for raters in general; an interim
/// export has everyone.
#[test]
fn five_raters_and_an_interim_export_are_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let store = rated_study(folder.path(), &["R1", "R2", "R3", "R4", "R5"]);
    export(&store, &out, Included::Everyone, None).unwrap();
    let numbers = fs::read_to_string(out.join("numbers.csv")).unwrap();
    assert!(numbers.contains("clarity/raters_in_general/interval_low,"));
    assert!(numbers.contains("clarity/OPEN/all/n,1\n"));
    numbers_are_found_again(&out);
}

/// 2 raters x 1,037 prototypes through database and export: counts that give
/// the naive intervals of the paper's table 3. Arithmetic, and no evidence
/// about prototypes.
#[test]
fn a_whole_study_has_the_naive_intervals_of_table_3() {
    /// Of a rater: counts of 1 to 5 and mean with interval, of each question.
    type Row = (&'static str, [[usize; 5]; 2], [[f64; 3]; 2]);
    const TABLE_3: [Row; 2] = [
        (
            "cardiologist",
            [[48, 48, 52, 301, 588], [52, 20, 0, 271, 694]],
            [[4.29, 4.22, 4.35], [4.48, 4.42, 4.54]],
        ),
        (
            "internist",
            [[40, 156, 276, 282, 283], [16, 8, 0, 192, 821]],
            [[3.59, 3.52, 3.66], [4.73, 4.69, 4.77]],
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    let study =
        Study::by_protocol(Protocol::quick(BundleRef::default()), clustered_items(1037)).unwrap();
    let path = folder.path().join("study.sqlite");
    let mut store = Store::create_as(&path, &study, installation()).unwrap();
    for (code, counts, _) in TABLE_3 {
        let me = rater(code);
        let values = counts.map(|counts| {
            let points = (1_u8..).zip(counts);
            points.flat_map(|(v, n)| vec![v; n]).collect::<Vec<u8>>()
        });
        for (i, (&first, &second)) in values[0].iter().zip(&values[1]).enumerate() {
            // 1,037 is 17 x 61: a step of 100 visits every prototype once.
            let answer = Answer::rated(i * 100 % 1037, first, second, 9000);
            store.record(&me, &answer).unwrap();
        }
        store.close_queue(&me).unwrap();
    }
    let out = folder.path().join("out");
    let report = export(&store, &out, Included::ClosedQueues, None).unwrap();
    assert_eq!(report.results.table3.len(), 4);
    let text = fs::read_to_string(out.join("table3.csv")).unwrap();
    let mut table = csv::Reader::from_reader(text.as_bytes());
    for row in table.records() {
        let row = row.unwrap();
        let number = |i: usize| row[i].parse::<f64>().unwrap();
        let (_, _, published) = TABLE_3.iter().find(|t| t.0 == &row[0]).unwrap();
        let published = published[usize::from(&row[1] == "clarity")];
        assert_eq!(number(2), 1037.0);
        for (found, expected) in [number(3), number(6), number(7)].iter().zip(published) {
            assert!((found - expected).abs() < 0.01, "{row:?} {expected}");
        }
    }
    let pdf = fs::read(out.join("report.pdf")).unwrap();
    assert!(pdf.starts_with(b"%PDF") && pdf.len() > 10_000);
}
