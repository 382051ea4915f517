//! Histories that a seed makes up. One visit is answered by 64 at once, taken back and answered again. Managers move
//! its case, and counts and sweeps run beside them. Replies are lost, and processes are killed between any two writes.
//! At the end there is one case, if its answer is there, and every move that somebody was promised is in it.

use std::collections::BTreeSet;

use aftertaste::{
    app::App,
    domain::{
        access::AllKeys,
        case::{CaseId, Move, Moving, Outcome},
        place::StoreNumber,
        visit::Visit,
    },
    http::{Request, RequestContext},
    lambda::Call,
    memory::Catalog,
    table::{CaseKey, Moved, StoredCase},
};
use aftertaste_local::{TABLE, dispatch};
use fastrand::Rng;
use futures::future::join_all;
use jiff::ToSpan;
use roll_up_stores::{Event, Window};
use send_notices::Sender;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{desk::to_sweep, office::Office};
use crate::harness::{
    proxy::{ask, scan},
    signed_by, visit,
};

struct History<'a> {
    office: &'a Office,
    /// The parts of functions that nobody kills.
    app: &'a App<AllKeys>,
    sender: &'a Sender,
    rng: Rng,
    seed: u64,
    store: StoreNumber,
    link: String,
    visit: Visit,
    /// The submission that the phone has; another one each time that its answer was taken back.
    submission: Uuid,
    /// Whether the phone has sent its answer.
    sent: bool,
    /// Moves that somebody was promised, by their ids.
    made: BTreeSet<Uuid>,
}

impl<'a> History<'a> {
    fn new(office: &'a Office, (app, sender): (&'a App<AllKeys>, &'a Sender), seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let keys = office.world.keyring();
        let (paid, payment) = (office.now() - 2.minutes(), format!("history {seed}"));
        Self {
            office,
            app,
            sender,
            seed,
            store: 12.try_into().unwrap(),
            link: signed_by(keys, 12, paid, &payment),
            visit: visit(keys, 12, paid, &payment),
            submission: Uuid::from_u128(rng.u128(..)),
            rng,
            sent: false,
            made: BTreeSet::new(),
        }
    }

    fn key(&self) -> CaseKey {
        self.visit.into()
    }

    async fn step(&mut self) {
        match self.rng.u8(..14) {
            0..=2 => self.answer().await,
            3 => self.killed_answer().await,
            4..=7 => self.move_it().await,
            8 => self.say().await,
            9 => self.take_back().await,
            10 => self.count().await,
            11 => self.sweep().await,
            12 => self.killed_sweep().await,
            _ => self.office.forward(self.rng.i64(1..300).minutes()),
        }
        self.office.forward(1.minute());
    }

    /// The phone's request: the worst score with words.
    fn request(&self, method: &str, path: &str, body: &Value) -> Request {
        Request {
            route_key: format!("{method} {path}"),
            headers: [
                ("content-type".to_owned(), "application/json".to_owned()),
                ("submission".to_owned(), self.submission.to_string()),
            ]
            .into(),
            path_parameters: [("link".to_owned(), self.link.clone())].into(),
            body: if body.is_null() { String::new() } else { body.to_string() },
            request_context: RequestContext::default(),
            ..Request::default()
        }
    }

    fn sending(&self) -> Request {
        let answers = json!({"nps": 1, "csat": 1, "why": "等了一个小时"});
        self.request("POST", "/s/{link}", &json!({"submission": self.submission, "answers": answers}))
    }

    async fn call(&self, app: &App<AllKeys>, request: &Request) -> u16 {
        let call = Call { now: self.office.now(), fresh: Uuid::new_v4() };
        dispatch(app, record_response::FUNCTION, request, call).await.unwrap().status.as_u16()
    }

    /// The same answer many times at once, with a reply that is lost at times.
    async fn answer(&mut self) {
        let times = if self.rng.u8(..6) == 0 { 64 } else { self.rng.usize(1..6) };
        let request = self.sending();
        let statuses = if self.rng.u8(..5) == 0 {
            let app = self.office.another_app(&self.office.world.proxy.url).await;
            self.office.world.proxy.lose_replies(if self.rng.bool() { "PutItem" } else { "UpdateItem" }, 1);
            join_all((0..times).map(|_| self.call(&app, &request))).await
        } else {
            join_all((0..times).map(|_| self.call(self.app, &request))).await
        };
        self.forget_losses();
        // A guest who hears that the table is busy sends again, as the page does.
        let is_fine = |status: &u16| matches!(status, 200 | 201);
        let busy = statuses.iter().filter(|status| **status == 503).count();
        for _ in 0..busy {
            let again = self.call(self.app, &request).await;
            assert!(is_fine(&again), "seed {}: {again}", self.seed);
        }
        let statuses: Vec<u16> = statuses.into_iter().filter(|status| *status != 503).collect();
        assert!(statuses.iter().all(is_fine), "seed {}: {statuses:?}", self.seed);
        self.sent = true;
    }

    fn forget_losses(&self) {
        for operation in ["PutItem", "UpdateItem"] {
            self.office.world.proxy.lose_replies(operation, 0);
        }
    }

    /// A call whose process is killed after some writes, the last of which may have landed.
    async fn killed_answer(&mut self) {
        let app = self.office.another_app(&self.office.world.proxy.url).await;
        let request = self.sending();
        self.office.world.proxy.cut_after(self.rng.usize(..4), self.rng.bool());
        tokio::select! {
            _ = self.call(&app, &request) => {}
            () = self.office.world.proxy.spent() => {}
        }
        self.office.world.proxy.quiet().await;
        self.office.world.proxy.bury();
        // The phone does not know whether it arrived, and sends it again.
        self.answer().await;
    }

    async fn stored(&self) -> Option<StoredCase> {
        self.app.table.case(&self.key()).await.unwrap()
    }

    /// Some managers move the case at once, each by what they have read.
    async fn move_it(&mut self) {
        let Some(before) = self.stored().await else { return };
        let table = &self.app.table;
        let catalog = Catalog::new(table.clone(), Catalog::AGE);
        let store = catalog.store(self.store, self.office.now()).await.unwrap().unwrap();
        let steps: Vec<(Move, Uuid)> = (0..self.rng.usize(1..5))
            .map(|_| {
                let step = match self.rng.u8(..5) {
                    0 => Move::Take,
                    1 => Move::HandOver { to: "chen".into() },
                    2 => Move::Close { outcome: Outcome::Unsolved, note: None },
                    _ => Move::Answer { cause: Some("waiting".parse().unwrap()), reply: "对不起".into() },
                };
                (step, Uuid::from_u128(self.rng.u128(..)))
            })
            .collect();
        let now = self.office.now();
        let moves = steps.iter().map(async |(step, id)| {
            let after = before.case.after(step, Moving { by: "lin", at: now, id: *id, store: &store }).ok()?;
            (table.move_case(&before, &after, now).await.unwrap() == Moved::Made).then_some(*id)
        });
        let made: Vec<Uuid> = join_all(moves).await.into_iter().flatten().collect();
        assert!(made.len() <= 1, "seed {}: two moved the same case", self.seed);
        self.made.extend(made);
    }

    /// The guest says whether it is solved.
    async fn say(&mut self) {
        let said = if self.rng.u8(..3) == 0 { "solved" } else { "not-solved" };
        let body = json!({"submission": self.submission, "said": said});
        let status = self.call(self.app, &self.request("POST", "/s/{link}/case", &body)).await;
        assert!(matches!(status, 200 | 404 | 409), "seed {}: {status}", self.seed);
    }

    async fn take_back(&mut self) {
        if !self.sent {
            return;
        }
        let request = self.request("DELETE", "/s/{link}", &Value::Null);
        if self.rng.bool() {
            let app = self.office.another_app(&self.office.world.proxy.url).await;
            self.office.world.proxy.cut_after(self.rng.usize(..3), self.rng.bool());
            tokio::select! {
                _ = self.call(&app, &request) => {}
                () = self.office.world.proxy.spent() => {}
            }
            self.office.world.proxy.quiet().await;
            self.office.world.proxy.bury();
        }
        let status = self.call(self.app, &request).await;
        assert_eq!(status, 204, "seed {}", self.seed);
        self.submission = Uuid::from_u128(self.rng.u128(..));
        self.sent = false;
    }

    /// Two counts, one after the other by the lease, and a guest beside them.
    async fn count(&mut self) {
        let table = &self.app.table;
        let event = Event::Window { days: Window::Recent };
        let count = async || {
            let catalog = Catalog::new(table.clone(), Catalog::AGE);
            roll_up_stores::handle(table, &catalog, event, Uuid::new_v4(), || self.office.now()).await.unwrap()
        };
        let request = self.sending();
        let (_, _, status) = futures::join!(count(), count(), self.call(self.app, &request));
        assert!(matches!(status, 200 | 201), "seed {}: {status}", self.seed);
        self.sent = true;
    }

    async fn sweep(&mut self) {
        to_sweep(self.office);
        let (one, other) = futures::join!(self.office.run_by(self.sender), self.office.run_by(self.sender));
        one.and(other).unwrap();
    }

    async fn killed_sweep(&mut self) {
        to_sweep(self.office);
        self.office.world.proxy.cut_after(self.rng.usize(..8), self.rng.bool());
        let killed = self.office.another_sender(&self.office.world.proxy.url).await;
        tokio::select! {
            _ = self.office.run_by(&killed) => {}
            () = self.office.world.proxy.spent() => {}
        }
        self.office.world.proxy.quiet().await;
        self.office.world.proxy.bury();
        self.office.forward(2.minutes());
    }

    /// All is well: a count and a few sweeps.
    async fn end(&mut self) {
        for _ in 0..2 {
            self.office.forward(20.minutes());
            let table = &self.app.table;
            let catalog = Catalog::new(table.clone(), Catalog::AGE);
            let event = Event::Window { days: Window::Recent };
            roll_up_stores::handle(table, &catalog, event, Uuid::new_v4(), || self.office.now()).await.unwrap();
            to_sweep(self.office);
            self.office.run_by(self.sender).await.unwrap();
        }
    }

    async fn check(&self) {
        let cases = scan(&self.office.world.database.url, "C#").await;
        let what = format!("seed {}: {cases:#?}", self.seed);
        assert!(cases.len() <= 1, "{what}");
        let stored = self.stored().await;
        if !self.sent {
            assert!(stored.is_none_or(|stored| stored.case.is_withdrawn()), "its answer is gone, {what}");
            return;
        }
        let StoredCase { case, telling, .. } = stored.unwrap_or_else(|| panic!("it was not opened, {what}"));
        assert_eq!(case.id, CaseId::of(self.visit, self.submission), "{what}");
        assert!(!case.is_withdrawn(), "{what}");
        assert_eq!(telling.told, case.v, "all is told, {what}");
        let numbers: Vec<u64> = case.log.iter().map(|entry| entry.v).collect();
        if case.v <= 20 {
            assert_eq!(numbers, (1..=case.v).collect::<Vec<_>>(), "each move is one entry, {what}");
            let ids: BTreeSet<Uuid> = case.log.iter().map(|entry| entry.id).collect();
            assert_eq!(ids.len(), case.log.len(), "{what}");
            assert!(self.made.is_subset(&ids), "a move is lost, {what}");
        }
    }

    async fn wipe(self) {
        for item in scan(&self.office.world.database.url, "").await {
            let kinds = ["EVENT#", "DELIVERY#", "C#", "DUE#", "R#", "K#", "D#", "SENDING", "COUNT", "TOLD#"];
            if kinds.iter().any(|kind| item["pk"].as_str().unwrap().starts_with(kind)) {
                let key = json!({"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}});
                ask(&self.office.world.database.url, "DeleteItem", &json!({"TableName": TABLE, "Key": key})).await;
            }
        }
    }
}

async fn histories(seeds: std::ops::Range<u64>) {
    let office = Office::new().await;
    // One store is enough: a count of twelve takes as many times as long.
    for item in office.world.items("STORES").await {
        if item["sk"] != "000012" {
            let key = json!({"pk": {"S": "STORES"}, "sk": {"S": item["sk"]}});
            ask(&office.world.database.url, "DeleteItem", &json!({"TableName": TABLE, "Key": key})).await;
        }
    }
    let sender = office.another_sender(&office.world.database.url).await;
    let app = office.another_app(&office.world.database.url).await;
    let began = office.now();
    let (mut open, mut withdrawn) = (0, 0);
    for seed in seeds {
        office.set(began);
        let mut history = History::new(&office, (&app, &sender), seed);
        history.answer().await;
        for _ in 0..8 {
            history.step().await;
        }
        history.end().await;
        history.check().await;
        if history.sent {
            open += 1
        } else {
            withdrawn += 1
        }
        history.wipe().await;
    }
    assert!(open > 5 && withdrawn > 2, "each end was met: {open} {withdrawn}");
}

#[tokio::test]
async fn a_visit_has_one_case_and_no_move_is_lost_in_the_first_quarter() {
    histories(0..65).await;
}

#[tokio::test]
async fn a_visit_has_one_case_and_no_move_is_lost_in_the_second_quarter() {
    histories(65..130).await;
}

#[tokio::test]
async fn a_visit_has_one_case_and_no_move_is_lost_in_the_third_quarter() {
    histories(130..195).await;
}

#[tokio::test]
async fn a_visit_has_one_case_and_no_move_is_lost_in_the_fourth_quarter() {
    histories(195..260).await;
}

/// Each takes more than a second here, so a thousand are by hand: `AFTERTASTE_CASES=0..1000`.
#[tokio::test]
async fn a_visit_has_one_case_and_no_move_is_lost_in_histories_that_somebody_asks_for() {
    let Ok(asked) = std::env::var("AFTERTASTE_CASES") else { return };
    let (from, to) = asked.split_once("..").unwrap();
    histories(from.parse().unwrap()..to.parse().unwrap()).await;
}
