//! Whether what a patient has can be seen: the criteria by which a reader
//! would write the statement down, on the beat without noise. They are a
//! little stricter than the textbook's, so that another ruler agrees.

use super::condition::{Condition, Conduction, Region, Repolarisation};
use super::patient::Patient;
use super::truth::{BeatKind, LeadTruth, Truth};

/// Places of the leads in standard order.
const I: usize = 0;
const II: usize = 1;
const III: usize = 2;
const AVL: usize = 4;
const AVF: usize = 5;
const V1: usize = 6;
const V2: usize = 7;
const V3: usize = 8;
const V4: usize = 9;
const V5: usize = 10;
const V6: usize = 11;

const INFERIOR: &[usize] = &[II, III, AVF];
const LATERAL: &[usize] = &[I, AVL, V5, V6];

/// A Q of an infarct in the fourth universal definition (2018): 30 ms and
/// 0.1 mV.
const Q_MS: f64 = 33.0;
const Q_MV: f64 = 0.11;

/// Of beats that the ventricles start themselves nothing is asked.
pub(super) fn are_met(truth: &Truth, patient: &Patient) -> bool {
    let conducted = truth.count(BeatKind::Normal) * 2 > truth.beats.len();
    !conducted
        || patient
            .findings
            .iter()
            .all(|found| is_met(found.condition, truth))
}

fn is_met(condition: Condition, truth: &Truth) -> bool {
    let leads = &truth.leads;
    match condition {
        Condition::Conduction(conduction) => conduction_is_seen(conduction, truth),
        Condition::Infarct(region, _) => infarct_is_seen(region, leads),
        Condition::Aneurysm => {
            let shown = |&&lead: &&usize| leads[lead].st_j60_mv > 0.11 && q(&leads[lead]);
            [V1, V2, V3].iter().filter(shown).count() >= 2
        }
        Condition::Injury(region) => all_of(region, |lead| leads[lead].st_j60_mv < -0.055),
        Condition::Ischaemia(region) => all_of(region, |lead| leads[lead].t_mv < -0.11),
        Condition::LeftHypertrophy => {
            let strain = leads[V6].st_j60_mv < -0.035 && leads[V6].t_mv < 0.0;
            sokolow_lyon_mv(leads) > 3.6 && strain && leads[I].t_mv < 0.0
        }
        Condition::LeftVoltage => sokolow_lyon_mv(leads) > 3.6,
        Condition::RightHypertrophy => {
            leads[V1].r_mv > leads[V1].s_mv.max(0.75)
                && leads[V6].s_mv > 0.32
                && truth.qrs_axis_deg > Some(92.0)
        }
        Condition::SeptalHypertrophy => {
            let deep = |lead: &LeadTruth| lead.q_mv > 0.22 && lead.q_ms < 39.0;
            deep(&leads[V5]) && deep(&leads[V6]) && leads[V1].r_mv > 0.32
        }
        Condition::Repolarisation(Repolarisation::Inverted) => {
            leads.iter().filter(|lead| lead.t_mv < -0.11).count() >= 3
        }
        _ => true,
    }
}

fn q(lead: &LeadTruth) -> bool {
    lead.q_ms >= Q_MS && lead.q_mv >= Q_MV
}

fn sokolow_lyon_mv(leads: &[LeadTruth; 12]) -> f64 {
    // S in V1, or QS where R is lost.
    leads[V1].s_mv.max(leads[V1].q_mv) + leads[V5].r_mv.max(leads[V6].r_mv)
}

fn conduction_is_seen(conduction: Conduction, truth: &Truth) -> bool {
    let leads = &truth.leads;
    match conduction {
        Conduction::LeftPathway | Conduction::RightPathway => {
            truth.pr_ms.is_none_or(|pr| pr < 118.0) && truth.qrs_ms > 112.0
        }
        Conduction::LeftAnteriorBlock => truth.qrs_axis_deg.is_some_and(|axis| axis < -44.0),
        Conduction::LeftPosteriorBlock => {
            truth.qrs_axis_deg.is_some_and(|axis| axis > 91.0)
                && leads[I].s_mv > leads[I].r_mv
                && leads[III].q_mv > 0.03
                && leads[III].r_mv > 0.6
                && leads[V6].r_mv > leads[V6].s_mv.max(0.3)
        }
        Conduction::LeftBundleBlock => truth.qrs_ms >= 124.0 && leads[V6].q_mv == 0.0,
        Conduction::RightBundleBlock | Conduction::Bifascicular => truth.qrs_ms >= 122.0,
        _ => true,
    }
}

fn infarct_is_seen(region: Region, leads: &[LeadTruth; 12]) -> bool {
    let count = |group: &[usize]| group.iter().filter(|&&lead| q(&leads[lead])).count();
    let posterior = |lead: usize| leads[lead].r_mv > 1.05 * leads[lead].s_mv;
    match region {
        Region::Anteroseptal => count(&[V1, V2, V3]) >= 2,
        Region::Anterior => count(&[V2, V3, V4]) >= 2,
        Region::Anterolateral => count(&[I, AVL, V3, V4, V5, V6]) >= 2,
        Region::Lateral => count(LATERAL) >= 2,
        Region::Inferior => count(INFERIOR) >= 2,
        Region::Inferolateral => count(INFERIOR) >= 2 && count(LATERAL) >= 1,
        Region::Inferoposterior => count(INFERIOR) >= 2 && posterior(V2),
        Region::Inferoposterolateral => {
            count(INFERIOR) >= 2 && count(LATERAL) >= 1 && posterior(V2)
        }
        Region::Posterior => posterior(V1) || posterior(V2),
    }
}

/// In as many leads of the wall as an annotator would want.
fn all_of(region: Region, shown: impl Fn(usize) -> bool) -> bool {
    let (group, wanted): (&[usize], usize) = match region {
        Region::Anteroseptal => (&[V1, V2, V3], 2),
        Region::Anterior => (&[V2, V3, V4], 2),
        Region::Anterolateral => (&[V3, V4, V5, V6], 2),
        Region::Lateral => (LATERAL, 3),
        Region::Inferolateral => (&[II, AVF, V6], 3),
        _ => (INFERIOR, 3),
    };
    group.iter().filter(|&&lead| shown(lead)).count() >= wanted
}
