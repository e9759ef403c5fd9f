//! The sheets of test ECGs: the one on the screen and the one after it; and where
//! a network with attention looked at them.

use std::collections::HashMap;
use std::path::PathBuf;

use super::reading::Exemplar;
use crate::app::worker::{AttendedTest, FileJob, ModelJob, Priority, TestEcgs};

pub struct TestSheets {
    /// Where they are read from.
    source: TestEcgs,
    ecgs: HashMap<u32, Exemplar>,
    /// `None` while it is being measured; or why it could not be.
    attended: HashMap<u32, Option<Result<Box<AttendedTest>, String>>>,
}

impl TestSheets {
    pub fn new(source: TestEcgs) -> Self {
        Self {
            source,
            ecgs: HashMap::new(),
            attended: HashMap::new(),
        }
    }

    /// Notes which sheets are wanted, by record number and checksum of the
    /// signal, and says what has to be read for that. Others are forgotten.
    pub fn want(&mut self, wanted: Vec<(u32, String, Priority)>) -> Vec<(Priority, FileJob)> {
        let is_wanted = |id: &u32| wanted.iter().any(|(ecg_id, ..)| ecg_id == id);
        self.ecgs.retain(|id, _| is_wanted(id));
        self.attended.retain(|id, _| is_wanted(id));
        let mut jobs = Vec::new();
        for (ecg_id, sha256, priority) in wanted {
            if self.ecgs.contains_key(&ecg_id) {
                continue;
            }
            self.ecgs.insert(ecg_id, Exemplar::Reading);
            let test_ecgs = self.source.clone();
            let job = FileJob::TestEcg {
                test_ecgs,
                ecg_id,
                sha256,
            };
            jobs.push((priority, job));
        }
        jobs
    }

    /// All are to be read again, from another folder.
    pub fn move_to(&mut self, folder: Option<PathBuf>) {
        *self = Self::new(self.source.in_folder(folder));
    }

    /// Keeps a sheet, if it was asked for here and is still wanted; says whether.
    /// What was read for another session, or from the folder before a change of
    /// folder, may arrive late under the number of an ECG that is wanted now.
    pub fn put(&mut self, from: &TestEcgs, ecg_id: u32, sheet: Exemplar) -> bool {
        let place = self.ecgs.get_mut(&ecg_id);
        let Some(place) = place.filter(|place| {
            let is_awaited = matches!(place, Exemplar::Reading);
            is_awaited && self.source.is(from)
        }) else {
            return false;
        };
        *place = sheet;
        true
    }

    pub fn get(&self, ecg_id: u32) -> Option<&Exemplar> {
        self.ecgs.get(&ecg_id)
    }

    /// What has to be done to know where this model looked at an ECG that is
    /// there.
    pub fn attend(&mut self, ecg_id: u32, bundle_sha256: &str) -> Option<ModelJob> {
        let Some(Exemplar::Ready(drawn)) = self.ecgs.get(&ecg_id) else {
            return None;
        };
        self.attended.insert(ecg_id, None);
        Some(ModelJob::AttendTest {
            bundle: bundle_sha256.to_owned(),
            from: self.source.clone(),
            ecg_id,
            source: drawn.source.clone(),
        })
    }

    /// Keeps where it looked, as [`TestSheets::put`] keeps a sheet.
    pub fn put_attended(
        &mut self,
        from: &TestEcgs,
        ecg_id: u32,
        attended: Result<Box<AttendedTest>, String>,
    ) {
        if let Some(place) = self.attended.get_mut(&ecg_id)
            && self.source.is(from)
        {
            *place = Some(attended);
        }
    }

    /// Where the network looked, or why that is not known; `None` until then.
    pub fn attended(&self, ecg_id: u32) -> Option<Result<&AttendedTest, &str>> {
        let attended = self.attended.get(&ecg_id)?.as_ref()?;
        Some(attended.as_deref().map_err(String::as_str))
    }

    pub fn is_reading(&self) -> bool {
        let mut sheets = self.ecgs.values();
        let is_measuring = self.attended.values().any(Option::is_none);
        is_measuring || sheets.any(|sheet| matches!(sheet, Exemplar::Reading))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The source that a job has, as its event will name it.
    fn asked(sheets: &mut TestSheets, ecg_id: u32) -> TestEcgs {
        let wanted = vec![(ecg_id, "ab".repeat(32), Priority::Seen)];
        match sheets.want(wanted).pop() {
            Some((_, FileJob::TestEcg { test_ecgs, .. })) => test_ecgs,
            _ => panic!("nothing was asked for"),
        }
    }

    fn late(why: &str) -> Exemplar {
        Exemplar::Missing(why.to_owned())
    }

    #[test]
    fn an_ecg_that_another_session_asked_for_is_dropped() {
        // Both studies are of the same data, and both want record 7.
        let mut of_first = TestSheets::new(TestEcgs::new(None, "data"));
        let first = asked(&mut of_first, 7);
        let mut of_second = TestSheets::new(TestEcgs::new(None, "data"));
        let second = asked(&mut of_second, 7);
        assert!(!of_second.put(&first, 7, late("of the first study")));
        assert!(of_second.is_reading());
        assert!(of_second.put(&second, 7, late("its own")));
        let shown = of_second.get(7);
        assert!(matches!(shown, Some(Exemplar::Missing(why)) if why == "its own"));
        // Asked for twice and there already, or not wanted any more.
        assert!(!of_second.put(&second, 7, late("again")));
        let _ = of_second.want(Vec::new());
        assert!(!of_second.put(&second, 7, late("its own")));
    }

    #[test]
    fn what_the_folder_before_did_not_have_says_nothing_of_this_one() {
        let mut sheets = TestSheets::new(TestEcgs::new(None, "data"));
        let before = asked(&mut sheets, 7);
        sheets.move_to(Some(PathBuf::from("elsewhere")));
        let now = asked(&mut sheets, 7);
        assert!(!sheets.put(&before, 7, late("not in the old folder")));
        assert!(sheets.is_reading() && sheets.put(&now, 7, late("read anew")));
    }
}
