//! From the models of one or more files to one network with named outputs.

use tch::{Device, Kind, Tensor};

use super::{ImportError, ImportedAttention, ImportedBackbone, ImportedBranch, ImportedModel};
use crate::nn::Weights;
use crate::statements::{self, Group};

/// Classes of the published TrustECG, in the order of its outputs
/// (specification 1.5).
const SUPERCLASSES: [&str; 5] = ["NORM", "MI", "STTC", "CD", "HYP"];

/// A network that can become a bundle.
#[derive(Debug)]
pub enum ImportedNetwork {
    Prototypes(ImportedPrototypes),
    Backbone(ImportedBackbone),
    Attention(ImportedAttention),
}

/// ProtoECGNet: branches under one classifier.
#[derive(Debug)]
pub struct ImportedPrototypes {
    /// In the order of the classifier's columns.
    pub branches: Vec<ImportedBranch>,
    /// `rhythm`, `morphology`, `global`, or `all` of a branch that was trained
    /// on all statements.
    pub names: Vec<&'static str>,
    /// The codes of the outputs.
    pub codes: Vec<String>,
    /// The branch and the output of every prototype.
    pub prototypes: Vec<(usize, usize)>,
    /// (outputs, prototypes).
    pub classifier: Tensor,
    /// (outputs); the fusion classifier has one.
    pub bias: Option<Tensor>,
}

impl ImportedPrototypes {
    /// All tensors under the names of our network: of one branch upstream's,
    /// of several each below the branch's name.
    pub fn weights(&self) -> Weights {
        let mut weights = Weights::default();
        let tensors = &mut weights.tensors;
        for (branch, name) in self.branches.iter().zip(&self.names) {
            for (inner, tensor) in &branch.weights.tensors {
                let full = match self.branches.len() {
                    1 => inner.clone(),
                    _ => format!("{name}.{inner}"),
                };
                if inner != "classifier.weight" {
                    tensors.insert(full, tensor.shallow_clone());
                }
            }
        }
        let classifier = self.classifier.shallow_clone();
        tensors.insert("classifier.weight".to_owned(), classifier);
        if let Some(bias) = &self.bias {
            tensors.insert("classifier.bias".to_owned(), bias.shallow_clone());
        }
        weights
    }
}

impl ImportedAttention {
    /// The codes of the outputs: the five superclasses.
    ///
    /// # Errors
    /// Another number of outputs, whose meaning no checkpoint says.
    pub fn codes(&self, path: &str) -> Result<Vec<String>, ImportError> {
        if self.outputs == SUPERCLASSES.len() {
            return Ok(SUPERCLASSES.iter().map(|&code| code.to_owned()).collect());
        }
        Err(ImportError::Content {
            path: path.to_owned(),
            found: format!("{} outputs", self.outputs),
            expected: "the five superclasses NORM, MI, STTC, CD, HYP".to_owned(),
        })
    }
}

/// One network from the models of these files (path and model): one of any
/// kind, or the three branches, whose classifiers then stand side by side
/// (upstream's "macro aggregation").
///
/// # Errors
/// Models that do not belong together, outputs whose meaning is not known, a
/// prototype of two classes.
pub fn assemble(mut files: Vec<(String, ImportedModel)>) -> Result<ImportedNetwork, ImportError> {
    if files.len() != 1 {
        return aggregate(files).map(ImportedNetwork::Prototypes);
    }
    let Some((path, model)) = files.pop() else {
        return Err(no_set("no file".to_owned(), String::new()));
    };
    Ok(match model {
        ImportedModel::Attention(attention) => {
            attention.codes(&path)?;
            ImportedNetwork::Attention(attention)
        }
        ImportedModel::Backbone(backbone) => ImportedNetwork::Backbone(backbone),
        ImportedModel::Branch(branch) => {
            let classifier = branch.classifier();
            let (_, codes) = outputs_of(&path, branch.classes)?;
            ImportedNetwork::Prototypes(network(&path, vec![branch], codes, classifier, None)?)
        }
        ImportedModel::Fusion(fusion) => {
            let outputs = fusion.bias.numel();
            let (_, codes) = outputs_of(&path, outputs)?;
            let bias = Some(fusion.bias);
            let fused = network(&path, fusion.branches, codes, fusion.classifier, bias)?;
            ImportedNetwork::Prototypes(fused)
        }
    })
}

/// Three branches, each with the classifier of its own statements.
fn aggregate(files: Vec<(String, ImportedModel)>) -> Result<ImportedPrototypes, ImportError> {
    let paths: Vec<String> = files.iter().map(|(path, _)| path.clone()).collect();
    let path = paths.join(", ");
    let mut branches = Vec::new();
    for (path, model) in files {
        let ImportedModel::Branch(branch) = model else {
            return Err(no_set("a model that is no branch".to_owned(), path));
        };
        branches.push(branch);
    }
    let place = |branch: &ImportedBranch| match branch.group() {
        Some(Group::Rhythm) => 0,
        Some(Group::Morphology) => 1,
        Some(Group::Global) => 2,
        None => 3,
    };
    branches.sort_by_key(place);
    let classes: Vec<usize> = branches.iter().map(|b| b.classes).collect();
    if classes != [16, 52, 3] {
        return Err(no_set(format!("branches of {classes:?} outputs"), path));
    }
    let (_, codes) = outputs_of(&path, statements::all().len())?;
    let count: usize = branches.iter().map(ImportedBranch::prototypes).sum();
    let shape = [codes.len() as i64, count as i64];
    let classifier = Tensor::zeros(shape, (Kind::Float, Device::Cpu));
    let mut column = 0;
    for branch in &branches {
        let width = branch.prototypes() as i64;
        let (_, own) = outputs_of(&path, branch.classes)?;
        for (row, code) in own.iter().enumerate() {
            let output = codes.iter().position(|c| c == code).unwrap_or_default();
            let from = branch.classifier().get(row as i64);
            classifier
                .get(output as i64)
                .narrow(0, column, width)
                .copy_(&from);
        }
        column += width;
    }
    network(&path, branches, codes, classifier, None)
}

fn network(
    path: &str,
    branches: Vec<ImportedBranch>,
    codes: Vec<String>,
    classifier: Tensor,
    bias: Option<Tensor>,
) -> Result<ImportedPrototypes, ImportError> {
    let mut names = Vec::new();
    let mut prototypes = Vec::new();
    for (index, branch) in branches.iter().enumerate() {
        let (name, own) = outputs_of(path, branch.classes)?;
        names.push(name);
        for (prototype, classes) in branch.prototype_classes.iter().enumerate() {
            let output = match classes.as_slice() {
                [class] => codes.iter().position(|code| *code == own[*class]),
                _ => None,
            };
            let output = output.ok_or_else(|| ImportError::Content {
                path: path.to_owned(),
                found: format!("prototype {prototype} of branch {name} of the classes {classes:?}"),
                expected: "one class per prototype, which is an output of the model".to_owned(),
            })?;
            prototypes.push((index, output));
        }
    }
    Ok(ImportedPrototypes {
        branches,
        names,
        codes,
        prototypes,
        classifier,
        bias,
    })
}

/// Name and codes of the outputs of a branch with this many of them: no
/// checkpoint has the codes, and the published groups differ in number.
fn outputs_of(path: &str, classes: usize) -> Result<(&'static str, Vec<String>), ImportError> {
    let (name, statements): (_, Vec<_>) = match classes {
        16 => ("rhythm", statements::of_group(Group::Rhythm)),
        52 => ("morphology", statements::of_group(Group::Morphology)),
        3 => ("global", statements::of_group(Group::Global)),
        71 => ("all", statements::all().iter().collect()),
        _ => {
            return Err(ImportError::Content {
                path: path.to_owned(),
                found: format!("{classes} outputs"),
                expected: "16 (rhythm), 52 (morphology), 3 (global) or all 71 statements"
                    .to_owned(),
            });
        }
    };
    Ok((name, statements.iter().map(|s| s.code.clone()).collect()))
}

fn no_set(found: String, path: String) -> ImportError {
    ImportError::Content {
        path,
        found,
        expected: "one file, or the three branches (16, 52 and 3 outputs)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::import_torch::{ImportedFusion, Provenance};

    /// A branch with a classifier of the given number and no other weights.
    fn branch(per_class: usize, classes: usize, steps: Option<i64>, weight: f64) -> ImportedBranch {
        let mut weights = Weights::default();
        let shape = [classes as i64, (classes * per_class) as i64];
        let classifier = Tensor::zeros(shape, (Kind::Float, Device::Cpu)) + weight;
        let tensors = &mut weights.tensors;
        tensors.insert("classifier.weight".into(), classifier);
        tensors.insert("prototype_vectors".into(), Tensor::from_slice(&[weight]));
        ImportedBranch {
            weights,
            steps,
            prototype_classes: (0..classes * per_class)
                .map(|j| vec![j / per_class])
                .collect(),
            classes,
        }
    }

    fn three() -> Vec<(String, ImportedModel)> {
        [
            ("global.pth", branch(1, 3, Some(32), 3.0)),
            ("rhythm.pth", branch(2, 16, None, 1.0)),
            ("morphology.pth", branch(1, 52, Some(3), 2.0)),
        ]
        .map(|(path, branch)| (path.to_owned(), ImportedModel::Branch(branch)))
        .into()
    }

    fn prototypes(files: Vec<(String, ImportedModel)>) -> ImportedPrototypes {
        match assemble(files).unwrap() {
            ImportedNetwork::Prototypes(network) => network,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn three_branches_keep_their_classifiers_on_their_own_statements() {
        let network = prototypes(three());
        assert_eq!(network.names, ["rhythm", "morphology", "global"]);
        assert_eq!(network.classifier.size(), [71, 32 + 52 + 3]);
        // 1AVB, the first rhythm statement, is the 12th of all (specification 4.2).
        assert_eq!(network.codes[11], "1AVB");
        assert_eq!(network.prototypes[..2], [(0, 11), (0, 11)]);
        let at = |row: i64, column: i64| network.classifier.double_value(&[row, column]);
        assert_eq!((at(11, 0), at(11, 31), at(11, 32)), (1.0, 1.0, 0.0));
        // NDT is the first morphology statement and the first of all.
        assert_eq!(
            (at(0, 0), at(0, 32), at(0, 83), at(0, 84)),
            (0.0, 2.0, 2.0, 0.0)
        );
        // NORM is the second global statement and the fifth of all.
        assert_eq!(
            (network.codes[4].as_str(), at(4, 83), at(4, 86)),
            ("NORM", 0.0, 3.0)
        );
        let names: Vec<String> = network.weights().tensors.into_keys().collect();
        assert_eq!(
            names,
            [
                "classifier.weight",
                "global.prototype_vectors",
                "morphology.prototype_vectors",
                "rhythm.prototype_vectors"
            ]
        );
    }

    #[test]
    fn the_fused_classifier_is_kept_with_its_bias() {
        let branches = vec![
            branch(2, 16, None, 1.0),
            branch(1, 52, Some(3), 2.0),
            branch(1, 3, Some(32), 3.0),
        ];
        let fusion = ImportedFusion {
            branches,
            classifier: Tensor::ones([71, 87], (Kind::Float, Device::Cpu)),
            bias: Tensor::ones([71], (Kind::Float, Device::Cpu)),
        };
        let network = prototypes(vec![("f.ckpt".to_owned(), ImportedModel::Fusion(fusion))]);
        assert!(network.weights().tensors.contains_key("classifier.bias"));
        assert_eq!(network.prototypes[86], (2, 31));
        assert_eq!(network.codes[31], "EL");
    }

    #[test]
    fn files_that_do_not_belong_together_are_refused() {
        let mut two = three();
        two.pop();
        let error = assemble(two).unwrap_err().to_string();
        assert!(error.contains("branches of [16, 3] outputs"), "{error}");
        assert!(error.starts_with("global.pth, rhythm.pth:"), "{error}");
        let odd = vec![(
            "odd.pth".to_owned(),
            ImportedModel::Branch(branch(1, 5, None, 1.0)),
        )];
        let error = assemble(odd).unwrap_err().to_string();
        assert!(
            error.contains("odd.pth: 5 outputs, expected 16 (rhythm)"),
            "{error}"
        );
        let mut joint = branch(1, 3, Some(32), 1.0);
        joint.prototype_classes[1] = vec![0, 1];
        let joint = vec![("joint.pth".to_owned(), ImportedModel::Branch(joint))];
        let error = assemble(joint).unwrap_err().to_string();
        assert!(
            error.contains("prototype 1 of branch global of the classes [0, 1]"),
            "{error}"
        );
    }

    #[test]
    fn metadata_finds_its_branch_and_is_checked_against_it() {
        let network = prototypes(three());
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("m.json");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            Provenance::read(&path)
        };
        let entry = |number: &str, class: &str| {
            format!(
                r#"{{"{number}": {{"ecg_id": 12650, "prototype_class": "{class}", "true_labels":
                [0.0, 0.0, 1.0], "class_type": "single", "similarity_score": 3.1}}}}"#
            )
        };
        let global = read(&entry("2", "EL")).unwrap();
        let placed = global.in_network(&network).unwrap();
        assert_eq!(placed.keys().copied().collect::<Vec<_>>(), [86]);
        assert_eq!(placed[&86].ecg_id, 12650);
        let refused = |text: &str| {
            let provenance = read(text).unwrap();
            provenance.in_network(&network).unwrap_err().to_string()
        };
        let error = refused(&entry("2", "NORM"));
        assert!(
            error.contains("prototype 2 of class NORM, expected EL"),
            "{error}"
        );
        let error = refused(&entry("3", "EL"));
        assert!(
            error.contains("prototype 3, expected 0 to 2 of branch global"),
            "{error}"
        );
        let error = refused(&entry("0", "XYZ"));
        assert!(
            error.contains("class XYZ, expected a class of the model"),
            "{error}"
        );
        let error = read(&entry("two", "EL")).unwrap_err().to_string();
        assert!(error.contains(r#"m.json: prototype "two""#), "{error}");
        assert!(read("[]").is_err() && refused("{}").contains("no prototype"));
    }
}
