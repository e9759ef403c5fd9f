//! What is kept between sessions: preferences, never a rating.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::app::command::ThemeChoice;
use crate::app::monitor::Monitors;
use crate::app::worker::ConfigChoice;
use crate::bundle;
use crate::inference::DeviceChoice;
use crate::sheet::{DisplayOptions, PrintPage};

/// Written as RON in the user's data folder whenever it changes. eframe does not
/// write atomically, so nothing that must not be lost is in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Saved {
    pub theme: ThemeChoice,
    pub device: DeviceChoice,
    /// The bundle that was used last.
    pub bundle: Option<PathBuf>,
    /// Where training ECGs of PTB-XL are.
    pub ptbxl_dir: Option<PathBuf>,
    /// How ECGs are looked at on the Read screen and printed.
    pub display: DisplayOptions,
    /// Beginnings and ends of waves are marked.
    pub fiducials: bool,
    pub print_page: PrintPage,
    /// How large a millimetre is, by monitor.
    pub monitors: Monitors,
    /// The last rater's code.
    pub rater: String,
    /// Paths, newest first. File names count as identity: they are shown in
    /// the list of recent files only, and can be cleared.
    pub recent: Vec<PathBuf>,
    /// What the form of a training said last.
    pub training: TrainingChoices,
    /// Folders of bundles whose training was started or watched, newest first.
    pub runs: Vec<PathBuf>,
}

/// The form of a training.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrainingChoices {
    pub config: ConfigChoice,
    pub data: PathBuf,
    pub out: PathBuf,
    pub device: DeviceChoice,
    pub seed: Option<u64>,
    pub skip_missing: bool,
}

impl Saved {
    /// The name under which eframe keeps it.
    pub const KEY: &str = "protoecg";
    const MOST_RECENT: usize = 8;

    /// Puts a path at the top of the recent files.
    pub fn remember(&mut self, path: &Path) {
        put_first(&mut self.recent, path);
    }

    /// Puts the folder of a bundle at the top of the runs.
    pub fn remember_run(&mut self, out: &Path) {
        put_first(&mut self.runs, out);
    }
}

fn put_first(paths: &mut Vec<PathBuf>, path: &Path) {
    let path = bundle::whole(path);
    paths.retain(|known| *known != path);
    paths.insert(0, path);
    paths.truncate(Saved::MOST_RECENT);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{Gain, PageLayout, PaperSpeed};

    #[test]
    fn recent_files_are_unique_newest_first_and_few() {
        let mut saved = Saved::default();
        for i in 0..12 {
            saved.remember(Path::new(&format!("/ecg/{i}.hea")));
        }
        saved.remember(Path::new("/ecg/7.hea"));
        // The next start may be in another folder.
        saved.remember(Path::new("here.hea"));
        saved.remember(&std::env::current_dir().unwrap().join("here.hea"));
        assert!(saved.recent[0].is_absolute() && saved.recent[0].ends_with("here.hea"));
        assert!(!saved.recent[1].ends_with("here.hea"));
        saved.remember(Path::new("/ecg/7.hea"));
        assert_eq!(saved.recent.len(), Saved::MOST_RECENT);
        assert_eq!(saved.recent[0], Path::new("/ecg/7.hea"));
        assert_eq!(saved.recent[2], Path::new("/ecg/11.hea"));
        assert_eq!(
            saved.recent.iter().filter(|p| p.ends_with("7.hea")).count(),
            1
        );
    }

    #[test]
    fn what_is_saved_is_read_back_and_old_files_are_understood() {
        let saved = Saved {
            theme: ThemeChoice::Dark,
            rater: "R1".to_owned(),
            training: TrainingChoices {
                config: ConfigChoice::File("/a/c.ron".into()),
                seed: Some(7),
                ..TrainingChoices::default()
            },
            display: DisplayOptions {
                layout: PageLayout::SixByTwo,
                speed: PaperSpeed::Mm50,
                half_gain_chest: true,
                ..DisplayOptions::default()
            },
            ..Saved::default()
        };
        let text = ron::to_string(&saved).unwrap();
        assert_eq!(ron::from_str::<Saved>(&text).unwrap(), saved);
        assert_eq!(
            ron::from_str::<Saved>("(theme: Light)").unwrap().theme,
            ThemeChoice::Light
        );
        // A display of an older program lacks what was added since.
        let old: Saved = ron::from_str("(display: (gain: Mm20))").unwrap();
        assert_eq!(old.display.gain, Gain::Mm20);
        assert_eq!(old.display.layout, PageLayout::ThreeByFourOne);
    }
}
