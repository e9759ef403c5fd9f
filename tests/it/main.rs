//! What a user sees, through the public interface: one module per promise.

mod review;
mod statistics;
