//! The cost of an action, as DynamoDB bills it.

use aftertaste::domain::{
    count::{Rollup, Tally},
    survey::Survey,
    visit::{Channel, Context},
};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{World, answers, content, days_ago, proxy::Consumed};

const NOTHING: Consumed = Consumed { read: 0.0, written: 0.0 };

#[tokio::test]
async fn issuing_and_opening_cost_nothing_once_the_catalog_is_in_memory() {
    let world = World::new().await;
    let first = world.link("first").await;
    world.send(world.request(Method::GET, &format!("/s/{first}"))).await;
    world.proxy.taken();
    for payment in ["a", "b", "c"] {
        let link = world.link(payment).await;
        assert_eq!(world.send(world.request(Method::GET, &format!("/s/{link}"))).await.status, 200);
    }
    assert_eq!(world.proxy.taken(), (NOTHING, vec![]));
}

#[tokio::test]
async fn recording_an_answer_costs_one_write_unit_and_no_read() {
    let world = World::new().await;
    let link = world.link("one").await;
    world.send(world.request(Method::GET, &format!("/s/{link}"))).await;
    world.proxy.taken();
    // Every question answered, and a comment that fills the item to just under 1 KB.
    let survey = world.get(&format!("/s/{link}"), "application/json").await.json();
    let mut answers = json!({"nps": 8, "csat": 5, "why": "味".repeat(190)});
    for question in &survey["questions"].as_array().unwrap()[2..5] {
        answers[question["id"].as_str().unwrap()] = json!(5);
    }
    let body = json!({"submission": survey["submission"], "seconds": 3600, "answers": answers});
    assert_eq!(world.answer(&link, body).await.status, 201);
    assert_eq!(world.proxy.taken(), (Consumed { read: 0.0, written: 1.0 }, vec!["UpdateItem".into()]));

    let delete = world.request(Method::DELETE, &format!("/s/{link}"));
    let delete = delete.header("submission", survey["submission"].as_str().unwrap());
    assert_eq!(world.send(delete).await.status, 204);
    assert_eq!(world.proxy.taken(), (Consumed { read: 0.0, written: 1.0 }, vec!["UpdateItem".into()]));
}

#[tokio::test]
async fn a_taking_back_without_a_case_costs_one_write_unit_whatever_becomes_of_it() {
    let world = World::new().await;
    let link = world.link("taken back").await;
    let (first, second, other) = (Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4());
    let send = async |submission: Uuid, nps: u8| {
        let body = json!({"submission": submission, "answers": {"nps": nps, "csat": 4}, "seconds": 20});
        assert_eq!(world.answer(&link, body).await.status, 201);
        world.proxy.taken();
    };
    let take_back = async |submission: Uuid, status: u16, what: &str| {
        let delete = world.request(Method::DELETE, &format!("/s/{link}")).header("submission", submission.to_string());
        assert_eq!(world.send(delete).await.status, status, "{what}");
        world.proxy.taken()
    };
    let once = (Consumed { read: 0.0, written: 1.0 }, vec!["UpdateItem".to_owned()]);
    // Whether it had a case is not known any more.
    let again = (Consumed { read: 1.0, written: 1.0 }, vec!["UpdateItem".to_owned(), "GetItem".to_owned()]);
    send(first, 7).await;
    assert_eq!(take_back(other, 409, "of another submission").await, once);
    assert_eq!(take_back(first, 204, "the first").await, once);
    assert_eq!(take_back(first, 204, "the same again").await, again);
    send(second, 8).await;
    assert_eq!(take_back(first, 204, "of what was taken back, after an answer anew").await, again);
    assert_eq!(take_back(second, 204, "of the answer anew").await, once);
}

#[tokio::test]
async fn an_answer_with_a_case_costs_three_write_units_and_its_taking_back_three_at_most() {
    let world = World::new().await;
    let (quiet, calls) = (world.link("quiet").await, world.link("calls").await);
    let get = async |link: &str, submission: &str| {
        let request = world.request(Method::GET, &format!("/s/{link}/case")).header("accept", "application/json");
        world.send(request.header("submission", submission)).await
    };
    world.send(world.request(Method::GET, &format!("/s/{quiet}"))).await;
    world.proxy.taken();
    let units = |written: f64, read: f64| Consumed { read, written };
    for (link, leaves, taken_back) in [(&quiet, false, 2.0), (&calls, true, 3.0)] {
        let submission = Uuid::new_v4().to_string();
        let body = json!({"submission": submission, "answers": {"nps": 3, "csat": 2, "why": "汤是凉的"}});
        assert_eq!(world.answer(link, body).await.status, 201);
        assert_eq!(world.proxy.taken().0, units(3.0, 0.0));
        // The case, and the answer that it is about.
        assert_eq!(get(link, &submission).await.status, 200);
        assert_eq!(world.proxy.taken().0, units(0.0, 2.0));
        if leaves {
            let body = json!({"submission": submission, "contact": {"how": "13812345678"}});
            let post = world.request(Method::POST, &format!("/s/{link}/case")).json(&body);
            assert_eq!(world.send(post).await.status, 200);
            // The move, the time of its check, and the contact.
            assert_eq!(world.proxy.taken().0.written, 3.0);
        }
        let delete = world.request(Method::DELETE, &format!("/s/{link}")).header("submission", submission);
        assert_eq!(world.send(delete).await.status, 204);
        assert_eq!(world.proxy.taken().0, units(taken_back, 1.0));
    }
}

#[tokio::test]
async fn opening_the_code_on_a_table_costs_one_write_unit_and_leaving_half_way_one_more() {
    let world = World::new().await;
    let code = world.call(Method::POST, "/codes", "issue", json!({"store": 12})).await.json();
    let path = format!("/t/{}", code["code"].as_str().unwrap());
    world.send(world.request(Method::GET, &path)).await;
    world.proxy.taken();
    assert_eq!(world.send(world.request(Method::GET, &path)).await.status, 200);
    assert_eq!(world.proxy.taken(), (Consumed { read: 0.0, written: 1.0 }, vec!["UpdateItem".into()]));
    let link = world.link("half-way").await;
    for body in [json!({"answers": {"nps": 9}, "partial": true}), json!({"answers": {"nps": 9, "csat": 5}})] {
        assert_eq!(world.answer(&link, body).await.status, 201);
        // A write over an item is billed by the larger of both: still the one unit of a kilobyte.
        assert_eq!(world.proxy.taken(), (Consumed { read: 0.0, written: 1.0 }, vec!["UpdateItem".into()]));
    }
}

#[tokio::test]
async fn a_count_that_changes_nothing_writes_nothing() {
    let world = World::new().await;
    // Its lease is taken and given back: two write units a count, however many stores there are.
    const LEASE: f64 = 2.0;
    answers().nps(7).csat(3).times(2).send(&world).await;
    world.proxy.taken();
    world.fire("RollUpStoresHourly", Value::Null).await;
    assert!(world.proxy.taken().0.written >= 4.0 + LEASE);
    let again = world.fire("RollUpStoresHourly", Value::Null).await;
    assert_eq!((&again["written"], &again["unchanged"]), (&json!(0), &json!(4)));
    assert_eq!(world.proxy.taken().0.written, LEASE);
    // The days of lowest nodes that the watch reads are written once, also empty ones.
    world.fire("RollUpStoresNightly", Value::Null).await;
    assert!(world.proxy.taken().0.written > LEASE);
    world.fire("RollUpStoresNightly", Value::Null).await;
    assert_eq!(world.proxy.taken().0.written, LEASE);
}

#[tokio::test]
async fn a_report_of_thirty_days_costs_less_than_fifteen_read_units_and_writes_nothing() {
    let world = World::new().await;
    // Thirty days of a busy store, put in as a count would have left them.
    let mut tally = Tally::default();
    let survey = world.stack.app.table.survey(&"dine-in".parse().unwrap()).await.unwrap().unwrap().survey;
    for i in 0_u8..200 {
        let guest = answers().channel(Channel::ALL[usize::from(i % 12)]).segment(i % 16);
        tally.add(&guest.nps(i % 11).csat(1 + i % 5).response, i % 24, &survey);
    }
    // As many days again before, for the change.
    for (scope, back) in ["cn/east", "store/12"].into_iter().flat_map(|scope| (0..60).map(move |back| (scope, back))) {
        let rollup = Rollup { content: content(tally.clone()), counted_at: Timestamp::now(), ..Rollup::default() };
        let scope = scope.parse().unwrap();
        assert!(world.stack.app.table.put_rollup(&scope, days_ago(back), &rollup).await.unwrap());
    }
    // A store's report also reads the running day and the comments.
    answers().csat(4).text(&"味道一如既往地好。".repeat(5)).times(30).send(&world).await;
    for (scope, responses) in [("cn/east", 6000), ("store/12", 5830)] {
        let thirty = format!("from={}", days_ago(29));
        world.report_for(scope, &thirty).await;
        world.proxy.taken();
        assert_eq!(world.report_for(scope, &thirty).await["responses"], responses);
        let (consumed, _) = world.proxy.taken();
        assert!(consumed.written == 0.0 && consumed.read > 0.0 && consumed.read < 15.0, "{scope}: {consumed:?}");
    }
}

#[tokio::test]
async fn comments_behind_answers_to_codes_cost_what_it_costs_to_read_these_once() {
    let world = World::new().await;
    answers().hours_ago(25).text("paid for").times(5).put(&world).await;
    for hours_ago in [24, 23] {
        answers().hours_ago(hours_ago).channel(Channel::Table).text("drowning").times(700).put(&world).await;
    }
    world.fire("RollUpStoresNightly", Value::Null).await;
    world.report("store/12").await;
    world.proxy.taken();
    assert_eq!(world.report("store/12").await["comments"].as_array().unwrap().len(), 5);
    // 1,405 items of at most 350 bytes, half a unit for 4 KB of them, and less than 15 for the report itself.
    let most = 1_405.0 * 350.0 / 4_096.0 / 2.0 + 15.0;
    let (consumed, _) = world.proxy.taken();
    assert!(consumed.written == 0.0 && consumed.read < most, "{consumed:?}, of {most} at most");
}

/// A survey with as many drivers as pairs are kept of, half of which a guest is asked.
fn sixteen_drivers() -> Survey {
    let scale = |id: String, (min, max): (u8, u8), measures: &str| json!({"id": id, "kind": "scale", "min": min, "max": max, "measures": measures, "text": {"en": "?"}});
    let mut questions = vec![scale("nps".into(), (0, 10), "recommend"), scale("csat".into(), (1, 5), "satisfaction")];
    for i in 0..16 {
        let mut driver = scale(format!("driver-{i}"), (1, 5), "driver");
        driver["module"] = json!("themes");
        questions.push(driver);
    }
    let modules = json!({"themes": {"ask": 8}});
    let definition = json!({"id": "dine-in", "title": {"en": "S"}, "questions": questions, "modules": modules});
    Survey::new(serde_json::from_value(definition).unwrap()).unwrap()
}

/// One of a hundred tables, of as many who serve, and of twelve bands of amounts.
fn some_context(rng: &mut fastrand::Rng) -> Context {
    let units = [7, 15, 30, 70, 150, 300, 700, 1_500, 3_000, 7_000, 15_000, 30_000];
    let table = format!("{}{}", ["A", "B", "C", "D"][rng.usize(0..4)], rng.u8(1..=25));
    let staff = format!("emp{}", 1_000 + 37 * rng.u32(0..100));
    let amount = 100 * units[rng.usize(0..12)];
    serde_json::from_value(json!({"table": table, "staff": staff, "amount": amount, "currency": "CNY"})).unwrap()
}

#[tokio::test]
async fn a_store_day_takes_no_more_than_four_write_units() {
    let world = World::new().await;
    let dine_in = world.stack.app.table.survey(&"dine-in".parse().unwrap()).await.unwrap().unwrap().survey;
    let mut rng = fastrand::Rng::with_seed(2026);
    for (survey, asked, pairs) in [(dine_in, 3, 45), (sixteen_drivers(), 8, 120)] {
        let themes: Vec<String> = survey.drivers().map(|(question, _)| question.id().to_string()).collect();
        // A day of few guests, a usual one, and that of a very busy store: every channel, segment and opening hour.
        for guests in [10, 200, 3_000] {
            let mut tally = Tally::default();
            for i in 0..guests {
                let guest = answers().channel(Channel::ALL[i % 12]).segment(rng.u8(0..16));
                let mut guest = guest.nps(rng.u8(0..=10)).csat(rng.u8(1..=5));
                for theme in rng.choose_multiple(themes.iter(), asked) {
                    guest = guest.scale(theme, rng.u8(1..=5));
                }
                // With as many drivers as sixteen, the tables would take a fifth unit on a busy day.
                let context = if pairs == 45 { some_context(&mut rng) } else { Context::default() };
                tally.add_with(&guest.response, rng.u8(10..23), &survey, &context);
            }
            if (guests, pairs) == (3_000, 45) {
                assert_eq!((tally.tables.len(), tally.staff.len(), tally.amounts.len()), (100, 100, 12));
            }
            let kept: usize = tally.pairs.values().map(std::collections::BTreeMap::len).sum();
            assert!(kept == pairs || (guests == 10 && kept < pairs), "{guests} guests answered {kept} pairs");
            let content = aftertaste::table::fitted(content(tally));
            let rollup = Rollup { content, counted_at: Timestamp::now(), ..Rollup::default() };
            world.proxy.taken();
            assert!(
                world.stack.app.table.put_rollup(&"store/12".parse().unwrap(), days_ago(1), &rollup).await.unwrap()
            );
            let written = world.proxy.taken().0.written;
            assert!(written <= 4.0, "{guests} guests and {pairs} pairs: {written}");
        }
    }
}
