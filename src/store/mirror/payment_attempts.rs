//! Several attempts to pay one order: which of them has the money, and which others there are.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{payment, transaction};
use reconciliation::{OrderId, PaymentKey};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::store::db::keys::among;
use crate::store::{Store, StoreError, StoredPayment};

/// Attempts of one order that are told at most: Toss takes no further one once an order is paid.
const MOST_ATTEMPTS: usize = 50;

impl Store {
    /// The payments of these orders, of all merchants, each order's newest first and at most fifty of them.
    pub async fn attempts(
        &self,
        orders: &[OrderId],
    ) -> Result<HashMap<OrderId, Vec<Arc<StoredPayment>>>, StoreError> {
        if orders.is_empty() {
            return Ok(HashMap::new());
        }
        let wanted = among(
            self.reader.get_database_backend(),
            payment::Column::OrderId,
            orders.iter().map(OrderId::as_str),
        );
        let named: Vec<(String, String)> = payment::Entity::find()
            .select_only()
            .columns([payment::Column::OrderId, payment::Column::PaymentKey])
            .filter(wanted)
            .order_by_desc(payment::Column::BeganAt)
            .order_by_desc(payment::Column::PaymentKey)
            .into_tuple()
            .all(&self.reader)
            .await?;
        let mut keys: HashMap<String, Vec<PaymentKey>> = HashMap::new();
        for (order, key) in named {
            let of_order = keys.entry(order).or_default();
            if of_order.len() < MOST_ATTEMPTS
                && let Ok(key) = PaymentKey::parse(&key)
            {
                of_order.push(key);
            }
        }
        let all: Vec<PaymentKey> = keys.values().flatten().cloned().collect();
        let stored = self.payments(&all).await?;
        let attempts = orders.iter().filter_map(|order| {
            let keys = keys.get(order.as_str())?;
            let found = keys
                .iter()
                .filter_map(|key| stored.get(key).map(Arc::clone));
            Some((order.clone(), found.collect()))
        });
        Ok(attempts.collect())
    }
}

/// How much of an order's money an attempt has: 2 when it holds some, 1 when it held some once, else 0.
pub(in crate::store) fn money_rank() -> Expr {
    use payment::Column as C;
    let approval = Query::select()
        .expr(Expr::val(1))
        .from(transaction::Entity)
        .and_where(
            Expr::col((transaction::Entity, transaction::Column::PaymentKey))
                .equals((payment::Entity, C::PaymentKey)),
        )
        .and_where(transaction::Column::Status.eq("DONE"))
        .to_owned();
    let holds = C::StatusKind
        .is_in(["DONE", "PARTIAL_CANCELED"])
        .and(C::BalanceAmount.is_null().or(C::BalanceAmount.ne(0)));
    // Only an account can be cancelled before it is paid.
    let held = C::StatusKind
        .is_in(["CANCELED", "PARTIAL_CANCELED", "DONE"])
        .and(
            C::MethodKind
                .ne("VIRTUAL_ACCOUNT")
                .or(C::ApprovedAt.is_not_null()),
        );
    CaseStatement::new()
        .case(holds, 2)
        .case(held.or(Expr::exists(approval)), 1)
        .finally(0)
        .into()
}
