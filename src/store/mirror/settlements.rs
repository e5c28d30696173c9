//! Rows of Toss's settlements list.

mod change;
mod replacing;

use std::collections::{HashMap, HashSet};

use entity::settlement::{self, Column};
use reconciliation::{MId, OrderId, PaymentKey, Settlement};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder};

use crate::store::db::keys::among;
use crate::store::rows::SettlementRow;
use crate::store::{SettlementId, Store, StoreError};

pub(in crate::store) use change::Change;
pub(in crate::store) use replacing::{
    DayRows, count_day, of_day, remove_settlements, replace_day, save_settlements, save_versions,
    settlement_rows,
};

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

/// Rows that name one of the payments, or no payment but one of their orders. Some are too many: of an order of another
/// merchant, or of another attempt to pay that order.
fn may_belong_to(backend: DbBackend, payments: &[SettlementsKey]) -> Expr {
    let keys = payments.iter().map(|payment| payment.payment_key.as_str());
    let orders = payments.iter().map(|payment| payment.order_id.as_str());
    among(backend, Column::PaymentKey, keys)
        .or(among(backend, Column::OrderId, orders.clone()).and(Column::PaymentKey.is_null()))
        .or(among(backend, Column::OrderIdUnprefixed, orders))
}

#[cfg(test)]
mod tests {
    use sea_orm::QueryTrait;

    use super::*;
    use crate::store::db::sqlite_plans;

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
