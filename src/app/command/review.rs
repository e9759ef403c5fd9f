//! What raters and readers of test ECGs ask for.

use std::path::PathBuf;

use crate::app::texts::review as texts;
use crate::review::reading::Arm;
use crate::review::{Exclusion, Mark};

/// How the training ECG, or a pair, is shown to a rater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReviewPage {
    /// The whole page with its rhythm strip.
    #[default]
    Sheet,
    /// The window of the prototype in all 12 leads, at one scale.
    CutOut,
    /// The rhythm strip, enlarged in two halves.
    Strip,
    /// Of a pair: the test ECG beside the training ECG of the prototype.
    Pair,
    /// Of a pair: the test ECG alone.
    TestEcg,
    /// Of a pair: that training ECG alone.
    Prototype,
}

impl ReviewPage {
    const OF_PROTOTYPES: [Self; 3] = [Self::Sheet, Self::CutOut, Self::Strip];
    const OF_PAIRS: [Self; 3] = [Self::Pair, Self::TestEcg, Self::Prototype];

    pub fn name(self) -> &'static str {
        match self {
            Self::Sheet => texts::FULL_ECG,
            Self::CutOut => texts::CUT_OUT,
            Self::Strip => texts::RHYTHM_STRIP,
            Self::Pair => texts::SIDE_BY_SIDE,
            Self::TestEcg => texts::THIS_ECG,
            Self::Prototype => texts::PROTOTYPE,
        }
    }

    /// The pages of a prototype, or of a pair: a prototype without a time axis
    /// has no window to cut out.
    pub fn of(has_window: bool, is_pair: bool) -> Vec<Self> {
        if is_pair {
            return Self::OF_PAIRS.into();
        }
        let shown = |page: &Self| has_window || *page != Self::CutOut;
        Self::OF_PROTOTYPES.into_iter().filter(shown).collect()
    }

    /// What a rater sees first.
    pub fn first(is_pair: bool) -> Self {
        match is_pair {
            true => Self::Pair,
            false => Self::Sheet,
        }
    }

    /// The same page of a reading study, which shows pairs too.
    pub fn as_reading(self) -> ReadingPage {
        match self {
            Self::TestEcg => ReadingPage::Sheet,
            Self::Prototype => ReadingPage::Prototype,
            Self::Pair | Self::Sheet | Self::CutOut | Self::Strip => ReadingPage::Pair,
        }
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

impl ReviewCommand {
    /// Whether it would change what is answered: not in a queue that is closed.
    pub fn is_of_an_answer(&self) -> bool {
        matches!(
            self,
            Self::Rate(..)
                | Self::Exclude(_)
                | Self::Mark(_)
                | Self::Comment(_)
                | Self::Reason(_)
                | Self::Undo
        )
    }
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
    /// The ECG with the attention behind its traces, and that of its leads.
    Attention,
}

impl ReadingPage {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sheet => texts::FULL_ECG,
            Self::Strip => texts::RHYTHM_STRIP,
            Self::Pair => texts::SIDE_BY_SIDE,
            Self::Prototype => texts::PROTOTYPE,
            Self::Attention => texts::ATTENTION,
        }
    }

    /// The pages of an arm.
    pub fn of(arm: Option<Arm>) -> &'static [Self] {
        match arm {
            Some(Arm::WithPrototype) => &[Self::Pair, Self::Sheet, Self::Strip, Self::Prototype],
            Some(Arm::WithAttention) => &[Self::Attention, Self::Sheet, Self::Strip],
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
