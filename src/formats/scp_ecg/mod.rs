//! SCP-ECG, the binary format of European carts, versions 1 and 2.
//!
//! Source: EN 1064 / ISO 11073-91064, clauses 5.2 to 5.9 and annex C. Read are
//! the sections 0 (pointers), 1 (patient), 2 (Huffman tables), 3 (leads), 4 (QRS
//! locations), 5 (reference beat) and 6 (rhythm), with every coding: plain, first
//! and second differences, Huffman with the default or own tables, subtraction of
//! the reference beat, and bimodal compression.

mod huffman;
mod patient;
mod record;
mod restore;
mod signal;

use std::path::Path;

use super::cart::{self, CartEcg};
use super::content::Content;
use super::{FormatError, Waveform};
use crate::ecg::{Channel, Recording};
use huffman::Coding;
use record::Record;
use signal::{Coded, LeadSpan, QrsLocations};

/// Whether a file begins as SCP-ECG does, or pretends to: the mark is missing in
/// some devices' files, whose section 0 still points to itself first.
pub fn looks_like(start: &[u8]) -> bool {
    let marked = start.get(16..22) == Some(b"SCPECG");
    let is_section_0 = start.get(8..10) == Some(&[0, 0]) && start.get(22..24) == Some(&[0, 0]);
    let length = start.get(10..14);
    let points_to_itself = length.is_some_and(|l| *l != [0; 4]) && length == start.get(24..28);
    marked || (is_section_0 && points_to_itself)
}

/// The rhythm of an SCP-ECG record.
///
/// # Errors
/// As [`parse_waveform`].
pub fn parse(path: &Path, bytes: &[u8]) -> Result<Recording, FormatError> {
    parse_waveform(path, bytes, Waveform::Rhythm)
}

/// The rhythm (section 6) or the reference beat (section 5) of an SCP-ECG record.
///
/// # Errors
/// A file without the mark, a checksum that fails, a length that the file does
/// not have, fields that contradict each other, version 3.
pub fn parse_waveform(
    path: &Path,
    bytes: &[u8],
    waveform: Waveform,
) -> Result<Recording, FormatError> {
    let record = Record::parse(Content { path, bytes })?;
    let coding = Coding::parse(record.section(2))?;
    let leads = signal::Leads::parse(&record.required(3)?)?;
    let qrs = record
        .section(4)
        .map(|s| QrsLocations::parse(&s))
        .transpose()?;
    let beat = record
        .section(5)
        .map(|s| Coded::parse(&s, 5, leads.spans.len()))
        .transpose()?;
    let rhythm = record
        .section(6)
        .map(|s| Coded::parse(&s, 6, leads.spans.len()))
        .transpose()?;
    let file = record.file;
    let sources = Sources {
        file,
        coding: &coding,
        leads: &leads,
        qrs: qrs.unwrap_or_default(),
        beat,
        rhythm,
    };
    let (signal, other) = match waveform {
        Waveform::Rhythm => (sources.rhythm()?, sources.beat.as_ref()),
        Waveform::MedianBeat => (sources.median_beat()?, sources.rhythm.as_ref()),
    };
    let other_name = match waveform {
        Waveform::Rhythm => Waveform::MedianBeat.name(),
        Waveform::MedianBeat => Waveform::Rhythm.name(),
    };
    let others: Vec<String> = other.map(|_| other_name.to_owned()).into_iter().collect();
    let mut remarks: Vec<String> = cart::also_there(waveform.name(), &others)
        .into_iter()
        .collect();
    remarks.extend(signal.remark);
    CartEcg {
        rate_hz: 1e6 / f64::from(signal.interval_us),
        channels: std::iter::zip(&leads.spans, signal.leads_nv)
            .map(|(lead, nanovolts)| channel(lead, nanovolts))
            .collect(),
        format: format!("SCP-ECG {}, {}", record.version(), signal.coding),
        unit_source: signal.unit,
        remarks,
        patient: record
            .section(1)
            .map(|s| patient::parse(&s))
            .transpose()?
            .unwrap_or_default(),
    }
    .into_recording(&file)
}

fn channel(lead: &LeadSpan, nanovolts: Vec<f64>) -> Channel {
    Channel {
        name: lead.name(),
        lead: lead.standard(),
        samples_mv: nanovolts.into_iter().map(|nv| nv / 1e6).collect(),
    }
}

/// The sections that a signal is made of.
struct Sources<'a> {
    file: Content<'a>,
    coding: &'a Coding,
    leads: &'a signal::Leads,
    qrs: QrsLocations,
    beat: Option<Coded<'a>>,
    rhythm: Option<Coded<'a>>,
}

/// A decoded signal.
struct Signal {
    interval_us: u32,
    /// Nanovolts per lead; NaN where a lead was not recorded.
    leads_nv: Vec<Vec<f64>>,
    /// `Huffman, second differences`
    coding: String,
    unit: String,
    remark: Option<String>,
}

impl Sources<'_> {
    fn median_beat(&self) -> Result<Signal, FormatError> {
        let absent = || {
            self.file
                .wrong("section 5 (reference beat)", "absent", "one")
        };
        let beat = self.beat.as_ref().ok_or_else(absent)?;
        let avm_nv = f64::from(beat.avm_nv);
        let to_nv = |values: Vec<i32>| values.into_iter().map(|v| f64::from(v) * avm_nv).collect();
        Ok(Signal {
            interval_us: beat.interval_us.into(),
            leads_nv: self.reference_beat(beat)?.into_iter().map(to_nv).collect(),
            coding: self.coding.describe(beat),
            unit: format!(
                "{} nV per unit (amplitude multiplier of section 5)",
                beat.avm_nv
            ),
            remark: None,
        })
    }

    /// The reference beat of each lead in units of its amplitude multiplier.
    fn reference_beat(&self, beat: &Coded) -> Result<Vec<Vec<i32>>, FormatError> {
        let length = self.qrs.beat_length_ms * 1000 / u32::from(beat.interval_us);
        let length = length as usize;
        self.file.within_limit(beat.leads.len(), length)?;
        let lengths = vec![length; beat.leads.len()];
        self.coding.decode(beat, &lengths)
    }

    fn rhythm(&self) -> Result<Signal, FormatError> {
        let absent = || self.file.wrong("section 6 (rhythm)", "absent", "one");
        let rhythm = self.rhythm.as_ref().ok_or_else(absent)?;
        let factor = self.decimation(rhythm)?;
        let zones = restore::protected_zones(&self.file, &self.qrs, factor)?;
        let length = self.leads.length();
        self.file.within_limit(self.leads.spans.len(), length)?;
        let counts = self
            .leads
            .spans
            .iter()
            .map(|lead| restore::stored(&restore::stretches(lead, &zones), factor));
        let counts: Vec<usize> = counts.collect();
        let sent = self.coding.decode(rhythm, &counts)?;
        let avm_nv = f64::from(rhythm.avm_nv);
        let first = self.leads.first();
        let mut leads_nv = Vec::with_capacity(sent.len());
        for (lead, sent) in self.leads.spans.iter().zip(sent) {
            let mut nanovolts = vec![f64::NAN; length];
            let begin = (lead.first - first) as usize;
            let restored =
                restore::undo_decimation(&sent, &restore::stretches(lead, &zones), factor);
            for (to, value) in nanovolts[begin..].iter_mut().zip(restored) {
                *to = value * avm_nv;
            }
            leads_nv.push(nanovolts);
        }
        let mut unit = format!(
            "{} nV per unit (amplitude multiplier of section 6",
            rhythm.avm_nv
        );
        let mut coding = self.coding.describe(rhythm);
        if self.leads.reference_subtracted {
            let beat = self.subtracted_beat(rhythm, factor)?;
            let reference = self.reference_beat(beat)?;
            restore::zones_within_limit(&self.file, &self.qrs, length)?;
            for (nanovolts, values) in leads_nv.iter_mut().zip(&reference) {
                restore::add_reference_beat(nanovolts, first, &self.qrs, values, beat.avm_nv);
            }
            unit.push_str(&format!("; {} nV in section 5", beat.avm_nv));
            coding.push_str(", reference beat subtracted");
        }
        unit.push(')');
        let remark = (factor > 1).then(|| {
            coding.push_str(", bimodal");
            format!(
                "outside of the QRS complexes the file keeps the mean of every {factor} samples only; \
                 straight lines stand between them"
            )
        });
        Ok(Signal {
            interval_us: u32::from(rhythm.interval_us) / factor as u32,
            leads_nv,
            coding,
            unit,
            remark,
        })
    }

    /// How many samples one value stands for outside of the protected zones:
    /// section 5 then has the original sampling interval, section 6 the longer one.
    fn decimation(&self, rhythm: &Coded) -> Result<usize, FormatError> {
        if !rhythm.bimodal {
            return Ok(1);
        }
        let Some(beat) = &self.beat else {
            let what = "bimodal compression without a reference beat (section 5), which has the original sampling rate,";
            return Err(self.file.unsupported(what));
        };
        let (long, short) = (rhythm.interval_us, beat.interval_us);
        if long % short != 0 || long / short > 16 {
            let expected = format!("a small multiple of the {short} µs of section 5");
            return Err(self.file.wrong(
                "the sampling interval of section 6",
                format!("{long} µs"),
                expected,
            ));
        }
        Ok((long / short).into())
    }

    fn subtracted_beat(&self, rhythm: &Coded, factor: usize) -> Result<&Coded<'_>, FormatError> {
        let what = "section 5 (reference beat), which was subtracted,";
        let beat = self
            .beat
            .as_ref()
            .ok_or_else(|| self.file.wrong(what, "absent", "one"))?;
        if usize::from(rhythm.interval_us) != factor * usize::from(beat.interval_us) {
            let what = "a subtracted reference beat of another sampling rate than the rhythm's";
            return Err(self.file.unsupported(what));
        }
        Ok(beat)
    }
}
