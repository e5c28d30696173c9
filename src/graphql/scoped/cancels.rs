//! Cancels, and decisions about them.

use reconciliation::PaymentKey;
use reconciliation::RetryAdvice;

use super::Scoped;
use crate::cancel::Admin;
use crate::cancel::CancelCommand;
use crate::cancel::CancelOutcome;
use crate::cancel::Canceller;
use crate::cancel::Finding;
use crate::graphql::error::ApiError;
use crate::lookup::Lookup;
use crate::lookup::LookupError;
use crate::request_notes::note_payment;
use crate::store::CancelRequestId;
use crate::store::StoredCancelError;

impl<'a> Scoped<'_, 'a> {
    /// The rules for cancels: what may be offered, and what time it is. Nothing is cancelled by way of it.
    pub(in crate::graphql) fn rules(&self) -> Result<&'a Canceller, ApiError> {
        self.canceller()
    }

    /// As [`Canceller::cancel`], or as [`Canceller::dry_run`].
    pub(in crate::graphql) async fn cancel(
        &self,
        admin: &Admin,
        order: CancelCommand,
        dry_run: bool,
    ) -> Result<CancelOutcome, ApiError> {
        let canceller = self.canceller()?;
        note_payment(&order.payment_key);
        if let Some(refused) = self.refused(&order.payment_key).await? {
            return Ok(refused);
        }
        Ok(if dry_run {
            canceller.dry_run(admin, &order).await
        } else {
            canceller.cancel(admin, order).await
        })
    }

    /// What is answered instead of a cancel of another merchant's payment: the same as of one that there is not.
    pub(in crate::graphql) async fn refused(
        &self,
        key: &PaymentKey,
    ) -> Result<Option<CancelOutcome>, ApiError> {
        if self.scope.is_all() {
            return Ok(None);
        }
        let error = match self.opened::<Lookup>()?.known(key).await {
            Ok(Some(found)) if self.sees(&found.stored) => return Ok(None),
            Ok(_) => StoredCancelError {
                code: "NOT_FOUND_PAYMENT".to_owned(),
                message:
                    "None of the merchants of this token has such a payment: check the payment key."
                        .to_owned(),
                advice: RetryAdvice::FixInput,
                field: Some("paymentKey".to_owned()),
            },
            Err(LookupError::Upstream { reason } | LookupError::TooMany { reason, .. }) => {
                StoredCancelError {
                    code: StoredCancelError::TOSS_NOT_ASKED.to_owned(),
                    message: format!(
                        "Toss could not be asked whose payment it is ({reason}). Nothing was sent: ask again."
                    ),
                    advice: RetryAdvice::Retry,
                    field: None,
                }
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Some(CancelOutcome {
            request: None,
            payment: None,
            error: Some(error),
            preview: None,
        }))
    }

    /// As [`Canceller::approve`].
    pub(in crate::graphql) async fn approve(
        &self,
        admin: &Admin,
        id: &CancelRequestId,
    ) -> Result<Option<CancelOutcome>, ApiError> {
        let (true, canceller) = (self.sees_request(id).await?, self.canceller()?) else {
            return Ok(None);
        };
        Ok(canceller.approve(admin, id).await)
    }

    /// As [`Canceller::withdraw`].
    pub(in crate::graphql) async fn withdraw(
        &self,
        admin: &Admin,
        id: &CancelRequestId,
    ) -> Result<Option<CancelOutcome>, ApiError> {
        let (true, canceller) = (self.sees_request(id).await?, self.canceller()?) else {
            return Ok(None);
        };
        Ok(canceller.withdraw(admin, id).await)
    }

    /// As [`Canceller::decide`].
    pub(in crate::graphql) async fn decide(
        &self,
        admin: &Admin,
        id: &CancelRequestId,
        finding: Finding,
    ) -> Result<Option<CancelOutcome>, ApiError> {
        let (true, canceller) = (self.sees_request(id).await?, self.canceller()?) else {
            return Ok(None);
        };
        Ok(canceller.decide(admin, id, finding).await)
    }

    /// As [`Canceller::take_over`].
    pub(in crate::graphql) async fn take_over(
        &self,
        admin: &Admin,
        id: &CancelRequestId,
    ) -> Result<Option<CancelOutcome>, ApiError> {
        let (true, canceller) = (self.sees_request(id).await?, self.canceller()?) else {
            return Ok(None);
        };
        Ok(canceller.take_over(admin, id).await)
    }

    pub(in crate::graphql) async fn sees_request(
        &self,
        id: &CancelRequestId,
    ) -> Result<bool, ApiError> {
        Ok(self.scope.is_all() || self.cancel_request(id).await?.is_some())
    }
}
