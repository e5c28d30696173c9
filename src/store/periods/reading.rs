//! Reading periods: as they were closed, and what has changed since.

use std::str::FromStr;

use entity::{booked_day as booked_days, period, period_part, period_section};
use reconciliation::{BookedSums, Currency, KstDate, MId, Money, PaymentKey, PeriodFigure};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};

use super::{
    PeriodDifference, PeriodId, PeriodSection, PeriodState, Reopened, StoredPeriod, unread,
};
use crate::store::db::sql::Sql;
use crate::store::mirror::payout_sums::saturating;
use crate::store::rows::booked_day;
use crate::store::{BookedDay, Store, StoreError, VerdictSubject};

/// So many periods are told at most, the newest days first.
const MOST_PERIODS: u64 = 1_000;

impl Store {
    /// The periods of these merchants, newest days first; of the same days, the one closed last.
    pub async fn periods(&self, mids: Option<&[MId]>) -> Result<Vec<StoredPeriod>, StoreError> {
        use period::Column;
        period::Entity::find()
            .filter(Column::State.ne(PeriodState::Closing.as_str()))
            .apply_if(mids, |rows, mids| {
                rows.filter(Column::Mid.is_in(mids.iter().map(MId::as_str)))
            })
            .order_by_desc(Column::FromDay)
            .order_by_desc(Column::ToDay)
            .order_by_asc(Column::Mid)
            .order_by_desc(Column::ClosedAt)
            .limit(MOST_PERIODS)
            .all(&self.reader)
            .await?
            .into_iter()
            .map(stored)
            .collect()
    }

    /// The period of that name.
    pub async fn period(&self, id: &PeriodId) -> Result<Option<StoredPeriod>, StoreError> {
        period::Entity::find_by_id(id.as_str())
            .filter(period::Column::State.ne(PeriodState::Closing.as_str()))
            .one(&self.reader)
            .await?
            .map(stored)
            .transpose()
    }

    /// The sums of its days by `EVENT`, as they were when it was closed.
    pub async fn period_days(&self, id: &PeriodId) -> Result<Vec<BookedDay>, StoreError> {
        let mut sql = Sql::new(self.reader.get_database_backend());
        let period = sql.bind(id.as_str());
        let text = format!("SELECT * FROM period_days WHERE period = {period} ORDER BY place");
        let rows = self.reader.query_all_raw(sql.statement(text)).await?;
        rows.iter()
            .map(|row| booked_day(&booked_days::Model::from_query_result(row, "")?))
            .collect()
    }

    /// The sections of its report, in their order.
    pub async fn period_sections(&self, id: &PeriodId) -> Result<Vec<PeriodSection>, StoreError> {
        let rows = period_section::Entity::find()
            .filter(period_section::Column::Period.eq(id.as_str()))
            .order_by_asc(period_section::Column::Number)
            .all(&self.reader)
            .await?;
        let sections = rows.into_iter().map(|row| PeriodSection {
            section: row.section,
            sha256: row.sha256,
        });
        Ok(sections.collect())
    }

    /// The part at that place of a file of its report; `None` after the last one.
    pub async fn period_part(
        &self,
        id: &PeriodId,
        (format, number): (&str, i32),
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let part = period_part::Entity::find_by_id((id.to_string(), format.to_owned(), number));
        let part = part.one(&self.reader).await?;
        Ok(part.map(|part| part.content))
    }

    /// By how much its sums would be others now, in each currency in which anything was noted. A sum beyond 64 bits ends
    /// there.
    pub async fn period_differences(
        &self,
        id: &PeriodId,
    ) -> Result<Vec<PeriodDifference>, StoreError> {
        let mut sql = Sql::new(self.reader.get_database_backend());
        let period = sql.bind(id.as_str());
        let sums = SUMMED.map(saturating).join(", ");
        let text = format!(
            "SELECT currency, {sums} FROM period_changes WHERE period = {period} GROUP BY currency ORDER BY currency"
        );
        let rows = self.reader.query_all_raw(sql.statement(text)).await?;
        rows.iter()
            .map(|row| {
                let code: String = row.try_get_by_index(0)?;
                let currency =
                    Currency::from_str(&code).map_err(|_| unread("currency", id.as_str()))?;
                let sum = |place: usize| {
                    let minor = row.try_get_by_index(place.saturating_add(1))?;
                    Ok::<_, StoreError>(Money::from_minor(minor, currency))
                };
                let sums = BookedSums {
                    paid: sum(0)?,
                    effective_refund: sum(1)?,
                    voided: sum(2)?,
                    settled: sum(3)?,
                    fee: sum(4)?,
                    supply_amount: sum(5)?,
                    vat: sum(6)?,
                    pay_out: sum(7)?,
                    never_settled: sum(8)?,
                    ..BookedSums::zero(currency)
                };
                Ok(PeriodDifference { currency, sums })
            })
            .collect()
    }

    /// The payments that changed this figure, the last change first; at most that many. What names no payment is left out.
    pub async fn period_changed_by(
        &self,
        id: &PeriodId,
        currency: Currency,
        figure: PeriodFigure,
        most: u64,
    ) -> Result<Vec<PaymentKey>, StoreError> {
        let mut sql = Sql::new(self.reader.get_database_backend());
        let (period, currency) = (sql.bind(id.as_str()), sql.bind(currency.code()));
        let most = sql.bind(i64::try_from(most).unwrap_or(i64::MAX));
        let text = format!(
            "SELECT subject FROM period_changes WHERE period = {period} AND currency = {currency} AND {} <> 0
                AND subject NOT LIKE 'row/%' ORDER BY changed_at DESC, subject LIMIT {most}",
            column_of(figure)
        );
        let rows = self.reader.query_all_raw(sql.statement(text)).await?;
        let mut payments = Vec::with_capacity(rows.len());
        for row in &rows {
            let subject: String = row.try_get_by_index(0)?;
            if let VerdictSubject::Payment(key) = VerdictSubject::parse(&subject)? {
                payments.push(key);
            }
        }
        Ok(payments)
    }
}

/// The sums of a change, in the order in which they are read.
const SUMMED: [&str; 9] = [
    "paid",
    "effective_refund",
    "voided",
    "settled",
    "fee",
    "supply_amount",
    "vat",
    "pay_out",
    "never_settled",
];

/// How a figure follows from the sums of a change.
fn column_of(figure: PeriodFigure) -> &'static str {
    match figure {
        PeriodFigure::Paid => "paid",
        PeriodFigure::EffectiveRefund => "effective_refund",
        PeriodFigure::Voided => "voided",
        PeriodFigure::Net => "paid - effective_refund",
        PeriodFigure::Settled => "settled",
        PeriodFigure::Fee => "fee",
        PeriodFigure::SupplyAmount => "supply_amount",
        PeriodFigure::Vat => "vat",
        PeriodFigure::PayOut => "pay_out",
        PeriodFigure::Unsettled => "paid - effective_refund - settled - never_settled",
    }
}

/// The period that a row holds.
pub(super) fn stored(row: period::Model) -> Result<StoredPeriod, StoreError> {
    let state = PeriodState::parse(&row.state).ok_or_else(|| unread("state", &row.id))?;
    let reopened = match (row.reopened_at, row.reopened_by, row.reopen_note) {
        (Some(at), Some(by), Some(note)) => Some(Reopened { at: at.0, by, note }),
        _ => None,
    };
    Ok(StoredPeriod {
        mid: MId::parse(&row.mid).map_err(|_| unread("mid", &row.id))?,
        id: PeriodId::new(&row.id),
        from: KstDate::from_naive(row.from_day),
        to: KstDate::from_naive(row.to_day),
        state,
        closed_at: row.closed_at.unwrap_or(row.begun_at).0,
        closed_by: row.closed_by,
        note: row.note,
        reopened,
    })
}
