//! What the window says, in English: the one place to translate. Texts are
//! constants; sentences with values in them are functions, since every language
//! has its own order and plurals.
//!
//! The folders are those of the screens: what `read/ledger.rs` says is in
//! `texts/read/ledger.rs`, what several of a folder say in its `mod.rs`. What
//! `apply` reports is in [`problems`]. Functions take plain values or records of
//! numbers, nothing that is drawn. `tests/it/texts.rs` finds a text that stands
//! elsewhere.
//!
//! What prints, JSON and the command line say, too, is with what they are made of:
//! the evidence in `explain/words.rs`, sheets in `sheet/describe.rs`, errors beside
//! what fails.

pub mod application;
pub mod calibrate;
pub mod columns;
pub mod command;
pub mod dialogs;
pub mod drawn;
pub mod footer;
pub mod keys;
pub mod model_card;
pub mod problems;
pub mod read;
pub mod review;
pub mod settings;
pub mod statistics;
pub mod top_bar;
pub mod train;
pub mod training_ecg;
pub mod widgets;
pub mod worker;
