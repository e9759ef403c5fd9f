//! What a heart may have besides its rhythm, and how strongly.

use super::wave::{Dipole, length, scaled};

/// How the ventricles are excited in conducted beats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conduction {
    Normal,
    /// Left anterior fascicular block: the axis turns up and left.
    LeftAnteriorBlock,
    /// Left posterior fascicular block: the axis turns down and right.
    LeftPosteriorBlock,
    /// Complete right bundle branch block.
    RightBundleBlock,
    /// Right bundle branch and left anterior fascicle together.
    Bifascicular,
    IncompleteRightBundleBlock,
    /// Complete left bundle branch block.
    LeftBundleBlock,
    IncompleteLeftBundleBlock,
    /// Slow everywhere, like neither bundle branch block.
    Delayed,
    /// An accessory pathway on the left (Wolff-Parkinson-White type A:
    /// positive delta wave in V1).
    LeftPathway,
    /// An accessory pathway on the right (type B: negative delta wave in V1).
    RightPathway,
}

impl Conduction {
    pub fn is_preexcited(self) -> bool {
        matches!(self, Self::LeftPathway | Self::RightPathway)
    }

    /// Statements of it, none for normal conduction.
    pub fn codes(self) -> &'static [&'static str] {
        match self {
            Self::Normal => &[],
            Self::LeftAnteriorBlock => &["LAFB"],
            Self::LeftPosteriorBlock => &["LPFB"],
            Self::RightBundleBlock => &["CRBBB"],
            Self::Bifascicular => &["LAFB", "CRBBB"],
            Self::IncompleteRightBundleBlock => &["IRBBB"],
            Self::LeftBundleBlock => &["CLBBB"],
            Self::IncompleteLeftBundleBlock => &["ILBBB"],
            Self::Delayed => &["IVCD"],
            Self::LeftPathway | Self::RightPathway => &["WPW"],
        }
    }
}

/// A wall of the left ventricle, by the leads that look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Region {
    /// V1 to V3.
    Anteroseptal,
    /// V2 to V4.
    Anterior,
    /// I, aVL, V3 to V6.
    Anterolateral,
    /// I, aVL, V5, V6.
    Lateral,
    /// II, III, aVF.
    Inferior,
    /// II, III, aVF, V5, V6.
    Inferolateral,
    /// II, III, aVF, and V1 to V3 upside down.
    Inferoposterior,
    /// II, III, aVF, V5, V6, and V1, V2 upside down.
    Inferoposterolateral,
    /// V1 to V3 upside down.
    Posterior,
}

impl Region {
    /// The unit dipole from the middle of the heart to the wall.
    pub fn direction(self) -> Dipole {
        let d = match self {
            Self::Anteroseptal => [-0.08, 0.0, -1.0],
            Self::Anterior => [0.42, 0.05, -0.9],
            Self::Anterolateral => [0.85, -0.15, -0.48],
            Self::Lateral => [0.82, -0.50, 0.36],
            Self::Inferior => [-0.10, 1.0, 0.0],
            Self::Inferolateral => [0.62, 0.82, 0.26],
            Self::Inferoposterior => [-0.04, 0.76, 0.66],
            Self::Inferoposterolateral => [0.64, 0.66, 0.50],
            Self::Posterior => [0.10, 0.10, 1.0],
        };
        scaled(d, 1.0 / length(d))
    }

    fn infarct_code(self) -> &'static str {
        match self {
            Self::Anteroseptal => "ASMI",
            Self::Anterior => "AMI",
            Self::Anterolateral => "ALMI",
            Self::Lateral => "LMI",
            Self::Inferior => "IMI",
            Self::Inferolateral => "ILMI",
            Self::Inferoposterior => "IPMI",
            Self::Inferoposterolateral => "IPLMI",
            Self::Posterior => "PMI",
        }
    }

    /// PTB-XL has no statement for injury of the anterior wall alone.
    fn injury_code(self) -> &'static str {
        match self {
            Self::Anteroseptal | Self::Anterior => "INJAS",
            Self::Anterolateral => "INJAL",
            Self::Lateral => "INJLA",
            Self::Inferior | Self::Inferoposterior | Self::Posterior => "INJIN",
            Self::Inferolateral | Self::Inferoposterolateral => "INJIL",
        }
    }

    fn ischaemia_code(self) -> &'static str {
        match self {
            Self::Anteroseptal => "ISCAS",
            Self::Anterior => "ISCAN",
            Self::Anterolateral => "ISCAL",
            Self::Lateral => "ISCLA",
            Self::Inferior | Self::Inferoposterior | Self::Posterior => "ISCIN",
            Self::Inferolateral | Self::Inferoposterolateral => "ISCIL",
        }
    }
}

/// How old an infarct is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Q has begun, ST is up and runs into an upright T.
    Acute,
    /// Q, a little ST elevation, T inverted.
    Evolving,
    /// Q alone.
    Old,
}

/// How ST and T may differ without a wall to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repolarisation {
    /// T of a wall slightly negative: T-wave abnormality.
    Abnormal,
    /// T hardly to be seen, here and there negative.
    NonDiagnosticT,
    NonSpecificT,
    NonSpecificSt,
    Depressed,
    Elevated,
    Inverted,
    Low,
    LongQt,
    /// Sagging ST, short QT.
    Digitalis,
    /// Tall, narrow, tented T.
    Hyperkalaemia,
    /// Flat T, tall U.
    Hypokalaemia,
    /// ST depression and T inversion over most of the left ventricle.
    Ischaemic,
}

impl Repolarisation {
    fn code(self) -> &'static str {
        match self {
            Self::Abnormal => "TAB_",
            Self::NonDiagnosticT => "NDT",
            Self::NonSpecificT => "NT_",
            Self::NonSpecificSt => "NST_",
            Self::Depressed => "STD_",
            Self::Elevated => "STE_",
            Self::Inverted => "INVT",
            Self::Low => "LOWT",
            Self::LongQt => "LNGQT",
            Self::Digitalis => "DIG",
            Self::Hyperkalaemia | Self::Hypokalaemia => "EL",
            Self::Ischaemic => "ISC_",
        }
    }
}

/// One thing that an annotator would write down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Conduction(Conduction),
    Infarct(Region, Stage),
    /// Subendocardial: ST depression.
    Injury(Region),
    /// T inverted, symmetrical.
    Ischaemia(Region),
    /// Voltage and strain.
    LeftHypertrophy,
    /// Voltage alone.
    LeftVoltage,
    RightHypertrophy,
    SeptalHypertrophy,
    LowVoltage,
    HighVoltage,
    LeftAtrium,
    RightAtrium,
    /// ST elevation that stays over an old anterior infarct.
    Aneurysm,
    /// A notched QRS of normal width.
    Fragmented,
    Repolarisation(Repolarisation),
}

impl Condition {
    /// The statements of it, the first being what it is an example of.
    pub fn codes(self) -> Vec<&'static str> {
        let code = match self {
            Self::Conduction(conduction) => return conduction.codes().to_vec(),
            // Strain is written down as ischaemia by most annotators.
            Self::LeftHypertrophy => return vec!["LVH", "ISC_"],
            Self::Aneurysm => return vec!["ANEUR", "ASMI"],
            Self::Infarct(region, _) => region.infarct_code(),
            Self::Injury(region) => region.injury_code(),
            Self::Ischaemia(region) => region.ischaemia_code(),
            Self::LeftVoltage => "VCLVH",
            Self::RightHypertrophy => "RVH",
            Self::SeptalHypertrophy => "SEHYP",
            Self::LowVoltage => "LVOLT",
            Self::HighVoltage => "HVOLT",
            Self::LeftAtrium => "LAO/LAE",
            Self::RightAtrium => "RAO/RAE",
            Self::Fragmented => "ABQRS",
            Self::Repolarisation(repolarisation) => repolarisation.code(),
        };
        vec![code]
    }

    /// Whether it leaves its mark on QRS, so that no second one should.
    pub fn shapes_qrs(self) -> bool {
        !matches!(
            self,
            Self::Injury(_)
                | Self::Ischaemia(_)
                | Self::LeftAtrium
                | Self::RightAtrium
                | Self::Repolarisation(_)
        )
    }

    /// Whether it leaves its mark on ST and T.
    pub fn shapes_st_and_t(self) -> bool {
        match self {
            Self::LeftVoltage
            | Self::LowVoltage
            | Self::HighVoltage
            | Self::LeftAtrium
            | Self::RightAtrium
            | Self::Fragmented
            | Self::SeptalHypertrophy => false,
            Self::Conduction(conduction) => !matches!(
                conduction,
                Conduction::Normal
                    | Conduction::LeftAnteriorBlock
                    | Conduction::LeftPosteriorBlock
                    | Conduction::IncompleteRightBundleBlock
            ),
            Self::Infarct(_, stage) => stage != Stage::Old,
            _ => true,
        }
    }
}

/// A condition in one patient.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub condition: Condition,
    /// From just enough, 0, to much, 1.
    pub strength: f64,
    /// Where, for changes of ST and T that may be anywhere.
    pub wall: Region,
}

impl Found {
    /// From `low` to `high` as strongly as it is found.
    pub fn between(&self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.strength
    }
}
