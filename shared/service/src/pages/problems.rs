//! The page of a problem.

use domain::survey::Brand;
use maud::html;

use super::shell::{Shell, built_in_language};
use crate::http::{Problem, ProblemKind, Reply};

/// A problem as a page. Guests read it in their language; a problem that only a program can bring about keeps its own
/// words.
pub fn problem(problem: &Problem, wanted: &[String]) -> Reply {
    let language = built_in_language(wanted);
    let words = guest_words(problem.kind).map(|words| words.of(language));
    let (title, detail) = words.unwrap_or((problem.kind.title(), &problem.detail));
    let body = html! { div.end { h1 { (title) } p { (detail) } } };
    let colour = &Brand::default().colour;
    let page = Shell { language, title, colour, style: "", script: None, framed_by: "'none'" }.page(body);
    let reply = Reply::page(problem.kind.status(), page);
    problem.headers().iter().fold(reply, |reply, (name, value)| reply.with(name, *value))
}

/// Title and detail in the languages that are built in.
struct GuestWords {
    english: (&'static str, &'static str),
    traditional: (&'static str, &'static str),
    simplified: (&'static str, &'static str),
}

impl GuestWords {
    fn of(&self, language: &str) -> (&'static str, &'static str) {
        match language {
            "en" => self.english,
            "zh-TW" => self.traditional,
            _ => self.simplified,
        }
    }
}

/// What guests and managers read of a kind; none of what only a program can bring about.
fn guest_words(kind: ProblemKind) -> Option<&'static GuestWords> {
    match kind {
        ProblemKind::GrantMissing | ProblemKind::GrantInvalid | ProblemKind::GrantExpired => Some(&NO_GRANT),
        ProblemKind::BodyTooLarge => Some(&BODY_TOO_LARGE),
        ProblemKind::Unavailable => Some(&UNAVAILABLE),
        ProblemKind::StoreUnknown | ProblemKind::SurveyUnknown => Some(&OVER),
        ProblemKind::NotTakenBack => Some(&NOT_TAKEN_BACK),
        ProblemKind::LinkUnknown => Some(&LINK_UNKNOWN),
        ProblemKind::CodeUnknown => Some(&CODE_UNKNOWN),
        ProblemKind::TooMany => Some(&TOO_MANY),
        ProblemKind::LinkExpired => Some(&LINK_EXPIRED),
        ProblemKind::LinkFromTheFuture => Some(&LINK_FROM_THE_FUTURE),
        ProblemKind::Malformed
        | ProblemKind::GrantInsufficient
        | ProblemKind::ScopeUnknown
        | ProblemKind::ResponseUnknown
        | ProblemKind::RouteUnknown
        | ProblemKind::AlreadyAnswered
        | ProblemKind::TakenBack
        | ProblemKind::SurveyChanged
        | ProblemKind::PaymentTooOld
        | ProblemKind::ItemUnreadable
        | ProblemKind::UnsupportedMediaType
        | ProblemKind::AnswersInvalid
        | ProblemKind::Invalid => None,
    }
}

const NO_GRANT: GuestWords = GuestWords {
    english: ("This needs a report link", "Open the report link that you were sent, or ask for a new one."),
    traditional: ("需要報表連結", "請打開您收到的報表連結，或索取新的連結。"),
    simplified: ("需要报表链接", "请打开您收到的报表链接，或索取新的链接。"),
};

const BODY_TOO_LARGE: GuestWords = GuestWords {
    english: ("Too long", "Please shorten what you wrote and send it again."),
    traditional: ("內容太長", "請縮短文字後再送出。"),
    simplified: ("内容太长", "请缩短文字后再提交。"),
};

const UNAVAILABLE: GuestWords = GuestWords {
    english: ("Just a moment", "Please send it again in a few seconds; nothing is counted twice."),
    traditional: ("請稍候", "請過幾秒再送出一次，不會重複計算。"),
    simplified: ("请稍候", "请过几秒再提交一次，不会重复计算。"),
};

const OVER: GuestWords = GuestWords {
    english: ("This survey is over", "The store no longer asks it. Thank you all the same."),
    traditional: ("問卷已結束", "門市已不再使用這份問卷，仍然感謝您。"),
    simplified: ("问卷已结束", "门店已不再使用这份问卷，仍然感谢您。"),
};

const NOT_TAKEN_BACK: GuestWords = GuestWords {
    english: ("Not taken back", "Only the phone that sent an answer can take it back."),
    traditional: ("未能撤回", "只能在送出回答的手機上撤回。"),
    simplified: ("未能撤回", "只能在提交回答的手机上撤回。"),
};

const LINK_UNKNOWN: GuestWords = GuestWords {
    english: ("Not a survey link", "Please scan the code on your receipt again."),
    traditional: ("這不是問卷連結", "請重新掃描小票上的二維碼。"),
    simplified: ("这不是问卷链接", "请重新扫描小票上的二维码。"),
};

const CODE_UNKNOWN: GuestWords = GuestWords {
    english: ("Not a survey code", "Please scan the code on the table again."),
    traditional: ("這不是問卷碼", "請重新掃描桌上的二維碼。"),
    simplified: ("这不是问卷码", "请重新扫描桌上的二维码。"),
};

const TOO_MANY: GuestWords = GuestWords {
    english: ("One moment", "Many guests are answering here. Please try again in a minute."),
    traditional: ("請稍候", "這裡填寫的人很多，請一分鐘後再試。"),
    simplified: ("请稍候", "这里填写的人很多，请一分钟后再试。"),
};

const LINK_EXPIRED: GuestWords = GuestWords {
    english: ("This link has expired", "Thank you for coming back to it. Next time we'd love to hear from you."),
    traditional: ("連結已過期", "感謝您回來看看，期待下次聽到您的意見。"),
    simplified: ("链接已过期", "感谢您回来看看，期待下次听到您的意见。"),
};

const LINK_FROM_THE_FUTURE: GuestWords = GuestWords {
    english: ("Not yet", "The clock of the till is wrong. Please try again later."),
    traditional: ("時間未到", "收銀機的時間有誤，請稍後再試。"),
    simplified: ("时间未到", "收银机的时间有误，请稍后再试。"),
};
