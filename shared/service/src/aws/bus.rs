//! Events, by Amazon EventBridge.

use aws_config::SdkConfig;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    Service, call,
    send_error::{Carrier, SendError},
};

const EVENT_BRIDGE: Service = Service { id: "EventBridge", host: "events", signs_as: "events" };

const CARRIER: Carrier = Carrier {
    name: "EventBridge",
    advice: &[
        ("AccessDeniedException", "Allow events:PutEvents on the bus."),
        ("MalformedDetail", "Its detail is to be a JSON object."),
        ("NotAuthorizedForSourceException", "The bus does not take events of this source from here."),
        ("NotAuthorizedForDetailTypeException", "The bus does not take events of this kind from here."),
        ("ResourceNotFoundException", "There is no such bus in this region."),
    ],
};

/// An event stays below this, in bytes: 256 KB. It counts as EventBridge does: source, kind, detail and time.
const TOO_LARGE: usize = 256 * 1024;

/// The size of a time, in bytes.
const SIZE_OF_TIME: usize = 14;

/// Something that happened, for those who have a rule on the bus. It can't be printed, so that no log has it.
#[derive(Clone, Copy)]
pub struct BusEvent<'a> {
    /// The program it comes from, as in `aftertaste`. `aws.` at the beginning is AWS's own.
    pub source: &'a str,
    /// Its kind, by which rules choose: at most 128 characters.
    pub detail_type: &'a str,
    /// The rest of it: a JSON object. EventBridge delivers an event at least once, so put an id of your own here.
    pub detail: &'a str,
    /// When. EventBridge keeps the second.
    pub time: Timestamp,
}

/// Puts an event on a bus, which goes by its name or ARN, and returns the id that EventBridge gives it.
///
/// It is tried as often as every call, so the bus may have the same event under several ids. EventBridge takes an
/// event for a bus that is not there, gives it an id and drops it.
///
/// # Errors
/// [`SendError::Never`] without a call when the event is not below 256 KB, and when EventBridge refuses it.
/// [`SendError::Again`] when EventBridge is busy, broken or silent.
pub async fn put_event(sdk: &SdkConfig, bus: &str, event: &BusEvent<'_>) -> Result<String, SendError> {
    let size = SIZE_OF_TIME + event.source.len() + event.detail_type.len() + event.detail.len();
    if size >= TOO_LARGE {
        let sentence = format!("The event has {size} bytes, and EventBridge takes fewer than {TOO_LARGE}.");
        return Err(SendError::Never(sentence));
    }
    let entry = json!({
        "Source": event.source,
        "DetailType": event.detail_type,
        "Detail": event.detail,
        "EventBusName": bus,
        "Time": event.time.as_second(),
    });
    let request = http::Request::post("/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "AWSEvents.PutEvents")
        .body(json!({"Entries": [entry]}).to_string().into_bytes())
        .map_err(|_| CARRIER.unmade())?;
    let reply = call(sdk, &EVENT_BRIDGE, request).await.map_err(|error| CARRIER.failed(&error))?;
    put(&reply.body)
}

/// The id of the event that was put. The reply's status is 200 even when the event was refused.
fn put(reply: &[u8]) -> Result<String, SendError> {
    let reply: Value = serde_json::from_slice(reply).map_err(|_| CARRIER.unreadable())?;
    let text = |pointer: &str| reply.pointer(pointer).and_then(Value::as_str);
    if let Some(code) = text("/Entries/0/ErrorCode") {
        return Err(CARRIER.refused(Some(code), false));
    }
    let failed = reply.get("FailedEntryCount").and_then(Value::as_u64).unwrap_or_default();
    let id = text("/Entries/0/EventId").filter(|_| failed == 0);
    id.map(str::to_owned).ok_or_else(|| CARRIER.unreadable())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Wire, config};
    use super::*;

    fn event() -> BusEvent<'static> {
        BusEvent {
            source: "aftertaste",
            detail_type: "response.recorded",
            detail: r#"{"store":12,"said":"汤很鲜"}"#,
            time: "2026-11-21T04:31:07.9Z".parse().unwrap(),
        }
    }

    const PUT: (u16, &str) = (200, r#"{"FailedEntryCount":0,"Entries":[{"EventId":"11710aed"}]}"#);

    async fn sent(wire: &Wire, event: &BusEvent<'_>) -> Result<String, SendError> {
        put_event(&config("cn-north-1", wire).await, "guests", event).await
    }

    #[tokio::test]
    async fn an_event_is_signed_as_botocore_signs_it() {
        let wire = Wire::new([PUT]);
        assert_eq!(sent(&wire, &event()).await.unwrap(), "11710aed");
        let sent = wire.sent.lock().unwrap();
        let sent = sent.first().unwrap();
        assert_eq!((sent.method(), sent.uri()), ("POST", "https://events.cn-north-1.amazonaws.com.cn/"));
        assert_eq!(
            str::from_utf8(sent.body().bytes().unwrap()).unwrap(),
            r#"{"Entries":[{"Source":"aftertaste","DetailType":"response.recorded","#.to_owned()
                + r#""Detail":"{\"store\":12,\"said\":\"汤很鲜\"}","EventBusName":"guests","Time":1795235467}]}"#
        );
        // By botocore 1.44's SigV4Auth, for the same request, keys and time.
        assert_eq!(
            sent.headers().get("authorization").unwrap(),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/cn-north-1/events/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, \
             Signature=988f8bff191fe322d7995a986e5d03b268d28a9a6941ec24a0e94ed170acda2d"
        );
    }

    #[tokio::test]
    async fn an_entry_that_failed_is_an_error_though_the_reply_is_200() {
        let again = |sentence: &str| SendError::Again(sentence.to_owned());
        let never = |sentence: &str| SendError::Never(sentence.to_owned());
        for (code, error) in [
            ("ThrottlingException", again("EventBridge does not take it now (ThrottlingException).")),
            ("InternalException", again("EventBridge does not take it now (InternalException).")),
            ("InternalFailure", again("EventBridge does not take it now (InternalFailure).")),
            ("MalformedDetail", never("EventBridge refused it (MalformedDetail). Its detail is to be a JSON object.")),
            ("InvalidArgument", never("EventBridge refused it (InvalidArgument).")),
        ] {
            let entry = json!({"ErrorCode": code, "ErrorMessage": "said: 汤很鲜"});
            let body = json!({"FailedEntryCount": 1, "Entries": [entry]}).to_string();
            let wire = Wire::new([(200, body.leak() as &str)]);
            assert_eq!((sent(&wire, &event()).await.unwrap_err(), wire.sent()), (error, 1));
        }
    }

    #[tokio::test]
    async fn a_reply_that_names_no_event_is_worth_another_try() {
        for body in [
            "汤很鲜",
            "{}",
            r#"{"FailedEntryCount":0,"Entries":[]}"#,
            r#"{"FailedEntryCount":1,"Entries":[{"EventId":"11710aed"}]}"#,
        ] {
            let error = sent(&Wire::new([(200, body)]), &event()).await.unwrap_err();
            assert_eq!(error, SendError::Again("EventBridge's reply can't be read.".into()), "{body}");
        }
    }

    #[tokio::test]
    async fn a_call_that_is_refused_says_whether_another_try_helps() {
        let busy = r#"{"__type":"ThrottlingException"}"#;
        let wire = Wire::new([(400, busy), (503, "busy"), (500, r#"{"__type":"InternalException"}"#), PUT]);
        assert_eq!((sent(&wire, &event()).await.unwrap().as_str(), wire.sent()), ("11710aed", 4));

        let wire = Wire::new([(400, busy); 5]);
        let error = SendError::Again("EventBridge does not take it now (ThrottlingException).".into());
        assert_eq!((sent(&wire, &event()).await.unwrap_err(), wire.sent()), (error, 4));

        for (status, body, sentence) in [
            (
                400,
                r#"{"__type":"AccessDeniedException","message":"汤很鲜"}"#,
                "EventBridge refused it (AccessDeniedException). Allow events:PutEvents on the bus.",
            ),
            (
                400,
                r#"{"__type":"ResourceNotFoundException","message":"汤很鲜"}"#,
                "EventBridge refused it (ResourceNotFoundException). There is no such bus in this region.",
            ),
        ] {
            let wire = Wire::new([(status, body)]);
            let error = SendError::Never(sentence.into());
            assert_eq!((sent(&wire, &event()).await.unwrap_err(), wire.sent()), (error, 1));
        }
    }

    #[tokio::test]
    async fn an_event_of_256_kb_is_refused_without_a_call() {
        // 14 for the time, 10 for the source, 17 for the kind.
        let detail = format!(r#"{{"said":"{}"}}"#, "汤".repeat(87_000));
        let room = 262_144 - 14 - 10 - 17 - detail.len();
        let [fits, large] = [room - 1, room].map(|more| detail.clone() + &" ".repeat(more));
        let wire = Wire::new([PUT]);
        sent(&wire, &BusEvent { detail: &fits, ..event() }).await.unwrap();
        let sentence = "The event has 262144 bytes, and EventBridge takes fewer than 262144.";
        let refused = sent(&wire, &BusEvent { detail: &large, ..event() }).await.unwrap_err();
        assert_eq!((refused, wire.sent()), (SendError::Never(sentence.into()), 1));
    }
}
