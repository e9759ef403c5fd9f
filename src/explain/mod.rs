//! Prediction to evidence: the prototype ledger and the training ECGs behind it.

mod audit;
mod explanation;
mod ledger;
pub mod print;

pub use audit::{Audit, KnownPatients, NEAREST, PrototypeAudit, WindowAudit, audit};
pub use explanation::{ClassExplanation, Ledger, LedgerEntry, PrototypeEvidence, Span, Window};
pub use ledger::explain;
