//! Codes on tables, and the QR codes of both.

use aftertaste::domain::visit::Channel;
use reqwest::{Method, StatusCode, header, redirect::Policy};
use serde_json::{Value, json};

use crate::harness::{World, answers};

async fn code(world: &World, table: u32) -> Value {
    let reply = world.call(Method::POST, "/codes", "issue", json!({"store": 12, "table": table})).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.json()
}

/// Opens a code as a browser does, and stops at the redirect.
async fn open(world: &World, code: &Value, accept: &str) -> reqwest::Response {
    let browser = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let path = format!("{}/t/{}?lang=en", world.stack.url, code["code"].as_str().unwrap());
    browser.get(path).header("accept", accept).send().await.unwrap()
}

fn link(opened: &reqwest::Response) -> String {
    assert_eq!(opened.status(), StatusCode::SEE_OTHER);
    let address = opened.headers()[header::LOCATION].to_str().unwrap();
    address.strip_prefix("/s/").unwrap().strip_suffix("?lang=en").unwrap().to_owned()
}

/// Asks for the answers to codes on tables.
const OF_TABLES: &str = "survey=dine-in@table";

#[tokio::test]
async fn each_opening_of_a_code_is_a_visit_of_its_own_counted_apart_from_payments() {
    let world = World::new().await;
    let code = code(&world, 7).await;
    assert_eq!(code["url"], format!("{}/t/{}", world.stack.url, code["code"].as_str().unwrap()));
    assert_eq!((&code["store"], &code["table"]), (&json!(12), &json!(7)));

    let (one, other) = (link(&open(&world, &code, "*/*").await), link(&open(&world, &code, "*/*").await));
    assert_ne!(one, other);
    for link in [&one, &other] {
        assert_eq!(
            world.answer(link, json!({"answers": {"nps": 1, "csat": 1, "why": "at the table"}})).await.status,
            201
        );
    }
    // Three more at the table, and four more who paid: five at a time are shown.
    answers().channel(Channel::Table).nps(1).csat(1).times(3).put(&world).await;
    answers().nps(10).times(4).put(&world).await;
    // A visit is answered once, whichever way it came about.
    assert_eq!(world.answer(&one, json!({"answers": {"nps": 10, "csat": 5}})).await.status, 409);
    answers().nps(10).send(&world).await;
    let orders = json!({"orders": 20});
    let today = world.report("store/12").await["to"].as_str().unwrap().to_owned();
    assert!(world.call(Method::PUT, &format!("/stores/12/days/{today}"), "admin", orders).await.status.is_success());

    let figures = |report: &Value| {
        (
            report["survey"].clone(),
            report["tied_to_payment"].clone(),
            report["responses"].clone(),
            report["nps"]["score"].clone(),
        )
    };
    let check = async || {
        let report = world.report("store/12").await;
        assert_eq!(figures(&report), (json!("dine-in"), json!(true), json!(5), json!(100.0)));
        assert_eq!(report["surveys"], json!(["dine-in", "dine-in@table"]));
        assert_eq!(report["operations"]["response_rate"], 0.25, "only answers to payments are set against orders");
        assert_eq!(report["comments"], json!([]));
        let apart = world.report_for("store/12", OF_TABLES).await;
        assert_eq!(figures(&apart), (json!("dine-in@table"), json!(false), json!(5), json!(-100.0)));
        assert_eq!(apart["comments"].as_array().unwrap().len(), 2);
    };
    check().await;
    world.fire("RollUpStoresHourly", Value::Null).await;
    check().await;
    let node = world.report_for("cn", OF_TABLES).await;
    assert_eq!((&node["responses"], &node["children"][0]["n"]), (&json!(5), &json!(5)), "{node:#}");
}

#[tokio::test]
async fn a_code_opens_so_often_a_minute_from_one_address() {
    let world = World::new().await;
    let (a, b) = (code(&world, 1).await, code(&world, 2).await);
    let mut statuses = Vec::new();
    for turn in 0..50 {
        // Two codes, one address. Should a new minute begin meanwhile, there are as many openings again.
        statuses.push(open(&world, if turn % 2 == 0 { &a } else { &b }, "application/json").await);
    }
    let refused: Vec<_> = statuses.iter().filter(|reply| reply.status() == StatusCode::TOO_MANY_REQUESTS).collect();
    assert!((10..=30).contains(&refused.len()), "{}", refused.len());
    assert_eq!(refused[0].headers()["retry-after"], "60");
    let page = open(&world, &a, "text/html").await;
    assert!(page.status() == 303 || page.text().await.unwrap().contains("Many people are answering here"));
    // The item that counts them reveals nothing about the address.
    let items = format!("{:?}", world.items("L#").await);
    assert!(!items.contains("127.0.0.1") && items.contains("expires"), "{items}");
}

#[tokio::test]
async fn what_is_no_code_opens_nothing() {
    let world = World::new().await;
    let code = code(&world, 7).await;
    let genuine = code["code"].as_str().unwrap();
    let last = if genuine.ends_with('A') { "B" } else { "A" };
    for forged in [&format!("{}{last}", &genuine[..23]), "AAAMAAAH", &world.link("a-link").await, "%00", "x"] {
        let reply = world.get(&format!("/t/{forged}"), "application/json").await;
        assert_eq!(reply.problem(), (404, "code-unknown".into()), "{forged}");
    }
    assert!(world.items("L#").await.is_empty());
    for (body, status) in [
        (json!({"store": 12, "table": 16_777_216}), 422),
        (json!({"store": 12, "table": -1}), 422),
        (json!({"store": 99}), 404),
        (json!({"store": 12, "tabel": 1}), 422),
    ] {
        assert_eq!(world.call(Method::POST, "/codes", "issue", body.clone()).await.status, status, "{body}");
    }
    assert_eq!(world.call(Method::POST, "/codes", "admin", json!({"store": 12})).await.status, 403);
    // A link that says table is one that no payment stands behind: a merchant can't ask for it.
    let body = json!({"store": 12, "payment": "p", "paid_at": jiff::Timestamp::now().to_string(), "channel": "table"});
    let refused = world.call(Method::POST, "/links", "issue", body).await;
    assert_eq!(refused.problem(), (422, "invalid".into()));
    assert!(refused.text.contains("POST /codes"), "{}", refused.text);
}

#[tokio::test]
async fn a_qr_code_comes_as_a_picture_or_for_a_printer() {
    let world = World::new().await;
    let link = world.link("drawn").await;
    let code = code(&world, 7).await;
    let of_code = format!("/codes/{}", code["code"].as_str().unwrap());
    for (path, address) in [
        (format!("/links/{link}"), format!("{}/s/{link}", world.stack.url)),
        (of_code, code["url"].as_str().unwrap().to_owned()),
    ] {
        for (file, accept, media_type, begins) in [
            ("qr", "*/*", "image/svg+xml", &b"<?xml"[..]),
            ("qr", "image/png", "image/png", b"\x89PNG"),
            ("qr", "application/vnd.escpos", "application/vnd.escpos", b"\x1d(k"),
            ("qr.svg", "image/png", "image/svg+xml", b"<?xml"),
            ("qr.png", "*/*", "image/png", b"\x89PNG"),
            ("qr.bin", "*/*", "application/vnd.escpos", b"\x1d(k"),
        ] {
            let request = world.request(Method::GET, &format!("{path}/{file}")).header("accept", accept);
            let reply = request.send().await.unwrap();
            assert_eq!((reply.status().as_u16(), reply.headers()["content-type"].to_str().unwrap()), (200, media_type));
            let bytes = reply.bytes().await.unwrap();
            assert!(bytes.starts_with(begins), "{file} {accept}");
            if media_type == "application/vnd.escpos" {
                assert!(bytes.windows(address.len()).any(|part| part == address.as_bytes()));
            }
        }
        for file in ["qr.gif", "qrs", "rq.png", "qr.svg.png"] {
            assert_eq!(world.send(world.request(Method::GET, &format!("{path}/{file}"))).await.status, 404, "{file}");
        }
    }
    assert_eq!(world.send(world.request(Method::GET, "/links/forged/qr")).await.problem().0, 404);
    assert_eq!(world.send(world.request(Method::GET, "/codes/forged/qr")).await.problem().0, 404);
}

#[tokio::test]
async fn a_link_opens_the_brands_mini_programs() {
    let world = World::new().await;
    let brand = json!({"name": "B", "colour": "#b4232a", "wechat": {"app_id": "wx1", "page": "pages/survey/survey"},
        "alipay": {"app_id": "2021000000000000", "page": "pages/survey/survey"}});
    assert!(world.call(Method::PUT, "/brand", "admin", brand).await.status.is_success());
    let body = json!({"store": 12, "payment": "p", "paid_at": jiff::Timestamp::now().to_string()});
    let issued = world.call(Method::POST, "/links", "issue", body).await.json();
    assert_eq!((&issued["scene"], &issued["page"]), (&issued["link"], &json!("pages/survey/survey")));
    assert_eq!(
        issued["alipay"],
        format!(
            "alipays://platformapi/startapp?appId=2021000000000000&page=pages%2Fsurvey%2Fsurvey&query=scene%3D{}",
            issued["link"].as_str().unwrap()
        )
    );
}
