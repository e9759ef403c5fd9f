//! From the published two-dimensional weights to one dimension.
//!
//! The first convolution of the "2-D" network covers all 12 leads, so the
//! height of everything after it is 1, and of a 3x3 kernel only the middle row
//! ever meets the signal: the network is one-dimensional, and the other rows
//! are dead (specification 1.3).

use tch::Tensor;

/// A tensor as the one-dimensional network has it; one that has no height
/// comes back as it is. `None` for a kernel of an unexpected form.
///
/// | saved | here |
/// |---|---|
/// | first convolution (64, 1, 12, 7) | (64, 12, 7): leads become channels |
/// | kernel (o, i, 3, 3) | (o, i, 3): the middle row |
/// | kernel (o, i, 1, 1) | (o, i, 1) |
/// | prototypes (P, 512, 1, T) | (P, 512, T) |
pub(super) fn fold(tensor: &Tensor) -> Option<Tensor> {
    let size = tensor.size();
    let folded = match size.as_slice() {
        [_, 1, 12, _] => tensor.select(1, 0),
        [_, _, 3, 3] => tensor.select(2, 1),
        [_, _, 1, _] => tensor.select(2, 0),
        [_, _, _, _] => return None,
        _ => tensor.shallow_clone(),
    };
    Some(folded.contiguous())
}

/// The weight of an add-on layer (512, 512), from a linear layer or from a
/// 1x1 convolution.
pub(super) fn as_matrix(tensor: &Tensor) -> Option<Tensor> {
    match tensor.size().as_slice() {
        [_, _] => Some(tensor.shallow_clone()),
        &[rows, columns, 1, 1] | &[rows, columns, 1] => Some(tensor.reshape([rows, columns])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Device, Kind};

    fn counted(size: &[i64]) -> Tensor {
        let count: i64 = size.iter().product();
        Tensor::arange(count, (Kind::Float, Device::Cpu)).view(size)
    }

    #[test]
    fn every_kind_of_tensor_becomes_one_dimensional() {
        let stem = counted(&[64, 1, 12, 7]);
        let folded = fold(&stem).unwrap();
        assert_eq!(folded.size(), [64, 12, 7]);
        assert_eq!(
            folded.double_value(&[3, 11, 2]),
            stem.double_value(&[3, 0, 11, 2])
        );
        let kernel = counted(&[4, 5, 3, 3]);
        let folded = fold(&kernel).unwrap();
        assert_eq!(folded.size(), [4, 5, 3]);
        assert_eq!(
            folded.double_value(&[1, 2, 0]),
            kernel.double_value(&[1, 2, 1, 0])
        );
        assert_eq!(fold(&counted(&[4, 5, 1, 1])).unwrap().size(), [4, 5, 1]);
        assert_eq!(
            fold(&counted(&[21, 512, 1, 32])).unwrap().size(),
            [21, 512, 32]
        );
        assert_eq!(fold(&counted(&[7])).unwrap().size(), [7]);
        // The stem of a network for pictures: three channels, 7x7.
        assert!(fold(&counted(&[64, 3, 7, 7])).is_none());
        assert_eq!(as_matrix(&counted(&[4, 4, 1, 1])).unwrap().size(), [4, 4]);
        assert!(as_matrix(&counted(&[4, 4, 3, 3])).is_none());
    }

    /// The claim itself, on one layer: a 3x3 convolution over height 1 is the
    /// convolution with its middle row.
    #[test]
    fn only_the_middle_row_of_a_kernel_meets_the_signal() {
        let kernel = (counted(&[2, 3, 3, 3]) * 0.37).sin();
        let signal = (counted(&[1, 3, 1, 20]) * 0.11).cos();
        let flat = signal.conv2d(&kernel, None::<&Tensor>, [2, 2], [1, 1], [1, 1], 1);
        let folded = signal.squeeze_dim(2).conv1d(
            &fold(&kernel).unwrap(),
            None::<&Tensor>,
            [2],
            [1],
            [1],
            1,
        );
        let difference = (flat.squeeze_dim(2) - folded).abs().max();
        assert!(difference.double_value(&[]) < 1e-6);
    }
}
