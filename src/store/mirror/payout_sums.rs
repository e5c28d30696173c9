//! Sums of settlement rows, made anew for a sold date whenever its rows are replaced: what each day pays out, and how
//! long after the sale.

use std::collections::BTreeMap;

use reconciliation::{Currency, KstDate, MId, Money, SettlementKind};
use sea_orm::{ConnectionTrait, QueryResult};

use crate::store::db::sql::Sql;
use crate::store::rows::kind_of;
use crate::store::{Store, StoreError};

/// Sums of the settlement rows of one merchant, currency, kind and paid-out date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutSums {
    /// The merchant.
    pub mid: MId,
    /// The day that the money moves.
    pub paid_out_date: KstDate,
    /// Approvals or cancels.
    pub kind: SettlementKind,
    /// How many rows.
    pub rows: u64,
    /// Σ amount, signed.
    pub amount: Money,
    /// Σ fee, signed.
    pub fee: Money,
    /// Σ payOutAmount, signed.
    pub pay_out: Money,
}

/// How many settlement rows of one merchant and method have these dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledLag {
    /// The merchant.
    pub mid: MId,
    /// The method's literal.
    pub method_label: Option<String>,
    /// The day of the approval, in rows of approvals that tell it.
    pub event_date: Option<KstDate>,
    /// The sold date.
    pub sold_date: KstDate,
    /// The paid-out date.
    pub paid_out_date: KstDate,
    /// How many rows.
    pub rows: u64,
}

impl Store {
    /// Sums of the settlement rows that are paid out between these days, both included: by day, merchant, currency and
    /// kind. A sum beyond 64 bits ends there.
    pub async fn payout_sums(
        &self,
        days: (KstDate, KstDate),
        mids: Option<&[MId]>,
    ) -> Result<Vec<PayoutSums>, StoreError> {
        let mut sql = Sql::new(self.reader.get_database_backend());
        let (from, to) = (sql.bind(days.0.naive()), sql.bind(days.1.naive()));
        let of_merchant = match mids {
            Some(mids) => sql.among("mid", mids.iter().map(MId::as_str)),
            None => "TRUE".to_owned(),
        };
        let text = format!(
            "SELECT mid, paid_out_date, kind, currency, row_count, amount, fee, pay_out FROM payout_sums
             WHERE paid_out_date >= {from} AND paid_out_date <= {to} AND {of_merchant}"
        );
        let mut sums: BTreeMap<(KstDate, MId, Currency, SettlementKind), PayoutSums> =
            BTreeMap::new();
        for row in self.reader.query_all_raw(sql.statement(text)).await? {
            let part = payout_sums_of(&row)?;
            let key = (
                part.paid_out_date,
                part.mid.clone(),
                part.amount.currency(),
                part.kind,
            );
            sums.entry(key)
                .and_modify(|sum| {
                    sum.rows = sum.rows.saturating_add(part.rows);
                    sum.amount = saturating_sum(sum.amount, part.amount);
                    sum.fee = saturating_sum(sum.fee, part.fee);
                    sum.pay_out = saturating_sum(sum.pay_out, part.pay_out);
                })
                .or_insert(part);
        }
        Ok(sums.into_values().collect())
    }

    /// The dates of settlement rows that were paid out on or after that day.
    pub async fn settled_lags(&self, since: KstDate) -> Result<Vec<SettledLag>, StoreError> {
        let mut sql = Sql::new(self.reader.get_database_backend());
        let since = sql.bind(since.naive());
        let text = format!(
            "SELECT mid, method_label, event_date, sold_date, paid_out_date, CAST(SUM(row_count) AS bigint)
             FROM payout_sums WHERE paid_out_date >= {since}
             GROUP BY mid, method_label, event_date, sold_date, paid_out_date
             ORDER BY mid, method_label, paid_out_date, sold_date, event_date"
        );
        let rows = self.reader.query_all_raw(sql.statement(text)).await?;
        rows.iter()
            .map(|row| {
                let event_date: Option<chrono::NaiveDate> = row.try_get_by_index(2)?;
                Ok(SettledLag {
                    mid: mid_of(row, 0)?,
                    method_label: row.try_get_by_index(1)?,
                    event_date: event_date.map(KstDate::from_naive),
                    sold_date: KstDate::from_naive(row.try_get_by_index(3)?),
                    paid_out_date: KstDate::from_naive(row.try_get_by_index(4)?),
                    rows: count(row.try_get_by_index(5)?),
                })
            })
            .collect()
    }
}

/// Makes the sums of a sold date anew for these merchants, from the rows that there are now. The fee of a row is the one
/// that [`reconciliation::Settlement::shown_fee`] tells.
pub(in crate::store) async fn sum_anew(
    connection: &impl ConnectionTrait,
    day: KstDate,
    mids: impl Iterator<Item = &str> + Clone,
) -> Result<(), StoreError> {
    let backend = connection.get_database_backend();
    let mut sql = Sql::new(backend);
    let (sold, among) = (sql.bind(day.naive()), sql.among("mid", mids.clone()));
    let text = format!("DELETE FROM payout_sums WHERE {among} AND sold_date = {sold}");
    connection.execute_raw(sql.statement(text)).await?;
    let mut sql = Sql::new(backend);
    let (sold, among) = (sql.bind(day.naive()), sql.among("mid", mids));
    let (event_date, parts) = if sql.is_postgres() {
        (
            "DATE '1970-01-01' + CAST((approved_at + 32400000) / 86400000 AS integer)",
            "(SELECT CAST(SUM(CAST(part ->> 1 AS bigint)) AS bigint) FROM json_array_elements(CAST(fees AS json)) AS part)",
        )
    } else {
        (
            "date((approved_at + 32400000) / 1000, 'unixepoch')",
            "(SELECT SUM(json_extract(part.value, '$[1]')) FROM json_each(fees) AS part)",
        )
    };
    let text = format!(
        "INSERT INTO payout_sums (mid, sold_date, paid_out_date, event_date, method_label, kind, currency, row_count,
             amount, fee, pay_out)
         SELECT mid, sold_date, paid_out_date, event_date, method_label, kind, currency, COUNT(*), {}, {}, {}
         FROM (SELECT mid, sold_date, paid_out_date, method_label, kind, currency, amount,
                 pay_out_amount AS pay_out,
                 COALESCE(fee, supply_amount + vat, {parts}, amount - pay_out_amount) AS fee,
                 CASE WHEN kind = 'PAYMENT' THEN {event_date} END AS event_date
             FROM settlements WHERE {among} AND kind IN ('PAYMENT', 'CANCEL') AND sold_date = {sold}) AS listed
         GROUP BY mid, sold_date, paid_out_date, event_date, method_label, kind, currency",
        saturating("amount"),
        saturating("fee"),
        saturating("pay_out"),
    );
    connection.execute_raw(sql.statement(text)).await?;
    Ok(())
}

/// The sum of a column that ends at the largest number instead of failing: rows that say absurd amounts must not keep a
/// day from being stored.
fn saturating(column: &str) -> String {
    let high = format!("SUM({column} / 1000000000)");
    let low = format!("SUM({column} % 1000000000)");
    format!(
        "CAST(CASE WHEN {high} > 9000000000 THEN 9223372036854775807
             WHEN {high} < -9000000000 THEN -9223372036854775807
             ELSE {high} * 1000000000 + {low} END AS bigint)"
    )
}

fn payout_sums_of(row: &QueryResult) -> Result<PayoutSums, StoreError> {
    let mid = mid_of(row, 0)?;
    let unread = |column| StoreError::inconsistent("payout_sums", column, mid.as_str());
    let kind: String = row.try_get_by_index(2)?;
    let code: String = row.try_get_by_index(3)?;
    let currency: Currency = code.parse().map_err(|_| unread("currency"))?;
    Ok(PayoutSums {
        paid_out_date: KstDate::from_naive(row.try_get_by_index(1)?),
        kind: kind_of(&kind).ok_or_else(|| unread("kind"))?,
        rows: count(row.try_get_by_index(4)?),
        amount: Money::from_minor(row.try_get_by_index(5)?, currency),
        fee: Money::from_minor(row.try_get_by_index(6)?, currency),
        pay_out: Money::from_minor(row.try_get_by_index(7)?, currency),
        mid,
    })
}

fn mid_of(row: &QueryResult, index: usize) -> Result<MId, StoreError> {
    let text: String = row.try_get_by_index(index)?;
    MId::parse(&text).map_err(|_| StoreError::inconsistent("payout_sums", "mid", &text))
}

fn count(column: i64) -> u64 {
    u64::try_from(column).unwrap_or(0)
}

/// The sum of two amounts of one currency, which ends at the largest number.
pub(in crate::store) fn saturating_sum(a: Money, b: Money) -> Money {
    Money::from_minor(a.minor().saturating_add(b.minor()), a.currency())
}
