//! What the window says, in English: the one place to translate. Texts are
//! constants; sentences with values in them are functions, since every language
//! has its own order and plurals.
//!
//! The folders are those of the screens: what `read/ledger.rs` says is in
//! `texts/read/ledger.rs`. `tests/it/texts.rs` finds a text that stands elsewhere.
//!
//! What prints, JSON and the command line say, too, is with what they are made of:
//! the evidence in `explain/words.rs`, sheets in `sheet/describe.rs`, errors beside
//! what fails.

pub mod calibrate;
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
pub mod window;
pub mod work;
