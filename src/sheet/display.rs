//! How an ECG is looked at: layout, order, speed, gain, filter. One value for
//! the window, the print and the command line; what is chosen here is printed
//! on the sheet.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::layout::PAGE_S;
use super::spec::UNFILTERED;
use super::{Columns, Layout, LeadOrder, SheetSpec};
use crate::dsp::DisplayBand;
use crate::ecg::{Channel, Lead, Recording};

/// The layouts to choose from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PageLayout {
    #[default]
    ThreeByFourOne,
    ThreeByFourThree,
    ThreeByFour,
    SixByTwo,
    TwelveByOne,
    RhythmOnly,
}

impl PageLayout {
    pub const ALL: [Self; 6] = [
        Self::ThreeByFourOne,
        Self::ThreeByFourThree,
        Self::ThreeByFour,
        Self::SixByTwo,
        Self::TwelveByOne,
        Self::RhythmOnly,
    ];

    /// As it is called on carts, and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::ThreeByFourOne => "3x4+1",
            Self::ThreeByFourThree => "3x4+3",
            Self::ThreeByFour => "3x4",
            Self::SixByTwo => "6x2",
            Self::TwelveByOne => "12x1",
            Self::RhythmOnly => "rhythm",
        }
    }

    pub fn layout(self) -> Layout {
        match self {
            Self::ThreeByFourOne => Layout::ThreeByFourRhythm,
            Self::ThreeByFourThree => Layout::ThreeByFourThreeRhythm,
            Self::ThreeByFour => Layout::ThreeByFour,
            Self::SixByTwo => Layout::SixByTwo,
            Self::TwelveByOne => Layout::TwelveByOne,
            Self::RhythmOnly => Layout::RhythmStrip(Lead::II),
        }
    }

    /// Height of a row, so that each layout fits A4 and Letter in landscape
    /// with its words.
    pub fn row_height_mm(self) -> u32 {
        match self {
            Self::ThreeByFourOne | Self::ThreeByFour | Self::RhythmOnly => 30,
            Self::ThreeByFourThree | Self::SixByTwo => 25,
            Self::TwelveByOne => 12,
        }
    }
}

/// Paper speed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaperSpeed {
    Mm12_5,
    #[default]
    Mm25,
    Mm50,
    Mm100,
}

impl PaperSpeed {
    pub const ALL: [Self; 4] = [Self::Mm12_5, Self::Mm25, Self::Mm50, Self::Mm100];

    /// In mm/s, as it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mm12_5 => "12.5",
            Self::Mm25 => "25",
            Self::Mm50 => "50",
            Self::Mm100 => "100",
        }
    }

    pub fn mm_per_s(self) -> f64 {
        match self {
            Self::Mm12_5 => 12.5,
            Self::Mm25 => 25.0,
            Self::Mm50 => 50.0,
            Self::Mm100 => 100.0,
        }
    }
}

/// Gain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gain {
    Mm2_5,
    Mm5,
    #[default]
    Mm10,
    Mm20,
}

impl Gain {
    pub const ALL: [Self; 4] = [Self::Mm2_5, Self::Mm5, Self::Mm10, Self::Mm20];

    /// In mm/mV, as it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mm2_5 => "2.5",
            Self::Mm5 => "5",
            Self::Mm10 => "10",
            Self::Mm20 => "20",
        }
    }

    pub fn mm_per_mv(self) -> f64 {
        match self {
            Self::Mm2_5 => 2.5,
            Self::Mm5 => 5.0,
            Self::Mm10 => 10.0,
            Self::Mm20 => 20.0,
        }
    }
}

/// What is done to a signal before it is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DisplayFilter {
    /// The recording as it is.
    #[default]
    None,
    /// 0.05 to 150 Hz.
    Diagnostic,
    /// 0.5 to 40 Hz.
    Monitoring,
}

impl DisplayFilter {
    pub const ALL: [Self; 3] = [Self::None, Self::Diagnostic, Self::Monitoring];

    /// For menus and the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Diagnostic => "diagnostic",
            Self::Monitoring => "monitoring",
        }
    }

    fn band(self, rate_hz: f64) -> Option<Result<DisplayBand, crate::dsp::DspError>> {
        match self {
            Self::None => None,
            Self::Diagnostic => Some(DisplayBand::of_rate(rate_hz)),
            Self::Monitoring => Some(DisplayBand::monitoring(rate_hz)),
        }
    }

    /// The recording as it is drawn, and what the sheet says was done to it.
    ///
    /// Missing samples stay missing. What cannot be filtered (too short, no
    /// sensible rate) is shown as it is, and the sentence says so.
    pub fn shown(self, recording: &Recording) -> (Cow<'_, Recording>, String) {
        let unfiltered = UNFILTERED.to_owned();
        let band = match self.band(recording.rate_hz) {
            None => return (Cow::Borrowed(recording), unfiltered),
            Some(Err(error)) => {
                return (Cow::Borrowed(recording), format!("{unfiltered}: {error}"));
            }
            Some(Ok(band)) => band,
        };
        let mut shown = Recording {
            rate_hz: recording.rate_hz,
            channels: Vec::with_capacity(recording.channels.len()),
            format: recording.format.clone(),
            unit_source: recording.unit_source.clone(),
            remarks: recording.remarks.clone(),
            pseudonym: None,
            age_years: recording.age_years,
            sex: recording.sex,
        };
        for channel in &recording.channels {
            match filtered(&band, &channel.samples_mv) {
                Ok(samples_mv) => shown.channels.push(Channel {
                    name: channel.name.clone(),
                    lead: channel.lead,
                    samples_mv,
                }),
                Err(error) => {
                    return (Cow::Borrowed(recording), format!("{unfiltered}: {error}"));
                }
            }
        }
        (Cow::Owned(shown), format!("filter {}", band.text()))
    }
}

/// Filters over gaps as if the signal went straight across them, and leaves
/// the gaps where they are.
fn filtered(band: &DisplayBand, samples_mv: &[f64]) -> Result<Vec<f64>, crate::dsp::DspError> {
    let Some(bridged) = bridged(samples_mv) else {
        return Ok(samples_mv.to_vec());
    };
    let mut result = band.filtered(&bridged)?;
    for (filtered, &sample_mv) in result.iter_mut().zip(samples_mv) {
        if !sample_mv.is_finite() {
            *filtered = sample_mv;
        }
    }
    Ok(result)
}

/// Straight lines over what has no value; `None` where nothing has one.
fn bridged(samples_mv: &[f64]) -> Option<Vec<f64>> {
    let known: Vec<usize> = (0..samples_mv.len())
        .filter(|&i| samples_mv[i].is_finite())
        .collect();
    let (&first, &last) = (known.first()?, known.last()?);
    let mut bridged = samples_mv.to_vec();
    bridged[..first].fill(samples_mv[first]);
    bridged[last..].fill(samples_mv[last]);
    for pair in known.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let rise_mv = samples_mv[to] - samples_mv[from];
        for (i, bridge_mv) in bridged[from..to].iter_mut().enumerate() {
            *bridge_mv = samples_mv[from] + rise_mv * i as f64 / (to - from) as f64;
        }
    }
    Some(bridged)
}

/// How an ECG is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DisplayOptions {
    pub layout: PageLayout,
    pub order: LeadOrder,
    pub columns: Columns,
    pub speed: PaperSpeed,
    pub gain: Gain,
    /// Chest leads at half of the gain.
    pub half_gain_chest: bool,
    pub filter: DisplayFilter,
}

impl DisplayOptions {
    /// The spec of a sheet in this look, without words and marks.
    pub fn spec(&self) -> SheetSpec {
        SheetSpec {
            layout: self.layout.layout(),
            order: self.order,
            columns: self.columns,
            speed_mm_per_s: self.speed.mm_per_s(),
            gain_mm_per_mv: self.gain.mm_per_mv(),
            half_gain_chest: self.half_gain_chest,
            row_height_mm: self.layout.row_height_mm(),
            page_s: PAGE_S,
            ..SheetSpec::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_bridged_for_the_filter_and_stay_gaps() {
        let gap = f64::NAN;
        assert_eq!(
            bridged(&[gap, 1.0, gap, gap, 4.0, gap]),
            Some(vec![1.0, 1.0, 2.0, 3.0, 4.0, 4.0])
        );
        assert_eq!(bridged(&[gap, gap]), None);
        let mut samples_mv: Vec<f64> = (0..1000).map(|i| (f64::from(i) * 0.05).sin()).collect();
        samples_mv[300..310].fill(gap);
        let band = DisplayBand::of_rate(500.0).unwrap();
        let result = filtered(&band, &samples_mv).unwrap();
        for (i, value) in result.iter().enumerate() {
            assert_eq!(value.is_nan(), (300..310).contains(&i), "sample {i}");
        }
    }

    #[test]
    fn what_cannot_be_filtered_is_shown_as_it_is_and_said() {
        let channel = Channel {
            name: "II".to_owned(),
            lead: Some(Lead::II),
            samples_mv: vec![0.5; 3],
        };
        let short = Recording::of_signals(500.0, vec![channel]);
        let (shown, note) = DisplayFilter::Diagnostic.shown(&short);
        assert_eq!(*shown, short);
        assert!(
            note.starts_with("no display filter: the signal has 3 samples"),
            "{note}"
        );
        let none = Recording::of_signals(f64::NAN, Vec::new());
        let (_, note) = DisplayFilter::Monitoring.shown(&none);
        assert!(note.starts_with("no display filter: "), "{note}");
    }
}
