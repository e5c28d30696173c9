//! Sums of verdicts.

use entity::unsettled_day;
use reconciliation::{KstDate, MId, Money, SettlementKind, Verdict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QueryResult, QueryTrait,
};

use super::PaymentSums;
use crate::store::db::sql::Sql;
use crate::store::mirror::payout_sums::saturating;
use crate::store::rows::unsettled_sums;
use crate::store::{Store, StoreError};

/// Sums of the payments that stand alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReconciliationSums {
    /// The merchant.
    pub mid: MId,
    /// How they stand.
    pub verdict: Verdict,
    /// How many.
    pub payments: u64,
    /// Their sums; the currency is theirs.
    pub sums: PaymentSums,
}

/// Sums of events without a row, of one merchant, method, currency, kind and sold date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsettledSums {
    /// The merchant.
    pub mid: MId,
    /// The method's literal.
    pub method_label: Option<String>,
    /// Approvals or cancels.
    pub kind: SettlementKind,
    /// The sold date by the contract.
    pub sold_date: KstDate,
    /// How many events.
    pub events: u64,
    /// Σ amount, signed.
    pub amount: Money,
}

impl Store {
    /// Sums of the payments that began between these days, both included, by merchant, currency and verdict: added up now. A
    /// sum beyond 64 bits ends there.
    pub async fn reconciliation_sums(
        &self,
        (from, to): (KstDate, KstDate),
        mids: Option<&[MId]>,
    ) -> Result<Vec<ReconciliationSums>, StoreError> {
        let mut sql = Sql::new(self.reader.get_database_backend());
        let of_merchant = match mids {
            Some(mids) => sql.among("mid", mids.iter().map(MId::as_str)),
            None => "TRUE".to_owned(),
        };
        let from = sql.bind(from.start().timestamp_millis());
        let to = sql.bind(to.next().start().timestamp_millis());
        let sums = SUMMED.map(saturating).join(", ");
        let text = format!(
            "SELECT mid, currency, verdict, COUNT(*), {sums} FROM verdicts
             WHERE verdict IS NOT NULL AND began_at >= {from} AND began_at < {to} AND {of_merchant}
             GROUP BY mid, currency, verdict ORDER BY mid, currency, verdict"
        );
        let rows = self.reader.query_all_raw(sql.statement(text)).await?;
        let mut found = rows.iter().map(sums_of).collect::<Result<Vec<_>, _>>()?;
        found.sort_by_key(|sums| (sums.mid.clone(), sums.sums.paid.currency(), sums.verdict));
        Ok(found)
    }

    /// Whether any payment has a verdict and no books by date yet: one that an earlier version made, and that is due since.
    pub async fn waits_for_books(&self) -> Result<bool, StoreError> {
        let sql = Sql::new(self.reader.get_database_backend());
        let text = "SELECT 1 FROM verdicts WHERE due_at = 0 AND verdict IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM booked_lines WHERE booked_lines.subject = verdicts.subject) LIMIT 1";
        Ok(self
            .reader
            .query_one_raw(sql.statement(text))
            .await?
            .is_some())
    }

    /// Sums of the events that wait for their settlement row, by sold date, kind, currency, merchant and method.
    pub async fn unsettled_sums(
        &self,
        mids: Option<&[MId]>,
    ) -> Result<Vec<UnsettledSums>, StoreError> {
        use unsettled_day::Column;
        unsettled_day::Entity::find()
            .apply_if(mids, |rows, mids| {
                rows.filter(Column::Mid.is_in(mids.iter().map(MId::as_str)))
            })
            .order_by_asc(Column::SoldDate)
            .order_by_asc(Column::Kind)
            .order_by_asc(Column::Currency)
            .order_by_asc(Column::Mid)
            .order_by_asc(Column::MethodLabel)
            .all(&self.reader)
            .await?
            .iter()
            .map(unsettled_sums)
            .collect()
    }
}

/// The columns of a verdict's sums, in the order of [`sums_of`].
const SUMMED: [&str; 7] = [
    "paid",
    "effective_refund",
    "voided",
    "settled",
    "fee",
    "pay_out",
    "never_settled",
];

fn sums_of(row: &QueryResult) -> Result<ReconciliationSums, StoreError> {
    let mid: String = row.try_get_by_index(0)?;
    let unread = |column| StoreError::inconsistent("verdicts", column, &mid);
    let (code, verdict): (String, String) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
    let payments: i64 = row.try_get_by_index(3)?;
    let currency = code.parse().map_err(|_| unread("currency"))?;
    let sum = |place: usize| {
        let minor: Option<i64> = row.try_get_by_index(place.saturating_add(4))?;
        Ok::<_, StoreError>(Money::from_minor(minor.unwrap_or(0), currency))
    };
    Ok(ReconciliationSums {
        mid: MId::parse(&mid).map_err(|_| unread("mid"))?,
        verdict: Verdict::parse(&verdict).ok_or_else(|| unread("verdict"))?,
        payments: u64::try_from(payments).unwrap_or(0),
        sums: PaymentSums {
            paid: sum(0)?,
            effective_refund: sum(1)?,
            voided: sum(2)?,
            settled: sum(3)?,
            fee: sum(4)?,
            pay_out: sum(5)?,
            never_settled: sum(6)?,
        },
    })
}
