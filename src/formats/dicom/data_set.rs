//! DICOM data elements (PS3.5, clauses 7.1 to 7.5), read within the file's bounds.

use crate::formats::FormatError;
use crate::formats::content::Content;

/// Group and element number.
pub(super) type Tag = (u16, u16);

const ITEM: Tag = (0xfffe, 0xe000);
const ITEM_END: Tag = (0xfffe, 0xe00d);
const SEQUENCE_END: Tag = (0xfffe, 0xe0dd);
const UNDEFINED: u32 = u32::MAX;
/// A waveform nests four deep. Deeper than this is an attack on the stack.
const MAX_DEPTH: usize = 16;

/// Whether elements carry their value representation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    Implicit,
    Explicit,
}

/// The elements of one level. Sequences in it are opened by [`DataSet::items`].
pub(super) struct DataSet<'a> {
    elements: Vec<(Tag, Content<'a>)>,
    syntax: Syntax,
}

struct Header {
    tag: Tag,
    /// How the content of an undefined length is written.
    inner: Syntax,
    length: u32,
    value_at: usize,
}

impl<'a> DataSet<'a> {
    /// All elements up to the end of `part`, or up to the end of the item that it
    /// begins in, or before the first element of another group than `only_group`.
    /// Also gives where it stopped.
    ///
    /// # Errors
    /// A length that goes beyond the file, nesting beyond any waveform's.
    pub fn parse(
        part: Content<'a>,
        syntax: Syntax,
        only_group: Option<u16>,
    ) -> Result<(Self, usize), FormatError> {
        let mut elements = Vec::new();
        let mut at = 0;
        while at < part.bytes.len() {
            let header = header(&part, at, syntax)?;
            let another = only_group.is_some_and(|group| header.tag.0 != group);
            if header.tag == ITEM_END || another {
                break;
            }
            let end = end(&part, &header, 0)?;
            let value = part.part(header.value_at, end - header.value_at, "an element")?;
            elements.push((header.tag, value));
            at = end;
        }
        Ok((Self { elements, syntax }, at))
    }

    pub fn get(&self, tag: Tag) -> Option<Content<'a>> {
        let found = self.elements.iter().find(|(other, _)| *other == tag);
        found.map(|(_, value)| *value)
    }

    /// Text without padding; `None` where it is absent or empty.
    pub fn text(&self, tag: Tag) -> Option<String> {
        let text = String::from_utf8_lossy(self.get(tag)?.bytes).into_owned();
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        (!text.is_empty()).then(|| text.to_owned())
    }

    pub fn u16(&self, tag: Tag, what: &str) -> Option<Result<u16, FormatError>> {
        self.get(tag).map(|value| value.u16_le(0, what))
    }

    /// The items of a sequence, at most `most`; none where it is absent.
    ///
    /// # Errors
    /// As [`DataSet::parse`], and more items than `most`.
    pub fn items(&self, tag: Tag, most: usize) -> Result<Vec<Self>, FormatError> {
        let mut items = Vec::new();
        let Some(sequence) = self.get(tag) else {
            return Ok(items);
        };
        let mut at = 0;
        while at < sequence.bytes.len() {
            let (found, length) = item_header(&sequence, at)?;
            if found == SEQUENCE_END {
                break;
            }
            if items.len() == most {
                let field = format!("the number of items of ({:04x},{:04x})", tag.0, tag.1);
                return Err(sequence.wrong(field, "larger", format!("at most {most}")));
            }
            let end = item_end(&sequence, at, found, length, self.syntax, 0)?;
            let content = sequence.part(at + 8, end - at - 8, "an item")?;
            items.push(Self::parse(content, self.syntax, None)?.0);
            at = end;
        }
        Ok(items)
    }
}

fn tag(part: &Content, at: usize) -> Result<Tag, FormatError> {
    let group = part.u16_le(at, "a tag")?;
    Ok((group, part.u16_le(at.saturating_add(2), "a tag")?))
}

fn header(part: &Content, at: usize, syntax: Syntax) -> Result<Header, FormatError> {
    let tag = tag(part, at)?;
    let what = "an element's length";
    // Items and their ends have no value representation in either syntax.
    if syntax == Syntax::Implicit || tag.0 == 0xfffe {
        return Ok(Header {
            tag,
            inner: syntax,
            length: part.u32_le(at + 4, what)?,
            value_at: at + 8,
        });
    }
    let representation = part.slice(at + 4, 2, "a value representation")?;
    // PS3.5 table 7.1-2: these have two bytes only; whatever else has four.
    const SHORT: [&[u8]; 21] = [
        b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FL", b"FD", b"IS", b"LO", b"LT", b"PN",
        b"SH", b"SL", b"SS", b"ST", b"TM", b"UI", b"UL", b"US",
    ];
    if SHORT.contains(&representation) {
        return Ok(Header {
            tag,
            inner: syntax,
            length: part.u16_le(at + 6, what)?.into(),
            value_at: at + 8,
        });
    }
    // An unknown element of undefined length is written without representations (PS3.5 6.2.2).
    let unknown = representation == b"UN";
    Ok(Header {
        tag,
        inner: if unknown { Syntax::Implicit } else { syntax },
        length: part.u32_le(at + 8, what)?,
        value_at: at + 12,
    })
}

/// Where an element ends.
fn end(part: &Content, header: &Header, depth: usize) -> Result<usize, FormatError> {
    if header.length != UNDEFINED {
        let length = header.length as usize;
        let what = format!("element ({:04x},{:04x})", header.tag.0, header.tag.1);
        part.slice(header.value_at, length, &what)?;
        return Ok(header.value_at + length);
    }
    if depth >= MAX_DEPTH {
        let found = format!("more than {MAX_DEPTH} deep");
        return Err(part.wrong("the nesting of sequences", found, "that of a waveform"));
    }
    let mut at = header.value_at;
    loop {
        let (found, length) = item_header(part, at)?;
        if found == SEQUENCE_END {
            return Ok(at + 8);
        }
        at = item_end(part, at, found, length, header.inner, depth)?;
    }
}

fn item_header(part: &Content, at: usize) -> Result<(Tag, u32), FormatError> {
    Ok((tag(part, at)?, part.u32_le(at + 4, "an item's length")?))
}

fn item_end(
    part: &Content,
    at: usize,
    found: Tag,
    length: u32,
    syntax: Syntax,
    depth: usize,
) -> Result<usize, FormatError> {
    if found != ITEM {
        let found = format!("({:04x},{:04x})", found.0, found.1);
        return Err(part.wrong(
            "a part of a sequence",
            found,
            "an item or the sequence's end",
        ));
    }
    let begin = at + 8;
    if length != UNDEFINED {
        part.slice(begin, length as usize, "an item")?;
        return Ok(begin + length as usize);
    }
    let mut at = begin;
    loop {
        let header = header(part, at, syntax)?;
        if header.tag == ITEM_END {
            return Ok(header.value_at);
        }
        at = end(part, &header, depth + 1)?;
    }
}
