//! What answers at `/graphql`, put together.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{EmptySubscription, ObjectType, Request, Schema, SubscriptionType};
use tokio_util::sync::CancellationToken;

use super::{
    Gate, TrustedDocuments, documents::Documents, nulls::FieldTypes, open_streams::OpenStreams,
    request_metrics::RequestMetrics, suggestions::SchemaNames,
};
use crate::access::Access;
use crate::graphql::Lanes;
use crate::http::{door::DoorSettings, limits};

/// What answers at `/graphql`: a schema, who may ask, and the documents asked before. Cheap to clone: clones share everything.
///
/// Resolvers find the [`Principal`](crate::access::Principal) and the [`RequestId`](crate::access::RequestId) in the context's
/// data. An error of theirs reaches the client as it is when `extensions.code` is an [`ErrorCode`](crate::graphql::ErrorCode) other than `INTERNAL`; any other is logged and masked.
pub struct Endpoint<Q, M, S = EmptySubscription> {
    pub(super) schema: Schema<Q, M, S>,
    pub(super) gate: Gate,
    pub(super) documents: Documents,
    pub(super) trusted: TrustedDocuments,
    pub(super) field_types: Arc<FieldTypes>,
    pub(super) names: Arc<SchemaNames>,
    pub(super) answer_time: Duration,
    pub(super) lanes: Lanes,
    pub(super) prepare: Prepare<Q, M, S>,
    pub(super) metrics: RequestMetrics,
    pub(super) open_streams: OpenStreams,
    /// Ends what goes on.
    pub(super) stop: CancellationToken,
}

/// Adds to a request what its resolvers need besides the principal.
pub type Prepare<Q, M, S = EmptySubscription> = fn(&Schema<Q, M, S>, Request) -> Request;

impl<Q, M, S> Endpoint<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    /// Serves `schema` to whom `access` lets in, within the limits of [`limits`]. Requests are counted by the recorder of metrics
    /// that is in force now.
    pub fn new(schema: Schema<Q, M, S>, access: Access) -> Self {
        let sdl = schema.sdl();
        Self {
            field_types: Arc::new(FieldTypes::of(&sdl)),
            names: Arc::new(SchemaNames::of(&sdl)),
            schema,
            gate: Gate::new(access, DoorSettings::default()),
            documents: Documents::new(limits::DocumentLimits::STANDARD),
            trusted: TrustedDocuments::default(),
            answer_time: limits::ANSWER_TIME,
            lanes: Lanes::default(),
            prepare: |_, request| request,
            metrics: RequestMetrics::new(),
            open_streams: OpenStreams::new(),
            stop: CancellationToken::new(),
        }
    }

    /// Lets `prepare` add to every request what resolvers need, such as loaders of its own.
    #[must_use]
    pub fn with_request_data(self, prepare: Prepare<Q, M, S>) -> Self {
        Self { prepare, ..self }
    }

    /// Lets requests in by these settings instead of the default ones. They are counted by the recorder that is in force now.
    #[must_use]
    pub fn with_door(self, settings: DoorSettings) -> Self {
        Self {
            gate: self.gate.behind(settings),
            ..self
        }
    }

    /// Answers requests that name these documents by their ids.
    #[must_use]
    pub fn with_trusted_documents(self, trusted: TrustedDocuments) -> Self {
        Self { trusted, ..self }
    }

    /// Waits for an answer for `longest` instead of [`limits::ANSWER_TIME`]. A mutation goes on after that; a query is given up.
    #[must_use]
    pub fn with_answer_time(self, longest: Duration) -> Self {
        Self {
            answer_time: longest,
            ..self
        }
    }

    /// Ends subscriptions as soon as `stop` says so, so that their clients find another server.
    #[must_use]
    pub fn until(self, stop: CancellationToken) -> Self {
        Self { stop, ..self }
    }

    /// What lets requests in: for other addresses than `/graphql`.
    pub(in crate::http) fn gate(&self) -> Gate {
        self.gate.clone()
    }

    /// The documents that it knows by ids.
    pub(in crate::http) fn trusted(&self) -> TrustedDocuments {
        self.trusted.clone()
    }
}

impl<Q, M, S> Clone for Endpoint<Q, M, S> {
    fn clone(&self) -> Self {
        Self {
            schema: self.schema.clone(),
            gate: self.gate.clone(),
            documents: self.documents.clone(),
            trusted: self.trusted.clone(),
            field_types: Arc::clone(&self.field_types),
            names: Arc::clone(&self.names),
            answer_time: self.answer_time,
            lanes: self.lanes.clone(),
            prepare: self.prepare,
            metrics: self.metrics.clone(),
            open_streams: self.open_streams.clone(),
            stop: self.stop.clone(),
        }
    }
}
