//! Sections 3 to 6 as they stand in the file, before anything is decoded.

use crate::ecg::Lead;
use crate::formats::FormatError;
use crate::formats::content::Content;

/// Section 3: which leads there are, and when each was recorded.
pub(super) struct Leads {
    pub spans: Vec<LeadSpan>,
    /// Whether section 6 is what is left after subtracting the reference beat.
    pub reference_subtracted: bool,
}

/// One lead, from its first to its last sample, counted from 1.
#[derive(Clone, Copy)]
pub(super) struct LeadSpan {
    pub first: u32,
    pub last: u32,
    code: u8,
}

impl Leads {
    /// # Errors
    /// A section that is cut, no leads, a last sample before the first.
    pub fn parse(section: &Content) -> Result<Self, FormatError> {
        let count = usize::from(section.u8(0, "the number of leads")?);
        let flags = section.u8(1, "the flags of section 3")?;
        let list = section.part(2, 9 * count, "the leads of section 3")?;
        let mut spans = Vec::with_capacity(count);
        for i in 0..count {
            let span = LeadSpan {
                first: list.u32_le(9 * i, "a lead")?,
                last: list.u32_le(9 * i + 4, "a lead")?,
                code: list.u8(9 * i + 8, "a lead")?,
            };
            if span.first == 0 || span.last < span.first {
                let found = format!("{} to {}", span.first, span.last);
                let expected = "a first and a last one, counted from 1";
                return Err(section.wrong(
                    format!("the samples of lead {}", span.name()),
                    found,
                    expected,
                ));
            }
            spans.push(span);
        }
        if spans.is_empty() {
            return Err(section.wrong("the number of leads", 0, "1 or more"));
        }
        Ok(Self {
            spans,
            reference_subtracted: flags & 1 != 0,
        })
    }

    /// The first sample of all leads.
    pub fn first(&self) -> u32 {
        self.spans.iter().map(|lead| lead.first).min().unwrap_or(1)
    }

    /// Samples from the first to the last of all leads.
    pub fn length(&self) -> usize {
        let last = self.spans.iter().map(|lead| lead.last).max().unwrap_or(0);
        (last - self.first().min(last)) as usize + 1
    }
}

impl LeadSpan {
    /// The name of the lead: of the twelve, of some others, or by number.
    pub fn name(&self) -> String {
        match (self.standard(), self.code) {
            (Some(lead), _) => lead.name().to_owned(),
            (None, 9) => "V7".to_owned(),
            (None, 10..=15) => format!("V{}R", self.code - 8),
            (None, 16) => "X".to_owned(),
            (None, 17) => "Y".to_owned(),
            (None, 18) => "Z".to_owned(),
            (None, 66) => "V8".to_owned(),
            (None, 67) => "V9".to_owned(),
            (None, 68) => "V8R".to_owned(),
            (None, 69) => "V9R".to_owned(),
            (None, code) => format!("SCP lead {code}"),
        }
    }

    pub fn standard(&self) -> Option<Lead> {
        match self.code {
            1 => Some(Lead::I),
            2 => Some(Lead::II),
            3..=8 => Lead::STANDARD.get(usize::from(self.code) + 3).copied(),
            61..=64 => Lead::STANDARD.get(usize::from(self.code) - 59).copied(),
            _ => None,
        }
    }
}

/// Section 4: where the reference beat was subtracted, and what was protected
/// from being thinned out. Sample numbers count from 1.
#[derive(Default)]
pub(super) struct QrsLocations {
    pub beat_length_ms: u32,
    /// The fiducial sample in the reference beat.
    pub beat_fiducial: u32,
    pub beats: Vec<Beat>,
    /// First and last sample of each; empty where the section has none.
    pub protected: Vec<(u32, u32)>,
}

/// A beat and the zone in which the reference beat was subtracted from it.
pub(super) struct Beat {
    /// 0 is the type of the reference beat; only that was subtracted.
    pub kind: u16,
    pub first: u32,
    pub fiducial: u32,
    pub last: u32,
}

impl QrsLocations {
    /// # Errors
    /// A section that is cut.
    pub fn parse(section: &Content) -> Result<Self, FormatError> {
        let what = "section 4";
        let count = usize::from(section.u16_le(4, what)?);
        let zones = section.part(6, 14 * count, "the subtraction zones of section 4")?;
        let beat = |i: usize| {
            Ok(Beat {
                kind: zones.u16_le(14 * i, what)?,
                first: zones.u32_le(14 * i + 2, what)?,
                fiducial: zones.u32_le(14 * i + 6, what)?,
                last: zones.u32_le(14 * i + 10, what)?,
            })
        };
        // A writer that thins nothing out leaves the protected areas away.
        let areas = section
            .part(
                6 + 14 * count,
                8 * count,
                "the protected areas of section 4",
            )
            .ok();
        let area = |i: usize| {
            let areas = areas.as_ref()?;
            Some((
                areas.u32_le(8 * i, what).ok()?,
                areas.u32_le(8 * i + 4, what).ok()?,
            ))
        };
        Ok(Self {
            beat_length_ms: section.u16_le(0, what)?.into(),
            beat_fiducial: section.u16_le(2, what)?.into(),
            beats: (0..count).map(beat).collect::<Result<_, FormatError>>()?,
            protected: (0..count).filter_map(area).collect(),
        })
    }
}

/// Section 5 or 6: the coded samples of each lead.
pub(super) struct Coded<'a> {
    pub section: u8,
    /// Nanovolts per unit.
    pub avm_nv: u16,
    pub interval_us: u16,
    /// 0 for samples, 1 and 2 for first and second differences.
    pub order: u8,
    pub bimodal: bool,
    pub leads: Vec<Content<'a>>,
}

impl<'a> Coded<'a> {
    /// # Errors
    /// A section that is cut, a multiplier or interval of 0, another difference.
    pub fn parse(section: &Content<'a>, number: u8, leads: usize) -> Result<Self, FormatError> {
        let name = |field: &str| format!("the {field} of section {number}");
        let avm_nv = section.u16_le(0, &name("amplitude multiplier"))?;
        let interval_us = section.u16_le(2, &name("sampling interval"))?;
        let order = section.u8(4, &name("difference encoding"))?;
        let bimodal = section.u8(5, &name("compression"))?;
        for (field, value) in [
            ("amplitude multiplier", avm_nv),
            ("sampling interval", interval_us),
        ] {
            if value == 0 {
                return Err(section.wrong(name(field), 0, "1 or more"));
            }
        }
        if order > 2 {
            return Err(section.wrong(name("difference encoding"), order, "0, 1 or 2"));
        }
        let lengths = section.part(6, 2 * leads, &name("list of lengths"))?;
        let mut at = 6 + 2 * leads;
        let mut data = Vec::with_capacity(leads);
        for i in 0..leads {
            let length = lengths.u16_le(2 * i, "a length")?.into();
            data.push(section.part(at, length, &format!("lead {} of section {number}", i + 1))?);
            at += length;
        }
        Ok(Self {
            section: number,
            avm_nv,
            interval_us,
            order,
            // In section 5 the byte is reserved.
            bimodal: number == 6 && bimodal == 1,
            leads: data,
        })
    }
}
