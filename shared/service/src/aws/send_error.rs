//! Why something was not sent, and whether another try later may help.

use aws_runtime::retries::classifiers::{THROTTLING_ERRORS, TRANSIENT_ERRORS};
use aws_sdk_dynamodb::{
    config::http::HttpResponse,
    error::{ErrorMetadata, SdkError},
};

/// Codes that pass, besides those that the SDK knows. SES says the first while an account's sending is paused, and
/// EventBridge the next two. The last is said of credentials that have just ended.
const PASSES: [&str; 4] = ["SendingPausedException", "InternalException", "InternalFailure", "ExpiredTokenException"];

/// The longest code that is repeated, in bytes. AWS's have up to 40.
const LONGEST_CODE: usize = 64;

/// Why something was not sent: a sentence, which repeats no address and nothing of what was to be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Worth another try later: the service is busy or broken, can't be reached, or did not answer in time. Without an
    /// answer nobody knows whether it was sent, so the next try may send it twice.
    #[error("{0}")]
    Again(String),
    /// It is refused each time, until somebody changes what the sentence says.
    #[error("{0}")]
    Never(String),
}

/// A service that carries what is sent, as sentences speak of it.
pub(super) struct Carrier {
    /// As in "SES can't be reached."
    pub(super) name: &'static str,
    /// A sentence on the way out of a refusal, by its code.
    pub(super) advice: &'static [(&'static str, &'static str)],
}

impl Carrier {
    /// Decides whether a failed call is worth another try. AWS's own message is left out: it names addresses.
    pub(super) fn failed(&self, error: &SdkError<ErrorMetadata, HttpResponse>) -> SendError {
        let name = self.name;
        match error {
            SdkError::ServiceError(said) => {
                let status = said.raw().status();
                let passes = status.is_server_error() || status.as_u16() == 429;
                self.refused(said.err().code(), passes)
            }
            SdkError::TimeoutError(_) => SendError::Again(format!("{name} did not answer in time.")),
            SdkError::DispatchFailure(_) => SendError::Again(format!("{name} can't be reached.")),
            SdkError::ResponseError(_) => self.unreadable(),
            _ => self.unmade(),
        }
    }

    /// Decides it for a refusal, by its code. `passes` is true for a status of the busy kind.
    pub(super) fn refused(&self, code: Option<&str>, passes: bool) -> SendError {
        let name = self.name;
        // A code is one word. Anything else is not AWS's, and may contain what was sent.
        let is_code =
            |code: &&str| (1..=LONGEST_CODE).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric());
        let code = code.filter(is_code).unwrap_or("no reason");
        if passes || [THROTTLING_ERRORS, TRANSIENT_ERRORS, &PASSES].iter().any(|codes| codes.contains(&code)) {
            return SendError::Again(format!("{name} does not take it now ({code})."));
        }
        let advice = self.advice.iter().find(|(of, _)| *of == code).map_or("", |(_, advice)| advice);
        SendError::Never(format!("{name} refused it ({code}). {advice}").trim_end().to_owned())
    }

    /// There is a reply, but it does not say the outcome.
    pub(super) fn unreadable(&self) -> SendError {
        SendError::Again(format!("{}'s reply can't be read.", self.name))
    }

    /// There is no request to send.
    pub(super) fn unmade(&self) -> SendError {
        SendError::Never(format!("The request to {} can't be made. Check the region and the endpoint.", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POST: Carrier = Carrier { name: "The post", advice: &[("NoStamp", "Put a stamp on it.")] };

    #[test]
    fn a_code_that_passes_is_worth_another_try() {
        for code in ["ThrottlingException", "LimitExceededException", "SendingPausedException", "InternalFailure"] {
            let sentence = format!("The post does not take it now ({code}).");
            assert_eq!(POST.refused(Some(code), false), SendError::Again(sentence));
        }
        let busy = "The post does not take it now (no reason).";
        assert_eq!(POST.refused(None, true), SendError::Again(busy.into()));
    }

    #[test]
    fn a_refusal_says_what_to_do_where_that_is_known() {
        let refused = |code| POST.refused(Some(code), false).to_string();
        assert_eq!(refused("NoStamp"), "The post refused it (NoStamp). Put a stamp on it.");
        assert_eq!(refused("TooHeavy"), "The post refused it (TooHeavy).");
    }

    #[test]
    fn what_is_no_code_is_not_repeated() {
        let long = "x".repeat(65);
        for code in [None, Some(""), Some("lin@example.cn is no address"), Some(long.as_str())] {
            assert_eq!(POST.refused(code, false), SendError::Never("The post refused it (no reason).".into()));
        }
        let longest = "x".repeat(64);
        assert!(POST.refused(Some(&longest), false).to_string().contains(&longest));
    }
}
