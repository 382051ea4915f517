//! Sealing: what a browser carries from one page to the next and is not to read, with AES-256-GCM (NIST SP 800-38D).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::access::GrantKeys;
use uuid::Uuid;

/// Seals a text: where a page of comments ends, or with what a sign-in has begun. It opens for the same `about` alone.
/// `fresh` is the call's random id; nothing else is sealed with it.
pub fn seal(text: &str, about: &str, fresh: Uuid, keys: &GrantKeys) -> Option<String> {
    let [nonce @ .., _, _, _, _] = *fresh.as_bytes();
    let mut sealed = text.as_bytes().to_vec();
    let nonce_used = Nonce::assume_unique_for_key(nonce);
    key(keys)?.seal_in_place_append_tag(nonce_used, Aad::from(about), &mut sealed).ok()?;
    Some(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
}

/// What was sealed; none for whatever else a caller makes of it.
pub fn open(sealed: &str, about: &str, keys: &GrantKeys) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
    let mut opened = sealed.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let text = key(keys)?.open_in_place(nonce, Aad::from(about), &mut opened).ok()?;
    String::from_utf8(text.to_vec()).ok()
}

fn key(keys: &GrantKeys) -> Option<LessSafeKey> {
    Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &keys.cursors()).ok()?))
}

#[cfg(test)]
mod tests {
    use domain::access::Key;

    use super::*;

    fn keys(byte: u8) -> GrantKeys {
        GrantKeys::new(Key::from([byte; 32]))
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
