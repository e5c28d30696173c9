//! Why a question to Toss has no answer, in words for whoever asked: an outage passes, an answer that nobody can read does
//! not.

use super::LookupError;
use crate::toss::TossError;

/// What is to be done about a question without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Toss was not there, or too busy: ask again.
    NotReached,
    /// Toss answered something that cannot be read: a person has to look at it.
    NotRead,
    /// Toss does not answer this key, or in a word that nobody knows: a person has to see to it.
    Refused,
}

pub(super) fn of_asking(error: &TossError) -> Fault {
    match error {
        TossError::Unreadable { .. } => Fault::NotRead,
        TossError::Refused(_) if !error.is_temporary() => Fault::Refused,
        _ => Fault::NotReached,
    }
}

/// Whether Toss was not asked at all. That is told once a minute for all questions, where their turns are given.
pub(super) fn is_of_ours(error: &TossError) -> bool {
    matches!(error, TossError::TooMany { .. })
}

impl Fault {
    pub(super) fn for_the_log(self) -> &'static str {
        match self {
            Self::NotReached => "Toss could not be reached to ask about a payment",
            Self::NotRead => "what Toss answered about a payment could not be read",
            Self::Refused => "Toss refused to answer about a payment",
        }
    }

    pub(super) fn for_the_asker(self, error: &TossError) -> LookupError {
        if let TossError::TooMany { wait, .. } = error {
            return LookupError::TooMany {
                reason: error.to_string(),
                wait: *wait,
            };
        }
        let reason = match self {
            Self::NotReached => format!("Toss could not be reached ({error}): ask again later"),
            Self::NotRead => match error.unreadable_field() {
                Some(field) => return LookupError::Unreadable(field.clone()),
                None => format!("Toss's answer could not be read ({error}): ask again later"),
            },
            Self::Refused => {
                format!("Toss refused to answer ({error}): the operator has to see to it")
            }
        };
        LookupError::Upstream { reason }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::toss::{Call, Unreadable};

    #[test]
    fn an_answer_that_cannot_be_read_is_told_apart_from_silence() {
        let silent = TossError::TimedOut {
            call: Call::Payment,
            after: Duration::from_secs(1),
        };
        let unreadable = TossError::Unreadable {
            call: Call::Payment,
            reason: Unreadable {
                path: "totalAmount".to_owned(),
                reason: "is no number".to_owned(),
            },
            trace_id: None,
        };
        assert_eq!(of_asking(&silent), Fault::NotReached);
        assert_eq!(of_asking(&unreadable), Fault::NotRead);
        let failed = |http_status| TossError::Failed {
            call: Call::Payment,
            http_status,
            trace_id: None,
        };
        assert_eq!(of_asking(&failed(503)), Fault::NotReached);
    }

    #[test]
    fn whoever_asks_too_much_is_told_when_to_ask_again_and_of_an_outage_only_that() {
        let told = |error: &TossError| of_asking(error).for_the_asker(error);
        let (call, wait) = (Call::Payment, Duration::from_secs(7));
        let too_many = told(&TossError::TooMany { call, wait });
        assert!(
            matches!(too_many, LookupError::TooMany { wait: told, .. } if told == wait),
            "{too_many}"
        );
        let silent = told(&TossError::TimedOut { call, after: wait });
        assert!(matches!(silent, LookupError::Upstream { .. }), "{silent}");
        // Of an outage each question is told in the log.
        assert!(is_of_ours(&TossError::TooMany { call, wait }));
        assert!(!is_of_ours(&TossError::TimedOut { call, after: wait }));
    }
}
