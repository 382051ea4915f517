//! Where a delivery may go: never into a network that only machines inside it should reach.
//!
//! An endpoint's address is checked twice. [`Address::parse`] reads it when it is put. For each attempt, the sender
//! resolves its host, asks [`is_public`] about every address that comes back, and connects to that very one. The name
//! may point elsewhere a moment later.
//!
//! The ranges are a table of our own. The standard library's `is_global` is unstable. The crates that offer the same
//! are young (`antissrf` is at 0.1), and several lack some of the rarer ranges. The table follows IANA's two registries
//! of special addresses, `iana-ipv4-special-registry` and `iana-ipv6-special-registry`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use domain::Invalid;
use http::Uri;

/// Special ranges of IPv4, with the length of their prefix. The narrower stands before the wider.
const SPECIAL_V4: [(Ipv4Addr, u32, &str); 19] = [
    (Ipv4Addr::new(0, 0, 0, 0), 32, "unspecified"),
    (Ipv4Addr::new(0, 0, 0, 0), 8, "of this network"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private"),
    // Alibaba Cloud's metadata, 100.100.100.200, is among these.
    (Ipv4Addr::new(100, 64, 0, 0), 10, "behind a carrier's NAT"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback"),
    (Ipv4Addr::new(169, 254, 169, 254), 32, "a cloud's metadata"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "for protocols"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "for documentation"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "of relays that are no more"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "for benchmarks"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "for documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "for documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::new(255, 255, 255, 255), 32, "broadcast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),
    // Azure's machines ask this one for their certificates. It lies among public addresses.
    (Ipv4Addr::new(168, 63, 129, 16), 32, "a cloud's metadata"),
];

/// Special ranges of IPv6, likewise. Addresses outside 2000::/3 are refused anyway, mostly as reserved.
const SPECIAL_V6: [(Ipv6Addr, u32, &str); 16] = [
    (Ipv6Addr::UNSPECIFIED, 128, "unspecified"),
    (Ipv6Addr::LOCALHOST, 128, "loopback"),
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0, 0, 0), 96, "an IPv4 address in disguise"),
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, "an IPv4 address in disguise"),
    (Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0), 96, "an IPv4 address in disguise"),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, "of a local translator"),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64, "where all is dropped"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "for documentation"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "for documentation"),
    (Ipv6Addr::new(0x5f00, 0, 0, 0, 0, 0, 0, 0), 16, "a segment of a route"),
    (Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), 128, "a cloud's metadata"),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, "unique-local"),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, "link-local"),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, "site-local"),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, "multicast"),
    // But for Teredo, which contains an IPv4 address and is checked before.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "for protocols"),
];

/// Whether an address may be connected to.
pub fn is_public(address: IpAddr) -> bool {
    why_not(address).is_none()
}

/// Why an address may not be connected to: what it is, as in "This address is *private*". None when it is public.
pub fn why_not(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => why_not_v4(address),
        IpAddr::V6(address) => why_not_v6(address),
    }
}

fn why_not_v4(address: Ipv4Addr) -> Option<&'static str> {
    let bits = address.to_bits();
    let holds = |range: &Ipv4Addr, length: u32| (bits ^ range.to_bits()).leading_zeros() >= length;
    SPECIAL_V4.iter().find(|(range, length, _)| holds(range, *length)).map(|(_, _, why)| *why)
}

fn why_not_v6(address: Ipv6Addr) -> Option<&'static str> {
    let bits = address.to_bits();
    let [a, b, c, _, _, _, g, h] = address.segments();
    let v4 = |high: u16, low: u16| why_not_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    match (a, b) {
        // NAT64, by which a network without IPv4 reaches a public server of IPv4. The first 96 bits are the prefix.
        (0x64, 0xff9b) if bits << 32 >> 64 == 0 => return v4(g, h),
        // 6to4.
        (0x2002, _) => return v4(b, c),
        // Teredo: the server's address, and the client's with each bit turned.
        (0x2001, 0) => return v4(c, address.segments()[3]).or_else(|| v4(!g, !h)),
        _ => {}
    }
    let holds = |range: &Ipv6Addr, length: u32| (bits ^ range.to_bits()).leading_zeros() >= length;
    let special = SPECIAL_V6.iter().find(|(range, length, _)| holds(range, *length)).map(|(_, _, why)| *why);
    // Only 2000::/3 is given out.
    special.or_else(|| (bits >> 125 != 1).then_some("reserved"))
}

/// How far deliveries go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// To public addresses alone.
    #[default]
    Public,
    /// Also to this machine, and there without TLS: for somebody who tries things on a laptop.
    ThisMachineToo,
}

impl Reach {
    /// Reads an address.
    ///
    /// # Errors
    /// As [`Address::parse`], but for this machine where it is within reach.
    pub fn parse(self, text: &str) -> Result<Address, Invalid> {
        let here = (self == Self::ThisMachineToo).then(|| Address::of_this_machine(text)).flatten();
        here.map_or_else(|| Address::parse(text), Ok)
    }

    /// Why an address that a name led to may not be connected to; none when it may.
    pub fn why_not(self, address: IpAddr) -> Option<&'static str> {
        if self == Self::ThisMachineToo && address.is_loopback() { None } else { why_not(address) }
    }
}

/// The longest address of an endpoint, in bytes.
const LONGEST: usize = 2_048;

/// The longest name of a host, in bytes, and of a part of it.
const LONGEST_NAME: usize = 253;
const LONGEST_LABEL: usize = 63;

/// Ends of names that only a network's own resolver knows.
const INSIDE: [&str; 4] = ["internal", "local", "localhost", "home.arpa"];

/// An address that a delivery may be sent to, as far as that can be known without resolving its name.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    text: String,
    host: Host,
    port: u16,
}

/// The host that an endpoint's address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A name, in lower case, to be resolved.
    Name(String),
    /// A public address.
    Address(IpAddr),
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// When it is not https with a host that could be public, or has user info or a fragment. The sentence never
    /// repeats it: such an address may be a secret.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let invalid = |sentence: &str| Invalid(sentence.to_owned());
        if text.len() > LONGEST {
            return Err(invalid("An endpoint's address has 2048 bytes at the most."));
        }
        if text.contains('#') {
            return Err(invalid("An endpoint's address has no fragment: take away what begins with #."));
        }
        let uri: Uri = text.parse().map_err(|_| invalid("An endpoint's address is a URL of ASCII, without blanks."))?;
        if uri.scheme_str() != Some("https") {
            return Err(invalid("An endpoint's address begins with https://."));
        }
        let Some(authority) = uri.authority() else { return Err(invalid("An endpoint's address names a host.")) };
        if authority.as_str().contains('@') {
            return Err(invalid("An endpoint's address has no user and no password in it."));
        }
        let host = Host::parse(authority.host())?;
        let port = match authority.as_str().get(authority.host().len()..) {
            Some("") => 443,
            _ => authority.port_u16().filter(|port| *port > 0).ok_or_else(|| invalid("A port is 1 to 65535."))?,
        };
        Ok(Self { text: text.to_owned(), host, port })
    }

    /// An address of this machine, with or without TLS; none of any other.
    fn of_this_machine(text: &str) -> Option<Self> {
        let uri: Uri = text.parse().ok().filter(|_| text.len() <= LONGEST && !text.contains('#'))?;
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
        let host = match authority.host() {
            "localhost" => Host::Name("localhost".to_owned()),
            literal => {
                let address: IpAddr = literal.trim_start_matches('[').trim_end_matches(']').parse().ok()?;
                address.is_loopback().then_some(Host::Address(address))?
            }
        };
        let usual = match uri.scheme_str() {
            Some("http") => 80,
            Some("https") => 443,
            _ => return None,
        };
        let port = if authority.as_str().len() == authority.host().len() { usual } else { authority.port_u16()? };
        (port > 0).then(|| Self { text: text.to_owned(), host, port })
    }

    /// The address as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host to resolve or to connect to.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// Without path and query, which may contain a key.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl Host {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        let literal = match bare {
            Some(inside) => inside.parse().map(IpAddr::V6),
            None => text.parse().map(IpAddr::V4),
        };
        if let Ok(address) = literal {
            return match why_not(address) {
                None => Ok(Self::Address(address)),
                Some(why) => Err(Invalid(format!("The host is {why}. An endpoint has a public address."))),
            };
        }
        let name = text.to_ascii_lowercase();
        // A full stop at the end says that the name is whole; it is the same name.
        let labels: Vec<&str> = name.strip_suffix('.').unwrap_or(&name).split('.').collect();
        if name.len() > LONGEST_NAME || !labels.iter().all(|label| is_label(label)) {
            return Err(Invalid("The host is no name of the internet's, nor an address.".to_owned()));
        }
        // Resolvers take 2130706433, 0x7f.1 and 127.1 for 127.0.0.1.
        if labels.last().is_some_and(|last| last.starts_with(|first: char| first.is_ascii_digit())) {
            return Err(Invalid("An address of IPv4 is written as four numbers, such as 8.8.8.8.".to_owned()));
        }
        let whole = labels.join(".");
        let inside = |end: &str| whole.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        if labels.len() < 2 || INSIDE.into_iter().any(inside) {
            return Err(Invalid("The host is a name inside a network. An endpoint has a public name.".to_owned()));
        }
        Ok(Self::Name(whole))
    }
}

/// Letters, digits, hyphens and, as some hosts have them, underscores.
fn is_label(label: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=LONGEST_LABEL).contains(&label.len()) && label.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn why(address: &str) -> Option<&'static str> {
        why_not(address.parse().unwrap())
    }

    #[test]
    fn every_special_range_of_ipv4_is_refused_up_to_its_edges() {
        for (first, last, expected) in [
            ("0.0.0.0", "0.0.0.0", "unspecified"),
            ("0.0.0.1", "0.255.255.255", "of this network"),
            ("10.0.0.0", "10.255.255.255", "private"),
            ("100.64.0.0", "100.127.255.255", "behind a carrier's NAT"),
            ("127.0.0.0", "127.255.255.255", "loopback"),
            ("169.254.0.0", "169.254.255.255", "link-local"),
            ("169.254.169.254", "169.254.169.254", "a cloud's metadata"),
            ("172.16.0.0", "172.31.255.255", "private"),
            ("192.0.0.0", "192.0.0.255", "for protocols"),
            ("192.0.2.0", "192.0.2.255", "for documentation"),
            ("192.88.99.0", "192.88.99.255", "of relays that are no more"),
            ("192.168.0.0", "192.168.255.255", "private"),
            ("198.18.0.0", "198.19.255.255", "for benchmarks"),
            ("198.51.100.0", "198.51.100.255", "for documentation"),
            ("203.0.113.0", "203.0.113.255", "for documentation"),
            ("224.0.0.0", "239.255.255.255", "multicast"),
            ("240.0.0.0", "255.255.255.254", "reserved"),
            ("255.255.255.255", "255.255.255.255", "broadcast"),
            ("100.100.100.200", "100.100.100.200", "behind a carrier's NAT"),
            ("168.63.129.16", "168.63.129.16", "a cloud's metadata"),
        ] {
            assert_eq!((why(first), why(last)), (Some(expected), Some(expected)), "{first} {last}");
        }
    }

    #[test]
    fn what_lies_beside_them_is_public() {
        for address in [
            "1.0.0.0",
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "191.255.255.255",
            "192.0.1.0",
            "192.0.3.0",
            "192.88.98.255",
            "192.88.100.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "198.51.101.0",
            "203.0.112.255",
            "203.0.114.0",
            "223.255.255.255",
            "168.63.129.15",
            "2000::1",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2001:db7:ffff::1",
            "2001:db9::1",
            "2400:3200::1",
            "2600:1f18::1",
            "3ffe:ffff::1",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
            // Teredo, server 65.54.227.120, client 192.0.1.45.
            "2001:0:4136:e378:8000:63bf:3fff:fed2",
        ] {
            assert_eq!(why(address), None, "{address}");
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn every_special_range_of_ipv6_is_refused() {
        for (address, expected) in [
            ("::", "unspecified"),
            ("::1", "loopback"),
            ("::2", "an IPv4 address in disguise"),
            ("::8.8.8.8", "an IPv4 address in disguise"),
            ("::127.0.0.1", "an IPv4 address in disguise"),
            ("::ffff:8.8.8.8", "an IPv4 address in disguise"),
            ("::ffff:169.254.169.254", "an IPv4 address in disguise"),
            ("::ffff:0:127.0.0.1", "an IPv4 address in disguise"),
            ("::1:0:0:0", "reserved"),
            ("64:ff9b::10.0.0.1", "private"),
            ("64:ff9b::169.254.169.254", "a cloud's metadata"),
            ("64:ff9b::1:0:808:808", "reserved"),
            ("64:ff9b:1::1", "of a local translator"),
            ("64:ff9b:2::1", "reserved"),
            ("100::1", "where all is dropped"),
            ("2001:2::1", "for protocols"),
            ("2001:1ff:ffff::1", "for protocols"),
            ("2001:db8::1", "for documentation"),
            ("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "for documentation"),
            ("3fff:fff::1", "for documentation"),
            ("2002:a00:1::1", "private"),
            ("2002:7f00:1::1", "loopback"),
            ("2002:a9fe:a9fe::1", "a cloud's metadata"),
            // Teredo, with the server and then the client 10.0.0.1.
            ("2001:0:a00:1:8000:63bf:3fff:fed2", "private"),
            ("2001:0:4136:e378:8000:63bf:f5ff:fffe", "private"),
            ("4000::1", "reserved"),
            ("5f00::1", "a segment of a route"),
            ("fc00::1", "unique-local"),
            ("fd12:3456::1", "unique-local"),
            ("fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "unique-local"),
            ("fd00:ec2::254", "a cloud's metadata"),
            ("fe00::1", "reserved"),
            ("fe80::1", "link-local"),
            ("febf::1", "link-local"),
            ("fec0::1", "site-local"),
            ("ff02::1", "multicast"),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast"),
        ] {
            assert_eq!(why(address), Some(expected), "{address}");
        }
    }

    #[test]
    fn an_address_of_https_is_taken_with_its_host_and_port() {
        let name = |name: &str| Host::Name(name.to_owned());
        let longest = format!("https://a.cn/{}", "x".repeat(2_048 - 13));
        for (text, host, port) in [
            ("https://hooks.example.cn", name("hooks.example.cn"), 443),
            ("https://Hooks.Example.CN./in?key=1&a=%23", name("hooks.example.cn"), 443),
            ("HTTPS://hooks.example.cn:8443/@in", name("hooks.example.cn"), 8443),
            ("https://xn--fiqs8s.example_1.cn/", name("xn--fiqs8s.example_1.cn"), 443),
            ("https://local.example.cn/", name("local.example.cn"), 443),
            ("https://notlocal.mylocal/", name("notlocal.mylocal"), 443),
            ("https://8.8.8.8/in", Host::Address("8.8.8.8".parse().unwrap()), 443),
            ("https://[2400:3200::1]:444/in", Host::Address("2400:3200::1".parse().unwrap()), 444),
            (&longest, name("a.cn"), 443),
        ] {
            let endpoint = Address::parse(text).unwrap();
            assert_eq!((endpoint.as_str(), endpoint.host(), endpoint.port()), (text, &host, port));
        }
        let shown = format!("{:?}", Address::parse("https://hooks.example.cn/in?key=hidden").unwrap());
        assert_eq!(shown, "Address { host: Name(\"hooks.example.cn\"), port: 443, .. }");
    }

    #[test]
    fn any_other_address_is_refused_with_a_sentence() {
        let long = format!("https://a.cn/{}", "x".repeat(2_048 - 12));
        let long_label = format!("https://{}.cn/", "a".repeat(64));
        let long_name = format!("https://{}cn/", "abc.".repeat(63));
        let of_ipv4 = "An address of IPv4 is written as four numbers, such as 8.8.8.8.";
        let inside = "The host is a name inside a network. An endpoint has a public name.";
        let ascii = "An endpoint's address is a URL of ASCII, without blanks.";
        let no_name = "The host is no name of the internet's, nor an address.";
        let disguise = "The host is an IPv4 address in disguise. An endpoint has a public address.";
        for (text, sentence) in [
            ("http://hooks.example.cn", "An endpoint's address begins with https://."),
            ("ftp://hooks.example.cn", "An endpoint's address begins with https://."),
            ("/in", "An endpoint's address begins with https://."),
            ("hooks.example.cn", "An endpoint's address begins with https://."),
            ("https://me@hooks.example.cn", "An endpoint's address has no user and no password in it."),
            ("https://me:word@127.0.0.1", "An endpoint's address has no user and no password in it."),
            ("https://a.cn/#in", "An endpoint's address has no fragment: take away what begins with #."),
            ("https://a.cn:0/", "A port is 1 to 65535."),
            ("https://a.cn:/", "A port is 1 to 65535."),
            ("https://127.0.0.1/", "The host is loopback. An endpoint has a public address."),
            ("https://169.254.169.254/latest", "The host is a cloud's metadata. An endpoint has a public address."),
            ("https://[::1]:8443/", "The host is loopback. An endpoint has a public address."),
            ("https://[::ffff:8.8.8.8]/", disguise),
            ("https://2130706433/", of_ipv4),
            ("https://0x7f.1/", of_ipv4),
            ("https://127.1/", of_ipv4),
            ("https://0177.0.0.01/", of_ipv4),
            ("https://a.0x7f000001./", of_ipv4),
            ("https://localhost/", inside),
            ("https://LocalHost./", inside),
            ("https://a.localhost:8443/", inside),
            ("https://metadata.google.internal/", inside),
            ("https://printer.local/", inside),
            ("https://nas.home.arpa/", inside),
            ("https://intranet/", inside),
            ("https://a..cn/", no_name),
            ("https://.cn/", no_name),
            ("https://a.cn../", no_name),
            ("https://a!.cn/", no_name),
            (&long_label, no_name),
            (&long_name, no_name),
            (&long, "An endpoint's address has 2048 bytes at the most."),
            ("https://南京.cn/", ascii),
            ("https://a .cn/", ascii),
            ("https://a.cn\r\n/", ascii),
            ("https://", ascii),
            ("", ascii),
        ] {
            assert_eq!(Address::parse(text), Err(Invalid(sentence.to_owned())), "{text}");
        }
    }

    #[test]
    fn this_machine_is_within_reach_only_where_that_is_said() {
        for (text, port) in [
            ("http://127.0.0.1:8787/in", 8_787),
            ("http://localhost/", 80),
            ("https://127.9.9.9/", 443),
            ("http://[::1]:80/", 80),
        ] {
            assert!(Reach::Public.parse(text).is_err(), "{text}");
            assert_eq!(Reach::ThisMachineToo.parse(text).unwrap().port(), port, "{text}");
        }
        for text in [
            "http://10.0.0.1/",
            "http://hooks.example.cn/",
            "http://169.254.169.254/",
            "http://me@127.0.0.1/",
            "http://127.0.0.1:0/",
            "http://127.0.0.1:/",
            "ftp://127.0.0.1/",
            "http://127.0.0.1/#in",
            "http://[::ffff:127.0.0.1]/",
        ] {
            assert!(Reach::ThisMachineToo.parse(text).is_err(), "{text}");
        }
        let loopback = "127.0.0.1".parse().unwrap();
        assert_eq!(
            (Reach::Public.why_not(loopback), Reach::ThisMachineToo.why_not(loopback)),
            (Some("loopback"), None)
        );
        let private = "10.0.0.1".parse().unwrap();
        assert_eq!(Reach::ThisMachineToo.why_not(private), Some("private"));
        assert_eq!(Reach::ThisMachineToo.parse("https://hooks.example.cn/").unwrap().port(), 443);
    }

    proptest! {
        #[test]
        fn no_text_brings_the_reader_of_addresses_down(text in ".{0,80}", host in r"[0-9a-fx.:\[\]%@/-]{0,40}") {
            let _ = Address::parse(&text);
            let _ = Address::parse(&format!("https://{text}"));
            let _ = Reach::ThisMachineToo.parse(&format!("http://{text}"));
            let _ = Address::parse(&format!("https://{host}/"));
        }

        #[test]
        fn no_disguise_makes_a_special_address_public(bits in any::<u32>(), rest in any::<u64>()) {
            let address = Ipv4Addr::from_bits(bits);
            let judged = is_public(IpAddr::V4(address));
            let of = |bits: u128| is_public(IpAddr::V6(Ipv6Addr::from_bits(bits)));
            let (wide, rest) = (u128::from(bits), u128::from(rest));
            prop_assert!(!of(wide) && !of(0xffff << 32 | wide));
            prop_assert_eq!(of(0x0064_ff9b << 96 | wide), judged);
            prop_assert_eq!(of(0x2002 << 112 | wide << 80 | rest), judged);
            prop_assert!(judged || !of(0x2001_0000 << 96 | wide << 64 | rest));
            prop_assert!(judged || !of(0x2001_0000 << 96 | 0x4136_e378 << 64 | u128::from(!bits)));
            let endpoint = Address::parse(&format!("https://{address}/"));
            prop_assert_eq!(endpoint.is_ok(), judged);
        }

        #[test]
        fn outside_of_what_is_given_out_only_nat64_is_public(bits in any::<u128>()) {
            let (given_out, nat64) = (bits >> 125 == 1, bits >> 32 == 0x0064_ff9b << 64);
            prop_assert!(given_out || nat64 || !is_public(IpAddr::V6(Ipv6Addr::from_bits(bits))));
        }
    }
}
