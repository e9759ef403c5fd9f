//! The tensors and settings of one checkpoint.

use std::collections::BTreeMap;
use std::path::Path;

use tch::{Kind, Tensor};

use super::ImportError;
use super::archive::Archive;
use super::pickle;
use super::values::{Element, PickleError, Pickled, TensorRef, Value};

/// A plain setting of a training run.
pub type Setting = serde_json::Value;

/// What a checkpoint of PyTorch holds: the tensors of its state dictionary,
/// and the settings of the run where it has them.
#[derive(Debug)]
pub struct TorchFile {
    /// The file, for errors.
    pub path: String,
    /// By name, contiguous; every floating type comes as `Float`, every
    /// integer and truth value as `Int64`.
    pub tensors: BTreeMap<String, Tensor>,
    /// `hyper_parameters.args` of a Lightning checkpoint: its plain values.
    pub arguments: BTreeMap<String, Setting>,
}

impl TorchFile {
    /// Reads a `.ckpt` of Lightning or a `.pth` or `.pt` of `torch.save`
    /// without running anything of it.
    ///
    /// # Errors
    /// A file that is no zip checkpoint, that names anything in its pickle but
    /// tensors and plain values, or whose parts do not fit together.
    pub fn read(path: &Path) -> Result<Self, ImportError> {
        let mut archive = Archive::open(path)?;
        let shown = path.display().to_string();
        let pickled = pickle::read(&archive.pickle()?).map_err(|e| with_path(&shown, e))?;
        let state = state_dict(&pickled, &shown)?;
        let mut tensors = BTreeMap::new();
        let mut budget = archive.size;
        for (key, value) in state {
            let (Value::Text(name), Value::Tensor(tensor)) = (key, value) else {
                continue;
            };
            let bytes = check(tensor).map_err(|(field, found, expected)| ImportError::Tensor {
                path: shown.clone(),
                tensor: name.to_string(),
                field,
                found,
                expected,
            })?;
            // Many names may share one storage; together they must not ask for
            // more memory than the file has.
            budget = budget
                .checked_sub(bytes)
                .ok_or_else(|| ImportError::Content {
                    path: shown.clone(),
                    found: format!("tensors that hold more than the file up to {name}"),
                    expected: format!("at most {} bytes", archive.size),
                })?;
            let storage = archive.storage(&tensor.storage.key, bytes)?;
            let tensor = build(tensor, &storage).map_err(|e| ImportError::Tensor {
                path: shown.clone(),
                tensor: name.to_string(),
                field: "data",
                found: e.to_string(),
                expected: "a tensor".to_owned(),
            })?;
            tensors.insert(name.to_string(), tensor);
        }
        Ok(Self {
            path: shown,
            tensors,
            arguments: arguments(&pickled),
        })
    }

    /// Number of elements of all tensors.
    pub fn elements(&self) -> usize {
        self.tensors.values().map(Tensor::numel).sum()
    }
}

fn with_path(path: &str, error: PickleError) -> ImportError {
    let path = path.to_owned();
    match error {
        PickleError::Global { name, offset } => ImportError::Global { path, name, offset },
        PickleError::Syntax {
            offset,
            found,
            expected,
        } => ImportError::Pickle {
            path,
            offset,
            found,
            expected,
        },
    }
}

/// The named tensors: those of `state_dict`, or the whole of a bare one.
fn state_dict<'a>(pickled: &'a Pickled, path: &str) -> Result<&'a [(Value, Value)], ImportError> {
    let root = &pickled.root;
    let state = pickled.get(root, "state_dict").unwrap_or(root);
    let entries = pickled.entries(state).unwrap_or_default();
    let has_tensor = |(_, value): &(Value, Value)| matches!(value, Value::Tensor(_));
    if entries.iter().any(has_tensor) {
        return Ok(entries);
    }
    let keys = pickled.entries(root).unwrap_or_default().iter();
    let keys: Vec<&str> = keys
        .filter_map(|(k, _)| match k {
            Value::Text(text) => Some(&**text),
            _ => None,
        })
        .take(8)
        .collect();
    Err(ImportError::Content {
        path: path.to_owned(),
        found: format!(
            "no tensor at the top or under state_dict (keys: {})",
            keys.join(", ")
        ),
        expected: "a state dictionary".to_owned(),
    })
}

fn arguments(pickled: &Pickled) -> BTreeMap<String, Setting> {
    let hyper = pickled.get(&pickled.root, "hyper_parameters");
    let args = hyper.and_then(|h| pickled.get(h, "args").or(Some(h)));
    let entries = args.and_then(|a| pickled.entries(a)).unwrap_or_default();
    entries
        .iter()
        .filter_map(|(key, value)| match key {
            Value::Text(key) => Some((key.to_string(), setting(value)?)),
            _ => None,
        })
        .collect()
}

fn setting(value: &Value) -> Option<Setting> {
    Some(match value {
        Value::None => Setting::Null,
        Value::Bool(b) => Setting::from(*b),
        Value::Int(n) => Setting::from(*n),
        Value::Float(x) => Setting::from(*x),
        Value::Text(text) => Setting::from(&**text),
        _ => return None,
    })
}

impl Element {
    fn kind(self) -> Kind {
        match self {
            Self::Float => Kind::Float,
            Self::Double => Kind::Double,
            Self::Half => Kind::Half,
            Self::BFloat16 => Kind::BFloat16,
            Self::Long => Kind::Int64,
            Self::Int => Kind::Int,
            Self::Short => Kind::Int16,
            Self::Char => Kind::Int8,
            // A byte of a truth value may be anything in a damaged file.
            Self::Byte | Self::Bool => Kind::Uint8,
        }
    }

    fn width(self) -> u64 {
        match self {
            Self::Double | Self::Long => 8,
            Self::Float | Self::Int => 4,
            Self::Half | Self::BFloat16 | Self::Short => 2,
            Self::Char | Self::Byte | Self::Bool => 1,
        }
    }
}

/// Field, found, expected.
type Mismatch = (&'static str, String, String);

/// Whether the view lies inside its storage, whose size in bytes is returned.
/// Nothing was allocated before this was asked.
fn check(tensor: &TensorRef) -> Result<u64, Mismatch> {
    let TensorRef {
        storage,
        offset,
        shape,
        strides,
    } = tensor;
    if shape.len() != strides.len() || shape.len() > 8 {
        let found = format!("{} and {} long", shape.len(), strides.len());
        return Err((
            "shape and strides",
            found,
            "equally long, at most 8".to_owned(),
        ));
    }
    if shape
        .iter()
        .chain(strides)
        .chain([offset, &storage.count])
        .any(|&n| n < 0)
    {
        let found = format!(
            "{shape:?}, strides {strides:?}, offset {offset}, {}",
            storage.count
        );
        return Err(("shape", found, "no negative number".to_owned()));
    }
    let elements = shape.iter().try_fold(1i64, |n, &size| n.checked_mul(size));
    // A view that repeats elements could be larger than any file.
    let elements = elements.filter(|&n| n <= storage.count).ok_or_else(|| {
        let expected = format!("at most the {} elements of its storage", storage.count);
        ("shape", format!("{shape:?}"), expected)
    })?;
    let last = shape
        .iter()
        .zip(strides)
        .try_fold(*offset, |last, (&size, &stride)| {
            last.checked_add((size - 1).max(0).checked_mul(stride)?)
        });
    if elements > 0 && last.is_none_or(|last| last >= storage.count) {
        let found = format!("{shape:?} with strides {strides:?} from {offset}");
        let expected = format!("inside the {} elements of its storage", storage.count);
        return Err(("view", found, expected));
    }
    (storage.count as u64)
        .checked_mul(storage.element.width())
        .ok_or_else(|| {
            (
                "storage",
                format!("{} elements", storage.count),
                "fewer".to_owned(),
            )
        })
}

/// The contiguous tensor of a checked view.
fn build(tensor: &TensorRef, storage: &[u8]) -> Result<Tensor, tch::TchError> {
    let _guard = tch::no_grad_guard();
    let TensorRef {
        storage: info,
        offset,
        shape,
        strides,
    } = tensor;
    let kind = match info.element.kind() {
        kind @ (Kind::Float | Kind::Double | Kind::Half | Kind::BFloat16) => (kind, Kind::Float),
        kind => (kind, Kind::Int64),
    };
    Tensor::f_from_data_size(storage, &[info.count], kind.0)?
        .f_as_strided(shape.as_slice(), strides.as_slice(), *offset)?
        .f_to_kind(kind.1)?
        .f_contiguous()
        .map(|view| view.copy())
}
