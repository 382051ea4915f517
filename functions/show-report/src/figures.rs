//! Figures as people read them.

/// An amount in whole units, its digits in threes: `2 232 988`, with spaces that do not break.
pub(crate) fn grouped(amount: f64) -> String {
    let digits = format!("{amount:.0}");
    let start = digits.len() % 3;
    let (head, rest) = digits.split_at(start);
    let threes = rest.as_bytes().chunks(3).map(|three| String::from_utf8_lossy(three).into_owned());
    let parts: Vec<String> = Some(head.to_owned()).filter(|head| !head.is_empty()).into_iter().chain(threes).collect();
    parts.join("\u{202f}")
}

pub(crate) fn rounded(figure: f64) -> String {
    format!("{figure:.1}")
}

pub(crate) fn between(low: f64, high: f64) -> String {
    format!("{} … {}", signed(low), signed(high))
}

/// With its sign, since a score may be on either side of zero.
pub(crate) fn signed(figure: f64) -> String {
    with_sign(format!("{figure:+.1}"))
}

/// The same to the hundredth, of points of satisfaction.
pub(crate) fn hundredths(figure: f64) -> String {
    with_sign(format!("{figure:+.2}"))
}

/// A true minus, not a hyphen; and nothing before a zero.
fn with_sign(text: String) -> String {
    let is_zero = text.chars().all(|digit| matches!(digit, '+' | '-' | '0' | '.'));
    if is_zero { text.chars().skip(1).collect() } else { text.replace('-', "−") }
}
