//! Contexts in the table: what merchants know of visits.

use std::cmp::Ordering;
use std::ops::Range;

use aws_sdk_dynamodb::{operation::put_item::PutItemError, types::AttributeValue};
use domain::{
    place::StoreNumber,
    survey::Response,
    visit::{Context, ContextDetails, Visit},
};
use jiff::Timestamp;

use super::{Item, Items, StoredResponse, Table, TableError, failed, keys, string, unless_refused, whole_number};

/// When a till reported it.
const TOLD_AT: &str = "told_at";

/// That a payment provider signed it.
const SIGNED: &str = "signed";

/// The item of a context, as it is written.
///
/// # Errors
/// When it can't be written as an item.
pub fn context_item(visit: Visit, context: &Context, expires: Timestamp) -> Result<Item, TableError> {
    let key = keys::context(visit);
    let mut item: Item = serde_dynamo::to_item(context).map_err(|error| unreadable_context(&key.pk, error))?;
    item.insert("expires".into(), keys::number(expires.as_second()));
    Ok(key.over(item))
}

/// The one who reports the context of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Teller {
    /// A till, at an instant. Somebody who has its grant could report anything, also when they have seen the answer.
    Till(Timestamp),
    /// A payment provider, who signed it.
    Provider,
}

impl Table {
    /// Keeps the context of a visit, if there is one and none is known yet. One that a provider reports also replaces
    /// one that a till did. The first that a till reported stays: else somebody could report it again, and so lay a bad
    /// answer at somebody else's door. Returns whether it was kept.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_context(
        &self,
        visit: Visit,
        context: &Context,
        teller: Teller,
        expires: Timestamp,
    ) -> Result<bool, TableError> {
        if context.is_empty() {
            return Ok(false);
        }
        let (told, condition) = match teller {
            Teller::Till(at) => ((TOLD_AT, keys::number(at.as_second())), "attribute_not_exists(pk)"),
            Teller::Provider => ((SIGNED, AttributeValue::Bool(true)), "attribute_not_exists(signed)"),
        };
        let mut item = context_item(visit, context, expires)?;
        item.insert(told.0.into(), told.1);
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression(condition)
            .send()
            .await;
        unless_refused(put, PutItemError::is_conditional_check_failed_exception, "write a context")
    }

    /// Drops what is known of a visit.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn delete_context(&self, visit: Visit) -> Result<(), TableError> {
        self.delete(keys::context(visit), "delete a context").await
    }

    /// The contexts of a store's visits that were paid within a window, in the order of their responses. Nothing is
    /// read before the first is asked for.
    pub fn contexts(&self, store: StoreNumber, paid: &Range<Timestamp>) -> Contexts {
        let pk = keys::contexts(store);
        let items = self.range(pk.clone(), keys::response_bound(paid.start), keys::response_bound(paid.end));
        Contexts { pk, items, next: None }
    }
}

/// Contexts that are being read, page by page, beside the responses of the same window.
pub struct Contexts {
    pk: String,
    items: Items,
    /// The next one, where it belongs to a later response.
    next: Option<Item>,
}

impl Contexts {
    /// The context of a response, if one was reported in time: one that a till reported after the answer came is none.
    /// The responses have to come in their order, as they are read.
    ///
    /// # Errors
    /// When the table can't be read; or [`TableError::Unreadable`] when this one can't, and the others can.
    pub async fn of(&mut self, response: &StoredResponse) -> Result<Option<Context>, TableError> {
        let wanted = keys::sk_of_response(response.minute, &response.payment);
        loop {
            let item = match self.next.take() {
                Some(item) => item,
                None => match self.items.next().await {
                    Some(item) => item.map_err(failed("read contexts"))?,
                    None => return Ok(None),
                },
            };
            match string(&item, "sk").map(|sk| sk.cmp(&wanted)) {
                // Of a visit that nobody answered.
                Some(Ordering::Less) | None => {}
                Some(Ordering::Equal) if is_late(&item, &response.response) => return Ok(None),
                Some(Ordering::Equal) => return read(&self.pk, item).map(Some),
                Some(Ordering::Greater) => {
                    self.next = Some(item);
                    return Ok(None);
                }
            }
        }
    }
}

/// Whether a till reported it when the answer was there.
fn is_late(item: &Item, response: &Response) -> bool {
    let answered = response.place().unwrap_or(response.answered_at).as_second();
    !item.contains_key(SIGNED) && whole_number(item, TOLD_AT).is_some_and(|told| told > answered)
}

/// A context as far as it fits: a later version may keep longer texts, and more of them.
fn read(pk: &str, item: Item) -> Result<Context, TableError> {
    let told: ContextDetails = serde_dynamo::from_item(item).map_err(|error| unreadable_context(pk, error))?;
    Ok(Context::of_notice(told))
}

/// The sort key identifies a payment, so it stays out of errors and thereby out of logs.
fn unreadable_context(pk: &str, detail: impl std::fmt::Display) -> TableError {
    TableError::Unreadable { pk: pk.into(), sk: "(a context)".into(), detail: detail.to_string() }
}

#[cfg(test)]
mod tests {
    use domain::visit::{Minute, PaymentHash};
    use serde_json::json;

    use super::*;

    fn visit() -> Visit {
        let minute = Minute::of("2026-11-21T04:31:00Z".parse().unwrap()).unwrap();
        let payment = PaymentHash::of("p", &domain::access::Key::from([0; 32]));
        Visit { store: 12.try_into().unwrap(), minute, payment }
    }

    #[test]
    fn a_context_lies_under_its_visit_and_is_read_as_it_was_written() {
        let told = json!({"table": "7", "staff": "lin", "amount": 18_800, "currency": "CNY", "items": ["宫保鸡丁"],
            "fields": {"shift": "noon"}});
        let context: Context = serde_json::from_value(told).unwrap();
        let item = context_item(visit(), &context, Timestamp::UNIX_EPOCH).unwrap();
        let sk = keys::response(visit()).sk;
        assert_eq!((string(&item, "pk"), string(&item, "sk")), (Some("V#12"), Some(sk.as_str())));
        assert_eq!(item["expires"], AttributeValue::N("0".into()));
        assert_eq!(read("V#12", item).unwrap(), context);
        let only_staff: Context = serde_json::from_value(json!({"staff": "lin"})).unwrap();
        let item = context_item(visit(), &only_staff, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(item.len(), 4, "what is not known is not there: {item:?}");
    }

    #[test]
    fn a_context_is_read_as_far_as_it_fits_and_never_named_by_its_visit() {
        let text = |text: &str| AttributeValue::S(text.into());
        let odd = Item::from([
            ("table".to_owned(), text("")),
            ("staff".to_owned(), text("lin")),
            ("later".to_owned(), AttributeValue::Bool(true)),
        ]);
        let known = read("V#12", odd).unwrap();
        assert_eq!((&known.table, known.staff.as_deref()), (&None, Some("lin")));
        let broken = keys::context(visit()).over(Item::from([("staff".to_owned(), AttributeValue::N("1".into()))]));
        let error = read("V#12", broken).unwrap_err();
        assert!(error.to_string().starts_with("the item V#12 (a context) can't be read: "), "{error}");
        assert_eq!(keys::left_out("V#12"), "context-left-out");
    }
}
