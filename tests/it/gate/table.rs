//! Counting.

use std::collections::BTreeMap;
use std::thread;

use protoecg::plausibility::{Code, Severity, admit};

use super::Good;
use super::faults::Fault;

/// How one fault fared.
#[derive(Clone, Debug)]
pub struct Score {
    pub fault: &'static str,
    pub records: usize,
    pub caught: usize,
    pub refused: usize,
    pub named: usize,
    pub sinus: usize,
    pub caught_in_sinus: usize,
}

impl Score {
    /// Of RA and LA only sinus rhythm counts.
    pub fn share(&self) -> f64 {
        match self.fault {
            "RA and LA exchanged" => self.caught_in_sinus as f64 / self.sinus as f64,
            _ => self.caught as f64 / self.records as f64,
        }
    }

    pub fn line(&self) -> String {
        let percent = |n: usize, of: usize| 100.0 * n as f64 / of as f64;
        format!(
            "{} | {} | {:.1} | {:.1} | {:.1} | {}, {:.1}",
            self.fault,
            self.records,
            percent(self.caught, self.records),
            percent(self.refused, self.records),
            percent(self.named, self.records),
            self.sinus,
            percent(self.caught_in_sinus, self.sinus)
        )
    }

    fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.caught += other.caught;
        self.refused += other.refused;
        self.named += other.named;
        self.sinus += other.sinus;
        self.caught_in_sinus += other.caught_in_sinus;
    }

    fn of(fault: &Fault, good: &[Good], first: usize) -> Self {
        let mut score = Self {
            fault: fault.name,
            records: good.len(),
            caught: 0,
            refused: 0,
            named: 0,
            sinus: good.iter().filter(|g| g.sinus).count(),
            caught_in_sinus: 0,
        };
        for (i, good) in good.iter().enumerate() {
            let faulty = (fault.done)(&good.recording, (first + i) as u64);
            let admitted = admit(faulty);
            let caught = fault.is_caught(&admitted);
            score.caught += usize::from(caught);
            score.caught_in_sinus += usize::from(caught && good.sinus);
            score.refused += usize::from(admitted.report.refused());
            score.named += usize::from(fault.is_named(&admitted));
            if std::env::var_os("GATE_LIST").is_some() {
                let of_code = admitted.report.findings.iter();
                let values: Vec<Option<f64>> = of_code
                    .filter(|f| f.code == fault.code)
                    .map(|f| f.value)
                    .collect();
                println!("    {} | {} | {caught} | {values:?}", fault.name, good.name);
            }
        }
        score
    }
}

/// One score for each fault.
pub fn scores(good: &[Good], faults: &[Fault]) -> Vec<Score> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let part = good.len().div_ceil(threads);
    thread::scope(|scope| {
        let parts: Vec<_> = good
            .chunks(part)
            .enumerate()
            .map(|(i, good)| {
                scope.spawn(move || -> Vec<Score> {
                    let of = |fault| Score::of(fault, good, i * part);
                    faults.iter().map(of).collect()
                })
            })
            .collect();
        let mut parts = parts.into_iter().map(|p| p.join().unwrap());
        let mut sum = parts.next().unwrap();
        for part in parts {
            sum.iter_mut().zip(&part).for_each(|(a, b)| a.add(b));
        }
        sum
    })
}

/// Records with a warning or a refusal, code by code.
pub fn print_untouched(name: &str, good: &[Good]) {
    let mut counts: BTreeMap<(Severity, Code), usize> = BTreeMap::new();
    let (mut refused, mut warned) = (0, 0);
    for good in good {
        let report = admit(good.recording.clone()).report;
        let mut found: Vec<_> = report
            .remarks()
            .filter(|f| f.severity <= Severity::Warn)
            .map(|f| (f.severity, f.code))
            .collect();
        found.dedup();
        found
            .iter()
            .for_each(|f| *counts.entry(*f).or_default() += 1);
        refused += usize::from(report.refused());
        warned += usize::from(report.of(Severity::Warn).next().is_some());
    }
    println!(
        "\n{name}: {} untouched, {refused} refused, {warned} with a warning",
        good.len()
    );
    for ((severity, code), count) in counts {
        println!("{severity:?} | {code:?} | {count}");
    }
}
