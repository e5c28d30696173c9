//! Global ids: which kind of thing, and its key, in a form that no client is tempted to take apart.

use async_graphql::ID;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reconciliation::{MId, PaymentKey, TransactionKey};

use super::error::ApiError;
use crate::store::{CancelRequestId, DiscrepancyId, PeriodId, SettlementId};

/// Longest id that is looked at, in bytes: three keys of 200 characters and their kind, in base64, with room to spare.
const LONGEST: usize = 2_048;

/// Longest key of our own making that is looked at, in bytes: a UUID has 36 of them.
const LONGEST_KEY: usize = 100;

/// What an id names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NodeId {
    Payment(PaymentKey),
    Transaction(TransactionId),
    Settlement(SettlementId),
    CancelRequest(CancelRequestId),
    Discrepancy(DiscrepancyId),
    Period(PeriodId),
}

/// What finds one transaction: its own key and merchant, and the payment through whose history it is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TransactionId {
    pub(super) payment_key: PaymentKey,
    pub(super) transaction_key: TransactionKey,
    pub(super) mid: MId,
}

impl NodeId {
    /// The id as clients see it.
    pub(super) fn to_id(&self) -> ID {
        ID(BASE64_URL_SAFE_NO_PAD.encode(self.to_text()))
    }

    /// What an id is made of.
    pub(super) fn to_text(&self) -> String {
        let kind = self.kind();
        match self {
            Self::Payment(key) => format!("{kind}:{key}"),
            // Neither key can hold a colon; a merchant's name could, so it comes last.
            Self::Transaction(id) => {
                format!(
                    "{kind}:{}:{}:{}",
                    id.payment_key, id.transaction_key, id.mid
                )
            }
            Self::Settlement(id) => format!("{kind}:{id}"),
            Self::CancelRequest(id) => format!("{kind}:{id}"),
            Self::Discrepancy(id) => format!("{kind}:{}", id.as_str()),
            Self::Period(id) => format!("{kind}:{id}"),
        }
    }

    /// What a client's id names. Whether there is such a thing is another question.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for anything that [`NodeId::to_id`] does not make.
    pub(super) fn parse(id: &str) -> Result<Self, ApiError> {
        Self::read(id).ok_or_else(|| {
            ApiError::bad_user_input(
                "this is not an id of this API: pass on an `id` as you received it",
            )
        })
    }

    /// The payment that a client's id names.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when it names something else, or nothing.
    pub(super) fn payment(id: &str) -> Result<PaymentKey, ApiError> {
        match Self::parse(id)? {
            Self::Payment(key) => Ok(key),
            other => Err(other.instead_of("Payment")),
        }
    }

    /// The cancel request that a client's id names.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when it names something else, or nothing.
    pub(super) fn cancel_request(id: &str) -> Result<CancelRequestId, ApiError> {
        match Self::parse(id)? {
            Self::CancelRequest(id) => Ok(id),
            other => Err(other.instead_of("CancelRequest")),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Payment(_) => "Payment",
            Self::Transaction(_) => "Transaction",
            Self::Settlement(_) => "Settlement",
            Self::CancelRequest(_) => "CancelRequest",
            Self::Discrepancy(_) => "Discrepancy",
            Self::Period(_) => "Period",
        }
    }

    fn instead_of(&self, wanted: &str) -> ApiError {
        let kind = self.kind();
        ApiError::bad_user_input(format!("this is the id of a {kind}, not of a {wanted}"))
    }

    fn read(id: &str) -> Option<Self> {
        if id.len() > LONGEST {
            return None;
        }
        let plain = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(id).ok()?).ok()?;
        Self::of_text(&plain)
    }

    /// As [`NodeId::parse`], of what [`NodeId::to_text`] gives.
    pub(super) fn of_text(plain: &str) -> Option<Self> {
        let (kind, key) = plain.split_once(':')?;
        match kind {
            "Payment" => PaymentKey::parse(key).ok().map(Self::Payment),
            "Transaction" => read_transaction(key).map(Self::Transaction),
            "Settlement" => is_key(key).then(|| Self::Settlement(SettlementId::new(key))),
            "CancelRequest" => is_key(key).then(|| Self::CancelRequest(CancelRequestId::new(key))),
            "Discrepancy" => is_key(key).then(|| Self::Discrepancy(DiscrepancyId::new(key))),
            "Period" => is_key(key).then(|| Self::Period(PeriodId::new(key))),
            _ => None,
        }
    }
}

fn read_transaction(keys: &str) -> Option<TransactionId> {
    let mut parts = keys.splitn(3, ':');
    Some(TransactionId {
        payment_key: PaymentKey::parse(parts.next()?).ok()?,
        transaction_key: TransactionKey::parse(parts.next()?).ok()?,
        mid: MId::parse(parts.next()?).ok()?,
    })
}

/// Whether a text could be a key of ours. Not every text may be asked of a database: one with a NUL is an
/// error there.
pub(super) fn is_key(text: &str) -> bool {
    (1..=LONGEST_KEY).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_kind() -> [NodeId; 5] {
        [
            NodeId::Payment(PaymentKey::parse("tviva20240213121757MvuS8").unwrap()),
            NodeId::Transaction(TransactionId {
                payment_key: PaymentKey::parse("tviva20240213121757MvuS8").unwrap(),
                transaction_key: TransactionKey::parse("2DBC8A6E.B1C2-3_4").unwrap(),
                mid: MId::parse("shop:of:colons").unwrap(),
            }),
            NodeId::Settlement(SettlementId::new("0198c1d2-0000-7000-8000-000000000001.2")),
            NodeId::CancelRequest(CancelRequestId::new("0198c1d2-0000-7000-8000-000000000001")),
            NodeId::Discrepancy(DiscrepancyId::new("9f86d081884c7d659a2feaa0c55ad015")),
        ]
    }

    fn encoded(plain: impl AsRef<[u8]>) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(plain)
    }

    #[test]
    fn every_kind_of_id_comes_back_as_it_went_out() {
        for id in every_kind() {
            assert_eq!(NodeId::parse(&id.to_id()).unwrap(), id);
        }
    }

    #[test]
    fn an_id_is_safe_in_a_url_and_says_nothing_at_first_sight() {
        for id in every_kind() {
            let text = id.to_id().0;
            assert!(
                text.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'),
                "{text}"
            );
            assert!(!text.contains("tviva"), "{text}");
        }
    }

    #[test]
    fn an_id_of_another_kind_is_refused_and_named() {
        let [payment, transaction, settlement, request, discrepancy] =
            every_kind().map(|id| id.to_id());
        assert!(NodeId::payment(&payment).is_ok());
        assert!(NodeId::cancel_request(&request).is_ok());
        for (id, kind) in [
            (&transaction, "Transaction"),
            (&settlement, "Settlement"),
            (&request, "CancelRequest"),
            (&discrepancy, "Discrepancy"),
        ] {
            let expected =
                ApiError::bad_user_input(format!("this is the id of a {kind}, not of a Payment"));
            assert_eq!(NodeId::payment(id), Err(expected));
        }
        for (id, kind) in [
            (&payment, "Payment"),
            (&transaction, "Transaction"),
            (&settlement, "Settlement"),
            (&discrepancy, "Discrepancy"),
        ] {
            let expected = ApiError::bad_user_input(format!(
                "this is the id of a {kind}, not of a CancelRequest"
            ));
            assert_eq!(NodeId::cancel_request(id), Err(expected));
        }
    }

    #[test]
    fn what_was_never_given_out_is_refused() {
        let valid = every_kind()[0].to_id().0;
        for id in [
            String::new(),
            "1".to_owned(),
            "not base64!".to_owned(),
            format!("{valid}="),
            format!(" {valid}"),
            encoded("Payment"),
            encoded("Payment:"),
            encoded("payment:tviva"),
            encoded("Payment:../../v1/x"),
            encoded("Payment:a:b"),
            encoded("Merchant:shop"),
            encoded("Transaction:pk:tk"),
            encoded("Transaction:pk:tk:"),
            encoded("Transaction:p k:tk:shop"),
            encoded("Settlement:"),
            encoded("Settlement:a\0b"),
            encoded("Settlement:' or 1=1"),
            encoded("CancelRequest:"),
            encoded("CancelRequest:a\0b"),
            encoded(format!("CancelRequest:{}", "a".repeat(LONGEST_KEY + 1))),
            encoded("Discrepancy:"),
            encoded("Discrepancy:a/b"),
            encoded([0xff, 0xfe]),
            encoded(format!("Payment:{}", "a".repeat(4_000))),
        ] {
            assert!(NodeId::parse(&id).is_err(), "{id}");
        }
    }
}
