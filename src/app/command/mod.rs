//! What the user asks for. Screens only send; [`super::apply`] is the one place
//! where anything happens.

mod read;
mod review;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::widgets::{CaliperMode, CaliperStep};
use super::worker::{ConfigChoice, Purpose};
use crate::app::texts::command as texts;
use crate::bundle::SignalView;
use crate::explain::Order;
use crate::inference::{Changes, DeviceChoice};
use crate::sheet::{DisplayOptions, PrintPage};

pub use read::{
    CompareCommand, EvidencePane, PairView, PrintWhat, Scroll, WorklistCommand, ZoomStep,
};
pub use review::{ReadingCommand, ReadingPage, ReviewCommand, ReviewPage};

/// The screens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Screen {
    #[default]
    Read,
    Review,
    Statistics,
    Train,
}

impl Screen {
    pub const ALL: [Self; 4] = [Self::Read, Self::Review, Self::Statistics, Self::Train];

    pub fn name(self) -> &'static str {
        match self {
            Self::Read => texts::READ,
            Self::Review => texts::REVIEW,
            Self::Statistics => texts::STATISTICS,
            Self::Train => texts::TRAIN,
        }
    }
}

/// What can lie over a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// Every way to open an ECG.
    Open,
    /// The ECG on paper.
    Print,
    /// The ECGs of a folder.
    Worklist,
    Help,
    Settings,
    /// A card held against the screen.
    Calibrate,
    /// The card of the loaded model.
    Model,
    /// The training ECG of a prototype as it was projected.
    Source,
    /// The median beat of the ECG.
    MedianBeat,
}

/// Where on the screen a problem belongs; each is shown there until it is
/// dismissed or the next attempt succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Reading,
    Print,
    Worklist,
    Notes,
    Prediction,
    Model,
    Review,
    Statistics,
    Training,
    Settings,
}

/// Light, dark, high contrast, or as the desktop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
pub enum ThemeChoice {
    Light,
    Dark,
    HighContrast,
    #[default]
    System,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Close the window.
    Quit,
    Show(Screen),
    Toggle(Overlay),
    CloseOverlay,
    Dismiss(Place),
    /// The notice at start-up was read.
    DismissNotice,

    /// Show a dialog for a path; the answer comes later.
    Ask(Purpose),
    OpenRecording(PathBuf),
    OpenDemonstration,
    /// Leave the file that is being read.
    CancelOpening,
    CloseRecording,
    ClearRecent,
    ChooseClass(usize),
    /// By rank among the prototypes of the class in the chosen order, from 0.
    ChoosePrototype(usize),
    SetOrder(Order),
    /// The counter-case beside the pair, or the pair alone again.
    ShowCounterCase(bool),
    ShowPane(EvidencePane),
    /// What if this were changed, and nothing else?
    WhatIf(Changes),
    /// Try the pair on the screen with noise, gain and shift.
    RunChecks,
    SetPairView(PairView),
    /// The sheets alone, or beside what the model says and above why.
    Enlarge(bool),
    Zoom(ZoomStep),
    SetDisplay(DisplayOptions),
    SetSignal(SignalView),
    ShowFiducials(bool),
    Scroll(Scroll),
    SetCaliper(CaliperMode),
    MoveCaliper(CaliperStep),
    SetPrintPage(PrintPage),
    /// Write the ECG on the screen, or its explanation, to a file.
    Print(PathBuf),

    LoadModel(PathBuf),
    ReloadModel,
    SetDevice(DeviceChoice),
    SetTheme(ThemeChoice),
    /// Pixels per millimetre of the monitor that the window is on; `None`
    /// forgets them.
    Calibrate(Option<f64>),
    SetPtbxl(Option<PathBuf>),

    Worklist(WorklistCommand),
    Compare(CompareCommand),
    Review(ReviewCommand),
    ReadStudy(ReadingCommand),
    /// Read the numbers again.
    RefreshStatistics,
    Export(PathBuf),
    /// Have the prototypes of the loaded model measured without people.
    MeasurePrototypes,
    StopMeasuring,
    Train(TrainCommand),
}

/// What somebody who trains does.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainCommand {
    ChooseConfig(ConfigChoice),
    SetDevice(DeviceChoice),
    /// Go on without records that are not there.
    SkipMissing(bool),
    /// The fields have changed.
    Check,
    Start,
    /// Show the run at this place.
    Watch(PathBuf),
    /// Back to the form; the run goes on.
    Leave,
    ForgetRuns,
    /// End at the next checkpoint, or do not.
    Pause(bool),
    /// End after the current step.
    Cancel,
    Resume,
    /// By place among the projected prototypes.
    ChooseSource(usize),
    /// Show the training ECG of the chosen one.
    ShowSource,
    /// Load the finished bundle and show it on this screen.
    OpenBundle(Screen),
}

/// The commands of one frame, in order.
#[derive(Debug, Default)]
pub struct Commands(Vec<Command>);

impl Commands {
    pub fn send(&mut self, command: Command) {
        self.0.push(command);
    }

    pub fn review(&mut self, command: ReviewCommand) {
        self.send(Command::Review(command));
    }

    pub fn train(&mut self, command: TrainCommand) {
        self.send(Command::Train(command));
    }

    pub fn read_study(&mut self, command: ReadingCommand) {
        self.send(Command::ReadStudy(command));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn take(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.0)
    }
}
