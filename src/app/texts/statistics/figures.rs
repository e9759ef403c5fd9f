//! The figures of the report, and the prototypes at both ends.

pub const AGREEMENT_NOTE: &str = "Above the diagonal kappa with quadratic weights, below it the mean difference, \
    column minus row. All coefficients with their intervals are in the exported report.";
pub const FIGURE: &str = "Figure";
pub const WORST_PAIRS: &str = "Worst pairs";
pub const BEST_PAIRS: &str = "Best pairs";
pub const WORST_PROTOTYPES: &str = "Worst prototypes";
pub const BEST_PROTOTYPES: &str = "Best prototypes";

pub fn means(title: &str) -> String {
    format!("{title}: means with 95 % intervals by clusters")
}

pub fn distribution(title: &str) -> String {
    format!("{title}: distribution")
}

pub fn agreement(title: &str) -> String {
    format!("{title}: agreement")
}

pub fn prototype(code: &str, name: &str, mean: f64, marked_bad_by: usize) -> String {
    let bad = match marked_bad_by {
        0 => String::new(),
        bad => format!(", marked bad by {bad}"),
    };
    format!("{code} · {name} · mean {mean:.2}{bad}")
}

pub fn training_ecg(prototype: usize) -> String {
    format!("Training ECG of prototype {prototype}")
}
