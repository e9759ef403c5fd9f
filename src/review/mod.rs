//! Rating studies: what is rated, by whom, in which order, what was answered,
//! and how it leaves the program.
//!
//! - [`Protocol`]: everything that is fixed before the first rating
//! - [`Study`], [`Item`], [`Rater`], [`Slot`]: what is rated, and the queue per
//!   rater; [`items_of`] is what a bundle has to rate
//! - [`PairDraw`], [`Pair`]: a study of pairs of a test ECG and a prototype
//! - [`Answer`]: one answer, valid as a whole or not at all
//! - [`reading`]: the second kind of study, in which test ECGs are read
//! - [`Store`], [`ReadingStore`]: the SQLite file, insert-only and hash-chained,
//!   with backups and merges; the only SQL
//! - [`may_stop`]: whether the protocol lets a rater stop early
//! - [`results`]: the numbers that the screen and every export show
//! - [`export`]: tables, history, numbers, report, and scripts that recompute
//!   it
//!
//! It knows prototypes by number, class code and source record only: no
//! network, no ECG.

mod answer;
mod beside;
mod conflicts;
mod document;
mod error;
mod export;
pub mod figures;
mod pairs;
mod protocol;
mod question;
mod queue;
pub mod reading;
mod results;
mod selection;
mod stopping;
mod store;
mod study;
mod time;

pub use answer::{Answer, Exclusion, MAX_COMMENT_CHARS, Mark, RATING_RANGE};
pub use beside::{Beside, COSINES_NOTE};
pub use conflicts::{Conflict, ConflictingAnswer, conflicts};
pub use document::{AnyStudy, StudyDocument};
pub use error::{BrokenLink, Rated, ReviewError};
pub use export::{ExportReport, ExportedFile, SCHEMA as EXPORT_SCHEMA, export};
pub use pairs::{Named, Pair, PairCandidate, PairDraw, Pairs};
pub use protocol::{
    Blinding, BundleRef, MetricsShown, Order, Protocol, RaterEntry, Repeats, Selection, Stop,
};
pub use question::Question;
pub use queue::{Phase, Slot};
pub use results::{
    Included, PrototypeMean, RaterState, Ratings, Results, marked_bad, ratings, results,
};
pub use selection::items_of;
pub use stopping::{LOOK_EVERY, may_stop};
pub use store::{
    Author, BACKUPS_KEPT, ChainHead, ChainReport, Closed, Closing, CurrentAnswer, CurrentReading,
    Database, Durability, EVENTS_PER_BACKUP, Event, EventId, Installation, MergeReport, Progress,
    ReadingSnapshot, ReadingStore, Restored, SCHEMA_VERSION, Snapshot, Store, backup_path,
    database_file_name, restore, study_of_file,
};
pub use study::{Item, Rater, Study};
pub use time::utc_text;
