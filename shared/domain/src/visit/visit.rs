//! A visit: one payment at one store in one minute, and how its guest was reached.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Id, Invalid,
    access::{GuestKeys, Key},
    place::{Store, StoreNumber},
};

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
    /// Someone who tries the survey out. Its answers mix with nobody's.
    Test,
    /// People who work in the store. They are asked the store's staff survey.
    Staff,
}

/// The origin of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A payment.
    Payment,
    /// The code on a table, which anybody can open any number of times.
    Code,
    /// Someone who tries the survey out.
    Test,
    /// The invitation of somebody who works in the store.
    Staff,
}

impl Origin {
    /// Every origin.
    pub const ALL: [Self; 4] = [Self::Payment, Self::Code, Self::Test, Self::Staff];
}

impl Channel {
    /// The origin of every answer that comes this way. Links of the channel `table` are made for those who open the
    /// code on a table, and for nobody else.
    pub fn origin(self) -> Origin {
        match self {
            Self::Table => Origin::Code,
            Self::Test => Origin::Test,
            Self::Staff => Origin::Staff,
            _ => Origin::Payment,
        }
    }

    /// The survey that people who come this way are asked in a store. None of staff whom nobody asks any more.
    pub fn survey_at(self, store: &Store) -> Option<&Id> {
        match self.origin() {
            Origin::Staff => store.details.staff_survey.as_ref(),
            Origin::Payment | Origin::Code | Origin::Test => Some(&store.details.survey),
        }
    }

    /// Every channel, in the order of its number.
    pub const ALL: [Self; 14] = [
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
        Self::Test,
        Self::Staff,
    ];

    pub(super) fn from_number(number: u8) -> Option<Self> {
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
            Self::Test => "test",
            Self::Staff => "staff",
        }
    }
}

/// A group of guests, for the operator: 0 for none, 1 to 15 as the brand names them.
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
    /// The minute of a number; none past 2530.
    pub(super) fn from_number(number: u32) -> Option<Self> {
        (number < 1 << 28).then_some(Self(number))
    }

    /// Minutes since 2020-01-01T00:00Z.
    pub fn number(self) -> u32 {
        self.0
    }

    /// The minute in which an instant lies; none before 2020 and past 2530.
    pub fn of(instant: Timestamp) -> Option<Self> {
        let minutes = (instant.as_second() - MINUTE_ZERO).div_euclid(60);
        u32::try_from(minutes).ok().and_then(Self::from_number)
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

/// How many of a visit's 36 bits are random where a code led to it. The others are the table's number.
const RANDOM_BITS: u32 = 20;

/// A table's number, 1 to 16,777,215, or 0 for none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct TableNumber(u32);

impl TryFrom<u32> for TableNumber {
    type Error = Invalid;

    fn try_from(number: u32) -> Result<Self, Invalid> {
        if number < 1 << 24 {
            Ok(Self(number))
        } else {
            Err(Invalid(format!("A table's number is 1 to 16777215, or 0 for none; this is {number}.")))
        }
    }
}

impl From<TableNumber> for u32 {
    fn from(table: TableNumber) -> Self {
        table.0
    }
}

/// A payment id, hashed to 36 bits. Of an opening of a code, what stands in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaymentHash(u64);

impl PaymentHash {
    /// Hashes a payment id with the key that never rotates.
    pub fn of(payment: &str, key: &Key) -> Self {
        let [a, b, c, d, e, ..] = key.hash(b"aftertaste/payment/v1", payment.as_bytes());
        Self(u64::from_be_bytes([0, 0, 0, a, b, c, d, e]) >> 4)
    }

    /// A number that nobody can work out without the keys, the same whenever it is drawn for a purpose. Two purposes draw
    /// independently.
    pub fn lot(self, purpose: &str, keys: &GuestKeys) -> [u8; 32] {
        keys.payment().hash(b"aftertaste/lot/v1", &[purpose.as_bytes(), b"\0", self.to_string().as_bytes()].concat())
    }

    /// The replacement for a payment if the code on a table led to the visit. It is the table, if its number has 16
    /// bits, and the last 20 bits of `nonce`, which is fresh and random.
    pub(super) fn of_table(table: TableNumber, nonce: u32) -> Self {
        let table = u64::from(u16::try_from(table.0).unwrap_or(0));
        Self::from_bits(table << RANDOM_BITS | u64::from(nonce) & ((1 << RANDOM_BITS) - 1))
    }

    /// The table, where the code on one led to the visit.
    pub(super) fn table(self) -> Option<TableNumber> {
        let number = u32::try_from(self.0 >> RANDOM_BITS).ok().filter(|number| *number > 0)?;
        Some(TableNumber(number))
    }

    /// The lowest 36 of these bits, whatever they say.
    pub(super) fn from_bits(bits: u64) -> Self {
        Self(bits & ((1 << 36) - 1))
    }

    /// The 36 bits.
    pub fn bits(self) -> u64 {
        self.0
    }
}

impl std::str::FromStr for PaymentHash {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bits = u64::from_str_radix(text, 16).ok().map(Self::from_bits);
        bits.filter(|hash| hash.to_string() == text).ok_or_else(|| Invalid("This is no payment's hash.".into()))
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
