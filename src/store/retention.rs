//! Emptying what Toss said of payments word for word, once it has been kept for long enough. Amounts, days and keys stay.

use chrono::{DateTime, Utc};
use reconciliation::{KstDate, MId, PaymentEnd, PaymentKey, Verdict};
use sea_orm::{ConnectionTrait, QueryResult};

use crate::store::cancels::audit::{PROGRAM, Said};
use crate::store::db::sql::Sql;
use crate::store::{Store, StoreError};

/// What the audit log calls it.
const EMPTIED: &str = "TEXTS_EMPTIED";
/// What has an index of its own by payment, in the order in which readings take the rows.
const ROWS: [&str; 3] = ["transactions", "settlements", "settlement_versions"];
/// How long a row that somebody else writes is waited for: less than PostgreSQL waits before it ends one of two that wait for each
/// other, so that it is this transaction that gives way.
const GIVE_WAY: &str = "SET LOCAL lock_timeout = '200ms'";

/// Where a walk along the payments of a merchant has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionPlace {
    began_at: i64,
    payment: String,
}

/// A payment whose books agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPayment {
    /// Which.
    pub payment: PaymentKey,
    /// How it stands.
    pub end: PaymentEnd,
    /// Whether anything is left to be emptied.
    pub has_texts: bool,
    /// Which books it stands by.
    books_version: i64,
    began_at: i64,
}

impl KeptPayment {
    /// Where the walk goes on behind it.
    pub fn place(&self) -> RetentionPlace {
        RetentionPlace {
            began_at: self.began_at,
            payment: self.payment.to_string(),
        }
    }
}

impl Store {
    /// Payments of a merchant that are reconciled and began before the instant, oldest first, so many at most.
    pub async fn kept_payments(
        &self,
        mid: &MId,
        before: DateTime<Utc>,
        after: Option<&RetentionPlace>,
        most: u32,
    ) -> Result<Vec<KeptPayment>, StoreError> {
        let mut sql = Sql::new(self.reader.get_database_backend());
        let mid = sql.bind(mid.as_str());
        let verdict = Verdict::Reconciled.as_str();
        let before = sql.bind(before.timestamp_millis());
        let behind = after.map_or_else(String::new, |place| {
            let (began_at, key) = (sql.bind(place.began_at), sql.bind(place.payment.as_str()));
            format!("AND (began_at, subject) > ({began_at}, {key})")
        });
        let of_rows = ROWS.map(|table| {
            format!("EXISTS (SELECT 1 FROM {table} WHERE payment_key = v.subject AND raw <> '')")
        });
        let of_rows = of_rows.join(" OR ");
        let text = format!(
            "SELECT v.subject, v.began_at, v.books_version,
                    CAST(CASE WHEN v.due_at IS NULL THEN 0 ELSE 1 END AS bigint),
                    CAST(CASE WHEN p.outdated THEN 1 ELSE 0 END AS bigint),
                    COALESCE(p.newest_row_at, p.began_at),
                    (SELECT CAST(MAX(paid_out_date) AS text) FROM settlements WHERE payment_key = v.subject),
                    CAST(CASE WHEN EXISTS (SELECT 1 FROM cancel_requests WHERE payment_key = v.subject
                        AND status NOT IN ('SUCCEEDED', 'REJECTED')) THEN 1 ELSE 0 END AS bigint),
                    CAST(CASE WHEN p.raw IS NOT NULL OR p.virtual_account_masked_number IS NOT NULL OR {of_rows}
                        OR EXISTS (SELECT 1 FROM cancel_requests WHERE payment_key = v.subject AND raw_reply IS NOT NULL)
                        THEN 1 ELSE 0 END AS bigint)
             FROM (SELECT subject, began_at, books_version, due_at FROM verdicts
                   WHERE mid = {mid} AND verdict = '{verdict}' AND began_at < {before} {behind}
                   ORDER BY began_at, subject LIMIT {most}) AS v
             JOIN payments p ON p.payment_key = v.subject ORDER BY v.began_at, v.subject"
        );
        let rows = self.reader.query_all_raw(sql.statement(text)).await?;
        rows.iter().map(kept_payment).collect()
    }

    /// Empties what Toss said of these payments, in one transaction with an entry in the audit log, and tells of how many. One whose
    /// books have changed since it was looked at is left alone.
    pub async fn empty_texts(
        &self,
        payments: &[KeptPayment],
        at: DateTime<Utc>,
        kept_days: u32,
    ) -> Result<usize, StoreError> {
        let transaction = self.begin().await?;
        let backend = transaction.get_database_backend();
        let sql = || Sql::new(backend);
        if sql().is_postgres() {
            transaction.execute_unprepared(GIVE_WAY).await?;
        }
        let mut wanted = sql();
        let among = wanted.among("subject", payments.iter().map(|kept| kept.payment.as_str()));
        let text =
            format!("SELECT subject, books_version FROM verdicts WHERE {among} AND due_at IS NULL");
        let standing = transaction.query_all_raw(wanted.statement(text)).await?;
        let mut keys = Vec::with_capacity(standing.len());
        for row in &standing {
            let (key, version): (String, i64) =
                (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let is_same =
                |kept: &KeptPayment| kept.payment.as_str() == key && kept.books_version == version;
            if payments.iter().any(is_same) {
                keys.push(key);
            }
        }
        if keys.is_empty() {
            transaction.rollback().await?;
            return Ok(0);
        }
        keys.sort_unstable();
        let texts = || keys.iter().map(String::as_str);
        let [transactions, settlements, versions] =
            ROWS.map(|table| (table, "raw = ''", "raw <> ''"));
        let payment = "raw = NULL, virtual_account_masked_number = NULL";
        for (table, change, which) in [
            transactions,
            ("payments", payment, "TRUE"),
            settlements,
            versions,
            (
                "cancel_requests",
                "raw_reply = NULL",
                "raw_reply IS NOT NULL",
            ),
        ] {
            let mut sql = sql();
            let among = sql.among("payment_key", texts());
            let text = format!("UPDATE {table} SET {change} WHERE {among} AND {which}");
            transaction.execute_raw(sql.statement(text)).await?;
        }
        let mut noted = sql();
        let (listed, instant) = (noted.listed(texts()), noted.bind(at.timestamp_millis()));
        let text = format!(
            "INSERT INTO emptied_payments (payment_key, emptied_at)
             SELECT key, CAST({instant} AS bigint) FROM ({listed}) AS emptied WHERE TRUE
             ON CONFLICT (payment_key) DO UPDATE SET emptied_at = excluded.emptied_at"
        );
        transaction.execute_raw(noted.statement(text)).await?;
        let said = Said {
            at,
            actor: PROGRAM,
            action: EMPTIED,
            subject: "payments",
            detail: serde_json::json!({ "retentionDays": kept_days, "payments": keys }),
        };
        self.add_audit_entry(&transaction, said).await?;
        transaction.commit().await?;
        Ok(keys.len())
    }

    /// When what Toss said of a payment was last emptied.
    pub async fn texts_emptied_at(
        &self,
        payment: &PaymentKey,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut sql = Sql::new(self.reader.get_database_backend());
        let key = sql.bind(payment.as_str());
        let text = format!("SELECT emptied_at FROM emptied_payments WHERE payment_key = {key}");
        let row = self.reader.query_one_raw(sql.statement(text)).await?;
        row.map(|row| instant(row.try_get_by_index(0)?, payment.as_str()))
            .transpose()
    }
}

fn kept_payment(row: &QueryResult) -> Result<KeptPayment, StoreError> {
    let key: String = row.try_get_by_index(0)?;
    let is_so = |place: usize| row.try_get_by_index::<i64>(place).map(|found| found != 0);
    let payout: Option<String> = row.try_get_by_index(6)?;
    let last_payout = payout
        .map(|text| KstDate::parse(&text))
        .transpose()
        .map_err(|_| StoreError::inconsistent("settlements", "paid_out_date", &key))?;
    Ok(KeptPayment {
        payment: PaymentKey::parse(&key)
            .map_err(|_| StoreError::inconsistent("verdicts", "subject", &key))?,
        end: PaymentEnd {
            verdict: Verdict::Reconciled,
            verdict_may_change: is_so(3)?,
            is_outdated: is_so(4)?,
            has_open_request: is_so(7)?,
            last_event: KstDate::of(instant(row.try_get_by_index(5)?, &key)?),
            last_payout,
        },
        has_texts: is_so(8)?,
        books_version: row.try_get_by_index(2)?,
        began_at: row.try_get_by_index(1)?,
    })
}

fn instant(millis: i64, key: &str) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(millis)
        .ok_or_else(|| StoreError::inconsistent("payments", "newest_row_at", key))
}
