//! What the window says, in English: the one place to translate. Texts are
//! constants; sentences with values in them are functions, since every language
//! has its own order and plurals.
//!
//! A file for each screen. Screens that have none here still have their texts in
//! their own files; they are to move here, too.

pub mod display;
pub mod keys;
pub mod opening;
pub mod print;
pub mod settings;
