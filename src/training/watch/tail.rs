//! The new lines of an event log that another process is writing.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::training::event::Event;

/// Enough of the beginning to know a log again: a run begins with its time.
const HEAD: u64 = 256;

/// How far a log was read.
#[derive(Debug, Default)]
pub struct LogTail {
    /// Bytes of whole lines that were read.
    offset: u64,
    /// The first of them.
    head: Vec<u8>,
}

/// What a look at a log brought.
#[derive(Debug, Default)]
pub struct NewLines {
    /// It is another log than the last time, and this is all of it.
    pub replaced: bool,
    pub events: Vec<Event>,
    /// Lines that are no events: of another version of the program.
    pub unreadable: usize,
}

impl LogTail {
    /// Reads the lines that are new and whole. One that is half written is left
    /// for the next time.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn read(&mut self, path: &Path) -> io::Result<NewLines> {
        let mut file = File::open(path)?;
        let mut news = NewLines::default();
        if !self.is_same(&mut file)? {
            *self = Self::default();
            news.replaced = true;
        }
        file.seek(SeekFrom::Start(self.offset))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|&b| b == b'\n').map_or(0, |n| n + 1);
        bytes.truncate(whole);
        let missing = (HEAD as usize).saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(missing));
        self.offset += whole as u64;
        for line in bytes.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(event) => news.events.push(event),
                Err(_) => news.unreadable += 1,
            }
        }
        Ok(news)
    }

    /// Whether the file begins as the one that was read.
    fn is_same(&self, file: &mut File) -> io::Result<bool> {
        if file.metadata()?.len() < self.offset {
            return Ok(false);
        }
        let mut head = Vec::new();
        file.take(self.head.len() as u64).read_to_end(&mut head)?;
        Ok(head == self.head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn stages(news: &NewLines) -> Vec<usize> {
        let stage = |event: &Event| match event {
            Event::Stage { stage } => *stage,
            other => panic!("{other:?}"),
        };
        news.events.iter().map(stage).collect()
    }

    fn append(path: &Path, text: &str) {
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.append(true).create(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    #[test]
    fn a_line_is_read_once_and_when_it_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let mut tail = LogTail::default();
        assert!(tail.read(&path).is_err(), "it is not there yet");
        append(&path, "{\"stage\":{\"stage\":0}}\n{\"stage\":{\"st");
        let news = tail.read(&path).unwrap();
        assert_eq!((stages(&news), news.unreadable), (vec![0], 0));
        assert!(tail.read(&path).unwrap().events.is_empty());
        append(&path, "age\":1}}\n{\"stage\":{\"stage\":2}}\n");
        let news = tail.read(&path).unwrap();
        assert_eq!((stages(&news), news.replaced), (vec![1, 2], false));
    }

    #[test]
    fn a_log_that_was_replaced_is_read_from_its_beginning() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let mut tail = LogTail::default();
        append(
            &path,
            "{\"stage\":{\"stage\":7}}\n{\"stage\":{\"stage\":8}}\n",
        );
        tail.read(&path).unwrap();
        // Shorter.
        std::fs::write(&path, "{\"stage\":{\"stage\":3}}\n").unwrap();
        let news = tail.read(&path).unwrap();
        assert_eq!((stages(&news), news.replaced), (vec![3], true));
        // Longer already than what was read of the one before.
        std::fs::write(
            &path,
            "{\"stage\":{\"stage\":4}}\n{\"stage\":{\"stage\":5}}\n",
        )
        .unwrap();
        let news = tail.read(&path).unwrap();
        assert_eq!((stages(&news), news.replaced), (vec![4, 5], true));
        // Moved into the bundle: the same log.
        let moved = dir.path().join("moved");
        std::fs::rename(&path, &moved).unwrap();
        append(&moved, "{\"delivering\":{}}\n");
        let news = tail.read(&moved).unwrap();
        assert_eq!(news.events, [Event::Delivering {}]);
        assert!(!news.replaced);
    }

    #[test]
    fn a_line_of_another_version_is_counted_and_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        append(
            &path,
            "{\"unheard_of\":1}\nno json\n{\"stage\":{\"stage\":1}}\n",
        );
        let news = LogTail::default().read(&path).unwrap();
        assert_eq!((stages(&news), news.unreadable), (vec![1], 2));
    }
}
