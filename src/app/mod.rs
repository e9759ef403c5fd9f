//! The window.
//!
//! - [`run`], [`AppOptions`]: starts it
//! - [`Application`]: the shell around the screens
//! - [`command`]: what the user asks for; [`apply`] is where it happens
//! - [`state`]: what the window knows
//! - [`worker`]: the threads that do everything that takes time
//! - [`read`], [`review`], [`statistics`], [`train`]: the screens; [`settings`],
//!   [`help`], [`model_card`] lie over them
//! - [`widgets`], [`tokens`], [`theme`]: what it looks like; [`texts`]: what it says
//!
//! A screen is drawn from the state, sends commands, and changes nothing but
//! the text in its own fields. Nothing over 5 ms runs on the window's thread.

mod application;
mod apply;
mod calibrate;
mod command;
mod drawn;
mod footer;
mod help;
mod keys;
mod launch;
mod look;
mod model_card;
mod monitor;
mod notes;
mod picture;
mod read;
mod review;
mod settings;
mod state;
mod statistics;
mod texts;
mod theme;
mod tokens;
mod top_bar;
mod train;
mod training_ecg;
mod widgets;
mod worker;

pub use application::Application;
pub use command::{PairView, Screen, ThemeChoice};
pub use launch::{AppOptions, run};
pub use picture::PictureOptions;
pub use worker::{Dialogs, NativeDialogs, Purpose};
