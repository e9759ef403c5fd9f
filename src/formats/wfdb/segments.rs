//! Records of several segments, header(5): in a fixed layout every segment has
//! the same signals, in a variable layout the first names all that may occur.

use std::collections::BTreeMap;
use std::path::Path;

use super::header::{self, Header};
use super::line::{Segment, Signal};
use super::segment;
use crate::formats::FormatError;

/// The segments of a record one after the other, NaN where there is a gap or a
/// segment lacks the signal. Returns one header line per signal, which says its
/// name and unit, and its values.
///
/// # Errors
/// Segments that do not fit together in rate, length, signals or units, and
/// everything that a segment may be refused for.
pub(super) fn read(path: &Path, header: &Header) -> Result<Vec<(Signal, Vec<f64>)>, FormatError> {
    let record = Record::open(path, header)?;
    let mut joined: Vec<(Option<Signal>, Vec<f64>)> = record
        .names
        .iter()
        .map(|_| (None, Vec::with_capacity(record.samples)))
        .collect();
    for part in record.parts {
        let end = joined.first().map_or(0, |(_, values)| values.len()) + part.samples;
        if part.name != "~" {
            record.append(part, &mut joined)?;
        }
        for (_, values) in &mut joined {
            values.resize(end, f64::NAN);
        }
    }
    let signal = |(i, (signal, values)): (usize, (Option<Signal>, Vec<f64>))| {
        let signal = signal.or_else(|| record.absent(i));
        signal.map(|signal| (signal, values))
    };
    Ok(joined.into_iter().enumerate().filter_map(signal).collect())
}

struct Record<'a> {
    path: &'a Path,
    header: &'a Header,
    /// Each header is read once, however often its segment occurs.
    headers: BTreeMap<String, Header>,
    /// Where the layout is variable: the header that lists all signals.
    layout: Option<&'a str>,
    parts: &'a [Segment],
    names: Vec<String>,
    samples: usize,
}

impl<'a> Record<'a> {
    fn open(path: &'a Path, header: &'a Header) -> Result<Self, FormatError> {
        let (layout, parts) = match header.segments.split_first() {
            Some((first, rest)) if first.samples == 0 && first.name != "~" => {
                (Some(first.name.as_str()), rest)
            }
            _ => (None, header.segments.as_slice()),
        };
        let mut headers = BTreeMap::new();
        let names = parts.iter().map(|part| part.name.as_str());
        for name in layout.into_iter().chain(names) {
            if name != "~" && !headers.contains_key(name) {
                headers.insert(name.to_owned(), header::read(&beside(path, name))?);
            }
        }
        let first = layout.or_else(|| {
            let names = parts.iter().map(|part| part.name.as_str());
            names.into_iter().find(|&name| name != "~")
        });
        let signals = first.and_then(|name| headers.get(name)).map(|h| &h.signals);
        let names: Vec<String> = signals
            .into_iter()
            .flatten()
            .map(|signal| signal.name.clone())
            .collect();
        let record = Self {
            path,
            header,
            headers,
            layout,
            parts,
            names,
            samples: parts.iter().fold(0, |sum, p| p.samples.saturating_add(sum)),
        };
        record.check()?;
        Ok(record)
    }

    fn bad(&self, field: String, found: impl ToString, expected: impl ToString) -> FormatError {
        FormatError::Value {
            path: self.path.to_owned(),
            field,
            found: found.to_string(),
            expected: expected.to_string(),
        }
    }

    /// What the headers say together, before any signal is read.
    fn check(&self) -> Result<(), FormatError> {
        let declared = &self.header.record;
        if self.names.len() != declared.signals || self.names.is_empty() {
            let expected = format!("{} as the record says", declared.signals);
            return Err(self.bad(
                "the number of signals".to_owned(),
                self.names.len(),
                expected,
            ));
        }
        if let Some(expected) = declared.samples.filter(|&n| n != self.samples) {
            let field = "the sum of the segments' lengths".to_owned();
            return Err(self.bad(
                field,
                self.samples,
                format!("{expected} as the record says"),
            ));
        }
        for (i, name) in self.names.iter().enumerate() {
            if self.layout.is_some() && self.names[..i].contains(name) {
                return Err(self.bad(format!("the signal {name}"), "twice", "once in the layout"));
            }
        }
        for (name, header) in &self.headers {
            let rate_hz = header.record.rate_hz;
            if !header.segments.is_empty() {
                let field = format!("the segment {name}");
                return Err(self.bad(field, "of several segments", "a segment"));
            }
            if rate_hz != declared.rate_hz {
                let field = format!("the sampling rate of segment {name}");
                return Err(self.bad(field, rate_hz, format!("{} Hz", declared.rate_hz)));
            }
        }
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let recorded = self
            .headers
            .iter()
            .filter(|(name, _)| Some(name.as_str()) != self.layout);
        let bytes: u64 = recorded
            .map(|(_, header)| segment::file_bytes(folder, header))
            .sum::<Result<_, _>>()?;
        let found = (self.samples as u64).saturating_mul(self.names.len() as u64);
        let limit = segment::max_samples(bytes);
        if found == 0 || found > limit {
            return Err(FormatError::TooManySamples {
                path: self.path.to_owned(),
                found,
                limit,
            });
        }
        Ok(())
    }

    /// Reads one segment and puts each of its signals behind what is there.
    fn append(
        &self,
        part: &Segment,
        joined: &mut [(Option<Signal>, Vec<f64>)],
    ) -> Result<(), FormatError> {
        let Some(header) = self.headers.get(&part.name) else {
            return Ok(());
        };
        if let Some(own) = header.record.samples.filter(|&own| own != part.samples) {
            let field = format!("the length of segment {}", part.name);
            return Err(self.bad(field, own, format!("{} as the record says", part.samples)));
        }
        let names: Vec<&str> = header.signals.iter().map(|s| s.name.as_str()).collect();
        if self.layout.is_none() && names != self.names {
            let field = format!("the signals of segment {}", part.name);
            let expected = format!("{} as in the first", self.names.join(", "));
            return Err(self.bad(field, names.join(", "), expected));
        }
        let values = segment::read(&beside(self.path, &part.name), header, Some(part.samples))?;
        for (i, (signal, mut values)) in header.signals.iter().zip(values).enumerate() {
            let place = match self.layout {
                None => Some(i),
                Some(_) => self.names.iter().position(|name| *name == signal.name),
            };
            let Some((known, target)) = place.and_then(|at| joined.get_mut(at)) else {
                let field = format!("the signal {} of segment {}", signal.name, part.name);
                return Err(self.bad(field, "new", "one that the layout names"));
            };
            match known {
                Some(known) if known.unit != signal.unit => {
                    let field = format!("the unit of {} in segment {}", signal.name, part.name);
                    return Err(self.bad(field, &signal.unit, &known.unit));
                }
                Some(_) => {}
                None => *known = Some(signal.clone()),
            }
            target.append(&mut values);
        }
        Ok(())
    }

    /// A signal of the layout that no segment has.
    fn absent(&self, index: usize) -> Option<Signal> {
        let layout = self.headers.get(self.layout?)?;
        layout.signals.get(index).cloned()
    }
}

fn beside(path: &Path, record: &str) -> std::path::PathBuf {
    path.with_file_name(format!("{record}.hea"))
}
