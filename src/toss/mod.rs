//! Toss Payments over HTTP: a payment, the two lists, and the one call that moves money.
//!
//! Questions are asked again a bounded number of times when the fault is temporary. A cancel is sent once: what came
//! of it is told as far as it is proved, and the caller decides.

mod answer;
mod call_metrics;
mod cancel;
mod cancel_body;
mod codes;
mod connection;
mod details;
mod error;
mod field;
mod keyed_digest;
mod lenient;
mod lists;
mod masked;
mod pace;
mod pages;
mod read;
mod reading;
mod retry;
mod sealed_body;
mod secret_key;
mod settings;
mod urgency;
mod used_up;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reconciliation::{OrderId, PaymentKey};
use secrecy::SecretString;

pub use cancel::{CancelAnswer, UnknownReason};
pub use cancel_body::{CancelBody, UnreadableBody, UnwritableBody, cancel_body, refund_account_of};
pub use codes::{CodeClass, TossCode};
pub use details::{CardDetails, EasyPayDetails, PaymentDetails, read_details};
pub use error::{Call, ClientSetupError, Refusal, TossError, Unreadable};
pub use keyed_digest::DigestPurpose;
pub use lists::ListText;
pub use pages::{SettlementDate, SettlementPage, TransactionPage};
pub use read::{
    read_payment, read_settlement_rows, read_settlements, read_transaction_rows, read_transactions,
};
pub use reading::{AccountNumber, PaymentReading, RawBody, Reading, RowsRead};
pub use retry::RetrySchedule;
pub use sealed_body::BodySealError;
pub use secret_key::{InvalidSecretKey, SecretKey};
pub use settings::{BaseUrl, InvalidBaseUrl, MusdAmounts, TossSettings};
pub use urgency::{as_urgent, because_of_webhook, first, in_background, question};

use answer::{Answer, Fault};
use call_metrics::CallMetrics;
use connection::Connection;
use pace::{NoTurn, Pace};
use urgency::Urgency;
use used_up::UsedUp;

use crate::request_notes::note_toss_call;

/// One merchant's Toss Payments. Cheap to clone: clones share their connections.
#[derive(Clone)]
pub struct Toss {
    connection: Arc<Connection>,
    timeout: Duration,
    musd: MusdAmounts,
    retry: RetrySchedule,
    pace: Option<Arc<Pace>>,
    used_up: Arc<UsedUp>,
    metrics: Arc<CallMetrics>,
}

impl Toss {
    /// Sets the client up; nothing is sent yet. Its calls are counted by the recorder of metrics that is in force now.
    ///
    /// # Errors
    /// [`ClientSetupError`], above all where the machine has no certificates to check Toss's by.
    pub fn new(settings: TossSettings) -> Result<Self, ClientSetupError> {
        let pace = Pace::of_key(
            settings.secret_key.is_test(),
            settings.base_url.is_of_this_machine(),
            settings.calls_per_minute,
        );
        Ok(Self {
            pace: pace.map(Arc::new),
            used_up: Arc::new(UsedUp::of(settings.account)),
            connection: Arc::new(Connection::new(
                settings.base_url,
                settings.secret_key,
                settings.connect_timeout,
            )?),
            timeout: settings.timeout,
            musd: settings.musd,
            retry: settings.retry,
            metrics: Arc::new(CallMetrics::new()),
        })
    }

    /// How amounts of MUSD are read.
    pub fn musd(&self) -> MusdAmounts {
        self.musd
    }

    /// The payment of that key, from `GET /v1/payments/{paymentKey}`.
    ///
    /// # Errors
    /// [`TossError`]; an answer about another payment is [`TossError::Unreadable`].
    pub async fn payment(&self, key: &PaymentKey) -> Result<PaymentReading, TossError> {
        let path = ["v1", "payments", key.as_str()];
        let read = |answer: &Answer| {
            let reading = read_payment(&answer.body, self.musd)?;
            read::is_of_payment(&reading, key)?;
            Ok(reading)
        };
        self.ask(Call::Payment, &path, &[], read).await
    }

    /// The payment of that order, from `GET /v1/payments/orders/{orderId}`. Of several attempts to pay for one order,
    /// Toss answers with the latest.
    ///
    /// # Errors
    /// [`TossError`]; an answer about another order is [`TossError::Unreadable`].
    pub async fn payment_by_order(&self, order: &OrderId) -> Result<PaymentReading, TossError> {
        let path = ["v1", "payments", "orders", order.as_str()];
        let read = |answer: &Answer| {
            let reading = read_payment(&answer.body, self.musd)?;
            read::is_of_order(&reading, order)?;
            Ok(reading)
        };
        self.ask(Call::PaymentByOrder, &path, &[], read).await
    }

    /// Sends a cancel, once: `POST /v1/payments/{paymentKey}/cancel`. The body is sent as it is, byte for byte; the
    /// idempotency key (1 to 300 visible ASCII characters) makes a second sending of it harmless for 15 days.
    pub async fn cancel(
        &self,
        key: &PaymentKey,
        idempotency_key: &str,
        body: &str,
    ) -> CancelAnswer {
        let path = ["v1", "payments", key.as_str(), "cancel"];
        let Some(request) = self.connection.post(&path, idempotency_key, body) else {
            return CancelAnswer::NotSent {
                reason: "the payment key or the idempotency key cannot be sent".to_owned(),
            };
        };
        let _turn = self.pace.as_ref().map(|pace| pace.cancels());
        let began = Instant::now();
        note_toss_call();
        let outcome = self
            .connection
            .send(Call::Cancel, request, self.timeout)
            .await;
        let took = began.elapsed();
        let answer = cancel::judge(outcome, key, self.musd);
        self.metrics.cancelled(took, &answer);
        answer
    }

    /// Writes the body of a cancel with amounts as this merchant's Toss takes them.
    ///
    /// # Errors
    /// As [`cancel_body`].
    pub fn cancel_body(&self, body: &CancelBody<'_>) -> Result<SecretString, UnwritableBody> {
        cancel_body(body, self.musd)
    }

    /// Encrypts a body for keeping it until its request ends.
    ///
    /// # Errors
    /// [`BodySealError`], which stands for a failure of the machine's source of chance.
    pub fn seal_body(
        &self,
        idempotency_key: &str,
        body: &SecretString,
    ) -> Result<String, BodySealError> {
        sealed_body::seal(self.connection.key(), idempotency_key, body)
    }

    /// The body that was sealed for the request of that idempotency key.
    ///
    /// # Errors
    /// [`BodySealError`] when it was sealed with another secret key, for another request, or has been changed.
    pub fn open_body(
        &self,
        idempotency_key: &str,
        sealed: &str,
    ) -> Result<SecretString, BodySealError> {
        sealed_body::open(self.connection.key(), idempotency_key, sealed)
    }

    /// A digest that only this merchant's secret key makes.
    pub fn keyed_digest(&self, purpose: DigestPurpose, parts: &[Option<&str>]) -> [u8; 32] {
        keyed_digest::keyed_digest(self.connection.key(), purpose, parts)
    }

    /// Names the secret key without revealing it. Idempotency keys are Toss's per secret key.
    pub fn key_fingerprint(&self) -> String {
        self.connection.key().fingerprint()
    }

    /// How many calls of each API are made in a minute at most, where that is limited.
    pub fn calls_per_minute(&self) -> Option<u32> {
        self.pace.as_ref().map(|pace| pace.limit())
    }

    /// The longest wait for an answer about a payment or a cancel.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The longest wait for an answer about a list, or a part of one.
    pub fn list_timeout(&self) -> Duration {
        self.timeout.saturating_mul(2)
    }

    /// Waits until the call may be made.
    async fn turn(&self, call: Call) -> Result<Option<pace::Turn<'_>>, TossError> {
        let Some(pace) = &self.pace else {
            return Ok(None);
        };
        match pace.turn(call, Urgency::of(call)).await {
            Ok(turn) => Ok(Some(turn)),
            Err(NoTurn(wait)) => {
                self.used_up.tell(call, pace.limit());
                Err(TossError::TooMany { call, wait })
            }
        }
    }

    async fn ask<T>(
        &self,
        call: Call,
        path: &[&str],
        query: &[(&'static str, String)],
        read: impl Fn(&Answer) -> Result<T, Unreadable>,
    ) -> Result<T, TossError> {
        self.send(call, path, query, |sent, took| {
            let answer = read_whole(call, sent, |answer| read(&answer));
            self.metrics.asked(call, took, &answer);
            answer
        })
        .await
    }

    async fn send<T>(
        &self,
        call: Call,
        path: &[&str],
        query: &[(&'static str, String)],
        judge: impl Fn(Result<Answer, Fault>, Duration) -> Result<T, TossError>,
    ) -> Result<T, TossError> {
        let timeout = match call {
            Call::Transactions | Call::Settlements => self.list_timeout(),
            Call::Payment | Call::PaymentByOrder | Call::Cancel => self.timeout,
        };
        let url = self.connection.address(call, path, query)?;
        self.retry
            .ask(call, || async {
                let _turn = self.turn(call).await?;
                let request = self.connection.get(url.clone());
                let began = Instant::now();
                note_toss_call();
                let sent = self.connection.send(call, request, timeout).await;
                judge(sent, began.elapsed())
            })
            .await
    }
}

/// What a question's answer says, if there is one and it is readable.
fn read_whole<T>(
    call: Call,
    sent: Result<Answer, Fault>,
    read: impl FnOnce(Answer) -> Result<T, Unreadable>,
) -> Result<T, TossError> {
    let answer = sent.map_err(|fault| fault.into_error(call))?;
    if !answer.is_success() {
        return Err(answer.refusal(call));
    }
    let trace_id = answer.trace_id.clone();
    read(answer).map_err(|reason| TossError::Unreadable {
        call,
        reason,
        trace_id,
    })
}

impl fmt::Debug for Toss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Toss")
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}
