//! One beat without noise, measured lead by lead.

use super::lead_field::{LeadField, lead_i_and_avf, leads};
use super::wave::{Wave, sum};

/// A deflection of QRS smaller than this is none.
const DEFLECTION_MV: f64 = 0.02;

/// One lead of the beat, without noise and without what the atria do.
/// Amplitudes are from the baseline, in millivolts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LeadTruth {
    /// Depth of the first negative deflection before any R, as a positive
    /// number; of all of QS where there is no R.
    pub q_mv: f64,
    /// How long it is more than 0.02 mV below the baseline.
    pub q_ms: f64,
    /// Height of R, and of R' where that is greater.
    pub r_mv: f64,
    /// Depth of what follows R, as a positive number.
    pub s_mv: f64,
    /// 60 ms after the end of QRS.
    pub st_j60_mv: f64,
    /// The greatest deviation from 80 ms after QRS on, with its sign.
    pub t_mv: f64,
}

/// What is known of one beat, apart from when it comes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Template {
    pub p_axis_deg: Option<f64>,
    pub qrs_axis_deg: Option<f64>,
    pub t_axis_deg: Option<f64>,
    pub leads: [LeadTruth; 12],
}

impl Template {
    /// From the waves of P (none where there is no P), of QRS from 0 s to
    /// `qrs_s`, and of ST and T.
    pub fn new(p: &[Wave], qrs: &[Wave], t: &[Wave], qrs_s: f64, field: &LeadField) -> Self {
        let ventricles: Vec<Wave> = qrs.iter().chain(t).copied().collect();
        let end_s = t.iter().map(Wave::end_s).fold(qrs_s, f64::max);
        let step_s = 0.001;
        let steps = (end_s / step_s).clamp(0.0, 3000.0) as usize;
        let samples: Vec<[f64; 12]> = (0..=steps)
            .map(|step| {
                let time_s = step as f64 * step_s;
                let dipole = ventricles
                    .iter()
                    .fold([0.0; 3], |d, wave| sum(d, wave.at(time_s)));
                leads(&field.potentials(dipole))
            })
            .collect();
        let after = |s: f64| ((s / step_s).round() as usize).min(samples.len());
        Self {
            p_axis_deg: axis_deg(p, 0.0),
            qrs_axis_deg: axis_deg(qrs, 0.0),
            t_axis_deg: axis_deg(t, qrs_s + 0.06),
            leads: std::array::from_fn(|lead| {
                let signal: Vec<f64> = samples.iter().map(|sample| sample[lead]).collect();
                let (qrs, rest) = signal.split_at(after(qrs_s));
                let late = rest.get(80..).unwrap_or_default();
                LeadTruth {
                    st_j60_mv: rest.get(60).copied().unwrap_or(0.0),
                    t_mv: late
                        .iter()
                        .copied()
                        .max_by(|a, b| a.abs().total_cmp(&b.abs()))
                        .unwrap_or(0.0),
                    ..deflections(qrs)
                }
            }),
        }
    }
}

/// Q, R and S of one lead at 1 kHz.
fn deflections(qrs: &[f64]) -> LeadTruth {
    let deepest = |part: &[f64]| part.iter().fold(0.0_f64, |d, &mv| d.max(-mv));
    let rises = qrs.iter().position(|&mv| mv > DEFLECTION_MV);
    let (before, from) = qrs.split_at(rises.unwrap_or(qrs.len()));
    let q_mv = deepest(before);
    let is_q = q_mv > DEFLECTION_MV;
    let below = before.iter().filter(|&&mv| mv < -DEFLECTION_MV).count();
    let r_mv = from.iter().copied().fold(0.0, f64::max);
    LeadTruth {
        q_mv: if is_q { q_mv } else { 0.0 },
        q_ms: if is_q { below as f64 } else { 0.0 },
        r_mv: if r_mv > DEFLECTION_MV { r_mv } else { 0.0 },
        s_mv: deepest(from),
        ..LeadTruth::default()
    }
}

/// The frontal axis of the areas from a time on; none of nothing.
fn axis_deg(waves: &[Wave], from_s: f64) -> Option<f64> {
    let start_s = waves
        .iter()
        .map(Wave::start_s)
        .fold(f64::INFINITY, f64::min)
        .max(if from_s > 0.0 { from_s } else { f64::MIN });
    let end_s = waves.iter().map(Wave::end_s).fold(f64::MIN, f64::max);
    let steps = ((end_s - start_s) / 0.001).clamp(0.0, 3000.0) as usize;
    let area = (0..steps).fold([0.0; 3], |total, step| {
        let time_s = start_s + step as f64 * 0.001;
        waves
            .iter()
            .fold(total, |total, wave| sum(total, wave.at(time_s)))
    });
    let (i, avf) = lead_i_and_avf(area);
    let axis = (avf * 2.0 / 3.0_f64.sqrt()).atan2(i).to_degrees();
    (i.hypot(avf) > 1e-6).then_some(axis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deflections_are_counted_as_in_a_textbook() {
        // qRs: 20 ms of q, then R, then s.
        let mut qrs = vec![-0.1; 20];
        qrs.extend([0.9; 40]);
        qrs.extend([-0.3; 20]);
        let found = deflections(&qrs);
        assert_eq!(
            (found.q_mv, found.q_ms, found.r_mv, found.s_mv),
            (0.1, 20.0, 0.9, 0.3)
        );
        let qs = deflections(&[-0.5; 60]);
        assert_eq!((qs.q_mv, qs.q_ms, qs.r_mv, qs.s_mv), (0.5, 60.0, 0.0, 0.0));
        let rs = deflections(&[0.2, 0.2, -1.0, -1.0]);
        assert_eq!((rs.q_mv, rs.r_mv, rs.s_mv), (0.0, 0.2, 1.0));
    }
}
