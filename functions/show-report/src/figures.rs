//! Figures as people read them.

/// An amount in whole units, its digits in threes: `2,232,988`, as in each of the page's languages.
pub(crate) fn grouped(amount: f64) -> String {
    let digits = format!("{:.0}", amount.abs());
    let sign = if amount <= -0.5 { "−" } else { "" };
    let start = digits.len() % 3;
    let (head, rest) = digits.split_at(start);
    let threes = rest.as_bytes().chunks(3).map(|three| String::from_utf8_lossy(three).into_owned());
    let parts: Vec<String> = Some(head.to_owned()).filter(|head| !head.is_empty()).into_iter().chain(threes).collect();
    format!("{sign}{}", parts.join(","))
}

/// The same of a count.
#[expect(clippy::cast_precision_loss, reason = "nobody counts 2⁵³ answers")]
pub(crate) fn counted(n: u64) -> String {
    grouped(n as f64)
}

pub(crate) fn degrees(figure: f64) -> String {
    format!("{figure:.1}°")
}

pub(crate) fn between(low: f64, high: f64) -> String {
    format!("{} … {}", signed(low), signed(high))
}

/// With its sign, since a score may be on either side of zero.
pub(crate) fn signed(figure: f64) -> String {
    with_sign(format!("{figure:+.1}"))
}

/// The same without a fraction, where there is little space.
pub(crate) fn whole(figure: f64) -> String {
    with_sign(format!("{figure:+.0}"))
}

/// The same to the hundredth, of points of satisfaction.
pub(crate) fn hundredths(figure: f64) -> String {
    with_sign(format!("{figure:+.2}"))
}

/// To the hundredth, with a sign only below zero.
pub(crate) fn unsigned(figure: f64) -> String {
    hundredths(figure).trim_start_matches('+').to_owned()
}

/// By how many points of NPS, whatever the direction.
pub(crate) fn points(figure: f64) -> String {
    format!("{:.1}", figure.abs())
}

/// About how many, where more digits would say too much.
pub(crate) fn about(figure: f64) -> String {
    format!("{:.0}", figure.abs())
}

/// A true minus, not a hyphen; and nothing before a zero.
fn with_sign(text: String) -> String {
    let is_zero = text.chars().all(|digit| matches!(digit, '+' | '-' | '0' | '.'));
    if is_zero { text.chars().skip(1).collect() } else { text.replace('-', "−") }
}

/// A part of a whole, 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "at a tenth of a percent")]
pub(crate) fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}
