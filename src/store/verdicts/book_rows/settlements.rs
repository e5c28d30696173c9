//! The settlement rows of many payments: those that name them, those that name no payment but their order, and those that
//! are subjects themselves.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::payment;
use reconciliation::{ListedSettlement, MId, PaymentKey, Settlement};
use sea_orm::{EntityTrait, QueryFilter, QuerySelect};

use super::reading::Gathering;
use super::{BookRows, Scope};
use crate::store::db::keys::among;
use crate::store::db::pool::Pool;
use crate::store::db::sql::Sql;
use crate::store::dirty::has_keyless_rows;
use crate::store::row_reader::RowReader;
use crate::store::rows::FormerRow;
use crate::store::{StoreError, StoredSettlement, VerdictSubject};

impl Gathering {
    pub(super) async fn read_settlements(
        &mut self,
        reader: &RowReader,
        scope: &Scope<'_>,
    ) -> Result<(), StoreError> {
        let mut former: HashMap<VerdictSubject, Vec<FormerRow>> = HashMap::new();
        let mut sql = reader.sql();
        let which = format!("WHERE {}", scope.holds(&mut sql, "payment_key"));
        let take = |row: StoredSettlement| {
            if let Some(key) = row.settlement.payment_key.clone() {
                self.add(&VerdictSubject::Payment(key), row);
            }
        };
        reader.each(sql, &which, take).await?;
        for row in replaced(reader, |sql| scope.holds(sql, "payment_key")).await? {
            if let Some(key) = row.former.settlement.payment_key.clone() {
                let subject = VerdictSubject::Payment(key);
                former.entry(subject).or_default().push(row);
            }
        }
        if has_keyless_rows(reader.connection()).await? || self.has_rows() {
            self.read_rows_of_orders(reader, &mut former).await?;
            self.read_rows_without_payment(reader, &mut former).await?;
        }
        for (subject, former) in former {
            if let Some(books) = self.of_subject(&subject) {
                date(books, &former);
                books.former_settlements = former.into_iter().map(|row| row.former).collect();
            }
        }
        Ok(())
    }

    fn has_rows(&self) -> bool {
        self.all()
            .any(|(subject, _)| matches!(subject, VerdictSubject::Row(_)))
    }

    /// The instant of the row's reading is told later.
    fn add(&mut self, subject: &VerdictSubject, row: StoredSettlement) {
        if let Some(books) = self.of_subject(subject) {
            let listed = ListedSettlement {
                place: row.id.place(),
                read_at: row.settlement.sold_date.start(),
                settlement: row.settlement,
            };
            if books.settlements.is_empty() {
                // Hardly ever more; otherwise there would be room for four.
                books.settlements.reserve_exact(1);
            }
            books.settlements.push((row.id, listed));
        }
    }

    /// Rows that name no payment but the order of one of these, as it stands or behind a prefix.
    async fn read_rows_of_orders(
        &mut self,
        reader: &RowReader,
        former: &mut HashMap<VerdictSubject, Vec<FormerRow>>,
    ) -> Result<(), StoreError> {
        let mut orders: HashMap<(MId, String), Vec<PaymentKey>> = HashMap::new();
        for (_, books) in self.all() {
            if let Some(stored) = &books.payment {
                let payment = &stored.payment;
                orders
                    .entry((payment.mid.clone(), payment.order_id.to_string()))
                    .or_default()
                    .push(payment.payment_key.clone());
            }
        }
        if orders.is_empty() {
            return Ok(());
        }
        let owners = |row: &Settlement| -> Vec<VerdictSubject> {
            orders_of(row)
                .filter_map(|order| orders.get(&(row.mid.clone(), order.to_owned())))
                .flatten()
                .map(|key| VerdictSubject::Payment(key.clone()))
                .collect()
        };
        let names: HashSet<&str> = orders.keys().map(|(_, order)| order.as_str()).collect();
        let of_orders = |sql: &mut Sql| {
            let whole = sql.among("order_id", names.iter().copied());
            let unprefixed = sql.among("order_id_unprefixed", names.iter().copied());
            format!("payment_key IS NULL AND ({whole} OR {unprefixed})")
        };
        for row in listed(reader, of_orders).await? {
            for owner in owners(&row.settlement) {
                self.add(&owner, row.clone());
            }
        }
        for row in replaced(reader, of_orders).await? {
            for owner in owners(&row.former.settlement) {
                former.entry(owner).or_default().push(row.clone());
            }
        }
        Ok(())
    }

    /// The rows that are subjects themselves, but for those whose order a payment has.
    async fn read_rows_without_payment(
        &mut self,
        reader: &RowReader,
        former: &mut HashMap<VerdictSubject, Vec<FormerRow>>,
    ) -> Result<(), StoreError> {
        let ids: Vec<String> = self
            .all()
            .filter_map(|(subject, _)| match subject {
                VerdictSubject::Row(id) => Some(id.to_string()),
                VerdictSubject::Payment(_) => None,
            })
            .collect();
        if ids.is_empty() {
            return Ok(());
        }
        let ids = || ids.iter().map(String::as_str);
        let rows = listed(reader, |sql| sql.among("id", ids())).await?;
        let versions = replaced(reader, |sql| sql.among("settlement_id", ids())).await?;
        let all = || {
            let current = rows.iter().map(|row| &row.settlement);
            current.chain(versions.iter().map(|row| &row.former.settlement))
        };
        let owned = orders_with_payment(reader.connection(), all()).await?;
        let has_payment = |row: &Settlement| {
            orders_of(row).any(|order| owned.contains(&(row.mid.to_string(), order.to_owned())))
        };
        for row in rows.iter().filter(|row| !has_payment(&row.settlement)) {
            self.add(&VerdictSubject::Row(row.id.clone()), row.clone());
        }
        for row in versions
            .iter()
            .filter(|row| !has_payment(&row.former.settlement))
        {
            let subject = VerdictSubject::Row(row.id.clone());
            former.entry(subject).or_default().push(row.clone());
        }
        Ok(())
    }
}

/// Tells the instants of readings: a row that replaced an earlier version of itself has been read when that one was
/// replaced, and any other current row when the last row of these books was.
fn date(books: &mut BookRows, former: &[FormerRow]) {
    let newest = |rows: &mut dyn Iterator<Item = &FormerRow>| -> Option<DateTime<Utc>> {
        rows.map(|row| row.former.replaced_at).max()
    };
    let last = newest(&mut former.iter());
    for (id, row) in &mut books.settlements {
        let own = newest(&mut former.iter().filter(|row| row.id == *id));
        if let Some(read_at) = own.or(last) {
            row.read_at = read_at;
        }
    }
}

/// The orders that a row may speak of: as it stands, and without the prefix.
fn orders_of(row: &Settlement) -> impl Iterator<Item = &str> {
    [Some(row.order_id.as_str()), row.order_id.without_prefix()]
        .into_iter()
        .flatten()
}

/// Those of the rows' orders that a payment has, each with its merchant.
async fn orders_with_payment<'r>(
    connection: &Pool,
    rows: impl Iterator<Item = &'r Settlement>,
) -> Result<HashSet<(String, String)>, StoreError> {
    let orders: HashSet<&str> = rows.flat_map(orders_of).collect();
    let found: Vec<(String, String)> = payment::Entity::find()
        .select_only()
        .columns([payment::Column::Mid, payment::Column::OrderId])
        .filter(among(
            connection.get_database_backend(),
            payment::Column::OrderId,
            orders,
        ))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(found.into_iter().collect())
}

async fn listed(
    reader: &RowReader,
    which: impl FnOnce(&mut Sql) -> String,
) -> Result<Vec<StoredSettlement>, StoreError> {
    let mut sql = reader.sql();
    let which = format!("WHERE {}", which(&mut sql));
    reader.rows(sql, &which).await
}

async fn replaced(
    reader: &RowReader,
    which: impl FnOnce(&mut Sql) -> String,
) -> Result<Vec<FormerRow>, StoreError> {
    let mut sql = reader.sql();
    let which = format!("WHERE {}", which(&mut sql));
    reader.rows(sql, &which).await
}
