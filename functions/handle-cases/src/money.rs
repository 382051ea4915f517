//! Amounts as people write and read them.

use aftertaste::domain::count::minor_digits;

/// An amount in the smallest unit of its currency, as people read it: `12.50 CNY`, and `20 CNY` where it is whole.
pub(crate) fn money(amount: u64, currency: &str) -> String {
    let digits = minor_digits(currency);
    let unit = 10_u64.pow(digits);
    let (whole, rest) = (amount / unit, amount % unit);
    if rest == 0 {
        return format!("{whole} {currency}");
    }
    let width = usize::try_from(digits).unwrap_or_default();
    format!("{whole}.{rest:0width$} {currency}")
}

/// The amount in the smallest unit that somebody typed: `12.5` of `CNY` is 1250. None where it is no amount.
pub(crate) fn typed(text: &str, currency: &str) -> Option<u64> {
    let digits = minor_digits(currency);
    let (whole, rest) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let width = usize::try_from(digits).ok()?;
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || rest.len() > width || !is_number(whole) || !is_number(rest) {
        return None;
    }
    format!("{whole}{rest:0<width$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_as_it_is_written() {
        for (amount, currency, text) in
            [(2000, "CNY", "20 CNY"), (1250, "CNY", "12.50 CNY"), (5, "CNY", "0.05 CNY"), (500, "JPY", "500 JPY")]
        {
            assert_eq!(money(amount, currency), text);
            assert_eq!(typed(text.split(' ').next().unwrap(), currency), Some(amount));
        }
        assert_eq!((typed("12.5", "CNY"), typed(" 20 ", "CNY")), (Some(1250), Some(2000)));
        for wrong in ["", ".", ".5", "1.234", "-1", "1,5", "1e3", "二十", "99999999999999999999"] {
            assert_eq!(typed(wrong, "CNY"), None, "{wrong}");
        }
        assert_eq!(typed("1.5", "JPY"), None);
    }
}
