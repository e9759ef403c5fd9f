//! What the model says about the training ECG, where the protocol shows it.

use std::sync::Arc;

use crate::inference::{ClassPrediction, Prediction};

/// The statements above their thresholds and the class that is rated, in words.
pub fn sentence(said: Option<&Result<Arc<Prediction>, String>>, code: &str) -> String {
    let prediction = match said {
        None => return "The model is reading this ECG…".to_owned(),
        Some(Err(why)) => return format!("The model cannot read this ECG: {why}"),
        Some(Ok(prediction)) => prediction,
    };
    let name = |class: &ClassPrediction| match class.probability {
        Some(probability) => format!("{} {probability:.2}", class.code),
        None => format!("{} not assessed", class.code),
    };
    let positive: Vec<String> = prediction
        .classes
        .iter()
        .filter(|class| class.positive == Some(true))
        .map(name)
        .collect();
    let own = prediction.classes.iter().find(|class| class.code == code);
    let own = own.filter(|class| class.positive != Some(true)).map(name);
    let mut said = match positive.is_empty() {
        true => "The model says: nothing above its threshold".to_owned(),
        false => format!("The model says: {}", positive.join(", ")),
    };
    if let Some(own) = own {
        said += &format!("; below its threshold: {own}");
    }
    said + "."
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
