//! The tables of ground truth beside the signals.

use std::path::PathBuf;

use super::{Beat, SimulatedEcg, SimulatorError};
use crate::ecg::Lead;

/// The columns of `truth.csv`.
pub(super) fn truth_columns() -> Vec<String> {
    let of_leads = Lead::STANDARD.into_iter().flat_map(|lead| {
        LEAD_COLUMNS
            .iter()
            .map(move |column| format!("{column}_{}", lead.name()))
    });
    RECORD_COLUMNS
        .iter()
        .map(|&column| column.to_owned())
        .chain(of_leads)
        .collect()
}

pub(super) fn truth_row(ecg_id: usize, ecg: &SimulatedEcg) -> Vec<String> {
    let truth = &ecg.truth;
    let one = |value: Option<f64>| value.map_or_else(String::new, |v| format!("{v:.1}"));
    let lone: Vec<String> = truth
        .lone_p_onsets_s
        .iter()
        .map(|s| format!("{s:.3}"))
        .collect();
    let mut row = vec![
        ecg_id.to_string(),
        truth.rhythm.code().to_owned(),
        format!("{:.2}", truth.heart_rate_bpm),
        one(truth.pr_ms),
        format!("{:.1}", truth.qrs_ms),
        format!("{:.1}", truth.qt_ms),
        one(truth.flutter_rate_bpm),
        ecg.example_of.to_owned(),
        format!("{:.1}", truth.qtc_fridericia_ms()),
        one(truth.p_ms()),
        format!("{:.1}", 60e3 / truth.heart_rate_bpm.max(1.0)),
        one(truth.p_axis_deg),
        one(truth.qrs_axis_deg),
        one(truth.t_axis_deg),
        truth.beats.len().to_string(),
        lone.join(" "),
    ];
    for lead in &truth.leads {
        row.extend([
            format!("{:.3}", lead.q_mv),
            format!("{:.0}", lead.q_ms),
            format!("{:.3}", lead.r_mv),
            format!("{:.3}", lead.s_mv),
            format!("{:.3}", lead.st_j60_mv),
            format!("{:.3}", lead.t_mv),
        ]);
    }
    row
}

/// One row a beat; `before` is the beat before it in the recording.
pub(super) fn beat_row(ecg_id: usize, beat: &Beat, before: Option<&Beat>) -> Vec<String> {
    let s = |value: f64| format!("{value:.3}");
    let maybe = |value: Option<f64>| value.map_or_else(String::new, s);
    vec![
        ecg_id.to_string(),
        beat.kind.name().to_owned(),
        maybe(beat.p_onset_s),
        maybe(beat.p_offset_s),
        s(beat.qrs_onset_s),
        s(beat.r_peak_s),
        s(beat.qrs_offset_s),
        s(beat.t_onset_s),
        s(beat.t_peak_s),
        s(beat.t_end_s),
        maybe(before.map(|before| beat.r_peak_s - before.r_peak_s)),
    ]
}

/// One row a record. The columns of each lead, `q_mv_II` and so on, follow.
const RECORD_COLUMNS: [&str; 16] = [
    "ecg_id",
    "rhythm",
    "heart_rate_bpm",
    "pr_ms",
    "qrs_ms",
    "qt_ms",
    "flutter_rate_bpm",
    "example_of",
    "qtc_fridericia_ms",
    "p_ms",
    "mean_rr_ms",
    "p_axis_deg",
    "qrs_axis_deg",
    "t_axis_deg",
    "beats",
    "lone_p_onsets_s",
];

const LEAD_COLUMNS: [&str; 6] = ["q_mv", "q_ms", "r_mv", "s_mv", "st_j60_mv", "t_mv"];

const BEAT_COLUMNS: [&str; 11] = [
    "ecg_id",
    "kind",
    "p_onset_s",
    "p_offset_s",
    "qrs_onset_s",
    "r_peak_s",
    "qrs_offset_s",
    "t_onset_s",
    "t_peak_s",
    "t_end_s",
    "rr_s",
];
pub(super) fn beat_columns() -> Vec<String> {
    BEAT_COLUMNS.map(str::to_owned).to_vec()
}

/// A CSV file that appears only when it is finished.
pub(super) struct Table {
    path: PathBuf,
    writer: csv::Writer<Vec<u8>>,
}

impl Table {
    pub fn new(path: PathBuf, columns: &[String]) -> Result<Self, SimulatorError> {
        let mut table = Self {
            path,
            writer: csv::Writer::from_writer(Vec::new()),
        };
        table.row(columns)?;
        Ok(table)
    }

    pub fn row(&mut self, cells: &[String]) -> Result<(), SimulatorError> {
        self.writer
            .write_record(cells)
            .map_err(|source| SimulatorError::Csv {
                path: self.path.clone(),
                source,
            })
    }

    pub fn finish(self) -> Result<(), SimulatorError> {
        let path = self.path;
        let failed = |source| SimulatorError::Io {
            path: path.clone(),
            source,
        };
        let bytes = self
            .writer
            .into_inner()
            .map_err(|e| failed(e.into_error()))?;
        std::fs::write(&path, bytes).map_err(failed)
    }
}
