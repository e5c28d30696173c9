//! What a client may be told when a field has no answer: a code of a closed list and a sentence. What caused it goes to
//! the log.

use std::borrow::Cow;
use std::error::Error;
use std::time::Duration;

use async_graphql::ErrorExtensions as _;

use crate::access::Role;
use crate::lookup::LookupError;
use crate::store::StoreError;

/// The kinds of errors that a client can tell apart, in `extensions.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// No token, or none that is in force.
    Unauthenticated,
    /// The token's role may not do this.
    Forbidden,
    /// The request is wrong as it stands: its syntax, its fields, its arguments.
    BadUserInput,
    /// The request asks for more at once than is served.
    TooComplex,
    /// Toss cannot be asked, and nothing is known without it. Asking later may help.
    UpstreamUnavailable,
    /// This token has asked too often. Asking later helps.
    RateLimited,
    /// The server has more to do than it can. Asking later helps.
    Overloaded,
    /// A document was named by its hash, and there are none to be named here. Send its text.
    PersistedQueryNotSupported,
    /// No document of this id is here.
    PersistedQueryNotFound,
    /// A failure of ours. Nothing is said but the request's id, which leads to the log.
    Internal,
}

impl ErrorCode {
    /// The code as clients read it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::TooComplex => "TOO_COMPLEX",
            Self::UpstreamUnavailable => "UPSTREAM_UNAVAILABLE",
            Self::RateLimited => "RATE_LIMITED",
            Self::Overloaded => "OVERLOADED",
            Self::PersistedQueryNotSupported => "PERSISTED_QUERY_NOT_SUPPORTED",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::Internal => "INTERNAL",
        }
    }

    /// The code that `text` spells; `None` for anything that is not on the list.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Unauthenticated,
            Self::Forbidden,
            Self::BadUserInput,
            Self::TooComplex,
            Self::UpstreamUnavailable,
            Self::RateLimited,
            Self::Overloaded,
            Self::PersistedQueryNotSupported,
            Self::PersistedQueryNotFound,
            Self::Internal,
        ]
        .into_iter()
        .find(|code| code.as_str() == text)
    }
}

/// Why a field has no answer. It is not `Display` on purpose: the executor would turn anything that is into an error
/// for the client, and this is the only way there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApiError {
    code: ErrorCode,
    message: Cow<'static, str>,
    /// When to ask again, where that is known.
    retry_after: Option<Duration>,
}

impl ApiError {
    pub(super) fn unauthenticated() -> Self {
        Self::with(ErrorCode::Unauthenticated, "an access token is needed")
    }

    pub(super) fn forbidden(needed: Role) -> Self {
        let message = match needed {
            Role::Admin => "this needs a token with the role ADMIN",
            Role::Accountant => "this needs a token with the role ACCOUNTANT or ADMIN",
            Role::Viewer => "this needs a token with the role VIEWER",
        };
        Self::with(ErrorCode::Forbidden, message)
    }

    /// `message` says which argument is at fault and what to do.
    pub(super) fn bad_user_input(message: impl Into<Cow<'static, str>>) -> Self {
        Self::with(ErrorCode::BadUserInput, message)
    }

    /// A failure of ours. `cause` is logged here, and only here. When the database has no connection to spare it is an overload,
    /// which is told once for the whole request.
    pub(super) fn internal(cause: &(dyn Error + 'static)) -> Self {
        if is_overload(cause) {
            return Self::with(
                ErrorCode::Overloaded,
                "the server has more to do than it can: ask again later",
            );
        }
        tracing::error!(cause, "a field has no answer");
        Self::with(ErrorCode::Internal, "internal error")
    }

    fn upstream(reason: String) -> Self {
        Self::with(ErrorCode::UpstreamUnavailable, reason)
    }

    fn with(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            message: message.into(),
            retry_after: None,
        }
    }
}

fn is_overload(cause: &(dyn Error + 'static)) -> bool {
    let mut next = Some(cause);
    while let Some(cause) = next {
        let store = cause.downcast_ref::<StoreError>();
        if store.is_some_and(StoreError::is_overload) {
            return true;
        }
        next = cause.source();
    }
    false
}

impl From<ApiError> for async_graphql::Error {
    fn from(error: ApiError) -> Self {
        Self::new(error.message).extend_with(|_, extensions| {
            extensions.set("code", error.code.as_str());
            if let Some(wait) = error.retry_after {
                // Whoever comes at once after whole seconds is not too early.
                extensions.set("retryAfterSeconds", wait.as_secs() + 1);
            }
        })
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::internal(&error)
    }
}

impl From<LookupError> for ApiError {
    fn from(error: LookupError) -> Self {
        match error {
            LookupError::Upstream { reason } => Self::upstream(reason),
            LookupError::TooMany { reason, wait } => Self {
                retry_after: Some(wait),
                ..Self::with(ErrorCode::RateLimited, reason)
            },
            LookupError::Unreadable(reason) => Self::upstream(format!(
                "Toss's answer could not be read ({} {}): asking again will hardly help, the operator has to look at it",
                reason.path, reason.reason
            )),
            LookupError::Store(cause) => Self::internal(&*cause),
        }
    }
}
