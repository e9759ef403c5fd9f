//! One simulated ECG.

use super::criteria;
use super::diagnosis::{meets_definition, statements};
use super::lead_field::{LeadField, Potentials, leads};
use super::mix::{Case, Mix, case_of};
use super::noise::{self, Noise};
use super::patient::Patient;
use super::random::{Purpose, Random};
use super::render::{DURATION_S, Scene, Shapes};
use super::rhythm::{Rhythm, Schedule};
use super::truth::Truth;
use crate::dsp::resample;
use crate::ecg::{Channel, Lead, Recording, Sex};

const RATE_HZ: f64 = 500.0;
const LOW_RATE_HZ: f64 = 100.0;

/// Simulated before and after the recording, so that the anti-aliasing filter
/// never meets an end.
const MARGIN_S: f64 = 0.5;

/// How often a rhythm is tried until its beats meet its definition. A try
/// fails about once in ten, so this many never do.
const TRIES: usize = 60;

/// An ECG with everything that is known about it.
#[derive(Clone, Debug)]
pub struct SimulatedEcg {
    /// 12 leads, 10 s, 100 Hz, 1 µV resolution.
    pub recording: Recording,
    /// The same at 500 Hz.
    pub recording_500_hz: Recording,
    /// SCP codes.
    pub statements: Vec<String>,
    /// The statement that the record was made for; it is among `statements`,
    /// but that a long PR may have its other name.
    pub example_of: &'static str,
    pub truth: Truth,
    /// A patient has one or two records, which follow each other.
    pub patient_id: i64,
    pub age_years: f64,
    pub sex: Sex,
}

/// What to simulate. Each ECG depends only on the recipe and its place, so a
/// shorter run is the beginning of a longer one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Recipe {
    pub mix: Mix,
    pub seed: u64,
    pub noise: Noise,
}

/// The first `records` ECGs of a seed, of [`Mix::Rhythms`] with the usual
/// noise. Every hundred have the same mix of rhythms.
pub fn simulate(records: usize, seed: u64) -> impl Iterator<Item = SimulatedEcg> {
    let recipe = Recipe {
        mix: Mix::Rhythms,
        seed,
        noise: Noise::USUAL,
    };
    recipe.ecgs(records)
}

/// The same ECGs without wander, muscle, mains and electrode motion, for
/// whoever measures them or adds noise of a known level.
pub fn simulate_without_noise(records: usize, seed: u64) -> impl Iterator<Item = SimulatedEcg> {
    let recipe = Recipe {
        mix: Mix::Rhythms,
        seed,
        noise: Noise::NONE,
    };
    recipe.ecgs(records)
}

impl Recipe {
    /// The first `records` ECGs.
    pub fn ecgs(self, records: usize) -> impl Iterator<Item = SimulatedEcg> {
        (0..records).map(move |index| self.ecg(index))
    }

    /// The statement that the ECG at a place is an example of, without
    /// simulating it.
    pub fn example(&self, index: usize) -> &'static str {
        case_of(self.mix, self.seed, index).code()
    }

    /// The ECG at a place, counted from 0.
    pub fn ecg(&self, index: usize) -> SimulatedEcg {
        self.simulated(index, true)
    }

    /// Without `with_500_hz` the recording at that rate has no channels.
    pub(super) fn simulated(&self, index: usize, with_500_hz: bool) -> SimulatedEcg {
        let case = case_of(self.mix, self.seed, index);
        let (first, patient) = self.patient_of(index);
        let (potentials, truth) = self.potentials(index, case.rhythm, &patient);
        let recording = |samples_mv: Vec<Vec<f64>>, rate_hz: f64| Recording {
            rate_hz,
            channels: Lead::STANDARD
                .into_iter()
                .zip(samples_mv)
                .map(|(lead, samples_mv)| Channel {
                    name: lead.name().to_owned(),
                    lead: Some(lead),
                    samples_mv,
                })
                .collect(),
            format: format!("simulated by protoecg {}", env!("CARGO_PKG_VERSION")),
            unit_source: "simulated in millivolts".to_owned(),
            remarks: Vec::new(),
            pseudonym: None,
            age_years: Some(patient.age_years),
            sex: Some(patient.sex),
        };
        let fine = twelve_leads(&potentials);
        let coarse = at_low_rate(&fine);
        SimulatedEcg {
            recording: recording(
                coarse.map(|lead| cut(&lead, LOW_RATE_HZ)).to_vec(),
                LOW_RATE_HZ,
            ),
            recording_500_hz: match with_500_hz {
                true => recording(fine.map(|lead| cut(&lead, RATE_HZ)).to_vec(), RATE_HZ),
                false => recording(Vec::new(), RATE_HZ),
            },
            statements: statements(self.mix, &truth, &patient),
            example_of: case.code(),
            truth,
            patient_id: first as i64 + 1,
            age_years: patient.age_years,
            sex: patient.sex,
        }
    }

    /// The patient of a record, and the patient's first record. Records 2k and
    /// 2k + 1 may share one, where one age suits both.
    fn patient_of(&self, index: usize) -> (usize, Patient) {
        let even = index - index % 2;
        let pair = [even, even + 1].map(|at| case_of(self.mix, self.seed, at));
        let [a, b] = pair.map(Case::ages_years);
        let both = (a.0.max(b.0), a.1.min(b.1));
        let shared = both.1 - both.0 >= 10.0
            && suit(pair)
            && Random::new(self.seed, Purpose::Pairing, even as u64).chance(0.4);
        let own = case_of(self.mix, self.seed, index);
        let (first, ages_years, cases) = match shared {
            true => (even, both, pair.to_vec()),
            false => (index, own.ages_years(), vec![own]),
        };
        let rhythms: Vec<Rhythm> = cases.iter().map(|case| case.rhythm).collect();
        let mut random = Random::new(self.seed, Purpose::Patient, first as u64);
        let patient = Patient::new(&mut random, ages_years, &rhythms);
        if self.mix == Mix::Rhythms {
            return (first, patient);
        }
        let mut random = Random::new(self.seed, Purpose::Findings, first as u64);
        let of = cases.iter().find(|case| case.condition.is_some());
        let findings = of.unwrap_or(&own).findings(&mut random);
        (first, patient.with_findings(findings, &mut random))
    }

    /// What the electrodes see at 500 Hz, from half a second before the
    /// recording to half a second after it.
    fn potentials(
        &self,
        index: usize,
        rhythm: Rhythm,
        patient: &Patient,
    ) -> (Vec<Potentials>, Truth) {
        let mut random = Random::new(self.seed, Purpose::Rhythm, index as u64);
        let field = LeadField::with_electrodes_placed(&mut random);
        let (schedule, scene) = scene(rhythm, patient, &field, &mut random);
        let samples = ((DURATION_S + 2.0 * MARGIN_S) * RATE_HZ) as usize;
        let times_s: Vec<f64> = (0..samples)
            .map(|k| k as f64 / RATE_HZ - MARGIN_S)
            .collect();
        let mut potentials = scene.potentials(
            schedule.activity,
            patient,
            &field,
            &times_s,
            RATE_HZ,
            &mut random,
        );
        let mut random = Random::new(self.seed, Purpose::Noise, index as u64);
        noise::add(
            &mut potentials,
            &times_s,
            patient.respiration_hz,
            self.noise,
            self.mix,
            &mut random,
        );
        (potentials, scene.truth)
    }
}

/// Whether two records may be of one patient: of a heart in which only one of
/// them has something, the other would not be an example of its own.
fn suit(pair: [Case; 2]) -> bool {
    let delays = pair
        .iter()
        .filter(|case| case.rhythm == Rhythm::ConductionDelay)
        .count();
    delays != 1 && pair[0].condition == pair[1].condition
}

/// Tries the rhythm until its beats are what its name says, and brings the
/// patient nearer to the textbook until the findings can be seen.
fn scene(
    rhythm: Rhythm,
    patient: &Patient,
    field: &LeadField,
    random: &mut Random,
) -> (Schedule, Scene) {
    let mut tries = 0;
    let mut patient = patient.clone();
    loop {
        let schedule = rhythm.schedule(&patient, random);
        let shapes = Shapes::new(&patient, field, schedule.strain_mv, random);
        let scene = Scene::new(rhythm, &schedule, &shapes, &patient, field, random);
        tries += 1;
        let typical = criteria::are_met(&scene.truth, &patient);
        if meets_definition(&scene.truth) && typical || tries == TRIES {
            return (schedule, scene);
        }
        if !typical {
            patient.become_typical();
        }
    }
}

fn twelve_leads(potentials: &[Potentials]) -> [Vec<f64>; 12] {
    let mut signals: [Vec<f64>; 12] = std::array::from_fn(|_| Vec::with_capacity(potentials.len()));
    for sample in potentials {
        for (signal, mv) in signals.iter_mut().zip(leads(sample)) {
            signal.push(mv);
        }
    }
    signals
}

/// At 100 Hz: I, II and the chest leads through the filter, and the other four
/// from them, since the filter is linear.
fn at_low_rate(fine: &[Vec<f64>; 12]) -> [Vec<f64>; 12] {
    let resampled = |lead: usize| {
        resample(&fine[lead], RATE_HZ, LOW_RATE_HZ)
            .expect("a finite signal of 11 s has whole rates whose ratio is 5")
    };
    let (i, ii) = (resampled(0), resampled(1));
    let both = |of: fn(f64, f64) -> f64| i.iter().zip(&ii).map(|(&i, &ii)| of(i, ii)).collect();
    std::array::from_fn(|lead| match lead {
        0 => i.clone(),
        1 => ii.clone(),
        2 => both(|i, ii| ii - i),
        3 => both(|i, ii| -(i + ii) / 2.0),
        4 => both(|i, ii| i - ii / 2.0),
        5 => both(|i, ii| ii - i / 2.0),
        chest => resampled(chest),
    })
}

/// The recording without the margins, in whole microvolts.
fn cut(lead_mv: &[f64], rate_hz: f64) -> Vec<f64> {
    let skip = (MARGIN_S * rate_hz) as usize;
    let keep = (DURATION_S * rate_hz) as usize;
    lead_mv
        .iter()
        .skip(skip)
        .take(keep)
        .map(|mv| (mv * 1000.0).round() / 1000.0)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(seed: u64) -> Recipe {
        Recipe {
            seed,
            ..Recipe::default()
        }
    }

    /// Einthoven: I - II + III = 0. Goldberger: aVR + aVL + aVF = 0, and
    /// aVR = -(I + II)/2, aVL = (I - III)/2, aVF = (II + III)/2.
    #[test]
    fn einthoven_and_goldberger_hold_with_noise_and_all() {
        for index in 0..16 {
            let recipe = recipe(5);
            let (_, patient) = recipe.patient_of(index);
            let rhythm = case_of(recipe.mix, recipe.seed, index).rhythm;
            let (potentials, _) = recipe.potentials(index, rhythm, &patient);
            for sample in &potentials {
                let [i, ii, iii, avr, avl, avf, ..] = leads(sample);
                for residual in [
                    i - ii + iii,
                    avr + avl + avf,
                    avr + (i + ii) / 2.0,
                    avl - (i - iii) / 2.0,
                    avf - (ii + iii) / 2.0,
                ] {
                    assert!(residual.abs() < 1e-9, "record {index}: {residual}");
                }
            }
        }
    }

    #[test]
    fn every_record_meets_its_definition_and_shows_what_the_patient_has() {
        for index in 0..500 {
            let recipe = recipe(11);
            let rhythm = case_of(recipe.mix, recipe.seed, index).rhythm;
            let (_, patient) = recipe.patient_of(index);
            let mut random = Random::new(11, Purpose::Rhythm, index as u64);
            let field = LeadField::with_electrodes_placed(&mut random);
            let (_, scene) = scene(rhythm, &patient, &field, &mut random);
            assert!(
                meets_definition(&scene.truth) && criteria::are_met(&scene.truth, &patient),
                "record {index}: {:?}",
                scene.truth
            );
        }
    }
}
