//! A discrepancy in words: one sentence with the numbers in it.

use chrono::{DateTime, FixedOffset, Utc};

use crate::{
    BalanceEquation, BrokenIdentity, Discrepancy, Evidence, Gap, Identity, KstDate,
    ListedUnreadable, Money, Pair, PaymentStatus, Settlement, Source, StatusOf, Version,
};

impl Discrepancy {
    /// One sentence with the numbers in it, in English.
    pub fn explanation(&self) -> String {
        match &self.evidence {
            Evidence::SourceGap { source, gaps } => source_gap(*source, gaps),
            Evidence::UnknownStatus { of, status } => unknown_status(*of, status),
            Evidence::SettlementDuplicated { events, rows } => duplicated(*events, rows),
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
                let (other, difference) = (other(*between), self.difference());
                format!("The history has {expected}, but {other} has {observed}{difference}.")
            }
            Evidence::FeeArithmetic { row, broken } => fee_arithmetic(row, broken),
            Evidence::SettlementMissing {
                candidates,
                missing,
                amount,
                sold,
                late_from,
            } => missing_row(candidates.len(), *missing, *amount, *sold, *late_from),
            Evidence::SettlementRestated {
                before,
                after,
                noticed_at,
            } => restated(before, after.as_deref(), *noticed_at),
            Evidence::PayoutDateChanged { before, after } => payout_date_changed(before, after),
            Evidence::BalanceMismatch {
                equation,
                expected,
                observed,
            } => {
                let (terms, difference) = (terms(*equation), self.difference());
                format!(
                    "The payment's balance is {observed}, but {terms} is {expected}{difference}."
                )
            }
            Evidence::StatusMismatch { expected, observed } => {
                let words: Vec<&str> = expected.iter().map(PaymentStatus::as_str).collect();
                let words = words.join(" or ");
                format!("The payment's status is {observed}, but its history makes it {words}.")
            }
            Evidence::CanceledElsewhere {
                amount,
                canceled_at,
                refunded,
            } => canceled_elsewhere(*amount, *canceled_at, *refunded),
            Evidence::CancelUnresolved {
                request,
                status,
                amount,
                requested_at,
            } => {
                let asked = clock(*requested_at);
                let what = amount.map_or_else(
                    || "everything that was left".to_owned(),
                    |amount| amount.to_string(),
                );
                let status = status.as_str();
                format!(
                    "Our request {request} of {asked} to cancel {what} is still {status}: whether it ran is not known."
                )
            }
        }
    }

    fn difference(&self) -> String {
        self.delta().map_or_else(String::new, |delta| {
            let sign = if delta.minor() > 0 { "+" } else { "" };
            format!(" ({sign}{delta})")
        })
    }
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

fn canceled_elsewhere(amount: Money, canceled_at: DateTime<Utc>, refunded: bool) -> String {
    let what = if refunded {
        "refunded"
    } else {
        "cancelled without a refund"
    };
    let at = clock(canceled_at);
    format!(
        "{amount} was {what} at {at}, and none of our requests asked for it: it was done in Toss's console, by another program or by the bank."
    )
}

fn terms(equation: BalanceEquation) -> &'static str {
    match equation {
        BalanceEquation::TotalLessCancels => "its total less its cancels",
        BalanceEquation::PaidLessRefunded => "what came in less what went back",
    }
}

fn source_gap(source: Source, gaps: &[Gap]) -> String {
    let list_name = match source {
        Source::Transactions => "transactions",
        Source::Settlements => "settlements",
    };
    let parts = gaps.iter().map(|gap| match gap {
        Gap::Unavailable => "none of it can be had".to_owned(),
        Gap::Before(day) => format!("what came before {day} is missing"),
        Gap::Days(from, to) if from == to => format!("{from} is missing"),
        Gap::Days(from, to) => format!("{from} to {to} is missing"),
    });
    format!(
        "The list of {list_name} has not been read completely: {}.",
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
        Identity::FeeFollowsAmount => format!("fee {observed} has not the sign of the amount"),
        Identity::PayOutFollowsAmount => {
            format!("payout {observed} has not the sign of the amount")
        }
    }
}

fn missing_row(
    candidates: usize,
    missing: usize,
    amount: Money,
    sold: KstDate,
    late_from: DateTime<Utc>,
) -> String {
    let since = clock(late_from);
    if candidates == 1 {
        return format!(
            "The settlement row of {amount}, to be sold on {sold}, is late since {since}."
        );
    }
    format!(
        "{missing} of {candidates} settlement rows of {amount} {} late since {since}; which cannot be told.",
        if missing == 1 { "is" } else { "are" }
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
        Pair::Payment => "the payment itself",
    }
}

fn list(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// An instant as Seoul's clocks show it.
fn clock(instant: DateTime<Utc>) -> String {
    let seoul = FixedOffset::east_opt(9 * 3_600);
    match seoul.and_then(|zone| instant.naive_utc().checked_add_offset(zone)) {
        Some(local) => format!("{} KST", local.format("%Y-%m-%d %H:%M:%S")),
        None => instant.to_string(),
    }
}
