//! After an older copy of the database was put back: what Toss knows of the requests that were open in the copy, and of
//! cancels that were made after it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use reconciliation::{
    CancelMark, CancelRequestStatus, Money, PaymentKey, Transaction, TransactionKey, UnreadableRow,
    named_cancels,
};

use super::patience::Progress;
use super::{Canceller, Inner, mark};
use crate::merchants::Merchant;
use crate::store::{CancelRequestId, StoreError};
use crate::toss::{Call, TossError, TransactionPage, Unreadable};

/// How many requests, or keys of payments, are looked for at once.
const AT_ONCE: usize = 100;
/// How many calls of Toss are under way at once.
const CALLS_AT_ONCE: usize = 4;
/// An abandoned sending becomes unknown with the first look, and what came of it shows with the second.
const LOOKS: usize = 2;
/// The stretch of Toss's list that is asked for at once.
const STRETCH: TimeDelta = TimeDelta::days(1);
/// Toss takes times in whole seconds.
const SECOND: TimeDelta = TimeDelta::seconds(1);
/// Pages of one stretch before the list is taken for endless.
const MOST_PAGES: usize = 10_000;

/// What became of the requests that were open in the copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenLookedUp {
    /// How many are in each state now.
    pub states: BTreeMap<&'static str, u64>,
    /// How many could not be looked up.
    pub missing: u64,
}

/// A cancel at Toss that no request of the database names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnnamedCancel {
    /// The payment.
    pub payment: PaymentKey,
    /// The cancel.
    pub transaction: TransactionKey,
    /// How much.
    pub amount: Money,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it bears a mark that only the holder of the merchant's key can have made. Without one it may have been made by
    /// this server, at the console or by a bank.
    pub is_ours: bool,
}

/// Why Toss's cancels could not be looked up.
#[derive(Debug, thiserror::Error)]
pub enum LookUpFailed {
    /// Toss did not tell.
    #[error("{0}")]
    Toss(#[from] TossError),
    /// The database did not.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The list does not end.
    #[error("Toss's list of transactions from {0} on does not end")]
    NoEnd(DateTime<Utc>),
}

impl Canceller {
    /// Finds out what became of every request that was open in the copy: each is taken up at once, whoever held it, and once
    /// more if that ended nothing. What goes wrong with one does not keep the others from being looked at.
    ///
    /// # Errors
    /// When the store cannot be asked which are open.
    pub async fn look_up_open(&self) -> Result<OpenLookedUp, StoreError> {
        let store = &self.0.store;
        store.release_cancel_leases().await?;
        let mut found = OpenLookedUp::default();
        let mut after: Option<CancelRequestId> = None;
        loop {
            let most = u64::try_from(AT_ONCE).unwrap_or(u64::MAX);
            let open = store.cancels_left_open(after.as_ref(), most).await?;
            let Some(last) = open.last() else {
                return Ok(found);
            };
            after = Some(last.clone());
            let mut ended = stream::iter(&open)
                .map(|id| self.0.looked_up(id))
                .buffer_unordered(CALLS_AT_ONCE);
            while let Some(status) = ended.next().await {
                match status {
                    Some(status) => {
                        *found.states.entry(status.as_str()).or_default() += 1;
                        let is_open = is_not_looked_up(status);
                        found.missing = found.missing.saturating_add(u64::from(is_open));
                    }
                    None => found.missing = found.missing.saturating_add(1),
                }
            }
        }
    }

    /// The cancels that Toss lists for this merchant from an instant until now and that no request of the database names,
    /// oldest first.
    ///
    /// # Errors
    /// [`LookUpFailed`]: what was found up to then is not all.
    pub async fn look_up_made_since(
        &self,
        merchant: &Merchant,
        since: DateTime<Utc>,
    ) -> Result<Vec<UnnamedCancel>, LookUpFailed> {
        let now = self.0.clock.now();
        let mut found = Vec::new();
        let mut from = since.trunc_subsecs(0);
        while from <= now {
            let to = (from + STRETCH - SECOND).min(now.trunc_subsecs(0) + SECOND);
            self.0
                .look_up_stretch(merchant, from, to, &mut found)
                .await?;
            from = to + SECOND;
        }
        found.sort_by(|a, b| (a.at, &a.transaction).cmp(&(b.at, &b.transaction)));
        Ok(found)
    }
}

/// What Toss was not asked about: the payment could not be read, or the record not be changed.
fn is_not_looked_up(status: CancelRequestStatus) -> bool {
    matches!(
        status,
        CancelRequestStatus::Requested | CancelRequestStatus::Sent
    )
}

impl Inner {
    /// How far the request is after it was looked at; `None` when the record cannot tell.
    async fn looked_up(&self, id: &CancelRequestId) -> Option<CancelRequestStatus> {
        let unreadable = |error: &StoreError| {
            tracing::warn!(%error, request = %id, "a cancel request cannot be looked up");
        };
        let mut request = self.recorded(id).await.inspect_err(unreadable).ok()?;
        for _ in 0..LOOKS {
            let taken_up = Box::pin(self.take_up(request, &Progress::default())).await;
            if let Err(error) = taken_up {
                tracing::warn!(%error, request = %id, "a cancel could not be taken up");
            }
            request = self.recorded(id).await.inspect_err(unreadable).ok()?;
            let may_end =
                is_not_looked_up(request.status) || request.status == CancelRequestStatus::Unknown;
            if !may_end {
                break;
            }
        }
        Some(request.status)
    }

    async fn look_up_stretch(
        &self,
        merchant: &Merchant,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        found: &mut Vec<UnnamedCancel>,
    ) -> Result<(), LookUpFailed> {
        let mut starting_after = None;
        for _ in 0..MOST_PAGES {
            let page = TransactionPage {
                from,
                to,
                starting_after: starting_after.clone(),
                limit: TransactionPage::LARGEST,
                first_position: 0,
            };
            let rows = merchant.toss.transactions(&page).await?;
            let is_last = u32::try_from(rows.len()).is_ok_and(|rows| rows < page.limit);
            let last = rows.last().map(|row| row.value.transaction_key.clone());
            if let Some(row) = rows.unreadable.first() {
                // It may be a cancel, of a payment that nobody has looked at.
                return Err(unreadable(&row.value).into());
            }
            let cancels = rows.into_iter().map(|row| row.value);
            let cancels = cancels.filter(|row| row.status.is_cancel()).collect();
            found.extend(self.unnamed(merchant, cancels).await?);
            if is_last {
                return Ok(());
            }
            if last == starting_after {
                break;
            }
            starting_after = last;
        }
        Err(LookUpFailed::NoEnd(from))
    }

    /// Those of the listed cancels that no request names, told apart by their marks.
    async fn unnamed(
        &self,
        merchant: &Merchant,
        cancels: Vec<Transaction>,
    ) -> Result<Vec<UnnamedCancel>, LookUpFailed> {
        let mut by_payment: HashMap<PaymentKey, BTreeMap<TransactionKey, Transaction>> =
            HashMap::new();
        for row in cancels {
            let of_payment = by_payment.entry(row.payment_key.clone()).or_default();
            of_payment.insert(row.transaction_key.clone(), row);
        }
        let payments: Vec<PaymentKey> = by_payment.keys().cloned().collect();
        for some in payments.chunks(AT_ONCE) {
            for (payment, requests) in self.store.cancel_requests_of(some).await? {
                let named: BTreeSet<TransactionKey> = requests
                    .into_iter()
                    .filter_map(|request| request.transaction_key)
                    .collect();
                if let Some(rows) = by_payment.get_mut(&payment) {
                    rows.retain(|key, _| !named.contains(key));
                }
            }
        }
        by_payment.retain(|_, rows| !rows.is_empty());
        let read: Vec<Vec<UnnamedCancel>> = stream::iter(by_payment)
            .map(|(payment, rows)| told_apart(merchant, payment, rows))
            .buffer_unordered(CALLS_AT_ONCE)
            .try_collect()
            .await?;
        Ok(read.into_iter().flatten().collect())
    }
}

fn unreadable(row: &UnreadableRow) -> TossError {
    TossError::Unreadable {
        call: Call::Transactions,
        reason: Unreadable {
            path: row.field.clone(),
            reason: row.reason.clone(),
        },
        trace_id: None,
    }
}

/// Reads the payment, whose cancels bear the reasons that the list does not show.
async fn told_apart(
    merchant: &Merchant,
    payment: PaymentKey,
    rows: BTreeMap<TransactionKey, Transaction>,
) -> Result<Vec<UnnamedCancel>, TossError> {
    let reading = merchant.toss.payment(&payment).await?;
    let cancels = named_cancels(&reading.cancels, rows.values()).into_owned();
    let told = rows.into_values().map(|row| {
        let mut cancels = cancels.iter();
        let cancel =
            cancels.find(|cancel| cancel.transaction_key.as_ref() == Some(&row.transaction_key));
        let mark = cancel
            .and_then(|cancel| cancel.reason.as_deref())
            .and_then(CancelMark::at_end_of);
        UnnamedCancel {
            is_ours: mark.is_some_and(|mark| mark::is_ours(&merchant.toss, &mark, &payment)),
            payment: payment.clone(),
            transaction: row.transaction_key,
            amount: cancel.map_or(row.amount, |cancel| cancel.amount),
            at: row.transaction_at,
        }
    });
    Ok(told.collect())
}
