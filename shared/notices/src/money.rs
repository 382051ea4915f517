//! Amounts and currencies, as several providers write them.

/// Whether a text has the form of a currency (ISO 4217).
pub(crate) fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// `188`, `188.5` and `188.50` in hundredths, as yuan in fen. In whole numbers: 0.29 times a hundred is 28 otherwise.
pub(crate) fn hundredths(text: &str) -> Option<u64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "00"));
    let number = |digits: &str| digits.parse::<u64>().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let decimals = match decimals.len() {
        1 => number(decimals)? * 10,
        2 => number(decimals)?,
        _ => return None,
    };
    number(whole)?.checked_mul(100)?.checked_add(decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_become_fen_without_a_float() {
        for (yuan, expected) in [
            ("188.00", Some(18_800)),
            ("0.01", Some(1)),
            ("0.1", Some(10)),
            ("19.99", Some(1_999)),
            ("7", Some(700)),
            ("184467440737095516.15", Some(u64::MAX)),
            ("184467440737095516.16", None),
            ("99999999999999999999.00", None),
        ] {
            assert_eq!(hundredths(yuan), expected, "{yuan}");
        }
        for odd in
            ["", ".", "1.", ".5", "-1.00", "+1.00", "1.+1", "1.000", "1,00", "1e2", " 1.00", "1.0 ", "１.00", "1.é"]
        {
            assert_eq!(hundredths(odd), None, "{odd}");
        }
    }
}
