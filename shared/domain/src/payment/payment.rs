//! A payment as a provider reports it.

use std::fmt;

use jiff::Timestamp;

/// A payment that was made.
#[derive(Clone, Default, PartialEq)]
pub struct Payment {
    /// The provider's id of it.
    pub id: String,
    /// The merchant's own number of the order.
    pub order: Option<String>,
    /// When it was made.
    pub paid_at: Timestamp,
    /// Whether that time is among what is signed. Otherwise anybody with a genuine notice can write another time into it:
    /// it counts as no later than the first notice of the payment came.
    pub time_is_signed: bool,
    /// Texts that may name its store, by where they come from.
    pub places: Vec<(Place, String)>,
    /// The amount as the provider counts it: mostly in the smallest unit of its currency. See each provider's file.
    pub amount: Option<u64>,
    /// The currency: three capitals (ISO 4217).
    pub currency: Option<String>,
    /// The payer, as the provider distinguishes them: never shown, and kept as a keyed hash alone.
    pub payer: Option<String>,
    /// The items that were bought, where the notice names them.
    pub items: Vec<String>,
}

/// Where a text that may name a payment's store comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The merchant, or the merchant below a service provider.
    Merchant,
    /// The text that the merchant attached to the order.
    Attached,
    /// The device or terminal.
    Device,
    /// The location or store as the provider knows it.
    Location,
    /// A field of the metadata, by its name.
    Metadata(String),
}

/// Without who paid.
impl fmt::Debug for Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payment")
            .field("id", &self.id)
            .field("order", &self.order)
            .field("paid_at", &self.paid_at)
            .field("places", &self.places)
            .field("amount", &self.amount)
            .field("currency", &self.currency)
            .finish_non_exhaustive()
    }
}
