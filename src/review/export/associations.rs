//! How the metrics that need no people, or the cosines of pairs, go with the
//! ratings: a part of the printed report.

use super::super::figures::WIDTH_MM;
use super::super::{Beside, COSINES_NOTE, Results};
use super::print::ends;
use crate::sheet::{Align, Scene, TableColumn};
use crate::statistics::study::Association;

/// The metrics of prototypes.
pub(super) fn of_metrics(results: &Results, metrics: &Beside) -> Scene {
    let patient = if metrics.table.purity_without_patient {
        "all ECGs of the patient of the prototype's source"
    } else {
        "the prototype's source, and not the other ECGs of its patient"
    };
    let text = format!(
        "Spearman's rho with the mean rating of each prototype over the raters whose answer counts. The interval takes \
         prototypes as independent of each other, so it is too narrow where several come from one class or source. Label \
         purity leaves out {patient}."
    );
    let title = "Metrics without people, beside the ratings";
    table(results, title, &metrics.associations, &text)
}

/// The cosines of pairs.
pub(super) fn of_cosines(results: &Results, cosines: &[Association]) -> Scene {
    let text = format!("Spearman's rho with {COSINES_NOTE}");
    let title = "The model's cosine, beside the ratings";
    table(results, title, cosines, &text)
}

fn table(results: &Results, title: &str, associations: &[Association], text: &str) -> Scene {
    let columns = [
        TableColumn::new("question", 44.0, Align::Left),
        TableColumn::new("metric", 58.0, Align::Left),
        TableColumn::new("n", 12.0, Align::Right),
        TableColumn::new("rho", 16.0, Align::Right),
        TableColumn::new("95 %", 36.0, Align::Right),
    ];
    let rows: Vec<Vec<String>> = associations
        .iter()
        .map(|found| {
            let mut row = vec![
                results.title_of(&found.item).to_owned(),
                found.metric.title().to_owned(),
            ];
            row.extend(match &found.spearman.0 {
                Ok(s) => [s.n.to_string(), format!("{:+.2}", s.rho), ends(s.interval)],
                Err(_) => ["-".to_owned(), "-".to_owned(), "-".to_owned()],
            });
            row
        })
        .collect();
    let parts = [
        Scene::heading(title, WIDTH_MM),
        Scene::table(&columns, &rows),
        Scene::paragraph(text, WIDTH_MM),
    ];
    Scene::stack(parts, 1.5)
}
