//! Samples to lines: a stretch of a signal, broken at gaps and at the edge of
//! the paper.

use super::Point;

/// A stretch of a signal as lines on the page.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Stretch {
    pub pieces: Vec<Vec<Point>>,
    /// The sample furthest off the paper in millivolts, if one is.
    pub beyond_mv: Option<f64>,
}

/// The lines of `samples_mv` from `span_s.0` to `span_s.1` seconds.
///
/// `place` puts seconds and millivolts on the page; what lies outside
/// `paper_mm` (top, bottom) is cut off and reported. The ends are interpolated
/// where no sample lies on them, so that neighbouring columns meet.
pub(super) fn stretch(
    samples_mv: &[f64],
    rate_hz: f64,
    span_s: (f64, f64),
    paper_mm: (f64, f64),
    place: impl Fn(f64, f64) -> Point,
) -> Stretch {
    let mut result = Stretch::default();
    if !(rate_hz > 0.0 && rate_hz.is_finite() && span_s.1 > span_s.0) {
        return result;
    }
    let mut lines: Vec<Vec<Point>> = vec![Vec::new()];
    let mut furthest_mm = 0.0;
    for (time_s, sample_mv) in samples_between(samples_mv, rate_hz, span_s) {
        if !sample_mv.is_finite() {
            lines.push(Vec::new());
            continue;
        }
        let point = place(time_s, sample_mv);
        let outside_mm = (paper_mm.0 - point.y_mm).max(point.y_mm - paper_mm.1);
        if outside_mm > furthest_mm {
            furthest_mm = outside_mm;
            result.beyond_mv = Some(sample_mv);
        }
        if let Some(line) = lines.last_mut() {
            line.push(point);
        }
    }
    lines.retain(|line| !line.is_empty());
    result.pieces = if result.beyond_mv.is_some() {
        lines
            .iter()
            .flat_map(|line| cut_vertically(line, paper_mm))
            .collect()
    } else {
        lines
    };
    result
}

/// Seconds and millivolts of every sample within the span, with interpolated
/// samples at its ends.
fn samples_between(
    samples_mv: &[f64],
    rate_hz: f64,
    (start_s, end_s): (f64, f64),
) -> impl Iterator<Item = (f64, f64)> {
    // A billionth of a sample of slack: 2.5 s at 500 Hz must be sample 1250.
    let first = (start_s * rate_hz - 1e-9).ceil().max(0.0) as usize;
    let end = ((end_s * rate_hz + 1e-9).floor() + 1.0).max(0.0) as usize;
    let end = end.min(samples_mv.len());
    let first = first.min(end);
    let at = |time_s: f64| {
        let position = time_s * rate_hz;
        let (left, share) = (position.floor(), position.fract());
        let left_mv = samples_mv.get(left as usize)?;
        let right_mv = samples_mv.get(left as usize + 1)?;
        let inside = position > 0.0 && share > 1e-9 && share < 1.0 - 1e-9;
        let sample_mv = left_mv + (right_mv - left_mv) * share;
        (inside && sample_mv.is_finite()).then_some((time_s, sample_mv))
    };
    let inner = samples_mv[first..end]
        .iter()
        .enumerate()
        .map(move |(i, &sample_mv)| ((first + i) as f64 / rate_hz, sample_mv));
    at(start_s).into_iter().chain(inner).chain(at(end_s))
}

/// Cuts a line at the upper and lower edge of the paper.
fn cut_vertically(line: &[Point], (top_mm, bottom_mm): (f64, f64)) -> Vec<Vec<Point>> {
    let inside = |point: &Point| (top_mm..=bottom_mm).contains(&point.y_mm);
    let mut pieces = Vec::new();
    let mut piece: Vec<Point> = line.first().copied().filter(inside).into_iter().collect();
    for pair in line.windows(2) {
        let &[from, to] = pair else { continue };
        let Some((enter, leave)) = share_inside(from.y_mm, to.y_mm, top_mm, bottom_mm) else {
            pieces.push(std::mem::take(&mut piece));
            continue;
        };
        let along = |share: f64| {
            Point::new(
                from.x_mm + (to.x_mm - from.x_mm) * share,
                from.y_mm + (to.y_mm - from.y_mm) * share,
            )
        };
        if enter > 0.0 {
            pieces.push(std::mem::take(&mut piece));
            piece.push(along(enter));
        }
        if leave < 1.0 {
            piece.push(along(leave));
            pieces.push(std::mem::take(&mut piece));
        } else {
            piece.push(to);
        }
    }
    pieces.push(piece);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// The part of a segment, from 0 to 1, that lies between two heights.
fn share_inside(from: f64, to: f64, top: f64, bottom: f64) -> Option<(f64, f64)> {
    let rise = to - from;
    if rise == 0.0 {
        return (top..=bottom).contains(&from).then_some((0.0, 1.0));
    }
    let (a, b) = ((top - from) / rise, (bottom - from) / rise);
    let (enter, leave) = (a.min(b).max(0.0), a.max(b).min(1.0));
    (enter < leave).then_some((enter, leave))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(time_s: f64, sample_mv: f64) -> Point {
        Point::new(time_s * 25.0, -sample_mv * 10.0)
    }

    const WIDE: (f64, f64) = (-1000.0, 1000.0);

    #[test]
    fn a_gap_breaks_the_line() {
        let samples_mv = [0.0, 0.1, f64::NAN, 0.3, 0.4];
        let found = stretch(&samples_mv, 1.0, (0.0, 4.0), WIDE, place);
        let lengths: Vec<usize> = found.pieces.iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 2]);
        assert_eq!(found.pieces[1][0], Point::new(75.0, -3.0));
    }

    #[test]
    fn ends_between_samples_are_interpolated() {
        let found = stretch(&[0.0, 1.0, 2.0, 3.0], 1.0, (0.5, 2.25), WIDE, place);
        let points = &found.pieces[0];
        assert_eq!(points.first(), Some(&Point::new(12.5, -5.0)));
        assert_eq!(points.last(), Some(&Point::new(56.25, -22.5)));
        assert_eq!(points.len(), 4);
    }

    #[test]
    fn the_column_edge_at_500_hz_is_sample_1250() {
        let samples_mv: Vec<f64> = (0..5000).map(f64::from).collect();
        let found = stretch(&samples_mv, 500.0, (2.5, 5.0), (-1e9, 1e9), place);
        assert_eq!(found.pieces[0].len(), 1251);
        assert_eq!(found.pieces[0][0].y_mm, -12500.0);
    }

    #[test]
    fn what_leaves_the_paper_is_cut_there_and_reported() {
        let found = stretch(&[0.0, 4.0, 0.0], 1.0, (0.0, 2.0), (-20.0, 20.0), place);
        assert_eq!(found.beyond_mv, Some(4.0));
        assert_eq!(
            found.pieces,
            [
                vec![Point::new(0.0, 0.0), Point::new(12.5, -20.0)],
                vec![Point::new(37.5, -20.0), Point::new(50.0, 0.0)],
            ]
        );
    }

    #[test]
    fn a_recording_without_a_rate_draws_nothing() {
        for rate_hz in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let found = stretch(&[0.0; 10], rate_hz, (0.0, 1.0), WIDE, place);
            assert!(found.pieces.is_empty());
        }
    }
}
