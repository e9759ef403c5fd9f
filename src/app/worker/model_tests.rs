//! What the thread does first, and what it leaves.

use super::*;
use crate::simulator;

/// What is asked is answered before a measurement goes on, and that of a
/// question that is not on the screen any more is given up.
#[test]
fn the_influence_is_measured_last_and_only_for_what_is_on_the_screen() {
    let (events, received) = Events::new(&eframe::egui::Context::default());
    let (old, now) = (1, 2);
    let current = CurrentTicket::new(AtomicU64::new(now));
    let (jobs, thread) = start(&events, &current).unwrap();
    let ecg = simulator::simulate(1, 2026).next().unwrap().recording;
    let recording = Arc::new(ecg);
    let send = |job| assert!(jobs.send(super::super::Priority::Seen, job));
    let measure = |ticket| ModelJob::MeasureInfluence {
        ticket,
        recording: Arc::clone(&recording),
        changes: Changes::default(),
        branch: 0,
    };
    send(ModelJob::Load {
        path: Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo-rhythm"),
        device: DeviceChoice::Cpu,
        ptbxl_dir: None,
    });
    send(measure(old));
    send(measure(now));
    for _ in 0..2 {
        send(ModelJob::Predict {
            ticket: now,
            recording: Arc::clone(&recording),
            changes: Changes::default(),
            class: None,
        });
    }
    let mut told = Vec::new();
    while told.len() < 3 {
        match received.recv_timeout(std::time::Duration::from_secs(120)) {
            Ok(Event::Predicted { ticket, result }) => {
                assert!(result.is_ok());
                told.push(("predicted", ticket));
            }
            Ok(Event::InfluenceMeasured { ticket, result, .. }) => {
                let measured = result.unwrap().on(0).unwrap();
                assert_eq!(measured.cosine_falls.len(), 32);
                told.push(("measured", ticket));
            }
            Ok(_) => {}
            Err(error) => panic!("{error}: {told:?}"),
        }
    }
    let predicted = ("predicted", now);
    assert_eq!(told, [predicted, predicted, ("measured", now)]);
    // Another question: it is given up and never told.
    send(measure(now));
    current.store(now + 1, Ordering::Release);
    drop(jobs);
    thread.join().unwrap();
    assert!(
        !received
            .try_iter()
            .any(|event| { matches!(event, Event::InfluenceMeasured { .. }) })
    );
}
