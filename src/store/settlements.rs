//! Rows of Toss's settlements list.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::settlement::Column;
use entity::{settlement, settlement_version};
use reconciliation::{KstDate, MId, OrderId, PaymentKey, Settlement};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, Iterable, PaginatorTrait, QueryFilter,
    QueryOrder,
};

use super::keys::among;
use super::marks::Marks;
use super::merchant_ids::are_shared;
use super::payout_sums::sum_anew;
use super::rows::{SettlementRow, same_content, settlement_model, version_model};
use super::settlement_id::with_ids;
use super::staging::Staged;
use super::turns::Turn;
use super::write::insert;
use super::{AccountName, SettlementId, SettlementRecord, Store, StoreError};

/// A settlement row with its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSettlement {
    /// Our id.
    pub id: SettlementId,
    /// The row.
    pub settlement: Settlement,
}

/// What finds the settlement rows of one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlementsKey {
    /// Finds rows that name their payment.
    pub payment_key: PaymentKey,
    /// With the order: finds rows that name no payment.
    pub mid: MId,
    /// As it stands in a row, or behind a row's prefix.
    pub order_id: OrderId,
}

impl Store {
    /// The settlement rows of these payments: those that name the payment, and those that name none but its order, as
    /// it stands or behind a prefix. Ordered by sold date and id; payments without rows are missing from the answer.
    pub async fn settlements_of(
        &self,
        payments: &[SettlementsKey],
    ) -> Result<HashMap<PaymentKey, Vec<StoredSettlement>>, StoreError> {
        if payments.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = settlement::Entity::find()
            .filter(may_belong_to(self.reader.get_database_backend(), payments))
            .order_by_asc(settlement::Column::SoldDate)
            .order_by_asc(settlement::Column::Id)
            .into_partial_model::<SettlementRow>()
            .all(&self.reader)
            .await?;
        let owners = Owners::of(payments);
        let mut found: HashMap<PaymentKey, Vec<StoredSettlement>> =
            HashMap::with_capacity(payments.len());
        for row in rows {
            let stored = row.stored_settlement()?;
            for owner in owners.of_row(&stored.settlement) {
                found.entry(owner.clone()).or_default().push(stored.clone());
            }
        }
        Ok(found)
    }

    /// One settlement row.
    pub async fn settlement(
        &self,
        id: &SettlementId,
    ) -> Result<Option<StoredSettlement>, StoreError> {
        settlement::Entity::find_by_id(id.as_str())
            .into_partial_model::<SettlementRow>()
            .one(&self.reader)
            .await?
            .map(SettlementRow::stored_settlement)
            .transpose()
    }
}

/// Which of the payments asked for a row belongs to.
struct Owners<'a> {
    keys: HashSet<&'a PaymentKey>,
    /// Several attempts to pay may share an order.
    orders: HashMap<(&'a MId, &'a str), Vec<&'a PaymentKey>>,
}

impl<'a> Owners<'a> {
    fn of(payments: &'a [SettlementsKey]) -> Self {
        let keys: HashSet<&PaymentKey> = payments.iter().map(|asked| &asked.payment_key).collect();
        let mut orders: HashMap<(&MId, &str), Vec<&PaymentKey>> = HashMap::new();
        for asked in payments {
            let of_order = orders
                .entry((&asked.mid, asked.order_id.as_str()))
                .or_default();
            if !of_order.contains(&&asked.payment_key) {
                of_order.push(&asked.payment_key);
            }
        }
        Self { keys, orders }
    }

    /// The payment that the row names; if it names none, those of its order as it stands, and of its order without the
    /// prefix.
    fn of_row(&self, row: &Settlement) -> Vec<&'a PaymentKey> {
        if let Some(named) = &row.payment_key {
            return self.keys.get(named).copied().into_iter().collect();
        }
        // A payment has one order, so that no payment is found twice.
        [Some(row.order_id.as_str()), row.order_id.without_prefix()]
            .into_iter()
            .flatten()
            .filter_map(|order| self.orders.get(&(&row.mid, order)))
            .flatten()
            .copied()
            .collect()
    }
}

/// Rows that name one of the payments or one of their orders. Some are too many: of an order of another merchant, or of
/// another attempt to pay that order. To sort these out here would lead SQLite to the index of all rows without keys.
fn may_belong_to(backend: DbBackend, payments: &[SettlementsKey]) -> Expr {
    let keys = payments.iter().map(|payment| payment.payment_key.as_str());
    let orders = payments.iter().map(|payment| payment.order_id.as_str());
    among(backend, Column::PaymentKey, keys)
        .or(among(backend, Column::OrderId, orders.clone()))
        .or(among(backend, Column::OrderIdUnprefixed, orders))
}

/// The rows of a whole day under their ids, in the order of these, so that two accounts' readings at once lock the rows
/// that they share in the same order.
pub(super) fn settlement_rows(
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
pub(super) struct DayRows {
    pub(super) day: KstDate,
    /// From [`settlement_rows`].
    pub(super) models: Vec<settlement::Model>,
    /// The same, brought near, where all of them may be new.
    pub(super) staged: Option<Staged<settlement::Entity>>,
}

/// Replaces the rows of one sold date that an account listed before by these, and tells how many
/// are new, differ or are gone. What differs or is gone is kept as a version, with the instants of both readings: the one
/// before and this one.
///
/// A row that another account lists too, since a page may hold a second merchant, becomes the account's that listed it
/// last.
pub(super) async fn replace_day(
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
        .filter(Column::Account.eq(account.as_str()))
        .filter(Column::SoldDate.eq(day.naive()))
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
    let news = change.news(&models);
    marks.settlements(news.filter(|model| !is_taken_over_as_it_was(model)));
    marks.settlements(&change.old);
    let listed: HashSet<&str> = models.iter().map(|model| model.id.as_str()).collect();
    let (kept, gone): (Vec<_>, Vec<_>) = std::mem::take(&mut change.old)
        .into_iter()
        .partition(|row| listed.contains(row.id.as_str()));
    change.old = kept;
    let changed = change.changed + gone.len();
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

/// How rows differ from what was stored under their ids.
pub(super) struct Change {
    /// How many say something new.
    pub(super) changed: usize,
    /// What those said before that this account had listed.
    pub(super) old: Vec<settlement::Model>,
    /// The ids of rows that say what this account has listed already.
    unchanged: HashSet<String>,
    /// Those of them that are stored word for word.
    same: HashSet<String>,
}

impl Change {
    /// Compares rows with what was stored; of rows that are not among them, `old` keeps what was stored.
    pub(super) fn of(
        models: &[settlement::Model],
        stored: Vec<settlement::Model>,
        account: &AccountName,
    ) -> Self {
        let now: HashMap<&str, &settlement::Model> = models
            .iter()
            .map(|model| (model.id.as_str(), model))
            .collect();
        let mut change = Self {
            changed: models.len(),
            old: Vec::new(),
            unchanged: HashSet::new(),
            same: HashSet::new(),
        };
        for row in stored
            .into_iter()
            .filter(|row| row.account == account.as_str())
        {
            match now.get(row.id.as_str()) {
                Some(model) if same_content(&row, model) => {
                    change.changed -= 1;
                    if row == **model {
                        change.same.insert(row.id.clone());
                    }
                    change.unchanged.insert(row.id);
                }
                _ => change.old.push(row),
            }
        }
        change
    }

    /// The rows that say something new, or that this account lists for the first time.
    pub(super) fn news<'r>(
        &self,
        models: &'r [settlement::Model],
    ) -> impl Iterator<Item = &'r settlement::Model> {
        models
            .iter()
            .filter(|model| !self.unchanged.contains(&model.id))
    }

    /// Whether no row is stored word for word.
    fn is_of_all_rows(&self) -> bool {
        self.same.is_empty()
    }

    /// The rows that are not stored word for word.
    pub(super) fn choose(&self, mut models: Vec<settlement::Model>) -> Vec<settlement::Model> {
        models.retain(|model| !self.same.contains(&model.id));
        models
    }
}

/// Keeps rows. Where none of them is known to be stored, they `seem_new`.
pub(super) async fn save_settlements(
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
pub(super) async fn remove_settlements(
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
pub(super) async fn save_versions(
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
pub(super) async fn count_day(
    connection: &impl ConnectionTrait,
    day: KstDate,
    account: &AccountName,
) -> Result<u64, StoreError> {
    Ok(settlement::Entity::find()
        .filter(settlement::Column::Account.eq(account.as_str()))
        .filter(settlement::Column::SoldDate.eq(day.naive()))
        .count(connection)
        .await?)
}

#[cfg(test)]
mod tests {
    use sea_orm::QueryTrait;

    use super::*;
    use crate::store::sqlite_plans;

    #[tokio::test]
    async fn sqlite_finds_a_page_of_rows_by_indexes_alone() {
        let database = sqlite_plans::empty_tables().await;
        let payment = SettlementsKey {
            payment_key: PaymentKey::parse("p").expect("a key"),
            mid: MId::parse("m").expect("an mId"),
            order_id: OrderId::parse("o").expect("an order"),
        };
        let query = settlement::Entity::find()
            .filter(may_belong_to(DbBackend::Sqlite, &[payment]))
            .into_query();
        let steps = sqlite_plans::steps(&database, &query).await;
        for index in [
            "settlements_payment_key",
            "settlements_order_id",
            "settlements_order_id_unprefixed",
        ] {
            let used = format!("USING INDEX {index} (");
            assert!(
                steps.iter().any(|step| step.contains(&used)),
                "{index}: {steps:#?}"
            );
        }
        assert!(
            !steps
                .iter()
                .any(|step| step.starts_with("SCAN settlements")),
            "{steps:#?}"
        );
    }
}
