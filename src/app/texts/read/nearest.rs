//! The training ECGs that are nearest to the ECG.

use crate::explain::Neighbour;

pub const TITLE: &str = "Nearest training ECGs";
pub const NO_SIMILARITIES: &str = "This model keeps no similarities of training ECGs.";
pub const STATEMENTS: &str = "Statements";
pub const DISTANCE: &str = "Distance";
pub const WHAT_DISTANCE_MEANS: &str = "Distance: root mean square difference of the cosines with all prototypes of \
    the branch; 0 is an ECG that the branch cannot tell from this one.";

pub fn ecg(neighbour: &Neighbour) -> String {
    let own = if neighbour.same_patient {
        ", same patient"
    } else {
        ""
    };
    format!("{}{own}", neighbour.ecg_id)
}

/// `statement` is the code of the one that is explained.
pub fn neighbour(neighbour: &Neighbour, statement: &str) -> String {
    let carries = if neighbour.carries {
        "carries"
    } else {
        "does not carry"
    };
    format!(
        "Training ECG {} {carries} {statement}; {}; distance {:.4}",
        ecg(neighbour),
        neighbour.statements.join(" "),
        neighbour.distance
    )
}
