//! What can go wrong in a rating study, in words for the rater.

use std::path::PathBuf;

use super::store::EventId;
use super::{Phase, Rater};

/// What an answer is to, by its number in the study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rated {
    Prototype(usize),
    /// A test ECG and a prototype.
    Pair(usize),
}

impl std::fmt::Display for Rated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Prototype(number) => write!(f, "prototype {number}"),
            Self::Pair(number) => write!(f, "pair {number}"),
        }
    }
}

/// Everything that this room refuses or fails at.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    #[error(
        "rater code {found:?}: {why}; expected 1 to 16 letters (A-Z, a-z), digits, - or _, starting with a letter or digit"
    )]
    RaterCode { found: String, why: &'static str },

    #[error("protocol: {field} is {found}, expected {expected}")]
    Protocol {
        field: String,
        found: String,
        expected: &'static str,
    },
    #[error("{path}: not a protocol: {what}; `protoecg review new --template` prints one")]
    ProtocolFile { path: PathBuf, what: String },
    #[error("rater code {rater} is not in the protocol, which has {known}")]
    UnknownRater { rater: Rater, known: String },
    #[error("the queue of rater {rater} is closed; nothing is rated after that")]
    QueueClosed { rater: Rater },
    #[error(
        "{item} ({}) is not in the queue of rater {rater}; expected one that is", .phase.name()
    )]
    NotInQueue {
        item: Rated,
        phase: Phase,
        rater: Rater,
    },

    #[error("{item}: {question} is {found}, expected 1 to 5")]
    RatingOutOfRange {
        item: Rated,
        question: String,
        found: u8,
    },
    #[error("{item}: the study has no question {question:?}")]
    UnknownQuestion { item: Rated, question: String },
    #[error(
        "{item}: no answer for {missing}; answer every question, or say why it cannot be rated"
    )]
    HalfAnswered { item: Rated, missing: String },
    #[error("{item}: marked {exclusion}, yet {question} is rated; what is excluded has no ratings")]
    ExcludedWithRating {
        item: Rated,
        exclusion: &'static str,
        question: String,
    },
    #[error("pair {pair}: marked {mark}; marks are of prototypes, and pairs have none")]
    MarkOnPair { pair: usize, mark: &'static str },
    #[error(
        "this study is of pairs of a test ECG and a prototype; metrics of prototypes stand beside ratings of prototypes"
    )]
    MetricsOfPairs,
    #[error("{item} was answered before; say why the answer is changed")]
    ReasonMissing { item: Rated },
    #[error(
        "{item} was answered before, and its metrics may have been seen since; an answer is final in this study"
    )]
    AnswerIsFinal { item: Rated },
    #[error("{item}: the comment or reason has {found} characters, at most {limit} are kept")]
    CommentTooLong {
        item: Rated,
        found: usize,
        limit: usize,
    },
    #[error("{item} is not in this study")]
    UnknownPrototype { item: Rated },

    #[error("a reading study needs at least one ECG")]
    NoEcgs,
    #[error("{field}: {found} ECGs of {wanted}; draw from more folds, or ask for fewer")]
    TooFewEcgs {
        field: String,
        found: usize,
        wanted: usize,
    },
    #[error(
        "protocol: pairs.take and training ask for {wanted} pairs, and the model names a prototype for {found} test ECGs of pairs.folds; draw from more folds, or ask for fewer"
    )]
    TooFewPairs { found: usize, wanted: usize },
    #[error("ECG {ecg_id} or this arm of it is not in this study")]
    UnknownEcg { ecg_id: u32 },
    #[error("this answer ({arm}) has {found}, expected {expected}")]
    ReadingAnswer {
        arm: &'static str,
        found: String,
        expected: String,
    },
    #[error(
        "rater {rater}: the answer to ECG {ecg_id}, {arm}, is out of turn: {what}; nothing was saved"
    )]
    OutOfTurn {
        rater: Rater,
        ecg_id: u32,
        arm: &'static str,
        what: &'static str,
    },
    #[error("{path}: this is {found}, expected {expected}")]
    OtherKind {
        path: PathBuf,
        found: &'static str,
        expected: &'static str,
    },

    #[error(
        "the metrics are of the bundle {found}, expected {expected}, whose prototypes were rated"
    )]
    MetricsOfOtherBundle { found: String, expected: String },
    #[error("the statistics of the study: {0}")]
    Statistics(crate::statistics::Undefined),
    #[error("the printed report: {0}")]
    Print(crate::sheet::SheetError),
    #[error("a study needs at least one prototype")]
    NoItems,
    #[error("prototype {prototype} is twice in the study")]
    DuplicateItem { prototype: usize },
    #[error("{path}: this is the study of {found}, expected {expected}; nothing was changed")]
    OtherStudy {
        path: PathBuf,
        found: String,
        expected: String,
    },

    #[error("{path}: there is no such review database")]
    NotFound { path: PathBuf },
    #[error("{path}: already exists; a study is never overwritten")]
    AlreadyExists { path: PathBuf },
    #[error("{path}: not a review database of protoecg ({why}); nothing was changed")]
    NotAStudy { path: PathBuf, why: String },
    #[error(
        "{path}: made by a newer protoecg: version {found}, this one knows {known}; nothing was changed"
    )]
    NewerVersion {
        path: PathBuf,
        found: i64,
        known: i64,
    },
    #[error(
        "{path}: the database is damaged: {what}; nothing was changed. Keep this file; `protoecg review restore` puts the last backup in its place"
    )]
    Damaged { path: PathBuf, what: String },
    #[error("{path}: the record of ratings is broken at event {event}: {what}")]
    ChainBroken {
        path: PathBuf,
        event: EventId,
        what: BrokenLink,
    },

    #[error(
        "{path}: {folder} is on a network or shared file system ({kind}), where a database can lose saved ratings; use a folder on a disk of this computer and copy the exports instead"
    )]
    NetworkFileSystem {
        path: PathBuf,
        folder: PathBuf,
        kind: String,
    },
    #[error(
        "{path}: cannot be written ({why}), so no rating could be saved; make the file and its folder writable, or copy the file to a folder that is"
    )]
    ReadOnly { path: PathBuf, why: String },
    #[error("{path}: another program is using the database; nothing was saved, try again")]
    Busy { path: PathBuf },
    #[error("{path}: the disk is full; nothing was saved. Make room on it, then save again")]
    DiskFull { path: PathBuf },
    #[error(
        "{path}: SQLite did not take {pragma} = {expected} but {found}, so \"saved\" would not mean saved"
    )]
    NotDurable {
        path: PathBuf,
        pragma: &'static str,
        expected: String,
        found: String,
    },
    #[error("{path}: {source}")]
    Sqlite {
        path: PathBuf,
        source: rusqlite::Error,
    },
    #[error("{path}: {source}")]
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path}: {field}: {source}")]
    Json {
        path: PathBuf,
        field: String,
        source: serde_json::Error,
    },

    #[error(
        "{path}: its event {event} is another than the one here, so both were written in the name of one machine (a copied home folder?); nothing was merged, keep both files"
    )]
    Forked { path: PathBuf, event: EventId },
    #[error("{path}: this is the database itself; name the files to merge into it")]
    SameFile { path: PathBuf },
    #[error("{path}: the backup could not be made: {what}; the database itself is whole")]
    Backup { path: PathBuf, what: String },

    #[error(
        "{path}: belongs to another study or was not written by protoecg (expected study {expected}); nothing was overwritten, choose an empty folder"
    )]
    ExportInTheWay { path: PathBuf, expected: String },
    #[error("{path}: {source}")]
    Csv { path: PathBuf, source: csv::Error },
}

/// How a link of the chain is broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenLink {
    #[error(
        "its contents do not have the hash that was saved with it, so it was changed afterwards"
    )]
    Contents,
    #[error(
        "it does not follow the event before it, so events were removed, replaced or put in between"
    )]
    Previous,
    #[error("the event after it should be number {expected}, found {found}")]
    Sequence { expected: i64, found: i64 },
    #[error("{missing} event(s) saved after it are missing")]
    TailMissing { missing: i64 },
}
