//! A simulated collection on disk, in the layout of PTB-XL.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crossbeam_channel::Sender;

use super::rows::{COLUMNS, Paths, table_row};
use super::table::{Table, beat_columns, beat_row, truth_columns, truth_row};
use super::{Mix, Recipe, SimulatedEcg, SimulatorError};
use crate::dataset::{
    HIGH_RATE_FOLDER, LOW_RATE_FOLDER, MARKER_FILE, MARKER_VERSION, SimulatedMarker, TABLE_FILE,
};
use crate::ecg::Recording;
use crate::formats::wfdb;
use crate::statements::{self, Group, Superclass};

/// An ECG that was written, by its place, or why it was not.
type Written = (usize, Result<(SimulatedEcg, Paths), SimulatorError>);

/// Heart rate, intervals, axes and leads of each record, as simulated.
pub const TRUTH_FILE: &str = "truth.csv";
/// Every beat of each record, with the limits of its waves.
pub const BEATS_FILE: &str = "beats.csv";
const STATEMENTS_FILE: &str = "scp_statements.csv";

/// Everything that the simulator writes; a folder with anything else in it is
/// somebody's.
const OURS: [&str; 7] = [
    MARKER_FILE,
    TABLE_FILE,
    TRUTH_FILE,
    BEATS_FILE,
    STATEMENTS_FILE,
    LOW_RATE_FOLDER,
    HIGH_RATE_FOLDER,
];

/// One step of a WFDB file: 1 µV, as in PTB-XL.
const ADC_PER_MV: f64 = 1000.0;

/// In which fold the patients of a statement go, one after the other: validation
/// and test get theirs early, so that a rare one is in all three.
const FOLDS: [u8; 10] = [1, 9, 2, 10, 3, 4, 5, 6, 7, 8];

/// Writes `records` simulated ECGs of 100 Hz to `out`, the rhythms of
/// [`Mix::Rhythms`]. `progress` is called after each with their number and may
/// stop the work.
///
/// # Errors
/// As [`Collection::write`].
pub fn write_ptbxl(
    records: usize,
    seed: u64,
    out: &Path,
    progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
) -> Result<(), SimulatorError> {
    Collection {
        records,
        recipe: Recipe {
            mix: Mix::Rhythms,
            seed,
            ..Recipe::default()
        },
        with_500_hz: false,
    }
    .write(out, progress)
}

/// What to write.
#[derive(Clone, Copy, Debug)]
pub struct Collection {
    pub records: usize,
    pub recipe: Recipe,
    /// Also as 500 Hz records, five times the space.
    pub with_500_hz: bool,
}

impl Collection {
    /// Writes signals, tables and the marker that says that they are
    /// simulated. The table comes last: a folder that was not finished is no
    /// collection, and can be written again. As many threads work as the
    /// machine has cores; what they write does not depend on their number.
    ///
    /// # Errors
    /// A folder with something in it that the simulator did not write, a disk
    /// that refuses, or `progress` that stops.
    pub fn write(
        &self,
        out: &Path,
        progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> Result<(), SimulatorError> {
        clear(out)?;
        self.write_marker(out)?;
        write_statements(&out.join(STATEMENTS_FILE))?;
        let mut folds = Folds::default();
        let mut table = Table::new(out.join(TABLE_FILE), &COLUMNS.map(str::to_owned))?;
        let mut truth = Table::new(out.join(TRUTH_FILE), &truth_columns())?;
        let mut beats = Table::new(out.join(BEATS_FILE), &beat_columns())?;
        self.write_signals(out, &mut |ecg_id, ecg, paths| {
            table.row(&table_row(ecg_id, ecg, folds.of(ecg), paths))?;
            truth.row(&truth_row(ecg_id, ecg))?;
            let mut before = None;
            for beat in &ecg.truth.beats {
                beats.row(&beat_row(ecg_id, beat, before))?;
                before = Some(beat);
            }
            match progress(ecg_id) {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(SimulatorError::Cancelled { written: ecg_id }),
            }
        })?;
        beats.finish()?;
        truth.finish()?;
        table.finish()
    }

    /// Simulates and writes the records on all cores, and calls `done` for
    /// each in order. An error ends it all.
    fn write_signals(
        &self,
        out: &Path,
        done: &mut dyn FnMut(usize, &SimulatedEcg, &Paths) -> Result<(), SimulatorError>,
    ) -> Result<(), SimulatorError> {
        let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
        let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        // A bounded channel: who is far ahead waits.
        let (sender, receiver) = crossbeam_channel::bounded(4 * threads);
        let work = |sender: Sender<Written>| {
            while !stop.load(Ordering::Relaxed) {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= self.records {
                    return;
                }
                if sender.send((index, self.write_one(out, index))).is_err() {
                    return;
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..threads {
                let (sender, work) = (sender.clone(), &work);
                scope.spawn(move || work(sender));
            }
            drop(sender);
            let mut early = HashMap::new();
            let mut wanted = 0;
            let mut in_order = || {
                for (index, result) in &receiver {
                    early.insert(index, result);
                    while let Some(result) = early.remove(&wanted) {
                        let (ecg, paths) = result?;
                        wanted += 1;
                        done(wanted, &ecg, &paths)?;
                    }
                }
                Ok(())
            };
            let result = in_order();
            stop.store(true, Ordering::Relaxed);
            // Who waits to send is let go.
            drop(receiver);
            result
        })
    }

    fn write_one(&self, out: &Path, index: usize) -> Result<(SimulatedEcg, Paths), SimulatorError> {
        let mut ecg = self.recipe.simulated(index, self.with_500_hz);
        let ecg_id = index + 1;
        let low = write_record(out, LOW_RATE_FOLDER, ecg_id, "lr", &ecg.recording)?;
        let high = match self.with_500_hz {
            true => write_record(out, HIGH_RATE_FOLDER, ecg_id, "hr", &ecg.recording_500_hz)?,
            false => String::new(),
        };
        // They are on the disk, and would fill memory while they wait.
        ecg.recording.channels.clear();
        ecg.recording_500_hz.channels.clear();
        Ok((ecg, Paths { low, high }))
    }

    fn write_marker(&self, out: &Path) -> Result<(), SimulatorError> {
        let marker = SimulatedMarker {
            version: MARKER_VERSION,
            program: format!("protoecg {}", env!("CARGO_PKG_VERSION")),
            seed: self.recipe.seed,
            records: self.records,
            mix: self.recipe.mix.name().to_owned(),
            noise: self.recipe.noise.levels(),
        };
        let path = out.join(MARKER_FILE);
        let text = ron::ser::to_string_pretty(&marker, ron::ser::PrettyConfig::default()).map_err(
            |source| SimulatorError::Marker {
                path: path.clone(),
                source,
            },
        )?;
        write_text(
            &path,
            &format!("// These ECGs are simulated. No patient has them.\n{text}\n"),
        )
    }
}

/// Makes `out`, or empties it where it has nothing but what the simulator
/// wrote.
fn clear(out: &Path) -> Result<(), SimulatorError> {
    let failed = |source| SimulatorError::Io {
        path: out.to_owned(),
        source,
    };
    std::fs::create_dir_all(out).map_err(failed)?;
    let mut found = Vec::new();
    for entry in std::fs::read_dir(out).map_err(failed)? {
        found.push(
            entry
                .map_err(failed)?
                .file_name()
                .to_string_lossy()
                .into_owned(),
        );
    }
    found.sort();
    if found.is_empty() {
        return Ok(());
    }
    let marked = found.iter().any(|name| name == MARKER_FILE);
    let strange = found
        .iter()
        .find(|name| !marked || !OURS.contains(&name.as_str()));
    if let Some(strange) = strange {
        return Err(SimulatorError::NotOurs {
            folder: out.to_owned(),
            found: strange.clone(),
        });
    }
    // The marker stays until it is overwritten, so that the folder is ours
    // even if this is interrupted.
    for name in found.iter().filter(|name| *name != MARKER_FILE) {
        let path = out.join(name);
        let removed = if path.is_dir() {
            std::fs::remove_dir_all(&path)
        } else {
            std::fs::remove_file(&path)
        };
        removed.map_err(|source| SimulatorError::Io { path, source })?;
    }
    Ok(())
}

fn write_text(path: &Path, text: &str) -> Result<(), SimulatorError> {
    std::fs::write(path, text).map_err(|source| SimulatorError::Io {
        path: path.to_owned(),
        source,
    })
}

/// Writes `records100/00000/00001_lr` and returns that path.
fn write_record(
    out: &Path,
    folder: &str,
    ecg_id: usize,
    suffix: &str,
    recording: &Recording,
) -> Result<String, SimulatorError> {
    let thousand = format!("{folder}/{:05}", ecg_id / 1000 * 1000);
    let name = format!("{ecg_id:05}_{suffix}");
    let dir = out.join(&thousand);
    std::fs::create_dir_all(&dir).map_err(|source| SimulatorError::Io {
        path: dir.clone(),
        source,
    })?;
    wfdb::write(&dir, &name, recording, ADC_PER_MV).map_err(|source| SimulatorError::Signal {
        record: name.clone(),
        source: Box::new(source),
    })?;
    Ok(format!("{thousand}/{name}"))
}

/// Deals patients to folds, statement by statement.
#[derive(Default)]
struct Folds {
    dealt: HashMap<&'static str, usize>,
    last: Option<(i64, u8)>,
}

impl Folds {
    fn of(&mut self, ecg: &SimulatedEcg) -> u8 {
        if let Some((patient_id, fold)) = self.last
            && patient_id == ecg.patient_id
        {
            return fold;
        }
        let dealt = self.dealt.entry(ecg.example_of).or_default();
        let fold = FOLDS[*dealt % FOLDS.len()];
        *dealt += 1;
        self.last = Some((ecg.patient_id, fold));
        fold
    }
}

/// The 71 statements, in the columns that readers of PTB-XL look for.
fn write_statements(path: &Path) -> Result<(), SimulatorError> {
    let columns = [
        "",
        "description",
        "diagnostic",
        "form",
        "rhythm",
        "diagnostic_class",
        "prototype_category",
    ];
    let mut table = Table::new(path.to_owned(), &columns.map(str::to_owned))?;
    for statement in statements::all() {
        let flag = |on: bool| if on { "1.0" } else { "" }.to_owned();
        let diagnostic = statement.superclass.is_some();
        let rhythm = !diagnostic && statement.group == Group::Rhythm;
        let class = match statement.superclass {
            Some(Superclass::Norm) => "NORM",
            Some(Superclass::Mi) => "MI",
            Some(Superclass::Sttc) => "STTC",
            Some(Superclass::Cd) => "CD",
            Some(Superclass::Hyp) => "HYP",
            None => "",
        };
        let category = match statement.group {
            Group::Rhythm => "1",
            Group::Morphology => "3",
            Group::Global => "4",
        };
        table.row(&[
            statement.code.clone(),
            statement.description.clone(),
            flag(diagnostic),
            flag(!diagnostic && !rhythm),
            flag(rhythm),
            class.to_owned(),
            category.to_owned(),
        ])?;
    }
    table.finish()
}
