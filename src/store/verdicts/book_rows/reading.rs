//! The rows of many payments read together, one statement for each table, and dealt out.

use std::collections::HashMap;
use std::sync::Arc;

use reconciliation::{PaymentKey, Transaction};

use super::{BookRows, Scope};
use crate::store::row_reader::RowReader;
use crate::store::rows::{BegunPayment, CancelRequestRow, sort_cancels};
use crate::store::{StoreError, VerdictSubject};

/// How many subjects from the last one on are compared before the map is asked: along a range rows come in the order of
/// the subjects, and a few subjects have none.
const NEAR: usize = 3;

/// The books of some subjects, being filled.
pub(super) struct Gathering {
    subjects: Vec<(VerdictSubject, BookRows)>,
    /// Where each subject is.
    places: HashMap<VerdictSubject, usize>,
    /// Where the one is that was asked for last.
    last: usize,
}

impl Gathering {
    /// Empty books, each with its version.
    pub(super) fn of(subjects: impl Iterator<Item = (VerdictSubject, i64)>) -> Self {
        let mut gathering = Self {
            subjects: Vec::new(),
            places: HashMap::new(),
            last: 0,
        };
        for (subject, books_version) in subjects {
            let next = gathering.subjects.len();
            let place = *gathering.places.entry(subject.clone()).or_insert(next);
            if place == next {
                let books = BookRows {
                    books_version,
                    ..BookRows::default()
                };
                gathering.subjects.push((subject, books));
            }
        }
        gathering
    }

    /// The books of a subject that was asked for.
    pub(super) fn of_subject(&mut self, subject: &VerdictSubject) -> Option<&mut BookRows> {
        let near = self.subjects.iter().enumerate().skip(self.last).take(NEAR);
        let mut near = near.filter(|(_, (known, _))| known == subject);
        let place = match near.next() {
            Some((place, _)) => place,
            None => *self.places.get(subject)?,
        };
        self.last = place;
        self.subjects.get_mut(place).map(|(_, books)| books)
    }

    /// The books of a payment that was asked for.
    pub(super) fn of_payment(&mut self, key: &PaymentKey) -> Option<&mut BookRows> {
        self.of_subject(&VerdictSubject::Payment(key.clone()))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &(VerdictSubject, BookRows)> {
        self.subjects.iter()
    }

    /// The books, in the order in which they were asked for.
    pub(super) fn finish(self) -> Vec<(VerdictSubject, BookRows)> {
        self.subjects
    }

    /// Fills the books.
    pub(super) async fn read(
        &mut self,
        reader: &RowReader,
        scope: &Scope<'_>,
    ) -> Result<(), StoreError> {
        self.read_payments(reader, scope).await?;
        self.read_transactions(reader, scope).await?;
        self.read_requests(reader, scope).await?;
        self.read_unreadable(reader, scope).await?;
        self.read_settlements(reader, scope).await
    }

    async fn read_payments(
        &mut self,
        reader: &RowReader,
        scope: &Scope<'_>,
    ) -> Result<(), StoreError> {
        let mut sql = reader.sql();
        let which = format!("WHERE {}", scope.holds(&mut sql, "payments.payment_key"));
        let take = |row: BegunPayment| {
            if let Some(books) = self.of_payment(&row.payment.payment.payment_key) {
                books.began_at = Some(row.began_at);
                let stored = books.payment.get_or_insert_with(|| Arc::new(row.payment));
                if let Some(cancel) = row.cancel {
                    let cancels = &mut Arc::make_mut(stored).cancels;
                    cancels.push(cancel);
                    sort_cancels(cancels);
                }
            }
        };
        reader.each(sql, &which, take).await
    }

    async fn read_transactions(
        &mut self,
        reader: &RowReader,
        scope: &Scope<'_>,
    ) -> Result<(), StoreError> {
        let mut sql = reader.sql();
        let which = format!("WHERE {}", scope.holds(&mut sql, "payment_key"));
        let take = |transaction: Transaction| {
            if let Some(books) = self.of_payment(&transaction.payment_key) {
                if books.transactions.is_empty() {
                    // Mostly an approval, and what came before or after it; otherwise there would be room for four.
                    books.transactions.reserve_exact(2);
                }
                books.transactions.push(transaction);
            }
        };
        reader.each(sql, &which, take).await
    }

    async fn read_requests(
        &mut self,
        reader: &RowReader,
        scope: &Scope<'_>,
    ) -> Result<(), StoreError> {
        let mut sql = reader.sql();
        let holds = scope.holds(&mut sql, "payment_key");
        let which = format!("WHERE {holds} ORDER BY requested_at, id");
        let rows: Vec<CancelRequestRow> = reader.rows(sql, &which).await?;
        for row in rows {
            let request = row.cancel_request()?;
            if let Some(books) = self.of_payment(&request.payment_key) {
                books.requests.push(request);
            }
        }
        Ok(())
    }
}
