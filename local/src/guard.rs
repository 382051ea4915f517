//! Keeps web pages away from the doors that ask for no grant: the table's port and `/_local/…`.
//!
//! A browser lets any page call an address of this machine, in two ways. In a direct call, `Origin` says which page
//! calls. Or the page uses a name of its own that resolves to this machine a moment later (DNS rebinding). For the
//! browser that is the page's own site, but `Host` still has the name.

use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;

/// The names under which programs call this machine: its own, and the one that containers have for it. Any IP address
/// will do as well: it needs no DNS, so nobody can have made it lead here.
const NAMES: [&str; 2] = ["localhost", "host.docker.internal"];

const NOT_A_NAME_OF_THIS_MACHINE: &str = "This port serves programs on this machine, which call it by an IP address, \
                                          localhost or host.docker.internal. Call it by one of these.";
const ANOTHER_SITE: &str = "This port serves programs on this machine, and no page of another site.";

/// Lets through what a program on this machine sent; answers a page of another site with 403 and a sentence.
pub(crate) async fn only_programs(request: Request, next: Next) -> Response {
    match refusal(request.headers()) {
        Some(sentence) => (StatusCode::FORBIDDEN, Json(json!({"message": sentence}))).into_response(),
        None => next.run(request).await,
    }
}

fn refusal(headers: &HeaderMap) -> Option<&'static str> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host: Option<Uri> = text(header::HOST).and_then(|host| host.parse().ok());
    let Some(host) = host.as_ref().and_then(Uri::authority).filter(|host| is_of_this_machine(host.host())) else {
        return Some(NOT_A_NAME_OF_THIS_MACHINE);
    };
    let own = format!("http://{host}");
    let foreign =
        headers.get_all(header::ORIGIN).iter().any(|origin| !origin.as_bytes().eq_ignore_ascii_case(own.as_bytes()));
    foreign.then_some(ANOTHER_SITE)
}

fn is_of_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    NAMES.iter().any(|name| name.eq_ignore_ascii_case(host)) || address.parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(host: &str, origin: Option<&str>) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        refusal(&headers)
    }

    #[test]
    fn programs_call_by_an_address_or_a_name_of_this_machine() {
        for host in
            ["localhost:8000", "LOCALHOST", "127.0.0.1:8000", "[::1]:8000", "host.docker.internal:8000", "172.17.0.1"]
        {
            assert_eq!(refused(host, None), None, "{host}");
        }
    }

    #[test]
    fn any_other_name_is_refused_even_one_that_leads_here() {
        for host in ["evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "localhost.", "", "a b"] {
            assert_eq!(refused(host, None), Some(NOT_A_NAME_OF_THIS_MACHINE), "{host}");
        }
        assert_eq!(refusal(&HeaderMap::new()), Some(NOT_A_NAME_OF_THIS_MACHINE));
    }

    #[test]
    fn a_page_of_another_site_is_refused_and_one_of_this_address_is_not() {
        assert_eq!(refused("localhost:3000", Some("http://localhost:3000")), None);
        for origin in
            ["https://evil.example", "null", "http://localhost:3001", "https://localhost:3000", "http://localhost"]
        {
            assert_eq!(refused("localhost:3000", Some(origin)), Some(ANOTHER_SITE), "{origin}");
        }
    }
}
