//! Praises and awards.

use aftertaste::{
    domain::{
        case::{Award, AwardTo, Move},
        survey::Severity,
    },
    table::Claimable,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Guest, REPLY};
use crate::harness::{World, proxy::Item};

#[tokio::test]
async fn a_praise_is_thanked_for_and_neither_judged_nor_called() {
    let world = World::new().await;
    // One praise of ten opens a case.
    let mut opened = None;
    for i in 0..200 {
        let guest = Guest { world: &world, link: world.link(&format!("praise {i}")).await, submission: Uuid::new_v4() };
        let sent = guest.answers(5).await.json();
        if let Some(case) = sent.get("case") {
            assert_eq!(case["promised"], false);
            opened = Some(guest);
            break;
        }
    }
    let guest = opened.unwrap();
    assert_eq!(guest.case().await.case.severity, Severity::Praise);
    guest.is_replied_to().await;
    let seen = guest.sees().await;
    assert_eq!((&seen["reply"], &seen["may_say"]["solved"]), (&json!(REPLY), &json!(false)));
    assert_eq!(guest.says("solved").await.problem(), (409, "not-of-this-case".into()));
    let contact = guest.post(json!({"contact": {"how": "lane"}})).await;
    assert_eq!(contact.problem(), (409, "not-of-this-case".into()));
}

#[tokio::test]
async fn an_award_is_shown_to_its_guest_and_goes_with_the_answer() {
    let world = World::new().await;
    let guest = Guest::unhappy(&world, "award").await;
    let award = |to, code: Option<&str>| {
        let (by, at, code) = ("lin".to_owned(), Timestamp::now(), code.map(str::to_owned));
        Move::Award(Award { amount: 50_000, currency: "CNY".into(), to, by, at, code, redeemed_at: None })
    };
    let (case, at) = (guest.case().await.case.id, Timestamp::now());
    let (amount, currency, by) = (50_000, "CNY".to_owned(), "lin".to_owned());
    let claimable = Claimable { case, amount, currency, by, at, redeemed_at: None, redeemed_by: None };
    let table = &world.stack.app.table;
    assert!(table.put_award(12.try_into().unwrap(), "0123456789", &claimable).await.unwrap());
    guest.is_served(award(AwardTo::Guest, Some("0123456789"))).await;
    let shown = json!({"amount": 50_000, "currency": "CNY", "code": "0123456789", "redeemed": false});
    assert_eq!(guest.sees().await["award"], shown);
    let page = world.send(guest.form("")).await.text;
    assert!(page.contains("0123456789") && page.contains("¥500"), "{page}");
    assert!(!guest.by_link().await.text.contains("0123"));
    guest.is_served(Move::Redeem).await;
    let page = world.send(guest.form("")).await.text;
    assert!(page.contains("It has already been handed out.") && !page.contains("0123456789"), "{page}");

    // One for those who were praised is none of the guest's business.
    let other = Guest::unhappy(&world, "of the staff").await;
    other.is_served(award(AwardTo::Staff, None)).await;
    assert_eq!(other.sees().await["award"], Value::Null);
    let unclaimed = Guest::unhappy(&world, "unclaimed").await;
    assert!(table.put_award(12.try_into().unwrap(), "9876543210", &claimable).await.unwrap());
    unclaimed.is_served(award(AwardTo::Guest, Some("9876543210"))).await;
    assert_eq!(unclaimed.takes_back().await.status, 204);
    let left: Vec<Item> = world.items("AWARD#").await;
    assert_eq!((left.len(), &left[0]["sk"]), (1, &json!("0123456789")));
}
