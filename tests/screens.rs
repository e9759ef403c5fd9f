//! The screens, driven by accessible names (serial: RUST_TEST_THREADS=1).
