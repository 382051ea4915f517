//! A guest comes back to the case that their answer opened: nobody else does.

mod gone;
mod thanks;

use aftertaste::{
    domain::{
        case::{CaseId, Move, Moving, State},
        survey::Severity,
        visit::Claim,
    },
    table::{CaseKey, StoredCase},
};
use jiff::{Timestamp, ToSpan};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Answer, World, answers, proxy::Item};

const REPLY: &str = "对不起，今天换了新的汤底。\n<b>欢迎再来</b>";

/// A guest whose answer has opened a case.
struct Guest<'a> {
    world: &'a World,
    link: String,
    submission: Uuid,
}

impl<'a> Guest<'a> {
    /// One who is not content, and says why.
    async fn unhappy(world: &'a World, payment: &str) -> Self {
        let guest = Self { world, link: world.link(payment).await, submission: Uuid::new_v4() };
        assert_eq!(guest.answers(2).await.status, 201);
        guest
    }

    async fn answers(&self, csat: u8) -> Answer {
        let said = json!({"nps": 2 * csat, "csat": csat, "why": "汤是凉的"});
        self.world.answer(&self.link, json!({"submission": self.submission, "answers": said})).await
    }

    /// The same guest after they took their answer back.
    async fn anew(self) -> Self {
        Self { submission: Uuid::new_v4(), ..self }
    }

    fn path(&self) -> String {
        format!("/s/{}/case", self.link)
    }

    fn ask(&self, submission: Uuid) -> RequestBuilder {
        let request = self.world.request(Method::GET, &self.path()).header("accept", "application/json");
        request.header("submission", submission.to_string())
    }

    async fn sees(&self) -> Value {
        let seen = self.world.send(self.ask(self.submission)).await;
        assert_eq!(seen.status, 200, "{}", seen.text);
        seen.json()
    }

    async fn by_link(&self) -> Answer {
        self.world.get(&self.path(), "application/json").await
    }

    async fn post(&self, mut body: Value) -> Answer {
        body["submission"] = json!(self.submission);
        self.world.send(self.world.request(Method::POST, &self.path()).json(&body)).await
    }

    async fn says(&self, said: &str) -> Answer {
        self.post(json!({"said": said})).await
    }

    async fn takes_back(&self) -> Answer {
        let delete = self.world.request(Method::DELETE, &format!("/s/{}", self.link));
        self.world.send(delete.header("submission", self.submission.to_string())).await
    }

    fn key(&self) -> CaseKey {
        Claim::verify(&self.link, self.world.keyring()).unwrap().visit.into()
    }

    async fn case(&self) -> StoredCase {
        self.world.stack.app.table.case(&self.key()).await.unwrap().unwrap()
    }

    /// A step by somebody of the store.
    async fn is_served(&self, step: Move) {
        let table = &self.world.stack.app.table;
        let store = table.store(12.try_into().unwrap()).await.unwrap().unwrap();
        let before = self.case().await;
        let moving = Moving { by: "lin", at: Timestamp::now(), id: Uuid::new_v4(), store: &store };
        let after = before.case.after(&step, moving).unwrap();
        table.move_case(&before, &after, moving.at).await.unwrap();
    }

    async fn is_replied_to(&self) {
        self.is_served(Move::Answer { cause: None, reply: REPLY.into() }).await;
    }

    fn form(&self, fields: &str) -> RequestBuilder {
        let request = self.world.request(Method::POST, &format!("{}?lang=en", self.path()));
        let request = request.header("accept", "text/html").header("content-type", "application/x-www-form-urlencoded");
        request.body(format!("submission={}&{fields}", self.submission))
    }
}

async fn cases(world: &World) -> Vec<Item> {
    world.items("C#").await
}

#[tokio::test]
async fn the_same_answer_sixty_four_times_at_once_opens_one_case() {
    let world = World::new().await;
    let guest = Guest { world: &world, link: world.link("once").await, submission: Uuid::new_v4() };
    let sent = futures::future::join_all((0..64).map(|_| guest.answers(1))).await;
    assert!(sent.iter().all(|sent| [200, 201].contains(&sent.status.as_u16())));
    let opened = guest.case().await.case;
    assert_eq!((cases(&world).await.len(), opened.v, opened.log.len()), (1, 1, 1));
    assert_eq!((opened.severity, opened.trigger.as_str(), opened.state), (Severity::High, "csat", State::Open));
    let visit = Claim::verify(&guest.link, world.keyring()).unwrap().visit;
    assert_eq!(opened.id, CaseId::of(visit, guest.submission));
    assert!(!world.items("DUE#").await.is_empty());
}

#[tokio::test]
async fn a_guest_is_thanked_whatever_becomes_of_the_case_and_opens_it_by_coming_back() {
    let world = World::new().await;
    world.link("warm").await;
    let lost = Guest { world: &world, link: world.link("lost").await, submission: Uuid::new_v4() };
    // The answer's write gets through, and nothing after it.
    world.proxy.cut_after(1, false);
    assert_eq!(lost.answers(2).await.status, 201);
    world.proxy.mend();
    assert_eq!(cases(&world).await.len(), 0);
    assert_eq!(lost.by_link().await.problem(), (404, "link-unknown".into()));
    assert_eq!(lost.sees().await["state"], "open");
    assert_eq!(cases(&world).await.len(), 1);

    // The table does not answer in time.
    let slow = Guest { world: &world, link: world.link("slow").await, submission: Uuid::new_v4() };
    world.proxy.hold("PutItem", "C#store/12");
    assert_eq!(slow.answers(2).await.status, 201);
    world.proxy.let_go();
    assert_eq!(slow.sees().await["state"], "open");

    // It was opened, and the reply to that is lost.
    let unheard = Guest { world: &world, link: world.link("unheard").await, submission: Uuid::new_v4() };
    world.proxy.lose_replies("PutItem", 1);
    assert_eq!(unheard.answers(2).await.status, 201);
    assert_eq!((unheard.case().await.case.v, cases(&world).await.len()), (1, 3));
}

#[tokio::test]
async fn a_photo_of_the_receipt_shows_the_state_and_nothing_else() {
    let world = World::new().await;
    let guest = Guest::unhappy(&world, "photo").await;
    assert_eq!(guest.by_link().await.json(), json!({"state": "open"}));
    guest.is_replied_to().await;
    assert_eq!(guest.by_link().await.json(), json!({"state": "answered"}));
    let page = world.get(&format!("{}?lang=en", guest.path()), "text/html").await;
    assert!(page.text.contains("We have replied to you."), "{}", page.text);
    for secret in ["汤", "对不起", "欢迎", &guest.submission.to_string(), "csat", "\"lin"] {
        assert!(!page.text.contains(secret), "{secret} is in {}", page.text);
    }
    // Somebody with another id learns no more.
    assert_eq!(world.send(guest.ask(Uuid::new_v4())).await.problem(), (409, "case-not-yours".into()));
    let request = world.request(Method::POST, &guest.path());
    assert_eq!(world.send(request.json(&json!({"said": "solved"}))).await.problem(), (409, "case-not-yours".into()));
    let other = Guest { submission: Uuid::new_v4(), link: guest.link.clone(), world: &world };
    for body in [json!({"said": "solved"}), json!({"contact": {"how": "1"}}), json!({"contact": null}), json!({})] {
        assert_eq!(other.post(body).await.problem(), (409, "case-not-yours".into()));
    }
    assert_eq!(guest.case().await.case.v, 2);

    let seen = guest.sees().await;
    assert_eq!((&seen["state"], &seen["reply"]), (&json!("answered"), &json!(REPLY)));
    assert_eq!(seen["may_say"], json!({"solved": true, "not_solved": true, "reopenings_left": 3}));
    let page = world.send(guest.form("")).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("今天换了新的汤底。\n&lt;b&gt;欢迎再来&lt;/b&gt;"), "{}", page.text);
}

#[tokio::test]
async fn a_link_without_a_case_is_one_that_nobody_gave_out() {
    let world = World::new().await;
    let forged = world.get("/s/forged/case", "application/json").await;
    assert_eq!(forged.problem(), (404, "link-unknown".into()));
    let content = Guest { world: &world, link: world.link("content").await, submission: Uuid::new_v4() };
    let nobody = Guest { world: &world, link: world.link("nobody").await, submission: Uuid::new_v4() };
    assert_eq!(content.answers(4).await.status, 201);
    let gone = Guest::unhappy(&world, "gone").await;
    assert_eq!(gone.takes_back().await.status, 204);
    for guest in [&content, &nobody, &gone] {
        for reply in [
            guest.by_link().await,
            world.send(guest.ask(guest.submission)).await,
            guest.says("solved").await,
            guest.post(json!({"contact": {"how": "13812345678"}})).await,
        ] {
            assert_eq!((reply.status, &reply.text), (forged.status, &forged.text));
        }
        let page = world.get(&format!("{}?lang=en", guest.path()), "text/html").await;
        let unknown = world.get("/s/forged/case?lang=en", "text/html").await;
        assert_eq!((page.status, page.text), (unknown.status, unknown.text));
    }
    assert_eq!(world.items("K#").await.len(), 0);
}

#[tokio::test]
async fn a_link_leads_to_its_case_for_a_month_and_no_longer() {
    let world = World::new().await;
    let now = Timestamp::now();
    let at = |days: i64| world.signed(12, now - (24 * days).hours(), "late");
    for (days, status) in [(20, 200), (30, 200), (32, 410)] {
        let guest = Guest { world: &world, link: at(days), submission: Uuid::new_v4() };
        assert_eq!(guest.answers(2).await.status, 410);
        // It was answered when it could be.
        let visit = Claim::verify(&guest.link, world.keyring()).unwrap().visit;
        let mut response = answers().nps(0).csat(1).text("汤是凉的").response;
        response.submission = Some(guest.submission);
        response.more.follow_up = Some(serde_json::from_value(json!({"severity": "high", "trigger": "csat"})).unwrap());
        world.stack.app.table.record(visit, &response, now + 240.hours()).await.unwrap();
        let seen = world.send(guest.ask(guest.submission)).await;
        assert_eq!(seen.status, status, "{days}: {}", seen.text);
    }
    let future = world.signed(12, now + 2.hours(), "future");
    let seen = world.get(&format!("/s/{future}/case"), "application/json").await;
    assert_eq!(seen.problem(), (404, "link-from-the-future".into()));
}

#[tokio::test]
async fn a_guest_says_three_times_that_it_is_not_solved_and_then_no_more() {
    let world = World::new().await;
    let guest = Guest::unhappy(&world, "stubborn").await;
    assert_eq!(guest.says("solved").await.problem(), (409, "case-not-answered".into()));
    assert_eq!(guest.says("not-solved").await.problem(), (409, "case-not-answered".into()));
    for left in [2, 1, 0] {
        guest.is_replied_to().await;
        // Tapped as often as one likes it is said once.
        let said = futures::future::join_all((0..8).map(|_| guest.says("not-solved"))).await;
        assert!(said.iter().all(|said| said.status == 200));
        let seen = guest.sees().await;
        assert_eq!((&seen["state"], &seen["may_say"]["reopenings_left"]), (&json!("open"), &json!(left)));
        assert_eq!((&seen["said"], &seen["reply"]), (&json!("not-solved"), &json!(REPLY)));
    }
    guest.is_replied_to().await;
    assert_eq!(guest.says("not-solved").await.problem(), (409, "reopened-too-often".into()));
    let page = world.send(guest.form("said=not-solved")).await;
    assert_eq!(page.status, 409);
    assert!(page.text.contains("You have told us three times that it is not solved."), "{}", page.text);
    let before = guest.case().await.case;
    let said = futures::future::join_all((0..8).map(|_| guest.says("solved"))).await;
    assert!(said.iter().all(|said| said.status == 200));
    let after = guest.case().await.case;
    assert_eq!((after.reopened, after.v, after.log.len()), (3, before.v + 1, before.log.len() + 1));
    let seen = guest.sees().await;
    assert_eq!((&seen["state"], &seen["said"]), (&json!("closed"), &json!("solved")));
    assert_eq!(seen["may_say"], json!({"solved": false, "not_solved": false, "reopenings_left": 0}));
}

#[tokio::test]
async fn what_is_sent_to_a_case_is_read_strictly_and_another_links_case_stays_out_of_reach() {
    let world = World::new().await;
    let guest = Guest::unhappy(&world, "strict").await;
    let other = Guest::unhappy(&world, "other").await;
    let stranger = Guest { submission: other.submission, link: guest.link.clone(), world: &world };
    assert_eq!(stranger.post(json!({})).await.problem(), (409, "case-not-yours".into()));
    for body in [
        json!({"said": "maybe"}),
        json!({"said": "solved", "contact": null}),
        json!({"contact": "13812345678"}),
        json!({"contact": {"how": "1", "why": "2"}}),
        json!({"outcome": "solved"}),
    ] {
        assert_eq!(guest.post(body.clone()).await.problem(), (422, "invalid".into()), "{body}");
    }
    let header =
        world.request(Method::GET, &guest.path()).header("submission", "x").header("accept", "application/json");
    assert_eq!(world.send(header).await.problem(), (422, "invalid".into()));
    let put = world.request(Method::PUT, &guest.path());
    assert_eq!(world.send(put).await.status, 404);
    assert_eq!(guest.case().await.case.v, 1);
    // The pages say that the store replies, and where: on a screen that the guest has to themselves.
    let paid =
        |channel: &str| json!({"store": 12, "payment": channel, "paid_at": Timestamp::now(), "channel": channel});
    for (channel, is_said) in [("receipt", true), ("kiosk", false)] {
        let link = world.issue(paid(channel)).await;
        let form = world.request(Method::POST, &format!("/s/{link}?lang=en")).header("accept", "text/html");
        let form = form.header("content-type", "application/x-www-form-urlencoded").body("nps=1&csat=1&why=cold");
        let page = world.send(form).await;
        assert_eq!(page.status, 201);
        assert_eq!(page.text.contains("We will reply to you here."), is_said, "{channel}: {}", page.text);
        assert_eq!(page.text.contains(&format!("/s/{link}/case?lang=en")), is_said, "{channel}: {}", page.text);
    }
}

#[tokio::test]
async fn a_form_that_was_spoiled_is_answered_in_the_guests_language() {
    let world = World::new().await;
    let guest = Guest::unhappy(&world, "spoiled").await;
    let link = format!("/s/{}", guest.link);
    let theirs = format!("submission={}&said=maybe", guest.submission);
    for (language, words) in [
        ("zh-CN", "请返回、刷新页面后再提交一次。"),
        ("zh-TW", "請返回並重新整理頁面，再送出一次。"),
        ("en", "Please go back, reload the page and send it again."),
    ] {
        for (path, body) in [
            (guest.path(), "submission=x"),
            (guest.path(), "submission=x&said=solved"),
            (guest.path(), theirs.as_str()),
            (link.clone(), "submission=x&nps=9"),
            (link.clone(), "take_back=1&submission=x"),
            (link.clone(), "version=x&nps=9"),
        ] {
            let sent = world.request(Method::POST, &format!("{path}?lang={language}")).header("accept", "text/html");
            let sent = sent.header("content-type", "application/x-www-form-urlencoded").body(body.to_owned());
            let page = world.send(sent).await;
            assert_eq!(page.status, 422, "{path} {body}");
            assert!(
                page.text.contains(&format!("<html lang=\"{language}\"")) && page.text.contains(words),
                "{}",
                page.text
            );
            for program in ["Nothing", "field", "Not a value"] {
                assert!(language == "en" || !page.text.contains(program), "{program}: {}", page.text);
            }
        }
        let again = world.request(Method::POST, &format!("{link}?lang={language}")).header("accept", "text/html");
        let again = again.header("content-type", "application/x-www-form-urlencoded").body("nps=99");
        let page = world.send(again).await;
        assert!(page.status == 422 && !page.text.contains("a whole number"), "{}", page.text);
        let read =
            world.request(Method::GET, &format!("{}?lang={language}", guest.path())).header("accept", "text/html");
        let page = world.send(read.header("submission", "x")).await;
        assert!(page.status == 422 && page.text.contains(words), "{}", page.text);
    }
}

#[tokio::test]
async fn the_button_of_the_state_says_what_is_behind_it() {
    let world = World::new().await;
    let guest = Guest::unhappy(&world, "button").await;
    let page = async |language: &str| world.get(&format!("{}?lang={language}", guest.path()), "text/html").await.text;
    for (language, button) in [
        ("en", "See more, or leave contact details"),
        ("zh-CN", "查看详情，或留下联系方式"),
        ("zh-TW", "查看詳情，或留下聯絡方式"),
    ] {
        assert!(page(language).await.contains(&format!("<button type=\"submit\">{button}</button>")), "{language}");
    }
    guest.is_replied_to().await;
    for (language, button) in [("en", "See our reply"), ("zh-CN", "查看我们的回复"), ("zh-TW", "查看我們的回覆")]
    {
        let page = page(language).await;
        assert!(page.contains(&format!(">{button}</button>")), "{language}: {page}");
    }
    guest.says("solved").await;
    for (language, button) in [("en", "See how it ended"), ("zh-CN", "查看处理结果"), ("zh-TW", "查看處理結果")]
    {
        assert!(page(language).await.contains(&format!(">{button}</button>")), "{language}");
    }
}
