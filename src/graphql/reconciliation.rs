//! How a payment stands, as clients see it.

use std::sync::Arc;

use async_graphql::{Enum, Object};

use super::books::Books;
use super::discrepancy::Discrepancy;
use crate::reconcile::Reconciled;

/// How a payment stands when everything that is known of it is held together. More values may come: treat values you do
/// not know as `INCOMPLETE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "reconciliation::Verdict")]
pub(super) enum Verdict {
    /// Everything that should be there is there, and agrees: each transaction has its settlement row, with the right
    /// amount and an arithmetically right fee.
    Reconciled,
    /// Nothing disagrees, and something is not due yet: a settlement row that Toss publishes later, or the outcome of a
    /// cancel. It changes by itself.
    Pending,
    /// Something disagrees; `discrepancies` says what. Somebody must look at it.
    Discrepant,
    /// Something that the verdict depends on could not be read from Toss (`SOURCE_GAP` says what). It may turn out
    /// either way; do not show it as good.
    Incomplete,
}

/// The verdict on one payment, and what it rests on.
pub(super) struct Reconciliation {
    reconciled: Arc<Reconciled>,
    books: Arc<Books>,
}

impl Reconciliation {
    pub(super) fn new(reconciled: Arc<Reconciled>, books: Arc<Books>) -> Self {
        Self { reconciled, books }
    }
}

/// How a payment stands: Toss's transactions, Toss's settlements, the payment itself and the cancels made through this
/// API, held against each other.
#[Object]
impl Reconciliation {
    /// How it stands.
    async fn verdict(&self) -> Verdict {
        self.reconciled.reconciliation.verdict.into()
    }

    /// False when the payment itself was not read since the last of its transactions that are known: its balance and status
    /// are not checked yet. Ask for the payment with `maxAgeSeconds: 0` to have it read.
    async fn checked_payment(&self) -> bool {
        self.reconciled.reconciliation.checked_payment
    }

    /// What disagrees: one for each cause, the most fundamental first. `CANCELED_ELSEWHERE` only informs, so that it
    /// stands beside any verdict.
    #[graphql(complexity = "super::LIST_COST * child_complexity + 1")]
    async fn discrepancies(&self) -> Vec<Discrepancy> {
        Discrepancy::all_of(&self.reconciled, &self.books)
    }
}
