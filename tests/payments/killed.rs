//! A call that ends between any two of its writes. The provider reports the payment again, and all is there once.

use std::collections::BTreeMap;

use jiff::ToSpan;
use serde_json::json;

use super::desk::Desk;
use super::once::{Told, by_alipay, by_square, by_stripe, by_wechat, check_one};
use super::signing::{account, noon, payment, refunded};

/// A payment, a quiet period, a context, an event, and that it was seen: one more than there are.
const WRITES: usize = 6;

async fn is_made_whole_wherever_it_was_cut(told: Told) {
    let desk = Desk::new().await;
    desk.put("till", told.account.clone()).await;
    let mut refused = 0;
    for writes in 0..WRITES {
        for loses_reply in [false, true] {
            let what = format!("after {writes} writes, the last reply lost: {loses_reply}");
            let first = &told.notices[writes % told.notices.len()];
            desk.world.proxy.cut_after(writes, loses_reply);
            let cut = desk.send("till", first).await;
            desk.world.proxy.mend();
            assert!([200, 503].contains(&cut.status.as_u16()), "{what}: {}", cut.status);
            refused += usize::from(cut.status == 503);
            // The provider goes on with its other events, and then with the one that it got no answer to.
            for notice in told.notices.iter().chain([first]) {
                desk.take("till", notice).await;
            }
            check_one(&desk, &what).await;
            desk.wipe().await;
        }
    }
    // Four writes have to be there before the provider hears that it was taken.
    assert!(refused >= 2 * 4, "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_by_stripe_is_made_whole_wherever_the_call_was_cut() {
    is_made_whole_wherever_it_was_cut(by_stripe()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_by_wechat_pay_is_made_whole_wherever_the_call_was_cut() {
    is_made_whole_wherever_it_was_cut(by_wechat()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_by_square_is_made_whole_wherever_the_call_was_cut() {
    is_made_whole_wherever_it_was_cut(by_square()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_by_alipay_is_made_whole_wherever_the_call_was_cut() {
    is_made_whole_wherever_it_was_cut(by_alipay()).await;
}

#[tokio::test]
async fn a_guest_who_is_quiet_stays_so_wherever_the_call_was_cut() {
    let desk = Desk::new().await;
    desk.put("till", account("standard")).await;
    let now = noon();
    for (writes, loses_reply) in [(0, false), (1, false), (1, true), (2, false), (2, true), (3, false), (3, true)] {
        let what = format!("after {writes} writes, the last reply lost: {loses_reply}");
        desk.take("till", &payment("first", Some("guest-1"), now)).await;
        let second = payment("second", Some("guest-1"), now + 2.minutes());
        desk.world.proxy.cut_after(writes, loses_reply);
        desk.send("till", &second).await;
        desk.world.proxy.mend();
        desk.take("till", &second).await;
        desk.take("till", &second).await;
        let left = desk.left().await;
        assert_eq!(left, BTreeMap::from([("P#", 2), ("Q#", 1), ("V#", 1), ("EVENT#", 1)]), "{what}");
        let quiet = desk.world.items("P#").await.iter().filter(|item| item["state"] == "quiet").count();
        assert_eq!(quiet, 1, "{what}");
        desk.wipe().await;
    }
}

#[tokio::test]
async fn a_refund_counts_wherever_the_call_was_cut() {
    let desk = Desk::new().await;
    desk.put("till", account("standard")).await;
    let (paid, back) = (payment("4711", None, noon()), refunded("4711", noon()));
    for (writes, loses_reply) in [(0, false), (1, false), (1, true)] {
        for comes_first in [false, true] {
            if !comes_first {
                desk.take("till", &paid).await;
            }
            desk.world.proxy.cut_after(writes, loses_reply);
            let cut = desk.send("till", &back).await;
            desk.world.proxy.mend();
            assert!([200, 503].contains(&cut.status.as_u16()));
            desk.take("till", &back).await;
            desk.take("till", &paid).await;
            assert_eq!(desk.only("P#").await["state"], json!("refunded"), "{writes} {loses_reply} {comes_first}");
            assert_eq!(desk.events().await.len(), usize::from(!comes_first));
            desk.wipe().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_arrives_after_its_call_has_ended_changes_nothing_that_was_made_meanwhile() {
    let desk = Desk::new().await;
    desk.put("till", account("standard")).await;
    let notice = payment("4711", Some("guest-1"), noon());
    for (operation, text) in [("PutItem", "P#"), ("UpdateItem", "Q#"), ("PutItem", "V#12"), ("PutItem", "EVENT#")] {
        desk.world.proxy.hold(operation, text);
        let mut call = Box::pin(desk.send("till", &notice));
        tokio::select! {
            _ = &mut call => panic!("{text} was not held"),
            () = desk.world.proxy.held() => {}
        }
        // Lambda ends the call, and its last request is still on its way.
        drop(call);
        desk.world.proxy.let_go();
        for _ in 0..2 {
            desk.take("till", &notice).await;
        }
        desk.world.proxy.quiet().await;
        check_one(&desk, text).await;
        desk.wipe().await;
    }
}
