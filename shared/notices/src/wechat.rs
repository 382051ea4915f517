//! WeChat Pay, API v3: signed with RSA, and what is said of a payment encrypted with the merchant's APIv3 key.
//!
//! A merchant changes that key on WeChat's platform at one moment, and here at another. So an account may have both.
//!
//! Signed are the timestamp, the nonce and the body as they came, with a line feed behind each. The header
//! `Wechatpay-Serial` names the key: a platform certificate by its serial, a public key by its id.

use std::{fmt, slice};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    Notice, Payment, Place, Refusal, Request,
    event::text,
    money::is_currency,
    rsa::{self, MOST_KEYS, RsaKey},
    secrets::{MOST_SECRETS, read_all},
};

const TIMESTAMP: &str = "Wechatpay-Timestamp";
const NONCE: &str = "Wechatpay-Nonce";
const SIGNATURE: &str = "Wechatpay-Signature";
const SERIAL: &str = "Wechatpay-Serial";
const SIGNATURE_TYPE: &str = "Wechatpay-Signature-Type";

/// The beginning of a public key's id. A serial never does, since it is a number in hexadecimal.
const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_";

/// How long a serial or id may be: nearly twice as long as those that there are.
const LONGEST_SERIAL: usize = 80;

/// The name of the notice that a refund of less than the whole payment gives.
pub const REFUND_IN_PART: &str = "REFUND in part";

/// An account at WeChat Pay: a merchant, or a service provider with merchants below.
pub struct Account {
    merchant: String,
    /// The APIv3 keys.
    openers: Vec<LessSafeKey>,
    /// By what the header may call them: a number without leading zeros in capitals, or an id.
    signers: Vec<(String, RsaKey)>,
}

/// Without its keys.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("merchant", &self.merchant).finish_non_exhaustive()
    }
}

/// A notice as it was signed. Any other member is passed over: WeChat adds members.
#[derive(Deserialize)]
struct Envelope {
    event_type: String,
    #[serde(default)]
    resource: Value,
}

impl Account {
    /// An account with the values that WeChat Pay's merchant platform shows. The `merchant` is the number of the
    /// merchant or service provider. Its `secrets` are the APIv3 key, or two while one follows the other. Its
    /// `certificates` are PEMs of platform certificates, and its `public_keys` are pairs of id and PEM. They stand side
    /// by side, because WeChat moves a merchant from one to the other by shares of its notices.
    ///
    /// # Errors
    /// A sentence for each mistake, which begins with the argument's name; none repeats a key.
    pub fn new(
        merchant: &str,
        secrets: &[String],
        certificates: &[String],
        public_keys: &[(String, String)],
    ) -> Result<Self, Vec<String>> {
        let mut mistakes = Vec::new();
        if !(6..=32).contains(&merchant.len()) || !is_digits(merchant) {
            mistakes.push("merchant: 6 to 32 digits are needed.".to_owned());
        }
        let openers = read_all("secrets", secrets, MOST_SECRETS, opener).unwrap_or_else(|wrong| {
            mistakes.extend(wrong);
            Vec::new()
        });
        if !(1..=MOST_KEYS).contains(&(certificates.len() + public_keys.len())) {
            mistakes.push(format!("certificates: together with `public_keys`, 1 to {MOST_KEYS} are needed."));
        }
        let certified = certificates.iter().map(|pem| certified(merchant, pem)).enumerate();
        let certified = certified.map(|(at, signer)| (format!("certificates[{at}]"), signer));
        let named = public_keys.iter().map(|(id, pem)| named(id, pem)).enumerate();
        let named = named.map(|(at, signer)| (format!("public_keys[{at}]"), signer));
        let mut signers: Vec<(String, RsaKey)> = Vec::new();
        for (field, signer) in certified.chain(named) {
            match signer {
                Ok((serial, _)) if signers.iter().any(|(other, _)| *other == serial) => {
                    mistakes.push(format!("{field}: another one has the serial {serial} too."));
                }
                Ok(signer) => signers.push(signer),
                Err(what) => mistakes.push(format!("{field}: {what}")),
            }
        }
        if mistakes.is_empty() { Ok(Self { merchant: merchant.to_owned(), openers, signers }) } else { Err(mistakes) }
    }

    /// Reads a notice, if it is WeChat Pay's and was signed within five minutes of now.
    ///
    /// # Errors
    /// Why it is not believed or not understood.
    pub fn read(&self, request: &Request) -> Result<Notice, Refusal> {
        self.check_signature(request)?;
        // Only now: a sender who can't sign learns nothing about our clock.
        request.check_time(TIMESTAMP, request.header(TIMESTAMP)?)?;
        let notice: Envelope = serde_json::from_slice(request.body).map_err(|_| Refusal::Unreadable("body"))?;
        match notice.event_type.as_str() {
            "TRANSACTION.SUCCESS" => self.paid(&self.open(&notice.resource)?),
            "REFUND.SUCCESS" => self.refunded(&self.open(&notice.resource)?),
            "SECURITY_ECHO.SUCCESS" => self.echoed(&notice.resource),
            // Not decrypted: nothing follows from it, and other products have keys of their own.
            other => Ok(Notice::other(other)),
        }
    }

    /// The serials and ids of its keys, as they are compared. Beside one that no key has, they show what to put.
    #[must_use]
    pub fn serials(&self) -> Vec<String> {
        self.signers.iter().map(|(serial, _)| serial.clone()).collect()
    }

    fn check_signature(&self, request: &Request) -> Result<(), Refusal> {
        let [timestamp, nonce, signature, serial] =
            [header(request, TIMESTAMP)?, header(request, NONCE)?, header(request, SIGNATURE)?, serial(request)?];
        let has_type = request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(SIGNATURE_TYPE));
        // Absent means RSA; the other type there is, SM2, has other keys.
        if has_type && request.header(SIGNATURE_TYPE)? != "WECHATPAY2-SHA256-RSA2048" {
            return Err(Refusal::Malformed(SIGNATURE_TYPE));
        }
        // Not malformed: a probe's need not be base64 to the last bit.
        let signature = STANDARD.decode(signature).map_err(|_| Refusal::WrongSignature)?;
        let known = as_compared(serial);
        let (_, key) = self
            .signers
            .iter()
            .find(|(signer, _)| *signer == known)
            .ok_or_else(|| Refusal::UnknownSerial(serial.to_owned()))?;
        let signed = [timestamp.as_bytes(), nonce.as_bytes(), request.body, b""].join(&b'\n');
        if key.fits(&signed, &signature) { Ok(()) } else { Err(Refusal::WrongSignature) }
    }

    /// Opens a notice.
    fn open(&self, resource: &Value) -> Result<Value, Refusal> {
        serde_json::from_slice(&self.decrypted(resource)?).map_err(|_| Refusal::Unreadable("resource"))
    }

    fn decrypted(&self, resource: &Value) -> Result<Vec<u8>, Refusal> {
        let member = |name| resource.get(name).unwrap_or(&Value::Null);
        if member("algorithm") != "AEAD_AES_256_GCM" {
            return Err(Refusal::Unreadable("resource.algorithm"));
        }
        let nonce = member("nonce").as_str().and_then(|nonce| <[u8; NONCE_LEN]>::try_from(nonce.as_bytes()).ok());
        let nonce = nonce.ok_or(Refusal::Unreadable("resource.nonce"))?;
        let about = match member("associated_data") {
            Value::Null => "",
            Value::String(about) => about,
            _ => return Err(Refusal::Unreadable("resource.associated_data")),
        };
        let sealed = member("ciphertext").as_str().and_then(|text| STANDARD.decode(text).ok());
        let sealed = sealed.ok_or(Refusal::Unreadable("resource.ciphertext"))?;
        let opened = self.openers.iter().find_map(|key| {
            // A key that does not fit leaves nothing of what it tried.
            let mut text = sealed.clone();
            let opened = key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(about), &mut text);
            opened.ok().map(|opened| opened.to_vec())
        });
        // Most likely the merchant has changed its APIv3 key.
        opened.ok_or(Refusal::Unreadable("resource.ciphertext"))
    }

    fn paid(&self, said: &Value) -> Result<Notice, Refusal> {
        self.check_merchant(said)?;
        // `null` is the same as nothing.
        let orders = match said.get("combine_out_trade_no").filter(|number| !number.is_null()) {
            None => slice::from_ref(said),
            Some(_) => said.get("sub_orders").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default(),
        };
        let (mut payments, mut unpaid) = (Vec::new(), None);
        for order in orders {
            match text(order, "/trade_state").ok_or(Refusal::Unreadable("trade_state"))? {
                "SUCCESS" => payments.push(payment(order, said)?),
                state => unpaid = Some(state),
            }
        }
        match unpaid {
            _ if !payments.is_empty() => Ok(Notice::Paid(payments)),
            Some(state) => Ok(Notice::other(state)),
            None => Err(Refusal::Unreadable("sub_orders")),
        }
    }

    fn refunded(&self, said: &Value) -> Result<Notice, Refusal> {
        self.check_merchant(said)?;
        match text(said, "/refund_status") {
            Some("SUCCESS") | None => {}
            Some(state) => return Ok(Notice::other(state)),
        }
        // A dish that was taken off the bill leaves a visit. Several parts may make a whole, which no notice says.
        let [part, total] = ["/amount/refund", "/amount/total"].map(|pointer| said.pointer(pointer)?.as_u64());
        if part.zip(total).is_some_and(|(part, total)| part < total) {
            return Ok(Notice::Other(REFUND_IN_PART.to_owned()));
        }
        text(said, "/transaction_id")
            .map(|payment| Notice::Refunded(payment.to_owned()))
            .ok_or(Refusal::Unreadable("transaction_id"))
    }

    /// The self-test. Its encrypted content is documented nowhere, but the APIv3 key has to open it. Else "it works"
    /// would be shown of a key that opens no payment.
    fn echoed(&self, resource: &Value) -> Result<Notice, Refusal> {
        self.decrypted(resource).map(|_| Notice::SelfTest)
    }

    /// Refuses what is said about another account's payment.
    ///
    /// WeChat has signed it, and this account's APIv3 key has opened it. So nobody forged it, and yet it is not for us.
    /// Either the number was mistyped, or two merchants share a key and one was given the other's address. Taken, it
    /// would invite guests of a foreign store. Passed over, it would be lost, and nobody would know why no guest is
    /// asked. As unreadable it comes again for a day, in which the operator can put the right number.
    fn check_merchant(&self, said: &Value) -> Result<(), Refusal> {
        // The party that asked for the payment: of a combined order its initiator, then the service provider, then the
        // merchant.
        let number = ["/combine_mchid", "/sp_mchid", "/mchid"].iter().find_map(|pointer| text(said, pointer));
        if number == Some(self.merchant.as_str()) { Ok(()) } else { Err(Refusal::Unreadable("mchid")) }
    }
}

/// Whether WeChat Pay says of a signature that it is wrong on purpose. Such a probe is a real notice otherwise, has to
/// be refused as any other, and comes again rightly signed. Anybody can write this, so that it is for counting alone.
#[must_use]
pub fn is_probe(request: &Request) -> bool {
    request.header(SIGNATURE).is_ok_and(|signature| signature.starts_with("WECHATPAY/SIGNTEST/"))
}

/// An APIv3 key. Libraries that choose AES by the key's length take 16 bytes too, and open nothing.
fn opener(secret: &str) -> Result<LessSafeKey, String> {
    let key = UnboundKey::new(&AES_256_GCM, secret.as_bytes());
    key.map(LessSafeKey::new).map_err(|_| format!("it has {} bytes, and not 32.", secret.len()))
}

fn certified(merchant: &str, pem: &str) -> Result<(String, RsaKey), String> {
    let all = rsa::certificates(pem).ok_or("it is no PEM of an RSA certificate.")?;
    // Those who issued it sign certificates and no notices, so that a chain has one too many.
    let [certificate] = <[_; 1]>::try_from(all).map_err(|_| "it is several certificates. Give the first alone.")?;
    let hex: String = certificate.serial.iter().map(|byte| format!("{byte:02X}")).collect();
    let serial = as_compared(&hex);
    // The common name of a merchant's certificate is its number; WeChat's own has a name.
    let is_own =
        !merchant.is_empty() && certificate.subject.windows(merchant.len()).any(|part| part == merchant.as_bytes());
    if is_own {
        return Err("it is the merchant's own. WeChat Pay's platform certificate is needed.".to_owned());
    }
    Ok((serial, certificate.key))
}

fn named(id: &str, pem: &str) -> Result<(String, RsaKey), String> {
    if id.len() > LONGEST_SERIAL || !id.strip_prefix(PUBLIC_KEY_ID).is_some_and(is_digits) {
        return Err(format!("the id is not {PUBLIC_KEY_ID} and digits."));
    }
    let key = RsaKey::from_pem(pem).ok_or("it is no PEM of an RSA key with 2048 bits or more.")?;
    Ok((id.to_owned(), key))
}

/// A serial as it is compared: a number, in any case, with or without the zeros of DER in front. Ids stay as written.
fn as_compared(serial: &str) -> String {
    if serial.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        serial.trim_start_matches('0').to_ascii_uppercase()
    } else {
        serial.to_owned()
    }
}

/// A header without which there is no signature. Blanks and line feeds would move the borders between the signed parts.
fn header<'a>(request: &'a Request, name: &'static str) -> Result<&'a str, Refusal> {
    let value = request.header(name)?;
    let is_one_word = (1..=1024).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_graphic());
    if is_one_word { Ok(value) } else { Err(Refusal::Malformed(name)) }
}

/// The serial or id that names the key. Operators see unknown ones, so it may be nothing but a short serial or id.
fn serial<'a>(request: &'a Request) -> Result<&'a str, Refusal> {
    let value = header(request, SERIAL)?;
    let is_id = value.strip_prefix(PUBLIC_KEY_ID).is_some_and(is_digits);
    let is_number = value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if value.len() <= LONGEST_SERIAL && (is_id || is_number) { Ok(value) } else { Err(Refusal::Malformed(SERIAL)) }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A payment that was made: all there is of a single order, or a part of the whole that was paid together.
fn payment(order: &Value, whole: &Value) -> Result<Payment, Refusal> {
    let places = [
        (Place::Merchant, text(order, "/sub_mchid").or_else(|| text(order, "/mchid"))),
        (Place::Attached, text(order, "/attach")),
        (Place::Device, text(whole, "/scene_info/device_id")),
    ];
    let amount = order.pointer("/amount/total").or_else(|| order.pointer("/amount/total_amount"));
    Ok(Payment {
        time_is_signed: true,
        id: text(order, "/transaction_id").ok_or(Refusal::Unreadable("transaction_id"))?.to_owned(),
        order: text(order, "/out_trade_no").map(str::to_owned),
        paid_at: text(order, "/success_time")
            .and_then(|time| time.parse::<Timestamp>().ok())
            .ok_or(Refusal::Unreadable("success_time"))?,
        places: places.into_iter().filter_map(|(place, text)| Some((place, text?.to_owned()))).collect(),
        amount: amount.and_then(Value::as_u64),
        currency: text(order, "/amount/currency").filter(|code| is_currency(code)).map(str::to_owned),
        payer: payer(whole),
        items: Vec::new(),
    })
}

/// The payer: an openid identifies people only within its appid. A service provider's comes first, because it is always
/// there. A guest who is known by the merchant's at times would otherwise be two.
fn payer(whole: &Value) -> Option<String> {
    let known_as = [
        ("/combine_appid", "/combine_payer_info/openid"),
        ("/sp_appid", "/payer/sp_openid"),
        ("/sub_appid", "/payer/sub_openid"),
        ("/appid", "/payer/openid"),
    ];
    known_as.iter().find_map(|(app, person)| Some(format!("{}/{}", text(whole, app)?, text(whole, person)?)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::vectors::{Sent, kept, own_key, own_signature, owned, real, sent};

    const API_V3_KEY: &str = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";
    const OWN_ID: &str = "PUB_KEY_ID_0123";
    const NOW: i64 = 1_795_235_469;

    fn own_pem() -> String {
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", own_key())
    }

    fn made(merchant: &str, secret: &str, pems: &[&str], keys: &[(&str, &str)]) -> Result<Account, Vec<String>> {
        let keys: Vec<_> = keys.iter().map(|(id, pem)| ((*id).to_owned(), (*pem).to_owned())).collect();
        Account::new(merchant, &owned(&[secret]), &owned(pems), &keys)
    }

    /// The account of our own key, with other secrets.
    fn with_secrets(secrets: &[&str]) -> Result<Account, Vec<String>> {
        Account::new("1900000109", &owned(secrets), &[], &[(OWN_ID.to_owned(), own_pem())])
    }

    fn own_account() -> Account {
        made("1900000109", API_V3_KEY, &[], &[(OWN_ID, &own_pem())]).unwrap()
    }

    fn signed(body: &str, timestamp: &str) -> Sent {
        let message = format!("{timestamp}\nabc\n{body}\n");
        let signature = own_signature(message.as_bytes());
        let headers = [(TIMESTAMP, timestamp), (NONCE, "abc"), (SIGNATURE, &signature), (SERIAL, OWN_ID)];
        Sent {
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            body: body.as_bytes().to_vec(),
            now: Timestamp::from_second(NOW).unwrap(),
        }
    }

    fn sealed(said: &str) -> Value {
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, API_V3_KEY.as_bytes()).unwrap());
        let mut text = said.as_bytes().to_vec();
        let nonce = Nonce::try_assume_unique_for_key(b"fdasflkja484").unwrap();
        key.seal_in_place_append_tag(nonce, Aad::from("transaction"), &mut text).unwrap();
        json!({"algorithm": "AEAD_AES_256_GCM", "ciphertext": STANDARD.encode(text), "nonce": "fdasflkja484",
            "associated_data": "transaction"})
    }

    /// Reads a notice that is rightly signed.
    fn read(event: &str, resource: &Value) -> Result<Notice, Refusal> {
        let body = json!({"event_type": event, "resource": resource, "later": [1]}).to_string();
        own_account().read(&signed(&body, &NOW.to_string()).request())
    }

    fn said(event: &str, said: &Value) -> Result<Notice, Refusal> {
        read(event, &sealed(&said.to_string()))
    }

    fn paid() -> Value {
        json!({"mchid": "1900000109", "appid": "wx1", "transaction_id": "42", "trade_state": "SUCCESS",
            "success_time": "2026-11-21T12:31:07+08:00", "payer": {"openid": "o1"}})
    }

    fn account(file: &Value, merchant: &str) -> Account {
        let keys = file["keys"].as_array().unwrap();
        let of = |kind: &str| {
            let keys = keys.iter().filter(|key| key["kind"] == kind).collect::<Vec<_>>();
            keys.iter().map(|key| (key["serial"].as_str().unwrap(), key["pem"].as_str().unwrap())).collect::<Vec<_>>()
        };
        let certificates: Vec<_> = of("certificate").into_iter().map(|(_, pem)| pem).collect();
        made(merchant, API_V3_KEY, &certificates, &of("public key")).unwrap()
    }

    /// The vector of a partner belongs to another account than the rest.
    fn account_of(file: &Value, name: &str) -> Account {
        account(file, if name == "partner-with-sub-merchant" { "1900007291" } else { "1900000109" })
    }

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn direct() -> Payment {
        Payment {
            time_is_signed: true,
            id: "4200001234202611211234567890".to_owned(),
            order: some("T20261121-0012-4711"),
            paid_at: at("2026-11-21T04:31:07Z"),
            places: vec![
                (Place::Merchant, "1900000109".to_owned()),
                (Place::Attached, "store=12;table=7".to_owned()),
                (Place::Device, "POS-0012-3".to_owned()),
            ],
            amount: Some(18_800),
            currency: some("CNY"),
            payer: some("wxd678efh567hg6787/oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"),
            items: Vec::new(),
        }
    }

    fn partner() -> Payment {
        Payment {
            time_is_signed: true,
            id: "4200001235202611211234567891".to_owned(),
            order: some("1217752501201407033233368018"),
            places: vec![(Place::Merchant, "1900000119".to_owned())],
            amount: Some(9_900),
            payer: some("wx8888888888888888/oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"),
            ..direct()
        }
    }

    fn combined() -> Vec<Payment> {
        let one = |id: &str, order: &str, merchant: &str, attached: &str, amount| Payment {
            time_is_signed: true,
            id: id.to_owned(),
            order: some(order),
            places: vec![(Place::Merchant, merchant.to_owned()), (Place::Attached, attached.to_owned())],
            amount: Some(amount),
            ..direct()
        };
        vec![
            one("4200001236202611211234567892", "S-1", "1900000119", "store=12", 1_000),
            one("4200001237202611211234567893", "S-2", "1900000129", "store=13", 2_000),
        ]
    }

    /// The result that each vector is to be read as.
    fn expected(name: &str) -> Result<Notice, Refusal> {
        let serial = |serial: &str| Err(Refusal::UnknownSerial(serial.to_owned()));
        match name {
            "direct-merchant-by-certificate"
            | "direct-merchant-by-public-key"
            | "other-order-of-keys"
            | "pretty-printed-with-line-breaks"
            | "empty-associated-data"
            | "edge-of-the-past"
            | "edge-of-the-future"
            | "serial-in-lower-case" => Ok(Notice::Paid(vec![direct()])),
            "time-with-milliseconds" => {
                Ok(Notice::Paid(vec![Payment { paid_at: at("2026-11-21T04:31:07.12Z"), ..direct() }]))
            }
            "partner-with-sub-merchant" => Ok(Notice::Paid(vec![partner()])),
            "combined-order" => Ok(Notice::Paid(combined())),
            "refund-success" => Ok(Notice::Refunded(direct().id)),
            "not-paid" => Ok(Notice::Other("NOTPAY".to_owned())),
            "security-echo" => Ok(Notice::SelfTest),
            "unknown-event" => Ok(Notice::Other("VEHICLE.USER_STATE_CHANGE".to_owned())),
            "notice-of-wechatpay-go" => Ok(Notice::Other("PAYSCORE.USER_OPEN_SERVICE".to_owned())),
            "signature-probe" => Err(Refusal::WrongSignature),
            "other-signature-type" => Err(Refusal::Malformed(SIGNATURE_TYPE)),
            "unknown-serial" => serial("7132D72A03E93CDDF8C03BBD1F37EEDF00000000"),
            // An id is compared as it is written. This is none, nor a number, and nobody has to be shown it.
            "public-key-id-in-lower-case" => Err(Refusal::Malformed(SERIAL)),
            "signature-right-resource-wrong" => Err(Refusal::Unreadable("resource.ciphertext")),
            "nonce-of-resource-of-13-bytes" => Err(Refusal::Unreadable("resource.nonce")),
            "too-old" | "too-new" => Err(Refusal::Stale),
            "timestamp-smallest"
            | "timestamp-too-large"
            | "timestamp-words"
            | "timestamp-with-plus"
            | "timestamp-padded" => Err(Refusal::Malformed(TIMESTAMP)),
            "signature-doubled-and-joined" => Err(Refusal::Malformed(SIGNATURE)),
            "serial-doubled-and-joined" => Err(Refusal::Malformed(SERIAL)),
            _ => panic!("nobody has said what {name} is to be read as"),
        }
    }

    fn check_all(file: &Value, at_least: usize) {
        let all = sent(file);
        assert!(all.len() >= at_least, "{}", all.len());
        for (name, sent) in &all {
            let account = account_of(file, name);
            let read = account.read(&sent.request());
            assert_eq!(read, expected(name), "{name}");
            assert_eq!(is_probe(&sent.request()), name == "signature-probe", "{name}");
            if read.is_ok() {
                check_cases(&account, sent, name);
                check_bits(&account, sent, name);
            }
        }
    }

    /// Names of headers come in any case.
    fn check_cases(account: &Account, sent: &Sent, name: &str) {
        for cased in [str::to_ascii_lowercase, str::to_ascii_uppercase] {
            let mut again = sent.clone();
            again.headers.iter_mut().for_each(|(name, _)| *name = cased(name));
            assert_eq!(account.read(&again.request()), expected(name), "{name}");
        }
    }

    /// One bit changed anywhere in what is signed.
    fn check_bits(account: &Account, sent: &Sent, name: &str) {
        for at in 0..sent.body.len() {
            let mut changed = sent.clone();
            changed.body[at] ^= 1;
            assert_eq!(account.read(&changed.request()), Err(Refusal::WrongSignature), "{name}: body {at}");
        }
        for header in [TIMESTAMP, NONCE, SIGNATURE, SERIAL] {
            let which = sent.headers.iter().position(|(name, _)| name == header).unwrap();
            for at in 0..sent.headers[which].1.len() {
                let mut changed = sent.clone();
                // The lowest bit: another makes a small letter of a capital, and the serial would be the same number.
                let mut value = changed.headers[which].1.clone().into_bytes();
                value[at] ^= 1;
                changed.headers[which].1 = String::from_utf8(value).unwrap();
                let refusal = account.read(&changed.request()).unwrap_err();
                assert!(!matches!(refusal, Refusal::Unreadable(_)), "{name}: {header} {at}: {refusal:?}");
            }
        }
    }

    #[test]
    fn the_notices_of_the_repository_are_read_as_expected_and_refused_with_one_bit_changed() {
        check_all(&kept("wechat.json"), 4);
    }

    #[test]
    fn all_notices_made_for_tests_are_read_as_expected_and_refused_with_one_bit_changed() {
        let Some(file) = real("wechat-generated.json") else { return };
        check_all(&file, 30);
    }

    #[test]
    fn what_wechats_own_sdks_publish_is_read_as_they_read_it() {
        let Some(file) = real("wechat-published.json") else { return };
        let notice = &file["notices"][0];
        let pem = notice["keys"][0]["pem"].as_str().unwrap();
        let account = made("1900000109", API_V3_KEY, &[pem], &[]).unwrap();
        for (name, sent) in sent(&file) {
            assert_eq!(account.read(&sent.request()), expected(&name), "{name}");
            check_cases(&account, &sent, &name);
            check_bits(&account, &sent, &name);
        }
        for case in file["rsa"].as_array().unwrap() {
            check_published_signature(case);
        }
        for case in file["aes"].as_array().unwrap() {
            check_published_cipher(case);
        }
    }

    fn check_published_signature(case: &Value) {
        let text = |name: &str| case[name].as_str().unwrap();
        let key = match case.get("certificate_pem") {
            Some(pem) => {
                let (serial, key) = certified("1900000109", pem.as_str().unwrap()).unwrap();
                assert_eq!(serial, text("serial"));
                key
            }
            None => RsaKey::from_pem(text("public_key_pem")).unwrap(),
        };
        let [message, signature] =
            [text("signed_message_base64"), text("signature")].map(|base64| STANDARD.decode(base64).unwrap());
        assert_eq!(key.fits(&message, &signature), case["signature_valid"], "{}", text("name"));
        for odd in [0, 255, 257, 100_000] {
            assert!(!key.fits(&message, &vec![7; odd]), "{odd}");
        }
    }

    fn check_published_cipher(case: &Value) {
        let text = |name: &str| case[name].as_str().unwrap();
        let made = made("1900000109", text("key"), &[], &[(OWN_ID, &own_pem())]);
        if text("name") == "key-of-16-bytes-go" {
            assert_eq!(made.unwrap_err(), ["secrets[0]: it has 16 bytes, and not 32."]);
            return;
        }
        let mut resource = json!({"algorithm": "AEAD_AES_256_GCM"});
        for member in ["nonce", "associated_data", "ciphertext"] {
            resource[member] = case[member].clone();
        }
        let opened = made.unwrap().decrypted(&resource).unwrap();
        assert_eq!(String::from_utf8(opened).unwrap(), text("plaintext"));
    }

    #[test]
    fn a_header_that_is_missing_doubled_or_no_word_is_malformed() {
        let file = kept("wechat.json");
        let account = account(&file, "1900000109");
        let (_, good) = sent(&file).swap_remove(0);
        for header in [TIMESTAMP, NONCE, SIGNATURE, SERIAL] {
            let malformed = Err(Refusal::Malformed(header));
            let which = good.headers.iter().position(|(name, _)| name == header).unwrap();
            let mut without = good.clone();
            without.headers.remove(which);
            assert_eq!(account.read(&without.request()), malformed, "{header}");
            let mut twice = good.clone();
            twice.headers.push((header.to_ascii_lowercase(), good.headers[which].1.clone()));
            assert_eq!(account.read(&twice.request()), malformed, "{header}");
            for odd in ["", " ", "a b", "a\nb", "é", &"a".repeat(1025)] {
                let mut changed = good.clone();
                changed.headers[which].1 = odd.to_owned();
                assert_eq!(account.read(&changed.request()), malformed, "{header}: {odd}");
            }
        }
        let mut twice = good.clone();
        twice.headers.push((SIGNATURE_TYPE.to_owned(), "WECHATPAY2-SHA256-RSA2048".to_owned()));
        assert_eq!(account.read(&twice.request()), Err(Refusal::Malformed(SIGNATURE_TYPE)));
        let mut without = good.clone();
        without.headers.retain(|(name, _)| name != SIGNATURE_TYPE);
        assert_eq!(account.read(&without.request()), Ok(Notice::Paid(vec![direct()])), "RSA is what it is without");
    }

    #[test]
    fn a_serial_is_compared_as_a_number_an_id_as_it_is_written_and_neither_is_long() {
        for same in ["D7CE59D1F522D701", "00D7CE59D1F522D701", "d7ce59d1f522d701", "0d7Ce59d1f522D701"] {
            assert_eq!(as_compared(same), "D7CE59D1F522D701", "{same}");
        }
        assert_ne!(as_compared("D7CE59D1F522D7010"), "D7CE59D1F522D701");
        assert_eq!(as_compared("PUB_KEY_ID_00"), "PUB_KEY_ID_00");
        let with = |serial: String| {
            let mut sent = signed(r#"{"event_type": "COUPON.USE"}"#, &NOW.to_string());
            sent.headers[3].1 = serial;
            own_account().read(&sent.request())
        };
        assert_eq!(with("7".repeat(80)), Err(Refusal::UnknownSerial("7".repeat(80))));
        assert_eq!(with("7".repeat(81)), Err(Refusal::Malformed(SERIAL)));
        for unknown in ["0", "PUB_KEY_ID_7"] {
            assert_eq!(with(unknown.to_owned()), Err(Refusal::UnknownSerial(unknown.to_owned())));
        }
        for odd in ["PUB_KEY_ID_", "PUB_KEY_ID_7a", "pub_key_id_7", "7g", "<b>", "-7", "0x7"] {
            assert_eq!(with(odd.to_owned()), Err(Refusal::Malformed(SERIAL)), "{odd}");
        }
    }

    #[test]
    fn a_body_whose_lines_were_joined_has_a_wrong_signature() {
        let body = "{\n \"event_type\": \"COUPON.USE\"\n}";
        let mut sent = signed(body, &NOW.to_string());
        assert_eq!(own_account().read(&sent.request()), Ok(Notice::Other("COUPON.USE".to_owned())));
        for joined in ["{ \"event_type\": \"COUPON.USE\"}", "{\n \"event_type\": \"COUPON.USE\"\n}\n"] {
            sent.body = joined.as_bytes().to_vec();
            assert_eq!(own_account().read(&sent.request()), Err(Refusal::WrongSignature));
        }
    }

    #[test]
    fn a_notice_counts_for_five_minutes_before_and_after_and_only_with_a_plain_number() {
        let body = r#"{"event_type": "COUPON.USE"}"#;
        let read = |timestamp: &str| own_account().read(&signed(body, timestamp).request());
        for skew in [-300, 0, 300] {
            assert!(read(&(NOW + skew).to_string()).is_ok(), "{skew}");
        }
        for skew in [-301, 301, -3_000_000, 3_000_000] {
            assert_eq!(read(&(NOW + skew).to_string()), Err(Refusal::Stale), "{skew}");
        }
        for odd in ["-9223372036854775808", "+1795235469", "01795235469", "1795235469.0", "1e9", "1795235469000", "0"] {
            assert_eq!(read(odd), Err(Refusal::Malformed(TIMESTAMP)), "{odd}");
        }
    }

    #[test]
    fn an_account_is_refused_with_what_is_wrong() {
        let file = kept("wechat.json");
        let [certificate, public] = [0, 1].map(|at| file["keys"][at]["pem"].as_str().unwrap());
        let id = "PUB_KEY_ID_0112345678902026112100000000001000";
        let refused = |merchant: &str, key: &str, certificates: &[&str], keys: &[(&str, &str)]| {
            made(merchant, key, certificates, keys).unwrap_err()
        };
        let merchant = "1900000109";
        for odd in ["", "12345", "19000001o9", "１９００００", &"1".repeat(33)] {
            assert_eq!(refused(odd, API_V3_KEY, &[certificate], &[]), ["merchant: 6 to 32 digits are needed."]);
        }
        for (key, length) in
            [("", 0), ("0123456789abcdef", 16), (&API_V3_KEY[1..], 31), (&format!("{API_V3_KEY}\n"), 33)]
        {
            let sentence = format!("secrets[0]: it has {length} bytes, and not 32.");
            assert_eq!(refused(merchant, key, &[certificate], &[]), [sentence]);
        }
        let number = "certificates: together with `public_keys`, 1 to 4 are needed.";
        assert_eq!(refused(merchant, API_V3_KEY, &[], &[]), [number]);
        let ids: Vec<_> = (0..5).map(|at| format!("PUB_KEY_ID_{at}")).collect();
        let keys: Vec<_> = ids.iter().map(|id| (id.as_str(), public)).collect();
        assert_eq!(refused(merchant, API_V3_KEY, &[], &keys), [number]);
        assert_eq!(refused(merchant, API_V3_KEY, &[certificate], &keys[1..]), [number]);
        assert!(made(merchant, API_V3_KEY, &[certificate], &keys[2..]).is_ok());
        for odd in ["", "not a PEM", public, &certificate[..certificate.len() / 2], "-----BEGIN CERTIFICATE-----\n"] {
            let sentence = "certificates[1]: it is no PEM of an RSA certificate.";
            assert_eq!(refused(merchant, API_V3_KEY, &[certificate, odd], &[]), [sentence]);
        }
        let chain = format!("{certificate}{certificate}");
        let sentence = "certificates[0]: it is several certificates. Give the first alone.";
        assert_eq!(refused(merchant, API_V3_KEY, &[&chain], &[]), [sentence]);
        for odd in ["", "not a PEM", certificate, &public.replace("MIIB", "MIIC")] {
            let sentence = "public_keys[0]: it is no PEM of an RSA key with 2048 bits or more.";
            assert_eq!(refused(merchant, API_V3_KEY, &[], &[(id, odd)]), [sentence]);
        }
        for odd in ["", "PUB_KEY_ID_", "pub_key_id_01", "PUB_KEY_ID_0x", "440024045C4A427599D09BB4E3DE0279F2E813FD"] {
            let sentence = "public_keys[0]: the id is not PUB_KEY_ID_ and digits.";
            assert_eq!(refused(merchant, API_V3_KEY, &[certificate], &[(odd, public)]), [sentence]);
        }
        let twice = "certificates[1]: another one has the serial 440024045C4A427599D09BB4E3DE0279F2E813FD too.";
        assert_eq!(refused(merchant, API_V3_KEY, &[certificate, certificate], &[]), [twice]);
        // The operator who fixes them learns of all at once.
        assert_eq!(refused("", "", &["", certificate], &[("", public)]).len(), 4);
    }

    #[test]
    fn the_merchants_own_certificate_is_refused_in_place_of_wechats() {
        let file = kept("wechat.json");
        let pem = file["keys"][0]["pem"].as_str().unwrap();
        let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let mut der = STANDARD.decode(base64).unwrap();
        // The merchant's number stands in its certificate's subject; here where the published one has its town.
        let town = |der: &[u8]| der.windows(8).position(|part| part == b"Shenzhen");
        while let Some(at) = town(&der) {
            der[at..at + 8].copy_from_slice(b"19000001");
        }
        let own = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der));
        let sentences = made("19000001", API_V3_KEY, &[&own], &[]).unwrap_err();
        let own_one = "certificates[0]: it is the merchant's own. WeChat Pay's platform certificate is needed.";
        assert_eq!(sentences, [own_one]);
        assert!(made("19000002", API_V3_KEY, &[&own], &[]).is_ok(), "anybody else's number says nothing");
    }

    #[test]
    fn an_account_has_one_apiv3_key_or_two_and_each_has_32_bytes() {
        let refused = |secrets: &[&str]| with_secrets(secrets).unwrap_err();
        let number = "secrets: 1 to 2 are needed, so that an old one and a new one fit into it.";
        assert_eq!(refused(&[]), [number]);
        assert_eq!(refused(&[API_V3_KEY; 3]), [number]);
        let short = "0123456789abcdef";
        assert_eq!(refused(&[API_V3_KEY, short]), ["secrets[1]: it has 16 bytes, and not 32."]);
        let both = ["secrets[0]: it has 16 bytes, and not 32.", "secrets[1]: it has 0 bytes, and not 32."];
        assert_eq!(refused(&[short, ""]), both);
    }

    #[test]
    fn while_the_apiv3_key_is_changed_a_notice_under_either_is_read() {
        let [before, after] = ["0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"];
        let body = json!({"event_type": "TRANSACTION.SUCCESS", "resource": sealed(&paid().to_string())}).to_string();
        let sent = signed(&body, &NOW.to_string());
        let read = |secrets: &[&str]| with_secrets(secrets).unwrap().read(&sent.request());
        for secrets in [&[API_V3_KEY][..], &[before, API_V3_KEY], &[API_V3_KEY, after]] {
            let Ok(Notice::Paid(payments)) = read(secrets) else { panic!("{secrets:?}") };
            assert_eq!(payments[0].id, "42");
        }
        for secrets in [&[before][..], &[before, after]] {
            assert_eq!(read(secrets), Err(Refusal::Unreadable("resource.ciphertext")), "{secrets:?}");
        }
    }

    #[test]
    fn an_account_names_the_serials_and_ids_of_its_keys() {
        let file = kept("wechat.json");
        let certificate = file["keys"][0]["pem"].as_str().unwrap();
        let account = made("1900000109", API_V3_KEY, &[certificate], &[(OWN_ID, &own_pem())]).unwrap();
        assert_eq!(account.serials(), ["440024045C4A427599D09BB4E3DE0279F2E813FD", OWN_ID]);
    }

    #[test]
    fn an_account_shows_no_key() {
        assert_eq!(format!("{:?}", own_account()), r#"Account { merchant: "1900000109", .. }"#);
    }

    #[test]
    fn a_notice_of_another_merchant_is_unreadable() {
        let foreign = Err(Refusal::Unreadable("mchid"));
        assert!(matches!(said("TRANSACTION.SUCCESS", &paid()), Ok(Notice::Paid(_))));
        for (member, value) in
            [("mchid", json!("1900000110")), ("mchid", json!(1_900_000_109)), ("sp_mchid", json!("7"))]
        {
            let mut changed = paid();
            changed[member] = value;
            assert_eq!(said("TRANSACTION.SUCCESS", &changed), foreign, "{changed}");
            assert_eq!(said("REFUND.SUCCESS", &changed), foreign, "{changed}");
        }
        let mut below = paid();
        below["sub_mchid"] = json!("1900000109");
        below["sp_mchid"] = json!("1900007291");
        assert_eq!(said("TRANSACTION.SUCCESS", &below), foreign, "the service provider's address was given");
        let combined = json!({"combine_mchid": "1900000110", "combine_out_trade_no": "C", "sub_orders": [paid()]});
        assert_eq!(said("TRANSACTION.SUCCESS", &combined), foreign);
    }

    #[test]
    fn only_what_is_paid_in_a_combined_order_is_a_payment() {
        let mut unpaid = paid();
        unpaid["trade_state"] = json!("PAYERROR");
        let order = |orders: &[&Value]| {
            let whole = json!({"combine_mchid": "1900000109", "combine_out_trade_no": "C", "sub_orders": orders});
            said("TRANSACTION.SUCCESS", &whole)
        };
        let Ok(Notice::Paid(payments)) = order(&[&unpaid, &paid(), &unpaid]) else { panic!("one is paid") };
        assert_eq!(payments.len(), 1);
        assert_eq!(payments[0].payer, None, "a sub-order's payer is nobody of a combined one");
        let whole = json!({"combine_mchid": "1900000109", "combine_out_trade_no": "C", "sub_orders": [paid(), paid()],
            "scene_info": {"device_id": "POS-3"}});
        let Ok(Notice::Paid(payments)) = said("TRANSACTION.SUCCESS", &whole) else { panic!("both are paid") };
        let device = (Place::Device, "POS-3".to_owned());
        assert!(payments.len() == 2 && payments.iter().all(|payment| payment.places.contains(&device)));
        assert_eq!(order(&[&unpaid]), Ok(Notice::Other("PAYERROR".to_owned())));
        assert_eq!(order(&[]), Err(Refusal::Unreadable("sub_orders")));
    }

    #[test]
    fn a_payer_is_known_by_an_app_and_the_service_providers_comes_first() {
        let payer = |payer: Value| {
            let mut changed = paid();
            changed.as_object_mut().unwrap().remove("appid");
            changed.as_object_mut().unwrap().extend(payer.as_object().unwrap().clone());
            match said("TRANSACTION.SUCCESS", &changed) {
                Ok(Notice::Paid(payments)) => payments[0].payer.clone(),
                other => panic!("{other:?}"),
            }
        };
        let both = json!({"sp_openid": "a", "sub_openid": "b"});
        assert_eq!(payer(json!({"sp_appid": "wx1", "sub_appid": "wx2", "payer": both})), some("wx1/a"));
        assert_eq!(payer(json!({"sub_appid": "wx2", "payer": both})), some("wx2/b"));
        assert_eq!(payer(json!({"appid": "wx3", "payer": {"openid": "c"}})), some("wx3/c"));
        assert_eq!(payer(json!({"appid": "wx3", "payer": {"openid": ""}})), None);
        assert_eq!(payer(json!({"payer": {"openid": "c"}})), None, "an openid without its app tells nobody apart");
    }

    #[test]
    fn what_a_payment_needs_is_unreadable_without_and_the_rest_is_left_out() {
        for member in ["transaction_id", "trade_state", "success_time"] {
            for odd in [json!(null), json!(""), json!(7), json!([])] {
                let mut changed = paid();
                changed[member] = odd;
                assert_eq!(said("TRANSACTION.SUCCESS", &changed), Err(Refusal::Unreadable(member)));
            }
        }
        let mut changed = paid();
        changed["combine_out_trade_no"] = json!(null);
        assert!(matches!(said("TRANSACTION.SUCCESS", &changed), Ok(Notice::Paid(_))), "no combined order");
        let mut changed = paid();
        changed["success_time"] = json!("2026-11-21 at noon");
        assert_eq!(said("TRANSACTION.SUCCESS", &changed), Err(Refusal::Unreadable("success_time")));
        for odd in
            [json!(null), json!(""), json!(7), json!([]), json!({"total": -1, "currency": "yuan", "device_id": {}})]
        {
            let mut changed = paid();
            for member in ["attach", "out_trade_no", "amount", "scene_info", "payer"] {
                changed[member] = odd.clone();
            }
            let Ok(Notice::Paid(payments)) = said("TRANSACTION.SUCCESS", &changed) else { panic!("{odd}") };
            let places = vec![(Place::Merchant, "1900000109".to_owned())];
            let (id, paid_at) = ("42".to_owned(), at("2026-11-21T04:31:07Z"));
            let expected = Payment { id, order: None, places, amount: None, currency: None, payer: None, ..direct() };
            assert_eq!(payments, [Payment { paid_at, ..expected }]);
        }
    }

    #[test]
    fn a_refund_counts_when_it_is_final() {
        let refund = |status: Value| {
            said("REFUND.SUCCESS", &json!({"mchid": "1900000109", "transaction_id": "42", "refund_status": status}))
        };
        assert_eq!(refund(json!("SUCCESS")), Ok(Notice::Refunded("42".to_owned())));
        assert_eq!(refund(json!(null)), Ok(Notice::Refunded("42".to_owned())));
        assert_eq!(refund(json!("ABNORMAL")), Ok(Notice::Other("ABNORMAL".to_owned())));
        let without = json!({"mchid": "1900000109", "refund_status": "SUCCESS"});
        assert_eq!(said("REFUND.SUCCESS", &without), Err(Refusal::Unreadable("transaction_id")));
        let amounts = |amount: Value| {
            let said =
                said("REFUND.SUCCESS", &json!({"mchid": "1900000109", "transaction_id": "42", "amount": amount}));
            said.unwrap()
        };
        let whole = Notice::Refunded("42".to_owned());
        assert_eq!(amounts(json!({"total": 18_800, "refund": 100})), Notice::Other(REFUND_IN_PART.to_owned()));
        assert_eq!(amounts(json!({"total": 18_800, "refund": 18_799})), Notice::Other(REFUND_IN_PART.to_owned()));
        assert_eq!(amounts(json!({"total": 18_800, "refund": 18_800})), whole);
        assert_eq!(amounts(json!({"total": 18_800})), whole, "nothing says that it is a part");
        assert_eq!(read(&"ü".repeat(100_000), &Value::Null), Ok(Notice::Other("ü".repeat(64))));
        assert_eq!(refund(json!("S".repeat(65))), Ok(Notice::Other("S".repeat(64))));
        for event in ["REFUND.ABNORMAL", "REFUND.CLOSED", "TRANSACTION.FAIL"] {
            assert_eq!(read(event, &Value::Null), Ok(Notice::Other(event.to_owned())));
        }
    }

    #[test]
    fn a_self_test_works_with_anything_that_the_key_opens() {
        let echo = "SECURITY_ECHO.SUCCESS";
        assert_eq!(read(echo, &sealed("{}")), Ok(Notice::SelfTest));
        assert_eq!(read(echo, &sealed("pong")), Ok(Notice::SelfTest));
        assert_eq!(read(echo, &Value::Null), Err(Refusal::Unreadable("resource.algorithm")));
        let mut wrong = sealed("{}");
        wrong["associated_data"] = json!("another");
        assert_eq!(read(echo, &wrong), Err(Refusal::Unreadable("resource.ciphertext")));
    }

    #[test]
    fn a_resource_that_does_not_open_is_unreadable() {
        let cases: BTreeMap<&str, Vec<Value>> = BTreeMap::from([
            ("algorithm", vec![json!(null), json!("AEAD_SM4_GCM"), json!("aead_aes_256_gcm"), json!(7)]),
            ("nonce", vec![json!(null), json!(""), json!("fdasflkja48"), json!("fdasflkja4844"), json!(7)]),
            ("associated_data", vec![json!(7), json!([])]),
            ("ciphertext", vec![json!(null), json!("*"), json!([])]),
        ]);
        for (member, odd) in cases {
            for odd in odd {
                let mut changed = sealed(&paid().to_string());
                changed[member] = odd;
                let refusal = read("TRANSACTION.SUCCESS", &changed);
                assert!(matches!(refusal, Err(Refusal::Unreadable(what)) if what.ends_with(member)), "{refusal:?}");
            }
        }
        for wrong in ["", "AAAA", &"AAAA".repeat(100)] {
            let mut changed = sealed(&paid().to_string());
            changed["ciphertext"] = json!(wrong);
            assert_eq!(read("TRANSACTION.SUCCESS", &changed), Err(Refusal::Unreadable("resource.ciphertext")));
        }
        assert_eq!(read("TRANSACTION.SUCCESS", &Value::Null), Err(Refusal::Unreadable("resource.algorithm")));
        assert_eq!(read("TRANSACTION.SUCCESS", &sealed("<xml/>")), Err(Refusal::Unreadable("resource")));
        assert_eq!(read("TRANSACTION.SUCCESS", &sealed("[]")), Err(Refusal::Unreadable("mchid")));
    }

    #[test]
    fn whatever_is_signed_ends_in_a_refusal_and_not_in_a_panic() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for body in ["", "null", "[]", "7", "{}", r#"{"event_type": 7}"#, "<xml></xml>", "\u{feff}{}", &deep] {
            let read = own_account().read(&signed(body, &NOW.to_string()).request());
            assert_eq!(read, Err(Refusal::Unreadable("body")), "{body:.20}");
        }
        let whole = paid().to_string();
        for end in 0..whole.len() {
            let read = read("TRANSACTION.SUCCESS", &sealed(&whole[..end]));
            assert_eq!(read, Err(Refusal::Unreadable("resource")), "{end}");
        }
    }
}
