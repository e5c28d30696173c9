//! What a stand-in is started with, and the switches that can be moved while it runs.

use chrono::{Duration, Utc};
use serde::Deserialize;

use crate::clock::SimClock;
use crate::merchant::Merchant;
use crate::payouts::FeesForm;

/// How to start a stand-in.
#[derive(Clone)]
pub struct Settings {
    /// Its clock.
    pub clock: SimClock,
    /// Every id comes from it: the same seed and the same calls give the same bytes.
    pub seed: u64,
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Whose payments it keeps; the first is the one that stories and the console use by default.
    pub merchants: Vec<Merchant>,
    /// The switches at the start.
    pub behaviour: Behaviour,
    /// Whether `/sim/…` is served.
    pub control: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            clock: SimClock::running_from(Utc::now()),
            seed: 1,
            port: 0,
            merchants: vec![Merchant::live(
                "tdemoshop01",
                "live_sk_stand1n0000000000000000",
            )],
            behaviour: Behaviour::default(),
            control: false,
        }
    }
}

/// What a list does when more rows are asked for than a page may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OverLimit {
    /// Gives a full page.
    #[default]
    Clamp,
    /// Refuses with `INVALID_REQUEST`.
    Refuse,
}

/// Points that Toss leaves open, or on which it differs between merchants.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, and none excludes another"
)]
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// Whether 5xx answers of the API itself are kept under the idempotency key.
    pub keeps_server_errors: bool,
    /// Whether a second cancel of one payment within a second is refused.
    pub refuses_consecutive_cancels: bool,
    /// Whether `startingAfter` is refused when its row lies outside the window asked for.
    pub refuses_cursors_outside: bool,
    /// What a `limit` or `size` above 5000 does.
    pub over_limit: OverLimit,
    /// Whether test keys get settlement rows; they are then degraded.
    pub settles_test_keys: bool,
    /// Whether test keys get the sample row of Toss's documentation for the first day that they ask for, instead of
    /// rows of their own payments.
    pub samples_test_keys: bool,
    /// Whether a row is listed from the day after its event also when its sold date, the end of a week or a month, is
    /// still to come; otherwise from the day after its sold date.
    pub lists_ahead: bool,
    /// Whether foreign wallets' payments have settlement rows; some wallets pay the merchant themselves.
    pub settles_foreign_wallets: bool,
    /// Whether an order is answered by its latest attempt that was paid, rather than by its latest one.
    pub orders_answer_paid: bool,
    /// Calls per minute and endpoint with a test key before 429; Toss documents 100.
    pub test_calls_per_minute: Option<usize>,
    /// How `fees` is written in every settlement row.
    pub fees: FeesForm,
    /// By how much a payment's answers lag behind, on the stand-in's clock.
    pub payment_lag: Duration,
    /// What happens to webhooks.
    pub webhooks: WebhookSwitches,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            keeps_server_errors: true,
            refuses_consecutive_cancels: false,
            refuses_cursors_outside: false,
            over_limit: OverLimit::default(),
            settles_test_keys: false,
            samples_test_keys: false,
            lists_ahead: true,
            settles_foreign_wallets: true,
            orders_answer_paid: false,
            test_calls_per_minute: None,
            fees: FeesForm::default(),
            payment_lag: Duration::zero(),
            webhooks: WebhookSwitches::default(),
        }
    }
}

/// What happens to webhooks on their way.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct WebhookSwitches {
    /// Each is delivered twice.
    pub duplicate: bool,
    /// Each waits for the next one and is delivered after it.
    pub reorder: bool,
    /// So many of the next ones are never sent.
    pub drop_next: u32,
}
