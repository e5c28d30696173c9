//! Payments with their cancels, as last read from Toss.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::{cancel, payment};
use reconciliation::{Cancel, OrderId, Payment, PaymentKey};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Iterable, QueryFilter, QueryOrder, QuerySelect,
};

use crate::store::db::staging::Staged;
use crate::store::db::upsert::insert;
use crate::store::dirty::Marks;
use crate::store::mirror::payment_attempts::money_rank;
use crate::store::mirror::stale_payments::end_attempts;
use crate::store::rows::{
    BegunPayment, cancel_model, have_same_cancels, payment_model, says_the_same,
};
use crate::store::{PaymentRecord, Store, StoreError};

/// The configured merchant whose key read a row: its name, or the fingerprint of its key.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountName(Arc<str>);

impl AccountName {
    /// Takes the name as it is.
    pub fn new(name: &str) -> Self {
        Self(Arc::from(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

/// A payment as it was last read from Toss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPayment {
    /// The payment.
    pub payment: Payment,
    /// Its cancels, oldest first.
    pub cancels: Vec<Cancel>,
    /// The merchant whose key read it.
    pub account: AccountName,
    /// When it was read, to the millisecond.
    pub read_at: DateTime<Utc>,
    /// Whether only rows of the transactions list have told of it, so that its amounts are not known and its status is
    /// that of its last row; then `read_at` is when they were read.
    pub from_rows: bool,
    /// Whether a row has been listed that it may not have seen when it was read.
    pub outdated: bool,
}

impl Store {
    /// The payments with these keys; keys that are not stored are missing from the answer.
    pub async fn payments(
        &self,
        keys: &[PaymentKey],
    ) -> Result<HashMap<PaymentKey, Arc<StoredPayment>>, StoreError> {
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let mut sql = self.quick.sql();
        let keys = keys.iter().map(PaymentKey::as_str);
        let which = format!("WHERE {}", sql.among("payments.payment_key", keys));
        let mut found = HashMap::new();
        let take = |row: BegunPayment| row.join(&mut found);
        self.quick.each(sql, &which, take).await?;
        Ok(found
            .into_iter()
            .map(|(key, stored)| (key, Arc::new(stored)))
            .collect())
    }

    /// The payment of an order; of several attempts the one that holds money, else one that held some, and of equals the one
    /// begun last.
    pub async fn payment_by_order(
        &self,
        order: &OrderId,
    ) -> Result<Option<Arc<StoredPayment>>, StoreError> {
        let last: Option<String> = payment::Entity::find()
            .select_only()
            .column(payment::Column::PaymentKey)
            .filter(payment::Column::OrderId.eq(order.as_str()))
            .order_by_desc(money_rank())
            .order_by_desc(payment::Column::BeganAt)
            .order_by_desc(payment::Column::PaymentKey)
            .limit(1)
            .into_tuple()
            .one(&self.reader)
            .await?;
        let Some(key) = last.and_then(|text| PaymentKey::parse(&text).ok()) else {
            return Ok(None);
        };
        Ok(self
            .payments(std::slice::from_ref(&key))
            .await?
            .remove(&key))
    }
}

/// How much later than the reading a row must not be for the reading to have seen it: clocks differ.
const CLOCKS_DIFFER_MILLIS: i64 = 60_000;

/// Keeps what rows tell of their payments: of those that have not been read themselves, everything; of the others, when
/// they began and whether they have changed since.
pub(in crate::store) async fn save_seen_payments(
    connection: &impl ConnectionTrait,
    payments: Staged<payment::Entity>,
) -> Result<(), StoreError> {
    payments
        .upsert(connection, &add_to_seen(), None, false)
        .await?;
    Ok(())
}

/// The keys of payments that rows tell of.
pub(in crate::store) fn keys_of(payments: &[payment::Model]) -> Vec<String> {
    let keys = payments.iter().map(|payment| payment.payment_key.clone());
    keys.collect()
}

fn stored(column: payment::Column) -> Expr {
    Expr::col((payment::Entity, column))
}

fn given(column: payment::Column) -> Expr {
    Expr::col(("excluded", column))
}

fn either(condition: Expr, then: Expr, otherwise: Expr) -> Expr {
    CaseStatement::new()
        .case(condition, then)
        .finally(otherwise)
        .into()
}

/// Rows never touch what the payment's own answer has said.
fn add_to_seen() -> OnConflict {
    use payment::Column as C;
    let no_row_yet = || stored(C::NewestRowAt).is_null();
    let is_newest = || no_row_yet().or(given(C::NewestRowAt).gte(stored(C::NewestRowAt)));
    let tells = || stored(C::RowsOnly).and(is_newest());
    let told = [
        C::MethodLabel,
        C::MethodKind,
        C::Status,
        C::StatusKind,
        C::LastTransactionKey,
        C::ReadAt,
    ];
    let may_be_unseen = stored(C::RowsOnly)
        .not()
        .and(
            given(C::NewestRowAt)
                .add(CLOCKS_DIFFER_MILLIS)
                .gt(stored(C::ReadAt)),
        )
        .and(is_newest());
    // Which the payment names as its last: then it has been seen.
    let is_named = given(C::LastTransactionKey)
        .eq(stored(C::LastTransactionKey))
        .and(given(C::Status).eq(stored(C::Status)));
    let is_unseen = either(is_named, false.into(), may_be_unseen);
    OnConflict::column(C::PaymentKey)
        .values(told.map(|column| (column, either(tells(), given(column), stored(column)))))
        .value(
            C::BeganAt,
            either(
                no_row_yet().or(given(C::BeganAt).lt(stored(C::BeganAt))),
                given(C::BeganAt),
                stored(C::BeganAt),
            ),
        )
        .value(
            C::NewestRowAt,
            either(is_newest(), given(C::NewestRowAt), stored(C::NewestRowAt)),
        )
        .value(C::Outdated, stored(C::Outdated).or(is_unseen))
        .to_owned()
}

/// A payment's own answer replaces an older one, and what rows have told, but not what rows alone know. Where it
/// `tells_of_newest_row`, none of them contradicts it, by whatever clocks they were dated.
fn replace_less_known(tells_of_newest_row: bool) -> OnConflict {
    use payment::Column as C;
    // On the same side as where a row is added: a reading that began before an event never counts as having seen it.
    let came_later = stored(C::NewestRowAt)
        .add(CLOCKS_DIFFER_MILLIS)
        .gt(given(C::ReadAt));
    let is_outdated = if tells_of_newest_row {
        false.into()
    } else {
        either(came_later, true.into(), false.into())
    };
    let others = C::iter().filter(|column| {
        !matches!(
            column,
            C::PaymentKey | C::BeganAt | C::NewestRowAt | C::Outdated
        )
    });
    OnConflict::column(C::PaymentKey)
        .update_columns(others)
        .value(C::Outdated, is_outdated)
        .action_and_where(
            given(C::ReadAt)
                .gte(stored(C::ReadAt))
                .or(stored(C::RowsOnly)),
        )
        .to_owned()
}

/// The last instant at which something happened, as far as a payment's own answer tells.
fn last_told_of(record: &PaymentRecord<'_>) -> Option<DateTime<Utc>> {
    let payment = record.payment;
    let canceled = record
        .cancels
        .iter()
        .filter_map(|cancel| cancel.canceled_at);
    let others = [payment.requested_at, payment.approved_at];
    others.into_iter().flatten().chain(canceled).max()
}

/// Replaces a payment and its cancels, unless a younger reading is stored already.
pub(in crate::store) async fn save_payment(
    connection: &impl ConnectionTrait,
    record: &PaymentRecord<'_>,
    account: &AccountName,
    read_at: DateTime<Utc>,
    marks: &mut Marks,
) -> Result<(), StoreError> {
    let model = payment_model(record, account, read_at)?;
    let cancels = record
        .cancels
        .iter()
        .enumerate()
        .map(|(place, cancel)| cancel_model(cancel, place, record.payment))
        .collect::<Result<Vec<_>, _>>()?;
    let key = model.payment_key.clone();
    let before = payment::Entity::find_by_id(&key)
        .lock_exclusive()
        .one(connection)
        .await?;
    let cancels_before = cancel::Entity::find()
        .filter(cancel::Column::PaymentKey.eq(&key))
        .all(connection)
        .await?;
    let is_known = before.is_some();
    let newest_row = before.as_ref().and_then(|before| before.newest_row_at);
    let tells_of_newest_row = newest_row.is_some_and(|row| Some(row.0) <= last_told_of(record));
    let confirms = before.is_some_and(|before| says_the_same(&before, &model))
        && have_same_cancels(&cancels_before, &cancels);
    let replace = replace_less_known(tells_of_newest_row);
    let written = insert::<payment::Entity>(connection, vec![model], &replace).await?;
    if written == 0 {
        return Ok(());
    }
    if is_known {
        end_attempts(connection, &key).await?;
    }
    if confirms {
        marks.confirmed(&key);
        return Ok(());
    }
    marks.payment(&key);
    cancel::Entity::delete_many()
        .filter(cancel::Column::PaymentKey.eq(key))
        .exec(connection)
        .await?;
    insert::<cancel::Entity>(connection, cancels, OnConflict::new().do_nothing()).await?;
    Ok(())
}
