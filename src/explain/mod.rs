//! Prediction to evidence: the prototype ledger and the training ECGs behind it.

mod audit;
mod explanation;
mod ledger;
pub mod print;
pub mod reading;

pub use audit::{Audit, NEAREST, PrototypeAudit, audit};
pub use explanation::{ClassExplanation, Ledger, LedgerEntry, PrototypeEvidence, Span, Window};
pub use ledger::explain;
