//! Who the patient is, as far as a file says: seen while reading, never kept.
//!
//! A reader puts what it finds into an [`Identity`], takes the
//! [`Pseudonym`] from it and lets it go. The pseudonym is the beginning of
//! HMAC-SHA-256 (RFC 2104) under a key that is made once per installation, so
//! that nobody else can find the patient by hashing a list of numbers.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::OnceLock;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::ecg::{Pseudonym, hex};

const KEY_BYTES: usize = 32;

/// The fields by which a file names its patient. It has no `Debug`: it must
/// not be printed.
#[derive(Default)]
pub struct Identity {
    /// The hospital's number of the patient.
    pub patient_id: Option<String>,
    pub name: Option<String>,
    /// However the file spells it.
    pub birth_date: Option<String>,
}

impl Identity {
    /// What stands for this patient, or `None` where the file names nobody.
    ///
    /// The number alone decides where there is one, since names are spelt in
    /// many ways; otherwise name and birth date do. Case and spaces do not count.
    pub fn pseudonym(&self) -> Option<Pseudonym> {
        self.pseudonym_under(installation_key()?)
    }

    fn pseudonym_under(&self, key: &[u8; KEY_BYTES]) -> Option<Pseudonym> {
        let (kind, text) = match (said(&self.patient_id), said(&self.name)) {
            (Some(number), _) => ("number", number),
            (None, Some(name)) => (
                "name",
                format!("{name}\n{}", said(&self.birth_date).unwrap_or_default()),
            ),
            // A birth date alone names nobody: thousands share it.
            (None, None) => return None,
        };
        // An HMAC takes a key of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        mac.update(kind.as_bytes());
        mac.update(b"\n");
        mac.update(text.as_bytes());
        let digest = mac.finalize().into_bytes();
        Some(Pseudonym::from_keyed_hash(*digest.first_chunk()?))
    }
}

/// A field in one spelling; `None` if it is empty or only stands for nothing.
fn said(field: &Option<String>) -> Option<String> {
    let words: Vec<String> = field
        .as_deref()?
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .map(str::to_uppercase)
        .collect();
    let text = words.join(" ");
    // EDF+ writes X; carts fill the field with these when nobody typed a name.
    let nothing = ["", "X", "-", "0", "UNKNOWN", "ANONYMOUS", "NONE", "N/A"];
    (!nothing.contains(&text.as_str())).then_some(text)
}

/// The key of this installation, made at the first patient. Where it cannot be
/// kept it serves for this run; where there are no random numbers nobody gets
/// a pseudonym.
fn installation_key() -> Option<&'static [u8; KEY_BYTES]> {
    static KEY: OnceLock<Option<[u8; KEY_BYTES]>> = OnceLock::new();
    let made = KEY.get_or_init(|| {
        let fresh = random_key()
            .inspect_err(|e| tracing::warn!("no random numbers, so no pseudonyms: {e}"))
            .ok()?;
        let Some(folders) = directories::ProjectDirs::from("", "", "protoecg") else {
            return Some(fresh);
        };
        let file = folders.data_local_dir().join("pseudonym-key");
        let kept = read_or_keep(&file, &fresh);
        Some(kept.unwrap_or_else(|error| {
            tracing::warn!(
                "{}: {error}; the pseudonyms of this run are its own",
                file.display()
            );
            fresh
        }))
    });
    made.as_ref()
}

fn random_key() -> io::Result<[u8; KEY_BYTES]> {
    let mut key = [0; KEY_BYTES];
    fs::File::open("/dev/urandom")?.read_exact(&mut key)?;
    Ok(key)
}

/// What the file holds, or `fresh` kept in it, readable by its owner alone. Two
/// first starts at once agree: the file appears whole under its name (by a
/// link), and only once.
fn read_or_keep(file: &Path, fresh: &[u8; KEY_BYTES]) -> io::Result<[u8; KEY_BYTES]> {
    if !file.exists() {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        // The draft's name must be its own, and must not give the key away.
        let draft = file.with_extension(format!("draft-{}", std::process::id()));
        let written = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&draft)
            .and_then(|mut out| {
                out.write_all(hex(fresh).as_bytes())?;
                out.sync_all()
            })
            .and_then(|()| fs::hard_link(&draft, file));
        fs::remove_file(&draft)?;
        match written {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    if fs::metadata(file)?.permissions().mode() & 0o077 != 0 {
        fs::set_permissions(file, fs::Permissions::from_mode(0o600))?;
    }
    parse_key(&fs::read_to_string(file)?)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "expected 64 hexadecimal digits"))
}

fn parse_key(text: &str) -> Option<[u8; KEY_BYTES]> {
    let digits = text.trim();
    if digits.len() != 2 * KEY_BYTES || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut key = [0; KEY_BYTES];
    for (byte, pair) in key.iter_mut().zip(digits.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; KEY_BYTES] = [0x0b; KEY_BYTES];

    fn patient(patient_id: &str, name: &str, birth_date: &str) -> Option<Pseudonym> {
        let field = |text: &str| Some(text.to_owned());
        Identity {
            patient_id: field(patient_id),
            name: field(name),
            birth_date: field(birth_date),
        }
        .pseudonym_under(&KEY)
    }

    /// `printf 'number\n12-34' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0b0b…` (32 bytes)
    #[test]
    fn it_is_the_beginning_of_the_keyed_hash() {
        let number = patient("12-34", "", "").unwrap();
        assert_eq!(number.as_str(), "4abaedd7a63f3dbe");
        let name = patient("", "Doe^Jane", "1951-05-02").unwrap();
        assert_eq!(name.as_str(), "ff281bac4fe5c8c0");
    }

    #[test]
    fn one_patient_has_one_pseudonym_and_nobody_has_none() {
        assert_eq!(patient("a 1", "x", ""), patient(" A  1 ", "y", "z"));
        assert_ne!(patient("a1", "", ""), patient("a2", "", ""));
        assert_ne!(patient("", "J", "1951"), patient("", "J", "1952"));
        // A number is not taken for a name.
        assert_ne!(patient("J", "", ""), patient("", "J", ""));
        for nobody in ["", " ", "X", "\0\0", "anonymous"] {
            assert_eq!(patient(nobody, nobody, "1951"), None);
        }
    }

    #[test]
    fn the_key_is_kept_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/er/pseudonym-key");
        let first = random_key().unwrap();
        assert_eq!(read_or_keep(&file, &first).unwrap(), first);
        let second = random_key().unwrap();
        assert_eq!(read_or_keep(&file, &second).unwrap(), first);
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
        let mode = || fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), 0o600);

        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        read_or_keep(&file, &second).unwrap();
        assert_eq!(mode(), 0o600);

        fs::write(&file, "0123").unwrap();
        assert!(read_or_keep(&file, &second).is_err());
    }
}
