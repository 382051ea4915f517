//! Which form and which language a caller wants.

use mediatype::{MediaTypeList, Name, ReadParams, names::Q};

use super::Request;

/// The form that `Accept` weighs highest among those on offer, each with its media type. It is the default when the
/// header names none of them or is not there. Of forms that weigh the same, the first on offer.
pub fn accepted<F: Copy>(request: &Request, default: F, offered: &[(F, &str)]) -> F {
    let Some(accept) = request.header("accept") else { return default };
    let mut best = (default, 0.0);
    for (form, media_type) in offered {
        let weight = weight_of(accept, media_type);
        if weight > best.1 {
            best = (*form, weight);
        }
    }
    best.0
}

/// How much a media type weighs, 0 when it is not wanted. A range that names the type outright says more than one that
/// leaves it open (RFC 9110, section 12.5.1).
fn weight_of(accept: &str, media_type: &str) -> f32 {
    let (main, sub) = media_type.split_once('/').unwrap_or((media_type, ""));
    let ranges = MediaTypeList::new(accept).flatten().filter_map(|range| {
        let open = |name: Name<'_>| name == "*";
        // `image/svg+xml` is a subtype and a suffix.
        let named =
            range.suffix.map_or_else(|| range.subty == sub, |suffix| sub == format!("{}+{suffix}", range.subty));
        let closeness = match range.ty {
            ty if ty == main && named => 2,
            ty if ty == main && open(range.subty) => 1,
            ty if open(ty) && open(range.subty) => 0,
            _ => return None,
        };
        let q = range.get_param(Q).and_then(|q| q.as_str().parse::<f32>().ok()).unwrap_or(1.0);
        Some((closeness, q))
    });
    ranges.max_by_key(|(closeness, _)| *closeness).map_or(0.0, |(_, q)| q)
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

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Form {
        Json,
        Html,
        Csv,
        Svg,
        Png,
        EscPos,
    }

    #[test]
    fn the_form_with_the_highest_weight_wins() {
        use Form::{Csv, EscPos, Html, Json, Png, Svg};
        let chosen = |accept: &str| {
            let offered = [(Json, "application/json"), (Html, "text/html"), (Csv, "text/csv")];
            accepted(&request("accept", accept), Json, &offered)
        };
        assert_eq!(chosen("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), Html);
        assert_eq!(chosen("*/*"), Json);
        assert_eq!(chosen("text/csv"), Csv);
        assert_eq!(chosen("text/csv;q=0.1, application/json;q=0.2"), Json);
        assert_eq!(chosen("text/*, application/json;q=0.5"), Html);
        assert_eq!(chosen("image/png"), Json);
        let drawn = |accept: &str| {
            let offered = [(Svg, "image/svg+xml"), (Png, "image/png"), (EscPos, "application/vnd.escpos")];
            accepted(&request("accept", accept), Svg, &offered)
        };
        assert_eq!(drawn("image/svg+xml"), Svg);
        assert_eq!(drawn("image/png,image/*;q=0.8"), Png);
        assert_eq!(drawn("application/vnd.escpos"), EscPos);
        assert_eq!(chosen(";;;,/,"), Json);
        assert_eq!(accepted(&Request::default(), Html, &[(Json, "application/json")]), Html);
    }

    #[test]
    fn languages_come_in_the_order_of_their_weights() {
        let mut asked = request("accept-language", "en;q=0.5, zh-TW, zh;q=0.9");
        assert_eq!(wanted_languages(&asked), ["zh-TW", "zh", "en"]);
        assert_eq!(wanted_languages(&request("accept-language", "en_US")), ["en_US"]);
        assert_eq!(wanted_languages(&request("accept-language", "yue-Hant-HK,zh_TW;q=0.8")), ["yue-Hant-HK", "zh_TW"]);
        asked.raw_query_string = "lang=en".into();
        assert_eq!(wanted_languages(&asked).first().map(String::as_str), Some("en"));
    }

    proptest! {
        #[test]
        fn no_header_can_break_the_choice(value in ".{0,80}") {
            accepted(&request("accept", &value), Form::Html, &[(Form::Html, "text/html"), (Form::Json, "application/json")]);
            wanted_languages(&request("accept-language", &value));
        }
    }
}
