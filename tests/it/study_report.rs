//! The report of a rating study is one value, made by one pure function.

use protoecg::statistics::Undefined;
use protoecg::statistics::study::{
    Exclusion, RatingRow, Reason, StudyReport, StudySettings, report,
};

/// How often 1, 2, 3, 4 and 5 in 1,037 ratings, from tests/truth/table3.py, and
/// the mean and interval of the paper's table 3 that they give.
const TABLE_3: [(&str, &str, [usize; 5], [f64; 3]); 4] = [
    (
        "cardiologist",
        "representativeness",
        [48, 48, 52, 301, 588],
        [4.29, 4.22, 4.35],
    ),
    (
        "cardiologist",
        "clarity",
        [52, 20, 0, 271, 694],
        [4.48, 4.42, 4.54],
    ),
    (
        "internist",
        "representativeness",
        [40, 156, 276, 282, 283],
        [3.59, 3.52, 3.66],
    ),
    (
        "internist",
        "clarity",
        [16, 8, 0, 192, 821],
        [4.73, 4.69, 4.77],
    ),
];

fn row(rater: &str, item: &str, prototype: usize, value: f64) -> RatingRow {
    RatingRow {
        rater: rater.to_owned(),
        prototype,
        class: format!("C{:02}", prototype % 71),
        branch: ["rhythm", "morphology", "global"][prototype % 71 % 3].to_owned(),
        source_ecg: (prototype * 7 % 900) as u64,
        item: item.to_owned(),
        value: Some(value),
        reason: None,
        is_repeat: false,
        answered_ms: prototype as i64 * 15_000,
    }
}

fn synthetic_study() -> Vec<RatingRow> {
    let mut rows = Vec::new();
    for (rater, item, counts, _) in TABLE_3 {
        let values = (1..=5).zip(counts).flat_map(|(v, n)| vec![f64::from(v); n]);
        // 1,037 is 17 x 61: a step of 100 visits every prototype once.
        let spread = values
            .enumerate()
            .map(|(i, v)| row(rater, item, i * 100 % 1037, v));
        rows.extend(spread);
    }
    rows
}

fn quick(exclusion: Exclusion) -> StudySettings {
    let mut settings = StudySettings {
        exclusion,
        ..StudySettings::default()
    };
    settings.resampling.resamples = 300;
    settings
}

fn made(rows: &[RatingRow]) -> StudyReport {
    report(rows, &quick(Exclusion::LabelErrorsForAll)).unwrap()
}

/// Arithmetic only, and no evidence about prototypes: the counts were chosen so
/// that their naive intervals are those of the paper's table 3.
#[test]
fn synthetic_counts_give_the_naive_intervals_of_table_3() {
    let report = made(&synthetic_study());
    let table = report.table3();
    assert_eq!(table.len(), 4);
    for (rater, item, counts, [mean, low, high]) in TABLE_3 {
        let row = table
            .iter()
            .find(|r| r.rater == rater && r.item == item)
            .unwrap();
        assert_eq!(row.n, 1037);
        let naive = row.naive.unwrap();
        for (found, published) in [
            (row.mean.unwrap(), mean),
            (naive.low, low),
            (naive.high, high),
        ] {
            assert!(
                (found - published).abs() < 0.01,
                "{rater}, {item}: {found} {published}"
            );
        }
        let clustered = row.clustered.unwrap();
        assert!(clustered.low < mean && mean < clustered.high);
        let of_item = report.items.iter().find(|i| i.item == item).unwrap();
        let of_rater = of_item.raters.iter().find(|r| r.rater == rater).unwrap();
        assert_eq!(of_rater.all.distribution, counts);
        assert_eq!(of_rater.by_class.len(), 71);
        assert_eq!(
            of_rater.by_branch.values().map(|s| s.n).sum::<usize>(),
            1037
        );
        // Two raters say nothing about a third.
        let few = Undefined::TooFewRatersToGeneralise {
            needed: 5,
            found: 2,
        };
        assert_eq!(of_item.raters_in_general.0, Err(few));
        let pair = &of_item.agreement.pairs[0];
        assert_eq!(pair.table.iter().flatten().sum::<usize>(), 1037);
    }
    let text = serde_json::to_string(&report).unwrap();
    assert!(!text.contains("NaN") && !text.contains("null,null"));
    assert!(text.contains(r#""undefined":"too_few_raters_to_generalise""#));
}

/// Ratings, exclusions and repeats of two raters, small enough for the head.
fn small_study() -> Vec<RatingRow> {
    let mut rows: Vec<RatingRow> = [5.0, 4.0, 4.0, 2.0, 5.0, 3.0]
        .into_iter()
        .enumerate()
        .map(|(p, v)| row("A", "clarity", p, v))
        .collect();
    let b = [4.0, 4.0, 5.0, 2.0, 5.0, 1.0].into_iter().enumerate();
    rows.extend(b.map(|(p, v)| row("B", "clarity", p, v)));
    // A sees a label error in prototype 3 and cannot judge prototype 5.
    rows[3].reason = Some(Reason::LabelError);
    rows[5].reason = Some(Reason::CannotJudge);
    rows[5].value = None;
    // A changed the answer to prototype 0 from 1 to 5.
    let earlier = RatingRow {
        value: Some(1.0),
        answered_ms: -1,
        ..rows[0].clone()
    };
    rows.push(earlier);
    for (prototype, value) in [(0, 4.0), (1, 4.0), (3, 5.0)] {
        rows.push(RatingRow {
            is_repeat: true,
            ..row("A", "clarity", prototype, value)
        });
    }
    rows
}

#[test]
fn exclusions_are_counted_and_shown_both_ways() {
    let report_with = |exclusion| report(&small_study(), &quick(exclusion)).unwrap();
    let n_and_mean = |exclusion| {
        let report = report_with(exclusion);
        let raters = &report.items[0].raters;
        [0, 1].map(|r: usize| (raters[r].all.n, raters[r].all.mean.unwrap()))
    };
    assert_eq!(
        n_and_mean(Exclusion::LabelErrorsForAll),
        [(4, 4.5), (5, 3.8)]
    );
    assert_eq!(
        n_and_mean(Exclusion::AnswersWithReason),
        [(4, 4.5), (6, 3.5)]
    );
    assert_eq!(n_and_mean(Exclusion::Nothing), [(5, 4.0), (6, 3.5)]);
    let report = report_with(Exclusion::LabelErrorsForAll);
    let [a, b] = [&report.items[0].raters[0], &report.items[0].raters[1]];
    assert_eq!((a.without_exclusions.n, b.without_exclusions.n), (5, 6));
    let reasons: Vec<_> = a.excluded.clone().into_iter().collect();
    assert_eq!(reasons, [(Reason::LabelError, 1), (Reason::CannotJudge, 1)]);
    assert!(b.excluded.is_empty());
}

#[test]
fn repeats_enter_intra_rater_agreement_only_and_the_last_answer_counts() {
    let report = made(&small_study());
    let [a, b] = [&report.items[0].raters[0], &report.items[0].raters[1]];
    // Prototype 3 was excluded at first, so its repeat has nothing to meet.
    let repeats = a.repeats.0.as_ref().unwrap();
    assert_eq!(
        (repeats.n, repeats.equal.count, repeats.within_one.count),
        (2, 1, 2)
    );
    assert_eq!(a.all.distribution, [0, 0, 0, 2, 2]);
    assert!(b.repeats.0.is_err());
    let pair = &report.items[0].agreement.pairs[0];
    assert_eq!(pair.raters, ["A", "B"]);
    assert_eq!(pair.table[4], [0, 0, 0, 1, 1]);
}

#[test]
fn an_empty_study_and_one_rater_have_reports() {
    let off = report(&[row("A", "clarity", 0, 7.0)], &StudySettings::default());
    assert_eq!(off.unwrap_err(), Undefined::NotOnScale { value: 7.0 });
    assert!(made(&[]).items.is_empty());
    let report = made(&[row("A", "clarity", 0, 4.0)]);
    let item = &report.items[0];
    assert_eq!(item.raters[0].all.mean, Some(4.0));
    assert_eq!(item.raters[0].all.sd, None);
    let few = Undefined::TooFewRaters {
        needed: 2,
        found: 1,
    };
    assert_eq!(item.agreement.ac1.0, Err(few));
    assert!(item.agreement.pairs.is_empty());
    assert!(item.raters[0].needed.0.is_err());
    let mut excluded = row("A", "clarity", 0, 4.0);
    excluded.value = None;
    excluded.reason = Some(Reason::Artefact);
    let report = made(&[excluded]);
    assert_eq!(report.items[0].raters[0].all.n, 0);
    assert_eq!(
        report.items[0].raters[0]
            .all
            .good
            .0
            .as_ref()
            .unwrap_err()
            .code(),
        "too_few_values"
    );
}
