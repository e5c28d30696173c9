//! The rows of many payments read together, one statement for each table, and dealt out.

use std::collections::HashMap;
use std::sync::Arc;

use reconciliation::PaymentKey;

use super::{BookRows, Scope};
use crate::store::row_reader::RowReader;
use crate::store::rows::{BegunPaymentRow, CancelRequestRow, TransactionRow, stored_payments};
use crate::store::{StoreError, VerdictSubject};

/// The books of some subjects, being filled.
pub(super) struct Gathering {
    subjects: Vec<(VerdictSubject, BookRows)>,
    /// Where each subject is.
    places: HashMap<VerdictSubject, usize>,
}

impl Gathering {
    /// Empty books, each with its version.
    pub(super) fn of(subjects: impl Iterator<Item = (VerdictSubject, i64)>) -> Self {
        let mut gathering = Self {
            subjects: Vec::new(),
            places: HashMap::new(),
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
        let place = *self.places.get(subject)?;
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
        self.read_settlements(reader, scope).await
    }

    async fn read_payments(
        &mut self,
        reader: &RowReader,
        scope: &Scope<'_>,
    ) -> Result<(), StoreError> {
        let mut sql = reader.sql();
        let which = format!("WHERE {}", scope.holds(&mut sql, "payments.payment_key"));
        let rows: Vec<BegunPaymentRow> = reader.rows(sql, &which).await?;
        let mut begun = HashMap::with_capacity(rows.len());
        let mut payments = Vec::with_capacity(rows.len());
        for row in rows {
            begun.insert(row.payment.key().to_owned(), row.began_at.0);
            payments.push(row.payment);
        }
        for (key, stored) in stored_payments(payments)? {
            if let Some(books) = self.of_payment(&key) {
                books.began_at = begun.get(key.as_str()).copied();
                books.payment = Some(Arc::new(stored));
            }
        }
        Ok(())
    }

    async fn read_transactions(
        &mut self,
        reader: &RowReader,
        scope: &Scope<'_>,
    ) -> Result<(), StoreError> {
        let mut sql = reader.sql();
        let which = format!("WHERE {}", scope.holds(&mut sql, "payment_key"));
        let rows: Vec<TransactionRow> = reader.rows(sql, &which).await?;
        for row in rows {
            let transaction = row.transaction()?;
            if let Some(books) = self.of_payment(&transaction.payment_key) {
                books.transactions.push(transaction);
            }
        }
        Ok(())
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
