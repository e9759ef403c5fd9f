//! Named tensors on disk as safetensors, with checks of every name and shape.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use tch::{Device, Kind, Tensor};

/// Errors of reading and writing weights.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    #[error("{path}: {source}")]
    Io {
        path: String,
        source: std::io::Error,
    },
    #[error("{path} is not a safetensors file: {what}")]
    Format { path: String, what: String },
    #[error("{path}: tensor {name} is missing")]
    Missing { path: String, name: String },
    #[error("{path}: tensor {name} has shape {found:?}, expected {expected:?}")]
    Shape {
        path: String,
        name: String,
        found: Vec<i64>,
        expected: Vec<i64>,
    },
    #[error("{path}: tensor {name} has type {found}, expected {expected}")]
    Type {
        path: String,
        name: String,
        found: String,
        expected: String,
    },
    #[error("{path}: tensor {name} holds {found}, expected {expected}")]
    Value {
        path: String,
        name: String,
        found: String,
        expected: &'static str,
    },
    #[error("{path}: tensor {name} is not part of the network")]
    Unknown { path: String, name: String },
}

/// Tensors by name and the file's metadata.
#[derive(Debug, Default)]
pub struct Weights {
    pub tensors: BTreeMap<String, Tensor>,
    pub metadata: HashMap<String, String>,
}

impl Weights {
    /// Copies of all variables of a network.
    pub fn of(variables: &tch::nn::VarStore) -> Self {
        let tensors = variables
            .variables()
            .into_iter()
            .map(|(name, t)| (name, t.detach().copy()))
            .collect();
        Self {
            tensors,
            metadata: HashMap::new(),
        }
    }

    /// Copies of all tensors.
    pub fn copy(&self) -> Self {
        let tensors = self.tensors.iter();
        Self {
            tensors: tensors.map(|(name, t)| (name.clone(), t.copy())).collect(),
            metadata: self.metadata.clone(),
        }
    }

    /// Puts the tensors into a network with exactly these variables. `path`
    /// names the file in errors.
    ///
    /// # Errors
    /// A tensor that is missing or unknown, of another shape or type, or with
    /// a value that is not finite; the network is then partly filled.
    pub fn copy_into(
        &self,
        variables: &tch::nn::VarStore,
        path: &Path,
    ) -> Result<(), WeightsError> {
        let path = || path.display().to_string();
        let variables = variables.variables();
        if let Some(name) = self
            .tensors
            .keys()
            .find(|name| !variables.contains_key(*name))
        {
            return Err(WeightsError::Unknown {
                path: path(),
                name: name.clone(),
            });
        }
        for (name, variable) in &variables {
            let found = self.expect(name, Kind::Float, &variable.size(), &path())?;
            self.expect_finite(name, &path())?;
            tch::no_grad(|| variable.shallow_clone().copy_(found));
        }
        Ok(())
    }

    /// One tensor by name.
    pub fn get(&self, name: &str, path: &str) -> Result<&Tensor, WeightsError> {
        self.tensors.get(name).ok_or_else(|| WeightsError::Missing {
            path: path.to_owned(),
            name: name.to_owned(),
        })
    }

    /// One tensor by name, of this type and shape.
    pub fn expect(
        &self,
        name: &str,
        kind: Kind,
        shape: &[i64],
        path: &str,
    ) -> Result<&Tensor, WeightsError> {
        let tensor = self.get(name, path)?;
        if tensor.size() != shape {
            return Err(WeightsError::Shape {
                path: path.to_owned(),
                name: name.to_owned(),
                found: tensor.size(),
                expected: shape.to_vec(),
            });
        }
        if tensor.kind() != kind {
            return Err(WeightsError::Type {
                path: path.to_owned(),
                name: name.to_owned(),
                found: format!("{:?}", tensor.kind()),
                expected: format!("{kind:?}"),
            });
        }
        Ok(tensor)
    }

    /// Refuses a tensor with NaN or infinity, which would silently spread to
    /// every probability.
    pub fn expect_finite(&self, name: &str, path: &str) -> Result<(), WeightsError> {
        let finite = self.get(name, path)?.isfinite().all();
        if finite.int64_value(&[]) == 1 {
            return Ok(());
        }
        Err(WeightsError::Value {
            path: path.to_owned(),
            name: name.to_owned(),
            found: "NaN or infinity".to_owned(),
            expected: "finite numbers",
        })
    }

    /// Writes the file whole and to the disk: to a neighbour first, then renamed over.
    pub fn write(&self, path: &Path) -> Result<(), WeightsError> {
        let io = |source| WeightsError::Io {
            path: path.display().to_string(),
            source,
        };
        let buffers: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = self
            .tensors
            .iter()
            .map(|(name, tensor)| {
                let (dtype, bytes) = bytes_of(tensor);
                (
                    name.clone(),
                    dtype,
                    tensor.size().iter().map(|&n| n as usize).collect(),
                    bytes,
                )
            })
            .collect();
        let mut views = Vec::with_capacity(buffers.len());
        for (name, dtype, shape, bytes) in &buffers {
            let view =
                TensorView::new(*dtype, shape.clone(), bytes).map_err(|e| format_error(path, e))?;
            views.push((name.as_str(), view));
        }
        let metadata = (!self.metadata.is_empty()).then(|| self.metadata.clone());
        let bytes = serialize(views, metadata).map_err(|e| format_error(path, e))?;
        let temporary = path.with_extension("tmp");
        let mut file = std::fs::File::create(&temporary).map_err(io)?;
        file.write_all(&bytes).map_err(io)?;
        // A rename that outlives its content after a power cut is an empty file.
        file.sync_all().map_err(io)?;
        std::fs::rename(&temporary, path).map_err(io)
    }

    /// Reads f32, f16, i64 and u8 tensors; f16 comes back as f32.
    pub fn read(path: &Path) -> Result<Self, WeightsError> {
        let shown = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|source| WeightsError::Io {
            path: shown.clone(),
            source,
        })?;
        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(|e| format_error(path, e))?;
        let file = SafeTensors::deserialize(&bytes).map_err(|e| format_error(path, e))?;
        let mut tensors = BTreeMap::new();
        for (name, view) in file.tensors() {
            let kind = match view.dtype() {
                Dtype::F32 => Kind::Float,
                Dtype::F16 => Kind::Half,
                Dtype::I64 => Kind::Int64,
                Dtype::U8 => Kind::Uint8,
                other => {
                    return Err(WeightsError::Type {
                        path: shown,
                        name,
                        found: format!("{other:?}"),
                        expected: "F32, F16, I64 or U8".to_owned(),
                    });
                }
            };
            let shape: Vec<i64> = view.shape().iter().map(|&n| n as i64).collect();
            let tensor = Tensor::f_from_data_size(view.data(), &shape, kind)
                .map_err(|e| format_error(path, e))?;
            let tensor = if kind == Kind::Half {
                tensor.to_kind(Kind::Float)
            } else {
                tensor
            };
            tensors.insert(name, tensor);
        }
        Ok(Self {
            tensors,
            metadata: header.metadata().clone().unwrap_or_default(),
        })
    }
}

fn format_error(path: &Path, what: impl std::fmt::Display) -> WeightsError {
    WeightsError::Format {
        path: path.display().to_string(),
        what: what.to_string(),
    }
}

/// Little-endian bytes of a tensor of one of the four types that are stored.
fn bytes_of(tensor: &Tensor) -> (Dtype, Vec<u8>) {
    let (dtype, width) = match tensor.kind() {
        Kind::Half => (Dtype::F16, 2),
        Kind::Int64 => (Dtype::I64, 8),
        Kind::Uint8 => (Dtype::U8, 1),
        _ => (Dtype::F32, 4),
    };
    let tensor = if dtype == Dtype::F32 {
        tensor.to_kind(Kind::Float)
    } else {
        tensor.shallow_clone()
    };
    let tensor = tensor.to_device(Device::Cpu).contiguous();
    let mut bytes = vec![0; tensor.numel() * width];
    tensor.copy_data_u8(&mut bytes, tensor.numel());
    (dtype, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tensors_and_metadata_come_back_as_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("w.safetensors");
        let mut weights = Weights::default();
        weights
            .tensors
            .insert("a".into(), Tensor::from_slice(&[1.5f32, -2.0]).view([1, 2]));
        weights
            .tensors
            .insert("n".into(), Tensor::from_slice(&[7i64]));
        weights.tensors.insert(
            "h".into(),
            Tensor::from_slice(&[0.5f32]).to_kind(Kind::Half),
        );
        weights.metadata.insert("stage".into(), "2".into());
        weights.write(&path).unwrap();
        let back = Weights::read(&path).unwrap();
        assert_eq!(back.metadata, weights.metadata);
        assert_eq!(back.tensors["a"], weights.tensors["a"]);
        assert_eq!(back.tensors["n"], weights.tensors["n"]);
        assert_eq!(back.tensors["h"].double_value(&[0]), 0.5);
    }

    #[test]
    fn a_wrong_shape_names_the_tensor() {
        let vs = tch::nn::VarStore::new(Device::Cpu);
        let _ = vs.root().zeros("a", &[2, 2]);
        let mut weights = Weights::default();
        weights
            .tensors
            .insert("a".into(), Tensor::from_slice(&[1f32]));
        let error = weights
            .copy_into(&vs, Path::new("w.safetensors"))
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "w.safetensors: tensor a has shape [1], expected [2, 2]"
        );
        weights.tensors.clear();
        let error = weights
            .copy_into(&vs, Path::new("w.safetensors"))
            .unwrap_err();
        assert_eq!(error.to_string(), "w.safetensors: tensor a is missing");
    }

    #[test]
    fn another_type_and_a_value_that_is_not_finite_name_the_tensor() {
        let vs = tch::nn::VarStore::new(Device::Cpu);
        let a = vs.root().zeros("a", &[2]);
        let refused = |tensor: Tensor| {
            let mut weights = Weights::default();
            weights.tensors.insert("a".into(), tensor);
            weights
                .copy_into(&vs, Path::new("w.safetensors"))
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            refused(Tensor::from_slice(&[1i64, 2])),
            "w.safetensors: tensor a has type Int64, expected Float"
        );
        for bad in [f32::NAN, f32::INFINITY] {
            assert_eq!(
                refused(Tensor::from_slice(&[1.0, bad])),
                "w.safetensors: tensor a holds NaN or infinity, expected finite numbers"
            );
        }
        assert_eq!(a, Tensor::from_slice(&[0f32, 0.0]));
    }
}
