//! The words of the pages, in the languages that are built in.

mod chinese;

use aftertaste::domain::{
    case::{Act, AwardTo, Outcome, Said, State},
    place::Month,
    report::Meal,
    survey::Severity,
};
use chinese::{SIMPLIFIED, TRADITIONAL};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// What stands before and after something.
pub(crate) type Around = (&'static str, &'static str);

pub(crate) struct Words {
    pub cases: &'static str,
    pub awards: &'static str,
    pub report: &'static str,
    pub people: &'static str,
    pub sign_out: &'static str,
    pub open: &'static str,
    pub closed: &'static str,
    pub mine: &'static str,
    pub nothing_open: &'static str,
    pub nothing_closed: &'static str,
    pub praises: &'static str,
    pub pages: &'static str,
    pub previous_page: &'static str,
    /// Around how many more there are.
    pub next_page: Around,
    pub no_words: &'static str,
    pub gone: &'static str,
    pub unowned: &'static str,
    pub escalated: &'static str,
    pub reopened: Around,
    /// Around the time by which a guest is to be answered.
    pub by: Around,
    pub overdue: Around,
    /// How a day is written, and what stands between it and the time.
    pub day: &'static str,
    pub answers: &'static str,
    pub visit: &'static str,
    pub table: &'static str,
    pub staff: &'static str,
    pub paid: &'static str,
    pub ordered: &'static str,
    pub our_reply: &'static str,
    pub cause: &'static str,
    pub choose: &'static str,
    pub owner: &'static str,
    pub note: &'static str,
    pub note_hint: &'static str,
    pub history: &'static str,
    pub take: &'static str,
    pub answer: &'static str,
    pub thank: &'static str,
    pub reply_hint: &'static str,
    pub send: &'static str,
    pub hand_over: &'static str,
    pub to_whom: &'static str,
    pub close: &'static str,
    pub outcome: &'static str,
    pub solved_later: &'static str,
    pub award: &'static str,
    pub award_hint: &'static str,
    pub give: &'static str,
    pub receiver: &'static str,
    pub sum: &'static str,
    pub currency: &'static str,
    pub redeemed: &'static str,
    pub not_redeemed: &'static str,
    pub contact: &'static str,
    pub contact_left: &'static str,
    pub read_contact: &'static str,
    pub agreed: &'static str,
    pub overtaken: &'static str,
    pub too_early: Around,
    pub not_answered: &'static str,
    pub has_award: &'static str,
    pub award_late: Around,
    pub bad_move: &'static str,
    pub bad_cause: &'static str,
    pub bad_reply: &'static str,
    pub too_long: Around,
    pub bad_characters: &'static str,
    pub bad_outcome: &'static str,
    pub bad_person: &'static str,
    pub bad_award: &'static str,
    pub guest: &'static str,
    pub nobody: &'static str,
    pub store: &'static str,
    pub code: &'static str,
    pub code_hint: &'static str,
    pub hand_out: &'static str,
    pub handed_out: Around,
    pub award_unknown: &'static str,
    pub award_redeemed: &'static str,
    pub awards_by_month: &'static str,
    pub no_awards: &'static str,
    /// Awards to guests, and to staff.
    pub awards_to: [&'static str; 2],
    pub fewer_than: Around,
    /// How a month is written.
    month: &'static str,
    severities: [&'static str; 4],
    states: [&'static str; 4],
    outcomes: [&'static str; 8],
    said: [&'static str; 2],
    acts: [&'static str; 15],
    receivers: [&'static str; 2],
    meals: [&'static str; 5],
}

impl Words {
    /// The words in a language that is built in.
    pub(crate) fn of(language: &str) -> &'static Self {
        match language {
            "en" => &ENGLISH,
            "zh-TW" => &TRADITIONAL,
            _ => &SIMPLIFIED,
        }
    }

    pub(crate) fn severity(&self, severity: Severity) -> &'static str {
        let [critical, high, normal, praise] = self.severities;
        match severity {
            Severity::Critical => critical,
            Severity::High => high,
            Severity::Normal => normal,
            Severity::Praise => praise,
        }
    }

    pub(crate) fn state(&self, state: State) -> &'static str {
        let [open, taken, answered, closed] = self.states;
        match state {
            State::Open => open,
            State::Taken => taken,
            State::Answered => answered,
            State::Closed => closed,
        }
    }

    pub(crate) fn outcome(&self, outcome: Outcome) -> &'static str {
        let [solved, unsolved, unreachable, not_ours, duplicate, thanked, withdrawn, lapsed] = self.outcomes;
        match outcome {
            Outcome::Solved => solved,
            Outcome::Unsolved => unsolved,
            Outcome::Unreachable => unreachable,
            Outcome::NotOurs => not_ours,
            Outcome::Duplicate => duplicate,
            Outcome::Thanked => thanked,
            Outcome::Withdrawn => withdrawn,
            Outcome::Lapsed => lapsed,
        }
    }

    pub(crate) fn said(&self, said: Said) -> &'static str {
        let [solved, not_solved] = self.said;
        match said {
            Said::Solved => solved,
            Said::NotSolved => not_solved,
        }
    }

    /// What was done, after the name of whoever did it.
    pub(crate) fn act(&self, act: Act) -> &'static str {
        let [opened, taken, handed, answered, closed, solved, not_solved, settled, withdrawn, lapsed, left, ..] =
            self.acts;
        let [.., read, awarded, redeemed, unknown] = self.acts;
        match act {
            Act::Opened => opened,
            Act::Taken => taken,
            Act::HandedOver => handed,
            Act::Answered => answered,
            Act::Closed => closed,
            Act::Solved => solved,
            Act::NotSolved => not_solved,
            Act::Settled => settled,
            Act::Withdrawn => withdrawn,
            Act::Lapsed => lapsed,
            Act::ContactLeft => left,
            Act::ContactRead => read,
            Act::Awarded => awarded,
            Act::Redeemed => redeemed,
            Act::Unknown => unknown,
        }
    }

    pub(crate) fn award_to(&self, to: AwardTo) -> &'static str {
        let [guest, staff] = self.receivers;
        match to {
            AwardTo::Guest => guest,
            AwardTo::Staff => staff,
        }
    }

    pub(crate) fn meal(&self, meal: Meal) -> &'static str {
        let [breakfast, lunch, afternoon, dinner, night] = self.meals;
        match meal {
            Meal::Breakfast => breakfast,
            Meal::Lunch => lunch,
            Meal::Afternoon => afternoon,
            Meal::Dinner => dinner,
            Meal::Night => night,
        }
    }

    pub(crate) fn month(&self, month: Month) -> String {
        month.written(self.month)
    }

    /// A day, without its year.
    pub(crate) fn date(&self, day: Date) -> String {
        day.strftime(self.day).to_string()
    }

    /// A time on a store's clock, with its day where that is another than today.
    pub(crate) fn time(&self, at: Timestamp, zone: &TimeZone, now: Timestamp) -> String {
        let (at, today) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()).date());
        let time = at.strftime("%H:%M");
        if at.date() == today { time.to_string() } else { format!("{} {time}", self.date(at.date())) }
    }

    /// When a guest is to be answered, or since when they wait for too long.
    pub(crate) fn due(&self, due: Timestamp, zone: &TimeZone, now: Timestamp) -> String {
        let (before, after) = if due <= now { self.overdue } else { self.by };
        format!("{before}{}{after}", self.time(due, zone, now))
    }
}

const ENGLISH: Words = Words {
    cases: "Cases",
    awards: "Awards",
    report: "Report",
    people: "People",
    sign_out: "Sign out",
    open: "Open",
    closed: "Closed",
    mine: "Mine",
    nothing_open: "All done. Nothing is waiting here.",
    nothing_closed: "Nothing was closed here in the last 31 days.",
    praises: "Praise to pass on",
    pages: "Pages",
    previous_page: "Previous page",
    next_page: ("Next page (", " more)"),
    no_words: "No comment was left.",
    gone: "The guest took the answer back, or it was erased.",
    unowned: "Nobody yet",
    escalated: "Escalated",
    reopened: ("Not solved ×", ""),
    by: ("by ", ""),
    overdue: ("overdue since ", ""),
    day: "%-d %b",
    answers: "What the guest said",
    visit: "Visit",
    table: "Table",
    staff: "Served by",
    paid: "Bill",
    ordered: "Ordered",
    our_reply: "Our reply",
    cause: "Cause",
    choose: "Choose one",
    owner: "Owner",
    note: "Note",
    note_hint: "For colleagues only. The guest does not see it.",
    history: "History",
    take: "Take it",
    answer: "Reply",
    thank: "Thank the guest",
    reply_hint: "The guest reads this at their own link. Phone numbers and e-mail addresses are masked.",
    send: "Send the reply",
    hand_over: "Hand over",
    to_whom: "To whom",
    close: "Close",
    outcome: "Outcome",
    solved_later: "A case counts as solved when the guest says so, or does not object for 7 days after the reply.",
    award: "Give an award",
    award_hint: "The guest gets ten digits at their own link, which a store redeems once.",
    give: "Give it",
    receiver: "Who gets it",
    sum: "Amount",
    currency: "Currency",
    redeemed: "handed out",
    not_redeemed: "not claimed yet",
    contact: "Contact",
    contact_left: "The guest left word how to reach them. Each reading is noted.",
    read_contact: "Show the contact",
    agreed: "The guest agreed to:",
    overtaken: "Somebody else was quicker. This is the case as it is now.",
    too_early: ("The guest can object until ", ". It can't be closed as solved before."),
    not_answered: "Nobody has replied to the guest yet, so it can't be closed as solved.",
    has_award: "There is an award already.",
    award_late: ("An award can be given for ", " days after the visit. They are over."),
    bad_move: "Nothing was changed. Please try again.",
    bad_cause: "Please choose a cause.",
    bad_reply: "Please write a reply.",
    too_long: ("This is too long. At most ", " characters fit."),
    bad_characters: "The text has characters that can't be shown.",
    bad_outcome: "Please choose an outcome.",
    bad_person: "Please choose somebody who follows up on cases of this store.",
    bad_award: "Please check the amount, the currency and who gets it.",
    guest: "Guest",
    nobody: "Automatic",
    store: "Store",
    code: "Ten digits",
    code_hint: "The guest shows them on their own page.",
    hand_out: "Hand out",
    handed_out: ("Hand out ", " now. The code is used up."),
    award_unknown: "No award of this store has these digits. Please check them.",
    award_redeemed: "This award was handed out before.",
    awards_by_month: "Awards by month",
    no_awards: "No award was given in this month.",
    awards_to: ["To guests", "To staff"],
    fewer_than: ("fewer than ", ""),
    month: "%B %Y",
    severities: ["Urgent", "Important", "Normal", "Praise"],
    states: ["New", "In hand", "Waiting for the guest", "Closed"],
    outcomes: [
        "Solved",
        "Can't be solved",
        "Guest can't be reached",
        "Not ours",
        "Duplicate",
        "Passed on, guest thanked",
        "Answer taken back",
        "Never answered",
    ],
    said: ["The guest says that it is solved.", "The guest says that it is not solved."],
    acts: [
        "answered the survey",
        "took it",
        "handed it over to",
        "replied",
        "closed it",
        "said that it is solved",
        "said that it is not solved",
        "closed: the guest did not object",
        "took the answer back",
        "closed: nobody replied for 30 days",
        "left a contact",
        "read the contact",
        "gave an award",
        "handed the award out",
        "did something that this version does not know",
    ],
    receivers: ["Guest", "Staff"],
    meals: ["breakfast", "lunch", "afternoon", "dinner", "night"],
};
