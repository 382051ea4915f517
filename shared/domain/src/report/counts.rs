//! The counts that a report is worked out from.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{StaffFigure, StoreDays};
use crate::{
    Id,
    count::{CaseCounts, DriverSums, Group, Operations, Series, Signs, Tally},
    place::{Scope, StoreNumber},
    survey::{Brand, Survey},
};

/// The subject of a report: which scope, which business days (both included), which survey.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// The scope.
    pub scope: &'a Scope,
    /// Its name.
    pub name: &'a str,
    /// The first business day.
    pub from: Date,
    /// The last business day.
    pub to: Date,
    /// Which answers.
    pub series: &'a Series,
    /// Their survey, in its latest version.
    pub survey: &'a Survey,
    /// Where segments have their names.
    pub brand: &'a Brand,
}

/// The other window that a window is set against.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Against {
    /// As many days just before.
    #[default]
    Before,
    /// The same days of the week 364 days before.
    Year,
}

/// The counts that the report is worked out from.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// The tally of the subject's series, by business day.
    pub days: BTreeMap<Date, Tally>,
    /// The business day that still runs; none where nothing depends on it.
    pub today: Option<Date>,
    /// Which other window this one is set against.
    pub against: Against,
    /// The tally of the subject's series in that window, by business day.
    pub before: BTreeMap<Date, Tally>,
    /// Orders and revenue, by business day.
    pub operations: BTreeMap<Date, Operations>,
    /// Orders and revenue of the window that this one is set against.
    pub operations_before: Operations,
    /// Cases of the window.
    pub cases: CaseCounts,
    /// The answers of staff, if the reader may see them.
    pub staff: Option<StaffFigure>,
    /// The scopes directly below this one.
    pub children: Vec<Child>,
    /// The responses of each scope beside this one, and of itself.
    pub siblings: Siblings,
    /// What each store below sold beside its responses.
    pub sold: Vec<StoreDays>,
    /// What each scope directly below was rated for, where that is known.
    pub themes: Vec<ChildDrivers>,
    /// Of a node: the places by which its change is split, those that answered in one of the windows alone too.
    pub places: Vec<Part>,
    /// Which places these are.
    pub places_are: Places,
    /// Stores whose latest count is not in these figures, each since when.
    pub behind: Vec<Behind>,
    /// Every series that has responses in these days.
    pub surveys: Vec<Series>,
    /// When a count last changed one of these figures.
    pub counted_at: Option<Timestamp>,
    /// The comments of guests, newest first.
    pub comments: Vec<Comment>,
    /// Where the comments before these begin; none at their end.
    pub comments_before: Option<String>,
}

/// A store whose latest count is not in the figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Behind {
    /// Its number.
    pub store: StoreNumber,
    /// Its name.
    pub name: String,
    /// When it was counted last.
    pub since: Timestamp,
}

/// The places that a node's change is split by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Places {
    /// Every store below.
    #[default]
    Stores,
    /// The scopes directly below.
    Below,
}

/// The responses of a place below by business day: those of a store that has moved come in two pieces a day at times.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// In the window.
    pub now: Vec<(Date, Group)>,
    /// In the window that it is set against.
    pub before: Vec<(Date, Group)>,
}

impl Counts {
    /// The responses of each day of both windows.
    pub(super) fn totals(&self) -> BTreeMap<Date, Group> {
        self.before.iter().chain(&self.days).map(|(day, tally)| (*day, tally.total())).collect()
    }
}

/// The scopes that lie directly below the same node.
#[derive(Debug, Clone, Default)]
pub struct Siblings {
    /// The responses of this one, a group for each business day.
    pub own: Vec<Group>,
    /// Those of each other.
    pub others: Vec<Vec<Group>>,
}

/// What a scope directly below was rated for.
#[derive(Debug, Clone)]
pub struct ChildDrivers {
    /// The scope.
    pub scope: Scope,
    /// Its name.
    pub name: String,
    /// The sums of each driver, by business day.
    pub days: BTreeMap<Date, BTreeMap<Id, DriverSums>>,
}

/// A scope directly below.
#[derive(Debug, Clone)]
pub struct Child {
    /// The scope.
    pub scope: Scope,
    /// Its name.
    pub name: String,
    /// Its responses by business day.
    pub days: Vec<(Date, Group)>,
    /// Those of the window that this one is set against.
    pub before: Vec<(Date, Group)>,
    /// Its whole responses on store-days with orders, and these orders.
    pub answered: (u64, u64),
    /// Its signs of gaming.
    pub signs: Signs,
}

/// A guest's comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comment {
    /// The business day of their visit.
    pub day: Date,
    /// The part of the day in which they paid.
    pub meal: Meal,
    /// How likely they are to recommend.
    pub nps: Option<u8>,
    /// Its text.
    pub text: String,
}

/// A part of the day, by the hour of payment on the store's clock: as near as a comment shows when its guest was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Meal {
    /// From five, before eleven.
    Breakfast,
    /// From eleven, before three.
    Lunch,
    /// From three, before five.
    Afternoon,
    /// From five, before ten.
    Dinner,
    /// From ten, before five.
    Night,
}

impl Meal {
    /// Its place in a business day that begins in the morning.
    pub fn in_order(self) -> u8 {
        self as u8
    }

    /// The part of the day of an hour, 0 to 23.
    pub fn of_hour(hour: u8) -> Self {
        match hour {
            5..=10 => Self::Breakfast,
            11..=14 => Self::Lunch,
            15..=16 => Self::Afternoon,
            17..=21 => Self::Dinner,
            _ => Self::Night,
        }
    }
}
