//! From starting the program to its first frame on the screen, under Xvfb with
//! software drawing. The window is there before a model is loaded.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};

fn first_frame(display: &str, home: &Path) -> Duration {
    let started = Instant::now();
    let mut program = Command::new(env!("CARGO_BIN_EXE_protoecg"))
        .args([
            "open",
            concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/models/demo-rhythm/example.hea"
            ),
        ])
        .env("DISPLAY", display)
        .env("PROTOECG_LOG", "protoecg=info")
        .env("HOME", home)
        .env("XDG_DATA_HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .stderr(Stdio::piped())
        .current_dir(home)
        .spawn()
        .expect("the program starts");
    let log = BufReader::new(program.stderr.take().expect("standard error"));
    let shown = log
        .lines()
        .map_while(Result::ok)
        .any(|line| line.contains("first frame shown"));
    let elapsed = started.elapsed();
    assert!(shown, "the program ended before its first frame");
    end(&mut program);
    elapsed
}

fn end(child: &mut Child) {
    child.kill().ok();
    child.wait().ok();
}

fn benches(criterion: &mut Criterion) {
    let server = Command::new("Xvfb")
        .args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x800x24",
            "-nolisten",
            "tcp",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut server) = server else {
        eprintln!("SKIPPED: Xvfb is not installed (make setup-test installs it)");
        return;
    };
    let mut number = String::new();
    let output = server.stdout.take().expect("standard output");
    BufReader::new(output)
        .read_line(&mut number)
        .expect("the number of the display");
    let display = format!(":{}", number.trim());
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut group = criterion.benchmark_group("window");
    group.sample_size(10);
    group.bench_function("time to first frame", |b| {
        b.iter_custom(|times| (0..times).map(|_| first_frame(&display, home.path())).sum());
    });
    group.finish();
    end(&mut server);
}

criterion_group!(window, benches);
criterion_main!(window);
