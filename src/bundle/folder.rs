//! The folder of a bundle: opening with every checksum verified, writing, and
//! where the bundles that come with the program are.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Manifest, consistency};
use crate::ecg::hex;

/// Errors of reading and writing bundles.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("{path}: {source}")]
    Io {
        path: String,
        source: std::io::Error,
    },
    #[error("{path} is not a model bundle: it has no manifest.ron")]
    NotABundle { path: String },
    #[error("{path}: manifest.ron, {what}")]
    Manifest { path: String, what: String },
    #[error(
        "{path}: written by a newer protoecg: manifest version {found}, this program knows {known}"
    )]
    Newer {
        path: String,
        found: u32,
        known: u32,
    },
    #[error(
        "{path}: {file} was changed after the bundle was written: SHA-256 {found}, expected {expected}; the bundle is refused"
    )]
    Checksum {
        path: String,
        file: String,
        found: String,
        expected: String,
    },
    #[error("{path}: {file} is named in the manifest and not there")]
    MissingFile { path: String, file: String },
    #[error("{path}: {file} is in the folder and not named in the manifest")]
    UnknownFile { path: String, file: String },
    #[error(
        "{path} exists and is not empty; a bundle is written to a new or an empty folder: name another one, or remove this one"
    )]
    Exists { path: String },
    #[error("no bundle named {name}: looked for a folder of that name and in {models}")]
    NotFound { name: String, models: String },
    #[error("{path}: {what}")]
    Inconsistent { path: String, what: String },
}

/// A verified bundle.
#[derive(Clone, Debug)]
pub struct Bundle {
    pub dir: PathBuf,
    pub manifest: Manifest,
    /// SHA-256 of `manifest.ron`, which names the SHA-256 of every other file.
    pub sha256: String,
}

impl Bundle {
    pub const MANIFEST: &str = "manifest.ron";
    pub const WEIGHTS: &str = "weights.safetensors";
    pub const SIMILARITIES: &str = "training_similarities.safetensors";
    pub const EXEMPLARS: &str = "exemplars";
    pub const MODEL_CARD: &str = "MODEL_CARD.md";
    /// An ECG of the test fold that comes with the demonstration.
    pub const EXAMPLE: &str = "example.hea";

    /// Reads the manifest and verifies the checksum of every file.
    pub fn open(dir: &Path) -> Result<Self, BundleError> {
        let path = || dir.display().to_string();
        let bytes = match std::fs::read(dir.join(Self::MANIFEST)) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(BundleError::NotABundle { path: path() });
            }
            Err(source) => {
                return Err(BundleError::Io {
                    path: path(),
                    source,
                });
            }
        };
        let manifest = parse_manifest(&path(), &bytes)?;
        let bundle = Self {
            dir: dir.to_owned(),
            manifest,
            sha256: hex(&Sha256::digest(&bytes)),
        };
        consistency::check(&bundle.manifest)
            .map_err(|what| BundleError::Inconsistent { path: path(), what })?;
        bundle.check_files()?;
        Ok(bundle)
    }

    /// Path of a file inside the bundle.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// What stands beside every result, see [`Manifest::notice`].
    pub fn notice(&self) -> Option<&'static str> {
        self.manifest.notice()
    }

    fn check_files(&self) -> Result<(), BundleError> {
        let path = self.dir.display().to_string();
        for (file, expected) in &self.manifest.files {
            let bytes = match std::fs::read(self.dir.join(file)) {
                Ok(bytes) => bytes,
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                    return Err(BundleError::MissingFile {
                        path,
                        file: file.clone(),
                    });
                }
                Err(source) => {
                    return Err(BundleError::Io {
                        path: format!("{path}/{file}"),
                        source,
                    });
                }
            };
            let found = hex(&Sha256::digest(&bytes));
            if found != *expected {
                return Err(BundleError::Checksum {
                    path,
                    file: file.clone(),
                    found,
                    expected: expected.clone(),
                });
            }
        }
        let present = files_below(&self.dir).map_err(|source| BundleError::Io {
            path: path.clone(),
            source,
        })?;
        match present
            .into_iter()
            .find(|f| f != Self::MANIFEST && !self.manifest.files.contains_key(f))
        {
            Some(file) => Err(BundleError::UnknownFile { path, file }),
            None => Ok(()),
        }
    }
}

/// The version alone, so that a newer manifest with fields that we do not know
/// gets an error that says so.
#[derive(serde::Deserialize)]
struct VersionOnly {
    version: u32,
}

fn parse_manifest(path: &str, bytes: &[u8]) -> Result<Manifest, BundleError> {
    let fail = |what: String| BundleError::Manifest {
        path: path.to_owned(),
        what,
    };
    let text = std::str::from_utf8(bytes).map_err(|e| fail(e.to_string()))?;
    let VersionOnly { version } = ron::from_str(text).map_err(|e| fail(e.to_string()))?;
    if version > Manifest::WITH_EXCLUDED {
        return Err(BundleError::Newer {
            path: path.to_owned(),
            found: version,
            known: Manifest::WITH_EXCLUDED,
        });
    }
    // What an imported model does not know became optional after the first
    // bundles of this version: theirs have the plain values.
    ron::Options::default()
        .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
        .from_str(text)
        .map_err(|e| fail(e.to_string()))
}

/// Writes a bundle: files first, the manifest with their checksums last.
#[derive(Debug)]
pub struct BundleWriter {
    dir: PathBuf,
}

impl BundleWriter {
    /// Writes to a folder that is new or empty: every file in it becomes part
    /// of the bundle, and somebody's other files must not.
    pub fn new(dir: &Path) -> Result<Self, BundleError> {
        let io = |source| BundleError::Io {
            path: dir.display().to_string(),
            source,
        };
        std::fs::create_dir_all(dir).map_err(io)?;
        if std::fs::read_dir(dir).map_err(io)?.next().is_some() {
            return Err(BundleError::Exists {
                path: dir.display().to_string(),
            });
        }
        Ok(Self {
            dir: dir.to_owned(),
        })
    }

    /// Computes the checksums of everything in the folder and writes the
    /// manifest. All of it is on the disk when the manifest is there.
    pub fn finish(self, mut manifest: Manifest) -> Result<Bundle, BundleError> {
        let io = |source| BundleError::Io {
            path: self.dir.display().to_string(),
            source,
        };
        let mut files = BTreeMap::new();
        for file in files_below(&self.dir).map_err(io)? {
            let path = self.dir.join(&file);
            let bytes = std::fs::read(&path).map_err(io)?;
            std::fs::File::open(&path)
                .and_then(|f| f.sync_all())
                .map_err(io)?;
            files.insert(file, hex(&Sha256::digest(&bytes)));
        }
        manifest.files = files;
        let pretty = ron::ser::PrettyConfig::new().depth_limit(3);
        let text =
            ron::ser::to_string_pretty(&manifest, pretty).map_err(|e| BundleError::Manifest {
                path: self.dir.display().to_string(),
                what: e.to_string(),
            })?;
        let temporary = self.dir.join("manifest.ron.tmp");
        let mut written = std::fs::File::create(&temporary).map_err(io)?;
        written.write_all((text + "\n").as_bytes()).map_err(io)?;
        written.sync_all().map_err(io)?;
        std::fs::rename(&temporary, self.dir.join(Bundle::MANIFEST)).map_err(io)?;
        Bundle::open(&self.dir)
    }
}

/// Files below a folder, as relative paths with `/`, sorted.
fn files_below(dir: &Path) -> std::io::Result<Vec<String>> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(dir.join(&folder))? {
            let entry = entry?;
            let relative = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(relative);
            } else {
                files.push(relative.to_string_lossy().into_owned());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The `models` folder that came with the program: the one that
/// `PROTOECG_MODELS` names, else one, two or three folders above that of the
/// executable (package `bin/`, checkout `target/release/`, tests
/// `target/debug/deps/`); never the current folder.
pub fn models_dir() -> Option<PathBuf> {
    if let Some(dir) = std::env::var_os("PROTOECG_MODELS") {
        return Some(whole(Path::new(&dir)));
    }
    let executable = std::env::current_exe().ok()?;
    executable
        .ancestors()
        .skip(2)
        .take(3)
        .map(|dir| dir.join("models"))
        .find(|dir| dir.is_dir())
}

/// A path that means the same when the program starts in another folder.
pub fn whole(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// The bundles that came with the program, the demonstration first.
pub fn find_models() -> Vec<PathBuf> {
    let entries = models_dir().and_then(|dir| std::fs::read_dir(dir).ok());
    let mut found: Vec<PathBuf> = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join(Bundle::MANIFEST).is_file())
        .collect();
    found.sort_by_key(|path| (!path.ends_with("demo-rhythm"), path.clone()));
    found
}

/// A bundle by folder, or by the name of one that came with the program.
pub fn resolve(name: &Path) -> Result<PathBuf, BundleError> {
    if name.is_dir() {
        return Ok(name.to_owned());
    }
    let models = models_dir();
    let beside = models.as_ref().map(|dir| dir.join(name));
    beside
        .filter(|dir| dir.is_dir())
        .ok_or_else(|| BundleError::NotFound {
            name: name.display().to_string(),
            models: models.map_or("no models folder".to_owned(), |dir| {
                dir.display().to_string()
            }),
        })
}
