//! The bytes of one file, read within their bounds.

use std::path::Path;

use super::FormatError;

/// The most samples of all channels together that a cart's file may decode to.
/// A resting ECG has 60,000 to 200,000; compressed data could otherwise become
/// many times larger than the file.
pub(super) const MAX_SAMPLES: usize = 8 << 20;

/// A file in memory. Every access is checked, and every error names the file.
#[derive(Clone, Copy)]
pub(super) struct Content<'a> {
    pub path: &'a Path,
    pub bytes: &'a [u8],
}

impl<'a> Content<'a> {
    /// `len` bytes from `at`.
    ///
    /// # Errors
    /// [`FormatError::TooShort`] if the file does not have them.
    pub fn slice(&self, at: usize, len: usize, what: &str) -> Result<&'a [u8], FormatError> {
        let end = at.checked_add(len);
        end.and_then(|end| self.bytes.get(at..end))
            .ok_or_else(|| FormatError::TooShort {
                path: self.path.to_owned(),
                what: what.to_owned(),
                needed: len as u64,
                found: self.bytes.len().saturating_sub(at) as u64,
            })
    }

    /// The same file, seen through a part of it.
    pub fn part(&self, at: usize, len: usize, what: &str) -> Result<Self, FormatError> {
        let bytes = self.slice(at, len, what)?;
        Ok(Self { bytes, ..*self })
    }

    /// Other bytes, such as what was packed in this file, for messages about it.
    pub fn with<'b>(&self, bytes: &'b [u8]) -> Content<'b>
    where
        'a: 'b,
    {
        Content {
            path: self.path,
            bytes,
        }
    }

    fn array<const N: usize>(&self, at: usize, what: &str) -> Result<[u8; N], FormatError> {
        let mut array = [0; N];
        array.copy_from_slice(self.slice(at, N, what)?);
        Ok(array)
    }

    pub fn u8(&self, at: usize, what: &str) -> Result<u8, FormatError> {
        Ok(u8::from_le_bytes(self.array(at, what)?))
    }

    pub fn u16_le(&self, at: usize, what: &str) -> Result<u16, FormatError> {
        Ok(u16::from_le_bytes(self.array(at, what)?))
    }

    pub fn u32_le(&self, at: usize, what: &str) -> Result<u32, FormatError> {
        Ok(u32::from_le_bytes(self.array(at, what)?))
    }

    /// A field that has another value than it may have.
    pub fn wrong(
        &self,
        field: impl Into<String>,
        found: impl ToString,
        expected: impl Into<String>,
    ) -> FormatError {
        FormatError::Value {
            path: self.path.to_owned(),
            field: field.into(),
            found: shortened(&found.to_string()),
            expected: expected.into(),
        }
    }

    /// Something that the format has and this reader does not read.
    pub fn unsupported(&self, what: impl Into<String>) -> FormatError {
        FormatError::Unsupported {
            path: self.path.to_owned(),
            what: what.into(),
        }
    }

    /// Whether channels of this size may be decoded at all.
    ///
    /// # Errors
    /// [`FormatError::Value`] over [`MAX_SAMPLES`].
    pub fn within_limit(&self, channels: usize, samples: usize) -> Result<(), FormatError> {
        match channels.checked_mul(samples) {
            Some(total) if total <= MAX_SAMPLES => Ok(()),
            _ => Err(self.wrong(
                "the size",
                format!("{channels} leads of {samples} samples"),
                format!("at most {MAX_SAMPLES} samples"),
            )),
        }
    }
}

/// What a file says where something else was expected; a whole lead in Base64
/// would make no message.
fn shortened(found: &str) -> String {
    const MOST: usize = 60;
    match found.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}...", &found[..at]),
        None if found.is_empty() => "empty".to_owned(),
        None => found.to_owned(),
    }
}
