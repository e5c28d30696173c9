//! What a caller can do after a refusal.

/// What a caller may do about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RetryAdvice {
    /// Temporary: a new request may succeed.
    Retry,
    /// The input must change.
    FixInput,
    /// What was asked for is already so.
    AlreadyDone,
    /// Somebody must look at it, or talk to Toss.
    NeedsPerson,
    /// The outcome is not known yet; it will be.
    Wait,
}

impl RetryAdvice {
    /// Every advice.
    pub const ALL: [Self; 5] = [
        Self::Retry,
        Self::FixInput,
        Self::AlreadyDone,
        Self::NeedsPerson,
        Self::Wait,
    ];

    /// The spelling in the store and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "RETRY",
            Self::FixInput => "FIX_INPUT",
            Self::AlreadyDone => "ALREADY_DONE",
            Self::NeedsPerson => "NEEDS_PERSON",
            Self::Wait => "WAIT",
        }
    }

    /// Reads that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|advice| advice.as_str() == text)
    }
}
