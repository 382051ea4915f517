//! The meaning of a robot's answer. Refusals mostly come with status 200, and a firewall in between may answer
//! anything.

use jiff::SignedDuration;
use serde_json::Value;

use super::kind::Kind;
use super::message::plain;
use crate::retries::{Attempt, Next, Reason, SLOW};

/// `DingTalk` refuses a robot for ten minutes after its twenty-first message of a minute.
const SLOW_DINGTALK: SignedDuration = SignedDuration::from_mins(10);

/// No robot says more. A longer answer comes from somebody else, and is not read.
const LONGEST_ANSWER: usize = 65_536;

/// How many characters of a refusal an operator sees.
const LONGEST_REFUSAL: usize = 200;

/// Reads an answer, by its status and body.
pub(crate) fn meaning(kind: Kind, status: u16, body: &[u8], attempt: &Attempt) -> Next {
    let parsed = if body.len() <= LONGEST_ANSWER { serde_json::from_slice(body).ok() } else { None };
    let answer = parsed.unwrap_or(Value::Null);
    let code = match kind {
        Kind::WeCom | Kind::DingTalk => answer.get("errcode"),
        Kind::Feishu => answer.get("code").or_else(|| answer.get("StatusCode")),
    };
    match (status, code.and_then(Value::as_i64)) {
        (200, Some(0)) => Next::Delivered,
        (0..=499, Some(code)) if never(kind, code) => Next::GiveUp(Reason::Refused(refusal(code, &answer))),
        (0..=499, Some(code)) if is_busy(kind, code) => {
            attempt.again(if kind == Kind::DingTalk { SLOW_DINGTALK } else { SLOW })
        }
        (429 | 502..=504, _) => attempt.again(SLOW),
        // Codes that nobody documents, too: nothing is lost by another attempt.
        _ => attempt.again(SignedDuration::ZERO),
    }
}

/// Too many messages in a while, or in a month.
fn is_busy(kind: Kind, code: i64) -> bool {
    match kind {
        Kind::WeCom => code == 45_009,
        Kind::DingTalk => matches!(code, 130_101 | 410_100),
        Kind::Feishu => matches!(code, 9_499 | 11_232),
    }
}

/// Somebody has to put the robot right first.
fn never(kind: Kind, code: i64) -> bool {
    match kind {
        // There is no such robot any more.
        Kind::WeCom => code == 93_000,
        // The token, the signature, the sender's address or a word that has to be in it: the text says which.
        Kind::DingTalk => matches!(code, 300_001 | 300_005 | 310_000),
        // The signature, the sender's address, a word that has to be in it.
        Kind::Feishu => matches!(code, 19_021 | 19_022 | 19_024),
    }
}

fn refusal(code: i64, answer: &Value) -> String {
    let words = ["errmsg", "msg", "StatusMessage"].into_iter().find_map(|name| answer.get(name)?.as_str());
    plain(&format!("{code} {}", words.unwrap_or_default()), LONGEST_REFUSAL)
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, ToSpan};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn noon() -> Timestamp {
        "2026-11-21T04:30:00Z".parse().unwrap()
    }

    /// The first attempt, with the middle of the jitter: 5 s until the next.
    fn means(kind: Kind, status: u16, body: &[u8]) -> Next {
        meaning(kind, status, body, &Attempt { made: 1, now: noon(), until: noon() + 24.hours(), random: 100 })
    }

    fn again(seconds: i64) -> Next {
        Next::TryAgain { after: noon() + seconds.seconds() }
    }

    /// With the jitter of a pause that was asked for, a tenth more at the most.
    const SLOWLY: i64 = 66;
    const SLOWLY_DINGTALK: i64 = 660;

    #[test]
    fn every_code_of_the_providers_means_what_they_say() {
        let refused = |text: &str| Next::GiveUp(Reason::Refused(text.to_owned()));
        for (kind, status, body, expected) in [
            (Kind::WeCom, 200, json!({"errcode": 0, "errmsg": "ok"}), Next::Delivered),
            (Kind::WeCom, 200, json!({"errcode": 45009, "errmsg": "api freq out of limit"}), again(SLOWLY)),
            (
                Kind::WeCom,
                200,
                json!({"errcode": 93000, "errmsg": "invalid webhook url"}),
                refused("93000 invalid webhook url"),
            ),
            (Kind::WeCom, 200, json!({"errcode": -1, "errmsg": "system busy"}), again(5)),
            (Kind::WeCom, 200, json!({"errcode": 40058}), again(5)),
            (Kind::DingTalk, 200, json!({"errcode": 0, "errmsg": "ok"}), Next::Delivered),
            (Kind::DingTalk, 200, json!({"errcode": 130101, "errmsg": "send too fast"}), again(SLOWLY_DINGTALK)),
            (Kind::DingTalk, 200, json!({"errcode": 410100}), again(SLOWLY_DINGTALK)),
            (Kind::DingTalk, 200, json!({"errcode": -1}), again(5)),
            (
                Kind::DingTalk,
                200,
                json!({"errcode": 310000, "errmsg": "sign not match"}),
                refused("310000 sign not match"),
            ),
            (Kind::DingTalk, 200, json!({"errcode": 300001, "errmsg": 7}), refused("300001 ")),
            (Kind::DingTalk, 200, json!({"errcode": 300005, "errmsg": "a\nb"}), refused("300005 a b")),
            (Kind::DingTalk, 200, json!({"status": 1111, "wait": 5}), again(5)),
            (Kind::Feishu, 200, json!({"code": 0, "msg": "success"}), Next::Delivered),
            (Kind::Feishu, 200, json!({"StatusCode": 0, "StatusMessage": "success"}), Next::Delivered),
            (Kind::Feishu, 200, json!({"code": 11232, "msg": "frequency limited"}), again(SLOWLY)),
            (Kind::Feishu, 400, json!({"code": 9499, "msg": "too many request"}), again(SLOWLY)),
            (Kind::Feishu, 200, json!({"code": 19021, "msg": "sign match fail"}), refused("19021 sign match fail")),
            (Kind::Feishu, 200, json!({"code": 19022, "msg": "Ip Not Allowed"}), refused("19022 Ip Not Allowed")),
            (
                Kind::Feishu,
                400,
                json!({"code": 19024, "msg": "Key Words Not Found"}),
                refused("19024 Key Words Not Found"),
            ),
            (Kind::Feishu, 200, json!({"code": 19021, "StatusCode": 0}), refused("19021 ")),
        ] {
            assert_eq!(means(kind, status, body.to_string().as_bytes()), expected, "{kind:?} {body}");
        }
    }

    #[test]
    fn only_status_200_with_code_0_is_success() {
        let long = format!("{{\"errcode\":0,\"errmsg\":\"{}\"}}", "x".repeat(70_000));
        for (status, body) in [
            (200, ""),
            (200, "<html>ok</html>"),
            (200, "{}"),
            (200, "0"),
            (200, "[0, \"ok\"]"),
            (200, "{\"errcode\":\"0\"}"),
            (200, "{\"errcode\":0.0}"),
            (200, "{\"errcode\":0"),
            (200, "{\"code\":0}"),
            (200, &long),
            (201, "{\"errcode\":0}"),
            (302, "{\"errcode\":0}"),
            (400, "{\"errcode\":0}"),
            (410, "{\"errcode\":0}"),
            (500, "{\"errcode\":0}"),
            (500, "{\"errcode\":310000}"),
        ] {
            assert_eq!(means(Kind::DingTalk, status, body.as_bytes()), again(5), "{status} {body:.40}");
        }
        for status in [429, 502, 503, 504] {
            assert_eq!(means(Kind::WeCom, status, b"<html>"), again(SLOWLY), "{status}");
        }
    }

    #[test]
    fn a_long_refusal_is_cut() {
        let body = json!({"errcode": 93000, "errmsg": "错".repeat(5_000)}).to_string();
        let Next::GiveUp(Reason::Refused(words)) = means(Kind::WeCom, 200, body.as_bytes()) else { panic!() };
        assert_eq!(words, format!("93000 {}…", "错".repeat(193)));
    }

    proptest! {
        #[test]
        fn no_answer_brings_it_down(
            kind in prop::sample::select(vec![Kind::WeCom, Kind::DingTalk, Kind::Feishu]),
            status in any::<u16>(),
            body in prop::collection::vec(any::<u8>(), 0..80),
            code in any::<i64>(),
        ) {
            let tried_again = matches!(means(kind, status, &body), Next::TryAgain { .. });
            prop_assert!(tried_again);
            let body = json!({"errcode": code, "code": code}).to_string();
            prop_assert_eq!(means(kind, status, body.as_bytes()) == Next::Delivered, status == 200 && code == 0);
        }
    }
}
