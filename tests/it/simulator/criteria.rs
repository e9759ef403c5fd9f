//! The criteria of textbooks, measured in signals without noise by means that
//! know nothing of how they were made: only when the beats are, and which
//! statement the record is an example of.

use std::collections::HashMap;
use std::sync::OnceLock;

use protoecg::ecg::Lead::{self, AVF, AVL, AVR, I, II, III, V1, V2, V3, V4, V5, V6};
use protoecg::simulator::{BeatKind, Mix, Noise, Recipe, Rhythm, SimulatedEcg};

use super::{has, mean, piece, seed};

/// Five blocks of 250.
const RECORDS: usize = 1250;

fn clean() -> Recipe {
    Recipe {
        mix: Mix::Statements,
        seed: seed(3),
        noise: Noise::NONE,
    }
}

/// At most eight examples of each statement.
pub(super) fn examples() -> &'static HashMap<&'static str, Vec<SimulatedEcg>> {
    static EXAMPLES: OnceLock<HashMap<&'static str, Vec<SimulatedEcg>>> = OnceLock::new();
    EXAMPLES.get_or_init(|| {
        let mut found: HashMap<&'static str, Vec<SimulatedEcg>> = HashMap::new();
        for index in 0..RECORDS {
            let of = found.entry(clean().example(index)).or_default();
            if of.len() < 8 {
                of.push(clean().ecg(index));
            }
        }
        found
    })
}

/// Beats of the statement, without those that f or flutter waves run through.
pub(super) fn averaged(code: &str) -> Vec<(&'static SimulatedEcg, Average)> {
    let found: Vec<_> = examples()[code]
        .iter()
        .filter(|ecg| {
            !matches!(
                ecg.truth.rhythm,
                Rhythm::AtrialFibrillation | Rhythm::AtrialFlutter
            )
        })
        .map(|ecg| (ecg, Average::of(ecg)))
        .collect();
    assert!(found.len() >= 2, "{code}: {} examples", found.len());
    found
}

/// The mean of the conducted beats, from the onset of QRS, per lead at 500 Hz.
pub(super) struct Average {
    leads: [Vec<f64>; 12],
    /// Ends of QRS and T in samples.
    qrs: usize,
    t_end: usize,
}

impl Average {
    fn of(ecg: &SimulatedEcg) -> Self {
        let recording = &ecg.recording_500_hz;
        let beats: Vec<_> = ecg
            .truth
            .beats
            .iter()
            .filter(|b| b.kind == BeatKind::Normal && b.qrs_onset_s > 0.3 && b.qrs_onset_s < 9.3)
            .collect();
        assert!(beats.len() > 2, "{:?}", ecg.statements);
        let leads = Lead::STANDARD.map(|which| {
            let mut sum = vec![0.0; 300];
            for beat in &beats {
                let base_s = beat.qrs_onset_s - 0.008;
                let base = mean(piece(recording, which, base_s, base_s + 0.006));
                let from_s = beat.qrs_onset_s;
                let wave = piece(recording, which, from_s, from_s + 0.6);
                for (total, x) in sum.iter_mut().zip(wave) {
                    *total += (x - base) / beats.len() as f64;
                }
            }
            sum
        });
        Self {
            leads,
            qrs: (ecg.truth.qrs_ms / 2.0).round() as usize,
            t_end: ((ecg.truth.qt_ms / 2.0).round() as usize).min(300),
        }
    }

    fn lead(&self, which: Lead) -> &[f64] {
        let at = Lead::STANDARD.iter().position(|&l| l == which).unwrap();
        &self.leads[at]
    }

    fn qrs(&self, which: Lead) -> &[f64] {
        &self.lead(which)[..self.qrs]
    }

    pub(super) fn r(&self, which: Lead) -> f64 {
        self.qrs(which).iter().copied().fold(0.0, f64::max)
    }

    /// Depth of the deepest point, wherever it is.
    pub(super) fn s(&self, which: Lead) -> f64 {
        -self.qrs(which).iter().copied().fold(0.0, f64::min)
    }

    /// Milliseconds below -0.02 mV and depth, before R exceeds 0.05 mV.
    pub(super) fn q(&self, which: Lead) -> (f64, f64) {
        let qrs = self.qrs(which);
        let end = qrs.iter().position(|&x| x > 0.05).unwrap_or(qrs.len());
        let below = qrs[..end].iter().filter(|&&x| x < -0.02).count();
        let depth = qrs[..end].iter().copied().fold(0.0, f64::min);
        (2.0 * below as f64, -depth)
    }

    /// 60 ms after the J point.
    pub(super) fn st(&self, which: Lead) -> f64 {
        self.lead(which)[self.qrs + 30]
    }

    /// The greatest deviation from 100 ms after J on, with its sign.
    pub(super) fn t(&self, which: Lead) -> f64 {
        let late = &self.lead(which)[self.qrs + 50..self.t_end];
        late.iter()
            .copied()
            .max_by(|a, b| a.abs().total_cmp(&b.abs()))
            .unwrap()
    }

    pub(super) fn axis_deg(&self) -> f64 {
        let area = |which| self.qrs(which).iter().sum::<f64>();
        (area(AVF) * 2.0 / 3.0_f64.sqrt())
            .atan2(area(I))
            .to_degrees()
    }

    fn sokolow_lyon_mv(&self) -> f64 {
        self.s(V1) + self.r(V5).max(self.r(V6))
    }

    /// Peaks of QRS in a lead that stand out by a fiftieth of its height.
    fn humps(&self, which: Lead) -> usize {
        let qrs = self.qrs(which);
        let step = self.r(which) / 50.0;
        let (mut humps, mut high, mut low, mut rising) = (0, f64::MIN, f64::MAX, true);
        for &x in qrs {
            if rising {
                high = high.max(x);
                if x < high - step {
                    if high > self.r(which) / 3.0 {
                        humps += 1;
                    }
                    (rising, low) = (false, x);
                }
            } else {
                low = low.min(x);
                if x > low + step {
                    (rising, high) = (true, x);
                }
            }
        }
        humps
    }
}

/// The criterion holds in every example.
pub(super) fn all(code: &str, criterion: &str, holds: impl Fn(&SimulatedEcg, &Average) -> bool) {
    for (ecg, beat) in averaged(code) {
        assert!(
            holds(ecg, &beat),
            "{code}: {criterion}: {:?}, QRS {:.0} ms, axis {:.0}, q {:?}, r {:.2?}, s {:.2?}, ST {:.2?}, T {:.2?}",
            ecg.statements,
            ecg.truth.qrs_ms,
            beat.axis_deg(),
            Lead::STANDARD.map(|l| beat.q(l).0),
            Lead::STANDARD.map(|l| beat.r(l)),
            Lead::STANDARD.map(|l| beat.s(l)),
            Lead::STANDARD.map(|l| beat.st(l)),
            Lead::STANDARD.map(|l| beat.t(l)),
        );
    }
}

#[test]
fn sixty_and_more_statements_are_simulated() {
    let mut codes: Vec<&str> = (0..RECORDS).map(|index| clean().example(index)).collect();
    codes.sort_unstable();
    codes.dedup();
    assert!(codes.len() >= 60, "{} {codes:?}", codes.len());
    for (code, ecgs) in examples() {
        for ecg in ecgs {
            let same = match *code {
                "1AVB" => has(ecg, "1AVB") || has(ecg, "LPR"),
                code => has(ecg, code),
            };
            assert!(same, "{code} in {:?}", ecg.statements);
        }
    }
}

/// AHA/ACCF/HRS 2009, part III (Surawicz and others).
#[test]
fn bundle_branch_blocks_are_wide_and_have_their_shape() {
    all("CLBBB", "QRS of 120 ms and more", |e, _| {
        e.truth.qrs_ms >= 120.0
    });
    all("CLBBB", "notched R without q in I, V6", |_, b| {
        [I, V6]
            .iter()
            .all(|&l| b.q(l).0 == 0.0 && b.r(l) > 4.0 * b.s(l))
            && [I, V5, V6].iter().any(|&l| b.humps(l) >= 2)
    });
    all("CLBBB", "QS or rS in V1", |_, b| b.s(V1) > 4.0 * b.r(V1));
    all("CLBBB", "discordant ST and T", |_, b| {
        b.st(V1) > 0.05 && b.t(V1) > 0.1 && b.st(V6) < -0.02 && b.t(V6) < 0.0 && b.t(I) < 0.0
    });
    all("ILBBB", "QRS of 100 to 120 ms, no q in V6", |e, b| {
        (100.0..120.0).contains(&e.truth.qrs_ms) && b.q(V6).0 == 0.0 && b.r(V6) > b.s(V6)
    });
    all("CRBBB", "QRS of 120 ms and more", |e, _| {
        e.truth.qrs_ms >= 120.0
    });
    all("CRBBB", "R' in V1, T the other way", |_, b| {
        let late = &b.qrs(V1)[b.qrs / 2..];
        let r2 = late.iter().copied().fold(0.0, f64::max);
        r2 > 0.2 && r2 > 0.8 * b.r(V1) && b.t(V1) < 0.0
    });
    all("CRBBB", "S of 40 ms in I and V6", |_, b| {
        [I, V6].iter().all(|&l| {
            let late = &b.qrs(l)[b.qrs / 3..];
            late.iter().filter(|&&x| x < -0.02).count() >= 20
        })
    });
    all("IRBBB", "r' in V1 below 120 ms", |e, b| {
        let late = &b.qrs(V1)[2 * b.qrs / 3..];
        let r2 = late.iter().copied().fold(0.0, f64::max);
        e.truth.qrs_ms < 120.0 && e.truth.qrs_ms >= 95.0 && r2 > 0.05 && b.s(V1) > 0.1
    });
    all("IVCD", "QRS above 110 ms", |e, _| e.truth.qrs_ms > 110.0);
    all(
        "LAFB",
        "axis -45 to -90, rS in III, below 120 ms",
        |e, b| {
            let axis = b.axis_deg();
            (-90.0..=-43.0).contains(&axis) && b.s(III) > b.r(III) && e.truth.qrs_ms < 120.0
        },
    );
    all("LPFB", "axis above 90, rS in I, qR in III", |e, b| {
        (90.0..=180.0).contains(&b.axis_deg())
            && b.s(I) > b.r(I)
            && b.q(III).0 > 0.0
            && b.r(III) > 0.5
            && b.r(V6) > 0.3
            && e.truth.qrs_ms < 120.0
    });
}

#[test]
fn preexcitation_has_a_short_pr_and_a_slow_start() {
    all("WPW", "PR below 120 ms, QRS above 110 ms", |e, _| {
        e.truth.pr_ms.unwrap() < 120.0 && e.truth.qrs_ms > 110.0
    });
    all("WPW", "a delta wave", |_, b| {
        // In some lead with an R the first 20 ms rise less than half as
        // steeply as R does later: slurred.
        Lead::STANDARD.into_iter().any(|which| {
            let slope = |from: usize, to: usize| b.lead(which)[to] - b.lead(which)[from];
            let steepest = (0..b.qrs - 10)
                .map(|k| slope(k, k + 10))
                .fold(0.0, f64::max);
            b.r(which) > 0.4 && slope(0, 15) > 0.05 && slope(0, 10) < 0.45 * steepest
        })
    });
}

/// Fourth universal definition of myocardial infarction, 2018: Q of 30 ms and
/// 0.1 mV in two leads of a group; in V2 and V3 of 20 ms, or QS.
#[test]
fn infarcts_have_q_in_their_leads() {
    let q = |b: &Average, leads: &[Lead]| {
        leads
            .iter()
            .filter(|&&l| b.q(l).0 >= 30.0 && b.q(l).1 >= 0.1)
            .count()
    };
    all("IMI", "Q in two of II, III, aVF", |_, b| {
        q(b, &[II, III, AVF]) >= 2
    });
    all("ASMI", "Q in two of V1 to V3", |_, b| {
        q(b, &[V1, V2, V3]) >= 2
    });
    all("AMI", "Q in two of V2 to V4", |_, b| {
        q(b, &[V2, V3, V4]) >= 2
    });
    all("ALMI", "Q in two of I, aVL, V3 to V6", |_, b| {
        q(b, &[I, AVL, V3, V4, V5, V6]) >= 2
    });
    all("LMI", "Q in two of I, aVL, V5, V6", |_, b| {
        q(b, &[I, AVL, V5, V6]) >= 2
    });
    all("ILMI", "Q in the inferior and in a lateral lead", |_, b| {
        q(b, &[II, III, AVF]) >= 2 && q(b, &[I, AVL, V5, V6]) >= 1
    });
    all("IPMI", "Q in the inferior leads, R in V2", |_, b| {
        q(b, &[II, III, AVF]) >= 2 && b.r(V2) > b.s(V2)
    });
    all(
        "IPLMI",
        "Q in the inferior and a lateral lead, R in V2",
        |_, b| q(b, &[II, III, AVF]) >= 2 && q(b, &[I, AVL, V5, V6]) >= 1 && b.r(V2) > b.s(V2),
    );
    all("PMI", "R at least S in V1 or V2, broad", |_, b| {
        [V1, V2]
            .iter()
            .any(|&l| b.r(l) >= b.s(l) && b.qrs(l).iter().filter(|&&x| x > 0.05).count() >= 20)
    });
    // An acute one: ST up where it is, down on the other side.
    let acute: Vec<_> = averaged("IMI")
        .into_iter()
        .filter(|(_, b)| b.st(III) > 0.12)
        .collect();
    assert!(!acute.is_empty());
    for (_, beat) in acute {
        assert!(beat.st(AVF) > 0.1 && beat.st(AVL) < -0.05 && beat.st(III) > beat.st(I));
    }
    all("ANEUR", "QS and ST elevation in V1 to V3", |_, b| {
        [V1, V2, V3]
            .iter()
            .filter(|&&l| b.st(l) > 0.1 && b.q(l).0 >= 30.0)
            .count()
            >= 2
    });
}

#[test]
fn injury_lowers_st_and_ischaemia_turns_t_in_their_leads() {
    let low = |b: &Average, leads: &[Lead]| leads.iter().filter(|&&l| b.st(l) < -0.05).count();
    all("INJAS", "ST depression in V1 to V3", |_, b| {
        low(b, &[V1, V2, V3]) >= 2
    });
    all("INJAL", "ST depression in V3 to V6", |_, b| {
        low(b, &[V3, V4, V5, V6]) >= 2
    });
    all("INJIN", "ST depression in II, III, aVF", |_, b| {
        low(b, &[II, III, AVF]) == 3
    });
    all("INJLA", "ST depression in I, aVL, V5, V6", |_, b| {
        low(b, &[I, AVL, V5, V6]) >= 3
    });
    all("INJIL", "ST depression in II, aVF, V6", |_, b| {
        low(b, &[II, AVF, V6]) == 3
    });
    let turned = |b: &Average, leads: &[Lead]| leads.iter().filter(|&&l| b.t(l) < -0.1).count();
    all("ISCAS", "negative T in V1 to V3", |_, b| {
        turned(b, &[V1, V2, V3]) >= 2
    });
    all("ISCAN", "negative T in V2 to V4", |_, b| {
        turned(b, &[V2, V3, V4]) >= 2
    });
    all("ISCAL", "negative T in V3 to V6", |_, b| {
        turned(b, &[V3, V4, V5, V6]) >= 2
    });
    all("ISCLA", "negative T in I, aVL, V5, V6", |_, b| {
        turned(b, &[I, AVL, V5, V6]) >= 3
    });
    all("ISCIN", "negative T in II, III, aVF", |_, b| {
        turned(b, &[II, III, AVF]) >= 2
    });
    all("ISCIL", "negative T in II, aVF, V6", |_, b| {
        turned(b, &[II, AVF, V6]) == 3
    });
}

/// Sokolow and Lyon 1949; AHA/ACCF/HRS 2009, part V.
#[test]
fn hypertrophy_and_voltage() {
    all(
        "LVH",
        "Sokolow-Lyon above 3.5 mV, strain in V6 or I",
        |_, b| b.sokolow_lyon_mv() > 3.5 && b.st(V6) < -0.03 && b.t(V6) < 0.0 && b.t(I) < 0.0,
    );
    all("VCLVH", "Sokolow-Lyon above 3.5 mV", |_, b| {
        b.sokolow_lyon_mv() > 3.5
    });
    all(
        "RVH",
        "R above S and 0.7 mV in V1, axis right, S in V6",
        |_, b| {
            b.r(V1) > 0.7
                && b.r(V1) > b.s(V1)
                && b.axis_deg() > 90.0
                && b.s(V6) > 0.3
                && b.t(V1) < 0.0
        },
    );
    all("SEHYP", "deep, narrow q in V5, V6", |_, b| {
        [V5, V6].iter().all(|&l| {
            let (ms, mv) = b.q(l);
            mv > 0.2 && ms < 40.0
        }) && b.r(V1) > 0.3
    });
    let range = |b: &Average, l| b.r(l) + b.s(l);
    all(
        "LVOLT",
        "limb leads below 0.5 mV, chest below 1 mV",
        |_, b| {
            [I, II, III, AVR, AVL, AVF]
                .iter()
                .all(|&l| range(b, l) < 0.5)
                && [V1, V2, V3, V4, V5, V6].iter().all(|&l| range(b, l) < 1.0)
        },
    );
    all("HVOLT", "R above 2.5 mV in a chest lead", |_, b| {
        [V3, V4, V5, V6].iter().any(|&l| b.r(l) > 2.5)
    });
}
