//! Where prototype vectors start, beside the normal distribution.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tch::{Kind, Tensor};

use super::error::TrainingError;
use super::joint::Place;
use crate::inference::rows_of;
use crate::nn::{PrototypeBranch, unit_rows};

/// So many ECGs of a class are looked at: enough to draw 18 of, and a class of
/// PTB-XL has up to 13,000, whose windows and mutual distances take gigabytes.
const MOST: usize = 2000;

/// One coordinate in twenty 1, the others 0.
pub fn sparse(branch: &PrototypeBranch, random: &mut ChaCha8Rng) {
    let _guard = tch::no_grad_guard();
    let values: Vec<f32> = (0..branch.prototypes.numel())
        .map(|_| f32::from(u8::from(random.random_range(0.0..1.0) < 0.05)))
        .collect();
    let values = Tensor::from_slice(&values).view_as(&branch.prototypes);
    branch
        .prototypes
        .shallow_clone()
        .copy_(&values.to_device(branch.device()));
}

/// Latents of different training ECGs of each prototype's class, drawn as the
/// centres of k-means++ are (Arthur and Vassilvitskii 2007): the further from
/// those already drawn, the likelier. Where prototypes slide, the window of an
/// ECG is the one that points most in the direction in which the class's mean
/// window differs from all others' (`latents` are those of all training records).
pub fn from_latents(
    place: &Place,
    latents: &Tensor,
    random: &mut ChaCha8Rng,
) -> Result<(), TrainingError> {
    let _guard = tch::no_grad_guard();
    let branch = place.branch;
    let prototypes = branch.flat_prototypes().copy();
    let mean_window = |latents: &Tensor| {
        branch
            .windows(latents)
            .mean_dim([0i64, 1].as_slice(), false, None::<Kind>)
    };
    // The mean over records comes first: the windows of all are many times the latents.
    let overall = mean_window(&latents.mean_dim([0i64].as_slice(), true, None::<Kind>));
    for class in 0..place.outputs.len() {
        let mine: Vec<usize> = (0..place.classes.len())
            .filter(|&j| place.classes[j] == class)
            .collect();
        let rows = place
            .train_labels
            .select(1, class as i64)
            .gt(0.5)
            .nonzero()
            .view([-1]);
        if mine.is_empty() || rows.numel() == 0 {
            continue;
        }
        let own = latents.index_select(0, &spread_out(&rows));
        let direction = mean_window(&own) - &overall;
        let windows = branch.windows(&own);
        let best = windows.matmul(&direction).argmax(1, false).view([-1, 1, 1]);
        let size = windows.size();
        let chosen = windows
            .gather(1, &best.expand([size[0], 1, size[2]], true), false)
            .squeeze_dim(1);
        let centred = unit_rows(&(&chosen - chosen.mean_dim(0, true, None::<Kind>)));
        let distances = rows_of(&(1.0 - centred.matmul(&centred.transpose(0, 1))));
        for (&j, row) in mine.iter().zip(far_apart(&distances, mine.len(), random)) {
            prototypes.get(j as i64).copy_(&chosen.get(row as i64));
        }
    }
    if prototypes.isfinite().all().int64_value(&[]) == 0 {
        return Err(TrainingError::NoSource);
    }
    let shaped = prototypes.view_as(&branch.prototypes);
    branch.prototypes.shallow_clone().copy_(&shaped);
    Ok(())
}

/// Some rows, or [`MOST`] of them at equal distances where there are more.
fn spread_out(rows: &Tensor) -> Tensor {
    let count = rows.numel();
    let some: Vec<i64> = match count {
        0..=MOST => return rows.shallow_clone(),
        _ => (0..MOST).map(|i| (i * count / MOST) as i64).collect(),
    };
    rows.index_select(0, &Tensor::from_slice(&some).to_device(rows.device()))
}

/// `count` rows, each drawn with a chance that grows with its distance to the
/// nearest one already drawn; again from the start when all are.
fn far_apart(distances: &[Vec<f64>], count: usize, random: &mut ChaCha8Rng) -> Vec<usize> {
    let rows = distances.len();
    let mut drawn: Vec<usize> = Vec::with_capacity(count);
    let mut nearest = vec![1.0f64; rows];
    while drawn.len() < count {
        if drawn.len().is_multiple_of(rows) {
            nearest.fill(1.0);
        }
        let total: f64 = nearest.iter().sum();
        let mut left = random.random_range(0.0..1.0) * total;
        let pick = nearest
            .iter()
            .position(|&d| {
                left -= d;
                left < 0.0
            })
            .or_else(|| nearest.iter().rposition(|&d| d > 0.0))
            .unwrap_or(drawn.len() % rows);
        drawn.push(pick);
        let round = drawn[(drawn.len() - 1) / rows * rows..].to_vec();
        for (row, d) in nearest.iter_mut().enumerate() {
            *d = if round.contains(&row) {
                0.0
            } else {
                d.min(distances[row][pick].max(0.0) + 1e-6)
            };
        }
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn of_many_rows_some_are_taken_from_everywhere() {
        let rows = |count| Tensor::arange(count, (Kind::Int64, tch::Device::Cpu));
        assert_eq!(spread_out(&rows(2000)), rows(2000));
        let some: Vec<i64> = Vec::try_from(&spread_out(&rows(5000))).unwrap();
        assert_eq!(some.len(), 2000);
        assert_eq!((some[0], some[1], some[2], some[1999]), (0, 2, 5, 4997));
    }

    #[test]
    fn rows_repeat_only_when_all_are_drawn() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let distances: Vec<Vec<f64>> = (0..4)
            .map(|i| (0..4).map(|j| f64::from(i32::abs(i - j))).collect())
            .collect();
        let mut first = far_apart(&distances, 4, &mut random);
        first.sort_unstable();
        assert_eq!(first, [0, 1, 2, 3]);
        let mut twice = far_apart(&distances, 8, &mut random);
        twice.sort_unstable();
        assert_eq!(twice, [0, 0, 1, 1, 2, 2, 3, 3]);
    }
}
