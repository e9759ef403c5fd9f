//! Where a network runs.

use serde::{Deserialize, Serialize};
use tch::Device;

/// What the user asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
pub enum DeviceChoice {
    /// A GPU where there is one, else the CPU.
    #[default]
    Auto,
    Cpu,
    Cuda,
}

/// A GPU was asked for and there is none.
#[derive(Debug, thiserror::Error)]
#[error(
    "no CUDA device: this machine has none, or the GPU libraries are not installed \
     (make setup-cuda); choose auto or cpu"
)]
pub struct DeviceError;

impl DeviceChoice {
    /// The device to use on this machine.
    pub fn resolve(self) -> Result<Device, DeviceError> {
        let cuda = self != Self::Cpu && cuda_is_available();
        match self {
            Self::Cuda if !cuda => Err(DeviceError),
            _ if cuda => Ok(Device::Cuda(0)),
            _ => Ok(Device::Cpu),
        }
    }
}

/// The binary is linked without CUDA. Where libtorch_cuda.so lies beside
/// libtorch (or on LD_LIBRARY_PATH), loading it makes the GPU available.
fn cuda_is_available() -> bool {
    use std::sync::OnceLock;
    static AVAILABLE: OnceLock<bool> = OnceLock::new();
    *AVAILABLE.get_or_init(|| {
        super::cuda_library::load();
        tch::Cuda::is_available()
    })
}

/// Name for people: `CPU, 2 threads` or `CUDA GPU 0`.
pub fn device_name(device: Device) -> String {
    match device {
        Device::Cuda(index) => format!("CUDA GPU {index}"),
        _ => match tch::get_num_threads() {
            1 => "CPU, 1 thread".to_owned(),
            threads => format!("CPU, {threads} threads"),
        },
    }
}

/// Threads that one operation of the network may use.
pub fn set_threads(threads: usize) {
    tch::set_num_threads(threads.clamp(1, 1024) as i32);
}
