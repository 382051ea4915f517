//! Shared secrets, of which any may fit.

use std::fmt::Display;

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};

/// How many signatures of one notice are tried. Two come while a secret is rolled.
pub(crate) const MOST_SIGNATURES: usize = 16;

/// How many secrets an account has: one, or the old and the new one while it is rolled.
pub(crate) const MOST_SECRETS: usize = 2;

/// The sentence about an empty secret.
pub(crate) const EMPTY: &str = "it is empty. Whoever knows that could sign.";

/// The keys of HMAC-SHA-256: one, or two while a provider rolls from the old to the new.
#[derive(Debug, Clone)]
pub(crate) struct Secrets(Vec<hmac::Key>);

impl Secrets {
    /// Of secrets whose text itself is the key, prefix and all.
    ///
    /// # Errors
    /// Sentences that begin with the field: there is none or more than two, or one that no provider gives.
    pub(crate) fn of_texts(field: &str, texts: &[String]) -> Result<Self, Vec<String>> {
        read_all(field, texts, MOST_SECRETS, of_text).map(Self)
    }

    /// Whether any of the tags is the message's under any of them.
    pub(crate) fn fit_any(&self, message: &[u8], tags: &[Vec<u8>]) -> bool {
        self.0.iter().any(|key| fits_any(key, message, tags.iter().map(Vec::as_slice)))
    }
}

/// Whether any of the tags is the message's under a key. The message is gone through once, however many there are.
pub(crate) fn fits_any<'a>(key: &hmac::Key, message: &[u8], mut tags: impl Iterator<Item = &'a [u8]>) -> bool {
    let right = hmac::sign(key, message);
    tags.any(|tag| verify_slices_are_equal(right.as_ref(), tag).is_ok())
}

/// Reads each text of a field, of which there may be a few.
///
/// # Errors
/// A sentence for each mistake, which begins with the field and repeats no text.
pub(crate) fn read_all<T, W: Display>(
    field: &str,
    texts: &[String],
    most: usize,
    read: impl Fn(&str) -> Result<T, W>,
) -> Result<Vec<T>, Vec<String>> {
    if !(1..=most).contains(&texts.len()) {
        return Err(vec![format!("{field}: 1 to {most} are needed, so that an old one and a new one fit into it.")]);
    }
    let (mut all, mut mistakes) = (Vec::new(), Vec::new());
    for (at, text) in texts.iter().enumerate() {
        match read(text) {
            Ok(one) => all.push(one),
            Err(what) => mistakes.push(format!("{field}[{at}]: {what}")),
        }
    }
    if mistakes.is_empty() { Ok(all) } else { Err(mistakes) }
}

/// A blank or a line feed comes of careless copying, and the provider's own signature would never fit.
fn of_text(text: &str) -> Result<hmac::Key, &'static str> {
    if text.is_empty() {
        return Err(EMPTY);
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("it has a blank or another character that no provider uses.");
    }
    Ok(hmac::Key::new(hmac::HMAC_SHA256, text.as_bytes()))
}
