//! The keys that sign links and grants and hash payments.

use std::collections::BTreeMap;
use std::fmt;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, de::DeserializeOwned};
use sha2::Sha256;
use uuid::Uuid;

use crate::Invalid;

/// 32 secret bytes. Never printed.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Key([u8; 32]);

impl Key {
    /// The bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// HMAC-SHA-256(key, label 0x00 message). The label keeps one key's uses apart.
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104, section 2)")]
    pub(crate) fn mac(&self, label: &[u8], message: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length");
        mac.update(label);
        mac.update(&[0]);
        mac.update(message);
        mac
    }

    /// The same, as its 32 bytes.
    pub(crate) fn hash(&self, label: &[u8], message: &[u8]) -> [u8; 32] {
        self.mac(label, message).finalize().into_bytes().into()
    }
}

impl From<[u8; 32]> for Key {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl TryFrom<String> for Key {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        // The sentence must not repeat the text: it may be most of a real key.
        STANDARD
            .decode(text.trim())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| Invalid("a key is the base64 of exactly 32 bytes".into()))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// The keys that sign links and codes and hash payments. The JSON form is the value of the variable `GUEST_KEYS`:
/// `{"current":1,"signing":{"1":"<base64 of 32 bytes>"},"payment":"<base64>"}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuestKeys {
    /// The id of the signing key that new links are signed with, 0 to 15.
    current: u8,
    /// Signing keys by id. A key that is gone has been retired: links it signed are unknown.
    signing: BTreeMap<u8, Key>,
    /// Hashes payment ids. It does not rotate, so that one payment has one response, whichever key signed its link.
    payment: Key,
}

impl GuestKeys {
    /// Puts a keyring together.
    ///
    /// # Errors
    /// When a key id is over 15, or `current` names no key.
    pub fn new(current: u8, signing: BTreeMap<u8, Key>, payment: Key) -> Result<Self, Invalid> {
        Self { current, signing, payment }.checked()
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// A sentence that says what is wrong and repeats nothing of a key.
    pub fn parse(json: &str) -> Result<Self, Invalid> {
        parse::<Self>(json)?.checked()
    }

    fn checked(self) -> Result<Self, Invalid> {
        if let Some(id) = self.signing.keys().find(|id| **id > 15) {
            return Err(Invalid(format!("a signing key's id is 0 to 15, not {id}")));
        }
        if !self.signing.contains_key(&self.current) {
            return Err(Invalid(format!("current is {}, and signing has no such key", self.current)));
        }
        Ok(self)
    }

    /// The signing key for new links, with its id.
    pub fn current(&self) -> (u8, Option<&Key>) {
        (self.current, self.signing(self.current))
    }

    /// The signing key with this id, unless it has been retired.
    pub fn signing(&self, id: u8) -> Option<&Key> {
        self.signing.get(&id)
    }

    /// The key that hashes payment ids and customers.
    pub fn payment(&self) -> &Key {
        &self.payment
    }
}

/// The keys that sign grants, sessions and forms. The JSON form is the value of the variable `GRANT_KEYS`:
/// `{"grants":"<base64 of 32 bytes>","id":"<a name>"}`, and during a rotation `"before":"<base64>"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantKeys {
    /// Signs.
    grants: Key,
    /// Signed until lately: its signatures are still valid.
    #[serde(default)]
    before: Option<Key>,
    /// The audience that grants are signed for, which sets them apart from those of another keyring; none in one from
    /// before it had one.
    #[serde(default)]
    id: Option<String>,
}

impl GrantKeys {
    /// A keyring of one key.
    pub fn new(grants: Key) -> Self {
        Self { grants, before: None, id: None }
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// A sentence that says what is wrong and repeats nothing of a key.
    pub fn parse(json: &str) -> Result<Self, Invalid> {
        parse(json)
    }

    /// The key that signs.
    pub fn signing(&self) -> &Key {
        &self.grants
    }

    /// The keys whose signatures are valid, the one that signs first.
    pub fn verifying(&self) -> impl Iterator<Item = &Key> {
        [&self.grants].into_iter().chain(&self.before)
    }

    /// The audience of grants.
    pub fn audience(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// An id as its holder sends it back, with a tag that nobody can make without the keys. So an invented one costs no
    /// read of the table.
    pub fn ticket(&self, kind: Ticket, id: Uuid) -> String {
        let tag = self.grants.hash(kind.label(), id.as_bytes());
        URL_SAFE_NO_PAD.encode([id.as_bytes().as_slice(), tag.get(..TAG).unwrap_or_default()].concat())
    }

    /// The id of a ticket of this kind; none of anything else that is sent.
    pub fn id_of(&self, kind: Ticket, ticket: &str) -> Option<Uuid> {
        let bytes = URL_SAFE_NO_PAD.decode(ticket).ok()?;
        let (id, tag) = bytes.split_first_chunk::<16>().filter(|(_, tag)| tag.len() == TAG)?;
        let holds = |key: &Key| key.mac(kind.label(), id).verify_truncated_left(tag).is_ok();
        self.verifying().any(holds).then(|| Uuid::from_bytes(*id))
    }

    /// A number that nobody can work out without the keys, for an order that reveals nothing.
    pub fn lot(&self, text: &str) -> [u8; 32] {
        self.grants.hash(b"aftertaste/lot/v1", text.as_bytes())
    }

    /// The key under which what a person's browser carries from one page to the next is sealed.
    pub fn cursors(&self) -> [u8; 32] {
        self.grants.hash(b"aftertaste/cursor/v1", b"")
    }
}

/// The keys under which secrets are sealed in the table. The JSON form is the value of the variable `SEAL_KEYS`:
/// `{"current":1,"sealing":{"1":"<base64 of 32 bytes>"}}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealKeys {
    /// The id of the key that seals.
    current: u8,
    /// Keys by id. As long as one of them is here, everything that it sealed can be opened.
    sealing: BTreeMap<u8, Key>,
}

impl SealKeys {
    /// Reads the JSON form.
    ///
    /// # Errors
    /// A sentence that says what is wrong and repeats nothing of a key.
    pub fn parse(json: &str) -> Result<Self, Invalid> {
        let keys: Self = parse(json)?;
        if keys.sealing.contains_key(&keys.current) {
            Ok(keys)
        } else {
            Err(Invalid(format!("current is {}, and sealing has no such key", keys.current)))
        }
    }

    /// The key that seals, with its id.
    pub fn current(&self) -> (u8, Option<&Key>) {
        (self.current, self.sealing(self.current))
    }

    /// The key with this id, unless it was taken out.
    pub fn sealing(&self, id: u8) -> Option<&Key> {
        self.sealing.get(&id)
    }
}

/// How many bytes of its tag a ticket has.
const TAG: usize = 16;

/// The purposes of tickets: none of one kind passes for one of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ticket {
    /// A session, in a browser's cookie.
    Session,
    /// A sign-in link.
    SignIn,
    /// A form of a session's pages.
    Form,
}

impl Ticket {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Session => b"aftertaste/session/v1",
            Self::SignIn => b"aftertaste/sign-in/v1",
            Self::Form => b"aftertaste/form/v1",
        }
    }
}

/// Both: for those who have a grant and do something with guests' links.
#[derive(Debug, Clone)]
pub struct BothKeys {
    /// The keys that sign links and codes and hash payments.
    pub guests: GuestKeys,
    /// The keys that sign grants, sessions and forms.
    pub grants: GrantKeys,
}

/// Those of grants and the seal: for those who have a grant and put secrets into the table.
#[derive(Debug, Clone)]
pub struct OperatorKeys {
    /// The keys that sign grants, sessions and forms.
    pub grants: GrantKeys,
    /// The keys under which secrets are sealed.
    pub seal: SealKeys,
}

/// Those of guests and the seal: for what makes links of payments by notice.
#[derive(Debug, Clone)]
pub struct ReceiverKeys {
    /// The keys that sign links and codes and hash payments.
    pub guests: GuestKeys,
    /// The keys under which secrets are sealed.
    pub seal: SealKeys,
}

/// All three, where every function runs in one process.
#[derive(Debug, Clone)]
pub struct AllKeys {
    /// The keys that sign links and codes and hash payments.
    pub guests: GuestKeys,
    /// The keys that sign grants, sessions and forms.
    pub grants: GrantKeys,
    /// The keys under which secrets are sealed.
    pub seal: SealKeys,
}

/// Lends one of the keyrings.
macro_rules! has {
    ($($holder:ty: $ring:ty = $field:ident;)*) => {
        $(impl AsRef<$ring> for $holder {
            fn as_ref(&self) -> &$ring {
                &self.$field
            }
        })*
    };
}

has! {
    BothKeys: GuestKeys = guests;
    ReceiverKeys: GuestKeys = guests;
    AllKeys: GuestKeys = guests;
    BothKeys: GrantKeys = grants;
    OperatorKeys: GrantKeys = grants;
    AllKeys: GrantKeys = grants;
    OperatorKeys: SealKeys = seal;
    ReceiverKeys: SealKeys = seal;
    AllKeys: SealKeys = seal;
}

impl AsRef<GuestKeys> for GuestKeys {
    fn as_ref(&self) -> &GuestKeys {
        self
    }
}

impl AsRef<GrantKeys> for GrantKeys {
    fn as_ref(&self) -> &GrantKeys {
        self
    }
}

fn parse<T: DeserializeOwned>(json: &str) -> Result<T, Invalid> {
    serde_json::from_str(json).map_err(|error| Invalid(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    fn parse(current: u8, id: u16, key: &str) -> Result<GuestKeys, Invalid> {
        GuestKeys::parse(&format!(r#"{{"current":{current},"signing":{{"{id}":"{key}"}},"payment":"{KEY}"}}"#))
    }

    #[test]
    fn keyrings_are_read_from_their_json() {
        assert_eq!(parse(1, 1, KEY).unwrap().current().0, 1);
        let grants = |more: &str| GrantKeys::parse(&format!(r#"{{"grants":"{KEY}"{more}}}"#)).unwrap();
        assert_eq!((grants("").verifying().count(), grants("").audience()), (1, None));
        let rotated = grants(&format!(r#","before":"{KEY}","id":"staging""#));
        assert_eq!((rotated.verifying().count(), rotated.audience()), (2, Some("staging")));
    }

    #[test]
    fn a_keyring_from_before_the_split_is_none_of_the_parts() {
        let whole = format!(r#"{{"current":1,"signing":{{"1":"{KEY}"}},"payment":"{KEY}","grants":"{KEY}"}}"#);
        assert!(GuestKeys::parse(&whole).unwrap_err().0.starts_with("unknown field `grants`"));
        assert!(GrantKeys::parse(&whole).unwrap_err().0.starts_with("unknown field `current`"));
    }

    #[test]
    fn a_mistake_in_a_keyring_is_named_and_no_key_is_repeated() {
        let message = |result: Result<GuestKeys, Invalid>| result.unwrap_err().to_string();
        assert_eq!(message(parse(2, 1, KEY)), "current is 2, and signing has no such key");
        assert_eq!(message(parse(1, 16, KEY)), "a signing key's id is 0 to 15, not 16");
        let short = message(parse(1, 1, "c2VjcmV0"));
        assert!(short.starts_with("a key is the base64 of exactly 32 bytes"), "{short}");
        assert!(!short.contains("c2VjcmV0"), "{short}");
    }

    #[test]
    fn a_ticket_holds_for_its_kind_and_its_keys_and_as_it_was_given_out() {
        let keys = |byte: u8| GrantKeys::new(Key::from([byte; 32]));
        let id = Uuid::from_u128(7);
        let ticket = keys(1).ticket(Ticket::Session, id);
        assert_eq!(keys(1).id_of(Ticket::Session, &ticket), Some(id));
        assert_eq!(keys(1).id_of(Ticket::SignIn, &ticket), None);
        assert_eq!(keys(2).id_of(Ticket::Session, &ticket), None);
        let rotated = GrantKeys { before: Some(Key::from([1; 32])), ..keys(2) };
        assert_eq!(rotated.id_of(Ticket::Session, &ticket), Some(id), "its session goes on");
        for at in 0..ticket.len() {
            let mut changed = ticket.clone();
            changed.replace_range(at..=at, if &ticket[at..=at] == "A" { "B" } else { "A" });
            assert_eq!(keys(1).id_of(Ticket::Session, &changed), None, "{at}");
        }
        for odd in ["", "A", &ticket[..40], &format!("{ticket}AAAA"), "é"] {
            assert_eq!(keys(1).id_of(Ticket::Session, odd), None, "{odd}");
        }
    }

    #[test]
    fn what_seals_has_its_current_key() {
        let read = |current: u8| SealKeys::parse(&format!(r#"{{"current":{current},"sealing":{{"1":"{KEY}"}}}}"#));
        assert!(read(1).unwrap().current().1.is_some());
        assert_eq!(read(2).unwrap_err().0, "current is 2, and sealing has no such key");
        assert!(!format!("{:?}", read(1)).contains("AAEC"));
    }

    #[test]
    fn a_keyring_never_prints_its_keys() {
        let grants = GrantKeys::parse(&format!(r#"{{"grants":"{KEY}"}}"#)).unwrap();
        let both = BothKeys { guests: parse(1, 1, KEY).unwrap(), grants };
        assert!(!format!("{both:?}").contains("AAEC"));
    }
}
