//! A request that is answered without being executed: the status, the code and one sentence.

use std::{borrow::Cow, fmt, time::Duration};

use actix_web::http::{Method, StatusCode};

use super::{guard::TooComplex, negotiation::MediaType, tokens::TextRefused};
use crate::graphql::ErrorCode;
use crate::http::limits::OVERLOAD_PASSES;
use crate::http::sessions::NEEDS_HEADER;

/// Why a request is not executed.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) code: ErrorCode,
    pub(super) message: Cow<'static, str>,
    status: Status,
    /// For the `Allow` header.
    pub(super) allowed: Option<&'static [Method]>,
    /// For the `Retry-After` header.
    pub(super) retry_after: Option<Duration>,
}

#[derive(Clone, Copy, Debug)]
enum Status {
    /// The same in both media types.
    Always(StatusCode),
    /// A well-formed request whose document is refused. Clients of `application/json` may not see another status than 200,
    /// because they could not tell the server's answer from an intermediary's.
    OfDocument,
}

/// What nginx writes into its log for a request whose client went away; no standard has a status for it.
const CLIENT_CLOSED_REQUEST: u16 = 499;

/// The methods of a resource that executes queries and mutations.
pub(super) const ALL: &[Method] = &[Method::GET, Method::HEAD, Method::POST, Method::OPTIONS];
/// The method that executes mutations.
pub(super) const POST: &[Method] = &[Method::POST];

impl Refusal {
    /// The request is malformed in the sense of HTTP, whatever its document.
    pub(super) fn malformed(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code: ErrorCode::BadUserInput,
            message: message.into(),
            status: Status::Always(status),
            allowed: None,
            retry_after: None,
        }
    }

    /// The request is well formed; its document, operation name or variables are not.
    pub(super) fn of_document(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code: ErrorCode::BadUserInput,
            message: message.into(),
            status: Status::OfDocument,
            allowed: None,
            retry_after: None,
        }
    }

    /// The request names a document that is not here, or sends one where it may only name one.
    pub(super) fn of_persisted(code: ErrorCode, message: Cow<'static, str>) -> Self {
        Self {
            code,
            ..Self::of_document(message)
        }
    }

    /// The operation may not be sent by this method.
    pub(super) fn wrong_method(allowed: &'static [Method], message: &'static str) -> Self {
        Self {
            allowed: Some(allowed),
            ..Self::malformed(StatusCode::METHOD_NOT_ALLOWED, message)
        }
    }

    /// No token in force. One sentence for all reasons, so that a guesser learns nothing.
    pub(super) const fn unauthenticated() -> Self {
        Self {
            code: ErrorCode::Unauthenticated,
            message: Cow::Borrowed(
                "An access token in force is needed: send `Authorization: Bearer TOKEN`",
            ),
            status: Status::Always(StatusCode::UNAUTHORIZED),
            allowed: None,
            retry_after: None,
        }
    }

    /// The token has asked too often.
    pub(super) const fn asks_too_often(wait: Duration) -> Self {
        Self::later(
            ErrorCode::RateLimited,
            StatusCode::TOO_MANY_REQUESTS,
            "This access token has sent too many requests: wait as long as Retry-After says, and send them more evenly",
            wait,
        )
    }

    /// Too many requests without a token in force came from the same address.
    pub(super) const fn too_many_strangers(wait: Duration) -> Self {
        Self::later(
            ErrorCode::RateLimited,
            StatusCode::TOO_MANY_REQUESTS,
            "Too many requests without an access token in force came from this address: send one, or wait as long as Retry-After says",
            wait,
        )
    }

    /// The token has as many subscriptions open as it may.
    pub(super) const fn too_many_streams(wait: Duration) -> Self {
        Self::later(
            ErrorCode::RateLimited,
            StatusCode::TOO_MANY_REQUESTS,
            "This access token has too many subscriptions open: close some of them",
            wait,
        )
    }

    /// There is more to do than can be done.
    pub(super) const fn overloaded() -> Self {
        Self::later(
            ErrorCode::Overloaded,
            StatusCode::SERVICE_UNAVAILABLE,
            "The server has more to do than it can: wait as long as Retry-After says, or ask for less at a time",
            OVERLOAD_PASSES,
        )
    }

    /// Whoever asks has one such answer under way already.
    pub(super) const fn has_another(message: &'static str) -> Self {
        Self::later(
            ErrorCode::Overloaded,
            StatusCode::TOO_MANY_REQUESTS,
            message,
            OVERLOAD_PASSES,
        )
    }

    /// What is asked for has no room.
    pub(super) const fn no_room(message: &'static str) -> Self {
        Self::later(
            ErrorCode::Overloaded,
            StatusCode::SERVICE_UNAVAILABLE,
            message,
            OVERLOAD_PASSES,
        )
    }

    const fn later(
        code: ErrorCode,
        status: StatusCode,
        message: &'static str,
        wait: Duration,
    ) -> Self {
        Self {
            code,
            message: Cow::Borrowed(message),
            status: Status::Always(status),
            allowed: None,
            retry_after: Some(wait),
        }
    }

    /// A session's cookie without what only our own page can send.
    pub(super) const fn not_of_our_page() -> Self {
        Self::forbidden(NEEDS_HEADER)
    }

    /// Whoever asks is known, and may not see this.
    pub(super) const fn forbidden(message: &'static str) -> Self {
        Self {
            code: ErrorCode::Forbidden,
            message: Cow::Borrowed(message),
            status: Status::Always(StatusCode::FORBIDDEN),
            allowed: None,
            retry_after: None,
        }
    }

    /// A failure of ours; its reason is in the log under the request's id.
    pub(super) const fn internal(status: StatusCode) -> Self {
        Self {
            code: ErrorCode::Internal,
            message: Cow::Borrowed(INTERNAL_MESSAGE),
            status: Status::Always(status),
            allowed: None,
            retry_after: None,
        }
    }

    /// The answer was not there in time.
    pub(super) const fn too_slow() -> Self {
        Self {
            code: ErrorCode::UpstreamUnavailable,
            message: Cow::Borrowed(
                "The answer took too long and is no longer waited for. A mutation goes on: ask for its outcome before you repeat it",
            ),
            status: Status::Always(StatusCode::GATEWAY_TIMEOUT),
            allowed: None,
            retry_after: None,
        }
    }

    /// Nobody is there to be answered. The status is the one that proxies log for it.
    pub(super) fn gone() -> Self {
        let status = StatusCode::from_u16(CLIENT_CLOSED_REQUEST);
        Self {
            code: ErrorCode::Overloaded,
            message: Cow::Borrowed("The client went away"),
            status: Status::Always(status.unwrap_or(StatusCode::BAD_REQUEST)),
            allowed: None,
            retry_after: None,
        }
    }

    /// Whether it is only said because nobody is there.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self.status, Status::Always(status) if status.as_u16() == CLIENT_CLOSED_REQUEST)
    }

    /// Whether the request could have been answered, and was not.
    pub(super) fn is_ours(&self) -> bool {
        matches!(self.status, Status::Always(status) if status.is_server_error())
    }

    pub(super) fn status(&self, media_type: MediaType) -> StatusCode {
        match self.status {
            Status::Always(status) => status,
            Status::OfDocument => of_refused_document(media_type),
        }
    }
}

/// All that a client is told of a failure of ours.
pub(super) const INTERNAL_MESSAGE: &str = "Internal error: quote the request id when you report it";

/// The status of an answer whose document was refused before anything was executed.
pub(super) const fn of_refused_document(media_type: MediaType) -> StatusCode {
    match media_type {
        MediaType::GraphqlResponse => StatusCode::BAD_REQUEST,
        // By the protocol of events, errors are told in one.
        MediaType::Json | MediaType::Events => StatusCode::OK,
    }
}

impl From<TooComplex> for Refusal {
    fn from(reason: TooComplex) -> Self {
        Self {
            code: ErrorCode::TooComplex,
            ..Self::of_document(sentence(&reason))
        }
    }
}

impl From<TextRefused> for Refusal {
    fn from(reason: TextRefused) -> Self {
        match reason {
            TextRefused::TooComplex(reason) => reason.into(),
            TextRefused::UnendingString => Self::of_document(sentence(&reason)),
        }
    }
}

/// An error's text begins in lower case, a client's message in upper case.
fn sentence(reason: &impl fmt::Display) -> String {
    let text = reason.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
