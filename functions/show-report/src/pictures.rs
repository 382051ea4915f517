//! The report's pictures: SVG that is plain enough to read in the page's source. Each has its figures beside it, so that a
//! screen reader passes over the picture.
//!
//! They are as wide as their place, by percentages, and as high as it takes in pixels. So text in them is as large on a
//! phone as on a desk.

use aftertaste::domain::{
    report::{DayFigure, Effect, Estimate, NpsFigure, Temperature, TrendPoint},
    trend::Change,
    watch::Direction,
};
use jiff::civil::Date;
use maud::{Markup, html};

use crate::{figures::share, words::Words};

/// A place across, from 0 to 100.
fn percent(part: f64) -> String {
    format!("{:.1}%", part.clamp(0.0, 100.0))
}

/// A thermometer from 0 to 100 degrees, lying: the filling in the colour of a class, and the interval as a bracket.
pub(crate) fn thermometer(temperature: &Temperature, class: &str) -> Markup {
    let [low, high] = [temperature.low, temperature.high].map(percent);
    html! {
        svg.thermometer aria-hidden="true" {
            rect.tube y="5" width="100%" height="10" rx="5" {}
            rect class=(class) y="5" width=(percent(temperature.value)) height="10" rx="5" {}
            line.whisker x1=(low) x2=(high) y1="10" y2="10" {}
            line.whisker x1=(low) x2=(low) y1="3" y2="17" {}
            line.whisker x1=(high) x2=(high) y1="3" y2="17" {}
        }
    }
}

/// The colour class of a temperature.
pub(crate) fn warmth(degrees: f64) -> &'static str {
    if degrees < 45.0 {
        "cold"
    } else if degrees < 65.0 {
        "mild"
    } else {
        "warm"
    }
}

/// Promoters, passives and detractors as one bar, with the share of each in it. Detractors are hatched, so that the bar
/// can be read without colours.
pub(crate) fn recommendations(nps: &NpsFigure, words: &Words) -> Markup {
    let all = nps.promoters + nps.passives + nps.detractors;
    let parts = [("warm", nps.promoters), ("mild", nps.passives), ("cold", nps.detractors)];
    let parts = parts.map(|(class, n)| (class, 100.0 * share(n, all)));
    let before = |at: usize| parts.iter().take(at).map(|(_, share)| share).sum::<f64>();
    html! {
        svg.stack aria-hidden="true" {
            pattern #hatch width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                rect.hatch width="2" height="6" {}
            }
            @for (at, (class, share)) in parts.iter().enumerate() {
                rect class=(class) x=(percent(before(at))) width=(percent(*share)) height="28" {}
                @if *class == "cold" { rect fill="url(#hatch)" x=(percent(before(at))) width=(percent(*share)) height="28" {} }
                @if *share >= 12.0 {
                    text x=(percent(before(at) + share / 2.0)) y="19" text-anchor="middle" { (words.whole_percent(share / 100.0)) }
                }
            }
        }
    }
}

/// The days of a window: the score of seven days at a time as a line within the band of its interval, above the answers
/// of each day as bars.
pub(crate) struct Trend<'a> {
    pub points: &'a [TrendPoint],
    pub days: &'a [DayFigure],
    pub from: Date,
    pub to: Date,
    pub since: Option<Since<'a>>,
}

/// The day since when the score changed, which lies in the window.
#[derive(Clone, Copy)]
pub(crate) struct Since<'a> {
    pub change: &'a Change,
    pub label: &'a str,
    /// The id of the text that tells what its line and its band are.
    pub told_by: &'a str,
}

impl Trend<'_> {
    /// The height of the line's part, in pixels, and where the bars stand.
    const LINE: f64 = 140.0;
    const BARS: (f64, f64) = (150.0, 34.0);

    fn length(&self) -> f64 {
        f64::from(self.from.until(self.to).map_or(0, |span| span.get_days()) + 1)
    }

    /// The middle of a day, in days from the start.
    fn at(&self, day: Date) -> f64 {
        f64::from(self.from.until(day).map_or(0, |span| span.get_days())) + 0.5
    }

    /// The picture. With a line in it that only a text beside tells of, it is read out by that.
    pub(crate) fn picture(&self, first: &str, last: &str) -> Markup {
        match self.since {
            None => html! { svg.trend aria-hidden="true" { (self.drawn(first, last)) } },
            Some(since) => html! {
                svg.trend.with-since role="img" aria-labelledby=(since.told_by) {
                    (self.label_of(since))
                    g transform="translate(0 18)" { (self.drawn(first, last)) }
                }
            },
        }
    }

    fn drawn(&self, first: &str, last: &str) -> Markup {
        let (low, high) = trend_range(self.points);
        let y = |nps: f64| Self::LINE * (high - nps) / (high - low);
        let place = |(day, nps): (Date, f64)| format!("{:.1} {:.1}", self.at(day), y(nps));
        let line = |points: Vec<(Date, f64)>| points.into_iter().map(place).collect::<Vec<_>>().join("L");
        let of = |part: fn(&TrendPoint) -> f64| self.points.iter().map(move |point| (point.day, part(point)));
        let band: Vec<_> = of(|point| point.high).chain(of(|point| point.low).rev()).collect();
        html! {
            @for nps in self.steps() {
                line.grid x2="100%" y1=(format!("{:.1}", y(nps) + 8.0)) y2=(format!("{:.1}", y(nps) + 8.0)) {}
            }
            @if let Some(since) = self.since { (self.line_of(since)) }
            svg y="8" width="100%" height=(Self::LINE) viewBox=(format!("0 0 {} {}", self.length(), Self::LINE)) preserveAspectRatio="none" {
                path.band d=(format!("M{}Z", line(band))) {}
                path.line d=(format!("M{}", line(of(|point| point.nps).collect()))) {}
            }
            @for nps in self.steps() {
                text x="0" y=(format!("{:.1}", y(nps) + 5.0)) { (format!("{nps:.0}").replace('-', "−")) }
            }
            (self.bars())
            text x="0" y="202" { (first) }
            text x="100%" y="202" text-anchor="end" { (last) }
        }
    }

    /// The label of the day since when the score changed, over its line. It stands on the side with more room.
    fn label_of(&self, since: Since<'_>) -> Markup {
        let at = 100.0 * self.at(since.change.since) / self.length();
        let anchor = if at > 50.0 { "end" } else { "start" };
        html! { text x=(percent(at)) y="12" text-anchor=(anchor) { (since.label) } }
    }

    /// The line of that day, from the label down to the bars' foot, within the band of the days on which it may have been.
    fn line_of(&self, Since { change, .. }: Since<'_>) -> Markup {
        let part = |days: f64| percent(100.0 * days / self.length());
        let (first, last) = (self.at(change.earliest.max(self.from)), self.at(change.latest.min(self.to)));
        let class = if change.direction == Direction::Drop { "cold" } else { "warm" };
        let at = part(self.at(change.since));
        let foot = Self::BARS.0 + Self::BARS.1;
        html! {
            rect.run.(class) x=(part(first - 0.5)) width=(part(last - first + 1.0)) height=(foot) {}
            line.since.(class) x1=(at) x2=(at) y2=(foot) {}
        }
    }

    /// The scores with a line across: four or five of them.
    fn steps(&self) -> Vec<f64> {
        let (low, high) = trend_range(self.points);
        let step = if high - low > 120.0 { 40.0 } else { 20.0 };
        // From a multiple of the step, so that 0 is one of them.
        let first = (low / step).ceil() * step;
        (0..).map(|at: u8| first + step * f64::from(at)).take_while(|nps| *nps <= high).collect()
    }

    fn bars(&self) -> Markup {
        let most = self.days.iter().map(|day| day.score.n).max().unwrap_or(1).max(1);
        let (top, height) = Self::BARS;
        let width = 100.0 / self.length();
        html! { @for day in self.days {
            @let high = height * share(day.score.n, most);
            rect.n x=(format!("{:.2}%", width * (self.at(day.day) - 0.4))) width=(format!("{:.2}%", 0.8 * width))
                y=(format!("{:.1}", top + height - high)) height=(format!("{high:.1}")) {}
        } }
    }
}

/// The cost of low answers to the left, and the gain of high ones to the right, each with its interval. Grey is not
/// certain.
pub(crate) fn effect(effect: &Effect, certain: (bool, bool), widest: f64) -> Markup {
    let sides =
        [("cold", effect.penalty.estimate(), certain.0, -1.0), ("warm", effect.reward.estimate(), certain.1, 1.0)];
    let at = |points: f64| 50.0 + 50.0 * points / widest;
    html! {
        svg.effect aria-hidden="true" {
            @for (class, Estimate { value, low, high }, is_certain, side) in sides {
                @let (start, end) = (at(0.0).min(at(side * value)), at(0.0).max(at(side * value)));
                rect class=(if is_certain { class } else { "unsure" }) x=(percent(start)) width=(percent(end - start)) y="4" height="12" {}
                line.halo x1=(percent(at(side * low).min(at(side * high)))) x2=(percent(at(side * low).max(at(side * high)))) y1="10" y2="10" {}
                line.whisker x1=(percent(at(side * low).min(at(side * high)))) x2=(percent(at(side * low).max(at(side * high)))) y1="10" y2="10" {}
            }
            line.zero x1="50%" x2="50%" y2="20" {}
        }
    }
}

/// The scores at both ends of a picture: wide enough for all of these, in steps of 20.
pub(crate) type Range = (f64, f64);

/// The range of these scores.
pub(crate) fn range(scores: impl Iterator<Item = f64>) -> Range {
    let (low, high) = scores.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), nps| (low.min(nps), high.max(nps)));
    let (low, high) = ((low / 20.0).floor() * 20.0, (high / 20.0).ceil() * 20.0);
    if low < high { (low, high) } else { (-100.0, 100.0) }
}

/// The range of a line and its band.
pub(crate) fn trend_range(points: &[TrendPoint]) -> Range {
    range(points.iter().flat_map(|point| [point.low, point.high]))
}

/// A score with its interval, coloured by a verdict on it, and the score of the whole.
pub(crate) fn dot((score, class): (Estimate, Option<&str>), whole: Option<f64>, (start, end): Range) -> Markup {
    let Estimate { value, low, high } = score;
    let at = |nps: f64| format!("{:.0}%", 100.0 * (nps - start) / (end - start));
    html! {
        svg.dot aria-hidden="true" {
            @if let Some(whole) = whole { line.zero x1=(at(whole)) x2=(at(whole)) y2="20" {} }
            line.whisker x1=(at(low)) x2=(at(high)) y1="10" y2="10" {}
            circle class=[class] cx=(at(value)) cy="10" r="4" {}
        }
    }
}

/// Scores over time in the space of a word. A week that is not shown leaves a gap.
pub(crate) fn spark(weeks: &[Option<f64>], (start, end): Range) -> Markup {
    let mut path = String::new();
    let mut pen = 'M';
    for (at, week) in weeks.iter().enumerate() {
        match week {
            Some(nps) => {
                path += &format!("{pen}{at} {:.0}", 100.0 * (end - nps) / (end - start));
                pen = 'L';
            }
            None => pen = 'M',
        }
    }
    let last = weeks.len().saturating_sub(1).max(1);
    html! {
        svg.spark viewBox=(format!("0 0 {last} 100")) preserveAspectRatio="none" aria-hidden="true" {
            path d=(path) {}
        }
    }
}
