//! The parameters of a form or an address.

use percent_encoding::percent_decode;

/// A parameter's name and value, decoded once. They are bytes, because some providers write other charsets than UTF-8.
pub(crate) type Pair = (Vec<u8>, Vec<u8>);

/// How many parameters there may be. Providers send fifty; each is kept and sorted before anything is believed, and a
/// body of nothing but names would be expensive.
pub(crate) const MOST_PAIRS: usize = 500;

/// The parameters in their order, one without `=` with an empty value. None when there are too many.
pub(crate) fn pairs(text: &[u8]) -> Option<Vec<Pair>> {
    let mut written = text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    let pair = |pair: &[u8]| {
        let mut sides = pair.splitn(2, |byte| *byte == b'=');
        let mut side = || decoded(sides.next().unwrap_or_default());
        (side(), side())
    };
    let pairs = written.by_ref().take(MOST_PAIRS).map(pair).collect();
    written.next().is_none().then_some(pairs)
}

/// The bytes of a name or a value.
pub(crate) fn decoded(written: &[u8]) -> Vec<u8> {
    let with_blanks: Vec<u8> = written.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&with_blanks).collect()
}
