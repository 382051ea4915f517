//! How a report says what changed: by what each store did, over whole weeks, against a year before, like with like.

use aftertaste::{
    domain::{
        count::{Content, Rollup, Tally},
        place::Scope,
        survey::Survey,
    },
    table::{Item, rollup_item},
};
use jiff::{Timestamp, civil::Date};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{World, answers, content, days_ago};

/// A day's answers of a store: promoters, passives and detractors, who are satisfied as they recommend.
pub type Answered = [u64; 3];

async fn survey(world: &World) -> Survey {
    world.stack.app.table.survey(&"dine-in".parse().unwrap()).await.unwrap().unwrap().survey.clone()
}

fn store_day(survey: &Survey, answered: Answered) -> Content {
    let mut tally = Tally::default();
    for ([nps, csat], count) in [[10, 5], [8, 4], [3, 2]].into_iter().zip(answered) {
        let guest = answers().nps(nps).csat(csat);
        (0..count).for_each(|_| tally.add(&guest.response, 12, survey));
    }
    content(tally)
}

fn item(scope: &Scope, day: Date, content: Content) -> Item {
    rollup_item(scope, day, &Rollup { content, counted_at: Timestamp::now(), ..Rollup::default() }).unwrap()
}

/// Writes the rollups that a count would have made for some stores, each under a node below `cn`. They have the answers
/// of each store's guests for each day, by how many days ago it was.
pub async fn put(world: &World, places: &[(u32, &str)], days: &[(i64, Vec<Answered>)]) {
    for (number, path) in places {
        let details =
            json!({"name": format!("Store {number}"), "path": path, "time_zone": "Asia/Shanghai", "survey": "dine-in"});
        let put = world.call(Method::PUT, &format!("/stores/{number}"), "admin", details).await;
        assert!(put.status.is_success(), "{}", put.text);
    }
    let survey = survey(world).await;
    let mut items = Vec::new();
    for (back, stores) in days {
        let mut nodes: std::collections::BTreeMap<Scope, Content> = std::collections::BTreeMap::new();
        for ((number, path), answered) in places.iter().zip(stores) {
            let number = (*number).try_into().unwrap();
            let of_store = store_day(&survey, *answered);
            let Ok(Scope::Node(path)) = path.parse() else { panic!("{path} is no node") };
            for (node, child) in path.nodes_above(number) {
                nodes.entry(Scope::Node(node)).or_default().merge(&of_store, &child);
            }
            items.push(item(&Scope::Store(number), days_ago(*back), of_store));
        }
        items.extend(nodes.into_iter().map(|(node, content)| item(&node, days_ago(*back), content)));
    }
    world.database.bulk().import(items).await.unwrap();
}

/// The days from so many days ago to so many.
fn days(from: i64, to: i64) -> String {
    format!("from={}&to={}", days_ago(from), days_ago(to))
}

fn near(figures: &Value, golden: &[(&str, f64)]) {
    for (name, expected) in golden {
        let figure = figures[name].as_f64().unwrap_or_else(|| panic!("no {name}: {figures}"));
        assert!((figure - expected).abs() < 1e-9, "{name} is {figure}, not {expected}: {figures}");
    }
}

async fn page(world: &World, scope: &str, query: &str) -> String {
    let path = format!("/reports/{scope}.html?lang=en&{query}");
    let page = world.call(Method::GET, &path, "report:", Value::Null).await;
    assert_eq!(page.status, 200, "{}", page.text);
    page.text
}

/// Ten stores of NPS 20, 25 … 65 and 300 answers each; then the two best have 900. No store changes.
fn best_answer_more() -> Vec<(i64, Vec<Answered>)> {
    let store = |i: u64, times: u64| [times * (105 + 15 * i), times * (150 - 15 * i), times * 45];
    let now = (0..10).map(|i| store(i, if i > 7 { 3 } else { 1 })).collect();
    vec![(3, now), (4, (0..10).map(|i| store(i, 1)).collect())]
}

#[tokio::test]
async fn a_node_whose_best_stores_answer_more_is_called_no_warmer() {
    let world = World::new().await;
    let places: Vec<(u32, String)> =
        (0..10).map(|i| (101 + i, format!("cn/west/{}", ["a", "b"][i as usize % 2]))).collect();
    let places: Vec<(u32, &str)> = places.iter().map(|(number, path)| (*number, path.as_str())).collect();
    put(&world, &places, &best_answer_more()).await;
    for scope in ["cn/west", "cn"] {
        let report = world.report_for(scope, &days(3, 3)).await;
        let width = 1.959_963_984_540_054 * 1.794_608_158;
        near(
            &report["change"],
            &[("nps", 5.714_285_714), ("within", 0.0), ("mix", 5.714_285_714), ("z", 0.0), ("p", 1.0)],
        );
        near(&report["change"], &[("within_low", -width), ("within_high", width)]);
        assert_eq!(
            (&report["change"]["distinguishable"], &report["change"]["within_of"]),
            (&json!(false), &json!("stores"))
        );
        let page = page(&world, scope, &days(3, 3)).await;
        assert!(!page.contains("Warmer") && page.contains("No significant change in NPS, 0.0"), "{page}");
        assert!(page.contains("of which +5.7 comes from a changed mix of stores."), "{page}");
    }
    // Of the lower node, whose children are stores, the same without reading further.
    let lower = world.report_for("cn/west/a", &days(3, 3)).await;
    near(&lower["change"], &[("within", 0.0)]);
}

#[tokio::test]
async fn a_node_of_very_many_nodes_is_split_by_those_directly_below() {
    let world = World::new().await;
    // 21 nodes with a store each: two of them are under `cn/west`, the others under a node each.
    let path = |i: u32| if i < 2 { format!("cn/west/w{i}") } else { format!("cn/r{i}") };
    let places: Vec<(u32, String)> = (0..21).map(|i| (200 + i, path(i))).collect();
    let places: Vec<(u32, &str)> = places.iter().map(|(number, path)| (*number, path.as_str())).collect();
    // Under `cn/west` the better store answers more: to `cn` that is a change of `cn/west`.
    let of = |best: u64| {
        (0..21)
            .map(|i| {
                if i == 0 {
                    [best, 0, 0]
                } else if i == 1 {
                    [10, 20, 20]
                } else {
                    [20, 20, 10]
                }
            })
            .collect()
    };
    put(&world, &places, &[(3, of(150)), (4, of(50))]).await;
    let whole = world.report_for("cn", &days(3, 3)).await["change"].clone();
    assert_eq!(whole["within_of"], json!("below"), "{whole}");
    assert!(whole["within"].as_f64().unwrap() > 1.0, "{whole}");
    let west = world.report_for("cn/west", &days(3, 3)).await["change"].clone();
    assert_eq!(west["within_of"], json!("stores"));
    near(&west, &[("within", 0.0)]);
    assert!(page(&world, "cn", &days(3, 3)).await.contains("the own change of the stores and regions below"));
}

#[tokio::test]
async fn a_store_that_closes_is_in_the_mix_alone() {
    let world = World::new().await;
    let (good, bad, none) = ([25, 0, 5], [5, 0, 25], [0, 0, 0]);
    let places = [(401, "cn/west/x"), (402, "cn/west/x"), (403, "cn/west/y")];
    put(&world, &places, &[(3, vec![good, none, good]), (4, vec![good, bad, good])]).await;
    for scope in ["cn/west/x", "cn/west", "cn"] {
        let change = world.report_for(scope, &days(3, 3)).await["change"].clone();
        near(&change, &[("within", 0.0), ("mix", change["nps"].as_f64().unwrap())]);
        assert!(change["nps"].as_f64().unwrap() > 30.0 && change["distinguishable"] == false, "{change}");
    }
    // All that answered before have closed.
    put(&world, &[(404, "cn/west/z"), (405, "cn/west/z")], &[(3, vec![good, none]), (4, vec![none, bad])]).await;
    let moved = world.report_for("cn/west/z", &days(3, 3)).await;
    assert_eq!((&moved["change"]["within"], &moved["change"]["p"]), (&Value::Null, &Value::Null));
    let text = page(&world, "cn/west/z", &days(3, 3)).await;
    assert!(
        text.contains("No store or region below has answers in both periods. Overall, NPS changed by +133.3"),
        "{text}"
    );
}

#[tokio::test]
async fn a_store_that_has_moved_still_changed_where_it_was() {
    let world = World::with_catalog_age(std::time::Duration::ZERO).await;
    let (good, bad) = ([25, 0, 5], [5, 0, 25]);
    // It rose, and lies elsewhere since: its days stay in the node that has no store any more.
    put(&world, &[(411, "cn/west/old"), (412, "cn/west/new")], &[(3, vec![good, good]), (4, vec![bad, good])]).await;
    let before = world.report_for("cn/west", &days(3, 3)).await["change"].clone();
    let details = json!({"name": "Moved", "path": "cn/west/new", "time_zone": "Asia/Shanghai", "survey": "dine-in"});
    assert_eq!(world.call(Method::PUT, "/stores/411", "admin", details).await.status, 200);
    let after = world.report_for("cn/west", &days(3, 3)).await["change"].clone();
    near(&after, &[("within", before["within"].as_f64().unwrap()), ("mix", 0.0)]);
    assert_eq!((&before["within_of"], &after["within_of"]), (&json!("stores"), &json!("below")));
    // Above it there is one node alone, which says no more than the whole. So the part below it says it.
    let top = world.report_for("cn", &days(3, 3)).await["change"].clone();
    assert_eq!(top["within"], after["within"]);
}

#[tokio::test]
async fn the_window_is_four_weeks_and_can_be_set_against_a_year_before() {
    let world = World::new().await;
    let (now, before, then) = ([30, 15, 5], [20, 15, 15], [10, 10, 30]);
    let day = |back: i64, answered: Answered| (back, vec![answered]);
    // The last day of a window of 28, the last of the 28 before; the first and the last of a year before.
    put(
        &world,
        &[(301, "cn/west")],
        &[
            day(27, now),
            day(28, before),
            day(55, before),
            day(56, [99, 0, 0]),
            day(364, then),
            day(391, then),
            day(392, [99, 0, 0]),
        ],
    )
    .await;
    for scope in ["store/301", "cn/west"] {
        let usual = world.report(scope).await;
        assert_eq!((&usual["from"], &usual["responses"]), (&json!(days_ago(27)), &json!(50)));
        assert_eq!((&usual["change"]["against"], &usual["change"]["n_before"]), (&json!("before"), &json!(100)));
        let year = world.report_for(scope, "against=year").await["change"].clone();
        assert_eq!((&year["against"], &year["n_before"]), (&json!("year"), &json!(100)));
        near(&year, &[("nps", 90.0)]);
    }
    let text = page(&world, "store/301", "against=year").await;
    assert!(
        text.contains("against the same weekdays a year before (") && text.contains("one has most answers, +90.0"),
        "{text}"
    );
    for language in ["zh-CN", "zh-TW"] {
        let link = format!("against=year&amp;lang={language}");
        assert!(text.contains(&link), "the other languages say the same: {text}");
    }
    assert!(page(&world, "store/301", "").await.contains(">91 days<"));
    let odd = world.call(Method::GET, "/reports/cn.json?against=month", "report:", Value::Null).await;
    assert_eq!(odd.problem(), (422, "invalid".into()));
}

#[tokio::test]
async fn good_and_bad_days_are_no_change() {
    let world = World::new().await;
    // The ten days A and B of docs/statistics.md, of which B has one without answers.
    let a =
        [[9, 3, 1], [8, 4, 0], [2, 3, 6], [7, 2, 2], [10, 3, 0], [6, 5, 1], [1, 4, 5], [9, 2, 1], [8, 1, 1], [7, 6, 2]];
    let b =
        [[5, 4, 3], [9, 2, 0], [3, 5, 4], [8, 3, 1], [0, 2, 7], [7, 4, 2], [6, 3, 2], [9, 1, 0], [4, 4, 4], [0, 0, 0]];
    let days_of = |first: i64, days: [Answered; 10]| (first..).zip(days).map(|(back, day)| (back, vec![day]));
    let all: Vec<(i64, Vec<Answered>)> = days_of(1, a).chain(days_of(11, b)).collect();
    put(&world, &[(302, "cn/west")], &all).await;
    for scope in ["store/302", "cn/west"] {
        let report = world.report_for(scope, &days(10, 1)).await;
        near(&report["nps"], &[("low", 11.595_940_105), ("high", 67.742_902_870)]);
        near(
            &report["change"],
            &[("low", -28.286_355_332), ("high", 53.779_044_461), ("z", 0.641_928_976), ("p", 0.520_919_299)],
        );
        let (share, whole) = (&report["satisfaction"], &report["score"]);
        assert!(whole.is_null() && share["high"].as_f64().unwrap() - share["low"].as_f64().unwrap() > 0.2, "{share}");
    }
}

#[tokio::test]
async fn orders_that_are_missing_and_rates_that_differ_are_said() {
    let world = World::new().await;
    answers().hours_ago(24).nps(9).csat(4).text("guest").times(40).put(&world).await;
    answers().hours_ago(48).nps(9).csat(4).text("guest").times(40).put(&world).await;
    answers().store(13).hours_ago(24).nps(9).csat(4).text("guest").times(40).put(&world).await;
    let order = async |store: u32, back: i64, orders: u64| {
        let path = format!("/stores/{store}/days/{}", days_ago(back));
        assert_eq!(world.call(Method::PUT, &path, "admin", json!({"orders": orders})).await.status, 200);
    };
    order(12, 1, 400).await;
    order(12, 2, 30).await;
    order(13, 1, 100).await;
    world.fire("RollUpStoresNightly", Value::Null).await;
    // The day before has fewer orders than answers.
    let report = world.report_for("store/12", &days(1, 1)).await;
    assert_eq!(
        (&report["operations"]["response_rate"], &report["change"]["response_rate_before"]),
        (&json!(0.1), &Value::Null)
    );
    assert_eq!(report["change"]["alike"], Value::Null);
    let silent: Vec<(f64, f64)> = report["silent_guests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|silent| (silent["less_happy_by"].as_f64().unwrap(), silent["nps"].as_f64().unwrap()))
        .collect();
    assert_eq!(silent, [(5.0, 95.5), (10.0, 91.0), (20.0, 82.0), (40.0, 64.0)]);
    assert!(
        page(&world, "store/12", &days(1, 1)).await.contains("If guests who did not answer are 20 points less happy")
    );
    let missing = world.report_for("store/12", &days(2, 2)).await;
    assert_eq!((&missing["operations"]["orders"], &missing["operations"]["response_rate"]), (&json!(30), &Value::Null));
    assert_eq!(missing["silent_guests"], json!([]));
    assert!(page(&world, "store/12", &days(2, 2)).await.contains("orders incomplete"));
    // Orders came in since.
    order(12, 2, 200).await;
    world.fire("RollUpStoresNightly", Value::Null).await;
    let report = world.report_for("store/12", &days(1, 1)).await;
    assert_eq!((&report["change"]["response_rate_before"], &report["change"]["alike"]), (&json!(0.2), &json!(false)));
    let text = page(&world, "store/12", &days(1, 1)).await;
    assert!(text.contains("response rates differ: 10.0%, before 20.0%"), "{text}");
    let node = world.report_for("cn/east/shanghai", &days(1, 1)).await["children"].clone();
    let child = |scope: &str| node.as_array().unwrap().iter().find(|child| child["scope"] == scope).unwrap().clone();
    assert_eq!((&child("store/12")["response_rate"], &child("store/12")["alike"]), (&json!(0.1), &json!(false)));
    assert_eq!((&child("store/13")["response_rate"], &child("store/13")["alike"]), (&json!(0.4), &json!(false)));
    assert!(page(&world, "cn/east/shanghai", &days(1, 1)).await.contains("response rate unlike the others': 40.0%"));
}

#[tokio::test]
async fn hours_in_which_few_answer_weigh_as_much_as_their_orders() {
    let world = World::new().await;
    // At four past midnight, Shanghai's business day begins; so many hours later it is noon, and seven in the evening.
    let midnight = days_ago(2).to_zoned(jiff::tz::TimeZone::get("Asia/Shanghai").unwrap()).unwrap();
    let at = |hour: i64| midnight.checked_add(jiff::Span::new().hours(hour)).unwrap().timestamp();
    for (hour, nps, times) in [(12, 10, 30), (19, 2, 10)] {
        answers().paid(at(hour)).nps(nps).csat(4).text("guest").times(times).put(&world).await;
    }
    let path = format!("/stores/12/days/{}", days_ago(2));
    let orders = json!({"orders": 300, "orders_by_hour": {"12": 100, "19": 200}});
    assert_eq!(world.call(Method::PUT, &path, "admin", orders).await.status, 200);
    world.fire("RollUpStoresNightly", Value::Null).await;
    for scope in ["store/12", "cn"] {
        let report = world.report_for(scope, &days(2, 2)).await;
        near(&report["nps"], &[("score", 50.0)]);
        near(&report["weighted_by_hour"], &[("nps", -100.0 / 3.0), ("distance", 5.0 / 12.0), ("covered", 1.0)]);
        assert!(page(&world, scope, &days(2, 2)).await.contains("counted by its orders, NPS would be −33.3 (95% CI"));
    }
    let without = world.report_for("store/12", &days(1, 1)).await;
    assert_eq!(without["weighted_by_hour"], Value::Null);
    let wrong = json!({"orders": 300, "orders_by_hour": {"12": 100, "25": 200}});
    assert_eq!(world.call(Method::PUT, &path, "admin", wrong).await.problem(), (422, "invalid".into()));
    let wrong = json!({"orders": 300, "orders_by_hour": {"noon": 300}});
    let answer = world.call(Method::PUT, &path, "admin", wrong).await;
    println!("{}", answer.text);
    assert!([400, 422].contains(&answer.status.as_u16()), "{}", answer.text);
}
