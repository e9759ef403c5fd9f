//! The second kind of study: readers diagnose test ECGs, first unaided, then
//! with the model's prediction, then with the prediction and its prototype.
//!
//! - [`ReadingProtocol`]: everything that is fixed before the first ECG is read
//! - [`Candidate`], [`draw`]: which test ECGs, by fold and seed
//! - [`Told`], [`ReadingStudy::by_protocol`]: what the model says of each is
//!   stored when the study is made, and in some a wrong statement in its stead
//! - [`ReadingAnswer`]: what a reader says, once and for good
//! - [`reading_results`], [`export_readings`]: the numbers and what leaves the
//!   program
//!
//! An ECG is known by its number in the data set and the SHA-256 of its signal.

mod answer;
mod draw;
mod export;
mod protocol;
mod results;
mod study;
mod summary;

pub use answer::{CONFIDENCE_RANGE, ReadingAnswer};
pub use draw::{Candidate, DrawnEcgs, Told, draw};
pub use export::{ReadingExport, export_readings};
pub use protocol::{Arm, Ecgs, KindOfReading, Offered, ReadingProtocol, Right, Sequence, Take};
pub use results::{ReaderState, ReadingConflict, ReadingResults, reading_results};
pub use study::{Place, ReadEcg, ReadingStudy, Said, Shown};
pub use summary::{Section, design, sections};
