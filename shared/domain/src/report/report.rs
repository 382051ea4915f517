//! The report of a scope: its fields. How its figures are worked out is in `figures.rs`.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Serialize, Serializer};

use super::{Behind, CasesFigure, Change, Comment, Difference, Drivers, Integrity, Score, StaffFigure, Weighted};
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
    /// The score of all guests, if those who did not answer are less happy.
    pub silent_guests: Vec<SilentGuests>,
    /// The score weighted by the orders of each hour; none without these.
    pub weighted_by_hour: Option<Weighted>,
    /// The drivers of satisfaction: by one regression where the answers allow it, else each on its own.
    pub drivers: Drivers,
    /// The same for each driver on its own.
    pub marginal: Drivers,
    /// By channel.
    pub by_channel: Vec<GroupFigure>,
    /// By segment, each against the rest.
    pub by_segment: Vec<GroupFigure>,
    /// By hour of payment on the store's clock.
    pub by_hour: Vec<GroupFigure>,
    /// By table, of a store, in the order of their names. Where something is known of some visits, all others are one part.
    pub by_table: Vec<GroupFigure>,
    /// By the person who served, likewise. By code and never by score: it is for learning.
    pub by_staff: Vec<GroupFigure>,
    /// By what was paid, in bands.
    pub by_amount: Vec<GroupFigure>,
    /// Day by day; days about which nothing is known are left out.
    pub days: Vec<DayFigure>,
    /// Orders and revenue, where they were given.
    pub operations: Option<OperationsFigure>,
    /// The outcomes of answers that needed somebody, to whatever survey; none where there were none.
    pub cases: Option<CasesFigure>,
    /// The answers of staff, for readers who may see them; none where nobody asks them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff: Option<StaffFigure>,
    /// Signs of gaming.
    pub integrity: Integrity,
    /// The scopes directly below, with ranges of ranks.
    pub children: Vec<ChildFigure>,
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

/// The temperature (温度), 0 to 100 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Temperature {
    /// The mean of (NPS + 100)/2 and the satisfied share in percent, each adjusted.
    pub value: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end of the 95 % interval.
    pub high: f64,
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
    /// Signs of gaming that are rarer among its siblings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stands_out: Vec<Sign>,
}
