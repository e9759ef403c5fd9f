//! `protoecg explain`: the evidence for a statement as picture, page or JSON.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::display::{DisplayArguments, paper};
use super::predict::{BundleHead, RecordingDocument, admit};
use super::{ModelArguments, output};
use crate::bundle::Exemplars;
use crate::dataset::HighRate;
use crate::ecg::{Lead, Recording};
use crate::explain::print::{NotShown, Printed, TrainingEcgs};
use crate::explain::{ClassExplanation, Explanation, Order, Rating, Subject, checks, words};
use crate::inference::{Changes, Model, Prediction, Span};
use crate::plausibility::Admitted;
use crate::review::{self, Store};
use crate::sheet::{FileKind, PrintPage};

/// Show the training ECG that a prediction rests on
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  protoecg explain models/demo-rhythm/example.hea --class AFIB --out why.pdf\n  \
    protoecg explain ECG.hea --layout 6x2 --speed 50 --filter diagnostic --out why.pdf\n  \
    protoecg explain ECG.hea --without-prototype 12 --mask-lead V1 --mask-span 2.0..3.5 --scale 1.2 --out what-if.json\n\n\
    The kind of file follows from its ending: .png, .svg, .pdf or .json. It names the ECG by\n\
    its checksum, not by its file name. What was changed for a \"what if\" stands in it.\n\
    A record of PTB-XL's records100 is drawn at 500 Hz where the same ECG lies in records500; the\n\
    model reads the one that was given."
)]
pub struct Arguments {
    /// ECG file
    file: PathBuf,
    #[command(flatten)]
    model: ModelArguments,
    /// Statement to explain [default: the leading one; all of them in JSON]
    #[arg(long, value_name = "CODE")]
    class: Option<String>,
    /// File to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Which prototype is shown, and the order of the ledger
    #[arg(long, value_enum, default_value_t)]
    order: Order,
    /// Prototype of the statement that is shown, by its number [default: the first in the order]
    #[arg(long, value_name = "N")]
    prototype: Option<usize>,
    /// Dots per inch of a PNG
    #[arg(long, default_value_t = 150.0)]
    dpi: f64,
    /// Folder of the data set that the model was trained on, for its training ECGs
    #[arg(long, value_name = "DIR", env = "PROTOECG_PTBXL")]
    data: Option<PathBuf>,
    /// Review database of this model: what its prototypes were rated, once every queue is closed
    #[arg(long, value_name = "SQLITE")]
    ratings: Option<PathBuf>,
    /// Try each shown pair with noise, gain and shift
    #[arg(long)]
    checks: bool,
    /// Paper of a PDF, in landscape
    #[arg(long, default_value = "a4", value_parser = paper())]
    paper: PrintPage,
    #[command(flatten, next_help_heading = "Sheets, at true scale")]
    display: DisplayArguments,
    #[command(flatten)]
    what_if: WhatIf,
}

/// What to change before the model reads the ECG.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What if")]
struct WhatIf {
    /// Switch a prototype off, by its number in the ledger (repeatable)
    #[arg(long, value_name = "N")]
    without_prototype: Vec<usize>,
    /// Set a lead to 0 in what the model sees (repeatable)
    #[arg(long, value_name = "LEAD", value_parser = lead)]
    mask_lead: Vec<Lead>,
    /// Put a straight line in place of these seconds in all leads (repeatable)
    #[arg(long, value_name = "FROM..TO", value_parser = span)]
    mask_span: Vec<Span>,
    /// Multiply the amplitude
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    scale: f64,
}

impl WhatIf {
    fn changes(&self) -> Changes {
        Changes {
            without_prototypes: self.without_prototype.clone(),
            masked_leads: self.mask_lead.clone(),
            masked_spans: self.mask_span.clone(),
            amplitude_scale: self.scale,
        }
    }
}

fn lead(name: &str) -> Result<Lead, String> {
    Lead::parse(name).ok_or_else(|| {
        let known = Lead::STANDARD.map(Lead::name).join(", ");
        format!("expected one of {known}")
    })
}

fn span(text: &str) -> Result<Span, String> {
    let parsed = text.split_once("..").and_then(|(start, end)| {
        Some(Span {
            start_s: start.trim().parse().ok()?,
            end_s: end.trim().parse().ok()?,
        })
    });
    parsed.ok_or_else(|| "expected seconds as FROM..TO, such as 2.0..3.5".to_owned())
}

impl Arguments {
    /// The rank of the prototype that is shown.
    fn rank_in(&self, class: &ClassExplanation) -> anyhow::Result<usize> {
        let Some(wanted) = self.prototype else {
            return Ok(0);
        };
        let mut places = class.ordered(self.order).into_iter();
        let rank = places.position(|place| class.prototypes[place].prototype == wanted);
        rank.with_context(|| {
            let own = class.prototypes.iter().map(|p| p.prototype.to_string());
            let own: Vec<String> = own.collect();
            format!(
                "--prototype {wanted}: {} has {}",
                class.code,
                own.join(", ")
            )
        })
    }
}

#[derive(serde::Serialize)]
struct Document<'a> {
    schema: u32,
    bundle: BundleHead<'a>,
    recordings: Vec<RecordingDocument>,
    #[serde(flatten)]
    explanation: Explanation,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let kind = Out::of(&arguments.out)?;
    let model = arguments.model.load()?;
    let Admitted { recording, report } = admit(&arguments.file)?;
    let named = || arguments.file.display().to_string();
    let unchanged = model.predict(&recording).with_context(named)?;
    let changes = arguments.what_if.changes();
    let prediction = match changes.is_none() {
        true => unchanged.clone(),
        false => model
            .predict_changed(&recording, &changes)
            .with_context(named)?,
    };
    let chosen = chosen_class(&model, arguments.class.as_deref())?;
    let class = match (&kind, chosen) {
        (Out::Json, chosen) => chosen,
        (_, Some(class)) => Some(class),
        (_, None) => Some(leading(&prediction)?),
    };
    let exemplars = Exemplars::new(model.bundle(), arguments.data.clone());
    let subject = Subject::of(&model, &unchanged, &exemplars);
    let wanted = |index: usize| class.is_none_or(|class| class == index);
    let mut explanation = Explanation::of(
        &model,
        &recording,
        &prediction,
        &unchanged,
        &subject,
        wanted,
    )?;
    // Of several statements one has the prototype that was named.
    let mut ranks = explanation.classes.iter().map(|c| arguments.rank_in(c));
    if !ranks.any(|rank| rank.is_ok())
        && let Some(class) = explanation.classes.first()
    {
        arguments.rank_in(class)?;
    }
    if let Some(database) = &arguments.ratings {
        add_ratings(&mut explanation, &model, database)?;
    }
    explanation.measure_influence(&model, &recording, |class| {
        let rank = arguments.rank_in(class).unwrap_or(0);
        let shown = class.at_rank(arguments.order, rank);
        shown.map(|evidence| evidence.prototype)
    })?;
    if arguments.checks {
        anyhow::ensure!(
            changes.is_none(),
            "--checks are of the ECG as it was recorded; leave the changes out"
        );
        add_checks(&mut explanation, &model, &recording, arguments)?;
    }
    let bytes = match kind {
        Out::Json => {
            let id = recording.short_id();
            let document = Document {
                schema: 1,
                bundle: model.bundle().into(),
                recordings: vec![RecordingDocument::new(id, &model, report, prediction)],
                explanation,
            };
            serde_json::to_vec_pretty(&document)?
        }
        Out::Page(kind) => {
            let class = explanation.classes.first();
            let class = class.context("the model has no such output")?;
            let shown = (arguments.order, arguments.rank_in(class)?);
            let training_ecgs = TrainingEcgs::read(&exemplars, class, shown);
            for missing in [&training_ecgs.shown, &training_ecgs.counter] {
                if let Err(NotShown::Exemplar(error)) = missing {
                    eprintln!("training ECG not shown: {error}");
                }
            }
            let printed = Printed {
                manifest: model.manifest(),
                sha256: &model.bundle().sha256,
                recording: &recording,
                high_rate: &HighRate::beside(&arguments.file, &recording),
                display: arguments.display.options(),
                notes: &words::notes(&prediction, &report),
                prediction: &prediction,
                explanation: &explanation,
                class,
                order: shown.0,
                rank: shown.1,
                training_ecgs: &training_ecgs,
                paper: arguments.paper,
            };
            printed.bytes(kind, arguments.dpi)?
        }
    };
    std::fs::write(&arguments.out, bytes)
        .with_context(|| format!("cannot write {}", arguments.out.display()))?;
    match model.bundle().notice() {
        Some(notice) => output::print_line(notice),
        None => Ok(()),
    }
}

/// What is written.
enum Out {
    Json,
    Page(FileKind),
}

impl Out {
    /// By the ending.
    fn of(path: &Path) -> anyhow::Result<Self> {
        let ending = path.extension().and_then(|e| e.to_str());
        if ending.is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
            return Ok(Self::Json);
        }
        FileKind::of(path).map(Self::Page).with_context(|| {
            format!(
                "--out {}: the ending says what to write, expected .png, .svg, .pdf or .json",
                path.display()
            )
        })
    }
}

fn chosen_class(model: &Model, code: Option<&str>) -> anyhow::Result<Option<usize>> {
    let Some(code) = code else { return Ok(None) };
    let manifest = model.manifest();
    let output = manifest.output_of(code).with_context(|| {
        let known = manifest.statements.iter().map(|s| s.code.as_str());
        let known: Vec<&str> = known.collect();
        format!("--class {code}: this model knows {}", known.join(", "))
    })?;
    Ok(Some(output))
}

fn leading(prediction: &Prediction) -> anyhow::Result<usize> {
    let leading = prediction.leading();
    leading.context("this model assesses no statement")
}

/// Tries the prototype that each statement shows.
fn add_checks(
    explanation: &mut Explanation,
    model: &Model,
    recording: &Recording,
    arguments: &Arguments,
) -> anyhow::Result<()> {
    let count = explanation.classes.len();
    for (done, class) in explanation.classes.iter_mut().enumerate() {
        output::status(&format!("{done} of {count} pairs checked"));
        let rank = arguments.rank_in(class).unwrap_or(0);
        if let Some(evidence) = class.at_rank(arguments.order, rank) {
            class.checks = Some(checks(model, recording, evidence.prototype)?);
        }
    }
    Ok(())
}

/// Puts what reviewers gave to the prototypes beside them, unless somebody is
/// still to rate without knowing.
fn add_ratings(
    explanation: &mut Explanation,
    model: &Model,
    database: &Path,
) -> anyhow::Result<()> {
    let store = Store::open(database)?;
    store.check_bundle(&model.bundle().sha256)?;
    store.check_rates_prototypes()?;
    let ratings = review::ratings(&store.snapshot()?);
    if !ratings.may_be_seen_by(None) {
        eprintln!("ratings not shown: a rater's queue is still open");
        return Ok(());
    }
    for mean in &ratings.by_prototype {
        explanation.rate(
            mean.prototype,
            Rating {
                mean: mean.mean,
                raters: mean.raters,
                bad: mean.bad,
            },
        );
    }
    Ok(())
}
