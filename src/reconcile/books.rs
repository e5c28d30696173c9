//! From what is stored of a payment to its books: the one place where stored rows become what the engine reckons with.

use std::sync::Arc;

use reconciliation::{
    Books, CancelRequestFacts, Coverage, History, MoneyError, PartialCancelRows, PaymentRead,
    RecordedRequest, Transaction, named_cancels,
};

use crate::store::{BookRows, CancelRequest, StoredPayment};

/// Walks a payment's rows. A row that does not say how it was paid was paid as its payment was: a virtual account's
/// cancel must not count as a refund for want of a label.
///
/// # Errors
/// When a sum does not fit.
pub fn history(
    mut rows: Vec<Transaction>,
    payment: Option<&StoredPayment>,
    reading: PartialCancelRows,
) -> Result<History, MoneyError> {
    if let Some(label) = payment.and_then(|stored| stored.payment.method_label.as_ref()) {
        for row in rows.iter_mut().filter(|row| row.method_label.is_none()) {
            row.method_label = Some(label.clone());
        }
    }
    let cancels = payment.map_or(&[][..], |stored| &stored.cancels);
    let history = History::of(rows, reading.amounts(cancels))?;
    match payment.filter(|stored| !stored.from_rows) {
        Some(stored) => history.completed_by(&stored.payment, cancels),
        None => Ok(history),
    }
}

/// What tells whether a request of ours caused a cancel.
pub fn request_facts(request: &CancelRequest) -> CancelRequestFacts {
    CancelRequestFacts {
        status: request.status,
        amount: request.amount,
        first_sent_at: request.first_sent_at,
        transaction_key: request.transaction_key.clone(),
        mark: request.mark(),
    }
}

/// The books of one payment, or of a settlement row without one.
///
/// # Errors
/// When a sum does not fit.
pub(super) fn books(
    rows: BookRows,
    coverage: Arc<Coverage>,
    reading: PartialCancelRows,
) -> Result<Books, MoneyError> {
    let stored = rows.payment.as_deref();
    let history = history(rows.transactions, stored, reading)?.unlisted_only_outside(&coverage);
    let listed = history.events().iter().map(|event| &event.transaction);
    Ok(Books {
        // What only rows of the transactions list tell of a payment is no answer of Toss's about it.
        payment: stored
            .filter(|stored| !stored.from_rows)
            .map(|stored| PaymentRead {
                payment: stored.payment.clone(),
                cancels: named_cancels(&stored.cancels, listed).into_owned(),
                read_at: stored.read_at,
            }),
        settlements: rows.settlements.into_iter().map(|(_, row)| row).collect(),
        former_settlements: rows.former_settlements,
        unreadable: rows.unreadable.into_iter().map(|row| row.listed).collect(),
        requests: rows.requests.iter().map(recorded).collect(),
        history,
        coverage,
    })
}

fn recorded(request: &CancelRequest) -> RecordedRequest {
    RecordedRequest {
        id: request.id.to_string(),
        requested_at: request.requested_at,
        allowed_at: request
            .approval
            .as_ref()
            .map_or(request.requested_at, |approval| approval.at),
        facts: request_facts(request),
    }
}
