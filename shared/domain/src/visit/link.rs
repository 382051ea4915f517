//! The survey link: 24 signed bytes, written as 32 base64url characters.
//!
//! | bytes | bits | field |
//! | --- | --- | --- |
//! | 0–11, the *claim* | 4 | id of the signing key |
//! | | 4 | channel |
//! | | 4 | segment, 0 for none |
//! | | 20 | store |
//! | | 28 | minute of payment since 2020-01-01T00:00Z |
//! | | 36 | the first bits of HMAC-SHA-256(payment key, `aftertaste/payment/v1` 0x00 payment id); of the channel `table` 16 of the table's number and 20 random ones |
//! | 12–23, the *tag* | 96 | the first bytes of HMAC-SHA-256(signing key, `aftertaste/link/v1` 0x00 claim) |

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use super::{Channel, Minute, Origin, PaymentHash, Segment, TableNumber, Visit};
use crate::{
    access::{GuestKeys, Key},
    place::StoreNumber,
};

/// How many characters a link has.
pub const LINK_LENGTH: usize = 32;

/// How far a payment may lie in the future, because clocks differ: 10 minutes.
pub const CLOCK_TOLERANCE_MINUTES: u32 = 10;

/// For so many days at most a link for staff can be answered, whatever the survey says. So nobody can open a month again
/// that has been shown.
pub const STAFF_LINK_DAYS: u32 = 14;

/// The content of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The visit that may be answered.
    pub visit: Visit,
    /// How the link reached the guest.
    pub channel: Channel,
    /// The group that the guest belongs to.
    pub segment: Segment,
}

/// Where a link stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It can be answered until the instant.
    Live(Timestamp),
    /// Its lifetime ended at the instant.
    Expired(Timestamp),
    /// Its payment lies further in the future than clocks differ.
    Future,
}

impl Claim {
    /// The claim in the link of a payment.
    pub fn of_payment(
        (store, minute): (StoreNumber, Minute),
        payment: &str,
        (channel, segment): (Channel, Segment),
        keys: &GuestKeys,
    ) -> Self {
        // Trying the survey out, and asking staff, is a visit of its own: it takes no answer of the payment's guest away.
        let payment = match channel.origin() {
            Origin::Test => PaymentHash::of(&format!("test {payment}"), keys.payment()),
            Origin::Staff => PaymentHash::of(&format!("staff {payment}"), keys.payment()),
            Origin::Payment | Origin::Code => PaymentHash::of(payment, keys.payment()),
        };
        Self { visit: Visit { store, minute, payment }, channel, segment }
    }

    /// Signs the claim with the keyring's current key. The same claim always yields the same link, until the key
    /// rotates.
    pub fn sign(&self, keys: &GuestKeys) -> Option<Link> {
        let (id, key) = keys.current();
        let claim = self.pack(id);
        let tag = link_mac(key?, &claim).finalize().into_bytes();
        let bytes: Vec<u8> = claim.into_iter().chain(tag.into_iter().take(12)).collect();
        Some(Link(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Reads a link and checks its signature. None for every kind of wrong: a forger learns nothing from the answer.
    pub fn verify(link: &str, keys: &GuestKeys) -> Option<Self> {
        if link.len() != LINK_LENGTH {
            return None;
        }
        let bytes: [u8; 24] = URL_SAFE_NO_PAD.decode(link).ok()?.try_into().ok()?;
        let (claim, tag) = bytes.split_first_chunk::<12>()?;
        let (key_id, unpacked) = Self::unpack(*claim);
        // Compared in constant time.
        link_mac(keys.signing(key_id)?, claim).verify_truncated_left(tag).ok()?;
        unpacked
    }

    /// The table whose code led here; none of other channels, and of tables above 65,535.
    pub fn table(&self) -> Option<TableNumber> {
        self.visit.payment.table().filter(|_| self.channel == Channel::Table)
    }

    /// Whether the link can be answered at an instant, when links live so many days.
    pub fn standing(&self, now: Timestamp, lifetime_days: u32) -> Standing {
        let paid = self.visit.minute;
        let is_of_staff = self.channel.origin() == Origin::Staff;
        let days = if is_of_staff { lifetime_days.min(STAFF_LINK_DAYS) } else { lifetime_days };
        let expires = paid.after(days * 24 * 60).start();
        if Minute::of(now).is_none_or(|minute| minute.after(CLOCK_TOLERANCE_MINUTES) < paid) {
            Standing::Future
        } else if now >= expires {
            Standing::Expired(expires)
        } else {
            Standing::Live(expires)
        }
    }

    fn pack(&self, key_id: u8) -> [u8; 12] {
        let head =
            (u128::from(key_id) << 8 | u128::from(self.channel as u8) << 4 | u128::from(u8::from(self.segment))) << 84;
        let store = u128::from(self.visit.store.get()) << 64;
        let minute = u128::from(self.visit.minute.number()) << 36;
        let bits = head | store | minute | u128::from(self.visit.payment.bits());
        let [_, _, _, _, claim @ ..] = bits.to_be_bytes();
        claim
    }

    fn unpack(claim: [u8; 12]) -> (u8, Option<Self>) {
        let bits = claim.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let field = |shift: u32, width: u32| (bits >> shift) & ((1 << width) - 1);
        let small = |shift| u8::try_from(field(shift, 4)).unwrap_or_default();
        let read = || {
            Some(Self {
                visit: Visit {
                    store: u32::try_from(field(64, 20)).ok()?.try_into().ok()?,
                    minute: Minute::from_number(u32::try_from(field(36, 28)).ok()?)?,
                    payment: PaymentHash::from_bits(u64::try_from(field(0, 36)).ok()?),
                },
                channel: Channel::from_number(small(88))?,
                segment: Segment::try_from(small(84)).ok()?,
            })
        };
        (small(92), read())
    }
}

/// A signed link, as it stands in an address.
#[derive(Clone, PartialEq, Eq)]
pub struct Link(String);

impl Link {
    /// The 32 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Link {
    /// Finds the link that an address begins with, as it comes out of a message. Chat and mail programs take punctuation
    /// that follows for a part of it, and some take a `-` or `_` at its end for punctuation.
    pub fn find(address: &str, keys: &GuestKeys) -> Option<(Self, Claim)> {
        candidates(address, LINK_LENGTH).find_map(|text| Claim::verify(&text, keys).map(|claim| (Self(text), claim)))
    }
}

/// So many signs at the end of a link may have been taken for punctuation. Of a million links one ends in more of them.
const MOST_LOST: usize = 3;

/// The possible beginnings of an address, of so many base64url characters. There is one, or as many as there are with
/// each end that may have been lost.
pub(super) fn candidates(address: &str, length: usize) -> impl Iterator<Item = String> {
    let is_sign = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let signs: String = address.chars().take_while(|c| is_sign(*c)).take(length).collect();
    let lost = length - signs.len();
    let ends = if lost <= MOST_LOST { 0..1_u8 << lost } else { 0..0 };
    ends.map(move |end| {
        let lost = (0..lost).map(|at| if end >> at & 1 == 0 { '-' } else { '_' });
        signs.chars().chain(lost).collect()
    })
}

impl fmt::Debug for Link {
    /// A link lets its holder answer, so it stays out of logs even where a whole structure is printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link(…)")
    }
}

fn link_mac(key: &Key, claim: &[u8; 12]) -> Hmac<Sha256> {
    key.mac(b"aftertaste/link/v1", claim)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use proptest::prelude::*;

    fn key(first: u8) -> Key {
        Key::from(std::array::from_fn(|i| first + u8::try_from(i).unwrap()))
    }

    fn keys(id: u8) -> GuestKeys {
        GuestKeys::new(id, BTreeMap::from([(id, key(0))]), key(0x20)).unwrap()
    }

    fn claim(channel: Channel, segment: u8, store: u32, paid_at: &str, payment: &str) -> Claim {
        Claim {
            visit: Visit {
                store: store.try_into().unwrap(),
                minute: Minute::of(paid_at.parse().unwrap()).unwrap(),
                payment: PaymentHash::of(payment, &key(0x20)),
            },
            channel,
            segment: segment.try_into().unwrap(),
        }
    }

    #[test]
    fn a_link_is_found_in_what_messages_make_of_it() {
        let link = "EQAADAN0mPvd9KcrjhfXfB9hGaO1Gawj";
        let found = |address: &str| Link::find(address, &keys(1)).map(|(link, _)| link.as_str().to_owned());
        for after in [
            "",
            "，感谢您",
            "。",
            "）",
            ".",
            ")",
            "&from=singlemessage",
            "\u{200b}",
            "/",
            " x",
            "%E3%80%82",
            "abc",
            "-_",
            "…",
            "》",
            "\"",
            "'",
            ">",
            "】",
        ] {
            assert_eq!(found(&format!("{link}{after}")).as_deref(), Some(link), "{after:?}");
        }
        for other in [
            "",
            ".",
            "x",
            "\u{200b}EQAADAN0mPvd9KcrjhfXfB9hGaO1Gawj",
            "EQAADAN0mPvd9KcrjhfXfB9hGaO1Gaw",
            "FQAADAN0mPvd9KcrjhfXfB9hGaO1Gawj",
        ] {
            assert_eq!(found(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_link_whose_end_was_taken_for_punctuation_is_whole_again() {
        let mut ends = std::collections::BTreeSet::new();
        for store in 1..=6000 {
            let whole = claim(Channel::Receipt, 0, store, "2026-11-21T04:31:00Z", "p").sign(&keys(1)).unwrap();
            let cut = whole.as_str().trim_end_matches(['-', '_']);
            let lost = LINK_LENGTH - cut.len();
            if lost <= MOST_LOST {
                assert_eq!(Link::find(cut, &keys(1)).map(|(link, _)| link), Some(whole.clone()), "{whole:?}");
                assert_eq!(Link::find(&format!("{cut}，谢谢"), &keys(1)).map(|(link, _)| link), Some(whole.clone()));
            }
            ends.insert(lost);
        }
        assert!(ends.contains(&0) && ends.contains(&1) && ends.contains(&2), "{ends:?}");
    }

    #[test]
    fn links_agree_with_the_published_vectors() {
        let vectors = [
            (
                1,
                Channel::Receipt,
                0,
                12,
                "2026-11-21T12:31:07+08:00",
                "4200001234202611211234567890",
                3_623_311,
                "1100000c037498fbddf4a72b",
                "EQAADAN0mPvd9KcrjhfXfB9hGaO1Gawj",
            ),
            (
                1,
                Channel::WechatMiniProgram,
                2,
                1_048_575,
                "2026-11-21T04:31:59Z",
                "pi_3QxYz",
                3_623_311,
                "132fffff037498f381157827",
                "Ey___wN0mPOBFXgn-4KrNTmrwdM-UNSk",
            ),
            (
                15,
                Channel::Unknown,
                15,
                1,
                "2020-01-01T00:00:00Z",
                "",
                0,
                "f0f000010000000ca2cc73fd",
                "8PAAAQAAAAyizHP9a8RxCH_qQCWh0mQR",
            ),
        ];
        for (id, channel, segment, store, paid_at, payment, minute, packed, link) in vectors {
            let claim = claim(channel, segment, store, paid_at, payment);
            let hex: String = claim.pack(id).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(claim.visit.minute.number(), minute);
            assert_eq!(hex, packed);
            assert_eq!(claim.sign(&keys(id)).unwrap().as_str(), link);
            assert_eq!(Claim::verify(link, &keys(id)), Some(claim));
        }
    }

    #[test]
    fn a_link_signed_by_a_retired_key_is_unknown() {
        let link = claim(Channel::Receipt, 0, 12, "2026-11-21T04:31:00Z", "p").sign(&keys(1)).unwrap();
        assert_eq!(Claim::verify(link.as_str(), &keys(2)), None);
    }

    #[test]
    fn after_a_rotation_the_link_differs_and_the_visit_does_not() {
        let signed = |keys: &GuestKeys| claim(Channel::Receipt, 0, 12, "2026-11-21T04:31:00Z", "p").sign(keys).unwrap();
        let both = GuestKeys::new(2, BTreeMap::from([(1, key(0)), (2, key(9))]), key(0x20)).unwrap();
        let (before, after) = (signed(&keys(1)), signed(&both));
        assert_ne!(before, after);
        let visit = |link: &Link| Claim::verify(link.as_str(), &both).unwrap().visit;
        assert_eq!(visit(&before), visit(&after));
    }

    #[test]
    fn a_link_lives_its_lifetime_and_tolerates_ten_minutes() {
        let claim = claim(Channel::Receipt, 0, 12, "2026-11-21T04:31:00Z", "p");
        let at = |text: &str| claim.standing(text.parse().unwrap(), 7);
        let end: Timestamp = "2026-11-28T04:31:00Z".parse().unwrap();
        assert_eq!(at("2026-11-21T04:31:00Z"), Standing::Live(end));
        assert_eq!(at("2026-11-21T04:21:00Z"), Standing::Live(end));
        assert_eq!(at("2026-11-21T04:20:59Z"), Standing::Future);
        assert_eq!(at("2026-11-28T04:30:59Z"), Standing::Live(end));
        assert_eq!(at("2026-11-28T04:31:00Z"), Standing::Expired(end));
        assert_eq!(at("2019-12-31T23:59:59Z"), Standing::Future);
        let staff = Claim { channel: Channel::Staff, ..claim };
        let end = staff.standing("2026-12-06T00:00:00Z".parse().unwrap(), 60);
        assert_eq!(
            end,
            Standing::Expired("2026-12-05T04:31:00Z".parse().unwrap()),
            "14 days, whatever the survey says"
        );
    }

    #[test]
    fn a_claim_that_cannot_be_said_is_unknown_even_when_signed() {
        // Store 0, and the reserved channel 14.
        for claim in [[0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0x1e, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]] {
            let tag = link_mac(&key(0), &claim).finalize().into_bytes();
            let bytes: Vec<u8> = claim.into_iter().chain(tag.into_iter().take(12)).collect();
            assert_eq!(Claim::verify(&URL_SAFE_NO_PAD.encode(bytes), &keys(1)), None);
        }
    }

    proptest! {
        #[test]
        fn any_claim_survives_signing_and_any_changed_character_is_noticed(
            channel in prop::sample::select(Channel::ALL.to_vec()), segment in 0_u8..16, store in 1_u32..1 << 20,
            minute in 0_u32..1 << 28, payment in 0_u64..1 << 36, id in 0_u8..16, at in 0_usize..LINK_LENGTH, to in "[A-Za-z0-9_-]",
        ) {
            let claim = Claim {
                visit: Visit { store: store.try_into().unwrap(), minute: Minute::from_number(minute).unwrap(), payment: PaymentHash::from_bits(payment) },
                channel,
                segment: Segment::try_from(segment).unwrap(),
            };
            let link = claim.sign(&keys(id)).unwrap();
            prop_assert_eq!(Claim::verify(link.as_str(), &keys(id)), Some(claim));
            let mut changed = link.as_str().to_owned();
            changed.replace_range(at..=at, &to);
            if changed != link.as_str() {
                prop_assert_eq!(Claim::verify(&changed, &keys(id)), None);
            }
        }

        #[test]
        fn no_text_is_a_link_by_accident(text in ".{0,40}") {
            prop_assert_eq!(Claim::verify(&text, &keys(1)), None);
        }
    }
}
