//! A guest, or a reader who opens a report twice, learns nothing of another guest.

use std::collections::BTreeSet;

use aftertaste::domain::visit::Channel;
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{World, answers, days_ago, inflated, proxy::Item};

#[tokio::test]
async fn guessing_an_answer_is_told_the_same_right_or_wrong() {
    let world = World::new().await;
    let link = world.link("oracle").await;
    let said = json!({"nps": 3, "csat": 2});
    assert_eq!(world.answer(&link, json!({"submission": Uuid::new_v4(), "answers": said})).await.status, 201);
    let (mut told, mut pages) = (BTreeSet::new(), BTreeSet::new());
    for nps in 0..=10 {
        for csat in 1..=5 {
            for partial in [false, true] {
                let guess =
                    json!({"submission": Uuid::new_v4(), "answers": {"nps": nps, "csat": csat}, "partial": partial});
                let reply = world.answer(&link, guess).await;
                told.insert((reply.status.as_u16(), reply.text));
                let form = format!("nps={nps}&csat={csat}&partial={partial}&submission={}", Uuid::new_v4());
                pages.insert(page(&world, &link, form).await);
            }
        }
    }
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told.first().unwrap().0, 409);
    assert_eq!(pages.len(), 1, "{pages:?}");
    let (status, page) = pages.first().unwrap();
    assert_eq!(*status, 409);
    assert!(page.contains(r#"name="submission" value="""#), "who did not send the answer can't take it back: {page}");
}

/// The reply to a form: the status, and the page with every UUID in it alike.
async fn page(world: &World, link: &str, form: String) -> (u16, String) {
    let request = world.request(Method::POST, &format!("/s/{link}?lang=en")).header("accept", "text/html");
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
    let reply = world.send(request).await;
    let words = reply.text.split_inclusive(|c: char| !c.is_ascii_hexdigit() && c != '-');
    let alike = words.map(|word| match word.split_at_checked(36) {
        Some((id, rest)) if id.parse::<Uuid>().is_ok() => format!("(a UUID){rest}"),
        _ => word.to_owned(),
    });
    (reply.status.as_u16(), alike.collect())
}

#[tokio::test]
async fn parts_of_fewer_than_five_show_their_number_and_nothing_of_their_answers() {
    let world = World::new().await;
    // Yesterday, to the minute: a day that is over is shown whole.
    let guests = || answers().hours_ago(24);
    guests().segment(0).nps(10).csat(5).times(40).put(&world).await;
    guests().segment(1).nps(0).csat(1).times(1).put(&world).await;
    guests().segment(2).channel(Channel::Sms).nps(9).csat(4).times(20).put(&world).await;
    world.fire("RollUpStoresHourly", Value::Null).await;
    let report = world.report_for("store/12", &format!("from={0}&to={0}", days_ago(1))).await;
    let shown = |group: &str, name: &str, value: Value| {
        let parts = report[group].as_array().unwrap();
        let part = parts.iter().find(|part| part[name] == value).unwrap_or_else(|| panic!("{group}: {report}")).clone();
        (part["n"].as_u64().unwrap(), !part["nps"].is_null(), !part["satisfied"].is_null())
    };
    assert_eq!(shown("by_segment", "segment", json!(1)), (1, false, false));
    // The whole less segment 0 is 21 answers; less both others it would be that one: so the smaller of them is hidden.
    assert_eq!(shown("by_segment", "segment", json!(0)), (40, true, true));
    assert_eq!(shown("by_segment", "segment", json!(2)), (20, false, false));
    assert_eq!(report["by_segment"][1]["against_the_rest"]["nps"], Value::Null);
    assert_eq!(shown("by_channel", "channel", json!("sms")), (20, true, true));

    // A window of fewer than five, in every form.
    let world = World::new().await;
    guests().nps(0).csat(1).text("only me").times(4).put(&world).await;
    world.fire("RollUpStoresHourly", Value::Null).await;
    let window = format!("from={0}&to={0}", days_ago(1));
    let few = world.report_for("store/12", &window).await;
    assert_eq!(few["responses"], 4);
    for hidden in ["nps", "satisfaction", "temperature", "change"] {
        assert_eq!(few[hidden], Value::Null, "{hidden}");
    }
    assert_eq!((&few["comments"], &few["days"][0]["n"], &few["days"][0]["nps"]), (&json!([]), &json!(4), &Value::Null));
    for driver in few["drivers"]["drivers"].as_array().unwrap() {
        assert_eq!((&driver["mean"], &driver["penalty"]), (&Value::Null, &Value::Null));
    }
    for form in ["html", "csv"] {
        let path = format!("/reports/store/12.{form}?{window}&lang=en");
        let text = world.call(Method::GET, &path, "report:", Value::Null).await.text;
        assert!(!text.contains("100.0") && !text.contains("-100") && !text.contains("only me"), "{text}");
    }
}

#[tokio::test]
async fn a_look_before_and_a_look_after_tell_nobodys_answer() {
    let world = World::new().await;
    let now = Timestamp::now();
    let guest = async |i: i64, nps: u8| {
        let mut guest = answers().payment(&format!("guest {i}")).nps(nps).text(&format!("words of {i}"));
        guest.response.answered_at = now + i.seconds();
        guest.record(&world).await;
    };
    let look = async || {
        world.fire("RollUpStoresHourly", Value::Null).await;
        let mut seen = Vec::new();
        for scope in ["store/12", "cn"] {
            let mut report = world.report(scope).await;
            for changing in ["waiting", "counted_at", "comments_before"] {
                report.as_object_mut().unwrap().remove(changing);
            }
            // How many visits nobody took back is a count alone.
            report["integrity"]["signs"].as_array_mut().unwrap().retain(|sign| sign["sign"] != "taken_back");
            seen.push(report);
        }
        let mut rollups: Vec<Item> = world.items("D#").await.into_iter().map(without_counts).collect();
        rollups.sort_by_key(|rollup| format!("{} {}", rollup["pk"], rollup["sk"]));
        assert!(rollups.len() >= 4, "a store and the nodes above it: {rollups:?}");
        (seen, rollups)
    };
    for i in 0..7 {
        guest(i, 9).await;
    }
    let before = look().await;
    assert_eq!(before.0[0]["responses"], 5);
    assert_eq!(before.0[0]["comments"].as_array().unwrap().len(), 5);
    guest(7, 0).await;
    guest(8, 1).await;
    assert_eq!(look().await, before, "two more are in, and nothing tells what they said");
    guest(9, 2).await;
    let after = look().await;
    assert_eq!((&after.0[0]["responses"], &after.0[1]["responses"]), (&json!(10), &json!(10)));
    assert_eq!(after.0[0]["comments"].as_array().unwrap().len(), 10);
    assert_ne!(after.1, before.1);
}

/// A stored rollup with its content unpacked, and without what every answer changes at once: when it was counted, and
/// how many answers there are.
fn without_counts(mut rollup: Item) -> Item {
    let mut content = inflated(rollup["content"].as_str().unwrap());
    for tally in values(content.get_mut("tallies")) {
        tally.as_object_mut().unwrap().remove("waiting");
        without_taken_back(tally.get_mut("signs"));
    }
    for by_series in values(content.get_mut("signs")) {
        values(Some(by_series)).into_iter().for_each(|signs| without_taken_back(Some(signs)));
    }
    content.as_object_mut().unwrap().remove("shown_before");
    for name in ["counted_at", "items"] {
        rollup.remove(name);
    }
    rollup.insert("content".into(), content);
    rollup
}

fn without_taken_back(signs: Option<&mut Value>) {
    if let Some(signs) = signs.and_then(Value::as_object_mut) {
        signs.remove("taken_back");
    }
}

fn values(map: Option<&mut Value>) -> Vec<&mut Value> {
    map.and_then(Value::as_object_mut).map(|map| map.values_mut().collect()).unwrap_or_default()
}

#[tokio::test]
async fn comments_tell_the_day_and_the_meal_and_the_way_to_older_ones_is_sealed() {
    let world = World::new().await;
    answers().hours_ago(24).text("guest").times(60).put(&world).await;
    answers().store(13).hours_ago(24).text("of another store").times(60).put(&world).await;
    world.fire("RollUpStoresHourly", Value::Null).await;
    let page = world.report("store/12").await;
    let comment = &page["comments"][0];
    let names: Vec<&String> = comment.as_object().unwrap().keys().collect();
    assert_eq!(names, ["day", "meal", "nps", "text"]);
    assert_eq!(comment["day"], days_ago(1).to_string());
    let cursor = page["comments_before"].as_str().unwrap();
    for item in world.items("R#12").await {
        let sk = item["sk"].as_str().unwrap();
        let (minute, payment) = sk.split_once('#').unwrap();
        assert!(!cursor.contains(payment) && !cursor.contains(minute), "{cursor}");
    }
    let again = world.report("store/12").await;
    assert_ne!(again["comments_before"], page["comments_before"], "two cursors of one place can't be told to be so");
    // One of another store, or one that nobody gave out, begins at the newest.
    let other = world.report("store/13").await["comments_before"].as_str().unwrap().to_owned();
    let forged = format!("{}{}", if cursor.starts_with('A') { 'B' } else { 'A' }, &cursor[1..]);
    for odd in [other.as_str(), &forged, "2026-11-21T04:31Z%23bddf4a72b", "x"] {
        let page = world.report_for("store/12", &format!("comments_before={odd}")).await;
        assert_eq!(page["comments"].as_array().unwrap().len(), 50, "{odd}");
    }
    assert_eq!(
        world.report_for("store/12", &format!("comments_before={cursor}")).await["comments"].as_array().unwrap().len(),
        10
    );
}

#[tokio::test]
async fn an_answer_tells_its_table_and_opening_its_code_writes_no_more_than_before() {
    let world = World::new().await;
    for (table, told) in [(7, json!(7)), (65_535, json!(65_535)), (70_000, Value::Null), (0, Value::Null)] {
        let code = world.call(Method::POST, "/codes", "issue", json!({"store": 12, "table": table})).await.json();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        world.proxy.taken();
        let address = format!("{}/t/{}", world.stack.url, code["code"].as_str().unwrap());
        let opened = http.get(address).send().await.unwrap();
        assert_eq!(world.proxy.taken().1, ["UpdateItem"]);
        let location = opened.headers()["location"].to_str().unwrap().to_owned();
        let link = location.trim_start_matches("/s/").to_owned();
        assert_eq!(world.answer(&link, json!({"answers": {"nps": 9, "csat": 5}})).await.status, 201);
        let items = world.items("R#").await;
        let tables: Vec<Value> = items.iter().map(|item| item.get("table").cloned().unwrap_or(Value::Null)).collect();
        assert!(tables.contains(&told), "{table}: {tables:?}");
    }
}

/// Guests of the running day, one after the other.
async fn guest(world: &World, i: i64, change: impl FnOnce(crate::harness::Guests) -> crate::harness::Guests) {
    let mut guest = change(answers().payment(&format!("guest {i}")).nps(9).csat(4));
    guest.response.answered_at = Timestamp::now();
    guest.record(world).await;
}

#[tokio::test]
async fn taking_back_lets_nobody_else_move_up_into_what_is_shown() {
    let world = World::new().await;
    for i in 0..4 {
        guest(&world, i, |guest| guest).await;
    }
    let link = world.link("one's own").await;
    let own = async |answers: Value| {
        let submission = Uuid::new_v4();
        let sent = world.answer(&link, json!({"submission": submission, "answers": answers})).await;
        assert_eq!(sent.status, 201);
        submission
    };
    let histogram = async || {
        let report = world.report("store/12").await;
        let told = |n: &Value| n.as_u64().filter(|n| *n > 0);
        let scores = report["nps"]["histogram"].as_object().cloned().unwrap_or_default();
        scores.iter().filter_map(|(score, n)| Some((score.clone(), told(n)?))).collect::<Vec<_>>()
    };
    let mut submission = own(json!({"nps": 2, "csat": 2})).await;
    guest(&world, 5, |guest| guest.nps(6).text("victim")).await;
    assert_eq!(histogram().await, [("2".to_owned(), 1), ("9".to_owned(), 4)]);
    // Fewer than five are left of those shown: their number alone. And whatever is answered again, nobody moves up.
    for _ in 0..3 {
        let delete = world.request(Method::DELETE, &format!("/s/{link}")).header("submission", submission.to_string());
        assert_eq!(world.send(delete).await.status, 204);
        assert_eq!(histogram().await, []);
        submission = own(json!({"nps": 3, "csat": 2})).await;
        assert_eq!(histogram().await, []);
    }
    assert!(!world.report("store/12").await["comments"].to_string().contains("victim"));
    for i in 6..10 {
        guest(&world, i, |guest| guest).await;
    }
    assert_eq!(histogram().await, [("6".to_owned(), 1), ("9".to_owned(), 8)]);
}

#[tokio::test]
async fn no_part_of_the_running_day_grows_by_one() {
    let world = World::new().await;
    for i in 0..5 {
        guest(&world, i, |guest| guest.segment(1).channel(Channel::Sms)).await;
    }
    guest(&world, 5, |guest| guest.segment(1).nps(0).csat(1).scale("trust", 1)).await;
    for i in 6..10 {
        guest(&world, i, |guest| guest.segment(2)).await;
    }
    for counted in [false, true] {
        if counted {
            world.fire("RollUpStoresHourly", Value::Null).await;
        }
        for scope in ["store/12", "cn"].into_iter().take(if counted { 2 } else { 1 }) {
            let report = world.report(scope).await;
            assert_eq!((&report["responses"], &report["running"]), (&json!(10), &json!(10)), "{scope}");
            for parts in ["by_channel", "by_segment", "by_hour"] {
                assert_eq!(report[parts], json!([]), "{scope} {parts}");
            }
            for driver in report["drivers"]["drivers"].as_array().unwrap() {
                assert_eq!((&driver["n"], &driver["mean"]), (&json!(0), &Value::Null), "{scope}");
            }
        }
    }
}

#[tokio::test]
async fn a_till_learns_neither_who_has_answered_nor_whose_comment_is_whose() {
    let world = World::new().await;
    let paid = Timestamp::now() - 24.hours();
    for i in 0..20 {
        let link = world.signed(12, paid + i64::from(i).seconds(), &format!("payment {i}"));
        if i % 2 == 0 {
            let answer =
                json!({"submission": Uuid::new_v4(), "answers": {"nps": 9, "csat": 5, "why": format!("{i:02}")}});
            assert_eq!(world.answer(&link, answer).await.status, 201);
        }
        let probe =
            world.request(Method::DELETE, &format!("/s/{link}")).header("submission", Uuid::new_v4().to_string());
        let told = world.send(probe).await;
        assert_eq!(told.json()["detail"], "No answer that came with this submission is there.", "answered or not");
        assert_eq!(told.problem(), (409, "not-taken-back".into()));
    }
    world.fire("RollUpStoresHourly", Value::Null).await;
    let report = world.report("store/12").await;
    let texts: Vec<&str> = report["comments"].as_array().unwrap().iter().map(|c| c["text"].as_str().unwrap()).collect();
    let mut items: Vec<_> = world.items("R#12").await.into_iter().collect();
    items.sort_by_key(|item| std::cmp::Reverse(item["sk"].as_str().unwrap().to_owned()));
    let by_key: Vec<String> = items.iter().map(|item| item["answers"]["why"].as_str().unwrap().to_owned()).collect();
    assert_eq!(texts.len(), 10);
    assert_ne!(texts, by_key, "not in the order of the payments");
}
