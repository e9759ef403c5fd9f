//! What is read of EDF+ annotations: when each data record begins, and when
//! the recording ends. Their text may say anything of the patient and is dropped.

/// The standard text for the end of a recording within a data record.
pub(super) const RECORDING_ENDS: &str = "Recording ends";

/// When a data record begins, in seconds since the start of the file: the
/// first time-stamped annotation list of its annotation signal.
pub(super) fn onset_s(annotations: &[u8]) -> Option<f64> {
    seconds(annotations.split(|&b| b == 0x14).next()?)
}

/// When the recording ends, if this data record says so.
pub(super) fn end_s(annotations: &[u8]) -> Option<f64> {
    annotations.split(|&b| b == 0).find_map(|list| {
        let mut parts = list.split(|&b| b == 0x14);
        // The onset may be followed by a duration.
        let onset = parts.next()?.split(|&b| b == 0x15).next()?;
        parts
            .any(|text| text == RECORDING_ENDS.as_bytes())
            .then(|| seconds(onset))?
    })
}

fn seconds(bytes: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(bytes).ok()?;
    let signed = text.starts_with(['+', '-']);
    text.parse().ok().filter(|s: &f64| signed && s.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_and_texts_are_not() {
        let record = b"+7.5\x14\x14\0+8\x150.5\x14Jane Doe\x14\0+8.25\x14Recording ends\x14\0\0\0";
        assert_eq!(onset_s(record), Some(7.5));
        assert_eq!(end_s(record), Some(8.25));
        assert_eq!(end_s(b"+7.5\x14\x14\0\0"), None);
        for bad in [&b""[..], b"7\x14\x14", b"+x\x14", b"+inf\x14", b"\xff"] {
            assert_eq!(onset_s(bad), None);
        }
    }
}
