//! The list of transactions of all payments, newest first, along an index for every filter: read from the books by date.

use chrono::{DateTime, TimeDelta, Utc};
use entity::booked_line::{self, Column};
use reconciliation::{
    CancelOrigin, Currency, Effect, KstDate, MId, OrderId, PaymentKey, PaymentMethod,
    TransactionKey,
};
use sea_orm::sea_query::{Expr, ExprTrait, Value};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::store::db::keys::among;
use crate::store::db::sql::Sql;
use crate::store::lists::keyset::{Walk, has, looked_at};
use crate::store::lists::payment_list::words;
use crate::store::rows::{EVENT_KINDS, METHOD_KINDS, event_kind, method_kind};
use crate::store::{Page, PageRequest, Store, StoreError};

/// A list of more parts than this is read in fewer, which are walked past rows that it has not to do with.
const MOST_PARTS: usize = 300;

/// The same of the days on which money moves: past these, few other rows lie between the instants that events can have.
const MOST_PARTS_OF_DAYS: usize = 100;

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
        let last = to.naive() - TimeDelta::days(i64::from(*least));
        let start = |day| KstDate::from_naive(day).start().timestamp_millis();
        let end = KstDate::from_naive(last).next().start();
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

/// The words that a filter names, as they stand in the columns: without repetition and not empty.
struct Wanted {
    kinds: Option<Vec<String>>,
    methods: Option<Vec<String>>,
}

impl Wanted {
    /// `None` when nothing can match.
    fn by(filter: &TransactionFilter) -> Option<Self> {
        let wanted = Self {
            kinds: kinds(filter),
            methods: words(filter.methods.as_deref(), |method| {
                method_kind(Some(method)).to_owned()
            }),
        };
        let lists = [&wanted.kinds, &wanted.methods];
        let matches_nothing = lists.into_iter().flatten().any(Vec::is_empty);
        (!matches_nothing).then_some(wanted)
    }

    /// The conditions that a row is looked at for in a part of no kind and method.
    fn looked_at(&self) -> impl Iterator<Item = Expr> {
        let (kinds, methods) = (self.kinds.as_ref(), self.methods.as_ref());
        let kinds = kinds.map(|kinds| looked_at(Column::Kind.is_in(kinds)));
        let methods = methods.map(|methods| looked_at(Column::Method.is_in(methods)));
        kinds.into_iter().chain(methods)
    }
}

/// The kinds of events that a filter's effects and origins allow; `None` when it names neither, and has no payout day, which
/// only events that move money have.
fn kinds(filter: &TransactionFilter) -> Option<Vec<String>> {
    let moves = |kind: &str| !kind.starts_with("NONE") && !kind.starts_with("VOIDED");
    if filter.effects.is_none() && filter.origins.is_none() && filter.payout_day.is_none() {
        return None;
    }
    let of_cancels = [
        Some(CancelOrigin::Ours),
        Some(CancelOrigin::Elsewhere),
        Some(CancelOrigin::Uncertain),
    ];
    let all = [
        Effect::None,
        Effect::Paid,
        Effect::PaymentReversed,
        Effect::Refunded,
        Effect::Voided,
    ];
    let effects = filter.effects.as_deref().unwrap_or(&all);
    let mut named: Vec<String> = Vec::new();
    for effect in effects {
        let origins = of_cancels.iter().chain(&[None]);
        for origin in origins {
            let is_wanted = match (&filter.origins, origin) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(wanted), Some(origin)) => wanted.contains(origin),
            };
            let kind = event_kind(*effect, *origin);
            if is_wanted && EVENT_KINDS.contains(&kind.as_str()) {
                named.push(kind);
            }
        }
    }
    named.retain(|kind| filter.payout_day.is_none() || moves(kind));
    named.sort_unstable();
    named.dedup();
    Some(named)
}

/// How the list is walked by the days on which money moves, in one part for each day, kind and method of each merchant.
/// `None` where these are not named, or too many.
fn walk_payout_days(
    filter: &TransactionFilter,
    wanted: &Wanted,
    mids: &[String],
) -> Option<Walk<Column>> {
    let (from, to) = filter.payout_day?;
    let kinds = wanted.kinds.as_deref()?;
    let methods = named_or_all(wanted.methods.as_deref(), &METHOD_KINDS);
    let days = few_days(from, to, mids.len() * kinds.len() * methods.len())?;
    let mut parts = Vec::new();
    for mid in mids {
        for day in &days {
            let on = Expr::col(Column::PayoutDay).eq(day.naive());
            let of_day = has(Column::Mid, mid).and(on);
            parts.extend(each(&of_day, kinds.iter().map(String::as_str), &methods));
        }
    }
    let walk = in_order(filter, parts, apart(filter).collect(), None);
    Some(Walk {
        // What has a payout day has an instant: without bounds, SQLite cannot take another index for theirs.
        within: walk.within.filter(|_| filter.at.is_some()),
        ..walk
    })
}

/// How the list is walked by what happened and how it was paid, in one part for each of each merchant; where neither is named
/// or they are too many, merchant by merchant. Rows of other payout days are passed, within these instants.
fn walk(
    filter: &TransactionFilter,
    wanted: &Wanted,
    mids: &[String],
    within: Option<(i64, i64)>,
) -> Walk<Column> {
    let mut everywhere: Vec<Expr> = apart(filter).collect();
    everywhere.extend(filter.payout_day.map(moves_between));
    let is_by_kind =
        filter.effects.is_some() || filter.origins.is_some() || filter.methods.is_some();
    let kinds = named_or_all(wanted.kinds.as_deref(), &EVENT_KINDS);
    let methods = named_or_all(wanted.methods.as_deref(), &METHOD_KINDS);
    if !is_by_kind || mids.len() * kinds.len() * methods.len() > MOST_PARTS {
        // What has a payout day is of a kind that has one.
        everywhere.extend(wanted.looked_at().filter(|_| is_by_kind));
        let parts = mids.iter().map(|mid| has(Column::Mid, mid));
        return in_order(filter, parts.collect(), everywhere, within);
    }
    let parts = mids
        .iter()
        .flat_map(|mid| each(&has(Column::Mid, mid), kinds.iter().copied(), &methods));
    in_order(filter, parts.collect(), everywhere, within)
}

/// The parts of one condition, one for each kind and method.
fn each<'k>(of: &Expr, kinds: impl Iterator<Item = &'k str>, methods: &[&str]) -> Vec<Expr> {
    let mut parts = Vec::new();
    for kind in kinds {
        let of_kind = of.clone().and(has(Column::Kind, kind));
        let methods = methods.iter();
        parts.extend(methods.map(|method| of_kind.clone().and(has(Column::Method, method))));
    }
    parts
}

fn moves_between((from, to): (KstDate, KstDate)) -> Expr {
    let day = Expr::col(Column::PayoutDay);
    looked_at(day.clone().gte(from.naive()).and(day.lte(to.naive())))
}

/// How the transactions of these subjects are walked.
fn walk_subjects(
    filter: &TransactionFilter,
    wanted: &Wanted,
    subjects: &[String],
) -> Option<Walk<Column>> {
    let subjects = words(Some(subjects), String::clone).filter(|all| !all.is_empty())?;
    let mids = words(filter.mids.as_deref(), MId::to_string);
    let mut everywhere: Vec<Expr> = apart(filter).collect();
    everywhere.extend(wanted.looked_at());
    everywhere.extend(mids.map(|mids| looked_at(Column::Mid.is_in(mids))));
    everywhere.extend(filter.payout_day.map(moves_between));
    let parts = subjects.iter().map(|subject| has(Column::Subject, subject));
    Some(in_order(filter, parts.collect(), everywhere, None))
}

/// What every row is looked at for.
fn apart(filter: &TransactionFilter) -> impl Iterator<Item = Expr> {
    let currency = filter
        .currency
        .map(|currency| looked_at(Column::Currency.eq(currency.code())));
    let forecast = filter
        .is_forecast
        .map(|is_forecast| looked_at(Column::Forecast.eq(is_forecast)));
    currency.into_iter().chain(forecast)
}

fn in_order(
    filter: &TransactionFilter,
    parts: Vec<Expr>,
    everywhere: Vec<Expr>,
    within: Option<(i64, i64)>,
) -> Walk<Column> {
    let millis = |(from, to): (DateTime<Utc>, DateTime<Utc>)| {
        (from.timestamp_millis(), to.timestamp_millis())
    };
    let bounds = filter.at.map(millis).into_iter().chain(within);
    // Lines by which no event is listed have no instant; any bound leaves them out.
    let (from, to) = bounds.fold((i64::MIN, i64::MAX), |(from, to), (later, earlier)| {
        (Ord::max(from, later), Ord::min(to, earlier))
    });
    let within: (Value, Value) = (from.into(), to.into());
    Walk {
        first: None,
        order: Column::ListedAt,
        key: Column::Id,
        parts,
        everywhere,
        within: Some(within),
    }
}

/// The days from one to another, both included, if they make few enough parts.
fn few_days(from: KstDate, to: KstDate, parts_of_day: usize) -> Option<Vec<KstDate>> {
    let most = MOST_PARTS_OF_DAYS / parts_of_day.max(1);
    let mut days = Vec::new();
    let mut day = from;
    while day <= to {
        if days.len() == most {
            return None;
        }
        days.push(day);
        if day.next() == day {
            break;
        }
        day = day.next();
    }
    Some(days)
}

fn named_or_all<'a>(named: Option<&'a [String]>, all: &[&'a str]) -> Vec<&'a str> {
    named.map_or_else(
        || all.to_vec(),
        |named| named.iter().map(String::as_str).collect(),
    )
}

#[cfg(test)]
#[path = "transaction_list/plans.rs"]
mod plans;
