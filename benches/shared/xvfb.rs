//! A display without a screen, for benches and tests of the window.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// An X server of our own, ended with this value.
pub struct Display {
    server: Child,
    /// As `DISPLAY` has it.
    pub name: String,
}

impl Display {
    /// `None` where Xvfb is not installed.
    pub fn start(width: u32, height: u32) -> Option<Self> {
        let screen = format!("{width}x{height}x24");
        // The server picks a free number and says it on its standard output.
        let server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", &screen])
            .args(["-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(server) = server else {
            eprintln!("SKIPPED: Xvfb is not installed (make setup-test installs it)");
            return None;
        };
        // Ends the server whatever becomes of its number.
        let mut display = Self {
            server,
            name: String::new(),
        };
        let mut number = String::new();
        let output = display.server.stdout.take()?;
        BufReader::new(output).read_line(&mut number).ok()?;
        display.name = format!(":{}", number.trim());
        Some(display)
    }

    /// A program with this display and a home of its own.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>, home: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env("DISPLAY", &self.name)
            .env("HOME", home)
            .env("XDG_DATA_HOME", home)
            .env("XDG_RUNTIME_DIR", home)
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WAYLAND_SOCKET")
            .current_dir(home);
        command
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }
}
