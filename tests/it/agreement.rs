//! Agreement, intervals and resampling equal Python's and R's packages:
//! tests/truth/agreement_cases.json goes through agreement.py and agreement.R.

use protoecg::statistics::agreement::{
    IccModel, Metric, RatingTable, Weights, bland_altman, cohen_kappa, gwet_ac, icc, intra_rater,
    krippendorff_alpha,
};
use protoecg::statistics::{
    ClusteredMean, Interval, Origin, Replicates, Resampling, RunFlag, Undefined, clustered_means,
    drift, f_above, f_quantile, generalised_mean, mean, median, naive_interval, normal_quantile,
    ratings_needed, sd, spearman, straight_lining, wilson,
};
use serde_json::Value;

use crate::reference_data::numbers;

const LEVEL: f64 = 0.95;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn cases() -> Value {
    json(include_str!("../truth/agreement_cases.json"))
}

fn python() -> Value {
    json(include_str!("../truth/agreement.json"))
}

fn r() -> Value {
    json(include_str!("../truth/agreement_r.json"))
}

#[track_caller]
fn close(found: f64, expected: &Value, what: &str) {
    let expected = expected
        .as_f64()
        .unwrap_or_else(|| panic!("{what}: no truth"));
    let scale = expected.abs().max(1.0);
    assert!(
        (found - expected).abs() < 1e-9 * scale,
        "{what}: {found}, expected {expected}"
    );
}

#[track_caller]
fn close_interval(found: Interval, expected: &Value, what: &str) {
    close(found.low, &expected[0], what);
    close(found.high, &expected[1], what);
}

fn cells(list: &Value) -> Vec<Option<f64>> {
    list.as_array().unwrap().iter().map(Value::as_f64).collect()
}

fn each(group: &Value) -> impl Iterator<Item = (&str, &Value)> {
    group
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, case)| (name.as_str(), case))
}

fn table(case: &Value) -> RatingTable {
    let rows: Vec<_> = case["rows"].as_array().unwrap().iter().map(cells).collect();
    RatingTable::new(&rows).unwrap()
}

fn name(weights: Weights) -> &'static str {
    match weights {
        Weights::Unweighted => "unweighted",
        Weights::Linear => "linear",
        Weights::Quadratic => "quadratic",
        Weights::Ordinal => "ordinal",
    }
}

#[test]
fn kappa_equals_statsmodels_scikit_learn_vcd_and_irr() {
    let (cases, python, r) = (cases(), python(), r());
    for (case_name, case) in each(&cases["pairs"]) {
        let (a, b, scale) = (
            cells(&case["a"]),
            cells(&case["b"]),
            numbers(&case["scale"]),
        );
        let (python, r) = (&python["pairs"][case_name]["kappa"], &r["pairs"][case_name]);
        for weights in [Weights::Unweighted, Weights::Linear, Weights::Quadratic] {
            let what = format!("{case_name}, {}", name(weights));
            let found = cohen_kappa(&a, &b, &scale, weights, LEVEL).unwrap();
            let truth = &python[name(weights)];
            assert_eq!(Some(found.n as u64), python["n"].as_u64(), "{what}");
            close(found.kappa, &truth["kappa"], &what);
            close(found.standard_error, &truth["se"], &what);
            close(found.standard_error_of_zero, &truth["se0"], &what);
            close_interval(found.interval, &truth["interval"], &what);
            let vcd = &r["vcd"][name(weights)];
            close(found.kappa, &vcd[0], &what);
            close(found.standard_error, &vcd[1], &what);
            // irr mixes up the categories where a rater left one unused.
            if r["all_used"] == true {
                close(found.kappa, &r["irr"][name(weights)], &what);
                if weights == Weights::Unweighted {
                    let z = found.kappa / found.standard_error_of_zero;
                    close(z, &r["z_unweighted"], &what);
                }
            }
        }
    }
}

#[test]
fn gwet_and_krippendorff_equal_irrcac_krippendorff_and_irr() {
    let (cases, python, r) = (cases(), python(), r());
    for (case_name, case) in each(&cases["tables"]) {
        let (table, scale) = (table(case), numbers(&case["scale"]));
        let (python, r) = (&python["tables"][case_name], &r["tables"][case_name]);
        for weights in Weights::ALL {
            let what = format!("{case_name}, {}", name(weights));
            let truth = &python["gwet"][name(weights)];
            let found = gwet_ac(&table, &scale, weights, LEVEL).unwrap();
            close(found.coefficient, &truth["coefficient"], &what);
            close(found.standard_error, &truth["se"], &what);
            close(found.observed, &truth["pa"], &what);
            close(found.by_chance, &truth["pe"], &what);
            close_interval(found.interval, &truth["interval"], &what);
        }
        for (metric, key) in Metric::ALL
            .into_iter()
            .zip(["nominal", "ordinal", "interval"])
        {
            let what = format!("{case_name}, {key}");
            let found = krippendorff_alpha(&table, metric).unwrap();
            close(found.alpha, &python["alpha"][key], &what);
            // Where it is not, irr takes each pair of raters for two more ratings.
            if r["irr_alpha_is_right"] == true {
                close(found.alpha, &r["irr_alpha"][key], &what);
            }
        }
    }
    // Printed by Krippendorff (Computing Krippendorff's alpha-reliability, 2011, example C).
    let c = table(&cases["tables"]["krippendorff c"]);
    let alpha = |metric| (krippendorff_alpha(&c, metric).unwrap().alpha * 1000.0).round();
    assert_eq!(Metric::ALL.map(alpha), [743.0, 815.0, 849.0]);
}

#[test]
fn intraclass_correlations_equal_pingouin_psych_irr_and_the_published_table() {
    let (cases, python, r) = (cases(), python(), r());
    for (case_name, case) in each(&cases["tables"]) {
        let table = table(case);
        let (python, r) = (&python["tables"][case_name]["icc"], &r["tables"][case_name]);
        for (i, model) in IccModel::ALL.into_iter().enumerate() {
            let pair = icc(&table, model, LEVEL).unwrap();
            for (found, form, row) in [(pair.single, "1", i), (pair.average, "k", i + 3)] {
                let what = format!("{case_name}, ICC({},{form})", i + 1);
                let (test, interval) = (found.f_test.unwrap(), found.interval.unwrap());
                let psych = &r["psych"];
                close(found.value, &psych["icc"][row], &what);
                close(test.f, &psych["f"][row], &what);
                close(test.p, &psych["p"][row], &what);
                close(interval.low, &psych["low"][row], &what);
                close(interval.high, &psych["high"][row], &what);
                if form == "1" {
                    close(found.value, &r["irr_icc"][i][0], &what);
                    close(interval.low, &r["irr_icc"][i][1], &what);
                    close(interval.high, &r["irr_icc"][i][2], &what);
                }
                if !python.is_null() {
                    let truth = &python[format!("{},{form}", i + 1)];
                    assert_eq!(Some(pair.items as u64), python["items"].as_u64());
                    close(found.value, &truth["icc"], &what);
                    close(test.f, &truth["f"], &what);
                    close(test.degrees[0], &truth["df"][0], &what);
                    close(test.degrees[1], &truth["df"][1], &what);
                    close(test.p, &truth["p"], &what);
                    close_interval(interval, &truth["interval"], &what);
                }
            }
        }
    }
    // Shrout and Fleiss (1979), table 4.
    let table = table(&cases["tables"]["shrout fleiss"]);
    let published = IccModel::ALL.map(|model| {
        let pair = icc(&table, model, LEVEL).unwrap();
        [pair.single.value, pair.average.value].map(|v| (v * 100.0).round() / 100.0)
    });
    assert_eq!(published, [[0.17, 0.44], [0.29, 0.62], [0.71, 0.91]]);
}

#[test]
fn limits_of_agreement_equal_scipy_and_the_published_example() {
    let (cases, python) = (cases(), python());
    for (case_name, case) in each(&cases["pairs"]) {
        let truth = &python["pairs"][case_name]["bland_altman"];
        let found = bland_altman(&cells(&case["a"]), &cells(&case["b"]), LEVEL).unwrap();
        close(found.bias, &truth["bias"], case_name);
        close(found.sd, &truth["sd"], case_name);
        close_interval(found.limits, &truth["limits"], case_name);
        close_interval(found.bias_interval, &truth["bias_interval"], case_name);
        close_interval(
            found.low_limit_interval,
            &truth["low_limit_interval"],
            case_name,
        );
        close_interval(
            found.high_limit_interval,
            &truth["high_limit_interval"],
            case_name,
        );
    }
    // Peak flow of 17 people by two meters (Bland and Altman 1986, table 1).
    let large = [
        494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427,
    ];
    let mini = [
        512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451,
    ];
    let column = |values: [i32; 17]| values.map(|v| Some(f64::from(v)));
    let found = bland_altman(&column(mini), &column(large), LEVEL).unwrap();
    assert_eq!(
        [found.bias, found.sd].map(|v| (v * 10.0).round() / 10.0),
        [-2.1, 38.8]
    );
    assert_eq!(
        [-22.0, 17.8],
        [found.bias_interval.low, found.bias_interval.high].map(|v| (v * 10.0).round() / 10.0)
    );
}

#[test]
fn means_and_the_ratings_still_needed_equal_scipy() {
    let (cases, python) = (cases(), python());
    for (case_name, case) in each(&cases["samples"]) {
        let (values, truth) = (numbers(case), &python["samples"][case_name]);
        close(mean(&values).unwrap(), &truth["mean"], case_name);
        close(sd(&values).unwrap(), &truth["sd"], case_name);
        close(median(&values).unwrap(), &truth["median"], case_name);
        close_interval(
            naive_interval(&values, LEVEL).unwrap(),
            &truth["interval"],
            case_name,
        );
        for effect in [1.0, 2.5] {
            let found = ratings_needed(sd(&values).unwrap(), effect, 0.1, LEVEL).unwrap();
            let expected = truth["needed"][format!("{effect:.1}")].as_u64();
            assert_eq!(Some(found as u64), expected, "{case_name}");
        }
    }
}

#[test]
fn wilson_equals_statsmodels_and_r() {
    let (cases, python, r) = (cases(), python(), r());
    for (i, case) in cases["proportions"].as_array().unwrap().iter().enumerate() {
        let [count, n] = [0, 1].map(|j| case[j].as_u64().unwrap() as usize);
        let found = wilson(count, n, LEVEL).unwrap();
        close_interval(
            found.interval,
            &python["proportions"][i],
            &format!("{count}/{n}"),
        );
        close_interval(found.interval, &r["wilson"][i], &format!("{count}/{n}"));
    }
}

#[test]
fn spearman_equals_scipy() {
    let (cases, python) = (cases(), python());
    for (case_name, case) in each(&cases["correlations"]) {
        let truth = &python["correlations"][case_name];
        let found = spearman(&numbers(&case["x"]), &numbers(&case["y"]), LEVEL).unwrap();
        close(found.rho, &truth["rho"], case_name);
        close_interval(found.interval.unwrap(), &truth["interval"], case_name);
    }
}

#[test]
fn drift_and_runs_equal_scipy_and_a_markov_chain() {
    let (cases, python) = (cases(), python());
    for (case_name, case) in each(&cases["orders"]) {
        let (values, truth) = (numbers(case), &python["orders"][case_name]);
        let found = drift(&values, LEVEL).unwrap();
        close(found.slope_per_100, &truth["slope_per_100"], case_name);
        close_interval(found.interval, &truth["interval"], case_name);
        close(found.spearman.unwrap().rho, &truth["spearman"], case_name);
        let runs = straight_lining(&values).unwrap();
        close(runs.longest_run as f64, &truth["run"]["longest"], case_name);
        close(runs.probability, &truth["run"]["probability"], case_name);
        let flagged = case_name == "run";
        assert_eq!(runs.flag == RunFlag::LongRun, flagged, "{case_name}");
    }
}

#[test]
fn quantiles_equal_scipy() {
    let truth = &python()["quantiles"];
    for row in truth["normal"].as_array().unwrap() {
        close(
            normal_quantile(row[0].as_f64().unwrap()).unwrap(),
            &row[1],
            "normal",
        );
    }
    for row in truth["f"].as_array().unwrap() {
        let row_numbers = numbers(row);
        let found = f_quantile(row_numbers[0], row_numbers[1], row_numbers[2]).unwrap();
        assert!((found / row_numbers[3] - 1.0).abs() < 1e-8, "{row} {found}");
    }
    for row in truth["f_above"].as_array().unwrap() {
        let row_numbers = numbers(row);
        close(
            f_above(row_numbers[0], row_numbers[1], row_numbers[2]),
            &row[3],
            "F",
        );
    }
    assert_eq!(normal_quantile(0.0), None);
    assert_eq!(f_quantile(0.5, 0.0, 1.0), None);
}

/// Every resample of five values, so that nothing is random.
#[test]
fn percentile_and_bca_equal_scipy() {
    let truth = &python()["bca"];
    let values = numbers(&truth["values"]);
    let of = |draw: usize| {
        (0..5)
            .map(|i| values[draw / 5_usize.pow(i) % 5])
            .sum::<f64>()
            / 5.0
    };
    let replicates = Replicates::new((0..3125).map(of).collect());
    let total: f64 = values.iter().sum();
    let jackknife: Vec<f64> = values.iter().map(|v| (total - v) / 4.0).collect();
    close_interval(
        replicates.percentile(LEVEL).unwrap(),
        &truth["percentile"],
        "percentile",
    );
    close(
        replicates.standard_error().unwrap(),
        &truth["standard_error"],
        "standard error",
    );
    let bca = replicates.bca(total / 5.0, &jackknife, LEVEL).unwrap();
    close_interval(bca, &truth["BCa"], "BCa");
}

fn clustered_case() -> (Vec<Origin>, Vec<Vec<Option<f64>>>) {
    let case = &cases()["clustered"];
    let origins = numbers(&case["class"])
        .into_iter()
        .zip(numbers(&case["source"]));
    let origin = |(class, source): (f64, f64)| Origin {
        class: class as usize,
        source_ecg: source as u64,
    };
    let columns = case["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(cells)
        .collect();
    (origins.map(origin).collect(), columns)
}

const LIKE_THE_SCRIPT: Resampling = Resampling {
    resamples: 2000,
    level: LEVEL,
    seed: 7,
};

#[track_caller]
fn assert_mean(found: &ClusteredMean, truth: &Value, what: &str) {
    close(found.mean, &truth["mean"], what);
    close_interval(found.percentile.unwrap(), &truth["percentile"], what);
    close_interval(found.bca.unwrap(), &truth["bca"], what);
    close(
        found.standard_error.unwrap(),
        &truth["standard_error"],
        what,
    );
    close(found.design_effect.unwrap(), &truth["design_effect"], what);
}

/// R draws the same resamples, since the generator and the order are the same.
#[test]
fn the_cluster_bootstrap_equals_one_written_in_r() {
    let (truth, (origins, columns)) = (r(), clustered_case());
    for (key, keep) in [("clustered", 0..20), ("one_class", 14..20)] {
        let columns: Vec<_> = columns.iter().map(|c| &c[keep.clone()]).collect();
        let found = clustered_means(&origins[keep], &columns, LIKE_THE_SCRIPT).unwrap();
        for (column, found) in found.columns.iter().enumerate() {
            assert_mean(found.as_ref().unwrap(), &truth[key][column], key);
        }
        assert_mean(&found.of_columns.unwrap(), &truth[key][2], key);
    }
}

#[test]
fn raters_in_general_need_five() {
    let (origins, [a, b]) = clustered_case_of_two();
    let map = |column: &[Option<f64>], f: &dyn Fn(f64) -> f64| -> Vec<Option<f64>> {
        column.iter().map(|v| v.map(f)).collect()
    };
    let turned = [
        map(&a, &|v| 6.0 - v),
        map(&b, &|v| 6.0 - v),
        map(&a, &|v| v - 1.0),
    ];
    let five = [&a[..], &b, &turned[0], &turned[1], &turned[2]];
    let found = generalised_mean(&origins, &five, LIKE_THE_SCRIPT).unwrap();
    let truth = &r()["generalised"];
    close(found.mean, &truth["mean"], "mean");
    close_interval(found.interval, &truth["interval"], "interval");
    close(
        found.standard_error,
        &truth["standard_error"],
        "standard error",
    );
    let four = generalised_mean(&origins, &five[..4], LIKE_THE_SCRIPT).unwrap_err();
    assert_eq!(
        four.to_string(),
        "too few raters to generalise: 4, at least 5 needed"
    );
    assert_eq!(four.code(), "too_few_raters_to_generalise");
}

fn clustered_case_of_two() -> (Vec<Origin>, [Vec<Option<f64>>; 2]) {
    let (origins, columns) = clustered_case();
    (origins, columns.try_into().unwrap())
}

fn all(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

/// One rater, one category, ties, two items, missing cells, no variance: a
/// value or a named reason.
#[test]
fn edges_have_a_value_or_a_name() {
    let scale = [1.0, 2.0, 3.0, 4.0, 5.0];
    let few = |needed, found| Undefined::TooFewItems { needed, found };
    let kappa =
        |a: &[Option<f64>], b: &[Option<f64>]| cohen_kappa(a, b, &scale, Weights::Quadratic, LEVEL);
    let fives = all(&[5.0; 6]);
    assert_eq!(kappa(&fives, &fives), Err(Undefined::OneCategory));
    assert_eq!(kappa(&[], &[]), Err(few(2, 0)));
    assert_eq!(
        kappa(&[Some(1.0), None], &[None, Some(2.0)]),
        Err(few(2, 0))
    );
    let off = kappa(&all(&[6.0, 1.0]), &all(&[1.0, 1.0]));
    assert_eq!(off, Err(Undefined::NotOnScale { value: 6.0 }));
    // Perfect agreement has no standard error to speak of, which is zero.
    let perfect = kappa(&all(&[1.0, 3.0, 5.0]), &all(&[1.0, 3.0, 5.0])).unwrap();
    assert_eq!((perfect.kappa, perfect.standard_error), (1.0, 0.0));

    let one_rater = RatingTable::from_raters(&[&fives]).unwrap();
    let one = Undefined::TooFewRaters {
        needed: 2,
        found: 1,
    };
    assert_eq!(
        gwet_ac(&one_rater, &scale, Weights::Unweighted, LEVEL),
        Err(one)
    );
    assert_eq!(krippendorff_alpha(&one_rater, Metric::Ordinal), Err(one));
    assert_eq!(icc(&one_rater, IccModel::OneWay, LEVEL), Err(one));

    let same = RatingTable::from_raters(&[&fives, &fives]).unwrap();
    let ac1 = gwet_ac(&same, &scale, Weights::Unweighted, LEVEL).unwrap();
    assert_eq!((ac1.coefficient, ac1.standard_error), (1.0, 0.0));
    let one_only = gwet_ac(&same, &[5.0], Weights::Unweighted, LEVEL);
    assert_eq!(one_only, Err(Undefined::OneCategory));
    assert_eq!(
        krippendorff_alpha(&same, Metric::Interval),
        Err(Undefined::OneCategory)
    );
    for model in IccModel::ALL {
        assert_eq!(icc(&same, model, LEVEL), Err(Undefined::NoVariance));
    }
    let apart = RatingTable::new(&[vec![Some(1.0), None], vec![None, Some(2.0)]]).unwrap();
    assert_eq!(krippendorff_alpha(&apart, Metric::Nominal), Err(few(1, 0)));
    assert_eq!(
        gwet_ac(&apart, &scale, Weights::Linear, LEVEL),
        Err(few(1, 0))
    );
    assert_eq!(icc(&apart, IccModel::TwoWayMixed, LEVEL), Err(few(2, 0)));
    let ragged = RatingTable::new(&[vec![Some(1.0)], vec![]]);
    assert_eq!(ragged, Err(Undefined::RaggedTable));
    assert_eq!(
        RatingTable::new(&[vec![Some(f64::NAN)]]),
        Err(Undefined::NotFinite)
    );

    // Raters a constant apart: consistent, without agreement, without error.
    let shifted = RatingTable::from_raters(&[&all(&[1.0, 2.0, 4.0]), &all(&[2.0, 3.0, 5.0])]);
    let consistency = icc(&shifted.clone().unwrap(), IccModel::TwoWayMixed, LEVEL).unwrap();
    assert_eq!(consistency.single.value, 1.0);
    assert_eq!(consistency.single.interval, Err(Undefined::NoErrorVariance));
    let agreement = icc(&shifted.unwrap(), IccModel::TwoWayRandom, LEVEL).unwrap();
    assert!(agreement.single.value < 1.0);
    assert!(agreement.single.interval.unwrap().low.is_finite());

    assert_eq!(intra_rater(&[], &scale, LEVEL), Err(few(1, 0)));
    let once = intra_rater(&[(4.0, 5.0)], &scale, LEVEL).unwrap();
    assert_eq!((once.equal.count, once.within_one.count, once.n), (0, 1, 1));
    assert_eq!(once.kappa_quadratic, Err(few(2, 1)));
    assert_eq!(once.change, Err(few(2, 1)));
    assert!((once.within_rater_sd - 0.5_f64.sqrt()).abs() < 1e-12);

    assert_eq!(
        spearman(&[1.0, 1.0], &[1.0, 2.0], LEVEL),
        Err(Undefined::NoVariance)
    );
    let straight = spearman(&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, 3.0, 4.0], LEVEL).unwrap();
    assert_eq!(
        (straight.rho, straight.interval),
        (1.0, Err(Undefined::NoErrorVariance))
    );
    assert!(wilson(0, 0, LEVEL).is_err() && wilson(2, 1, LEVEL).is_err());
    assert!(drift(&[1.0, 2.0], LEVEL).is_err());
    assert_eq!(
        straight_lining(&[4.0; 8]).unwrap().flag,
        RunFlag::OneRatingOnly
    );
    assert_eq!(straight_lining(&[4.0; 3]).unwrap().flag, RunFlag::None);
    assert!(ratings_needed(1.0, 1.0, 0.0, LEVEL).is_err());
    assert!(naive_interval(&[1.0], LEVEL).is_err() && naive_interval(&[1.0, 2.0], 1.0).is_err());
}

#[test]
fn clusters_without_spread_are_named() {
    let origin = |class, source_ecg| Origin { class, source_ecg };
    let run = |origins: &[Origin], column: &[Option<f64>]| {
        clustered_means(origins, &[column], LIKE_THE_SCRIPT)
            .map(|means| means.columns[0].clone().unwrap())
    };
    let one = run(&[origin(0, 1), origin(0, 1)], &all(&[4.0, 5.0])).unwrap();
    assert_eq!((one.mean, one.n), (4.5, 2));
    assert_eq!((one.clusters.classes, one.clusters.sources), (1, 1));
    for outcome in [one.percentile, one.bca] {
        assert_eq!(outcome, Err(Undefined::OneCluster));
    }
    assert_eq!(one.design_effect, Err(Undefined::OneCluster));
    let equal = run(&[origin(0, 1), origin(1, 1), origin(1, 2)], &all(&[4.0; 3])).unwrap();
    let point = Interval {
        low: 4.0,
        high: 4.0,
    };
    assert_eq!(
        (equal.percentile, equal.bca),
        (Ok(point), Err(Undefined::NoVariance))
    );
    assert_eq!(equal.design_effect, Err(Undefined::NoVariance));
    let nothing = Undefined::TooFewValues {
        needed: 1,
        found: 0,
    };
    assert_eq!(run(&[], &[]).unwrap_err(), nothing);
    assert_eq!(run(&[origin(0, 1)], &[None]).unwrap_err(), nothing);
    let infinite = run(&[origin(0, 1)], &[Some(f64::INFINITY)]);
    assert_eq!(infinite.unwrap_err(), Undefined::NotFinite);
    let text = serde_json::to_value(&one).unwrap();
    assert_eq!(text["bca"]["undefined"], "one_cluster");
    assert!(!text.to_string().contains("NaN"));
}
