//! When atria and ventricles beat in each rhythm.

mod atrial;
mod block;
mod ectopy;
mod pacing;
mod schedule;
mod sinus;
mod tachycardia;

pub(super) use schedule::{AtrialActivity, Schedule, VentricularEvent};

use super::patient::Patient;
use super::random::Random;

/// What a record is an example of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rhythm {
    Sinus,
    SinusBradycardia,
    SinusTachycardia,
    SinusArrhythmia,
    AtrialFibrillation,
    AtrialFlutter,
    Bigeminy,
    Trigeminy,
    Paced,
    FirstDegreeBlock,
    SecondDegreeBlock,
    ThirdDegreeBlock,
    SupraventricularTachycardia,
    ParoxysmalTachycardia,
    SupraventricularArrhythmia,
    ConductionDelay,
    /// Sinus rhythm with now and then a ventricular premature complex.
    VentricularEctopy,
    /// Sinus rhythm with now and then an atrial premature complex.
    AtrialEctopy,
}

/// Rhythm, its records in every hundred, and the ages at which it is usual.
type Share = (Rhythm, usize, (f64, f64));

/// Enough of everything to train with; nothing like its frequency in people.
const MIX: [Share; 16] = [
    (Rhythm::Sinus, 25, (18.0, 90.0)),
    (Rhythm::SinusBradycardia, 6, (20.0, 85.0)),
    (Rhythm::SinusTachycardia, 6, (18.0, 80.0)),
    (Rhythm::SinusArrhythmia, 6, (18.0, 48.0)),
    (Rhythm::AtrialFibrillation, 7, (52.0, 90.0)),
    (Rhythm::AtrialFlutter, 6, (48.0, 88.0)),
    (Rhythm::Bigeminy, 5, (35.0, 88.0)),
    (Rhythm::Trigeminy, 5, (35.0, 88.0)),
    (Rhythm::Paced, 6, (58.0, 90.0)),
    (Rhythm::FirstDegreeBlock, 6, (50.0, 90.0)),
    (Rhythm::SecondDegreeBlock, 3, (50.0, 90.0)),
    (Rhythm::ThirdDegreeBlock, 3, (55.0, 90.0)),
    (Rhythm::SupraventricularTachycardia, 5, (18.0, 70.0)),
    (Rhythm::ParoxysmalTachycardia, 3, (18.0, 70.0)),
    (Rhythm::SupraventricularArrhythmia, 3, (55.0, 90.0)),
    (Rhythm::ConductionDelay, 5, (45.0, 90.0)),
];

impl Rhythm {
    /// The rhythms of one block of a hundred records.
    pub(super) fn of_a_hundred() -> Vec<Self> {
        MIX.iter()
            .flat_map(|&(rhythm, count, _)| std::iter::repeat_n(rhythm, count))
            .collect()
    }

    pub(super) fn ages_years(self) -> (f64, f64) {
        MIX.iter()
            .find(|share| share.0 == self)
            .map_or((30.0, 88.0), |share| share.2)
    }

    /// The statement that the record is an example of.
    pub fn code(self) -> &'static str {
        match self {
            Self::Sinus => "SR",
            Self::SinusBradycardia => "SBRAD",
            Self::SinusTachycardia => "STACH",
            Self::SinusArrhythmia => "SARRH",
            Self::AtrialFibrillation => "AFIB",
            Self::AtrialFlutter => "AFLT",
            Self::Bigeminy => "BIGU",
            Self::Trigeminy => "TRIGU",
            Self::Paced => "PACE",
            Self::FirstDegreeBlock => "1AVB",
            Self::SecondDegreeBlock => "2AVB",
            Self::ThirdDegreeBlock => "3AVB",
            Self::SupraventricularTachycardia => "SVTAC",
            Self::ParoxysmalTachycardia => "PSVT",
            Self::SupraventricularArrhythmia => "SVARR",
            Self::ConductionDelay => "IVCD",
            Self::VentricularEctopy => "PVC",
            Self::AtrialEctopy => "PAC",
        }
    }

    /// One try at a schedule; whether it meets the rhythm's definition is for
    /// the caller to see.
    pub(super) fn schedule(self, patient: &Patient, random: &mut Random) -> Schedule {
        match self {
            Self::Sinus | Self::ConductionDelay => sinus::normal(patient, random),
            Self::SinusBradycardia => sinus::bradycardia(patient, random),
            Self::SinusTachycardia => sinus::tachycardia(patient, random),
            Self::SinusArrhythmia => sinus::arrhythmia(patient, random),
            Self::FirstDegreeBlock => sinus::first_degree_block(patient, random),
            Self::AtrialFibrillation => atrial::fibrillation(patient, random),
            Self::AtrialFlutter => atrial::flutter(random),
            Self::SupraventricularArrhythmia => atrial::multifocal(patient, random),
            Self::VentricularEctopy => sinus::with_ectopy(patient, random, true),
            Self::AtrialEctopy => sinus::with_ectopy(patient, random, false),
            Self::Bigeminy => ectopy::patterned(patient, random, 1),
            Self::Trigeminy => ectopy::patterned(patient, random, 2),
            Self::Paced => pacing::paced(patient, random),
            Self::SecondDegreeBlock => block::second_degree(patient, random),
            Self::ThirdDegreeBlock => block::third_degree(patient, random),
            Self::SupraventricularTachycardia => tachycardia::sustained(random),
            Self::ParoxysmalTachycardia => tachycardia::paroxysmal(patient, random),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_a_hundred_records_of_known_statements() {
        assert_eq!(Rhythm::of_a_hundred().len(), 100);
        for rhythm in Rhythm::of_a_hundred() {
            assert!(
                crate::statements::by_code(rhythm.code()).is_some(),
                "{rhythm:?}"
            );
        }
    }
}
