//! (room in progress)
