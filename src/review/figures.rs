//! The figures of a report as scenes in millimetres: the window, the PDF and
//! the SVG show the same lines.

use crate::sheet::{Align, Hatch, Ink, Item, Point, RectMm, Scene, Text};
use crate::statistics::Interval;
use crate::statistics::study::{ItemReport, RaterReport, Summary};

/// Width of every figure.
pub const WIDTH_MM: f64 = 180.0;

const SIZE_MM: f64 = 3.0;
const ROW_MM: f64 = 4.6;
/// Left end of the scale, after the names.
const SCALE_LEFT_MM: f64 = 62.0;
/// Right end, before the numbers.
const SCALE_RIGHT_MM: f64 = 136.0;

/// Rows of one forest plot: what fits on a page.
const ROWS_PER_PLOT: usize = 50;

/// Means with their intervals by clusters, 1 to 5: each rater over all, then
/// class by class, in as many plots as there are pages of rows. `title` is that
/// of the question. One that nobody has rated says so.
pub fn forest(item: &ItemReport, title: &str) -> Vec<Scene> {
    if item.raters.iter().all(|rater| rater.all.n == 0) {
        let text = format!("{title}: nobody has rated this question.");
        return vec![Scene::paragraph(&text, WIDTH_MM)];
    }
    let mut rows: Vec<Row> = item
        .raters
        .iter()
        .map(|rater| Row::of(&rater.rater, &rater.all, true))
        .collect();
    if let Ok(mean) = &item.these_raters.0 {
        rows.push(Row {
            name: "These raters".to_owned(),
            n: mean.n,
            mean: Some(mean.mean),
            interval: mean.bca.or(mean.percentile).ok(),
            strong: true,
        });
    }
    let classes = item.raters.iter().flat_map(|rater| rater.by_class.keys());
    let classes: std::collections::BTreeSet<&String> = classes.collect();
    for class in classes {
        for rater in &item.raters {
            let of_class = rater.by_class.get(class);
            let name = format!("{class}  {}", rater.rater);
            rows.extend(of_class.map(|summary| Row::of(&name, summary, false)));
        }
    }
    rows.chunks(ROWS_PER_PLOT)
        .map(|rows| draw_forest(title, rows))
        .collect()
}

struct Row {
    name: String,
    n: usize,
    mean: Option<f64>,
    interval: Option<Interval>,
    strong: bool,
}

impl Row {
    fn of(name: &str, summary: &Summary, strong: bool) -> Self {
        let clustered = summary.clustered.0.as_ref().ok();
        Self {
            name: name.to_owned(),
            n: summary.n,
            mean: summary.mean,
            interval: clustered.and_then(|c| c.bca.or(c.percentile).ok()),
            strong,
        }
    }

    fn numbers(&self) -> String {
        let mean = self
            .mean
            .map_or("-".to_owned(), |mean| format!("{mean:.2}"));
        let interval = self.interval.map_or("no interval".to_owned(), |i| {
            format!("{:.2} to {:.2}", i.low, i.high)
        });
        format!("{mean} ({interval}), n {}", self.n)
    }
}

fn x_of(rating: f64) -> f64 {
    let share = (rating.clamp(1.0, 5.0) - 1.0) / 4.0;
    SCALE_LEFT_MM + share * (SCALE_RIGHT_MM - SCALE_LEFT_MM)
}

fn draw_forest(title: &str, rows: &[Row]) -> Scene {
    let top_mm = ROW_MM * 1.6;
    let bottom_mm = top_mm + rows.len() as f64 * ROW_MM;
    let mut items = Vec::new();
    for rating in 1..=5 {
        let x_mm = x_of(f64::from(rating));
        items.push(line(
            [(x_mm, top_mm), (x_mm, bottom_mm)],
            0.15,
            Ink::GridMajor,
        ));
        items.push(text(
            (x_mm, top_mm - 1.2),
            &rating.to_string(),
            Align::Centre,
            Ink::Note,
            false,
        ));
    }
    for (number, row) in rows.iter().enumerate() {
        let y_mm = top_mm + (number as f64 + 0.5) * ROW_MM;
        let baseline_mm = y_mm + SIZE_MM * 0.35;
        items.push(text(
            (0.0, baseline_mm),
            &row.name,
            Align::Left,
            Ink::Label,
            row.strong,
        ));
        items.push(text(
            (WIDTH_MM, baseline_mm),
            &row.numbers(),
            Align::Right,
            Ink::Label,
            row.strong,
        ));
        if let Some(interval) = row.interval {
            let (low, high) = (x_of(interval.low), x_of(interval.high));
            items.push(line([(low, y_mm), (high, y_mm)], 0.4, Ink::MarkLine));
            for end in [low, high] {
                items.push(line(
                    [(end, y_mm - 0.8), (end, y_mm + 0.8)],
                    0.4,
                    Ink::MarkLine,
                ));
            }
        }
        if let Some(mean) = row.mean {
            let half_mm = if row.strong { 1.1 } else { 0.8 };
            let x_mm = x_of(mean);
            let square = RectMm::new(
                x_mm - half_mm,
                y_mm - half_mm,
                x_mm + half_mm,
                y_mm + half_mm,
            );
            items.push(Item::Fill {
                rect: square,
                ink: Ink::Trace,
            });
        }
    }
    let said: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {}", row.name, row.numbers()))
        .collect();
    Scene {
        width_mm: WIDTH_MM,
        height_mm: bottom_mm + 1.0,
        items,
        description: format!("Forest plot of {title}: {}", said.join("; ")),
        ..Scene::default()
    }
}

/// How often each rater gave 1 to 5, as bars with their counts.
pub fn distribution(item: &ItemReport, title: &str) -> Scene {
    const HEIGHT_MM: f64 = 30.0;
    const PANEL_MM: f64 = 46.0;
    let per_row = 3;
    let mut items = Vec::new();
    for (number, rater) in item.raters.iter().enumerate() {
        let left_mm = (number % per_row) as f64 * (WIDTH_MM / per_row as f64);
        let top_mm = (number / per_row) as f64 * (HEIGHT_MM + 12.0);
        items.push(text(
            (left_mm, top_mm + SIZE_MM),
            &rater.rater,
            Align::Left,
            Ink::Label,
            true,
        ));
        bars(
            &mut items,
            rater,
            (left_mm, top_mm + 5.0),
            (PANEL_MM, HEIGHT_MM),
        );
    }
    Scene {
        width_mm: WIDTH_MM,
        height_mm: item.raters.len().div_ceil(per_row) as f64 * (HEIGHT_MM + 12.0),
        items,
        description: distribution_in_words(item, title),
        ..Scene::default()
    }
}

/// The numbers of [`distribution`] as a sentence.
pub fn distribution_in_words(item: &ItemReport, title: &str) -> String {
    let said: Vec<String> = item
        .raters
        .iter()
        .map(|rater| {
            let points = (1..).zip(&rater.all.distribution);
            let points: Vec<String> = points.map(|(p, n)| format!("{p} {n} times")).collect();
            format!("rater {} chose {}", rater.rater, points.join(", "))
        })
        .collect();
    format!("Bar chart of {title}: {}", said.join("; "))
}

fn bars(items: &mut Vec<Item>, rater: &RaterReport, at: (f64, f64), size: (f64, f64)) {
    let (left_mm, top_mm) = at;
    let most = rater
        .all
        .distribution
        .iter()
        .copied()
        .max()
        .unwrap_or(0)
        .max(1) as f64;
    let floor_mm = top_mm + size.1 - 4.0;
    let step_mm = size.0 / 5.0;
    for (number, count) in rater.all.distribution.iter().enumerate() {
        let height_mm = *count as f64 / most * (size.1 - 9.0);
        let x_mm = left_mm + number as f64 * step_mm;
        let bar = RectMm::new(
            x_mm + 0.8,
            floor_mm - height_mm,
            x_mm + step_mm - 0.8,
            floor_mm,
        );
        items.push(Item::Fill {
            rect: bar,
            ink: Ink::MarkFill,
        });
        // Not by colour alone.
        items.push(Item::Hatch(Hatch {
            rect: bar,
            spacing_mm: 1.2,
            width_mm: 0.15,
            ink: Ink::MarkLine,
        }));
        let middle_mm = x_mm + step_mm / 2.0;
        let (above, below) = ((middle_mm, bar.top_mm - 0.8), (middle_mm, floor_mm + 3.4));
        items.push(text(
            above,
            &count.to_string(),
            Align::Centre,
            Ink::Label,
            false,
        ));
        items.push(text(
            below,
            &(number + 1).to_string(),
            Align::Centre,
            Ink::Note,
            false,
        ));
    }
    items.push(line(
        [(left_mm, floor_mm), (left_mm + size.0, floor_mm)],
        0.2,
        Ink::Label,
    ));
}

/// Every pair of raters: above the diagonal kappa with quadratic weights, below
/// it the mean difference, column minus row.
pub fn agreement_matrix(item: &ItemReport, title: &str) -> Scene {
    let raters: Vec<&String> = item.raters.iter().map(|rater| &rater.rater).collect();
    let cell_mm = (130.0 / raters.len().max(1) as f64).min(26.0);
    let (left_mm, top_mm) = (40.0, 8.0);
    let mut items = Vec::new();
    let mut said = Vec::new();
    let centre = |row: usize, column: usize| {
        (
            left_mm + (column as f64 + 0.5) * cell_mm,
            top_mm + (row as f64 + 0.5) * ROW_MM * 1.6 + SIZE_MM * 0.35,
        )
    };
    for (number, rater) in raters.iter().enumerate() {
        let (x_mm, _) = centre(0, number);
        items.push(text(
            (x_mm, top_mm - 2.0),
            rater,
            Align::Centre,
            Ink::Label,
            true,
        ));
        let (_, y_mm) = centre(number, 0);
        items.push(text((0.0, y_mm), rater, Align::Left, Ink::Label, true));
        items.push(text(
            centre(number, number),
            "·",
            Align::Centre,
            Ink::Note,
            false,
        ));
    }
    for pair in &item.agreement.pairs {
        let place = |rater: &String| raters.iter().position(|r| *r == rater);
        let (Some(a), Some(b)) = (place(&pair.raters[0]), place(&pair.raters[1])) else {
            continue;
        };
        let quadratic = pair.kappa[2].0.as_ref().ok();
        let kappa = quadratic.map_or("-".to_owned(), |k| format!("{:.2}", k.kappa));
        let difference = pair.bland_altman.0.as_ref().ok();
        let bias = difference.map_or("-".to_owned(), |d| format!("{:+.2}", d.bias));
        items.push(text(centre(a, b), &kappa, Align::Centre, Ink::Label, false));
        items.push(text(centre(b, a), &bias, Align::Centre, Ink::Note, false));
        said.push(format!(
            "{} and {} kappa {kappa}, difference {bias}",
            pair.raters[0], pair.raters[1]
        ));
    }
    Scene {
        width_mm: WIDTH_MM,
        height_mm: top_mm + raters.len() as f64 * ROW_MM * 1.6 + 2.0,
        items,
        description: format!("Agreement matrix of {title}: {}", said.join("; ")),
        ..Scene::default()
    }
}

fn line(ends: [(f64, f64); 2], width_mm: f64, ink: Ink) -> Item {
    Item::Line {
        points: ends.map(|(x_mm, y_mm)| Point::new(x_mm, y_mm)).to_vec(),
        width_mm,
        ink,
    }
}

fn text(at: (f64, f64), text: &str, align: Align, ink: Ink, strong: bool) -> Item {
    Item::Text(Text {
        at: Point::new(at.0, at.1),
        size_mm: SIZE_MM,
        align,
        ink,
        strong,
        text: text.to_owned(),
    })
}
