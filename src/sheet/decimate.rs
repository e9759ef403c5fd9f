//! Thinning a signal to what a screen can show, without losing an extreme.

/// Keeps, of the points in each pixel column, the first, the lowest, the
/// highest and the last, in their order. With one sample or less per pixel
/// nothing changes. x must not decrease.
///
/// The line through the result covers the same pixels as the line through all
/// points (the M4 aggregation of Jugel et al., VLDB 2014).
#[cfg_attr(
    not(feature = "gui"),
    allow(dead_code, reason = "only the window thins traces")
)]
pub(super) fn per_pixel_column(pixels: impl Iterator<Item = [f32; 2]>) -> Vec<[f32; 2]> {
    let mut kept = Vec::new();
    let mut column: Option<Column> = None;
    for point in pixels {
        match &mut column {
            Some(open) if open.x == point[0].floor() => open.add(point),
            _ => {
                if let Some(done) = column.replace(Column::new(point)) {
                    done.flush(&mut kept);
                }
            }
        }
    }
    if let Some(done) = column {
        done.flush(&mut kept);
    }
    kept
}

/// The points of one pixel column; each extreme with its place in the order.
struct Column {
    x: f32,
    count: usize,
    first: [f32; 2],
    last: [f32; 2],
    top: (usize, [f32; 2]),
    bottom: (usize, [f32; 2]),
}

impl Column {
    fn new(point: [f32; 2]) -> Self {
        Self {
            x: point[0].floor(),
            count: 1,
            first: point,
            last: point,
            top: (0, point),
            bottom: (0, point),
        }
    }

    fn add(&mut self, point: [f32; 2]) {
        if point[1] < self.top.1[1] {
            self.top = (self.count, point);
        }
        if point[1] > self.bottom.1[1] {
            self.bottom = (self.count, point);
        }
        self.last = point;
        self.count += 1;
    }

    fn flush(self, kept: &mut Vec<[f32; 2]>) {
        let mut points = [
            (0, self.first),
            self.top,
            self.bottom,
            (self.count - 1, self.last),
        ];
        points.sort_by_key(|(order, _)| *order);
        let mut previous = None;
        for (order, point) in points {
            if previous != Some(order) {
                kept.push(point);
            }
            previous = Some(order);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::per_pixel_column;

    #[test]
    fn a_spike_of_one_sample_survives_a_thousandfold_thinning() {
        let points = (0..100_000).map(|i| {
            let y = match i {
                50_123 => -900.0,
                50_130 => 700.0,
                _ => (i % 7) as f32,
            };
            [i as f32 / 1000.0, y]
        });
        let kept = per_pixel_column(points);
        assert!(kept.len() <= 400, "{} points for 100 columns", kept.len());
        assert!(kept.contains(&[50.123, -900.0]));
        assert!(kept.contains(&[50.13, 700.0]));
        assert!(kept.is_sorted_by_key(|p| p[0]));
    }

    #[test]
    fn with_less_than_a_sample_per_pixel_nothing_changes() {
        let points: Vec<[f32; 2]> = (0..50).map(|i| [i as f32 * 1.5, (i * i) as f32]).collect();
        assert_eq!(per_pixel_column(points.iter().copied()), points);
    }

    #[test]
    fn the_ends_are_kept() {
        let kept = per_pixel_column((0..10).map(|i| [0.1 * i as f32, i as f32]));
        assert_eq!(kept.first(), Some(&[0.0, 0.0]));
        assert_eq!(kept.last(), Some(&[0.1 * 9.0_f32, 9.0]));
    }
}
