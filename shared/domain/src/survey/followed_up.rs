//! The rules of a survey, applied to an answer.

use super::{Answer, Answers, Condition, FollowedUp, Rule, Survey, folded};
use crate::{
    Id,
    access::GuestKeys,
    visit::{Channel, Origin, PaymentHash},
};

/// The trigger of a rule about words.
const TEXT: &str = "text";

impl Survey {
    /// The result of its rules for a whole answer: the most urgent one that applies, of two alike the first. None where
    /// none applies, and never of somebody who tries the survey out, nor of staff: nobody is to search for who
    /// answered.
    pub fn follow_up(
        &self,
        answers: &Answers,
        asks_reply: bool,
        origin: Origin,
        payment: PaymentHash,
        keys: &GuestKeys,
    ) -> Option<FollowedUp> {
        if matches!(origin, Origin::Test | Origin::Staff) {
            return None;
        }
        let given = Given::of(answers, asks_reply);
        // The first of the least: `min_by_key` keeps the order of the survey among rules alike.
        let holding = self.rules.iter().filter(|rule| {
            let drawn = || rule.share.draws(&format!("follow-up {}", rule.severity.name()), payment, keys);
            rule.is_for(origin) && given.meets(&rule.condition) && drawn()
        });
        let rule = holding.min_by_key(|rule| rule.severity)?;
        Some(FollowedUp { severity: rule.severity, trigger: rule.condition.trigger().to_owned() })
    }

    /// Whether a guest who came this way can ask the store to reply. That needs a rule for it, and a guest who has the
    /// link to come back to. A kiosk keeps it.
    pub fn offers_reply(&self, channel: Channel) -> bool {
        let offers = |rule: &Rule| rule.condition == Condition::AsksReply && rule.is_for(channel.origin());
        !matches!(channel, Channel::Kiosk | Channel::Staff) && self.rules.iter().any(offers)
    }
}

impl Rule {
    fn is_for(&self, origin: Origin) -> bool {
        self.codes || origin != Origin::Code
    }
}

impl Condition {
    fn trigger(&self) -> &str {
        match self {
            Self::Words { .. } => TEXT,
            Self::AsksReply => FollowedUp::ASKS_REPLY,
            Self::Scored { question, .. } | Self::Chose { question, .. } => question.as_str(),
        }
    }
}

/// An answer, as rules see it.
struct Given<'a> {
    answers: &'a Answers,
    /// The texts, by question, in the form in which words are searched in them.
    texts: Vec<(&'a Id, String)>,
    asks_reply: bool,
}

impl<'a> Given<'a> {
    fn of(answers: &'a Answers, asks_reply: bool) -> Self {
        let text = |(id, answer): (&'a Id, &'a Answer)| match answer {
            Answer::Text(text) => Some((id, folded(text))),
            Answer::Scale(_) | Answer::Choice(_) => None,
        };
        Self { answers, texts: answers.iter().filter_map(text).collect(), asks_reply }
    }

    fn meets(&self, condition: &Condition) -> bool {
        let has_text = |needed: bool| !needed || !self.texts.is_empty();
        match condition {
            Condition::Words { text, any_of } => {
                let mut looked_at = self.texts.iter().filter(|(id, _)| text.as_ref().is_none_or(|text| text == *id));
                looked_at.any(|(_, said)| any_of.iter().any(|word| said.contains(word)))
            }
            Condition::AsksReply => self.asks_reply,
            Condition::Scored { question, at_least, at_most, with_text } => {
                let answer = self.answers.get(question);
                matches!(answer, Some(Answer::Scale(n)) if (at_least..=at_most).contains(&n)) && has_text(*with_text)
            }
            Condition::Chose { question, option, with_text } => {
                let answer = self.answers.get(question);
                matches!(answer, Some(Answer::Choice(chosen)) if chosen.contains(option)) && has_text(*with_text)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::{
        access::Key,
        survey::{Leniency, Severity, check_answers},
    };

    fn keys() -> GuestKeys {
        let key = |byte| Key::from([byte; 32]);
        GuestKeys::new(1, BTreeMap::from([(1, key(1))]), key(2)).unwrap()
    }

    fn payment(payment: &str) -> PaymentHash {
        PaymentHash::of(payment, keys().payment())
    }

    fn with(rules: Value) -> Result<Survey, String> {
        let definition = serde_json::from_value(json!({
            "id": "s", "title": {"en": "S"}, "follow_up": rules, "questions": [
                {"id": "nps", "kind": "scale", "min": 0, "max": 10, "text": {"en": "?"}},
                {"id": "what", "kind": "choice", "many": true, "text": {"en": "?"},
                 "options": [{"id": "cold", "text": {"en": "c"}}, {"id": "late", "text": {"en": "l"}}]},
                {"id": "why", "kind": "text", "text": {"en": "?"}},
                {"id": "more", "kind": "text", "text": {"en": "?"}}]}))
        .unwrap();
        Survey::new(definition).map_err(|mistakes| mistakes.to_string())
    }

    fn answers(survey: &Survey, raw: Value) -> Answers {
        let raw = serde_json::from_value(raw).unwrap();
        check_answers(survey, payment("p"), &raw, Leniency::default()).unwrap()
    }

    /// The result of rules for answers: the severity and the trigger.
    fn said(rules: Value, raw: Value, asks_reply: bool) -> Option<(Severity, String)> {
        let survey = with(rules).unwrap();
        let said = survey.follow_up(&answers(&survey, raw), asks_reply, Origin::Payment, payment("p"), &keys())?;
        Some((said.severity, said.trigger))
    }

    fn holds(when: Value, raw: Value) -> bool {
        said(json!([{"severity": "normal", "when": when}]), raw, false).is_some()
    }

    #[test]
    fn words_are_looked_for_in_the_text_that_is_named_or_in_all() {
        let in_why = json!({"text": "why", "any_of": ["12315", "Allerg", "過敏"]});
        for said in ["我要打１２３１５", "an ALLERGIC reaction", "吃了過敏", "ａｌｌｅｒｇｙ"] {
            assert!(holds(in_why.clone(), json!({"why": said})), "{said}");
            assert!(!holds(in_why.clone(), json!({"more": said})), "{said}");
            assert!(holds(json!({"any_of": ["12315", "allerg", "過敏"]}), json!({"more": said})), "{said}");
        }
        assert!(!holds(in_why.clone(), json!({"why": "All good, energy!"})));
        assert!(!holds(in_why, json!({"nps": 0})));
        let phone = json!({"any_of": ["13812345678", "1381"]});
        assert!(!holds(phone, json!({"why": "Call me: 138 1234 5678, 13812345678"})), "they stand there no more");
    }

    #[test]
    fn a_score_or_an_option_counts_with_or_without_a_text() {
        let low = json!({"question": "nps", "at_most": 6});
        let with_text = json!({"question": "nps", "at_most": 6, "with_text": true});
        assert!(holds(low.clone(), json!({"nps": 6})) && !holds(low, json!({"nps": 7})));
        assert!(
            !holds(with_text.clone(), json!({"nps": 6})) && holds(with_text.clone(), json!({"nps": 6, "more": "x"}))
        );
        assert!(!holds(with_text, json!({"why": "x"})), "the question was passed over");
        let middle = json!({"question": "nps", "at_least": 7, "at_most": 8});
        assert_eq!([6, 7, 8, 9].map(|n| holds(middle.clone(), json!({"nps": n}))), [false, true, true, false]);
        let late = json!({"question": "what", "chose": "late"});
        assert!(holds(late.clone(), json!({"what": ["cold", "late"]})) && !holds(late, json!({"what": ["cold"]})));
        let with_text = json!({"question": "what", "chose": "late", "with_text": true});
        assert!(
            !holds(with_text.clone(), json!({"what": ["late"]}))
                && holds(with_text, json!({"what": ["late"], "why": "x"}))
        );
    }

    #[test]
    fn the_most_urgent_rule_counts_and_of_two_alike_the_first() {
        let rules = json!([
            {"severity": "praise", "when": {"question": "nps", "at_least": 9}},
            {"severity": "normal", "when": {"question": "nps", "at_most": 6}},
            {"severity": "high", "when": {"question": "what", "chose": "cold"}},
            {"severity": "high", "when": {"asks_reply": true}},
            {"severity": "critical", "when": {"any_of": ["poison"]}},
        ]);
        let said = |raw: Value, asks_reply| said(rules.clone(), raw, asks_reply);
        let as_text = |severity: Severity, trigger: &str| Some((severity, trigger.to_owned()));
        assert_eq!(
            said(json!({"nps": 2, "what": ["cold"], "why": "Poison!"}), true),
            as_text(Severity::Critical, "text")
        );
        assert_eq!(said(json!({"nps": 2, "what": ["cold"]}), true), as_text(Severity::High, "what"));
        assert_eq!(said(json!({"nps": 9}), true), as_text(Severity::High, "asks-reply"));
        assert_eq!(said(json!({"nps": 2}), false), as_text(Severity::Normal, "nps"));
        assert_eq!(said(json!({"nps": 9}), false), as_text(Severity::Praise, "nps"));
        assert_eq!(said(json!({"nps": 8}), false), None);
    }

    #[test]
    fn a_lot_falls_alike_each_time_and_for_about_the_share() {
        let rule = |severity: &str, share: f64| json!({"severity": severity, "when": {"question": "nps", "at_least": 9}, "share": share});
        let drawn = |rules: Value| {
            let survey = with(rules).unwrap();
            let raw = answers(&survey, json!({"nps": 9}));
            let of = |i: u32| survey.follow_up(&raw, false, Origin::Payment, payment(&format!("payment-{i}")), &keys());
            (0..4000).map(|i| of(i).map(|said| said.severity)).collect::<Vec<_>>()
        };
        let count = |drawn: &[Option<Severity>], wanted| drawn.iter().filter(|severity| **severity == wanted).count();
        let praised = drawn(json!([rule("praise", 0.1)]));
        // 400 expected; the standard deviation is 19.
        let praises = count(&praised, Some(Severity::Praise));
        assert!((320..480).contains(&praises), "{praises}");
        assert_eq!(praised, drawn(json!([rule("praise", 0.1)])));
        // The lots of two severities know nothing of each other: a tenth of those whom the first passes over.
        let both = drawn(json!([rule("normal", 0.5), rule("praise", 0.1)]));
        let (normal, praises) = (count(&both, Some(Severity::Normal)), count(&both, Some(Severity::Praise)));
        assert!((1850..2150).contains(&normal) && (140..260).contains(&praises), "{normal} {praises}");
    }

    #[test]
    fn nobody_follows_up_who_tries_the_survey_out_nor_codes_unless_a_rule_says_so() {
        let of = |codes: bool, origin| {
            let survey = with(json!([{"severity": "high", "when": {"asks_reply": true}, "codes": codes}])).unwrap();
            let held =
                survey.follow_up(&answers(&survey, json!({"nps": 9})), true, origin, payment("p"), &keys()).is_some();
            (held, survey.offers_reply(if origin == Origin::Code { Channel::Table } else { Channel::Receipt }))
        };
        assert_eq!(of(false, Origin::Payment), (true, true));
        assert_eq!(of(false, Origin::Code), (false, false));
        assert_eq!(of(true, Origin::Code), (true, true));
        assert!(!of(true, Origin::Test).0 && !of(true, Origin::Staff).0);
    }

    #[test]
    fn a_reply_is_offered_where_a_rule_holds_for_it_and_the_guest_comes_back() {
        let asks = with(json!([{"severity": "high", "when": {"asks_reply": true}}])).unwrap();
        let offered: Vec<Channel> = Channel::ALL.into_iter().filter(|channel| !asks.offers_reply(*channel)).collect();
        assert_eq!(offered, [Channel::Table, Channel::Kiosk, Channel::Staff]);
        let other = with(json!([{"severity": "high", "when": {"any_of": ["x"]}}])).unwrap();
        assert!(!Channel::ALL.into_iter().any(|channel| other.offers_reply(channel)));
    }

    #[test]
    fn each_mistake_of_a_rule_has_its_sentence() {
        let wrong = |when: Value| {
            let right = json!({"severity": "high", "when": {"asks_reply": true}});
            with(json!([right, {"severity": "normal", "when": when}])).unwrap_err()
        };
        let one_thing = "follow_up[1]: when says one thing: any_of words, asks_reply, or a question with at_least, at_most \
                         or chose. Make a rule of each.";
        assert_eq!(wrong(json!({})), one_thing);
        assert_eq!(wrong(json!({"asks_reply": true, "any_of": ["x"]})), one_thing);
        assert_eq!(wrong(json!({"any_of": ["x"], "with_text": true})), one_thing);
        for (when, sentence) in [
            (
                json!({"text": "nps", "any_of": ["x"]}),
                "the survey has no text question nps in which to look for words.",
            ),
            (json!({"text": "why"}), "any_of has 1 to 200 words."),
            (json!({"any_of": vec!["x"; 201]}), "any_of has 1 to 200 words."),
            (json!({"any_of": ["x", " "]}), "a word of any_of has 1 to 40 characters; this is \" \"."),
            (json!({"question": "joy", "at_most": 1}), "the survey has no question joy."),
            (json!({"at_most": 1}), "at_least, at_most, chose and with_text are about a question; when names none."),
            (json!({"question": "nps", "at_least": 11}), "no answer to nps is between its at_least and its at_most."),
            (json!({"question": "nps"}), "nps needs at_least or at_most if it is a scale, or chose if it is a choice."),
            (
                json!({"question": "nps", "chose": "late"}),
                "nps needs at_least or at_most if it is a scale, or chose if it is a choice.",
            ),
            (
                json!({"question": "why", "at_most": 1}),
                "why needs at_least or at_most if it is a scale, or chose if it is a choice.",
            ),
            (json!({"question": "what", "chose": "joy"}), "what has no option joy."),
        ] {
            assert_eq!(wrong(when), format!("follow_up[1]: {sentence}"));
        }
        assert!(
            wrong(json!({"any_of": ["过".repeat(41)]}))
                .starts_with("follow_up[1]: a word of any_of has 1 to 40 characters")
        );
        assert!(with(json!([{"severity": "high", "when": {"any_of": ["过".repeat(40)]}}])).is_ok());
        let many = vec![json!({"severity": "high", "when": {"asks_reply": true}}); 21];
        assert_eq!(with(json!(many)).unwrap_err(), "follow_up has at most 20 rules.");
    }

    /// The surveys that ship for guests.
    const FOR_GUESTS: [&str; 8] =
        ["dine-in", "cafe", "retail", "delivery", "hotel", "bank-branch", "clinic", "hotline"];

    /// The result of a survey that ships for answers: the severity and the trigger.
    fn said_by(id: &str, raw: Value, asks_reply: bool) -> Option<(Severity, String)> {
        let file = format!("{}/../../surveys/{id}.json", env!("CARGO_MANIFEST_DIR"));
        let survey = Survey::new(serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()).unwrap();
        let said = survey.follow_up(&answers(&survey, raw), asks_reply, Origin::Payment, payment("p"), &keys())?;
        Some((said.severity, said.trigger))
    }

    /// The severity that a survey that ships sees in a comment of somebody who is fairly content.
    fn seen_by(id: &str, comment: &str) -> Option<Severity> {
        said_by(id, json!({"nps": 8, "csat": 4, "why": comment}), false).map(|(severity, _)| severity)
    }

    #[test]
    fn the_surveys_that_ship_see_what_is_critical_anywhere() {
        for comment in [
            "不解决我就打１２３１５",
            "地上有水，我滑倒了",
            "我已經報警了",
            "地板太滑，我跌倒了",
            "I slipped and hurt my knee",
            "I will call the police",
        ] {
            for id in FOR_GUESTS {
                assert_eq!(seen_by(id, comment), Some(Severity::Critical), "{id}: {comment}");
            }
        }
    }

    /// Critical comments, and where: surveys, and comments that each of them sees.
    const CRITICAL_AT: [(&[&str], &[&str]); 8] = [
        (
            &["dine-in", "cafe", "retail", "delivery", "hotel"],
            &[
                "吃完回家就拉肚子",
                "孩子对花生过敏，说了还是放了",
                "里面有一块碎玻璃",
                "孩子過敏送醫",
                "I got food poisoning",
                "My son is ALLERGIC to nuts",
                "There was a cockroach",
                "A broken glass in the bag",
            ],
        ),
        (
            &["hotel"],
            &[
                "半夜有人进我房间",
                "房间里有针孔摄像头",
                "放在房間的錢不見了",
                "門鎖壞了，整晚不敢睡",
                "My watch was stolen",
                "We had bed bugs",
            ],
        ),
        (
            &["bank-branch"],
            &[
                "卡里少了三千块",
                "我妈妈的存款变保险了",
                "帳戶少了三千元",
                "手續費被扣了兩次",
                "Money is missing from my account",
                "They opened an unauthorised account",
            ],
        ),
        (
            &["clinic"],
            &[
                "药房给我发错药了",
                "打针以后全身过敏反应",
                "護理師給錯藥",
                "差點拔錯牙",
                "They gave me the wrong medicine",
                "I got the wrong dose",
            ],
        ),
        (&["clinic", "hotline"], &["我真的不想活了", "I want to kill myself"]),
        (&["hotel", "bank-branch", "clinic", "hotline"], &["再不处理我就打12345", "我要打1999投訴"]),
        (&["hotel", "bank-branch", "hotline"], &["我的卡被盗刷了", "信用卡被盜刷"]),
        (&["hotline"], &["充电时电池爆了", "客服竟然罵人", "The battery exploded"]),
    ];

    #[test]
    fn the_surveys_that_ship_see_what_is_critical_at_their_place() {
        for (ids, comments) in CRITICAL_AT {
            for comment in comments {
                for id in ids {
                    assert_eq!(seen_by(id, comment), Some(Severity::Critical), "{id}: {comment}");
                }
            }
        }
    }

    #[test]
    fn the_surveys_that_ship_see_nothing_critical_in_words_that_look_like_it() {
        for comment in [
            "聊得笑到肚子疼",
            "米老鼠主题很可爱",
            "有苍蝇馆子的感觉，好吃",
            "优惠券过期了",
            "玻璃杯很干净",
            "价格打骨折，开心",
            "虫草花汤好喝",
            "被服务员打动了",
            "好吃到爆炸",
            "门口的警示牌",
            "1950年代的裝潢",
            "沒有前提告知",
            "有蟲草雞湯",
            "Thanks to the hospitality",
            "The chair in my corner wobbled",
            "They spoiled us",
            "A glass of wine",
            "The tissue you gave",
            "A warm interior",
            "Lovely approach",
            "Time does fly in the evening",
            "Nice perfumes",
            "防诈骗的宣传很用心",
            "走廊有摄像头，很放心",
            "早餐偷偷多吃了一份",
            "打针一点都不疼",
            "等得累死了",
            "没有解决不了的问题",
            "很快就處理好了",
            "宣導防詐騙很用心",
            "護理師很親切",
            "It felt safe",
            "Good advice against fraud",
            "The right medicine at last",
            "Solved in a minute",
        ] {
            for id in FOR_GUESTS {
                assert_eq!(seen_by(id, comment), None, "{id}: {comment}");
            }
        }
    }

    #[test]
    fn the_surveys_that_ship_follow_up_unhappy_guests_who_wrote_something() {
        let as_text = |severity: Severity, trigger: &str| Some((severity, trigger.to_owned()));
        for id in FOR_GUESTS {
            let said = |raw: Value, asks_reply| said_by(id, raw, asks_reply);
            assert_eq!(
                said(json!({"nps": 2, "csat": 2, "why": "太慢"}), false),
                as_text(Severity::High, "csat"),
                "{id}"
            );
            assert_eq!(
                said(json!({"nps": 6, "csat": 3, "why": "太慢"}), false),
                as_text(Severity::Normal, "nps"),
                "{id}"
            );
            assert_eq!(said(json!({"nps": 8, "csat": 5}), true), as_text(Severity::High, "asks-reply"), "{id}");
            assert_eq!(said(json!({"nps": 2, "csat": 2}), false), None, "{id}: there is nothing to act on");
        }
    }

    #[test]
    fn the_surveys_that_ship_follow_up_grave_problems_without_a_word() {
        for (id, option, severity) in [
            ("hotel", "safety", Severity::Critical),
            ("hotel", "belongings", Severity::High),
            ("bank-branch", "amount", Severity::High),
            ("bank-branch", "privacy", Severity::High),
            ("clinic", "mix-up", Severity::Critical),
            ("clinic", "privacy", Severity::High),
            ("hotline", "unsolved", Severity::High),
        ] {
            let said = |option: &str| said_by(id, json!({"nps": 6, "csat": 3, "problems": [option]}), false);
            assert_eq!(said(option), Some((severity, "problems".to_owned())), "{id}: {option}");
            assert_eq!(said("manner"), None, "{id}");
        }
    }

    #[test]
    fn the_survey_of_calls_sees_who_was_not_helped() {
        for comment in
            ["打了三次，问题还是没解决", "一直沒人回電", "My problem is still not solved", "Nobody called back"]
        {
            assert_eq!(seen_by("hotline", comment), Some(Severity::High), "{comment}");
        }
    }
}
