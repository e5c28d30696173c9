//! The list of transactions: how a page of them is made.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::Context;
use async_graphql::connection::Connection;
use futures_util::future::join_all;
use reconciliation::{History, PaymentKey};

use super::error::ApiError;
use super::loaders::Loaders;
use super::node_id::TransactionId;
use super::page::{PageArguments, transaction_place, transaction_text};
use super::scoped::Scoped;
use super::total_count::TotalCount;
use super::transaction::Transaction;
use crate::store::{ListedTransaction, Page, TransactionFilter};

/// A page of transactions, each of the history of its payment.
pub(super) async fn transactions(
    ctx: &Context<'_>,
    filter: TransactionFilter,
    arguments: PageArguments,
) -> Result<Connection<String, Transaction, TotalCount>, ApiError> {
    let request = arguments.request(transaction_place)?;
    Loaders::of(ctx)?.catch_up().await?;
    let total = TotalCount::Transactions(filter.clone());
    let page = Scoped::of(ctx)?.list_transactions(filter, &request).await?;
    let histories = histories(ctx, page.rows.iter().map(|(_, named)| named)).await?;
    let rows = page.rows.into_iter().filter_map(|(place, named)| {
        let history = histories.get(&named.payment_key)?;
        let id = TransactionId {
            payment_key: named.payment_key,
            transaction_key: named.transaction_key,
            mid: named.mid,
        };
        Some((transaction_text(&place), Transaction::find(history, &id)?))
    });
    let page = Page {
        rows: rows.collect(),
        has_more: page.has_more,
    };
    Ok(arguments.connection(page, request.toward, total))
}

/// The histories of the payments of a page, read in a few statements for all of them.
async fn histories(
    ctx: &Context<'_>,
    named: impl Iterator<Item = &ListedTransaction>,
) -> Result<HashMap<PaymentKey, Arc<History>>, ApiError> {
    let mut keys: Vec<PaymentKey> = named.map(|named| named.payment_key.clone()).collect();
    keys.sort_unstable();
    keys.dedup();
    let payments = Scoped::of(ctx)?.payments(&keys).await?;
    let loaders = Loaders::of(ctx)?;
    let loaded = payments.iter().map(|(key, stored)| async move {
        let whole = loaders.whole(stored).await?;
        let history = Arc::clone(loaders.history(&whole)?);
        Ok::<_, ApiError>((key.clone(), history))
    });
    join_all(loaded).await.into_iter().collect()
}
