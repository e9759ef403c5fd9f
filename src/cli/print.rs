//! `protoecg print`: an ECG on paper, at true scale.

use std::borrow::Cow;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::{ModelArguments, output};
use crate::bundle::{Bundle, SignalView};
use crate::ecg::Recording;
use crate::explain::reading;
use crate::inference::Model;
use crate::plausibility::Admitted;
use crate::sheet::{
    Columns, DisplayFilter, DisplayOptions, FileKind, Gain, LeadOrder, MILLIVOLTS, PageLayout,
    PaperSpeed, Print, PrintPage, SheetError,
};
use crate::{formats, measurements, plausibility};

/// Print an ECG at true scale as PDF, SVG or PNG
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The kind of file follows from its ending. What does not fit on one page goes on the next: one\n\
    PDF with several pages, or FILE.svg, FILE-2.svg and so on. An ECG is named by its checksum, not\n\
    by its file name. Print without \"fit to page\", or the millimetres are none.\n\n\
    Example:\n  protoecg print models/demo-rhythm/example.hea --layout 6x2 --speed 50 --out ecg.pdf"
)]
pub struct Arguments {
    /// ECG file
    file: PathBuf,
    /// File to write: .pdf, .svg or .png
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Which leads are where
    #[arg(long, default_value = "3x4+1", value_parser = layout())]
    layout: PageLayout,
    /// Limb leads in Cabrera's order: aVL, I, -aVR, II, aVF, III
    #[arg(long)]
    cabrera: bool,
    /// All columns begin at the same moment; without it each goes on where the one before ended
    #[arg(long)]
    simultaneous: bool,
    /// Paper speed in mm/s
    #[arg(long, value_name = "MM/S", default_value = "25", value_parser = speed())]
    speed: PaperSpeed,
    /// Gain in mm/mV
    #[arg(long, value_name = "MM/MV", default_value = "10", value_parser = gain())]
    gain: Gain,
    /// Chest leads at half of the gain
    #[arg(long)]
    half_gain_chest: bool,
    /// Display filter: diagnostic is 0.05-150 Hz, monitoring 0.5-40 Hz
    #[arg(long, default_value = "none", value_parser = filter())]
    filter: DisplayFilter,
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
    #[arg(long, default_value = "a4", value_parser = page())]
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

/// Reads a value by its name, and lists the names in the help.
fn one_of<T: Copy + Send + Sync + 'static>(
    values: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let names: Vec<&'static str> = values.iter().map(|&value| name(value)).collect();
    PossibleValuesParser::new(names).map(move |text: String| {
        let found = values.iter().find(|&&value| name(value) == text);
        // The parser lets no other name through.
        *found.unwrap_or(&values[0])
    })
}

fn layout() -> impl TypedValueParser<Value = PageLayout> {
    one_of(&PageLayout::ALL, PageLayout::name)
}

fn speed() -> impl TypedValueParser<Value = PaperSpeed> {
    one_of(&PaperSpeed::ALL, PaperSpeed::name)
}

fn gain() -> impl TypedValueParser<Value = Gain> {
    one_of(&Gain::ALL, Gain::name)
}

fn filter() -> impl TypedValueParser<Value = DisplayFilter> {
    one_of(&DisplayFilter::ALL, DisplayFilter::name)
}

fn view() -> impl TypedValueParser<Value = SignalView> {
    one_of(&SignalView::ALL, SignalView::name)
}

fn page() -> impl TypedValueParser<Value = PrintPage> {
    one_of(&PrintPage::ALL, |page| match page {
        PrintPage::A4 => "a4",
        PrintPage::Letter => "letter",
    })
}

impl Arguments {
    fn display(&self) -> DisplayOptions {
        DisplayOptions {
            layout: self.layout,
            order: if self.cabrera {
                LeadOrder::Cabrera
            } else {
                LeadOrder::Standard
            },
            columns: if self.simultaneous {
                Columns::Simultaneous
            } else {
                Columns::Sequential
            },
            speed: self.speed,
            gain: self.gain,
            half_gain_chest: self.half_gain_chest,
            filter: self.filter,
        }
    }
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
    let display = arguments.display();
    let signal = drawn(arguments, model.as_ref().map(Model::bundle), &recording)?;
    let ticks = if arguments.fiducials {
        reading::ticks(&measurements::measure(&recording, None)?)
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
) -> anyhow::Result<Signal<'a>> {
    let preprocessing = bundle.map(|bundle| &bundle.manifest.preprocessing);
    let view = match (arguments.view, preprocessing) {
        (SignalView::Model, Some(preprocessing)) => preprocessing.model_view(recording),
        (SignalView::Difference, Some(preprocessing)) => preprocessing.difference_view(recording),
        _ => {
            let (recording, note) = arguments.filter.shown(recording);
            return Ok(Signal {
                recording,
                note,
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
