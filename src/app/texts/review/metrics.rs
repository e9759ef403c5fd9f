//! What was measured of a prototype without people.

pub const NOT_KEPT: &str = "The protocol shows metrics without people before rating, and none are kept: whoever runs \
    the study makes them with protoecg bundle audit, see docs/reader-study.md. Until then nothing is rated.";
pub const NOT_MEASURED: &str =
    "Metrics without people: not measured yet; the Statistics screen measures them.";
pub const NOTHING_MEASURED: &str = "Without people: nothing could be measured of this prototype.";

/// `before_rating`: the protocol shows them before rating.
pub fn not_used(why: &str, before_rating: bool) -> String {
    if before_rating {
        format!(
            "Metrics without people are not used: {why}. The protocol shows them before rating: until then nothing \
            is rated."
        )
    } else {
        format!("Metrics without people are not used: {why}")
    }
}

pub fn without_people(metrics: &str) -> String {
    format!("Without people: {metrics}")
}
