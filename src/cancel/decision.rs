//! A person's word on a request whose outcome could not be had by asking.

use std::collections::HashSet;

use reconciliation::{PaymentKey, TransactionKey};

use super::machine::{self, Event};
use super::verdict::could_be_ours;
use super::{Admin, CancelFailure, CancelOutcome, Canceller, told};
use crate::store::{CancelRequest, CancelRequestId};
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
    /// Ends a request that needs an operator, by what the named admin found out. A cancel that was carried out must be
    /// one that the payment shows: of the asked amount, made since the request was sent, and no other request's.
    /// `None` when there is no such request.
    ///
    /// # Errors
    /// [`CancelFailure`] when the store failed or Toss could not be asked about the payment.
    pub async fn decide(
        &self,
        admin: &Admin,
        id: &CancelRequestId,
        finding: Finding,
    ) -> Result<Option<CancelOutcome>, CancelFailure> {
        let Some(request) = self.0.store.cancel_request(id).await? else {
            return Ok(None);
        };
        let noted = finding.note.chars().count();
        if finding.note.trim().is_empty() || noted > LONGEST_NOTE {
            return Ok(Some(CancelOutcome::refused(told::invalid_note(
                LONGEST_NOTE,
            ))));
        }
        let executed = if finding.executed {
            let found = self
                .find(&request, finding.transaction_key.as_ref())
                .await?;
            let Some(key) = found else {
                return Ok(Some(CancelOutcome {
                    request: Some(request),
                    ..CancelOutcome::refused(told::no_such_cancel())
                }));
            };
            Some(key)
        } else {
            None
        };
        let event = Event::Decided {
            admin: admin.clone(),
            executed,
            note: finding.note,
        };
        let Some(step) = machine::step(&request, event, self.0.times()) else {
            return Ok(Some(CancelOutcome {
                request: Some(request),
                ..CancelOutcome::refused(told::needs_no_decision())
            }));
        };
        let decided = self.0.change(&request, step.change).await?;
        Ok(Some(self.0.outcome_of(decided).await?))
    }

    /// The one cancel that the request can have caused; `None` when there is none, or more than one to choose from.
    async fn find(
        &self,
        request: &CancelRequest,
        named: Option<&TransactionKey>,
    ) -> Result<Option<TransactionKey>, CancelFailure> {
        let Some(reading) = self.reading(request).await? else {
            return Ok(None);
        };
        let taken = self.taken(&request.payment_key).await?;
        let mut candidates = could_be_ours(request, &reading)
            .map(|cancel| &cancel.transaction_key)
            .filter(|key| !taken.contains(*key) && named.is_none_or(|named| named == *key));
        Ok(match (candidates.next(), candidates.next()) {
            (Some(only), None) => Some(only.clone()),
            _ => None,
        })
    }

    async fn reading(
        &self,
        request: &CancelRequest,
    ) -> Result<Option<PaymentReading>, CancelFailure> {
        let Some(merchant) = self.0.merchants.named(&request.account) else {
            return Ok(None);
        };
        let reading = merchant.toss.payment(&request.payment_key).await;
        reading.map(Some).map_err(|error| CancelFailure::Upstream {
            reason: error.to_string(),
        })
    }

    /// The cancels that other requests are known to have caused.
    async fn taken(&self, payment: &PaymentKey) -> Result<HashSet<TransactionKey>, CancelFailure> {
        let of_payment = self
            .0
            .store
            .cancel_requests_of(std::slice::from_ref(payment))
            .await?;
        let requests = of_payment.into_values().flatten();
        Ok(requests
            .filter_map(|request| request.transaction_key)
            .collect())
    }
}
