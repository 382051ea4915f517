//! What is good or bad about a day everywhere: weather, holidays, a campaign. It is taken from every sibling's score.

use super::{
    median::median,
    stream::{DAYS, Stream, score},
};
use crate::number;

/// From so many siblings on, a day is compared with theirs. Of fewer, only with the same day of the week.
pub const FEWEST_SIBLINGS: usize = 10;

/// Days of a week.
pub(super) const WEEK: usize = 7;

/// So many weeks without any swing are added to those of the window, where only the day of the week is known.
const WEEKS_ADDED: u64 = 3;

/// By how many points each day was better than the others, wherever siblings are. Each has answers.
///
/// From ten siblings on it is the median of how far each is above its own mean. Of fewer, one that changes would take
/// the median with it. So a day counts as far above the others as the same day of the week was, and a quarter less.
pub(super) fn common_day(siblings: &[&Stream]) -> [f64; DAYS] {
    let mut above: Vec<Vec<f64>> = vec![Vec::new(); DAYS];
    for stream in siblings {
        let mean = score(stream.total());
        for (of_day, day) in above.iter_mut().zip(stream.answered()) {
            of_day.extend(day.map(|day| day.score - mean));
        }
    }
    let mut common = [0.0; DAYS];
    if siblings.len() >= FEWEST_SIBLINGS {
        for (common, of_day) in common.iter_mut().zip(&mut above) {
            *common = median(of_day).unwrap_or(0.0);
        }
    } else {
        let of_week = weekdays(&above);
        common.iter_mut().zip(of_week.iter().cycle()).for_each(|(common, weekday)| *common = *weekday);
    }
    common
}

/// Of each of seven days, the first day of the window first.
fn weekdays(above: &[Vec<f64>]) -> Vec<f64> {
    let of_weekday = |first: usize| {
        let mut all: Vec<f64> = above.iter().skip(first).step_by(WEEK).flatten().copied().collect();
        // The order of siblings must not move the last digit of a sum.
        all.sort_by(f64::total_cmp);
        mean(&all)
    };
    let means: Vec<Option<f64>> = (0..WEEK).map(of_weekday).collect();
    let overall = mean(&means.iter().flatten().copied().collect::<Vec<_>>()).unwrap_or(0.0);
    let weeks = (DAYS / WEEK) as u64;
    let share = number(weeks) / number(weeks + WEEKS_ADDED);
    means.iter().map(|mean| mean.map_or(0.0, |mean| share * (mean - overall))).collect()
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / number(values.len() as u64))
}
