//! Every move from every state, and which notices a case sends when.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::*;
use crate::{
    place::{Store, StoreDetails},
    survey::{FollowedUp, Severity},
    visit::{Minute, PaymentHash, Visit},
};

/// A store that is open from ten to two and from five to half past nine, in Shanghai.
fn store() -> Store {
    let details: StoreDetails = serde_json::from_value(serde_json::json!({
        "name": "Lane", "path": "cn/east/shanghai", "time_zone": "Asia/Shanghai", "survey": "dine-in",
        "opening": {"daily": ["10:00-14:00", "17:00-21:30"]}
    }))
    .unwrap();
    Store::new(12.try_into().unwrap(), details).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// When the cases of these tests are opened: 12:31 in Shanghai.
fn opening() -> Timestamp {
    at("2026-11-21T04:31:00Z")
}

fn case(severity: Severity) -> Case {
    let visit = Visit {
        store: 12.try_into().unwrap(),
        minute: Minute::of(opening()).unwrap(),
        payment: "bddf4a72b".parse::<PaymentHash>().unwrap(),
    };
    let called = FollowedUp { severity, trigger: "csat".into() };
    Case::open(CaseId::of(visit, Uuid::nil()), &called, &store(), opening(), Uuid::from_u128(1))
}

fn moved_at(case: &Case, step: &Move, at: Timestamp) -> Result<Case, Refused> {
    case.after(step, Moving { by: "lin", at, id: Uuid::from_u128(2), store: &store() })
}

fn moved(case: &Case, step: &Move) -> Result<Case, Refused> {
    moved_at(case, step, opening())
}

fn answer() -> Move {
    Move::Answer { cause: Some("waiting".parse().unwrap()), reply: "对不起".into() }
}

fn close(outcome: Outcome) -> Move {
    Move::Close { outcome, note: None }
}

/// A complaint in each state, with its name.
fn states() -> [(&'static str, Case); 6] {
    let open = case(Severity::High);
    let taken = moved(&open, &Move::Take).unwrap();
    let answered = moved(&taken, &answer()).unwrap();
    let closed = moved(&answered, &close(Outcome::Unsolved)).unwrap();
    let solved = moved(&answered, &Move::SaySolved).unwrap();
    let withdrawn = moved(&answered, &Move::Withdraw).unwrap();
    [
        ("open", open),
        ("taken", taken),
        ("answered", answered),
        ("closed", closed),
        ("solved", solved),
        ("withdrawn", withdrawn),
    ]
}

#[test]
fn each_move_goes_from_the_states_that_it_may_and_from_no_other() {
    let moves: [(&str, Move, &[&str]); 11] = [
        ("take", Move::Take, &["open"]),
        ("answer", answer(), &["open", "taken"]),
        ("close", close(Outcome::Unsolved), &["taken", "answered"]),
        ("hand over", Move::HandOver { to: "chen".into() }, &["open", "taken"]),
        ("say solved", Move::SaySolved, &["answered", "closed"]),
        ("say not solved", Move::SayNotSolved, &["answered", "closed", "solved"]),
        ("leave a contact", Move::LeaveContact, &["open", "taken", "answered"]),
        ("withdraw", Move::Withdraw, &["open", "taken", "answered", "closed", "solved"]),
        ("lapse", Move::Lapse, &["open", "taken"]),
        ("settle", Move::Settle, &[]),
        ("redeem", Move::Redeem, &[]),
    ];
    for (name, step, from) in moves {
        for (state, case) in states() {
            let after = moved(&case, &step);
            assert_eq!(after.is_ok(), from.contains(&state), "{name} from {state}: {after:?}");
            if let Ok(after) = after {
                assert_eq!(after.v, case.v + 1, "{name} from {state}");
                assert_eq!(after.log.last().map(|entry| (entry.v, entry.id)), Some((after.v, Uuid::from_u128(2))));
            }
        }
    }
}

#[test]
fn solved_is_what_its_guest_says_or_does_not_object_to_for_seven_days() {
    let [_, (_, taken), (_, answered), ..] = states();
    let solved = close(Outcome::Solved);
    assert_eq!(moved(&taken, &solved), Err(Refused::NotAnswered));
    let seventh = opening() + SignedDuration::from_hours(7 * 24);
    assert_eq!(moved_at(&answered, &solved, seventh - SignedDuration::from_secs(1)), Err(Refused::TooEarly(seventh)));
    let later = moved_at(&answered, &solved, seventh).unwrap();
    assert_eq!((later.outcome, later.said), (Some(Outcome::Solved), None), "shown as not objected");
    let settled = moved_at(&answered, &Move::Settle, seventh).unwrap();
    assert_eq!((settled.state, settled.outcome, settled.said), (State::Closed, Some(Outcome::Solved), None));
    let said = moved(&answered, &Move::SaySolved).unwrap();
    assert_eq!((said.state, said.outcome, said.said), (State::Closed, Some(Outcome::Solved), Some(Said::Solved)));
}

#[test]
fn a_guest_opens_it_again_three_times_and_each_time_the_clocks_begin_anew() {
    let [.., (_, answered), _, _, _] = states();
    let mut case = answered;
    for round in 1..=MOST_REOPENINGS {
        let now = opening() + SignedDuration::from_hours(24 * i64::from(round));
        case = moved_at(&case, &Move::SayNotSolved, now).unwrap();
        assert_eq!((case.state, case.reopened, case.round_at), (State::Open, round, now));
        assert_eq!(case.due_first, Some(store().due(now, 120)), "as long as the first time");
        assert_eq!(case.level(0), round, "one level up each time");
        case = moved_at(&case, &answer(), now).unwrap();
    }
    assert_eq!(moved(&case, &Move::SayNotSolved), Err(Refused::TooOften));
    let solved = moved(&case, &close(Outcome::Solved));
    assert_eq!(solved, Err(Refused::NotItsOutcome), "nobody can object any more, so nobody waits for that");
    let later = case.stands_until();
    assert_eq!(moved_at(&case, &close(Outcome::Solved), later), Err(Refused::NotItsOutcome), "they can't object");
    assert_eq!(moved_at(&case, &Move::Settle, later).unwrap().outcome, Some(Outcome::Unsolved));
    assert!(moved(&case, &Move::SaySolved).is_ok());
}

#[test]
fn deadlines_are_those_of_the_page() {
    let due = |severity| (case(severity).due_first, case(severity).due_close);
    assert_eq!(due(Severity::High), (Some(at("2026-11-21T09:31:00Z")), Some(at("2026-11-24T03:01:00Z"))));
    // On the clock, whether or not the store is open.
    assert_eq!(due(Severity::Critical), (Some(at("2026-11-21T05:01:00Z")), Some(at("2026-11-24T03:01:00Z"))));
    assert_eq!(due(Severity::Praise), (None, None));
}

#[test]
fn a_praise_is_thanked_for_and_judged_by_nobody() {
    let praise = case(Severity::Praise);
    let thanked = moved(&praise, &close(Outcome::Thanked)).unwrap();
    assert_eq!((thanked.state, thanked.outcome), (State::Closed, Some(Outcome::Thanked)));
    assert_eq!(moved(&praise, &close(Outcome::Solved)), Err(Refused::NotItsOutcome));
    assert_eq!(moved(&case(Severity::High), &close(Outcome::Thanked)), Err(Refused::NotItsOutcome));
    let answered = moved(&praise, &Move::Answer { cause: None, reply: "谢谢".into() }).unwrap();
    assert!(moved(&answered, &Move::SayNotSolved).is_err() && moved(&answered, &Move::SaySolved).is_err());
}

#[test]
fn an_answer_that_is_gone_leaves_a_case_without_words_which_another_answer_opens_anew() {
    let [_, _, (_, answered), ..] = states();
    let gone = moved(&answered, &Move::Withdraw).unwrap();
    assert!(gone.is_withdrawn() && gone.reply.is_none() && gone.note.is_none());
    let visit = Visit {
        store: 12.try_into().unwrap(),
        minute: Minute::of(opening()).unwrap(),
        payment: "bddf4a72b".parse().unwrap(),
    };
    let called = FollowedUp { severity: Severity::Normal, trigger: "nps".into() };
    let id = CaseId::of(visit, Uuid::from_u128(9));
    let moving = Moving { by: "guest", at: opening(), id: Uuid::from_u128(3), store: &store() };
    let anew = gone.opened_anew(id.clone(), &called, moving);
    assert_eq!((anew.state, anew.v, &anew.id), (State::Open, gone.v + 1, &id));
    assert_eq!(anew.log.len(), gone.log.len() + 1, "its history goes on");
    let award = Award {
        amount: 50_000,
        currency: "CNY".into(),
        to: AwardTo::Guest,
        by: "lin".into(),
        at: opening(),
        code: Some("0123456789".into()),
        redeemed_at: None,
    };
    let paid = moved(&moved(&answered, &Move::Award(award.clone())).unwrap(), &Move::Redeem).unwrap();
    let again = moved(&paid, &Move::Withdraw).unwrap().opened_anew(id.clone(), &called, moving);
    assert_eq!(moved(&again, &Move::Award(award.clone())), Err(Refused::Awarded), "a visit is paid one award");
    let unpaid = moved(&moved(&answered, &Move::Award(award)).unwrap(), &Move::Withdraw).unwrap();
    assert_eq!(unpaid.award, None);
    assert_ne!(anew.id, gone.id);
}

#[test]
fn the_history_keeps_its_beginning_and_its_end() {
    let mut case = case(Severity::High);
    for i in 0..40 {
        let to = if i % 2 == 0 { "chen" } else { "lin" };
        case = moved(&case, &Move::HandOver { to: to.into() }).unwrap();
    }
    assert_eq!(case.log.len(), 20);
    assert_eq!((case.log[0].what, case.log[0].v, case.log[19].v), (Act::Opened, 1, 41));
    let read = moved(&moved(&case, &Move::ReadContact).unwrap(), &Move::ReadContact).unwrap();
    let reads = read.log.iter().filter(|entry| entry.what == Act::ContactRead).count();
    assert_eq!((reads, read.v), (1, 43), "of the same reader in a row the last");
}

/// The notices of a check, and when the next one is.
fn told(case: &Case, telling: Telling, now: &str) -> (Vec<(&'static str, u8)>, Telling) {
    let step = case.look(telling, &store(), at(now));
    (step.notices.iter().map(|notice| (notice.kind, notice.level)).collect(), step.telling)
}

#[test]
fn what_is_due_is_told_once_and_goes_up_a_level_with_each_deadline() {
    let case = case(Severity::High);
    let (first, telling) = told(&case, Telling::default(), "2026-11-21T04:35:00Z");
    assert_eq!(first, [("case.opened", 0)]);
    // Ninety of 120 opening minutes after 12:31: 17:01.
    assert_eq!(telling.look_at, Some(at("2026-11-21T09:01:00Z")));
    assert_eq!(told(&case, telling, "2026-11-21T05:00:00Z").0, [], "it was told");
    let (due, telling) = told(&case, telling, "2026-11-21T09:01:00Z");
    assert_eq!((due, telling.look_at), (vec![("case.due", 0)], Some(at("2026-11-21T09:31:00Z"))));
    let (overdue, telling) = told(&case, telling, "2026-11-21T09:33:00Z");
    assert_eq!((overdue, telling.look_at), (vec![("case.overdue", 1)], Some(at("2026-11-24T03:01:00Z"))));
    let (escalated, telling) = told(&case, telling, "2026-11-24T03:02:00Z");
    assert_eq!(escalated, [("case.escalated", 2)]);
    let lapse = opening() + SignedDuration::from_hours(30 * 24);
    assert_eq!(telling.look_at, Some(lapse));
    assert_eq!(case.look(telling, &store(), lapse).ends, Some(Act::Lapsed));
}

#[test]
fn of_several_clocks_that_struck_unseen_the_last_tells_it_all() {
    let case = case(Severity::High);
    let (notices, telling) = told(&case, Telling::default(), "2026-11-25T00:00:00Z");
    assert_eq!(notices, [("case.opened", 0), ("case.escalated", 2)]);
    assert_eq!(told(&case, telling, "2026-11-25T00:05:00Z").0, []);
}

#[test]
fn a_critical_case_is_told_one_level_up_at_once() {
    let (notices, telling) = told(&case(Severity::Critical), Telling::default(), "2026-11-21T04:32:00Z");
    assert_eq!(notices, [("case.opened", 1)]);
    // 22 of 30 minutes on the clock are over, and seven are left.
    assert_eq!(telling.look_at, Some(at("2026-11-21T04:54:00Z")));
}

#[test]
fn an_answer_stops_the_clocks_and_a_guest_starts_them_again() {
    let open = case(Severity::High);
    let (_, telling) = told(&open, Telling::default(), "2026-11-21T09:33:00Z");
    let answered = moved_at(&open, &answer(), at("2026-11-21T10:00:00Z")).unwrap();
    assert_eq!(answered.in_time, Some(false));
    let (notices, telling) = told(&answered, telling, "2026-11-21T10:02:00Z");
    assert_eq!((notices, telling.look_at), (vec![("case.answered", 1)], Some(at("2026-11-28T10:00:00Z"))));
    let step = answered.look(telling, &store(), at("2026-11-28T10:00:00Z"));
    assert_eq!(step.ends, Some(Act::Settled), "nobody objected");
    let again = moved_at(&answered, &Move::SayNotSolved, at("2026-11-22T02:00:00Z")).unwrap();
    let (notices, telling) = told(&again, telling, "2026-11-22T02:02:00Z");
    assert_eq!((notices, telling.round, telling.clock), (vec![("case.reopened", 1)], 1, 0));
    let (notices, _) = told(&again, telling, "2026-11-22T04:00:00Z");
    assert_eq!(notices, [("case.overdue", 2)], "120 minutes after ten o'clock");
}

#[test]
fn of_a_case_whose_answer_is_gone_only_its_end_is_told() {
    let gone = moved(&case(Severity::High), &Move::Withdraw).unwrap();
    let (notices, telling) = told(&gone, Telling::default(), "2026-11-21T04:35:00Z");
    assert_eq!((notices, telling.look_at), (vec![("case.closed", 0)], None));
}

#[test]
fn what_is_stored_of_a_case_is_read_again_and_what_is_not_known_is_passed_over() {
    let [.., (_, solved), _] = states();
    let mut json = serde_json::to_value(&solved).unwrap();
    assert_eq!(serde_json::from_value::<Case>(json.clone()).unwrap(), solved);
    json["later"] = serde_json::json!({"a": 1});
    json["log"][0]["what"] = "later-still".into();
    let read: Case = serde_json::from_value(json).unwrap();
    assert_eq!(read.log[0].what, Act::Unknown);
}
