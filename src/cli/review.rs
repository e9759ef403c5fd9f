//! `protoecg review export`: the ratings of a study as tables.

use std::path::PathBuf;

use super::output;
use crate::review::{Store, export};

/// Rating studies
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Export(Export),
}

/// Write ratings, history and summary of a study as CSV and JSON
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  protoecg review export reviews/STUDY.sqlite --out export")]
pub struct Export {
    /// Database of the study
    #[arg(value_name = "STUDY.sqlite")]
    study: PathBuf,
    /// Folder to write to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Print what was written as one JSON document
    #[arg(long)]
    json: bool,
}

pub fn run(command: &Command) -> anyhow::Result<()> {
    let Command::Export(arguments) = command;
    let store = Store::open(&arguments.study)?;
    let report = export(&store, &arguments.out)?;
    if arguments.json {
        return output::print_json(&report);
    }
    let mut table = output::Table::new(&["file", "rows", "SHA-256"]);
    for file in &report.files {
        table.row(vec![
            file.name.clone(),
            file.rows.map_or("-".to_owned(), |n| n.to_string()),
            file.sha256.clone(),
        ]);
    }
    table.print()?;
    output::print_line(&format!("written to {}", report.folder.display()))
}
