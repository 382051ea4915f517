//! The parameters of a form or an address.

use percent_encoding::percent_decode;

/// A parameter's name and value, decoded once. They are bytes, because some providers write other charsets than UTF-8.
pub(crate) type Pair = (Vec<u8>, Vec<u8>);

/// The parameters in their order. One without `=` has an empty value.
pub(crate) fn pairs(text: &[u8]) -> impl Iterator<Item = Pair> {
    text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let mut sides = pair.splitn(2, |byte| *byte == b'=');
        let mut side = || decoded(sides.next().unwrap_or_default());
        (side(), side())
    })
}

/// The bytes of a name or a value.
pub(crate) fn decoded(written: &[u8]) -> Vec<u8> {
    let with_blanks: Vec<u8> = written.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&with_blanks).collect()
}
