//! Beats of one shape, which of them the median beat is made of, and their
//! R peaks.

use super::signal::{Signal, across_leads, samples};

/// Beats are compared over this to either side of their middle.
const HALF_S: f64 = 0.09;
/// How far a beat may be shifted to fit.
const SHIFT_S: f64 = 0.04;
/// Beats of one shape: correlation over all leads, and ratio of their sizes.
const CORRELATION: f64 = 0.90;
const SIZE_RATIO: f64 = 0.6;
/// A beat is premature after less than this share of the usual RR.
const PREMATURE: f64 = 0.80;
/// A group may be the dominant one with this share of the largest: in
/// bigeminy the ventricular beats may be one more.
const SHARE_OF_LARGEST: f64 = 0.34;

/// A beat, its R peak and its group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct GroupedBeat {
    pub r: usize,
    /// `None` where the recording begins or ends within the beat; such a beat
    /// counts if the rest of it looks like another beat.
    pub group: Option<usize>,
    pub premature: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Groups {
    pub beats: Vec<GroupedBeat>,
    pub dominant: Option<usize>,
}

impl Groups {
    /// How many groups there are; they are numbered from 0.
    pub fn count(&self) -> usize {
        let numbers = self.beats.iter().filter_map(|b| b.group);
        numbers.max().map_or(0, |last| last + 1)
    }

    pub fn has(&self, group: usize) -> bool {
        self.beats.iter().any(|b| b.group == Some(group))
    }

    /// R peaks of the beats that the median beat is made of: of a group,
    /// without premature ones while three are left.
    pub fn typical(&self, group: Option<usize>) -> Vec<usize> {
        let of_group = |b: &&GroupedBeat| b.group.is_some() && b.group == group;
        let all: Vec<_> = self.beats.iter().filter(of_group).collect();
        let timely: Vec<usize> = all.iter().filter(|b| !b.premature).map(|b| b.r).collect();
        if timely.len() >= 3 {
            return timely;
        }
        all.iter().map(|b| b.r).collect()
    }
}

/// Groups beats by shape. `signal` has no baseline; `middles` come from
/// [`super::detect`].
pub(super) fn grouped(signal: &Signal, middles: &[usize]) -> Groups {
    let mut groups: Vec<Template> = Vec::new();
    let mut fits: Vec<Option<(usize, usize)>> = Vec::new();
    for &middle in middles {
        let best = groups
            .iter()
            .enumerate()
            .filter_map(|(g, template)| Some((g, template.fit(signal, middle)?)))
            .max_by(|a, b| f64::total_cmp(&a.1.correlation, &b.1.correlation));
        let fit = match best {
            Some((g, fit)) if fit.is_same_shape() => Some((g, fit.at)),
            _ => Template::of(signal, middle).map(|template| {
                groups.push(template);
                (groups.len() - 1, middle)
            }),
        };
        if let Some((g, at)) = fit
            && let Some(beat) = cut(signal, at)
        {
            groups[g].add(&beat);
        }
        fits.push(fit);
    }
    let grouped = middles.iter().zip(&fits).filter_map(|(&middle, fit)| {
        let r = match *fit {
            Some((g, at)) => (at + groups[g].r()).saturating_sub(samples(HALF_S)),
            None => groups
                .iter()
                .find_map(|g| g.r_of_cut_beat(signal, middle))?,
        };
        Some(GroupedBeat {
            r,
            group: fit.map(|(g, _)| g),
            premature: false,
        })
    });
    let mut beats: Vec<GroupedBeat> = grouped.collect();
    beats.dedup_by(|b, a| b.r <= a.r + samples(HALF_S));
    mark_premature(&mut beats);
    let dominant = dominant(&beats, groups.len());
    Groups { beats, dominant }
}

fn mark_premature(beats: &mut [GroupedBeat]) {
    let rr: Vec<f64> = beats
        .windows(2)
        .map(|pair| pair[1].r.saturating_sub(pair[0].r) as f64)
        .collect();
    for i in 1..beats.len() {
        let around = &rr[i.saturating_sub(6)..(i + 5).min(rr.len())];
        let usual = super::signal::median(&mut around.to_vec()).unwrap_or(0.0);
        // In bigeminy the usual RR is neither: then the RR after decides.
        let after = rr.get(i).copied().unwrap_or(usual);
        beats[i].premature = rr[i - 1] < PREMATURE * usual.max(0.0)
            || (rr[i - 1] < PREMATURE * after && rr[i - 1] < 0.95 * usual);
    }
}

/// The largest group that is not mostly premature.
fn dominant(beats: &[GroupedBeat], groups: usize) -> Option<usize> {
    let count = |g: usize| beats.iter().filter(|b| b.group == Some(g)).count();
    let premature = |g: usize| {
        beats
            .iter()
            .filter(|b| b.group == Some(g) && b.premature)
            .count()
    };
    let largest = (0..groups).map(count).max()?;
    let enough = (SHARE_OF_LARGEST * largest as f64).max(1.0);
    let timely = |&g: &usize| count(g) as f64 >= enough && 2 * premature(g) < count(g);
    let by_count = |&a: &usize, &b: &usize| count(a).cmp(&count(b)).then(b.cmp(&a));
    (0..groups)
        .filter(timely)
        .max_by(by_count)
        .or_else(|| (0..groups).max_by(by_count))
}

/// The mean of the beats of a group, per lead, [`HALF_S`] to either side.
struct Template {
    leads: Vec<Vec<f64>>,
    beats: f64,
}

struct Fit {
    at: usize,
    correlation: f64,
    /// Size of the beat as a share of the template's.
    size: f64,
}

impl Fit {
    fn is_same_shape(&self) -> bool {
        self.correlation >= CORRELATION && (SIZE_RATIO..=1.0 / SIZE_RATIO).contains(&self.size)
    }
}

impl Template {
    fn of(signal: &Signal, middle: usize) -> Option<Self> {
        let leads = cut(signal, middle)?.into_iter().map(<[f64]>::to_vec);
        Some(Self {
            leads: leads.collect(),
            beats: 0.0,
        })
    }

    fn add(&mut self, beat: &[&[f64]]) {
        self.beats += 1.0;
        for (mean, lead) in self.leads.iter_mut().zip(beat) {
            for (m, v) in mean.iter_mut().zip(*lead) {
                *m += (v - *m) / self.beats;
            }
        }
    }

    /// Where near `middle` the beat is most like the template.
    fn fit(&self, signal: &Signal, middle: usize) -> Option<Fit> {
        let shift = samples(SHIFT_S);
        let own: f64 = self.leads.iter().flatten().map(|v| v * v).sum();
        (middle.saturating_sub(shift)..=middle + shift)
            .filter_map(|at| {
                let beat = cut(signal, at)?;
                let (mut product, mut square) = (0.0, 0.0);
                for (mean, lead) in self.leads.iter().zip(&beat) {
                    for (m, v) in mean.iter().zip(*lead) {
                        product += m * v;
                        square += v * v;
                    }
                }
                Some(Fit {
                    at,
                    correlation: product / (own * square).sqrt().max(1e-12),
                    size: (square / own.max(1e-12)).sqrt(),
                })
            })
            .max_by(|a, b| f64::total_cmp(&a.correlation, &b.correlation))
    }

    /// The R peak of a beat that the recording's end cuts off, if what is left
    /// of it has this shape and its R peak is in the recording.
    fn r_of_cut_beat(&self, signal: &Signal, middle: usize) -> Option<usize> {
        let length = signal.len() as isize;
        let half = samples(HALF_S) as isize;
        let (r, middle) = (self.r() as isize, middle as isize);
        let overlap = |at: isize| {
            let (mut product, mut own, mut square) = (0.0, 0.0, 0.0);
            for (mean, channel) in self.leads.iter().zip(&signal.channels) {
                for (i, m) in mean.iter().enumerate() {
                    let n = at - half + i as isize;
                    if (0..length).contains(&n) {
                        let v = channel.samples_mv[n as usize];
                        product += m * v;
                        own += m * m;
                        square += v * v;
                    }
                }
            }
            let fit = Fit {
                at: 0,
                correlation: product / (own * square).sqrt().max(1e-12),
                size: (square / own.max(1e-12)).sqrt(),
            };
            (at, fit)
        };
        let (at, fit) = (middle - half..=middle + half)
            .map(overlap)
            .max_by(|a, b| f64::total_cmp(&a.1.correlation, &b.1.correlation))?;
        let r = at - half + r;
        (fit.is_same_shape() && (0..length).contains(&r)).then_some(r as usize)
    }

    /// The R peak: where the leads together are largest.
    fn r(&self) -> usize {
        let length = self.leads.first().map_or(0, Vec::len);
        let size = |n: usize| across_leads(&self.leads, |lead| lead[n]);
        (0..length)
            .max_by(|&a, &b| f64::total_cmp(&size(a), &size(b)))
            .unwrap_or(0)
    }
}

fn cut(signal: &Signal, middle: usize) -> Option<Vec<&[f64]>> {
    let half = samples(HALF_S);
    let from = middle.checked_sub(half)?;
    signal
        .channels
        .iter()
        .map(|c| c.samples_mv.get(from..=middle + half))
        .collect()
}
