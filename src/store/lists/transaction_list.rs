//! The list of transactions of all payments, newest first, along an index for every filter: read from the books by date.

mod walking;

use chrono::{DateTime, TimeDelta, Utc};
use entity::booked_line::{self, Column};
use reconciliation::{
    CancelOrigin, Currency, Effect, KstDate, MId, OrderId, PaymentKey, PaymentMethod,
    TransactionKey,
};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use self::walking::{Wanted, walk, walk_payout_days, walk_subjects};
use crate::store::db::keys::among;
use crate::store::db::sql::Sql;
use crate::store::lists::keyset::Walk;
use crate::store::lists::payment_list::words;
use crate::store::{Page, PageRequest, Store, StoreError};

/// Of so many merchants it is asked in one statement when their money moves; SQLite takes no more than five hundred in a union.
const MOST_MERCHANTS: usize = 100;

/// Which transactions. Both ends of days are included; a list without a value matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransactionFilter {
    /// At or after the first instant and before the second.
    pub at: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Whose money moves on one of these days, by its row or by forecast; of one that is settled on several days, by the
    /// first.
    pub payout_day: Option<(KstDate, KstDate)>,
    /// With one of these effects.
    pub effects: Option<Vec<Effect>>,
    /// Caused so; of nothing but cancels.
    pub origins: Option<Vec<CancelOrigin>>,
    /// Of payments that were paid so; [`PaymentMethod::Other`] stands for every method that is not known.
    pub methods: Option<Vec<PaymentMethod>>,
    /// Of one of these merchants.
    pub mids: Option<Vec<MId>>,
    /// Of this order.
    pub order_id: Option<OrderId>,
    /// In this currency.
    pub currency: Option<Currency>,
    /// Whose money moves by forecast, or by its row.
    pub is_forecast: Option<bool>,
}

/// A transaction's place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionPlace {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Its line in the books by date.
    pub line: String,
}

/// What names a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedTransaction {
    /// The payment.
    pub payment_key: PaymentKey,
    /// The merchant.
    pub mid: MId,
    /// The event.
    pub transaction_key: TransactionKey,
}

impl Store {
    /// A page of the transactions that the filter lets through, of those that Toss's list has shown.
    pub async fn list_transactions(
        &self,
        filter: &TransactionFilter,
        request: &PageRequest<TransactionPlace>,
    ) -> Result<Page<(TransactionPlace, ListedTransaction)>, StoreError> {
        let Some(walk) = self.walk_transactions(filter).await? else {
            return Ok(Page::empty());
        };
        let statement = walk.statement(
            booked_line::Entity,
            &PageRequest {
                rows: request.rows,
                past: request
                    .past
                    .as_ref()
                    .map(|past| (past.at.timestamp_millis().into(), past.line.as_str().into())),
                toward: request.toward,
            },
        );
        let mut places = Vec::new();
        for row in self.reader.query_all(&statement).await? {
            let (millis, line): (i64, String) =
                (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let unread = || StoreError::inconsistent("booked_lines", "listed_at", &line);
            places.push(TransactionPlace {
                at: DateTime::from_timestamp_millis(millis).ok_or_else(unread)?,
                line,
            });
        }
        let page = Page::of(places, request.rows, request.toward);
        let mut found = self.named_by(&page.rows).await?;
        let rows = page.rows.into_iter().filter_map(|place| {
            let named = found.remove(&place.line)?;
            Some((place, named))
        });
        Ok(Page {
            rows: rows.collect(),
            has_more: page.has_more,
        })
    }

    /// How many transactions the filter lets through; `None` when they are more than a hundred thousand.
    pub async fn count_transactions(
        &self,
        filter: &TransactionFilter,
    ) -> Result<Option<u64>, StoreError> {
        match self.walk_transactions(filter).await? {
            Some(walk) => self.counted(&walk.count(booked_line::Entity)).await,
            None => Ok(Some(0)),
        }
    }

    /// What these lines name.
    async fn named_by(
        &self,
        places: &[TransactionPlace],
    ) -> Result<std::collections::HashMap<String, ListedTransaction>, StoreError> {
        let ids = places.iter().map(|place| place.line.as_str());
        let rows: Vec<(String, String, String, Option<String>)> = booked_line::Entity::find()
            .select_only()
            .columns([
                Column::Id,
                Column::Subject,
                Column::Mid,
                Column::TransactionKey,
            ])
            .filter(among(self.reader.get_database_backend(), Column::Id, ids))
            .into_tuple()
            .all(&self.reader)
            .await?;
        rows.into_iter()
            .map(|(id, subject, mid, key)| {
                let unread = |column| StoreError::inconsistent("booked_lines", column, &id);
                let key = key.unwrap_or_default();
                let named = ListedTransaction {
                    payment_key: PaymentKey::parse(&subject).map_err(|_| unread("subject"))?,
                    mid: MId::parse(&mid).map_err(|_| unread("mid"))?,
                    transaction_key: TransactionKey::parse(&key)
                        .map_err(|_| unread("transaction_key"))?,
                };
                Ok((id, named))
            })
            .collect()
    }

    async fn walk_transactions(
        &self,
        filter: &TransactionFilter,
    ) -> Result<Option<Walk<Column>>, StoreError> {
        if let Some(order) = &filter.order_id {
            return self.walk_order(filter, order).await;
        }
        let mids = match &filter.mids {
            Some(mids) => mids.clone(),
            None => self.every_merchant().await?,
        };
        let mids = words(Some(&mids), MId::to_string).unwrap_or_default();
        let Some(wanted) = Wanted::by(filter).filter(|_| !mids.is_empty()) else {
            return Ok(None);
        };
        if let Some(walk) = walk_payout_days(filter, &wanted, &mids) {
            return Ok(Some(walk));
        }
        let Some(days) = filter.payout_day else {
            return Ok(Some(walk(filter, &wanted, &mids, None)));
        };
        let within = self.events_paid_out(&mids, days).await?;
        Ok(within.map(|within| walk(filter, &wanted, &mids, Some(within))))
    }

    /// The instants between which the events happened whose money moves on these days: by how long after them it moves at
    /// least and at most. `None` when no money moves at all.
    async fn events_paid_out(
        &self,
        mids: &[String],
        (from, to): (KstDate, KstDate),
    ) -> Result<Option<(i64, i64)>, StoreError> {
        let mut after: Vec<i32> = Vec::new();
        for mids in mids.chunks(MOST_MERCHANTS) {
            let mut sql = Sql::new(self.reader.get_database_backend());
            let mut parts = Vec::new();
            for (mid, order) in mids.iter().flat_map(|mid| [(mid, "ASC"), (mid, "DESC")]) {
                let mid = sql.bind(mid.as_str());
                parts.push(format!(
                    "SELECT * FROM (SELECT payout_after FROM booked_lines WHERE mid = {mid} AND payout_after IS NOT NULL
                     ORDER BY payout_after {order} LIMIT 1) AS part{}",
                    parts.len()
                ));
            }
            let statement = sql.statement(parts.join(" UNION ALL "));
            for row in self.reader.query_all_raw(statement).await? {
                after.push(row.try_get_by_index(0)?);
            }
        }
        let Some((least, most)) = after.iter().min().zip(after.iter().max()) else {
            return Ok(None);
        };
        let first = from.naive() - TimeDelta::days(i64::from(*most));
        let until = to.naive() - TimeDelta::days(i64::from(*least));
        let start = |day| KstDate::from_naive(day).start().timestamp_millis();
        let end = KstDate::from_naive(until).next().start();
        Ok(Some((start(first), end.timestamp_millis())))
    }

    /// An order has few transactions, which are sorted.
    async fn walk_order(
        &self,
        filter: &TransactionFilter,
        order: &OrderId,
    ) -> Result<Option<Walk<Column>>, StoreError> {
        let orders = std::slice::from_ref(order);
        let attempts = self.attempts(orders).await?;
        let payments = attempts.into_values().flatten();
        let subjects: Vec<String> = payments
            .map(|stored| stored.payment.payment_key.to_string())
            .collect();
        Ok(Wanted::by(filter).and_then(|wanted| walk_subjects(filter, &wanted, &subjects)))
    }
}

#[cfg(test)]
#[path = "transaction_list/plans.rs"]
mod plans;
