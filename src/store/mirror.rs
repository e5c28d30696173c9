//! What Toss has listed and answered, day by day and payment by payment.

pub(in crate::store) mod day_claims;
pub(in crate::store) mod failed_days;
pub(in crate::store) mod fee_samples;
pub(in crate::store) mod live_reading;
pub(in crate::store) mod merchant_ids;
pub(in crate::store) mod own_answers;
pub(in crate::store) mod payment_attempts;
pub(in crate::store) mod payments;
pub(in crate::store) mod payout_sums;
pub(in crate::store) mod raw_texts;
pub(in crate::store) mod read_days;
pub(in crate::store) mod rows_digest;
pub(in crate::store) mod settlement_days;
pub(in crate::store) mod settlement_id;
pub(in crate::store) mod settlements;
pub(in crate::store) mod stale_payments;
pub(in crate::store) mod together;
pub(in crate::store) mod transaction_days;
pub(in crate::store) mod transactions;
pub(in crate::store) mod unreadable_rows;
pub(in crate::store) mod whole_payments;
pub(in crate::store) mod windows;
