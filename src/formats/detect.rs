//! Which format a file has, by its content.

use std::path::{Path, PathBuf};

use super::{
    FormatError, csv, dicom, edf, hl7_aecg, load, muse_xml, npy, philips_xml, scp_ecg, wfdb,
};
use crate::ecg::Recording;

/// How much of a file is looked at to tell its type. HL7 aECG files begin with
/// long comments.
const PEEK_BYTES: u64 = 16 << 10;

/// Far above any recorder of ECGs.
const MAX_RATE_HZ: f64 = 1e6;

/// A format whose recordings are one file.
struct SingleFile {
    /// Whether a file begins as this format does.
    looks_like: fn(start: &[u8]) -> bool,
    /// The recording in these bytes; the path is for messages and for a sidecar.
    parse: fn(path: &Path, bytes: &[u8]) -> Result<Recording, FormatError>,
}

/// The order is that of certainty: marks first, text last.
const SINGLE_FILES: &[SingleFile] = &[
    SingleFile {
        looks_like: dicom::looks_like,
        parse: dicom::parse,
    },
    SingleFile {
        looks_like: scp_ecg::looks_like,
        parse: scp_ecg::parse,
    },
    SingleFile {
        looks_like: hl7_aecg::looks_like,
        parse: hl7_aecg::parse,
    },
    SingleFile {
        looks_like: muse_xml::looks_like,
        parse: muse_xml::parse,
    },
    SingleFile {
        looks_like: philips_xml::looks_like,
        parse: philips_xml::parse,
    },
    SingleFile {
        looks_like: edf::looks_like,
        parse: edf::parse,
    },
    SingleFile {
        looks_like: npy::looks_like,
        parse: npy::parse,
    },
    SingleFile {
        looks_like: csv::looks_like,
        parse: csv::parse,
    },
];

/// Reads a recording. The type is found from the content, not from the name.
///
/// A WFDB record opens by its header (`x.hea`), by one of its signal files
/// (`x.dat`, with `x.hea` beside it) or by its name (`x`).
///
/// # Errors
/// [`FormatError`] with the file, the field, what was found and what was expected.
pub fn open(path: &Path) -> Result<Recording, FormatError> {
    sound(path, read(path)?)
}

/// What every room relies on, whichever reader made the recording.
fn sound(path: &Path, recording: Recording) -> Result<Recording, FormatError> {
    let bad = |field: String, found: String, expected: &str| {
        Err(FormatError::Value {
            path: path.to_owned(),
            field,
            found,
            expected: expected.to_owned(),
        })
    };
    let rate_hz = recording.rate_hz;
    if !(rate_hz > 0.0 && rate_hz <= MAX_RATE_HZ) {
        let expected = "above 0 and at most 1000000 Hz";
        return bad(
            "the sampling rate".to_owned(),
            rate_hz.to_string(),
            expected,
        );
    }
    let samples = recording.len();
    for channel in &recording.channels {
        if channel.samples_mv.is_empty() || channel.samples_mv.len() != samples {
            let field = format!("the length of lead {}", channel.name);
            let found = channel.samples_mv.len().to_string();
            return bad(field, found, "that of the first lead, and not 0");
        }
        if channel.samples_mv.iter().any(|mv| mv.is_infinite()) {
            let field = format!("a sample of lead {}", channel.name);
            return bad(
                field,
                "infinite".to_owned(),
                "a finite number of millivolts",
            );
        }
    }
    Ok(recording)
}

fn read(path: &Path) -> Result<Recording, FormatError> {
    let with_hea = appended(path, ".hea");
    if !path.exists() && with_hea.exists() {
        return wfdb::read(&with_hea);
    }
    let start = load::start(path, PEEK_BYTES)?;
    if let Some(format) = SINGLE_FILES.iter().find(|f| (f.looks_like)(&start)) {
        let bytes = load::whole(path, "the file", load::MAX_FILE_BYTES)?;
        return (format.parse)(path, &bytes);
    }
    if wfdb::looks_like_header(&start) {
        return wfdb::read(path);
    }
    // Signal files carry no mark of their own: only a header that names them
    // says what they are.
    let sibling = path.with_extension("hea");
    if sibling != path && sibling.is_file() && wfdb::names_signal_file(&sibling, path) {
        return wfdb::read(&sibling);
    }
    Err(FormatError::UnknownType {
        path: path.to_owned(),
        found: describe(&start),
    })
}

fn appended(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The name of the root element of an XML document in UTF-8, Latin-1 or
/// UTF-16, without a prefix; `None` if the file does not begin as XML does.
/// Carts' XML formats are told apart by it.
pub(super) fn xml_root(start: &[u8]) -> Option<String> {
    let text = match start {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [b'<', 0, ..] => utf16(start, u16::from_le_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(start).into_owned(),
    };
    let mut rest = text.trim_start();
    loop {
        rest = rest.strip_prefix('<')?;
        let (skip, end) = match rest {
            _ if rest.starts_with("!--") => (3, "-->"),
            _ if rest.starts_with('?') => (1, "?>"),
            _ if rest.starts_with('!') => (1, ">"),
            _ => break,
        };
        rest = rest[skip..].split_once(end)?.1.trim_start();
    }
    let name = rest
        .split(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))
        .next()?;
    let name = name.rsplit(':').next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|&pair| unit(pair));
    char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// Names a file that is not read, so that the user knows what they picked.
fn describe(start: &[u8]) -> String {
    let marks: [(usize, &[u8], &str); 12] = [
        (128, b"DICM", "a DICOM file"),
        (16, b"SCPECG", "an SCP-ECG file"),
        (0, b"MATLAB 5.0", "a MATLAB file"),
        (0, b"\x89HDF", "an HDF5 file"),
        (0, b"fLaC", "a FLAC file"),
        (0, b"%PDF", "a PDF document"),
        (0, b"\x89PNG", "a PNG picture"),
        (0, b"\xff\xd8\xff", "a JPEG picture"),
        (0, b"PK\x03\x04", "a ZIP archive"),
        (0, b"\x1f\x8b", "a gzip archive"),
        (0, b"SQLite format 3", "an SQLite database"),
        (0, b"\x7fELF", "a program"),
    ];
    let known = marks
        .iter()
        .find(|(at, mark, _)| start.get(*at..).is_some_and(|rest| rest.starts_with(mark)));
    match (known, xml_root(start)) {
        (Some((_, _, name)), _) => (*name).to_owned(),
        (None, Some(root)) => format!("an XML file whose root is {:?}", shortened(&root)),
        (None, None) if is_text(start) => {
            "a text file that is neither a WFDB header nor a table of numbers".to_owned()
        }
        (None, None) => "a binary file of a type that its content does not tell (a WFDB .dat or .mat needs its .hea beside it)"
            .to_owned(),
    }
}

/// The beginning of a name that may be anything.
fn shortened(name: &str) -> String {
    name.chars().take(40).collect()
}

pub(super) fn is_text(start: &[u8]) -> bool {
    let readable = |b: &u8| *b >= b' ' || matches!(b, b'\t' | b'\n' | b'\r');
    start.iter().all(readable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_of_an_xml_document_is_found_behind_its_prologue() {
        let root = |text: &str| xml_root(text.as_bytes());
        let wanted = Some("AnnotatedECG".to_owned());
        assert_eq!(root("<AnnotatedECG/>"), wanted);
        assert_eq!(
            root(
                "\u{feff}<?xml version=\"1.0\"?>\n<!-- <no> -->\n<!DOCTYPE a SYSTEM \"b\">\n<h:AnnotatedECG xmlns:h=\"x\">"
            ),
            wanted
        );
        let wide: Vec<u8> = "\u{feff}<?xml ?>\r\n<AnnotatedECG>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(xml_root(&wide), wanted);
        for none in ["", "100 2 360", "<!-- never closed", "<?xml", "< >"] {
            assert_eq!(root(none), None, "{none}");
        }
    }
}
