//! From starting the program to its first frame on the screen, under Xvfb with
//! software drawing. The window is there before a model is loaded.

#[path = "shared/xvfb.rs"]
mod xvfb;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use xvfb::Display;

fn first_frame(display: &Display, home: &Path) -> Duration {
    let started = Instant::now();
    let mut program = display
        .command(env!("CARGO_BIN_EXE_protoecg"), home)
        .args([
            "open",
            concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/models/demo-rhythm/example.hea"
            ),
        ])
        .env("PROTOECG_LOG", "protoecg=info")
        .stderr(Stdio::piped())
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
    let Some(display) = Display::start(1280, 800) else {
        return;
    };
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut group = criterion.benchmark_group("window");
    group.sample_size(10);
    group.bench_function("time to first frame", |b| {
        b.iter_custom(|times| (0..times).map(|_| first_frame(&display, home.path())).sum());
    });
    group.finish();
}

criterion_group!(window, benches);
criterion_main!(window);
