//! Where a network with attention looked, and what each lead is worth.

pub const WHERE_IT_LOOKED: &str = "Where the network looked";
pub const WORTH: &str = "What each lead is worth";
pub const LEAD: &str = "Lead";
pub const HEADER_NAME: &str = "Lead, and the statements in order";
pub const MEASURING: &str = "Measuring what each lead is worth…";
pub const NO_EVIDENCE: &str = "This model has neither prototypes nor attention: it gives probabilities and no \
    evidence for them. Under \"What if\" you can try what changes them.";

pub fn what_worth_means(much: f64) -> String {
    format!(
        "Probability less the probability with the lead set to 0 in what the model sees. Above 0, the lead speaks \
         for the statement; bold where it is {much} or more, for or against."
    )
}

/// `falls` are the statements' codes, each with a number, with commas.
pub fn without_lead(lead: &str, falls: &str) -> String {
    format!("Without lead {lead} the probability falls by: {falls}")
}
