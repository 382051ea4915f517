//! The code on a table or a counter: 18 signed bytes, written as 24 base64url characters.
//!
//! | bytes | bits | field |
//! | --- | --- | --- |
//! | 0–5, the *claim* | 4 | form, 0 |
//! | | 20 | store |
//! | | 24 | table, 0 for none: a counter, a door |
//! | 6–17, the *tag* | 96 | the first bytes of HMAC-SHA-256(payment key, `aftertaste/code/v1` 0x00 claim) |
//!
//! It never expires: it is printed once. So it is signed with the key that does not rotate. It lets its holder ask for
//! a link and nothing else; no payment stands behind that link.

use std::net::IpAddr;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use jiff::civil::Date;
use sha2::Sha256;

use super::{Channel, Claim, Minute, PaymentHash, Segment, TableNumber, Visit, link::candidates};
use crate::{access::GuestKeys, place::StoreNumber};

/// How many characters a code has.
const CODE_LENGTH: usize = 24;

/// The content of a code: where it hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableCode {
    /// The store.
    pub store: StoreNumber,
    /// The table.
    pub table: TableNumber,
}

impl TableCode {
    /// Signs the code. The same table always has the same one.
    pub fn sign(&self, keys: &GuestKeys) -> String {
        let claim = self.pack();
        let tag = mac(keys, &claim).finalize().into_bytes();
        let bytes: Vec<u8> = claim.into_iter().chain(tag.into_iter().take(12)).collect();
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a code and checks its signature. None for every kind of wrong.
    pub fn verify(code: &str, keys: &GuestKeys) -> Option<Self> {
        let bytes: [u8; 18] = URL_SAFE_NO_PAD.decode(code).ok()?.try_into().ok()?;
        let (claim, tag) = bytes.split_first_chunk::<6>()?;
        // Compared in constant time.
        mac(keys, claim).verify_truncated_left(tag).ok()?;
        let [a, b, c, table @ ..] = *claim;
        let form_and_store = u32::from_be_bytes([0, a, b, c]);
        let [d, e, f] = table;
        // A form that a later version may write starts with other bits, and has no such store.
        Some(Self { store: form_and_store.try_into().ok()?, table: u32::from_be_bytes([0, d, e, f]).try_into().ok()? })
    }

    /// Finds the code that an address begins with, as [`Link::find`](super::Link::find) does a link.
    pub fn find(address: &str, keys: &GuestKeys) -> Option<(String, Self)> {
        candidates(address, CODE_LENGTH).find_map(|text| Self::verify(&text, keys).map(|code| (text, code)))
    }

    /// The claim of one visit of a guest who opened the code. In place of a payment it names the table, so that an
    /// answer has it. The `nonce` is fresh and random: two guests at a table in the same minute are two visits.
    pub fn visit(&self, minute: Minute, nonce: u32) -> Claim {
        let payment = PaymentHash::of_table(self.table, nonce);
        Claim {
            visit: Visit { store: self.store, minute, payment },
            channel: Channel::Table,
            segment: Segment::default(),
        }
    }

    fn pack(&self) -> [u8; 6] {
        let [_, a, b, c] = self.store.get().to_be_bytes();
        let [_, d, e, f] = u32::from(self.table).to_be_bytes();
        [a, b, c, d, e, f]
    }
}

/// The visitor who opens a store's codes, for a limit: an address, hashed with a key, because addresses are not kept.
/// Of IPv6 the network alone, because a subscriber has all of a network's addresses. The store is part of it, because
/// thousands of phones on a mobile network may share one address.
pub fn visitor(address: &str, store: StoreNumber, keys: &GuestKeys) -> String {
    let mut counted = match address.parse() {
        Ok(IpAddr::V6(six)) => six.octets().iter().take(8).copied().collect(),
        Ok(IpAddr::V4(four)) => four.octets().to_vec(),
        Err(_) => address.as_bytes().to_vec(),
    };
    counted.extend(store.get().to_be_bytes());
    let hash = keys.payment().hash(b"aftertaste/address/v1", &counted);
    URL_SAFE_NO_PAD.encode(hash.get(..12).unwrap_or_default())
}

/// Sixteen bits that distinguish the networks of a store's day. Without the key they reveal nothing about one. For IPv4
/// the first three bytes are the network, for IPv6 the first six. On another day the same network has other bits.
pub fn network(address: &str, store: StoreNumber, day: Date, keys: &GuestKeys) -> Option<u16> {
    let network = match address.parse().ok()? {
        IpAddr::V6(six) => six.octets().iter().take(6).copied().collect::<Vec<_>>(),
        IpAddr::V4(four) => four.octets().iter().take(3).copied().collect(),
    };
    let told: Vec<u8> = network.into_iter().chain(format!(" {store} {day}").into_bytes()).collect();
    let [a, b, ..] = keys.payment().hash(b"aftertaste/network/v1", &told);
    Some(u16::from_be_bytes([a, b]))
}

fn mac(keys: &GuestKeys, claim: &[u8; 6]) -> Hmac<Sha256> {
    keys.payment().mac(b"aftertaste/code/v1", claim)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::access::Key;

    fn keys() -> GuestKeys {
        let key = |first: u8| Key::from(std::array::from_fn(|i| first + u8::try_from(i).unwrap()));
        GuestKeys::new(1, [(1, key(0))].into(), key(0x20)).unwrap()
    }

    #[test]
    fn a_code_is_what_an_independent_computation_gives() {
        // Python: urlsafe_b64encode(claim + hmac(bytes(range(32, 64)), b"aftertaste/code/v1\0" + claim, sha256)[:12]),
        // where claim is bytes.fromhex("00000c000007").
        let code = TableCode { store: 12.try_into().unwrap(), table: 7.try_into().unwrap() };
        assert_eq!(code.sign(&keys()), "AAAMAAAH12I-sL558sNJ7VSL");
    }

    #[test]
    fn a_code_is_found_in_what_messages_make_of_it() {
        for address in ["AAAMAAAH12I-sL558sNJ7VSL", "AAAMAAAH12I-sL558sNJ7VSL。", "AAAMAAAH12I-sL558sNJ7VSL&from=x"] {
            let found = TableCode::find(address, &keys()).map(|(code, _)| code);
            assert_eq!(found.as_deref(), Some("AAAMAAAH12I-sL558sNJ7VSL"), "{address}");
        }
        assert_eq!(TableCode::find("AAAMAAAH12I-sL558sNJ7VS", &keys()), None);
    }

    #[test]
    fn a_visit_tells_its_table_and_two_openings_are_two_visits() {
        let visit = |table: u32, nonce| {
            let code = TableCode { store: 12.try_into().unwrap(), table: table.try_into().unwrap() };
            code.visit(Minute::of("2026-11-21T04:31:00Z".parse().unwrap()).unwrap(), nonce)
        };
        for (table, told) in [(7, Some(7)), (65_535, Some(65_535)), (65_536, None), (0, None)] {
            let claim = visit(table, 0xffff_ffff);
            let read = Claim::verify(claim.sign(&keys()).unwrap().as_str(), &keys()).unwrap();
            assert_eq!(read.table().map(u32::from), told, "{table}");
        }
        assert_ne!(visit(7, 1), visit(7, 2));
        let paid = Claim { channel: Channel::Receipt, ..visit(7, 1) };
        assert_eq!(paid.table(), None, "a payment's bits are a hash");
    }

    #[test]
    fn a_visitor_is_an_address_or_a_network() {
        let one = |address| visitor(address, 12.try_into().unwrap(), &keys());
        assert_eq!(one("2001:db8:1:2::1"), one("2001:db8:1:2:ffff::9"));
        assert_ne!(one("2001:db8:1:2::1"), one("2001:db8:1:3::1"));
        assert_ne!(one("192.0.2.1"), one("192.0.2.2"));
        assert_ne!(one("192.0.2.1"), visitor("192.0.2.1", 13.try_into().unwrap(), &keys()));
        assert!(!one("192.0.2.1").contains("192"));
    }

    #[test]
    fn a_network_is_told_from_others_of_a_store_and_a_day_alone() {
        let on = |address, day: &str| network(address, 12.try_into().unwrap(), day.parse().unwrap(), &keys());
        assert_eq!(on("192.0.2.1", "2026-11-21"), on("192.0.2.250", "2026-11-21"));
        assert_ne!(on("192.0.2.1", "2026-11-21"), on("192.0.3.1", "2026-11-21"));
        assert_ne!(on("192.0.2.1", "2026-11-21"), on("192.0.2.1", "2026-11-22"));
        assert_eq!(on("2001:db8:1:2::1", "2026-11-21"), on("2001:db8:1:ffff::9", "2026-11-21"));
        assert_eq!(on("", "2026-11-21"), None);
    }

    proptest! {
        #[test]
        fn a_code_says_what_was_signed_and_any_change_of_it_nothing(
            store in 1_u32..1 << 20, table in 0_u32..1 << 24, at in 0_usize..24, other in "[A-Za-z0-9_-]",
        ) {
            let code = TableCode { store: store.try_into().unwrap(), table: table.try_into().unwrap() };
            let signed = code.sign(&keys());
            prop_assert_eq!(signed.len(), 24);
            prop_assert_eq!(TableCode::verify(&signed, &keys()), Some(code));
            let mut changed = signed.clone();
            changed.replace_range(at..=at, &other);
            if changed != signed {
                prop_assert_eq!(TableCode::verify(&changed, &keys()), None);
            }
        }

        #[test]
        fn nothing_that_is_sent_breaks_the_reading(text in ".{0,40}") {
            prop_assert_eq!(TableCode::verify(&text, &keys()), None);
        }
    }
}
