//! Checkpoints of PyTorch: what is read, that nothing is run, and that the
//! imported networks give the numbers of PyTorch. The truth and the small
//! files are made by tests/truth/import_torch.py.

mod bundles;
mod checkpoints;
mod hostile;
mod networks;
mod real_files;
mod trustecg;
mod writer;
