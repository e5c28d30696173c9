//! A person's word on a request whose outcome could not be had by asking.

use std::collections::HashSet;
use std::sync::Arc;

use reconciliation::TransactionKey;

use super::cancel_command::CancelFailure;
use super::machine::{self, Event};
use super::patience::Progress;
use super::proof::{could_be_of_the_unsent, could_be_ours};
use super::{Admin, CancelOutcome, Canceller, Inner, client_errors};
use crate::store::{CancelRequest, CancelRequestId, StoreError};
use crate::toss::PaymentReading;

const LONGEST_NOTE: usize = 500;

/// What a person found out in Toss's console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether it was carried out.
    pub executed: bool,
    /// Which cancel it was, where several could be.
    pub transaction_key: Option<TransactionKey>,
    /// What the finding rests on.
    pub note: String,
}

impl Canceller {
    /// Ends a request that needs an operator, by what an admin found out. A cancel that was carried out must be one that the
    /// payment shows: of the asked amount, made since the request was sent, and no other request's. Where cancels may need
    /// approval, whoever asked for it cannot decide alone. `None` when there is no such request.
    pub async fn decide(
        &self,
        admin: &Admin,
        id: &CancelRequestId,
        finding: Finding,
    ) -> Option<CancelOutcome> {
        let (admin, id) = (admin.clone(), id.clone());
        self.patiently(move |inner, progress| inner.resolved(admin, id, finding, progress))
            .await
    }
}

impl Inner {
    async fn resolved(
        self: Arc<Self>,
        admin: Admin,
        id: CancelRequestId,
        finding: Finding,
        progress: Progress,
    ) -> Result<Option<CancelOutcome>, CancelFailure> {
        let Some(request) = self.store.cancel_request(&id).await? else {
            return Ok(None);
        };
        let noted = finding.note.chars().count();
        if finding.note.trim().is_empty() || noted > LONGEST_NOTE {
            let error = client_errors::invalid_note(LONGEST_NOTE);
            return Ok(Some(CancelOutcome::refused(error)));
        }
        progress.is(&request);
        let unmoved = |request, error| Ok(Some(CancelOutcome::unmoved(request, error)));
        let needs_two = self.policy.approval_above.of(request.currency).is_some();
        if needs_two && request.owner == admin.owner {
            return unmoved(request, client_errors::not_yours_to_decide());
        }
        let owned = self.owned_by_others(&request).await?;
        let executed = if finding.executed {
            let named = finding.transaction_key.as_ref();
            match self.find(&request, named, &owned).await? {
                Some(key) => Some(key),
                None => return unmoved(request, client_errors::no_such_cancel()),
            }
        } else {
            None
        };
        let event = Event::Decided {
            admin,
            executed,
            note: finding.note,
        };
        let Some(step) = machine::step(&request, event, self.situation(&owned)) else {
            return unmoved(request, client_errors::needs_no_decision());
        };
        match self.change(&request, step.change).await {
            Ok(decided) => Ok(Some(self.outcome_of(decided.into()).await)),
            Err(StoreError::Conflict { .. }) => {
                let current = self.recorded(&request.id).await?;
                unmoved(current, client_errors::needs_no_decision())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The one cancel that the request can have caused; `None` when there is none, or more than one to choose from.
    async fn find(
        &self,
        request: &CancelRequest,
        named: Option<&TransactionKey>,
        owned: &HashSet<TransactionKey>,
    ) -> Result<Option<TransactionKey>, CancelFailure> {
        let Some(reading) = self.reading(request).await? else {
            return Ok(None);
        };
        // What was there before the sending is no candidate, unless it may have been sent before that, too.
        let could_be = if request.attempts == 0 || request.may_repeat {
            could_be_of_the_unsent(request, &reading, owned)
        } else {
            could_be_ours(request, &reading, owned)
        };
        let mut candidates = could_be
            .into_iter()
            .map(|cancel| cancel.transaction_key.as_ref())
            .filter(|key| named.is_none_or(|named| *key == Some(named)));
        Ok(match (candidates.next(), candidates.next()) {
            (Some(only), None) => only.cloned(),
            _ => None,
        })
    }

    async fn reading(
        &self,
        request: &CancelRequest,
    ) -> Result<Option<PaymentReading>, CancelFailure> {
        let Some(merchant) = self.merchants.named(&request.account) else {
            return Ok(None);
        };
        Ok(Some(merchant.toss.payment(&request.payment_key).await?))
    }
}
