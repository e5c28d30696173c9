//! Cancelling through the API.

mod fates;
mod lost_answers;
mod records;
mod refusals;
mod repeats;
mod toss_refusals;

use serde_json::{Value, json};

use crate::support::{Shop, data};

pub(crate) const CANCEL: &str = "
    mutation ($input: CancelPaymentInput!) { cancelPayment(input: $input) {
        request {
            id paymentKey status amount { amount currency } reason requestedBy requestedAt resolvedAt transactionKey
            error { code message advice field }
        }
        payment {
            asOf stale status fullyCanceled balanceAmount { amount currency } effectiveRefund { amount }
            voidedAmount { amount }
            history { status amount { amount } effect }
            cancels { transactionKey amount { amount } reason refunded origin request { id status requestedBy } }
        }
        error { code message advice field }
    } }";

impl Shop {
    /// Cancels as an admin, and gives the payload; there must be no errors.
    pub(crate) async fn cancel(&self, input: &Value) -> Value {
        self.cancel_as(&self.admin, input).await
    }

    /// Cancels as the holder of that token.
    pub(crate) async fn cancel_as(&self, token: &str, input: &Value) -> Value {
        let answer = self.post(token, CANCEL, json!({ "input": input })).await;
        data(answer)["cancelPayment"].clone()
    }

    /// How many cancels the payment really had.
    pub(crate) fn executed(&self, key: &str) -> usize {
        self.sim.executed_cancels(key).len()
    }
}

/// A cancel of everything that is left, with these fields besides.
fn order(payment_key: &str, idempotency_key: &str, more: Value) -> Value {
    let mut input = json!({
        "paymentKey": payment_key, "idempotencyKey": idempotency_key, "reason": "고객 요청",
    });
    let (fields, Value::Object(more)) = (input.as_object_mut().unwrap(), more) else {
        panic!("fields are an object");
    };
    fields.extend(more);
    input
}

fn won(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "KRW" })
}

/// The request's state with the error's code and advice.
fn told(payload: &Value) -> (Option<&str>, Option<&str>, Option<&str>) {
    (
        payload["request"]["status"].as_str(),
        payload["error"]["code"].as_str(),
        payload["error"]["advice"].as_str(),
    )
}

const SUCCEEDED: (Option<&str>, Option<&str>, Option<&str>) = (Some("SUCCEEDED"), None, None);
const UNKNOWN: (Option<&str>, Option<&str>, Option<&str>) =
    (Some("UNKNOWN"), Some("OUTCOME_UNKNOWN"), Some("WAIT"));
