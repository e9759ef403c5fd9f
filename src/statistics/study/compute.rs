//! From the long table to the report.

use std::collections::{BTreeMap, BTreeSet};

use super::super::agreement::{
    IccModel, Metric, RatingTable, Weights, bland_altman, cohen_kappa, gwet_ac, icc, intra_rater,
    krippendorff_alpha,
};
use super::super::clustered_mean::{clustered_means, generalised_mean};
use super::super::clusters::Origin;
use super::super::conduct::{drift, straight_lining};
use super::super::interval::{ratings_needed, wilson};
use super::super::undefined::Undefined;
use super::super::{mean, median, sd};
use super::report::{
    Agreement, ItemReport, Needed, Outcome, PairAgreement, RaterReport, StudyReport, StudySettings,
    Summary,
};
use super::rows::{Columns, Exclusion, RatingRow};

/// Everything that a study reports, from its long table (in any order).
///
/// [`Undefined::NotOnScale`] or [`Undefined::NotFinite`] for a value that the
/// scale does not have; what cannot be computed from good values is named where
/// it would stand.
pub fn report(rows: &[RatingRow], settings: &StudySettings) -> Result<StudyReport, Undefined> {
    for value in rows.iter().filter_map(|r| r.value) {
        if !settings.scale.contains(&value) {
            return Err(Undefined::NotOnScale { value });
        }
    }
    let items: BTreeSet<&str> = rows.iter().map(|r| r.item.as_str()).collect();
    Ok(StudyReport {
        settings: settings.clone(),
        items: items
            .into_iter()
            .map(|item| item_report(item, &Columns::new(rows, item), settings))
            .collect(),
    })
}

fn item_report(item: &str, columns: &Columns, settings: &StudySettings) -> ItemReport {
    let values = columns.values(settings.exclusion);
    let everything = columns.values(Exclusion::Nothing);
    let origins: Vec<Origin> = columns.prototypes.iter().map(|p| p.origin).collect();
    let slices: Vec<&[Option<f64>]> = values.iter().map(Vec::as_slice).collect();
    let raters = (0..columns.raters.len())
        .map(|r| rater_report(columns, r, &values[r], &everything[r], settings))
        .collect();
    let pooled = clustered_means(&origins, &slices, settings.resampling);
    ItemReport {
        item: item.to_owned(),
        raters,
        these_raters: Outcome(pooled.and_then(|means| means.of_columns)),
        raters_in_general: Outcome(generalised_mean(&origins, &slices, settings.resampling)),
        agreement: agreement(&columns.raters, &slices, settings),
    }
}

fn rater_report(
    columns: &Columns,
    rater: usize,
    values: &[Option<f64>],
    everything: &[Option<f64>],
    settings: &StudySettings,
) -> RaterReport {
    let answers = &columns.answers[rater];
    let whole = |values: &[Option<f64>]| summary(columns, values, |_| true, settings);
    let all = whole(values);
    let by = |name_of: &dyn Fn(usize) -> String| -> BTreeMap<String, Summary> {
        let names: BTreeSet<String> = (0..values.len()).map(name_of).collect();
        let of = |name: &String| summary(columns, values, |p| name_of(p) == *name, settings);
        names.iter().map(|name| (name.clone(), of(name))).collect()
    };
    let mut excluded = BTreeMap::new();
    for reason in answers.iter().filter_map(|cell| cell[0]?.reason) {
        *excluded.entry(reason).or_insert(0) += 1;
    }
    let repeated = answers.iter().filter_map(|cell| {
        let [first, again] = cell.map(|answer| answer.filter(|a| a.reason.is_none()));
        first?.value.zip(again?.value)
    });
    let repeated: Vec<(f64, f64)> = repeated.collect();
    let in_order = in_order(answers);
    let level = settings.resampling.level;
    RaterReport {
        rater: columns.raters[rater].to_owned(),
        by_class: by(&|p| columns.prototypes[p].class.to_owned()),
        by_branch: by(&|p| columns.prototypes[p].branch.to_owned()),
        without_exclusions: whole(everything),
        excluded,
        repeats: Outcome(intra_rater(&repeated, &settings.scale, level)),
        drift: Outcome(drift(&in_order, level)),
        runs: Outcome(straight_lining(&in_order)),
        needed: Outcome(needed(&all, settings)),
        all,
    }
}

/// First answers with a value, as they were given.
fn in_order(answers: &[[Option<&RatingRow>; 2]]) -> Vec<f64> {
    let mut first: Vec<&RatingRow> = answers.iter().filter_map(|cell| cell[0]).collect();
    first.sort_by_key(|row| row.answered_ms);
    first.into_iter().filter_map(|row| row.value).collect()
}

fn needed(all: &Summary, settings: &StudySettings) -> Result<Needed, Undefined> {
    let few = Undefined::TooFewValues {
        needed: 2,
        found: all.n,
    };
    let sd = all.sd.ok_or(few)?;
    let effect = all.clustered.0.as_ref().map_err(|e| *e)?.design_effect?;
    let level = settings.resampling.level;
    let in_all = ratings_needed(sd, effect, settings.wanted_half_width, level)?;
    Ok(Needed {
        in_all,
        more: in_all.saturating_sub(all.n),
    })
}

/// The ratings of the prototypes that `keep` names.
fn summary(
    columns: &Columns,
    values: &[Option<f64>],
    keep: impl Fn(usize) -> bool,
    settings: &StudySettings,
) -> Summary {
    let kept: Vec<usize> = (0..values.len()).filter(|&p| keep(p)).collect();
    let origins: Vec<Origin> = kept.iter().map(|&p| columns.prototypes[p].origin).collect();
    let column: Vec<Option<f64>> = kept.iter().map(|&p| values[p]).collect();
    let rated: Vec<f64> = column.iter().copied().flatten().collect();
    let good = rated.iter().filter(|v| **v >= settings.good_from).count();
    let clustered = clustered_means(&origins, &[&column], settings.resampling);
    let count = |point: &f64| rated.iter().filter(|v| *v == point).count();
    Summary {
        n: rated.len(),
        mean: mean(&rated),
        sd: sd(&rated),
        median: median(&rated),
        distribution: settings.scale.iter().map(count).collect(),
        good: Outcome(wilson(good, rated.len(), settings.resampling.level)),
        clustered: Outcome(clustered.and_then(|mut means| means.columns.remove(0))),
    }
}

fn agreement(raters: &[&str], columns: &[&[Option<f64>]], settings: &StudySettings) -> Agreement {
    let table = RatingTable::from_raters(columns);
    let (scale, level) = (&settings.scale, settings.resampling.level);
    let of_table = || table.as_ref().map_err(|e| *e);
    let ac = |weights| Outcome(of_table().and_then(|t| gwet_ac(t, scale, weights, level)));
    let pairs = (0..raters.len()).flat_map(|a| (a + 1..raters.len()).map(move |b| [a, b]));
    Agreement {
        pairs: pairs
            .map(|[a, b]| pair([raters[a], raters[b]], columns[a], columns[b], settings))
            .collect(),
        ac1: ac(Weights::Unweighted),
        ac2_linear: ac(Weights::Linear),
        ac2_quadratic: ac(Weights::Quadratic),
        alpha: Metric::ALL
            .map(|metric| Outcome(of_table().and_then(|t| krippendorff_alpha(t, metric)))),
        icc: IccModel::ALL.map(|model| Outcome(of_table().and_then(|t| icc(t, model, level)))),
    }
}

fn pair(
    raters: [&str; 2],
    a: &[Option<f64>],
    b: &[Option<f64>],
    settings: &StudySettings,
) -> PairAgreement {
    let (scale, level) = (&settings.scale, settings.resampling.level);
    let times = |x: f64, y: f64| {
        let both = a.iter().zip(b);
        both.filter(|(a, b)| **a == Some(x) && **b == Some(y))
            .count()
    };
    let row = |x: &f64| scale.iter().map(|y| times(*x, *y)).collect();
    let weights = [Weights::Unweighted, Weights::Linear, Weights::Quadratic];
    PairAgreement {
        raters: raters.map(str::to_owned),
        table: scale.iter().map(row).collect(),
        kappa: weights.map(|w| Outcome(cohen_kappa(a, b, scale, w, level))),
        bland_altman: Outcome(bland_altman(a, b, level)),
    }
}
