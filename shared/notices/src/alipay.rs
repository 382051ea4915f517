//! Alipay: forms, in UTF-8 or GBK, signed with RSA over their decoded bytes.
//!
//! Signed are the parameters without `sign`, sorted by name, as `name=value` joined by `&`. Nothing in there is
//! escaped, so that the same signature fits other parameters. A text may be cut at its `&`, or take in the parameters
//! behind it. A name that comes twice is refused, and so is a form that hides something which is read. Each form that
//! is taken says the same of the status, the payment and the refund as Alipay did. One thing can't be seen: a text with
//! `&store_id=9` in it, cut there, in a notice without a store. Such a text may name a wrong store or payer, but it
//! makes nothing paid. And the merchant's own texts may take in parameters that nobody reads, and then name no store.
//!
//! There is no time to check: a repetition is signed with that of the first attempt, up to 25 hours before. The
//! payment's id and its age keep a notice from being used twice.

use std::{collections::BTreeMap, fmt};

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{Timestamp, civil::DateTime, tz};

use crate::{
    Notice, Payment, Place, Refusal, Request, form,
    money::hundredths,
    rsa::{self, MOST_KEYS, RsaKey},
    secrets::read_all,
};

/// The parameters that are read and never have a `&` of their own.
const READ: [&str; 11] = [
    "app_id",
    "buyer_id",
    "buyer_open_id",
    "gmt_payment",
    "notify_type",
    "out_trade_no",
    "refund_fee",
    "seller_id",
    "total_amount",
    "trade_no",
    "trade_status",
];

/// Those that are read and are the merchant's own texts.
const READ_TEXTS: [&str; 3] = ["passback_params", "store_id", "terminal_id"];

/// The parameter that names the kind of Alipay's other notices. They have no status, and could lend one their
/// signature.
const OTHER_KIND: &str = "msg_method";

/// An app at Alipay, which a merchant's payments go through.
pub struct Account {
    app_id: String,
    keys: Vec<RsaKey>,
}

/// Without its keys.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

/// The parameters of a notice, decoded once and otherwise as they came: `charset` is not always true, and a value may
/// end in a blank.
struct Form(BTreeMap<Vec<u8>, Vec<u8>>);

impl Account {
    /// An account from its app id and Alipay's public keys: bare base64 as the console shows it, a PEM, or the PEM of
    /// `alipayCertPublicKey_RSA2.crt`. Notices don't say by which they are signed, so that each is tried.
    ///
    /// # Errors
    /// A sentence for each mistake in `app_id` and `keys`; none repeats a key.
    pub fn new(app_id: &str, keys: &[String]) -> Result<Self, Vec<String>> {
        let is_id = (1..=32).contains(&app_id.len()) && app_id.bytes().all(|byte| byte.is_ascii_digit());
        let wrong = (!is_id).then(|| "app_id: 1 to 32 digits are needed.".to_owned());
        let unreadable = "it is no RSA key with 2048 bits or more, as base64 or PEM.";
        let keys = read_all("keys", keys, MOST_KEYS, |text| key(text).ok_or(unreadable));
        match (wrong, keys) {
            (None, Ok(keys)) => Ok(Self { app_id: app_id.to_owned(), keys }),
            (wrong, keys) => Err(wrong.into_iter().chain(keys.err().into_iter().flatten()).collect()),
        }
    }

    /// Reads a notice, if it is Alipay's.
    ///
    /// # Errors
    /// Why it is not believed or not understood.
    pub fn read(&self, request: &Request) -> Result<Notice, Refusal> {
        let form = Form::read(request.body)?;
        self.check_signature(&form)?;
        if form.is_ambiguous() {
            return Err(Refusal::Unreadable("a parameter within another"));
        }
        // Alipay's keys belong to one app. A genuine notice of another means that ours was mistyped, or that two apps
        // of a chain were mixed up. Refused as unreadable it comes again for a day, and the operator is notified.
        if form.text("app_id") != Some(&self.app_id) {
            return Err(Refusal::Unreadable("app_id"));
        }
        match form.text("notify_type") {
            None | Some("trade_status_sync") => {}
            Some(other) => return Ok(Notice::other(other)),
        }
        let was_refunded = form.text("refund_fee").is_some_and(|fee| hundredths(fee) != Some(0));
        match form.text("trade_status").ok_or(Refusal::Unreadable("trade_status"))? {
            // Both say when the payment was made. It comes again after a part was paid back, and is finished at once or
            // three months later. So its id and its time decide what follows, and not how often it comes.
            "TRADE_SUCCESS" | "TRADE_FINISHED" => Ok(Notice::Paid(vec![form.payment()?])),
            "TRADE_CLOSED" if was_refunded => Ok(Notice::Refunded(form.required("trade_no")?.to_owned())),
            status => Ok(Notice::other(status)),
        }
    }

    /// Alipay signs payments without `sign_type`, and some other notices with it. Its documentation and its SDK for
    /// Java sign empty values; its SDK for PHP leaves them out. So there are four readings of what is signed.
    fn check_signature(&self, form: &Form) -> Result<(), Refusal> {
        let sign_type = form.0.get(b"sign_type".as_slice());
        // The other one there is, RSA, is SHA-1.
        if sign_type.is_some_and(|kind| kind != b"RSA2") {
            return Err(Refusal::Malformed("sign_type"));
        }
        let signature = form.0.get(b"sign".as_slice()).ok_or(Refusal::Malformed("sign"))?;
        let signature = STANDARD.decode(signature).map_err(|_| Refusal::WrongSignature)?;
        let has_empty = form.0.values().any(Vec::is_empty);
        for (with_empty, with_type) in [(true, false), (true, true), (false, false), (false, true)] {
            let is_another = (with_empty || has_empty) && (!with_type || sign_type.is_some());
            if is_another && rsa::fits_any(&self.keys, &form.signed(with_type, with_empty), &signature) {
                return Ok(());
            }
        }
        Err(Refusal::WrongSignature)
    }
}

impl Form {
    fn read(body: &[u8]) -> Result<Self, Refusal> {
        let mut form = BTreeMap::new();
        for (name, value) in form::pairs(body).ok_or(Refusal::Malformed("too many names"))? {
            if form.insert(name, value).is_some() {
                return Err(Refusal::Malformed("a name twice"));
            }
        }
        Ok(Self(form))
    }

    /// The bytes under the signature, in one of the readings.
    fn signed(&self, with_type: bool, with_empty: bool) -> Vec<u8> {
        let is_signed = |name: &[u8]| name != b"sign" && (with_type || name != b"sign_type");
        let pairs = self.0.iter().filter(|(name, value)| is_signed(name) && (with_empty || !value.is_empty()));
        let pairs: Vec<_> = pairs.map(|(name, value)| [name.as_slice(), value.as_slice()].join(&b'=')).collect();
        pairs.join(&b'&')
    }

    /// Whether what is signed could be cut into other parameters that are read. A value may contain
    /// `&trade_status=TRADE_SUCCESS`, a name all that follows, and an amount what nobody reads.
    fn is_ambiguous(&self) -> bool {
        let holds = |text: &[u8], part: &str| text.windows(part.len()).any(|other| other == part.as_bytes());
        let starts =
            READ.iter().chain(&READ_TEXTS).chain(&[OTHER_KIND]).map(|name| format!("&{name}=")).collect::<Vec<_>>();
        self.0.iter().any(|(name, value)| {
            name.iter().any(|byte| b"&=".contains(byte))
                || (READ.iter().any(|read| read.as_bytes() == name) && value.contains(&b'&'))
                || starts.iter().any(|start| holds(value, start))
        })
    }

    /// A value that says something and is UTF-8. All that has to be read is ASCII in every charset. A name in GBK,
    /// which nothing hangs on, is left out.
    fn text(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name.as_bytes())?;
        str::from_utf8(value).ok().filter(|text| !text.is_empty())
    }

    fn required(&self, name: &'static str) -> Result<&str, Refusal> {
        self.text(name).ok_or(Refusal::Unreadable(name))
    }

    fn payment(&self) -> Result<Payment, Refusal> {
        // It was encoded by the maker of the order, and Alipay signs it as they sent it.
        let attached =
            self.text("passback_params").and_then(|text| String::from_utf8(form::decoded(text.as_bytes())).ok());
        let places = [
            (Place::Merchant, self.text("seller_id")),
            (Place::Attached, attached.as_deref()),
            (Place::Device, self.text("terminal_id")),
            (Place::Location, self.text("store_id")),
        ];
        let amount = self.text("total_amount").and_then(hundredths);
        Ok(Payment {
            time_is_signed: true,
            id: self.required("trade_no")?.to_owned(),
            order: self.text("out_trade_no").map(str::to_owned),
            paid_at: beijing(self.required("gmt_payment")?).ok_or(Refusal::Unreadable("gmt_payment"))?,
            places: places.into_iter().filter_map(|(place, text)| Some((place, text?.to_owned()))).collect(),
            amount,
            currency: amount.map(|_| "CNY".to_owned()),
            payer: self.text("buyer_open_id").or_else(|| self.text("buyer_id")).map(str::to_owned),
            items: Vec::new(),
        })
    }
}

fn key(text: &str) -> Option<RsaKey> {
    if text.contains("-----BEGIN CERTIFICATE-----") {
        // The certificates of those who issued it may follow. They sign certificates and no notices.
        return rsa::certificates(text)?.into_iter().next().map(|certificate| certificate.key);
    }
    if text.contains("-----BEGIN ") {
        return RsaKey::from_pem(text);
    }
    let bare: String = text.split_ascii_whitespace().collect();
    RsaKey::from_der(&STANDARD.decode(bare).ok()?)
}

/// A time of Beijing's, which says no zone and may have milliseconds: `2026-11-21 12:31:07`.
fn beijing(text: &str) -> Option<Timestamp> {
    let there = DateTime::strptime("%Y-%m-%d %H:%M:%S%.f", text).ok()?;
    tz::offset(8).to_timestamp(there).ok()
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
    use serde_json::Value;

    use super::*;
    use crate::vectors::{Sent, kept, own_key, own_signature, owned, real, sent};

    const APP: &str = "2021000000000001";

    fn request(body: Vec<u8>) -> Sent {
        Sent { headers: Vec::new(), body, now: Timestamp::UNIX_EPOCH }
    }

    /// A body, all of it escaped.
    fn written(form: &Form) -> Vec<u8> {
        let escaped = |bytes| percent_encode(bytes, NON_ALPHANUMERIC).to_string();
        let pairs: Vec<_> =
            form.0.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
        pairs.join("&").into_bytes()
    }

    fn form(pairs: &[(&str, &str)]) -> Form {
        Form(pairs.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())).collect())
    }

    /// A form with a signature in one of the readings.
    fn sign(mut form: Form, with_type: bool, with_empty: bool) -> Form {
        let message = form.signed(with_type, with_empty);
        form.0.insert(b"sign".to_vec(), own_signature(&message).into_bytes());
        form
    }

    fn read(account: &Account, form: &Form) -> Result<Notice, Refusal> {
        account.read(&request(written(form)).request())
    }

    /// Reads a form that is rightly signed.
    fn said(pairs: &[(&str, &str)]) -> Result<Notice, Refusal> {
        let account = with(&[&own_key()]);
        read(&account, &sign(form(pairs), false, true))
    }

    /// A payment that was made, with some values instead of its own.
    fn paid<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut pairs = BTreeMap::from([
            ("app_id", APP),
            ("notify_type", "trade_status_sync"),
            ("trade_status", "TRADE_SUCCESS"),
            ("trade_no", "42"),
            ("gmt_payment", "2026-11-21 12:31:07"),
            ("total_amount", "188.00"),
        ]);
        pairs.extend(changes.iter().copied());
        pairs.into_iter().collect()
    }

    fn payment_of(changes: &[(&str, &str)]) -> Payment {
        match said(&paid(changes)) {
            Ok(Notice::Paid(payments)) => payments.into_iter().next().unwrap(),
            other => panic!("{changes:?}: {other:?}"),
        }
    }

    fn account(file: &Value) -> Account {
        with(&[file["alipay_public_key_pem"].as_str().unwrap()])
    }

    fn with(keys: &[&str]) -> Account {
        Account::new(APP, &owned(keys)).unwrap()
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn payment() -> Payment {
        Payment {
            time_is_signed: true,
            id: "2026112122001468450512505578".to_owned(),
            order: some("T20261121-0012-4711"),
            paid_at: "2026-11-21T04:31:07Z".parse().unwrap(),
            places: vec![
                (Place::Merchant, "2088531891668739".to_owned()),
                (Place::Attached, "store=12&table=7".to_owned()),
                (Place::Device, "POS-3".to_owned()),
                (Place::Location, "NJ_0012".to_owned()),
            ],
            amount: Some(18_800),
            currency: some("CNY"),
            payer: some("069T5Zoq8zFQfZQdSSJJ5Tg0b2SuGBgR9Uo0V1mq0J5nKA6"),
            items: Vec::new(),
        }
    }

    /// The result that each vector is to be read as.
    fn expected(name: &str) -> Result<Notice, Refusal> {
        match name {
            // Of the last two, one was paid back in part, and one was paid three months ago: see `read`.
            "payment"
            | "payment-in-gbk"
            | "empty-value-signed"
            | "empty-value-left-out-of-the-signed-string"
            | "sign-type-signed"
            | "no-sign-type"
            | "spaces-as-percent-20"
            | "partial-refund"
            | "finished-months-later" => Ok(Notice::Paid(vec![payment()])),
            "full-refund" => Ok(Notice::Refunded(payment().id)),
            "closed-unpaid" => Ok(Notice::Other("TRADE_CLOSED".to_owned())),
            "waiting" => Ok(Notice::Other("WAIT_BUYER_PAY".to_owned())),
            "rsa-with-sha-1" => Err(Refusal::Malformed("sign_type")),
            "another-app" => Err(Refusal::Unreadable("app_id")),
            "status-twice" => Err(Refusal::Malformed("a name twice")),
            _ => panic!("nobody has said what {name} is to be read as"),
        }
    }

    fn check_all(file: &Value, at_least: usize) {
        let all = sent(file);
        assert!(all.len() >= at_least, "{}", all.len());
        let account = account(file);
        for (name, sent) in all {
            let read = account.read(&sent.request());
            assert_eq!(read, expected(&name), "{name}");
            if read.is_ok() {
                check_bits(&account, &sent, &name);
            }
        }
    }

    /// One bit changed in each byte of each value; a blank more, a parameter less or more. The form is written again,
    /// because in an escape like `%2A` a small letter says the same.
    fn check_bits(account: &Account, sent: &Sent, name: &str) {
        let good = Form::read(&sent.body).unwrap();
        assert_eq!(read(account, &good), expected(name), "{name}: in another order, and all of it escaped");
        for (parameter, value) in &good.0 {
            let label = String::from_utf8_lossy(parameter);
            for at in 0..value.len() {
                let mut changed = Form(good.0.clone());
                changed.0.get_mut(parameter).unwrap()[at] ^= 1;
                check_refused(account, &changed, &format!("{name}: {label} {at}"));
            }
            let mut longer = Form(good.0.clone());
            longer.0.get_mut(parameter).unwrap().push(b' ');
            check_refused(account, &longer, &format!("{name}: a blank behind {label}"));
            let mut without = Form(good.0.clone());
            without.0.remove(parameter);
            let is_said_of_none = value.is_empty() || (label == "sign_type" && name != "sign-type-signed");
            if !is_said_of_none {
                check_refused(account, &without, &format!("{name}: without {label}"));
            }
        }
        let mut more = Form(good.0.clone());
        more.0.insert(b"route".to_vec(), b"payments".to_vec());
        check_refused(account, &more, &format!("{name}: a framework's parameter"));
    }

    fn check_refused(account: &Account, form: &Form, what: &str) {
        let refusal = read(account, form).unwrap_err();
        assert!(matches!(refusal, Refusal::WrongSignature | Refusal::Malformed(_)), "{what}: {refusal:?}");
    }

    #[test]
    fn the_notices_of_the_repository_are_read_as_expected_and_refused_with_one_bit_changed() {
        check_all(&kept("alipay.json"), 4);
    }

    #[test]
    fn all_notices_made_for_tests_are_read_as_expected_and_refused_with_one_bit_changed() {
        let Some(file) = real("alipay-generated.json") else { return };
        check_all(&file, 15);
        let account = account(&file);
        let (_, once) = sent(&file).into_iter().find(|(name, _)| name == "status-twice").unwrap();
        let (_, body) = std::str::from_utf8(&once.body).unwrap().split_once('&').unwrap();
        assert_eq!(
            account.read(&request(body.into()).request()),
            Ok(Notice::Paid(vec![payment()])),
            "without the first"
        );
    }

    #[test]
    fn each_of_the_four_readings_is_taken_where_it_is_another_one() {
        let account = with(&[&own_key()]);
        let pairs = |more: &[(&'static str, &'static str)]| form(&paid(more));
        for (with_type, with_empty) in [(false, true), (true, true), (false, false), (true, false)] {
            let signed = sign(pairs(&[("sign_type", "RSA2"), ("point_amount", "")]), with_type, with_empty);
            assert!(read(&account, &signed).is_ok(), "{with_type} {with_empty}");
        }
        // A value that was there when it was signed can't be emptied, and an empty one can't be filled.
        let mut emptied = sign(pairs(&[("refund_fee", "1.00")]), false, true);
        emptied.0.insert(b"refund_fee".to_vec(), Vec::new());
        assert_eq!(read(&account, &emptied), Err(Refusal::WrongSignature));
        let mut filled = sign(pairs(&[("refund_fee", "")]), false, false);
        filled.0.insert(b"refund_fee".to_vec(), b"1.00".to_vec());
        assert_eq!(read(&account, &filled), Err(Refusal::WrongSignature));
    }

    #[test]
    fn a_form_without_a_right_signature_is_refused() {
        let account = with(&[&own_key()]);
        assert_eq!(read(&account, &form(&paid(&[]))), Err(Refusal::Malformed("sign")));
        for wrong in ["", "*", "AAAA", "WECHATPAY/SIGNTEST/", &"A".repeat(100_000)] {
            assert_eq!(read(&account, &form(&paid(&[("sign", wrong)]))), Err(Refusal::WrongSignature), "{wrong:.20}");
        }
        for wrong in ["RSA", "rsa2", "", "RSA2 "] {
            let signed = sign(form(&paid(&[("sign_type", wrong)])), false, true);
            assert_eq!(read(&account, &signed), Err(Refusal::Malformed("sign_type")), "{wrong}");
        }
        let another = with(&[kept("alipay.json")["alipay_public_key_pem"].as_str().unwrap()]);
        assert_eq!(read(&another, &sign(form(&paid(&[])), false, true)), Err(Refusal::WrongSignature));
    }

    #[test]
    fn a_name_twice_is_refused_however_it_is_written() {
        let account = with(&[&own_key()]);
        let good = written(&sign(form(&paid(&[])), false, true));
        assert!(account.read(&request(good.clone()).request()).is_ok());
        assert!(
            account.read(&request([b"&&", good.as_slice(), b"&"].concat()).request()).is_ok(),
            "nothing is no name"
        );
        for more in ["&trade_no=42", "&trade_no", "&trade%5Fno=42", "&sign=", "&sign_type=RSA2&sign_type=RSA2"] {
            let body = [good.as_slice(), more.as_bytes()].concat();
            assert_eq!(account.read(&request(body).request()), Err(Refusal::Malformed("a name twice")), "{more}");
        }
    }

    #[test]
    fn a_form_has_500_names_at_most() {
        let account = with(&[&own_key()]);
        let with_more = |count: usize| {
            let mut form = form(&paid(&[]));
            form.0.extend((0..count).map(|at| (format!("x{at}").into_bytes(), Vec::new())));
            read(&account, &sign(form, false, true))
        };
        let own = paid(&[]).len() + 1;
        assert!(matches!(with_more(form::MOST_PAIRS - own), Ok(Notice::Paid(_))));
        assert_eq!(with_more(form::MOST_PAIRS - own + 1), Err(Refusal::Malformed("too many names")));
    }

    #[test]
    fn a_form_that_could_be_cut_into_other_parameters_is_unreadable() {
        let ambiguous = Err(Refusal::Unreadable("a parameter within another"));
        let account = with(&[&own_key()]);
        // One signature for two forms, of which neither can be known to be the genuine one.
        let check = |one: &[(&str, &str)], other: &[(&str, &str)]| {
            let [genuine, forged] = [one, other].map(|pairs| sign(form(pairs), false, true));
            assert_eq!(genuine.0[b"sign".as_slice()], forged.0[b"sign".as_slice()], "the very same is signed");
            (read(&account, &genuine), read(&account, &forged))
        };
        let text = "x&gmt_payment=2026-11-21 12:31:07&trade_no=9&trade_status=TRADE_SUCCESS&z=";
        let cut = |rest| {
            let time = ("gmt_payment", "2026-11-21 12:31:07");
            [("app_id", APP), ("body", "x"), time, ("trade_no", "9"), ("trade_status", "TRADE_SUCCESS"), ("z", rest)]
        };
        let waiting = [("notify_type", "trade_status_sync"), ("trade_no", "1"), ("trade_status", "WAIT_BUYER_PAY")];
        let both = check(
            &[&[("app_id", APP), ("body", text)], waiting.as_slice()].concat(),
            &cut("&notify_type=trade_status_sync&trade_no=1&trade_status=WAIT_BUYER_PAY"),
        );
        assert_eq!(both, (ambiguous.clone(), ambiguous.clone()));
        // Alipay's other kind of notice has no status at all.
        let both = check(&[("app_id", APP), ("body", text), ("msg_method", "m")], &cut("&msg_method=m"));
        assert_eq!(both, (ambiguous.clone(), ambiguous.clone()));

        // Nobody has to choose a text for these: a refund, or its amount, is taken into what stands before it.
        let refund = |receipt, fee: &[(&'static str, &'static str)], more: &[(&'static str, &'static str)]| {
            let closed = [("trade_no", "1"), ("trade_status", "TRADE_CLOSED")];
            [&[("app_id", APP), ("receipt_amount", receipt)], fee, more, &closed].concat()
        };
        let (genuine, forged) =
            check(&refund("1.00", &[("refund_fee", "1.00")], &[]), &refund("1.00&refund_fee=1.00", &[], &[]));
        assert_eq!((genuine, forged), (Ok(Notice::Refunded("1".to_owned())), ambiguous.clone()));
        let (genuine, forged) = check(
            &refund("0.00", &[("refund_fee", "0.00")], &[("subject", "Lunch")]),
            &refund("0.00", &[("refund_fee", "0.00&subject=Lunch")], &[]),
        );
        assert_eq!((genuine, forged), (Ok(Notice::Other("TRADE_CLOSED".to_owned())), ambiguous.clone()));
        let (genuine, forged) = check(
            &refund("1.00", &[("refund_fee", "1.00")], &[]),
            &[
                ("app_id", APP),
                ("receipt_amount", "1.00"),
                ("refund_fee=1.00&trade_no", "1"),
                ("trade_status", "TRADE_CLOSED"),
            ],
        );
        assert_eq!((genuine, forged), (Ok(Notice::Refunded("1".to_owned())), ambiguous));
        // A text that a merchant attached may have a `&` of its own.
        assert!(matches!(said(&paid(&[("passback_params", "a=1&b=2")])), Ok(Notice::Paid(_))));
    }

    #[test]
    fn a_key_is_taken_as_the_console_shows_it_as_a_pem_or_in_a_certificate() {
        let file = kept("alipay.json");
        let pem = file["alipay_public_key_pem"].as_str().unwrap();
        let lines: Vec<&str> = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let (_, payment) = sent(&file).swap_remove(0);
        for key in [pem, &lines.concat(), &lines.join("\r\n"), &format!(" {}\n", lines.concat()), &format!("\n{pem}")] {
            assert!(with(&[key]).read(&payment.request()).is_ok(), "{key}");
            // An older key beside it changes nothing.
            assert!(with(&[&own_key(), key]).read(&payment.request()).is_ok(), "{key}");
        }
        let certificate = kept("wechat.json")["keys"][0]["pem"].as_str().unwrap().to_owned();
        let account = with(&[&certificate]);
        assert_eq!(account.read(&payment.request()), Err(Refusal::WrongSignature), "a key, and another one");
        let account = with(&[&format!("{certificate}{certificate}")]);
        assert_eq!(account.keys.len(), 1, "of a chain, the first alone signs notices");
    }

    #[test]
    fn an_account_is_refused_with_what_is_wrong_and_shows_no_key() {
        let key = own_key();
        let new = |app: &str, keys: &[&str]| Account::new(app, &owned(keys)).unwrap_err();
        for odd in ["", "2021x", " 2021", &"2".repeat(33)] {
            assert_eq!(new(odd, &[&key]), ["app_id: 1 to 32 digits are needed."]);
        }
        let number = "keys: 1 to 4 are needed, so that an old one and a new one fit into it.";
        assert_eq!(new(APP, &[]), [number]);
        assert_eq!(new(APP, &[key.as_str(); 5]), [number]);
        assert!(Account::new(APP, &owned(&[key.as_str(); 4])).is_ok());
        // The last is a right key, but with 1024 bits, as Alipay's first way of signing had them.
        let short = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCxBrZ5TR6NsMu4xJ5qzoLCB8w4nnUahzn1tspqQCLcYDEeACOyXmyDOs3JCBPhrjS5NZE2\
            6faNXaaaOGn/BQ7gOCI5fb9l+5koFgpv9mfscbOxul7x853ICUirJ3V7E+qp/0KfhNoUFLhlsFoE+GW/2zbyz64MOuuKVFQum4r/nwIDAQAB";
        for odd in ["", " ", "*", "AAAA", &key[..100], &format!("{key}AAAA"), "-----BEGIN PUBLIC KEY-----", short] {
            let wrong = "keys[1]: it is no RSA key with 2048 bits or more, as base64 or PEM.";
            assert_eq!(new(APP, &[&key, odd]), [wrong], "{odd}");
            assert_eq!(new("", &[&key, odd]), ["app_id: 1 to 32 digits are needed.", wrong], "{odd}");
        }
        assert_eq!(format!("{:?}", with(&[&key])), format!("Account {{ app_id: {APP:?}, .. }}"));
    }

    #[test]
    fn what_is_attached_is_decoded_once_more_and_left_out_when_it_is_not_utf_8() {
        let attached = |text: &str| {
            let places = payment_of(&[("passback_params", text)]).places;
            places.into_iter().find(|(place, _)| *place == Place::Attached).map(|(_, text)| text)
        };
        assert_eq!(attached("store%3D12%26table%3D7"), some("store=12&table=7"));
        assert_eq!(attached("12"), some("12"));
        assert_eq!(attached("%E5%8D%97+1"), some("南 1"));
        assert_eq!(attached("%C4%CF"), None, "GBK");
        assert_eq!(attached("100%"), some("100%"));
        assert_eq!(attached(""), None);
    }

    #[test]
    fn texts_that_are_not_utf_8_are_left_out_or_unreadable_where_they_are_needed() {
        let account = with(&[&own_key()]);
        for name in ["store_id", "terminal_id", "seller_id", "buyer_id", "out_trade_no", "total_amount"] {
            let mut changed = form(&paid(&[]));
            changed.0.insert(name.as_bytes().to_vec(), b"\xC4\xCF".to_vec());
            let Ok(Notice::Paid(payments)) = read(&account, &sign(changed, false, true)) else { panic!("{name}") };
            assert_eq!((&payments[0].places, &payments[0].payer, &payments[0].order), (&Vec::new(), &None, &None));
        }
        for name in ["app_id", "trade_no", "trade_status", "gmt_payment"] {
            for odd in [b"\xC4\xCF".as_slice(), b""] {
                let mut changed = form(&paid(&[]));
                changed.0.insert(name.as_bytes().to_vec(), odd.to_vec());
                assert_eq!(read(&account, &sign(changed, false, true)), Err(Refusal::Unreadable(name)));
            }
            let without: Vec<_> = paid(&[]).into_iter().filter(|(other, _)| *other != name).collect();
            assert_eq!(said(&without), Err(Refusal::Unreadable(name)));
        }
    }

    #[test]
    fn an_amount_that_is_none_is_left_out_with_its_currency() {
        let odd = payment_of(&[("total_amount", "much")]);
        assert_eq!((odd.amount, odd.currency), (None, None), "it is for context alone");
    }

    #[test]
    fn times_are_those_of_beijing() {
        let at = |time: &str| payment_of(&[("gmt_payment", time)]).paid_at.to_string();
        assert_eq!(at("2026-11-21 12:31:07"), "2026-11-21T04:31:07Z");
        assert_eq!(at("2026-11-21 12:31:07.000"), "2026-11-21T04:31:07Z");
        assert_eq!(at("2027-01-01 00:00:00"), "2026-12-31T16:00:00Z");
        for odd in ["2026-11-21", "2026-11-31 12:31:07", "2026-11-21 12:31:07Z", "2026-11-21 12:31:07+08:00", "noon"] {
            assert_eq!(said(&paid(&[("gmt_payment", odd)])), Err(Refusal::Unreadable("gmt_payment")), "{odd}");
        }
    }

    #[test]
    fn a_payer_is_known_by_the_open_id_before_the_other() {
        let both = [("buyer_open_id", "069T"), ("buyer_id", "2088")];
        assert_eq!(payment_of(&both).payer, some("069T"));
        assert_eq!(payment_of(&both[1..]).payer, some("2088"));
        assert_eq!(payment_of(&[("buyer_open_id", ""), ("buyer_id", "2088")]).payer, some("2088"));
        assert_eq!(payment_of(&[]).payer, None);
    }

    #[test]
    fn what_follows_hangs_on_the_kind_and_the_status() {
        let other = |name: &str| Ok(Notice::Other(name.to_owned()));
        let refunded = Ok(Notice::Refunded("42".to_owned()));
        let closed = ("trade_status", "TRADE_CLOSED");
        assert_eq!(said(&paid(&[closed])), other("TRADE_CLOSED"));
        assert_eq!(said(&paid(&[closed, ("refund_fee", "")])), other("TRADE_CLOSED"));
        assert_eq!(said(&paid(&[closed, ("refund_fee", "0.00")])), other("TRADE_CLOSED"));
        assert_eq!(said(&paid(&[closed, ("refund_fee", "0.01")])), refunded);
        assert_eq!(said(&paid(&[closed, ("refund_fee", "all")])), refunded);
        assert_eq!(said(&paid(&[("trade_status", "SOMETHING_NEW")])), other("SOMETHING_NEW"));
        assert_eq!(said(&paid(&[("notify_type", "dut_user_sign")])), other("dut_user_sign"));
        for name in ["notify_type", "trade_status"] {
            assert_eq!(said(&paid(&[(name, &"ü".repeat(100_000))])), other(&"ü".repeat(64)));
        }
        let without: Vec<_> = paid(&[]).into_iter().filter(|(name, _)| *name != "notify_type").collect();
        assert!(matches!(said(&without), Ok(Notice::Paid(_))));
        assert_eq!(said(&paid(&[("app_id", "2021000000000002")])), Err(Refusal::Unreadable("app_id")));
    }

    #[test]
    fn whatever_comes_ends_in_a_refusal_and_not_in_a_panic() {
        let account = account(&kept("alipay.json"));
        for body in ["", "&", "=", "&&==&", "%", "%%%=%", "a=%zz&sign=%00", "{}", "=sign", "sign", "sign=&sign_type"] {
            assert!(account.read(&request(body.into()).request()).is_err(), "{body}");
        }
        let (_, good) = sent(&kept("alipay.json")).swap_remove(0);
        for end in 0..good.body.len() {
            assert!(account.read(&request(good.body[..end].to_vec()).request()).is_err(), "{end}");
        }
        for byte in 0..=u8::MAX {
            assert!(account.read(&request([b"a=", [byte].as_slice(), b"&sign=AAAA"].concat()).request()).is_err());
        }
    }
}
