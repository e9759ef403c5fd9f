//! The tables of a printed explanation.

use super::print::{TEXT_WIDTH_MM, paragraph};
use super::words::{chance, neighbours_sentence, probe_sentence, remark};
use super::{
    AttentionExplanation, Checks, ClassExplanation, Ledger, NOT_PER_CLASS, Neighbour, Order,
    lead_bars, lead_radar,
};
use crate::inference::ClassPrediction;
use crate::sheet::{Align, Scene, TableColumn};

/// Rows of a table that a page holds.
const ROWS: usize = 34;

/// The ledger as printed rows whose rounded contributions add up to the
/// rounded logit: "all others" carries the rounding.
pub fn ledger_rows(ledger: &Ledger, order: Order) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = ledger
        .ordered(order)
        .iter()
        .map(|e| {
            vec![
                e.prototype.to_string(),
                e.class.clone(),
                format!("{:.3}", e.cosine),
                number(e.percentile, 1),
                format!("{:.3}", e.similarity),
                format!("{:+.3}", e.weight),
                format!("{:+.3}", Ledger::shown(e.contribution)),
            ]
        })
        .collect();
    let sums = ledger.shown_sums();
    let last = |name: &str, value: f64| {
        let mut row = vec![String::new(); 6];
        row[1] = name.to_owned();
        row.push(format!("{value:+.3}"));
        row
    };
    rows.push(last("all others", sums.rest));
    if ledger.bias != 0.0 {
        rows.push(last("bias", sums.bias));
    }
    rows.push(last("logit", sums.logit));
    rows
}

/// The ledger, in as many tables as it takes pages.
pub(super) fn ledger(ledger: &Ledger, order: Order) -> Vec<Scene> {
    let columns = [
        TableColumn::new("prototype", 20.0, Align::Right),
        TableColumn::new("of class", 26.0, Align::Left),
        TableColumn::new("cosine", 20.0, Align::Right),
        TableColumn::new("percentile", 22.0, Align::Right),
        TableColumn::new("similarity", 22.0, Align::Right),
        TableColumn::new("weight", 20.0, Align::Right),
        TableColumn::new("contribution", 26.0, Align::Right),
    ];
    let by = match order {
        Order::Similarity => "the most similar first",
        Order::Contribution => "what moves the logit most first",
    };
    let heading = format!("Ledger: similarity x weight = contribution; {by}");
    tables(&heading, &columns, &ledger_rows(ledger, order))
}

/// All prototypes of the statement, as the screen lists them.
pub(super) fn prototypes(class: &ClassExplanation, order: Order) -> Vec<Scene> {
    let columns = [
        TableColumn::new("prototype", 20.0, Align::Right),
        TableColumn::new("training ECG", 26.0, Align::Right),
        TableColumn::new("cosine", 20.0, Align::Right),
        TableColumn::new("percentile", 22.0, Align::Right),
        TableColumn::new("weight", 20.0, Align::Right),
        TableColumn::new("contribution", 26.0, Align::Right),
        TableColumn::new("", 70.0, Align::Left),
    ];
    let places = class.ordered(order).into_iter();
    let rows = places.map(|place| {
        let evidence = &class.prototypes[place];
        let ecg_id = evidence.ecg_id.map(|id| id.to_string());
        vec![
            evidence.prototype.to_string(),
            ecg_id.unwrap_or("not known".to_owned()),
            format!("{:.3}", evidence.cosine),
            number(evidence.percentile, 1),
            format!("{:+.3}", evidence.weight),
            format!("{:+.3}", Ledger::shown(evidence.contribution)),
            remark(evidence).unwrap_or_default().to_owned(),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    tables(&format!("Prototypes of {}", class.code), &columns, &rows)
}

/// What the model says of every statement that it assesses, and what it said
/// before something was changed.
pub(super) fn statements(classes: &[ClassPrediction], unchanged: &[ClassPrediction]) -> Vec<Scene> {
    let mut columns = vec![
        TableColumn::new("statement", 20.0, Align::Left),
        TableColumn::new("", 100.0, Align::Left),
        TableColumn::new("probability", 22.0, Align::Right),
        TableColumn::new("threshold", 22.0, Align::Right),
        TableColumn::new("calibrated", 22.0, Align::Right),
        TableColumn::new("", 30.0, Align::Left),
    ];
    if !unchanged.is_empty() {
        columns.insert(3, TableColumn::new("unchanged", 22.0, Align::Right));
    }
    let mut assessed: Vec<&ClassPrediction> = classes.iter().filter(|c| c.assessed).collect();
    assessed.sort_by(|a, b| {
        let probability = |class: &ClassPrediction| class.probability.unwrap_or_default();
        let by_standing = b.positive.cmp(&a.positive);
        by_standing.then(probability(b).total_cmp(&probability(a)))
    });
    let row = |class: &&ClassPrediction| {
        let standing = match class.positive {
            Some(true) => "positive",
            _ => "below threshold",
        };
        let mut row = vec![
            class.code.clone(),
            class.description.clone(),
            chance(class.probability),
            number(class.threshold, 3) + shared(class.threshold_shared),
            chance(class.calibrated_probability) + shared(class.calibration_shared),
            standing.to_owned(),
        ];
        if !unchanged.is_empty() {
            let before = unchanged.iter().find(|other| other.code == class.code);
            row.insert(3, chance(before.and_then(|class| class.probability)));
        }
        row
    };
    let rows: Vec<Vec<String>> = assessed.iter().map(row).collect();
    let any_shared = assessed
        .iter()
        .any(|class| class.threshold_shared || class.calibration_shared);
    let heading = match any_shared {
        true => "All statements that the model assesses (* shared by the branch)",
        false => "All statements that the model assesses",
    };
    tables(heading, &columns, &rows)
}

fn shared(is_shared: bool) -> &'static str {
    if is_shared { "*" } else { "" }
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or("-".to_owned(), |value| format!("{value:.digits$}"))
}

/// Rows in as many tables as they take pages; none where there are no rows.
fn tables(heading: &str, columns: &[TableColumn], rows: &[Vec<String>]) -> Vec<Scene> {
    let parts = rows.chunks(ROWS).enumerate();
    let part = |(i, rows): (usize, &[Vec<String>])| {
        let heading = match i {
            0 => heading.to_owned(),
            _ => format!("{heading}, continued"),
        };
        let heading = Scene::heading(&heading, TEXT_WIDTH_MM);
        Scene::stack([heading, Scene::table(columns, rows)], 1.0)
    };
    parts.map(part).collect()
}

/// The nearest training ECGs.
pub(super) fn nearest(code: &str, nearest: &[Neighbour]) -> Scene {
    let columns = [
        TableColumn::new("training ECG", 26.0, Align::Right),
        TableColumn::new("distance", 20.0, Align::Right),
        TableColumn::new(code, 16.0, Align::Left),
        TableColumn::new("statements", 150.0, Align::Left),
    ];
    let rows: Vec<Vec<String>> = nearest
        .iter()
        .map(|n| {
            let own = if n.same_patient {
                " (same patient)"
            } else {
                ""
            };
            vec![
                n.ecg_id.to_string(),
                format!("{:.4}", n.distance),
                if n.carries { "yes" } else { "no" }.to_owned(),
                format!("{}{own}", n.statements.join(" ")),
            ]
        })
        .collect();
    Scene::stack(
        [
            Scene::heading("Nearest training ECGs", TEXT_WIDTH_MM),
            paragraph(&format!(
                "{} Distance: root mean square difference of the cosines with the prototypes of the branch.",
                neighbours_sentence(code, nearest)
            )),
            Scene::table(&columns, &rows),
        ],
        1.0,
    )
}

/// How steady the similarity of the pair is.
pub(super) fn checks(checks: &Checks) -> Scene {
    let heading = format!("Checks of the pair with prototype {}", checks.prototype);
    let mut scenes = vec![Scene::heading(&heading, TEXT_WIDTH_MM)];
    let probes = checks.probes.iter();
    scenes.extend(probes.map(|probe| paragraph(&format!("{}.", probe_sentence(probe)))));
    Scene::stack(scenes, 0.5)
}

/// Attention of the leads, and what each is worth.
pub(super) fn attention(attention: &AttentionExplanation) -> Vec<Scene> {
    let figures = lead_bars(attention).side_by_side(lead_radar(attention), 10.0);
    let mut blocks = vec![Scene::stack(
        [
            Scene::heading("Attention", TEXT_WIDTH_MM),
            paragraph(NOT_PER_CLASS),
            figures,
        ],
        2.0,
    )];
    let mut columns = vec![TableColumn::new("statement", 20.0, Align::Left)];
    let leads = attention.leads.iter();
    columns.extend(leads.map(|lead| TableColumn::new(lead.name(), 15.0, Align::Right)));
    let codes = attention.occlusion.values().next();
    let codes: Vec<&String> = codes.into_iter().flat_map(|row| row.keys()).collect();
    let rows: Vec<Vec<String>> = codes
        .iter()
        .map(|code| {
            let mut row = vec![(*code).clone()];
            row.extend(attention.leads.iter().map(|lead| {
                attention
                    .worth(*lead, code)
                    .map_or("-".to_owned(), |worth| {
                        format!("{:+.3}", Ledger::shown(worth))
                    })
            }));
            row
        })
        .collect();
    let heading = "Occlusion: how far the probability falls without the lead";
    blocks.extend(tables(heading, &columns, &rows));
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::LedgerEntry;

    #[test]
    fn printed_rows_add_up_to_the_printed_logit_in_either_order() {
        let entry = |contribution: f64| LedgerEntry {
            prototype: 0,
            branch: "rhythm".into(),
            class: "SR".into(),
            cosine: 0.5 - contribution,
            similarity: 0.5,
            percentile: None,
            weight: 1.0,
            contribution,
        };
        let mut entries: Vec<LedgerEntry> = (0..7)
            .map(|i| entry(0.100_4 + f64::from(i) * 0.000_1))
            .collect();
        entries.push(entry(-0.300_4));
        let logit = entries.iter().map(|e| e.contribution).sum::<f64>() + 0.001_7 - 0.250_3;
        let ledger = Ledger {
            entries,
            rest: 0.001_7,
            bias: -0.250_3,
            logit,
        };
        for order in [Order::Contribution, Order::Similarity] {
            let rows = ledger_rows(&ledger, order);
            // Thousandths as whole numbers, so that the sum is exact.
            let value = |row: &Vec<String>| {
                let shown: f64 = row.last().unwrap().parse().unwrap();
                (shown * 1000.0).round() as i64
            };
            let (total, parts) = rows.split_last().unwrap();
            let sum: i64 = parts.iter().map(value).sum();
            assert_eq!(sum, value(total), "{rows:?}");
            // Negative evidence is there.
            assert!(parts.iter().any(|row| row.last().unwrap() == "-0.300"));
        }
        let by_similarity = ledger_rows(&ledger, Order::Similarity);
        assert_eq!(by_similarity[0].last().unwrap(), "-0.300");
    }
}
