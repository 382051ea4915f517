//! The page on which a guest comes back to the case that their answer opened. It consists of plain forms, with all that
//! it needs in them.

use domain::{
    case::{Award, Said, State},
    count::minor_digits,
    survey::Brand,
};
use maud::{Markup, html};
use uuid::Uuid;

use super::{
    brand::header,
    shell::Shell,
    words::{CaseWords, case_words, guests_language, language_name, languages, words as survey_words},
};
use crate::http::{Page, ProblemKind};

const STYLE: &str = include_str!("case.css");
pub(super) const CASE_SCRIPT: &str = include_str!("case.js");

/// The parts of their case that a guest is shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// Where it stands.
    pub state: State,
    /// The submission of the answer.
    pub submission: Uuid,
    /// The store's last reply.
    pub reply: Option<&'a str>,
    /// The guest's last word.
    pub said: Option<Said>,
    /// Whether they may say now that it is solved.
    pub may_say_solved: bool,
    /// Whether they may say now that it is not.
    pub may_say_not_solved: bool,
    /// How often they may still say so.
    pub reopenings_left: u8,
    /// The award that the store gives them.
    pub award: Option<&'a Award>,
    /// Whether they have left word how to reach them.
    pub has_contact: bool,
    /// Whether they may.
    pub may_leave_contact: bool,
    /// The problem with what they have just sent.
    pub problem: Option<ProblemKind>,
    /// How they want to be reached, where that was wrong: nothing has to be typed again.
    pub typed: Option<&'a str>,
}

/// How much of a case is seen.
#[derive(Debug, Clone, Copy)]
pub enum Seen<'a> {
    /// Its state, by the link alone, which a photo of the receipt has too.
    ByLink(State),
    /// All that its guest is shown, by the submission, which their phone alone knows.
    ByTheirPhone(&'a Shown<'a>),
}

/// The parts of a case's page.
pub struct CasePage<'a> {
    /// The brand.
    pub brand: &'a Brand,
    /// The store's name.
    pub store: &'a str,
    /// The link, as it stands in the address.
    pub link: &'a str,
    /// Whether the survey can still be answered, so that there is a page to go back to.
    pub is_open: bool,
    /// The case.
    pub seen: Seen<'a>,
}

/// The words that a guest agrees to who leaves word how to reach them.
pub fn agreement(wanted: &[String]) -> &'static str {
    case_words(guests_language(wanted)).agreed
}

impl CasePage<'_> {
    /// The page, in the nearest of the languages that are built in.
    pub fn render(&self, wanted: &[String]) -> Page {
        let language = guests_language(wanted);
        let words = case_words(language);
        let action = format!("/s/{}/case?lang={language}", self.link);
        let state = match self.seen {
            Seen::ByLink(state) => state,
            Seen::ByTheirPhone(shown) => shown.state,
        };
        let title = match state {
            State::Open => words.open,
            State::Taken => words.taken,
            State::Answered => words.answered,
            State::Closed => words.closed,
        };
        let body = html! {
            (header(self.brand, Some(self.store), None))
            h1 { (title) }
            @match self.seen {
                Seen::ByLink(state) => {
                    @let button = match state {
                        State::Open | State::Taken => words.see_more,
                        State::Answered => survey_words(language).see_reply,
                        State::Closed => words.see_end,
                    };
                    p.elsewhere { (words.their_phone) }
                    form method="post" action=(action) hidden {
                        input type="hidden" name="submission" value="";
                        button type="submit" { (button) }
                    }
                }
                Seen::ByTheirPhone(shown) => {
                    (told(shown, words))
                    (verdict(shown, &action, words))
                    @if let Some(award) = shown.award { (handed(award, words)) }
                    (contact(shown, &action, words))
                }
            }
            @if self.is_open {
                p { a href=(format!("/s/{}?lang={language}&end=answered", self.link)) { (words.back) } }
            }
            // By the link alone: the script of that page brings back what only their phone knows.
            footer { @for other in languages() {
                a href=(format!("/s/{}/case?lang={other}", self.link)) lang=(other)
                    aria-current=[(other == language).then_some("true")] { (language_name(other)) } " "
            } }
        };
        let script = matches!(self.seen, Seen::ByLink(_)).then_some(CASE_SCRIPT);
        let colour = &self.brand.colour;
        Shell { language, title, colour, style: STYLE, script, framed_by: "'none'" }.page(body)
    }
}

/// The problem, the guest's word, and the store's reply.
fn told(shown: &Shown<'_>, words: &CaseWords) -> Markup {
    let wrong = shown.problem.map(|problem| match problem {
        ProblemKind::CaseNotAnswered => words.not_answered,
        ProblemKind::ReopenedTooOften => words.no_more,
        ProblemKind::Invalid => words.contact_wrong,
        _ => words.not_now,
    });
    let waits = matches!(shown.state, State::Open | State::Taken);
    html! {
        @if let Some(wrong) = wrong { p.mistake role="alert" { (wrong) } }
        @match shown.said {
            Some(Said::Solved) => p { (words.said_solved) },
            Some(Said::NotSolved) if waits => p { (words.said_not_solved) },
            _ => {}
        }
        @if let Some(reply) = shown.reply { section.reply { h2 { (words.reply) } p { (reply) } } }
    }
}

fn verdict(shown: &Shown<'_>, action: &str, words: &CaseWords) -> Markup {
    let is_spent = shown.reopenings_left == 0 && (shown.may_say_solved || shown.said == Some(Said::Solved));
    html! {
        @if shown.may_say_solved || shown.may_say_not_solved {
            section.verdict {
                @if shown.may_say_solved { h2 { (words.ask) } }
                form method="post" action=(action) {
                    (submission(shown))
                    @if shown.may_say_solved { button type="submit" name="said" value="solved" { (words.solved) } }
                    @if shown.may_say_not_solved {
                        button.other type="submit" name="said" value="not-solved" { (words.not_solved) }
                    }
                }
            }
        }
        @if is_spent { p.note { (words.no_more) } }
    }
}

fn handed(award: &Award, words: &CaseWords) -> Markup {
    html! {
        section.award {
            h2 { (words.award.replace("{amount}", &price(award))) }
            @if award.redeemed_at.is_some() {
                p { (words.redeemed) }
            } @else if let Some(code) = &award.code {
                p { (words.code) }
                p.code { (code) }
            }
        }
    }
}

/// An amount as it is written on a receipt, such as `¥500` or `USD 12.50`.
fn price(award: &Award) -> String {
    let unit = 10_u64.saturating_pow(minor_digits(&award.currency));
    let (whole, rest) = (award.amount / unit, award.amount % unit);
    let width = usize::try_from(minor_digits(&award.currency)).unwrap_or(0);
    let rest = if rest == 0 { String::new() } else { format!(".{rest:0width$}") };
    match award.currency.as_str() {
        "CNY" => format!("¥{whole}{rest}"),
        "TWD" => format!("NT${whole}{rest}"),
        "HKD" => format!("HK${whole}{rest}"),
        other => format!("{other} {whole}{rest}"),
    }
}

fn contact(shown: &Shown<'_>, action: &str, words: &CaseWords) -> Markup {
    html! {
        @if shown.has_contact {
            form method="post" action=(action) {
                p { (words.left) }
                (submission(shown))
                button.quiet type="submit" name="forget_contact" value="1" { (words.forget) }
            }
        } @else if shown.may_leave_contact {
            details open[shown.problem == Some(ProblemKind::Invalid)] {
                summary { (words.contact) }
                form method="post" action=(action) {
                    (submission(shown))
                    label {
                        (words.contact_how)
                        input type="text" name="contact_how" value=[shown.typed] required maxlength="80" autocomplete="off";
                    }
                    label.agreed {
                        input type="checkbox" name="contact_agreed" value="1" required;
                        span { (words.agreed) }
                    }
                    button type="submit" { (words.leave) }
                }
            }
        }
    }
}

fn submission(shown: &Shown<'_>) -> Markup {
    html! { input type="hidden" name="submission" value=(shown.submission); }
}

#[cfg(test)]
mod tests {
    use domain::case::AwardTo;
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn an_amount_is_written_as_on_a_receipt() {
        let price = |amount, currency: &str| {
            let (to, by, at) = (AwardTo::Guest, String::new(), Timestamp::UNIX_EPOCH);
            price(&Award { amount, currency: currency.into(), to, by, at, code: None, redeemed_at: None })
        };
        assert_eq!(price(50_000, "CNY"), "¥500");
        assert_eq!(price(1_205, "USD"), "USD 12.05");
        assert_eq!(price(10_000, "TWD"), "NT$100");
        assert_eq!(price(500, "JPY"), "JPY 500");
        assert_eq!(price(u64::MAX, "KWD"), "KWD 18446744073709551.615");
    }
}
