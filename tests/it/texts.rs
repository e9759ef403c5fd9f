//! What the window says is in `src/app/texts`, so that whoever translates it reads
//! one folder: no other file of the window has a text of its own.

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The first two speak to the terminal, before there is a window or instead of it;
/// the last makes the names under which the settings keep the monitors.
const NOT_OF_THE_WINDOW: [&str; 3] = ["launch.rs", "picture.rs", "monitor.rs"];

/// Not to be translated: a font.
const NAMES: [&str; 1] = ["Inter"];

/// Macros and methods whose texts nobody sees in the window: the log, and what an
/// error in the program says.
const UNSEEN: [&str; 11] = [
    "assert",
    "assert_eq",
    "debug_assert",
    "debug_assert_eq",
    "error",
    "expect",
    "info",
    "panic",
    "trace",
    "unreachable",
    "warn",
];

#[test]
fn the_window_says_nothing_that_is_not_in_its_texts() {
    let window = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/app");
    let mut files = Vec::new();
    sources(&window, &mut files);
    assert!(files.len() > 100, "the window has {} files", files.len());
    let mut found = Vec::new();
    for path in files {
        let source = std::fs::read_to_string(&path).unwrap();
        for text in texts(&source) {
            found.push(format!("{}: {text}", path.display()));
        }
    }
    assert!(
        found.is_empty(),
        "{} texts stand outside src/app/texts:\n{}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn a_text_is_told_from_an_id() {
    let source = r#"
        //! Doc comments say what they like.
        #[serde(rename = "Left Alone")]
        fn ui(ui: &mut Ui, name: &str) {
            ui.label("Two words");
            ui.label("Word");
            ui.id_salt("ledger").add(format!("{name:.3} · {}", 'X'));
            let length = format!("{:.0} mm", 1.0);
            let lines = format!("{name}\n{name}");
            tracing::warn!("The log is not translated: {name}");
            file.extension().expect("Files have names").ends_with("json");
            nested(|| [vec!["second sentence"]]);
        }
        #[cfg(test)]
        mod tests {
            const EXPECTED: &str = "In Tests";
        }
        const LAST: &str = "…and it goes on";
    "#;
    assert_eq!(
        texts(source),
        [
            r#""Two words""#,
            r#""Word""#,
            r#""{:.0} mm""#,
            r#""second sentence""#,
            r#""…and it goes on""#
        ]
    );
}

/// Rust files below `folder` that have to be without texts.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != "texts" {
            sources(&path, found);
        } else if name.ends_with(".rs")
            && !name.ends_with("tests.rs")
            && !NOT_OF_THE_WINDOW.contains(&name)
        {
            found.push(path);
        }
    }
    found.sort();
}

/// The texts in a source file, as they are written.
fn texts(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    collect(source.parse().unwrap(), &mut found);
    found
}

fn collect(tokens: TokenStream, found: &mut Vec<String>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            // An attribute, and the tests that it may announce.
            TokenTree::Punct(sign) if sign.as_char() == '#' => {
                tokens.next_if(|token| matches!(token, TokenTree::Punct(_)));
                let attribute = tokens.next().map(|token| token.to_string());
                if attribute.is_some_and(|text| text.replace(' ', "") == "[cfg(test)]") {
                    tokens.find(|token| match token {
                        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                        TokenTree::Punct(sign) => sign.as_char() == ';',
                        _ => false,
                    });
                }
            }
            TokenTree::Ident(name) if UNSEEN.contains(&name.to_string().as_str()) => {
                tokens.next_if(
                    |token| matches!(token, TokenTree::Punct(sign) if sign.as_char() == '!'),
                );
                tokens.next_if(|token| matches!(token, TokenTree::Group(_)));
            }
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if is_text(&text) {
                    found.push(text);
                }
            }
            _ => {}
        }
    }
}

/// Whether a literal has words in it. One word in small letters can as well be an
/// id, an option or the ending of a file, and is let pass.
fn is_text(literal: &str) -> bool {
    let Some(quoted) = literal
        .strip_prefix('r')
        .unwrap_or(literal)
        .trim_matches('#')
        .strip_prefix('"')
    else {
        return false;
    };
    let quoted = quoted.trim_end_matches('"');
    let (mut said, mut depth, mut escaped) = (String::new(), 0, false);
    for sign in quoted.chars() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => depth += 1,
            '}' => depth -= 1,
            _ if depth == 0 => said.push(sign),
            _ => {}
        }
    }
    let is_id =
        |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || "-_./".contains(sign);
    said.chars().any(char::is_alphabetic) && !said.chars().all(is_id) && !NAMES.contains(&quoted)
}
