//! What a rhythm decides: which chamber beats when, and why.

use crate::simulator::morphology::AtrialOrigin;
use crate::simulator::truth::BeatKind;

/// Rhythms begin before the strip and end after it, so that the strip is cut
/// out of a rhythm as a cart cuts it.
pub(in crate::simulator) const START_S: f64 = -3.0;
pub(in crate::simulator) const END_S: f64 = 11.8;

#[derive(Clone, Copy, Debug)]
pub(in crate::simulator) struct AtrialEvent {
    pub onset_s: f64,
    pub origin: AtrialOrigin,
}

#[derive(Clone, Copy, Debug)]
pub(in crate::simulator) struct VentricularEvent {
    /// Onset of QRS.
    pub onset_s: f64,
    pub kind: BeatKind,
    /// The atrial event that was conducted, by its place in the schedule.
    pub from_atrial: Option<usize>,
}

/// What the atria do besides beating.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::simulator) enum AtrialActivity {
    Beats,
    Fibrillation,
    /// The first cycle begins at `first_s`.
    Flutter {
        first_s: f64,
        cycle_s: f64,
    },
}

#[derive(Clone, Debug)]
pub(in crate::simulator) struct Schedule {
    pub atrial: Vec<AtrialEvent>,
    pub ventricular: Vec<VentricularEvent>,
    /// Pacemaker spikes: when, and whether in the ventricle.
    pub spikes: Vec<(f64, bool)>,
    pub activity: AtrialActivity,
    /// ST depression of a very fast rhythm in millivolts of the dipole.
    pub strain_mv: f64,
}

impl Schedule {
    pub fn new() -> Self {
        Self {
            atrial: Vec::new(),
            ventricular: Vec::new(),
            spikes: Vec::new(),
            activity: AtrialActivity::Beats,
            strain_mv: 0.0,
        }
    }

    /// An atrial beat that is not (or not yet) conducted; its place.
    pub fn atrial_beat(&mut self, onset_s: f64, origin: AtrialOrigin) -> usize {
        self.atrial.push(AtrialEvent { onset_s, origin });
        self.atrial.len() - 1
    }

    /// An atrial beat and the QRS that it leads to after `pr_s`.
    pub fn conducted(&mut self, p_onset_s: f64, origin: AtrialOrigin, pr_s: f64, kind: BeatKind) {
        let p = self.atrial_beat(p_onset_s, origin);
        self.ventricular.push(VentricularEvent {
            onset_s: p_onset_s + pr_s,
            kind,
            from_atrial: Some(p),
        });
    }

    pub fn ventricular_beat(&mut self, onset_s: f64, kind: BeatKind) {
        self.ventricular.push(VentricularEvent {
            onset_s,
            kind,
            from_atrial: None,
        });
    }
}
