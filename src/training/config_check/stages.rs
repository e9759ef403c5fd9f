//! The settings of one stage.

use super::{Checked, Fields};
use crate::training::config::{ClassifierStage, JointStage, Learning, Solver, SupervisedStage};
use crate::training::{Augment, Losses, Optimiser, Schedule, Stage, Trained};

impl Fields<'_> {
    pub(super) fn stage(&self, stage: &Stage, duration_s: f64) -> Checked {
        match stage {
            Stage::PreTrain(stage) => {
                self.share("head_dropout", stage.head_dropout)?;
                self.supervised(&stage.training, duration_s)?;
            }
            Stage::Supervised(stage) => self.supervised(stage, duration_s)?,
            Stage::WarmUp(stage) => self.learning(&stage.learning, duration_s)?,
            Stage::Joint(stage) => self.joint(stage, duration_s)?,
            Stage::Project(_) => {}
            Stage::Classifier(stage) => self.classifier(stage)?,
            Stage::Fuse(stage) => {
                let allowed = !stage.solver.keeps_train_mode();
                let expected = "false: fusion evaluates its branches, in the published program too";
                self.require(allowed, "frozen_in_train_mode", "true", expected)?;
                self.classifier(stage)?;
            }
        }
        Ok(())
    }

    fn learning(&self, learning: &Learning, duration_s: f64) -> Checked {
        self.at_least_one("epochs", learning.epochs)?;
        self.at_least_one("batch", learning.batch)?;
        self.at_least_one("patience", learning.patience)?;
        self.above_zero("learning_rate", learning.learning_rate)?;
        match learning.optimiser {
            Optimiser::Adam { l2 } => self.zero_or_more("l2", l2)?,
            Optimiser::AdamW {
                weight_decay,
                beta2,
            } => {
                self.zero_or_more("weight_decay", weight_decay)?;
                self.require(
                    (0.0..1.0).contains(&beta2),
                    "beta2",
                    beta2,
                    "0 to less than 1",
                )?;
            }
        }
        match learning.schedule {
            Schedule::Plateau { factor, .. } | Schedule::Step { factor, .. } => {
                self.above_zero("factor", factor)?;
            }
            _ => {}
        }
        if let Some(largest) = learning.clip_norm {
            self.above_zero("clip_norm", largest)?;
        }
        match &learning.augment {
            Some(augment) => self.augment(augment, duration_s),
            None => Ok(()),
        }
    }

    fn augment(&self, augment: &Augment, duration_s: f64) -> Checked {
        self.zero_or_more("gain_spread", augment.gain_spread)?;
        self.zero_or_more("lead_gain_spread", augment.lead_gain_spread)?;
        self.zero_or_more("noise_mv", augment.noise_mv)?;
        self.zero_or_more("wander_mv", augment.wander_mv)?;
        if let Some(crop_s) = augment.crop_s {
            let sound = crop_s >= 1.0 && crop_s <= duration_s;
            let expected = format!("1 to the {duration_s} s of the input");
            self.require(sound, "crop_s", crop_s, &expected)?;
        }
        self.require(
            (0.0..duration_s).contains(&augment.shift_s),
            "shift_s",
            augment.shift_s,
            &format!("from 0 to less than the {duration_s} s of the input"),
        )?;
        self.require(
            (0.0..=1.0).contains(&augment.silent_lead),
            "silent_lead",
            augment.silent_lead,
            "0 to 1",
        )
    }

    fn supervised(&self, stage: &SupervisedStage, duration_s: f64) -> Checked {
        if let Some(strength) = stage.mixup {
            let sound = strength > 0.0 && strength <= 1.0;
            self.require(sound, "mixup", strength, "above 0, up to 1")?;
        }
        if let Some(cap) = stage.positive_weight_cap {
            self.above_zero("positive_weight_cap", cap)?;
        }
        self.learning(&stage.learning, duration_s)
    }

    fn joint(&self, stage: &JointStage, duration_s: f64) -> Checked {
        self.zero_or_more("prototype_rate", stage.prototype_rate)?;
        self.zero_or_more("backbone_rate", stage.backbone_rate)?;
        if let Some(every) = stage.project_every {
            self.at_least_one("project_every", every)?;
        }
        let something = !stage.frozen_in_train_mode || stage.trained != Trained::Everything;
        let expected = "false where everything is trained: nothing is frozen";
        self.require(something, "frozen_in_train_mode", "true", expected)?;
        self.losses(&stage.losses)?;
        self.learning(&stage.learning, duration_s)
    }

    fn losses(&self, losses: &Losses) -> Checked {
        if let Some(cap) = losses.positive_weight_cap {
            self.above_zero("positive_weight_cap", cap)?;
        }
        for (field, weight) in [
            ("clustering", losses.clustering),
            ("separation", losses.separation),
            ("coverage", losses.coverage),
            ("sparsity", losses.sparsity),
            ("diversity", losses.diversity),
            ("contrastive", losses.contrastive),
        ] {
            self.zero_or_more(field, weight)?;
        }
        Ok(())
    }

    fn classifier(&self, stage: &ClassifierStage) -> Checked {
        self.at_least_one("epochs", stage.epochs)?;
        self.at_least_one("patience", stage.patience)?;
        if let Some(cap) = stage.positive_weight_cap {
            self.above_zero("positive_weight_cap", cap)?;
        }
        if let Solver::Adam {
            learning_rate,
            batch,
            l2,
            ..
        } = stage.solver
        {
            self.above_zero("learning_rate", learning_rate)?;
            self.at_least_one("batch", batch)?;
            self.zero_or_more("l2", l2)?;
            let plain = !stage.standardise && !stage.own_not_negative && stage.l2 == 0.0;
            let expected =
                "standardise false, own_not_negative false and l2 0.0 beside it: Adam has none";
            self.require(plain, "solver", "Adam", expected)?;
        }
        self.zero_or_more("l2", stage.l2)?;
        self.zero_or_more("l1", stage.l1)
    }
}
