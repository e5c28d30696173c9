//! Everything that is stored of some payments, as their verdicts need it.

mod reading;
mod settlements;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::verdict::{self, Column};
use reconciliation::{FormerSettlement, ListedSettlement, Transaction};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QuerySelect};

use self::reading::Gathering;
use super::keys::among;
use super::{CancelRequest, SettlementId, Store, StoreError, StoredPayment, VerdictSubject};

/// What is stored of one subject.
#[derive(Clone, Debug, Default)]
pub struct BookRows {
    /// Counts the changes of these books; 0 while nothing was ever marked.
    pub books_version: i64,
    /// The payment with its cancels; `None` when only settlement rows name it.
    pub payment: Option<Arc<StoredPayment>>,
    /// When it began, as lists have it.
    pub began_at: Option<DateTime<Utc>>,
    /// Its transaction rows, unordered.
    pub transactions: Vec<Transaction>,
    /// The settlement rows that name it, or that name no payment but its order, with their ids. The instant of a row's
    /// reading is that of the first one that listed it so, as far as it matters: it is not before the one that replaced
    /// an earlier version of it.
    pub settlements: Vec<(SettlementId, ListedSettlement)>,
    /// What such rows said in earlier readings.
    pub former_settlements: Vec<FormerSettlement>,
    /// Our cancel requests for it, oldest first.
    pub requests: Vec<CancelRequest>,
}

impl Store {
    /// What is stored of these subjects. The version of each is read first, so that a change that comes while the rest
    /// is read is noticed by [`Store::save_verdicts`]. For a row without a payment: the row, or nothing when a payment
    /// has its order.
    pub async fn book_rows(
        &self,
        subjects: &[VerdictSubject],
    ) -> Result<HashMap<VerdictSubject, BookRows>, StoreError> {
        if subjects.is_empty() {
            return Ok(HashMap::new());
        }
        let texts: Vec<String> = subjects.iter().map(VerdictSubject::to_text).collect();
        let versions: HashMap<String, i64> = verdict::Entity::find()
            .select_only()
            .columns([Column::Subject, Column::BooksVersion])
            .filter(among(
                self.reader.get_database_backend(),
                Column::Subject,
                texts.iter().map(String::as_str),
            ))
            .into_tuple()
            .all(&self.reader)
            .await?
            .into_iter()
            .collect();
        let known = subjects.iter().zip(&texts).map(|(subject, text)| {
            let version = versions.get(text).copied().unwrap_or(0);
            (subject.clone(), version)
        });
        let mut gathering = Gathering::of(known);
        gathering.read(&self.reader, &Scope::Keys(&texts)).await?;
        Ok(gathering.finish().into_iter().collect())
    }

    /// What is stored of the subjects after the given one, in the order of [`Store::verdict_subjects`]; at most that
    /// many, and none at the end. Rows are read along the order of their payments.
    pub async fn book_rows_after(
        &self,
        after: Option<&VerdictSubject>,
        most: u64,
    ) -> Result<Vec<(VerdictSubject, BookRows)>, StoreError> {
        let next = self.verdict_subjects(after, most).await?;
        let Some(last) = next.last().map(|due| due.subject.to_text()) else {
            return Ok(Vec::new());
        };
        let after = after.map(VerdictSubject::to_text);
        let mut gathering =
            Gathering::of(next.into_iter().map(|due| (due.subject, due.books_version)));
        let scope = Scope::Range {
            after: after.as_deref(),
            last: &last,
        };
        gathering.read(&self.reader, &scope).await?;
        Ok(gathering.finish())
    }
}

/// Of which payments rows are read. Rows of others may be among them; they are passed over.
enum Scope<'a> {
    /// Of these.
    Keys(&'a [String]),
    /// Of those after the one, up to the other.
    Range {
        after: Option<&'a str>,
        last: &'a str,
    },
}

impl Scope<'_> {
    /// The condition on the column with the payment's key.
    fn holds(&self, connection: &DatabaseConnection, column: impl ColumnTrait) -> Expr {
        match self {
            Self::Keys(keys) => {
                let keys = keys.iter().map(String::as_str);
                among(connection.get_database_backend(), column, keys)
            }
            Self::Range { after, last } => {
                let until = column.lte(*last);
                match after {
                    Some(after) => column.gt(*after).and(until),
                    None => until,
                }
            }
        }
    }
}
