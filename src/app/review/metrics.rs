//! What was measured of the prototype on the screen without people, for a rater
//! who may see it.

use eframe::egui::Ui;

use crate::app::state::{Session, State};
use crate::app::statistics::in_words;
use crate::app::texts::review::metrics as texts;
use crate::app::widgets::body;
use crate::review::MetricsShown;
use crate::statistics::study::{Metric, MetricTable};

pub fn ui(ui: &mut Ui, state: &State, session: &Session, prototype: usize) {
    let read = state.review.metrics.as_ref();
    let names = Metric::ALL.map(|metric| format!("{}: {}", metric.short(), metric.title()));
    body(ui, sentence(read, prototype, session.protocol.metrics)).on_hover_text(names.join("\n"));
}

/// The metrics in a line, or why there are none and what to do.
fn sentence(
    read: Option<&Result<MetricTable, String>>,
    prototype: usize,
    shown: MetricsShown,
) -> String {
    let table = match read {
        Some(Ok(table)) => table,
        Some(Err(why)) => {
            return texts::not_used(why, shown == MetricsShown::BeforeRating);
        }
        None if shown == MetricsShown::BeforeRating => return texts::NOT_KEPT.to_owned(),
        None => return texts::NOT_MEASURED.to_owned(),
    };
    match table.of(prototype).map(in_words) {
        Some(words) if !words.is_empty() => texts::without_people(&words),
        _ => texts::NOTHING_MEASURED.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::study::PrototypeMetrics;

    #[test]
    fn what_was_measured_is_said_of_the_prototype_on_the_screen() {
        let measured = |prototype, purity| PrototypeMetrics {
            prototype,
            label_purity: purity,
            ..PrototypeMetrics::default()
        };
        let read = Ok(MetricTable {
            bundle_sha256: String::new(),
            purity_without_patient: true,
            prototypes: vec![
                measured(0, Some(0.9)),
                measured(1, Some(0.4)),
                measured(2, None),
            ],
        });
        let said = |prototype| sentence(Some(&read), prototype, MetricsShown::AfterClosing);
        assert_eq!(said(1), "Without people: purity 0.40");
        assert!(said(2).contains("nothing could be measured"));
        assert!(said(3).contains("nothing could be measured"));
        let unread = Err("audit.json: schema is 2, expected 1".to_owned());
        for read in [None, Some(&unread)] {
            let before = sentence(read, 0, MetricsShown::BeforeRating);
            assert!(before.contains("nothing is rated"), "{before}");
        }
        let after = sentence(Some(&unread), 0, MetricsShown::AfterClosing);
        assert!(after.ends_with("expected 1"), "{after}");
    }
}
