//! What a pickle of protocol 2 to 5 says, read as data.
//!
//! A pickle is a program for a stack machine that may call any function of
//! Python. Here the machine knows six names, makes plain values of them and
//! has no way to call anything: a pickle with any other name is refused with
//! that name. The opcodes are those of Python's `pickletools`.
//!
//! Containers live in one list and refer to each other by index, as Python's
//! objects do, so that neither deep nesting nor sharing can cost more than the
//! length of the pickle.

use std::collections::HashMap;
use std::rc::Rc;

use super::opcodes as op;
use super::scan::Scan;
use super::values::{Global, Object, PickleError, Pickled, StorageRef, TensorRef, Value};

/// Reads a pickle.
///
/// # Errors
/// The first name that is not allowed, or the first opcode that does not fit
/// with its place in the pickle.
pub(super) fn read(bytes: &[u8]) -> Result<Pickled, PickleError> {
    let mut machine = Machine {
        scan: Scan::new(bytes),
        opcode_at: 0,
        objects: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    while machine.step()? {}
    let root = machine.pop()?;
    Ok(Pickled {
        objects: machine.objects,
        root,
    })
}

struct Machine<'a> {
    scan: Scan<'a>,
    /// Where the opcode at work began, for errors.
    opcode_at: usize,
    objects: Vec<Object>,
    stack: Vec<Value>,
    /// Heights of the stack at each open mark.
    marks: Vec<usize>,
    memo: HashMap<usize, Value>,
}

impl Machine<'_> {
    /// Does one opcode; false after the last one.
    fn step(&mut self) -> Result<bool, PickleError> {
        self.opcode_at = self.scan.at();
        let opcode = self.scan.byte()?;
        match opcode {
            op::PROTO => self.protocol()?,
            op::FRAME => {
                self.scan.length(8)?;
            }
            op::STOP => return Ok(false),
            op::MARK => self.marks.push(self.stack.len()),
            op::POP => self.discard()?,
            op::POP_MARK => {
                self.take_to_mark()?;
            }
            op::DUP => {
                let top = self.top()?.clone();
                self.stack.push(top);
            }
            op::BINGET | op::LONG_BINGET => {
                let index = self.scan.length(if opcode == op::BINGET { 1 } else { 4 })?;
                let value = self.memo.get(&index).cloned();
                let value = value.ok_or_else(|| {
                    self.wrong(format!("memo {index}"), "a memo that was written before")
                })?;
                self.stack.push(value);
            }
            op::BINPUT | op::LONG_BINPUT => {
                let index = self.scan.length(if opcode == op::BINPUT { 1 } else { 4 })?;
                self.memoise(index)?;
            }
            op::MEMOIZE => self.memoise(self.memo.len())?,
            op::GLOBAL | op::INST => {
                let (module, name) = (self.scan.line()?, self.scan.line()?);
                self.global(&module, &name)?;
                if opcode == op::INST {
                    return Err(self.wrong("an instance of protocol 0".into(), "protocol 2 to 5"));
                }
            }
            op::STACK_GLOBAL => {
                let (name, module) = (self.pop_text()?, self.pop_text()?);
                self.global(&module, &name)?;
            }
            op::REDUCE | op::NEWOBJ => self.call()?,
            op::NEWOBJ_EX => {
                let named = self.pop()?;
                if !matches!(self.dict(&named), Some(entries) if entries.is_empty()) {
                    return Err(self.wrong("arguments by name".into(), "none"));
                }
                self.call()?;
            }
            op::BUILD => self.build()?,
            op::BINPERSID => self.storage()?,
            _ => return self.container(opcode),
        }
        Ok(true)
    }

    /// Opcodes that make containers, or put something into one.
    fn container(&mut self, opcode: u8) -> Result<bool, PickleError> {
        match opcode {
            op::EMPTY_TUPLE => self.push(Object::Tuple(Vec::new())),
            op::EMPTY_LIST | op::EMPTY_SET => self.push(Object::List(Vec::new())),
            op::EMPTY_DICT => self.push(Object::Dict(Vec::new())),
            op::TUPLE => {
                let items = self.take_to_mark()?;
                self.push(Object::Tuple(items));
            }
            op::TUPLE1 | op::TUPLE2 | op::TUPLE3 => {
                let count = usize::from(opcode - op::TUPLE1) + 1;
                let items = self.pop_many(count)?;
                self.push(Object::Tuple(items));
            }
            op::LIST | op::FROZENSET => {
                let items = self.take_to_mark()?;
                self.push(Object::List(items));
            }
            op::DICT => {
                let items = self.take_to_mark()?;
                self.push(Object::Dict(Vec::new()));
                self.extend_dict(items)?;
            }
            op::APPEND => {
                let items = self.pop_many(1)?;
                self.extend_list(items)?;
            }
            op::APPENDS | op::ADDITEMS => {
                let items = self.take_to_mark()?;
                self.extend_list(items)?;
            }
            op::SETITEM => {
                let items = self.pop_many(2)?;
                self.extend_dict(items)?;
            }
            op::SETITEMS => {
                let items = self.take_to_mark()?;
                self.extend_dict(items)?;
            }
            _ => {
                let value = self.scalar(opcode)?;
                self.stack.push(value);
            }
        }
        Ok(true)
    }

    /// Opcodes that are a number, a text or bytes.
    fn scalar(&mut self, opcode: u8) -> Result<Value, PickleError> {
        let scan = &mut self.scan;
        Ok(match opcode {
            op::NONE => Value::None,
            op::NEWTRUE => Value::Bool(true),
            op::NEWFALSE => Value::Bool(false),
            op::BININT => Value::Int(i64::from(i32::from_le_bytes(scan.array()?))),
            op::BININT1 => Value::Int(i64::from(scan.byte()?)),
            op::BININT2 => Value::Int(i64::from(u16::from_le_bytes(scan.array()?))),
            op::LONG1 | op::LONG4 => {
                let length = scan.length(if opcode == op::LONG1 { 1 } else { 4 })?;
                integer(scan.take(length)?)
            }
            op::BINFLOAT => Value::Float(f64::from_be_bytes(scan.array()?)),
            op::SHORT_BINUNICODE | op::SHORT_BINSTRING => Value::Text(scan.text(1)?.into()),
            op::BINUNICODE | op::BINSTRING => Value::Text(scan.text(4)?.into()),
            op::BINUNICODE8 => Value::Text(scan.text(8)?.into()),
            op::SHORT_BINBYTES | op::BINBYTES | op::BINBYTES8 | op::BYTEARRAY8 => {
                let width = match opcode {
                    op::SHORT_BINBYTES => 1,
                    op::BINBYTES => 4,
                    _ => 8,
                };
                let length = scan.length(width)?;
                scan.take(length)?;
                Value::Opaque("bytes")
            }
            _ => {
                let found = format!("opcode 0x{opcode:02x}");
                return Err(self.wrong(found, "an opcode of protocol 2 to 5 for plain values"));
            }
        })
    }

    fn protocol(&mut self) -> Result<(), PickleError> {
        let version = self.scan.byte()?;
        if (2..=5).contains(&version) {
            return Ok(());
        }
        Err(self.wrong(format!("protocol {version}"), "2 to 5"))
    }

    fn global(&mut self, module: &str, name: &str) -> Result<(), PickleError> {
        let global = Global::by_name(module, name).ok_or_else(|| PickleError::Global {
            name: format!("{module}.{name}"),
            offset: self.opcode_at,
        })?;
        self.stack.push(Value::Global(global));
        Ok(())
    }

    /// What Python would do by a call: the allowed names only make values.
    fn call(&mut self) -> Result<(), PickleError> {
        let arguments = self.pop()?;
        let callee = self.pop()?;
        let Some(Object::Tuple(items)) = self.object(&arguments) else {
            return Err(self.wrong(arguments.describe().into(), "a tuple of arguments"));
        };
        let count = items.len();
        match callee {
            Value::Global(Global::OrderedDict) if count == 0 => {
                self.push(Object::Dict(Vec::new()));
            }
            Value::Global(Global::Namespace) if count == 0 => self.push(Object::Namespace(None)),
            Value::Global(Global::RebuildTensor) => {
                let tensor = self.tensor(items).ok_or_else(|| {
                    let expected = "(storage, offset, shape, strides, ...)";
                    self.wrong("a tensor of other arguments".into(), expected)
                })?;
                self.stack.push(Value::Tensor(Rc::new(tensor)));
            }
            other => {
                let found = format!("a call of {} with {count} arguments", other.describe());
                return Err(self.wrong(found, "a tensor, an empty OrderedDict or a Namespace"));
            }
        }
        Ok(())
    }

    fn tensor(&self, arguments: &[Value]) -> Option<TensorRef> {
        let [
            Value::Storage(storage),
            Value::Int(offset),
            shape,
            strides,
            ..,
        ] = arguments
        else {
            return None;
        };
        let integers = |value: &Value| match self.object(value)? {
            Object::Tuple(items) => items
                .iter()
                .map(|item| match item {
                    Value::Int(n) => Some(*n),
                    _ => None,
                })
                .collect(),
            _ => None,
        };
        Some(TensorRef {
            storage: storage.clone(),
            offset: *offset,
            shape: integers(shape)?,
            strides: integers(strides)?,
        })
    }

    /// `('storage', type, key, location, number of elements)`.
    fn storage(&mut self) -> Result<(), PickleError> {
        let id = self.pop()?;
        let storage = match self.object(&id) {
            Some(Object::Tuple(items)) => match items.as_slice() {
                [
                    Value::Text(tag),
                    Value::Global(Global::Storage(element)),
                    Value::Text(key),
                    Value::Text(_),
                    Value::Int(count),
                ] if &**tag == "storage" => Some(StorageRef {
                    element: *element,
                    key: key.to_string(),
                    count: *count,
                }),
                _ => None,
            },
            _ => None,
        };
        let storage = storage.ok_or_else(|| {
            let expected = "('storage', type, key, location, number of elements)";
            self.wrong("another persistent id".into(), expected)
        })?;
        self.stack.push(Value::Storage(Rc::new(storage)));
        Ok(())
    }

    /// Attributes: of a namespace its values, of an OrderedDict the versions
    /// of PyTorch's modules, which no tensor depends on.
    fn build(&mut self) -> Result<(), PickleError> {
        let state = self.pop()?;
        let is_dict = self.dict(&state).is_some();
        let (target, index) = match (self.top()?, &state) {
            (Value::Object(target), Value::Object(index)) if is_dict => (*target, *index),
            _ => return Err(self.wrong("attributes of something else".into(), "of a Namespace")),
        };
        match self.objects.get_mut(target) {
            Some(Object::Namespace(attributes)) => *attributes = Some(index),
            Some(Object::Dict(_)) => {}
            _ => return Err(self.wrong("attributes of something else".into(), "of a Namespace")),
        }
        Ok(())
    }

    fn extend_list(&mut self, items: Vec<Value>) -> Result<(), PickleError> {
        if let Value::Object(index) = *self.top()?
            && let Some(Object::List(list)) = self.objects.get_mut(index)
        {
            list.extend(items);
            return Ok(());
        }
        Err(self.wrong("elements of no list".into(), "a list before them"))
    }

    fn extend_dict(&mut self, items: Vec<Value>) -> Result<(), PickleError> {
        if items.len().is_multiple_of(2)
            && let Value::Object(index) = *self.top()?
            && let Some(Object::Dict(entries)) = self.objects.get_mut(index)
        {
            let mut items = items.into_iter();
            while let (Some(key), Some(value)) = (items.next(), items.next()) {
                entries.push((key, value));
            }
            return Ok(());
        }
        Err(self.wrong("pairs of no dictionary".into(), "a dictionary before them"))
    }

    fn object(&self, value: &Value) -> Option<&Object> {
        match value {
            Value::Object(index) => self.objects.get(*index),
            _ => None,
        }
    }

    fn dict(&self, value: &Value) -> Option<&[(Value, Value)]> {
        match self.object(value)? {
            Object::Dict(entries) => Some(entries),
            _ => None,
        }
    }

    fn push(&mut self, object: Object) {
        self.objects.push(object);
        self.stack.push(Value::Object(self.objects.len() - 1));
    }

    fn memoise(&mut self, index: usize) -> Result<(), PickleError> {
        let top = self.top()?.clone();
        self.memo.insert(index, top);
        Ok(())
    }

    fn top(&self) -> Result<&Value, PickleError> {
        // What lies below an open mark is not at hand.
        let floor = self.marks.last().copied().unwrap_or(0);
        let top = self.stack.get(floor..).and_then(<[Value]>::last);
        top.ok_or_else(|| self.wrong("an empty stack".into(), "a value"))
    }

    fn pop(&mut self) -> Result<Value, PickleError> {
        let top = self.top()?.clone();
        self.stack.pop();
        Ok(top)
    }

    /// `POP` also takes back a mark that has nothing above it.
    fn discard(&mut self) -> Result<(), PickleError> {
        if self.marks.last() == Some(&self.stack.len()) {
            self.marks.pop();
            return Ok(());
        }
        self.pop().map(drop)
    }

    fn pop_many(&mut self, count: usize) -> Result<Vec<Value>, PickleError> {
        let floor = self.marks.last().copied().unwrap_or(0);
        match self.stack.len().checked_sub(count) {
            Some(start) if start >= floor => Ok(self.stack.split_off(start)),
            _ => Err(self.wrong("too few values".into(), &format!("{count} on the stack"))),
        }
    }

    fn pop_text(&mut self) -> Result<Rc<str>, PickleError> {
        match self.pop()? {
            Value::Text(text) => Ok(text),
            other => Err(self.wrong(other.describe().into(), "the text of a name")),
        }
    }

    fn take_to_mark(&mut self) -> Result<Vec<Value>, PickleError> {
        let start = self.marks.pop();
        let start = start.ok_or_else(|| self.wrong("no mark".into(), "an open mark"))?;
        Ok(self.stack.split_off(start.min(self.stack.len())))
    }

    fn wrong(&self, found: String, expected: &str) -> PickleError {
        PickleError::Syntax {
            offset: self.opcode_at,
            found,
            expected: expected.to_owned(),
        }
    }
}

/// A little-endian two's complement integer of any length.
fn integer(bytes: &[u8]) -> Value {
    if bytes.len() > 8 {
        return Value::Opaque("an integer beyond 64 bits");
    }
    let negative = bytes.last().is_some_and(|b| b & 0x80 != 0);
    let mut padded = [if negative { 0xff } else { 0 }; 8];
    padded[..bytes.len()].copy_from_slice(bytes);
    Value::Int(i64::from_le_bytes(padded))
}
