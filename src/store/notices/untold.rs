//! What an address has no notice of yet.

use chrono::{DateTime, Utc};
use reconciliation::{DiscrepancyClass, MId, PaymentKey, Severity};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::{bound, instant};
use crate::store::db::sql::Sql;
use crate::store::{Store, StoreError};

/// The kind of notices of cancel requests that need a person; their subject is the request.
pub const NEEDS_PERSON: &str = "cancel.needs_operator";
/// The kind of notices of discrepancies; their subject is the discrepancy and when it was found.
pub const DISCREPANCY_FOUND: &str = "discrepancy.found";

/// A discrepancy of severity `ERROR` that an address has not been told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UntoldDiscrepancy {
    /// Its id, the same whenever it is found.
    pub id: String,
    /// What kind.
    pub class: DiscrepancyClass,
    /// The merchant.
    pub mid: String,
    /// The payment, if a row names one.
    pub payment_key: Option<String>,
    /// One sentence, in English.
    pub explanation: String,
    /// The same in Korean, where it is known.
    pub explanation_ko: Option<String>,
    /// As of when it was found.
    pub detected_at: DateTime<Utc>,
}

/// A cancel request that needs a person, of which an address has not been told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UntoldRequest {
    /// Its id.
    pub id: String,
    /// The payment.
    pub payment_key: PaymentKey,
    /// The payment's merchant, where the payment is known.
    pub mid: Option<String>,
    /// When it was recorded.
    pub requested_at: DateTime<Utc>,
}

impl Store {
    /// Errors that were found since then and that the address has no notice of, the oldest first. One that ended and was
    /// found again is told again.
    pub async fn untold_discrepancies(
        &self,
        target: &str,
        since: DateTime<Utc>,
        mids: Option<&[MId]>,
        most: u64,
    ) -> Result<Vec<UntoldDiscrepancy>, StoreError> {
        let backend = self.reader.get_database_backend();
        let statement = untold_discrepancies(backend, target, since, mids, most);
        let rows = self.reader.query_all_raw(statement).await?;
        rows.iter()
            .map(|row| {
                let id: String = row.try_get_by_index(0)?;
                let class: String = row.try_get_by_index(1)?;
                let class = DiscrepancyClass::parse(&class)
                    .ok_or_else(|| StoreError::inconsistent("discrepancies", "class", &id))?;
                Ok(UntoldDiscrepancy {
                    id,
                    class,
                    mid: row.try_get_by_index(2)?,
                    payment_key: row.try_get_by_index(3)?,
                    explanation: row.try_get_by_index(4)?,
                    explanation_ko: row.try_get_by_index(5)?,
                    detected_at: instant(row, 6, "discrepancies")?,
                })
            })
            .collect()
    }

    /// Cancel requests that need a person now and that the address has no notice of, the oldest first.
    pub async fn untold_requests(
        &self,
        target: &str,
        mids: Option<&[MId]>,
        most: u64,
    ) -> Result<Vec<UntoldRequest>, StoreError> {
        let mut sql = self.notice_sql();
        let of_merchant = of_merchant(&mut sql, "p.mid", mids);
        let (target, most) = (sql.bind(target), bound(&mut sql, most));
        // The condition on the state is that of the partial index, word for word.
        let text = format!(
            "SELECT r.id, r.payment_key, p.mid, r.requested_at FROM cancel_requests r
             LEFT JOIN payments p ON p.payment_key = r.payment_key
             WHERE r.status NOT IN ('SUCCEEDED', 'REJECTED') AND r.status = 'NEEDS_OPERATOR' AND {of_merchant}
                 AND NOT EXISTS (SELECT 1 FROM notices n
                     WHERE n.target = {target} AND n.kind = '{NEEDS_PERSON}' AND n.subject = r.id)
             ORDER BY r.requested_at, r.id LIMIT {most}"
        );
        let rows = self.reader.query_all_raw(sql.statement(text)).await?;
        rows.iter()
            .map(|row| {
                let id: String = row.try_get_by_index(0)?;
                let key: String = row.try_get_by_index(1)?;
                Ok(UntoldRequest {
                    payment_key: PaymentKey::parse(&key).map_err(|_| {
                        StoreError::inconsistent("cancel_requests", "payment_key", &id)
                    })?,
                    id,
                    mid: row.try_get_by_index(2)?,
                    requested_at: instant(row, 3, "cancel_requests")?,
                })
            })
            .collect()
    }
}

pub(super) fn untold_discrepancies(
    backend: DbBackend,
    target: &str,
    since: DateTime<Utc>,
    mids: Option<&[MId]>,
    most: u64,
) -> Statement {
    let mut sql = Sql::new(backend);
    let errors = DiscrepancyClass::ALL
        .into_iter()
        .filter(|class| class.severity() == Severity::Error);
    let of_class = sql.among("d.class", errors.map(DiscrepancyClass::as_str));
    let of_merchant = of_merchant(&mut sql, "d.mid", mids);
    let since = sql.bind(since.timestamp_millis());
    let (target, most) = (sql.bind(target), bound(&mut sql, most));
    sql.statement(format!(
        "SELECT d.id, d.class, d.mid, d.payment_key, d.explanation, d.explanation_ko, d.detected_at
         FROM discrepancies d
         WHERE d.detected_at >= {since} AND {of_class} AND {of_merchant}
             AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.target = {target}
                 AND n.kind = '{DISCREPANCY_FOUND}' AND n.subject = d.id || '/' || CAST(d.detected_at AS text))
         ORDER BY d.detected_at, d.id LIMIT {most}"
    ))
}

fn of_merchant(sql: &mut Sql, column: &str, mids: Option<&[MId]>) -> String {
    match mids {
        Some(mids) => sql.among(column, mids.iter().map(MId::as_str)),
        None => "TRUE".to_owned(),
    }
}
