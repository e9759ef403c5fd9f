//! Under the sheets: the tabs of a network with attention.

pub const OCCLUSION: &str = "Occlusion";
