//! Tables for people, JSON for programs, progress on standard error.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};

pub use crate::training::duration;

/// A table with aligned columns; numbers should come formatted.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(header: &[&str]) -> Self {
        Self {
            rows: vec![header.iter().map(|h| (*h).to_owned()).collect()],
        }
    }

    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Writes the table to standard output.
    pub fn print(&self) -> anyhow::Result<()> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |c: usize| {
            self.rows
                .iter()
                .filter_map(|r| r.get(c))
                .map(|s| s.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.rows {
            let line: Vec<String> = row
                .iter()
                .zip(&widths)
                .map(|(cell, &w)| format!("{cell:w$}"))
                .collect();
            print_line(line.join("  ").trim_end())?;
        }
        Ok(())
    }
}

/// Writes a line to standard output; a closed pipe is an error, not a panic.
pub fn print_line(line: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// A path as it can be pasted into a shell: in single quotes where it has
/// anything but letters, digits and `/._-`.
pub fn quoted(path: &std::path::Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    // A leading hyphen would be an option.
    if !text.is_empty() && text.chars().all(plain) && !text.starts_with('-') {
        return text;
    }
    let start = if text.starts_with('-') { "./" } else { "" };
    format!("'{start}{}'", text.replace('\'', r"'\''"))
}

/// Writes one JSON document to standard output.
pub fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    print_line(&serde_json::to_string_pretty(value)?)
}

/// Whether an error is the reader of our output having gone away.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}

/// An error with its causes on one line. Most of our errors say their cause
/// themselves; it is not said twice.
pub fn error_line(error: &anyhow::Error) -> String {
    let mut line = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !line.contains(&cause) {
            line = format!("{line}: {cause}");
        }
    }
    line
}

/// Shows what is going on, on a terminal's standard error: one line that is
/// overwritten. Silent where standard error is a file or a pipe.
pub fn status(text: &str) {
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[K{text}");
        std::io::stderr().flush().ok();
    }
}

/// A line for people beside the document on standard output.
pub fn notice(text: &str) {
    status("");
    eprintln!("{text}");
}

/// Progress with a bar and the time left, in the line of [`status`].
#[derive(Debug)]
pub struct Progress {
    what: &'static str,
    started: std::time::Instant,
    /// When it was last drawn, in milliseconds from the start.
    drawn_ms: AtomicU64,
}

impl Progress {
    pub fn new(what: &'static str) -> Self {
        Self {
            what,
            started: std::time::Instant::now(),
            drawn_ms: AtomicU64::new(0),
        }
    }

    /// Any thread may call it, as often as it likes.
    pub fn show(&self, done: usize, of: usize) {
        const EVERY_MS: u64 = 50;
        let elapsed = self.started.elapsed();
        let (now_ms, drawn_ms) = (elapsed.as_millis() as u64, &self.drawn_ms);
        let last_ms = drawn_ms.load(Ordering::Relaxed);
        let order = Ordering::Relaxed;
        // Of threads that come at the same time one draws.
        if now_ms < last_ms + EVERY_MS
            || drawn_ms
                .compare_exchange(last_ms, now_ms, order, order)
                .is_err()
        {
            return;
        }
        status(&progress_line(self.what, done, of, elapsed.as_secs_f64()));
    }
}

/// `reading record 30 of 120 [#####...............] 9 s left`.
fn progress_line(what: &str, done: usize, of: usize, seconds: f64) -> String {
    const WIDTH: usize = 20;
    let full = (done * WIDTH).checked_div(of).unwrap_or(0).min(WIDTH);
    let bar = "#".repeat(full) + &".".repeat(WIDTH - full);
    let left = match done {
        0 => String::new(),
        _ => {
            let each = seconds / done as f64;
            format!(" {} left", duration(each * of.saturating_sub(done) as f64))
        }
    };
    format!("{what} {done} of {of} [{bar}]{left}")
}

/// A number with three decimals, or a dash.
pub fn number(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |v| format!("{v:.3}"))
}

/// The mark of a number that a statement has not of its own, see [`SHARED`].
pub fn shared(shared: bool) -> &'static str {
    if shared { " *" } else { "" }
}

/// Stands below a table with such a mark.
pub const SHARED: &str = "* chosen with all statements of the branch together: fewer than 10 positives of its own in the validation folds";

/// An interval with three decimals, or a dash.
pub fn interval(ci: Option<(f64, f64)>) -> String {
    ci.map_or("-".to_owned(), |(low, high)| {
        format!("[{low:.3}, {high:.3}]")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `sh -c "printf %s PATH"` prints is the path again.
    #[test]
    fn a_path_can_be_pasted() {
        for (path, pasted) in [
            ("reviews/a-1.sqlite", "reviews/a-1.sqlite"),
            ("my study.sqlite", "'my study.sqlite'"),
            ("o'neill $HOME.sqlite", r"'o'\''neill $HOME.sqlite'"),
            ("-rf", "'./-rf'"),
        ] {
            assert_eq!(quoted(std::path::Path::new(path)), pasted);
        }
    }

    #[test]
    fn a_bar_has_the_share_done_and_the_time_left() {
        assert_eq!(
            progress_line("record", 30, 120, 3.0),
            "record 30 of 120 [#####...............] 9 s left"
        );
        assert_eq!(
            progress_line("record", 0, 120, 3.0),
            "record 0 of 120 [....................]"
        );
        assert!(progress_line("record", 5, 0, 1.0).contains("[....................] 0 s left"));
    }
}
