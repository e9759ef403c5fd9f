//! XLI, the compression of Sierra XML: LZW over the bytes of second differences.
//!
//! A lead is a chunk: its compressed size (4 bytes), a code that is not needed
//! (2), the first difference (2), then LZW in codes of 10 bits, most significant
//! bit first. What comes out are the upper bytes of all values, then the lower
//! bytes. Of the six limb leads only I and II are stored as they are; the others
//! are differences from what follows from I and II.

use super::super::FormatError;
use super::super::content::Content;
use crate::ecg::Lead;

const CODE_BITS: u32 = 10;
/// Codes above the 256 bytes name strings that were seen; the last is the end.
const END_CODE: usize = (1 << CODE_BITS) - 1;

/// The samples of each lead, in units of the file's resolution.
///
/// # Errors
/// Chunks that are cut or decode to fewer samples than declared.
pub(super) fn decompress(
    data: &Content,
    labels: &[String],
    samples: usize,
) -> Result<Vec<Vec<i16>>, FormatError> {
    let mut leads = Vec::with_capacity(labels.len());
    let mut at = 0;
    for label in labels {
        let what = format!("the XLI chunk of lead {label}");
        let size = data.u32_le(at, &what)? as usize;
        let first = data.u16_le(at.saturating_add(6), &what)?.cast_signed();
        let start = at.saturating_add(8);
        let packed = data.slice(start, size, &what)?;
        at = start.saturating_add(size);
        let bytes = unpack(packed, 2 * samples);
        if bytes.len() < 2 * samples {
            let found = format!("{} samples", bytes.len() / 2);
            return Err(data.wrong(what, found, format!("{samples} samples")));
        }
        leads.push(integrate(&bytes, first));
    }
    restore_limb_leads(labels, &mut leads);
    Ok(leads)
}

/// LZW with codes of one width. It stops at `most` bytes or where a code cannot be.
fn unpack(packed: &[u8], most: usize) -> Vec<u8> {
    // A string is a stretch of what was put out before.
    let mut strings: Vec<(usize, usize)> = Vec::with_capacity(1 << CODE_BITS);
    let mut out: Vec<u8> = Vec::new();
    let mut previous: Option<(usize, usize)> = None;
    for code in codes(packed) {
        if code == END_CODE || out.len() >= most {
            break;
        }
        let begin = out.len();
        if let Ok(byte) = u8::try_from(code) {
            out.push(byte);
        } else {
            let known = strings.get(code - 256).copied();
            // The one code that may be used before it is known: the previous
            // string and its own first byte.
            let next = previous.filter(|_| code - 256 == strings.len());
            let Some((from, length)) = known.or(next.map(|(from, length)| (from, length + 1)))
            else {
                break;
            };
            for i in from..from + length {
                let Some(&byte) = out.get(i) else { return out };
                out.push(byte);
            }
        }
        if let Some((from, length)) = previous
            && 256 + strings.len() < END_CODE
        {
            // The previous string and the byte that follows it in the output.
            strings.push((from, length + 1));
        }
        previous = Some((begin, out.len() - begin));
    }
    out.truncate(most);
    out
}

/// The codes of 10 bits, most significant bit first; what is left at the end is padding.
fn codes(packed: &[u8]) -> impl Iterator<Item = usize> {
    let (mut buffer, mut held) = (0_u32, 0);
    let mut bytes = packed.iter();
    std::iter::from_fn(move || {
        while held < CODE_BITS {
            buffer = (buffer << 8) | u32::from(*bytes.next()?);
            held += 8;
        }
        held -= CODE_BITS;
        Some((buffer >> held) as usize & END_CODE)
    })
}

/// Values of which the third and later are second differences, off by 64 and
/// by one place. The cart computes in 16 bits and so wraps around.
fn integrate(bytes: &[u8], first: i16) -> Vec<i16> {
    let (upper, lower) = bytes.split_at(bytes.len() / 2);
    let mut samples: Vec<i16> = std::iter::zip(upper, lower)
        .map(|(&upper, &lower)| i16::from_be_bytes([upper, lower]))
        .collect();
    let mut last = first;
    for i in 2..samples.len() {
        let (x, y) = (samples[i - 2], samples[i - 1]);
        let value = y.wrapping_add(y).wrapping_sub(x).wrapping_sub(last);
        last = samples[i].wrapping_sub(64);
        samples[i] = value;
    }
    samples
}

/// III, aVR, aVL and aVF from what is stored in their place: the difference to
/// what follows from two other leads. Halves are rounded down.
fn restore_limb_leads(labels: &[String], leads: &mut [Vec<i16>]) {
    type Restored = fn(i32, i32, i32) -> i32;
    let steps: [(Lead, [Lead; 2], Restored); 4] = [
        (Lead::III, [Lead::I, Lead::II], |i, ii, stored| {
            ii - i - stored
        }),
        (Lead::AVR, [Lead::I, Lead::II], |i, ii, stored| {
            -stored - half(i + ii)
        }),
        (Lead::AVL, [Lead::I, Lead::III], |i, iii, stored| {
            half(i - iii) - stored
        }),
        (Lead::AVF, [Lead::II, Lead::III], |ii, iii, stored| {
            half(ii + iii) - stored
        }),
    ];
    let place = |lead: Lead| {
        labels
            .iter()
            .position(|label| Lead::parse(label) == Some(lead))
    };
    for (lead, [a, b], restored) in steps {
        let (Some(at), Some(a), Some(b)) = (place(lead), place(a), place(b)) else {
            continue;
        };
        for i in 0..leads[at].len() {
            let of = |lead: usize| leads[lead].get(i).map_or(0, |&v| i32::from(v));
            leads[at][i] = restored(of(a), of(b), of(at)) as i16;
        }
    }
}

fn half(sum: i32) -> i32 {
    sum.div_euclid(2)
}
