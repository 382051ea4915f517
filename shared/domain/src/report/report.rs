//! The report of a scope: its fields. How its figures are worked out is in `figures.rs`.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Serialize, Serializer};

use super::{
    Behind, Beside, CasesFigure, CellFigure, Change, Comment, Difference, Drift, Drivers, Integrity, Meal, Now, Rox,
    Score, StaffFigure, Temperature, ThemesOfChild, TouchpointFigure, TrendPoint, WeekFigure, Weighted,
};
use crate::{
    Id,
    count::{Histogram, Series, Sign},
    visit::{Channel, Origin, Segment},
};

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's serialize_with hands a reference")]
fn is_a_payment<S: Serializer>(origin: &Origin, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(*origin == Origin::Payment)
}

/// The report. Figures have full precision; a figure that nothing is known about is `null`.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The scope.
    pub scope: String,
    /// Its name.
    pub name: String,
    /// The first business day.
    pub from: Date,
    /// The last business day.
    pub to: Date,
    /// The survey that the figures are about.
    pub survey: Series,
    /// The origin of the answers: in JSON, whether it is a payment.
    #[serde(rename = "tied_to_payment", serialize_with = "is_a_payment")]
    pub origin: Origin,
    /// Every series that has responses in these days.
    pub surveys: Vec<Series>,
    /// Whole responses.
    pub responses: u64,
    /// Responses of guests who left before the end.
    pub partial: u64,
    /// Visits whose answer was taken back.
    pub taken_back: u64,
    /// Whole responses of the running day that are in no figure yet: they are shown five at a time.
    pub waiting: u64,
    /// Whole responses of the running day in these figures. They are in no part, such as a channel or an hour, and in no
    /// driver, until the day is over.
    pub running: u64,
    /// When a count last changed one of these figures.
    pub counted_at: Option<Timestamp>,
    /// The scores in short, as for each part below.
    #[serde(skip)]
    pub score: Score,
    /// The net promoter score.
    pub nps: Option<NpsFigure>,
    /// The satisfied share.
    pub satisfaction: Option<SatisfactionFigure>,
    /// One figure for the door of the store, 0 to 100 degrees; none of fewer than 30 answers.
    pub temperature: Option<Temperature>,
    /// The score less that of another window.
    pub change: Option<Change>,
    /// The last seven days of the window against the seven before; none where the window has no more.
    pub now: Option<Now>,
    /// The rank of the scope among those beside it below the same node.
    pub rank: Option<OwnRank>,
    /// The score of all guests, if those who did not answer are less happy.
    pub silent_guests: Vec<SilentGuests>,
    /// The score weighted by the orders of each hour; none without these.
    pub weighted_by_hour: Option<Weighted>,
    /// The drivers of satisfaction: by one regression where the answers allow it, else each on its own.
    pub drivers: Drivers,
    /// The same for each driver on its own.
    pub marginal: Drivers,
    /// How far their importance has drifted from that in the window before; none where a window has fewer than 28 days.
    pub drift: Option<Drift>,
    /// By channel.
    pub by_channel: Vec<GroupFigure>,
    /// By segment, each against the rest.
    pub by_segment: Vec<GroupFigure>,
    /// By hour of payment on the store's clock.
    pub by_hour: Vec<GroupFigure>,
    /// By the part of the day in which guests paid, each against the rest.
    pub by_meal: Vec<GroupFigure>,
    /// By day of the week and hour of payment.
    pub by_weekday_and_hour: Vec<CellFigure>,
    /// By table, of a store, in the order of their names. Where something is known of some visits, all others are one part.
    pub by_table: Vec<GroupFigure>,
    /// By the person who served, likewise. By code and never by score: it is for learning.
    pub by_staff: Vec<GroupFigure>,
    /// By what was paid, in bands.
    pub by_amount: Vec<GroupFigure>,
    /// Day by day; days about which nothing is known are left out.
    pub days: Vec<DayFigure>,
    /// The score of seven days at a time.
    pub trend: Vec<TrendPoint>,
    /// Orders and revenue, where they were given.
    pub operations: Option<OperationsFigure>,
    /// Temperature beside orders, revenue and refunds, for each whole week of the window; empty without orders.
    pub by_week: Vec<WeekFigure>,
    /// What comes with a degree more, over stores and weeks.
    pub rox: Option<Rox>,
    /// The outcomes of answers that needed somebody, to whatever survey; none where there were none.
    pub cases: Option<CasesFigure>,
    /// The touchpoints of the brand's journey in their order, and where it breaks. Empty where the brand has none.
    pub journey: Vec<TouchpointFigure>,
    /// The answers of staff, for readers who may see them; none where nobody asks them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff: Option<StaffFigure>,
    /// Signs of gaming.
    pub integrity: Integrity,
    /// What it stands beside, if something was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beside: Option<Beside>,
    /// The scopes directly below, with ranges of ranks.
    pub children: Vec<ChildFigure>,
    /// What each scope directly below was rated for, against the rest. Only of a node above others, of twenty lowest nodes
    /// at most.
    pub themes: Vec<ThemesOfChild>,
    /// Stores whose latest count is not in these figures.
    pub behind: Vec<Behind>,
    /// The comments of guests, newest first. Only of a store.
    pub comments: Vec<Comment>,
    /// The `comments_before` that asks for the comments before these.
    pub comments_before: Option<String>,
}

/// The net promoter score, −100 to 100.
#[derive(Debug, Clone, Serialize)]
pub struct NpsFigure {
    /// The question that measures it.
    pub question: Id,
    /// The score as answered.
    pub score: f64,
    /// The centre of the interval. It lies nearer to 0 than the score, which the interval covers all the same.
    pub adjusted: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end of the 95 % interval.
    pub high: f64,
    /// Answers of 9 and 10.
    pub promoters: u64,
    /// Answers of 7 and 8.
    pub passives: u64,
    /// Answers of 6 and less.
    pub detractors: u64,
    /// How many answered what; every value of the scale.
    pub histogram: Histogram,
}

/// The satisfied share.
#[derive(Debug, Clone, Serialize)]
pub struct SatisfactionFigure {
    /// The question that measures it.
    pub question: Id,
    /// The mean answer.
    pub mean: f64,
    /// How many were satisfied.
    pub satisfied: u64,
    /// Of how many.
    pub n: u64,
    /// The share, 0 to 1.
    pub share: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end of the 95 % interval.
    pub high: f64,
    /// How many answered what; every value of the scale.
    pub histogram: Histogram,
}

/// The score of all guests, if those who did not answer are so much less happy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SilentGuests {
    /// By how many points of NPS.
    pub less_happy_by: f64,
    /// The score of all guests then.
    pub nps: f64,
}

/// The scores of a part: a channel, a segment, an hour, a table, a person who served, a band of amounts.
#[derive(Debug, Clone, Serialize)]
pub struct GroupFigure {
    /// The channel, the segment's number, the hour or what else it is, under its own name.
    #[serde(flatten)]
    pub group: GroupName,
    /// Its scores.
    #[serde(flatten)]
    pub score: Score,
    /// Of a segment: whether it is served differently from the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against_the_rest: Option<AgainstTheRest>,
}

/// A segment less all others.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct AgainstTheRest {
    /// In NPS.
    pub nps: Option<Difference>,
    /// In the satisfied share.
    pub satisfied: Option<Difference>,
}

/// Which group a figure is about.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum GroupName {
    /// A channel.
    Channel {
        /// Its name.
        channel: Channel,
    },
    /// A segment.
    Segment {
        /// Its number.
        segment: Segment,
        /// The brand's name for it.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// A part of the day.
    Meal {
        /// Which.
        meal: Meal,
    },
    /// An hour.
    Hour {
        /// 0 to 23.
        hour: u8,
    },
    /// A table.
    Table {
        /// As the merchant calls it; none for all others and for those who sat at a table that is not known.
        table: Option<String>,
    },
    /// A person who served.
    Staff {
        /// Their code; none likewise.
        staff: Option<String>,
    },
    /// A band of amounts.
    Amount {
        /// The currency; none, as are both ends, for those who paid an amount that is not known.
        currency: Option<String>,
        /// The lower end, in whole units.
        from: Option<u64>,
        /// The upper end. It is in the next band.
        below: Option<u64>,
    },
}

/// A day.
#[derive(Debug, Clone, Serialize)]
pub struct DayFigure {
    /// The business day.
    pub day: Date,
    /// Its scores.
    #[serde(flatten)]
    pub score: Score,
    /// Its temperature.
    pub temperature: Option<Temperature>,
    /// Orders, where they were given.
    pub orders: Option<u64>,
    /// Answers for each order, 0 to 1; none without orders, and none where orders are missing.
    pub response_rate: Option<f64>,
    /// Revenue by currency.
    pub revenue: BTreeMap<String, f64>,
}

/// Orders and revenue of all days for which they were given.
#[derive(Debug, Clone, Serialize)]
pub struct OperationsFigure {
    /// Orders.
    pub orders: u64,
    /// Answers on the store-days with orders.
    pub answered: u64,
    /// Answers for each order, 0 to 1; none without orders, and none where orders are missing.
    pub response_rate: Option<f64>,
    /// Store-days for which orders were given.
    pub store_days: u64,
    /// Revenue by currency.
    pub revenue: BTreeMap<String, f64>,
    /// Refunds by currency.
    pub refunds: BTreeMap<String, f64>,
}

/// The rank of a scope among those beside it that have five answers or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct OwnRank {
    /// The best rank that it may have.
    pub low: usize,
    /// The worst rank that it may have.
    pub high: usize,
    /// How many have a rank.
    pub of: usize,
}

/// A scope directly below.
#[derive(Debug, Clone, Serialize)]
pub struct ChildFigure {
    /// The scope.
    pub scope: String,
    /// Its name.
    pub name: String,
    /// Its scores; with fewer than 5 answers only their number.
    #[serde(flatten)]
    pub score: Score,
    /// Fewer than 30 answers.
    pub few: bool,
    /// Answers for each order, 0 to 1; none where it is not known.
    pub response_rate: Option<f64>,
    /// Whether its response rate and that of its siblings are alike: the larger is at most a quarter more. None where one
    /// is not known.
    pub alike: Option<bool>,
    /// The best rank that it may have.
    pub rank_low: Option<usize>,
    /// The worst rank that it may have.
    pub rank_high: Option<usize>,
    /// Its score less that of all others here, as far as false claims over all of them are kept to 5 %.
    pub against_the_rest: Option<Difference>,
    /// Its score less that of the window before, likewise.
    pub change: Option<Difference>,
    /// Its score in each whole week of the window, the oldest first; the last ends with the window.
    pub weekly_nps: Vec<Option<f64>>,
    /// Signs of gaming that are rarer among its siblings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stands_out: Vec<Sign>,
}
