//! The engine's rules: tables of cases with their near misses, and properties over any rows.

#![expect(
    clippy::unwrap_used,
    reason = "a test's own values are known to be good, and a bad one must fail it"
)]

mod business_days;
mod cancel_policies;
mod cancel_row_amounts;
mod cancels;
mod currencies;
mod days;
mod desk;
mod discrepancies;
mod effects;
mod explanations;
mod fee_outliers;
mod fees;
mod full_cancels;
mod gaps;
mod hiding;
mod identities;
mod ids;
mod live_readings;
mod lookalikes;
mod made;
mod made_books;
mod matching;
mod mini_ledger;
mod mini_ledger_rows;
mod money;
mod named_cancels;
mod never_settled;
mod next_changes;
mod open_points;
mod origins;
mod payment_discrepancies;
mod payout_lags;
mod permit;
mod readings;
mod reconcile_properties;
mod refunds;
mod restatements;
mod row_identities;
mod splits;
mod unknown_cycles;
mod unlisted_events;
mod unreadable_rows;
mod unsettled;
mod verdicts;
mod walk_order;
mod walk_properties;
