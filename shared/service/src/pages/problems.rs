//! The page of a problem.

use domain::survey::Brand;
use maud::html;

use super::{
    case::CASE_SCRIPT,
    shell::Shell,
    words::{ProblemWords, Said, guests_language, problem_words, words as survey_words},
};
use crate::http::{Problem, ProblemKind, Reply};

/// A problem as a page. Guests read it in their language; a problem that only a program can bring about keeps its own
/// words.
pub fn problem(problem: &Problem, wanted: &[String]) -> Reply {
    shown(problem, wanted, false, None)
}

/// The same of a page that nobody opens who programs. Its readers read in their language too what a browser spoiled, or
/// somebody who tried something.
pub fn readers_problem(problem: &Problem, wanted: &[String]) -> Reply {
    shown(problem, wanted, true, None)
}

/// The page of a link that has expired. Its case can be seen for longer: the phone that sent the answer knows whether there
/// is one, and its script shows the way.
pub fn expired_link(problem: &Problem, wanted: &[String], link: &str) -> Reply {
    shown(problem, wanted, false, Some(link))
}

/// A problem as a page. One that only a program can bring about keeps its own words, unless the page is one of guests
/// alone. A `link` is one that may still lead to a case.
fn shown(problem: &Problem, wanted: &[String], is_of_guests: bool, link: Option<&str>) -> Reply {
    let language = guests_language(wanted);
    let words = problem_words(language);
    let own = is_of_guests.then_some(&words.spoiled);
    let (title, detail) = match said(problem.kind, words).or(own) {
        Some(Said { title, detail }) => (*title, *detail),
        None => (problem.kind.title(), problem.detail.as_str()),
    };
    let body = html! {
        div.end {
            h1 { (title) }
            p { (detail) }
            @if let Some(link) = link {
                form method="post" action=(format!("/s/{link}/case?lang={language}")) hidden {
                    input type="hidden" name="submission" value="";
                    button type="submit" { (survey_words(language).see_reply) }
                }
            }
            @if is_of_staff(problem.kind) { p { a href=(format!("/sign-in?lang={language}")) { (words.way_on) } } }
        }
    };
    let colour = &Brand::default().colour;
    let page =
        Shell { language, title, colour, style: "", script: link.map(|_| CASE_SCRIPT), framed_by: "'none'" }.page(body);
    let reply = Reply::page(problem.kind.status(), page);
    problem.headers().iter().fold(reply, |reply, (name, value)| reply.with(name, *value))
}

/// Whether people who work with the pages behind the sign-in meet it, and no guest.
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
            | ProblemKind::TrendUnknown
            | ProblemKind::TrendMoved
            | ProblemKind::ActionUnknown
            | ProblemKind::ActionMoved
            | ProblemKind::ContactUnknown
            | ProblemKind::AwardUnknown
            | ProblemKind::AwardRedeemed
    )
}

/// The words for guests and managers of a kind; none of one that only a program can bring about.
fn said(kind: ProblemKind, words: &ProblemWords) -> Option<&Said> {
    match kind {
        ProblemKind::GrantMissing | ProblemKind::GrantInvalid => Some(&words.no_grant),
        ProblemKind::GrantExpired | ProblemKind::SessionEnded => Some(&words.session_ended),
        ProblemKind::GrantInsufficient => Some(&words.not_allowed),
        ProblemKind::FormRefused => Some(&words.form_refused),
        ProblemKind::SignInEnded => Some(&words.sign_in_ended),
        ProblemKind::SignInRefused => Some(&words.sign_in_refused),
        ProblemKind::PersonUnknown => Some(&words.person_unknown),
        ProblemKind::EmailTaken => Some(&words.email_taken),
        ProblemKind::ScopeUnknown => Some(&words.scope_unknown),
        ProblemKind::BodyTooLarge => Some(&words.body_too_large),
        ProblemKind::Unavailable => Some(&words.unavailable),
        ProblemKind::StoreUnknown | ProblemKind::SurveyUnknown => Some(&words.over),
        ProblemKind::NotTakenBack => Some(&words.not_taken_back),
        ProblemKind::LinkUnknown => Some(&words.link_unknown),
        ProblemKind::CodeUnknown => Some(&words.code_unknown),
        ProblemKind::TooMany => Some(&words.too_many),
        ProblemKind::CaseNotYours => Some(&words.case_not_yours),
        ProblemKind::LinkExpired => Some(&words.link_expired),
        ProblemKind::LinkFromTheFuture => Some(&words.link_from_the_future),
        ProblemKind::RouteUnknown => Some(&words.nothing_here),
        ProblemKind::CaseUnknown => Some(&words.case_unknown),
        ProblemKind::CaseMoved => Some(&words.case_moved),
        ProblemKind::TrendUnknown => Some(&words.trend_unknown),
        ProblemKind::ActionUnknown => Some(&words.action_unknown),
        ProblemKind::ContactUnknown => Some(&words.contact_unknown),
        ProblemKind::AwardUnknown => Some(&words.award_unknown),
        ProblemKind::AwardRedeemed => Some(&words.award_redeemed),
        // The page of the case, the trend or the action is shown, with what is wrong above it.
        ProblemKind::TrendMoved
        | ProblemKind::ActionMoved
        | ProblemKind::CaseNotAnswered
        | ProblemKind::NotOfThisCase
        | ProblemKind::ReopenedTooOften
        | ProblemKind::Malformed
        | ProblemKind::AccountUnknown
        | ProblemKind::EndpointUnknown
        | ProblemKind::EventUnknown
        | ProblemKind::NoticeRefused
        | ProblemKind::NoticeUnreadable
        | ProblemKind::ResponseUnknown
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
