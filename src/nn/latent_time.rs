//! Where latent steps are in a recording. The one place for it: drawing,
//! cut-out, masking, JSON and provenance all ask here.
//!
//! Step `i` is centred on 0.32 i seconds (stride 32 at 100 Hz). A window of
//! steps w to w + n - 1 is the time from half a step before its first centre to
//! half a step after its last; what it was computed from reaches further, 2.17 s
//! beyond the outer centres for the ResNet (specification 2.4).

use super::BackboneSpec;

/// Seconds from one latent step to the next.
pub const STEP_S: f64 = 0.32;

/// How far a step of the ResNet sees beyond its centre: 217 samples.
const RESNET_REACH_S: f64 = 2.17;

/// From and to, in seconds, of `steps` latent steps from `first` on, clipped
/// to a recording of `duration_s`.
pub fn window_s(first: usize, steps: i64, duration_s: f64) -> (f64, f64) {
    reach(first, steps, STEP_S / 2.0, duration_s)
}

/// The first latent step of a window that begins at `start_s`: the reverse of
/// [`window_s`], exact to a quarter of a step, so that a start that was rounded
/// to a sample, or clipped to 0, is understood.
pub fn first_step(start_s: f64) -> usize {
    (start_s / STEP_S + 0.75).floor().max(0.0) as usize
}

/// From and to, in seconds, of everything that such a window was computed from.
pub fn receptive_field_s(
    backbone: &BackboneSpec,
    first: usize,
    steps: i64,
    duration_s: f64,
) -> (f64, f64) {
    match backbone {
        BackboneSpec::ResNet18 { .. } => reach(first, steps, RESNET_REACH_S, duration_s),
        BackboneSpec::StateSpace { .. } => (0.0, duration_s),
    }
}

fn reach(first: usize, steps: i64, beyond_s: f64, duration_s: f64) -> (f64, f64) {
    let first_s = first as f64 * STEP_S;
    let last_s = first_s + (steps - 1) as f64 * STEP_S;
    (
        (first_s - beyond_s).clamp(0.0, duration_s),
        (last_s + beyond_s).clamp(0.0, duration_s),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decision 8 of the design: [0.32 w - 0.16, 0.32 w + 0.80] and
    /// [0.32 w - 2.17, 0.32 w + 2.81] seconds for three steps.
    #[test]
    fn a_window_of_three_steps_is_where_the_design_says() {
        let close = |found: (f64, f64), expected: (f64, f64)| {
            assert!(
                (found.0 - expected.0).abs() < 1e-9 && (found.1 - expected.1).abs() < 1e-9,
                "{found:?} instead of {expected:?}"
            );
        };
        let resnet = BackboneSpec::ResNet18 { dropout: 0.0 };
        close(window_s(24, 3, 10.0), (7.52, 8.48));
        close(receptive_field_s(&resnet, 24, 3, 10.0), (5.51, 10.0));
        close(receptive_field_s(&resnet, 10, 3, 10.0), (1.03, 6.01));
        close(window_s(0, 3, 10.0), (0.0, 0.8));
        close(window_s(29, 3, 10.0), (9.12, 10.0));
        close(window_s(0, 32, 10.0), (0.0, 10.0));
    }

    #[test]
    fn the_first_step_is_found_again_from_the_start_in_whole_samples() {
        for first in 0..30 {
            let start_s = (window_s(first, 3, 10.0).0 * 100.0).round() / 100.0;
            assert_eq!(first_step(start_s), first, "{start_s} s");
        }
    }
}
