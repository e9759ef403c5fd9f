//! Prediction to evidence: the prototype ledger and the training ECGs behind
//! it, the case against it, where a network with attention looked, and how
//! steady all of that is.
//!
//! - [`Explanation`], [`ClassExplanation`]: the values that screen, PDF and
//!   JSON show; [`explain()`] makes the ones of a statement
//! - [`Subject`]: whose ECG it is, as far as the training set tells
//! - [`attention()`]: attention and occlusion of a network that has no prototypes
//! - [`influence()`]: which part of the ECG the similarity of a pair hangs on
//! - [`checks()`]: how steady that similarity is
//! - [`audit()`]: what a whole bundle is worth; [`AuditDocument`]: as a file that is read again
//! - [`words`], [`marks`], [`print`](mod@print): the same values in sentences, on a sheet, on pages

mod attention;
mod audit;
mod audit_file;
mod consistency;
mod explanation;
mod figures;
mod influence;
mod ledger;
pub mod marks;
mod neighbours;
pub mod print;
mod probe;
pub mod reading;
mod subject;
mod tables;
mod training_data;
mod whole;
pub mod words;

pub use attention::{AttentionExplanation, NOT_PER_CLASS, attention};
pub use audit::{Audit, Auditing, NEAREST, Noise, PrototypeAudit, WindowAudit, audit};
pub use audit_file::{AuditDocument, AuditFileError, AuditedBundle};
pub use consistency::{BeatPart, CONSISTENT, Consistency, FEWEST, LOOKED_AT};
pub use explanation::{
    ClassExplanation, CounterCase, Extent, Ledger, LedgerEntry, Neighbour, Order, OrdersDisagree,
    PrototypeEvidence, Rating, ShownSums, Span, Window,
};
pub use figures::{lead_bars, lead_radar};
pub use influence::{BranchInfluence, Influence, MeasuringInfluence, influence};
pub use ledger::{explain, ledger};
pub use neighbours::NEIGHBOURS;
pub use probe::{Checks, Probe, ProbeResult, checks};
pub use subject::Subject;
pub use training_data::{KnownPatients, TrainingData};
pub use whole::Explanation;
