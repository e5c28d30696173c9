//! Rows of Toss's settlements list.

use std::collections::HashMap;

use entity::settlement;
use reconciliation::{KstDate, MId, OrderId, PaymentKey, Settlement};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, Iterable, PaginatorTrait, QueryFilter,
    QueryOrder,
};

use super::keys::among;
use super::rows::{SettlementRow, settlement_model};
use super::settlement_id::with_ids;
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
            .filter(belongs_to(self.reader.get_database_backend(), payments))
            .order_by_asc(settlement::Column::SoldDate)
            .order_by_asc(settlement::Column::Id)
            .into_partial_model::<SettlementRow>()
            .all(&self.reader)
            .await?;
        let mut payments_of_order: HashMap<(&MId, &str), Vec<&PaymentKey>> = HashMap::new();
        for payment in payments {
            payments_of_order
                .entry((&payment.mid, payment.order_id.as_str()))
                .or_default()
                .push(&payment.payment_key);
        }
        let mut found: HashMap<PaymentKey, Vec<StoredSettlement>> =
            HashMap::with_capacity(payments.len());
        for row in rows {
            let stored = row.stored_settlement()?;
            let settlement = &stored.settlement;
            if let Some(payment_key) = &settlement.payment_key {
                found.entry(payment_key.clone()).or_default().push(stored);
                continue;
            }
            let orders = [
                Some(settlement.order_id.as_str()),
                settlement.order_id.without_prefix(),
            ];
            let mut owners: Vec<&PaymentKey> = orders
                .into_iter()
                .flatten()
                .filter_map(|order| payments_of_order.get(&(&settlement.mid, order)))
                .flatten()
                .copied()
                .collect();
            owners.sort();
            owners.dedup();
            for owner in owners {
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

/// Rows that name one of the payments, or none and one of their orders. An order of another merchant may be among them.
fn belongs_to(backend: DbBackend, payments: &[SettlementsKey]) -> Expr {
    use settlement::Column;
    let of_merchant = |order: Column| {
        let mids = payments.iter().map(|payment| payment.mid.as_str());
        let orders = payments.iter().map(|payment| payment.order_id.as_str());
        Column::PaymentKey
            .is_null()
            .and(among(backend, Column::Mid, mids))
            .and(among(backend, order, orders))
    };
    let keys = payments.iter().map(|payment| payment.payment_key.as_str());
    among(backend, Column::PaymentKey, keys)
        .or(of_merchant(Column::OrderId))
        .or(of_merchant(Column::OrderIdUnprefixed))
}

/// Replaces the rows of one sold date that an account listed before.
///
/// A row that another account lists too, since a page may hold a second merchant, becomes the account's that listed it
/// last.
pub(super) async fn replace_day(
    connection: &impl ConnectionTrait,
    day: KstDate,
    records: &[SettlementRecord<'_>],
    account: &AccountName,
) -> Result<(), StoreError> {
    use settlement::Column;
    let mut models = with_ids(records)
        .into_iter()
        .map(|(id, record)| settlement_model(&id, record, account))
        .collect::<Result<Vec<_>, _>>()?;
    // Two accounts' readings at once lock the rows that they share in the same order.
    models.sort_by(|a, b| a.id.cmp(&b.id));
    settlement::Entity::delete_many()
        .filter(Column::Account.eq(account.as_str()))
        .filter(Column::SoldDate.eq(day.naive()))
        .exec(connection)
        .await?;
    let take_over = OnConflict::column(Column::Id)
        .update_columns(Column::iter().filter(|column| !matches!(column, Column::Id)))
        .to_owned();
    insert::<settlement::Entity>(connection, models, &take_over).await?;
    Ok(())
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
