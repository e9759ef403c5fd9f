//! What goes wrong with a recording before a program sees it, done on purpose
//! to a good one.

use protoecg::dsp::resample;
use protoecg::ecg::{Lead, Recording};
use protoecg::plausibility::{Admitted, Code, Severity};

/// One kind of fault.
pub struct Fault {
    pub name: &'static str,
    /// The finding that means that it was caught.
    pub code: Code,
    /// Words in the message of a finding that names it rightly.
    pub named: &'static str,
    /// The least share that must be caught.
    pub target: Option<f64>,
    /// Told the recording and a number of its own.
    pub done: fn(&Recording, u64) -> Recording,
}

impl Fault {
    pub fn is_caught(&self, admitted: &Admitted) -> bool {
        let gravest = admitted.report.findings.iter();
        gravest
            .filter(|f| f.severity <= Severity::Warn)
            .any(|f| f.code == self.code)
    }

    pub fn is_named(&self, admitted: &Admitted) -> bool {
        let mut remarks = admitted.report.remarks();
        remarks.any(|f| f.code == self.code && f.message.contains(self.named))
    }
}

fn fault(name: &'static str, code: Code, done: fn(&Recording, u64) -> Recording) -> Fault {
    Fault {
        name,
        code,
        named: "",
        target: None,
        done,
    }
}

impl Fault {
    fn at_least(self, share: f64) -> Self {
        Self {
            target: Some(share),
            ..self
        }
    }

    fn named(self, words: &'static str) -> Self {
        Self {
            named: words,
            ..self
        }
    }
}

pub fn all() -> Vec<Fault> {
    let mut faults = units();
    faults.extend(leads());
    faults.extend(rates());
    faults.extend(swaps());
    faults
}

fn units() -> Vec<Fault> {
    let unit = |name, done| fault(name, Code::AmplitudeScale, done);
    vec![
        unit("unit, 1,000,000 times too large", |r, _| scaled(r, 1e6)).at_least(0.99),
        unit("unit, 1,000 times too large", |r, _| scaled(r, 1e3)).at_least(0.99),
        unit("unit, 100 times too large", |r, _| scaled(r, 1e2)).at_least(0.99),
        unit("unit, 10 times too large", |r, _| scaled(r, 10.0)).at_least(0.99),
        unit("unit, 10 times too small", |r, _| scaled(r, 0.1)).at_least(0.99),
        unit("unit, 100 times too small", |r, _| scaled(r, 1e-2)).at_least(0.99),
        unit("unit, 1,000 times too small", |r, _| scaled(r, 1e-3)).at_least(0.99),
        unit("unit, 1,000,000 times too small", |r, _| scaled(r, 1e-6)).at_least(0.99),
        unit("gain, 5 times too large", |r, _| scaled(r, 5.0)),
        unit("gain, 2 times too large", |r, _| scaled(r, 2.0)),
        unit("gain, 2 times too small", |r, _| scaled(r, 0.5)),
        unit("gain, 5 times too small", |r, _| scaled(r, 0.2)),
    ]
}

fn leads() -> Vec<Fault> {
    let flat = |name, done| fault(name, Code::FlatLead, done).at_least(0.99);
    vec![
        flat("flat lead, zero", |r, n| on_lead(r, n, |_, _, _| 0.0)),
        flat("flat lead, noise of 5 uV", |r, n| {
            on_lead(r, n, |_, t, rate| 0.005 * noise(n, t, rate))
        }),
        flat("flat lead, held for 2 s", |r, n| {
            let at_s = 1.0 + (n % 70) as f64 / 10.0;
            let mut changed = r.clone();
            let samples = lead_mut(&mut changed, n);
            let (from, to) = (at_s * r.rate_hz, (at_s + 2.0) * r.rate_hz);
            let held = samples[from as usize];
            samples[from as usize..to as usize].fill(held);
            changed
        }),
        fault(
            "clipped lead, at half of its height",
            Code::ClippedLead,
            |r, n| {
                let largest = r
                    .lead(lead(n))
                    .unwrap()
                    .iter()
                    .fold(0.0, |a: f64, v| a.max(v.abs()));
                on_lead(r, n, |v, _, _| v.clamp(-largest / 2.0, largest / 2.0))
            },
        ),
        fault("missing lead", Code::MissingLead, |r, n| {
            let mut changed = r.clone();
            changed.channels.retain(|c| c.lead != Some(lead(n)));
            changed
        }),
        fault("lead with noise of 0.1 mV", Code::Noise, |r, n| {
            on_lead(r, n, |v, t, rate| v + 0.1 * noise(n, t, rate))
        }),
        fault("lead with wander of 6 mV", Code::Wander, |r, n| {
            on_lead(r, n, |v, t, _| {
                v + 3.0 * (std::f64::consts::TAU * 0.25 * t).sin()
            })
        }),
        fault("limb lead 0.3 s late", Code::EinthovenResidual, |r, _| {
            let mut changed = r.clone();
            let late = (0.3 * r.rate_hz) as usize;
            channel(&mut changed, Lead::III).rotate_right(late);
            changed
        }),
        fault(
            "lead names I and II exchanged",
            Code::EinthovenResidual,
            |r, _| {
                let with = |one: Lead| match one {
                    Lead::I => Lead::II,
                    Lead::II => Lead::I,
                    other => other,
                };
                reordered(r, with)
            },
        ),
        fault(
            "calibration pulse at the end",
            Code::CalibrationPulse,
            |r, _| with_pulse(r, false),
        )
        .named("1.0"),
        fault(
            "calibration pulse at the start",
            Code::CalibrationPulse,
            |r, _| with_pulse(r, true),
        )
        .named("1.0"),
    ]
}

fn rates() -> Vec<Fault> {
    let rate = |name, done| fault(name, Code::TimeScale, done);
    vec![
        rate("declared rate 10 times too high", |r, _| faster(r, 10.0)).at_least(0.99),
        rate("declared rate 5 times too high", |r, _| faster(r, 5.0)).at_least(0.99),
        rate("declared rate 4 times too high", |r, _| faster(r, 4.0)).at_least(0.99),
        rate("declared rate 2.5 times too high", |r, _| faster(r, 2.5)),
        rate("declared rate 2 times too high", |r, _| faster(r, 2.0)),
        rate("declared rate 2 times too low", |r, _| slower(r, 2.0)),
        rate("declared rate 2.5 times too low", |r, _| slower(r, 2.5)),
        rate("declared rate 4 times too low", |r, _| slower(r, 4.0)).at_least(0.99),
        rate("declared rate 5 times too low", |r, _| slower(r, 5.0)).at_least(0.99),
        rate("declared rate 10 times too low", |r, _| slower(r, 10.0)).at_least(0.99),
    ]
}

fn swaps() -> Vec<Fault> {
    let limb = |name, done| fault(name, Code::LimbLeadSwap, done);
    let chest = |name, done| fault(name, Code::ChestLeadSwap, done);
    vec![
        limb("RA and LA exchanged", |r, _| {
            electrodes(r, ["LA", "RA", "LL"])
        })
        .named("RA and LA")
        .at_least(0.85),
        limb("RA and LL exchanged", |r, _| {
            electrodes(r, ["LL", "LA", "RA"])
        })
        .named("RA and LL"),
        limb("LA and LL exchanged", |r, _| {
            electrodes(r, ["RA", "LL", "LA"])
        })
        .named("LA and LL"),
        limb("RA, LA, LL each one further", |r, _| {
            electrodes(r, ["LA", "LL", "RA"])
        }),
        limb("RA, LA, LL each one back", |r, _| {
            electrodes(r, ["LL", "RA", "LA"])
        }),
        limb("RA and RL exchanged", |r, _| {
            electrodes(r, ["RL", "LA", "LL"])
        })
        .named("RA and RL"),
        limb("LA and RL exchanged", |r, _| {
            electrodes(r, ["RA", "RL", "LL"])
        })
        .named("LA and RL"),
        chest("V1 to V6 in reverse", |r, _| {
            chest_order(r, [6, 5, 4, 3, 2, 1])
        })
        .named("in reverse"),
        chest("V1 and V2 exchanged", |r, _| {
            chest_order(r, [2, 1, 3, 4, 5, 6])
        })
        .named("V1 and V2"),
        chest("V2 and V3 exchanged", |r, _| {
            chest_order(r, [1, 3, 2, 4, 5, 6])
        })
        .named("V2 and V3"),
        chest("V3 and V4 exchanged", |r, _| {
            chest_order(r, [1, 2, 4, 3, 5, 6])
        })
        .named("V3 and V4"),
        chest("V4 and V5 exchanged", |r, _| {
            chest_order(r, [1, 2, 3, 5, 4, 6])
        })
        .named("V4 and V5"),
        chest("V5 and V6 exchanged", |r, _| {
            chest_order(r, [1, 2, 3, 4, 6, 5])
        })
        .named("V5 and V6"),
        chest("V1 and V3 exchanged", |r, _| {
            chest_order(r, [3, 2, 1, 4, 5, 6])
        })
        .named("V1 and V3"),
        chest("V4 and V6 exchanged", |r, _| {
            chest_order(r, [1, 2, 3, 6, 5, 4])
        })
        .named("V4 and V6"),
    ]
}

fn lead(n: u64) -> Lead {
    Lead::STANDARD[(n % 12) as usize]
}

fn channel(recording: &mut Recording, lead: Lead) -> &mut Vec<f64> {
    let mut channels = recording.channels.iter_mut();
    let channel = channels.find(|c| c.lead == Some(lead)).unwrap();
    &mut channel.samples_mv
}

fn lead_mut(recording: &mut Recording, n: u64) -> &mut Vec<f64> {
    channel(recording, lead(n))
}

fn mapped(r: &Recording, f: impl Fn(&[f64]) -> Vec<f64>) -> Recording {
    let mut changed = r.clone();
    for channel in &mut changed.channels {
        channel.samples_mv = f(&channel.samples_mv);
    }
    changed
}

fn scaled(r: &Recording, factor: f64) -> Recording {
    mapped(r, |x| x.iter().map(|v| v * factor).collect())
}

/// One lead, from its value, the time and the rate.
fn on_lead(r: &Recording, n: u64, f: impl Fn(f64, f64, f64) -> f64) -> Recording {
    let mut changed = r.clone();
    let rate = r.rate_hz;
    let samples = lead_mut(&mut changed, n).iter_mut().enumerate();
    samples.for_each(|(i, v)| *v = f(*v, i as f64 / rate, rate));
    changed
}

/// White noise of power 1, the same for the same numbers.
fn noise(n: u64, t: f64, rate: f64) -> f64 {
    let mut x = (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ ((t * rate).round() as u64);
    let mut uniform = || {
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^= x >> 31;
        x as f64 / u64::MAX as f64
    };
    // Twelve uniform numbers have a sum of variance 1.
    (0..12).map(|_| uniform()).sum::<f64>() - 6.0
}

/// A longer ECG whose declared rate is too high: as long as the models read at
/// the declared rate. It is the same ECG again and again.
fn faster(r: &Recording, times: f64) -> Recording {
    let samples = (10.0 * r.rate_hz * times).ceil() as usize;
    let mut changed = mapped(r, |x| x.iter().copied().cycle().take(samples).collect());
    changed.rate_hz *= times;
    changed
}

/// An ECG whose declared rate is too low, and still 100 Hz or more.
fn slower(r: &Recording, times: f64) -> Recording {
    let rate_hz = (100.0 * times).max(r.rate_hz);
    let mut changed = mapped(r, |x| resample(x, r.rate_hz, rate_hz).unwrap());
    changed.rate_hz = rate_hz / times;
    changed
}

/// The electrodes on whose place RA, LA and LL are. The right leg is at the
/// potential of the left one.
pub fn electrodes(r: &Recording, [ra, la, ll]: [&str; 3]) -> Recording {
    let get = |lead| r.lead(lead).unwrap();
    let (one, two) = (get(Lead::I), get(Lead::II));
    // From RA, which a difference does not show.
    let potential = |name: &str, t: usize| match name {
        "RA" => 0.0,
        "LA" => one[t],
        _ => two[t],
    };
    let terminal = |t: usize, names: [&str; 3]| {
        let sum: f64 = names.iter().map(|name| potential(name, t)).sum();
        sum / 3.0
    };
    let mut changed = r.clone();
    for channel in &mut changed.channels {
        for t in 0..channel.samples_mv.len() {
            let [ra, la, ll] = [ra, la, ll].map(|name| potential(name, t));
            channel.samples_mv[t] = match channel.lead {
                Some(Lead::I) => la - ra,
                Some(Lead::II) => ll - ra,
                Some(Lead::III) => ll - la,
                Some(Lead::AVR) => ra - (la + ll) / 2.0,
                Some(Lead::AVL) => la - (ra + ll) / 2.0,
                Some(Lead::AVF) => ll - (ra + la) / 2.0,
                // The chest electrodes are where they were, against another
                // terminal.
                _ => channel.samples_mv[t] + terminal(t, ["RA", "LA", "LL"]) - (ra + la + ll) / 3.0,
            };
        }
    }
    changed
}

pub fn chest_order(r: &Recording, order: [usize; 6]) -> Recording {
    reordered(r, |lead| match lead.index() {
        n @ 6..12 => Lead::STANDARD[5 + order[n - 6]],
        _ => lead,
    })
}

/// Each lead with the samples of another.
fn reordered(r: &Recording, of: impl Fn(Lead) -> Lead) -> Recording {
    let mut changed = r.clone();
    for channel in &mut changed.channels {
        if let Some(lead) = channel.lead {
            channel.samples_mv = r.lead(of(lead)).unwrap().to_vec();
        }
    }
    changed
}

/// 1 mV for 0.2 s in all leads, a level beside it, as a cart puts it there.
pub fn with_pulse(r: &Recording, at_the_start: bool) -> Recording {
    let level = vec![0.0; (0.1 * r.rate_hz) as usize];
    let top = vec![1.0; (0.2 * r.rate_hz) as usize];
    let pulse = [level.clone(), top, level].concat();
    mapped(r, |x| match at_the_start {
        true => [pulse.as_slice(), x].concat(),
        false => [x, pulse.as_slice()].concat(),
    })
}
