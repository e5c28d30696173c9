//! The verb that tells addresses of the merchant's own: of new discrepancies of severity ERROR, of cancel requests that need
//! a person, and of days on which less than nothing is paid out. `worker.rs` looks and sends, `negative_days.rs` finds the days, `message.rs` is what is said,
//! `signature.rs` proves who says it, `sender.rs` sends, `target.rs` is where to.

mod message;
mod negative_days;
mod notice_metrics;
mod sender;
mod signature;
mod target;
mod worker;

pub use target::{InvalidTarget, Manner, Target};
pub use worker::Notifier;
