//! `protoecg simulate`: labelled synthetic ECGs in the layout of PTB-XL.

use std::ops::ControlFlow;
use std::path::PathBuf;

use super::output;
use crate::simulator;

/// Write simulated, labelled ECGs in the layout of PTB-XL
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  protoecg simulate --records 200 --seed 1 --out simulated")]
pub struct Arguments {
    /// Number of ECGs
    #[arg(long, value_name = "N")]
    records: usize,
    /// The same seed gives the same ECGs
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Folder to write to: new, empty, or written by this command before
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut tick = |done: usize| {
        output::status(&format!("simulated {done} of {}", arguments.records));
        ControlFlow::Continue(())
    };
    simulator::write_ptbxl(arguments.records, arguments.seed, &arguments.out, &mut tick)?;
    output::status("");
    output::print_line(&format!(
        "{} simulated ECGs written to {}",
        arguments.records,
        arguments.out.display()
    ))
}
