//! Rows of the database and values of the engine, one from the other: the only place where a row is believed. Nothing
//! here asks the database.

mod audit_entry;
mod before;
mod booked_line;
mod cancel;
mod cancel_request;
mod columns;
mod discrepancy;
mod kinds;
mod limits;
pub(in crate::store) mod packed;
mod payment;
mod seen_payment;
mod settlement;
mod settlement_match;
mod settlement_version;
mod token;
mod transaction;
mod unreadable_row;
mod verdict;

use chrono::{DateTime, Utc};
use reconciliation::{Currency, Money};
use sea_orm::prelude::ChronoUnixTimestampMillis;

use super::StoreError;

pub(super) use audit_entry::audit_entry;
pub(super) use before::Before;
pub(super) use booked_line::{
    EVENT_KINDS, booked_day, booked_day_model, booked_line, booked_line_models, dated_books,
    event_kind,
};
pub(super) use cancel::{cancel_model, have_same_cancels, sort_cancels};
pub(super) use cancel_request::{
    CancelRequestRow, WholeCancelRequestRow, cancel_request_model, changed_columns,
    new_cancel_request,
};
pub(super) use columns::{Column, Columns, Placed, Readable};
pub(super) use discrepancy::{
    discrepancy_model, resolved_discrepancy, resolved_model, stored_discrepancy,
};
pub(super) use kinds::{METHOD_KINDS, STATUS_KINDS, method_kind, status_kind};
pub(super) use limits::{limits_json, running_limits};
pub(super) use payment::{
    BegunPayment, PaymentStamp, StampOf, StampedPayment, payment_model, says_the_same,
};
pub(super) use seen_payment::seen_payments;
pub(super) use settlement::{kind_of, kind_text, settlement_model};
pub(super) use settlement_match::{settlement_match_model, unsure_row};
pub(super) use settlement_version::{FormerRow, same_content, version_model};
pub(super) use token::{merchants_text, role_and_duty, stored_token};
pub(super) use transaction::transaction_model;
pub(super) use unreadable_row::unreadable_model;
pub(super) use verdict::{
    SubjectRow, VerdictRow, unsettled_event, unsettled_event_model, unsettled_sums, verdict_gap,
    verdict_gap_model, verdict_model,
};

/// Names a row in what is said of it.
#[derive(Clone, Copy)]
struct Row<'a> {
    table: &'static str,
    key: &'a str,
}

impl Row<'_> {
    /// A column that cannot be believed.
    fn inconsistent(self, column: &'static str) -> StoreError {
        StoreError::Inconsistent {
            table: self.table,
            column,
            key: self.key.to_owned(),
        }
    }

    /// What was read from a column, or its name.
    fn read<T, E>(self, column: &'static str, outcome: Result<T, E>) -> Result<T, StoreError> {
        outcome.map_err(|_| self.inconsistent(column))
    }

    /// As [`Row::read`], for a column that may be null.
    fn read_some<T, E>(
        self,
        column: &'static str,
        text: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, StoreError> {
        text.map(|text| self.read(column, parse(text))).transpose()
    }

    /// The column `currency`.
    fn currency(self, code: &str) -> Result<Currency, StoreError> {
        self.read("currency", code.parse())
    }

    /// The minor units to write into a column of a row in one currency.
    fn minor(
        self,
        column: &'static str,
        money: Money,
        currency: Currency,
    ) -> Result<i64, StoreError> {
        if money.currency() == currency {
            Ok(money.minor())
        } else {
            Err(self.inconsistent(column))
        }
    }

    /// As [`Row::minor`], for a column that may be null.
    fn minor_some(
        self,
        column: &'static str,
        money: Option<Money>,
        currency: Currency,
    ) -> Result<Option<i64>, StoreError> {
        money
            .map(|money| self.minor(column, money, currency))
            .transpose()
    }
}

/// A text of Toss's as a column can hold it: PostgreSQL takes no NUL, and a payment must not stay unread for one.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

/// An instant that a column holds.
fn instant(column: Option<ChronoUnixTimestampMillis>) -> Option<DateTime<Utc>> {
    column.map(|millis| millis.0)
}

/// An instant as a column holds it: to the millisecond.
pub(super) fn to_millis(at: DateTime<Utc>) -> DateTime<Utc> {
    // Within the years that the type knows, so that the other branch is never taken.
    DateTime::from_timestamp_millis(at.timestamp_millis()).unwrap_or(at)
}
