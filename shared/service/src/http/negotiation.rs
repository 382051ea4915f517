//! Which form and which language a caller wants.

use mediatype::{MediaTypeList, Name, ReadParams, names::Q};

use super::Request;

/// The forms that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `text/html`
    Html,
    /// `application/json`
    Json,
    /// `text/csv`
    Csv,
    /// `image/svg+xml`
    Svg,
    /// `image/png`
    Png,
    /// `application/vnd.escpos`: what a receipt printer takes.
    EscPos,
}

impl Format {
    /// The offered form that a file ending stands for.
    pub fn of_ending(ending: &str, offered: &[Self]) -> Option<Self> {
        offered.iter().copied().find(|format| format.ending() == ending)
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Svg => "svg",
            Self::Png => "png",
            Self::EscPos => "bin",
        }
    }

    /// The media type, with its character set.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::EscPos => "application/vnd.escpos",
        }
    }

    fn media_type(self) -> (&'static str, &'static str) {
        match self {
            Self::Html => ("text", "html"),
            Self::Json => ("application", "json"),
            Self::Csv => ("text", "csv"),
            Self::Svg => ("image", "svg"),
            Self::Png => ("image", "png"),
            Self::EscPos => ("application", "vnd.escpos"),
        }
    }
}

/// The offered form that `Accept` weighs highest; the first offered when it names none of them or is not there.
pub fn accepted_format(request: &Request, offered: &[Format]) -> Option<Format> {
    let accept = request.header("accept").unwrap_or("*/*");
    // A range that names the type outright says more than one that leaves it open (RFC 9110, section 12.5.1).
    let weight = |format: Format| {
        let (main, sub) = format.media_type();
        MediaTypeList::new(accept)
            .flatten()
            .filter_map(|range| {
                let open = |name: Name<'_>| name == "*";
                let closeness = match (range.ty, range.subty) {
                    (ty, subty) if ty == main && subty == sub => 2,
                    (ty, subty) if ty == main && open(subty) => 1,
                    (ty, subty) if open(ty) && open(subty) => 0,
                    _ => return None,
                };
                let q = range.get_param(Q).and_then(|q| q.as_str().parse::<f32>().ok()).unwrap_or(1.0);
                Some((closeness, q))
            })
            .max_by_key(|(closeness, _)| *closeness)
            .map_or(0.0, |(_, q)| q)
    };
    let mut best: Option<(Format, f32)> = None;
    for format in offered {
        let weight = weight(*format);
        if weight > best.map_or(0.0, |(_, weight)| weight) {
            best = Some((*format, weight));
        }
    }
    best.map(|(format, _)| format).or(offered.first().copied())
}

/// The languages a caller wants, most wanted first: `?lang=`, then `Accept-Language`.
pub fn wanted_languages(request: &Request) -> Vec<String> {
    let mut wanted: Vec<String> = request.query("lang").into_iter().collect();
    // The header is bounded before it is parsed: nobody speaks more languages than fit.
    let header = request.header("accept-language").filter(|value| value.len() <= 400);
    wanted.extend(header.map(accept_language::parse).unwrap_or_default());
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn request(name: &str, value: &str) -> Request {
        Request { headers: [(name.to_owned(), value.to_owned())].into(), ..Request::default() }
    }

    #[test]
    fn the_form_with_the_highest_weight_wins() {
        let chosen =
            |accept: &str| accepted_format(&request("accept", accept), &[Format::Json, Format::Html, Format::Csv]);
        assert_eq!(chosen("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), Some(Format::Html));
        assert_eq!(chosen("*/*"), Some(Format::Json));
        assert_eq!(chosen("text/csv"), Some(Format::Csv));
        assert_eq!(chosen("text/csv;q=0.1, application/json;q=0.2"), Some(Format::Json));
        assert_eq!(chosen("text/*, application/json;q=0.5"), Some(Format::Html));
        assert_eq!(chosen("image/png"), Some(Format::Json));
        let drawn =
            |accept: &str| accepted_format(&request("accept", accept), &[Format::Svg, Format::Png, Format::EscPos]);
        assert_eq!(drawn("image/svg+xml"), Some(Format::Svg));
        assert_eq!(drawn("image/png,image/*;q=0.8"), Some(Format::Png));
        assert_eq!(drawn("application/vnd.escpos"), Some(Format::EscPos));
        assert_eq!(chosen(";;;,/,"), Some(Format::Json));
        assert_eq!(accepted_format(&Request::default(), &[Format::Html]), Some(Format::Html));
    }

    #[test]
    fn languages_come_in_the_order_of_their_weights() {
        let mut asked = request("accept-language", "en;q=0.5, zh-TW, zh;q=0.9");
        assert_eq!(wanted_languages(&asked), ["zh-TW", "zh", "en"]);
        asked.raw_query_string = "lang=en".into();
        assert_eq!(wanted_languages(&asked).first().map(String::as_str), Some("en"));
    }

    proptest! {
        #[test]
        fn no_header_can_break_the_choice(value in ".{0,80}") {
            accepted_format(&request("accept", &value), &[Format::Html, Format::Json]);
            wanted_languages(&request("accept-language", &value));
        }
    }
}
