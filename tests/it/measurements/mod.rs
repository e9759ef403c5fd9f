//! Beats and intervals are measured as they are: against simulated ECGs whose
//! intervals are known, an annotated record, and ECGs made by hand.

mod made_by_hand;
mod noise;
mod real;
mod score;
mod simulated;
