//! What the user asks for. Screens only send; [`super::apply`] is the one place
//! where anything happens.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::widgets::{CaliperMode, CaliperStep};
use super::worker::{ConfigChoice, Purpose};
use crate::bundle::SignalView;
use crate::explain::Order;
use crate::inference::{Changes, DeviceChoice};
use crate::review::reading::Arm;
use crate::review::{Exclusion, Mark};
use crate::sheet::{DisplayOptions, PrintPage};

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
            Self::Read => "Read",
            Self::Review => "Review",
            Self::Statistics => "Statistics",
            Self::Train => "Train",
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

/// How the pair of ECGs is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum PairView {
    /// The read ECG alone.
    Single,
    /// Whole sheets side by side.
    #[default]
    Sheets,
    /// The two rhythm strips, one above the other.
    Strips,
    /// The window of both in all 12 leads.
    CutOuts,
}

impl PairView {
    pub const ALL: [Self; 4] = [Self::Single, Self::Sheets, Self::Strips, Self::CutOuts];

    pub fn name(self) -> &'static str {
        match self {
            Self::Single => "This ECG",
            Self::Sheets => "Side by side",
            Self::Strips => "Rhythm strips",
            Self::CutOuts => "Cut-outs",
        }
    }

    /// The next one, for the key that steps through them.
    pub fn next(self) -> Self {
        match self {
            Self::Single => Self::Sheets,
            Self::Sheets => Self::Strips,
            Self::Strips => Self::CutOuts,
            Self::CutOuts => Self::Single,
        }
    }
}

/// What lies beside the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum EvidencePane {
    /// The prototypes of the class, and what speaks for another.
    #[default]
    Prototypes,
    /// The training ECGs that the model sees most alike.
    Nearest,
    /// Something taken away or changed.
    WhatIf,
    /// Noise, gain and shift, and what the similarity hangs on.
    Checks,
}

impl EvidencePane {
    pub const ALL: [Self; 4] = [Self::Prototypes, Self::Nearest, Self::WhatIf, Self::Checks];

    pub fn name(self) -> &'static str {
        match self {
            Self::Prototypes => "Prototypes",
            Self::Nearest => "Nearest",
            Self::WhatIf => "What if",
            Self::Checks => "Checks",
        }
    }

    /// The next one, for the key that steps through them.
    /// A network without prototypes has fewer.
    pub fn next(self, has_prototypes: bool) -> Self {
        match self {
            Self::Prototypes if has_prototypes => Self::Nearest,
            Self::Prototypes | Self::Nearest => Self::WhatIf,
            Self::WhatIf if has_prototypes => Self::Checks,
            Self::WhatIf | Self::Checks => Self::Prototypes,
        }
    }
}

/// A change of the view of the sheets on the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ZoomStep {
    In,
    Out,
    Fit,
    /// A millimetre of the page is a millimetre on the monitor.
    TrueScale,
    /// By so many points.
    Pan(f32, f32),
}

/// Along a recording that is longer than a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scroll {
    /// By so many seconds, forwards or back.
    By(f64),
    /// To this second.
    To(f64),
    Start,
    End,
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
    Zoom(ZoomStep),
    SetDisplay(DisplayOptions),
    SetSignal(SignalView),
    ShowFiducials(bool),
    Scroll(Scroll),
    SetCaliper(CaliperMode),
    MoveCaliper(CaliperStep),
    SetPrintPage(PrintPage),
    /// Write the ECG on the screen to a file.
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

/// A folder of ECGs, flags and notes.
#[derive(Clone, Debug, PartialEq)]
pub enum WorklistCommand {
    Open(PathBuf),
    Cancel,
    Resume,
    Filter {
        statement: Option<String>,
        only_flagged: bool,
    },
    /// The entry with this number on the screen.
    Show(usize),
    /// The next one that the filters let through, or the one before.
    Step(bool),
    /// Of the open ECG.
    Note {
        flagged: bool,
        text: String,
    },
}

/// How the training ECG is shown to a rater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReviewPage {
    /// The whole page with its rhythm strip.
    #[default]
    Sheet,
    /// The window of the prototype in all 12 leads, at one scale.
    CutOut,
    /// The rhythm strip, enlarged in two halves.
    Strip,
}

impl ReviewPage {
    pub const ALL: [Self; 3] = [Self::Sheet, Self::CutOut, Self::Strip];

    pub fn name(self) -> &'static str {
        match self {
            Self::Sheet => "Full ECG",
            Self::CutOut => "12 leads, cut out",
            Self::Strip => "Rhythm strip",
        }
    }

    /// The pages of a prototype: one without a time axis has no window to cut
    /// out.
    pub fn of(has_window: bool) -> Vec<Self> {
        let shown = |page: &Self| has_window || *page != Self::CutOut;
        Self::ALL.into_iter().filter(shown).collect()
    }
}

/// What a rater does.
#[derive(Clone, Debug, PartialEq)]
pub enum ReviewCommand {
    /// The study with this database; `None` for the one made on the fly.
    ChooseStudy(Option<PathBuf>),
    /// Start or resume as the rater with this code.
    Start(String),
    /// Back to the choice of a rater; what is not saved yet is given up.
    Leave,
    /// A rating for a question by its number.
    Rate(usize, u8),
    Exclude(Option<Exclusion>),
    Mark(Option<Mark>),
    Comment(String),
    /// Why a saved answer is changed.
    Reason(String),
    ShowPage(ReviewPage),
    /// One page on, or back.
    TurnPage(bool),
    /// Save this answer and go to the next.
    Next,
    Back,
    /// Take back what was chosen; with nothing chosen, reopen the answer that
    /// was saved last.
    Undo,
    /// Go to a place in the rater's order.
    GoTo(usize),
    /// The break is over, or is not wanted.
    BreakTaken,
    /// End the queue: asks first, then does it.
    Close,
}

/// How a test ECG, and in its arm the prototype, are shown to a reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadingPage {
    /// The whole page with its rhythm strip.
    #[default]
    Sheet,
    /// The rhythm strip, enlarged in two halves.
    Strip,
    /// The ECG beside the training ECG of the prototype.
    Pair,
    /// That training ECG alone.
    Prototype,
}

impl ReadingPage {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sheet => "Full ECG",
            Self::Strip => "Rhythm strip",
            Self::Pair => "Side by side",
            Self::Prototype => "Prototype",
        }
    }

    /// The pages of an arm.
    pub fn of(arm: Option<Arm>) -> &'static [Self] {
        match arm {
            Some(Arm::WithPrototype) => &[Self::Pair, Self::Sheet, Self::Strip, Self::Prototype],
            _ => &[Self::Sheet, Self::Strip],
        }
    }

    /// What an arm begins with.
    pub fn first(arm: Option<Arm>) -> Self {
        Self::of(arm).first().copied().unwrap_or_default()
    }
}

/// What a reader of test ECGs does.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadingCommand {
    /// Back to the choice of a rater; what is not saved yet is given up.
    Leave,
    /// Choose a statement by its code, or take it back.
    Toggle(String),
    /// From 1, a guess, to 5, certain.
    Confide(u8),
    /// Take back what was chosen.
    Clear,
    /// Choose the statements of the arm before.
    AsBefore,
    ShowPage(ReadingPage),
    /// One page on, or back.
    TurnPage(bool),
    /// Save this answer for good and go on.
    Next,
    /// The break is over, or is not wanted.
    BreakTaken,
    /// End the queue: asks first, then does it.
    Close,
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
