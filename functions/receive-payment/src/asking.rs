//! From a payment to the event that asks its guest.
//!
//! Each write is conditional, can be repeated, and decides alike. So no transaction is needed: the provider's next
//! notice of the same payment completes whatever was cut off.

use std::sync::Arc;

use aftertaste::{
    app::Stop,
    domain::{
        payment::{Payer, Payment, PaymentKey},
        place::Store,
        survey::{Invitation, Invite},
        visit::{Claim, Context, Minute, Origin, PaymentHash},
    },
    http::Problem,
    issued::Issued,
    table::{Kept, OutgoingEvent, PaymentItem, PaymentState, StoredAccount, Teller, Versioned, whole_second},
};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::{App, RETRIES_DAYS};

/// How long what a provider knows a payer by may be, to go out. Those of the providers are 128 characters at most.
const LONGEST_PAYER: usize = 256;

/// A payment that belongs to a store, as far as it is known.
struct Told<'a> {
    account: &'a StoredAccount,
    payment: &'a Payment,
    key: PaymentKey,
    store: Arc<Store>,
    survey: Arc<Versioned>,
    now: Timestamp,
}

/// Asks the guest of a payment, if they are to be asked, and returns the outcome.
pub(crate) async fn ask(
    app: &App,
    account: &StoredAccount,
    payment: &Payment,
    now: Timestamp,
) -> Result<&'static str, Stop> {
    let Some(store) = store_of(app, account, payment, now).await? else {
        app.catalog.notice_unmapped(&account.id, &account.account.unmapped(payment), now).await;
        tracing::warn!(outcome = "payment-unmapped", account = account.id.as_str(), status = 200);
        return Ok("payment-unmapped");
    };
    let told = Told::at(app, account, payment, store, now).await?;
    let outcome = told.settle(app).await?;
    tracing::info!(outcome, account = account.id.as_str(), store = told.store.number.get(), status = 200);
    Ok(outcome)
}

/// The store of a payment: the first that the account's rules lead to and that there is.
async fn store_of(
    app: &App,
    account: &StoredAccount,
    payment: &Payment,
    now: Timestamp,
) -> Result<Option<Arc<Store>>, Stop> {
    for number in account.account.stores_of(payment) {
        if let Some(store) = app.catalog.store(number, now).await? {
            return Ok(Some(store));
        }
    }
    Ok(None)
}

impl<'a> Told<'a> {
    async fn at(
        app: &App,
        account: &'a StoredAccount,
        payment: &'a Payment,
        store: Arc<Store>,
        now: Timestamp,
    ) -> Result<Self, Stop> {
        let survey = app.catalog.survey(&store.details.survey, now).await?.ok_or_else(Problem::survey_unknown)?;
        let key = PaymentKey::of(&account.id, &payment.id, &app.keys.guests);
        Ok(Self { account, payment, key, store, survey, now })
    }

    fn invite(&self) -> &Invite {
        &self.survey.definition.invite
    }

    /// When it was paid. Where that is not signed, anybody who has seen a genuine notice can write another time into
    /// it, but none after it first came.
    fn paid_at(&self) -> Timestamp {
        if self.payment.time_is_signed { self.payment.paid_at } else { self.payment.paid_at.min(self.now) }
    }

    /// The contents of the payment's link; none of a time that no link can say.
    fn claim(&self, app: &App) -> Option<Claim> {
        let account = &self.account.account;
        let minute = Minute::of(self.paid_at())?;
        let way = (account.channel, account.segment);
        Some(Claim::of_payment((self.store.number, minute), account.id_in_link(self.payment), way, &app.keys.guests))
    }

    async fn settle(&self, app: &App) -> Result<&'static str, Stop> {
        let Some(claim) = self.claim(app) else { return Ok("payment-late") };
        // Not by what stands for it in the link: of two events of a payment, one alone may have the order's number.
        let drawn_by = PaymentHash::of(&self.payment.id, app.keys.guests.payment());
        if !self.invite().draws(drawn_by, &app.keys.guests) {
            return Ok("payment-not-drawn");
        }
        let invitation = self.invite().invitation(self.paid_at(), self.now, &self.store.calendar.zone);
        let (state, between) = match invitation {
            Invitation::Between(from, until) => (PaymentState::New, (whole_second(from), whole_second(until))),
            Invitation::Never => (PaymentState::Late, (self.now, self.now)),
        };
        let payer = self.payment.payer.as_ref().map(|payer| Payer::of(payer, &app.keys.guests));
        let new = PaymentItem { claim, payer, between };
        let expires = self.expires(app, &claim).await?;
        match app.table.put_payment(self.key, &new, (state, expires)).await? {
            Kept::Now if state == PaymentState::Late => Ok("payment-late"),
            Kept::Now => self.invite_guest(app, &new).await,
            Kept::UnderWay(first) => self.repeated(app, &first).await,
            Kept::Over(_) => Ok("payment-repeated"),
        }
    }

    /// Until when the payment is kept: for as long as its link lives, and the provider may send it. One whose time is
    /// not signed is kept as long as its answer. Otherwise it could come again with another time, and be answered
    /// twice.
    async fn expires(&self, app: &App, claim: &Claim) -> Result<Timestamp, Stop> {
        let retried = self.now.saturating_add((RETRIES_DAYS * 24).hours()).unwrap_or(Timestamp::MAX);
        let days = if self.payment.time_is_signed {
            self.survey.definition.link_lifetime_days
        } else {
            app.catalog.brand(self.now).await?.retention_days
        };
        Ok(claim.visit.minute.after(days * 24 * 60).start().max(retried))
    }

    /// Makes whole what an earlier notice began. Also where this one leads to another store, the survey of the first
    /// one's store says what follows.
    async fn repeated(&self, app: &App, first: &PaymentItem) -> Result<&'static str, Stop> {
        let (not_before, until) = first.between;
        let id = self.key.event_id(&app.keys.guests);
        if self.now >= until || app.table.has_event(not_before, &id).await? {
            return Ok("payment-repeated");
        }
        let Some(store) = app.catalog.store(first.claim.visit.store, self.now).await? else {
            return Ok("payment-repeated");
        };
        Told::at(app, self.account, self.payment, store, self.now).await?.invite_guest(app, first).await
    }

    async fn invite_guest(&self, app: &App, kept: &PaymentItem) -> Result<&'static str, Stop> {
        let (visit, days) = (kept.claim.visit, self.invite().quiet_days);
        let is_test = kept.claim.channel.origin() == Origin::Test;
        if let Some(payer) = kept.payer.filter(|_| days > 0 && !is_test)
            && !app.table.begin_quiet(payer, visit, days).await?
        {
            app.table.silence_payment(self.key).await?;
            return Ok("payment-quiet");
        }
        let brand = app.catalog.brand(self.now).await?;
        let context = self.context();
        if !is_test && !context.is_empty() {
            let expires = brand.kept_until(visit.minute);
            app.table.put_context(visit, &context, Teller::Provider, expires).await?;
        }
        let expires_at = visit.minute.after(self.survey.definition.link_lifetime_days * 24 * 60).start();
        let issued = Issued::of(&kept.claim, &app.keys.guests, &brand, &app.public_url, expires_at);
        // The keyring has been checked to have its current key.
        let issued = issued.ok_or_else(Problem::unavailable)?;
        let is_new = app.table.put_event(&self.event(app, kept, &issued)).await?;
        // Else a notice at the same time was quicker.
        Ok(if is_new { "payment-linked" } else { "payment-repeated" })
    }

    fn event(&self, app: &App, kept: &PaymentItem, issued: &Issued) -> OutgoingEvent {
        let (not_before, until) = kept.between;
        OutgoingEvent {
            id: self.key.event_id(&app.keys.guests),
            kind: "survey.link.issued".to_owned(),
            at: self.now,
            not_before,
            until,
            data: self.says(kept.claim, issued, not_before, until),
            payment: Some(self.key),
            endpoint: None,
        }
    }

    /// The event's data, for the system that sends the link on.
    fn says(&self, claim: Claim, issued: &Issued, send_after: Timestamp, drop_after: Timestamp) -> Value {
        let mut says = json!(issued);
        if let Value::Object(says) = &mut says {
            says.insert("store".into(), json!(claim.visit.store));
            says.insert("channel".into(), json!(claim.channel));
            says.insert("segment".into(), json!(claim.segment));
            says.insert("account".into(), json!(self.account.id));
            says.insert("send_after".into(), json!(send_after));
            says.insert("drop_after".into(), json!(drop_after));
            let payer = self.payment.payer.as_ref().filter(|payer| payer.len() <= LONGEST_PAYER);
            says.extend(payer.map(|payer| ("payer".into(), json!(payer))));
        }
        says
    }

    fn context(&self) -> Context {
        Context::of_notice(self.account.account.context_of(self.payment))
    }
}
