//! What a user sees, through the public interface: one module per promise.

<<<<<<< HEAD
mod dataset;
=======
mod dsp;
mod preprocessing;
>>>>>>> signals
mod reference_data;
mod wfdb;
