//! One example of each thing that only an ECG that looks like one shows.

use protoecg::ecg::{Lead, Recording};
use protoecg::formats;
use protoecg::plausibility::{Code, Finding, Report, Severity, admit};

use super::faults::{chest_order, electrodes};
use crate::reference_data::sample_files;

fn assess(recording: &Recording) -> Report {
    admit(recording.clone()).report
}

fn samples(recording: &mut Recording, lead: Lead) -> &mut Vec<f64> {
    &mut recording.channels[lead.index()].samples_mv
}

/// The only remark is a warning.
#[track_caller]
fn assert_warning(recording: &Recording, code: Code, message: &str) {
    let report = assess(recording);
    let found: Vec<&Finding> = report.remarks().collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].code, found[0].severity), (code, Severity::Warn));
    assert!(found[0].message.contains(message), "{}", found[0].message);
}

/// Normal, in sinus rhythm: a rhythm four times as fast would hide a wrong rate.
fn simulated(rate_hz: f64) -> Recording {
    let is_normal = |ecg: &protoecg::simulator::SimulatedEcg| {
        let has = |code| ecg.statements.iter().any(|s| s == code);
        has("SR") && has("NORM")
    };
    let mut ecgs = protoecg::simulator::simulate_without_noise(100, 3);
    let ecg = ecgs.find(is_normal).unwrap();
    match rate_hz {
        100.0 => ecg.recording,
        _ => ecg.recording_500_hz,
    }
}

fn with_pulses(rate_hz: f64, height_mv: f64, start: bool, stop: bool) -> Recording {
    let mut recording = simulated(rate_hz);
    let samples = |s: f64, mv: f64| vec![mv; (s * rate_hz) as usize];
    let pulse = [
        samples(0.1, 0.0),
        samples(0.2, height_mv),
        samples(0.1, 0.0),
    ]
    .concat();
    for channel in &mut recording.channels {
        let mut samples_mv = if start { pulse.clone() } else { Vec::new() };
        samples_mv.append(&mut channel.samples_mv);
        if stop {
            samples_mv.extend(&pulse);
        }
        channel.samples_mv = samples_mv;
    }
    recording
}

#[test]
fn a_calibration_pulse_is_cut_off_and_said() {
    for rate_hz in [100.0, 500.0] {
        let ecg = simulated(rate_hz);
        for (start, stop) in [(true, false), (false, true), (true, true)] {
            let admitted = admit(with_pulses(rate_hz, 1.0, start, stop));
            assert_eq!(admitted.recording, ecg, "{rate_hz} Hz");
            assert!(!admitted.report.refused());
            let said = admitted.report.of(Severity::Note);
            let said: Vec<_> = said.filter(|f| f.code == Code::CalibrationPulse).collect();
            assert_eq!(said.len(), usize::from(start) + usize::from(stop));
            assert!(
                said[0].message.contains("1.00 mV in the"),
                "{}",
                said[0].message
            );
            assert!((said[0].value.unwrap() - 1.0).abs() < 0.02);
        }
    }
}

/// 10 mV where 1 mV is meant: the pulse tells of the gain.
#[test]
fn a_calibration_pulse_of_another_height_is_a_warning() {
    let report = admit(with_pulses(500.0, 10.0, false, true)).report;
    let pulse = report
        .of(Severity::Warn)
        .find(|f| f.code == Code::CalibrationPulse);
    let message = &pulse.unwrap().message;
    assert!(
        message.contains("10.00 mV in the last") && message.contains("gain"),
        "{message}"
    );
}

/// A pulse that is part of the ten seconds leaves too little.
#[test]
fn what_a_pulse_leaves_may_be_too_short() {
    let mut recording = with_pulses(500.0, 1.0, false, true);
    for channel in &mut recording.channels {
        channel.samples_mv.drain(..200);
    }
    let report = admit(recording).report;
    let short = report
        .of(Severity::Refuse)
        .find(|f| f.code == Code::Duration);
    assert!(short.unwrap().message.contains("9.600 s"));
}

/// A step in some leads, or of different heights, is the patient moving.
#[test]
fn an_artefact_at_the_end_is_no_calibration_pulse() {
    let mut uneven = with_pulses(500.0, 1.0, false, true);
    let count = uneven.len();
    for v in &mut samples(&mut uneven, Lead::V3)[count - 150..] {
        *v *= 2.0;
    }
    let admitted = admit(uneven.clone());
    assert_eq!(admitted.recording, uneven);
}

/// A Philips cart puts 1 mV into the last second.
#[test]
fn the_pulse_of_a_real_cart_is_cut_off() {
    let Some(folder) = sample_files() else { return };
    let file = formats::open(&folder.join("philips-xml/1-04.xml")).unwrap();
    let kept: Vec<f64> = file.lead(Lead::II).unwrap()[..5300].to_vec();
    let admitted = admit(file);
    assert_eq!(admitted.recording.lead(Lead::II).unwrap(), kept);
    let said = admitted.report.of(Severity::Note);
    let said = said.filter(|f| f.code == Code::CalibrationPulse).count();
    assert_eq!(said, 1);
}

/// What is said of an exchange names the electrodes, and is no refusal.
#[test]
fn exchanged_electrodes_are_named() {
    let ecg = simulated(100.0);
    assert!(assess(&ecg).of(Severity::Warn).next().is_none());
    let arms = electrodes(&ecg, ["LA", "RA", "LL"]);
    let message = "RA and LA look exchanged (or the heart is on the right)";
    assert_warning(&arms, Code::LimbLeadSwap, message);

    let chest = chest_order(&ecg, [6, 5, 4, 3, 2, 1]);
    let message = "V1 to V6 (in reverse) look exchanged";
    assert_warning(&chest, Code::ChestLeadSwap, message);

    let leg = electrodes(&ecg, ["RL", "LA", "LL"]);
    let report = assess(&leg);
    let named = |f: &&Finding| f.message.contains("RA and RL look exchanged");
    assert!(report.of(Severity::Warn).any(|f| named(&f)), "{report:?}");
    assert!(!report.refused(), "{report:?}");
}

#[test]
fn a_wrong_rate_is_refused_and_the_right_one_named() {
    let ecg = simulated(500.0);
    let mut slow = ecg.clone();
    for channel in &mut slow.channels {
        channel.samples_mv = channel.samples_mv.repeat(2);
    }
    slow.rate_hz = 125.0;
    let report = assess(&slow);
    let found = report
        .of(Severity::Refuse)
        .find(|f| f.code == Code::TimeScale);
    let found = found.expect("a time scale that is wrong by four");
    assert!(
        found.message.contains("at 500 Hz they would be"),
        "{}",
        found.message
    );
    assert!(found.value > found.limit);
    assert!(
        assess(&ecg)
            .of(Severity::Pass)
            .any(|f| f.code == Code::TimeScale)
    );
}
