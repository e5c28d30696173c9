//! The closed list of what `extensions.code` may say to a client.

/// The kinds of refusal that a client can tell apart.
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
    /// Toss, or whatever else the answer depends on, did not answer in time. Asking later may help.
    UpstreamUnavailable,
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
            Self::Internal,
        ]
        .into_iter()
        .find(|code| code.as_str() == text)
    }
}
