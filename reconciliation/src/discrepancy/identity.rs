//! What makes a discrepancy the one that it is, and what tells whether it still says the same: the first holds nothing that
//! may change while the cause stands, the second everything that a person would look at.

use crate::{
    BalanceEquation, Discrepancy, Evidence, Gap, ListedUnreadable, Money, Pair, PaymentStatus,
    Settlement, SettlementKind, Source, StatusOf, TransactionKey, Version,
};

impl Discrepancy {
    /// Tells the cause from others of the same class that one payment, or one settlement row without a payment, can have
    /// at the same time. It holds no amount, no instant of a reading and no count.
    pub fn cause(&self) -> String {
        let event = match &self.evidence {
            // Toss's answer names the event later; the request is the same all along.
            Evidence::CancelUnresolved { .. } => None,
            _ => self.transaction_key.as_ref(),
        };
        let class = self.class().as_str();
        let event = event.map_or("", TransactionKey::as_str);
        format!("{class}\n{event}\n{}", self.beside())
    }

    /// What tells it from others of its class about the same event.
    fn beside(&self) -> String {
        match &self.evidence {
            Evidence::SourceGap {
                source: Source::Settlements,
                ..
            } => "settlements/".to_owned(),
            Evidence::UnknownStatus { of, .. } => match of {
                StatusOf::Transaction => String::new(),
                StatusOf::Payment => "payment/".to_owned(),
                StatusOf::Cancel => "cancel/".to_owned(),
            },
            Evidence::SettlementDuplicated { rows, .. } | Evidence::SettlementOrphan { rows } => {
                let keyless = rows.first().filter(|_| self.transaction_key.is_none());
                keyless.map_or_else(String::new, row_of_day)
            }
            Evidence::UnreadableRow(listed) => {
                let ListedUnreadable { source, day, .. } = &**listed;
                format!("{}/{day}/", list_name(*source))
            }
            Evidence::CurrencyMismatch { between, .. }
            | Evidence::AmountMismatch { between, .. } => match between {
                Pair::Settlement | Pair::Settlements => String::new(),
                Pair::Payment => "payment/".to_owned(),
            },
            Evidence::FeeArithmetic { row, .. } => row_of_day(row),
            Evidence::SettlementMissing {
                candidates, sold, ..
            } if self.transaction_key.is_none() => {
                let first = candidates.first().map_or("", TransactionKey::as_str);
                format!("{sold}/{first}/")
            }
            Evidence::SettlementRestated { before, .. }
            | Evidence::PayoutDateChanged { before, .. } => row_of_day(&before.settlement),
            Evidence::BalanceMismatch {
                equation: BalanceEquation::PaidLessRefunded,
                ..
            } => "history/".to_owned(),
            Evidence::CanceledElsewhere { canceled_at, .. } if self.transaction_key.is_none() => {
                format!("{}/", canceled_at.timestamp_millis())
            }
            Evidence::CancelUnresolved { request, .. } => format!("{request}/"),
            // One of these at most for each payment, or for each of its events.
            Evidence::SourceGap { .. }
            | Evidence::SettledVoid { .. }
            | Evidence::SettlementMissing { .. }
            | Evidence::BalanceMismatch { .. }
            | Evidence::StatusMismatch { .. }
            | Evidence::RefundExceedsPayment { .. }
            | Evidence::RefundFailed { .. }
            | Evidence::CanceledElsewhere { .. } => String::new(),
        }
    }

    /// What it says, as one text: another as soon as a row, a number or a word in it is another. When something was read
    /// is no part of it: reading the same again changes nothing.
    pub fn content(&self) -> String {
        let parts = match &self.evidence {
            Evidence::SourceGap { source, gaps, .. } => {
                let mut parts = vec![list_name(*source).to_owned()];
                parts.extend(gaps.iter().map(gap_text));
                parts
            }
            Evidence::UnknownStatus { status, .. } => vec![status.clone()],
            Evidence::SettlementDuplicated {
                events,
                expected,
                rows,
            } => {
                let mut parts = vec![events.to_string(), expected.to_string()];
                parts.extend(rows_text(rows));
                parts
            }
            Evidence::SettledVoid { nominal, row } => vec![nominal.to_string(), row_text(row)],
            Evidence::SettlementOrphan { rows } => rows_text(rows),
            Evidence::UnreadableRow(listed) => {
                vec![listed.row.field.clone(), listed.row.reason.clone()]
            }
            Evidence::CurrencyMismatch {
                expected, observed, ..
            }
            | Evidence::AmountMismatch {
                expected, observed, ..
            }
            | Evidence::BalanceMismatch {
                expected, observed, ..
            } => vec![expected.to_string(), observed.to_string()],
            Evidence::FeeArithmetic { row, .. } => vec![row_text(row)],
            Evidence::SettlementMissing {
                candidates,
                missing,
                amount,
                sold,
                last_seen,
                ..
            } => {
                let was_listed = last_seen.is_some();
                let mut parts = vec![
                    missing.to_string(),
                    amount.to_string(),
                    sold.to_string(),
                    was_listed.to_string(),
                ];
                parts.extend(candidates.iter().map(ToString::to_string));
                parts
            }
            Evidence::SettlementRestated { before, after, .. } => {
                vec![
                    version_text(before),
                    after.as_deref().map_or_else(String::new, version_text),
                ]
            }
            Evidence::PayoutDateChanged { before, after } => {
                vec![version_text(before), version_text(after)]
            }
            Evidence::RefundExceedsPayment { paid, refunded } => {
                vec![paid.to_string(), refunded.to_string()]
            }
            Evidence::StatusMismatch { expected, observed } => {
                let words = expected.iter().map(PaymentStatus::as_str);
                let words = words.chain([observed.as_str()]);
                words.map(ToOwned::to_owned).collect()
            }
            Evidence::RefundFailed { status, refunded } => {
                vec![status.as_str().to_owned(), money_text(*refunded)]
            }
            Evidence::CanceledElsewhere {
                amount, refunded, ..
            } => vec![amount.to_string(), refunded.to_string()],
            Evidence::CancelUnresolved { status, amount, .. } => {
                vec![status.as_str().to_owned(), money_text(*amount)]
            }
        };
        parts.join("\n")
    }
}

fn list_name(source: Source) -> &'static str {
    match source {
        Source::Transactions => "transactions",
        Source::Settlements => "settlements",
    }
}

/// A settlement row by what Toss does not correct: the day it is booked on, and its direction.
fn row_of_day(row: &Settlement) -> String {
    format!("{}/{}/", row.sold_date, kind_text(row.kind))
}

fn kind_text(kind: SettlementKind) -> &'static str {
    match kind {
        SettlementKind::Payment => "payment",
        SettlementKind::Cancel => "cancel",
    }
}

fn gap_text(gap: &Gap) -> String {
    match gap {
        Gap::Unavailable => "unavailable".to_owned(),
        Gap::Before(day) => format!("before {day}"),
        Gap::Days(from, to) => format!("{from} {to}"),
    }
}

/// In an order of their own: which one fits best is no part of what they say.
fn rows_text(rows: &[Settlement]) -> Vec<String> {
    let mut texts: Vec<String> = rows.iter().map(row_text).collect();
    texts.sort_unstable();
    texts
}

fn row_text(row: &Settlement) -> String {
    let key = row.transaction_key.as_ref();
    let fees = row.fees.iter().flatten();
    let fees = fees.map(|line| format!("{} {}", line.kind, line.fee));
    [
        key.map_or_else(String::new, ToString::to_string),
        kind_text(row.kind).to_owned(),
        row.amount.to_string(),
        money_text(row.interest_fee),
        money_text(row.fee),
        money_text(row.supply_amount),
        money_text(row.vat),
        fees.collect::<Vec<_>>().join(", "),
        row.pay_out_amount.to_string(),
        row.sold_date.to_string(),
        row.paid_out_date.to_string(),
    ]
    .join("|")
}

fn version_text(version: &Version) -> String {
    row_text(&version.settlement)
}

fn money_text(money: Option<Money>) -> String {
    money.map_or_else(String::new, |money| money.to_string())
}
