//! Running one operation so that neither a panic nor a slow answer takes more than the request with it.

use std::{panic::AssertUnwindSafe, time::Duration};

use async_graphql::{
    EmptySubscription, ObjectType, Request, Response, Schema, parser::types::OperationType,
};
use futures_util::FutureExt as _;
use tokio::time::timeout;
use tracing::Instrument as _;

use crate::request_notes::carried;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// A resolver panicked. Its message went to the panic hook and goes no further.
    Panicked,
    /// A query was given up, or a mutation is no longer waited for.
    TooSlow,
}

/// Executes `request`, waiting for `longest` at most. A mutation goes on after that, and also when the client has gone away: it runs
/// in a task of its own, because half a mutation would be worse than one whose answer nobody reads.
pub(super) async fn execute<Q, M>(
    schema: &Schema<Q, M, EmptySubscription>,
    request: Request,
    kind: OperationType,
    longest: Duration,
) -> Result<Response, NoAnswer>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
{
    let answer = match kind {
        OperationType::Mutation => {
            let schema = schema.clone();
            let task = async move { schema.execute(request).await }.in_current_span();
            timeout(longest, tokio::spawn(carried(task)))
                .await
                .map(|joined| joined.map_err(|_| NoAnswer::Panicked))
        }
        OperationType::Query | OperationType::Subscription => {
            let execution = AssertUnwindSafe(schema.execute(request)).catch_unwind();
            timeout(longest, execution)
                .await
                .map(|caught| caught.map_err(|_| NoAnswer::Panicked))
        }
    };
    answer.unwrap_or(Err(NoAnswer::TooSlow))
}
