//! Everything that is looked at between the record of a request and its sending: the payment as it is now, and nothing else.

use std::borrow::Cow;
use std::collections::HashSet;

use chrono::TimeDelta;
use futures_util::future::try_join3;
use reconciliation::{
    Money, PaymentMethod, PermittedCancel, TransactionKey, permit_beside, permit_cancel,
};

use super::cancel_command::CancelFailure;
use super::machine::{self, Prepared};
use super::{CancelCommand, Inner, client_errors, proof, validation};
use crate::merchants::Merchant;
use crate::store::{CancelRequest, SecretBody, StoredCancelError};
use crate::toss::{CancelBody, PaymentReading};

/// What the look at the payment says.
pub(super) enum Preparation {
    /// It may be sent.
    Ready(Prepared),
    /// The payment bears the request's mark already.
    Marked(Box<PaymentReading>),
    /// It may not be sent.
    Refused(StoredCancelError),
}

impl Inner {
    /// Checks, and writes what is to be sent.
    pub(super) async fn prepare(
        &self,
        merchant: &Merchant,
        request: &CancelRequest,
        order: &CancelCommand,
        owned: &HashSet<TransactionKey>,
    ) -> Result<Preparation, CancelFailure> {
        let payment = &request.payment_key;
        let reading = async { Ok(merchant.toss.payment(payment).await) };
        let last_cancel = self.store.last_cancel_at(payment);
        let behind = self.store.has_forgotten_cancels(payment);
        let (reading, last_cancel, behind) = try_join3(reading, last_cancel, behind).await?;
        let reading = match reading {
            Ok(reading) => reading,
            Err(error) => return Ok(Preparation::Refused(client_errors::unsent(&error))),
        };
        if behind {
            return Ok(Preparation::Refused(client_errors::database_behind()));
        }
        if request.mark.is_some() && !proof::marked(request, &reading, owned).is_empty() {
            return Ok(Preparation::Marked(Box::new(reading)));
        }
        if self.bears_forgotten_mark(merchant, &reading).await? {
            return Ok(Preparation::Refused(client_errors::database_behind()));
        }
        let permitted = match self.permit(order, &reading) {
            Ok(permitted) => permitted,
            Err(error) => return Ok(Preparation::Refused(error)),
        };
        let body = match &request.body {
            // What has been approved is what is sent.
            Some(kept) => Ok(kept.clone()),
            None => write(merchant, request, order, &reading, permitted.balance),
        };
        let body = match body {
            Ok(body) => body,
            Err(error) => return Ok(Preparation::Refused(error)),
        };
        let amount = order.intent.amount.unwrap_or(permitted.balance);
        let own = Some(&request.id);
        let asked = self
            .asked_of_payment(&request.owner, payment, amount.currency(), own)
            .await?;
        let needs_approval = self.policy.needs_approval(amount, asked);
        let pause = machine::wait_before_sending(last_cancel, self.clock.now());
        if pause > TimeDelta::zero() {
            tokio::time::sleep(pause.to_std().unwrap_or_default()).await;
        }
        Ok(Preparation::Ready(Prepared {
            body,
            balance: permitted.balance,
            cancels: proof::cancel_keys(&reading),
            api_key: merchant.toss.key_fingerprint(),
            lease: self.lease_for_call(merchant),
            needs_approval: needs_approval.then_some(self.policy.approval_lives),
            may_repeat: !proof::could_be_of_the_unsent(request, &reading, owned).is_empty(),
        }))
    }

    /// Every check that depends on the payment: the same for a dry run and for the cancel itself.
    pub(super) fn permit(
        &self,
        order: &CancelCommand,
        reading: &PaymentReading,
    ) -> Result<PermittedCancel, StoredCancelError> {
        let intent = &order.intent;
        let refused = |refusal| client_errors::refused_by_us(&refusal);
        permit_beside(&reading.cancels).map_err(refused)?;
        let permitted =
            permit_cancel(&reading.payment, intent, self.clock.now()).map_err(refused)?;
        let amount = intent.amount.unwrap_or(permitted.balance);
        self.policy.permit_request(amount).map_err(refused)?;
        if validation::names_own_account(order, reading) {
            return Err(client_errors::own_account());
        }
        Ok(permitted)
    }
}

/// Writes the bytes that Toss is to be sent, and seals them.
fn write(
    merchant: &Merchant,
    request: &CancelRequest,
    order: &CancelCommand,
    reading: &PaymentReading,
    balance: Money,
) -> Result<SecretBody, StoredCancelError> {
    let reason = match &request.mark {
        Some(mark) => Cow::Owned(mark.appended_to(&order.reason)),
        None => Cow::Borrowed(order.reason.as_str()),
    };
    let body = CancelBody {
        reason: &reason,
        amount: order.intent.amount,
        tax_free_amount: order.intent.tax_free_amount,
        refundable_amount: balance,
        refund_account: order.intent.refund_account.as_ref(),
        // Overseas methods that take their time ask for a name of the cancel.
        cancel_request_id: (reading.payment.method() == Some(PaymentMethod::ForeignEasyPay))
            .then_some(request.idempotency_key.as_str()),
    };
    let sealed = merchant.toss.cancel_body(&body).ok().and_then(|body| {
        let sealed = merchant.toss.seal_body(&request.idempotency_key, &body);
        sealed.ok()
    });
    sealed
        .map(SecretBody::new)
        .ok_or_else(client_errors::unwritable)
}
