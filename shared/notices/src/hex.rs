//! Hexadecimal digits.

/// The bytes that digits of either case write. Nothing else is passed over, and there is no half a byte.
pub(crate) fn bytes(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok());
    if rest.is_empty() { bytes.collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_either_case_are_bytes_and_nothing_else_is() {
        assert_eq!(bytes("00fFA9"), Some(vec![0, 255, 169]));
        assert_eq!(bytes(""), Some(vec![]));
        for odd in ["0", "00f", "+1", "0x00", "g0", " 00", "00\n", "é", "１０"] {
            assert_eq!(bytes(odd), None, "{odd}");
        }
    }
}
