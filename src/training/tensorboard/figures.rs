//! What a finished run adds: a precision-recall curve of every statement on
//! the validation folds, and its first prototype as an ECG sheet.

use super::EventFile;
use crate::bundle::{Manifest, Prototype};
use crate::dataset::DataSet;
use crate::inference::sigmoid;
use crate::sheet::{Mark, Palette, SheetSpec, scene, to_png};
use crate::training::error::TrainingError;
use crate::training::evaluation::Columns;

/// Enough to read the sheet, and little enough for 71 of them.
const DPI: f64 = 60.0;

/// `validation` has the logits of the validation records.
pub fn add(
    events: &mut EventFile,
    set: &DataSet,
    manifest: &Manifest,
    validation: &Columns,
) -> Result<(), TrainingError> {
    for (class, statement) in manifest.statements.iter().enumerate() {
        let (logits, labels) = validation.class(class);
        let probabilities: Vec<f64> = logits.iter().map(|&x| sigmoid(x)).collect();
        let tag = format!("validation/{}", statement.code);
        events.precision_recall(&tag, &probabilities, labels)?;
    }
    for (class, statement) in manifest.statements.iter().enumerate() {
        let first = manifest.prototypes_of(class).first().copied();
        let Some(number) = first else { continue };
        if let Some(png) = sheet_of(set, manifest, number, &manifest.prototypes[number])? {
            events.picture(&format!("prototypes/{}", statement.code), &png)?;
        }
    }
    Ok(())
}

/// The training ECG of a prototype, marked where it is.
fn sheet_of(
    set: &DataSet,
    manifest: &Manifest,
    number: usize,
    prototype: &Prototype,
) -> Result<Option<Vec<u8>>, TrainingError> {
    let Some(entry) = prototype.ecg_id.and_then(|id| set.entry(id)) else {
        return Ok(None);
    };
    let rate_hz = manifest.preprocessing.rate_hz;
    let label = format!("prototype {number}");
    let mark = match prototype.window_samples {
        Some((start, end)) => {
            Mark::pooled(start as f64 / rate_hz, end as f64 / rate_hz, None, label)
        }
        None => Mark::whole_recording(label),
    };
    let code = &manifest.statements[prototype.class].code;
    let spec = SheetSpec {
        title: vec![format!(
            "Prototype {number} of {code}: training ECG {}",
            entry.ecg_id
        )],
        marks: vec![mark],
        filter_note: "as recorded, no display filter".to_owned(),
        ..SheetSpec::default()
    };
    let page = scene(&set.read(entry)?, &spec);
    Ok(Some(to_png(&page, &Palette::LIGHT, DPI)?))
}
