//! What an operator sees of the requests for GraphQL: how many there were, how they ended and how long they took.

use std::{sync::Arc, time::Instant};

use async_graphql::{Response, parser::types::OperationType};
use metrics::{Counter, Histogram, Unit, counter, describe_counter, describe_histogram, histogram};

use super::{documents::Rejected, masking};
use crate::access::RequestId;
use crate::http::access_log::AccessLine;

const REQUESTS: &str = "toss_recon_graphql_requests_total";
const DURATION: &str = "toss_recon_graphql_request_duration_seconds";

/// Counts requests in the recorder that was in force when it was made; without one it counts nothing. Cheap to clone.
#[derive(Clone)]
pub(super) struct RequestMetrics(Arc<[OperationMetrics; OPERATIONS.len()]>);

struct OperationMetrics {
    outcomes: [Counter; Outcome::ALL.len()],
    duration: Histogram,
}

/// The types of operation, as [`number_of`] numbers them. Names of operations are the clients' and have no bound.
const OPERATIONS: [&str; 4] = ["none", "query", "mutation", "subscription"];

/// How a request ended.
#[derive(Clone, Copy)]
enum Outcome {
    /// Executed without an error.
    Ok,
    /// Executed, with errors that are the client's or Toss's.
    Errors,
    /// Not executed: the fault is the client's.
    Refused,
    /// With an error of ours, or too late.
    Failed,
    /// The client went away before.
    Abandoned,
}

/// A request under way. It is counted when this is dropped, as abandoned unless it was said how it ended.
pub(super) struct RequestUnderWay {
    /// Its line in the access log.
    pub(super) line: AccessLine,
    metrics: RequestMetrics,
    began: Instant,
    operation: usize,
    outcome: Outcome,
}

impl RequestMetrics {
    pub(super) fn new() -> Self {
        describe_counter!(
            REQUESTS,
            "Requests for GraphQL, by the type of their operation and how they ended"
        );
        describe_histogram!(
            DURATION,
            Unit::Seconds,
            "How long requests for GraphQL took, until their answer was made"
        );
        Self(Arc::new(OPERATIONS.map(|operation| {
            OperationMetrics {
            outcomes: Outcome::ALL.map(|outcome| {
                counter!(REQUESTS, "operation" => operation, "outcome" => outcome.as_str())
            }),
            duration: histogram!(DURATION, "operation" => operation),
        }
        })))
    }

    pub(super) fn begin(&self, request_id: RequestId) -> RequestUnderWay {
        RequestUnderWay {
            line: AccessLine::begin(request_id),
            metrics: self.clone(),
            began: Instant::now(),
            operation: 0,
            outcome: Outcome::Abandoned,
        }
    }
}

impl RequestUnderWay {
    /// Says what the request asks for, once that is known.
    pub(super) fn asks_for(&mut self, operation: OperationType) {
        self.operation = number_of(operation);
    }

    /// Whether the request asks for a mutation.
    pub(super) fn is_mutation(&self) -> bool {
        self.operation == number_of(OperationType::Mutation)
    }

    /// Says how the request ended.
    pub(super) fn ends(mut self, answer: &Result<Response, Rejected>) {
        self.tell(answer.as_ref());
    }

    /// Says what a request that goes on was told last: it ends with that.
    pub(super) fn goes_on(&mut self, event: &Response) {
        self.tell(Ok(event));
    }

    fn tell(&mut self, answer: Result<&Response, &Rejected>) {
        self.line.ends(match answer {
            Ok(response) if response.errors.is_empty() => "ok".to_owned(),
            Ok(response) if !masking::is_refused_document(response) => masking::codes(response),
            _ => "refused".to_owned(),
        });
        self.outcome = match answer {
            Ok(response) if response.errors.is_empty() => Outcome::Ok,
            Ok(response) if masking::is_refused_document(response) => Outcome::Refused,
            Ok(response) if masking::has_failed(response) => Outcome::Failed,
            Ok(_) => Outcome::Errors,
            Err(Rejected::Refused(refusal)) if refusal.is_ours() => Outcome::Failed,
            Err(Rejected::Refused(_) | Rejected::Syntax(_)) => Outcome::Refused,
        };
    }
}

impl Drop for RequestUnderWay {
    fn drop(&mut self) {
        let operation = &self.metrics.0[self.operation];
        operation.outcomes[self.outcome as usize].increment(1);
        operation.duration.record(self.began.elapsed());
    }
}

impl Outcome {
    /// In the order of their numbers.
    const ALL: [Self; 5] = [
        Self::Ok,
        Self::Errors,
        Self::Refused,
        Self::Failed,
        Self::Abandoned,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Errors => "errors",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }
}

const fn number_of(operation: OperationType) -> usize {
    match operation {
        OperationType::Query => 1,
        OperationType::Mutation => 2,
        OperationType::Subscription => 3,
    }
}
