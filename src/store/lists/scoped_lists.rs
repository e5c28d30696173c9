//! Questions that name no merchant by themselves, asked within some merchants.

use std::sync::Arc;

use entity::{access_token, audit_entry, cancel_request, desk_record, payment};
use reconciliation::{MId, OrderId};
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use crate::store::rows::{audit_entry, stored_token};
use crate::store::{AuditEntry, Store, StoreError, StoredPayment, StoredToken};

/// The action of a withdrawal that a token's end caused; its subject is a cancel request.
pub(in crate::store) const WITHDRAWN_WITH_A_TOKEN: &str = "TOKEN_WITHDREW_CANCEL";

impl Store {
    /// The payment of an order at one of these merchants; of several attempts, the one begun last.
    pub async fn payment_by_order_among(
        &self,
        order: &OrderId,
        merchants: &[MId],
    ) -> Result<Option<Arc<StoredPayment>>, StoreError> {
        let found = self
            .payments_of_orders(&[order.as_str()], Some(merchants))
            .await?;
        let Some(key) = found.into_values().next() else {
            return Ok(None);
        };
        Ok(self
            .payments(std::slice::from_ref(&key))
            .await?
            .remove(&key))
    }

    /// As [`Store::audit_entries`]: those about cancels of these merchants' payments and about their
    /// discrepancies, and about the tokens that `may_see` lets
    /// through.
    pub async fn audit_entries_among(
        &self,
        merchants: &[MId],
        may_see: impl Fn(&StoredToken) -> bool,
        before: Option<i64>,
        most: u64,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        use audit_entry::Column;
        let tokens: Vec<StoredToken> = access_token::Entity::find()
            .all(&self.reader)
            .await?
            .into_iter()
            .map(stored_token)
            .collect::<Result<_, _>>()?;
        let names = tokens
            .iter()
            .filter(|token| may_see(token))
            .map(|token| token.name.as_str());
        let of_cancel = Column::Action
            .starts_with("CANCEL_")
            .or(Column::Action.eq(WITHDRAWN_WITH_A_TOKEN))
            .and(Column::Subject.in_subquery(requests_among(merchants)));
        // A token may be named like a request's id.
        let of_token = Column::Action
            .starts_with("TOKEN_")
            .and(Column::Action.ne(WITHDRAWN_WITH_A_TOKEN))
            .and(Column::Subject.is_in(names));
        let of_discrepancy = Column::Action
            .starts_with("DISCREPANCY_")
            .and(Column::Subject.in_subquery(discrepancies_among(merchants)));
        let shown = of_cancel.or(of_token).or(of_discrepancy);
        let mut wanted = audit_entry::Entity::find().filter(shown);
        if let Some(before) = before {
            wanted = wanted.filter(Column::Number.lt(before));
        }
        wanted
            .order_by_desc(Column::Number)
            .limit(most)
            .all(&self.reader)
            .await?
            .into_iter()
            .map(audit_entry)
            .collect()
    }
}

/// Those that somebody has touched.
fn discrepancies_among(merchants: &[MId]) -> SelectStatement {
    desk_record::Entity::find()
        .select_only()
        .column(desk_record::Column::Id)
        .filter(desk_record::Column::Mid.is_in(merchants.iter().map(MId::as_str)))
        .into_query()
}

fn requests_among(merchants: &[MId]) -> SelectStatement {
    cancel_request::Entity::find()
        .select_only()
        .column(cancel_request::Column::Id)
        .filter(is_of_payment_among(merchants))
        .into_query()
}

/// Whether a cancel request is of a payment of these merchants. One whose payment nobody has seen is nobody's.
pub(in crate::store) fn is_of_payment_among(merchants: &[MId]) -> Expr {
    let payments = payment::Entity::find()
        .select_only()
        .column(payment::Column::PaymentKey)
        .filter(payment::Column::Mid.is_in(merchants.iter().map(MId::as_str)))
        .into_query();
    cancel_request::Column::PaymentKey.in_subquery(payments)
}
