//! Addresses as messages, printers, programs and people read them.

use reqwest::{Client, Method, Response, StatusCode, header, redirect::Policy};
use serde_json::{Value, json};

use crate::harness::World;

/// Asks as a browser does, and stops at a redirect.
async fn ask(world: &World, method: Method, path: &str) -> Response {
    let browser = Client::builder().redirect(Policy::none()).build().unwrap();
    let request = browser.request(method, format!("{}{path}", world.stack.url));
    request.header("accept", "text/html").header("accept-language", "en").send().await.unwrap()
}

fn location(reply: &Response) -> &str {
    reply.headers()[header::LOCATION].to_str().unwrap()
}

async fn code(world: &World, table: u32) -> String {
    let code = world.call(Method::POST, "/codes", "issue", json!({"store": 12, "table": table})).await.json();
    code["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_a_message_adds_to_a_link_leads_to_the_link() {
    let world = World::new().await;
    let link = world.link("p").await;
    for added in [
        "，感谢您",
        "。",
        "）",
        "…",
        ".",
        ")",
        "&from=singlemessage",
        "%E2%80%8B",
        "%E3%80%82",
        "abc",
        "/",
        "//",
        "/x",
        "%20",
    ] {
        let reply = ask(&world, Method::GET, &format!("/s/{link}{added}?lang=en")).await;
        assert_eq!(reply.status(), StatusCode::PERMANENT_REDIRECT, "{added}");
        assert_eq!(location(&reply), format!("/s/{link}?lang=en"), "{added}");
    }
    for (path, meant) in [
        (format!("//s//{link}"), ""),
        (format!("/s/{link}/case/"), "/case"),
        (format!("/s/{link}/case，"), "/case"),
        (format!("/s/{link}/receipt)"), "/receipt"),
        (format!("/s/{link}/cases"), ""),
        // Cut within a character.
        (format!("/s/{link}%E2%80"), ""),
    ] {
        let reply = ask(&world, Method::GET, &path).await;
        assert_eq!(reply.status(), StatusCode::PERMANENT_REDIRECT, "{path}");
        assert_eq!(location(&reply), format!("/s/{link}{meant}"), "{path}");
    }
    // A program gets what it asked for at once, and an answer is an answer.
    let survey = world.get(&format!("/s/{link}。"), "application/json").await;
    assert_eq!((survey.status.as_u16(), &survey.json()["survey"]), (200, &json!("dine-in")));
    let answered = world.answer(&format!("{link}，"), json!({"answers": {"nps": 9, "csat": 5}})).await;
    assert_eq!(answered.status, 201, "{}", answered.text);
    assert_eq!(world.items("R#").await.len(), 1);
}

#[tokio::test]
async fn a_method_that_has_no_route_is_not_sent_in_a_circle() {
    let world = World::new().await;
    let link = world.link("p").await;
    for (method, path) in [
        (Method::PUT, format!("/s/{link}")),
        (Method::PATCH, format!("/s/{link}/case")),
        (Method::OPTIONS, format!("/s/{link}")),
        (Method::POST, "/".into()),
        (Method::POST, format!("/t/{}", code(&world, 7).await)),
        (Method::GET, "/nothing/here".into()),
        (Method::GET, "/s".into()),
        (Method::GET, "/reports/%E2".into()),
    ] {
        assert_eq!(ask(&world, method.clone(), &path).await.status(), StatusCode::NOT_FOUND, "{method} {path}");
    }
    let page = ask(&world, Method::GET, "/nothing").await.text().await.unwrap();
    assert!(page.contains("There is nothing here"), "{page}");
    assert_eq!(world.get("/nothing", "application/json").await.problem(), (404, "route-unknown".into()));
}

#[tokio::test]
async fn a_program_that_looks_at_a_link_gets_its_head_and_uses_nothing_up() {
    let world = World::new().await;
    let (link, code) = (world.link("p").await, code(&world, 7).await);
    world.proxy.taken();
    for path in [format!("/s/{link}"), format!("/t/{code}"), "/".into()] {
        let reply = ask(&world, Method::HEAD, &path).await;
        assert_eq!((reply.status(), reply.text().await.unwrap().as_str()), (StatusCode::OK, ""), "{path}");
    }
    let (consumed, _) = world.proxy.taken();
    assert!(consumed.written.abs() < f64::EPSILON, "{consumed:?}");
    let forged = format!("/s/{}", "A".repeat(32));
    assert_eq!(ask(&world, Method::HEAD, &forged).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(ask(&world, Method::HEAD, "/stores").await.status(), StatusCode::NOT_FOUND);
    let slash = ask(&world, Method::HEAD, &format!("/s/{link}/")).await;
    assert_eq!(location(&slash), format!("/s/{link}"));
}

#[tokio::test]
async fn the_bare_address_says_what_this_is_and_may_be_found() {
    let world = World::new().await;
    let reply = ask(&world, Method::GET, "/").await;
    assert!(reply.status() == StatusCode::OK && !reply.headers().contains_key("x-robots-tag"));
    assert!(reply.text().await.unwrap().contains("Tell us how it was"));
    let link = world.link("p").await;
    for path in [format!("/s/{link}"), "/nothing".into(), "/sign-in".into(), "/reports/store/12".into()] {
        assert_eq!(ask(&world, Method::GET, &path).await.headers()["x-robots-tag"], "noindex", "{path}");
    }
}

#[tokio::test]
async fn the_file_by_which_wechat_checks_an_address_is_the_brands() {
    let world = World::new().await;
    let brand =
        |files: Value| json!({"name": "B", "wechat": {"app_id": "wx1", "page": "pages/survey/survey", "files": files}});
    let put = world.call(Method::PUT, "/brand", "admin", brand(json!({"Ab-9_.txt": "0123abcd"}))).await;
    assert_eq!(put.status, 200, "{}", put.text);
    for path in ["/s/Ab-9_.txt", "/t/Ab-9_.txt", "/Ab-9_.txt"] {
        let file = ask(&world, Method::GET, path).await;
        assert_eq!(file.headers()["content-type"], "text/plain; charset=utf-8", "{path}");
        assert_eq!(file.text().await.unwrap(), "0123abcd", "{path}");
    }
    assert_eq!(ask(&world, Method::GET, "/s/other.txt").await.status(), StatusCode::NOT_FOUND);
    for files in [
        json!({"../x.txt": "a"}),
        json!({"x.html": "a"}),
        json!({".txt": "a"}),
        json!({"x.txt": ""}),
        json!({"x.txt": "a b"}),
        json!({"1.txt": "a", "2.txt": "a", "3.txt": "a", "4.txt": "a", "5.txt": "a", "6.txt": "a"}),
    ] {
        let refused = world.call(Method::PUT, "/brand", "admin", brand(files.clone())).await;
        assert_eq!(refused.problem(), (422, "invalid".into()), "{files}");
    }
}

#[tokio::test]
async fn a_code_scanned_twice_on_a_phone_goes_on_with_the_visit_until_that_is_answered() {
    let world = World::new().await;
    let path = format!("/t/{}", code(&world, 7).await);
    let first = ask(&world, Method::GET, &path).await;
    let cookie = first.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.contains(&format!("Path={path};")) && cookie.contains("HttpOnly"), "{cookie}");
    let kept = cookie.split(';').next().unwrap().to_owned();
    let browser = Client::builder().redirect(Policy::none()).build().unwrap();
    let scan = async |path: &str| {
        let reply = browser.get(format!("{}{path}", world.stack.url)).header("cookie", &kept).send().await.unwrap();
        location(&reply).to_owned()
    };
    assert_eq!(scan(&path).await, location(&first));
    // At another table it is another visit.
    assert_ne!(scan(&format!("/t/{}", code(&world, 8).await)).await, location(&first));

    let link = location(&first).trim_start_matches("/s/").to_owned();
    let sent = async |fields: &str| {
        let form = world.request(Method::POST, &format!("/s/{link}")).header("accept", "text/html");
        let form = form.header("content-type", "application/x-www-form-urlencoded");
        world.send(form.body(fields.to_owned())).await
    };
    let left = sent("nps=9&partial=true").await;
    assert!(left.status == 201 && !left.headers.contains_key(header::SET_COOKIE), "it is only half answered");
    let answered = sent("nps=9&csat=5").await;
    let forgotten = answered.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(forgotten.contains(&format!("Path={path};")) && forgotten.contains("Max-Age=0"), "{forgotten}");
}
