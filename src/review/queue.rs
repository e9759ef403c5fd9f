//! What one rater sees, in which order: training first, then the prototypes
//! with their hidden repeats.
//!
//! Every draw is a SHA-256 and no shuffle, so that it is the same in every
//! version and on every machine, and two lines in any language reproduce it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::protocol::{Order, Repeats, Stop};
use super::{Rater, Study};

/// One place in a rater's queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot {
    pub phase: Phase,
    /// Number of the prototype in the bundle; in a study of pairs that of the
    /// pair ([`super::Item::prototype`]).
    pub prototype: usize,
}

/// What an answer is for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Practice; in no result.
    Training,
    #[default]
    Main,
    /// The second time, for the agreement of a rater with herself.
    Repeat,
}

impl Phase {
    /// As in the CSV and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Main => "main",
            Self::Repeat => "repeat",
        }
    }
}

/// The hash by which `what` is drawn or ordered, of
/// `protoecg <purpose> 1|<seed>|<who>|<what>`.
pub(super) fn draw(purpose: &str, seed: u32, who: &str, what: &str) -> [u8; 32] {
    Sha256::digest(format!("protoecg {purpose} 1|{seed}|{who}|{what}")).into()
}

/// 0 to n - 1 from the first eight bytes of a hash, little endian.
fn below(hash: [u8; 32], n: usize) -> usize {
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    (u64::from_le_bytes(first) % n.max(1) as u64) as usize
}

/// All places of a rater.
pub(super) fn queue(study: &Study, rater: &Rater) -> Vec<Slot> {
    let mut main = main_order(study, rater);
    if let Stop::After(count) = study.protocol.stop {
        main.truncate(count);
    }
    let training = study.training.iter().map(|item| Slot {
        phase: Phase::Training,
        prototype: item.prototype,
    });
    training
        .chain(with_repeats(
            &main,
            study.protocol.repeats,
            study.seed,
            rater,
        ))
        .collect()
}

/// The prototypes in the order of the protocol.
pub(super) fn main_order(study: &Study, rater: &Rater) -> Vec<usize> {
    let key = |purpose: &str, what: &str| draw(purpose, study.seed, rater.as_str(), what);
    let place = |prototype: usize| key("order", &prototype.to_string());
    let mut items: Vec<(usize, &str)> = study
        .items
        .iter()
        .map(|item| (item.prototype, item.class_code.as_str()))
        .collect();
    items.sort_by_cached_key(|(prototype, _)| place(*prototype));
    match study.protocol.order {
        Order::Random => {}
        // Stable: within a class the random order stays.
        Order::ByClass => items.sort_by_cached_key(|(_, class)| key("class", class)),
        Order::Balanced => {
            let round_of = |i: usize| items[..i].iter().filter(|(_, c)| *c == items[i].1).count();
            let mut rounds: Vec<_> = (0..items.len())
                .map(|i| (round_of(i), key("class", items[i].1), items[i].0))
                .collect();
            rounds.sort();
            return rounds.into_iter().map(|(_, _, p)| p).collect();
        }
    }
    items.into_iter().map(|(prototype, _)| prototype).collect()
}

/// How many prototypes of `n` come twice.
pub(super) fn repeat_count(n: usize, repeats: Repeats) -> usize {
    (repeats.share * n as f64).round() as usize
}

/// Places each drawn prototype a second time, `apart` places or more after
/// the first: a random place before the `t`-th prototype or at the end.
fn with_repeats(main: &[usize], repeats: Repeats, seed: u32, rater: &Rater) -> Vec<Slot> {
    let wanted = repeat_count(main.len(), repeats);
    let key = |purpose: &str, prototype: usize| {
        draw(purpose, seed, rater.as_str(), &prototype.to_string())
    };
    let last_first_time = (main.len() + 1).saturating_sub(repeats.apart);
    let mut candidates: Vec<usize> = (0..last_first_time.min(main.len())).collect();
    candidates.sort_by_cached_key(|&place| key("repeat", main[place]));
    candidates.truncate(wanted);
    let mut again: Vec<(usize, usize)> = candidates
        .into_iter()
        .map(|place| {
            let earliest = place + repeats.apart;
            let room = main.len() + 1 - earliest;
            let before = earliest + below(key("repeat place", main[place]), room);
            (before, main[place])
        })
        .collect();
    again.sort_unstable();
    let mut again = again.into_iter().peekable();
    let mut slots = Vec::with_capacity(main.len() + wanted);
    for place in 0..=main.len() {
        while let Some((_, prototype)) = again.next_if(|(before, _)| *before == place) {
            slots.push(Slot {
                phase: Phase::Repeat,
                prototype,
            });
        }
        if let Some(&prototype) = main.get(place) {
            slots.push(Slot {
                phase: Phase::Main,
                prototype,
            });
        }
    }
    slots
}
