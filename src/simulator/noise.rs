//! What a recording has besides the heart: breath, muscles, mains, electrodes
//! that move. Every electrode has its own.

use super::lead_field::{ELECTRODES, Potentials};
use super::mix::Mix;
use super::random::Random;

/// How much noise there is, as a multiple of what carts usually record: 0 is
/// none, 1 the usual mixture of good and bad recordings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// Baseline wander, below 0.4 Hz.
    pub wander: f64,
    /// Muscles, above 20 Hz.
    pub muscle: f64,
    /// 50 Hz.
    pub mains: f64,
    /// Sudden shifts of one electrode.
    pub motion: f64,
}

impl Noise {
    pub const NONE: Self = Self::times(0.0);
    pub const USUAL: Self = Self::times(1.0);

    /// So many times the usual of everything.
    pub const fn times(level: f64) -> Self {
        Self {
            wander: level,
            muscle: level,
            mains: level,
            motion: level,
        }
    }

    /// As `[wander, muscle, mains, motion]`.
    pub(super) fn levels(self) -> [f64; 4] {
        [self.wander, self.muscle, self.mains, self.motion]
    }
}

impl Default for Noise {
    fn default() -> Self {
        Self::USUAL
    }
}

/// How much of each, in millivolts at an electrode.
struct Levels {
    wander_mv: f64,
    muscle_mv: f64,
    mains_mv: f64,
    /// Sudden shifts of one electrode in the recording.
    motions: usize,
}

impl Levels {
    /// Most recordings are good, some are middling, few are bad.
    fn new(random: &mut Random) -> Self {
        let quality = random.uniform(0.0, 1.0);
        let mains = random.chance(0.35);
        let (wander, muscle, mains_mv) = if quality < 0.62 {
            ((0.006, 0.030), (0.0020, 0.0060), 0.003)
        } else if quality < 0.92 {
            ((0.025, 0.075), (0.005, 0.013), 0.008)
        } else {
            ((0.070, 0.160), (0.010, 0.022), 0.014)
        };
        Self {
            wander_mv: random.uniform(wander.0, wander.1),
            muscle_mv: random.uniform(muscle.0, muscle.1),
            mains_mv: if mains {
                random.uniform(0.2, 1.0) * mains_mv
            } else {
                0.0
            },
            motions: usize::from(quality > 0.55 && random.chance(0.18)),
        }
    }
}

/// Adds the noise of one recording to the potentials at `times_s`.
pub(super) fn add(
    potentials: &mut [Potentials],
    times_s: &[f64],
    respiration_hz: f64,
    noise: Noise,
    mix: Mix,
    random: &mut Random,
) {
    if noise == Noise::NONE {
        return;
    }
    let mut levels = Levels::new(random);
    levels.wander_mv *= noise.wander;
    levels.muscle_mv *= noise.muscle;
    levels.mains_mv *= noise.mains;
    for electrode in 0..ELECTRODES {
        let wander = wander(random, respiration_hz, levels.wander_mv);
        let white = white(random, times_s.len(), mix);
        let muscle = muscle(random, white, times_s, levels.muscle_mv);
        let mains_mv = levels.mains_mv * random.uniform(0.3, 1.0);
        let mains_phase = random.phase();
        let mut mains = Sine::new(50.0, mains_mv, mains_phase, times_s);
        let mut sines = wander.map(|(hz, mv, phase)| Sine::new(hz, mv, phase, times_s));
        for (p, muscle_mv) in potentials.iter_mut().zip(muscle) {
            let wander_mv: f64 = sines.iter_mut().map(Sine::next).sum();
            p[electrode] += wander_mv + muscle_mv + mains.next();
        }
    }
    for _ in 0..levels.motions {
        motion(potentials, times_s, noise.motion, random);
    }
}

/// Slow drift: a few sines below 0.4 Hz, one of them the breath, as frequency,
/// amplitude and phase.
fn wander(random: &mut Random, respiration_hz: f64, mv: f64) -> [(f64, f64, f64); 4] {
    let mut sine = |frequency_hz: f64, share: f64| {
        (
            frequency_hz,
            mv * share * random.uniform(0.4, 1.2),
            random.phase(),
        )
    };
    let slow = [sine(0.06, 0.9), sine(0.13, 0.6), sine(0.31, 0.25)];
    [slow[0], slow[1], slow[2], sine(respiration_hz, 0.6)]
}

/// A sine at evenly spaced times, by turning a phasor: 1e-12 near to the sine
/// after an ECG's length, at a tenth of its price.
struct Sine {
    re: f64,
    im: f64,
    turn: (f64, f64),
}

impl Sine {
    fn new(hz: f64, mv: f64, phase: f64, times_s: &[f64]) -> Self {
        let start_s = times_s.first().copied().unwrap_or(0.0);
        let step_s = times_s.get(1).copied().unwrap_or(start_s) - start_s;
        let (sin, cos) = (std::f64::consts::TAU * hz * start_s + phase).sin_cos();
        let (turn_sin, turn_cos) = (std::f64::consts::TAU * hz * step_s).sin_cos();
        Self {
            re: mv * cos,
            im: mv * sin,
            turn: (turn_cos, turn_sin),
        }
    }

    fn next(&mut self) -> f64 {
        let (now, (cos, sin)) = (self.im, self.turn);
        (self.re, self.im) = (self.re * cos - self.im * sin, self.re * sin + self.im * cos);
        now
    }
}

/// White noise. The rhythms of the demonstration keep the noise that they have
/// always had; for all else half of the work will do.
fn white(random: &mut Random, samples: usize, mix: Mix) -> Vec<f64> {
    if mix == Mix::Rhythms {
        return (0..samples).map(|_| random.normal(0.0, 1.0)).collect();
    }
    let pairs = samples.div_ceil(2);
    let mut white: Vec<f64> = (0..pairs).flat_map(|_| random.normal_pair()).collect();
    white.truncate(samples);
    white
}

/// Muscle noise, roughly 15 to 120 Hz, at times swelling for a second or two.
fn muscle(random: &mut Random, white: Vec<f64>, times_s: &[f64], mv: f64) -> Vec<f64> {
    let (mut fast, mut slow) = (0.0, 0.0);
    let mut noise = white;
    for x in &mut noise {
        fast += 0.7 * (*x - fast);
        slow += 0.18 * (fast - slow);
        *x = fast - slow;
    }
    let power = noise.iter().map(|x| x * x).sum::<f64>() / noise.len().max(1) as f64;
    let scale = mv / power.sqrt().max(1e-12);
    let burst = if random.chance(0.12) {
        random.uniform(0.8, 2.2)
    } else {
        0.0
    };
    let centre_s = random.uniform(0.0, 10.0);
    let width_s = random.uniform(0.4, 1.2);
    for (x, time_s) in noise.iter_mut().zip(times_s) {
        if burst == 0.0 {
            *x *= scale;
            continue;
        }
        let from_centre = (time_s - centre_s) / width_s;
        *x *= scale * (1.0 + burst * (-from_centre * from_centre).exp());
    }
    noise
}

/// One electrode shifts within a tenth of a second and comes back in a second.
fn motion(potentials: &mut [Potentials], times_s: &[f64], level: f64, random: &mut Random) {
    let electrode = random.below(ELECTRODES);
    let start_s = random.uniform(0.5, 9.0);
    let sign = if random.chance(0.5) { 1.0 } else { -1.0 };
    let mv = level * sign * random.uniform(0.08, 0.25);
    let back_s = random.uniform(0.25, 0.6);
    for (p, time_s) in potentials.iter_mut().zip(times_s) {
        let since_s = time_s - start_s;
        if since_s > 0.0 {
            p[electrode] += mv * (1.0 - (-since_s / 0.05).exp()) * (-since_s / back_s).exp();
        }
    }
}
