//! Mail, by Amazon SES (its API v2).

use aws_config::{SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use serde_json::{Value, json};

use super::{
    Service, call,
    send_error::{Carrier, SendError},
};

const SES: Service = Service { id: "SESv2", host: "email", signs_as: "ses" };

const CARRIER: Carrier = Carrier {
    name: "SES",
    advice: &[
        (
            "MessageRejected",
            "Verify the sender's domain in this region; in the sandbox also the recipient. Otherwise the content is why.",
        ),
        ("MailFromDomainNotVerifiedException", "Verify the domain of the sender."),
        ("AccountSuspendedException", "AWS no longer lets this account send; ask AWS's support."),
        ("AccessDeniedException", "Allow ses:SendEmail for the sender's identity."),
    ],
};

/// The longest address, in bytes (RFC 5321, section 4.5.3.1.3, without its brackets).
const LONGEST_ADDRESS: usize = 254;

/// The longest part of an address before its `@`, in bytes (RFC 5321, section 4.5.3.1.1).
const LONGEST_LOCAL_PART: usize = 64;

/// The longest label of a domain, in bytes (RFC 1035, section 2.3.4).
const LONGEST_LABEL: usize = 63;

/// A message to one person. It can't be printed, so that no log has it.
#[derive(Clone, Copy)]
pub struct Mail<'a> {
    /// The sender's plain address, `local@domain`. SES has to have verified it or its domain.
    pub from: &'a str,
    /// The recipient's plain address.
    pub to: &'a str,
    /// One line of any characters but those that control.
    pub subject: &'a str,
    /// The message for programs that show no HTML. It has lines, and any characters.
    pub text: &'a str,
    /// The same as a page, if there is one.
    pub html: Option<&'a str>,
}

/// Sends a mail, and returns the id that SES gives it.
///
/// SES belongs to a region, which has its own verified senders and limits. AWS China does not offer it: there, `sdk` has
/// to be for a region elsewhere, with credentials from there.
///
/// It is tried once. SES can't recognise a repeated mail, so four attempts whose replies are late would be four mails.
/// The one attempt may take as long as four otherwise do.
///
/// # Errors
/// [`SendError::Never`] without a call when an address is not plain ASCII of at most 254 bytes or the subject has
/// control characters, and when SES refuses the mail. [`SendError::Again`] when SES is busy, paused or silent.
pub async fn send_mail(sdk: &SdkConfig, mail: &Mail<'_>) -> Result<String, SendError> {
    check(mail).map_err(|sentence| SendError::Never(sentence.to_owned()))?;
    let request = http::Request::post("/v2/email/outbound-emails")
        .header("content-type", "application/json")
        .body(body(mail).to_string().into_bytes())
        .map_err(|_| CARRIER.unmade())?;
    let reply = call(&once(sdk), &SES, request).await.map_err(|error| CARRIER.failed(&error))?;
    let reply: Value = serde_json::from_slice(&reply.body).map_err(|_| CARRIER.unreadable())?;
    reply.get("MessageId").and_then(Value::as_str).map(str::to_owned).ok_or_else(|| CARRIER.unreadable())
}

/// The same, for one attempt as long as all may take.
fn once(sdk: &SdkConfig) -> SdkConfig {
    let timeouts = sdk.timeout_config().map_or_else(TimeoutConfig::builder, TimeoutConfig::to_builder);
    let timeouts = timeouts.disable_operation_attempt_timeout().build();
    sdk.to_builder().timeout_config(timeouts).retry_config(RetryConfig::disabled()).build()
}

fn body(mail: &Mail) -> Value {
    // Without a character set SES takes everything for ASCII.
    let content = |data: &str| json!({"Data": data, "Charset": "UTF-8"});
    let mut parts = json!({"Text": content(mail.text)});
    if let (Some(html), Some(parts)) = (mail.html, parts.as_object_mut()) {
        parts.insert("Html".into(), content(html));
    }
    json!({
        "FromEmailAddress": mail.from,
        "Destination": {"ToAddresses": [mail.to]},
        "Content": {"Simple": {"Subject": content(mail.subject), "Body": parts}},
    })
}

/// A line break in a header would begin another header, and another recipient with it.
fn check(mail: &Mail) -> Result<(), &'static str> {
    if !is_plain(mail.from) {
        return Err(
            "The sender's address is not local@domain in ASCII of at most 254 bytes; write other letters of the \
                    domain in Punycode.",
        );
    }
    if !is_plain(mail.to) {
        return Err(
            "The recipient's address is not local@domain in ASCII of at most 254 bytes; write other letters of \
                    the domain in Punycode.",
        );
    }
    if mail.subject.chars().any(char::is_control) {
        return Err("The subject has a line break or another control character; write it in one line.");
    }
    Ok(())
}

/// Whether an address is of words with dots between them (RFC 5322, section 3.4.1), and a domain's labels.
fn is_plain(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else { return false };
    let is_word = |word: &str| {
        let is_of_word = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
        !word.is_empty() && word.bytes().all(is_of_word)
    };
    let is_label = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    address.len() <= LONGEST_ADDRESS
        && local.len() <= LONGEST_LOCAL_PART
        && local.split('.').all(is_word)
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::tests::{Wire, config};
    use super::*;

    const MAIL: Mail<'static> = Mail {
        from: "hello@example.cn",
        to: "lin@example.cn",
        subject: "昨天的 12 号店",
        text: "NPS 7.5。\n汤很鲜。",
        html: Some("<p>NPS <b>7.5</b>。"),
    };

    const SENT: (u16, &str) = (200, r#"{"MessageId":"0100018f"}"#);

    async fn sent(wire: &Wire, mail: &Mail<'_>) -> Result<String, SendError> {
        send_mail(&config("ap-southeast-1", wire).await, mail).await
    }

    #[tokio::test]
    async fn a_mail_is_signed_as_botocore_signs_it() {
        let wire = Wire::new([SENT]);
        assert_eq!(sent(&wire, &MAIL).await.unwrap(), "0100018f");
        let sent = wire.sent.lock().unwrap();
        let sent = sent.first().unwrap();
        let url = "https://email.ap-southeast-1.amazonaws.com/v2/email/outbound-emails";
        assert_eq!((sent.method(), sent.uri()), ("POST", url));
        assert_eq!(
            str::from_utf8(sent.body().bytes().unwrap()).unwrap(),
            r#"{"FromEmailAddress":"hello@example.cn","Destination":{"ToAddresses":["lin@example.cn"]},"#.to_owned()
                + r#""Content":{"Simple":{"Subject":{"Data":"昨天的 12 号店","Charset":"UTF-8"},"Body":{"#
                + r#""Text":{"Data":"NPS 7.5。\n汤很鲜。","Charset":"UTF-8"},"#
                + r#""Html":{"Data":"<p>NPS <b>7.5</b>。","Charset":"UTF-8"}}}}}"#
        );
        // By botocore 1.44's SigV4Auth, for the same request, keys and time.
        assert_eq!(
            sent.headers().get("authorization").unwrap(),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/ap-southeast-1/ses/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, \
             Signature=b32ab5b4c484843646c1dfa1a9365a197539148c83ef1a551ae2443fcf5c1259"
        );
    }

    #[tokio::test]
    async fn a_mail_without_a_page_has_its_text_alone() {
        let wire = Wire::new([SENT]);
        sent(&wire, &Mail { html: None, ..MAIL }).await.unwrap();
        let sent = wire.sent.lock().unwrap();
        let body: Value = serde_json::from_slice(sent.first().unwrap().body().bytes().unwrap()).unwrap();
        let text = json!({"Text": {"Data": MAIL.text, "Charset": "UTF-8"}});
        assert_eq!(body.pointer("/Content/Simple/Body").unwrap(), &text);
    }

    #[tokio::test]
    async fn a_mail_is_tried_once_and_what_passes_is_worth_another_try() {
        for (reply, sentence) in [
            ((503, "busy"), "SES does not take it now (no reason)."),
            ((500, r#"{"code":"Odd"}"#), "SES does not take it now (Odd)."),
            ((429, r#"{"code":"TooManyRequestsException"}"#), "SES does not take it now (TooManyRequestsException)."),
            ((400, r#"{"code":"LimitExceededException"}"#), "SES does not take it now (LimitExceededException)."),
            ((400, r#"{"code":"SendingPausedException"}"#), "SES does not take it now (SendingPausedException)."),
            ((200, "lin@example.cn"), "SES's reply can't be read."),
            ((200, "{}"), "SES's reply can't be read."),
        ] {
            let wire = Wire::new([reply, SENT]);
            assert_eq!(sent(&wire, &MAIL).await.unwrap_err(), SendError::Again(sentence.into()));
            assert_eq!(wire.sent(), 1, "{sentence}");
        }
    }

    #[tokio::test]
    async fn a_slow_reply_is_waited_for_as_long_as_all_attempts_may_take() {
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(Duration::from_millis(10))
            .operation_timeout(Duration::from_millis(200))
            .build();
        let wire = Wire::new([]);
        let sdk = config("ap-southeast-1", &wire).await.to_builder().timeout_config(timeouts).build();
        let began = std::time::Instant::now();
        let late = send_mail(&sdk, &MAIL).await.unwrap_err();
        assert_eq!((late, wire.sent()), (SendError::Again("SES did not answer in time.".into()), 1));
        assert!(began.elapsed() >= Duration::from_millis(200));
    }

    #[tokio::test]
    async fn what_ses_refuses_is_never_tried_again_and_its_message_is_not_repeated() {
        for (status, code, sentence) in [
            (
                400,
                "MessageRejected",
                "SES refused it (MessageRejected). Verify the sender's domain in this region; in the sandbox also the \
                 recipient. Otherwise the content is why.",
            ),
            (
                400,
                "MailFromDomainNotVerifiedException",
                "SES refused it (MailFromDomainNotVerifiedException). Verify the domain of the sender.",
            ),
            (
                400,
                "AccountSuspendedException",
                "SES refused it (AccountSuspendedException). AWS no longer lets this account send; ask AWS's support.",
            ),
            (
                403,
                "AccessDeniedException",
                "SES refused it (AccessDeniedException). Allow ses:SendEmail for the sender's identity.",
            ),
            (400, "BadRequestException", "SES refused it (BadRequestException)."),
            (404, "NotFoundException", "SES refused it (NotFoundException)."),
        ] {
            let body = json!({"code": code, "message": "lin@example.cn said: 汤很鲜"}).to_string();
            let wire = Wire::new([(status, body.leak() as &str)]);
            assert_eq!(sent(&wire, &MAIL).await.unwrap_err(), SendError::Never(sentence.into()));
        }
    }

    #[tokio::test]
    async fn an_address_or_a_subject_that_could_begin_another_header_is_refused_without_a_call() {
        let from = "The sender's address is not local@domain in ASCII of at most 254 bytes; write other letters of the \
                    domain in Punycode.";
        let to = "The recipient's address is not local@domain in ASCII of at most 254 bytes; write other letters of the \
                  domain in Punycode.";
        let subject = "The subject has a line break or another control character; write it in one line.";
        let other = "lin@example.cn\r\nBcc: all@example.cn";
        let mut refused = vec![(Mail { from: other, ..MAIL }, from), (Mail { to: other, ..MAIL }, to)];
        for broken in ["a\r\nBcc: all@example.cn", "a\nb", "a\rb", "a\tb", "a\0b", "a\u{7f}b", "a\u{85}b"] {
            refused.push((Mail { subject: broken, ..MAIL }, subject));
        }
        let wire = Wire::new([]);
        for (mail, sentence) in refused {
            assert_eq!(sent(&wire, &mail).await.unwrap_err(), SendError::Never(sentence.into()));
        }
        assert_eq!(wire.sent(), 0);
    }

    #[test]
    fn an_address_is_plain_ascii() {
        let longest = format!("{}@{}cn", "a".repeat(64), "b2345678.".repeat(21));
        let label = "a".repeat(63);
        for good in [
            "a@b.cn",
            "Li.Lei+x_1@mail.example.cn",
            "li@xn--fsqu00a.xn--fiqs8s",
            &longest[2..],
            &format!("a@{label}.cn"),
        ] {
            assert!(is_plain(good), "{good}");
        }
        for odd in [
            "",
            "@",
            "a",
            "a@",
            "@b.cn",
            "a@b",
            "a@b..cn",
            "a@.b.cn",
            "a@b.cn.",
            "a@-b.cn",
            "a@b-.cn",
            "a@b_c.cn",
            "a@b@c.cn",
            ".a@b.cn",
            "a.@b.cn",
            "a..b@c.cn",
            "a b@c.cn",
            "a@b c.cn",
            " a@b.cn",
            "a@b.cn ",
            "a@b.cn,c@d.cn",
            "a@b.cn;c@d.cn",
            "A <a@b.cn>",
            "<a@b.cn>",
            "\"a b\"@c.cn",
            "a@[127.0.0.1]",
            "a@b.cn\n",
            "a\0@b.cn",
            "林@b.cn",
            "a@例子.中国",
            "a＠b.cn",
            "a\u{200b}@b.cn",
            "a(x)@b.cn",
        ] {
            assert!(!is_plain(odd), "{odd:?}");
        }
        assert!(!is_plain(&format!("a@{label}a.cn")) && !is_plain(&format!("{label}aa@b.cn")));
        assert_eq!(longest.len(), 256);
        assert!(!is_plain(&longest[1..]));
    }
}
