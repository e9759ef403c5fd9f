//! NumPy arrays (`.npy`, versions 1 to 3) of two dimensions, times and leads in
//! either order, with a [`Sidecar`].
//!
//! Source: numpy.lib.format.

use std::path::Path;

use super::{FormatError, Sidecar};
use crate::ecg::Recording;

const MAGIC: &[u8] = b"\x93NUMPY";

/// Whether a file begins as a NumPy array does.
pub fn looks_like(start: &[u8]) -> bool {
    start.starts_with(MAGIC)
}

/// Reads an array by the sidecar beside it.
///
/// # Errors
/// No sidecar or a bad one, a type of element that is not `f4`, `f8`, `i2` or
/// `i4`, a shape of which not exactly one side is the number of leads, and
/// fewer bytes than the shape needs.
pub fn parse(path: &Path, bytes: &[u8]) -> Result<Recording, FormatError> {
    parse_with(path, bytes, Sidecar::of(path)?)
}

/// Reads an array by a sidecar that is at hand.
///
/// # Errors
/// As [`parse`].
pub fn parse_with(path: &Path, bytes: &[u8], sidecar: Sidecar) -> Result<Recording, FormatError> {
    let array = Array::parse(path, bytes)?;
    let leads = sidecar.leads.len();
    let leads_first = match array.shape {
        (rows, columns) if rows == leads && columns != leads => true,
        (rows, columns) if columns == leads && rows != leads => false,
        (rows, columns) => {
            let expected =
                format!("one side of {leads}, the leads of the sidecar, and one of another length");
            return Err(bad(
                path,
                "the shape",
                format!("({rows}, {columns})"),
                expected,
            ));
        }
    };
    let (rows, columns) = array.shape;
    let times = if leads_first { columns } else { rows };
    if times == 0 {
        return Err(bad(
            path,
            "the shape",
            format!("({rows}, {columns})"),
            "some samples",
        ));
    }
    let mut values = Vec::with_capacity(leads);
    for lead in 0..leads {
        let column: Vec<f64> = (0..times)
            .map(|t| {
                if leads_first {
                    array.at(lead, t)
                } else {
                    array.at(t, lead)
                }
            })
            .collect();
        if column.iter().any(|v| v.is_infinite()) {
            let field = format!("a sample of lead {}", sidecar.leads[lead]);
            return Err(bad(path, &field, "infinite", "a finite number or NaN"));
        }
        values.push(column);
    }
    Ok(sidecar.recording("NPY", values, Vec::new()))
}

fn bad(path: &Path, field: &str, found: impl ToString, expected: impl ToString) -> FormatError {
    FormatError::Value {
        path: path.to_owned(),
        field: field.to_owned(),
        found: found.to_string(),
        expected: expected.to_string(),
    }
}

struct Array<'a> {
    element: Element,
    big_endian: bool,
    fortran_order: bool,
    /// Rows and columns.
    shape: (usize, usize),
    data: &'a [u8],
}

#[derive(Clone, Copy)]
enum Element {
    F4,
    F8,
    I2,
    I4,
}

impl Element {
    fn bytes(self) -> usize {
        match self {
            Self::I2 => 2,
            Self::F4 | Self::I4 => 4,
            Self::F8 => 8,
        }
    }
}

impl<'a> Array<'a> {
    fn parse(path: &Path, bytes: &'a [u8]) -> Result<Self, FormatError> {
        let (header, data) = split(path, bytes)?;
        let absent = |key: &str| bad(path, &format!("the header's {key}"), "absent", "a value");
        let descr = value_of(header, "descr").ok_or_else(|| absent("descr"))?;
        let descr = descr.trim_start_matches(['\'', '"']);
        let descr = descr.split(['\'', '"']).next().unwrap_or_default();
        let element = match descr.get(1..) {
            Some("f4") => Element::F4,
            Some("f8") => Element::F8,
            Some("i2") => Element::I2,
            Some("i4") => Element::I4,
            _ => {
                let found = format!("{:?}", descr.chars().take(20).collect::<String>());
                return Err(bad(path, "the type of element", found, "f4, f8, i2 or i4"));
            }
        };
        let order = value_of(header, "fortran_order").ok_or_else(|| absent("fortran_order"))?;
        let shape = value_of(header, "shape").ok_or_else(|| absent("shape"))?;
        let shape = parse_shape(shape).ok_or_else(|| {
            let found: String = shape.chars().take(20).collect();
            bad(path, "the shape", found, "two dimensions, like (5000, 12)")
        })?;
        let needed = shape
            .0
            .checked_mul(shape.1)
            .and_then(|n| n.checked_mul(element.bytes()));
        if needed.is_none_or(|n| n > data.len()) {
            return Err(FormatError::TooShort {
                path: path.to_owned(),
                what: format!("an array of {} by {} elements", shape.0, shape.1),
                needed: needed.map_or(u64::MAX, |n| n as u64),
                found: data.len() as u64,
            });
        }
        Ok(Self {
            element,
            big_endian: descr.starts_with('>'),
            fortran_order: order.starts_with("True"),
            shape,
            data,
        })
    }

    /// The element of a row and column; NaN outside, which no caller asks for.
    fn at(&self, row: usize, column: usize) -> f64 {
        let index = match self.fortran_order {
            true => column * self.shape.0 + row,
            false => row * self.shape.1 + column,
        };
        let at = index * self.element.bytes();
        let bytes = self.data.get(at..).unwrap_or_default();
        let value = match self.element {
            Element::I2 => self
                .ordered(bytes)
                .map(|b| f64::from(i16::from_le_bytes(b))),
            Element::I4 => self
                .ordered(bytes)
                .map(|b| f64::from(i32::from_le_bytes(b))),
            Element::F4 => self
                .ordered(bytes)
                .map(|b| f64::from(f32::from_le_bytes(b))),
            Element::F8 => self.ordered(bytes).map(f64::from_le_bytes),
        };
        value.unwrap_or(f64::NAN)
    }

    /// The first bytes, least first.
    fn ordered<const N: usize>(&self, bytes: &[u8]) -> Option<[u8; N]> {
        let mut first = *bytes.first_chunk::<N>()?;
        if self.big_endian {
            first.reverse();
        }
        Some(first)
    }
}

/// The text of the header and the data behind it.
fn split<'a>(path: &Path, bytes: &'a [u8]) -> Result<(&'a str, &'a [u8]), FormatError> {
    let length = match bytes.get(6) {
        Some(1) => bytes
            .get(8..10)
            .map(|b| (10, usize::from(u16::from_le_bytes([b[0], b[1]])))),
        _ => bytes
            .get(8..12)
            .map(|b| (12, u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize)),
    };
    let (begin, length) = length.unwrap_or((12, 0));
    let needed = begin + length;
    let Some(header) = bytes.get(begin..needed) else {
        return Err(FormatError::TooShort {
            path: path.to_owned(),
            what: "the header".to_owned(),
            needed: needed as u64,
            found: bytes.len() as u64,
        });
    };
    let text = std::str::from_utf8(header)
        .map_err(|_| bad(path, "the header", "no text", "a Python dictionary"))?;
    Ok((text, bytes.get(needed..).unwrap_or_default()))
}

/// What follows a key of the dictionary.
fn value_of<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    let quoted = ["'", "\""].map(|quote| format!("{quote}{key}{quote}"));
    let after = quoted
        .iter()
        .find_map(|key| header.split_once(key.as_str()))?
        .1;
    Some(after.trim_start().strip_prefix(':')?.trim_start())
}

/// `(5000, 12)`
fn parse_shape(text: &str) -> Option<(usize, usize)> {
    let inner = text.strip_prefix('(')?.split_once(')')?.0;
    let sides: Vec<usize> = inner
        .split(',')
        .map(str::trim)
        .filter(|side| !side.is_empty())
        .map(|side| side.parse().ok())
        .collect::<Option<_>>()?;
    match sides[..] {
        [rows, columns] => Some((rows, columns)),
        _ => None,
    }
}
