//! Verdicts to keep, and what is due.

use chrono::{DateTime, Utc};
use reconciliation::{
    Currency, DiscrepancyClass, KstDate, MId, Money, PaymentKey, SettlementKind, Verdict,
};
use toss_recon::store::{
    AccountName, DatedBooks, DiscrepancyId, DiscrepancyRecord, PaymentSums, PaymentVerdict,
    ReadDays, Source, UnsettledEvent, VerdictGap, VerdictRecord, VerdictSubject,
};

use crate::database::TestDatabase;
use crate::samples::{account, at, day, key, mid, transaction_key, won};

pub(crate) fn of_payment(text: &str) -> VerdictSubject {
    VerdictSubject::Payment(key(text))
}

/// A verdict with nothing beside it, on the first version of its books.
pub(crate) fn verdict(payment_key: &str, verdict: Verdict) -> VerdictRecord {
    let zero = PaymentSums::zero(Currency::KRW);
    VerdictRecord {
        subject: of_payment(payment_key),
        books_version: 1,
        as_of: at("2026-04-02T03:00:00Z"),
        due_at: None,
        payment: Some(PaymentVerdict {
            mid: mid("tosspayments"),
            account: account(),
            began_at: at("2026-03-31T15:00:00Z"),
            verdict,
            sums: PaymentSums {
                paid: won(22_400),
                settled: won(22_400),
                fee: won(739),
                pay_out: won(21_661),
                ..zero
            },
        }),
        discrepancies: Vec::new(),
        unsettled: Vec::new(),
        gaps: Vec::new(),
        dated: DatedBooks::default(),
        unsure: Vec::new(),
    }
}

pub(crate) fn discrepancy(id: &str, class: DiscrepancyClass) -> DiscrepancyRecord {
    DiscrepancyRecord {
        id: DiscrepancyId::new(id),
        payment_key: Some(key("p")),
        mid: mid("tosspayments"),
        class,
        transaction_key: Some(transaction_key("t.1")),
        explanation: "It must be 22,400".to_owned(),
        explanation_ko: Some("22,400원이어야 한다".to_owned()),
        expected: Some(won(22_400)),
        observed: Some(Money::from_minor(-1, Currency::MUSD)),
        delta: None,
        began_at: at("2026-03-31T15:00:00Z"),
        evidence: Some("evidence".to_owned()),
    }
}

pub(crate) fn unsettled(transaction: &str, amount: i64, sold: &str) -> UnsettledEvent {
    UnsettledEvent {
        transaction_key: transaction_key(transaction),
        mid: mid("tosspayments"),
        method_label: Some("카드".to_owned()),
        kind: if amount < 0 {
            SettlementKind::Cancel
        } else {
            SettlementKind::Payment
        },
        amount: won(amount),
        sold_date: day(sold),
    }
}

pub(crate) fn gap(source: Source, from: &str, to: &str) -> VerdictGap {
    VerdictGap {
        source,
        from: day(from),
        to: day(to),
    }
}

impl TestDatabase {
    /// Takes every verdict for made.
    pub(crate) async fn nothing_is_due(&self) {
        self.spoil("UPDATE verdicts SET due_at = NULL").await;
    }

    /// The subjects whose books have changed, sorted.
    pub(crate) async fn due(&self) -> Vec<String> {
        let due = self
            .store
            .due_verdicts(at("1970-01-01T00:00:00Z"), 10_000)
            .await
            .expect("an answer");
        let mut due: Vec<String> = due.iter().map(|due| due.subject.to_string()).collect();
        due.sort();
        due
    }

    /// The version of a subject's books.
    pub(crate) async fn version(&self, subject: &VerdictSubject) -> i64 {
        let books = self.store.book_rows(std::slice::from_ref(subject)).await;
        books.expect("an answer")[subject].books_version
    }

    /// Keeps verdicts as made from the books as they are.
    pub(crate) async fn keep(&self, records: &[VerdictRecord]) -> u64 {
        let mut records = records.to_vec();
        for record in &mut records {
            record.books_version = self.version(&record.subject).await;
        }
        let seen = self.seen().await;
        self.store
            .save_verdicts(&records, &seen)
            .await
            .expect("they are kept")
    }

    pub(crate) async fn seen(&self) -> ReadDays {
        self.store.read_days().await.expect("an answer")
    }

    pub(crate) async fn stored(&self, subject: &VerdictSubject) -> Option<VerdictRecord> {
        let found = self
            .store
            .stored_verdicts(std::slice::from_ref(subject))
            .await;
        found.expect("an answer").remove(subject)
    }
}

/// A verdict of another merchant, account or day than the usual one.
pub(crate) fn moved(
    mut record: VerdictRecord,
    mid: &MId,
    account: &AccountName,
    began_at: DateTime<Utc>,
) -> VerdictRecord {
    if let Some(payment) = &mut record.payment {
        payment.mid = mid.clone();
        payment.account = account.clone();
        payment.began_at = began_at;
    }
    record
}

pub(crate) fn keys(texts: &[&str]) -> Vec<PaymentKey> {
    texts.iter().map(|text| key(text)).collect()
}

/// Longer than any sample lasts.
pub(crate) fn ever() -> (KstDate, KstDate) {
    (day("2020-01-01"), day("2030-12-31"))
}

pub(crate) fn april() -> (KstDate, KstDate) {
    (day("2026-04-01"), day("2026-04-30"))
}
