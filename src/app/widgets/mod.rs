//! The few widgets that the screens share. They know tokens, not data.

mod button;
mod caliper;
mod dialog;
mod field;
mod gestures;
mod notice;
mod plot;
mod segmented;
mod sheet_pane;
mod surface;
mod table;
mod text;

pub use button::{ghost_button, icon_button, key_hint, primary_button};
pub use caliper::{CaliperMode, CaliperStep};
pub use dialog::dialog;
pub use field::{focused_path_field, path_field};
pub use notice::{badge, banner, problem_ui};
pub use plot::still_plot;
pub use segmented::segmented;
pub use sheet_pane::{SheetZoom, sheet_pane};
pub use surface::{Side, card, card_frame, divider, progress, section, two_columns};
pub use table::{Cell, Column, Table};
pub use text::{body, figure, heading, secondary, sentence, small, title, weak, weak_line};
