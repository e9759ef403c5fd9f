//! How large the sheets of a pair are, and where.

use eframe::egui::{Vec2, vec2};

use crate::app::command::PairView;
use crate::app::tokens::space;
use crate::sheet::Scene;

/// Height of a line under or over a sheet.
pub const LINE: f32 = 18.0;
/// Between a sheet and its lines.
pub const GAP: f32 = 3.0;

/// Where sheets are to each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arrangement {
    Alone,
    Beside,
    Stacked,
}

impl Arrangement {
    /// Wide pages, of a high paper speed, are larger below each other.
    pub fn of(view: PairView, count: f32, scene: &Scene, room: Vec2) -> Self {
        let scale = |arrangement: Self| {
            let pane = arrangement.pane(count, room);
            let (width_mm, height_mm) = (scene.width_mm as f32, scene.height_mm as f32);
            (pane.x / width_mm).min(pane.y / height_mm)
        };
        match view {
            PairView::Single => Self::Alone,
            PairView::CutOuts => Self::Beside,
            PairView::Strips => Self::Stacked,
            PairView::Sheets if scale(Self::Stacked) > 1.1 * scale(Self::Beside) => Self::Stacked,
            PairView::Sheets => Self::Beside,
        }
    }

    /// What the lines over and under sheets take.
    fn lines(self, count: f32) -> f32 {
        match self {
            Self::Alone => 0.0,
            Self::Beside => 2.0 * (LINE + GAP),
            Self::Stacked => (count + 1.0) * (LINE + GAP) + count * GAP,
        }
    }

    /// The size of one of `count` sheets in a room.
    pub fn pane(self, count: f32, room: Vec2) -> Vec2 {
        let height = room.y - self.lines(count);
        match self {
            Self::Alone => room,
            Self::Beside => vec2((room.x - (count - 1.0) * space::S) / count, height),
            Self::Stacked => vec2(room.x, height / count),
        }
    }

    /// How high sheets are when they fill the width.
    pub fn height(self, count: f32, scene: &Scene, width: f32) -> f32 {
        let ratio = (scene.height_mm / scene.width_mm) as f32;
        let pane = self.pane(count, vec2(width, f32::INFINITY));
        let sheets = match self {
            Self::Alone | Self::Beside => 1.0,
            Self::Stacked => count,
        };
        sheets * pane.x * ratio + self.lines(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Vec2 = vec2(850.0, 300.0);

    fn page(width_mm: f64, height_mm: f64) -> Scene {
        Scene {
            width_mm,
            height_mm,
            ..Scene::default()
        }
    }

    #[test]
    fn pages_of_a_high_paper_speed_are_below_each_other_and_others_beside() {
        let of = |page: &Scene| Arrangement::of(PairView::Sheets, 2.0, page, ROOM);
        // 25 mm/s with a rhythm strip, 50 mm/s with and without, 100 mm/s.
        assert_eq!(of(&page(290.0, 170.0)), Arrangement::Beside);
        assert_eq!(of(&page(545.0, 170.0)), Arrangement::Beside);
        assert_eq!(of(&page(545.0, 120.0)), Arrangement::Stacked);
        assert_eq!(of(&page(1060.0, 170.0)), Arrangement::Stacked);
        let cut_outs = Arrangement::of(PairView::CutOuts, 2.0, &page(1060.0, 170.0), ROOM);
        assert_eq!(cut_outs, Arrangement::Beside);
    }

    #[test]
    fn sheets_as_high_as_they_are_said_to_be_fill_the_width() {
        let wide = page(500.0, 100.0);
        for arrangement in [
            Arrangement::Alone,
            Arrangement::Beside,
            Arrangement::Stacked,
        ] {
            let count = if arrangement == Arrangement::Alone {
                1.0
            } else {
                3.0
            };
            let height = arrangement.height(count, &wide, ROOM.x);
            let pane = arrangement.pane(count, vec2(ROOM.x, height));
            assert!(
                (pane.y / pane.x - 0.2).abs() < 1e-4,
                "{arrangement:?}: {pane:?}"
            );
        }
    }
}
