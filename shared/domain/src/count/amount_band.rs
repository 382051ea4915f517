//! Bands of amounts, which set guests who paid much apart from those who paid little.

use iso_currency::Currency;
use serde::{Deserialize, Serialize};

use crate::{Invalid, shortened};

/// Amounts of a currency from a lower end on, in whole units, and below the next. The ends are 0, 1, 2, 5, 10, 20, 50,
/// 100 and so on. They are the same for all stores and days, so that counts of them always add up. Written `CNY 100`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AmountBand {
    currency: String,
    from: u64,
}

impl AmountBand {
    /// The band of an amount in the smallest unit of its currency.
    pub fn of(amount: u64, currency: &str) -> Self {
        let units = amount / 10_u64.pow(minor_digits(currency));
        Self { currency: currency.to_owned(), from: lower_end(units) }
    }

    /// The currency.
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// The lower end, in whole units. It is within the band.
    pub fn at_least(&self) -> u64 {
        self.from
    }

    /// The upper end. It is in the next band.
    pub fn below(&self) -> u64 {
        match self.from {
            0 => 1,
            // 2 and 20 and 200 … go to 5 and 50 and 500 …, the others to twice as much.
            from if from.to_string().starts_with('2') => from.saturating_mul(5) / 2,
            from => from.saturating_mul(2),
        }
    }
}

/// The greatest of 0, 1, 2, 5, 10, 20, 50 … that is no more.
fn lower_end(units: u64) -> u64 {
    let Some(digits) = units.checked_ilog10() else { return 0 };
    let power = 10_u64.pow(digits);
    match units / power {
        1 => power,
        2..=4 => 2 * power,
        _ => 5 * power,
    }
}

/// How many digits of an amount stand behind the point (ISO 4217); two where the list says nothing else.
pub fn minor_digits(currency: &str) -> u32 {
    Currency::from_code(currency).and_then(Currency::exponent).map_or(2, u32::from)
}

impl TryFrom<String> for AmountBand {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let read = text.split_once(' ').and_then(|(currency, from)| {
            let from: u64 = from.parse().ok()?;
            let band = Self { currency: currency.to_owned(), from };
            (lower_end(from) == from && currency.len() == 3 && band.to_string() == text).then_some(band)
        });
        read.ok_or_else(|| Invalid(format!("There is no band of amounts {:?}.", shortened(&text))))
    }
}

impl From<AmountBand> for String {
    fn from(band: AmountBand) -> Self {
        band.to_string()
    }
}

impl std::fmt::Display for AmountBand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.currency, self.from)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_amount_is_in_the_band_of_its_whole_units() {
        for (amount, currency, band, below) in [
            (18_800, "CNY", "CNY 100", 200),
            (99, "CNY", "CNY 0", 1),
            (100, "EUR", "EUR 1", 2),
            (0, "CNY", "CNY 0", 1),
            (20_000, "CNY", "CNY 200", 500),
            (49_999, "CNY", "CNY 200", 500),
            (50_000, "CNY", "CNY 500", 1_000),
            (1_200, "JPY", "JPY 1000", 2_000),
            (48_000, "KRW", "KRW 20000", 50_000),
            (12_500, "KWD", "KWD 10", 20),
        ] {
            let found = AmountBand::of(amount, currency);
            assert_eq!((found.to_string().as_str(), found.below()), (band, below), "{amount} {currency}");
        }
    }

    #[test]
    fn bands_stand_in_the_order_of_their_amounts() {
        let mut bands: Vec<AmountBand> =
            ["CNY 1000", "CNY 50", "AUD 2", "CNY 200"].map(|text| text.to_owned().try_into().unwrap()).into();
        bands.sort();
        assert_eq!(
            bands.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["AUD 2", "CNY 50", "CNY 200", "CNY 1000"]
        );
    }

    #[test]
    fn what_this_version_does_not_write_is_no_band() {
        for text in ["", "CNY", "CNY 3", "CNY 010", "CNY +1", "CNY  1", "YUAN 1", "CNY 1.5"] {
            assert!(AmountBand::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn each_amount_is_in_one_band_that_is_read_as_it_is_written(amount in any::<u64>(), currency in prop::sample::select(vec!["CNY", "JPY", "KWD"])) {
            let band = AmountBand::of(amount, currency);
            let units = amount / 10_u64.pow(minor_digits(currency));
            prop_assert!(band.at_least() <= units && (units < band.below() || band.below() == u64::MAX));
            prop_assert_eq!(AmountBand::try_from(band.to_string()), Ok(band));
        }
    }
}
