//! Rows of Toss's settlements list.

mod change;
mod replacing;

use std::collections::{HashMap, HashSet};

use reconciliation::{
    FormerSettlement, KstDate, MId, OrderId, PaymentKey, Settlement, SettlementKind,
};

use crate::store::db::sql::Sql;
use crate::store::rows::{FormerRow, Placed as _};
use crate::store::{SettlementId, Store, StoreError, StoredPayment};

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

impl SettlementsKey {
    /// What finds those of a stored payment.
    pub fn of(stored: &StoredPayment) -> Self {
        let payment = &stored.payment;
        Self {
            payment_key: payment.payment_key.clone(),
            mid: payment.mid.clone(),
            order_id: payment.order_id.clone(),
        }
    }
}

impl Store {
    /// The settlement rows of these payments: those that name the payment, and those that name none but its order, as
    /// it stands or behind a prefix. Ordered by sold date; of one day, payments before their cancels. Payments without rows are
    /// missing from the answer.
    pub async fn settlements_of(
        &self,
        payments: &[SettlementsKey],
    ) -> Result<HashMap<PaymentKey, Vec<StoredSettlement>>, StoreError> {
        if payments.is_empty() {
            return Ok(HashMap::new());
        }
        let owners = Owners::of(payments);
        let mut found: HashMap<PaymentKey, Vec<StoredSettlement>> =
            HashMap::with_capacity(payments.len());
        let take = |row: StoredSettlement| {
            let mut of_row = owners.of_row(&row.settlement);
            let last = of_row.pop();
            for owner in of_row {
                found.entry(owner.clone()).or_default().push(row.clone());
            }
            if let Some(owner) = last {
                found.entry(owner.clone()).or_default().push(row);
            }
        };
        let mut sql = self.quick.sql();
        let which = may_belong_to(&mut sql, payments);
        self.quick.each(sql, &which, take).await?;
        for rows in found.values_mut() {
            rows.sort_by(|one, other| place(one).cmp(&place(other)));
        }
        Ok(found)
    }

    /// One settlement row.
    pub async fn settlement(
        &self,
        id: &SettlementId,
    ) -> Result<Option<StoredSettlement>, StoreError> {
        let mut sql = self.quick.sql();
        let which = format!("WHERE id = {}", sql.bind(id.as_str()));
        Ok(self.quick.rows(sql, &which).await?.pop())
    }

    /// What the rows of these ids said before, oldest first. Rows that never changed are missing from the answer.
    pub async fn versions_of(
        &self,
        ids: impl IntoIterator<Item = &str>,
    ) -> Result<HashMap<SettlementId, Vec<FormerSettlement>>, StoreError> {
        let mut sql = self.quick.sql();
        let of_ids = sql.among("settlement_id", ids);
        let which = format!("WHERE {of_ids} ORDER BY settlement_id, replaced_at");
        let mut found: HashMap<SettlementId, Vec<FormerSettlement>> = HashMap::new();
        for row in self.quick.rows::<FormerRow>(sql, &which).await? {
            found.entry(row.id).or_default().push(row.former);
        }
        Ok(found)
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

/// A row's place among those of its payment.
fn place(row: &StoredSettlement) -> (KstDate, SettlementKind, &str) {
    let of = &row.settlement;
    (of.sold_date, of.kind, row.id.as_str())
}

/// Rows that name one of the payments, and rows that name none but one of their orders. Some of the latter are too many: of an
/// order of another merchant, or of another attempt to pay that order. They are looked for only where there are any, and that
/// they name none is said beside each order: an index of such rows alone is used for it.
fn may_belong_to(sql: &mut Sql, payments: &[SettlementsKey]) -> String {
    let keys = payments.iter().map(|payment| payment.payment_key.as_str());
    let orders = || payments.iter().map(|payment| payment.order_id.as_str());
    let of_payment = sql.among("payment_key", keys);
    let whole = sql.among("order_id", orders());
    let unprefixed = sql.among("order_id_unprefixed", orders());
    let columns = StoredSettlement::columns();
    format!(
        "WHERE {of_payment} UNION ALL SELECT {columns} FROM settlements
         WHERE EXISTS (SELECT 1 FROM settlements AS keyless WHERE keyless.payment_key IS NULL)
             AND (({whole} AND payment_key IS NULL) OR ({unprefixed} AND payment_key IS NULL))"
    )
}

#[cfg(test)]
mod tests {
    use sea_orm::DbBackend;

    use super::*;
    use crate::store::db::sqlite_plans;

    #[tokio::test]
    async fn sqlite_finds_a_page_of_rows_by_indexes_alone() {
        let payment = |name: &str| SettlementsKey {
            payment_key: PaymentKey::parse(name).expect("a key"),
            mid: MId::parse("m").expect("an mId"),
            order_id: OrderId::parse("order").expect("an order"),
        };
        for payments in [vec![payment("p")], vec![payment("p"), payment("q")]] {
            for database in sqlite_plans::tables().await {
                let mut sql = Sql::new(DbBackend::Sqlite);
                let which = may_belong_to(&mut sql, &payments);
                let columns = StoredSettlement::columns();
                let text = format!("SELECT {columns} FROM settlements {which}");
                let steps = sqlite_plans::steps_of(&database, sql.statement(text)).await;
                for used in [
                    "SEARCH settlements USING INDEX settlements_payment_key (payment_key=?)",
                    "SEARCH settlements USING INDEX settlements_order_id (order_id=?)",
                    "SEARCH settlements USING INDEX settlements_order_id_unprefixed (order_id_unprefixed=?)",
                ] {
                    assert!(steps.iter().any(|step| step == used), "{used}: {steps:#?}");
                }
                // Which has those rows alone that are looked for.
                let is_of_those = |step: &String| {
                    step.starts_with("SCAN keyless")
                        && step.ends_with(" INDEX settlements_order_id")
                };
                assert!(steps.iter().any(is_of_those), "{steps:#?}");
                let is_read_through = |step: &String| step.starts_with("SCAN settlements");
                assert!(!steps.iter().any(is_read_through), "{steps:#?}");
            }
        }
    }
}
