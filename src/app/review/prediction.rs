//! What the model says about the training ECG, where the protocol shows it.

use std::sync::Arc;

use crate::app::texts::review::prediction as texts;
use crate::inference::{ClassPrediction, Prediction};

/// The statements above their thresholds and the class that is rated, in words.
pub fn sentence(said: Option<&Result<Arc<Prediction>, String>>, code: &str) -> String {
    let prediction = match said {
        None => return texts::READING.to_owned(),
        Some(Err(why)) => return texts::cannot_read(why),
        Some(Ok(prediction)) => prediction,
    };
    let name = |class: &ClassPrediction| texts::class(&class.code, class.probability);
    let positive: Vec<String> = prediction
        .classes
        .iter()
        .filter(|class| class.positive == Some(true))
        .map(name)
        .collect();
    let own = prediction.classes.iter().find(|class| class.code == code);
    let own = own.filter(|class| class.positive != Some(true)).map(name);
    texts::model_says(&positive, own.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_that_is_rated_is_named_even_below_its_threshold() {
        let prediction = Prediction {
            recording_sha256: String::new(),
            notes: Vec::new(),
            classes: vec![
                ClassPrediction::made_up("AFIB", 0.91, true),
                ClassPrediction::made_up("SR", 0.04, false),
            ],
            similarities: Vec::new(),
            windows: Vec::new(),
            attention: None,
            changes: Default::default(),
        };
        let said = Ok(Arc::new(prediction));
        assert_eq!(
            sentence(Some(&said), "SR"),
            "The model says: AFIB 0.91; below its threshold: SR 0.04."
        );
        assert_eq!(sentence(Some(&said), "AFIB"), "The model says: AFIB 0.91.");
    }
}
