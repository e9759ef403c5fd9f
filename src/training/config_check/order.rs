//! The order of the stages: that every prototype is a training ECG in the end.

use super::{Checked, Fields};
use crate::training::{Stage, TrainingConfig};

impl Fields<'_> {
    /// Every prototype is a training ECG: nothing moves the prototypes of a
    /// branch, or what they are compared with, after its last projection; and
    /// classifiers are trained on what they are in the end.
    pub(super) fn order_of_stages(&self, config: &TrainingConfig) -> Checked {
        let (stages, branches) = (&config.stages, config.model.branches());
        let known = |name: &str| branches.iter().any(|b| b.name == name);
        for stage in stages {
            let named: Vec<&str> = match stage {
                Stage::PreTrain(stage) => stage.branches.iter().map(String::as_str).collect(),
                other => other.branch().into_iter().collect(),
            };
            if let Some(unknown) = named.into_iter().find(|name| !known(name)) {
                return Err(self.error("branch", unknown, "a branch of the model"));
            }
        }
        let mut last_of_all = None;
        for branch in branches {
            let of_branch = |s: &Stage| s.branch() == Some(branch.name.as_str());
            let projects = |s: &Stage| of_branch(s) && matches!(s, Stage::Project(_));
            let Some(last) = stages.iter().rposition(projects) else {
                return Err(self.error(
                    "stages",
                    format!("no Project of branch {}", branch.name),
                    "a Project stage: every prototype is a training ECG",
                ));
            };
            let moves = |s: &Stage| match s {
                Stage::PreTrain(stage) => stage.branches.contains(&branch.name),
                other => of_branch(other),
            };
            if let Some(stage) = stages[last + 1..].iter().find(|s| moves(s)) {
                return Err(self.error(
                    "stages",
                    format!("{} after the last Project of {}", stage.name(), branch.name),
                    "a Project stage after every stage that trains the branch",
                ));
            }
            last_of_all = last_of_all.max(Some(last));
        }
        let is_classifier = |s: &Stage| matches!(s, Stage::Classifier(_) | Stage::Fuse(_));
        let before = &stages[..last_of_all.unwrap_or(0)];
        self.require(
            !before.iter().any(is_classifier),
            "stages",
            "a classifier before the last Project",
            "every classifier after the last Project",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;

    const RHYTHM: &str = include_str!("../../../assets/configs/rhythm-paper.ron");

    #[test]
    fn only_classifiers_follow_the_last_projection() {
        let config = TrainingConfig::parse(RHYTHM, "c.ron").unwrap();
        let find = |wanted: &str| config.stages.iter().find(|s| s.name() == wanted).unwrap();
        let (joint, project, classifier) = (find("joint"), find("project"), find("classifier"));
        let checked = |stages: &[&Stage]| {
            let stages = stages.iter().map(|&s| s.clone()).collect();
            let config = TrainingConfig {
                stages,
                ..config.clone()
            };
            check(&config, "c.ron").map_err(|e| e.to_string())
        };
        assert_eq!(checked(&[joint, project, classifier]), Ok(()));
        assert_eq!(checked(&[joint, project]), Ok(()));
        for (stages, found) in [
            (&[joint, classifier][..], "no Project of branch rhythm"),
            (
                &[joint, project, joint],
                "joint after the last Project of rhythm",
            ),
            (
                &[joint, classifier, project],
                "a classifier before the last Project",
            ),
            (
                &[joint, project, classifier, joint, project],
                "a classifier before the last Project",
            ),
        ] {
            let error = checked(stages).unwrap_err();
            assert!(error.contains(found), "{error}");
        }
    }
}
