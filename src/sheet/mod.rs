//! The ECG page as a scene of lines in millimetres, and its painters.
//!
//! [`scene()`] turns a recording and a [`SheetSpec`] into a [`Scene`]; the same
//! scene goes to the window ([`paint_egui`]) and to paper ([`to_svg`],
//! [`to_pdf`], [`to_png`]), so the two cannot differ. The sheet knows `ecg` and
//! marks in seconds; it knows no model.

mod compose;
mod decimate;
mod describe;
mod display;
mod draw;
#[cfg(feature = "gui")]
mod egui_dense;
#[cfg(feature = "gui")]
mod egui_painter;
#[cfg(feature = "gui")]
mod egui_paper;
mod error;
mod heat;
mod layout;
mod marks;
mod palette;
mod pdf;
mod png;
mod print;
mod scene;
mod spec;
mod svg;
mod ticks;
mod trace;
mod view;

pub use compose::{Page, TableColumn, paginate, paginate_with_foot};
pub use display::{DisplayFilter, DisplayOptions, Gain, PageLayout, PaperSpeed};
pub use draw::scene;
#[cfg(feature = "gui")]
pub use egui_painter::paint_egui;
pub use error::SheetError;
pub use heat::HeatMap;
pub use layout::{Arrangement, Columns, Layout, LeadOrder, PAGE_S, Panel};
pub use palette::{Palette, Rgba};
pub use pdf::{pages_to_pdf, to_pdf};
pub use png::to_png;
pub use print::{FileKind, Print, PrintPage, SIGNALS_MM, lowered};
pub use scene::{Align, Grid, Hatch, Ink, Item, PanelArea, Point, RectMm, Scene, Text};
pub use spec::{MILLIVOLTS, Mark, MarkStyle, NOT_A_MEDICAL_DEVICE, SheetSpec, Tick, WHOLE_STRIP};
pub use svg::to_svg;
pub use view::SheetView;

/// The family that the window must register for strong text (lead names,
/// headings); without it strong text is drawn in the proportional family.
pub const STRONG_FAMILY: &str = "Inter SemiBold";

/// Inter in its regular weight: what the PDF and the PNG are set in, and what
/// the window should use so that they look alike.
pub const INTER_REGULAR: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.otf");

/// Inter in its semi-bold weight, see [`STRONG_FAMILY`].
pub const INTER_SEMI_BOLD: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.otf");
