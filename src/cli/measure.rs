//! `protoecg measure`: beats, intervals, axes, voltages.

use std::path::PathBuf;

use super::output;
use crate::formats;
use crate::measurements::{self, Atria, LeadMeasurements, Measurements, Quantity};
use crate::plausibility::{self, Admitted, Code, Severity};

/// Measure an ECG: rate, intervals, QTc, axes, ST, voltages
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without --rhythm the ECG itself decides whether there is a P wave to measure. Beats of one\n\
    shape have a number; the table says how many there are of each.\n\n\
    Example:\n  protoecg measure models/demo-rhythm/example.hea\n  protoecg measure ecg.hea --rhythm AFIB --json\n  protoecg measure ecg.hea --shape 1"
)]
pub struct Arguments {
    /// ECG file
    file: PathBuf,
    /// What is known about the rhythm: no PR and no P axis in AFIB, AFLT and PACE
    #[arg(long, value_name = "STATEMENT", value_parser = rhythm)]
    rhythm: Option<Atria>,
    /// Beats to make the median beat of, by the number of their shape [default: the dominant shape]
    #[arg(long, value_name = "NUMBER")]
    shape: Option<usize>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    /// With --json: also the samples of the median beat
    #[arg(long, requires = "json")]
    median_beat: bool,
}

fn rhythm(code: &str) -> Result<Atria, String> {
    Atria::from_statement(code)
        .ok_or_else(|| "expected AFIB, AFLT, PACE, SR, SBRAD, STACH or SARRH".to_owned())
}

#[derive(serde::Serialize)]
struct Document {
    schema: u32,
    sha256: String,
    plausibility: Vec<plausibility::Finding>,
    measurements: Measurements,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Admitted { recording, report } = plausibility::admit(formats::open(&arguments.file)?);
    let rhythm = arguments.rhythm;
    let mut measurements = match arguments.shape {
        Some(shape) => measurements::measure_shape(&recording, rhythm, shape)?,
        None => measurements::measure(&recording, rhythm)?,
    };
    if arguments.json {
        if !arguments.median_beat {
            measurements.median_beat = None;
        }
        return output::print_json(&Document {
            schema: 1,
            sha256: recording.sha256(),
            plausibility: report.findings,
            measurements,
        });
    }
    for finding in report.of(Severity::Refuse).chain(report.of(Severity::Warn)) {
        output::print_line(&format!("warning: {}", finding.message))?;
    }
    for finding in report
        .of(Severity::Note)
        .filter(|f| f.code == Code::CalibrationPulse)
    {
        output::print_line(&format!("note: {}", finding.message))?;
    }
    values(&measurements).print()?;
    output::print_line("")?;
    leads(&measurements.leads).print()?;
    output::print_line("")?;
    output::print_line(&format!(
        "{}; {} Hz recording. Not a medical device.",
        measurements.method, measurements.rate_hz
    ))
}

fn values(m: &Measurements) -> output::Table {
    let mut table = output::Table::default();
    let mut row = |name: &str, value: String| table.row(vec![name.to_owned(), value]);
    row("rhythm", rhythm_text(m));
    row("shapes", shapes_text(m));
    row("heart rate", m.heart_rate_bpm.text(0, "/min"));
    if let Some(rr) = &m.rr {
        row(
            "RR",
            format!(
                "median {:.0} ms, mean {:.0} ms, {:.0} to {:.0} ms, SDNN {}, RMSSD {}",
                rr.median_ms,
                rr.mean_ms,
                rr.shortest_ms,
                rr.longest_ms,
                milliseconds(rr.sdnn_ms),
                milliseconds(rr.rmssd_ms)
            ),
        );
    }
    for (name, value) in [
        ("P", &m.p_ms),
        ("PR", &m.pr_ms),
        ("QRS", &m.qrs_ms),
        ("QT", &m.qt_ms),
    ] {
        row(name, value.text(0, "ms"));
    }
    if let Some(qtc) = &m.qtc {
        let basis = format!("({}, {:.0} ms)", qtc.rr_basis.text(), qtc.rr_ms);
        for (name, value) in [
            ("QTc Bazett", &qtc.bazett_ms),
            ("QTc Fridericia", &qtc.fridericia_ms),
            ("QTc Framingham", &qtc.framingham_ms),
            ("QTc Hodges", &qtc.hodges_ms),
        ] {
            row(name, format!("{} {basis}", value.text(0, "ms")));
        }
    }
    for (name, value) in [
        ("P axis", &m.p_axis_deg),
        ("QRS axis", &m.qrs_axis_deg),
        ("T axis", &m.t_axis_deg),
    ] {
        row(name, degrees(value));
    }
    row("Sokolow-Lyon", m.sokolow_lyon_mv.text(2, "mV"));
    row("Cornell", m.cornell_mv.text(2, "mV"));
    table
}

fn rhythm_text(m: &Measurements) -> String {
    let what = match m.rhythm.atria {
        Atria::PWaves => "P waves in step with QRS",
        Atria::Fibrillation => "irregular without P waves, as in atrial fibrillation",
        Atria::Flutter => "flutter waves",
        Atria::Paced => "paced",
        Atria::NoPWaves => "no P waves in step with QRS",
    };
    let source = if m.rhythm.stated {
        "stated"
    } else {
        "measured"
    };
    let premature = m.beats.iter().filter(|b| b.premature).count();
    format!(
        "{what} ({source}); {} beats, {premature} premature",
        m.beats.len()
    )
}

/// How many beats of each shape, and which the median beat is of.
fn shapes_text(m: &Measurements) -> String {
    let shapes = m.beats.iter().filter_map(|b| b.shape).max();
    let text = |shape: usize| {
        let of_shape: Vec<_> = m.beats.iter().filter(|b| b.shape == Some(shape)).collect();
        let premature = of_shape.iter().filter(|b| b.premature).count();
        let measured = match of_shape.iter().any(|b| b.typical) {
            true => ", measured",
            false => "",
        };
        format!(
            "{shape}: {} beats ({premature} premature{measured})",
            of_shape.len()
        )
    };
    let all: Vec<String> = (0..shapes.map_or(0, |last| last + 1)).map(text).collect();
    all.join("; ")
}

fn leads(leads: &[LeadMeasurements]) -> output::Table {
    let mut table = output::Table::new(&[
        "lead",
        "R mV",
        "S mV",
        "ST J+60 mV",
        "noise mV",
        "wander mV",
    ]);
    for lead in leads {
        let amplitude = |value: fn(&measurements::LeadAmplitudes) -> f64| {
            lead.amplitudes
                .as_ref()
                .map_or("-".to_owned(), |a| format!("{:.2}", value(a)))
        };
        table.row(vec![
            lead.name.clone(),
            amplitude(|a| a.r_mv),
            amplitude(|a| a.s_mv),
            amplitude(|a| a.st_j60_mv),
            format!("{:.3}", lead.noise_mv),
            format!("{:.2}", lead.wander_mv),
        ]);
    }
    table
}

fn degrees(value: &Quantity) -> String {
    value.text(0, "\u{b0}").replace(" \u{b0}", "\u{b0}")
}

fn milliseconds(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |v| format!("{v:.0} ms"))
}
