//! The main path: link, survey, answer, count, report.

use std::io::Read;

use aftertaste_local::{Route, Template};
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{World, answers};

#[tokio::test]
async fn a_payment_becomes_a_link_an_answer_and_a_figure() {
    let world = World::new().await;
    let link = world.link("till 7/4711").await;

    let page = world.send(world.request(Method::GET, &format!("/s/{link}")).header("accept-language", "en-GB")).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert!(page.text.contains("How was your meal?"), "{}", page.text);

    let survey = world.get(&format!("/s/{link}"), "application/json").await.json();
    let questions: Vec<&str> =
        survey["questions"].as_array().unwrap().iter().map(|q| q["id"].as_str().unwrap()).collect();
    assert_eq!(
        (questions.len(), questions[0], questions[5]),
        (6, "nps", "why"),
        "two measures, three of ten themes, one comment"
    );

    let body = json!({"submission": survey["submission"], "version": survey["version"], "seconds": 11,
        "answers": {"nps": 9, "csat": 5, questions[2]: 4, "why": "好吃!"}});
    let answered = world.answer(&link, body.clone()).await;
    // A lot decides whether somebody thanks for a praise, and says so.
    let mut told = answered.json();
    told.as_object_mut().unwrap().remove("case");
    assert_eq!((answered.status.as_u16(), told), (201, json!({"status": "recorded", "can_be_taken_back": true})));
    assert_eq!(world.answer(&link, body).await.status, 200);

    // Before any count the store's own report has it, and the scopes above don't. It is shown once there are five.
    let waiting = world.report("store/12").await;
    assert_eq!((&waiting["responses"], &waiting["waiting"], &waiting["nps"]), (&json!(0), &json!(1), &Value::Null));
    answers().nps(9).csat(5).times(4).send(&world).await;
    assert_eq!(world.report("store/12").await["responses"], 5);
    assert_eq!(world.report("cn").await["responses"], 0);

    let counted = world.fire("RollUpStoresHourly", Value::Null).await;
    assert_eq!(
        (&counted["responses"], &counted["written"]),
        (&json!(5), &json!(4)),
        "the store and three scopes above"
    );
    for scope in ["store/12", "cn/east/shanghai", "cn/east", "cn"] {
        let report = world.report(scope).await;
        assert_eq!(report["responses"], 5, "{scope}");
        assert_eq!(
            (&report["nps"]["score"], &report["satisfaction"]["satisfied"]),
            (&json!(100.0), &json!(5)),
            "{scope}"
        );
    }
    assert_eq!(world.report("cn/north").await["responses"], 0);
}

#[tokio::test]
async fn an_answer_that_is_taken_back_leaves_every_rollup_at_the_next_count() {
    let world = World::new().await;
    answers().nps(9).csat(5).times(5).send(&world).await;
    let link = world.link("p").await;
    let submission = Uuid::new_v4();
    world.answer(&link, json!({"submission": submission, "answers": {"nps": 2, "csat": 1}})).await;
    let of_cn = async || {
        world.fire("RollUpStoresHourly", Value::Null).await;
        let report = world.report("cn").await;
        [&report["responses"], &report["waiting"], &report["taken_back"]].map(|n| n.as_u64().unwrap())
    };
    assert_eq!(of_cn().await, [5, 1, 0]);
    for _ in 0..2 {
        let delete = world.request(Method::DELETE, &format!("/s/{link}")).header("submission", submission.to_string());
        assert_eq!(world.send(delete).await.status, 204);
    }
    assert_eq!(of_cn().await, [5, 0, 1]);

    // And they may answer again.
    assert_eq!(world.answer(&link, json!({"answers": {"nps": 8, "csat": 4}})).await.status, 201);
    assert_eq!(of_cn().await, [5, 1, 1]);
}

#[tokio::test]
async fn the_same_payment_yields_the_same_link_and_another_payment_another() {
    let world = World::new().await;
    let paid_at = Timestamp::now() - 1.hour();
    let issue = async |payment: &str| {
        let body = json!({"store": 12, "payment": payment, "paid_at": paid_at});
        world.call(Method::POST, "/links", "issue", body).await.json()
    };
    let (first, again, other) = (issue("a").await, issue("a").await, issue("b").await);
    assert_eq!(first, again);
    assert_ne!(first["link"], other["link"]);
    assert_eq!(first["url"], format!("{}/s/{}", world.stack.url, first["link"].as_str().unwrap()));
    assert_eq!(first["scene"], first["link"]);
    let minute = |instant: Timestamp| instant.as_second() / 60;
    let expires: Timestamp = first["expires_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(minute(expires), minute(paid_at + 168.hours()));
}

#[tokio::test]
async fn a_guest_without_script_answers_by_a_form_and_is_shown_what_to_mend() {
    let world = World::new().await;
    let link = world.link("form").await;
    let post = async |body: &str| {
        let request = world.request(Method::POST, &format!("/s/{link}?lang=en")).header("accept", "text/html");
        world.send(request.header("content-type", "application/x-www-form-urlencoded").body(body.to_owned())).await
    };
    let wrong = post("nps=&csat=9&why=kept+%F0%9F%A5%9F").await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text.contains("Please answer this question.</p>")
            && wrong.text.contains("could not be read. Please choose again."),
        "{}",
        wrong.text
    );
    assert!(wrong.text.contains("kept 🥟"), "what was typed is still there");
    assert!(world.items("R#").await.is_empty());

    // A wrong time by a phone's clock is no reason to lose an answer.
    let submission = Uuid::new_v4();
    let right =
        post(&format!("submission={submission}&seconds=-60&nps=10&csat=4&why=%3Cscript%3Ealert(1)%3C%2Fscript%3E"))
            .await;
    assert_eq!((right.status.as_u16(), right.text.contains("Thank you!")), (201, true));
    assert_eq!(
        world.items("R#").await[0]["answers"],
        json!({"nps": 10, "csat": 4, "why": "<script>alert(1)</script>"})
    );
    let other = post("nps=1&csat=1").await;
    assert_eq!((other.status.as_u16(), other.text.contains("Already answered")), (409, true));
    let refused = post("take_back=1").await;
    assert_eq!((refused.status.as_u16(), refused.text.contains("Not taken back")), (409, true));
    let back = post(&format!("take_back=1&submission={submission}")).await;
    assert_eq!((back.status.as_u16(), back.text.contains("Taken back")), (200, true));
    assert_eq!(world.items("R#").await[0]["answers"], json!({}));
    assert_eq!(post("nps=1&csat=1").await.status, 201);
}

#[tokio::test]
async fn what_identifies_a_guest_is_masked_before_it_is_stored_and_all_else_is_kept_as_typed() {
    let world = World::new().await;
    let odd = format!("👨‍👩‍👧 שלום \u{202e}abc <script>alert(1)</script> \"'`& {}", "🥟".repeat(440));
    assert!(odd.chars().count() <= 500);
    for (payment, typed, kept) in [
        ("phone", "叫经理打１３８－１２３４－５６７８", "叫经理打***"),
        ("all", "110105 19491231 002X, 4111 1111 1111 1111, a.b@qq.com", "***, ***, ***"),
        ("odd", odd.as_str(), odd.as_str()),
        ("long", "🥟".repeat(500).as_str(), "🥟".repeat(500).as_str()),
    ] {
        let link = world.link(payment).await;
        let reply = world.answer(&link, json!({"answers": {"nps": 1, "csat": 1, "why": typed}})).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        // Five at a time are shown.
        answers().times(4).send(&world).await;
        let report = world.report("store/12").await;
        let comments = report["comments"].as_array().unwrap();
        assert!(comments.iter().any(|comment| comment["text"] == kept), "{comments:?}");
    }
    for word in ["５６７８", "1111 1111", "19491231", "qq.com"] {
        assert!(!format!("{:?}", world.items("R#").await).contains(word), "{word}");
    }
}

#[tokio::test]
async fn the_survey_page_fits_ten_kilobytes_on_the_wire() {
    let world = World::new().await;
    let link = world.link("weight").await;
    let request = world.request(Method::GET, &format!("/s/{link}?lang=zh-CN")).header("accept", "text/html");
    let reply = request.header("accept-encoding", "gzip, deflate, br").send().await.unwrap();
    assert_eq!((&reply.headers()["content-encoding"], reply.status().as_u16()), (&"gzip".parse().unwrap(), 200));
    let bytes = reply.bytes().await.unwrap();
    assert!(bytes.len() <= 10_240, "{}", bytes.len());
    let mut page = String::new();
    flate2::read::GzDecoder::new(bytes.as_ref()).read_to_string(&mut page).unwrap();
    // Style and script are inside: nothing else is asked for.
    assert!(page.contains("</html>") && page.contains("<script>"), "{page}");
    for elsewhere in ["src=", "<link", "@import", "url(", "http:", "https:"] {
        assert!(!page.contains(elsewhere), "{elsewhere}");
    }
}

#[tokio::test]
async fn an_end_has_an_address_so_that_a_reload_shows_it_again() {
    let world = World::new().await;
    let link = world.link("end").await;
    let get = async |end: &str| world.get(&format!("/s/{link}?lang=en{end}"), "text/html").await.text;
    assert!(get("&end=thanks").await.contains("data-end=\"thanks\""));
    assert!(get("&end=answered").await.contains("Take my answers back"));
    // An end that the page does not know is ignored: the page itself is shown.
    for other in ["", "&end=", "&end=taken-back", "&end=x"] {
        assert!(get(other).await.contains("class=\"survey\""), "{other}");
    }
    assert!(world.items("R#").await.is_empty());
}

#[tokio::test]
async fn the_brands_own_words_are_what_a_guest_reads() {
    let world = World::new().await;
    let brand = json!({
        "name": "A \"B\" <i>& Co</i>", "colour": "#ffffff",
        "privacy": {"en": "Kept {days} days with {when}."}, "thanks": {"en": "See you </script><b>soon</b>."},
    });
    assert!(world.call(Method::PUT, "/brand", "admin", brand).await.status.is_success());
    let link = world.link("brand").await;
    let page = world.get(&format!("/s/{link}?lang=en"), "text/html").await;
    assert!(page.text.contains("Kept 730 days with the minute of your payment."), "{}", page.text);
    assert!(
        page.text.contains("A &quot;B&quot; &lt;i&gt;&amp; Co&lt;/i&gt;") && !page.text.contains("<i>"),
        "{}",
        page.text
    );
    // White is darkened until it can be seen on white, and what is written on it is dark.
    assert!(page.text.contains("--brand:#8d8d8d;--on-brand:#000000"), "{}", page.text);
    assert!(page.text.contains("{:root{--brand:#ffffff;--on-brand:#000000}}"), "{}", page.text);
    let json = world.get(&format!("/s/{link}?lang=en"), "application/json").await;
    assert_eq!(json.json()["thanks"], "See you </script><b>soon</b>.");
    let path = format!("/s/{link}?lang=en&end=thanks");
    let thanks = world.get(&path, "text/html").await;
    assert!(thanks.text.contains("See you &lt;/script&gt;&lt;b&gt;soon&lt;/b&gt;."), "{}", thanks.text);
}

#[tokio::test]
async fn only_the_page_for_wechat_pays_frame_may_be_framed() {
    let world = World::new().await;
    let link = world.link("frame").await;
    let page = world.send(world.request(Method::GET, &format!("/s/{link}/receipt?lang=en"))).await;
    assert_eq!(page.status, 200);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors https://payapp.weixin.qq.com;"), "{policy}");
    assert!(policy.contains("script-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    assert!(page.text.contains(&format!("href=\"{}/s/{link}?lang=en\"", world.stack.url)), "{}", page.text);
    let forged = world.get("/s/forged/receipt", "text/html").await;
    assert_eq!(forged.status, 404);
    assert!(forged.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
}

#[tokio::test]
async fn the_report_comes_as_a_page_as_json_and_as_csv() {
    let world = World::new().await;
    for nps in [10, 9, 3] {
        answers().nps(nps).csat(4).times(5).send(&world).await;
    }
    let get = async |path: &str, accept: &str| {
        let request = world.request(Method::GET, path).bearer_auth(world.grant("report:store/12"));
        world.send(request.header("accept", accept).header("accept-language", "en")).await
    };
    let page = get("/reports/store/12", "text/html,*/*;q=0.8").await;
    assert!(page.text.contains("+33.3") && page.text.contains("95% CI"), "{}", page.text);
    let csv = get("/reports/store/12.csv", "*/*").await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    let lines: Vec<&str> = csv.text.lines().collect();
    assert_eq!(
        lines[0],
        "scope,survey,day,n,nps,nps_low,nps_high,satisfied_percent,satisfied_low,satisfied_high,orders,response_rate_percent,part,name"
    );
    assert!(lines[2].starts_with("store/12,dine-in,all,15,33.33,"), "{}", csv.text);
    assert_eq!(get("/reports/store/12", "application/json").await.json()["responses"], 15);
}

#[tokio::test]
async fn a_report_link_of_0_1_sets_a_cookie_and_leaves_no_grant_in_the_address() {
    let world = World::new().await;
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let grant = world.grant("report:cn/east");
    let login = http.get(format!("{}/login?grant={grant}", world.stack.url)).send().await.unwrap();
    assert_eq!(
        (login.status().as_u16(), &login.headers()["location"]),
        (303, &"/reports/cn/east.html".parse().unwrap())
    );
    let cookie = login.headers()["set-cookie"].to_str().unwrap().to_owned();
    for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    // Browsers refuse a cookie of this prefix that other hosts would get as well.
    assert!(cookie.starts_with("__Host-aftertaste=") && !cookie.contains("Domain"), "{cookie}");
    let pair = cookie.split(';').next().unwrap();
    for cookie in [pair.to_owned(), format!("grant={grant}")] {
        let page = world.request(Method::GET, "/reports/cn/east.html").header("cookie", cookie);
        assert_eq!(world.send(page).await.status, 200, "also as 0.1.0 set it");
    }
}

#[tokio::test]
async fn a_cookie_counts_for_reports_and_for_nothing_else() {
    let world = World::new().await;
    let grant = world.grant("issue admin report:");
    let with_cookie = async |method: Method, path: &str| {
        let request = world.request(method, path).header("cookie", format!("__Host-aftertaste={grant}; grant={grant}"));
        world.send(request.json(&json!({"name": "Lane"}))).await
    };
    assert_eq!(with_cookie(Method::GET, "/reports/cn/east.json").await.status, 200);
    let asks = |route: &&Route| {
        route.function.starts_with("manage-") || (route.function == "issue-link" && route.method == "POST")
    };
    let mut tried = 0;
    for route in Template::read().unwrap().routes.iter().filter(asks) {
        let path = route.path.replace("{store}", "12").replace("{id}", "x").replace("{day}", "2026-11-20");
        let refused = with_cookie(route.method.parse().unwrap(), &path).await;
        // The function for people has sessions, and a grant in a cookie is none.
        let kinds: &[&str] = match route.function.as_str() {
            "manage-people" => &["session-ended", "sign-in-refused", "route-unknown", "unsupported-media-type"],
            _ => &["grant-missing"],
        };
        if route.path == "/sign-in" && route.method == "GET" {
            assert_eq!(refused.status, 200, "whoever has no session is asked to sign in");
            continue;
        }
        if refused.headers.get("content-type").is_some_and(|kind| kind == "application/problem+json") {
            assert!(kinds.contains(&refused.problem().1.as_str()), "{} {path}: {}", route.method, refused.text);
        } else {
            assert!([403, 404].contains(&refused.status.as_u16()), "{} {path}: {}", route.method, refused.text);
        }
        tried += 1;
    }
    assert!(tried >= 14, "{tried}");
}

#[tokio::test]
async fn every_reply_is_kept_out_of_caches_frames_and_referrers() {
    let world = World::new().await;
    let link = world.link("headers").await;
    let replies = [
        world.send(world.request(Method::GET, &format!("/s/{link}"))).await,
        world.send(world.request(Method::GET, "/s/forged")).await,
        world.answer(&link, json!({"answers": {"nps": 1, "csat": 1}})).await,
        world.send(world.request(Method::GET, "/reports/cn")).await,
        world.send(world.request(Method::GET, "/stores")).await,
    ];
    for reply in replies {
        assert_eq!(reply.headers["cache-control"], "no-store");
        assert_eq!(reply.headers["referrer-policy"], "no-referrer");
        assert_eq!(reply.headers["x-content-type-options"], "nosniff");
        let policy = reply.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe-inline"), "{policy}");
    }
}
