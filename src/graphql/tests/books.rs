//! A database with five payments: one that was never paid, one that was drained by two partial cancels, one whose rows
//! list the whole payment's amount, one that speaks of
//! things that nobody knows, and one whose rows do not say how it was paid.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use reconciliation::{
    Cancel, CancelRequestStatus, CancelStatus, Currency, FeeLine, KstDate, MId, Money, OrderId,
    Payment, PaymentKey, PaymentStatus, Settlement, Transaction, TransactionKey,
};
use tempfile::TempDir;

use crate::store::{
    AccountName, CancelRequestChange, CancelRequestId, Created, FoundBy, Lease, LiveReading,
    NewCancelRequest, PaymentRecord, SettlementDay, SettlementRecord, Store, TransactionRecord,
};

/// The request that made the first of the two partial cancels.
pub(super) const REQUEST_ID: &str = "0198c1d2-0000-7000-8000-000000000001";

pub(super) struct TestBooks {
    pub(super) store: Store,
    _folder: TempDir,
}

impl TestBooks {
    pub(super) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("books.db").display());
        let store = Store::open(&url.parse().unwrap()).await.unwrap();
        store.migrate().await.unwrap();
        let books = Self {
            store,
            _folder: folder,
        };
        books.keep_void().await;
        books.keep_drained().await;
        books.keep_listed_whole().await;
        books.keep_unknown().await;
        books.keep_unlabelled().await;
        books
    }

    /// A virtual account that nobody paid, as a merchant's real rows show it: 0 when issued, 22,400 when cancelled.
    async fn keep_void(&self) {
        let payment = Payment {
            balance_amount: Some(won(0)),
            approved_at: None,
            ..payment("void", "가상계좌", "CANCELED", 22_400)
        };
        let rows = [
            row(
                "void",
                "void-1",
                "가상계좌",
                "WAITING_FOR_DEPOSIT",
                "2026-03-02T10:00:00+09:00",
                0,
            ),
            row(
                "void",
                "void-2",
                "가상계좌",
                "CANCELED",
                "2026-03-03T10:00:00+09:00",
                22_400,
            ),
        ];
        let cancels = [cancel("void-2", "2026-03-03T10:00:00+09:00", 22_400)];
        self.keep(&payment, &cancels, &rows, &[]).await;
    }

    /// Paid 10,000; cancelled 3,000 by a request of ours and 7,000 by somebody else.
    async fn keep_drained(&self) {
        let payment = Payment {
            balance_amount: Some(won(0)),
            ..payment("drained", "카드", "PARTIAL_CANCELED", 10_000)
        };
        let rows = [
            row(
                "drained",
                "drained-3",
                "카드",
                "PARTIAL_CANCELED",
                "2026-03-05T10:00:00+09:00",
                7_000,
            ),
            row(
                "drained",
                "drained-1",
                "카드",
                "DONE",
                "2026-03-02T10:00:00+09:00",
                10_000,
            ),
            row(
                "drained",
                "drained-2",
                "카드",
                "PARTIAL_CANCELED",
                "2026-03-04T10:00:00+09:00",
                3_000,
            ),
        ];
        let cancels = [
            cancel("drained-2", "2026-03-04T10:00:00+09:00", 3_000),
            cancel("drained-3", "2026-03-05T10:00:00+09:00", 7_000),
        ];
        let without_keys = Settlement {
            payment_key: None,
            transaction_key: None,
            order_id: OrderId::parse("test_order-drained").unwrap(),
            fees: None,
            ..settlement("drained", "drained-3", -7_000, "2026-03-05", "2026-03-13")
        };
        let settlements = [
            settlement("drained", "drained-1", 10_000, "2026-03-02", "2026-03-10"),
            settlement("drained", "drained-2", -3_000, "2026-03-04", "2026-03-12"),
            without_keys,
        ];
        self.keep(&payment, &cancels, &rows, &settlements).await;
        self.keep_request("drained", "drained-2", 3_000).await;
    }

    /// Paid 10,000 and cancelled 3,000, which the row lists as 10,000.
    async fn keep_listed_whole(&self) {
        let payment = Payment {
            balance_amount: Some(won(7_000)),
            ..payment("whole", "카드", "PARTIAL_CANCELED", 10_000)
        };
        let rows = [
            row(
                "whole",
                "whole-1",
                "카드",
                "DONE",
                "2026-03-02T10:00:00+09:00",
                10_000,
            ),
            row(
                "whole",
                "whole-2",
                "카드",
                "PARTIAL_CANCELED",
                "2026-03-04T10:00:00+09:00",
                10_000,
            ),
        ];
        let cancels = [cancel("whole-2", "2026-03-04T10:00:00+09:00", 3_000)];
        self.keep(&payment, &cancels, &rows, &[]).await;
    }

    async fn keep_unknown(&self) {
        let payment = payment("unknown", "새로운결제", "HELD_FOR_REVIEW", 1_000);
        let rows = [row(
            "unknown",
            "unknown-1",
            "새로운결제",
            "HELD_FOR_REVIEW",
            "2026-03-02T10:00:00+09:00",
            1_000,
        )];
        self.keep(&payment, &[], &rows, &[]).await;
    }

    /// A virtual account that nobody paid, whose rows do not say how it was paid.
    async fn keep_unlabelled(&self) {
        let payment = Payment {
            balance_amount: Some(won(0)),
            ..payment("unlabelled", "가상계좌", "CANCELED", 22_400)
        };
        let rows = [Transaction {
            method_label: None,
            ..row(
                "unlabelled",
                "unlabelled-1",
                "",
                "CANCELED",
                "2026-03-03T10:00:00+09:00",
                22_400,
            )
        }];
        self.keep(&payment, &[], &rows, &[]).await;
    }

    /// A virtual account that was paid into and cancelled by somebody else, of which no row was read: whether the deposit
    /// had bounced before, the payment does not say.
    pub(super) async fn keep_deposited(&self) {
        let payment = Payment {
            balance_amount: Some(won(0)),
            ..payment("deposited", "가상계좌", "CANCELED", 5_000)
        };
        let cancels = [cancel("deposited-2", "2026-03-05T10:00:00+09:00", 5_000)];
        self.keep(&payment, &cancels, &[], &[]).await;
    }

    async fn keep(
        &self,
        payment: &Payment,
        cancels: &[Cancel],
        rows: &[Transaction],
        settlements: &[Settlement],
    ) {
        let transactions: Vec<_> = rows
            .iter()
            .map(|value| TransactionRecord { value, raw: "{}" })
            .collect();
        let mut days: BTreeMap<KstDate, Vec<SettlementRecord<'_>>> = BTreeMap::new();
        for value in settlements {
            let record = SettlementRecord { value, raw: "{}" };
            days.entry(value.sold_date).or_default().push(record);
        }
        let settlement_days: Vec<_> = days
            .into_iter()
            .map(|(day, rows)| SettlementDay {
                day,
                unreadable: &[],
                rows,
                digest: "digest",
            })
            .collect();
        let reading = LiveReading {
            account: &AccountName::new("shop"),
            payment: PaymentRecord {
                payment,
                cancels,
                version: None,
                found_by: FoundBy::default(),
                raw: "{}",
            },
            transactions: &transactions,
            unreadable: &[],
            settlement_days: &settlement_days,
            read_at: instant("2026-03-06T10:00:00+09:00"),
        };
        self.store.save_reading(&reading).await.unwrap();
    }

    /// A request of ours that succeeded.
    async fn keep_request(&self, payment: &str, transaction: &str, amount: i64) {
        let new = NewCancelRequest {
            id: CancelRequestId::new(REQUEST_ID),
            payment_key: key(payment),
            account: AccountName::new("shop"),
            amount: Some(won(amount)),
            currency: Currency::KRW,
            reason: "too small".to_owned(),
            requested_by: "admin".to_owned(),
            client_key: "key-0001".to_owned(),
            content: crate::store::ContentDigest {
                key: "k".to_owned(),
                digest: [0; 32],
            },
            mark: None,
            owner: "admin".to_owned(),
            voids: false,
            idempotency_key: "cr-1".to_owned(),
            requested_at: instant("2026-03-04T09:59:59+09:00"),
            lease: Lease {
                owner: "process".to_owned(),
                until: instant("2026-03-04T10:01:00+09:00"),
            },
            baseline_balance: None,
            day_limit: None,
        };
        let Created::New(request) = self.store.create_cancel_request(&new).await.unwrap() else {
            panic!("the request exists already");
        };
        let sent = CancelRequestChange {
            sent_at: Some(instant("2026-03-04T10:00:00+09:00")),
            ..CancelRequestChange::to(CancelRequestStatus::Sent)
        };
        let request = self
            .store
            .move_cancel_request(&request, sent, instant("2026-03-04T10:00:00+09:00"))
            .await
            .unwrap();
        let succeeded = CancelRequestChange {
            transaction_key: Some(TransactionKey::parse(transaction).unwrap()),
            resolved_at: Some(instant("2026-03-04T10:00:01+09:00")),
            ..CancelRequestChange::to(CancelRequestStatus::Succeeded)
        };
        self.store
            .move_cancel_request(&request, succeeded, instant("2026-03-04T10:00:01+09:00"))
            .await
            .unwrap();
    }
}

pub(super) fn key(text: &str) -> PaymentKey {
    PaymentKey::parse(text).unwrap()
}

pub(super) fn shop() -> MId {
    MId::parse("shop").unwrap()
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn won(minor: i64) -> Money {
    Money::from_minor(minor, Currency::KRW)
}

fn order(payment: &str) -> OrderId {
    OrderId::parse(&format!("order-{payment}")).unwrap()
}

fn payment(name: &str, method: &str, status: &str, total: i64) -> Payment {
    Payment {
        mid: shop(),
        payment_key: key(name),
        order_id: order(name),
        method_label: Some(method.to_owned()),
        status: PaymentStatus::from_toss(status),
        currency: Currency::KRW,
        total_amount: Some(won(total)),
        balance_amount: Some(won(total)),
        requested_at: Some(instant("2026-03-02T09:59:00+09:00")),
        approved_at: Some(instant("2026-03-02T10:00:00+09:00")),
        is_partial_cancelable: Some(true),
        last_transaction_key: None,
        virtual_account: None,
    }
}

fn row(
    payment: &str,
    transaction: &str,
    method: &str,
    status: &str,
    at: &str,
    amount: i64,
) -> Transaction {
    Transaction {
        mid: shop(),
        transaction_key: TransactionKey::parse(transaction).unwrap(),
        payment_key: key(payment),
        order_id: order(payment),
        method_label: Some(method.to_owned()),
        status: PaymentStatus::from_toss(status),
        transaction_at: instant(at),
        amount: won(amount),
        listed_position: 0,
    }
}

fn cancel(transaction: &str, at: &str, amount: i64) -> Cancel {
    Cancel {
        transaction_key: TransactionKey::parse(transaction).ok(),
        amount: won(amount),
        reason: Some("changed their mind".to_owned()),
        canceled_at: Some(instant(at)),
        refundable_amount: None,
        status: CancelStatus::Done,
    }
}

fn settlement(
    payment: &str,
    transaction: &str,
    amount: i64,
    sold: &str,
    paid_out: &str,
) -> Settlement {
    let fee = amount / 100 * 3;
    Settlement {
        mid: shop(),
        payment_key: Some(key(payment)),
        transaction_key: Some(TransactionKey::parse(transaction).unwrap()),
        order_id: order(payment),
        method_label: Some("카드".to_owned()),
        kind: Settlement::kind_of(won(amount), amount < 0),
        amount: won(amount),
        interest_fee: None,
        fee: Some(won(fee)),
        supply_amount: None,
        vat: None,
        fees: Some(vec![FeeLine {
            kind: "BASE".to_owned(),
            fee: won(fee),
        }]),
        pay_out_amount: won(amount - fee),
        approved_at: Some(instant("2026-03-02T10:00:00+09:00")),
        sold_date: KstDate::parse(sold).unwrap(),
        paid_out_date: KstDate::parse(paid_out).unwrap(),
    }
}
