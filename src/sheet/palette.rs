//! Colours for the inks.

use super::Ink;

/// A colour with opacity, not premultiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgba {
    pub red: u8,
    pub green: u8,
    pub blue: u8,
    pub alpha: u8,
}

impl Rgba {
    /// An opaque colour as it is written on the web: `0xRRGGBB`.
    pub const fn opaque(rgb: u32) -> Self {
        Self::translucent(rgb, 255)
    }

    pub const fn translucent(rgb: u32, alpha: u8) -> Self {
        Self {
            red: (rgb >> 16) as u8,
            green: (rgb >> 8) as u8,
            blue: rgb as u8,
            alpha,
        }
    }
}

/// One colour for each ink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    pub paper: Rgba,
    pub grid_minor: Rgba,
    pub grid_major: Rgba,
    pub trace: Rgba,
    pub label: Rgba,
    pub title: Rgba,
    pub note: Rgba,
    pub mark_fill: Rgba,
    pub mark_line: Rgba,
    /// On any tint, so as dark or light as the trace.
    pub mark_text: Rgba,
    /// The strongest tint of a heat map.
    pub heat: Rgba,
    pub tick: Rgba,
}

impl Palette {
    /// The classic paper on a screen: red on warm white, a near-black trace.
    pub const LIGHT: Self = Self {
        paper: Rgba::opaque(0xfffcfb),
        grid_minor: Rgba::opaque(0xf8dcd9),
        grid_major: Rgba::opaque(0xeeb4ae),
        trace: Rgba::opaque(0x14161a),
        label: Rgba::opaque(0x14161a),
        title: Rgba::opaque(0x14161a),
        note: Rgba::opaque(0x5a5f69),
        mark_fill: Rgba::translucent(0x1f63c6, 28),
        mark_line: Rgba::opaque(0x1f63c6),
        mark_text: Rgba::opaque(0x14161a),
        heat: Rgba::translucent(0x1f63c6, 160),
        tick: Rgba::opaque(0x2b7a4b),
    };

    /// For a dark room: the grid stays warm, and nothing glares.
    pub const DARK: Self = Self {
        paper: Rgba::opaque(0x15171b),
        grid_minor: Rgba::opaque(0x31282b),
        grid_major: Rgba::opaque(0x593d42),
        trace: Rgba::opaque(0xe9efe9),
        label: Rgba::opaque(0xe9efe9),
        title: Rgba::opaque(0xe9efe9),
        note: Rgba::opaque(0xa0a6b0),
        mark_fill: Rgba::translucent(0x4f86dc, 28),
        mark_line: Rgba::opaque(0x6ea8ff),
        mark_text: Rgba::opaque(0xe9efe9),
        heat: Rgba::translucent(0x3a78d8, 190),
        tick: Rgba::opaque(0x6fce96),
    };

    /// For eyes that need all the contrast that there is: every line and text
    /// at 7 to 1 or more on black, the grid well behind them.
    pub const CONTRAST: Self = Self {
        paper: Rgba::opaque(0x000000),
        grid_minor: Rgba::opaque(0x3a2a2c),
        grid_major: Rgba::opaque(0x75525a),
        trace: Rgba::opaque(0xffffff),
        label: Rgba::opaque(0xffffff),
        title: Rgba::opaque(0xffffff),
        note: Rgba::opaque(0xe0e0e0),
        mark_fill: Rgba::translucent(0x6ea8ff, 28),
        mark_line: Rgba::opaque(0x5cc8ff),
        mark_text: Rgba::opaque(0xffffff),
        heat: Rgba::translucent(0x3a78d8, 190),
        tick: Rgba::opaque(0x7dff9f),
    };

    /// For paper: white ground, and a grid that survives a grey printer.
    pub const PRINT: Self = Self {
        paper: Rgba::opaque(0xffffff),
        grid_minor: Rgba::opaque(0xf6cfcb),
        grid_major: Rgba::opaque(0xe79f98),
        trace: Rgba::opaque(0x000000),
        label: Rgba::opaque(0x000000),
        title: Rgba::opaque(0x000000),
        note: Rgba::opaque(0x44474e),
        mark_fill: Rgba::translucent(0x1f63c6, 26),
        mark_line: Rgba::opaque(0x1a56ad),
        mark_text: Rgba::opaque(0x000000),
        heat: Rgba::translucent(0x1a56ad, 160),
        tick: Rgba::opaque(0x1d6a3e),
    };

    pub fn colour(&self, ink: Ink) -> Rgba {
        match ink {
            Ink::Paper => self.paper,
            Ink::GridMinor => self.grid_minor,
            Ink::GridMajor => self.grid_major,
            Ink::Trace => self.trace,
            Ink::Label => self.label,
            Ink::Title => self.title,
            Ink::Note => self.note,
            Ink::MarkFill => self.mark_fill,
            Ink::MarkLine => self.mark_line,
            Ink::MarkText => self.mark_text,
            Ink::Heat(level) => {
                let levels = u16::from(Ink::HEAT_LEVELS);
                let share = u16::from(level).min(levels);
                Rgba {
                    alpha: (u16::from(self.heat.alpha) * share / levels) as u8,
                    ..self.heat
                }
            }
            Ink::Tick => self.tick,
        }
    }
}
