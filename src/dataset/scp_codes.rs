//! The column `scp_codes`: a Python dictionary literal such as
//! `{'NORM': 100.0, 'SR': 0.0}`. Only that much of Python is understood.

/// Reads the literal; the error says what was expected and where.
pub(super) fn parse(text: &str) -> Result<Vec<(String, f64)>, String> {
    let mut cursor = Cursor { text, at: 0 };
    let mut statements: Vec<(String, f64)> = Vec::new();
    cursor.expect('{')?;
    while !cursor.take('}') {
        if !statements.is_empty() {
            cursor.expect(',')?;
            if cursor.take('}') {
                break;
            }
        }
        let code = cursor.string()?;
        cursor.expect(':')?;
        let likelihood = cursor.number()?;
        if statements.iter().any(|(c, _)| *c == code) {
            return Err(format!("each code once, but '{code}' is there twice"));
        }
        statements.push((code, likelihood));
    }
    match cursor.peek() {
        None => Ok(statements),
        Some(_) => Err(cursor.expected("nothing after the closing brace")),
    }
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The next character that is not white space, which is skipped.
    fn peek(&mut self) -> Option<char> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        self.rest().chars().next()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn expect(&mut self, wanted: char) -> Result<(), String> {
        if self.take(wanted) {
            Ok(())
        } else {
            Err(self.expected(&format!("`{wanted}`")))
        }
    }

    fn expected(&self, what: &str) -> String {
        format!(
            "{what} at character {}",
            self.text[..self.at].chars().count() + 1
        )
    }

    /// A quoted code. SCP codes need no escapes, so a backslash is refused.
    fn string(&mut self) -> Result<String, String> {
        let quote = match self.peek() {
            Some(quote @ ('\'' | '"')) => quote,
            _ => return Err(self.expected("a quoted code")),
        };
        let body = &self.rest()[1..];
        match body.find(quote) {
            Some(end) if end > 0 && !body[..end].contains('\\') => {
                self.at += end + 2;
                Ok(body[..end].to_owned())
            }
            _ => Err(self.expected("a quoted code without escapes")),
        }
    }

    /// A likelihood in percent.
    fn number(&mut self) -> Result<f64, String> {
        self.peek();
        let rest = self.rest();
        let end = rest
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-')))
            .unwrap_or(rest.len());
        match rest[..end].parse::<f64>() {
            Ok(likelihood) if (0.0..=100.0).contains(&likelihood) => {
                self.at += end;
                Ok(likelihood)
            }
            _ => Err(self.expected("a likelihood from 0 to 100")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_dictionaries_of_codes_are_read() {
        let expect = |text: &str, wanted: &[(&str, f64)]| {
            let wanted: Vec<(String, f64)> =
                wanted.iter().map(|&(c, l)| (c.to_owned(), l)).collect();
            assert_eq!(parse(text), Ok(wanted), "{text}");
        };
        expect("{}", &[]);
        expect(
            "{'NORM': 100.0, 'SR': 0.0}",
            &[("NORM", 100.0), ("SR", 0.0)],
        );
        expect(
            " { \"LAO/LAE\" :5e1,'PRC(S)':35, } ",
            &[("LAO/LAE", 50.0), ("PRC(S)", 35.0)],
        );
    }

    #[test]
    fn anything_else_is_refused_with_its_place() {
        for text in [
            "",
            "{",
            "}",
            "{'SR'}",
            "{'SR': }",
            "{'SR': x}",
            "{'SR': nan}",
            "{'SR': -1}",
            "{'SR': 101}",
            "{'SR': 0.0 'NORM': 1.0}",
            "{'SR': 0.0}x",
            "{,}",
            "{'': 1.0}",
            "{'SR: 0}",
            "{SR: 0.0}",
            "{'S\\'R': 0.0}",
            "{'SR': 0.0, 'SR': 1.0}",
            "['SR']",
            "{'SR': 1.0,,}",
            "{'ä': 0.0",
            "__import__('os')",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(parse("{'SR' 0.0}"), Err("`:` at character 7".to_owned()));
    }
}
