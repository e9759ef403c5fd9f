//! Which part of a sheet is seen, and how large: zoom and pan.

use super::{Point, Scene};

/// A look at a scene through an area of the window.
///
/// Lengths in the window are logical points from the top left corner of the
/// area. Whether the view is true to scale depends on the monitor, so the
/// caller brings the points per millimetre of its calibration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SheetView {
    pub points_per_mm: f64,
    /// The place on the page that is at the top left of the area.
    pub origin_mm: Point,
}

impl SheetView {
    /// Limits of zooming: a 3x4 page of 30 points, or 2 mm across a window.
    pub const MIN_POINTS_PER_MM: f64 = 0.1;
    pub const MAX_POINTS_PER_MM: f64 = 400.0;

    /// The whole page in the middle of an area of (width, height) points.
    pub fn fit(scene: &Scene, area_points: (f64, f64)) -> Self {
        let zoom = (area_points.0 / scene.width_mm).min(area_points.1 / scene.height_mm);
        let mut view = Self {
            points_per_mm: clamp_zoom(zoom),
            origin_mm: Point::new(0.0, 0.0),
        };
        view.keep_on_page(scene, area_points);
        view
    }

    /// The page as wide as the area, from its top.
    pub fn fit_width(scene: &Scene, area_points: (f64, f64)) -> Self {
        let mut view = Self {
            points_per_mm: clamp_zoom(area_points.0 / scene.width_mm),
            origin_mm: Point::new(0.0, 0.0),
        };
        view.keep_on_page(scene, area_points);
        view
    }

    /// The place on the page under a point of the area.
    pub fn mm_at(&self, point: (f64, f64)) -> Point {
        Point::new(
            self.origin_mm.x_mm + point.0 / self.points_per_mm,
            self.origin_mm.y_mm + point.1 / self.points_per_mm,
        )
    }

    /// The point of the area over a place on the page.
    pub fn points_at(&self, place: Point) -> (f64, f64) {
        (
            (place.x_mm - self.origin_mm.x_mm) * self.points_per_mm,
            (place.y_mm - self.origin_mm.y_mm) * self.points_per_mm,
        )
    }

    /// Zooms by a factor; what is under `at_points` stays there.
    pub fn zoom_about(&mut self, at_points: (f64, f64), factor: f64) {
        if !(factor.is_finite() && factor > 0.0) {
            return;
        }
        let fixed = self.mm_at(at_points);
        self.points_per_mm = clamp_zoom(self.points_per_mm * factor);
        self.origin_mm = Point::new(
            fixed.x_mm - at_points.0 / self.points_per_mm,
            fixed.y_mm - at_points.1 / self.points_per_mm,
        );
    }

    /// Moves the page with the pointer.
    pub fn pan(&mut self, by_points: (f64, f64)) {
        self.origin_mm.x_mm -= by_points.0 / self.points_per_mm;
        self.origin_mm.y_mm -= by_points.1 / self.points_per_mm;
    }

    /// Centres a page that is smaller than the area, and stops a larger one at
    /// its edges. To be called after zooming, panning and resizing.
    pub fn keep_on_page(&mut self, scene: &Scene, area_points: (f64, f64)) {
        let keep = |origin_mm: f64, page_mm: f64, area_mm: f64| {
            let spare_mm = page_mm - area_mm;
            if spare_mm <= 0.0 {
                spare_mm / 2.0
            } else {
                origin_mm.clamp(0.0, spare_mm)
            }
        };
        let (width_mm, height_mm) = (
            area_points.0 / self.points_per_mm,
            area_points.1 / self.points_per_mm,
        );
        self.origin_mm = Point::new(
            keep(self.origin_mm.x_mm, scene.width_mm, width_mm),
            keep(self.origin_mm.y_mm, scene.height_mm, height_mm),
        );
    }

    /// True if a millimetre of the page is a millimetre on the monitor, to
    /// half a percent.
    pub fn is_true_scale(&self, monitor_points_per_mm: f64) -> bool {
        (self.points_per_mm / monitor_points_per_mm - 1.0).abs() < 0.005
    }
}

fn clamp_zoom(points_per_mm: f64) -> f64 {
    if points_per_mm.is_finite() {
        points_per_mm.clamp(SheetView::MIN_POINTS_PER_MM, SheetView::MAX_POINTS_PER_MM)
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Scene {
        Scene {
            width_mm: 300.0,
            height_mm: 200.0,
            ..Scene::default()
        }
    }

    #[test]
    fn fitting_shows_the_whole_page_in_the_middle() {
        let view = SheetView::fit(&page(), (600.0, 600.0));
        assert_eq!(view.points_per_mm, 2.0);
        assert_eq!(view.points_at(Point::new(0.0, 0.0)), (0.0, 100.0));
        assert_eq!(view.points_at(Point::new(300.0, 200.0)), (600.0, 500.0));
    }

    #[test]
    fn zooming_keeps_the_place_under_the_pointer() {
        let mut view = SheetView::fit(&page(), (600.0, 400.0));
        let before = view.mm_at((150.0, 90.0));
        view.zoom_about((150.0, 90.0), 3.0);
        let after = view.mm_at((150.0, 90.0));
        assert!((before.x_mm - after.x_mm).abs() < 1e-9);
        assert!((before.y_mm - after.y_mm).abs() < 1e-9);
        assert_eq!(view.points_per_mm, 6.0);
    }

    #[test]
    fn the_page_cannot_be_lost() {
        let mut view = SheetView::fit(&page(), (600.0, 400.0));
        view.zoom_about((0.0, 0.0), 2.0);
        view.pan((-1e6, 1e6));
        view.keep_on_page(&page(), (600.0, 400.0));
        assert_eq!(view.origin_mm, Point::new(150.0, 0.0));
    }

    #[test]
    fn scale_is_true_only_at_the_monitors_own_factor() {
        let mut view = SheetView::fit(&page(), (600.0, 400.0));
        view.points_per_mm = 3.78;
        assert!(view.is_true_scale(3.78));
        assert!(!view.is_true_scale(3.74));
        assert!(!view.is_true_scale(f64::NAN));
    }
}
