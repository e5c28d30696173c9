//! Running one operation so that neither a panic nor a slow or endless answer takes more than the request with it.

use std::{panic::AssertUnwindSafe, time::Duration};

use async_graphql::{
    ObjectType, Request, Response, Schema, SubscriptionType, parser::types::OperationType,
};
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::time::timeout;

use crate::graphql::{Budget, Stopped};
use crate::http::client::{self, Client};
use crate::request_notes::carried;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// A resolver panicked. Its message went to the panic hook and goes no further.
    Panicked,
    /// A query was given up, or a mutation is no longer waited for.
    TooSlow,
    /// It took more than its budget.
    Stopped(Stopped),
    /// Nobody is there to be answered.
    Gone,
}

/// How long an answer is waited for.
pub(super) struct Patience {
    /// At most so long.
    pub(super) longest: Duration,
    /// As long as the client is there.
    pub(super) client: Option<Client>,
}

/// Executes `request` within its budget. A mutation goes on when the patience ends, and also when the client has gone away: it
/// runs in a task of its own, because half a mutation would be worse than one whose answer nobody reads.
pub(super) async fn execute<Q, M, S>(
    schema: &Schema<Q, M, S>,
    request: Request,
    kind: OperationType,
    budget: Budget,
    patience: Patience,
) -> Result<Response, NoAnswer>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let request = request.data(budget.clone());
    let answer = match kind {
        OperationType::Mutation => {
            let schema = schema.clone();
            let task = async move { budget.within(schema.execute(request)).await };
            let task = carried(task);
            timeout(patience.longest, tokio::spawn(task))
                .await
                .map(|joined| joined.map_err(|_| NoAnswer::Panicked))
        }
        OperationType::Query | OperationType::Subscription => {
            let executing = async {
                if kind == OperationType::Subscription {
                    // One event; it is executed anew for the next.
                    let first = schema.execute_stream(request).next().await;
                    first.unwrap_or_default()
                } else {
                    schema.execute(request).await
                }
            };
            let execution = AssertUnwindSafe(budget.within(executing)).catch_unwind();
            let execution = async {
                tokio::select! {
                    biased;
                    caught = execution => caught.map_err(|_| NoAnswer::Panicked),
                    () = client::gone(patience.client) => Err(NoAnswer::Gone),
                }
            };
            timeout(patience.longest, execution).await
        }
    };
    let stopped = answer.unwrap_or(Err(NoAnswer::TooSlow))?;
    stopped.map_err(NoAnswer::Stopped)
}
