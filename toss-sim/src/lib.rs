//! A stateful stand-in for the API of Toss Payments: a library for tests and demos, and a binary for people.
//!
//! It is written from Toss's documentation alone and shares no type with any reader of that API, so that a
//! field misread here and a field misread there cannot agree by accident.
//!
//! [`TossSim`] is a server on loopback with a ledger behind it. Its clock is given ([`SimClock`]), its ids come
//! from a seed, and [`Console`], [`Scenario`] and [`Fault`] make happen what no caller of the API can cause.

mod api;
mod auth;
mod bodies;
mod busy_day;
mod calendar;
mod clock;
mod console;
mod control;
mod faults;
mod http;
mod idempotency;
mod ids;
mod kst;
mod ledger;
mod merchant;
mod money;
mod odd_row;
mod payouts;
mod recorded;
mod refusal;
mod row_trouble;
mod scenarios;
mod server;
mod settings;
mod webhooks;
mod world;

pub use busy_day::BusyDay;
pub use calendar::{SettlementCycle, business_days_after, is_business_day, sold_date};
pub use clock::SimClock;
pub use console::{CancelByHand, Console, ExecutedCancel};
pub use faults::{Endpoint, Fault, FaultKind};
pub use kst::{kst_date, kst_instant};
pub use ledger::cancel::CancelStatus;
pub use ledger::order::{NewPayment, Outcome};
pub use ledger::payment::{Gift, Method, Status};
pub use merchant::Merchant;
pub use money::{Amount, Currency};
pub use odd_row::OddRow;
pub use payouts::FeesForm;
pub use payouts::contract::{Contract, FeeRates};
pub use payouts::trouble::{Onset, SettledEvent, SettlementChange, SettlementTrouble};
pub use recorded::RecordedRequest;
pub use refusal::Refusal;
pub use row_trouble::{PaymentChange, PaymentTrouble, TransactionChange, TransactionTrouble};
pub use scenarios::{Scenario, UnknownScenario};
pub use server::{Faults, StartError, TossSim};
pub use settings::{Behaviour, OverLimit, Settings, WebhookSwitches};
