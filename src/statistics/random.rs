//! The random numbers of every bootstrap here.

/// L'Ecuyer's combined multiple recursive generator MRG32k3a (Operations
/// Research 47 (1999) 159-164, table II), seeded as R seeds it.
///
/// This one because R has it: after `set.seed(seed, kind = "L'Ecuyer-CMRG")`
/// R's `runif` gives the same numbers, so a script that goes out with a report
/// draws the same resamples and must find the same interval.
#[derive(Clone, Debug)]
pub(super) struct Mrg32k3a {
    first: [i64; 3],
    second: [i64; 3],
}

const MODULUS_1: i64 = 4_294_967_087;
const MODULUS_2: i64 = 4_294_944_443;

impl Mrg32k3a {
    /// `set.seed(seed, kind = "L'Ecuyer-CMRG")`.
    pub fn seeded(seed: u32) -> Self {
        let mut scrambled = seed;
        let mut next = || {
            scrambled = scrambled.wrapping_mul(69_069).wrapping_add(1);
            i64::from(scrambled)
        };
        for _ in 0..50 {
            next();
        }
        let mut word = || {
            loop {
                let word = next();
                if word < MODULUS_2 {
                    return word;
                }
            }
        };
        let mut three = || [word(), word(), word()];
        Self {
            first: three(),
            second: three(),
        }
    }

    /// Uniform in (0, 1), R's `runif(1)`.
    pub fn unit(&mut self) -> f64 {
        let [a, b, c] = self.first;
        let p = (1_403_580 * b - 810_728 * a).rem_euclid(MODULUS_1);
        self.first = [b, c, p];
        let [a, b, c] = self.second;
        let q = (527_612 * c - 1_370_589 * a).rem_euclid(MODULUS_2);
        self.second = [b, c, q];
        let difference = if p > q { p - q } else { p - q + MODULUS_1 };
        difference as f64 * 2.328_306_549_295_728e-10
    }

    /// One of 0 to n - 1: R's `floor(runif(1) * n)`. Uniform to n parts in 2^32.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::Mrg32k3a;

    /// tests/truth/agreement.R, "runif".
    #[test]
    fn equals_the_generator_of_r() {
        let truth: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/truth/agreement_r.json")).unwrap();
        for (seed, name) in [(1, "runif_1"), (20_261_124, "runif_20261124")] {
            let mut random = Mrg32k3a::seeded(seed);
            for expected in truth[name].as_array().unwrap() {
                let found = random.unit();
                assert!((found - expected.as_f64().unwrap()).abs() < 1e-15, "{seed}");
            }
        }
    }
}
