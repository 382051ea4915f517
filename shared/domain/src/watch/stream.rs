//! What a scope's guests answered on each day of the window.

use jiff::civil::Date;

use crate::{count::Recommendations, number};

/// So many business days are watched: nine weeks.
pub const DAYS: usize = 63;

/// The answers of one scope, to one series, on each of 63 business days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    days: [Recommendations; DAYS],
}

/// A day with answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Answered {
    /// Its score, −100 to 100.
    pub score: f64,
    /// The variance of that, in points squared.
    pub variance: f64,
}

impl Default for Stream {
    fn default() -> Self {
        Self { days: [Recommendations::default(); DAYS] }
    }
}

impl Stream {
    /// From the answers of each day, the last day at the end.
    pub fn new(days: [Recommendations; DAYS]) -> Self {
        Self { days }
    }

    /// From the answers of some days, of which the window's last day is given. A day may come in pieces, as that of a
    /// store that has moved. Days outside the window are left out.
    pub fn ending(last: Date, pieces: impl IntoIterator<Item = (Date, Recommendations)>) -> Self {
        let mut stream = Self::default();
        for (date, answers) in pieces {
            let back = date.until(last).ok().and_then(|span| usize::try_from(span.get_days()).ok());
            if let Some(day) = back.and_then(|back| stream.days.iter_mut().rev().nth(back)) {
                *day = sum([*day, answers].iter());
            }
        }
        stream
    }

    /// The answers of each day, the last day at the end.
    pub fn days(&self) -> &[Recommendations; DAYS] {
        &self.days
    }

    /// All answers of the window.
    pub(super) fn total(&self) -> Recommendations {
        sum(self.days.iter())
    }

    /// Each day as its score and the variance of that; none where nobody answered.
    ///
    /// The variance of one answer is that of all days together, with ¾ of a promoter and of a detractor among three
    /// answers added. So days of few answers, or of guests who agree, have one too.
    pub(super) fn answered(&self) -> impl Iterator<Item = Option<Answered>> {
        let variance = 1e4 * Smoothed::of(self.total()).variance();
        self.days.iter().map(move |day| {
            (day.n() > 0).then(|| Answered { score: score(*day), variance: variance / number(day.n()) })
        })
    }
}

/// The sum of some days.
pub(super) fn sum<'a>(days: impl Iterator<Item = &'a Recommendations>) -> Recommendations {
    days.fold(Recommendations::default(), |all, day| all.and(*day))
}

/// The score as answered, −100 to 100. Of no answers it is no number.
pub(super) fn score(answers: Recommendations) -> f64 {
    100.0 * (number(answers.promoters) - number(answers.detractors)) / number(answers.n())
}

/// Answers with ¾ of a promoter and ¾ of a detractor among three more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Smoothed {
    promoters: f64,
    detractors: f64,
    /// How many answers there are with the three.
    n: f64,
}

impl Smoothed {
    pub fn of(answers: Recommendations) -> Self {
        let n = number(answers.n()) + 3.0;
        let share = |count: u64| (number(count) + 0.75) / n;
        Self { promoters: share(answers.promoters), detractors: share(answers.detractors), n }
    }

    /// The mean answer, −1 to 1.
    pub fn mean(self) -> f64 {
        self.promoters - self.detractors
    }

    /// The variance of one answer.
    pub fn variance(self) -> f64 {
        self.promoters + self.detractors - self.mean() * self.mean()
    }

    /// The variance of the mean.
    pub fn error_squared(self) -> f64 {
        self.variance() / self.n
    }
}

#[cfg(test)]
mod tests {
    use jiff::{ToSpan, civil::date};

    use super::*;

    fn answers(promoters: u64, passives: u64, detractors: u64) -> Recommendations {
        Recommendations { promoters, passives, detractors }
    }

    #[test]
    fn pieces_of_a_day_are_added_and_days_outside_the_window_left_out() {
        let last = date(2026, 11, 30);
        let on = |back: i64, answers| (last.saturating_sub(back.days()), answers);
        let (one, two) = (answers(1, 2, 3), answers(5, 0, 1));
        let stream = Stream::ending(last, [on(0, one), on(0, two), on(62, one), on(63, two), on(-1, two)]);
        assert_eq!((stream.days()[62], stream.days()[0]), (answers(6, 2, 4), one));
        assert_eq!(stream.total(), answers(7, 4, 7));
    }

    #[test]
    fn a_day_without_answers_has_no_score_and_one_where_all_agree_has_a_variance() {
        let mut days = [Recommendations::default(); DAYS];
        days[3] = answers(10, 0, 0);
        let answered: Vec<Option<Answered>> = Stream::new(days).answered().collect();
        assert_eq!(answered.iter().flatten().count(), 1);
        let day = answered[3].unwrap();
        // By hand: p = 10.75/13, d = 0.75/13, v = 11.5/13 − (10/13)².
        assert!((day.score - 100.0).abs() < 1e-12 && (day.variance - 1e3 * 49.5 / 169.0).abs() < 1e-9, "{day:?}");
    }
}
