//! Electrodes that were exchanged.
//!
//! The limb leads and the chest leads see one heart, so that each can be
//! foretold from the others (as Kors and van Herpen 2001 do lead by lead). Here
//! each of P, QRS and ST-T is a cloud of points in the space of the eight
//! recorded leads; how it usually lies is known ([`super::usual`]).
//! For each exchange the leads are put back as if it had happened, and the
//! mean log-likelihood of the normal distribution compared with that of the
//! leads as they are. An exchange does not change volumes, so the
//! determinants cancel.
//!
//! RL stands for nothing in this: exchanged with an arm it makes lead II or III
//! the difference of the two legs, which is flat.

use super::contact::is_flat_line;
use super::finding::{Code, Finding, Severity};
use super::judged::{Judged, JudgedLead, Measured, range};
use super::usual::{LEADS, SHAPES, Shape};
use crate::ecg::Lead;

/// So much better must the leads fit with an exchange undone. PTB-XL excerpt:
/// 1 in 40 untouched records is above, some of them with a real exchange.
const LIMIT: f64 = 3.0;
const UNIT: &str = "log-likelihood";
/// Lead II or III from QRS to T, as a part of the larger of the other two.
/// PTB-XL excerpt: 0.13 and above in 999 of 1,000.
const LEGS_PART: f64 = 0.1;

/// Two electrodes, or the chest electrodes from first to last.
#[derive(Clone, Copy)]
struct Exchange {
    code: Code,
    name: &'static str,
    /// What it does to the leads; done again it is undone.
    of: fn([f64; LEADS]) -> [f64; LEADS],
}

const fn limb(name: &'static str, of: fn([f64; LEADS]) -> [f64; LEADS]) -> Exchange {
    let code = Code::LimbLeadSwap;
    Exchange { code, name, of }
}

const fn chest(name: &'static str, of: fn([f64; LEADS]) -> [f64; LEADS]) -> Exchange {
    let code = Code::ChestLeadSwap;
    Exchange { code, name, of }
}

/// With I = LA - RA and II = LL - RA.
const EXCHANGES: [Exchange; 11] = [
    limb("RA and LA", |x| with_limb(x, -x[0], x[1] - x[0])),
    limb("RA and LL", |x| with_limb(x, x[0] - x[1], -x[1])),
    limb("LA and LL", |x| with_limb(x, x[1], x[0])),
    chest("V1 to V6 (in reverse)", |x| {
        with_chest(x, [6, 5, 4, 3, 2, 1])
    }),
    chest("V1 and V2", |x| with_chest(x, [2, 1, 3, 4, 5, 6])),
    chest("V2 and V3", |x| with_chest(x, [1, 3, 2, 4, 5, 6])),
    chest("V3 and V4", |x| with_chest(x, [1, 2, 4, 3, 5, 6])),
    chest("V4 and V5", |x| with_chest(x, [1, 2, 3, 5, 4, 6])),
    chest("V5 and V6", |x| with_chest(x, [1, 2, 3, 4, 6, 5])),
    chest("V1 and V3", |x| with_chest(x, [3, 2, 1, 4, 5, 6])),
    chest("V4 and V6", |x| with_chest(x, [1, 2, 3, 6, 5, 4])),
];

/// The chest leads in another order, each by its number.
fn with_chest(x: [f64; LEADS], order: [usize; 6]) -> [f64; LEADS] {
    let [one, two, ..] = x;
    let [a, b, c, d, e, f] = order.map(|number| x[1 + number]);
    [one, two, a, b, c, d, e, f]
}

fn with_limb(mut x: [f64; LEADS], one: f64, two: f64) -> [f64; LEADS] {
    (x[0], x[1]) = (one, two);
    x
}

pub(super) fn findings(judged: &Judged) -> Vec<Finding> {
    // An arm on the right leg may leave lead II or III without any signal.
    let legs = legs(judged);
    let Some(waves) = judged.measured.as_ref().and_then(Waves::of) else {
        return legs.into_iter().collect();
    };
    let gains: Vec<(Exchange, f64)> = EXCHANGES.map(|e| (e, waves.gain(e))).to_vec();
    let best = |code| {
        let of_code = gains.iter().filter(move |(e, _)| e.code == code);
        of_code.max_by(|a, b| a.1.total_cmp(&b.1))
    };
    // One exchange explains what another would explain less well.
    let likeliest = gains.iter().map(|g| g.1).fold(LIMIT, f64::max);
    [Code::LimbLeadSwap, Code::ChestLeadSwap]
        .into_iter()
        .filter_map(|code| {
            let (exchange, gain) = best(code)?;
            let found = (*gain >= likeliest).then(|| warning(exchange, *gain));
            let legs = legs.clone().filter(|legs| legs.code == code);
            let found: Vec<Finding> = found.into_iter().chain(legs).collect();
            // Neither found nor passed: what the other code found explains it.
            let passes = found.is_empty() && *gain < LIMIT;
            Some(if passes {
                vec![passed(exchange, *gain)]
            } else {
                found
            })
        })
        .flatten()
        .collect()
}

fn warning(exchange: &Exchange, gain: f64) -> Finding {
    let dextrocardia = match exchange.name {
        "RA and LA" => " (or the heart is on the right)",
        _ => "",
    };
    let message = format!(
        "{} look exchanged{dextrocardia}: the leads fit each other better the other way round",
        exchange.name
    );
    Finding::new(exchange.code, Severity::Warn, message).with(gain, LIMIT, UNIT)
}

fn passed(exchange: &Exchange, gain: f64) -> Finding {
    let (what, order) = match exchange.code {
        Code::LimbLeadSwap => ("limb leads", "as they are"),
        _ => ("chest leads", "in this order"),
    };
    let message = format!("the {what} fit the others {order}");
    Finding::new(exchange.code, Severity::Pass, message).with(gain, LIMIT, UNIT)
}

/// An arm exchanged with the right leg, which no lead records.
fn legs(judged: &Judged) -> Option<Finding> {
    let (beat, qrs) = judged.measured.as_ref()?.qrs()?;
    let to_t = |lead: Lead| -> Option<Vec<f64>> {
        let flat = |l: &JudgedLead| l.lead == lead && is_flat_line(l);
        let length = beat.lead(Lead::I)?.get(qrs.start..)?.len();
        match judged.leads.iter().any(flat) {
            true => Some(vec![0.0; length]),
            false => Some(beat.lead(lead)?.get(qrs.start..)?.to_vec()),
        }
    };
    let (one, two, three) = (to_t(Lead::I)?, to_t(Lead::II)?, to_t(Lead::III)?);
    // The others are then one signal; a lead that is flat for itself leaves two.
    let differ = |other: &[f64], sign: f64| -> f64 {
        let difference = one.iter().zip(other).map(|(a, b)| a - sign * b);
        range(&difference.collect::<Vec<_>>())
    };
    let (high_one, high_two, high_three) = (range(&one), range(&two), range(&three));
    let parts = [
        (
            Lead::II,
            high_two.max(differ(&three, -1.0)) / high_one.max(high_three),
            "RA",
        ),
        (
            Lead::III,
            high_three.max(differ(&two, 1.0)) / high_one.max(high_two),
            "LA",
        ),
    ];
    let (lead, part, arm) = parts.into_iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
    (part < LEGS_PART).then(|| {
        let message = format!(
            "{arm} and RL look exchanged: lead {lead} is {:.0} % as high as the other limb leads",
            100.0 * part
        );
        let finding = Finding::new(Code::LimbLeadSwap, Severity::Warn, message);
        finding
            .of_lead(lead)
            .with(part, LEGS_PART, "of the limb leads")
    })
}

/// Second moments of a wave over its samples, of power 1.
pub(super) type Moments = [[f64; LEADS]; LEADS];

/// The waves that are there, and how each usually lies.
struct Waves(Vec<(Moments, &'static Shape)>);

impl Waves {
    /// `None` where one of the eight leads has no signal.
    fn of(measured: &Measured) -> Option<Self> {
        let waves = wave_moments(measured)?.into_iter().zip(&SHAPES);
        let there = waves.filter_map(|(moments, shape)| Some((moments?, shape)));
        Some(Self(there.collect()))
    }

    /// By how much the log-likelihood grows when an exchange is undone.
    fn gain(&self, exchange: Exchange) -> f64 {
        let wave = |(moments, shape): &(Moments, &Shape)| {
            (shape.mahalanobis(moments) - shape.mahalanobis(&exchanged(moments, exchange.of))) / 2.0
        };
        self.0.iter().map(wave).sum()
    }
}

/// Of P, QRS and ST-T; `None` of a wave that is not there.
pub(super) fn wave_moments(measured: &Measured) -> Option<[Option<Moments>; 3]> {
    Some(cut_waves(measured)?.map(|points| moments(&points)))
}

impl Shape {
    /// The mean squared Mahalanobis distance of the points.
    fn mahalanobis(&self, moments: &Moments) -> f64 {
        let rows = self.matrix().into_iter().zip(moments);
        rows.map(|(p, m)| p.iter().zip(m).map(|(p, m)| p * m).sum::<f64>())
            .sum()
    }
}

/// The moments that the points have after an exchange.
fn exchanged(moments: &Moments, of: fn([f64; LEADS]) -> [f64; LEADS]) -> Moments {
    let rows = transposed(&moments.map(of));
    transposed(&rows.map(of))
}

fn transposed(m: &Moments) -> Moments {
    std::array::from_fn(|i| std::array::from_fn(|j| m[j][i]))
}

/// One point of the eight leads for each sample of a wave.
type Points = Vec<[f64; LEADS]>;

/// P, QRS and ST-T of the median beat, from the level before QRS; a wave that
/// is not there is empty.
fn cut_waves(measured: &Measured) -> Option<[Points; 3]> {
    let fiducials = measured.measurements.fiducials?;
    let (beat, qrs) = measured.qrs()?;
    let lead = |lead| beat.lead(lead);
    let leads = [
        lead(Lead::I)?,
        lead(Lead::II)?,
        lead(Lead::V1)?,
        lead(Lead::V2)?,
        lead(Lead::V3)?,
        lead(Lead::V4)?,
        lead(Lead::V5)?,
        lead(Lead::V6)?,
    ];
    let length = leads[0].len();
    let before = qrs.start.saturating_sub(11)..qrs.start.saturating_sub(3);
    let level = leads.map(|x| mean(x.get(before.clone()).unwrap_or(&[])));
    let points = |from: usize, to: usize| -> Points {
        (from..to.min(length))
            .map(|n| std::array::from_fn(|l| leads[l][n] - level[l]))
            .collect()
    };
    let at = |s: f64| beat.sample(s);
    let p = fiducials
        .p
        .map(|p| points(at(p.onset_s), at(p.offset_s) + 1));
    let t = fiducials.t.map(|t| points(qrs.end - 1, at(t.offset_s) + 1));
    Some([
        p.map(above_its_ends).unwrap_or_default(),
        points(qrs.start, qrs.end),
        t.unwrap_or_default(),
    ])
}

/// Without the line between its ends: a P wave stands on the foot of T.
fn above_its_ends(points: Points) -> Points {
    let end = points.len().min(4);
    let mean_of = |part: &[[f64; LEADS]]| -> [f64; LEADS] {
        std::array::from_fn(|l| mean(&part.iter().map(|x| x[l]).collect::<Vec<_>>()))
    };
    let first = mean_of(&points[..end]);
    let last = mean_of(&points[points.len() - end..]);
    let steps = points.len().saturating_sub(1).max(1) as f64;
    let above = |(n, x): (usize, [f64; LEADS])| {
        let t = n as f64 / steps;
        std::array::from_fn(|l| x[l] - first[l] * (1.0 - t) - last[l] * t)
    };
    points.into_iter().enumerate().map(above).collect()
}

/// `None` of too few points, or of points without size.
fn moments(points: &Points) -> Option<Moments> {
    let power: f64 = points.iter().flatten().map(|v| v * v).sum::<f64>() / LEADS as f64;
    if points.len() < 3 || !(power.is_finite() && power > 0.0) {
        return None;
    }
    let mut moments = [[0.0; LEADS]; LEADS];
    for point in points {
        for (row, a) in moments.iter_mut().zip(point) {
            for (sum, b) in row.iter_mut().zip(point) {
                *sum += a * b / power;
            }
        }
    }
    Some(moments)
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len().max(1) as f64
}
