//! What can be chosen on the Read screen, in bars and in the sheet of keys, and the
//! screens themselves.

pub const READ: &str = "Read";
pub const REVIEW: &str = "Review";
pub const STATISTICS: &str = "Statistics";
pub const TRAIN: &str = "Train";

pub const THIS_ECG: &str = "This ECG";
pub const SIDE_BY_SIDE: &str = "Side by side";
pub const RHYTHM_STRIPS: &str = "Rhythm strips";
pub const CUT_OUTS: &str = "Cut-outs";

pub const ECG_PAGE: &str = "ECG page";
pub const EXPLANATION: &str = "Explanation";

pub const PROTOTYPES: &str = "Prototypes";
pub const NEAREST: &str = "Nearest";
pub const WHAT_IF: &str = "What if";
pub const CHECKS: &str = "Checks";
