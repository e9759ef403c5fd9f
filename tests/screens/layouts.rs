//! A picture of each layout, of a simulated ECG: what the window, the PDF and
//! the PNG are all painted from.

use egui_kittest::SnapshotResults;
use protoecg::explain::reading;
use protoecg::sheet::{
    Columns, DisplayOptions, Gain, LeadOrder, Mark, PageLayout, Palette, PaperSpeed, SheetSpec,
    scene, to_png,
};
use protoecg::{measurements, simulator};

/// Small, and fine enough that a millimetre is two pixels.
const DPI: f64 = 50.8;

#[test]
fn layouts_look_as_they_did() {
    let ecg = simulator::simulate(1, 2026)
        .next()
        .unwrap()
        .recording_500_hz;
    let mut results = SnapshotResults::new();
    let mut picture = |name: &str, spec: SheetSpec| {
        let png = to_png(&scene(&ecg, &spec), &Palette::LIGHT, DPI).unwrap();
        let image = image::load_from_memory(&png).unwrap().to_rgba8();
        results.add(egui_kittest::try_image_snapshot(&image, name));
    };
    for layout in PageLayout::ALL {
        let display = DisplayOptions {
            layout,
            ..DisplayOptions::default()
        };
        let name = format!("layout_{}", layout.name().replace('+', "_"));
        picture(&name, display.spec());
    }
    // All that is unusual at once, with a window across the edge at 5.0 s.
    let display = DisplayOptions {
        layout: PageLayout::SixByTwo,
        order: LeadOrder::Cabrera,
        speed: PaperSpeed::Mm12_5,
        gain: Gain::Mm20,
        half_gain_chest: true,
        ..DisplayOptions::default()
    };
    let split = SheetSpec {
        marks: vec![Mark::pooled(4.64, 5.6, Some((2.67, 7.65)), "window")],
        ..display.spec()
    };
    picture("layout_cabrera", split);
    let display = DisplayOptions {
        columns: Columns::Simultaneous,
        ..DisplayOptions::default()
    };
    let measured = measurements::measure(&ecg, None).unwrap();
    let ticks = SheetSpec {
        ticks: reading::ticks(&measured),
        ..display.spec()
    };
    picture("layout_simultaneous", ticks);
    results.unwrap();
}
