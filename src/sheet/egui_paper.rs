//! Paper and grid in the window: as rectangles while the view moves, as one
//! picture once it stands still. Software drawing pays for every pixel that is
//! blended, and the lines of a grid blend about as many as the paper below them.

use std::sync::{Arc, Mutex, PoisonError};

use eframe::egui::{
    Color32, ColorImage, Id, Mesh, Painter, Pos2, Rect, Shape, TextureHandle, TextureOptions, pos2,
    vec2,
};

/// Whole pixels of one colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
    pub colour: Color32,
}

impl Area {
    fn is_empty(&self) -> bool {
        self.left >= self.right || self.top >= self.bottom
    }

    /// What is inside `other`, in its own colour.
    pub fn within(self, other: &Self) -> Self {
        Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
            colour: self.colour,
        }
    }

    fn points(&self, pixels_per_point: f32) -> Rect {
        let [left, top, right, bottom] = [self.left, self.top, self.right, self.bottom]
            .map(|pixels| pixels as f32 / pixels_per_point);
        Rect::from_min_max(pos2(left, top), pos2(right, bottom))
    }
}

/// Paints areas over each other, the paper first: all others are cut at its edge.
pub(super) fn paint_paper(painter: &Painter, mut areas: Vec<Area>) {
    let Some(paper) = areas.first().copied().filter(|paper| !paper.is_empty()) else {
        return;
    };
    for area in &mut areas {
        *area = area.within(&paper);
    }
    areas.retain(|area| !area.is_empty());
    let scale = painter.pixels_per_point();
    let shape = match picture(painter, &paper, &areas) {
        Some(texture) => {
            let mut mesh = Mesh::with_texture(texture.id());
            let whole = Rect::from_min_size(Pos2::ZERO, vec2(1.0, 1.0));
            mesh.add_rect_with_uv(paper.points(scale), whole, Color32::WHITE);
            mesh
        }
        None => rectangles(&areas, scale),
    };
    painter.add(Shape::mesh(shape));
}

/// A mesh, since a filled rectangle would get a soft rim.
pub(super) fn rectangles(areas: &[Area], pixels_per_point: f32) -> Mesh {
    let mut mesh = Mesh::default();
    for area in areas.iter().filter(|area| !area.is_empty()) {
        mesh.add_colored_rect(area.points(pixels_per_point), area.colour);
    }
    mesh
}

/// The papers of this frame and of the one before.
#[derive(Clone, Default)]
struct Papers(Arc<Mutex<Vec<Paper>>>);

struct Paper {
    areas: Vec<Area>,
    seen_in_frame: u64,
    picture: Option<TextureHandle>,
}

/// The picture of areas that were seen in an earlier frame already.
fn picture(painter: &Painter, paper: &Area, areas: &[Area]) -> Option<TextureHandle> {
    let ctx = painter.ctx();
    let frame = ctx.cumulative_frame_nr();
    let size = [paper.right - paper.left, paper.bottom - paper.top].map(|side| side as usize);
    let largest = ctx.input(|input| input.max_texture_side);
    if size.iter().any(|side| *side > largest) {
        return None;
    }
    let papers = ctx.data_mut(|data| data.get_temp_mut_or_default::<Papers>(Id::NULL).clone());
    let mut papers = papers.0.lock().unwrap_or_else(PoisonError::into_inner);
    papers.retain(|known| known.seen_in_frame + 1 >= frame);
    let Some(known) = papers.iter_mut().find(|known| known.areas == areas) else {
        papers.push(Paper {
            areas: areas.to_vec(),
            seen_in_frame: frame,
            picture: None,
        });
        return None;
    };
    if known.picture.is_none() && known.seen_in_frame < frame {
        let image = draw(size, (paper.left, paper.top), areas);
        known.picture = Some(ctx.load_texture("ECG paper", image, TextureOptions::NEAREST));
    }
    known.seen_in_frame = frame;
    known.picture.clone()
}

/// What the rectangles would look like.
fn draw(size: [usize; 2], (left, top): (i32, i32), areas: &[Area]) -> ColorImage {
    let mut image = ColorImage::filled(size, Color32::TRANSPARENT);
    let width = size[0];
    for area in areas {
        let columns = (area.left - left) as usize..(area.right - left) as usize;
        for row in (area.top - top) as usize..(area.bottom - top) as usize {
            let pixels = &mut image.pixels[row * width..][columns.clone()];
            if area.colour.is_opaque() {
                pixels.fill(area.colour);
            } else {
                for pixel in pixels {
                    *pixel = pixel.blend(area.colour);
                }
            }
        }
    }
    image
}
