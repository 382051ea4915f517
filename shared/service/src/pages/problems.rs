//! The page of a problem.

use domain::survey::Brand;
use maud::html;

use super::shell::{Shell, built_in_language};
use crate::http::{Problem, Reply};

/// A problem as a page. A guest reads it in her language; a problem that only a program can bring about keeps its
/// own words.
pub fn problem(problem: &Problem, wanted: &[String]) -> Reply {
    let language = built_in_language(wanted);
    let (title, detail) = guest_words(problem.kind, language).unwrap_or((problem.title, &problem.detail));
    let body = html! { div.end { h1 { (title) } p { (detail) } } };
    let colour = &Brand::default().colour;
    let page = Shell { language, title, colour, style: "", script: "", framed_by: "'none'" }.page(body);
    problem.headers().iter().fold(Reply::page(problem.status, page), |reply, (name, value)| reply.with(name, *value))
}

fn guest_words(kind: &str, language: &str) -> Option<(&'static str, &'static str)> {
    Some(match (kind, language) {
        ("link-unknown", "en") => ("Not a survey link", "Please scan the code on your receipt again."),
        ("link-unknown", "zh-TW") => ("這不是問卷連結", "請重新掃描小票上的二維碼。"),
        ("link-unknown", _) => ("这不是问卷链接", "请重新扫描小票上的二维码。"),
        ("code-unknown", "en") => ("Not a survey code", "Please scan the code on the table again."),
        ("code-unknown", "zh-TW") => ("這不是問卷碼", "請重新掃描桌上的二維碼。"),
        ("code-unknown", _) => ("这不是问卷码", "请重新扫描桌上的二维码。"),
        ("too-many", "en") => ("One moment", "Many guests are answering here. Please try again in a minute."),
        ("too-many", "zh-TW") => ("請稍候", "這裡填寫的人很多，請一分鐘後再試。"),
        ("too-many", _) => ("请稍候", "这里填写的人很多，请一分钟后再试。"),
        ("link-expired", "en") => {
            ("This link has expired", "Thank you for coming back to it. Next time we'd love to hear from you.")
        }
        ("link-expired", "zh-TW") => ("連結已過期", "感謝您回來看看，期待下次聽到您的意見。"),
        ("link-expired", _) => ("链接已过期", "感谢您回来看看，期待下次听到您的意见。"),
        ("grant-missing" | "grant-invalid" | "grant-expired", "en") => {
            ("This needs a report link", "Open the report link that you were sent, or ask for a new one.")
        }
        ("grant-missing" | "grant-invalid" | "grant-expired", "zh-TW") => {
            ("需要報表連結", "請打開您收到的報表連結，或索取新的連結。")
        }
        ("grant-missing" | "grant-invalid" | "grant-expired", _) => {
            ("需要报表链接", "请打开您收到的报表链接，或索取新的链接。")
        }
        ("body-too-large", "en") => ("Too long", "Please shorten what you wrote and send it again."),
        ("body-too-large", "zh-TW") => ("內容太長", "請縮短文字後再送出。"),
        ("body-too-large", _) => ("内容太长", "请缩短文字后再提交。"),
        ("link-from-the-future", "en") => ("Not yet", "The clock of the till is wrong. Please try again later."),
        ("link-from-the-future", "zh-TW") => ("時間未到", "收銀機的時間有誤，請稍後再試。"),
        ("link-from-the-future", _) => ("时间未到", "收银机的时间有误，请稍后再试。"),
        ("unavailable", "en") => ("Just a moment", "Please send it again in a few seconds; nothing is counted twice."),
        ("unavailable", "zh-TW") => ("請稍候", "請過幾秒再送出一次，不會重複計算。"),
        ("unavailable", _) => ("请稍候", "请过几秒再提交一次，不会重复计算。"),
        ("store-unknown" | "survey-unknown", "en") => {
            ("This survey is over", "The store no longer asks it. Thank you all the same.")
        }
        ("store-unknown" | "survey-unknown", "zh-TW") => ("問卷已結束", "門市已不再使用這份問卷，仍然感謝您。"),
        ("store-unknown" | "survey-unknown", _) => ("问卷已结束", "门店已不再使用这份问卷，仍然感谢您。"),
        _ => return None,
    })
}
