//! Nuisances for the next calls of an endpoint, and how long they last.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

/// An endpoint of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Endpoint {
    /// `GET /v1/payments/{paymentKey}`
    Payment,
    /// `GET /v1/payments/orders/{orderId}`
    PaymentByOrder,
    /// `POST /v1/payments/{paymentKey}/cancel`
    Cancel,
    /// `POST /v1/payments/confirm`
    Confirm,
    /// `GET /v1/transactions`
    Transactions,
    /// `GET /v1/settlements`
    Settlements,
    /// `POST /v1/settlements`
    ManualSettlement,
    /// Anything else.
    Unknown,
}

impl Endpoint {
    /// Whether the endpoint changes something, and so minds idempotency keys.
    pub(crate) fn is_post(self) -> bool {
        matches!(self, Self::Cancel | Self::Confirm | Self::ManualSettlement)
    }
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FaultKind {
    /// A gateway answers with this status and no body; nothing is executed.
    Status(u16),
    /// The API answers with this error code and its status; nothing is executed, and the answer is kept
    /// under the idempotency key like any other.
    Refusal(String),
    /// The request waits so long, in real time, before it is executed, also when the client has gone.
    Slow(#[serde(deserialize_with = "milliseconds")] Duration),
    /// Executed; the answer never comes, the connection stays open.
    ExecuteThenHang,
    /// Executed; the connection is closed without an answer.
    ExecuteThenDrop,
    /// Executed; a gateway answers with this status and no body.
    ExecuteThenStatus(u16),
    /// The connection is closed before anything is executed.
    Drop,
    /// Executed; the answer breaks off halfway through its JSON.
    HalfBody,
    /// Executed; the answer ends halfway through its JSON, as if that were all of it.
    CutOff,
    /// Executed; the answer is an HTML page with status 200.
    Html,
    /// A payment is shown as it was before its latest change.
    Stale,
    /// `status` is a word that no documentation knows.
    UnknownStatus,
    /// There is a field that no documentation knows.
    ExtraField,
    /// The body has the shape of API version 1.4.
    OldVersion,
    /// On settlement pages after the first: the list's first row has moved to its end, so that the page
    /// misses a row, and its last page repeats one.
    RowMoves,
    /// On settlement pages after the first: the first page stands there again.
    PageRepeats,
    /// On a settlements page: right, but from the next call on the list's last row stands first, for good. Who is
    /// between two pages then never sees that row, and sees another twice.
    LastRowFirst,
    /// On a settlements page: right, but from the next call on the list's first row stands last, for good. Who is
    /// between two pages then sees that row twice, and another never.
    FirstRowLast,
    /// On a transactions page: its first row stands there twice, within the limit of rows.
    RowTwice,
    /// A list's first row has an amount that is no number.
    OddRow,
}

/// A nuisance for some calls.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// Whom it meets; `None` meets every endpoint.
    #[serde(default)]
    pub endpoint: Option<Endpoint>,
    /// Calls that pass unharmed first.
    #[serde(default)]
    pub skip: u32,
    /// Calls that are met then.
    #[serde(default = "once")]
    pub calls: u32,
    /// What goes wrong.
    pub kind: FaultKind,
}

impl Fault {
    /// Meets the next call of `endpoint`.
    pub fn next(endpoint: Endpoint, kind: FaultKind) -> Self {
        Self {
            endpoint: Some(endpoint),
            skip: 0,
            calls: 1,
            kind,
        }
    }

    /// The same, for so many calls.
    #[must_use]
    pub fn times(self, calls: u32) -> Self {
        Self { calls, ..self }
    }

    /// The same, once so many calls have passed unharmed.
    #[must_use]
    pub fn after(self, skip: u32) -> Self {
        Self { skip, ..self }
    }
}

/// Faults that are still to come, oldest first.
#[derive(Debug, Default)]
pub(crate) struct PendingFaults(Vec<Fault>);

impl PendingFaults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Calls that are still to be met or to pass.
    pub(crate) fn remaining(&self) -> u32 {
        self.0.iter().map(|fault| fault.calls).sum()
    }

    /// The fault that meets this call: the first pending one of its endpoint.
    pub(crate) fn take(&mut self, endpoint: Endpoint) -> Option<FaultKind> {
        let fault = self.0.iter_mut().find(|fault| {
            fault.calls > 0 && fault.endpoint.is_none_or(|wanted| wanted == endpoint)
        })?;
        if fault.skip > 0 {
            fault.skip -= 1;
            return None;
        }
        fault.calls -= 1;
        let kind = fault.kind.clone();
        self.0.retain(|fault| fault.calls > 0);
        Some(kind)
    }
}

fn once() -> u32 {
    1
}

fn milliseconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_millis)
}
