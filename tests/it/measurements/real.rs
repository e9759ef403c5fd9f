//! Real ECGs: record 100 of the MIT-BIH Arrhythmia Database with its
//! annotations, and the PTB-XL excerpt, where nothing may be absurd.

use std::path::Path;

use protoecg::formats;
use protoecg::measurements::{Measurements, measure};

use super::score::BeatScore;
use crate::reference_data;

/// Beats of a WFDB annotation file: sample and code. Each annotation is a word
/// of six bits of type and ten of time; types above 58 carry something else
/// (WFDB Programmer's Guide, annot(5)).
fn annotations(bytes: &[u8]) -> Vec<(u64, u16)> {
    let words: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|b| u16::from_le_bytes([b[0], b[1]]))
        .collect();
    let (mut i, mut sample, mut beats) = (0, 0u64, Vec::new());
    while i < words.len() && words[i] != 0 {
        let (kind, time) = (words[i] >> 10, u64::from(words[i] & 1023));
        i += 1;
        match kind {
            // SKIP: the time in the next two words, high one first.
            59 => {
                sample += u64::from(words[i]) << 16 | u64::from(words[i + 1]);
                i += 2;
            }
            60..=62 => {}
            // AUX: so many bytes of text, even.
            63 => i += time.div_ceil(2) as usize,
            _ => {
                sample += time;
                beats.push((sample, kind));
            }
        }
    }
    beats
}

#[test]
fn the_beats_of_record_100_are_those_of_its_annotators() {
    let Some(folder) = reference_data::sample_files() else {
        return;
    };
    let all = annotations(&std::fs::read(folder.join("wfdb/100.atr")).unwrap());
    let count = |kind| all.iter().filter(|a| a.1 == kind).count();
    // wfdb-python 4.3.1: Counter(wfdb.rdann("100", "atr").symbol) gives 2239 N,
    // 33 A, 1 V and one rhythm mark.
    assert_eq!(
        (count(1), count(8), count(5), all.len()),
        (2239, 33, 1, 2274)
    );
    let rate_hz = 360.0;
    let beats = all.iter().filter(|a| [1, 5, 8].contains(&a.1));
    let true_s: Vec<f64> = beats.map(|a| a.0 as f64 / rate_hz).collect();
    let recording = formats::open(&folder.join("wfdb/100.hea")).unwrap();
    let m = measure(&recording, None).unwrap();
    let found_s: Vec<f64> = m.beats.iter().map(|b| b.r_peak_s).collect();
    let score = BeatScore::of(&true_s, &found_s, m.duration_s);
    assert_eq!((score.missed, score.false_beats), (0, 0), "{score:?}");
    // The ventricular beat has a shape of its own, and the premature ones are
    // most of those that are called so.
    let kind_at = |kind: u16| {
        let true_s = move |a: &&(u64, u16)| a.1 == kind;
        all.iter().filter(true_s).map(|a| a.0 as f64 / rate_hz)
    };
    let near = |t: f64| m.beats.iter().find(|b| (b.r_peak_s - t).abs() < 0.15);
    let ventricular = near(kind_at(5).next().unwrap()).unwrap();
    assert!(ventricular.premature && !ventricular.typical);
    let atrial = kind_at(8).filter(|&t| near(t).is_some_and(|b| b.premature));
    assert!(atrial.count() >= 30);
}

/// What no living heart does, or no two values can be at once.
fn absurd(m: &Measurements) -> Option<String> {
    let rate_bpm = m.heart_rate_bpm.value()?;
    let (qrs_ms, qt_ms) = (m.qrs_ms.value()?, m.qt_ms.value());
    if !(25.0..=250.0).contains(&rate_bpm) {
        return Some(format!("heart rate {rate_bpm:.0}"));
    }
    if !(30.0..=250.0).contains(&qrs_ms) {
        return Some(format!("QRS {qrs_ms:.0} ms"));
    }
    let rr_ms = m.rr?.median_ms;
    qt_ms
        .filter(|&qt| qt > rr_ms || qt < qrs_ms)
        .map(|qt| format!("QT {qt:.0} ms, QRS {qrs_ms:.0} ms, RR {rr_ms:.0} ms"))
}

struct Seen {
    records: usize,
    absurd: Vec<String>,
    without_beats: usize,
}

fn look(folder: &Path, ids: impl Iterator<Item = u32>, suffix: &str) -> Seen {
    let mut seen = Seen {
        records: 0,
        absurd: Vec::new(),
        without_beats: 0,
    };
    for id in ids {
        let thousand = id / 1000 * 1000;
        let rate = if suffix == "hr" { 500 } else { 100 };
        let path = folder.join(format!("records{rate}/{thousand:05}/{id:05}_{suffix}.hea"));
        if !path.exists() {
            continue;
        }
        let m = measure(&formats::open(&path).unwrap(), None).unwrap();
        seen.records += 1;
        seen.without_beats += usize::from(m.heart_rate_bpm.value().is_none());
        seen.absurd
            .extend(absurd(&m).map(|what| format!("{id}: {what}")));
    }
    seen
}

#[test]
fn nothing_is_absurd_in_ptbxl() {
    let Some(folder) = reference_data::ptbxl() else {
        return;
    };
    let seen = look(&folder, (1..=250).step_by(2), "hr");
    assert!(seen.records > 100);
    assert!(seen.absurd.is_empty(), "{:?}", seen.absurd);
    assert_eq!(seen.without_beats, 0);
}

/// The rate of docs/measurements.md:
///
///     cargo test --no-default-features --test it measurements::real::whole -- --ignored --nocapture
#[test]
#[ignore = "all of the PTB-XL excerpt; minutes"]
fn whole_excerpt() {
    let Some(folder) = reference_data::ptbxl() else {
        return;
    };
    for (suffix, ids) in [("hr", 1..=250), ("lr", 1..=1999)] {
        let seen = look(&folder, ids, suffix);
        println!(
            "{suffix}: {} records, {} absurd {:?}, {} without beats",
            seen.records,
            seen.absurd.len(),
            seen.absurd,
            seen.without_beats
        );
        assert!(seen.absurd.len() * 500 <= seen.records);
    }
}
