//! Files that want something run, are damaged, or promise more than they hold.

use std::io::Read;
use std::path::Path;

use protoecg::bundle::import_torch::{TorchFile, recognise};

use super::real_files::small;
use super::writer::{Entry, Pickle, state_dict, with_pickle, zip};

fn refused(path: &Path) -> String {
    TorchFile::read(path).unwrap_err().to_string()
}

fn refused_pickle(pickle: Pickle) -> String {
    let dir = tempfile::tempdir().unwrap();
    refused(&with_pickle(dir.path(), pickle))
}

/// Written by Python's own pickle, for which these files run a shell.
#[test]
fn a_call_of_a_foreign_function_is_refused_by_its_name() {
    for (file, name, at) in [
        (
            "hostile.pt",
            "posix.system",
            "data.pkl asks for posix.system at byte",
        ),
        ("hostile_stack.pt", "posix.system", "nothing of it was run"),
        ("loader.pt", "pickle.loads", "is refused"),
    ] {
        let error = refused(&small(file));
        assert!(error.contains(name) && error.contains(at), "{error}");
        assert!(error.contains(file), "{error}");
    }
    assert!(!Path::new("protoecg-was-here").exists());
}

#[test]
fn every_way_to_name_something_foreign_is_refused() {
    let start = || Pickle::protocol(4);
    for (pickle, name) in [
        (
            start().global("os", "system").text("true").op(b"\x85R."),
            "os.system",
        ),
        (
            start().text("os").text("system").op(b"\x93)R."),
            "os.system",
        ),
        (start().op(b"(ios\nsystem\n."), "os.system"),
        (start().global("builtins", "eval"), "builtins.eval"),
        (start().global("torch", "load"), "torch.load"),
        (
            start().global("torch.storage", "_load_from_bytes"),
            "torch.storage._load_from_bytes",
        ),
        (
            start().global("collections", "OrderedDict.__class__"),
            "collections.OrderedDict.__class__",
        ),
        (
            start().global("argparse", "ArgumentParser"),
            "argparse.ArgumentParser",
        ),
    ] {
        let error = refused_pickle(pickle);
        assert!(
            error.contains(&format!("asks for {name} at byte")),
            "{error}"
        );
        assert!(error.contains("nothing of it was run"), "{error}");
    }
}

/// The allowed names are no functions that one could give something else to.
#[test]
fn allowed_names_are_called_with_tensors_alone() {
    let start = || Pickle::protocol(2);
    for (pickle, found) in [
        (
            start().text("os.system").op(b")R."),
            "a call of a text with 0 arguments",
        ),
        (
            start()
                .global("collections", "OrderedDict")
                .text("x")
                .op(b"\x85R."),
            "a call of collections.OrderedDict with 1 arguments",
        ),
        (
            start().global("torch", "FloatStorage").op(b")R."),
            "a call of a storage type with 0 arguments",
        ),
        (
            start()
                .global("torch._utils", "_rebuild_tensor_v2")
                .op(b")R."),
            "a tensor of other arguments",
        ),
        (start().text("file.txt").op(b"Q."), "another persistent id"),
        (start().op(b"]}b."), "attributes of something else"),
    ] {
        let error = refused_pickle(pickle);
        assert!(error.contains(found), "{error}");
        assert!(error.contains("made.pt: data.pkl has"), "{error}");
    }
}

#[test]
fn a_broken_pickle_says_where_it_breaks() {
    for (pickle, expected) in [
        (
            Pickle(vec![0x80, 6, b'.']),
            "protocol 6 at byte 0, expected 2 to 5",
        ),
        (
            Pickle::protocol(2),
            "0 bytes to the end at byte 2, expected 1 more",
        ),
        (
            Pickle::protocol(2).op(b"."),
            "an empty stack at byte 2, expected a value",
        ),
        (Pickle::protocol(2).op(b"h\x05."), "memo 5 at byte 2"),
        (Pickle::protocol(2).op(b"t."), "no mark at byte 2"),
        (Pickle::protocol(2).op(b"N(0s."), "too few values"),
        (Pickle::protocol(2).op(b"N(."), "an empty stack"),
        (Pickle::protocol(2).op(b"I1\n."), "opcode 0x49"),
        (
            Pickle::protocol(2).op(b"X\xff\xff\xff\xffa"),
            "expected 4294967295 more",
        ),
        (
            Pickle::protocol(5).op(b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff"),
            "expected 18446744073709551615 more",
        ),
        (
            Pickle::protocol(2).op(b"X\x01\0\0\0\xff."),
            "expected UTF-8",
        ),
    ] {
        let error = refused_pickle(pickle);
        assert!(error.contains(expected), "{error}");
    }
    // A million levels, and a list that holds itself: no stack overflow.
    let deep = Pickle::protocol(2).op(b")").op(&b"\x85".repeat(1_000_000));
    assert!(refused_pickle(deep.op(b".")).contains("no tensor"));
    let cycle = Pickle::protocol(2).op(b"]q\0h\0a.");
    assert!(refused_pickle(cycle).contains("no tensor"));
}

#[test]
fn sizes_that_do_not_fit_are_refused_before_memory_is_asked_for() {
    let tensor = |count, shape: &[i32], strides: &[i32]| {
        refused_pickle(
            Pickle::protocol(2)
                .dict()
                .text("a")
                .tensor("FloatStorage", "0", count, shape, strides)
                .end_dict(),
        )
    };
    let many = i32::MAX;
    for (error, expected) in [
        (
            tensor(many, &[many], &[1]),
            "tensors that hold more than the file",
        ),
        (
            tensor(2, &[2], &[1]),
            "made/data/0 is 4 bytes, expected the 8 bytes",
        ),
        (
            tensor(1, &[2], &[1]),
            "shape is [2], expected at most the 1 elements",
        ),
        (
            tensor(1, &[many, many, many], &[0, 0, 0]),
            "expected at most the 1 elements",
        ),
        (tensor(1, &[1], &[-1]), "expected no negative number"),
        (tensor(1, &[-1], &[1]), "expected no negative number"),
        (tensor(1, &[1, 1], &[1]), "expected equally long"),
    ] {
        assert!(error.contains(expected), "{error}");
        assert!(error.contains("made.pt"), "{error}");
    }
    let missing = Pickle::protocol(2)
        .dict()
        .text("a")
        .tensor("FloatStorage", "../0", 1, &[1], &[1])
        .end_dict();
    assert!(refused_pickle(missing).contains("made/data/../0 is missing"));
}

/// Memory is bounded by the file, however many names share a storage.
#[test]
fn names_that_share_a_storage_cannot_ask_for_more_than_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("made.pt");
    let count = 16_384;
    let write = |names: usize| {
        let tensor = Pickle::protocol(2)
            .dict()
            .text("first")
            .tensor("FloatStorage", "0", count, &[count], &[1])
            .op(b"q\x00");
        let shared = (1..names).fold(tensor, |p, i| p.text(&format!("n{i}")).op(b"h\x00"));
        let pickle = shared.end_dict().0;
        let storage = vec![0; count as usize * 4];
        zip(
            &path,
            &[("made/data.pkl", &pickle), ("made/data/0", &storage)],
        );
    };
    write(1);
    assert_eq!(TorchFile::read(&path).unwrap().tensors.len(), 1);
    write(3);
    let error = refused(&path);
    assert!(
        error.contains("tensors that hold more than the file up to n1"),
        "{error}"
    );
}

#[test]
fn what_is_no_checkpoint_says_what_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("made.pt");
    let error = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        refused(&path)
    };
    assert!(error(b"").contains("it begins with , expected PK"));
    assert!(error(b"\x89HDF\r\n").contains(r"it begins with \x89HDF, expected PK"));
    assert!(error(b"PK\x03\x04").contains("not a zip checkpoint"));
    zip(&path, &[("a/b/data.pkl", b"N.")]);
    assert!(refused(&path).contains("it has no NAME/data.pkl"));
    zip(&path, &[("a/data.pkl", b"N."), ("b/data.pkl", b"N.")]);
    assert!(refused(&path).contains("2 entries data.pkl, expected 1"));
    zip(&path, &[("a/data.pkl", b"N."), ("a/byteorder", b"big")]);
    assert!(refused(&path).contains("a/byteorder is big, expected little"));
    assert!(refused(&small("before_1_6.pt")).contains("PyTorch before 1.6"));
    assert!(refused(&small("no_tensors.pt")).contains("expected a state dictionary"));
    assert!(refused(&dir.path().join("none.pt")).contains("none.pt: No such file"));
}

/// A file cut at every third byte, or with one of them changed, is read or refused with
/// its name: never a panic.
#[test]
fn a_damaged_file_never_panics() {
    let bytes = std::fs::read(small("lightning.ckpt")).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("damaged.pt");
    for length in (0..bytes.len()).step_by(3) {
        std::fs::write(&path, &bytes[..length]).unwrap();
        let error = refused(&path);
        assert!(error.contains("damaged.pt"), "{error}");
    }
    for at in (0..bytes.len()).step_by(3) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        std::fs::write(&path, &damaged).unwrap();
        if let Err(error) = TorchFile::read(&path) {
            assert!(error.to_string().contains("damaged.pt"), "{error}");
        }
    }
}

/// The same with the checksums of the zip file made right, so that every change
/// reaches the reader of the pickle.
#[test]
fn a_damaged_pickle_never_panics() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("damaged.pt");
    for name in ["lightning.ckpt", "protocol5.pt"] {
        let file = std::fs::File::open(small(name)).unwrap();
        let mut archive = zip::ZipArchive::new(file).unwrap();
        let mut parts = Vec::new();
        for i in 0..archive.len() {
            let mut entry = archive.by_index(i).unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            parts.push((entry.name().to_owned(), bytes));
        }
        let is_pickle = |(name, _): &(String, Vec<u8>)| name.ends_with("/data.pkl");
        let pickle = parts.iter().position(is_pickle).unwrap();
        let whole = parts[pickle].1.clone();
        let mut refused = 0;
        let changes = [0x01, 0x40, 0xff];
        for (at, change) in (0..whole.len()).flat_map(|at| changes.map(|change| (at, change))) {
            parts[pickle].1[at] = whole[at] ^ change;
            let entries: Vec<(&str, &[u8])> = parts.iter().map(|(n, b)| (&**n, &**b)).collect();
            zip(&path, &entries);
            if let Err(error) = TorchFile::read(&path) {
                refused += 1;
                assert!(error.to_string().contains("damaged.pt"), "{error}");
            }
            parts[pickle].1[at] = whole[at];
        }
        assert!(refused > whole.len() / 2, "{name}: {refused}");
    }
}

#[test]
fn another_network_is_refused_with_its_names() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("other.pt");
    let tensor =
        |name: &str, shape: &[usize]| Entry::float(name, shape, vec![0.5; shape.iter().product()]);
    let error = |entries: &[Entry]| {
        state_dict(&path, entries);
        recognise(TorchFile::read(&path).unwrap())
            .unwrap_err()
            .to_string()
    };
    let other = error(&[tensor("embedding.weight", &[2, 3])]);
    assert!(
        other.contains("other.pt: 1 tensors of no known network (embedding.weight"),
        "{other}"
    );
    // ResNet18 of pictures, as torchvision has it.
    let pictures = error(&[tensor("conv1.weight", &[64, 3, 7, 7])]);
    assert!(pictures.contains("tensor "), "{pictures}");
    let branch = error(&[tensor("prototype_vectors", &[4, 512, 2, 3])]);
    assert!(
        branch.contains("tensor prototype_vectors: shape is [4, 512, 2, 3], expected (P, 512)"),
        "{branch}"
    );
    let no_class = error(&[
        tensor("prototype_vectors", &[2, 512]),
        tensor("prototype_class_identity", &[2, 3]),
    ]);
    assert!(
        no_class.contains("prototype_class_identity: row is 0: [0.5, 0.5, 0.5], expected 1 for"),
        "{no_class}"
    );
    let missing = error(&[
        tensor("prototype_vectors", &[2, 512]),
        Entry::float(
            "prototype_class_identity",
            &[2, 2],
            vec![1.0, 0.0, 0.0, 1.0],
        ),
    ]);
    assert!(
        missing.contains("is missing, expected a tensor of this name"),
        "{missing}"
    );
}
