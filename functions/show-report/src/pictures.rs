//! The report's pictures: SVG that is plain enough to read in the page's source. Each has a table beside it, so
//! that a screen reader passes over the picture.

use aftertaste::domain::report::{DayFigure, DriverFigure, Temperature};
use maud::{Markup, html};

/// A thermometer from 0 to 100 degrees, lying: the filling, the interval as a bracket, the value as a mark.
pub(crate) fn thermometer(temperature: &Temperature) -> Markup {
    let at = |degrees: f64| format!("{:.1}", 8.0 + degrees * 3.04);
    html! {
        svg.thermometer viewBox="0 0 320 44" aria-hidden="true" {
            rect.tube x="8" y="8" width="304" height="16" rx="8" {}
            rect class=(warmth(temperature.value)) x="8" y="8" width=(format!("{:.1}", temperature.value * 3.04)) height="16" rx="8" {}
            path.bracket d=(format!("M{0} 4V28M{0} 16H{1}M{1} 4V28", at(temperature.low), at(temperature.high))) {}
            @for degrees in [0.0, 25.0, 50.0, 75.0, 100.0] {
                text x=(at(degrees)) y="42" text-anchor=(anchor(degrees)) { (format!("{degrees:.0}")) }
            }
        }
    }
}

fn anchor(degrees: f64) -> &'static str {
    match degrees {
        0.0 => "start",
        100.0 => "end",
        _ => "middle",
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

/// NPS by day: the line of the score within the band of its interval. Days without a score leave a gap.
pub(crate) fn trend(days: &[DayFigure]) -> Markup {
    let scored: Vec<(usize, f64, f64, f64)> = days
        .iter()
        .enumerate()
        .filter_map(|(i, day)| day.score.nps.map(|nps| (i, nps.value, nps.low, nps.high)))
        .collect();
    let last = days.len().saturating_sub(1).max(1);
    let x = |i: usize| format!("{:.1}", 30.0 + 282.0 * share(i, last));
    let y = |nps: f64| format!("{:.1}", 60.0 - nps * 0.5);
    let line = |points: &mut dyn Iterator<Item = (usize, f64)>| {
        points.map(|(i, nps)| format!("{},{}", x(i), y(nps))).collect::<Vec<_>>().join(" ")
    };
    let upper = line(&mut scored.iter().map(|(i, _, _, high)| (*i, *high)));
    let lower = line(&mut scored.iter().rev().map(|(i, _, low, _)| (*i, *low)));
    html! {
        svg.trend viewBox="0 0 320 132" aria-hidden="true" {
            @for nps in [100.0, 50.0, 0.0, -50.0, -100.0] {
                path.grid d=(format!("M30 {0}H312", y(nps))) {}
                text x="26" y=(format!("{:.1}", 63.5 - nps * 0.5)) text-anchor="end" { (format!("{nps:.0}").replace('-', "−")) }
            }
            polygon.band points=(format!("{upper} {lower}")) {}
            polyline.line points=(line(&mut scored.iter().map(|(i, nps, ..)| (*i, *nps)))) {}
            @for (i, nps, ..) in &scored { circle.dot cx=(x(*i)) cy=(y(*nps)) r="1.6" {} }
            @if let (Some(first), Some(end)) = (days.first(), days.last()) {
                text x="30" y="128" { (first.day.strftime("%m-%d")) }
                text x="312" y="128" text-anchor="end" { (end.day.strftime("%m-%d")) }
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a position in a picture")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

/// Importance against performance: each driver as its number, the axes crossing at the means of those shown.
pub(crate) fn importance_performance(drivers: &[DriverFigure], across: &str, up: &str) -> Markup {
    let points: Vec<(usize, f64, f64)> =
        (1..).zip(drivers).filter_map(|(i, driver)| Some((i, driver.performance?, driver.correlation?))).collect();
    let range = |part: fn(&(usize, f64, f64)) -> f64| {
        let low = points.iter().map(part).fold(f64::INFINITY, f64::min);
        let high = points.iter().map(part).fold(f64::NEG_INFINITY, f64::max);
        // A margin, so that no number sits on the frame; a width even when all are alike.
        let margin = ((high - low) * 0.15).max(0.02);
        (low - margin, high + margin)
    };
    let ((x0, x1), (y0, y1)) = (range(|point| point.1), range(|point| point.2));
    let x = |performance: f64| 24.0 + 288.0 * (performance - x0) / (x1 - x0);
    let y = |importance: f64| 180.0 - 172.0 * (importance - y0) / (y1 - y0);
    let mean =
        |part: fn(&(usize, f64, f64)) -> f64| points.iter().map(part).sum::<f64>() / share(points.len().max(1), 1);
    let places: Vec<(f64, f64)> = points.iter().map(|point| (x(point.1), y(point.2))).collect();
    html! {
        svg.quadrants viewBox="0 0 320 200" aria-hidden="true" {
            rect.frame x="24" y="8" width="288" height="172" {}
            path.axis d=(format!("M{0:.1} 8V180M24 {1:.1}H312", x(mean(|point| point.1)), y(mean(|point| point.2)))) {}
            @for ((i, ..), (at, label)) in points.iter().zip(places.iter().zip(apart(&places))) {
                path.leader d=(format!("M{:.1} {:.1}L{:.1} {:.1}", at.0, at.1, label.0, label.1)) {}
                circle.dot cx=(format!("{:.1}", at.0)) cy=(format!("{:.1}", at.1)) r="2" {}
                circle.spot cx=(format!("{:.1}", label.0)) cy=(format!("{:.1}", label.1)) r=(RADIUS) {}
                text.number x=(format!("{:.1}", label.0)) y=(format!("{:.1}", label.1 + 3.5)) text-anchor="middle" { (i) }
            }
            text x="168" y="196" text-anchor="middle" { (across) " →" }
            text x="14" y="94" text-anchor="middle" transform="rotate(-90 14 94)" { (up) " →" }
        }
    }
}

/// The radius of a driver's number.
const RADIUS: f64 = 8.0;

/// Where numbers can be read: those that would lie upon each other are pushed apart, each as little as it takes.
fn apart(places: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut labels = places.to_vec();
    for _ in 0..40 {
        for i in 0..labels.len() {
            for j in i + 1..labels.len() {
                let (Some(&a), Some(&b)) = (labels.get(i), labels.get(j)) else { continue };
                let (dx, dy) = (b.0 - a.0, b.1 - a.1);
                let distance = dx.hypot(dy);
                // Two in the very same place part sideways.
                let (dx, dy) = if distance < 0.1 { (1.0, 0.0) } else { (dx / distance, dy / distance) };
                let push = (2.0 * RADIUS + 1.0 - distance).max(0.0) / 2.0;
                if let Some(a) = labels.get_mut(i) {
                    *a = within_frame(a.0 - push * dx, a.1 - push * dy);
                }
                if let Some(b) = labels.get_mut(j) {
                    *b = within_frame(b.0 + push * dx, b.1 + push * dy);
                }
            }
        }
    }
    labels
}

fn within_frame(x: f64, y: f64) -> (f64, f64) {
    (x.clamp(24.0 + RADIUS, 312.0 - RADIUS), y.clamp(8.0 + RADIUS, 180.0 - RADIUS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_drivers_that_are_alike_can_be_read() {
        let alike = [(100.0, 100.0), (100.0, 100.0), (103.0, 99.0), (300.0, 20.0)];
        let labels = apart(&alike);
        for (i, a) in labels.iter().enumerate() {
            for b in &labels[i + 1..] {
                assert!((a.0 - b.0).hypot(a.1 - b.1) > 1.8 * RADIUS, "{labels:?}");
            }
        }
        assert_eq!(labels[3], (300.0, 20.0), "what lies alone stays");
    }
}
