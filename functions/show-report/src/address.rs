//! The addresses of a report: every state of the page has one.

use std::fmt::{Display, Formatter};

use aftertaste::{
    domain::{Id, count::Series, place::Scope, report::Against},
    reading::Window,
};
use jiff::civil::Date;

/// The order in which the scopes below stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Sort {
    /// The best first.
    #[default]
    Score,
    /// By their names.
    Name,
    /// Those with most answers first.
    Answers,
    /// Those that became colder most first.
    Change,
}

impl Sort {
    /// As it stands in an address.
    const NAMES: [(Self, &'static str); 4] =
        [(Self::Score, "score"), (Self::Name, "name"), (Self::Answers, "answers"), (Self::Change, "change")];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(sort, _)| *sort)
    }

    fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(sort, _)| *sort == self).map_or("score", |(_, name)| name)
    }
}

/// Whose comments are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum About {
    /// Of guests who rated what is to be fixed first low, where there are some; else all.
    #[default]
    First,
    /// All.
    All,
    /// Of guests who rated this driver low.
    Driver(Id),
}

/// What a report is set beside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Beside {
    /// Another scope.
    pub scope: Option<Scope>,
    /// Other days.
    pub window: Option<(Date, Date)>,
}

impl Beside {
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// A state of the page.
#[derive(Debug, Clone)]
pub(crate) struct Address<'a> {
    pub scope: String,
    pub window: Window,
    pub survey: &'a Series,
    pub against: Against,
    pub language: &'a str,
    pub sort: Sort,
    pub about: About,
    pub beside: Beside,
}

impl Address<'_> {
    /// Of another scope, over the same days.
    pub(crate) fn of(&self, scope: &str) -> Self {
        Self { scope: scope.to_owned(), about: About::First, beside: Beside::default(), ..self.clone() }
    }

    /// In the same state, as a file.
    pub(crate) fn ending(&self, ending: &str) -> String {
        let Self { scope, window: Window { from, to }, survey, .. } = self;
        let against = if self.against == Against::Year { "&against=year" } else { "" };
        format!("/reports/{scope}.{ending}?from={from}&to={to}&survey={survey}{against}")
    }
}

impl Display for Address<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.ending("html"))?;
        if self.sort != Sort::default() {
            write!(f, "&sort={}", self.sort.name())?;
        }
        match &self.about {
            About::First => {}
            About::All => write!(f, "&about=all")?,
            About::Driver(question) => write!(f, "&about={question}")?,
        }
        if let Some(scope) = &self.beside.scope {
            write!(f, "&with={scope}")?;
        }
        if let Some((from, to)) = &self.beside.window {
            write!(f, "&with_from={from}&with_to={to}")?;
        }
        write!(f, "&lang={}", self.language)
    }
}
