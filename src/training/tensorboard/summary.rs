//! Events and summaries: what TensorBoard shows.

use super::message::Message;

/// Thresholds of a precision-recall curve, from 0 to 1.
const THRESHOLDS: usize = 127;
/// The precision of no call at all, as TensorBoard's own writer has it.
const SMALLEST: f64 = 1e-7;

/// `DT_FLOAT` of types.proto.
const FLOAT: u64 = 1;
/// `DATA_CLASS_TENSOR` of summary.proto.
const TENSOR: u64 = 2;
/// Colour channels of our pictures.
const CHANNELS: u64 = 3;

/// One tagged value of a summary.
#[derive(Clone, Debug)]
pub struct Value(Message);

impl Value {
    pub fn scalar(tag: &str, value: f64) -> Self {
        Self(tagged(tag).float(2, value as f32))
    }

    pub fn picture(tag: &str, (width, height): (u32, u32), png: &[u8]) -> Self {
        let image = Message::default()
            .whole(1, u64::from(height))
            .whole(2, u64::from(width))
            .whole(3, CHANNELS)
            .bytes(4, png);
        Self(tagged(tag).message(4, image))
    }

    /// For each threshold: true positives, false positives, true negatives,
    /// false negatives, precision, recall, in this order, row by row.
    pub fn precision_recall(tag: &str, probabilities: &[f64], labels: &[bool]) -> Self {
        let mut rows = vec![Vec::new(); 6];
        for step in 0..THRESHOLDS {
            let threshold = step as f64 / (THRESHOLDS - 1) as f64;
            let c = crate::statistics::confusion_at(probabilities, labels, threshold);
            let (tp, fp) = (c.true_positives as f64, c.false_positives as f64);
            let (tn, missed) = (c.true_negatives as f64, c.false_negatives as f64);
            let numbers = [
                tp,
                fp,
                tn,
                missed,
                tp / (tp + fp).max(SMALLEST),
                tp / (tp + missed).max(SMALLEST),
            ];
            for (row, number) in rows.iter_mut().zip(numbers) {
                row.push(number as f32);
            }
        }
        let plugin = Message::default()
            .bytes(1, b"pr_curves")
            // Version 0, and the number of thresholds.
            .bytes(
                2,
                &Message::default().whole(2, THRESHOLDS as u64).into_bytes(),
            );
        let metadata = Message::default().message(1, plugin).whole(4, TENSOR);
        Self(tagged(tag).message(8, matrix(&rows)).message(9, metadata))
    }
}

fn tagged(tag: &str) -> Message {
    Message::default().bytes(1, tag.as_bytes())
}

/// A tensor of rows of equal length.
fn matrix(rows: &[Vec<f32>]) -> Message {
    let columns = rows.first().map_or(0, Vec::len);
    let size = |n: usize| Message::default().whole(1, n as u64);
    let shape = Message::default()
        .message(2, size(rows.len()))
        .message(2, size(columns));
    let values: Vec<u8> = rows
        .iter()
        .flatten()
        .flat_map(|v| v.to_le_bytes())
        .collect();
    Message::default()
        .whole(1, FLOAT)
        .message(2, shape)
        .bytes(4, &values)
}

/// The first event of every file.
pub fn version(wall_time_s: f64) -> Vec<u8> {
    Message::default()
        .double(1, wall_time_s)
        .bytes(3, b"brain.Event:2")
        .into_bytes()
}

pub fn event(wall_time_s: f64, step: i64, values: &[Value]) -> Vec<u8> {
    let mut summary = Message::default();
    for Value(value) in values {
        summary = summary.message(1, value.clone());
    }
    Message::default()
        .double(1, wall_time_s)
        .whole(2, step.cast_unsigned())
        .message(5, summary)
        .into_bytes()
}
