//! Everything that has a global id, and how it is found by that alone.

use std::slice;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Context, ID, Interface};
use reconciliation::{OrderId, PaymentKey};

use super::books::Books;
use super::cancel_request::CancelRequest;
use super::discrepancy::Discrepancy;
use super::error::ApiError;
use super::loaders::Loaders;
use super::node_id::{NodeId, TransactionId};
use super::payment::Payment;
use super::payment_by::DEFAULT_MAX_AGE_SECONDS;
use super::period::Period;
use super::scoped::Scoped;
use super::settlement::Settlement;
use super::transaction::Transaction;
use crate::lookup::PaymentRef;
use crate::store::SettlementId;

/// Anything with an id of its own: `Query.node` finds it again, and caches can be keyed by it.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "Opaque and stable: keep it, pass it on, never take it apart."
))]
pub(super) enum Node {
    Payment(Payment),
    Transaction(Transaction),
    Settlement(Settlement),
    CancelRequest(CancelRequest),
    Discrepancy(Discrepancy),
    Period(Period),
}

/// What the id names; `None` when there is no such thing.
pub(super) async fn find(ctx: &Context<'_>, id: NodeId) -> Result<Option<Node>, ApiError> {
    let scoped = Scoped::of(ctx)?;
    match id {
        NodeId::Payment(key) => {
            let max_age = Duration::from_secs(DEFAULT_MAX_AGE_SECONDS.unsigned_abs().into());
            let found = scoped.payment(&PaymentRef::Key(key), max_age).await?;
            Ok(found.map(|found| Node::Payment(Payment::of(found))))
        }
        NodeId::Transaction(id) if !scoped.sees_transaction(&id) => Ok(None),
        NodeId::Transaction(id) => transaction(ctx, &id).await,
        NodeId::Settlement(id) => settlement(ctx, &id).await,
        NodeId::CancelRequest(id) => {
            let found = scoped.cancel_request(&id).await?;
            Ok(found.map(|request| Node::CancelRequest(request.into())))
        }
        NodeId::Discrepancy(id) => {
            Loaders::of(ctx)?.catch_up().await?;
            let found = scoped.discrepancy(&id).await?;
            Ok(found.map(|stored| Node::Discrepancy(stored.into())))
        }
        NodeId::Period(id) => {
            let found = scoped.period(&id).await?;
            Ok(found.map(|stored| Node::Period(stored.into())))
        }
    }
}

/// The most ids that are looked for at once.
pub(super) const MOST_AT_ONCE: usize = 200;

/// What the ids name, in their order. Payments are those that are stored: whoever wants a page of them anew asks for each.
pub(super) async fn find_all(ctx: &Context<'_>, ids: &[ID]) -> Result<Vec<Option<Node>>, ApiError> {
    if ids.len() > MOST_AT_ONCE {
        return Err(ApiError::bad_user_input(format!(
            "ids takes at most {MOST_AT_ONCE} values"
        )));
    }
    let ids: Vec<NodeId> = ids
        .iter()
        .map(|id| NodeId::parse(id))
        .collect::<Result<_, _>>()?;
    let keys: Vec<PaymentKey> = ids
        .iter()
        .filter_map(|id| match id {
            NodeId::Payment(key) => Some(key.clone()),
            _ => None,
        })
        .collect();
    let stored = Scoped::of(ctx)?.payments(&keys).await?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.push(match id {
            NodeId::Payment(key) => stored
                .get(&key)
                .map(|stored| Node::Payment(Payment::from(Books::as_stored(Arc::clone(stored))))),
            other => Box::pin(find(ctx, other)).await?,
        });
    }
    Ok(found)
}

async fn transaction(ctx: &Context<'_>, id: &TransactionId) -> Result<Option<Node>, ApiError> {
    let Some(books) = stored_books(ctx, &id.payment_key).await? else {
        return Ok(None);
    };
    let history = books.history(ctx).await?;
    Ok(Transaction::find(history, id).map(Node::Transaction))
}

async fn settlement(ctx: &Context<'_>, id: &SettlementId) -> Result<Option<Node>, ApiError> {
    let scoped = Scoped::of(ctx)?;
    let Some(row) = scoped.settlement(id).await? else {
        return Ok(None);
    };
    let books = match &row.settlement.payment_key {
        Some(key) => stored_books(ctx, key).await?,
        None => books_of_order(&scoped, &row.settlement.order_id).await?,
    };
    Ok(Some(Node::Settlement(Settlement::single(row, books))))
}

/// A payment as it is stored. A row that never changes needs no newer reading of its payment.
async fn stored_books(ctx: &Context<'_>, key: &PaymentKey) -> Result<Option<Books>, ApiError> {
    let mut found = Scoped::of(ctx)?.payments(slice::from_ref(key)).await?;
    Ok(found.remove(key).map(Books::as_stored))
}

/// The payment of a row without keys, as test settlements are: by its order, as it stands or behind a prefix. Of several
/// attempts to pay, the newest.
async fn books_of_order(
    scoped: &Scoped<'_, '_>,
    order: &OrderId,
) -> Result<Option<Books>, ApiError> {
    let mut stored = scoped.payment_by_order(order).await?;
    if stored.is_none()
        && let Some(Ok(order)) = order.without_prefix().map(OrderId::parse)
    {
        stored = scoped.payment_by_order(&order).await?;
    }
    Ok(stored.map(Books::as_stored))
}
