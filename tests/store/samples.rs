//! Values with everything in them that is hard to keep.

use chrono::{DateTime, Utc};
use reconciliation::{
    Cancel, CancelRequestStatus, CancelStatus, Currency, FeeLine, KstDate, MId, Money, OrderId,
    Payment, PaymentKey, PaymentStatus, RefundStatus, Settlement, SettlementKind, Transaction,
    TransactionKey, VirtualAccount,
};
use toss_recon::store::{
    AccountName, CancelRequestChange, CancelRequestId, ContentDigest, FoundBy, Lease, LiveReading,
    NewCancelRequest, PaymentRecord, SecretBody, SettlementDay, SettlementRecord, SettlementsKey,
    Store, StoreError, TransactionRecord,
};

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

pub(crate) fn day(text: &str) -> KstDate {
    KstDate::parse(text).expect("a day")
}

pub(crate) fn key(text: &str) -> PaymentKey {
    PaymentKey::parse(text).expect("a payment key")
}

pub(crate) fn transaction_key(text: &str) -> TransactionKey {
    TransactionKey::parse(text).expect("a transaction key")
}

pub(crate) fn order(text: &str) -> OrderId {
    OrderId::parse(text).expect("an order id")
}

pub(crate) fn mid(text: &str) -> MId {
    MId::parse(text).expect("an mId")
}

pub(crate) fn won(minor: i64) -> Money {
    Money::from_minor(minor, Currency::KRW)
}

pub(crate) fn account() -> AccountName {
    AccountName::new("가게")
}

/// A payment that has everything.
pub(crate) fn payment(payment_key: &str) -> Payment {
    Payment {
        mid: mid("tosspayments"),
        payment_key: key(payment_key),
        order_id: order(&format!("주문-{payment_key}")),
        method_label: Some("가상계좌".to_owned()),
        status: PaymentStatus::PartialCanceled,
        currency: Currency::KRW,
        total_amount: Some(won(22_400)),
        balance_amount: Some(won(12_400)),
        requested_at: Some(at("2026-03-31T14:59:59.123Z")),
        approved_at: Some(at("2026-03-31T15:00:00Z")),
        is_partial_cancelable: Some(true),
        last_transaction_key: Some(transaction_key("t.2")),
        virtual_account: Some(VirtualAccount {
            bank: Some("20".to_owned()),
            masked_account_number: Some("****0123".to_owned()),
            due_at: Some(at("2026-04-08T14:59:59Z")),
            refund_status: Some(RefundStatus::PartialFailed),
        }),
    }
}

/// A cancel of a payment in won.
pub(crate) fn cancel(transaction: &str, canceled_at: &str) -> Cancel {
    Cancel {
        transaction_key: Some(transaction_key(transaction)),
        amount: won(10_000),
        reason: Some("고객 변심".to_owned()),
        canceled_at: Some(at(canceled_at)),
        refundable_amount: Some(won(12_400)),
        status: CancelStatus::Done,
    }
}

pub(crate) fn transaction(payment_key: &str, transaction: &str) -> Transaction {
    Transaction {
        mid: mid("tosspayments"),
        transaction_key: transaction_key(transaction),
        payment_key: key(payment_key),
        order_id: order("주문"),
        method_label: Some("카드".to_owned()),
        status: PaymentStatus::Done,
        transaction_at: at("2026-03-31T15:00:00Z"),
        amount: won(22_400),
        listed_position: 3,
    }
}

/// A row that settles a cancel of the payment.
pub(crate) fn settlement(payment_key: &str, transaction: &str) -> Settlement {
    Settlement {
        mid: mid("tosspayments"),
        payment_key: Some(key(payment_key)),
        transaction_key: Some(transaction_key(transaction)),
        order_id: order("주문"),
        method_label: Some("카드".to_owned()),
        kind: SettlementKind::Cancel,
        amount: won(-10_000),
        interest_fee: Some(won(0)),
        fee: Some(won(-330)),
        supply_amount: Some(won(-300)),
        vat: Some(won(-30)),
        fees: Some(vec![FeeLine {
            kind: "BASE".to_owned(),
            fee: won(-330),
        }]),
        pay_out_amount: won(-9_670),
        approved_at: Some(at("2026-03-31T15:00:00Z")),
        sold_date: day("2026-04-01"),
        paid_out_date: day("2026-04-09"),
    }
}

/// A row as test settlements have it: no keys, and a prefix in front of the order.
pub(crate) fn keyless_settlement(order_id: &str) -> Settlement {
    Settlement {
        payment_key: None,
        transaction_key: None,
        order_id: order(order_id),
        interest_fee: None,
        fee: None,
        supply_amount: None,
        vat: None,
        fees: None,
        approved_at: None,
        ..settlement("unused", "unused")
    }
}

pub(crate) fn settlements_key(payment_key: &str, order_id: &str) -> SettlementsKey {
    SettlementsKey {
        payment_key: key(payment_key),
        mid: mid("tosspayments"),
        order_id: order(order_id),
    }
}

/// A reading of one payment, to be changed before it is saved.
pub(crate) struct Reading {
    pub(crate) account: AccountName,
    pub(crate) payment: Payment,
    pub(crate) cancels: Vec<Cancel>,
    pub(crate) transactions: Vec<Transaction>,
    pub(crate) days: Vec<(KstDate, Vec<Settlement>, &'static str)>,
    pub(crate) read_at: DateTime<Utc>,
}

impl Reading {
    pub(crate) fn of(payment: Payment) -> Self {
        Self {
            account: account(),
            payment,
            cancels: Vec::new(),
            transactions: Vec::new(),
            days: Vec::new(),
            read_at: at("2026-04-02T00:00:00Z"),
        }
    }

    /// Adds a settlement day. The digest tells whether the rows have changed.
    pub(crate) fn with_day(
        mut self,
        sold: &str,
        rows: Vec<Settlement>,
        digest: &'static str,
    ) -> Self {
        self.days.push((day(sold), rows, digest));
        self
    }

    pub(crate) fn read_at(mut self, text: &str) -> Self {
        self.read_at = at(text);
        self
    }

    pub(crate) async fn save(&self, store: &Store) -> Result<(), StoreError> {
        let transactions: Vec<TransactionRecord<'_>> = self
            .transactions
            .iter()
            .map(|value| TransactionRecord {
                value,
                raw: r#"{"row":"원문"}"#,
            })
            .collect();
        let settlement_days: Vec<SettlementDay<'_>> = self
            .days
            .iter()
            .map(|(day, rows, digest)| SettlementDay {
                day: *day,
                unreadable: &[],
                rows: rows
                    .iter()
                    .map(|value| SettlementRecord {
                        value,
                        raw: r#"{"row":"원문"}"#,
                    })
                    .collect(),
                digest,
            })
            .collect();
        store
            .save_reading(&LiveReading {
                account: &self.account,
                payment: PaymentRecord {
                    payment: &self.payment,
                    cancels: &self.cancels,
                    version: Some("2022-11-16"),
                    found_by: FoundBy::default(),
                    raw: r#"{"mId":"tosspayments"}"#,
                },
                transactions: &transactions,
                unreadable: &[],
                settlement_days: &settlement_days,
                read_at: self.read_at,
            })
            .await
    }
}

/// A request that is like no other.
pub(crate) fn new_cancel_request(payment_key: &str, client_key: &str) -> NewCancelRequest {
    let id = uuid::Uuid::now_v7().to_string();
    NewCancelRequest {
        id: CancelRequestId::new(&id),
        payment_key: key(payment_key),
        account: account(),
        amount: Some(won(10_000)),
        currency: Currency::KRW,
        reason: "고객 변심".to_owned(),
        requested_by: "kim".to_owned(),
        client_key: client_key.to_owned(),
        content: ContentDigest {
            key: "k1".to_owned(),
            digest: [7; 32],
        },
        owner: "kim".to_owned(),
        mark: None,
        voids: false,
        idempotency_key: format!("cr-{id}"),
        requested_at: at("2026-04-02T00:00:00.5Z"),
        lease: lease("2026-04-02T00:01:00Z"),
        baseline_balance: None,
        day_limit: None,
    }
}

/// A lease that runs out then.
pub(crate) fn lease(until: &str) -> Lease {
    Lease {
        owner: "a process".to_owned(),
        until: at(until),
    }
}

/// A sending of a request, with everything that is known by then.
pub(crate) fn sending(sent_at: &str) -> CancelRequestChange {
    CancelRequestChange {
        sent_at: Some(at(sent_at)),
        body: Some(SecretBody::new(
            r#"{"refundReceiveAccount":{"accountNumber":"11012345678901"}}"#.to_owned(),
        )),
        baseline_balance: Some(won(22_400)),
        baseline_cancel_keys: Some(vec![transaction_key("t.1"), transaction_key("t-2_")]),
        ..CancelRequestChange::to(CancelRequestStatus::Sent)
    }
}
