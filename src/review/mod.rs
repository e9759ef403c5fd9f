//! Rating studies: what is rated, by whom, in which order, what was answered,
//! and how it leaves the program.
//!
//! - [`Study`], [`Item`], [`Rater`]: what is rated, and the order per rater
//! - [`Answer`]: one rating, valid as a whole or not at all
//! - [`Store`]: the SQLite file, insert-only and hash-chained; the only SQL
//! - [`summarise`]: the numbers that the screen, the CSV and the JSON show
//! - [`export`]: the long table, the history, the summary and a dictionary
//!
//! It knows prototypes by number and class code only: no bundle, no network,
//! no ECG.

mod answer;
mod error;
mod export;
mod store;
mod study;
mod summary;
mod time;

pub use answer::{Answer, Criterion, Exclusion, MAX_COMMENT_CHARS, RATING_RANGE};
pub use error::{BrokenLink, ReviewError};
pub use export::{ExportReport, ExportedFile, SCHEMA as EXPORT_SCHEMA, export};
pub use store::{
    ChainHead, ChainReport, CurrentAnswer, Durability, Event, EventId, Installation, Progress,
    SCHEMA_VERSION, Snapshot, Store, database_file_name,
};
pub use study::{Item, Rater, Study};
pub use summary::{
    CI_METHOD, CriterionSummary, ExclusionCounts, RaterSummary, StudySummary, summarise,
};
pub use time::utc_text;
