//! Protocol buffers, as far as they are needed: fields of four kinds.

/// A message in the making.
#[derive(Clone, Debug, Default)]
pub struct Message(Vec<u8>);

impl Message {
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    pub fn double(mut self, field: u32, value: f64) -> Self {
        self.key(field, 1);
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    pub fn float(mut self, field: u32, value: f32) -> Self {
        self.key(field, 5);
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// Of any whole number type that is not negative.
    pub fn whole(mut self, field: u32, value: u64) -> Self {
        self.key(field, 0);
        self.varint(value);
        self
    }

    /// Text, bytes, or repeated numbers that are packed already.
    pub fn bytes(mut self, field: u32, value: &[u8]) -> Self {
        self.key(field, 2);
        self.varint(value.len() as u64);
        self.0.extend_from_slice(value);
        self
    }

    pub fn message(self, field: u32, value: Self) -> Self {
        self.bytes(field, &value.0)
    }

    fn key(&mut self, field: u32, wire_type: u32) {
        self.varint(u64::from(field << 3 | wire_type));
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the encoding guide: 150 as field 1, "testing" as field 2.
    #[test]
    fn fields_are_encoded_as_in_the_guide() {
        let bytes = Message::default().whole(1, 150).into_bytes();
        assert_eq!(bytes, [0x08, 0x96, 0x01]);
        let bytes = Message::default().bytes(2, b"testing").into_bytes();
        assert_eq!(bytes, b"\x12\x07testing");
        let inner = Message::default().whole(1, 150);
        assert_eq!(
            Message::default().message(3, inner).into_bytes(),
            [0x1a, 0x03, 0x08, 0x96, 0x01]
        );
    }
}
