//! The two signals of a cart's file.

/// Which signal of a cart's file is meant: most hold two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Waveform {
    /// The ECG as it was recorded. This is what every reader gives by default.
    #[default]
    Rhythm,
    /// The average or median complex that the cart computed from it, about a
    /// second long.
    MedianBeat,
}

impl Waveform {
    /// For messages: `rhythm`, `median beat`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rhythm => "rhythm",
            Self::MedianBeat => "median beat",
        }
    }
}
