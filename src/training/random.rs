//! Randomness of a run, derived from (seed, stage, epoch, step): a resumed run
//! draws what an uninterrupted one would have drawn.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// What is drawn; each has a stream of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draw {
    Order,
    Augmentation,
    Dropout,
    Prototypes,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub seed: u64,
    pub stage: usize,
    pub epoch: usize,
    /// Batch of the epoch.
    pub step: usize,
}

impl Moment {
    /// The generator of one kind of draw at this moment.
    pub fn generator(self, draw: Draw) -> ChaCha8Rng {
        let mut key = [0u8; 32];
        let parts = [
            self.seed,
            self.stage as u64,
            self.epoch as u64,
            self.step as u64,
        ];
        for (part, value) in parts.into_iter().enumerate() {
            key[8 * part..8 * part + 8].copy_from_slice(&value.to_le_bytes());
        }
        let mut random = ChaCha8Rng::from_seed(key);
        random.set_stream(draw as u64);
        random
    }

    /// The order of `count` records in this epoch.
    pub fn order(self, count: usize) -> Vec<i64> {
        let mut order: Vec<i64> = (0..count as i64).collect();
        order.shuffle(&mut Self { step: 0, ..self }.generator(Draw::Order));
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    #[test]
    fn every_moment_and_draw_has_numbers_of_its_own() {
        let moment = Moment {
            seed: 1,
            stage: 2,
            epoch: 3,
            step: 4,
        };
        let first = |moment: Moment, draw| moment.generator(draw).random::<u64>();
        let here = first(moment, Draw::Dropout);
        assert_eq!(here, first(moment, Draw::Dropout));
        assert_ne!(here, first(moment, Draw::Augmentation));
        for other in [
            Moment { seed: 9, ..moment },
            Moment { stage: 9, ..moment },
            Moment { epoch: 9, ..moment },
            Moment { step: 9, ..moment },
        ] {
            assert_ne!(here, first(other, Draw::Dropout));
        }
        let mut order = moment.order(100);
        assert_ne!(order, (0..100).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }
}
