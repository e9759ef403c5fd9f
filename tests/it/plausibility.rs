//! What is wrong with a recording is found and named before a model scores it,
//! and what is right is left alone.

use protoecg::ecg::{Channel, Lead, Recording};
use protoecg::formats;
use protoecg::plausibility::{Code, Finding, Report, Severity, admit};

use crate::reference_data::sample_files;

/// One beat a second: P, QRS and T as bell curves, in millivolts.
fn beat(t_s: f64, r_mv: f64) -> f64 {
    let bell =
        |at: f64, width: f64, height: f64| height * (-((t_s.fract() - at) / width).powi(2)).exp();
    bell(0.2, 0.03, 0.1) + bell(0.37, 0.012, r_mv) - bell(0.41, 0.012, 0.2) + bell(0.65, 0.06, 0.3)
}

/// A clean ECG that keeps Einthoven's and Goldberger's equations.
fn ecg(rate_hz: f64, duration_s: f64) -> Recording {
    let sample = |lead: Lead, t_s: f64| {
        let (one, two) = (beat(t_s, 0.6), beat(t_s, 1.1));
        match lead {
            Lead::I => one,
            Lead::II => two,
            Lead::III => two - one,
            Lead::AVR => -(one + two) / 2.0,
            Lead::AVL => one - two / 2.0,
            Lead::AVF => two - one / 2.0,
            chest => beat(t_s, 0.3 * (chest.index() as f64 - 4.0)),
        }
    };
    let samples = (rate_hz * duration_s).round() as usize;
    let channel = |lead: Lead| Channel {
        name: lead.name().to_owned(),
        lead: Some(lead),
        samples_mv: (0..samples)
            .map(|n| (sample(lead, n as f64 / rate_hz) * 1000.0).round() / 1000.0)
            .collect(),
    };
    Recording::of_signals(rate_hz, Lead::STANDARD.map(channel).to_vec())
}

fn changed(change: impl Fn(&mut Recording)) -> Recording {
    let mut recording = ecg(100.0, 10.0);
    change(&mut recording);
    recording
}

fn samples(recording: &mut Recording, lead: Lead) -> &mut Vec<f64> {
    &mut recording.channels[lead.index()].samples_mv
}

fn assess(recording: &Recording) -> Report {
    admit(recording.clone()).report
}

/// What does not simply pass.
fn remarks(recording: &Recording) -> Vec<Finding> {
    assess(recording).remarks().cloned().collect()
}

/// The only finding.
#[track_caller]
fn only(recording: &Recording) -> Finding {
    let mut findings = remarks(recording);
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings.remove(0)
}

#[track_caller]
fn assert_finding(recording: &Recording, code: Code, severity: Severity, message: &str) {
    let finding = only(recording);
    assert_eq!(
        (finding.code, finding.severity),
        (code, severity),
        "{}",
        finding.message
    );
    assert!(finding.message.contains(message), "{}", finding.message);
    assert_eq!(assess(recording).refused(), severity == Severity::Refuse);
}

#[test]
fn a_clean_ecg_has_no_finding() {
    assert_eq!(remarks(&ecg(100.0, 10.0)), []);
}

/// A check that passes says what it measured, and nothing passes and fails.
#[test]
fn what_passes_is_listed_with_its_number_and_limit() {
    let report = assess(&ecg(100.0, 10.0));
    let passed: Vec<Code> = report.of(Severity::Pass).map(|f| f.code).collect();
    for code in [
        Code::MissingLead,
        Code::Duration,
        Code::SamplingRate,
        Code::MissingSamples,
        Code::CalibrationPulse,
        Code::AmplitudeScale,
        Code::TimeScale,
        Code::FlatLead,
        Code::ClippedLead,
        Code::BaselineOffset,
        Code::Noise,
        Code::Wander,
        Code::EinthovenResidual,
        Code::GoldbergerResidual,
        Code::LimbLeadSwap,
        Code::ChestLeadSwap,
    ] {
        assert_eq!(passed.iter().filter(|&&c| c == code).count(), 1, "{code:?}");
    }
    let noise = report.of(Severity::Pass).find(|f| f.code == Code::Noise);
    let noise = noise.unwrap();
    assert!(noise.value < noise.limit && noise.unit == "mV" && noise.lead.is_some());
    let flat = assess(&changed(|r| samples(r, Lead::V2).fill(0.0)));
    assert!(flat.of(Severity::Pass).all(|f| f.code != Code::FlatLead));
}

#[test]
fn missing_and_doubled_leads_are_named() {
    let nine = changed(|r| r.channels.truncate(9));
    let report = assess(&nine);
    let missing = report.remarks().filter(|f| f.code == Code::MissingLead);
    let leads: Vec<_> = missing.filter_map(|f| f.lead).collect();
    assert_eq!(leads, [Lead::V4, Lead::V5, Lead::V6]);
    assert!(report.refused());
    let doubled = changed(|r| r.channels.push(r.channels[6].clone()));
    assert_finding(
        &doubled,
        Code::DuplicateLead,
        Severity::Warn,
        "lead V1 is there 2 times",
    );
}

#[test]
fn duration_and_rate_are_judged() {
    assert_finding(
        &ecg(100.0, 3.0),
        Code::Duration,
        Severity::Refuse,
        "lasts 3.000 s",
    );
    assert_finding(
        &ecg(100.0, 12.0),
        Code::Duration,
        Severity::Note,
        "first 10 s",
    );
    assert_finding(
        &ecg(50.0, 10.0),
        Code::SamplingRate,
        Severity::Refuse,
        "50 Hz",
    );
    assert_finding(
        &ecg(500.0, 10.0),
        Code::SamplingRate,
        Severity::Note,
        "resampled to 100 Hz",
    );
}

#[test]
fn a_missing_sample_is_refused_with_its_time() {
    let gap = changed(|r| samples(r, Lead::V3)[250..253].fill(f64::NAN));
    let message = "lead V3 has no value for 3 samples, the first at 2.500 s";
    assert_finding(&gap, Code::MissingSamples, Severity::Refuse, message);
    // What is not read by a model may be missing.
    let mut late = ecg(100.0, 12.0);
    samples(&mut late, Lead::V3)[1100] = f64::NAN;
    assert_eq!(only(&late).code, Code::Duration);
}

#[test]
fn a_unit_mixed_up_is_guessed() {
    for (factor, guess) in [
        (1e3, "1,000 times too large: microvolts taken as millivolts"),
        (1e6, "1,000,000 times too large: nanovolts"),
        (1e-3, "1,000 times too small: volts taken as millivolts"),
        (1e-6, "1,000,000 times too small"),
    ] {
        let scaled = changed(|r| {
            let all = r.channels.iter_mut().flat_map(|c| &mut c.samples_mv);
            all.for_each(|v| *v *= factor);
        });
        assert_finding(&scaled, Code::AmplitudeScale, Severity::Refuse, guess);
    }
}

#[test]
fn flat_leads_are_named_and_many_of_them_refused() {
    let one = changed(|r| samples(r, Lead::V2).fill(0.0));
    assert_finding(&one, Code::FlatLead, Severity::Warn, "lead V2 is flat");
    let limb = changed(|r| samples(r, Lead::III).fill(0.0));
    assert_finding(&limb, Code::FlatLead, Severity::Warn, "lead III is flat");
    let stretch = changed(|r| samples(r, Lead::V2)[300..450].fill(0.1));
    assert_finding(
        &stretch,
        Code::FlatLead,
        Severity::Warn,
        "holds one value for 1.50 s",
    );
    let all = changed(|r| r.channels.iter_mut().for_each(|c| c.samples_mv.fill(0.0)));
    let report = assess(&all);
    assert_eq!(report.findings[0].code, Code::NoSignal);
    assert!(report.refused());
    assert_eq!(report.of(Severity::Warn).count(), 12);
}

#[test]
fn clipping_is_found_at_either_end() {
    let top = changed(|r| {
        samples(r, Lead::V6)
            .iter_mut()
            .for_each(|v| *v = v.min(0.9))
    });
    assert_finding(
        &top,
        Code::ClippedLead,
        Severity::Warn,
        "lead V6 looks clipped at 0.900 mV (10 plateaus",
    );
    // Goldberger's equation is then broken, too.
    let bottom = changed(|r| {
        samples(r, Lead::AVR)
            .iter_mut()
            .for_each(|v| *v = v.max(-0.3))
    });
    let clipped = remarks(&bottom)
        .into_iter()
        .find(|f| f.code == Code::ClippedLead);
    let message = clipped.unwrap().message;
    assert!(
        message.contains("lead aVR looks clipped at -0.300 mV"),
        "{message}"
    );
    // The steps at its ends are noise above 20 Hz, too.
    let rail = changed(|r| samples(r, Lead::V6)[500..530].fill(5.0));
    let clipped = remarks(&rail)
        .into_iter()
        .find(|f| f.code == Code::ClippedLead);
    let clipped = clipped.unwrap();
    assert_eq!(
        (clipped.severity, clipped.lead),
        (Severity::Warn, Some(Lead::V6))
    );
    assert!(clipped.message.contains("the longest 0.300 s"));
}

/// Identical beats without noise, in steps of 5 uV, are level at the top of
/// every wave; they are not clipped.
#[test]
fn a_smooth_wave_is_not_clipped() {
    for rate_hz in [100.0, 250.0, 500.0, 1000.0] {
        let mut smooth = ecg(rate_hz, 10.0);
        for v in smooth.channels.iter_mut().flat_map(|c| &mut c.samples_mv) {
            *v = (*v / 0.005).round() * 0.005;
        }
        let report = assess(&smooth);
        assert_eq!(report.of(Severity::Warn).next(), None, "{rate_hz} Hz");
    }
}

#[test]
fn an_offset_baseline_is_a_warning() {
    let offset = changed(|r| samples(r, Lead::V1).iter_mut().for_each(|v| *v -= 8.0));
    assert_finding(
        &offset,
        Code::BaselineOffset,
        Severity::Warn,
        "lead V1 is at -8",
    );
}

#[test]
fn limb_leads_that_contradict_each_other_are_found() {
    let exchanged = changed(|r| {
        let (one, two) = (samples(r, Lead::I).clone(), samples(r, Lead::II).clone());
        *samples(r, Lead::I) = two;
        *samples(r, Lead::II) = one;
    });
    let report = assess(&exchanged);
    assert!(report.refused());
    assert!(
        report
            .findings
            .iter()
            .any(|f| f.code == Code::EinthovenResidual)
    );
    assert!(
        report.remarks().all(|f| f.lead != Some(Lead::AVR)),
        "aVR is symmetric in I and II"
    );

    let disturbed = changed(|r| samples(r, Lead::AVF)[412] = 1.5);
    assert_finding(
        &disturbed,
        Code::GoldbergerResidual,
        Severity::Warn,
        "aVF = II - I / 2 does not hold",
    );

    let shifted = changed(|r| samples(r, Lead::III).rotate_left(30));
    // What is left of QRS in the median beat of III is nothing.
    let found = remarks(&shifted);
    assert_eq!(
        (found[0].code, found[0].severity),
        (Code::EinthovenResidual, Severity::Refuse)
    );
    assert!(found[0].message.contains("not of the same moment"));
}

/// Carts store limb leads in steps of up to 5 uV.
#[test]
fn coarse_quantisation_is_no_contradiction() {
    let coarse = changed(|r| {
        let limb = r.channels[..6].iter_mut().flat_map(|c| &mut c.samples_mv);
        limb.for_each(|v| *v = (*v / 0.005).round() * 0.005);
    });
    assert_eq!(remarks(&coarse), []);
}

#[test]
fn noise_and_wander_are_named_lead_by_lead() {
    let noisy = changed(|r| {
        let samples = samples(r, Lead::V4).iter_mut().enumerate();
        // In step with no beat, or the median beat would have it.
        samples.for_each(|(n, v)| *v += 0.2 * ((n * 7919 % 101) as f64 / 50.0 - 1.0));
    });
    let report = assess(&noisy);
    let found: Vec<&Finding> = report.remarks().filter(|f| f.code == Code::Noise).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].severity, found[0].lead),
        (Severity::Warn, Some(Lead::V4))
    );
    assert!(!report.refused());
    let wandering = changed(|r| {
        let samples = samples(r, Lead::V1).iter_mut().enumerate();
        samples.for_each(|(n, v)| *v += 3.0 * (n as f64 / 100.0).sin());
    });
    assert_finding(&wandering, Code::Wander, Severity::Warn, "in lead V1");
}

#[test]
fn odd_recordings_do_not_panic() {
    let empty = changed(|r| r.channels.clear());
    assert!(assess(&empty).refused());
    for rate_hz in [0.0, f64::NAN, f64::INFINITY, -1.0, 1e-9] {
        assert!(
            assess(&changed(|r| r.rate_hz = rate_hz)).refused(),
            "{rate_hz}"
        );
    }
    let nothing = changed(|r| {
        r.channels
            .iter_mut()
            .for_each(|c| c.samples_mv.fill(f64::NAN))
    });
    assert!(assess(&nothing).refused());
    let uneven = changed(|r| samples(r, Lead::II).truncate(3));
    let _ = assess(&uneven);
    let wild = changed(|r| samples(r, Lead::II)[9] = f64::MAX);
    assert!(!assess(&wild).findings.is_empty());
}

#[test]
fn findings_have_stable_names_in_json() {
    let json = serde_json::to_value(assess(&changed(|r| samples(r, Lead::V2).fill(0.0)))).unwrap();
    let finding = &json["findings"][0];
    assert_eq!(finding["code"], "flat_lead");
    assert_eq!(finding["severity"], "warn");
    assert_eq!(finding["lead"], "V2");
    assert_eq!(
        (finding["value"].as_f64(), finding["limit"].as_f64()),
        (Some(0.0), Some(0.03))
    );
    assert_eq!(finding["unit"], "mV");
}

/// Other people's files: long ones and 500 or 1,000 Hz, but nothing wrong.
#[test]
fn sample_records_are_only_cut_and_resampled() {
    let Some(folder) = sample_files() else { return };
    for file in [
        "wfdb/s0010_re",
        "wfdb-mat/A0001",
        "wfdb-mat/A0002",
        "wfdb-mat/A0003",
        "wfdb-mat/A0005",
    ] {
        let report = assess(&formats::open(&folder.join(file)).unwrap());
        let notes = report.of(Severity::Note).count();
        assert_eq!(notes, report.remarks().count(), "{file}: {report:?}");
    }
}
