//! `protoecg print`: an ECG on paper, at true scale.

use std::borrow::Cow;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::builder::TypedValueParser;

use super::display::{DisplayArguments, one_of, paper};
use super::{ModelArguments, output};
use crate::bundle::{Bundle, SignalView};
use crate::dataset::HighRate;
use crate::ecg::Recording;
use crate::explain::reading;
use crate::inference::Model;
use crate::plausibility::Admitted;
use crate::sheet::{FileKind, MILLIVOLTS, Print, PrintPage, SheetError};
use crate::{formats, measurements, plausibility};

/// Print an ECG at true scale as PDF, SVG or PNG
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The kind of file follows from its ending. What does not fit on one page goes on the next: one\n\
    PDF with several pages, or FILE.svg, FILE-2.svg and so on. An ECG is named by its checksum, not\n\
    by its file name. Print without \"fit to page\", or the millimetres are none.\n\
    A record of PTB-XL's records100 is drawn at 500 Hz where the same ECG lies in records500; the\n\
    model reads the one that was given.\n\n\
    Example:\n  protoecg print models/demo-rhythm/example.hea --layout 6x2 --speed 50 --out ecg.pdf"
)]
pub struct Arguments {
    /// ECG file
    file: PathBuf,
    /// File to write: .pdf, .svg or .png
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    display: DisplayArguments,
    /// The recording, what the network of --bundle sees of it, or the difference
    #[arg(long, default_value = "clinician", value_parser = view())]
    view: SignalView,
    /// Mark where P, QRS and T begin and end in the typical beats
    #[arg(long)]
    fiducials: bool,
    /// First second to print
    #[arg(long, value_name = "S", default_value_t = 0.0)]
    from: f64,
    /// Seconds to print
    #[arg(long, value_name = "S", default_value_t = 10.0)]
    seconds: f64,
    /// Paper, in landscape
    #[arg(long, default_value = "a4", value_parser = paper())]
    page: PrintPage,
    /// Dots per inch of a PNG
    #[arg(long, default_value_t = 150.0)]
    dpi: f64,
    /// Without a model's reading below the ECG
    #[arg(long, conflicts_with = "bundle")]
    no_model: bool,
    #[command(flatten)]
    model: ModelArguments,
}

fn view() -> impl TypedValueParser<Value = SignalView> {
    one_of(&SignalView::ALL, SignalView::name)
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    // Before a network is loaded for nothing.
    if FileKind::of(&arguments.out).is_none() {
        let path = arguments.out.clone();
        return Err(SheetError::Ending { path }.into());
    }
    anyhow::ensure!(
        arguments.from >= 0.0 && arguments.seconds > 0.0,
        "--from {} --seconds {}: expected 0 or more, and more than 0",
        arguments.from,
        arguments.seconds
    );
    anyhow::ensure!(
        !(arguments.no_model && arguments.view != SignalView::Clinician),
        "--view {}: needs a model, without --no-model",
        arguments.view.name()
    );
    // What the gate refuses is drawn all the same; it only gets no prediction.
    let Admitted { recording, report } = plausibility::admit(formats::open(&arguments.file)?);
    anyhow::ensure!(
        arguments.from < recording.duration_s(),
        "--from {}: the recording ends at {:.1} s",
        arguments.from,
        recording.duration_s()
    );
    let model = match arguments.no_model {
        true => None,
        false => Some(arguments.model.load()?),
    };
    let footer = match &model {
        None => vec!["No model was asked.".to_owned()],
        Some(model) => footer(model, &recording, &report)?,
    };
    let display = arguments.display.options();
    let high_rate = HighRate::beside(&arguments.file, &recording);
    let bundle = model.as_ref().map(Model::bundle);
    let signal = drawn(arguments, bundle, &recording, &high_rate)?;
    let ticks = if arguments.fiducials {
        reading::ticks(&measurements::measure(high_rate.shown(&recording), None)?)
    } else {
        Vec::new()
    };
    let print = Print {
        recording: &signal.recording,
        signal_note: &signal.note,
        unit: signal.unit,
        display: &display,
        title: &[reading::title(&recording)],
        footer: &footer,
        ticks: &ticks,
        start_s: arguments.from,
        duration_s: arguments.seconds,
        page: arguments.page,
    };
    for path in print.write(&arguments.out, arguments.dpi)? {
        output::print_line(&path.display().to_string())?;
    }
    Ok(())
}

/// What a model reads, or why it was not asked.
fn footer(
    model: &Model,
    recording: &Recording,
    report: &plausibility::Report,
) -> anyhow::Result<Vec<String>> {
    let prediction = match report.refusal() {
        Some(reason) => Err(reason),
        None => Ok(model.predict(recording)?),
    };
    let bundle = model.bundle();
    Ok(reading::footer(
        &bundle.manifest,
        &bundle.sha256,
        prediction.as_ref().map_err(String::as_str),
    ))
}

/// The signal to draw.
struct Signal<'a> {
    recording: Cow<'a, Recording>,
    /// What the sheet says of it.
    note: String,
    unit: &'static str,
}

fn drawn<'a>(
    arguments: &Arguments,
    bundle: Option<&Bundle>,
    recording: &'a Recording,
    high_rate: &'a HighRate,
) -> anyhow::Result<Signal<'a>> {
    let preprocessing = bundle.map(|bundle| &bundle.manifest.preprocessing);
    let view = match (arguments.view, preprocessing) {
        (SignalView::Model, Some(preprocessing)) => preprocessing.model_view(recording),
        (SignalView::Difference, Some(preprocessing)) => preprocessing.difference_view(recording),
        _ => {
            let filter = arguments.display.options().filter;
            let (recording, note) = filter.shown(high_rate.shown(recording));
            return Ok(Signal {
                recording,
                note: high_rate.noted(note),
                unit: MILLIVOLTS,
            });
        }
    };
    let view = view.with_context(|| format!("--view {}", arguments.view.name()))?;
    Ok(Signal {
        recording: Cow::Owned(view.recording),
        note: view.note,
        unit: view.unit,
    })
}
