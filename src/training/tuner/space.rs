//! What may be changed, and between which values: a RON file with a
//! configuration in which `$name` stands where a value goes.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{TuneError, io_error};
use crate::training::{ConfigError, TrainingConfig};

/// The parameters of a study and the configuration that they go into.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Space {
    pub version: u32,
    pub parameters: Vec<Parameter>,
    /// A training configuration (RON) with `$name` for each parameter.
    pub config: String,
}

/// One thing that trials differ in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Letters, digits and `_`; in the configuration after a `$`.
    pub name: String,
    pub values: Values,
}

/// Where a parameter's values come from; ends are included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Values {
    Uniform(f64, f64),
    /// Uniform in the logarithm; both above 0.
    LogUniform(f64, f64),
    Whole(i64, i64),
    /// Pieces of RON: numbers, or `Plateau(watch: Auroc, factor: 0.1, patience: 5)`.
    OneOf(Vec<String>),
}

impl Values {
    /// First and last value, as the configuration has them.
    fn ends(&self) -> Option<[String; 2]> {
        match self {
            Self::Uniform(low, high) | Self::LogUniform(low, high) => {
                Some([format!("{low:?}"), format!("{high:?}")])
            }
            Self::Whole(low, high) => Some([low.to_string(), high.to_string()]),
            Self::OneOf(choices) => Some([choices.first()?.clone(), choices.last()?.clone()]),
        }
    }

    /// What is wrong with them.
    fn fault(&self) -> Option<String> {
        match self {
            Self::Uniform(low, high) if !(low < high && (high - low).is_finite()) => {
                Some(format!("Uniform({low}, {high}), expected a range"))
            }
            Self::LogUniform(low, high) if !(*low > 0.0 && low < high && high.is_finite()) => Some(
                format!("LogUniform({low}, {high}), expected a range above 0"),
            ),
            Self::Whole(low, high) if low >= high => {
                Some(format!("Whole({low}, {high}), expected a range"))
            }
            Self::OneOf(choices) if choices.len() < 2 => {
                Some("OneOf of fewer than two choices".to_owned())
            }
            _ => None,
        }
    }
}

impl Space {
    const VERSION: u32 = 1;

    /// # Errors
    /// A file that cannot be read, and everything of [`Self::parse`].
    pub fn read(path: &Path) -> Result<Self, TuneError> {
        let text = std::fs::read_to_string(path).map_err(io_error(path))?;
        Self::parse(&text, &path.display().to_string())
    }

    /// `path` is for messages.
    ///
    /// # Errors
    /// A parameter that the configuration does not have, a `$name` that is no
    /// parameter, values that are no range, or a configuration that is not
    /// sound with the first or the last values.
    pub fn parse(text: &str, path: &str) -> Result<Self, TuneError> {
        let wrong = |what: String| TuneError::Space {
            path: path.to_owned(),
            what,
        };
        let space: Self = ron::from_str(text).map_err(|e| {
            let at = e.span.start;
            wrong(format!("line {}, column {}: {}", at.line, at.col, e.code))
        })?;
        if space.version != Self::VERSION {
            return Err(wrong(format!(
                "version is {}, expected {}",
                space.version,
                Self::VERSION
            )));
        }
        for (i, parameter) in space.parameters.iter().enumerate() {
            let name = &parameter.name;
            if name.is_empty() || name.chars().any(|c| !is_of_name(c)) {
                return Err(wrong(format!(
                    "parameter {name:?}, expected letters, digits and _"
                )));
            }
            if space.parameters[..i].iter().any(|p| p.name == *name) {
                return Err(wrong(format!("parameter {name} is there twice")));
            }
            if let Some(fault) = parameter.values.fault() {
                return Err(wrong(format!("parameter {name}: {fault}")));
            }
            if !placeholders(&space.config).any(|p| p == *name) {
                return Err(wrong(format!("the configuration has no ${name}")));
            }
        }
        if let Some(unknown) =
            placeholders(&space.config).find(|p| space.parameters.iter().all(|q| q.name != *p))
        {
            return Err(wrong(format!(
                "the configuration has ${unknown}, which is no parameter"
            )));
        }
        for end in [0, 1] {
            space.at_end(end).map_err(|source| TuneError::Config {
                path: path.to_owned(),
                source,
            })?;
        }
        Ok(space)
    }

    /// The configuration with the first value of each parameter.
    ///
    /// # Errors
    /// None for a space that was parsed.
    pub fn first(&self) -> Result<TrainingConfig, ConfigError> {
        self.at_end(0)
    }

    fn at_end(&self, end: usize) -> Result<TrainingConfig, ConfigError> {
        let values = self.parameters.iter();
        let values = values.filter_map(|p| Some((p.name.clone(), p.values.ends()?[end].clone())));
        TrainingConfig::parse(&self.filled(&values.collect()), "config")
    }

    /// The configuration with values in their places.
    pub fn filled(&self, values: &BTreeMap<String, String>) -> String {
        let mut parts = self.config.split('$');
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = split_name(part);
            text += values.get(name).map_or("", String::as_str);
            text += rest;
        }
        text
    }

    /// The file as it would be written.
    pub(super) fn text(&self) -> String {
        // A value of strings and numbers can always be written.
        ron::ser::to_string_pretty(self, ron::ser::PrettyConfig::default()).unwrap_or_default()
    }
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn split_name(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c| !is_of_name(c)).unwrap_or(text.len()))
}

fn placeholders(config: &str) -> impl Iterator<Item = &str> {
    config.split('$').skip(1).map(|part| split_name(part).0)
}

/// A space that comes with the program.
#[derive(Clone, Copy, Debug)]
pub struct ShippedSpace {
    pub name: &'static str,
    pub purpose: &'static str,
    /// The RON file.
    pub text: &'static str,
}

/// All of them.
pub const SHIPPED_SPACES: &[ShippedSpace] = &[
    ShippedSpace {
        name: "rhythm-published",
        purpose: "what the published ProtoECGNet program tunes: optimiser, regularisation, prototypes per class",
        text: include_str!("../../../assets/tuning/rhythm-published.ron"),
    },
    ShippedSpace {
        name: "rhythm-losses",
        purpose: "the four loss weights of the ProtoECGNet article; its ranges are not published",
        text: include_str!("../../../assets/tuning/rhythm-losses.ron"),
    },
];

impl ShippedSpace {
    pub fn by_name(name: &str) -> Option<&'static Self> {
        SHIPPED_SPACES.iter().find(|space| space.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(from: &str, to: &str) -> String {
        let text = SHIPPED_SPACES[0].text;
        assert!(text.contains(from), "{from}");
        let error = Space::parse(&text.replacen(from, to, 1), "space.ron").unwrap_err();
        let error = error.to_string();
        assert!(error.starts_with("space.ron"), "{error}");
        error
    }

    #[test]
    fn shipped_spaces_are_sound_at_both_ends() {
        for shipped in SHIPPED_SPACES {
            Space::parse(shipped.text, shipped.name).unwrap();
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = refused("$batch", "32");
        assert!(wrong.contains("no $batch"), "{wrong}");
        let wrong = refused("$dropout", "$drop");
        assert!(wrong.contains("no $dropout"), "{wrong}");
        let wrong = refused("seed: 42", "seed: $seed");
        assert!(wrong.contains("$seed, which is no parameter"), "{wrong}");
        let wrong = refused("LogUniform(1e-6, 1e-2)", "LogUniform(0.0, 1e-2)");
        assert!(
            wrong.contains("learning_rate") && wrong.contains("above 0"),
            "{wrong}"
        );
        let wrong = refused("Uniform(0.0, 0.5)", "Uniform(0.0, 1.0)");
        assert!(
            wrong.contains("dropout") && wrong.contains("expected 0 to less than 1"),
            "{wrong}"
        );
        let wrong = refused("version: 1", "version: 2");
        assert!(wrong.contains("version is 2, expected 1"), "{wrong}");
    }

    #[test]
    fn values_take_the_place_of_names() {
        let space = Space {
            version: 1,
            parameters: Vec::new(),
            config: "a: $x, b: [$x_2,$x]".to_owned(),
        };
        let values = [("x", "1"), ("x_2", "Cosine")];
        let values = values.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        assert_eq!(space.filled(&values), "a: 1, b: [Cosine,1]");
    }
}
