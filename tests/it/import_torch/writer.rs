//! Checkpoints as PyTorch writes them, made here: for networks that are too
//! large to commit, and for files that are wrong on purpose.

use std::io::Write;
use std::path::{Path, PathBuf};

/// A tensor for a file: name, shape, values.
pub struct Entry {
    pub name: String,
    pub shape: Vec<usize>,
    pub values: Values,
}

pub enum Values {
    Float(Vec<f32>),
    Long(Vec<i64>),
}

impl Entry {
    pub fn float(name: &str, shape: &[usize], values: Vec<f32>) -> Self {
        Self {
            name: name.to_owned(),
            shape: shape.to_vec(),
            values: Values::Float(values),
        }
    }

    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    fn bytes(&self) -> Vec<u8> {
        match &self.values {
            Values::Float(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Values::Long(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        }
    }
}

/// The pickle of a state dictionary, opcode by opcode.
#[derive(Default)]
pub struct Pickle(pub Vec<u8>);

impl Pickle {
    pub fn protocol(version: u8) -> Self {
        Self(vec![0x80, version])
    }

    pub fn op(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub fn global(self, module: &str, name: &str) -> Self {
        self.op(format!("c{module}\n{name}\n").as_bytes())
    }

    pub fn text(self, text: &str) -> Self {
        self.op(b"X")
            .op(&(text.len() as u32).to_le_bytes())
            .op(text.as_bytes())
    }

    pub fn int(self, value: i32) -> Self {
        self.op(b"J").op(&value.to_le_bytes())
    }

    pub fn ints(self, values: &[i32]) -> Self {
        values.iter().fold(self.op(b"("), |p, &v| p.int(v)).op(b"t")
    }

    /// A tensor that is a view of the storage with this key.
    pub fn tensor(
        self,
        storage: &str,
        key: &str,
        count: i32,
        shape: &[i32],
        strides: &[i32],
    ) -> Self {
        self.global("torch._utils", "_rebuild_tensor_v2")
            .op(b"((")
            .text("storage")
            .global("torch", storage)
            .text(key)
            .text("cpu")
            .int(count)
            .op(b"tQ")
            .int(0)
            .ints(shape)
            .ints(strides)
            .op(b"\x89")
            .global("collections", "OrderedDict")
            .op(b")RtR")
    }

    /// An empty OrderedDict, open for pairs.
    pub fn dict(self) -> Self {
        self.global("collections", "OrderedDict").op(b")R(")
    }

    pub fn end_dict(self) -> Self {
        self.op(b"u.")
    }
}

/// Writes entries of a zip file without compression.
pub fn zip(path: &Path, entries: &[(&str, &[u8])]) {
    let mut file = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    let stored = zip::write::FileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .large_file(false);
    for (name, bytes) in entries {
        file.start_file(*name, stored).unwrap();
        file.write_all(bytes).unwrap();
    }
    file.finish().unwrap();
}

/// Writes a file with one pickle and one storage `0` of four bytes.
pub fn with_pickle(dir: &Path, pickle: Pickle) -> PathBuf {
    let path = dir.join("made.pt");
    zip(
        &path,
        &[
            ("made/data.pkl", &pickle.0),
            ("made/data/0", &[0, 0, 0x80, 0x3f]),
        ],
    );
    path
}

/// Writes a bare state dictionary.
pub fn state_dict(path: &Path, entries: &[Entry]) {
    let mut pickle = Pickle::protocol(2).dict();
    let mut storages = Vec::new();
    for (key, entry) in entries.iter().enumerate() {
        let shape: Vec<i32> = entry.shape.iter().map(|&n| n as i32).collect();
        let mut strides = vec![1; shape.len()];
        for i in (1..shape.len()).rev() {
            strides[i - 1] = strides[i] * shape[i];
        }
        let storage = match entry.values {
            Values::Float(_) => "FloatStorage",
            Values::Long(_) => "LongStorage",
        };
        let count = entry.elements() as i32;
        pickle =
            pickle
                .text(&entry.name)
                .tensor(storage, &key.to_string(), count, &shape, &strides);
        storages.push((format!("archive/data/{key}"), entry.bytes()));
    }
    let pickle = pickle.end_dict().0;
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("archive/data.pkl", &pickle),
        ("archive/byteorder", b"little"),
    ];
    parts.extend(storages.iter().map(|(n, b)| (n.as_str(), b.as_slice())));
    zip(path, &parts);
}
