//! How an ECG is looked at, for the subcommands that draw one.

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::sheet::{
    Columns, DisplayFilter, DisplayOptions, Gain, LeadOrder, PageLayout, PaperSpeed, PrintPage,
};

/// Layout, scales and filter.
#[derive(Clone, Debug, clap::Args)]
pub struct DisplayArguments {
    /// Which leads are where
    #[arg(long, default_value = "3x4+1", value_parser = layout())]
    layout: PageLayout,
    /// Limb leads in Cabrera's order: aVL, I, -aVR, II, aVF, III
    #[arg(long)]
    cabrera: bool,
    /// All columns begin at the same moment; without it each goes on where the one before ended
    #[arg(long)]
    simultaneous: bool,
    /// Paper speed in mm/s
    #[arg(long, value_name = "MM/S", default_value = "25", value_parser = speed())]
    speed: PaperSpeed,
    /// Gain in mm/mV
    #[arg(long, value_name = "MM/MV", default_value = "10", value_parser = gain())]
    gain: Gain,
    /// Chest leads at half of the gain
    #[arg(long)]
    half_gain_chest: bool,
    /// Display filter: diagnostic is 0.05-150 Hz, monitoring 0.5-40 Hz
    #[arg(long, default_value = "none", value_parser = filter())]
    filter: DisplayFilter,
}

impl DisplayArguments {
    pub fn options(&self) -> DisplayOptions {
        DisplayOptions {
            layout: self.layout,
            order: if self.cabrera {
                LeadOrder::Cabrera
            } else {
                LeadOrder::Standard
            },
            columns: if self.simultaneous {
                Columns::Simultaneous
            } else {
                Columns::Sequential
            },
            speed: self.speed,
            gain: self.gain,
            half_gain_chest: self.half_gain_chest,
            filter: self.filter,
        }
    }
}

/// Reads a value by its name, and lists the names in the help.
pub fn one_of<T: Copy + Send + Sync + 'static>(
    values: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let names: Vec<&'static str> = values.iter().map(|&value| name(value)).collect();
    PossibleValuesParser::new(names).map(move |text: String| {
        let found = values.iter().find(|&&value| name(value) == text);
        // The parser lets no other name through.
        *found.unwrap_or(&values[0])
    })
}

pub fn paper() -> impl TypedValueParser<Value = PrintPage> {
    one_of(&PrintPage::ALL, |page| match page {
        PrintPage::A4 => "a4",
        PrintPage::Letter => "letter",
    })
}

fn layout() -> impl TypedValueParser<Value = PageLayout> {
    one_of(&PageLayout::ALL, PageLayout::name)
}

fn speed() -> impl TypedValueParser<Value = PaperSpeed> {
    one_of(&PaperSpeed::ALL, PaperSpeed::name)
}

fn gain() -> impl TypedValueParser<Value = Gain> {
    one_of(&Gain::ALL, Gain::name)
}

fn filter() -> impl TypedValueParser<Value = DisplayFilter> {
    one_of(&DisplayFilter::ALL, DisplayFilter::name)
}
