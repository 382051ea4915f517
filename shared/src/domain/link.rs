//! The survey link: 24 signed bytes, written as 32 base64url characters.
//!
//! | bytes | bits | field |
//! | --- | --- | --- |
//! | 0–11, the *claim* | 4 | id of the signing key |
//! | | 4 | channel |
//! | | 4 | segment, 0 for none |
//! | | 20 | store |
//! | | 28 | minute of payment since 2020-01-01T00:00Z |
//! | | 36 | the first bits of HMAC-SHA-256(payment key, `aftertaste/payment/v1` 0x00 payment id) |
//! | 12–23, the *tag* | 96 | the first bytes of HMAC-SHA-256(signing key, `aftertaste/link/v1` 0x00 claim) |

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::{
    Invalid,
    keyring::{Key, Keyring},
    store::StoreNumber,
};

/// How many characters a link has.
pub const LINK_LENGTH: usize = 32;

/// How far a payment may lie in the future, because clocks differ: 10 minutes.
pub const CLOCK_TOLERANCE_MINUTES: u32 = 10;

/// How a link reached the guest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Channel {
    /// Not said.
    #[default]
    Unknown = 0,
    /// A QR code on the receipt.
    Receipt,
    /// The code on a table or a counter. No payment stands behind it.
    Table,
    /// A WeChat mini-program.
    WechatMiniProgram,
    /// A WeChat message.
    WechatMessage,
    /// An Alipay mini-program.
    AlipayMiniProgram,
    /// A text message.
    Sms,
    /// An e-mail.
    Email,
    /// The merchant's own app.
    App,
    /// With a delivery.
    Delivery,
    /// A kiosk in the store.
    Kiosk,
    /// The merchant's web site.
    Web,
}

impl Channel {
    /// Whether a payment stands behind every answer that comes this way. Links of the channel `table` are made for
    /// whoever opens the code on a table, and for nobody else.
    pub fn is_tied_to_a_payment(self) -> bool {
        self != Self::Table
    }

    /// Every channel, in the order of its number.
    pub const ALL: [Self; 12] = [
        Self::Unknown,
        Self::Receipt,
        Self::Table,
        Self::WechatMiniProgram,
        Self::WechatMessage,
        Self::AlipayMiniProgram,
        Self::Sms,
        Self::Email,
        Self::App,
        Self::Delivery,
        Self::Kiosk,
        Self::Web,
    ];

    fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The name used in JSON and CSV.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Receipt => "receipt",
            Self::Table => "table",
            Self::WechatMiniProgram => "wechat-mini-program",
            Self::WechatMessage => "wechat-message",
            Self::AlipayMiniProgram => "alipay-mini-program",
            Self::Sms => "sms",
            Self::Email => "email",
            Self::App => "app",
            Self::Delivery => "delivery",
            Self::Kiosk => "kiosk",
            Self::Web => "web",
        }
    }
}

/// What an operator groups guests by: 0 for none, 1 to 15 as the brand names them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Segment(u8);

impl TryFrom<u8> for Segment {
    type Error = Invalid;

    fn try_from(number: u8) -> Result<Self, Invalid> {
        if number < 16 { Ok(Self(number)) } else { Err(Invalid(format!("A segment is 0 to 15; this is {number}."))) }
    }
}

impl From<Segment> for u8 {
    fn from(segment: Segment) -> Self {
        segment.0
    }
}

/// A minute of payment: whole minutes since 2020-01-01T00:00Z, up to the year 2530.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minute(u32);

/// 2020-01-01T00:00Z in seconds of the Unix epoch.
const MINUTE_ZERO: i64 = 1_577_836_800;

impl Minute {
    /// Minutes since 2020-01-01T00:00Z.
    pub fn number(self) -> u32 {
        self.0
    }

    /// The minute in which an instant lies; none before 2020 and past 2530.
    pub fn of(instant: Timestamp) -> Option<Self> {
        let minutes = (instant.as_second() - MINUTE_ZERO).div_euclid(60);
        u32::try_from(minutes).ok().filter(|minute| *minute < 1 << 28).map(Self)
    }

    /// The instant at which the minute starts.
    pub fn start(self) -> Timestamp {
        Timestamp::from_second(MINUTE_ZERO + i64::from(self.0) * 60).unwrap_or(Timestamp::MAX)
    }

    /// The minute so many minutes later.
    pub fn after(self, minutes: u32) -> Self {
        Self(self.0.saturating_add(minutes))
    }
}

impl fmt::Display for Minute {
    /// `2026-11-21T04:31Z`: texts sort as the minutes do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.start().strftime("%Y-%m-%dT%H:%MZ"))
    }
}

/// A payment id, hashed to 36 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaymentHash(u64);

impl PaymentHash {
    /// Hashes a payment id with the key that never rotates.
    pub fn of(payment: &str, key: &Key) -> Self {
        let digest = keyed_hash(key, b"aftertaste/payment/v1", payment.as_bytes());
        let [a, b, c, d, e, ..] = digest;
        Self(u64::from_be_bytes([0, 0, 0, a, b, c, d, e]) >> 4)
    }

    /// The 36 bits.
    pub fn bits(self) -> u64 {
        self.0
    }
}

impl fmt::Display for PaymentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:09x}", self.0)
    }
}

/// One payment at one store at one minute: what is answered once, and what a response's key is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Visit {
    /// Where.
    pub store: StoreNumber,
    /// When it was paid.
    pub minute: Minute,
    /// Which payment.
    pub payment: PaymentHash,
}

/// What a link says.
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
    /// Signs the claim with the keyring's current key. The same claim always yields the same link, until the key
    /// rotates.
    pub fn sign(&self, keyring: &Keyring) -> Option<Link> {
        let (id, key) = keyring.current();
        let claim = self.pack(id);
        let tag = link_mac(key?, &claim).finalize().into_bytes();
        let bytes: Vec<u8> = claim.into_iter().chain(tag.into_iter().take(12)).collect();
        Some(Link(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Reads a link and checks its signature. None for every kind of wrong: a forger learns nothing from the answer.
    pub fn verify(link: &str, keyring: &Keyring) -> Option<Self> {
        if link.len() != LINK_LENGTH {
            return None;
        }
        let bytes: [u8; 24] = URL_SAFE_NO_PAD.decode(link).ok()?.try_into().ok()?;
        let (claim, tag) = bytes.split_first_chunk::<12>()?;
        let (key_id, unpacked) = Self::unpack(*claim);
        // Compared in constant time.
        link_mac(keyring.signing(key_id)?, claim).verify_truncated_left(tag).ok()?;
        unpacked
    }

    /// Whether the link can be answered at an instant, when links live so many days.
    pub fn standing(&self, now: Timestamp, lifetime_days: u32) -> Standing {
        let paid = self.visit.minute;
        let expires = paid.after(lifetime_days * 24 * 60).start();
        if Minute::of(now).is_none_or(|minute| minute.after(CLOCK_TOLERANCE_MINUTES) < paid) {
            Standing::Future
        } else if now >= expires {
            Standing::Expired(expires)
        } else {
            Standing::Live(expires)
        }
    }

    fn pack(&self, key_id: u8) -> [u8; 12] {
        let head = (u128::from(key_id) << 8 | u128::from(self.channel as u8) << 4 | u128::from(self.segment.0)) << 84;
        let store = u128::from(self.visit.store.get()) << 64;
        let minute = u128::from(self.visit.minute.0) << 36;
        let bits = head | store | minute | u128::from(self.visit.payment.0);
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
                    minute: Minute(u32::try_from(field(36, 28)).ok()?),
                    payment: PaymentHash(u64::try_from(field(0, 36)).ok()?),
                },
                channel: Channel::from_number(small(88))?,
                segment: Segment(small(84)),
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

impl fmt::Debug for Link {
    /// A link lets its holder answer, so it stays out of logs even where a whole structure is printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link(…)")
    }
}

fn link_mac(key: &Key, claim: &[u8; 12]) -> Hmac<Sha256> {
    keyed(key, b"aftertaste/link/v1", claim)
}

/// HMAC-SHA-256(key, label 0x00 message). The label keeps one key's uses apart.
pub(crate) fn keyed_hash(key: &Key, label: &[u8], message: &[u8]) -> [u8; 32] {
    keyed(key, label, message).finalize().into_bytes().into()
}

pub(super) fn keyed(key: &Key, label: &[u8], message: &[u8]) -> Hmac<Sha256> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block(key));
    mac.update(label);
    mac.update(&[0]);
    mac.update(message);
    mac
}

/// A key padded to SHA-256's block of 64 bytes, as HMAC itself would (RFC 2104, section 2).
fn block(key: &Key) -> hmac::digest::Key<Hmac<Sha256>> {
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    for (to, from) in block.iter_mut().zip(key.bytes()) {
        *to = *from;
    }
    block
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use proptest::prelude::*;

    fn key(first: u8) -> Key {
        Key::from(std::array::from_fn(|i| first + u8::try_from(i).unwrap()))
    }

    fn keyring(id: u8) -> Keyring {
        Keyring::new(id, BTreeMap::from([(id, key(0))]), key(0x20), key(0x40)).unwrap()
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
            assert_eq!(claim.sign(&keyring(id)).unwrap().as_str(), link);
            assert_eq!(Claim::verify(link, &keyring(id)), Some(claim));
        }
    }

    #[test]
    fn a_link_signed_by_a_retired_key_is_unknown() {
        let link = claim(Channel::Receipt, 0, 12, "2026-11-21T04:31:00Z", "p").sign(&keyring(1)).unwrap();
        assert_eq!(Claim::verify(link.as_str(), &keyring(2)), None);
    }

    #[test]
    fn after_a_rotation_the_link_differs_and_the_visit_does_not() {
        let signed =
            |keyring: &Keyring| claim(Channel::Receipt, 0, 12, "2026-11-21T04:31:00Z", "p").sign(keyring).unwrap();
        let both = Keyring::new(2, BTreeMap::from([(1, key(0)), (2, key(9))]), key(0x20), key(0x40)).unwrap();
        let (before, after) = (signed(&keyring(1)), signed(&both));
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
    }

    #[test]
    fn a_claim_that_cannot_be_said_is_unknown_even_when_signed() {
        // Store 0, and the reserved channel 12.
        for claim in [[0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0x1c, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]] {
            let tag = link_mac(&key(0), &claim).finalize().into_bytes();
            let bytes: Vec<u8> = claim.into_iter().chain(tag.into_iter().take(12)).collect();
            assert_eq!(Claim::verify(&URL_SAFE_NO_PAD.encode(bytes), &keyring(1)), None);
        }
    }

    proptest! {
        #[test]
        fn any_claim_survives_signing_and_any_changed_character_is_noticed(
            channel in prop::sample::select(Channel::ALL.to_vec()), segment in 0_u8..16, store in 1_u32..1 << 20,
            minute in 0_u32..1 << 28, payment in 0_u64..1 << 36, id in 0_u8..16, at in 0_usize..LINK_LENGTH, to in "[A-Za-z0-9_-]",
        ) {
            let claim = Claim {
                visit: Visit { store: store.try_into().unwrap(), minute: Minute(minute), payment: PaymentHash(payment) },
                channel,
                segment: Segment(segment),
            };
            let link = claim.sign(&keyring(id)).unwrap();
            prop_assert_eq!(Claim::verify(link.as_str(), &keyring(id)), Some(claim));
            let mut changed = link.as_str().to_owned();
            changed.replace_range(at..=at, &to);
            if changed != link.as_str() {
                prop_assert_eq!(Claim::verify(&changed, &keyring(id)), None);
            }
        }

        #[test]
        fn no_text_is_a_link_by_accident(text in ".{0,40}") {
            prop_assert_eq!(Claim::verify(&text, &keyring(1)), None);
        }
    }
}
