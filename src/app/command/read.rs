//! What a reader asks for on the Read screen.

use std::path::PathBuf;

use crate::app::texts::command as texts;

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
            Self::Single => texts::THIS_ECG,
            Self::Sheets => texts::SIDE_BY_SIDE,
            Self::Strips => texts::RHYTHM_STRIPS,
            Self::CutOuts => texts::CUT_OUTS,
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

/// What is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PrintWhat {
    /// The sheet on the screen.
    #[default]
    EcgPage,
    /// The chosen statement with all that is said for and against it.
    Explanation,
}

impl PrintWhat {
    pub const ALL: [Self; 2] = [Self::EcgPage, Self::Explanation];

    pub fn name(self) -> &'static str {
        match self {
            Self::EcgPage => texts::ECG_PAGE,
            Self::Explanation => texts::EXPLANATION,
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
            Self::Prototypes => texts::PROTOTYPES,
            Self::Nearest => texts::NEAREST,
            Self::WhatIf => texts::WHAT_IF,
            Self::Checks => texts::CHECKS,
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

/// ECGs side by side.
#[derive(Clone, Debug, PartialEq)]
pub enum CompareCommand {
    /// Put the ECG on the screen beside the others.
    AddOpen,
    /// Put the ECG of this file beside the others.
    Add(PathBuf),
    /// By place among those compared.
    Choose(usize),
    Remove(usize),
    /// Show one alone, with its evidence.
    Open(usize),
    /// The comparison, or what was on the screen before.
    Show(bool),
}
