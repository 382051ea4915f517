//! The reply to a request for a link: to a till at once, and to other systems by an event.

use domain::{
    access::GuestKeys,
    survey::{Brand, MiniProgram},
    visit::Claim,
};
use jiff::Timestamp;
use serde::Serialize;

/// A link, with all that leads to it.
#[derive(Debug, Clone, Serialize)]
pub struct Issued {
    /// The 32 characters.
    pub link: String,
    /// The address of its page.
    pub url: String,
    /// The scene of a WeChat mini-program code.
    pub scene: String,
    /// The mini-program's page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The address that opens the Alipay mini-program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alipay: Option<String>,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
}

impl Issued {
    /// Signs a link; none where the keyring has no current key, which it was checked to have.
    pub fn of(claim: &Claim, keys: &GuestKeys, brand: &Brand, public_url: &str, expires_at: Timestamp) -> Option<Self> {
        let link = claim.sign(keys)?.as_str().to_owned();
        Some(Self {
            url: format!("{public_url}/s/{link}"),
            alipay: brand.alipay.as_ref().map(|program| alipay(program, &link)),
            page: brand.wechat.as_ref().map(|program| program.page.clone()),
            scene: link.clone(),
            link,
            expires_at,
        })
    }
}

/// The scheme that opens a page of an Alipay mini-program, with the link as its query `scene`.
fn alipay(program: &MiniProgram, link: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("scene", link).finish();
    let start = "alipays://platformapi/startapp?";
    let scheme = form_urlencoded::Serializer::for_suffix(String::from(start), start.len())
        .append_pair("appId", &program.app_id)
        .append_pair("page", &program.page)
        .append_pair("query", &query)
        .finish();
    // A form writes a space as `+`, an address as `%20`.
    scheme.replace('+', "%20")
}
