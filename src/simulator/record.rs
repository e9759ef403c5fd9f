//! One simulated ECG.

use super::diagnosis::{meets_definition, statements};
use super::lead_field::{LeadField, Potentials, leads};
use super::noise;
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
    pub truth: Truth,
    /// A patient has one or two records, which follow each other.
    pub patient_id: i64,
    pub age_years: f64,
    pub sex: Sex,
}

/// The first `records` ECGs of a seed. Each depends only on the seed and its
/// place, so a shorter run is the beginning of a longer one. Every hundred
/// have the same mix of rhythms.
pub fn simulate(records: usize, seed: u64) -> impl Iterator<Item = SimulatedEcg> {
    (0..records).map(move |index| SimulatedEcg::new(seed, index, true))
}

/// The same ECGs without wander, muscle, mains and electrode motion, for
/// whoever measures them or adds noise of a known level.
pub fn simulate_without_noise(records: usize, seed: u64) -> impl Iterator<Item = SimulatedEcg> {
    (0..records).map(move |index| SimulatedEcg::new(seed, index, false))
}

impl SimulatedEcg {
    fn new(seed: u64, index: usize, with_noise: bool) -> Self {
        let rhythm = rhythm_of(seed, index);
        let (first, patient) = patient_of(seed, index);
        let (mut potentials, truth) = potentials(seed, index, rhythm, &patient);
        if with_noise {
            let mut random = Random::new(seed, Purpose::Noise, index as u64);
            noise::add(
                &mut potentials,
                &times_s(),
                patient.respiration_hz,
                &mut random,
            );
        }
        let recording = |samples_mv: [Vec<f64>; 12], rate_hz: f64| Recording {
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
        let coarse = fine.each_ref().map(|lead| {
            resample(lead, RATE_HZ, LOW_RATE_HZ)
                .expect("a finite signal of 11 s has whole rates whose ratio is 5")
        });
        Self {
            recording: recording(coarse.map(|lead| cut(&lead, LOW_RATE_HZ)), LOW_RATE_HZ),
            recording_500_hz: recording(fine.map(|lead| cut(&lead, RATE_HZ)), RATE_HZ),
            statements: statements(&truth, &patient),
            truth,
            patient_id: first as i64 + 1,
            age_years: patient.age_years,
            sex: patient.sex,
        }
    }
}

/// The mix of each hundred records in an order of its own.
fn rhythm_of(seed: u64, index: usize) -> Rhythm {
    let mut hundred = Rhythm::of_a_hundred();
    let block = index / hundred.len();
    Random::new(seed, Purpose::Mix, block as u64).shuffle(&mut hundred);
    hundred
        .get(index % hundred.len())
        .copied()
        .unwrap_or(Rhythm::Sinus)
}

/// The patient of a record, and the patient's first record. Records 2k and
/// 2k + 1 may share one, where one age suits both rhythms.
fn patient_of(seed: u64, index: usize) -> (usize, Patient) {
    let even = index - index % 2;
    let pair = [rhythm_of(seed, even), rhythm_of(seed, even + 1)];
    let [a, b] = pair.map(Rhythm::ages_years);
    let both = (a.0.max(b.0), a.1.min(b.1));
    let delays = pair
        .iter()
        .filter(|&&r| r == Rhythm::ConductionDelay)
        .count();
    let shared = both.1 - both.0 >= 10.0
        && delays != 1
        && Random::new(seed, Purpose::Pairing, even as u64).chance(0.4);
    let (first, ages_years, rhythms) = match shared {
        true => (even, both, pair.to_vec()),
        false => (
            index,
            rhythm_of(seed, index).ages_years(),
            vec![rhythm_of(seed, index)],
        ),
    };
    let mut random = Random::new(seed, Purpose::Patient, first as u64);
    (first, Patient::new(&mut random, ages_years, &rhythms))
}

/// What the electrodes see of the heart at 500 Hz, from half a second before the recording
/// to half a second after it.
fn potentials(
    seed: u64,
    index: usize,
    rhythm: Rhythm,
    patient: &Patient,
) -> (Vec<Potentials>, Truth) {
    let mut random = Random::new(seed, Purpose::Rhythm, index as u64);
    let field = LeadField::with_electrodes_placed(&mut random);
    let (schedule, scene) = scene(rhythm, patient, &field, &mut random);
    let potentials = scene.potentials(
        schedule.activity,
        patient,
        &field,
        &times_s(),
        RATE_HZ,
        &mut random,
    );
    (potentials, scene.truth)
}

/// When each sample of the potentials is, in seconds of the recording.
fn times_s() -> Vec<f64> {
    let samples = ((DURATION_S + 2.0 * MARGIN_S) * RATE_HZ) as usize;
    (0..samples)
        .map(|k| k as f64 / RATE_HZ - MARGIN_S)
        .collect()
}

/// Tries the rhythm until its beats are what its name says.
fn scene(
    rhythm: Rhythm,
    patient: &Patient,
    field: &LeadField,
    random: &mut Random,
) -> (Schedule, Scene) {
    let mut tries = 0;
    loop {
        let schedule = rhythm.schedule(patient, random);
        let shapes = Shapes::new(patient, schedule.strain_mv, random);
        let scene = Scene::new(rhythm, &schedule, &shapes, patient, field, random);
        tries += 1;
        if meets_definition(&scene.truth) || tries == TRIES {
            return (schedule, scene);
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

    /// Einthoven: I - II + III = 0. Goldberger: aVR + aVL + aVF = 0, and
    /// aVR = -(I + II)/2, aVL = (I - III)/2, aVF = (II + III)/2.
    #[test]
    fn einthoven_and_goldberger_hold_with_noise_and_all() {
        for index in 0..16 {
            let (_, patient) = patient_of(5, index);
            let (mut potentials, _) = potentials(5, index, rhythm_of(5, index), &patient);
            let mut random = Random::new(5, Purpose::Noise, index as u64);
            noise::add(&mut potentials, &times_s(), 0.25, &mut random);
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
    fn every_record_meets_its_definition() {
        for index in 0..200 {
            let rhythm = rhythm_of(11, index);
            let (_, patient) = patient_of(11, index);
            let mut random = Random::new(11, Purpose::Rhythm, index as u64);
            let field = LeadField::with_electrodes_placed(&mut random);
            let (_, scene) = scene(rhythm, &patient, &field, &mut random);
            assert!(
                meets_definition(&scene.truth),
                "record {index}: {:?}",
                scene.truth
            );
        }
    }
}
