//! The program's own part of a frame at 1600x1000: 12 leads of a 30-minute
//! recording at 1000 Hz, as the Read screen shows them. The driver's part,
//! which depends on the graphics, is not in it.

#[path = "shared/dense.rs"]
mod dense;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use eframe::egui::{Context, Pos2, RawInput, Rect, vec2};
use protoecg::sheet::{
    DisplayOptions, PageLayout, Palette, Scene, SheetSpec, SheetView, paint_egui, scene,
};

/// One frame: everything up to the triangles.
fn frame(ctx: &Context, page: &Scene) -> usize {
    let area = Rect::from_min_size(Pos2::ZERO, vec2(1600.0, 1000.0));
    let input = RawInput {
        screen_rect: Some(area),
        ..RawInput::default()
    };
    let output = ctx.run_ui(input, |ui| {
        let view = SheetView::fit(page, (1600.0, 1000.0));
        paint_egui(ui.painter(), area, page, &view, &Palette::LIGHT);
    });
    ctx.tessellate(output.shapes, output.pixels_per_point).len()
}

fn benches(criterion: &mut Criterion) {
    let recording = dense::recording();
    for layout in [PageLayout::ThreeByFourOne, PageLayout::TwelveByOne] {
        let display = DisplayOptions {
            layout,
            ..DisplayOptions::default()
        };
        let mut group = criterion.benchmark_group(layout.name());
        let ctx = Context::default();
        let page = scene(&recording, &display.spec());
        frame(&ctx, &page);
        group.bench_function("a frame", |b| b.iter(|| black_box(frame(&ctx, &page))));
        let mut page_start_s = 0.0;
        // Done by a background thread in the program.
        group.bench_function("another part of the recording", |b| {
            b.iter(|| {
                page_start_s = (page_start_s + 0.25) % (dense::DURATION_S - 10.0);
                let spec = SheetSpec {
                    page_start_s,
                    ..display.spec()
                };
                black_box(scene(&recording, &spec))
            });
        });
        group.finish();
    }
}

criterion_group!(frames, benches);
criterion_main!(frames);
