//! The painter to SVG, in true millimetres; PDF and PNG are made from it.

use std::fmt::Write as _;

use super::scene::{Align, Grid, Hatch, Ink, Item, Point, RectMm, Text};
use super::{Palette, Rgba, Scene};

/// The scene as an SVG document whose user unit is a millimetre.
pub fn to_svg(scene: &Scene, palette: &Palette) -> String {
    let (width, height) = (number(scene.width_mm), number(scene.height_mm));
    let mut writer = Writer {
        svg: format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}mm\" height=\"{height}mm\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"Inter, Helvetica, Arial, sans-serif\">\n\
             <title>{}</title>\n",
            escape(&scene.description)
        ),
        palette,
    };
    writer.fill(
        &RectMm::new(0.0, 0.0, scene.width_mm, scene.height_mm),
        Ink::Paper,
    );
    for item in &scene.items {
        writer.item(item);
    }
    writer.svg.push_str("</svg>\n");
    writer.svg
}

struct Writer<'a> {
    svg: String,
    palette: &'a Palette,
}

impl Writer<'_> {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Grid(grid) => self.grid(grid),
            Item::Trace {
                points,
                width_mm,
                ink,
            }
            | Item::Line {
                points,
                width_mm,
                ink,
            } => self.path(&polyline(points), *width_mm, *ink),
            Item::Fill { rect, ink } => self.fill(rect, *ink),
            Item::Hatch(hatch) => self.hatch(hatch),
            Item::Text(text) => self.text(text),
        }
    }

    fn grid(&mut self, grid: &Grid) {
        for (bold, width_mm, ink) in [
            (false, Grid::MINOR_WIDTH_MM, Ink::GridMinor),
            (true, Grid::MAJOR_WIDTH_MM, Ink::GridMajor),
        ] {
            let rect = grid.rect();
            let mut path = String::new();
            for line in (0..=grid.width_mm).filter(|&l| Grid::is_major(l) == bold) {
                let x = number(grid.left_mm + f64::from(line));
                path.push_str(&format!(
                    "M{x} {}V{}",
                    number(rect.top_mm),
                    number(rect.bottom_mm)
                ));
            }
            for line in (0..=grid.height_mm).filter(|&l| Grid::is_major(l) == bold) {
                let y = number(grid.top_mm + f64::from(line));
                path.push_str(&format!(
                    "M{} {y}H{}",
                    number(rect.left_mm),
                    number(rect.right_mm)
                ));
            }
            self.path(&path, width_mm, ink);
        }
    }

    fn hatch(&mut self, hatch: &Hatch) {
        let path: String = hatch.segments().iter().map(|ends| polyline(ends)).collect();
        self.path(&path, hatch.width_mm, hatch.ink);
    }

    fn path(&mut self, path: &str, width_mm: f64, ink: Ink) {
        if path.is_empty() {
            return;
        }
        // Grid lines end on the edge of the paper; all others have round pens.
        let ends = match ink {
            Ink::GridMinor | Ink::GridMajor => "",
            _ => " stroke-linecap=\"round\" stroke-linejoin=\"round\"",
        };
        let stroke = paint("stroke", self.palette.colour(ink));
        let width = number(width_mm);
        self.push(format_args!(
            "<path d=\"{path}\" fill=\"none\"{stroke} stroke-width=\"{width}\"{ends}/>\n"
        ));
    }

    fn fill(&mut self, rect: &RectMm, ink: Ink) {
        self.push(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}/>\n",
            number(rect.left_mm),
            number(rect.top_mm),
            number(rect.width_mm()),
            number(rect.height_mm()),
            paint("fill", self.palette.colour(ink)),
        ));
    }

    fn text(&mut self, text: &Text) {
        let anchor = match text.align {
            Align::Left => "",
            Align::Centre => " text-anchor=\"middle\"",
            Align::Right => " text-anchor=\"end\"",
        };
        let weight = if text.strong {
            " font-weight=\"600\""
        } else {
            ""
        };
        self.push(format_args!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{weight}{anchor}{} xml:space=\"preserve\">{}</text>\n",
            number(text.at.x_mm),
            number(text.at.y_mm),
            number(text.size_mm),
            paint("fill", self.palette.colour(text.ink)),
            escape(&text.text),
        ));
    }

    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.svg.write_fmt(text);
    }
}

/// `M0 0L1 1...`; a single point becomes a dot of the round pen.
fn polyline(points: &[Point]) -> String {
    let mut path = String::with_capacity(points.len() * 16);
    for (i, point) in points.iter().enumerate() {
        path.push(if i == 0 { 'M' } else { 'L' });
        path.push_str(&number(point.x_mm));
        path.push(' ');
        path.push_str(&number(point.y_mm));
    }
    if let [only] = points {
        path.push_str(&format!(
            "L{} {}",
            number(only.x_mm + 0.001),
            number(only.y_mm)
        ));
    }
    path
}

/// Millimetres to a tenth of a micrometre, without needless zeros.
fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

fn paint(attribute: &str, colour: Rgba) -> String {
    let Rgba {
        red,
        green,
        blue,
        alpha,
    } = colour;
    let mut text = format!(" {attribute}=\"#{red:02x}{green:02x}{blue:02x}\"");
    if alpha < 255 {
        text.push_str(&format!(
            " {attribute}-opacity=\"{}\"",
            number(f64::from(alpha) / 255.0)
        ));
    }
    text
}

/// XML text; control characters, which XML cannot carry, become spaces.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
