//! Do raters agree: with each other, and with themselves?
//!
//! Every coefficient has a name for what it assumes, since they differ most
//! where raters use one category most of the time: kappa falls to 0 there
//! although nearly all ratings are equal, AC1 does not.

mod bland_altman;
mod gwet;
mod icc;
mod kappa;
mod krippendorff;
mod repeats;
mod table;
mod weights;

pub use bland_altman::{BlandAltman, bland_altman};
pub use gwet::{GwetAc, gwet_ac};
pub use icc::{FTest, Icc, IccModel, IccPair, icc};
pub use kappa::{Kappa, cohen_kappa};
pub use krippendorff::{Alpha, Metric, krippendorff_alpha};
pub use repeats::{IntraRater, intra_rater};
pub use table::RatingTable;
pub use weights::Weights;
