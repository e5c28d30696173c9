//! Keeping the rows of Toss's lists that cannot be read, each as it came, until its day is read without it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDate, Utc};
use entity::merchant_id;
use entity::unreadable_row::{self, Column};
use reconciliation::{KstDate, ListedUnreadable, MId, UnreadableRow};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use sha2::{Digest, Sha256};

use crate::store::db::upsert::insert;
use crate::store::dirty::Marks;
use crate::store::mirror::day_claims::Place;
use crate::store::row_reader::RowReader;
use crate::store::rows::unreadable_model;
use crate::store::{
    AccountName, LiveReading, SettlementId, Source, Store, StoreError, VerdictSubject,
};

/// Stands in front of the ids of rows that cannot be read: no settlement row's id begins so.
const PREFIX: &str = "unreadable.";

/// A row that cannot be read, to be stored.
#[derive(Clone, PartialEq, Eq)]
pub struct UnreadableRecord {
    /// What of it can be told.
    pub value: UnreadableRow,
    /// The row word for word.
    pub raw: String,
}

impl fmt::Debug for UnreadableRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The text of a row names people and accounts.
        f.debug_struct("UnreadableRecord")
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}

/// A row that cannot be read, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredUnreadable {
    /// Its name, which it shares with its verdict when it names no payment.
    pub id: SettlementId,
    /// The account whose key listed it.
    pub account: AccountName,
    /// The list.
    pub source: Source,
    /// The merchant that it names, else one of the account's.
    pub mid: MId,
    /// Where it is listed, and what of it can be told.
    pub listed: ListedUnreadable,
}

/// Where and when a row was listed that cannot be read.
pub(in crate::store) struct UnreadablePlace<'a> {
    pub(in crate::store) account: &'a AccountName,
    pub(in crate::store) source: Source,
    pub(in crate::store) day: KstDate,
    pub(in crate::store) read_at: DateTime<Utc>,
}

impl Store {
    /// The rows that could not be read when their days were last read, by the days under which they are listed, both included,
    /// oldest first; without days those of all. At most that many.
    pub async fn unreadable_rows(
        &self,
        days: Option<(KstDate, KstDate)>,
        most: u64,
    ) -> Result<Vec<StoredUnreadable>, StoreError> {
        let reader = RowReader::over(&self.reader);
        let mut sql = reader.sql();
        let within = days.map(|(first, last)| {
            let is_postgres = sql.is_postgres();
            // Dates are texts on SQLite.
            let mut date = |day: KstDate| {
                let bound = sql.bind(day.to_string());
                if is_postgres {
                    format!("CAST({bound} AS date)")
                } else {
                    bound
                }
            };
            let (first, last) = (date(first), date(last));
            format!("WHERE day >= {first} AND day <= {last} ")
        });
        let within = within.unwrap_or_default();
        let which = format!("{within}ORDER BY day, source, id LIMIT {most}");
        reader.rows(sql, &which).await
    }
}

impl Store {
    /// The days of an account's list, both ends included, on which a row could not be read when they were last read.
    pub async fn days_with_unreadable(
        &self,
        account: &AccountName,
        source: Source,
        first: KstDate,
        last: KstDate,
    ) -> Result<BTreeSet<KstDate>, StoreError> {
        let days: Vec<NaiveDate> = unreadable_row::Entity::find()
            .select_only()
            .column(Column::Day)
            .distinct()
            .filter(Column::Account.eq(account.as_str()))
            .filter(Column::Source.eq(source.as_str()))
            .filter(Column::Day.between(first.naive(), last.naive()))
            .into_tuple()
            .all(&self.reader)
            .await?;
        Ok(days.into_iter().map(KstDate::from_naive).collect())
    }
}

/// How many rows of a day are stored that could not be read.
pub(in crate::store) async fn count_unreadable(
    connection: &impl ConnectionTrait,
    place: &Place<'_>,
) -> Result<u64, StoreError> {
    Ok(of_place(place).count(connection).await?)
}

/// Replaces the rows of a day that could not be read by those of a younger reading.
pub(in crate::store) async fn replace_unreadable(
    connection: &impl ConnectionTrait,
    place: &Place<'_>,
    records: &[UnreadableRecord],
    read_at: DateTime<Utc>,
    marks: &mut Marks,
) -> Result<(), StoreError> {
    let old = of_place(place).all(connection).await?;
    if old.is_empty() && records.is_empty() {
        return Ok(());
    }
    let days = records.iter().map(|record| (place.day, record));
    let new = models(connection, place.account, place.source, days, read_at).await?;
    let says_the_same = |a: &unreadable_row::Model, b: &unreadable_row::Model| {
        (&a.id, &a.mid, &a.field, &a.reason) == (&b.id, &b.mid, &b.field, &b.reason)
            && a.payment_key == b.payment_key
            && a.transaction_key == b.transaction_key
    };
    let is_among = |row: &unreadable_row::Model, others: &[unreadable_row::Model]| {
        others.iter().any(|other| says_the_same(row, other))
    };
    // Comparing each with each would take long where a whole list cannot be read.
    let (gone, news): (Vec<_>, Vec<_>) = if old.len().min(new.len()) > 1_000 {
        (old, new)
    } else {
        let gone = old.iter().filter(|row| !is_among(row, &new)).cloned();
        let news = new.iter().filter(|row| !is_among(row, &old)).cloned();
        (gone.collect(), news.collect())
    };
    for row in gone.iter().chain(&news) {
        marks.payment(&subject_text(row));
    }
    for some in gone.chunks(500) {
        let ids = some.iter().map(|row| row.id.as_str());
        unreadable_row::Entity::delete_many()
            .filter(Column::Id.is_in(ids))
            .exec(connection)
            .await?;
    }
    insert::<unreadable_row::Entity>(connection, news, OnConflict::new().do_nothing()).await?;
    Ok(())
}

/// Keeps the rows of the transactions list that a live reading of a payment could not read, and drops those that it could.
pub(in crate::store) async fn save_unreadable(
    connection: &impl ConnectionTrait,
    reading: &LiveReading<'_>,
    marks: &mut Marks,
) -> Result<(), StoreError> {
    let payment = &reading.payment.payment.payment_key;
    let source = Source::Transactions;
    let old = unreadable_row::Entity::find()
        .filter(Column::PaymentKey.eq(payment.as_str()))
        .filter(Column::Source.eq(source.as_str()))
        .all(connection)
        .await?;
    let is_read = |row: &unreadable_row::Model| {
        let key = row.transaction_key.as_deref();
        let mut read = reading.transactions.iter();
        key.is_some_and(|key| read.any(|read| read.value.transaction_key.as_str() == key))
    };
    let gone: Vec<&str> = old
        .iter()
        .filter(|row| is_read(row))
        .map(|row| row.id.as_str())
        .collect();
    // One whose day cannot be told is named once its day is read.
    let dated = reading
        .unreadable
        .iter()
        .filter_map(|record| Some((record.value.day?, record)));
    let new = models(connection, reading.account, source, dated, reading.read_at).await?;
    if gone.is_empty() && new.is_empty() {
        return Ok(());
    }
    marks.payment(payment.as_str());
    unreadable_row::Entity::delete_many()
        .filter(Column::Id.is_in(gone))
        .exec(connection)
        .await?;
    insert::<unreadable_row::Entity>(connection, new, OnConflict::new().do_nothing()).await?;
    Ok(())
}

fn of_place(place: &Place<'_>) -> sea_orm::Select<unreadable_row::Entity> {
    unreadable_row::Entity::find()
        .filter(Column::Account.eq(place.account.as_str()))
        .filter(Column::Source.eq(place.source.as_str()))
        .filter(Column::Day.eq(place.day.naive()))
}

async fn models<'r>(
    connection: &impl ConnectionTrait,
    account: &AccountName,
    source: Source,
    records: impl Iterator<Item = (KstDate, &'r UnreadableRecord)>,
    read_at: DateTime<Utc>,
) -> Result<Vec<unreadable_row::Model>, StoreError> {
    let mut equals: BTreeMap<String, u32> = BTreeMap::new();
    let mut fallback: Option<String> = None;
    let mut models = Vec::new();
    for (day, record) in records {
        let UnreadableRecord { value, raw } = record;
        let name = format!("{account}\n{}\n{day}\n{raw}", source.as_str());
        let ordinal = equals.entry(name.clone()).or_default();
        *ordinal += 1;
        let hash: [u8; 32] = Sha256::digest(format!("{name}\n{ordinal}").as_bytes()).into();
        let mid = match (&value.mid, &fallback) {
            (Some(mid), _) => mid.to_string(),
            (None, Some(mid)) => mid.clone(),
            (None, None) => fallback
                .insert(some_mid(connection, account).await?)
                .clone(),
        };
        let id = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(hash));
        let place = UnreadablePlace {
            account,
            source,
            day,
            read_at,
        };
        models.push(unreadable_model(id, mid, &place, record));
    }
    Ok(models)
}

/// A merchant that the account's rows name; before any has, the account's own name.
async fn some_mid(
    connection: &impl ConnectionTrait,
    account: &AccountName,
) -> Result<String, StoreError> {
    let known = merchant_id::Entity::find()
        .filter(merchant_id::Column::Account.eq(account.as_str()))
        .order_by_asc(merchant_id::Column::Mid)
        .one(connection)
        .await?;
    Ok(known.map_or_else(|| account.to_string(), |known| known.mid))
}

/// What the row's verdict is on: its payment, else the row itself.
fn subject_text(row: &unreadable_row::Model) -> String {
    match &row.payment_key {
        Some(key) => key.clone(),
        None => VerdictSubject::Row(SettlementId::new(&row.id)).to_text(),
    }
}

/// Whether a subject is a row that cannot be read and names no payment.
pub(in crate::store) fn is_unreadable(subject: &VerdictSubject) -> bool {
    matches!(subject, VerdictSubject::Row(id) if id.as_str().starts_with(PREFIX))
}
