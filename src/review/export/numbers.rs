//! `numbers.csv`: every number of the report by name. The scripts that go with
//! an export recompute each of them from `ratings.csv`, and fail where one
//! differs.

use super::super::{Included, Results};
use super::files::Draft;
use crate::statistics::study::{
    Agreement, Association, Exclusion, ItemReport, RaterReport, Summary,
};
use crate::statistics::{ClusteredMean, Interval};

pub(super) const FILE: &str = "numbers.csv";
pub(super) const COLUMNS: [&str; 2] = ["name", "value"];

/// A named number; what has no value is not among them.
pub(super) type Number = (String, f64);

pub(super) fn table(numbers: &[Number]) -> csv::Result<Draft> {
    let rows: Vec<[String; 2]> = numbers
        .iter()
        .map(|(name, value)| [name.clone(), value.to_string()])
        .collect();
    Draft::csv(FILE, &COLUMNS, &rows)
}

/// The numbers, and before them the settings that they depend on.
pub(super) fn numbers(results: &Results) -> Vec<Number> {
    let settings = &results.report.settings;
    let everyone = results.included == Included::Everyone;
    let rule = match settings.exclusion {
        Exclusion::Nothing => 0.0,
        Exclusion::AnswersWithReason => 1.0,
        Exclusion::LabelErrorsForAll => 2.0,
    };
    let mut list = List::default();
    for (name, value) in [
        ("everyone", f64::from(u8::from(everyone))),
        ("exclusion", rule),
        ("seed", f64::from(settings.resampling.seed)),
        ("resamples", settings.resampling.resamples as f64),
        ("level", settings.resampling.level),
        ("good_from", settings.good_from),
        ("wanted_half_width", settings.wanted_half_width),
    ] {
        list.add(&format!("setting/{name}"), value);
    }
    for item in &results.report.items {
        item_numbers(&mut list, item);
    }
    if let Some(metrics) = &results.metrics {
        // Tells the scripts to read audit.csv.
        list.add("setting/audit", 1.0);
        metric_numbers(&mut list, &metrics.associations);
    }
    if let Some(cosines) = &results.cosines {
        // That the cosines are in ratings.csv.
        list.add("setting/pairs", 1.0);
        metric_numbers(&mut list, cosines);
    }
    list.0
}

#[derive(Default)]
struct List(Vec<Number>);

impl List {
    fn add(&mut self, name: &str, value: f64) {
        if value.is_finite() {
            self.0.push((name.to_owned(), value));
        }
    }

    fn add_some(&mut self, name: &str, value: Option<f64>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }

    fn interval<E>(&mut self, name: &str, interval: Result<Interval, E>) {
        if let Ok(interval) = interval {
            self.add(&format!("{name}_low"), interval.low);
            self.add(&format!("{name}_high"), interval.high);
        }
    }

    fn count(&mut self, name: &str, count: usize) {
        self.add(name, count as f64);
    }
}

fn metric_numbers(list: &mut List, associations: &[Association]) {
    for association in associations {
        let name = format!("{}/metric/{}", association.item, association.metric.name());
        if let Ok(spearman) = &association.spearman.0 {
            list.count(&format!("{name}/n"), spearman.n);
            list.add(&format!("{name}/rho"), spearman.rho);
            list.interval(&format!("{name}/rho"), spearman.interval);
        }
    }
}

fn item_numbers(list: &mut List, item: &ItemReport) {
    for rater in &item.raters {
        rater_numbers(list, &format!("{}/{}", item.item, rater.rater), rater);
    }
    if let Ok(mean) = &item.these_raters.0 {
        let name = format!("{}/these_raters", item.item);
        list.add(&format!("{name}/mean"), mean.mean);
        clustered(list, &name, mean);
    }
    if let Ok(general) = &item.raters_in_general.0 {
        let name = format!("{}/raters_in_general", item.item);
        list.add(&format!("{name}/mean"), general.mean);
        list.interval::<()>(&format!("{name}/interval"), Ok(general.interval));
    }
    agreement(list, &item.item, &item.agreement);
}

fn rater_numbers(list: &mut List, name: &str, rater: &RaterReport) {
    summary(list, &format!("{name}/all"), &rater.all);
    for (class, of_class) in &rater.by_class {
        short_summary(list, &format!("{name}/class/{class}"), of_class);
    }
    for (branch, of_branch) in rater.by_branch.iter().filter(|(b, _)| !b.is_empty()) {
        short_summary(list, &format!("{name}/branch/{branch}"), of_branch);
    }
    short_summary(
        list,
        &format!("{name}/without_exclusions"),
        &rater.without_exclusions,
    );
    for (reason, count) in &rater.excluded {
        let reason = match reason {
            crate::statistics::study::Reason::LabelError => "label_error",
            crate::statistics::study::Reason::CannotJudge => "cannot_judge",
            crate::statistics::study::Reason::Artefact => "artefact",
        };
        list.count(&format!("{name}/excluded/{reason}"), *count);
    }
    if let Ok(repeats) = &rater.repeats.0 {
        list.count(&format!("{name}/repeats/n"), repeats.n);
        list.count(&format!("{name}/repeats/equal"), repeats.equal.count);
        list.count(
            &format!("{name}/repeats/within_one"),
            repeats.within_one.count,
        );
        list.add(&format!("{name}/repeats/sd"), repeats.within_rater_sd);
        let kappa = repeats.kappa_quadratic.as_ref().ok().map(|k| k.kappa);
        list.add_some(&format!("{name}/repeats/kappa_quadratic"), kappa);
    }
    if let Ok(drift) = &rater.drift.0 {
        list.add(&format!("{name}/drift/slope_per_100"), drift.slope_per_100);
        list.interval::<()>(&format!("{name}/drift/slope_per_100"), Ok(drift.interval));
    }
    if let Ok(runs) = &rater.runs.0 {
        list.count(&format!("{name}/runs/longest"), runs.longest_run);
        list.add(&format!("{name}/runs/probability"), runs.probability);
    }
    if let Ok(needed) = &rater.needed.0 {
        list.count(&format!("{name}/ratings_needed"), needed.in_all);
    }
}

fn summary(list: &mut List, name: &str, summary: &Summary) {
    short_summary(list, name, summary);
    list.add_some(&format!("{name}/sd"), summary.sd);
    list.add_some(&format!("{name}/median"), summary.median);
    for (point, count) in (1..).zip(&summary.distribution) {
        list.count(&format!("{name}/count_{point}"), *count);
    }
    if let Ok(good) = &summary.good.0 {
        list.add(&format!("{name}/good_share"), good.share);
        list.interval::<()>(&format!("{name}/good_share"), Ok(good.interval));
    }
    if let Ok(mean) = &summary.clustered.0 {
        clustered(list, name, mean);
    }
}

fn short_summary(list: &mut List, name: &str, summary: &Summary) {
    list.count(&format!("{name}/n"), summary.n);
    list.add_some(&format!("{name}/mean"), summary.mean);
    if let Ok(mean) = &summary.clustered.0 {
        list.interval(&format!("{name}/percentile"), mean.percentile);
    }
}

fn clustered(list: &mut List, name: &str, mean: &ClusteredMean) {
    list.interval(&format!("{name}/naive"), mean.naive);
    list.interval(&format!("{name}/bca"), mean.bca);
    list.add_some(&format!("{name}/standard_error"), mean.standard_error.ok());
    list.add_some(&format!("{name}/design_effect"), mean.design_effect.ok());
}

fn agreement(list: &mut List, item: &str, agreement: &Agreement) {
    for pair in &agreement.pairs {
        let name = format!("{item}/pair/{}/{}", pair.raters[0], pair.raters[1]);
        for (weights, kappa) in ["unweighted", "linear", "quadratic"]
            .iter()
            .zip(&pair.kappa)
        {
            if let Ok(kappa) = &kappa.0 {
                list.add(&format!("{name}/kappa_{weights}"), kappa.kappa);
                list.interval::<()>(&format!("{name}/kappa_{weights}"), Ok(kappa.interval));
            }
        }
        if let Ok(bland_altman) = &pair.bland_altman.0 {
            list.count(&format!("{name}/n"), bland_altman.n);
            list.add(&format!("{name}/bias"), bland_altman.bias);
            list.interval::<()>(&format!("{name}/limits"), Ok(bland_altman.limits));
        }
    }
    let coefficients = [
        ("ac1", &agreement.ac1),
        ("ac2_linear", &agreement.ac2_linear),
        ("ac2_quadratic", &agreement.ac2_quadratic),
    ];
    for (name, coefficient) in coefficients {
        if let Ok(ac) = &coefficient.0 {
            list.add(&format!("{item}/{name}"), ac.coefficient);
            list.interval::<()>(&format!("{item}/{name}"), Ok(ac.interval));
        }
    }
    for (metric, alpha) in ["nominal", "ordinal", "interval"]
        .iter()
        .zip(&agreement.alpha)
    {
        if let Ok(alpha) = &alpha.0 {
            list.add(&format!("{item}/alpha_{metric}"), alpha.alpha);
        }
    }
    for (model, icc) in (1..).zip(&agreement.icc) {
        if let Ok(icc) = &icc.0 {
            list.add(&format!("{item}/icc_{model}_1"), icc.single.value);
            list.interval(&format!("{item}/icc_{model}_1"), icc.single.interval);
            list.add(&format!("{item}/icc_{model}_k"), icc.average.value);
        }
    }
}
