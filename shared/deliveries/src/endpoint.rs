//! Endpoints: where events go, which of them, and how quickly.

use std::ops::Deref;

use domain::{
    Invalid, Mistakes, NAMED_AT_MOST,
    place::{Path, Scope, StoreNumber},
    shortened,
};
use serde::{Deserialize, Serialize};

use crate::addresses::{Address, Reach};
use crate::robots::{Kind, Robot};

/// Every type of event that there is, in the order of the alphabet. Two types go to one endpoint alone, whatever it
/// wants: `endpoint.test` to the one that it tests, `duty.digest` to that of a duty.
pub const TYPES: [&str; 17] = [
    "action.judged",
    "alert.overdue",
    "alert.raised",
    "case.answered",
    "case.closed",
    "case.due",
    "case.escalated",
    "case.opened",
    "case.overdue",
    "case.reopened",
    "count.failed",
    "duty.digest",
    "endpoint.switched_off",
    "endpoint.test",
    "response.recorded",
    "response.taken_back",
    "survey.link.issued",
];

/// The type of an order to send again, which goes to no endpoint.
pub const REPLAY: &str = "replay";

/// The types that people get in a chat or by mail. Of all others there are too many, or a guest's link is in them.
pub const TYPES_FOR_PEOPLE: [&str; 3] = ["count.failed", "endpoint.switched_off", "endpoint.test"];

/// The types that people on duty get, by the endpoint that the duty names, whatever that one wants otherwise.
pub const TYPES_FOR_DUTY: [&str; 8] = [
    "alert.overdue",
    "alert.raised",
    "case.due",
    "case.escalated",
    "case.opened",
    "case.overdue",
    "case.reopened",
    "duty.digest",
];

/// How many events an endpoint takes in a second, if nothing else is said, and at most.
const USUAL_PACE: u32 = 50;
const FASTEST_PACE: u32 = 200;

/// How many types and scopes an endpoint names at most.
const MOST_FILTERS: usize = 50;

/// The longest address of a mailbox, in bytes.
const LONGEST_MAILBOX: usize = 254;

/// An endpoint as an operator describes it, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointDetails {
    /// Where events go.
    pub to: To,
    /// Which types, such as `survey.link.issued` or `response.*`; all where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// The scopes whose events it wants: those of these stores and of the nodes' stores; of all where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<Scope>,
    /// How many in a second at most, 1 to 200.
    #[serde(default = "usual_pace")]
    pub per_second: u32,
    /// The language of what a person reads: `zh-CN`, `zh-TW` or `en`.
    #[serde(default = "usual_language")]
    pub language: String,
}

fn usual_pace() -> u32 {
    USUAL_PACE
}

fn usual_language() -> String {
    "zh-CN".to_owned()
}

/// Where events go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum To {
    /// To a system that takes Standard Webhooks. Its secret is made here.
    Webhook(Webhook),
    /// Into a group's chat. Its secrets are the robot's address, and the second one if it has one.
    Robot(Kind),
    /// To a mailbox.
    Mail(Mailbox),
    /// To the event bus that the stack names.
    EventBridge(Bus),
}

/// A system that takes webhooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Its address: https, and public.
    pub url: String,
}

/// A mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// Its address, such as `ops@example.cn`.
    pub address: String,
}

/// The event bus, of which nothing has to be said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Bus {}

impl To {
    /// The word for its kind.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Webhook(_) => "webhook",
            Self::Robot(_) => "robot",
            Self::Mail(_) => "mail",
            Self::EventBridge(_) => "eventbridge",
        }
    }

    /// Whether a person reads it. Then all of a run come in one message.
    pub fn is_read_by_people(&self) -> bool {
        matches!(self, Self::Robot(_) | Self::Mail(_))
    }
}

/// An endpoint that has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(EndpointDetails);

impl Deref for Endpoint {
    type Target = EndpointDetails;

    fn deref(&self) -> &EndpointDetails {
        &self.0
    }
}

impl Endpoint {
    /// An endpoint as an operator describes it, with a robot's secrets. People can be written to in these languages.
    ///
    /// # Errors
    /// Each thing that is wrong with it. No sentence repeats an address or a secret.
    pub fn new(
        details: EndpointDetails,
        secrets: &[String],
        reach: Reach,
        languages: &[&str],
    ) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        match &details.to {
            To::Webhook(webhook) => {
                mistakes.check(reach.parse(&webhook.url));
            }
            To::Robot(kind) => {
                mistakes.check(robot(*kind, secrets));
            }
            To::Mail(mailbox) => {
                mistakes.check(check_mailbox(&mailbox.address));
            }
            To::EventBridge(_) => {}
        }
        let unknown = details.types.iter().filter(|wanted| !TYPES.iter().any(|kind| fits(wanted, kind)));
        for wanted in unknown.take(NAMED_AT_MOST) {
            let known = TYPES.join(", ");
            mistakes.add(format!(
                "types: there is no type {:?}. There are {known}, and beginnings such as response.*.",
                shortened(wanted)
            ));
        }
        let for_people = |wanted: &String| TYPES_FOR_PEOPLE.iter().any(|kind| fits(wanted, kind));
        if details.to.is_read_by_people() && !details.types.is_empty() && !details.types.iter().any(for_people) {
            mistakes.add(format!(
                "types: people are told of {} alone. Of cases they are told by a duty that names this endpoint, with PUT \
                 /duty/{{scope}}.",
                TYPES_FOR_PEOPLE.join(", ")
            ));
        }
        if details.types.len() > MOST_FILTERS || details.scopes.len() > MOST_FILTERS {
            mistakes.add(format!("types, scopes: {MOST_FILTERS} of each at the most."));
        }
        if !(1..=FASTEST_PACE).contains(&details.per_second) {
            mistakes.add(format!("per_second: 1 to {FASTEST_PACE}."));
        }
        if !languages.contains(&details.language.as_str()) {
            mistakes.add(format!("language: {}.", languages.join(", ")));
        }
        mistakes.unless(Self(details))
    }

    /// An endpoint as it is stored: it was checked when it was put.
    pub fn stored(details: EndpointDetails) -> Self {
        Self(details)
    }

    /// Whether it wants events of a type, of a store at a place in the chain. An event of no store is wanted by all.
    pub fn wants(&self, kind: &str, store: Option<(StoreNumber, Option<&Path>)>) -> bool {
        let wants_type = self.types.is_empty() || self.types.iter().any(|wanted| fits(wanted, kind));
        let is_readable = !self.to.is_read_by_people() || TYPES_FOR_PEOPLE.contains(&kind);
        let wants_store = match store {
            None => true,
            Some(_) if self.scopes.is_empty() => true,
            Some((number, path)) => self.scopes.iter().any(|scope| match scope {
                Scope::Store(store) => *store == number,
                Scope::Node(node) => path.is_some_and(|path| node.covers(path)),
            }),
        };
        wants_type && is_readable && wants_store
    }

    /// Whether it takes a type where an event is for it alone, because it notifies people on duty.
    pub fn takes_for_duty(&self, kind: &str) -> bool {
        self.to.is_read_by_people() && TYPES_FOR_DUTY.contains(&kind)
    }

    /// Whether it wants any of these types.
    pub fn wants_any(&self, kinds: &[&str]) -> bool {
        kinds.iter().any(|kind| self.wants(kind, None))
    }
}

/// Whether a type is the wanted one, or begins as it says: `response.*`.
fn fits(wanted: &str, kind: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(beginning) if beginning.ends_with('.') => kind.starts_with(beginning),
        Some(_) => false,
        None => wanted == kind,
    }
}

/// A robot of a kind, by its secrets: its address, and its second secret if it has one.
///
/// # Errors
/// When there is no address, or more than two secrets, or the address is another provider's.
pub fn robot(kind: Kind, secrets: &[String]) -> Result<Robot, Invalid> {
    let (address, secret) = match secrets {
        [address] => (address, None),
        [address, secret] => (address, Some(secret.as_str())),
        _ => return Err(Invalid("secrets: a robot's address, and its second secret if it has one.".to_owned())),
    };
    let robot = Robot::new(address, secret)?;
    if robot.kind() != kind {
        return Err(Invalid("secrets: the address is of another provider's robot than `to` says.".to_owned()));
    }
    Ok(robot)
}

/// A plain address of ASCII, which no header can be broken by.
fn check_mailbox(text: &str) -> Result<(), Invalid> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&byte);
    let fits = text.len() <= LONGEST_MAILBOX
        && text.split_once('@').is_some_and(|(name, host)| {
            (1..=64).contains(&name.len())
                && name.bytes().all(plain)
                && Address::parse(&format!("https://{host}/")).is_ok()
                && host.parse::<std::net::IpAddr>().is_err()
                && !host.contains([':', '/', '?'])
        });
    if fits { Ok(()) } else { Err(Invalid("to: the mailbox is written as ops@example.cn, in ASCII.".to_owned())) }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn endpoint(json: Value, secrets: &[&str]) -> Result<Endpoint, Vec<String>> {
        let secrets: Vec<String> = secrets.iter().map(|secret| (*secret).to_owned()).collect();
        let details = serde_json::from_value(json).unwrap();
        Endpoint::new(details, &secrets, Reach::Public, &["en", "zh-CN", "zh-TW"])
            .map_err(|wrong| wrong.0.into_iter().map(|wrong| wrong.0).collect())
    }

    fn hook(more: Value) -> Result<Endpoint, Vec<String>> {
        let mut json = json!({"to": {"webhook": {"url": "https://hooks.example.cn/in"}}});
        json.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        endpoint(json, &[])
    }

    const WECOM: &str = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6";

    #[test]
    fn an_endpoint_wants_what_its_filters_say() {
        let (twelve, shanghai) =
            (StoreNumber::try_from(12).unwrap(), "cn/east/shanghai".to_owned().try_into().unwrap());
        let store = Some((twelve, Some(&shanghai)));
        for (filters, kind, expected) in [
            (json!({}), "survey.link.issued", true),
            (json!({"types": ["survey.link.issued"]}), "survey.link.issued", true),
            (json!({"types": ["survey.link.issued"]}), "response.recorded", false),
            (json!({"types": ["response.*"]}), "response.taken_back", true),
            (json!({"types": ["response.*"]}), "survey.link.issued", false),
            (json!({"scopes": ["cn/east"]}), "response.recorded", true),
            (json!({"scopes": ["cn/west", "store/12"]}), "response.recorded", true),
            (json!({"scopes": ["cn/eas"]}), "response.recorded", false),
            (json!({"scopes": ["store/13"]}), "response.recorded", false),
        ] {
            assert_eq!(hook(filters.clone()).unwrap().wants(kind, store), expected, "{filters} {kind}");
        }
        assert!(hook(json!({"scopes": ["store/13"]})).unwrap().wants("count.failed", None), "of no store");
        // A store that is gone is in no node any more.
        assert!(!hook(json!({"scopes": ["cn/east"]})).unwrap().wants("response.recorded", Some((twelve, None))));
    }

    #[test]
    fn a_guests_link_goes_to_no_chat_and_no_mailbox() {
        for to in [json!({"robot": "wecom"}), json!({"mail": {"address": "ops@example.cn"}})] {
            let secrets: &[&str] = if to.get("robot").is_some() { &[WECOM] } else { &[] };
            let endpoint = endpoint(json!({"to": to}), secrets).unwrap();
            assert!(endpoint.wants("count.failed", None));
            assert!(!endpoint.wants("survey.link.issued", None) && !endpoint.wants("response.recorded", None));
        }
        let wrong = endpoint(json!({"to": {"robot": "wecom"}, "types": ["survey.*"]}), &[WECOM]).unwrap_err();
        assert_eq!(
            wrong,
            [
                "types: people are told of count.failed, endpoint.switched_off, endpoint.test alone. Of cases they are told by \
              a duty that names this endpoint, with PUT /duty/{scope}."
            ]
        );
    }

    #[test]
    fn whatever_is_wrong_is_said_at_once() {
        let wrong = hook(json!({
            "to": {"webhook": {"url": "http://10.0.0.1/"}},
            "types": ["response", "response*", "*", "x.*"],
            "per_second": 0,
            "language": "fr",
        }));
        let wrong = wrong.unwrap_err();
        assert_eq!(wrong.len(), 7, "{wrong:?}");
        assert_eq!(wrong.first().unwrap(), "An endpoint's address begins with https://.");
        assert_eq!(hook(json!({"per_second": 201})).unwrap_err(), ["per_second: 1 to 200."]);
        let secrets = "secrets: a robot's address, and its second secret if it has one.";
        assert_eq!(endpoint(json!({"to": {"robot": "wecom"}}), &[]).unwrap_err(), [secrets]);
        let other = "secrets: the address is of another provider's robot than `to` says.";
        assert_eq!(endpoint(json!({"to": {"robot": "feishu"}}), &[WECOM]).unwrap_err(), [other]);
        for address in [
            "",
            "ops",
            "ops@",
            "@example.cn",
            "o ps@example.cn",
            "ops@example.cn\r\nBcc: x@y.cn",
            "ops@localhost",
            "ops@10.0.0.1",
            "a@b@example.cn",
            "ops@example.cn:25",
            "老@example.cn",
        ] {
            let wrong = endpoint(json!({"to": {"mail": {"address": address}}}), &[]).unwrap_err();
            assert_eq!(wrong, ["to: the mailbox is written as ops@example.cn, in ASCII."], "{address}");
        }
    }

    #[test]
    fn what_a_later_version_stored_is_read() {
        let stored = json!({"to": {"webhook": {"url": "https://a.cn/", "more": 1}}, "types": ["new.type"], "more": {}});
        let endpoint = Endpoint::stored(serde_json::from_value(stored).unwrap());
        assert!(!endpoint.wants("response.recorded", None) && endpoint.wants("new.type", None));
    }
}
