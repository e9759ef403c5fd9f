//! Statistics equal to scikit-learn's, scipy's and numpy's, which
//! tests/truth/statistics.py printed.

use protoecg::statistics::{
    Bootstrap, ClassScores, auprc, auroc, best_f1_threshold, f1_at, macro_auroc, mean, median, sd,
    share_below, student_t_quantile, t_interval,
};

const RECORDS: i64 = 120;
const POSITIVE_BELOW: [i64; 4] = [30, 10, 60, 0];

/// Scores and labels of a class by integer arithmetic, as in the script. The
/// last class has no positive record.
fn case(class: i64, tied: bool) -> (Vec<f64>, Vec<bool>) {
    (0..RECORDS)
        .map(|i| {
            let label = (i * i * 31 + i * 7 + class * 17) % 97 < POSITIVE_BELOW[class as usize];
            let numerator = (i * 7919 + class * 104_729 + 13) % 1009 + 250 * i64::from(label);
            let score = if tied {
                (numerator * 10 / 1259) as f64 / 10.0
            } else {
                numerator as f64 / 1259.0
            };
            (score, label)
        })
        .unzip()
}

struct Truth {
    auroc: f64,
    auprc: f64,
    f1_at_half: f64,
    best_f1: f64,
    best_threshold: f64,
}

const fn truth(auroc: f64, auprc: f64, f1_at_half: f64, best: (f64, f64)) -> Truth {
    Truth {
        auroc,
        auprc,
        f1_at_half,
        best_f1: best.0,
        best_threshold: best.1,
    }
}

const UNTIED: [Truth; 3] = [
    truth(
        0.719562243502052,
        0.5973391894278965,
        0.47058823529411764,
        (0.5357142857142857, 0.3471008737092931),
    ),
    truth(
        0.781267846944603,
        0.5714749101982772,
        0.34375,
        (0.5517241379310345, 0.7640984908657665),
    ),
    truth(
        0.7173382173382173,
        0.8379483541433013,
        0.6993006993006993,
        (0.8279569892473119, 0.23510722795869737),
    ),
];
const TIED: [Truth; 3] = [
    truth(
        0.7154582763337893,
        0.5639354589680168,
        0.47058823529411764,
        (0.5151515151515151, 0.2),
    ),
    truth(
        0.7818389491719017,
        0.5313010281812763,
        0.34375,
        (0.5217391304347826, 0.8),
    ),
    truth(
        0.7161172161172161,
        0.8197523617235156,
        0.6993006993006993,
        (0.8253968253968254, 0.2),
    ),
];

fn close(found: f64, expected: f64) {
    let scale = expected.abs().max(1e-3);
    assert!(
        (found - expected).abs() < 1e-12 * scale,
        "{found} {expected}"
    );
}

#[test]
fn discrimination_equals_scikit_learn() {
    for (tied, truths) in [(false, UNTIED), (true, TIED)] {
        for (class, truth) in (0..).zip(truths) {
            let (scores, labels) = case(class, tied);
            close(auroc(&scores, &labels).unwrap(), truth.auroc);
            close(auprc(&scores, &labels).unwrap(), truth.auprc);
            close(f1_at(&scores, &labels, 0.5).unwrap(), truth.f1_at_half);
            let best = best_f1_threshold(&scores, &labels).unwrap();
            close(best.f1, truth.best_f1);
            close(best.threshold, truth.best_threshold);
            close(f1_at(&scores, &labels, best.threshold).unwrap(), best.f1);
        }
    }
}

#[test]
fn the_macro_auroc_leaves_out_a_class_with_one_outcome() {
    for (tied, expected) in [(false, 0.7393894359282909), (true, 0.7378048138743024)] {
        let cases: Vec<_> = (0..4).map(|class| case(class, tied)).collect();
        let classes: Vec<_> = cases
            .iter()
            .map(|(scores, labels)| ClassScores { scores, labels })
            .collect();
        let found = macro_auroc(&classes).unwrap();
        close(found.value, expected);
        assert_eq!(found.classes_scored, 3);
        assert_eq!(macro_auroc(&classes[3..]), None);
    }
}

#[test]
fn what_is_not_defined_is_none() {
    let (scores, absent) = case(3, false);
    assert_eq!(auroc(&scores, &absent), None);
    assert_eq!(auprc(&scores, &absent), None);
    assert_eq!(best_f1_threshold(&scores, &absent), None);
    assert_eq!(f1_at(&[0.1], &[false], 0.5), None);
    let all = vec![true; scores.len()];
    assert_eq!(auroc(&scores, &all), None);
    assert_eq!(auprc(&scores, &all), Some(1.0));
    assert_eq!(auroc(&[0.1, f64::NAN], &[true, false]), None);
    assert_eq!(auroc(&[], &[]), None);
    assert_eq!(mean(&[]), None);
    assert_eq!(median(&[]), None);
    assert_eq!(sd(&[1.0]), None);
    assert_eq!(t_interval(&[1.0], 0.95), None);
    assert_eq!(t_interval(&[1.0, 2.0], 1.0), None);
    assert_eq!(share_below(1.0, &[]), None);
    // All tied: no order at all.
    assert_eq!(auroc(&[0.5; 4], &[true, false, true, false]), Some(0.5));
    assert_eq!(auroc(&[0.0, -0.0], &[true, false]), Some(0.5));
}

/// scipy.stats.t.ppf
#[test]
fn t_quantiles_equal_scipy() {
    for (probability, degrees, expected) in [
        (0.975, 1.0, 12.706204736174694),
        (0.975, 2.0, 4.302652729749462),
        (0.975, 4.0, 2.7764451051977934),
        (0.975, 19.0, 2.0930240544083087),
        (0.995, 7.5, 3.421422688124044),
        (0.975, 99.0, 1.9842169515864174),
        (0.975, 101.0, 1.983731002955606),
        (0.975, 1036.0, 1.962256453683443),
        (0.9, 1000000.0, 1.281552412129939),
        (0.6, 3.0, 0.2766706623326898),
        (0.05, 12.0, -1.7822875556493194),
        (0.9995, 1.0, 636.6192487687897),
        (0.50001, 5.0, 2.6343055244939535e-05),
    ] {
        let found: f64 = student_t_quantile(probability, degrees).unwrap();
        assert!(
            (found - expected).abs() < 1e-10 * expected.abs(),
            "t({probability}, {degrees}) = {found}, scipy {expected}"
        );
    }
    assert_eq!(student_t_quantile(1.0, 3.0), None);
    assert_eq!(student_t_quantile(0.5, 0.0), None);
    assert_eq!(student_t_quantile(0.5, f64::NAN), None);
}

/// scipy.stats.t.interval, numpy.std(ddof=1), numpy.median
#[test]
fn intervals_of_means_equal_scipy() {
    let a = [5, 4, 4, 5, 3, 2, 5, 5, 4, 1, 3, 4, 5, 5, 2, 4, 3, 5, 4, 4].map(f64::from);
    for (values, level, low, high) in [
        (&a[..], 0.95, 3.2967585843142038, 4.403241415685796),
        (&a[..], 0.9, 3.3929446295468977, 4.307055370453102),
        (&[1.0, 5.0], 0.95, -22.41240947234939, 28.41240947234939),
        (&[2.5, 2.5, 2.5], 0.95, 2.5, 2.5),
    ] {
        let found = t_interval(values, level).unwrap();
        assert!((found.0 - low).abs() < 1e-10, "{found:?}");
        assert!((found.1 - high).abs() < 1e-10, "{found:?}");
    }
    close(mean(&a).unwrap(), 3.85);
    close(sd(&a).unwrap(), 1.1821033884786185);
    assert_eq!(median(&a), Some(4.0));
    assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.5));
    // scipy.stats.percentileofscore(a, 4, kind="strict")
    assert_eq!(share_below(4.0, &a), Some(0.3));
}

/// numpy's generator draws other resamples, so the two agree up to the error
/// of 2,000 resamples, about 0.003.
#[test]
fn the_bootstrap_agrees_with_numpy_and_with_itself() {
    for (tied, expected) in [
        (false, [0.68227824, 0.79704222]),
        (true, [0.68074248, 0.79339289]),
    ] {
        let cases: Vec<_> = (0..4).map(|class| case(class, tied)).collect();
        let classes: Vec<_> = cases
            .iter()
            .map(|(scores, labels)| ClassScores { scores, labels })
            .collect();
        // Every record is a patient of its own.
        let alone: Vec<u64> = (0..cases[0].0.len() as u64).collect();
        let settings = Bootstrap {
            resamples: 4000,
            ..Bootstrap::default()
        };
        let found = settings.macro_auroc(&classes, &alone).unwrap();
        assert!((found.low - expected[0]).abs() < 0.01, "{found:?}");
        assert!((found.high - expected[1]).abs() < 0.01, "{found:?}");
        assert_eq!(found.resamples_used, 4000);
        assert_eq!(settings.macro_auroc(&classes, &alone).unwrap(), found);
        let other = Bootstrap {
            seed: 1,
            ..settings
        };
        assert_ne!(other.macro_auroc(&classes, &alone).unwrap(), found);
    }
}

/// A class with one positive among n records has it in a resample with
/// probability 1 - (1 - 1/n)^n; resamples without it are left out.
#[test]
fn a_resample_without_a_positive_is_left_out() {
    let scores: Vec<f64> = (0..50).map(f64::from).collect();
    let labels: Vec<bool> = (0..50).map(|i| i == 40).collect();
    let alone: Vec<u64> = (0..50).collect();
    let settings = Bootstrap {
        resamples: 2000,
        ..Bootstrap::default()
    };
    let found = settings.auroc(&scores, &labels, &alone).unwrap();
    let share = found.resamples_used as f64 / 2000.0;
    assert!((share - (1.0 - 0.98_f64.powi(50))).abs() < 0.04, "{share}");
    assert!(found.low < 40.0 / 49.0 && 40.0 / 49.0 < found.high);
    assert_eq!(settings.auroc(&scores, &[false; 50], &alone), None);
    // All ECGs are of two patients: three of four resamples have the right one.
    let of_two: Vec<u64> = (0..50).map(|i| i / 25).collect();
    let found = settings.auroc(&scores, &labels, &of_two).unwrap();
    let share = found.resamples_used as f64 / 2000.0;
    assert!((share - 0.75).abs() < 0.03, "{share}");
    assert!(settings.ci_method().contains("resamples of patients"));
    assert!(settings.ci_method().contains("left out"));
    assert!(
        settings.ci_method().contains("95 %"),
        "{}",
        settings.ci_method()
    );
}
