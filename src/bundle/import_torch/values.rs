//! What a pickle may hold, and what is left of it when it was read.

use std::rc::Rc;

/// A value of a pickle.
#[derive(Clone, Debug)]
pub(super) enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Rc<str>),
    Tensor(Rc<TensorRef>),
    Storage(Rc<StorageRef>),
    /// A tuple, list, dictionary or namespace; see [`Pickled::object`].
    Object(usize),
    Global(Global),
    /// Something that no model needs: bytes, an integer beyond 64 bits.
    Opaque(&'static str),
}

impl Value {
    /// What it is, for errors.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Bool(_) => "a truth value",
            Self::Int(_) => "an integer",
            Self::Float(_) => "a number",
            Self::Text(_) => "a text",
            Self::Tensor(_) => "a tensor",
            Self::Storage(_) => "a storage",
            Self::Object(_) => "a container",
            Self::Global(Global::OrderedDict) => "collections.OrderedDict",
            Self::Global(Global::Namespace) => "argparse.Namespace",
            Self::Global(Global::RebuildTensor) => "torch._utils._rebuild_tensor_v2",
            Self::Global(Global::Storage(_)) => "a storage type",
            Self::Opaque(what) => what,
        }
    }
}

/// What has elements.
#[derive(Debug)]
pub(super) enum Object {
    Tuple(Vec<Value>),
    List(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    /// `argparse.Namespace`; its attributes are this dictionary.
    Namespace(Option<usize>),
}

/// The names that a pickle may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Global {
    OrderedDict,
    Namespace,
    RebuildTensor,
    Storage(Element),
}

/// What a storage holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Float,
    Double,
    Half,
    BFloat16,
    Long,
    Int,
    Short,
    Char,
    Byte,
    Bool,
}

impl Global {
    pub fn by_name(module: &str, name: &str) -> Option<Self> {
        let element = match (module, name) {
            ("collections", "OrderedDict") => return Some(Self::OrderedDict),
            ("argparse", "Namespace") => return Some(Self::Namespace),
            ("torch._utils", "_rebuild_tensor_v2") => return Some(Self::RebuildTensor),
            ("torch", "FloatStorage") => Element::Float,
            ("torch", "DoubleStorage") => Element::Double,
            ("torch", "HalfStorage") => Element::Half,
            ("torch", "BFloat16Storage") => Element::BFloat16,
            ("torch", "LongStorage") => Element::Long,
            ("torch", "IntStorage") => Element::Int,
            ("torch", "ShortStorage") => Element::Short,
            ("torch", "CharStorage") => Element::Char,
            ("torch", "ByteStorage") => Element::Byte,
            ("torch", "BoolStorage") => Element::Bool,
            _ => return None,
        };
        Some(Self::Storage(element))
    }
}

/// A storage: its bytes are the zip entry `data/KEY`.
#[derive(Clone, Debug)]
pub(super) struct StorageRef {
    pub element: Element,
    pub key: String,
    /// Number of elements.
    pub count: i64,
}

/// A view of a storage, in elements.
#[derive(Clone, Debug)]
pub(super) struct TensorRef {
    pub storage: Rc<StorageRef>,
    pub offset: i64,
    pub shape: Vec<i64>,
    pub strides: Vec<i64>,
}

/// Why a pickle cannot be read; the caller adds the file.
#[derive(Debug)]
pub(super) enum PickleError {
    Global {
        name: String,
        offset: usize,
    },
    Syntax {
        offset: usize,
        found: String,
        expected: String,
    },
}

/// A pickle that was read to its end.
#[derive(Debug)]
pub(super) struct Pickled {
    pub objects: Vec<Object>,
    pub root: Value,
}

impl Pickled {
    pub fn object(&self, value: &Value) -> Option<&Object> {
        match value {
            Value::Object(index) => self.objects.get(*index),
            _ => None,
        }
    }

    /// The pairs of a dictionary, or the attributes of a namespace.
    pub fn entries(&self, value: &Value) -> Option<&[(Value, Value)]> {
        match self.object(value)? {
            Object::Dict(entries) => Some(entries),
            Object::Namespace(None) => Some(&[]),
            Object::Namespace(Some(index)) => match self.objects.get(*index)? {
                Object::Dict(entries) => Some(entries),
                _ => None,
            },
            _ => None,
        }
    }

    /// The value of a key that is text; of a key that is there twice the last.
    pub fn get(&self, value: &Value, key: &str) -> Option<&Value> {
        let entries = self.entries(value)?.iter().rev();
        entries
            .filter_map(|(k, v)| matches!(k, Value::Text(text) if **text == *key).then_some(v))
            .next()
    }
}
