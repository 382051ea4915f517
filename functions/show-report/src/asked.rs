//! The state of a report that an address asks for.

use aftertaste::{
    domain::{
        Id,
        count::Series,
        place::{Path, parse_day},
        report::Against,
        visit::Origin,
    },
    http::{Problem, Request},
    reading::Window,
};
use jiff::{ToSpan, civil::Date};

use crate::address::{About, Beside, Sort};

/// The longest window, in days: a quarter.
pub(crate) const LONGEST_WINDOW_DAYS: i32 = 92;

/// The window when none is asked for, in days. Whole weeks have each day of the week as often as the window before.
const USUAL_WINDOW_DAYS: i32 = 28;

/// A mistake in an address. A page says it in the reader's language; programs get it as a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// A text is no day.
    Day(String),
    /// The window ends before it begins.
    Reversed(Date, Date),
    /// It is longer than a quarter.
    TooLong(Date, Date),
    /// There is no such survey here.
    Survey,
    /// What it should be set beside is no scope, or no window.
    Beside,
    /// Something else, as programs read it.
    Other(String),
}

impl From<Mistake> for Problem {
    fn from(mistake: Mistake) -> Self {
        match mistake {
            Mistake::Day(detail) | Mistake::Other(detail) => Self::invalid(detail),
            Mistake::Reversed(from, to) => {
                Self::invalid(format!("The window is reversed: from {from} is after to {to}."))
            }
            Mistake::TooLong(from, to) => Self::invalid(format!(
                "The window from {from} to {to} is too long: {LONGEST_WINDOW_DAYS} days at most."
            )),
            Mistake::Survey => Self::survey_unknown(),
            Mistake::Beside => Self::invalid(
                "A report stands beside another scope (with), or beside other days (with_from and with_to together).",
            ),
        }
    }
}

/// The state.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub window: Window,
    pub against: Against,
    /// None for the one with most answers.
    pub series: Option<Series>,
    pub sort: Sort,
    pub about: About,
    pub beside: Beside,
}

impl Asked {
    pub(crate) fn of(request: &Request, today: Date) -> Result<Self, Mistake> {
        Ok(Self {
            window: window(request, ["from", "to"], today)?,
            against: against(request)?,
            series: series(request)?,
            sort: request.query("sort").as_deref().and_then(Sort::named).unwrap_or_default(),
            about: about(request),
            beside: beside(request, today)?,
        })
    }
}

/// `against`: what the window is set against.
fn against(request: &Request) -> Result<Against, Mistake> {
    match request.query("against").as_deref() {
        None | Some("before") => Ok(Against::Before),
        Some("year") => Ok(Against::Year),
        Some(_) => {
            Err(Mistake::Other("against is before (as many days just before) or year (364 days before).".into()))
        }
    }
}

/// Both days included; the last 28 days if not said.
fn window(request: &Request, [first, last]: [&str; 2], today: Date) -> Result<Window, Mistake> {
    // A form sends an empty day for one that nobody filled in.
    let asked = |name: &str| request.query(name).filter(|text| !text.is_empty());
    let day =
        |name: &str| asked(name).map(|text| parse_day(name, &text).map_err(|error| Mistake::Day(error.0))).transpose();
    let back = |from: Date, days: i32| from.saturating_sub((days - 1).days());
    let (from, to) = (day(first)?, day(last)?);
    let to = to.unwrap_or(today);
    let from = from.unwrap_or_else(|| back(to, USUAL_WINDOW_DAYS));
    if from > to {
        return Err(Mistake::Reversed(from, to));
    }
    if from < back(to, LONGEST_WINDOW_DAYS) {
        return Err(Mistake::TooLong(from, to));
    }
    Ok(Window { from, to })
}

fn series(request: &Request) -> Result<Option<Series>, Mistake> {
    let asked: Option<Series> =
        request.query("survey").map(|series| series.parse().map_err(|_| Mistake::Survey)).transpose()?;
    // Staff's answers stand beside, by whole months, and in no report of its own.
    match asked {
        Some(series) if series.origin == Origin::Staff => Err(Mistake::Survey),
        asked => Ok(asked),
    }
}

/// `about`: whose comments. One that is no question's id is none's.
fn about(request: &Request) -> About {
    match request.query("about").as_deref() {
        None | Some("") => About::First,
        Some("all") => About::All,
        Some(question) => question.parse::<Id>().map_or(About::All, About::Driver),
    }
}

/// `with`, `with_from` and `with_to`: what the report is set beside.
fn beside(request: &Request, today: Date) -> Result<Beside, Mistake> {
    let asked = |name: &str| request.query(name).filter(|text| !text.is_empty());
    let scope = asked("with").map(|scope| scope.parse().map_err(|_| Mistake::Beside)).transpose()?;
    let window = match (asked("with_from"), asked("with_to")) {
        (None, None) => None,
        (Some(_), Some(_)) => {
            let Window { from, to } = window(request, ["with_from", "with_to"], today)?;
            Some((from, to))
        }
        _ => return Err(Mistake::Beside),
    };
    Ok(Beside { scope, window })
}

/// Whether one of two nodes lies within the other: then their answers are the same in part.
pub(crate) fn overlap(a: &Path, b: &Path) -> bool {
    a.covers(b) || b.covers(a)
}
