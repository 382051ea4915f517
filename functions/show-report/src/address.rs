//! The addresses of a report: every state of the page has one.

use std::fmt::{Display, Formatter};

use aftertaste::{
    domain::{Id, count::Series, place::Scope, report::Against},
    reading::Window,
};
use jiff::civil::Date;
use maud::{Markup, html};

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
    /// None for the one with most answers.
    pub survey: Option<&'a Series>,
    /// Whether the reader has chosen it. Only then it goes along to other scopes: they may ask others.
    pub survey_is_chosen: bool,
    pub against: Against,
    pub language: &'a str,
    pub sort: Sort,
    pub about: About,
    pub beside: Beside,
}

impl Address<'_> {
    /// Of another scope, over the same days.
    pub(crate) fn of(&self, scope: &str) -> Self {
        let survey = self.survey.filter(|_| self.survey_is_chosen);
        Self { scope: scope.to_owned(), survey, about: About::First, beside: Beside::default(), ..self.clone() }
    }

    /// Over other days. Beside itself it does not stand.
    pub(crate) fn over(&self, window: Window) -> Self {
        let same = self.beside.scope.is_none() && self.beside.window == Some((window.from, window.to));
        let beside = if same { Beside::default() } else { self.beside.clone() };
        Self { window, beside, ..self.clone() }
    }

    /// As a file.
    pub(crate) fn ending(&self, ending: &str) -> String {
        self.with(ending, |field| !["sort", "lang"].contains(&field))
    }

    fn with(&self, ending: &str, wanted: impl Fn(&str) -> bool) -> String {
        let fields = self.fields().into_iter().filter(|(field, _)| wanted(field));
        let query: Vec<String> = fields.map(|(field, value)| format!("{field}={value}")).collect();
        format!("/reports/{}.{ending}?{}", self.scope, query.join("&"))
    }

    /// What the form that chooses these fields keeps of all others.
    pub(crate) fn kept(&self, chosen: &[&str]) -> Markup {
        html! {
            @for (field, value) in self.fields().iter().filter(|(field, _)| !chosen.contains(field)) {
                input type="hidden" name=(field) value=(value);
            }
        }
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        let Beside { scope, window } = &self.beside;
        let about = match &self.about {
            About::First => None,
            About::All => Some("all".to_owned()),
            About::Driver(question) => Some(question.to_string()),
        };
        let fields = [
            ("from", Some(self.window.from.to_string())),
            ("to", Some(self.window.to.to_string())),
            ("survey", self.survey.map(Series::to_string)),
            ("against", (self.against == Against::Year).then(|| "year".to_owned())),
            ("sort", (self.sort != Sort::default()).then(|| self.sort.name().to_owned())),
            ("about", about),
            ("with", scope.as_ref().map(Scope::to_string)),
            ("with_from", window.map(|(from, _)| from.to_string())),
            ("with_to", window.map(|(_, to)| to.to_string())),
            ("lang", Some(self.language.to_owned())),
        ];
        fields.into_iter().filter_map(|(field, value)| Some((field, value?))).collect()
    }
}

impl Display for Address<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.with("html", |_| true))
    }
}
