//! The outcome of a payment, for the person at the terminal.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz};
use serde_json::Value;

use super::sent::Payment;

/// How many deliveries are listed one by one.
const LISTED: usize = 20;

/// How many characters of an answer are shown.
const SHOWN: usize = 200;

/// An event that waits no longer than this waits for its sender alone.
const A_MOMENT: SignedDuration = SignedDuration::from_secs(60);

/// The events of an outbox, newest first; or the status with which it was refused.
pub(crate) type Outbox = Result<Vec<Value>, u16>;

/// The stack's answer to one delivery.
pub(crate) struct Answer {
    pub status: u16,
    pub body: String,
    pub took: Duration,
}

/// Everything that happened.
pub(crate) struct Outcome {
    /// The provider's name.
    pub provider: String,
    pub account: String,
    /// Where the stack is.
    pub url: String,
    /// Where the provider sends its notices.
    pub address: String,
    /// When the first notice was sent.
    pub told_at: Timestamp,
    /// Of the amount; none where the notices have no amount.
    pub currency: Option<String>,
    /// Whether the notices say who paid.
    pub tells_payer: bool,
    pub payment: Payment,
    pub answers: Vec<Answer>,
    /// Answers to the notice of the refund.
    pub refund: Vec<Answer>,
    /// The outbox before the first notice.
    pub before: Outbox,
    /// The outbox after the payment was reported.
    pub after: Outbox,
    /// The outbox after the refund was reported, if it was.
    pub finally: Option<Outbox>,
}

impl Outcome {
    /// The events of this account that were not there before, newest first.
    fn new_events(&self) -> Result<Vec<&Value>, u16> {
        let (before, after) = match (&self.before, &self.after) {
            (Ok(before), Ok(after)) => (before, after),
            (Err(status), _) | (_, Err(status)) => return Err(*status),
        };
        let is_new = |event: &&Value| {
            text(event, "/data/account") == Some(&self.account)
                && !before.iter().any(|other| other.get("id") == event.get("id"))
        };
        Ok(after.iter().filter(is_new).collect())
    }

    /// The amount, the time and the payer.
    fn paid(&self) -> [String; 2] {
        let Payment { id, store, payer, paid_at, .. } = &self.payment;
        let amount = |currency| format!(": {} {currency}", self.payment.in_hundreds());
        let amount = self.currency.as_ref().map(amount).unwrap_or_default();
        let payer = if self.tells_payer { payer } else { "somebody whom its notices do not name" };
        [
            format!("  Paid              {id} at store {store}{amount}"),
            format!("  By                {payer}, {} in China", in_china(*paid_at)),
        ]
    }

    /// The links that go out to the guest, or where to find out why nothing does.
    fn links(&self, new: &Result<Vec<&Value>, u16>) -> Vec<String> {
        let look = format!(
            "  Why? GET {}/accounts/{} says what was seen, with a grant: cargo run -- grant admin",
            self.url, self.account
        );
        let new = match new {
            Err(status) => {
                return vec![format!("  What went out can't be seen: {}/_local/outbox said {status}.", self.url), look];
            }
            Ok(new) if new.is_empty() => {
                let what = match self.believed() {
                    true => "  Nothing new went out.",
                    false => "  Nothing went out: the stack took none of these.",
                };
                return vec![what.to_owned(), look];
            }
            Ok(new) => new,
        };
        let mut lines = Vec::new();
        for event in new {
            let link =
                text(event, "/data/url").or_else(|| text(event, "/data/link")).unwrap_or("an event without a link");
            lines.push(format!("  The guest gets    {link}"));
            let state = text(event, "/state").unwrap_or("without a state");
            let after = text(event, "/data/send_after").and_then(|time| time.parse::<Timestamp>().ok());
            let after = after.filter(|after| after.duration_since(self.told_at) > A_MOMENT);
            let after = after.map(|time| format!(", not before {} in China", in_china(time))).unwrap_or_default();
            lines.push(format!("  Its event         {state}{after}"));
        }
        lines
    }

    fn believed(&self) -> bool {
        self.answers.iter().any(|answer| (200..300).contains(&answer.status))
    }

    /// The outcome of the events after the payment was paid back.
    fn after_the_refund(&self, new: &[&Value]) -> Vec<String> {
        let Some(Ok(finally)) = &self.finally else { return Vec::new() };
        let mut lines = Vec::new();
        for event in new {
            let now = finally.iter().find(|other| other.get("id") == event.get("id"));
            let state = now.map_or("no longer there", |now| text(now, "/state").unwrap_or("without a state"));
            lines.push(format!("  Its event         {state}"));
        }
        lines
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f)?;
        writeln!(f, "  Account           {} at {}", self.account, self.provider)?;
        writeln!(f, "  Its address       {}", self.address)?;
        for line in self.paid() {
            writeln!(f, "{line}")?;
        }
        writeln!(f)?;
        for line in listed(&self.answers) {
            writeln!(f, "{line}")?;
        }
        let new = self.new_events();
        if self.answers.len() > 1 {
            writeln!(f, "  {}", counted(&self.answers, new.as_ref().map_or(0, Vec::len)))?;
        }
        writeln!(f)?;
        for line in self.links(&new) {
            writeln!(f, "{line}")?;
        }
        if !self.refund.is_empty() {
            writeln!(f, "\n  Paid back")?;
            for line in listed(&self.refund).into_iter().chain(self.after_the_refund(&new.unwrap_or_default())) {
                writeln!(f, "{line}")?;
            }
        }
        Ok(())
    }
}

/// Each delivery with what was answered.
fn listed(answers: &[Answer]) -> Vec<String> {
    let line = |(at, answer): (usize, &Answer)| {
        let one_line = answer.body.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut shown: String = one_line.chars().take(SHOWN).collect();
        if shown.len() < one_line.len() {
            shown.push('…');
        }
        let shown = if shown.is_empty() { "(nothing more)".to_owned() } else { shown };
        format!("  {at:>4}   {}   {:>5} ms   {shown}", answer.status, answer.took.as_millis())
    };
    let mut lines: Vec<String> = (1..).zip(answers).take(LISTED).map(line).collect();
    if answers.len() > LISTED {
        lines.push(format!("     … and {} more", answers.len() - LISTED));
    }
    lines
}

/// Such as `10 deliveries: 200 ×10, one link`.
fn counted(answers: &[Answer], links: usize) -> String {
    let mut by_status = BTreeMap::<u16, usize>::new();
    for answer in answers {
        *by_status.entry(answer.status).or_default() += 1;
    }
    let by_status: Vec<String> = by_status.iter().map(|(status, count)| format!("{status} ×{count}")).collect();
    let links = match links {
        0 => "no link".to_owned(),
        1 => "one link".to_owned(),
        more => format!("{more} links"),
    };
    format!("{} deliveries: {}, {links}", answers.len(), by_status.join(", "))
}

fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer).and_then(Value::as_str)
}

fn in_china(time: Timestamp) -> String {
    tz::offset(8).to_datetime(time).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::trying::payment;
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, body: body.to_owned(), took: Duration::from_millis(12) }
    }

    fn event(id: &str, account: &str, state: &str) -> Value {
        let url = format!("http://127.0.0.1:3000/s/{id}");
        json!({"id": id, "type": "survey.link.issued", "state": state,
            "data": {"url": url, "account": account, "send_after": "2026-11-22T00:00:00Z"}})
    }

    fn outcome(answers: Vec<Answer>, after: Outbox) -> Outcome {
        Outcome {
            provider: "WeChat Pay 微信支付".to_owned(),
            account: "demo-wechat".to_owned(),
            url: "http://127.0.0.1:3000".to_owned(),
            address: "http://127.0.0.1:3000/payments/wechat/demo-wechat".to_owned(),
            told_at: "2026-11-21T04:31:09Z".parse().unwrap(),
            currency: Some("CNY".to_owned()),
            tells_payer: true,
            payment: payment("4711"),
            answers,
            refund: Vec::new(),
            before: Ok(vec![event("old", "demo-wechat", "sent")]),
            after,
            finally: None,
        }
    }

    #[test]
    fn the_link_is_that_of_this_account_which_was_not_there_before() {
        let after = vec![
            event("other", "demo-alipay", "waiting"),
            event("new", "demo-wechat", "waiting"),
            event("old", "demo-wechat", "sent"),
        ];
        let mut outcome = outcome(vec![answer(200, ""), answer(200, "{\n}")], Ok(after));
        outcome.refund = vec![answer(200, "")];
        outcome.finally = Some(Ok(Vec::new()));
        assert_eq!(
            outcome.to_string(),
            "
  Account           demo-wechat at WeChat Pay 微信支付
  Its address       http://127.0.0.1:3000/payments/wechat/demo-wechat
  Paid              4711 at store 12: 188.05 CNY
  By                guest-1, 2026-11-21 12:29:09 in China

     1   200      12 ms   (nothing more)
     2   200      12 ms   { }
  2 deliveries: 200 ×2, one link

  The guest gets    http://127.0.0.1:3000/s/new
  Its event         waiting, not before 2026-11-22 08:00:00 in China

  Paid back
     1   200      12 ms   (nothing more)
  Its event         no longer there
"
        );
    }

    #[test]
    fn where_nothing_went_out_it_says_where_to_look() {
        let look = "  Why? GET http://127.0.0.1:3000/accounts/demo-wechat says what was seen, with a grant: \
                    cargo run -- grant admin\n";
        let before = || Ok(vec![event("old", "demo-wechat", "sent")]);
        let said = |status, after| outcome(vec![answer(status, "Refused.")], after).to_string();
        assert!(said(401, before()).ends_with(&format!("  Nothing went out: the stack took none of these.\n{look}")));
        assert!(said(200, before()).ends_with(&format!("  Nothing new went out.\n{look}")));
        let unseen = "  What went out can't be seen: http://127.0.0.1:3000/_local/outbox said 404.\n";
        assert!(said(200, Err(404)).ends_with(&format!("{unseen}{look}")));
    }

    #[test]
    fn what_the_notices_do_not_tell_is_not_said() {
        let mut outcome = outcome(vec![answer(200, "")], Ok(Vec::new()));
        (outcome.currency, outcome.tells_payer) = (None, false);
        let paid = [
            "  Paid              4711 at store 12",
            "  By                somebody whom its notices do not name, 2026-11-21 12:29:09 in China",
        ];
        assert_eq!(outcome.paid(), paid);
    }

    #[test]
    fn many_deliveries_are_counted_and_the_first_are_listed() {
        let answers: Vec<Answer> = (0..25).map(|at| answer(if at % 2 == 0 { 200 } else { 503 }, "x")).collect();
        let lines = listed(&answers);
        assert_eq!((lines.len(), lines[20].as_str()), (21, "     … and 5 more"));
        assert_eq!(counted(&answers, 0), "25 deliveries: 200 ×13, 503 ×12, no link");
    }
}
