//! The contents of a mapping's file.

use serde::{Deserialize, Serialize};

use super::sample::Sample;
use crate::Place;

/// How a provider signs its notices and what they say, as a file. A field that there is not is a mistake.
///
/// It is not secret: the account's keys are given apart. Only a sample may name a key, and that one is worth nothing.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// For people: where it is from, and what of it nobody has published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where the signature is, and what belongs to it.
    pub from: Whence,
    /// Which bytes are signed.
    pub signed: Signed,
    /// How the account's keys are written.
    pub key: KeyForm,
    /// How the bytes are signed.
    pub how: Scheme,
    /// Whether a scheme that is weak is meant to be used: a plain digest over a key and a message.
    #[serde(default)]
    pub weak: bool,
    /// The reading of a notice.
    pub says: Says,
    /// The answer that the provider expects.
    pub answer: Answer,
    /// Requests with what they say. At least one has to report a payment.
    pub samples: Vec<Sample>,
}

/// Where a signature is, and the time and the nonce that it covers.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Whence {
    /// The signature.
    pub signature: Spot,
    /// How the signature is written.
    pub encoding: Encoding,
    /// When it was signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Spot>,
    /// The unit of the timestamp, counted since 1970.
    #[serde(default)]
    pub timestamp_unit: Tick,
    /// A text that makes each signature another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Spot>,
}

/// One value of a request, and which part of it counts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Spot {
    /// Where the value is.
    pub at: Origin,
    /// The text that the value has to begin with, and that is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strip: Option<String>,
    /// Only what is behind the last of these counts. It need not be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_last: Option<String>,
    /// The value is a list of `name="value"`, joined by commas, and this is the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
}

/// A place in a request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A header, in any case.
    Header(String),
    /// A parameter of the address.
    Query(String),
    /// A parameter of the body, which is a form.
    Form(String),
    /// A JSON pointer into the body. It may go on inside a text that is JSON itself, unless fields are signed.
    Json(String),
}

/// How a signature is written. Hexadecimal digits may be of either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Base64 with its padding.
    Base64,
    /// Hexadecimal.
    Hex,
}

/// The unit of a time, counted since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tick {
    /// Seconds.
    #[default]
    Seconds,
    /// Thousandths of a second.
    Milliseconds,
}

/// Which bytes are signed.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Signed {
    /// A few parts, one behind the other.
    Template(Vec<Part>),
    /// Parameters by their names.
    Sorted(Sorted),
    /// Some fields of each item of a JSON body.
    Fields(Fields),
}

/// One part of what is signed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The body as it came.
    Body,
    /// The timestamp as it is written.
    Timestamp,
    /// The nonce as it is written.
    Nonce,
    /// The address that the provider was given.
    Url,
    /// A line feed.
    Lf,
    /// The key, for a plain digest.
    Key,
    /// A fixed text.
    Text(String),
}

/// Parameters, sorted by name in the order of bytes. Both are decoded once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sorted {
    /// Which parameters.
    pub of: Pairs,
    /// Stands between name and value: one character, or nothing.
    pub joiner: String,
    /// Stands between two pairs: one character, or nothing. Next to nothing, values that decide have no letters.
    pub pair_joiner: String,
    /// Whether pairs without a value are left out.
    #[serde(default)]
    pub leave_out_empty: bool,
    /// The names that are left out, such as that of the signature.
    #[serde(default)]
    pub leave_out: Vec<String>,
    /// The parts before all pairs.
    #[serde(default)]
    pub prefix: Vec<Part>,
    /// The parts behind all pairs.
    #[serde(default)]
    pub suffix: Vec<Part>,
}

/// Which parameters are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pairs {
    /// Those of the body.
    Form,
    /// Those of the address.
    Query,
}

/// Fields of JSON items, each item with a signature of its own. All other pointers of the mapping begin at the item.
/// None goes on inside a text. The body is read before it is believed, so that it may have 32 KiB at most.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    /// The pointer of the list of items. Without one the whole body is the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<String>,
    /// The pointer from an entry of the list to the item itself.
    #[serde(default)]
    pub item: String,
    /// The pointers of the fields. One that is not there counts as empty.
    pub of: Vec<String>,
    /// Stands between two fields.
    pub joiner: String,
    /// Whether a backslash is put before each backslash and each joiner in a field.
    #[serde(default)]
    pub escape: bool,
}

/// How keys are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyForm {
    /// The text is the key.
    Text,
    /// Base64 of the key; of the DER form of a public one.
    Base64,
    /// Hexadecimal digits of the key.
    Hex,
    /// A public key between its lines (PEM).
    Pem,
}

/// How bytes are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// RSA with PKCS#1 v1.5 padding over SHA-256.
    RsaSha256,
    /// HMAC with SHA-256.
    HmacSha256,
    /// SHA-256 of a text that the key is a part of: weak.
    Sha256,
    /// SHA-1 of a text that the key is a part of: weak.
    Sha1,
}

/// The reading of a notice. Values that are not there are left out, but for the payment and its time.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Says {
    /// All of these have to be true of a payment that was made.
    pub paid: Vec<Condition>,
    /// All of these have to be true of one that was paid back. Without any, none is.
    #[serde(default)]
    pub refunded: Vec<Condition>,
    /// The provider's id of the payment.
    pub payment: Origin,
    /// The id of the payment that was paid back, where it is somewhere else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_of: Option<Origin>,
    /// When it was made.
    pub time: Clock,
    /// The merchant's own number of the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Origin>,
    /// Texts that may name the store.
    pub places: Vec<Whereabouts>,
    /// The amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// The currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// The payer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<Origin>,
    /// Whether values other than the payment and its conditions may be unsigned. A payment says so of its time.
    #[serde(default)]
    pub unsigned: bool,
}

/// A value that has to be one of some.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Where the value is.
    pub at: Origin,
    /// The values that it may have. Numbers, `true` and `false` are written as texts.
    pub is: Vec<String>,
}

/// Where a payment's time is, and how it is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Where it is.
    pub at: Origin,
    /// How it is written.
    pub format: TimeFormat,
    /// The time zone, such as `Asia/Shanghai`, of a time that does not say its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// How a time is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeFormat {
    /// A number since 1970.
    Unix(Tick),
    /// `2026-11-21T12:31:07+08:00`, with or without fractions.
    Rfc3339,
    /// As `strftime` writes it: `%Y%m%d%H%M%S`.
    Pattern(String),
}

/// A text that may name the store.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Whereabouts {
    /// The place that it stands for.
    pub place: PlaceName,
    /// Where it is.
    pub at: Origin,
}

/// A [`Place`] as a mapping names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceName {
    /// The merchant.
    Merchant,
    /// The text that was attached to the order.
    Attached,
    /// The device or terminal.
    Device,
    /// The store as the provider knows it.
    Location,
    /// Another field, by a name.
    Metadata(String),
}

/// Where an amount is, and what it counts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// Where it is.
    pub at: Origin,
    /// The unit that it counts.
    pub unit: Unit,
}

/// The unit that an amount counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// The smallest unit of the currency, such as fen.
    Smallest,
    /// A hundred of them, such as yuan, with at most two decimals. The currency has to be always the same.
    Hundred,
}

/// The currency of an amount.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Currency {
    /// Always this one.
    Always(String),
    /// It is said there.
    At(Origin),
}

/// The answer that a provider expects when its notice was taken.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The body.
    pub body: String,
    /// Its content type.
    pub content_type: String,
}

impl From<&PlaceName> for Place {
    fn from(name: &PlaceName) -> Self {
        match name {
            PlaceName::Merchant => Self::Merchant,
            PlaceName::Attached => Self::Attached,
            PlaceName::Device => Self::Device,
            PlaceName::Location => Self::Location,
            PlaceName::Metadata(field) => Self::Metadata(field.clone()),
        }
    }
}
