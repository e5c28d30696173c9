//! Discrepancies in Korean, in the terms of Toss's own documentation and console.

use chrono::{DateTime, Utc};

use super::{clock, closing_command, list};
use crate::{
    BalanceEquation, BrokenIdentity, CancelRequestStatus, Currency, Discrepancy, Evidence, Gap,
    Identity, KstDate, ListedUnreadable, Money, Pair, PaymentStatus, RefundStatus, Settlement,
    Source, StatusOf, Version,
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
            let (other, expected, observed) = (other(*between), won(*expected), won(*observed));
            format!("통화가 다릅니다: 거래 내역은 {expected}, {other} {observed}입니다.")
        }
        Evidence::AmountMismatch {
            between,
            expected,
            observed,
        } => {
            let (other, difference) = (other(*between), difference(found));
            let (expected, observed) = (won(*expected), won(*observed));
            format!("거래 내역은 {expected}인데 {other} {observed}입니다{difference}.")
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
            let (paid, refunded) = (won(*paid), won(*refunded));
            format!("결제된 금액은 {paid}인데 환불된 금액이 {refunded}입니다{difference}.")
        }
        Evidence::BalanceMismatch {
            equation,
            expected,
            observed,
        } => {
            let (terms, difference) = (terms(*equation), difference(found));
            let (expected, observed) = (won(*expected), won(*observed));
            format!("결제의 취소 가능 잔액은 {observed}인데 {terms} {expected}입니다{difference}.")
        }
        Evidence::StatusMismatch { expected, observed } => {
            let words: Vec<&str> = expected.iter().map(PaymentStatus::as_str).collect();
            let words = words.join(" 또는 ");
            format!("결제 상태는 {observed}인데 거래 내역에 따르면 {words} 상태여야 합니다.")
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

/// An amount as Koreans write it: `15,000원`, `USD 12.34`.
fn won(money: Money) -> String {
    let number = grouped(&money.to_decimal_text());
    if money.currency() == Currency::KRW {
        format!("{number}원")
    } else {
        format!("{} {number}", money.currency())
    }
}

/// A decimal number with a comma before every third digit of its whole part.
fn grouped(number: &str) -> String {
    let (sign, digits) = number
        .strip_prefix('-')
        .map_or(("", number), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut text = sign.to_owned();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

fn difference(found: &Discrepancy) -> String {
    found.delta().map_or_else(String::new, |delta| {
        let sign = if delta.minor() > 0 { "+" } else { "" };
        format!("(차이 {sign}{})", won(delta))
    })
}

fn source_gap(source: Source, gaps: &[Gap], both_lists: bool) -> String {
    let (name, in_commands) = match source {
        Source::Transactions => ("거래 내역", "transactions"),
        Source::Settlements => ("정산 내역", "settlements"),
    };
    if gaps.contains(&Gap::Unavailable) {
        return "테스트 키로는 정산 내역을 조회할 수 없어, 지급 여부를 알 수 없습니다.".to_owned();
    }
    let parts = list(gaps.iter().filter_map(|gap| match gap {
        Gap::Unavailable => None,
        Gap::Before(day) => Some(format!("{day} 이전 없음")),
        Gap::Days(from, to) if from == to => Some(format!("{from} 없음")),
        Gap::Days(from, to) => Some(format!("{from} ~ {to} 없음")),
    }));
    let command = closing_command(in_commands, gaps, both_lists);
    format!("{name}을 아직 다 읽지 못했습니다: {parts}. `{command}` 명령으로 읽을 수 있습니다.")
}

fn unknown_status(of: StatusOf, status: &str) -> String {
    let whose = match of {
        StatusOf::Transaction => "거래",
        StatusOf::Payment => "결제",
        StatusOf::Cancel => "취소",
    };
    format!(
        "{whose} 상태 {status:?}은(는) 알려지지 않은 값이라 금액에 어떤 영향을 주었는지 알 수 없습니다."
    )
}

fn unreadable_row(listed: &ListedUnreadable) -> String {
    let ListedUnreadable { source, day, row } = listed;
    let name = match source {
        Source::Transactions => "거래 내역",
        Source::Settlements => "정산 내역",
    };
    let field = &row.field;
    format!(
        "{day} {name}의 한 행에서 {field} 항목을 읽을 수 없어 그 행을 금액에 반영하지 않았습니다."
    )
}

fn duplicated(events: usize, rows: &[Settlement]) -> String {
    let amounts = list(rows.iter().map(|row| won(row.amount)));
    let count = rows.len();
    format!("거래 {events}건에 정산이 {count}건({amounts}) 있습니다.")
}

fn settled_void(nominal: Money, row: &Settlement) -> String {
    let Settlement {
        sold_date,
        paid_out_date,
        ..
    } = row;
    let (nominal, amount) = (won(nominal), won(row.amount));
    format!(
        "입금 전 취소된 가상계좌라 {nominal} 중 움직인 돈이 없는데, 매출일 {sold_date}, 지급일 {paid_out_date}인 {amount} 정산이 있습니다."
    )
}

fn orphan(rows: &[Settlement]) -> String {
    let Some(row) = rows.first() else {
        return "어느 거래에도 해당하지 않는 정산이 있습니다.".to_owned();
    };
    let times = match rows.len() {
        1 => String::new(),
        count => format!(" {count}건"),
    };
    let Settlement {
        sold_date,
        paid_out_date,
        ..
    } = row;
    let amount = won(row.amount);
    format!(
        "매출일 {sold_date}, 지급일 {paid_out_date}인 {amount} 정산{times}에 해당하는 거래가, 이미 읽은 거래 내역에 없습니다."
    )
}

fn fee_arithmetic(row: &Settlement, broken: &[BrokenIdentity]) -> String {
    let equations = list(broken.iter().map(|broken| equation(row, broken)));
    let amount = won(row.amount);
    format!("{amount} 정산의 계산이 맞지 않습니다: {equations}.")
}

fn equation(row: &Settlement, broken: &BrokenIdentity) -> String {
    let or_none = |part: Option<Money>| part.map_or_else(|| "없음".to_owned(), won);
    let (expected, observed) = (won(broken.expected), won(broken.observed));
    match broken.identity {
        Identity::FeeIsSupplyAndVat => {
            let (supply, vat) = (or_none(row.supply_amount), or_none(row.vat));
            format!("수수료 {observed} ≠ 공급가액 {supply} + 부가세 {vat} = {expected}")
        }
        Identity::FeeIsSumOfLines => {
            let lines = row.fees.iter().flatten();
            let lines = list(lines.map(|line| format!("{} {}", line.kind, won(line.fee))));
            format!("수수료 {observed} ≠ 수수료 상세({lines})의 합 {expected}")
        }
        Identity::PayOutIsAmountLessFee => {
            let (amount, fee) = (won(row.amount), or_none(row.fee));
            format!("지급 금액 {observed} ≠ 결제 금액 {amount} - 수수료 {fee} = {expected}")
        }
    }
}

fn late_row(
    amount: Money,
    sold: KstDate,
    late_from: DateTime<Utc>,
    last_seen: Option<DateTime<Utc>>,
) -> String {
    let (amount, since) = (won(amount), clock(late_from));
    let late = format!("매출일 {sold}에 있어야 할 {amount} 정산이 {since}부터 늦어지고");
    match last_seen {
        Some(seen) => {
            let seen = clock(seen);
            format!(
                "{late} 있는데, 이전에는 목록에 있던({seen} 조회까지) 정산을 토스가 거두어들인 것입니다."
            )
        }
        None => format!("{late} 있습니다."),
    }
}

fn late_rows(candidates: usize, missing: usize, amount: Money, late_from: DateTime<Utc>) -> String {
    let (amount, since) = (won(amount), clock(late_from));
    format!(
        "{amount} 정산 {candidates}건 중 {missing}건이 {since}부터 늦어지고 있으며, 어느 거래의 정산인지는 알 수 없습니다."
    )
}

fn restated(before: &Version, after: Option<&Version>, noticed_at: DateTime<Utc>) -> String {
    let row = |version: &Version| {
        let Settlement {
            sold_date,
            paid_out_date,
            ..
        } = &version.settlement;
        let row = &version.settlement;
        let fee = row
            .fee
            .map_or_else(String::new, |fee| format!(", 수수료 {}", won(fee)));
        let (amount, pay_out, read_at) = (
            won(row.amount),
            won(row.pay_out_amount),
            clock(version.read_at),
        );
        format!(
            "{amount}{fee}, 지급 금액 {pay_out}, 매출일 {sold_date}, 지급일 {paid_out_date}({read_at} 조회)"
        )
    };
    let before = row(before);
    let became = match after {
        Some(after) => row(after),
        None => format!("목록에 없음({} 조회)", clock(noticed_at)),
    };
    let what = if after.is_some() {
        "변경되었습니다"
    } else {
        "사라졌습니다"
    };
    format!("정산이 {what}: {before} → {became}.")
}

fn payout_date_changed(before: &Version, after: &Version) -> String {
    let amount = won(before.settlement.pay_out_amount);
    let day = |version: &Version| {
        let read_at = clock(version.read_at);
        format!("{}({read_at} 조회)", version.settlement.paid_out_date)
    };
    let (before, after) = (day(before), day(after));
    format!("{amount}의 지급일이 {before}에서 {after}로 변경되었습니다.")
}

fn terms(equation: BalanceEquation) -> &'static str {
    match equation {
        BalanceEquation::TotalLessCancels => "결제 금액에서 취소 금액을 뺀 금액은",
        BalanceEquation::PaidLessRefunded => "들어온 금액에서 환불된 금액을 뺀 금액은",
    }
}

fn refund_failed(status: &RefundStatus, refunded: Option<Money>) -> String {
    let part = match status {
        RefundStatus::PartialFailed => "의 일부가",
        _ => "이",
    };
    let amount = refunded.map_or_else(String::new, |refunded| format!("{} ", won(refunded)));
    let word = status.as_str();
    format!(
        "가상계좌 {amount}환불{part} 은행에서 거절되어(refundStatus {word}), 취소는 유효하지만 구매자가 돈을 받지 못했을 수 있습니다."
    )
}

fn canceled_elsewhere(
    amount: Money,
    canceled_at: DateTime<Utc>,
    refunded: bool,
    is_net_cancel: bool,
) -> String {
    let what = if refunded {
        "환불이"
    } else {
        "환불 없는 취소(입금 전 취소)가"
    };
    let by = if is_net_cancel {
        "승인 후 1분 이내의 취소이므로 토스의 망취소로 보입니다"
    } else {
        "상점관리자, 다른 프로그램 또는 은행에서 취소한 것입니다"
    };
    let (amount, at) = (won(amount), clock(canceled_at));
    format!("{at}에 {amount}의 {what} 있었는데 우리가 요청한 취소가 아니며, {by}.")
}

fn unresolved(
    request: &str,
    status: CancelRequestStatus,
    amount: Option<Money>,
    allowed_at: DateTime<Utc>,
) -> String {
    let (allowed, status) = (clock(allowed_at), status.as_str());
    let what = amount.map_or_else(|| "남은 금액 전액".to_owned(), won);
    format!(
        "{allowed}의 취소 요청 {request}({what})이 아직 {status} 상태로, 실제로 취소되었는지 알 수 없습니다."
    )
}

fn other(between: Pair) -> &'static str {
    match between {
        Pair::Settlement => "정산은",
        Pair::Settlements => "정산 합계는",
        Pair::Payment => "결제는",
    }
}
