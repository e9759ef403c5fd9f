//! The binary signal formats, signal(5).

/// A WFDB signal format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignalFormat {
    /// A signal that was not recorded: it has no file.
    Null,
    /// Differences of 8 bits.
    F8,
    /// Two's complement, little-endian.
    F16,
    F24,
    F32,
    /// Two's complement of 16 bits, big-endian.
    F61,
    /// Offset binary of 8 bits.
    F80,
    /// Offset binary of 16 bits, little-endian.
    F160,
    /// Two samples of 12 bits in three bytes.
    F212,
    /// Three samples of 10 bits in four bytes, in two ways.
    F310,
    F311,
    /// FLAC with 8, 16 or 24 bits, a channel per signal.
    Flac8,
    Flac16,
    Flac24,
}

impl SignalFormat {
    pub fn from_code(code: u64) -> Option<Self> {
        Some(match code {
            0 => Self::Null,
            8 => Self::F8,
            16 => Self::F16,
            24 => Self::F24,
            32 => Self::F32,
            61 => Self::F61,
            80 => Self::F80,
            160 => Self::F160,
            212 => Self::F212,
            310 => Self::F310,
            311 => Self::F311,
            508 => Self::Flac8,
            516 => Self::Flac16,
            524 => Self::Flac24,
            _ => return None,
        })
    }

    pub fn code(self) -> u16 {
        match self {
            Self::Null => 0,
            Self::F8 => 8,
            Self::F16 => 16,
            Self::F24 => 24,
            Self::F32 => 32,
            Self::F61 => 61,
            Self::F80 => 80,
            Self::F160 => 160,
            Self::F212 => 212,
            Self::F310 => 310,
            Self::F311 => 311,
            Self::Flac8 => 508,
            Self::Flac16 => 516,
            Self::Flac24 => 524,
        }
    }

    /// The value that stands for a missing sample.
    pub fn missing(self) -> Option<i32> {
        match self {
            Self::Null | Self::F8 => None,
            Self::F16 | Self::F61 | Self::F160 | Self::Flac16 => Some(-1 << 15),
            Self::F24 | Self::Flac24 => Some(-1 << 23),
            Self::F32 => Some(i32::MIN),
            Self::F80 | Self::Flac8 => Some(-1 << 7),
            Self::F212 => Some(-1 << 11),
            Self::F310 | Self::F311 => Some(-1 << 9),
        }
    }

    /// Whether 16 bits hold every sample as it is.
    pub fn fits_16_bits(self) -> bool {
        match self {
            Self::Null | Self::F8 | Self::F24 | Self::F32 | Self::Flac24 => false,
            Self::F16
            | Self::F61
            | Self::F80
            | Self::F160
            | Self::F212
            | Self::F310
            | Self::F311
            | Self::Flac8
            | Self::Flac16 => true,
        }
    }

    /// Bits per sample of a FLAC stream; `None` for what is not compressed.
    pub fn flac_bits(self) -> Option<u32> {
        match self {
            Self::Flac8 => Some(8),
            Self::Flac16 => Some(16),
            Self::Flac24 => Some(24),
            _ => None,
        }
    }

    /// Of formats that are neither null nor compressed (those count as one
    /// byte): samples and bytes of one group, and the bytes that the first sample and
    /// the first two samples of a group need.
    fn layout(self) -> (u64, u64, [u64; 2]) {
        match self {
            Self::F8 | Self::F80 | Self::Null | Self::Flac8 | Self::Flac16 | Self::Flac24 => {
                (1, 1, [1, 1])
            }
            Self::F16 | Self::F61 | Self::F160 => (1, 2, [2, 2]),
            Self::F24 => (1, 3, [3, 3]),
            Self::F32 => (1, 4, [4, 4]),
            Self::F212 => (2, 3, [2, 3]),
            Self::F310 => (3, 4, [2, 4]),
            Self::F311 => (3, 4, [2, 3]),
        }
    }

    /// Bytes that `samples` samples need; `None` if there can be no such file.
    pub fn bytes(self, samples: u64) -> Option<u64> {
        let (per_group, group_bytes, partial) = self.layout();
        let whole = (samples / per_group).checked_mul(group_bytes)?;
        let rest = match samples % per_group {
            0 => 0,
            1 => partial[0],
            _ => partial[1],
        };
        whole.checked_add(rest)
    }

    /// Samples that `bytes` bytes hold.
    pub fn samples(self, bytes: u64) -> u64 {
        let (per_group, group_bytes, partial) = self.layout();
        let rest = bytes % group_bytes;
        let started = if per_group == 1 || rest < partial[0] {
            0
        } else if per_group == 2 || rest < partial[1] {
            1
        } else {
            2
        };
        bytes / group_bytes * per_group + started
    }

    /// Unpacks every sample of `bytes`, in the order of the file. Format 8
    /// gives the differences.
    pub fn decode(self, bytes: &[u8]) -> Vec<i32> {
        let word = |pair: &[u8]| i32::from(u16::from_le_bytes([pair[0], pair[1]]));
        match self {
            Self::Null | Self::Flac8 | Self::Flac16 | Self::Flac24 => Vec::new(),
            Self::F8 => bytes.iter().map(|&b| i32::from(b as i8)).collect(),
            Self::F80 => bytes.iter().map(|&b| i32::from(b) - 128).collect(),
            Self::F16 => map_chunks::<2>(bytes, |b| i32::from(i16::from_le_bytes(b))),
            Self::F61 => map_chunks::<2>(bytes, |b| i32::from(i16::from_be_bytes(b))),
            Self::F160 => map_chunks::<2>(bytes, |b| word(&b) - 32768),
            Self::F24 => map_chunks::<3>(bytes, |b| signed::<24>(le(&b))),
            Self::F32 => map_chunks::<4>(bytes, i32::from_le_bytes),
            Self::F212 => self.unpack(bytes, |b| {
                let (low, high) = (u32::from(b[1]) & 0x0f, u32::from(b[1]) >> 4);
                let pair = [u32::from(b[0]) | low << 8, u32::from(b[2]) | high << 8];
                pair.map(signed::<12>).to_vec()
            }),
            Self::F310 => self.unpack(bytes, |b| {
                let (first, second) = (le(&b[..2]), le(&b[2..]));
                let third = first >> 11 | (second >> 11) << 5;
                [first >> 1, second >> 1, third].map(signed::<10>).to_vec()
            }),
            Self::F311 => self.unpack(bytes, |b| {
                let all = le(&b);
                [all, all >> 10, all >> 20].map(signed::<10>).to_vec()
            }),
        }
    }

    /// Unpacks groups of samples; the last one may be cut short.
    fn unpack(self, bytes: &[u8], group: impl Fn([u8; 4]) -> Vec<i32>) -> Vec<i32> {
        let (_, group_bytes, _) = self.layout();
        let mut samples = Vec::with_capacity(self.samples(bytes.len() as u64) as usize + 3);
        for chunk in bytes.chunks(group_bytes as usize) {
            let mut padded = [0; 4];
            padded[..chunk.len()].copy_from_slice(chunk);
            samples.extend(group(padded));
        }
        samples.truncate(self.samples(bytes.len() as u64) as usize);
        samples
    }
}

fn map_chunks<const N: usize>(bytes: &[u8], sample: impl Fn([u8; N]) -> i32) -> Vec<i32> {
    bytes
        .as_chunks::<N>()
        .0
        .iter()
        .map(|&b| sample(b))
        .collect()
}

fn le(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .rev()
        .fold(0, |sum, &b| sum << 8 | u32::from(b))
}

/// The low `BITS` bits as two's complement.
fn signed<const BITS: u32>(value: u32) -> i32 {
    (value << (32 - BITS)) as i32 >> (32 - BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [u64; 10] = [8, 16, 24, 32, 61, 80, 160, 212, 310, 311];

    #[test]
    fn sizes_are_the_least_that_hold_the_samples() {
        for format in ALL.map(|c| SignalFormat::from_code(c).unwrap()) {
            for n in 0..50 {
                let bytes = format.bytes(n).unwrap();
                let held = format.samples(bytes);
                assert!(held >= n, "{format:?} {n}");
                assert_eq!(format.decode(&vec![0; bytes as usize]).len() as u64, held);
                assert!(n == 0 || format.samples(bytes - 1) < n, "{format:?} {n}");
            }
        }
    }

    /// signal(5): packed samples, by hand.
    #[test]
    fn packed_samples_are_unpacked_as_the_guide_says() {
        assert_eq!(SignalFormat::F212.decode(&[0xff, 0x7f, 0x00]), [-1, 0x700]);
        assert_eq!(SignalFormat::F24.decode(&[0, 0, 0x80]), [-1 << 23]);
        assert_eq!(SignalFormat::F80.decode(&[0, 128, 255]), [-128, 0, 127]);
        assert_eq!(SignalFormat::F311.decode(&[0xff, 0x03, 0, 0]), [-1, 0, 0]);
        assert_eq!(SignalFormat::F310.decode(&[0xfe, 0x07, 2, 0]), [-1, 1, 0]);
    }

    #[test]
    fn an_absurd_count_has_no_size() {
        assert_eq!(SignalFormat::F32.bytes(u64::MAX), None);
    }
}
