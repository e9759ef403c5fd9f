//! What the window says is in `src/app/texts`, so that whoever translates it reads
//! one folder: no other file of the window has a text of its own.

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Files below `src/app` that may say something themselves.
const MAY_SPEAK: [&str; 3] = [
    // To the terminal, where there is no window.
    "launch.rs",
    "picture.rs",
    // Names under which the settings keep the monitors.
    "monitor.rs",
];

/// A font, which has the same name in every language.
const FONT: &str = "Inter";

/// Macros whose texts nobody sees in the window: of the log, of tests, and of what
/// cannot happen.
const UNSEEN_MACROS: [&str; 14] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "debug",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "error",
    "info",
    "panic",
    "todo",
    "trace",
    "unreachable",
    "warn",
];

/// The same of methods.
const UNSEEN_METHODS: [&str; 2] = ["expect", "expect_err"];

#[test]
fn the_window_says_nothing_that_is_not_in_its_texts() {
    let window = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/app");
    let mut files = Vec::new();
    sources(&window, &window, &mut files);
    assert!(files.contains(&window.join("read/mod.rs")), "{files:?}");
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
            key_hint(ui, "A – G");
            let text = match error { Error::Two => "of an error" };
            ui.id_salt("ledger").add(format!("{name:.3} · {}", 'X'));
            let length = format!("{:.0} mm", 1.0);
            let count = format!("n {n}");
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
            r#""of an error""#,
            r#""{:.0} mm""#,
            r#""n {n}""#,
            r#""second sentence""#,
            r#""…and it goes on""#
        ]
    );
}

/// Rust files in `folder`, a part of the window, that have to be without texts.
fn sources(folder: &Path, window: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let place = path.strip_prefix(window).unwrap().to_str().unwrap();
        let is_of_tests = place.ends_with("/tests.rs") || place.ends_with("_tests.rs");
        if path.is_dir() && place != "texts" {
            sources(&path, window, found);
        } else if place.ends_with(".rs") && !is_of_tests && !MAY_SPEAK.contains(&place) {
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
                tokens.next_if(|token| is_sign(token, '!'));
                let attribute = tokens.next().map(|token| token.to_string());
                if attribute.is_some_and(|text| text.replace(' ', "") == "[cfg(test)]") {
                    tokens.find(|token| match token {
                        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                        token => is_sign(token, ';') || is_sign(token, ','),
                    });
                }
            }
            TokenTree::Ident(name) => {
                let name = name.to_string();
                let is_macro = tokens.next_if(|token| is_sign(token, '!')).is_some();
                let unseen = match is_macro {
                    true => UNSEEN_MACROS.contains(&name.as_str()),
                    false => UNSEEN_METHODS.contains(&name.as_str()),
                };
                if unseen {
                    tokens.next_if(|token| matches!(token, TokenTree::Group(_)));
                }
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

fn is_sign(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(sign) if sign.as_char() == wanted)
}

/// Whether a literal has words in it. One word in small letters can as well be an
/// id, an option or the ending of a file, and a capital letter alone is a key: both
/// are let pass.
fn is_text(literal: &str) -> bool {
    let inner = literal.trim_start_matches('r').trim_matches('#');
    let Some(inner) = inner.strip_prefix('"').and_then(|s| s.strip_suffix('"')) else {
        return false;
    };
    // What is in braces is a value.
    let (mut said, mut depth, mut escaped) = (String::new(), 0_u32, false);
    for sign in inner.chars() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => said.push(sign),
            _ => {}
        }
    }
    let is_id =
        |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || "-_./".contains(sign);
    let is_key = said == inner
        && said
            .split(|sign: char| !sign.is_alphabetic())
            .all(|word| word.len() < 2 && word == word.to_uppercase());
    said.chars().any(char::is_alphabetic) && !said.chars().all(is_id) && !is_key && inner != FONT
}
