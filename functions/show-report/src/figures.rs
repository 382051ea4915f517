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

pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

pub(crate) fn between(low: f64, high: f64) -> String {
    format!("{} … {}", signed(low), signed(high))
}

/// With its sign, since a score may be on either side of zero. A true minus, not a hyphen.
pub(crate) fn signed(figure: f64) -> String {
    let text = format!("{figure:+.1}");
    if text == "-0.0" || text == "+0.0" { "0.0".into() } else { text.replace('-', "−") }
}
