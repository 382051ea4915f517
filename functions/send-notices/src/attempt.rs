//! One attempt: what is sent, and what follows from the answer.

use aftertaste::{
    aws::{BusEvent, SendError, put_event},
    table::{Delivery, DeliveryState, TableError, Tried, whole_second_after},
};
use deliveries::{
    endpoint::{To, Webhook},
    retries::{Attempt, Next, Reason},
    robots::Robot,
    webhook,
};
use http::{Request, Response, header, request};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::{
    lane::{DAYS_OF_FAILURES, Lane, Standing},
    run::{Fate, Run},
};

/// The bytes of an answer that are read: enough to keep the connection after most.
const READ_OF_AN_ANSWER: usize = 4_096;

/// The result of an attempt.
pub(crate) struct Heard {
    pub(crate) tried: Tried,
    pub(crate) said: Said,
    /// Of what was said in one message, all is tried again at once.
    random: u32,
}

/// The answer to an attempt.
pub(crate) enum Said {
    /// A webhook's receiver answered.
    Webhook(Response<Vec<u8>>),
    /// A robot answered.
    Robot(Box<Robot>, Response<Vec<u8>>),
    /// A service of AWS took it.
    Taken,
    /// There was no answer.
    Nothing,
    /// It was refused for good, or can't even be sent.
    Refused(String),
}

impl Heard {
    fn of(tried: Tried, said: Said) -> Self {
        Self { tried, said, random: fastrand::u32(..) }
    }

    /// Decides what follows for a delivery.
    pub(crate) fn next(&self, delivery: &Delivery, now: Timestamp) -> Next {
        let made = delivery.attempts.len() + 1;
        let attempt = Attempt { made, now, until: delivery.until, random: self.random };
        match &self.said {
            Said::Webhook(answer) => {
                let retry_after = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
                attempt.answered(answer.status().as_u16(), retry_after)
            }
            Said::Robot(robot, answer) => robot.answered(answer.status().as_u16(), answer.body(), &attempt),
            Said::Taken => Next::Delivered,
            Said::Nothing => attempt.unanswered(),
            Said::Refused(why) => Next::GiveUp(Reason::Refused(why.clone())),
        }
    }

    /// Until when the receiver wants to be left alone, if it said so.
    fn asked(&self, now: Timestamp) -> Option<Timestamp> {
        let Said::Webhook(answer) = &self.said else { return None };
        let retry_after = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        Attempt::asked_for(now, answer.status().as_u16(), retry_after)
    }

    /// The sentence that an operator reads of it.
    fn sentence(&self, next: &Next) -> String {
        match (self.tried.status, &self.tried.said) {
            // A robot's refusals come with 200.
            (Some(_), None) if let Next::GiveUp(refused @ Reason::Refused(_)) = next => refused.to_string(),
            (Some(status), None) => format!("It answered {status}."),
            (Some(status), Some(said)) => format!("It answered {status}: {said}"),
            (None, Some(said)) => said.clone(),
            (None, None) => "There was no answer.".to_owned(),
        }
    }
}

/// An attempt that was none, because nothing may be sent.
pub(crate) fn refused(now: Timestamp, why: &str) -> Heard {
    let tried = Tried { at: now, status: None, said: Some(why.to_owned()), ms: 0 };
    Heard::of(tried, Said::Refused(why.to_owned()))
}

impl<C: Fn() -> Timestamp + Sync> Run<'_, C> {
    /// Tries a delivery once, and writes the outcome. An attempt that somebody asked for says nothing of how the
    /// endpoint fares.
    pub(crate) async fn try_once(
        &self,
        lane: &Lane,
        delivery: &mut Delivery,
        is_replay: bool,
    ) -> Result<Fate, TableError> {
        let heard = self.send(lane, delivery).await?;
        let next = heard.next(delivery, self.now());
        if let Some(until) = heard.asked(self.now()) {
            lane.asked(until);
        }
        if !is_replay || matches!(next, Next::Delivered | Next::SwitchOff) {
            self.judge(lane, &heard, &next).await?;
        }
        self.settle(lane, delivery, &heard, next, is_replay).await
    }

    /// Writes what an answer says of its endpoint.
    pub(crate) async fn judge(&self, lane: &Lane, heard: &Heard, next: &Next) -> Result<(), TableError> {
        let now = self.now();
        let sentence = heard.sentence(next);
        let off = match next {
            Next::Delivered => {
                lane.succeeded(now);
                None
            }
            Next::SwitchOff => Some("It answered 410: it wants nothing any more.".to_owned()),
            // A person has to put it right first, and nobody else would notify them.
            Next::GiveUp(Reason::Refused(_)) if lane.stored.endpoint.to.is_read_by_people() => Some(sentence),
            _ => {
                let is_long = lane.failed(now, &sentence);
                is_long.then(|| format!("Nothing has arrived for {DAYS_OF_FAILURES} days. {sentence}"))
            }
        };
        if let Some(why) = off {
            self.switch_off(lane, &why).await?;
        }
        // At once: a run that is killed must not forget that it has to stop.
        if lane.standing(now) == Standing::Open { Ok(()) } else { lane.keep_health(self.table(), now).await }
    }

    /// Writes the outcome of a delivery. One that somebody asked for again is not tried once more.
    pub(crate) async fn settle(
        &self,
        lane: &Lane,
        delivery: &mut Delivery,
        heard: &Heard,
        next: Next,
        is_replay: bool,
    ) -> Result<Fate, TableError> {
        let sentence = heard.sentence(&next);
        let (had_failed, had_arrived) =
            (delivery.state == DeliveryState::Failed, delivery.state == DeliveryState::Delivered);
        delivery.next = None;
        delivery.add(heard.tried.clone());
        let fate = match next {
            Next::Delivered => {
                delivery.state = DeliveryState::Delivered;
                delivery.why = None;
                self.count(|did| did.delivered += 1);
                self.save(lane, delivery).await?;
                if had_failed {
                    self.table().forget_failure(&lane.stored.id, delivery).await?;
                }
                return Ok(Fate::Ended);
            }
            Next::TryAgain { after } if !is_replay => {
                delivery.next = Some(whole_second_after(after));
                delivery.state = DeliveryState::Waiting;
                Fate::Waits(after)
            }
            Next::TryAgain { .. } | Next::SwitchOff | Next::GiveUp(Reason::Refused(_)) => {
                delivery.fail(&sentence);
                Fate::Ended
            }
            Next::GiveUp(reason) => {
                delivery.fail(&format!("{reason} {sentence}"));
                Fate::Ended
            }
        };
        if had_arrived {
            // It has, however the second sending went.
            (delivery.state, delivery.why) = (DeliveryState::Delivered, None);
        }
        let (endpoint, attempts) = (lane.stored.id.as_str(), delivery.attempts.len());
        tracing::warn!(outcome = "not-delivered", endpoint, event = delivery.id, attempts, said = sentence);
        self.count(|did| *(if fate == Fate::Ended { &mut did.failed } else { &mut did.again }) += 1);
        self.save(lane, delivery).await?;
        Ok(fate)
    }

    async fn send(&self, lane: &Lane, delivery: &Delivery) -> Result<Heard, TableError> {
        match &lane.stored.endpoint.to {
            To::Webhook(webhook) => self.post(lane, webhook, delivery).await,
            To::EventBridge(_) => Ok(self.put_on_bus(delivery).await),
            // A run sends people all of it at its end.
            To::Robot(_) | To::Mail(_) => Ok(refused(self.now(), "A person is told all at once.")),
        }
    }

    async fn post(&self, lane: &Lane, webhook: &Webhook, delivery: &Delivery) -> Result<Heard, TableError> {
        let now = self.now();
        let app = &self.sender.app;
        if let Err(wrong) = app.reach.parse(&webhook.url) {
            return Ok(refused(now, &wrong.0));
        }
        let Ok((current, former)) = lane.stored.signing(&app.keys, now) else {
            return Ok(refused(now, "Its secret can't be opened: put the endpoint anew."));
        };
        let body = envelope(delivery);
        let signed = webhook::sign(&delivery.id, now, body.as_bytes(), &current, former.as_ref());
        let Ok(headers) = signed else { return Ok(refused(now, "The event's id can't be signed.")) };
        let request = Request::post(&webhook.url).header(header::CONTENT_TYPE, "application/json");
        let request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
        Ok(self.ask(request, body.into_bytes(), READ_OF_AN_ANSWER, Said::Webhook).await)
    }

    async fn put_on_bus(&self, delivery: &Delivery) -> Heard {
        let (Some(sdk), Some(bus)) = (&self.sender.sdk, &self.sender.bus) else {
            return refused(self.now(), "This stack names no event bus: deploy it with EventBusName.");
        };
        let detail = format!(r#"{{"id":"{}",{}"#, delivery.id, envelope(delivery).trim_start_matches('{'));
        let event = BusEvent { source: "aftertaste", detail_type: &delivery.kind, detail: &detail, time: delivery.at };
        self.ask_aws(put_event(sdk, bus, &event)).await
    }

    /// Asks a service of AWS, which waits and tries again by itself.
    pub(crate) async fn ask_aws(&self, asked: impl Future<Output = Result<String, SendError>>) -> Heard {
        let (at, began) = (self.now(), Instant::now());
        let answer = asked.await;
        let ms = began.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
        let (status, sentence, said) = match answer {
            Ok(_) => (Some(200), None, Said::Taken),
            Err(SendError::Again(why)) => (None, Some(why), Said::Nothing),
            Err(SendError::Never(why)) => (None, Some(why.clone()), Said::Refused(why)),
        };
        Heard::of(Tried { at, status, said: sentence, ms }, said)
    }

    /// Posts a request, and waits for its answer for so long.
    pub(crate) async fn ask(
        &self,
        request: request::Builder,
        body: Vec<u8>,
        most: usize,
        said: impl FnOnce(Response<Vec<u8>>) -> Said,
    ) -> Heard {
        let (at, began) = (self.now(), Instant::now());
        let request = request.header(header::USER_AGENT, concat!("Aftertaste/", env!("CARGO_PKG_VERSION"))).body(body);
        let Ok(request) = request else { return refused(at, "The request can't be made.") };
        let answer = self.sender.web.deliver(request, most, self.patience()).await;
        let ms = began.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
        match answer {
            Ok(answer) => {
                let status = Some(answer.status().as_u16());
                Heard::of(Tried { at, status, said: None, ms }, said(answer))
            }
            Err(none) => {
                let sentence = Some(format!("No answer: {none}."));
                Heard::of(Tried { at, status: None, said: sentence, ms }, Said::Nothing)
            }
        }
    }
}

/// The body: what happened, when, and what there is to say of it. The same bytes in every attempt.
pub(crate) fn envelope(delivery: &Delivery) -> String {
    let kind = serde_json::Value::from(delivery.kind.as_str());
    format!(r#"{{"type":{kind},"timestamp":"{}","data":{}}}"#, delivery.at, delivery.data)
}
