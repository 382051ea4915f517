//! The identity of a payment, however often and by which event it is reported, and of a payer.

use std::{fmt, str::FromStr};

use crate::{Invalid, access::GuestKeys, payment::AccountId};

/// A payment at an account, as a keyed hash: 128 bits, so that no two are taken for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentKey(u128);

impl PaymentKey {
    /// The key of a provider's payment.
    pub fn of(account: &AccountId, payment: &str, keys: &GuestKeys) -> Self {
        let said = [account.as_str().as_bytes(), b"\0", payment.as_bytes()].concat();
        Self(first_half(keys.payment().hash(b"aftertaste/payment-item/v1", &said)))
    }

    /// The id of the event that announces its link: always the same, so that a receiver drops doubles. It reveals
    /// nothing of where the payment is kept.
    pub fn event_id(self, keys: &GuestKeys) -> String {
        let hash = first_half(keys.payment().hash(b"aftertaste/event/v1", &self.0.to_be_bytes()));
        format!("evt_{hash:032x}")
    }
}

impl FromStr for PaymentKey {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let key = u128::from_str_radix(text, 16).ok().map(Self);
        key.filter(|key| key.to_string() == text).ok_or_else(|| Invalid("This is no payment's key.".into()))
    }
}

impl fmt::Display for PaymentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Somebody who pays, as a keyed hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payer(u128);

impl Payer {
    /// Of what a provider or a till knows them by. The same text is the same guest wherever it comes from: one who was asked
    /// after a notice is left alone by the till too.
    pub fn of(known_as: &str, keys: &GuestKeys) -> Self {
        Self(first_half(keys.payment().hash(b"aftertaste/customer/v1", known_as.as_bytes())))
    }
}

impl FromStr for Payer {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let payer = u128::from_str_radix(text, 16).ok().map(Self);
        payer.filter(|payer| payer.to_string() == text).ok_or_else(|| Invalid("This is nobody who pays.".into()))
    }
}

impl fmt::Display for Payer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

fn first_half(hash: [u8; 32]) -> u128 {
    hash.iter().take(16).fold(0, |bits, byte| bits << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::access::Key;

    #[test]
    fn accounts_and_payments_do_not_run_into_each_other() {
        let key = |byte| Key::from([byte; 32]);
        let keys = |payment| GuestKeys::new(1, BTreeMap::from([(1, key(1))]), key(payment)).unwrap();
        let of = |account: &str, payment: &str| PaymentKey::of(&account.parse().unwrap(), payment, &keys(2));
        assert_eq!(of("till", "4711"), of("till", "4711"));
        assert_ne!(of("till", "4711"), of("till-4", "711"));
        assert_ne!(of("till", "4711"), PaymentKey::of(&"till".parse().unwrap(), "4711", &keys(3)));
        assert_eq!(of("till", "4711").to_string().parse(), Ok(of("till", "4711")));
        assert_eq!(of("till", "4711").to_string().len(), 32);
        assert!(!of("till", "4711").event_id(&keys(2)).contains(&of("till", "4711").to_string()));
        let payer = Payer::of("wx/openid", &keys(2));
        assert_eq!((payer, payer.to_string().parse()), (Payer::of("wx/openid", &keys(2)), Ok(payer)));
    }
}
