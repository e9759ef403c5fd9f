//! Section 2 and annex C: how the samples of sections 5 and 6 are coded.

use super::signal::Coded;
use crate::formats::FormatError;
use crate::formats::content::Content;

/// In place of a number of tables: the table of annex C.
const DEFAULT_TABLE: u16 = 19999;
/// The default table has 19 codes; a table with thousands is an attack.
const MAX_CODES: usize = 4096;
const CODE_BYTES: usize = 9;

/// How samples are written: as 16-bit numbers where there is no section 2,
/// otherwise in Huffman codes.
pub(super) enum Coding {
    Plain,
    Huffman { tables: Vec<Tree>, default: bool },
}

impl Coding {
    /// # Errors
    /// Tables that are cut, empty, ambiguous or name a table that is not there.
    pub fn parse(section_2: Option<Content>) -> Result<Self, FormatError> {
        let Some(section) = section_2 else {
            return Ok(Self::Plain);
        };
        let count = section.u16_le(0, "the number of Huffman tables")?;
        let default = count == DEFAULT_TABLE;
        let tables = if default {
            vec![default_table()]
        } else {
            own_tables(&section, count.into())?
        };
        Ok(match (tables.is_empty(), default) {
            (true, _) => Self::Plain,
            (false, default) => Self::Huffman { tables, default },
        })
    }

    /// For people: `Huffman, second differences`.
    pub fn describe(&self, coded: &Coded) -> String {
        let coding = match self {
            Self::Plain => "16 bit",
            Self::Huffman { default: true, .. } => "Huffman",
            Self::Huffman { .. } => "Huffman with own tables",
        };
        let differences = match coded.order {
            0 => "",
            1 => ", first differences",
            _ => ", second differences",
        };
        format!("{coding}{differences}")
    }

    /// So many samples of each lead, in units of the amplitude multiplier.
    ///
    /// # Errors
    /// Fewer bits than samples, a code that is in no table, sums of differences
    /// beyond 32 bits.
    pub fn decode(&self, coded: &Coded, counts: &[usize]) -> Result<Vec<Vec<i32>>, FormatError> {
        let leads = coded.leads.iter().zip(counts).enumerate();
        let decode = |(i, (data, &count)): (usize, (&Content, &usize))| {
            let what = format!("lead {} of section {}", i + 1, coded.section);
            // A sample takes a bit at least: checked before anything is allocated.
            let bits = match self {
                Self::Plain => 16,
                Self::Huffman { .. } => 1,
            };
            if count.saturating_mul(bits) > data.bytes.len() * 8 {
                let found = format!("{} bytes", data.bytes.len());
                return Err(data.wrong(what, found, format!("{count} samples")));
            }
            let mut values = match self {
                Self::Plain => plain(data.bytes, count),
                Self::Huffman { tables, .. } => huffman(data, tables, count, &what)?,
            };
            integrate(&mut values, coded.order).ok_or_else(|| {
                data.wrong(what, "differences that sum up beyond 32 bits", "samples")
            })?;
            Ok(values)
        };
        leads.map(decode).collect()
    }
}

fn plain(bytes: &[u8], count: usize) -> Vec<i32> {
    let pairs = bytes.as_chunks::<2>().0.iter().take(count);
    pairs.map(|&pair| i16::from_le_bytes(pair).into()).collect()
}

fn huffman(
    data: &Content,
    tables: &[Tree],
    count: usize,
    what: &str,
) -> Result<Vec<i32>, FormatError> {
    let mut bits = Bits::new(data.bytes);
    let mut values = Vec::with_capacity(count);
    let mut table = 0;
    while values.len() < count {
        let cut = |bits: &Bits, values: &[i32]| {
            let found = format!("{} samples in {} bytes", values.len(), bits.bytes.len());
            data.wrong(
                what,
                found,
                format!("{count} samples in the codes of section 2"),
            )
        };
        let leaf = tables.get(table).and_then(|tree| tree.next(&mut bits));
        match leaf.ok_or_else(|| cut(&bits, &values))? {
            Leaf::Value(value) => values.push(value),
            Leaf::Bits(count) => {
                let value = bits.signed(count).ok_or_else(|| cut(&bits, &values))?;
                values.push(value);
            }
            Leaf::Table(other) => table = other,
        }
    }
    Ok(values)
}

/// Undoes first or second differences; `None` beyond 32 bits.
fn integrate(values: &mut [i32], order: u8) -> Option<()> {
    for i in usize::from(order)..values.len() {
        let sum = match order {
            0 => return Some(()),
            1 => i64::from(values[i]) + i64::from(values[i - 1]),
            _ => i64::from(values[i]) + 2 * i64::from(values[i - 1]) - i64::from(values[i - 2]),
        };
        values[i] = i32::try_from(sum).ok()?;
    }
    Some(())
}

/// What a prefix means.
#[derive(Clone, Copy)]
enum Leaf {
    Value(i32),
    /// The value follows in so many bits, as a two's complement.
    Bits(u32),
    /// The codes that follow are of this table, counted from 0.
    Table(usize),
}

#[derive(Clone, Copy)]
enum Branch {
    Nothing,
    Node(usize),
    Leaf(Leaf),
}

/// The codes of one table as a binary tree.
pub(super) struct Tree {
    nodes: Vec<[Branch; 2]>,
}

impl Tree {
    fn new() -> Self {
        Self {
            nodes: vec![[Branch::Nothing; 2]],
        }
    }

    /// `code` has the bit that is sent first as its lowest. `None` if the prefix
    /// is empty, too long, or begins another one.
    fn insert(&mut self, code: u32, bits: u32, leaf: Leaf) -> Option<()> {
        if !(1..=32).contains(&bits) {
            return None;
        }
        let mut node = 0;
        for i in 0..bits - 1 {
            let side = (code >> i & 1) as usize;
            node = match self.nodes.get(node)?[side] {
                Branch::Node(next) => next,
                Branch::Leaf(_) => return None,
                Branch::Nothing => {
                    let next = self.nodes.len();
                    self.nodes.push([Branch::Nothing; 2]);
                    self.nodes.get_mut(node)?[side] = Branch::Node(next);
                    next
                }
            };
        }
        let side = (code >> (bits - 1) & 1) as usize;
        let branch = self.nodes.get_mut(node)?.get_mut(side)?;
        if !matches!(branch, Branch::Nothing) {
            return None;
        }
        *branch = Branch::Leaf(leaf);
        Some(())
    }

    /// The meaning of the next code; `None` where the bits end or lead nowhere.
    fn next(&self, bits: &mut Bits) -> Option<Leaf> {
        let mut node = 0;
        loop {
            match self.nodes.get(node)?[bits.bit()?] {
                Branch::Nothing => return None,
                Branch::Leaf(leaf) => return Some(leaf),
                Branch::Node(next) => node = next,
            }
        }
    }
}

/// Annex C: 0 in one bit; 1 to 8 and -1 to -8 as so many ones, a zero and the
/// sign; then prefixes for 8 and for 16 bits.
fn default_table() -> Tree {
    let mut tree = Tree::new();
    let ones = |n: u32| (1 << n) - 1;
    let mut insert = |code, bits, leaf| {
        let inserted = tree.insert(code, bits, leaf);
        debug_assert!(inserted.is_some(), "the default table is unambiguous");
    };
    insert(0, 1, Leaf::Value(0));
    for n in 1..=8 {
        insert(ones(n), n + 2, Leaf::Value(n as i32));
        insert(ones(n) | 1 << (n + 1), n + 2, Leaf::Value(-(n as i32)));
    }
    insert(ones(9), 10, Leaf::Bits(8));
    insert(ones(10), 10, Leaf::Bits(16));
    tree
}

fn own_tables(section: &Content, count: usize) -> Result<Vec<Tree>, FormatError> {
    let mut tables = Vec::new();
    let (mut at, mut codes_left) = (2, MAX_CODES);
    for number in 1..=count {
        let what = format!("Huffman table {number}");
        let codes = usize::from(section.u16_le(at, &what)?);
        at += 2;
        let left = codes_left.checked_sub(codes.max(1));
        codes_left = left.ok_or_else(|| {
            section.wrong(
                "the number of Huffman codes",
                "larger",
                format!("at most {MAX_CODES}"),
            )
        })?;
        let mut tree = Tree::new();
        for _ in 0..codes {
            let code = section.part(at, CODE_BYTES, &what)?;
            at += CODE_BYTES;
            insert_code(&mut tree, &code, count, &what)?;
        }
        tables.push(tree);
    }
    Ok(tables)
}

/// A code structure: bits of the prefix, bits of the whole code, table mode
/// switch (0 changes the table), base value, base code.
fn insert_code(
    tree: &mut Tree,
    code: &Content,
    tables: usize,
    what: &str,
) -> Result<(), FormatError> {
    let prefix = u32::from(code.u8(0, what)?);
    let whole = u32::from(code.u8(1, what)?);
    let stays = code.u8(2, what)? != 0;
    let base = code.u16_le(3, what)?.cast_signed();
    let leaf = match (stays, whole.checked_sub(prefix)) {
        (true, Some(0)) => Some(Leaf::Value(base.into())),
        (true, Some(extra @ 1..=32)) => Some(Leaf::Bits(extra)),
        (true, _) => None,
        (false, _) => usize::try_from(base)
            .ok()
            .and_then(|table| table.checked_sub(1))
            .filter(|table| *table < tables)
            .map(Leaf::Table),
    };
    let bits = code.u32_le(5, what)?;
    leaf.and_then(|leaf| tree.insert(bits, prefix, leaf))
        .ok_or_else(|| {
            let found = format!("a code of {prefix} of {whole} bits with the base {base}");
            code.wrong(
                what,
                found,
                "codes of which none begins another, of tables that are there",
            )
        })
}

/// Bits, the highest of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn bit(&mut self) -> Option<usize> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit.into())
    }

    /// A two's complement of up to 32 bits.
    fn signed(&mut self, count: u32) -> Option<i32> {
        let mut value = 0_u32;
        for _ in 0..count {
            value = value << 1 | self.bit()? as u32;
        }
        let unused = 32_u32.checked_sub(count)?;
        let aligned = value.checked_shl(unused)?.cast_signed();
        aligned.checked_shr(unused)
    }
}
