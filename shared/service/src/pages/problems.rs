//! The page of a problem.

use domain::survey::Brand;
use maud::html;

use super::{
    case::CASE_SCRIPT,
    shell::{Shell, built_in_language},
    words,
};
use crate::http::{Problem, ProblemKind, Reply};

/// A problem as a page. Guests read it in their language; a problem that only a program can bring about keeps its own
/// words.
pub fn problem(problem: &Problem, wanted: &[String]) -> Reply {
    shown(problem, wanted, guest_words(problem.kind), None)
}

/// The same of a page that guests alone see. What a browser spoiled, or somebody who tried something, they read in their
/// language too.
pub fn guests_problem(problem: &Problem, wanted: &[String]) -> Reply {
    shown(problem, wanted, Some(guest_words(problem.kind).unwrap_or(&SPOILED)), None)
}

/// The page of a link that has expired. Its case can be seen for longer: the phone that sent the answer knows whether there
/// is one, and its script shows the way.
pub fn expired_link(problem: &Problem, wanted: &[String], link: &str) -> Reply {
    shown(problem, wanted, guest_words(problem.kind), Some(link))
}

/// `link` is one that may still lead to a case.
fn shown(problem: &Problem, wanted: &[String], words: Option<&GuestWords>, link: Option<&str>) -> Reply {
    let language = built_in_language(wanted);
    let (title, detail) = words.map(|words| words.of(language)).unwrap_or((problem.kind.title(), &problem.detail));
    let body = html! {
        div.end {
            h1 { (title) }
            p { (detail) }
            @if let Some(link) = link {
                form method="post" action=(format!("/s/{link}/case?lang={language}")) hidden {
                    input type="hidden" name="submission" value="";
                    button type="submit" { (words::words(language).see_reply) }
                }
            }
            @if is_of_staff(problem.kind) { p { a href=(format!("/sign-in?lang={language}")) { (way_on(language)) } } }
        }
    };
    let colour = &Brand::default().colour;
    let page =
        Shell { language, title, colour, style: "", script: link.map(|_| CASE_SCRIPT), framed_by: "'none'" }.page(body);
    let reply = Reply::page(problem.kind.status(), page);
    problem.headers().iter().fold(reply, |reply, (name, value)| reply.with(name, *value))
}

/// Whether it is one that whoever works with the pages behind the sign-in meets, and no guest.
fn is_of_staff(kind: ProblemKind) -> bool {
    matches!(
        kind,
        ProblemKind::GrantMissing
            | ProblemKind::GrantInvalid
            | ProblemKind::GrantExpired
            | ProblemKind::GrantInsufficient
            | ProblemKind::SessionEnded
            | ProblemKind::FormRefused
            | ProblemKind::SignInEnded
            | ProblemKind::SignInRefused
            | ProblemKind::PersonUnknown
            | ProblemKind::EmailTaken
            | ProblemKind::ScopeUnknown
            | ProblemKind::CaseUnknown
            | ProblemKind::CaseMoved
            | ProblemKind::ContactUnknown
            | ProblemKind::AwardUnknown
            | ProblemKind::AwardRedeemed
    )
}

/// The words of the way on: the sign-in page, which leads whoever is signed in to their own page.
fn way_on(language: &str) -> &'static str {
    match language {
        "en" => "Sign in, or go to your own page",
        "zh-TW" => "登入，或前往您的首頁",
        _ => "登录，或前往您的首页",
    }
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
        ProblemKind::GrantMissing | ProblemKind::GrantInvalid => Some(&NO_GRANT),
        ProblemKind::GrantExpired | ProblemKind::SessionEnded => Some(&SESSION_ENDED),
        ProblemKind::GrantInsufficient => Some(&NOT_ALLOWED),
        ProblemKind::FormRefused => Some(&FORM_REFUSED),
        ProblemKind::SignInEnded => Some(&SIGN_IN_ENDED),
        ProblemKind::SignInRefused => Some(&SIGN_IN_REFUSED),
        ProblemKind::PersonUnknown => Some(&PERSON_UNKNOWN),
        ProblemKind::EmailTaken => Some(&EMAIL_TAKEN),
        ProblemKind::ScopeUnknown => Some(&SCOPE_UNKNOWN),
        ProblemKind::BodyTooLarge => Some(&BODY_TOO_LARGE),
        ProblemKind::Unavailable => Some(&UNAVAILABLE),
        ProblemKind::StoreUnknown | ProblemKind::SurveyUnknown => Some(&OVER),
        ProblemKind::NotTakenBack => Some(&NOT_TAKEN_BACK),
        ProblemKind::LinkUnknown => Some(&LINK_UNKNOWN),
        ProblemKind::CodeUnknown => Some(&CODE_UNKNOWN),
        ProblemKind::TooMany => Some(&TOO_MANY),
        ProblemKind::CaseNotYours => Some(&CASE_NOT_YOURS),
        ProblemKind::LinkExpired => Some(&LINK_EXPIRED),
        ProblemKind::LinkFromTheFuture => Some(&LINK_FROM_THE_FUTURE),
        ProblemKind::CaseUnknown => Some(&CASE_UNKNOWN),
        ProblemKind::CaseMoved => Some(&CASE_MOVED),
        ProblemKind::ContactUnknown => Some(&CONTACT_UNKNOWN),
        ProblemKind::AwardUnknown => Some(&AWARD_UNKNOWN),
        ProblemKind::AwardRedeemed => Some(&AWARD_REDEEMED),
        // The page of the case is shown, with what is wrong above it.
        ProblemKind::CaseNotAnswered
        | ProblemKind::NotOfThisCase
        | ProblemKind::ReopenedTooOften
        | ProblemKind::Malformed
        | ProblemKind::AccountUnknown
        | ProblemKind::EndpointUnknown
        | ProblemKind::EventUnknown
        | ProblemKind::NoticeRefused
        | ProblemKind::NoticeUnreadable
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
    english: ("Please sign in", "Open the sign-in link that you were sent, or ask for a new one."),
    traditional: ("請先登入", "請打開您收到的登入連結，或索取新的連結。"),
    simplified: ("请先登录", "请打开您收到的登录链接，或索取新的链接。"),
};

const SESSION_ENDED: GuestWords = GuestWords {
    english: ("You are signed out", "It has been a while, or your access was changed. Please sign in again."),
    traditional: ("您已登出", "閒置時間太長，或您的權限有變動。請重新登入。"),
    simplified: ("您已退出登录", "闲置时间太长，或您的权限有变动。请重新登录。"),
};

const NOT_ALLOWED: GuestWords = GuestWords {
    english: ("Not within your role", "Your role does not reach this page. Whoever invited you can widen it."),
    traditional: ("超出您的權限", "您的角色不包含這個頁面。邀請您的人可以調整權限。"),
    simplified: ("超出您的权限", "您的角色不包含这个页面。邀请您的人可以调整权限。"),
};

const SPOILED: GuestWords = GuestWords {
    english: (
        "This could not be read",
        "Nothing was changed. Please go back, load the page anew and send it once more.",
    ),
    traditional: ("無法讀取送出的內容", "沒有任何變更。請返回、重新整理頁面後再送出一次。"),
    simplified: ("无法读取提交的内容", "没有任何更改。请返回、刷新页面后再提交一次。"),
};

const FORM_REFUSED: GuestWords = GuestWords {
    english: (
        "Nothing was changed",
        "The page had been open for too long. Please go back, load it anew and send it again.",
    ),
    traditional: ("沒有任何變更", "頁面開啟太久了。請返回、重新整理後再送出。"),
    simplified: ("没有任何更改", "页面打开太久了。请返回、刷新后再提交。"),
};

const SIGN_IN_ENDED: GuestWords = GuestWords {
    english: ("This link no longer works", "A sign-in link works once, for 15 minutes. Please ask for a new one."),
    traditional: ("這個連結已失效", "登入連結只能使用一次，15 分鐘內有效。請索取新的連結。"),
    simplified: ("这个链接已失效", "登录链接只能使用一次，15 分钟内有效。请索取新的链接。"),
};

const SIGN_IN_REFUSED: GuestWords = GuestWords {
    english: (
        "Not signed in",
        "Please try again. If your account is not on the list, ask whoever manages the people here.",
    ),
    traditional: ("未能登入", "請再試一次。如果名單中沒有您的帳號，請聯絡管理人員名單的同事。"),
    simplified: ("未能登录", "请再试一次。如果名单中没有您的账号，请联系管理人员名单的同事。"),
};

const PERSON_UNKNOWN: GuestWords = GuestWords {
    english: ("Nobody by this name", "This person is not on the list, or no longer."),
    traditional: ("查無此人", "名單中沒有這個人，或已被移除。"),
    simplified: ("查无此人", "名单中没有这个人，或已被移除。"),
};

const EMAIL_TAKEN: GuestWords = GuestWords {
    english: (
        "This address is taken",
        "Another person is listed with this e-mail address. Please go back and change it.",
    ),
    traditional: ("這個信箱已有人使用", "名單中另一個人使用這個電子信箱。請返回修改。"),
    simplified: ("这个邮箱已有人使用", "名单中另一个人使用这个邮箱。请返回修改。"),
};

const SCOPE_UNKNOWN: GuestWords = GuestWords {
    english: ("No such store", "There is no store and no node under this address."),
    traditional: ("沒有這家門市", "這個網址沒有對應的門市或區域。"),
    simplified: ("没有这家门店", "这个网址没有对应的门店或区域。"),
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

const CASE_NOT_YOURS: GuestWords = GuestWords {
    english: ("Not on this phone", "Only the phone that sent the answer shows the store's reply."),
    traditional: ("這支手機無法查看", "門市的回覆只在送出回答的手機上顯示。"),
    simplified: ("这部手机无法查看", "门店的回复只在提交回答的手机上显示。"),
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

const CASE_UNKNOWN: GuestWords = GuestWords {
    english: ("No such case", "This address is not one of a case, or the case is no longer kept."),
    traditional: ("找不到這則回饋", "網址不正確，或這則回饋已不再保存。"),
    simplified: ("找不到这条反馈", "网址不正确，或这条反馈已不再保存。"),
};

const CASE_MOVED: GuestWords = GuestWords {
    english: ("The case has moved on", "Somebody else was quicker. Please go back and load it anew."),
    traditional: ("這則回饋已有變動", "有人先一步處理了。請返回並重新整理。"),
    simplified: ("这条反馈已有变动", "有人先一步处理了。请返回并刷新。"),
};

const CONTACT_UNKNOWN: GuestWords = GuestWords {
    english: ("No contact is kept", "The guest left none, took it back, or its time is over."),
    traditional: ("沒有聯絡方式", "顧客沒有留下聯絡方式，或已撤回、已到期刪除。"),
    simplified: ("没有联系方式", "顾客没有留下联系方式，或已撤回、已到期删除。"),
};

const AWARD_UNKNOWN: GuestWords = GuestWords {
    english: ("No such award", "Please check the store and the ten digits."),
    traditional: ("查無此獎勵", "請核對門市與十位數字。"),
    simplified: ("查无此奖励", "请核对门店和十位数字。"),
};

const AWARD_REDEEMED: GuestWords = GuestWords {
    english: ("Already handed out", "This award was handed out before. Each is handed out once."),
    traditional: ("已經兌換", "這份獎勵已兌換過，每份只能兌換一次。"),
    simplified: ("已经核销", "这份奖励已核销过，每份只能核销一次。"),
};
