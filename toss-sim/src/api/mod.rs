//! Toss's endpoints as functions from a call to a reply. What happens on the way is decided here, in order:
//! gateway faults, authentication, the idempotency store, test codes, and then the endpoint itself.

mod admission;
mod cancel;
mod confirm;
mod payments;
mod settlements;
mod shape;
mod transactions;

use chrono::{DateTime, Utc};

use crate::bodies::json::Json;
use crate::bodies::literal::Language;
use crate::faults::{Endpoint, FaultKind};
use crate::refusal::Refusal;
use crate::world::World;

pub(crate) use admission::Admission;

/// A call as it came in.
#[derive(Clone, Default)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The paymentKey or orderId of the path, decoded.
    pub(crate) id: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) authorization: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) accept_language: Option<String>,
    pub(crate) test_code: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Call {
    fn query_value(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }

    fn language(&self) -> Language {
        Language::from_header(self.accept_language.as_deref())
    }
}

/// How an answer reaches the client, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passage {
    Whole,
    /// The first half of the body, then nothing.
    Half,
    /// The connection is closed.
    Dropped,
    /// Nothing comes, and the connection stays.
    Hanging,
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) html: bool,
    pub(crate) body: Vec<u8>,
    /// The `x-tosspayments-trace-id`.
    pub(crate) trace: String,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) passage: Passage,
}

/// Who asks for what, once admitted.
struct Asked<'a> {
    call: &'a Call,
    endpoint: Endpoint,
    mids: Vec<String>,
    is_test: bool,
    merchant: usize,
    fault: Option<&'a FaultKind>,
    now: DateTime<Utc>,
}

/// The endpoint's own answer.
fn answer(world: &mut World, asked: &Asked<'_>) -> Result<Json, Refusal> {
    match asked.endpoint {
        Endpoint::Payment => payments::by_key(world, asked),
        Endpoint::PaymentByOrder => payments::by_order(world, asked),
        Endpoint::Cancel => cancel::cancel(world, asked),
        Endpoint::Confirm => confirm::confirm(world, asked),
        Endpoint::Transactions => transactions::list(world, asked),
        Endpoint::Settlements => settlements::list(world, asked),
        Endpoint::ManualSettlement => settlements::request(world, asked),
        Endpoint::Unknown => Err(Refusal::of("NOT_FOUND")),
    }
}
