//! A manager's report: change, parts, siblings, orders, comments.

use std::io::Write;

use aftertaste::domain::{
    count::{Content, Rollup, Tally},
    place::Scope,
    visit::Channel,
};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{World, answers, content, days_ago};

#[tokio::test]
async fn a_change_is_told_apart_from_chance() {
    let world = World::new().await;
    // The example of docs/statistics.md, 30/15/5 against 20/15/15, a day apart. Its figures are those of the second
    // edition of the statistics and replace the first's, z 2.566300 and p 0.010279.
    // Now and a day ago to the minute, so that no hour of the clock puts both into one business day.
    for (hours_ago, counts) in [(0, [30, 15, 5]), (24, [20, 15, 15])] {
        for (nps, count) in [10, 8, 3].into_iter().zip(counts) {
            answers().hours_ago(hours_ago).nps(nps).csat(4).times(count).put(&world).await;
        }
    }
    world.fire("RollUpStoresNightly", Value::Null).await;
    let today = format!("from={0}&to={0}", days_ago(0));
    for scope in ["store/12", "cn"] {
        let change = world.report_for(scope, &today).await["change"].clone();
        for (name, expected) in [
            ("nps", 40.0),
            ("low", 8.903_044_311),
            ("high", 68.020_032_612),
            ("z", 2.550_306_852),
            ("p", 0.010_762_814),
        ] {
            assert!((change[name].as_f64().unwrap() - expected).abs() < 1e-9, "{scope}: {name} in {change}");
        }
        assert_eq!((&change["distinguishable"], &change["n_before"]), (&json!(true), &json!(50)));
    }
    let alone = world.report_for("cn", &format!("from={}&to={}", days_ago(60), days_ago(1))).await;
    assert_eq!(alone["change"], Value::Null, "nothing lies before");
}

#[tokio::test]
async fn a_queue_for_vips_that_sours_the_others_shows() {
    let world = World::new().await;
    answers().hours_ago(24).segment(1).nps(10).csat(5).times(40).put(&world).await;
    answers().hours_ago(24).segment(0).nps(4).csat(2).times(60).put(&world).await;
    world.fire("RollUpStoresHourly", Value::Null).await;
    let segments = world.report("store/12").await["by_segment"].clone();
    let others = &segments[0]["against_the_rest"];
    assert_eq!((&segments[0]["segment"], &segments[0]["nps"]), (&json!(0), &json!(-100.0)));
    assert_eq!((&others["nps"]["difference"], &others["nps"]["distinguishable"]), (&json!(-200.0), &json!(true)));
    assert_eq!(
        (&others["satisfied"]["difference"], &others["satisfied"]["distinguishable"]),
        (&json!(-1.0), &json!(true))
    );
    // Within its interval: 40 against 60 who agree would reach −203, and no difference does.
    assert_eq!(others["nps"]["low"], json!(-200.0));
    assert!((others["nps"]["high"].as_f64().unwrap() + 180.860_484_715).abs() < 1e-9, "{others}");
}

#[tokio::test]
async fn siblings_have_ranges_of_ranks_and_few_answers_have_none() {
    let world = World::new().await;
    for (store, nps, csat, times) in [(12, 10, 5, 60), (13, 10, 5, 60), (14, 2, 1, 60), (15, 8, 4, 20), (16, 0, 1, 4)] {
        answers().store(store).hours_ago(24).nps(nps).csat(csat).times(times).put(&world).await;
    }
    world.fire("RollUpStoresHourly", Value::Null).await;
    let report = world.report("cn/east/shanghai").await;
    let rows: Vec<_> = report["children"]
        .as_array()
        .unwrap()
        .iter()
        .map(|child| {
            let count = |name: &str| child[name].as_u64();
            (
                child["scope"].as_str().unwrap(),
                count("n").unwrap(),
                count("rank_low"),
                count("rank_high"),
                child["few"] == true,
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("store/12", 60, Some(1), Some(2), false),
            ("store/13", 60, Some(1), Some(2), false),
            ("store/15", 20, Some(3), Some(3), true),
            ("store/14", 60, Some(4), Some(4), false),
            ("store/16", 4, None, None, true),
        ]
    );
    assert_eq!(report["children"][4]["nps"], Value::Null, "fewer than five show their number and nothing else");
    assert_eq!(report["children"][0]["name"], "南京路店 Nanjing Road");
}

#[tokio::test]
async fn orders_give_a_response_rate_and_a_day_without_them_says_so() {
    let world = World::new().await;
    answers().text("guest").times(20).put(&world).await;
    answers().hours_ago(24).text("guest").times(10).put(&world).await;
    let (today, yesterday) = (days_ago(0), days_ago(1));
    let day = json!({"orders": 80, "revenue": 5120.5, "currency": "CNY", "refunds": 20});
    let answer = world.call(Method::PUT, &format!("/stores/12/days/{today}"), "admin", day).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    world.fire("RollUpStoresNightly", Value::Null).await;
    for scope in ["store/12", "cn"] {
        let report = world.report(scope).await;
        let operations = &report["operations"];
        assert_eq!(
            (&operations["orders"], &operations["answered"], &operations["response_rate"]),
            (&json!(80), &json!(20), &json!(0.25))
        );
        assert_eq!((&operations["revenue"]["CNY"], &operations["refunds"]["CNY"]), (&json!(5120.5), &json!(20.0)));
        let days = report["days"].as_array().unwrap();
        assert_eq!(
            (&days[0]["day"], &days[0]["orders"], &days[0]["response_rate"]),
            (&json!(yesterday), &Value::Null, &Value::Null)
        );
        assert_eq!((&days[1]["day"], &days[1]["response_rate"]), (&json!(today), &json!(0.25)));
    }
    let page = world.call(Method::GET, "/reports/cn.html?lang=en", "report:", Value::Null).await;
    assert!(page.text.contains("orders unknown"));
}

#[tokio::test]
async fn orders_of_many_days_come_as_a_csv_whole_or_not_at_all() {
    let world = World::new().await;
    let send = async |csv: &str| {
        let request = world.request(Method::PUT, "/days").bearer_auth(world.grant("admin"));
        world.send(request.header("content-type", "text/csv").body(csv.to_owned())).await
    };
    let good = "store,day,orders,revenue,refunds,currency\n12,2026-11-20,812,61034.50,,CNY\n13,2026-11-20,640,,,\n";
    assert_eq!(send(good).await.json(), json!({"written": 2}));
    assert_eq!(world.items("O#").await.len(), 2);
    for (csv, words) in [
        (
            "store,day,orders\n12,2026-11-21,5\n4040,2026-11-21,5\n",
            "Row 2: there is no store 4040 that this grant sets up.",
        ),
        ("store,day,orders\n12,21.11.2026,5\n", "Row 1: day is a day such as 2026-11-21."),
        ("store,day,orders,revenue\n12,2026-11-21,5,9\n", "Row 1: An amount needs its currency, such as CNY."),
        ("store,day,orders\n12,2026-11-21,-5\n", "Row 1: "),
        ("store,day\n12,2026-11-21\n", "Row 1: "),
    ] {
        let answer = send(csv).await;
        assert_eq!(answer.problem(), (422, "invalid".into()), "{csv}");
        assert!(answer.json()["detail"].as_str().unwrap().starts_with(words), "{}", answer.text);
    }
    assert_eq!(world.items("O#").await.len(), 2, "nothing of a refused file was written");
    let day = async |path: &str, body: Value| world.call(Method::PUT, path, "admin", body).await.status.as_u16();
    assert_eq!(day("/stores/12/days/2026-02-30", json!({"orders": 1})).await, 422);
    assert_eq!(day("/stores/12/days/-000001-01-01", json!({"orders": 1})).await, 422);
    assert_eq!(day("/stores/12/days/2026-11-21", json!({"orders": -1})).await, 422);
    assert_eq!(day("/stores/12/days/2026-11-21", json!({"orders": 1, "revenue": 1e300, "currency": "CNY"})).await, 422);
    assert_eq!(day("/stores/4040/days/2026-11-21", json!({"orders": 1})).await, 404);
}

#[tokio::test]
async fn comments_come_newest_first_in_pages_and_each_once() {
    let world = World::new().await;
    for hours_ago in 1..=3 {
        answers().hours_ago(hours_ago).text(&format!("{hours_ago} hours ago")).times(40).put(&world).await;
    }
    // Early in the morning these hours are of a day that is over, which a report takes from its count.
    world.fire("RollUpStoresHourly", Value::Null).await;
    let (mut seen, mut query, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = world.report_for("store/12", &query).await;
        seen.extend(page["comments"].as_array().unwrap().iter().map(|c| (c["day"].clone(), c["text"].clone())));
        pages += 1;
        match page["comments_before"].as_str() {
            Some(before) => query = format!("comments_before={before}"),
            None => break,
        }
    }
    assert_eq!((seen.len(), pages), (120, 3));
    let days: Vec<&str> = seen.iter().map(|(day, _)| day.as_str().unwrap()).collect();
    assert!(days.is_sorted_by(|a, b| a >= b));
    let distinct: std::collections::BTreeSet<String> = seen.iter().map(|(day, text)| format!("{day} {text}")).collect();
    assert_eq!(distinct.len(), 120);
    // A page that nobody gave out begins at the newest.
    for odd in ["x", "9999", "2026-11-21T04:31Z", &"Z".repeat(3000)] {
        assert_eq!(
            world.report_for("store/12", &format!("comments_before={odd}")).await["comments"].as_array().unwrap().len(),
            50
        );
    }
}

#[tokio::test]
async fn what_a_guest_wrote_comes_back_as_she_wrote_it_and_runs_nowhere() {
    let world = World::new().await;
    let comment = format!("<script>alert('1')</script> \"&amp; مرحبا 👨‍👩‍👧 =1+1 {}", "𠮷".repeat(400));
    answers().text(&comment).send(&world).await;
    // Five at a time are shown.
    answers().times(4).send(&world).await;
    assert_eq!(world.report("store/12").await["comments"][0]["text"], json!(comment));
    let page = world.call(Method::GET, "/reports/store/12.html", "report:", Value::Null).await.text;
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;") && page.contains("👨‍👩‍👧"), "escaped, and whole");
}

#[tokio::test]
async fn empty_tiny_and_unanimous_stores_have_no_odd_figures() {
    let world = World::new().await;
    for (store, times) in [(13, 1), (14, 50)] {
        answers().store(store).hours_ago(1).nps(10).text("guest").times(times).put(&world).await;
    }
    for scope in ["store/12", "store/13", "store/14", "cn/north", "cn"] {
        let answer = world.call(Method::GET, &format!("/reports/{scope}.json"), "report:", Value::Null).await;
        assert!(!answer.text.contains("NaN") && !answer.text.contains("inf"), "{}", answer.text);
        let report = answer.json();
        if let (Some(low), Some(high)) = (report["nps"]["low"].as_f64(), report["nps"]["high"].as_f64()) {
            assert!(high > low, "{report}");
        }
        let path = format!("/reports/{scope}.html?lang=en");
        let page = world.call(Method::GET, &path, "report:", Value::Null).await;
        assert!(page.status == 200 && !page.text.contains("NaN"), "{}", page.text);
    }
    assert_eq!(world.report("store/12").await["nps"], Value::Null);
}

#[tokio::test]
async fn the_page_of_thirty_days_of_two_hundred_stores_is_small() {
    const STORES: std::ops::RangeInclusive<u32> = 101..=300;
    let world = World::new().await;
    let table = &world.stack.app.table;
    let survey = table.survey(&"dine-in".parse().unwrap()).await.unwrap().unwrap().survey;
    let scope = "cn/west".parse().unwrap();
    for number in STORES {
        let details = json!({"name": format!("成都春熙路{number}店 Chunxi Road {number}"), "path": "cn/west", "time_zone": "Asia/Shanghai", "survey": "dine-in"});
        let put = world.call(Method::PUT, &format!("/stores/{number}"), "admin", details).await;
        assert!(put.status.is_success(), "{}", put.text);
    }
    for back in 0..30_u32 {
        let mut node = Content::default();
        for number in STORES {
            let mut tally = Tally::default();
            for i in 0..30_u32 {
                let roll = u8::try_from((i * 7 + number * 13 + back * 5) % 55).unwrap();
                let guest = answers().channel(Channel::ALL[usize::from(roll % 12)]).segment(roll % 16);
                let guest = guest.nps(roll % 11).csat(1 + roll % 5).scale("trust", 1 + roll / 11);
                let guest = guest.scale("choice", 1 + (roll / 5) % 5).scale("respect", 1 + (roll / 3) % 5);
                tally.add(&guest.response, 10 + roll % 12, &survey);
            }
            node.merge(&content(tally), &Scope::Store(number.try_into().unwrap()));
        }
        let rollup = Rollup { content: node, counted_at: Timestamp::now(), ..Rollup::default() };
        assert!(table.put_rollup(&scope, days_ago(back.into()), &rollup).await.unwrap());
    }
    let path = format!("/reports/cn/west.html?lang=zh-CN&from={}", days_ago(29));
    let page = world.call(Method::GET, &path, "report:", Value::Null).await;
    assert!(page.text.contains("Chunxi Road 300") && page.text.contains(&days_ago(29).to_string()), "{}", page.text);
    let mut compressed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    compressed.write_all(page.text.as_bytes()).unwrap();
    let size = compressed.finish().unwrap().len();
    assert!(size < 60_000, "{size}");
}
