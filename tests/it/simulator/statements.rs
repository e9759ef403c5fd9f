//! The rest of the statements, and the truth of all: by what is in the signals
//! without noise, and by what the tables say.

use std::ops::ControlFlow;

use protoecg::dataset::DataSet;
use protoecg::ecg::Lead::{self, AVF, I, II, V1, V5, V6};
use protoecg::simulator::{BeatKind, Collection, Mix, Noise, Recipe, Rhythm};

use super::criteria::{all, averaged, examples};
use super::{has, lead, mean, piece, seed};

fn usual() -> Recipe {
    Recipe {
        mix: Mix::Statements,
        seed: seed(9),
        noise: Noise::USUAL,
    }
}

/// Of P in a lead: the highest and the lowest point, from the level at its
/// onset, and how many milliseconds it is below -0.04 mV.
fn p_wave(ecg: &protoecg::simulator::SimulatedEcg, which: Lead) -> (f64, f64, f64) {
    let beat = ecg
        .truth
        .beats
        .iter()
        .find(|b| b.kind == BeatKind::Normal && b.p_onset_s.is_some_and(|p| p > 0.1))
        .unwrap();
    let (from_s, to_s) = (beat.p_onset_s.unwrap(), beat.p_offset_s.unwrap());
    let recording = &ecg.recording_500_hz;
    let base = mean(piece(recording, which, from_s - 0.006, from_s));
    let wave: Vec<f64> = piece(recording, which, from_s, to_s)
        .iter()
        .map(|x| x - base)
        .collect();
    (
        wave.iter().copied().fold(f64::MIN, f64::max),
        wave.iter().copied().fold(f64::MAX, f64::min),
        2.0 * wave.iter().filter(|&&x| x < -0.04).count() as f64,
    )
}

#[test]
fn atria_that_are_large_are_seen_in_p() {
    for ecg in &examples()["LAO/LAE"] {
        assert!(ecg.truth.p_ms().unwrap() >= 120.0, "{:?}", ecg.truth.p_ms());
        let (_, lowest, ms) = p_wave(ecg, V1);
        // Morris 1964: the terminal part in V1, 1 mm deep or 40 ms long.
        assert!(lowest < -0.06 && ms >= 20.0, "{lowest} mV, {ms} ms");
    }
    for ecg in &examples()["RAO/RAE"] {
        let (highest, ..) = p_wave(ecg, II);
        assert!(highest >= 0.24, "{highest} mV");
    }
}

#[test]
fn st_and_t_are_as_they_are_called() {
    all("STD_", "ST depression in two leads", |_, b| {
        Lead::STANDARD.iter().filter(|&&l| b.st(l) < -0.05).count() >= 2
    });
    all("STE_", "ST elevation in three leads", |_, b| {
        Lead::STANDARD.iter().filter(|&&l| b.st(l) > 0.08).count() >= 3
    });
    all(
        "INVT",
        "negative T in two leads besides aVR and V1",
        |_, b| {
            let leads = [
                I,
                II,
                Lead::III,
                Lead::AVL,
                AVF,
                Lead::V2,
                Lead::V3,
                Lead::V4,
                V5,
                V6,
            ];
            leads.iter().filter(|&&l| b.t(l) < -0.1).count() >= 2
        },
    );
    all("LOWT", "T below a tenth of R in II, V5", |_, b| {
        [II, V5]
            .iter()
            .all(|&l| b.t(l).abs() < 0.1 * b.r(l).max(0.5))
    });
    all("NDT", "T small", |_, b| {
        [I, II, V5, V6].iter().all(|&l| b.t(l) < 0.25)
    });
    all(
        "ISC_",
        "ST depression and negative T to the left",
        |_, b| b.st(V5) < -0.04 && b.t(V5) < 0.0 && b.st(V6) < -0.03,
    );
    for ecg in &examples()["LNGQT"] {
        assert!(ecg.truth.qtc_fridericia_ms() > 470.0);
    }
    for (ecg, _) in averaged("SR") {
        let qtc_ms = ecg.truth.qtc_fridericia_ms();
        assert!((340.0..460.0).contains(&qtc_ms), "{qtc_ms}");
    }
    for ecg in &examples()["DIG"] {
        assert!(ecg.truth.qtc_fridericia_ms() < 400.0);
        assert!(ecg.truth.leads[10].st_j60_mv < -0.06);
    }
    let tall = examples()["EL"]
        .iter()
        .filter(|e| e.truth.leads[8].t_mv > 0.6);
    let flat = examples()["EL"]
        .iter()
        .filter(|e| e.truth.leads[8].t_mv < 0.3);
    assert!(tall.count() > 0 && flat.count() > 0);
    for ecg in examples()["1AVB"].iter().filter(|e| has(e, "LPR")) {
        assert!(ecg.truth.pr_ms > Some(200.0));
    }
}

#[test]
fn the_truth_of_leads_and_axes_is_what_is_in_the_signal() {
    let mut seen = 0;
    for code in ["SR", "LVH", "IMI", "CRBBB", "CLBBB", "STD_", "LPFB", "ASMI"] {
        for (ecg, beat) in averaged(code) {
            let truth = &ecg.truth;
            for (which, of) in Lead::STANDARD.into_iter().zip(&truth.leads) {
                let (r, low) = (beat.r(which), beat.s(which));
                // Breath turns and scales the heart by a few percent.
                let near = |a: f64, b: f64| (a - b).abs() < 0.05 + 0.06 * r.max(low);
                assert!(near(r, of.r_mv), "{code} {which}: R {r} {}", of.r_mv);
                let deepest = of.q_mv.max(of.s_mv);
                assert!(near(low, deepest), "{code} {which}: S {low} {deepest}");
                let st = beat.st(which);
                assert!(
                    near(st, of.st_j60_mv),
                    "{code} {which}: ST {st} {}",
                    of.st_j60_mv
                );
            }
            let turn = (beat.axis_deg() - truth.qrs_axis_deg.unwrap() + 180.0).rem_euclid(360.0);
            // The axis of leads that nearly cancel is anybody's.
            let small = beat.r(I).max(beat.s(I)).max(beat.r(AVF)).max(beat.s(AVF)) < 0.4;
            assert!(small || (turn - 180.0).abs() < 15.0, "{code} {turn}");
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn noise_is_what_was_asked_for_and_changes_no_truth() {
    let with = |noise| Recipe { noise, ..usual() };
    let quiet = |ecg: &protoecg::simulator::SimulatedEcg| {
        // From one sample to the next in V5, where the heart is at rest.
        let beat = &ecg.truth.beats[1];
        let end_s = beat.p_onset_s.unwrap_or(beat.qrs_onset_s) - 0.01;
        let rest = piece(&ecg.recording_500_hz, V5, end_s - 0.06, end_s);
        mean(
            &rest
                .windows(2)
                .map(|w| (w[1] - w[0]).abs())
                .collect::<Vec<_>>(),
        )
    };
    let (mut once, mut four) = (0.0, 0.0);
    for index in 0..40 {
        let clean = with(Noise::NONE).ecg(index);
        let usual = with(Noise::USUAL).ecg(index);
        let bad = with(Noise::times(4.0)).ecg(index);
        assert_eq!(
            (&clean.truth, &clean.statements),
            (&usual.truth, &usual.statements)
        );
        assert_ne!(clean.recording, usual.recording);
        once += quiet(&usual);
        four += quiet(&bad);
    }
    assert!(four > 2.5 * once, "{once} {four}");
    let drift = Noise {
        wander: 10.0,
        ..Noise::NONE
    };
    let (clean, wandering) = (with(Noise::NONE).ecg(3), with(drift).ecg(3));
    let difference: Vec<f64> = lead(&wandering.recording_500_hz, II)
        .iter()
        .zip(lead(&clean.recording_500_hz, II))
        .map(|(a, b)| a - b)
        .collect();
    let step = difference.windows(2).map(|w| (w[1] - w[0]).abs());
    assert!(difference.iter().any(|x| x.abs() > 0.03));
    assert!(step.fold(0.0, f64::max) < 0.01);
}

#[test]
fn a_collection_of_all_statements_has_folds_tables_and_every_rhythm() {
    let out = tempfile::tempdir().unwrap();
    Collection {
        records: 300,
        recipe: usual(),
        with_500_hz: false,
    }
    .write(out.path(), &mut |_| ControlFlow::Continue(()))
    .unwrap();
    let data = DataSet::open(out.path()).unwrap();
    assert_eq!(data.unknown_codes(), Vec::<String>::new());
    assert_eq!(data.simulated().unwrap().mix, "all");
    let codes: std::collections::BTreeSet<&str> =
        data.entries().iter().flat_map(|e| e.codes()).collect();
    assert!(codes.len() >= 60, "{}", codes.len());
    for fold in 1..=10 {
        let of = data.folds(&[fold]).len();
        assert!((8..=90).contains(&of), "fold {fold}: {of}");
    }
    let beats = std::fs::read_to_string(out.path().join("beats.csv")).unwrap();
    let truths: Vec<_> = usual().ecgs(300).map(|e| e.truth).collect();
    let expected: usize = truths.iter().map(|t| t.beats.len()).sum();
    assert_eq!(beats.lines().count(), 1 + expected);
    assert!(beats.starts_with("ecg_id,kind,p_onset_s,p_offset_s,qrs_onset_s,r_peak_s"));
    // No P, no PR: not zero.
    for truth in truths {
        if matches!(
            truth.rhythm,
            Rhythm::AtrialFibrillation | Rhythm::AtrialFlutter
        ) {
            assert_eq!((truth.pr_ms, truth.p_axis_deg), (None, None));
        }
    }
}
