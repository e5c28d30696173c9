//! Webhooks: each says that a payment may have changed, and nothing in it is believed; the payment is read from Toss.

mod payload;
mod queue;
mod receive;
mod worker;

pub use receive::{Webhook, WebhookReceiver};
pub use worker::WebhookWorker;
