//! Discrepancies in English.

use chrono::{DateTime, Utc};

use super::{clock, closing_command, list};
use crate::{
    BalanceEquation, BrokenIdentity, CancelRequestStatus, Discrepancy, Evidence, Gap, Identity,
    KstDate, ListedUnreadable, Money, Pair, PaymentStatus, RefundStatus, Settlement, Source,
    StatusOf, Version,
};

/// One sentence with the numbers in it.
pub(super) fn explanation(found: &Discrepancy) -> String {
    match &found.evidence {
        Evidence::SourceGap {
            source,
            gaps,
            both_lists,
        } => source_gap(*source, gaps, *both_lists),
        Evidence::UnknownStatus { of, status } => unknown_status(*of, status),
        Evidence::SettlementDuplicated { events, rows, .. } => duplicated(*events, rows),
        Evidence::SettledVoid { nominal, row } => settled_void(*nominal, row),
        Evidence::SettlementOrphan { rows } => orphan(rows),
        Evidence::UnreadableRow(listed) => unreadable_row(listed),
        Evidence::CurrencyMismatch {
            between,
            expected,
            observed,
        } => {
            let other = other(*between);
            format!("The history has {expected}, but {other} has {observed}: another currency.")
        }
        Evidence::AmountMismatch {
            between,
            expected,
            observed,
        } => {
            let (other, difference) = (other(*between), difference(found));
            let verb = match between {
                Pair::Settlements => "have",
                Pair::Settlement | Pair::Payment => "has",
            };
            format!("The history has {expected}, but {other} {verb} {observed}{difference}.")
        }
        Evidence::FeeArithmetic { row, broken } => fee_arithmetic(row, broken),
        Evidence::SettlementMissing {
            candidates,
            missing,
            amount,
            sold,
            late_from,
            last_seen,
        } if candidates.len() == 1 && *missing == 1 => {
            late_row(*amount, *sold, *late_from, *last_seen)
        }
        Evidence::SettlementMissing {
            candidates,
            missing,
            amount,
            late_from,
            ..
        } => late_rows(candidates.len(), *missing, *amount, *late_from),
        Evidence::SettlementRestated {
            before,
            after,
            noticed_at,
        } => restated(before, after.as_deref(), *noticed_at),
        Evidence::PayoutDateChanged { before, after } => payout_date_changed(before, after),
        Evidence::RefundExceedsPayment { paid, refunded } => {
            let difference = difference(found);
            format!("{refunded} was refunded of a payment of {paid}{difference}.")
        }
        Evidence::BalanceMismatch {
            equation,
            expected,
            observed,
        } => {
            let (terms, difference) = (terms(*equation), difference(found));
            format!("The payment's balance is {observed}, but {terms} is {expected}{difference}.")
        }
        Evidence::StatusMismatch { expected, observed } => {
            let words: Vec<&str> = expected.iter().map(PaymentStatus::as_str).collect();
            let words = words.join(" or ");
            format!("The payment's status is {observed}, but its history makes it {words}.")
        }
        Evidence::RefundFailed { status, refunded } => refund_failed(status, *refunded),
        Evidence::CanceledElsewhere {
            amount,
            canceled_at,
            refunded,
            is_net_cancel,
        } => canceled_elsewhere(*amount, *canceled_at, *refunded, *is_net_cancel),
        Evidence::CancelUnresolved {
            request,
            status,
            amount,
            allowed_at,
        } => unresolved(request, *status, *amount, *allowed_at),
    }
}

fn difference(found: &Discrepancy) -> String {
    found.delta().map_or_else(String::new, |delta| {
        let sign = if delta.minor() > 0 { "+" } else { "" };
        format!(" ({sign}{delta})")
    })
}

fn unresolved(
    request: &str,
    status: CancelRequestStatus,
    amount: Option<Money>,
    allowed_at: DateTime<Utc>,
) -> String {
    let allowed = clock(allowed_at);
    let status = status.as_str();
    let what = amount.map_or_else(
        || "everything that was left".to_owned(),
        |amount| amount.to_string(),
    );
    format!(
        "Our request {request} of {allowed} to cancel {what} is still {status}: whether it ran is not known."
    )
}

fn refund_failed(status: &RefundStatus, refunded: Option<Money>) -> String {
    let of_it = match status {
        RefundStatus::PartialFailed => "a part of the refund",
        _ => "the refund",
    };
    let amount = refunded.map_or_else(String::new, |refunded| format!(" of {refunded}"));
    let word = status.as_str();
    format!(
        "The bank refused {of_it}{amount} to the buyer's account (refundStatus {word}): the cancel stands, but the buyer may not have the money."
    )
}

fn unknown_status(of: StatusOf, status: &str) -> String {
    let whose = match of {
        StatusOf::Transaction => "A transaction",
        StatusOf::Payment => "The payment",
        StatusOf::Cancel => "A cancel",
    };
    format!(
        "{whose} has the status {status:?}, which is not known here: what it did to the money cannot be told."
    )
}

fn unreadable_row(listed: &ListedUnreadable) -> String {
    let ListedUnreadable { source, day, row } = listed;
    let list_name = match source {
        Source::Transactions => "transactions",
        Source::Settlements => "settlements",
    };
    format!(
        "A row of the list of {list_name} of {day} could not be read: {} {}. What it says is in no amount.",
        row.field, row.reason
    )
}

fn duplicated(events: usize, rows: &[Settlement]) -> String {
    let amounts = list(rows.iter().map(|row| row.amount.to_string()));
    let noun = if events == 1 { "event" } else { "events" };
    format!(
        "{} settlement rows ({amounts}) stand for {events} {noun}.",
        rows.len()
    )
}

fn settled_void(nominal: Money, row: &Settlement) -> String {
    let Settlement {
        amount,
        sold_date,
        paid_out_date,
        ..
    } = row;
    format!(
        "The virtual account was handed back unpaid, which moved none of its nominal {nominal}, but a settlement row of {amount} is sold on {sold_date} and paid out on {paid_out_date}."
    )
}

fn fee_arithmetic(row: &Settlement, broken: &[BrokenIdentity]) -> String {
    let equations = list(broken.iter().map(|broken| equation(row, broken)));
    format!(
        "The settlement row of {} does not add up: {equations}.",
        row.amount
    )
}

fn payout_date_changed(before: &Version, after: &Version) -> String {
    format!(
        "The payout of {} was moved from {} (read {}) to {} (read {}).",
        before.settlement.pay_out_amount,
        before.settlement.paid_out_date,
        clock(before.read_at),
        after.settlement.paid_out_date,
        clock(after.read_at)
    )
}

fn canceled_elsewhere(
    amount: Money,
    canceled_at: DateTime<Utc>,
    refunded: bool,
    is_net_cancel: bool,
) -> String {
    let what = if refunded {
        "refunded"
    } else {
        "cancelled without a refund"
    };
    let by = if is_net_cancel {
        "it came within a minute of the approval, so that it is probably Toss's own net cancel (망취소)"
    } else {
        "it was done in Toss's console, by another program or by the bank"
    };
    let at = clock(canceled_at);
    format!("{amount} was {what} at {at}, and none of our requests asked for it: {by}.")
}

fn terms(equation: BalanceEquation) -> &'static str {
    match equation {
        BalanceEquation::TotalLessCancels => "its total less its cancels",
        BalanceEquation::PaidLessRefunded => "what came in less what went back",
    }
}

fn source_gap(source: Source, gaps: &[Gap], both_lists: bool) -> String {
    let list_name = match source {
        Source::Transactions => "transactions",
        Source::Settlements => "settlements",
    };
    if gaps.contains(&Gap::Unavailable) {
        return "A test key has no settlements at Toss: whether this money is paid out cannot be told."
            .to_owned();
    }
    let parts = gaps.iter().filter_map(|gap| match gap {
        Gap::Unavailable => None,
        Gap::Before(day) => Some(format!("what came before {day} is missing")),
        Gap::Days(from, to) if from == to => Some(format!("{from} is missing")),
        Gap::Days(from, to) => Some(format!("{from} to {to} is missing")),
    });
    let command = closing_command(list_name, gaps, both_lists);
    format!(
        "The list of {list_name} has not been read completely: {}; `{command}` reads it.",
        list(parts)
    )
}

fn orphan(rows: &[Settlement]) -> String {
    let Some(row) = rows.first() else {
        return "A settlement row matches no event.".to_owned();
    };
    let times = match rows.len() {
        1 => String::new(),
        count => format!(", listed {count} times,"),
    };
    format!(
        "A settlement row of {}{times} sold on {} and paid out on {} matches no event of the transactions, which have been read.",
        row.amount, row.sold_date, row.paid_out_date
    )
}

fn equation(row: &Settlement, broken: &BrokenIdentity) -> String {
    let BrokenIdentity {
        identity,
        expected,
        observed,
    } = broken;
    let or_none =
        |part: Option<Money>| part.map_or_else(|| "nothing".to_owned(), Money::to_decimal_text);
    match identity {
        Identity::FeeIsSupplyAndVat => format!(
            "fee {observed} is not supply amount {} + VAT {} = {expected}",
            or_none(row.supply_amount),
            or_none(row.vat)
        ),
        Identity::FeeIsSumOfLines => {
            let lines = row.fees.iter().flatten();
            let lines = lines.map(|line| format!("{} {}", line.kind, line.fee.to_decimal_text()));
            format!(
                "fee {observed} is not the sum of its lines ({}) = {expected}",
                list(lines)
            )
        }
        Identity::PayOutIsAmountLessFee => format!(
            "payout {observed} is not amount {} - fee {} = {expected}",
            row.amount.to_decimal_text(),
            or_none(row.fee)
        ),
    }
}

fn late_row(
    amount: Money,
    sold: KstDate,
    late_from: DateTime<Utc>,
    last_seen: Option<DateTime<Utc>>,
) -> String {
    let since = clock(late_from);
    let seen = last_seen.map_or_else(String::new, |seen| {
        let seen = clock(seen);
        format!("; it had been listed, last in the reading of {seen}, and Toss took it back")
    });
    format!("The settlement row of {amount}, to be sold on {sold}, is late since {since}{seen}.")
}

fn late_rows(candidates: usize, missing: usize, amount: Money, late_from: DateTime<Utc>) -> String {
    let since = clock(late_from);
    let verb = if missing == 1 { "is" } else { "are" };
    format!(
        "{missing} of {candidates} settlement rows of {amount} {verb} late since {since}; which cannot be told."
    )
}

fn restated(before: &Version, after: Option<&Version>, noticed_at: DateTime<Utc>) -> String {
    let row = |version: &Version| {
        let Settlement {
            amount,
            fee,
            pay_out_amount,
            sold_date,
            paid_out_date,
            ..
        } = &version.settlement;
        let fee = fee.map_or_else(String::new, |fee| format!(", fee {fee}"));
        format!(
            "{amount}{fee}, payout {pay_out_amount}, sold {sold_date}, paid out {paid_out_date} (read {})",
            clock(version.read_at)
        )
    };
    match after {
        Some(after) => format!(
            "The settlement row was {} and is now {}.",
            row(before),
            row(after)
        ),
        None => format!(
            "The settlement row was {} and is no longer listed (read {}).",
            row(before),
            clock(noticed_at)
        ),
    }
}

fn other(pair: Pair) -> &'static str {
    match pair {
        Pair::Settlement => "the settlement row",
        Pair::Settlements => "the settlement rows together",
        Pair::Payment => "the payment itself",
    }
}
