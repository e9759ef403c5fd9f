//! Bytes of a pickle from front to back; every length is checked against what
//! is left.

use super::values::PickleError;

/// Longest line of a name; Python's modules have shorter ones.
const LONGEST_NAME: usize = 4096;

pub(super) struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Offset of the next byte.
    pub fn at(&self) -> usize {
        self.at
    }

    pub fn take(&mut self, length: usize) -> Result<&'a [u8], PickleError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let taken = rest.get(..length).ok_or_else(|| PickleError::Syntax {
            offset: self.at,
            found: format!("{} bytes to the end", rest.len()),
            expected: format!("{length} more"),
        })?;
        self.at += length;
        Ok(taken)
    }

    pub fn byte(&mut self) -> Result<u8, PickleError> {
        self.take(1).map(|b| b[0])
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], PickleError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// A little-endian length or index of up to 8 bytes.
    pub fn length(&mut self, width: usize) -> Result<usize, PickleError> {
        let mut padded = [0; 8];
        padded[..width].copy_from_slice(self.take(width)?);
        let length = u64::from_le_bytes(padded);
        usize::try_from(length).map_err(|_| PickleError::Syntax {
            offset: self.at,
            found: format!("a length of {length}"),
            expected: "one that fits in memory".to_owned(),
        })
    }

    /// UTF-8 text after its length in `width` bytes.
    pub fn text(&mut self, width: usize) -> Result<&'a str, PickleError> {
        let length = self.length(width)?;
        let offset = self.at;
        utf8(self.take(length)?, offset)
    }

    /// Text up to the end of the line.
    pub fn line(&mut self) -> Result<String, PickleError> {
        let offset = self.at;
        let rest = self.bytes.get(offset..).unwrap_or_default();
        let length = rest.iter().take(LONGEST_NAME).position(|&b| b == b'\n');
        let length = length.ok_or_else(|| PickleError::Syntax {
            offset,
            found: "a name without an end".to_owned(),
            expected: format!("a line of at most {LONGEST_NAME} bytes"),
        })?;
        let line = utf8(self.take(length)?, offset)?.to_owned();
        self.take(1)?;
        Ok(line)
    }
}

fn utf8(bytes: &[u8], offset: usize) -> Result<&str, PickleError> {
    std::str::from_utf8(bytes).map_err(|e| PickleError::Syntax {
        offset,
        found: format!("text with a wrong byte after {} bytes", e.valid_up_to()),
        expected: "UTF-8".to_owned(),
    })
}
