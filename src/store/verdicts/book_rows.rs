//! Everything that is stored of some payments, as their verdicts need it.

mod due;
mod reading;
mod settlements;
mod unreadable;
mod walk;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::verdict::{self, Column};
use reconciliation::{FormerSettlement, ListedSettlement, Transaction};
use sea_orm::{EntityTrait, QueryFilter, QuerySelect};

pub use self::due::DueBooks;
pub use self::walk::{BookStretch, BookWalk, WalkedBooks};

use self::reading::Gathering;
use crate::store::db::keys::among;
use crate::store::db::sql::Sql;
use crate::store::row_reader::RowReader;
use crate::store::{
    CancelRequest, SettlementId, Store, StoreError, StoredPayment, StoredUnreadable, VerdictSubject,
};

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
    /// The rows that name it and cannot be read; of such a row that names no payment, the row itself.
    pub unreadable: Vec<StoredUnreadable>,
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
        let reader = RowReader::over(&self.reader);
        gathering.read(&reader, &Scope::Keys(&texts)).await?;
        Ok(gathering.finish().into_iter().collect())
    }
}

/// Of which subjects rows are read. Rows of others may be among them; they are passed over.
pub(in crate::store) enum Scope<'a> {
    /// Of these.
    Keys(&'a [String]),
    /// Of those after the one, up to the other.
    Range {
        after: Option<&'a str>,
        last: &'a str,
    },
}

impl Scope<'_> {
    /// The condition on the column with the subject, or with the payment's key.
    pub(in crate::store) fn holds(&self, sql: &mut Sql, column: &str) -> String {
        match self {
            Self::Keys(keys) => sql.among(column, keys.iter().map(String::as_str)),
            Self::Range { after, last } => {
                let until = format!("{column} <= {}", sql.bind(*last));
                match after {
                    Some(after) => format!("{column} > {} AND {until}", sql.bind(*after)),
                    None => until,
                }
            }
        }
    }
}
