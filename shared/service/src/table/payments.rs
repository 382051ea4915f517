//! Payments of notices, and the quiet periods of those who paid. Each write can be repeated and decides alike. So a
//! call that was cut off anywhere is made whole by the next notice of the same payment.

use aws_sdk_dynamodb::{
    operation::{put_item::PutItemError, update_item::UpdateItemError},
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use domain::{
    payment::{Payer, PaymentKey},
    place::StoreNumber,
    visit::{Channel, Claim, Minute, PaymentHash, Segment, Visit},
};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::{Item, Table, TableError, failed, keys, unless_refused, unreadable};

/// The state of the invitation of a payment's guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PaymentState {
    /// It is under way: an event announces the link, or is about to.
    New,
    /// The event was sent.
    Sent,
    /// The guest was asked not long ago.
    Quiet,
    /// The notice came too late, or from the future.
    Late,
    /// The payment was paid back.
    Refunded,
    /// Something that a later version knows.
    #[serde(other)]
    Other,
}

/// A payment as its first notice fixed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentItem {
    /// The claim of its link.
    pub claim: Claim,
    /// The payer, where the first notice names them. Another event of the same payment may name them otherwise.
    pub payer: Option<Payer>,
    /// From when on the guest may be messaged, and until when.
    pub between: (Timestamp, Timestamp),
}

/// The item of a payment after a notice of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// The payment of this notice, for the first time.
    Now,
    /// The payment that an earlier notice fixed. Its invitation is under way.
    UnderWay(PaymentItem),
    /// Nothing follows from it any more.
    Over(PaymentState),
}

/// How it is written.
#[derive(Serialize, Deserialize)]
struct Written {
    store: StoreNumber,
    minute: i64,
    payment: String,
    #[serde(default)]
    channel: Channel,
    #[serde(default)]
    segment: Segment,
    state: PaymentState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payer: Option<String>,
    not_before: i64,
    until: i64,
}

impl Table {
    /// Keeps a payment in a state, unless it is there: then the first notice has fixed minute, store and all else.
    ///
    /// # Errors
    /// When the table can't be written, or what is there can't be read.
    pub async fn put_payment(
        &self,
        key: PaymentKey,
        payment: &PaymentItem,
        (state, expires): (PaymentState, Timestamp),
    ) -> Result<Kept, TableError> {
        let keys::Key { pk, sk } = keys::payment(key);
        let visit = payment.claim.visit;
        let written = Written {
            store: visit.store,
            minute: visit.minute.start().as_second(),
            payment: visit.payment.to_string(),
            channel: payment.claim.channel,
            segment: payment.claim.segment,
            state,
            payer: payment.payer.map(|payer| payer.to_string()),
            not_before: payment.between.0.as_second(),
            until: payment.between.1.as_second(),
        };
        let item: Item = serde_dynamo::to_item(&written).map_err(|error| hidden(&error))?;
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .item("pk", keys::text(pk))
            .item("sk", keys::text(sk))
            .item("expires", keys::number(expires.as_second()))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match put {
            Ok(_) => Ok(Kept::Now),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(refused)) => {
                    read(refused.item().cloned().unwrap_or_default())
                }
                _ => Err(failed("keep a payment")(error)),
            },
        }
    }

    /// The state of a payment's invitation; none where the payment is gone.
    ///
    /// # Errors
    /// When the table or the payment can't be read.
    pub async fn payment_state(&self, key: PaymentKey) -> Result<Option<PaymentState>, TableError> {
        let item = self.one(keys::payment(key), "look at a payment").await?;
        item.as_ref().map(state_of).transpose()
    }

    /// Ends the invitation of a payment that is under way.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn silence_payment(&self, key: PaymentKey) -> Result<(), TableError> {
        self.change_payment(key, "quiet").await
    }

    /// Changes the state of a payment whose event is under way.
    async fn change_payment(&self, key: PaymentKey, state: &str) -> Result<(), TableError> {
        let update = self
            .update(keys::payment(key))
            .update_expression("SET #state = :changed")
            .condition_expression("#state = :new")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":changed", keys::text(state))
            .expression_attribute_values(":new", keys::text("new"))
            .send()
            .await;
        let is_refusal = UpdateItemError::is_conditional_check_failed_exception;
        unless_refused(update, is_refusal, "keep what became of a payment").map(drop)
    }

    /// Keeps that the event of a payment was handed out: from now on its notices lead to nothing.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn mark_payment_sent(&self, key: PaymentKey) -> Result<(), TableError> {
        self.change_payment(key, "sent").await
    }

    /// Keeps that a payment was paid back, also where its own notice has not come yet: then none of it asks anybody.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn refund_payment(&self, key: PaymentKey, expires: Timestamp) -> Result<(), TableError> {
        let update = self
            .update(keys::payment(key))
            .update_expression("SET #state = :refunded, expires = if_not_exists(expires, :expires)")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":refunded", keys::text("refunded"))
            .expression_attribute_values(":expires", keys::number(expires.as_second()));
        update.send().await.map(drop).map_err(failed("keep that a payment was paid back"))
    }

    /// Begins the quiet period of a guest with a visit. Whether it began: not if they were asked at another visit within
    /// the days before this one, or after it. Of the same visit it begins again and again.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn begin_quiet(&self, payer: Payer, visit: Visit, days: u32) -> Result<bool, TableError> {
        let paid = visit.minute.start();
        let period = (i64::from(days) * 24).hours();
        // Counted from the payment, and not from now, so that a late repeat decides alike.
        let cutoff = paid.saturating_sub(period).unwrap_or(Timestamp::MIN);
        let expires = paid.saturating_add(period).unwrap_or(Timestamp::MAX);
        let update = self
            .update(keys::quiet(payer))
            .update_expression("SET paid = :paid, visit = :visit, expires = :expires")
            .condition_expression("attribute_not_exists(paid) OR paid <= :cutoff OR visit = :visit")
            .expression_attribute_values(":paid", keys::number(paid.as_second()))
            .expression_attribute_values(":cutoff", keys::number(cutoff.as_second()))
            .expression_attribute_values(":visit", keys::text(keys::response(visit).sk + &format!("#{}", visit.store)))
            .expression_attribute_values(":expires", keys::number(expires.as_second()))
            .send()
            .await;
        let is_refusal = UpdateItemError::is_conditional_check_failed_exception;
        unless_refused(update, is_refusal, "begin a quiet period")
    }
}

/// A payment's key stays out of errors, and what is in its item too.
fn hidden(error: &impl std::fmt::Display) -> TableError {
    unreadable(&keys::Key { pk: "(a payment)".into(), sk: "-".into() }, error)
}

fn state_of(item: &Item) -> Result<PaymentState, TableError> {
    let state = item.get("state").cloned().unwrap_or(AttributeValue::Null(true));
    serde_dynamo::from_attribute_value(state).map_err(|error| hidden(&error))
}

fn read(item: Item) -> Result<Kept, TableError> {
    match state_of(&item)? {
        PaymentState::New => {}
        // Of a refund that came first, no more is there.
        state => return Ok(Kept::Over(state)),
    }
    let written: Written = serde_dynamo::from_item(item).map_err(|error| hidden(&error))?;
    let at = |second: i64| Timestamp::from_second(second).map_err(|error| hidden(&error));
    let minute = Minute::of(at(written.minute)?).ok_or_else(|| hidden(&"its minute is none"))?;
    let payment = written.payment.parse::<PaymentHash>().map_err(|error| hidden(&error))?;
    let visit = Visit { store: written.store, minute, payment };
    Ok(Kept::UnderWay(PaymentItem {
        claim: Claim { visit, channel: written.channel, segment: written.segment },
        payer: written.payer.and_then(|payer| payer.parse().ok()),
        between: (at(written.not_before)?, at(written.until)?),
    }))
}
