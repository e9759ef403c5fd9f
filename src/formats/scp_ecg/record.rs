//! The record as a whole: length, checksums, and where its sections are.

use crate::formats::FormatError;
use crate::formats::content::Content;

/// Bytes of a section's own header: checksum, number, length, versions, reserved.
const HEADER: usize = 16;
const MARK: &[u8] = b"SCPECG";
/// Sections 7 and up hold measurements and text, which are not read.
const SECTIONS: usize = 7;

/// A record whose length and checksum are right.
pub(super) struct Record<'a> {
    pub file: Content<'a>,
    /// Each section without its header.
    sections: [Option<Content<'a>>; SECTIONS],
    /// 13 is version 1.3.
    version: u8,
}

impl<'a> Record<'a> {
    /// # Errors
    /// A mark, length, pointer or checksum that is not as the standard says.
    pub fn parse(file: Content<'a>) -> Result<Self, FormatError> {
        let mark = file.slice(16, MARK.len(), "the mark of section 0")?;
        if mark != MARK {
            return Err(file.wrong(
                "the mark of section 0",
                mark.escape_ascii(),
                "SCPECG; the file calls itself SCP-ECG but is not",
            ));
        }
        let length = file.u32_le(2, "the record length")? as usize;
        let whole = file.part(0, length, "the record")?;
        checksum(&whole, "the record")?;
        let version = whole.u8(6 + 9, "the version")?;
        if !(10..30).contains(&version) {
            let (major, minor) = (version / 10, version % 10);
            return Err(file.unsupported(format!("SCP-ECG version {major}.{minor}")));
        }
        let mut record = Self {
            file: whole,
            sections: [None; SECTIONS],
            version,
        };
        let pointers = record.section_at(0, 6)?;
        for pointer in pointers.bytes.chunks_exact(10) {
            let pointer = pointers.with(pointer);
            let number = usize::from(pointer.u16_le(0, "a pointer")?);
            let length = pointer.u32_le(2, "a pointer")?;
            let index = pointer.u32_le(6, "a pointer")? as usize;
            if length == 0 || number == 0 || number >= SECTIONS {
                continue;
            }
            // The standard counts bytes from 1.
            let at = index.checked_sub(1);
            let at = at.ok_or_else(|| {
                file.wrong(format!("the index of section {number}"), 0, "1 or more")
            })?;
            let section = record.section_at(number, at)?;
            if let Some(place) = record.sections.get_mut(number) {
                *place = Some(section);
            }
        }
        Ok(record)
    }

    /// The content of the section that begins at this byte.
    fn section_at(&self, number: usize, at: usize) -> Result<Content<'a>, FormatError> {
        let what = format!("section {number}");
        let header = self.file.part(at, HEADER, &what)?;
        let found = header.u16_le(2, &what)?;
        if usize::from(found) != number {
            return Err(self.file.wrong(
                format!("the number of {what}"),
                found,
                number.to_string(),
            ));
        }
        let length = header.u32_le(4, &what)? as usize;
        if length < HEADER {
            let expected = format!("at least {HEADER} bytes");
            return Err(self
                .file
                .wrong(format!("the length of {what}"), length, expected));
        }
        let section = self.file.part(at, length, &what)?;
        checksum(&section, &what)?;
        section.part(HEADER, length - HEADER, &what)
    }

    /// The content of a section; `None` where the record has none, or an empty one.
    pub fn section(&self, number: usize) -> Option<Content<'a>> {
        let section = self.sections.get(number).copied().flatten();
        section.filter(|s| !s.bytes.is_empty())
    }

    /// # Errors
    /// [`FormatError::Value`] where the record does not have the section.
    pub fn required(&self, number: usize) -> Result<Content<'a>, FormatError> {
        self.section(number).ok_or_else(|| {
            self.file
                .wrong(format!("section {number}"), "absent", "one")
        })
    }

    /// `2.0`
    pub fn version(&self) -> String {
        format!("{}.{}", self.version / 10, self.version % 10)
    }
}

/// A record and each section begin with the checksum of what follows.
fn checksum(part: &Content, what: &str) -> Result<(), FormatError> {
    let declared = part.u16_le(0, what)?;
    let computed = crc_ccitt(part.bytes.get(2..).unwrap_or_default());
    if declared == computed {
        return Ok(());
    }
    let expected = format!("{computed:04x}, which its content gives: the file was changed or cut");
    Err(part.wrong(
        format!("the checksum of {what}"),
        format!("{declared:04x}"),
        expected,
    ))
}

/// CRC-CCITT: x^16 + x^12 + x^5 + 1, preset to ones.
fn crc_ccitt(bytes: &[u8]) -> u16 {
    const TABLE: [u16; 256] = table();
    bytes.iter().fold(0xffff, |crc, &byte| {
        (crc << 8) ^ TABLE[usize::from((crc >> 8) as u8 ^ byte)]
    })
}

const fn table() -> [u16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc << 1) ^ if crc & 0x8000 == 0 { 0 } else { 0x1021 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::crc_ccitt;

    /// The check value of CRC-16/IBM-3740 in the catalogue of parametrised CRCs.
    #[test]
    fn the_checksum_is_crc_ccitt() {
        assert_eq!(crc_ccitt(b"123456789"), 0x29b1);
    }
}
