//! Who still stands behind a cancel request: an owner whose last admin token is taken back leaves nothing that waits to be
//! approved.

use chrono::{DateTime, Utc};
use entity::{access_token, cancel_request};
use reconciliation::{CancelRequestStatus, RetryAdvice};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::store::cancels::cancel_records::{changed, record_change};
use crate::store::db::transaction::Transaction;
use crate::store::rows::CancelRequestRow;
use crate::store::{CancelRequest, CancelRequestChange, Store, StoreError, StoredCancelError};

/// The role of tokens that may ask for a cancel.
pub(in crate::store) const ADMIN: &str = "admin";

/// The action of a withdrawal by a process without a merchant's key, which cannot sign what cancels are told with.
const UNSIGNED_WITHDRAWAL: &str = "TOKEN_WITHDREW_CANCEL";

/// How an owner stands with its admin tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerStanding {
    /// One of them is valid; or it never had any, and is known by other means.
    InForce,
    /// What is left of them waits to be confirmed, because an older copy of the database was put back.
    Suspended,
    /// All have been revoked.
    Revoked,
}

impl OwnerStanding {
    /// By its admin tokens, each as (revoked, suspended).
    fn by_tokens(tokens: impl IntoIterator<Item = (bool, bool)>) -> Self {
        let mut found = None;
        for token in tokens {
            found = Some(match (token, found) {
                ((false, false), _) => return Self::InForce,
                ((false, true), _) | (_, Some(Self::Suspended)) => Self::Suspended,
                ((true, _), _) => Self::Revoked,
            });
        }
        found.unwrap_or(Self::InForce)
    }
}

impl Store {
    /// How this owner stands with its admin tokens at that instant. One that has ended by itself is as one that was revoked.
    pub async fn owner_standing(
        &self,
        owner: &str,
        at: DateTime<Utc>,
    ) -> Result<OwnerStanding, StoreError> {
        standing(&self.reader, owner, at).await
    }

    /// Ends what this owner has waiting, and gives how many requests that were. What was approved and not yet sent is ended
    /// too: whoever carries it out finds it changed, and sends nothing.
    pub(in crate::store) async fn withdraw_requests_of(
        &self,
        transaction: &Transaction,
        owner: &str,
        at: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        use cancel_request::Column;
        let is = |status: CancelRequestStatus| Column::Status.eq(status.as_str());
        let approved = is(CancelRequestStatus::Requested).and(Column::ApprovedBy.is_not_null());
        let rows = cancel_request::Entity::find()
            .filter(Column::Owner.eq(owner))
            .filter(is(CancelRequestStatus::AwaitingApproval).or(approved))
            .order_by_asc(Column::Id)
            // Whoever is changing one comes first, so that none is missed between reading and writing.
            .lock_exclusive()
            .into_partial_model::<CancelRequestRow>()
            .all(transaction)
            .await?;
        let mut ended = Vec::with_capacity(rows.len());
        for row in rows {
            match row.cancel_request() {
                Ok(request) => {
                    let change = CancelRequestChange::withdrawn_with_its_owner(owner, at);
                    let next = record_change(transaction, &request, change).await?;
                    ended.push((request, next));
                }
                // It cannot be approved either, and a token must be revocable all the same.
                Err(error) => tracing::error!(%error, "a cancel request cannot be withdrawn"),
            }
        }
        for (before, after) in &ended {
            self.add_withdrawal(transaction, before, after, at).await?;
        }
        Ok(ended.len())
    }

    async fn add_withdrawal(
        &self,
        transaction: &Transaction,
        before: &CancelRequest,
        after: &CancelRequest,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut said = changed(before, after, None, at);
        if self.signer.is_none() {
            said.action = UNSIGNED_WITHDRAWAL;
        }
        self.add_audit_entry(transaction, said).await
    }
}

/// As [`Store::owner_standing`], also within a transaction.
pub(in crate::store) async fn standing(
    connection: &impl ConnectionTrait,
    owner: &str,
    at: DateTime<Utc>,
) -> Result<OwnerStanding, StoreError> {
    use access_token::Column;
    let tokens = access_token::Entity::find()
        .filter(Column::Owner.eq(owner))
        .filter(Column::Role.eq(ADMIN))
        .all(connection)
        .await?;
    Ok(OwnerStanding::by_tokens(tokens.into_iter().map(|token| {
        let has_ended = token.expires_at.is_some_and(|end| end.0 <= at);
        (
            token.revoked_at.is_some() || has_ended,
            token.suspended_at.is_some(),
        )
    })))
}

impl CancelRequestChange {
    /// The end of a request whose owner has no admin token any more. Nothing was sent.
    pub fn withdrawn_with_its_owner(owner: &str, at: DateTime<Utc>) -> Self {
        let message = format!(
            "{owner}, who asked for this cancel, has no admin token any more: nothing was sent. To ask again, use a new \
             idempotency key."
        );
        Self {
            error: Some(StoredCancelError {
                code: "WITHDRAWN".to_owned(),
                message,
                advice: RetryAdvice::Retry,
                field: None,
            }),
            resolved_at: Some(at),
            ..Self::to(CancelRequestStatus::Rejected)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_admin_token_in_force_is_enough() {
        use OwnerStanding::{InForce, Revoked, Suspended};
        const VALID: (bool, bool) = (false, false);
        const WAITS: (bool, bool) = (false, true);
        const GONE: (bool, bool) = (true, false);
        const GONE_WHILE_IT_WAITED: (bool, bool) = (true, true);
        let cases: [(&[(bool, bool)], OwnerStanding); 9] = [
            (&[], InForce),
            (&[VALID], InForce),
            (&[GONE, VALID], InForce),
            (&[VALID, WAITS], InForce),
            (&[GONE], Revoked),
            (&[GONE, GONE_WHILE_IT_WAITED], Revoked),
            (&[WAITS], Suspended),
            (&[WAITS, GONE], Suspended),
            (&[GONE, WAITS], Suspended),
        ];
        for (tokens, expected) in cases {
            let found = OwnerStanding::by_tokens(tokens.iter().copied());
            assert_eq!(found, expected, "{tokens:?}");
        }
    }
}
