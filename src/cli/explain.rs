//! `protoecg explain`: the evidence for a statement as picture, page or JSON.

use std::path::PathBuf;

use anyhow::Context;

use super::predict::{BundleHead, RecordingDocument, admit};
use super::{ModelArguments, output};
use crate::bundle::Exemplars;
use crate::explain::{ClassExplanation, explain, print};
use crate::plausibility::Admitted;
use crate::sheet::{Palette, Scene, pages_to_pdf, to_png, to_svg};

/// Show the training ECG that a prediction rests on
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  protoecg explain models/demo-rhythm/example.hea --class AFIB --out why.pdf\n\n\
    The kind of file follows from its ending: .png, .svg, .pdf or .json. It names the ECG by\n\
    its checksum, not by its file name."
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
    /// Folder of the data set that the model was trained on, for its training ECGs
    #[arg(long, value_name = "DIR", env = "PROTOECG_PTBXL")]
    data: Option<PathBuf>,
}

#[derive(serde::Serialize)]
struct Document<'a> {
    schema: u32,
    bundle: BundleHead<'a>,
    recordings: Vec<RecordingDocument>,
    classes: Vec<ClassExplanation>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let kind = arguments
        .out
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default()
        .to_ascii_lowercase();
    anyhow::ensure!(
        ["png", "svg", "pdf", "json"].contains(&kind.as_str()),
        "--out {}: the ending says what to write, expected .png, .svg, .pdf or .json",
        arguments.out.display()
    );
    let model = arguments.model.load()?;
    let Admitted { recording, report } = admit(&arguments.file)?;
    let prediction = model
        .predict(&recording)
        .with_context(|| arguments.file.display().to_string())?;
    let manifest = model.manifest();
    let chosen = match &arguments.class {
        Some(code) => Some(manifest.output_of(code).with_context(|| {
            let known: Vec<&str> = manifest
                .statements
                .iter()
                .map(|s| s.code.as_str())
                .collect();
            format!("--class {code}: this model knows {}", known.join(", "))
        })?),
        None => None,
    };
    let bytes = if kind == "json" {
        let wanted = |class: &usize| chosen.is_none_or(|c| c == *class);
        let classes = (0..manifest.statements.len()).filter(wanted);
        let classes = classes
            .filter_map(|class| explain(&model, &prediction, class))
            .collect();
        let recording = RecordingDocument::new(recording.short_id(), &model, report, prediction);
        let document = Document {
            schema: 1,
            bundle: model.bundle().into(),
            recordings: vec![recording],
            classes,
        };
        serde_json::to_vec_pretty(&document)?
    } else {
        let class = chosen
            .or(prediction.leading())
            .context("this model assesses no statement")?;
        let explanation =
            explain(&model, &prediction, class).context("the model has no such output")?;
        let exemplars = Exemplars::new(model.bundle(), arguments.data.clone());
        let exemplar = match explanation.prototypes.first() {
            Some(evidence) => exemplars.read(evidence.prototype).map_err(|error| {
                eprintln!("training ECG not shown: {error}");
                error.on_a_sheet()
            }),
            None => Err("the model has no prototype of this statement".to_owned()),
        };
        let blocks = print::blocks(
            model.bundle(),
            &recording,
            &print::notes(&prediction, &report),
            &explanation,
            exemplar.as_ref().map_err(Clone::clone),
        );
        paint(&kind, blocks)?
    };
    std::fs::write(&arguments.out, bytes)
        .with_context(|| format!("cannot write {}", arguments.out.display()))?;
    match model.bundle().notice() {
        Some(notice) => output::print_line(notice),
        None => Ok(()),
    }
}

fn paint(kind: &str, blocks: Vec<Scene>) -> anyhow::Result<Vec<u8>> {
    let palette = Palette::PRINT;
    Ok(match kind {
        "pdf" => pages_to_pdf(&print::pages(blocks)?, &palette)?,
        "svg" => to_svg(&Scene::stack(blocks, 4.0), &palette).into_bytes(),
        _ => to_png(&Scene::stack(blocks, 4.0), &palette, 150.0)?,
    })
}
