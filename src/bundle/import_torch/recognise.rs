//! Which published network a file is, and its weights under the names of our
//! one-dimensional networks (specification 9).

use std::collections::BTreeMap;

use tch::{Device, Kind, Tensor, nn};

use super::fold::{as_matrix, fold};
use super::{
    ImportError, ImportedAttention, ImportedBackbone, ImportedBranch, ImportedFusion,
    ImportedModel, TorchFile,
};
use crate::nn::{AttentionNetwork, ResNet1d, Weights};

/// Length of a latent vector of every published branch.
const LATENT: i64 = 512;
/// Latent steps of a recording of 10 s.
const STEPS: i64 = 32;
/// Leads of the published networks.
const LEADS: i64 = 12;

/// Says what a file is and gives its weights in one dimension.
///
/// # Errors
/// A file that is none of the published networks, a tensor that is missing,
/// has another shape, is not finite or belongs to nothing.
pub fn recognise(file: TorchFile) -> Result<ImportedModel, ImportError> {
    let mut parts = Parts::new(file);
    let model = if parts.has("model1d.prototype_vectors") {
        ImportedModel::Fusion(parts.fusion()?)
    } else if parts.has("prototype_vectors") {
        ImportedModel::Branch(parts.branch("")?)
    } else if parts.has("lead_encoder.0.conv1.weight") {
        ImportedModel::Attention(parts.attention()?)
    } else if parts.has("conv1.weight") || parts.has("resnet.conv1.weight") {
        ImportedModel::Backbone(parts.backbone_only()?)
    } else {
        return Err(parts.unknown());
    };
    parts.finish()?;
    Ok(model)
}

/// Tensors that have not found their place yet.
struct Parts {
    path: String,
    tensors: BTreeMap<String, Tensor>,
}

impl Parts {
    /// Takes the trainer's prefix off and drops what no computation reads.
    fn new(file: TorchFile) -> Self {
        let read =
            |name: &str| !(name.ends_with("num_batches_tracked") || name == "criterion.pos_weight");
        let mut tensors = file.tensors;
        tensors.retain(|name, _| read(name));
        let prefix = ["model.", "net."]
            .into_iter()
            .find(|prefix| tensors.keys().all(|name| name.starts_with(prefix)))
            .unwrap_or_default();
        let strip = |(name, tensor): (String, Tensor)| {
            let name = name.strip_prefix(prefix).unwrap_or(&name).to_owned();
            (name, tensor)
        };
        Self {
            path: file.path,
            tensors: tensors.into_iter().map(strip).collect(),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    fn fusion(&mut self) -> Result<ImportedFusion, ImportError> {
        let branches = vec![
            self.branch("model1d.")?,
            self.branch("model2d_partial.")?,
            self.branch("model2d_global.")?,
        ];
        let prototypes: i64 = branches.iter().map(|b| b.prototypes() as i64).sum();
        let outputs = self
            .size("classifier.weight")?
            .first()
            .copied()
            .unwrap_or(0);
        Ok(ImportedFusion {
            branches,
            classifier: self.take("classifier.weight", &[outputs, prototypes])?,
            bias: self.take("classifier.bias", &[outputs])?,
        })
    }

    /// One branch, whose names begin with `prefix`.
    fn branch(&mut self, prefix: &str) -> Result<ImportedBranch, ImportError> {
        let name = |rest: &str| format!("{prefix}{rest}");
        let saved = self.size(&name("prototype_vectors"))?;
        let &[prototypes, LATENT, ref time @ ..] = saved.as_slice() else {
            return Err(self.shape(
                &name("prototype_vectors"),
                &saved,
                "(P, 512) or (P, 512, 1, T)",
            ));
        };
        let steps = match time {
            [] => None,
            &[1, steps] if (1..=STEPS).contains(&steps) => Some(steps),
            _ => {
                let expected = "(P, 512) or (P, 512, 1, T) with T from 1 to 32";
                return Err(self.shape(&name("prototype_vectors"), &saved, expected));
            }
        };
        if prototypes == 0 {
            return Err(self.shape(&name("prototype_vectors"), &saved, "at least one prototype"));
        }
        self.drop(&name("ones"));
        let prototype_classes = self.identity(&name("prototype_class_identity"), prototypes)?;
        let classes = self.size(&name("prototype_class_identity"))?[1];
        self.drop(&name("prototype_class_identity"));

        let inner = if steps.is_some() {
            "feature_extractor.resnet."
        } else {
            "feature_extractor."
        };
        let mut weights = self.backbone(&name(inner), "feature_extractor.")?;
        for layer in [0, 2] {
            let layer = format!("add_on_layers.{layer}");
            let weight = format!("{layer}.weight");
            let matrix = self.take_as(&name(&weight), &[LATENT, LATENT], as_matrix)?;
            weights.tensors.insert(weight, matrix);
            let bias = format!("{layer}.bias");
            let vector = self.take(&name(&bias), &[LATENT])?;
            weights.tensors.insert(bias, vector);
        }
        let mut shape = vec![prototypes, LATENT];
        shape.extend(steps);
        let vectors = self.take(&name("prototype_vectors"), &shape)?;
        weights
            .tensors
            .insert("prototype_vectors".to_owned(), vectors);
        let classifier = self.take(&name("classifier.weight"), &[classes, prototypes])?;
        weights
            .tensors
            .insert("classifier.weight".to_owned(), classifier);
        Ok(ImportedBranch {
            weights,
            steps,
            prototype_classes,
            classes: classes as usize,
        })
    }

    /// The classes of each prototype: one, or two of a joint prototype.
    fn identity(&self, name: &str, prototypes: i64) -> Result<Vec<Vec<usize>>, ImportError> {
        let saved = self.size(name)?;
        let classes = match saved.as_slice() {
            &[rows, classes] if rows == prototypes && classes > 0 => classes as usize,
            _ => return Err(self.shape(name, &saved, &format!("({prototypes}, C)"))),
        };
        let identity = self.tensors[name].to_kind(Kind::Double).contiguous();
        let mut flat = vec![0.0; identity.numel()];
        identity.copy_data(&mut flat, identity.numel());
        let mut all = Vec::with_capacity(prototypes as usize);
        for (prototype, row) in flat.chunks(classes).enumerate() {
            let own: Vec<usize> = (0..classes).filter(|&c| row[c] == 1.0).collect();
            if own.is_empty() || row.iter().any(|&x| x != 0.0 && x != 1.0) {
                return Err(self.tensor_error(
                    name,
                    "row",
                    format!("{prototype}: {row:?}"),
                    "1 for the classes of the prototype, 0 elsewhere",
                ));
            }
            all.push(own);
        }
        Ok(all)
    }

    /// The encoder: names after `from` in the file, after `to` here. The head
    /// of the classification network that it once was is dropped.
    fn backbone(&mut self, from: &str, to: &str) -> Result<Weights, ImportError> {
        for dead in ["fc.weight", "fc.bias"] {
            self.drop(&format!("{from}{dead}"));
        }
        let variables = nn::VarStore::new(Device::Cpu);
        let _network = ResNet1d::new(&variables.root(), LEADS);
        let mut weights = Weights::default();
        for (name, variable) in variables.variables() {
            let tensor = self.take_as(&format!("{from}{name}"), &variable.size(), fold)?;
            weights.tensors.insert(format!("{to}{name}"), tensor);
        }
        Ok(weights)
    }

    fn backbone_only(&mut self) -> Result<ImportedBackbone, ImportError> {
        let flat = self.has("resnet.conv1.weight");
        let weights = self.backbone(if flat { "resnet." } else { "" }, "")?;
        // The head of the two-dimensional one stands beside the encoder.
        self.drop("fc.weight");
        self.drop("fc.bias");
        Ok(ImportedBackbone { weights })
    }

    fn attention(&mut self) -> Result<ImportedAttention, ImportError> {
        let outputs = match self.size("classifier.6.weight")?.as_slice() {
            &[outputs, _] if outputs > 0 => outputs as usize,
            other => return Err(self.shape("classifier.6.weight", other, "(classes, 64)")),
        };
        let variables = nn::VarStore::new(Device::Cpu);
        let _network = AttentionNetwork::new(&variables.root(), outputs);
        let mut weights = Weights::default();
        for (name, variable) in variables.variables() {
            let tensor = self.take(&name, &variable.size())?;
            weights.tensors.insert(name, tensor);
        }
        Ok(ImportedAttention { weights, outputs })
    }

    fn take(&mut self, name: &str, shape: &[i64]) -> Result<Tensor, ImportError> {
        self.take_as(name, shape, fold)
    }

    /// Removes a tensor, brings it into one dimension and checks it.
    fn take_as(
        &mut self,
        name: &str,
        shape: &[i64],
        change: fn(&Tensor) -> Option<Tensor>,
    ) -> Result<Tensor, ImportError> {
        let saved = self.size(name)?;
        let tensor = self.tensors.remove(name).and_then(|t| change(&t));
        let Some(tensor) = tensor.filter(|t| t.size() == shape) else {
            return Err(self.shape(name, &saved, &format!("{shape:?} in one dimension")));
        };
        let tensor = tensor.to_kind(Kind::Float);
        if tensor.isfinite().all().int64_value(&[]) != 1 {
            let found = "NaN or infinity".to_owned();
            return Err(self.tensor_error(name, "value", found, "finite numbers"));
        }
        Ok(tensor)
    }

    fn drop(&mut self, name: &str) {
        self.tensors.remove(name);
    }

    fn size(&self, name: &str) -> Result<Vec<i64>, ImportError> {
        let tensor = self.tensors.get(name);
        tensor.map(Tensor::size).ok_or_else(|| {
            let expected = "a tensor of this name";
            self.tensor_error(name, "place in the file", "missing".to_owned(), expected)
        })
    }

    fn shape(&self, name: &str, found: &[i64], expected: &str) -> ImportError {
        self.tensor_error(name, "shape", format!("{found:?}"), expected)
    }

    fn tensor_error(
        &self,
        name: &str,
        field: &'static str,
        found: String,
        expected: &str,
    ) -> ImportError {
        ImportError::Tensor {
            path: self.path.clone(),
            tensor: name.to_owned(),
            field,
            found,
            expected: expected.to_owned(),
        }
    }

    fn unknown(&self) -> ImportError {
        let names: Vec<&str> = self.tensors.keys().take(3).map(String::as_str).collect();
        ImportError::Content {
            path: self.path.clone(),
            found: format!(
                "{} tensors of no known network ({}, ...)",
                self.tensors.len(),
                names.join(", ")
            ),
            expected: "a branch or the fusion of ProtoECGNet, a ResNet18 of 12 leads, or TrustECG"
                .to_owned(),
        }
    }

    /// Everything must have found its place: a tensor that we do not know may
    /// be one that the network cannot do without.
    fn finish(self) -> Result<(), ImportError> {
        match self.tensors.keys().next() {
            None => Ok(()),
            Some(name) => Err(self.tensor_error(
                name,
                "place in the network",
                format!("unknown ({} such tensors)", self.tensors.len()),
                "none left over",
            )),
        }
    }
}
