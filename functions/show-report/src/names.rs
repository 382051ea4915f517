//! The names of things on the report's page.

use aftertaste::{
    domain::{
        count::Sign,
        report::{Advice, Class, Meal, Method, SilentGuests},
        visit::Channel,
    },
    pages::filled,
};

use jiff::civil::Date;

use crate::{figures::signed, words::Words};

impl Words {
    /// A share in percent.
    pub fn percent(&self, share: f64) -> String {
        filled(self.percent, &[("n", &format!("{:.1}", 100.0 * share))])
    }

    /// The same without a fraction.
    pub fn whole_percent(&self, share: f64) -> String {
        filled(self.percent, &[("n", &format!("{:.0}", 100.0 * share))])
    }

    /// A day as people write it, with its year.
    pub fn date(&self, day: Date) -> String {
        day.strftime(self.date).to_string()
    }

    /// A day without its year.
    pub fn day_of(&self, day: Date) -> String {
        day.strftime(self.day_pattern).to_string()
    }

    /// The days from one to another, with the year once if it is the same.
    pub fn span(&self, from: Date, to: Date) -> String {
        let is_year_first = self.date.starts_with("%Y");
        let same = from.year() == to.year();
        let first = if same && !is_year_first { self.day_of(from) } else { self.date(from) };
        let last = if same && is_year_first { self.day_of(to) } else { self.date(to) };
        filled(self.span, &[("from", &first), ("to", &last)])
    }

    /// An interval, with the words for it.
    pub fn within(&self, low: &str, high: &str) -> String {
        filled(self.within, &[("low", &low), ("high", &high)])
    }

    /// The interval of a score.
    pub fn between(&self, low: f64, high: f64) -> String {
        self.within(&signed(low), &signed(high))
    }

    /// The name of a driver's kind, if that is known.
    pub fn class(&self, class: Class) -> Option<&'static str> {
        match class {
            Class::Basic => Some(self.classes.basic),
            Class::Performance => Some(self.classes.performance),
            Class::Excitement => Some(self.classes.excitement),
            Class::Unclassified => None,
        }
    }

    pub fn advice(&self, advice: Advice) -> &'static str {
        match advice {
            Advice::FixFirst => self.advice.fix_first,
            Advice::Protect => self.advice.protect,
            Advice::Keep => self.advice.keep,
            Advice::Watch => self.advice.watch,
        }
    }

    pub fn method(&self, method: Method, n: u64) -> String {
        let text = match method {
            Method::Joint => self.method_joint,
            Method::Pairs => self.method_pairs,
            Method::Marginal => self.method_marginal,
        };
        filled(text, &[("n", &n)])
    }

    /// The score of all guests, if those who did not answer are less happy.
    pub fn silent(&self, SilentGuests { less_happy_by, nps }: &SilentGuests) -> String {
        filled(self.silent_guests, &[("less", &format!("{less_happy_by:.0}")), ("nps", &signed(*nps))])
    }

    pub fn sign(&self, sign: Sign) -> &'static str {
        match sign {
            Sign::MoreAnswersThanOrders => self.signs.more_answers_than_orders,
            Sign::TakenBack => self.signs.taken_back,
            Sign::WithinAMinute => self.signs.within_a_minute,
            Sign::UnderThreeSeconds => self.signs.under_three_seconds,
            Sign::AllAlike => self.signs.all_alike,
            Sign::OneNetwork => self.signs.one_network,
        }
    }

    /// A band of amounts: its lower end is in it, its upper end in the next.
    pub fn band(&self, currency: &str, from: u64, below: u64) -> String {
        filled(self.band, &[("currency", &currency), ("from", &from), ("below", &below)])
    }

    pub fn meal(&self, meal: Meal) -> &'static str {
        self.meals.of(meal)
    }

    pub fn channel(&self, channel: Channel) -> &'static str {
        self.channels.of(channel)
    }
}
