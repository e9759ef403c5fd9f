//! `protoecg simulate`: labelled synthetic ECGs in the layout of PTB-XL.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _};

use super::output;
use crate::sheet::{self, Palette, SheetSpec};
use crate::simulator::{Collection, Mix, Noise, Recipe, SimulatedEcg};
use crate::statements;

/// So many records are searched for the example of a statement.
const SEARCHED: usize = 20_000;

/// Dots per inch of a sheet.
const SHEET_DPI: f64 = 84.0;

/// Write simulated, labelled ECGs in the layout of PTB-XL
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  protoecg simulate --records 200 --seed 1 --out simulated\n  \
    protoecg simulate --records 1500 --only rhythm --out simulated    (as the demonstration was trained)\n  \
    protoecg simulate --records 200 --rate 500 --noise 0 --out clean\n  \
    protoecg simulate --sheet CLBBB --out sheets"
)]
pub struct Arguments {
    /// Number of ECGs
    #[arg(long, value_name = "N", required_unless_present = "sheet")]
    records: Option<usize>,
    /// The same seed gives the same ECGs
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Which statements: all, or only rhythms in hearts with little else
    #[arg(long, value_name = "WHAT", value_enum, default_value = "all")]
    only: Only,
    /// 500 writes every ECG at 500 Hz too, as PTB-XL has them
    #[arg(long, value_name = "HZ", value_parser = ["100", "500"], default_value = "100")]
    rate: String,
    /// Wander, muscle, mains and electrode motion, times the usual; 0 is none
    #[arg(long, value_name = "LEVEL", default_value_t = 1.0)]
    noise: f64,
    /// Draw an ECG that is an example of this statement, as a PNG, instead of
    /// writing a collection; may be repeated
    #[arg(long, value_name = "CODE", conflicts_with = "records")]
    sheet: Vec<String>,
    /// Folder to write to: new, empty, or written by this command before
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Only {
    Rhythm,
    All,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if !(arguments.noise.is_finite() && (0.0..=100.0).contains(&arguments.noise)) {
        bail!(
            "--noise is {}, expected a number from 0 to 100",
            arguments.noise
        );
    }
    let recipe = Recipe {
        mix: match arguments.only {
            Only::Rhythm => Mix::Rhythms,
            Only::All => Mix::Statements,
        },
        seed: arguments.seed,
        noise: Noise::times(arguments.noise),
    };
    if !arguments.sheet.is_empty() {
        return draw(&recipe, &arguments.sheet, &arguments.out);
    }
    let collection = Collection {
        records: arguments.records.unwrap_or(0),
        recipe,
        with_500_hz: arguments.rate == "500",
    };
    let mut tick = |done: usize| {
        output::status(&format!("simulated {done} of {}", collection.records));
        ControlFlow::Continue(())
    };
    collection.write(&arguments.out, &mut tick)?;
    output::status("");
    output::print_line(&format!(
        "{} simulated ECGs written to {}",
        collection.records,
        arguments.out.display()
    ))
}

/// Draws the first example of each statement.
fn draw(recipe: &Recipe, codes: &[String], out: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(out).with_context(|| format!("{}", out.display()))?;
    for code in codes {
        let Some(index) = (0..SEARCHED).find(|&index| recipe.example(index) == code.as_str())
        else {
            bail!("no simulated ECG is an example of {code:?}; docs/simulator.md lists what is");
        };
        let ecg = recipe.ecg(index);
        let spec = SheetSpec {
            title: vec![title(code), facts(&ecg)],
            footer: vec!["Simulated; no patient has this ECG.".to_owned()],
            ..SheetSpec::default()
        };
        let scene = sheet::scene(&ecg.recording_500_hz, &spec);
        let png = sheet::to_png(&scene, &Palette::LIGHT, SHEET_DPI)?;
        let name: String = code
            .to_lowercase()
            .chars()
            .filter(|c| c.is_ascii_alphanumeric())
            .collect();
        let path = out.join(format!("simulated-{name}.png"));
        std::fs::write(&path, small(&png)?).with_context(|| format!("{}", path.display()))?;
        output::print_line(&format!("{}", path.display()))?;
    }
    Ok(())
}

/// The same picture in fewer bytes: sheets lie in the repository.
fn small(png: &[u8]) -> anyhow::Result<Vec<u8>> {
    let picture = image::load_from_memory(png)?.into_rgb8();
    let mut smaller = Vec::new();
    PngEncoder::new_with_quality(&mut smaller, CompressionType::Best, FilterType::Adaptive)
        .write_image(
            &picture,
            picture.width(),
            picture.height(),
            ExtendedColorType::Rgb8,
        )?;
    Ok(smaller)
}

fn title(code: &str) -> String {
    match statements::by_code(code) {
        Some(statement) => format!("{code}: {}", statement.description),
        None => code.to_owned(),
    }
}

/// The simulator's truth in one line.
fn facts(ecg: &SimulatedEcg) -> String {
    let truth = &ecg.truth;
    let maybe = |name: &str, value: Option<f64>, unit: &str| {
        value.map_or_else(String::new, |v| format!(" · {name} {v:.0}{unit}"))
    };
    format!(
        "{:.0}/min{} · QRS {:.0} ms · QT {:.0} ms · QTc {:.0} ms{} · {}",
        truth.heart_rate_bpm,
        maybe("PR", truth.pr_ms, " ms"),
        truth.qrs_ms,
        truth.qt_ms,
        truth.qtc_fridericia_ms(),
        maybe("axis", truth.qrs_axis_deg, "°"),
        ecg.statements.join(", "),
    )
}
