//! `protoecg list`: somebody else's records as a data set for external validation.

use std::path::PathBuf;

use super::output;
use crate::dataset::{self, DataSet, LABEL_MAP_FILE, LISTING_FILE, LabelMap};

/// Make a data set of a folder of WFDB records with `#Dx:` comments
///
/// Writes a listing (records.csv: file, patient, fold, codes) and a label map
/// (labels.ron) that says which SCP statement each code is. Both are text, to be
/// changed as the collection needs it. The records stay where they are.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  protoecg list /data/cpsc2018 --out cpsc2018\n  \
    protoecg evaluate --bundle ptbxl-excerpt --data cpsc2018 --fold 10\n  \
    protoecg list /data/ours --labels our-labels.ron --fold 1 --out ours"
)]
pub struct Arguments {
    /// The folder of the records
    #[arg(value_name = "DIR")]
    files: PathBuf,
    /// What the codes mean, instead of the PhysioNet Challenges' SNOMED codes
    #[arg(long, value_name = "LABELS.ron")]
    labels: Option<PathBuf>,
    /// The fold that all of them are in
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u8).range(1..=10))]
    fold: u8,
    /// Folder for the two files
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let map = match &arguments.labels {
        Some(file) => LabelMap::read(file)?,
        None => LabelMap::physionet_challenges()?,
    };
    let records = dataset::write_listing(&arguments.files, &arguments.out, arguments.fold, &map)?;
    output::print_line(&format!(
        "{records} records: {LISTING_FILE} and {LABEL_MAP_FILE} written to {}",
        arguments.out.display()
    ))?;
    let set = DataSet::open(&arguments.out)?;
    for (code, records) in set.unmapped_codes().into_iter().flatten() {
        output::print_line(&format!(
            "code {code} ({records} records) has no statement in the label map"
        ))?;
    }
    Ok(())
}
