//! Which process trains: known by its number, by when it started, and by the
//! machine, so that neither a number that was given out again nor another
//! computer's is taken for it.

use std::io;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

/// A process of a machine that runs Linux.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessId {
    pub pid: u32,
    /// Clock ticks after the machine's start (proc(5), stat, field 22).
    pub start_ticks: u64,
    /// One for each start of the machine.
    pub boot_id: String,
    /// The namespace in which the number means this process: a container has
    /// its own.
    pub namespace: String,
    pub host: String,
}

/// What is known of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    Alive,
    Gone,
    /// On another computer or in another container, where nothing can be seen
    /// from here.
    Elsewhere,
}

impl ProcessId {
    /// The calling process.
    ///
    /// # Errors
    /// /proc is not there.
    pub fn this() -> io::Result<Self> {
        Self::of(std::process::id())
    }

    /// A process of this machine.
    ///
    /// # Errors
    /// It is not there.
    pub fn of(pid: u32) -> io::Result<Self> {
        let (start_ticks, _) = stat(pid)?;
        Ok(Self {
            pid,
            start_ticks,
            boot_id: boot_id()?,
            namespace: namespace()?,
            host: host(),
        })
    }

    /// Whether it is still there.
    pub fn life(&self) -> Life {
        let (Ok(boot_id), Ok(namespace)) = (boot_id(), namespace()) else {
            return Life::Elsewhere;
        };
        if boot_id != self.boot_id {
            // This machine was restarted, or it is another.
            return match host() == self.host {
                true => Life::Gone,
                false => Life::Elsewhere,
            };
        }
        if namespace != self.namespace {
            return Life::Elsewhere;
        }
        match stat(self.pid) {
            // One that has ended and waits for its parent to ask is gone.
            Ok((start_ticks, 'Z' | 'X')) if start_ticks == self.start_ticks => Life::Gone,
            Ok((start_ticks, _)) if start_ticks == self.start_ticks => Life::Alive,
            _ => Life::Gone,
        }
    }

    /// Sends what Ctrl-C sends.
    ///
    /// # Errors
    /// It is not there, or belongs to somebody else.
    pub fn interrupt(&self) -> io::Result<()> {
        if self.life() != Life::Alive {
            return Err(io::Error::from(io::ErrorKind::NotFound));
        }
        let pid = i32::try_from(self.pid).map_err(io::Error::other)?;
        kill(Pid::from_raw(pid), Signal::SIGINT).map_err(io::Error::from)
    }
}

/// When a process started, in ticks, and its state.
fn stat(pid: u32) -> io::Result<(u64, char)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    parse_stat(&text).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))
}

/// The name of the program, in brackets, may have brackets and spaces in it.
fn parse_stat(text: &str) -> Option<(u64, char)> {
    let (_, after_name) = text.rsplit_once(')')?;
    // The first of these fields is the third.
    let mut fields = after_name.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let start_ticks = fields.nth(22 - 4)?.parse().ok()?;
    Some((start_ticks, state))
}

fn boot_id() -> io::Result<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id")?;
    Ok(text.trim().to_owned())
}

fn namespace() -> io::Result<String> {
    let link = std::fs::read_link("/proc/self/ns/pid")?;
    Ok(link.display().to_string())
}

fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map(|name| name.trim().to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_its_number_and_its_start() {
        let this = ProcessId::this().unwrap();
        assert_eq!(this.life(), Life::Alive);
        let number_given_again = ProcessId {
            start_ticks: this.start_ticks - 1,
            ..this.clone()
        };
        assert_eq!(number_given_again.life(), Life::Gone);
        let before_a_restart = ProcessId {
            boot_id: "another".into(),
            ..this.clone()
        };
        assert_eq!(before_a_restart.life(), Life::Gone);
        let on_a_cluster = ProcessId {
            host: "node7".into(),
            ..before_a_restart
        };
        assert_eq!(on_a_cluster.life(), Life::Elsewhere);
        let in_a_container = ProcessId {
            namespace: "pid:[1]".into(),
            ..this
        };
        assert_eq!(in_a_container.life(), Life::Elsewhere);
    }

    #[test]
    fn one_that_has_ended_is_gone_before_anybody_waits_for_it() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let id = ProcessId::of(child.id()).unwrap();
        for _ in 0..500 {
            if id.life() == Life::Gone {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert_eq!(id.life(), Life::Gone);
        assert!(id.interrupt().is_err());
        child.wait().unwrap();
    }

    #[test]
    fn a_programs_name_may_have_anything_in_it() {
        let text = "7 (a) b (c) R 1 7 7 0 -1 4194304 1 0 0 0 5 6 0 0 20 0 3 0 987654 1 2 3";
        assert_eq!(parse_stat(text), Some((987_654, 'R')));
    }
}
