//! `report.pdf`: the results on paper, with figures as vectors.

use super::super::figures::{WIDTH_MM, agreement_matrix, distribution, forest};
use super::super::{
    Blinding, Conflict, Included, LOOK_EVERY, MetricsShown, Order, PrototypeMean, Results,
    ReviewError, Snapshot, Stop,
};
use super::{StudyHead, associations};
use crate::sheet::{Align, Page, Palette, Scene, TableColumn, pages_to_pdf, paginate};
use crate::statistics::study::{Agreement, ItemReport, Metric, RaterReport, Summary};
use crate::statistics::{Interval, Undefined};

const GAP_MM: f64 = 4.0;

/// The whole report as a PDF.
pub(super) fn pdf(
    snapshot: &Snapshot,
    head: &StudyHead,
    results: &Results,
    conflicts: &[Conflict],
) -> Result<Vec<u8>, ReviewError> {
    let mut blocks = vec![cover(snapshot, head, results, conflicts)];
    if results.report.items.is_empty() {
        let text = "No queue is closed yet, so there are no results. `review close` ends a queue.";
        blocks.push(Scene::paragraph(text, WIDTH_MM));
    } else {
        blocks.push(table_3(results));
    }
    for item in &results.report.items {
        let title = results.title_of(&item.item);
        let mut plots = forest(item, title).into_iter();
        // The heading stays with the first plot.
        let first = plots.next();
        blocks.extend(first.map(|plot| titled(&format!("{title}: means"), plot)));
        blocks.extend(plots);
        blocks.push(titled(
            &format!("{title}: distribution"),
            distribution(item, title),
        ));
        blocks.push(details(item));
        if item.raters.len() > 1 {
            let name = "agreement, kappa (quadratic) above, mean difference below the diagonal";
            let matrix = agreement_matrix(item, title);
            blocks.push(titled(&format!("{title}: {name}"), matrix));
            blocks.push(coefficients(&item.agreement));
        }
    }
    if let Some(metrics) = &results.metrics {
        blocks.push(associations::of_metrics(results, metrics));
    }
    if let Some(cosines) = &results.cosines {
        blocks.push(associations::of_cosines(results, cosines));
    }
    blocks.push(extremes(results));
    let pages = paginate(blocks, Page::A4Portrait, GAP_MM).map_err(ReviewError::Print)?;
    pages_to_pdf(&pages, &Palette::PRINT).map_err(ReviewError::Print)
}

fn titled(title: &str, figure: Scene) -> Scene {
    Scene::stack([Scene::heading(title, WIDTH_MM), figure], 1.5)
}

fn cover(
    snapshot: &Snapshot,
    head: &StudyHead,
    results: &Results,
    conflicts: &[Conflict],
) -> Scene {
    let protocol = &snapshot.study.protocol;
    let order = match protocol.order {
        Order::Random => "at random",
        Order::ByClass => "class by class",
        Order::Balanced => "balanced over classes",
    };
    let blinding = match protocol.blinding {
        Blinding::ClassOnly => "raters saw the class only",
        Blinding::WithPrediction => "raters saw the class and what the model says of the ECG",
    };
    let seen = match protocol.metrics {
        MetricsShown::AfterClosing => "",
        MetricsShown::AfterEachRating => ", and the metrics of each prototype after rating it",
        MetricsShown::BeforeRating => ", and the metrics of each prototype before rating it",
    };
    let mut lines = vec![
        format!("Study {}, made {}.", head.study_id, head.created),
        format!(
            "Bundle {}, SHA-256 {}.",
            head.bundle_name, head.bundle_sha256
        ),
        format!(
            "{}; {} for practice, not counted; order {order}, seed {}; hidden repeats {:.0} %; {blinding}{seen}.",
            rated(snapshot, results),
            snapshot.study.training.len(),
            head.seed,
            100.0 * protocol.repeats.share
        ),
        format!(
            "Intervals: 95 %, bootstrap of classes and within them source ECGs, {} resamples, seed {} (BCa where it has a value, \
             else percentile). Naive: Student, every rating independent of every other, so too narrow. Rule for exclusions: {:?}.",
            results.report.settings.resampling.resamples,
            results.report.settings.resampling.seed,
            results.report.settings.exclusion
        ),
    ];
    if let Stop::Width {
        half_width,
        at_least,
    } = protocol.stop
    {
        lines.push(format!(
            "Each rater could stop early: from {at_least} ratings on, looked at every {LOOK_EVERY} prototypes, once the \
             interval by clusters of every mean of hers had a half-width of {half_width} or less. Intervals of raters who did \
             are a little too narrow, since they stopped where theirs happened to be."
        ));
    }
    if results.included == Included::Everyone {
        lines.push("INTERIM: raters whose queue is still open are included.".to_owned());
    }
    if !conflicts.is_empty() {
        lines.push(format!(
            "{} question(s) were answered on several machines: conflicts.csv.",
            conflicts.len()
        ));
    }
    for chain in &snapshot.chains.chains {
        lines.push(format!(
            "Chain {}: {} events, head {}.",
            chain.installation, chain.events, chain.head
        ));
    }
    let columns = [
        TableColumn::new("rater", 26.0, Align::Left),
        TableColumn::new("specialty", 44.0, Align::Left),
        TableColumn::new("answered", 24.0, Align::Right),
        TableColumn::new("queue", 16.0, Align::Left),
        TableColumn::new("changed", 16.0, Align::Right),
        TableColumn::new("median time", 24.0, Align::Right),
    ];
    let rows: Vec<Vec<String>> = results
        .raters
        .iter()
        .map(|rater| {
            let time = rater.median_response_time_ms;
            vec![
                rater.rater.to_string(),
                rater.specialty.clone(),
                format!("{} of {}", rater.answered, rater.total),
                if rater.closed { "closed" } else { "open" }.to_owned(),
                rater.changed.to_string(),
                time.map_or("-".to_owned(), |ms| format!("{:.1} s", ms / 1000.0)),
            ]
        })
        .collect();
    let title = Scene::heading(snapshot.study.title(), WIDTH_MM);
    let words = lines.iter().map(|line| Scene::paragraph(line, WIDTH_MM));
    let table = [Scene::table(&columns, &rows)];
    Scene::stack(std::iter::once(title).chain(words).chain(table), 1.0)
}

/// What was rated, and how much of it.
fn rated(snapshot: &Snapshot, results: &Results) -> String {
    match &snapshot.study.protocol.pairs {
        None => format!(
            "{} prototypes, {} more with the same source window linked to them and counted once",
            results.prototypes, results.linked
        ),
        Some(pairs) => format!(
            "{} pairs of a test ECG of {} (folds {:?}, one of each patient) and the prototype that the model names for it, the \
             most similar one of its leading statement; the cosine was {}",
            results.prototypes,
            snapshot.study.data,
            pairs.folds,
            if pairs.show_cosine { "shown" } else { "hidden" }
        ),
    }
}

/// Rows of the paper's table 3, with the honest interval beside its own.
fn table_3(results: &Results) -> Scene {
    let columns = [
        TableColumn::new("rater", 28.0, Align::Left),
        TableColumn::new("question", 38.0, Align::Left),
        TableColumn::new("n", 12.0, Align::Right),
        TableColumn::new("mean", 14.0, Align::Right),
        TableColumn::new("95 % by clusters", 32.0, Align::Right),
        TableColumn::new("95 % naive", 32.0, Align::Right),
    ];
    let rows: Vec<Vec<String>> = results
        .table3
        .iter()
        .map(|row| {
            vec![
                row.rater.clone(),
                results.title_of(&row.item).to_owned(),
                row.n.to_string(),
                two(row.mean),
                ends(row.clustered),
                ends(row.naive),
            ]
        })
        .collect();
    let title = match results.is_of_pairs() {
        true => "Ratings of the pairs",
        false => "Ratings of the prototypes",
    };
    titled(title, Scene::table(&columns, &rows))
}

/// What the figures do not say, per rater.
fn details(item: &ItemReport) -> Scene {
    let columns = [
        TableColumn::new("rater", 22.0, Align::Left),
        TableColumn::new("SD", 10.0, Align::Right),
        TableColumn::new("median", 14.0, Align::Right),
        TableColumn::new("at least 4", 34.0, Align::Right),
        TableColumn::new("design eff.", 18.0, Align::Right),
        TableColumn::new("with excluded", 26.0, Align::Right),
        TableColumn::new("excluded", 20.0, Align::Right),
        TableColumn::new("needed", 14.0, Align::Right),
    ];
    let rows: Vec<Vec<String>> = item.raters.iter().map(detail_row).collect();
    let words = item.raters.iter().map(conduct_sentence);
    let words = words.map(|sentence| Scene::paragraph(&sentence, WIDTH_MM));
    let table = [
        Scene::heading("Per rater", WIDTH_MM),
        Scene::table(&columns, &rows),
    ];
    Scene::stack(table.into_iter().chain(words), 1.0)
}

fn detail_row(rater: &RaterReport) -> Vec<String> {
    let Summary {
        sd, median, good, ..
    } = &rater.all;
    let good = good.0.as_ref().map_or("-".to_owned(), |good| {
        format!(
            "{:.0} % ({:.0} to {:.0})",
            100.0 * good.share,
            100.0 * good.interval.low,
            100.0 * good.interval.high
        )
    });
    let clustered = rater.all.clustered.0.as_ref().ok();
    let effect = clustered.and_then(|c| c.design_effect.ok());
    let all = &rater.without_exclusions;
    vec![
        rater.rater.clone(),
        two(*sd),
        two(*median),
        good,
        two(effect),
        format!("{}, n {}", two(all.mean), all.n),
        rater.excluded.values().sum::<usize>().to_string(),
        rater
            .needed
            .0
            .map_or("-".to_owned(), |needed| needed.in_all.to_string()),
    ]
}

/// Repeats, drift and runs of one rater in a sentence.
fn conduct_sentence(rater: &RaterReport) -> String {
    let repeats = match &rater.repeats.0 {
        Ok(r) => format!(
            "{} hidden repeats, {} equal, {} within one step, SD {:.2}",
            r.n, r.equal.count, r.within_one.count, r.within_rater_sd
        ),
        Err(reason) => format!("hidden repeats: {reason}"),
    };
    let drift = match &rater.drift.0 {
        Ok(d) => format!(
            "drift {:+.2} per 100 ratings ({:.2} to {:.2})",
            d.slope_per_100, d.interval.low, d.interval.high
        ),
        Err(reason) => format!("drift: {reason}"),
    };
    let runs = match &rater.runs.0 {
        Ok(r) => format!(
            "longest run {} equal ratings (probability {:.3})",
            r.longest_run, r.probability
        ),
        Err(reason) => format!("runs: {reason}"),
    };
    format!("{}: {repeats}; {drift}; {runs}.", rater.rater)
}

fn coefficients(agreement: &Agreement) -> Scene {
    let columns = [
        TableColumn::new("coefficient", 70.0, Align::Left),
        TableColumn::new("value", 20.0, Align::Right),
        TableColumn::new("95 %", 36.0, Align::Right),
    ];
    let mut rows = Vec::new();
    let mut row = |name: &str, value: Result<(f64, String), String>| {
        rows.push(match value {
            Ok((value, interval)) => vec![name.to_owned(), format!("{value:.3}"), interval],
            Err(reason) => vec![format!("{name}: {reason}"), String::new(), String::new()],
        });
    };
    for (name, ac) in [
        ("Gwet AC1", &agreement.ac1),
        ("Gwet AC2, linear", &agreement.ac2_linear),
        ("Gwet AC2, quadratic", &agreement.ac2_quadratic),
    ] {
        let value = ac.0.as_ref().map_err(|e| e.to_string());
        row(
            name,
            value.map(|ac| (ac.coefficient, ends(Ok(ac.interval)))),
        );
    }
    for (name, alpha) in ["nominal", "ordinal", "interval"]
        .iter()
        .zip(&agreement.alpha)
    {
        let value = alpha.0.as_ref().map_err(|e| e.to_string());
        let name = format!("Krippendorff alpha, {name}");
        row(&name, value.map(|alpha| (alpha.alpha, String::new())));
    }
    for (name, icc) in ["ICC(1,1)", "ICC(2,1)", "ICC(3,1)"]
        .iter()
        .zip(&agreement.icc)
    {
        let value = icc.0.as_ref().map_err(|e| e.to_string());
        row(
            name,
            value.map(|icc| (icc.single.value, ends(icc.single.interval))),
        );
    }
    Scene::table(&columns, &rows)
}

/// The prototypes with the lowest and the highest mean.
fn extremes(results: &Results) -> Scene {
    const SHOWN: usize = 10;
    let metrics = results.metrics.as_ref().map(|beside| &beside.table);
    // The columns of the metrics are to go on the same page.
    let [which, number, class, mean, bad] = match metrics {
        None => [14.0, 20.0, 20.0, 14.0, 22.0],
        Some(_) => [12.0, 18.0, 16.0, 12.0, 20.0],
    };
    let what = if results.is_of_pairs() {
        "pair"
    } else {
        "prototype"
    };
    let mut columns = vec![
        TableColumn::new("", which, Align::Left),
        TableColumn::new(what, number, Align::Right),
        TableColumn::new("class", class, Align::Left),
        TableColumn::new("mean", mean, Align::Right),
        TableColumn::new("raters", mean, Align::Right),
        TableColumn::new("marked bad", bad, Align::Right),
    ];
    if metrics.is_some() {
        columns
            .extend(Metric::ALL.map(|metric| TableColumn::new(metric.short(), 14.0, Align::Right)));
    }
    if results.is_of_pairs() {
        columns.extend(
            ["ECG", "prototype", "cosine"].map(|name| TableColumn::new(name, 20.0, Align::Right)),
        );
    }
    let ranked = &results.by_prototype;
    let row = |name: &str, p: &PrototypeMean| {
        let mut row = vec![
            name.to_owned(),
            p.prototype.to_string(),
            p.class_code.clone(),
            format!("{:.2}", p.mean),
            p.raters.to_string(),
            p.bad.to_string(),
        ];
        row.extend(p.pair.iter().flat_map(|pair| {
            let cosine = format!("{:.2}", pair.cosine);
            [pair.ecg_id.to_string(), pair.prototype.to_string(), cosine]
        }));
        if let Some(table) = metrics {
            let own = table.of(p.prototype);
            row.extend(Metric::ALL.map(|metric| two(own.and_then(|own| own.get(metric)))));
        }
        row
    };
    let worst = ranked.iter().take(SHOWN).map(|p| row("worst", p));
    let best = ranked.iter().rev().take(SHOWN).map(|p| row("best", p));
    let rows: Vec<Vec<String>> = worst.chain(best).collect();
    let title = format!("Worst and best {what}s");
    titled(&title, Scene::table(&columns, &rows))
}

fn two(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |value| format!("{value:.2}"))
}

pub(super) fn ends(interval: Result<Interval, Undefined>) -> String {
    interval.map_or("-".to_owned(), |i| format!("{:.2} to {:.2}", i.low, i.high))
}
