//! Which record is an example of what.

use super::condition::{Condition, Conduction, Found, Region, Repolarisation, Stage};
use super::random::{Purpose, Random};
use super::rhythm::Rhythm;

/// What a collection is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mix {
    /// Rhythms in hearts with little else: every hundred records have the
    /// same. What the demonstration model is trained on.
    Rhythms,
    /// All that the simulator knows, in proportions drawn from PTB-XL's:
    /// every 250 records have the same.
    #[default]
    Statements,
}

impl Mix {
    /// Its name on the command line and in the marker.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rhythms => "rhythm",
            Self::Statements => "all",
        }
    }
}

/// What one record is an example of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Case {
    pub rhythm: Rhythm,
    /// `None`: of its rhythm.
    pub condition: Option<Condition>,
}

impl Case {
    /// The statement that it is an example of.
    pub fn code(self) -> &'static str {
        self.condition
            .and_then(|condition| {
                condition
                    .codes()
                    .last()
                    .copied()
                    .map(|last| (condition, last))
            })
            .map_or(self.rhythm.code(), |(condition, last)| match condition {
                Condition::LeftHypertrophy => "LVH",
                Condition::Aneurysm => "ANEUR",
                _ => last,
            })
    }

    /// The ages at which it is usual.
    pub fn ages_years(self) -> (f64, f64) {
        let Some(condition) = self.condition else {
            return self.rhythm.ages_years();
        };
        let (a, b): (f64, f64) = match condition {
            Condition::Infarct(..) | Condition::Aneurysm => (42.0, 89.0),
            Condition::Injury(_) | Condition::Ischaemia(_) => (45.0, 89.0),
            Condition::LeftHypertrophy | Condition::LeftAtrium => (38.0, 89.0),
            Condition::HighVoltage => (18.0, 40.0),
            Condition::Conduction(conduction) => match conduction {
                Conduction::IncompleteRightBundleBlock | Conduction::LeftPosteriorBlock => {
                    (18.0, 75.0)
                }
                Conduction::LeftPathway | Conduction::RightPathway => (18.0, 60.0),
                _ => (48.0, 89.0),
            },
            Condition::Repolarisation(Repolarisation::Elevated) => (18.0, 55.0),
            _ => (30.0, 88.0),
        };
        let usual = self.rhythm.ages_years();
        let (youngest, oldest) = (a.max(usual.0), b.min(usual.1));
        if oldest - youngest >= 10.0 {
            (youngest, oldest)
        } else {
            (a, b)
        }
    }

    /// What the patient has, with companions as they are usual.
    pub fn findings(self, random: &mut Random) -> Vec<Found> {
        let mut conditions: Vec<Condition> = self.condition.into_iter().collect();
        let mut add = |condition: Condition, chance: f64, random: &mut Random| {
            let taken = |shapes: fn(Condition) -> bool| {
                shapes(condition) && conditions.iter().any(|&other| shapes(other))
            };
            let clashes = taken(Condition::shapes_qrs) || taken(Condition::shapes_st_and_t);
            if random.chance(chance) && !clashes {
                conditions.push(condition);
            }
        };
        match (self.condition, self.rhythm) {
            (Some(Condition::LeftHypertrophy), _) => add(Condition::LeftAtrium, 0.25, random),
            (Some(Condition::RightHypertrophy), _) => add(Condition::RightAtrium, 0.4, random),
            (Some(Condition::Infarct(..)), _) => {
                let left = random.uniform(0.0, 1.0);
                if left < 0.3 {
                    let kind = [
                        Repolarisation::Low,
                        Repolarisation::Depressed,
                        Repolarisation::NonDiagnosticT,
                    ][random.below(3)];
                    add(Condition::Repolarisation(kind), 1.0, random);
                }
                add(Condition::LeftAtrium, 0.08, random);
            }
            (Some(Condition::LeftVoltage), _) => {
                add(
                    Condition::Repolarisation(Repolarisation::Depressed),
                    0.2,
                    random,
                );
            }
            (Some(Condition::Conduction(conduction)), _) if !conduction.is_preexcited() => {
                add(Condition::LeftAtrium, 0.06, random);
                add(
                    Condition::Repolarisation(Repolarisation::NonDiagnosticT),
                    0.08,
                    random,
                );
            }
            (None, Rhythm::AtrialFibrillation) => {
                add(
                    Condition::Repolarisation(Repolarisation::Digitalis),
                    0.18,
                    random,
                );
                add(Condition::LeftHypertrophy, 0.15, random);
                add(
                    Condition::Infarct(Region::Anteroseptal, Stage::Old),
                    0.15,
                    random,
                );
                add(
                    Condition::Repolarisation(Repolarisation::Depressed),
                    0.2,
                    random,
                );
                add(
                    Condition::Repolarisation(Repolarisation::NonDiagnosticT),
                    0.1,
                    random,
                );
            }
            (
                None,
                Rhythm::FirstDegreeBlock
                | Rhythm::VentricularEctopy
                | Rhythm::AtrialEctopy
                | Rhythm::SinusTachycardia
                | Rhythm::Bigeminy
                | Rhythm::Trigeminy,
            ) => {
                add(
                    Condition::Infarct(Region::Anteroseptal, Stage::Old),
                    0.10,
                    random,
                );
                add(Condition::LeftHypertrophy, 0.12, random);
                add(
                    Condition::Infarct(Region::Inferior, Stage::Old),
                    0.08,
                    random,
                );
                add(Condition::LeftAtrium, 0.10, random);
                add(
                    Condition::Repolarisation(Repolarisation::NonSpecificSt),
                    0.10,
                    random,
                );
                add(
                    Condition::Repolarisation(Repolarisation::NonDiagnosticT),
                    0.10,
                    random,
                );
            }
            _ => {}
        }
        conditions
            .into_iter()
            .map(|condition| Found {
                condition,
                strength: random.uniform(0.0, 1.0),
                wall: WALLS[random.below(WALLS.len())],
            })
            .collect()
    }
}

/// Where changes of T without a territory are seen.
const WALLS: [Region; 4] = [
    Region::Inferior,
    Region::Lateral,
    Region::Anterior,
    Region::Anterolateral,
];

/// Of 250 records, in proportions between those of PTB-XL and equal ones: no
/// statement is so rare that a fold lacks it in a large collection.
const RHYTHMS: [(Rhythm, usize); 17] = [
    (Rhythm::Sinus, 53),
    (Rhythm::SinusBradycardia, 6),
    (Rhythm::SinusTachycardia, 6),
    (Rhythm::SinusArrhythmia, 6),
    (Rhythm::AtrialFibrillation, 12),
    (Rhythm::AtrialFlutter, 3),
    (Rhythm::Bigeminy, 2),
    (Rhythm::Trigeminy, 2),
    (Rhythm::Paced, 3),
    (Rhythm::FirstDegreeBlock, 7),
    (Rhythm::SecondDegreeBlock, 2),
    (Rhythm::ThirdDegreeBlock, 2),
    (Rhythm::SupraventricularTachycardia, 2),
    (Rhythm::ParoxysmalTachycardia, 2),
    (Rhythm::SupraventricularArrhythmia, 2),
    (Rhythm::VentricularEctopy, 5),
    (Rhythm::AtrialEctopy, 4),
];

const CONDITIONS: [(Condition, usize); 52] = {
    use Condition as C;
    use Conduction as K;
    use Region as R;
    use Repolarisation as T;
    use Stage as S;
    [
        (C::Conduction(K::LeftAnteriorBlock), 8),
        (C::Conduction(K::LeftPosteriorBlock), 2),
        (C::Conduction(K::RightBundleBlock), 4),
        (C::Conduction(K::Bifascicular), 2),
        (C::Conduction(K::IncompleteRightBundleBlock), 6),
        (C::Conduction(K::LeftBundleBlock), 5),
        (C::Conduction(K::IncompleteLeftBundleBlock), 2),
        (C::Conduction(K::Delayed), 5),
        (C::Conduction(K::LeftPathway), 1),
        (C::Conduction(K::RightPathway), 1),
        (C::Infarct(R::Anteroseptal, S::Old), 5),
        (C::Infarct(R::Anteroseptal, S::Evolving), 1),
        (C::Infarct(R::Anterior, S::Old), 2),
        (C::Infarct(R::Anterior, S::Acute), 1),
        (C::Infarct(R::Anterolateral, S::Old), 1),
        (C::Infarct(R::Anterolateral, S::Acute), 1),
        (C::Infarct(R::Lateral, S::Old), 2),
        (C::Infarct(R::Inferior, S::Old), 6),
        (C::Infarct(R::Inferior, S::Acute), 2),
        (C::Infarct(R::Inferior, S::Evolving), 2),
        (C::Infarct(R::Inferolateral, S::Old), 2),
        (C::Infarct(R::Inferolateral, S::Evolving), 1),
        (C::Infarct(R::Inferoposterior, S::Old), 1),
        (C::Infarct(R::Inferoposterolateral, S::Old), 1),
        (C::Infarct(R::Posterior, S::Old), 1),
        (C::Injury(R::Anteroseptal), 1),
        (C::Injury(R::Anterolateral), 1),
        (C::Injury(R::Inferior), 1),
        (C::Injury(R::Lateral), 1),
        (C::Injury(R::Inferolateral), 1),
        (C::Ischaemia(R::Anterolateral), 3),
        (C::Ischaemia(R::Anteroseptal), 1),
        (C::Ischaemia(R::Inferior), 2),
        (C::Ischaemia(R::Inferolateral), 2),
        (C::Ischaemia(R::Lateral), 1),
        (C::Ischaemia(R::Anterior), 1),
        (C::LeftHypertrophy, 8),
        (C::LeftVoltage, 3),
        (C::RightHypertrophy, 2),
        (C::SeptalHypertrophy, 1),
        (C::LowVoltage, 2),
        (C::HighVoltage, 1),
        (C::LeftAtrium, 3),
        (C::RightAtrium, 1),
        (C::Aneurysm, 1),
        (C::Fragmented, 2),
        (C::Repolarisation(T::NonDiagnosticT), 6),
        (C::Repolarisation(T::NonSpecificT), 2),
        (C::Repolarisation(T::NonSpecificSt), 4),
        (C::Repolarisation(T::Depressed), 3),
        (C::Repolarisation(T::Low), 2),
        (C::Repolarisation(T::Ischaemic), 3),
    ]
};

/// Those that are left, one each.
const ONE_EACH: [Condition; 7] = {
    use Condition as C;
    use Repolarisation as T;
    [
        C::Repolarisation(T::Abnormal),
        C::Repolarisation(T::Elevated),
        C::Repolarisation(T::Inverted),
        C::Repolarisation(T::LongQt),
        C::Repolarisation(T::Digitalis),
        C::Repolarisation(T::Hyperkalaemia),
        C::Repolarisation(T::Hypokalaemia),
    ]
};

/// The case of a record. The mix of each block has an order of its own.
pub(super) fn case_of(mix: Mix, seed: u64, index: usize) -> Case {
    let mut block = block(mix);
    let number = index / block.len();
    Random::new(seed, Purpose::Mix, number as u64).shuffle(&mut block);
    let mut case = block.get(index % block.len()).copied().unwrap_or(Case {
        rhythm: Rhythm::Sinus,
        condition: None,
    });
    if let Some(condition) = case.condition {
        let mut random = Random::new(seed, Purpose::Companion, index as u64);
        case.rhythm = rhythm_beside(condition, &mut random);
    }
    case
}

fn block(mix: Mix) -> Vec<Case> {
    let of_rhythm = |rhythm| Case {
        rhythm,
        condition: None,
    };
    if mix == Mix::Rhythms {
        return Rhythm::of_a_hundred().into_iter().map(of_rhythm).collect();
    }
    let of_condition = |condition| Case {
        rhythm: Rhythm::Sinus,
        condition: Some(condition),
    };
    let rhythms = RHYTHMS
        .iter()
        .flat_map(|&(rhythm, count)| std::iter::repeat_n(of_rhythm(rhythm), count));
    let conditions = CONDITIONS
        .iter()
        .flat_map(|&(condition, count)| std::iter::repeat_n(of_condition(condition), count));
    rhythms
        .chain(conditions)
        .chain(ONE_EACH.map(of_condition))
        .collect()
}

/// The rhythm that a heart with a condition has; where P or the rate are part
/// of the picture the sinus node keeps it.
fn rhythm_beside(condition: Condition, random: &mut Random) -> Rhythm {
    let sinus_only = match condition {
        Condition::Conduction(conduction) => conduction.is_preexcited(),
        Condition::LeftAtrium | Condition::RightAtrium => true,
        Condition::Repolarisation(kind) => matches!(
            kind,
            Repolarisation::LongQt | Repolarisation::Hyperkalaemia | Repolarisation::Hypokalaemia
        ),
        _ => false,
    };
    let share = random.uniform(0.0, 1.0);
    if sinus_only {
        return Rhythm::Sinus;
    }
    if condition == Condition::Repolarisation(Repolarisation::Digitalis) && share < 0.66 {
        return Rhythm::AtrialFibrillation;
    }
    match share {
        _ if share < 0.78 => Rhythm::Sinus,
        _ if share < 0.82 => Rhythm::SinusBradycardia,
        _ if share < 0.86 => Rhythm::SinusTachycardia,
        _ if share < 0.92 => Rhythm::AtrialFibrillation,
        _ if share < 0.96 => Rhythm::FirstDegreeBlock,
        _ if share < 0.98 => Rhythm::VentricularEctopy,
        _ => Rhythm::AtrialEctopy,
    }
}
