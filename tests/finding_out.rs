//! What one guest, or whoever looks at a report twice, can learn of another guest: nothing.

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

/// What a form is answered with: the status, and the page with every UUID in it alike.
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
