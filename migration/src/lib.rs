//! The database's history, one file per change, oldest first. A change that has been released is never edited: its name
//! stands in databases. `README.md` says which changes older programs may meet. Nothing here knows today's row types, which may differ from those of then.

mod contract;
mod m20261122_000001_payments;
mod m20261122_000002_transactions;
mod m20261122_000003_settlements;
mod m20261122_000004_cancel_requests;
mod m20261122_000005_sync_windows;
mod m20261122_000006_access_tokens;
mod m20261122_000007_payment_lists;
mod m20261122_000008_settlement_lists;
mod m20261122_000009_following;
mod m20261122_000010_settlement_methods;
mod m20261122_000020_cancel_leases;
mod m20261122_000021_audit_entries;
mod m20261122_000022_approvals;
mod m20261122_000023_webhook_ages;
mod m20261122_000030_verdicts;
mod m20261122_000031_large_days;
mod m20261122_000032_merchant_lists;
mod m20261122_000033_idle_indexes;
mod m20261122_000034_due_payments;
mod m20261122_000035_open_webhooks;
mod m20261130_000040_cancels_that_survive;
mod m20261130_000041_restores;
mod m20261130_000042_unreadable_rows;
mod m20261130_000043_payment_attempts;
mod m20261130_000045_never_settled;
mod m20261130_000046_told_in_two_languages;
mod m20261130_000047_keys_given_back;
mod m20261130_000051_token_limits;
mod m20261130_000052_sessions;
mod m20261130_000053_fewer_indexes;
mod m20261130_000056_verdict_settings;
mod m20261130_000057_found_payments;
mod m20261130_000060_desk;
mod m20261130_000061_settlement_matches;
mod m20261130_000062_sums_by_cohort;
mod m20261130_000064_books_by_date;
mod m20261130_000065_periods;
mod m20261130_000070_notices;
mod m20261130_000073_retention;
mod m20261201_000068_requested_days;
mod m20261201_000069_failed_days;
mod standing;
mod statements;

use sea_orm_migration::prelude::MigrationTrait;

pub use sea_orm_migration::prelude::MigratorTrait;
pub use standing::Standing;

/// Knows every change.
#[derive(Clone, Copy, Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_payments::Migration),
            Box::new(m20261122_000002_transactions::Migration),
            Box::new(m20261122_000003_settlements::Migration),
            Box::new(m20261122_000004_cancel_requests::Migration),
            Box::new(m20261122_000005_sync_windows::Migration),
            Box::new(m20261122_000006_access_tokens::Migration),
            Box::new(m20261122_000007_payment_lists::Migration),
            Box::new(m20261122_000008_settlement_lists::Migration),
            Box::new(m20261122_000009_following::Migration),
            Box::new(m20261122_000010_settlement_methods::Migration),
            Box::new(m20261122_000020_cancel_leases::Migration),
            Box::new(m20261122_000021_audit_entries::Migration),
            Box::new(m20261122_000022_approvals::Migration),
            Box::new(m20261122_000023_webhook_ages::Migration),
            Box::new(m20261122_000030_verdicts::Migration),
            Box::new(m20261122_000031_large_days::Migration),
            Box::new(m20261122_000032_merchant_lists::Migration),
            Box::new(m20261122_000033_idle_indexes::Migration),
            Box::new(m20261122_000034_due_payments::Migration),
            Box::new(m20261122_000035_open_webhooks::Migration),
            Box::new(m20261130_000040_cancels_that_survive::Migration),
            Box::new(m20261130_000041_restores::Migration),
            Box::new(m20261130_000042_unreadable_rows::Migration),
            Box::new(m20261130_000043_payment_attempts::Migration),
            Box::new(m20261130_000045_never_settled::Migration),
            Box::new(m20261130_000046_told_in_two_languages::Migration),
            Box::new(m20261130_000047_keys_given_back::Migration),
            Box::new(m20261130_000051_token_limits::Migration),
            Box::new(m20261130_000052_sessions::Migration),
            Box::new(m20261130_000053_fewer_indexes::Migration),
            Box::new(m20261130_000056_verdict_settings::Migration),
            Box::new(m20261130_000057_found_payments::Migration),
            Box::new(m20261130_000060_desk::Migration),
            Box::new(m20261130_000061_settlement_matches::Migration),
            Box::new(m20261130_000062_sums_by_cohort::Migration),
            Box::new(m20261130_000064_books_by_date::Migration),
            Box::new(m20261130_000065_periods::Migration),
            Box::new(m20261130_000070_notices::Migration),
            Box::new(m20261130_000073_retention::Migration),
            Box::new(m20261201_000068_requested_days::Migration),
            Box::new(m20261201_000069_failed_days::Migration),
        ]
    }
}
