//! What Toss said of a payment, word for word.

use reconciliation::PaymentKey;
use sea_orm::ConnectionTrait;

use crate::store::db::sql::Sql;
use crate::store::rows::packed::{RowKeys, unpacked};
use crate::store::{Store, StoreError};

/// The tables that hold what Toss said, each with the columns that name a row and its transaction, and the order of the rows.
const TABLES: [(&str, &str, &str, &str); 4] = [
    ("payments", "payment_key", "NULL", "payment_key"),
    (
        "transactions",
        "transaction_key",
        "transaction_key",
        "transaction_at, listed_position, transaction_key",
    ),
    ("settlements", "id", "transaction_key", "sold_date, id"),
    (
        "settlement_versions",
        "settlement_id",
        "transaction_key",
        "replaced_at, settlement_id",
    ),
];

/// One of Toss's texts. It may name people and accounts, so that it has no `Debug`.
pub struct RawOf {
    /// The table that holds it.
    pub table: &'static str,
    /// Names the row there.
    pub row: String,
    /// The text word for word.
    pub text: String,
}

impl Store {
    /// Everything that is stored of what Toss said of a payment: its own answer, its rows of both lists, and what these said
    /// before they changed. Rows that name no payment are not among them.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] when a text cannot be unpacked.
    pub async fn raw_texts(&self, payment: &PaymentKey) -> Result<Vec<RawOf>, StoreError> {
        let mut texts = Vec::new();
        for (table, name, transaction, order) in TABLES {
            let mut sql = Sql::new(self.reader.get_database_backend());
            let key = sql.bind(payment.as_str());
            let text = format!(
                "SELECT {name}, raw, CAST({transaction} AS text), order_id, mid FROM {table}
                 WHERE payment_key = {key} AND raw <> '' ORDER BY {order}"
            );
            for row in self.reader.query_all_raw(sql.statement(text)).await? {
                let name: String = row.try_get_by_index(0)?;
                let column: String = row.try_get_by_index(1)?;
                let transaction: Option<String> = row.try_get_by_index(2)?;
                let (order, mid): (String, String) =
                    (row.try_get_by_index(3)?, row.try_get_by_index(4)?);
                let keys = RowKeys {
                    payment_key: Some(payment.as_str()),
                    transaction_key: transaction.as_deref(),
                    order_id: &order,
                    mid: &mid,
                };
                let Some(text) = unpacked(&column, keys) else {
                    return Err(StoreError::inconsistent(table, "raw", &name));
                };
                texts.push(RawOf {
                    table,
                    text: text.into_owned(),
                    row: name,
                });
            }
        }
        Ok(texts)
    }
}
