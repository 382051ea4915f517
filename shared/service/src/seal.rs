//! Sealing with AES-256-GCM (NIST SP 800-38D). It is for values that a browser carries from one page to the next and is
//! not to read, and for secrets in the table.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::access::{GrantKeys, SealKeys};
use uuid::Uuid;

/// Seals a text: where a page of comments ends, or with what a sign-in has begun. It opens for the same `about` alone.
/// `fresh` is the call's random id; nothing else is sealed with it.
pub fn seal(text: &str, about: &str, fresh: Uuid, keys: &GrantKeys) -> Option<String> {
    seal_under(&keys.cursors(), text, about, fresh)
}

/// The text that was sealed; none for whatever else a caller makes of it.
pub fn open(sealed: &str, about: &str, keys: &GrantKeys) -> Option<String> {
    open_under(&keys.cursors(), sealed, about)
}

/// Seals secrets that lie in the table. In front stands which key they are sealed under. `fresh` is as above.
pub fn seal_secrets(text: &str, about: &str, fresh: Uuid, keys: &SealKeys) -> Option<String> {
    let (id, key) = keys.current();
    Some(format!("{id}.{}", seal_under(key?.bytes(), text, about, fresh)?))
}

/// Secrets that lay in the table; none where they were changed there, or their key is gone.
pub fn open_secrets(sealed: &str, about: &str, keys: &SealKeys) -> Option<String> {
    let (id, sealed) = sealed.split_once('.')?;
    open_under(keys.sealing(id.parse().ok()?)?.bytes(), sealed, about)
}

/// Thirty-two bytes that nobody can guess; none where the machine has none, which no machine was seen to lack.
pub fn fresh_secret() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).ok()?;
    Some(bytes)
}

fn seal_under(key: &[u8; 32], text: &str, about: &str, fresh: Uuid) -> Option<String> {
    let [nonce @ .., _, _, _, _] = *fresh.as_bytes();
    let mut sealed = text.as_bytes().to_vec();
    let nonce_used = Nonce::assume_unique_for_key(nonce);
    cipher(key)?.seal_in_place_append_tag(nonce_used, Aad::from(about), &mut sealed).ok()?;
    Some(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
}

fn open_under(key: &[u8; 32], sealed: &str, about: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
    let mut opened = sealed.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let text = cipher(key)?.open_in_place(nonce, Aad::from(about), &mut opened).ok()?;
    String::from_utf8(text.to_vec()).ok()
}

fn cipher(key: &[u8; 32]) -> Option<LessSafeKey> {
    Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?))
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;
    use domain::access::Key;

    use super::*;

    fn keys(byte: u8) -> GrantKeys {
        GrantKeys::new(Key::from([byte; 32]))
    }

    #[test]
    fn secrets_open_for_their_account_and_as_long_as_their_key_is_there() {
        let keys = |current: u8, ids: &[u8]| {
            let sealing: Vec<String> =
                ids.iter().map(|id| format!(r#""{id}":"{}""#, STANDARD.encode([*id; 32]))).collect();
            SealKeys::parse(&format!(r#"{{"current":{current},"sealing":{{{}}}}}"#, sealing.join(","))).unwrap()
        };
        let sealed = seal_secrets("whsec_x", "account/till", Uuid::new_v4(), &keys(1, &[1])).unwrap();
        assert!(sealed.starts_with("1.") && !sealed.contains("whsec"));
        assert_eq!(open_secrets(&sealed, "account/till", &keys(2, &[1, 2])).as_deref(), Some("whsec_x"), "rotated");
        for (about, keys) in [("account/other", keys(1, &[1])), ("account/till", keys(2, &[2]))] {
            assert_eq!(open_secrets(&sealed, about, &keys), None);
        }
        for odd in ["", "1", "1.", "x.AAAA", "1.AAAA", &sealed[2..]] {
            assert_eq!(open_secrets(odd, "account/till", &keys(1, &[1])), None, "{odd}");
        }
    }

    #[test]
    fn what_is_sealed_opens_for_the_same_and_tells_nothing() {
        let sealed = seal("2026-11-21T04:31Z#bddf4a72b", "12 dine-in", Uuid::new_v4(), &keys(7)).unwrap();
        assert_eq!(open(&sealed, "12 dine-in", &keys(7)).as_deref(), Some("2026-11-21T04:31Z#bddf4a72b"));
        assert_eq!(open(&sealed, "13 dine-in", &keys(7)), None);
        assert_eq!(open(&sealed, "12 dine-in", &keys(8)), None);
        assert!(!sealed.contains("bddf4a72b"));
        let twice = seal("2026-11-21T04:31Z#bddf4a72b", "12 dine-in", Uuid::new_v4(), &keys(7)).unwrap();
        assert_ne!(sealed, twice, "two pages can't be told to end at the same answer");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            let other = if &sealed[at..=at] == "A" { "B" } else { "A" };
            changed.replace_range(at..=at, other);
            assert_eq!(open(&changed, "12 dine-in", &keys(7)), None, "{at}");
        }
        for odd in ["", "A", "2026-11-21T04:31Z#bddf4a72b", "é"] {
            assert_eq!(open(odd, "12 dine-in", &keys(7)), None);
        }
    }
}
