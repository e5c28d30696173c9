//! Writing rows of the settlements list: those of a sold date in place of what was listed for it before, with a version
//! of whatever they replace.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::settlement::Column;
use entity::{settlement, settlement_version};
use reconciliation::{KstDate, SettlementKind};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, Iterable, PaginatorTrait, QueryFilter};

use super::change::Change;
use crate::store::db::advisory_locks::Turn;
use crate::store::db::keys::among;
use crate::store::db::staging::Staged;
use crate::store::db::upsert::insert;
use crate::store::dirty::Marks;
use crate::store::mirror::merchant_ids::{are_shared, shown_to};
use crate::store::mirror::payout_sums::sum_anew;
use crate::store::mirror::settlement_id::with_ids;
use crate::store::rows::{kind_text, same_content, settlement_model, version_model};
use crate::store::{AccountName, SettlementRecord, StoreError};

/// The rows of a whole day under their ids, in the order of these, so that two accounts' readings at once lock the rows
/// that they share in the same order.
pub(in crate::store) fn settlement_rows(
    records: &[SettlementRecord<'_>],
    account: &AccountName,
) -> Result<Vec<settlement::Model>, StoreError> {
    let mut models = with_ids(records)
        .into_iter()
        .map(|(id, record)| settlement_model(&id, record, account))
        .collect::<Result<Vec<_>, _>>()?;
    models.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(models)
}

/// Everything that is listed for one sold date.
pub(in crate::store) struct DayRows {
    pub(in crate::store) day: KstDate,
    /// From [`settlement_rows`].
    pub(in crate::store) models: Vec<settlement::Model>,
    /// The same, brought near, where all of them may be new.
    pub(in crate::store) staged: Option<Staged<settlement::Entity>>,
}

/// Replaces the rows of one sold date that an account listed before by these, and tells how many
/// are new, differ or are gone. What differs or is gone is kept as a version, with the instants of both readings: the one
/// before and this one.
///
/// A row that another account lists too, since a page may hold a second merchant, becomes the account's that listed it
/// last.
pub(in crate::store) async fn replace_day(
    connection: &impl ConnectionTrait,
    DayRows {
        day,
        models,
        staged,
    }: DayRows,
    account: &AccountName,
    readings: (DateTime<Utc>, DateTime<Utc>),
    marks: &mut Marks,
) -> Result<u64, StoreError> {
    Turn::SoldDate(day).wait(connection).await?;
    let old = settlement::Entity::find()
        .filter(of_day(day, account))
        .all(connection)
        .await?;
    let known = old.len();
    let mids: BTreeSet<String> = old
        .iter()
        .chain(&models)
        .map(|row| row.mid.clone())
        .collect();
    let mut change = Change::of(&models, old, account);
    let others = rows_of_others(connection, change.news(&models), &mids, account).await?;
    let is_taken_over_as_it_was = |model: &settlement::Model| {
        let other = others.get(&model.id);
        other.is_some_and(|other| same_content(other, model))
    };
    let (taken_over, news): (Vec<_>, Vec<_>) = change
        .news(&models)
        .partition(|model| is_taken_over_as_it_was(model));
    let changed = change.changed - taken_over.len();
    marks.settlements(news);
    marks.settlements(&change.old);
    let listed: HashSet<&str> = models.iter().map(|model| model.id.as_str()).collect();
    let (kept, gone): (Vec<_>, Vec<_>) = std::mem::take(&mut change.old)
        .into_iter()
        .partition(|row| listed.contains(row.id.as_str()));
    change.old = kept;
    let changed = changed + gone.len();
    tracing::debug!(%day, known, listed = models.len(), changed, "a day of settlements differs");
    let (rows, seem_new) = match staged {
        Some(staged) if change.is_of_all_rows() => (staged, true),
        _ => (Staged::Here(change.choose(models)), false),
    };
    save_versions(connection, change.old, readings, false).await?;
    save_settlements(connection, [rows], seem_new).await?;
    remove_settlements(connection, gone, readings).await?;
    sum_anew(connection, day, mids.iter().map(String::as_str)).await?;
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

/// Keeps rows. Where none of them is known to be stored, they `seem_new`.
pub(in crate::store) async fn save_settlements(
    connection: &impl ConnectionTrait,
    rows: impl IntoIterator<Item = Staged<settlement::Entity>>,
    seem_new: bool,
) -> Result<(), StoreError> {
    let take_over = OnConflict::column(Column::Id)
        .update_columns(Column::iter().filter(|column| !matches!(column, Column::Id)))
        .to_owned();
    for rows in rows {
        rows.upsert(connection, &take_over, None, seem_new).await?;
    }
    Ok(())
}

/// Removes rows that are not listed any more, and keeps what they said as versions.
pub(in crate::store) async fn remove_settlements(
    connection: &impl ConnectionTrait,
    gone: Vec<settlement::Model>,
    readings: (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), StoreError> {
    if gone.is_empty() {
        return Ok(());
    }
    let ids = gone.iter().map(|row| row.id.as_str());
    settlement::Entity::delete_many()
        .filter(among(connection.get_database_backend(), Column::Id, ids))
        .exec(connection)
        .await?;
    save_versions(connection, gone, readings, true).await
}

/// Keeps as versions what rows said before.
pub(in crate::store) async fn save_versions(
    connection: &impl ConnectionTrait,
    rows: Vec<settlement::Model>,
    (read_before, read_at): (DateTime<Utc>, DateTime<Utc>),
    gone: bool,
) -> Result<(), StoreError> {
    let versions = rows
        .into_iter()
        .map(|row| version_model(row, read_before, read_at, gone))
        .collect();
    let once = OnConflict::new().do_nothing().to_owned();
    insert::<settlement_version::Entity>(connection, versions, &once).await?;
    Ok(())
}

/// Rows that another account listed last and this one lists now, under their ids. Only accounts whose keys have shown the
/// same merchants can have any.
async fn rows_of_others(
    connection: &impl ConnectionTrait,
    news: impl Iterator<Item = &settlement::Model>,
    mids: &BTreeSet<String>,
    account: &AccountName,
) -> Result<HashMap<String, settlement::Model>, StoreError> {
    let ids: Vec<&str> = news.map(|model| model.id.as_str()).collect();
    if ids.is_empty() || !are_shared(connection, mids, account).await? {
        return Ok(HashMap::new());
    }
    let rows = settlement::Entity::find()
        .filter(among(
            connection.get_database_backend(),
            settlement::Column::Id,
            ids,
        ))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

/// How many rows of a sold date are stored as this account's.
pub(in crate::store) async fn count_day(
    connection: &impl ConnectionTrait,
    day: KstDate,
    account: &AccountName,
) -> Result<u64, StoreError> {
    Ok(settlement::Entity::find()
        .filter(of_day(day, account))
        .count(connection)
        .await?)
}

/// The condition that a row of a sold date is this account's, along an index of its merchants.
pub(in crate::store) fn of_day(day: KstDate, account: &AccountName) -> Expr {
    let kinds = [SettlementKind::Payment, SettlementKind::Cancel].map(kind_text);
    Column::Mid
        .in_subquery(shown_to(account))
        .and(Column::Kind.is_in(kinds))
        .and(Column::SoldDate.eq(day.naive()))
        .and(Column::Account.eq(account.as_str()))
}
