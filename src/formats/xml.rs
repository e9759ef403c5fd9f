//! XML as carts write it: text in several encodings, a tree with bounds.
//!
//! The tree is roxmltree's. It fetches nothing and expands no entity of a DTD
//! here, because a document that declares any is refused; what could make it
//! slow or deep is refused before by [`within_limits`].

use std::borrow::Cow;

use base64::Engine;
use roxmltree::{Document, Node, ParsingOptions};

use super::FormatError;
use super::content::Content;

/// No cart's file nests deeper than 25; roxmltree would recurse.
const MAX_DEPTH: usize = 64;
/// The longest start tag: comparing attributes with each other is quadratic.
const MAX_TAG_BYTES: usize = 4096;
/// Elements, texts and comments; each takes some 70 bytes.
const MAX_NODES: u32 = 1_000_000;
/// Namespace declarations, which every element below them carries along.
const MAX_NAMESPACES: usize = 1000;

/// The text of the file: UTF-8, UTF-16 with a byte order mark or recognisable
/// by its first character, ISO 8859-1 and its like where the declaration says so.
///
/// # Errors
/// An encoding that is not one of these.
pub(super) fn decode<'a>(file: &Content<'a>) -> Result<Cow<'a, str>, FormatError> {
    match file.bytes {
        [0xff, 0xfe, rest @ ..] => return Ok(utf16(rest, u16::from_le_bytes).into()),
        [0xfe, 0xff, rest @ ..] => return Ok(utf16(rest, u16::from_be_bytes).into()),
        [b'<', 0, ..] => return Ok(utf16(file.bytes, u16::from_le_bytes).into()),
        [0, b'<', ..] => return Ok(utf16(file.bytes, u16::from_be_bytes).into()),
        _ => {}
    }
    let bytes = file
        .bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(file.bytes);
    let encoding = declared_encoding(bytes).to_ascii_lowercase();
    match encoding.as_str() {
        // UTF-16 that is none: a file that was saved anew by an editor.
        "" | "utf-8" | "utf8" | "us-ascii" | "ascii" | "utf-16" => {
            // Names that are in another encoding than the file says are no
            // reason to refuse the ECG.
            Ok(String::from_utf8_lossy(bytes))
        }
        // The Windows page differs in signs that are in free text only.
        "iso-8859-1" | "iso8859-1" | "latin1" | "latin-1" | "windows-1252" | "iso-8859-15" => {
            Ok(bytes
                .iter()
                .map(|&b| char::from(b))
                .collect::<String>()
                .into())
        }
        _ => Err(file.wrong(
            "the encoding of the XML",
            encoding,
            "UTF-8, UTF-16, ISO-8859-1 or windows-1252",
        )),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|&pair| unit(pair));
    char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// The encoding that the XML declaration names, or nothing.
fn declared_encoding(bytes: &[u8]) -> String {
    let start = String::from_utf8_lossy(bytes.get(..200).unwrap_or(bytes));
    let declaration = start
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split_once("?>"))
        .map_or("", |(declaration, _)| declaration);
    let value = declaration.split_once("encoding").map_or("", |(_, v)| v);
    let value = value.trim_start().trim_start_matches('=').trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let inner = quote.and_then(|quote| value[1..].split_once(quote));
    inner.map_or(String::new(), |(name, _)| name.to_owned())
}

/// The document as a tree.
///
/// # Errors
/// Text that is not well-formed XML, an internal DTD subset, and everything
/// beyond the limits of this module.
pub(super) fn parse<'t>(file: &Content, text: &'t str) -> Result<Document<'t>, FormatError> {
    within_limits(text).map_err(|(found, expected)| file.wrong("the XML", found, expected))?;
    let options = ParsingOptions {
        // MUSE files name a DTD, which is not fetched.
        allow_dtd: true,
        nodes_limit: MAX_NODES,
    };
    Document::parse_with_options(text, options)
        .map_err(|error| file.wrong("the XML", error, "a well-formed document"))
}

/// Walks over the tags without keeping any.
fn within_limits(text: &str) -> Result<(), (String, String)> {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let inside = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")]
            .into_iter()
            .find(|(start, _)| rest.starts_with(start));
        if let Some((start, end)) = inside {
            let Some(length) = rest[start.len()..].find(end) else {
                return Ok(()); // not well-formed; the parser says so better
            };
            rest = &rest[start.len() + length + end.len()..];
            continue;
        }
        let tag = tag(rest)?;
        rest = &rest[tag.len()..];
        if tag.starts_with("<!") {
            if tag.contains('[') {
                let found = "a DTD with declarations of its own".to_owned();
                return Err((
                    found,
                    "none, since entities can be made to explode".to_owned(),
                ));
            }
        } else if tag.starts_with("</") {
            depth = depth.saturating_sub(1);
        } else if !tag.ends_with("/>") {
            depth += 1;
        }
        if depth > MAX_DEPTH {
            let found = format!("nested more than {MAX_DEPTH} deep");
            return Err((found, "a cart's document".to_owned()));
        }
    }
    if text.matches("xmlns").nth(MAX_NAMESPACES).is_some() {
        let found = format!("more than {MAX_NAMESPACES} namespace declarations");
        return Err((found, "a cart's document".to_owned()));
    }
    Ok(())
}

/// The tag that the text begins with, with its brackets. A `>` in a quoted
/// attribute does not end it.
fn tag(text: &str) -> Result<&str, (String, String)> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate().take(MAX_TAG_BYTES) {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            // Of a DTD's own declarations only the begin is wanted.
            (None, b'>' | b'[') => return Ok(&text[..=at]),
            _ => {}
        }
    }
    let found = format!("a tag of over {MAX_TAG_BYTES} bytes or without an end");
    Err((found, "a cart's document".to_owned()))
}

/// The first child element of this name, whatever its namespace.
pub(super) fn child<'a, 't>(node: Node<'a, 't>, name: &str) -> Option<Node<'a, 't>> {
    children(node, name).next()
}

/// All child elements of this name.
pub(super) fn children<'a, 't>(
    node: Node<'a, 't>,
    name: &str,
) -> impl Iterator<Item = Node<'a, 't>> {
    node.children()
        .filter(move |n| n.is_element() && n.tag_name().name() == name)
}

/// The element at the end of a path of names, each the first child of its kind.
pub(super) fn at<'a, 't>(node: Node<'a, 't>, path: &[&str]) -> Option<Node<'a, 't>> {
    path.iter().try_fold(node, |node, name| child(node, name))
}

/// All text of an element, comments left out.
pub(super) fn text(node: Node) -> String {
    node.children()
        .filter_map(|n| n.text().filter(|_| n.is_text()))
        .collect()
}

/// The text at a path, trimmed; `None` where there is none.
pub(super) fn text_at(node: Node, path: &[&str]) -> Option<String> {
    let text = text(at(node, path)?);
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A number out of an attribute or an element.
///
/// # Errors
/// [`FormatError::Value`] if it is absent or not a finite number.
pub(super) fn number(file: &Content, field: &str, text: Option<&str>) -> Result<f64, FormatError> {
    let found = text.unwrap_or("absent").trim();
    match found.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(file.wrong(field, found, "a number")),
    }
}

/// Base64 with line breaks and indents in it.
///
/// # Errors
/// [`FormatError::Value`] naming the field.
pub(super) fn base64(file: &Content, field: &str, text: &str) -> Result<Vec<u8>, FormatError> {
    let mut packed = text.as_bytes().to_vec();
    packed.retain(|b| !b.is_ascii_whitespace());
    base64::engine::general_purpose::STANDARD
        .decode(packed)
        .map_err(|error| file.wrong(field, error, "Base64"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn root_of(bytes: &[u8]) -> Result<String, String> {
        let file = Content {
            path: Path::new("x.xml"),
            bytes,
        };
        let text = decode(&file).map_err(|e| e.to_string())?;
        let tree = parse(&file, &text).map_err(|e| e.to_string())?;
        Ok(super::text(tree.root_element()))
    }

    #[test]
    fn encodings_of_carts_are_read() {
        let utf8 = "<?xml version='1.0' encoding='UTF-8'?><a>µ</a>";
        assert_eq!(root_of(utf8.as_bytes()).unwrap(), "µ");
        let latin = b"<?xml version=\"1.0\" encoding = \"ISO-8859-1\"?><a>\xb5</a>";
        assert_eq!(root_of(latin).unwrap(), "µ");
        let wide = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-16\"?><a>µ</a>";
        let wide =
            |order: fn(u16) -> [u8; 2]| wide.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        assert_eq!(root_of(&wide(u16::to_le_bytes)).unwrap(), "µ");
        assert_eq!(root_of(&wide(u16::to_be_bytes)).unwrap(), "µ");
        assert!(
            root_of(b"<?xml encoding='EBCDIC'?><a/>")
                .unwrap_err()
                .contains("ebcdic")
        );
    }

    #[test]
    fn bombs_are_refused() {
        let laughs = "<!DOCTYPE a [<!ENTITY b \"ha\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
        assert!(
            root_of(laughs.as_bytes())
                .unwrap_err()
                .contains("a DTD with declarations")
        );
        let hidden = "<!DOCTYPE a SYSTEM \">\" [<!ENTITY b \"ha\">]><a>&b;</a>";
        assert!(
            root_of(hidden.as_bytes())
                .unwrap_err()
                .contains("a DTD with declarations")
        );
        let deep = "<a b=\"/>\">".repeat(100_000);
        assert!(
            root_of(deep.as_bytes())
                .unwrap_err()
                .contains("nested more than")
        );
        let wide: String = (0..5000).map(|i| format!(" a{i}=''")).collect();
        assert!(
            root_of(format!("<a{wide}/>").as_bytes())
                .unwrap_err()
                .contains("a tag of over")
        );
        let many = "<a/>".repeat(1_100_000);
        assert!(
            root_of(format!("<b>{many}</b>").as_bytes())
                .unwrap_err()
                .contains("nodes limit")
        );
        let spaces = "<a xmlns:b='c'/>".repeat(2000);
        assert!(
            root_of(format!("<b>{spaces}</b>").as_bytes())
                .unwrap_err()
                .contains("namespace")
        );
        // A DTD by name only is what MUSE writes.
        let muse = b"<?xml version=\"1.0\"?><!DOCTYPE R SYSTEM \"restecg.dtd\"><R>1</R>";
        assert_eq!(root_of(muse).unwrap(), "1");
    }
}
