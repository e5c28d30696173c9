//! The events of a report's range, by their own days and newest first: what was received and given back, and when it is paid
//! out. Their amounts come to what the API's `reconciliation` says by event day, to the last unit.

use std::collections::HashMap;

use reconciliation::{
    CancelOrigin, Effect, Money, PaymentKey, PayoutBasis, Transaction, TransactionKey,
};

use super::book::{Book, Sheet};
use super::cell::Cell;
use super::error::ReportError;
use super::listing::{PAGE_ROWS, each_page};
use super::section::{Column, Section};
use super::{Asked, Rows};
use crate::store::{EventLine, Store, StoreError, TransactionFilter, TransactionPlace};

pub(super) const SECTION: Section = Section {
    field: "events",
    file: "events.csv",
    sheet: "거래 Events",
    columns: &[
        Column::new("mId", "상점아이디", "Merchant", 18),
        Column::new("eventDay", "거래일", "Event day", 14),
        Column::new("transactionAt", "거래 시각 (KST)", "Happened (KST)", 20),
        Column::new("orderId", "주문번호", "Order", 28),
        Column::new("paymentKey", "결제 키", "Payment key", 34),
        Column::new("transactionKey", "거래 키", "Transaction key", 34),
        Column::new("methodLabel", "결제수단", "Method", 14),
        Column::new("effect", "구분", "Effect", 18),
        Column::new("origin", "취소 주체", "Origin", 14),
        Column::new("currency", "통화", "Currency", 12),
        Column::money("effectiveAmount", "거래 금액", "Amount"),
        Column::money("voidedAmount", "입금 전 취소 금액", "Voided amount"),
        Column::new("soldDate", "매출일", "Sold date", 14),
        Column::new("paidOutDate", "지급일", "Paid-out date", 14),
        Column::new("payoutBasis", "지급일 기준", "Payout basis", 14),
    ],
};

/// Writes the section page by page: the events that Toss has listed, then money that only payments tell of.
pub(super) async fn write(
    book: &mut Book,
    store: &Store,
    asked: &Asked,
    rows: &Rows<'_>,
) -> Result<(), ReportError> {
    let mut sheet = book.open(&SECTION)?;
    let filter = TransactionFilter {
        at: Some(asked.range.instants()),
        mids: asked.mids.clone(),
        ..TransactionFilter::default()
    };
    let read = async |request| store.list_event_lines(&filter, &request).await;
    let write = async |page: &[(TransactionPlace, Vec<EventLine>)]| {
        let lines: Vec<&EventLine> = page.iter().flat_map(|(_, lines)| lines).collect();
        write_lines(&mut sheet, store, &lines).await
    };
    each_page(rows, read, write).await?;
    let days = (asked.range.from, asked.range.to);
    let mut past: Option<String> = None;
    loop {
        let mids = asked.mids.as_deref();
        let page = store.unlisted_event_lines(days, mids, past.as_deref(), PAGE_ROWS);
        let page = page.await?;
        let lines: Vec<&EventLine> = page.iter().map(|(_, line)| line).collect();
        write_lines(&mut sheet, store, &lines).await?;
        rows.add(page.len());
        let Some((last, _)) = page.into_iter().next_back() else {
            break;
        };
        past = Some(last);
    }
    sheet.close()
}

async fn write_lines(
    sheet: &mut Sheet<'_>,
    store: &Store,
    lines: &[&EventLine],
) -> Result<(), ReportError> {
    let listed = Listed::of(store, lines).await?;
    lines
        .iter()
        .try_for_each(|line| sheet.row(&row(line, &listed)))
}

/// What Toss's rows say of the events of a page.
struct Listed(HashMap<PaymentKey, Vec<Transaction>>);

impl Listed {
    async fn of(store: &Store, lines: &[&EventLine]) -> Result<Self, StoreError> {
        let keys = lines.iter().filter_map(|line| line.payment_key.clone());
        let mut keys: Vec<PaymentKey> = keys.collect();
        keys.sort_unstable();
        keys.dedup();
        store.transactions_of(&keys).await.map(Self)
    }

    /// The row of an event; of money that none tells of, one of its payment's.
    fn row(&self, of: &EventLine) -> Option<&Transaction> {
        let rows = self.0.get(of.payment_key.as_ref()?)?;
        let own =
            |row: &&Transaction| Some(&row.transaction_key) == of.line.transaction_key.as_ref();
        rows.iter().find(own).or_else(|| rows.first())
    }
}

fn row(of: &EventLine, listed: &Listed) -> [Cell; 15] {
    let line = &of.line;
    let transaction = listed.row(of);
    let zero = Money::zero(line.amount.currency());
    let (effective, voided) = match line.effect {
        Effect::Voided => (zero, line.amount),
        _ => (line.amount, zero),
    };
    let settled = line.row.as_ref();
    let payout = settled.map_or_else(
        || {
            let basis = if line.is_forecast {
                PayoutBasis::Forecast
            } else {
                PayoutBasis::Settled
            };
            line.payout_day.map(|day| (day, basis))
        },
        |row| Some((row.paid_out_date, PayoutBasis::Settled)),
    );
    let own_row =
        transaction.filter(|row| Some(&row.transaction_key) == line.transaction_key.as_ref());
    [
        Cell::text(line.mid.as_str()),
        Cell::of(line.day, Cell::Day),
        Cell::of(
            line.listed_at.or(own_row.map(|row| row.transaction_at)),
            Cell::Instant,
        ),
        Cell::of(transaction, |row| Cell::text(row.order_id.as_str())),
        Cell::of(of.payment_key.as_ref().map(PaymentKey::as_str), Cell::text),
        Cell::of(
            line.transaction_key.as_ref().map(TransactionKey::as_str),
            Cell::text,
        ),
        Cell::of(
            transaction.and_then(|row| row.method_label.as_deref()),
            Cell::text,
        ),
        Cell::text(effect_text(line.effect)),
        Cell::of(line.origin.map(origin_text), Cell::text),
        Cell::text(zero.currency().code()),
        Cell::Money(effective),
        Cell::Money(voided),
        Cell::of(settled.map(|row| row.sold_date), Cell::Day),
        Cell::of(payout.map(|(day, _)| day), Cell::Day),
        Cell::of(payout.map(|(_, basis)| basis.as_str()), Cell::text),
    ]
}

/// As the GraphQL API spells it.
fn effect_text(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "NONE",
        Effect::Paid => "PAID",
        Effect::PaymentReversed => "PAYMENT_REVERSED",
        Effect::Refunded => "REFUNDED",
        Effect::Voided => "VOIDED",
    }
}

/// As the GraphQL API spells it.
fn origin_text(origin: CancelOrigin) -> &'static str {
    match origin {
        CancelOrigin::Ours => "OURS",
        CancelOrigin::Elsewhere => "ELSEWHERE",
        CancelOrigin::Uncertain => "UNCERTAIN",
    }
}
