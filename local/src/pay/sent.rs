//! A payment, and a notice of it on its way.

use jiff::{Timestamp, tz};

/// The table at which every guest of ours sits.
pub(crate) const TABLE: &str = "7";

/// A payment that notices report.
#[derive(Clone)]
pub(crate) struct Payment {
    /// The provider's id of it.
    pub id: String,
    /// When it was made, in whole seconds: providers give no parts of them.
    pub paid_at: Timestamp,
    /// The store's number.
    pub store: u32,
    /// The amount in the smallest unit of its currency.
    pub amount: u64,
    /// The payer's id, by which the provider knows them.
    pub payer: String,
}

impl Payment {
    /// The merchant's own number of the order.
    pub fn order(&self) -> String {
        format!("T{}-{}", self.paid_at.as_second(), self.store)
    }

    /// The text that the merchant attached to the order.
    pub fn attached(&self) -> String {
        format!("store={};table={TABLE}", self.store)
    }

    /// When it was made, as China's clocks have it, with the offset.
    pub fn paid_at_in_china(&self) -> String {
        self.paid_at.display_with_offset(tz::offset(8)).to_string()
    }

    /// The amount in hundreds of the smallest unit, with two decimals.
    pub fn in_hundreds(&self) -> String {
        format!("{}.{:02}", self.amount / 100, self.amount % 100)
    }
}

/// The message of a notice about a payment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// It was made.
    Paid,
    /// All of it was paid back.
    Refunded,
}

/// One delivery of a notice. A repetition is another.
pub(crate) struct Delivery<'a> {
    /// When it is signed, by the provider's clock.
    pub at: Timestamp,
    /// A text that no other delivery has.
    pub nonce: String,
    /// The address that the provider was given.
    pub url: &'a str,
}

/// A request as it goes out.
#[derive(Clone)]
pub(crate) struct Sent {
    /// Its headers, the content type among them.
    pub headers: Vec<(String, String)>,
    /// The part behind the `?` of its address; empty without one.
    pub query: String,
    /// Its body, byte for byte.
    pub body: String,
}

impl Sent {
    /// A JSON body with headers.
    pub fn json(body: String, headers: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let kind = ("content-type", "application/json".to_owned());
        let headers = headers.into_iter().chain([kind]).map(|(name, value)| (name.to_owned(), value));
        Self { headers: headers.collect(), query: String::new(), body }
    }

    /// The same with one signed byte changed: the last of the payment's id, or else the first digit there is.
    pub fn tampered(mut self, id: &str) -> Self {
        let changed = with_other_byte(&self.body, id).map(|body| self.body = body);
        if changed.or_else(|| with_other_byte(&self.query, id).map(|query| self.query = query)).is_none() {
            self.body = match self.body.split_once(|c: char| c.is_ascii_digit()) {
                Some((before, behind)) => {
                    let digit = self.body.as_bytes().get(before.len()).copied().unwrap_or_default();
                    format!("{before}{}{behind}", other(char::from(digit)))
                }
                None => format!(" {}", self.body),
            };
        }
        self
    }
}

/// A text in which the last letter or digit of a part of it is another one; none without that part.
fn with_other_byte(text: &str, part: &str) -> Option<String> {
    let (before, behind) = text.split_once(part).filter(|_| !part.is_empty())?;
    let mut part = part.to_owned();
    let last = part.pop()?;
    Some(format!("{before}{part}{}{behind}", other(last)))
}

fn other(letter: char) -> char {
    match letter.to_digit(10) {
        Some(digit) => char::from_digit((digit + 1) % 10, 10).unwrap_or('0'),
        None if letter == 'x' => 'y',
        None => 'x',
    }
}

#[cfg(test)]
mod tests {
    use super::Sent;

    #[test]
    fn one_byte_is_changed_wherever_the_id_is() {
        let sent = |body: &str, query: &str| {
            let sent = Sent { headers: Vec::new(), query: query.to_owned(), body: body.to_owned() };
            let Sent { query, body, .. } = sent.tampered("pi_9");
            (body, query)
        };
        let is = |body: &str, query: &str| (body.to_owned(), query.to_owned());
        assert_eq!(sent("{pi_9}", "pi_9"), is("{pi_0}", "pi_9"));
        assert_eq!(sent("body", "id=pi_9"), is("body", "id=pi_0"));
        assert_eq!(sent("a1b2", ""), is("a2b2", ""));
        assert_eq!(sent("none", ""), is(" none", ""));
    }
}
