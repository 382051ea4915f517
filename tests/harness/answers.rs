//! Answers without much ado: `answers().store(12).nps(10).times(40).put(&world).await`.

use aftertaste::{
    domain::{
        access::GuestKeys,
        survey::{Answer, Response},
        visit::{Channel, Context, Visit},
    },
    table::{Item, context_item, response_item},
};
use aftertaste_local::TABLE;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{World, example, proxy, visit};

/// Guests who answer alike, each after a payment of their own.
pub struct Guests {
    pub response: Response,
    store: u32,
    paid: Timestamp,
    payment: String,
    expires: Timestamp,
    times: usize,
    context: Context,
}

/// A guest of store 12 who has just made a payment of their own, and answers as the example does.
pub fn answers() -> Guests {
    let (now, payment) = (Timestamp::now(), Uuid::new_v4().to_string());
    let (expires, context) = (now + 17_520.hours(), Context::default());
    Guests { response: example(), store: 12, paid: now, payment, expires, times: 1, context }
}

impl Guests {
    pub fn store(self, store: u32) -> Self {
        Self { store, ..self }
    }

    pub fn paid(self, paid: Timestamp) -> Self {
        Self { paid, ..self }
    }

    pub fn paid_at(&self) -> Timestamp {
        self.paid
    }

    pub fn hours_ago(self, hours: i64) -> Self {
        self.paid(Timestamp::now() - hours.hours())
    }

    /// Names the payment, for answers that meet others of the same visit.
    pub fn payment(self, payment: &str) -> Self {
        Self { payment: payment.to_owned(), ..self }
    }

    pub fn expires(self, expires: Timestamp) -> Self {
        Self { expires, ..self }
    }

    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// The merchant's knowledge of their visits.
    pub fn known(mut self, context: Value) -> Self {
        self.context = serde_json::from_value(context).unwrap();
        self
    }

    pub fn channel(mut self, channel: Channel) -> Self {
        self.response.channel = channel;
        self
    }

    pub fn segment(mut self, segment: u8) -> Self {
        self.response.segment = segment.try_into().unwrap();
        self
    }

    pub fn nps(self, nps: u8) -> Self {
        self.scale("nps", nps)
    }

    pub fn csat(self, csat: u8) -> Self {
        self.scale("csat", csat)
    }

    pub fn scale(self, question: &str, n: u8) -> Self {
        self.answer(question, Answer::Scale(n))
    }

    /// The comment. Where there are several guests, each adds a number.
    pub fn text(self, text: &str) -> Self {
        self.answer("why", Answer::Text(text.to_owned()))
    }

    fn answer(mut self, question: &str, answer: Answer) -> Self {
        self.response.answers.insert(question.parse().unwrap(), answer);
        self
    }

    /// The payment and the response of each guest, with a submission that the payment gives.
    fn each(&self) -> impl Iterator<Item = (String, Response)> {
        (0..self.times).map(|i| {
            let submission = Some(submission_of(&format!("{} {i}", self.payment)));
            let answered_at = self.response.answered_at + i64::try_from(i).unwrap().microseconds();
            let whole_at = Some(answered_at).filter(|_| !self.response.partial);
            let mut response = Response { submission, answered_at, whole_at, ..self.response.clone() };
            for answer in response.answers.values_mut() {
                if let (Answer::Text(text), 2..) = (answer, self.times) {
                    text.push_str(&format!(" {i}"));
                }
            }
            (format!("{} {i}", self.payment), response)
        })
    }

    pub fn visits(&self, keys: &GuestKeys) -> Vec<(Visit, Response)> {
        self.each().map(|(payment, response)| (visit(keys, self.store, self.paid, &payment), response)).collect()
    }

    pub fn items(&self, keys: &GuestKeys) -> Vec<Item> {
        let visits = self.visits(keys);
        let responses = visits.iter().map(|(visit, response)| response_item(*visit, response, self.expires).unwrap());
        responses.chain(self.contexts(&visits)).collect()
    }

    fn contexts(&self, visits: &[(Visit, Response)]) -> Vec<Item> {
        let item = |(visit, _): &(Visit, Response)| context_item(*visit, &self.context, self.expires).unwrap();
        if self.context.is_empty() { Vec::new() } else { visits.iter().map(item).collect() }
    }

    /// Puts in what is known of visits that nobody answers.
    pub async fn put_unanswered(&self, world: &World) {
        let items = self.contexts(&self.visits(world.keyring()));
        world.database.bulk().import(items).await.unwrap();
    }

    /// Puts the answers in at once, past HTTP.
    pub async fn put(&self, world: &World) {
        world.database.bulk().import(self.items(world.keyring())).await.unwrap();
    }

    /// Records one answer after the other, as the function does.
    pub async fn record(&self, world: &World) {
        for (visit, response) in self.visits(world.keyring()) {
            world.stack.app.table.record(visit, &response, self.expires).await.unwrap();
        }
    }

    pub async fn take_back(&self, world: &World) {
        for (visit, response) in self.visits(world.keyring()) {
            world.stack.app.table.take_back(visit, response.submission.unwrap()).await.unwrap();
        }
    }

    /// Drops the items, as nothing that Aftertaste does drops them before they expire.
    pub async fn vanish(&self, world: &World) {
        for item in self.items(world.keyring()) {
            let key = |name: &str| json!({"S": item[name].as_s().unwrap()});
            let request = json!({"TableName": TABLE, "Key": {"pk": key("pk"), "sk": key("sk")}});
            proxy::ask(&world.proxy.url, "DeleteItem", &request).await;
        }
    }

    /// Sends one answer after the other, each by a link of its own.
    pub async fn send(&self, world: &World) {
        for (payment, response) in self.each() {
            let Response { channel, segment, answers, submission, .. } = response;
            let paid = json!({"store": self.store, "payment": payment, "paid_at": self.paid, "channel": channel,
                "segment": segment});
            let answered =
                world.answer(&world.issue(paid).await, json!({"submission": submission, "answers": answers})).await;
            assert_eq!(answered.status, 201, "{}", answered.text);
        }
    }
}

/// The submission that guests of the tests send with a payment: FNV-1a of 128 bits, so that no two have the same.
pub fn submission_of(payment: &str) -> Uuid {
    let hash = payment.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0100_0000_0000_0000_0000_013b)
    });
    uuid::Builder::from_random_bytes(hash.to_be_bytes()).into_uuid()
}
