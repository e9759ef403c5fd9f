//! Loads the GPU half of libtorch at run time, so that one binary serves
//! machines with and without it. The only unsafe code of the crate: dlopen runs
//! the library's initialisers, and there is no safe way to ask for that.
#![allow(unsafe_code)]

/// Tries to load `libtorch_cuda.so`; does nothing where it is not installed.
/// The loader looks on LD_LIBRARY_PATH and in the binary's own rpath.
pub fn load() {
    // SAFETY: a constant, NUL-terminated name; libtorch_cuda registers itself
    // with libtorch when loaded, which is what its Python package does as well.
    // The handle is kept for the life of the process on purpose.
    let handle = unsafe {
        libc::dlopen(
            c"libtorch_cuda.so".as_ptr(),
            libc::RTLD_NOW | libc::RTLD_GLOBAL,
        )
    };
    if handle.is_null() {
        tracing::debug!("libtorch_cuda.so is not installed: CPU only");
    }
}
