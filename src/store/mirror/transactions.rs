//! Rows of Toss's transactions list.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entity::{RawText, transaction};
use reconciliation::{MId, PaymentKey, Transaction, TransactionKey};
use sea_orm::prelude::ChronoUnixTimestampMillis;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, Iterable, QueryFilter,
    QuerySelect,
};

use crate::store::db::keys::among;
use crate::store::db::staging::Staged;
use crate::store::db::upsert::Written;
use crate::store::rows::transaction_model;
use crate::store::{AccountName, Store, StoreError, TransactionRecord};

impl Store {
    /// The rows of these payments, unordered; payments without rows are missing from the answer.
    pub async fn transactions_of(
        &self,
        payments: &[PaymentKey],
    ) -> Result<HashMap<PaymentKey, Vec<Transaction>>, StoreError> {
        if payments.is_empty() {
            return Ok(HashMap::new());
        }
        let mut sql = self.quick.sql();
        let keys = payments.iter().map(PaymentKey::as_str);
        let which = format!("WHERE {}", sql.among("payment_key", keys));
        let mut found: HashMap<PaymentKey, Vec<Transaction>> =
            HashMap::with_capacity(payments.len());
        let take = |row: Transaction| {
            found.entry(row.payment_key.clone()).or_default().push(row);
        };
        self.quick.each(sql, &which, take).await?;
        Ok(found)
    }

    /// The payment that a row belongs to.
    pub async fn transaction_payment(
        &self,
        mid: &MId,
        transaction: &TransactionKey,
    ) -> Result<Option<PaymentKey>, StoreError> {
        let found: Option<String> = transaction::Entity::find_by_id((
            mid.as_str().to_owned(),
            transaction.as_str().to_owned(),
        ))
        .select_only()
        .column(transaction::Column::PaymentKey)
        .into_tuple()
        .one(&self.reader)
        .await?;
        found
            .map(|text| PaymentKey::parse(&text))
            .transpose()
            .map_err(|_| {
                StoreError::inconsistent("transactions", "payment_key", transaction.as_str())
            })
    }
}

/// The rows of a reading, each once, in the order of their keys, so that two readings at once lock the rows that they
/// share in the same order. `read_at` is when the reading began that first brought what a row says.
pub(in crate::store) fn transaction_rows(
    records: &[TransactionRecord<'_>],
    account: &AccountName,
    read_at: DateTime<Utc>,
) -> Vec<transaction::Model> {
    // Pages may overlap, and a statement may not touch a row twice.
    let rows: BTreeMap<_, _> = records
        .iter()
        .map(|record| ((&record.value.mid, &record.value.transaction_key), record))
        .collect();
    rows.into_values()
        .map(|record| transaction_model(record, account, read_at))
        .collect()
}

/// Keeps rows, and tells of which payments those are that are new or say something new. Of a row that is listed again,
/// the younger reading stays.
pub(in crate::store) async fn save_transactions(
    connection: &impl ConnectionTrait,
    rows: Staged<transaction::Entity>,
    seem_new: bool,
) -> Result<Written, StoreError> {
    let payment = Some(transaction::Column::PaymentKey);
    rows.upsert(connection, &replace_if_new(), payment, seem_new)
        .await
}

/// For each merchant the condition that finds its rows.
fn by_merchant<'r>(
    connection: &impl ConnectionTrait,
    rows: &'r [transaction::Model],
) -> Vec<(&'r str, Expr)> {
    use transaction::Column as C;
    let backend = connection.get_database_backend();
    let mids: BTreeSet<&str> = rows.iter().map(|row| row.mid.as_str()).collect();
    mids.into_iter()
        .map(|mid| {
            let keys = rows
                .iter()
                .filter(|row| row.mid == mid)
                .map(|row| row.transaction_key.as_str());
            (
                mid,
                C::Mid.eq(mid).and(among(backend, C::TransactionKey, keys)),
            )
        })
        .collect()
}

/// Leaves out the rows that are stored as they are.
pub(in crate::store) async fn without_known_transactions(
    connection: &impl ConnectionTrait,
    rows: Vec<transaction::Model>,
) -> Result<Vec<transaction::Model>, StoreError> {
    let mut known: HashMap<(String, String), KnownRow> = HashMap::with_capacity(rows.len());
    for (mid, wanted) in by_merchant(connection, &rows) {
        let found = transaction::Entity::find()
            .filter(wanted)
            .into_partial_model::<KnownRow>()
            .all(connection)
            .await?;
        known.extend(
            found
                .into_iter()
                .map(|row| ((mid.to_owned(), row.transaction_key.clone()), row)),
        );
    }
    Ok(rows
        .into_iter()
        .filter(|row| {
            let key = (row.mid.clone(), row.transaction_key.clone());
            known.get(&key).is_none_or(|known| known.differs_from(row))
        })
        .collect())
}

/// What decides whether a row says something new.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "transaction::Entity")]
struct KnownRow {
    transaction_key: String,
    status: String,
    transaction_at: ChronoUnixTimestampMillis,
    amount: i64,
    raw: RawText,
}

impl KnownRow {
    fn differs_from(&self, row: &transaction::Model) -> bool {
        self.raw != row.raw
            || self.amount != row.amount
            || self.status != row.status
            || self.transaction_at != row.transaction_at
    }
}

/// Replaces a row by what a reading that is not older says differently.
fn replace_if_new() -> OnConflict {
    use transaction::Column as C;
    let stored = |column: C| Expr::col((transaction::Entity, column));
    let given = |column: C| Expr::col(("excluded", column));
    let key = [C::Mid, C::TransactionKey];
    let others = C::iter().filter(|column| !matches!(column, C::Mid | C::TransactionKey));
    // The settings decide how a row's text is read, so that the same text may come to say something else.
    let differs = [C::Amount, C::Status, C::TransactionAt]
        .into_iter()
        .fold(given(C::Raw).ne(stored(C::Raw)), |differs, column| {
            differs.or(given(column).ne(stored(column)))
        });
    OnConflict::columns(key)
        .update_columns(others)
        .action_and_where(given(C::ReadAt).gte(stored(C::ReadAt)).and(differs))
        .to_owned()
}
