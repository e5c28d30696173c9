//! Whether what a report lists comes to the sums that it tells.

use super::section::Section;
use super::tally::{Counted, Expected};
use super::{events, payments};
use crate::reconcile::{DatedSummary, Summary};

/// What the rows of a report must come to.
pub(super) struct Sums {
    /// Of the payments that began in its range.
    pub(super) of_payments: Vec<Summary>,
    /// By event day.
    pub(super) of_events: Vec<DatedSummary>,
    /// Payments that are listed and in no sum.
    pub(super) without_verdict: u64,
}

impl Sums {
    /// Whether the payments and the events that are listed come to them, to the last unit.
    pub(super) fn agree_with(&self, sections: &[Counted]) -> bool {
        let of = |section: &Section| {
            let mut counted = sections.iter();
            counted.find(|counted| counted.section.field == section.field)
        };
        let (Some(payments), Some(events)) = (of(&payments::SECTION), of(&events::SECTION)) else {
            return false;
        };
        let listed: u64 = self.of_payments.iter().map(|of| of.payment_count).sum();
        listed + self.without_verdict == payments.rows
            && self.payments().is_met_by(payments)
            && self.events().is_some_and(|sums| sums.is_met_by(events))
    }

    fn payments(&self) -> Expected<6> {
        let mut expected = Expected::of([
            "paidAmount",
            "effectiveRefund",
            "voidedAmount",
            "settledAmount",
            "fee",
            "payOutAmount",
        ]);
        for Summary { sums, .. } in &self.of_payments {
            expected.add([
                sums.paid,
                sums.effective_refund,
                sums.voided,
                sums.settled,
                sums.fee,
                sums.pay_out,
            ]);
        }
        expected
    }

    /// `None` where a sum is too large.
    fn events(&self) -> Option<Expected<2>> {
        let mut expected = Expected::of(["effectiveAmount", "voidedAmount"]);
        for DatedSummary { sums, .. } in &self.of_events {
            expected.add([sums.net().ok()?, sums.voided]);
        }
        Some(expected)
    }
}

#[cfg(test)]
mod tests {
    use reconciliation::{BookedSums, Currency, MId, Money, Verdict};

    use super::super::book::Book;
    use super::super::cell::Cell;
    use super::super::json_file::JsonFile;
    use super::*;
    use crate::store::PaymentSums;

    fn won(minor: i64) -> Money {
        Money::from_minor(minor, Currency::KRW)
    }

    /// Writes a section of rows that have this amount in these columns, and no other.
    fn list(book: &mut Book, section: &'static Section, fields: &[&str], listed: &[Option<i64>]) {
        let mut sheet = book.open(section).unwrap();
        for amount in listed {
            let row = section.columns.iter().map(|column| {
                if fields.contains(&column.field) {
                    Cell::of(amount.map(won), Cell::Money)
                } else {
                    Cell::Nothing
                }
            });
            sheet.row(&row.collect::<Vec<_>>()).unwrap();
        }
        sheet.close().unwrap();
    }

    /// Whether sums of one payment of 1,000 won, and of one event of as much, agree with listed ones of these amounts.
    fn agrees_with(payments: &[Option<i64>], without_verdict: u64, events: &[Option<i64>]) -> bool {
        let mid = MId::parse("tosspayments").unwrap();
        let sums = Sums {
            of_payments: vec![Summary {
                mid: mid.clone(),
                payment_count: 1,
                sums: PaymentSums {
                    paid: won(1_000),
                    ..PaymentSums::zero(Currency::KRW)
                },
                verdicts: vec![(Verdict::Reconciled, 1)],
            }],
            of_events: vec![DatedSummary {
                mid,
                method: None,
                period_start: None,
                payment_count: 1,
                unchecked_count: 0,
                sums: BookedSums {
                    paid: won(1_500),
                    effective_refund: won(500),
                    ..BookedSums::zero(Currency::KRW)
                },
                tells_vat: true,
                verdicts: vec![(Verdict::Reconciled, 1)],
            }],
            without_verdict,
        };
        let folder = tempfile::TempDir::new().unwrap();
        let file = JsonFile::create(&folder.path().join("a.json")).unwrap();
        let mut book = Book::new(Box::new(file));
        let amounts = ["paidAmount", "netAmount", "unsettledAmount"];
        list(&mut book, &payments::SECTION, &amounts, payments);
        list(&mut book, &events::SECTION, &["effectiveAmount"], events);
        sums.agree_with(book.sections())
    }

    #[test]
    fn sums_agree_with_their_payments_to_the_last_won() {
        let events = [Some(1_500), Some(-500)];
        assert!(agrees_with(&[Some(1_000)], 0, &events));
        assert!(!agrees_with(&[Some(999)], 0, &events));
        assert!(!agrees_with(&[Some(500), Some(500)], 0, &events));
        assert!(!agrees_with(&[], 0, &events));
    }

    #[test]
    fn and_with_their_events() {
        let payments = [Some(1_000)];
        assert!(agrees_with(&payments, 0, &[Some(1_000)]));
        assert!(!agrees_with(&payments, 0, &[Some(1_001)]));
        assert!(!agrees_with(&payments, 0, &[]));
    }

    #[test]
    fn a_payment_without_a_verdict_is_in_no_sum() {
        let events = [Some(1_000)];
        assert!(agrees_with(&[Some(1_000), None], 1, &events));
        assert!(!agrees_with(&[Some(1_000), None], 0, &events));
    }
}
