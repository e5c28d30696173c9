//! `/graphql`: GraphQL over HTTP by its specification, and `GraphiQL` for a browser. Here is the order of a request's steps; each step
//! has a room of its own.

mod asked;
mod body;
mod documents;
mod events;
mod execute;
mod gate;
mod guard;
mod language;
mod masking;
mod negotiation;
mod nul;
mod nulls;
mod open_streams;
mod order;
mod params;
mod refusal;
mod request_metrics;
mod respond;
mod suggestions;
mod tokens;
mod trusted;
mod typename;

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode},
    web::{Data, Payload},
};
use async_graphql::{
    EmptySubscription, ObjectType, Request, Response, Schema, SubscriptionType,
    parser::types::OperationType,
};
use tokio_util::sync::CancellationToken;
use tracing::error;

pub(super) use self::gate::Gate;
use self::{
    asked::Asked,
    documents::{Documents, Rejected, check_required_variables},
    events::Subscribed,
    execute::{NoAnswer, Patience},
    guard::TooComplex,
    negotiation::MediaType,
    nulls::FieldTypes,
    open_streams::OpenStreams,
    params::Params,
    refusal::{ALL, POST, Refusal},
    request_metrics::{RequestMetrics, RequestUnderWay},
    suggestions::SchemaNames,
};
pub use self::{documents::check_document, trusted::TrustedDocuments};
use super::{
    client::Client, compression, door::DoorSettings, graphiql::Graphiql, limits, methods,
    request_id,
};
use crate::access::{Access, Principal, RequestId};
use crate::graphql::{Budget, Lanes, Live, Stopped};

/// What answers at `/graphql`: a schema, who may ask, and the documents asked before. Cheap to clone: clones share everything.
///
/// Resolvers find the [`Principal`] and the [`RequestId`] in the context's data. An error of theirs reaches the client as it is when
/// `extensions.code` is an [`ErrorCode`](crate::graphql::ErrorCode) other than `INTERNAL`; any other is logged and masked.
pub struct Endpoint<Q, M, S = EmptySubscription> {
    schema: Schema<Q, M, S>,
    gate: Gate,
    documents: Documents,
    trusted: TrustedDocuments,
    field_types: Arc<FieldTypes>,
    names: Arc<SchemaNames>,
    answer_time: Duration,
    lanes: Lanes,
    prepare: Prepare<Q, M, S>,
    metrics: RequestMetrics,
    open_streams: OpenStreams,
    /// Ends what goes on.
    stop: CancellationToken,
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

    async fn answer(
        &self,
        request: &HttpRequest,
        payload: Payload,
        request_id: RequestId,
        under_way: &mut RequestUnderWay,
    ) -> Result<Answer<Q, M, S>, Rejected> {
        if !ALL.contains(request.method()) {
            return Err(Refusal::wrong_method(
                ALL,
                "Send a query by GET or POST, a mutation by POST",
            )
            .into());
        }
        let principal = self.gate.principal(request, request_id).await?;
        under_way.line.asked_by(&principal);
        if is_read(request) {
            let params = Params::from_query_string(request.query_string())?;
            self.run(request, params, principal, under_way).await
        } else {
            let body = body::read(request, payload).await?;
            let params = Params::from_body(&body)?;
            self.run(request, params, principal, under_way).await
        }
    }

    /// What lets requests in: for other addresses than `/graphql`.
    pub(super) fn gate(&self) -> Gate {
        self.gate.clone()
    }

    async fn run(
        &self,
        http: &HttpRequest,
        mut params: Params<'_>,
        principal: Arc<Principal>,
        under_way: &mut RequestUnderWay,
    ) -> Result<Answer<Q, M, S>, Rejected> {
        let text = self
            .trusted
            .text(params.query.as_deref(), params.document_id.as_deref())?;
        let document = self.documents.get(text).await?;
        let operation = document.operation(params.operation_name.as_deref())?;
        let kind = operation.ty;
        under_way.asks_for(kind);
        under_way.line.is_for(&documents::Document::name_of(
            operation,
            document.name_asked(params.operation_name.as_deref()),
        ));
        if kind != OperationType::Query && http.method() == Method::GET {
            let message = "Send a mutation or a subscription by POST";
            return Err(Refusal::wrong_method(POST, message).into());
        }
        typename::forget_in_variables(&mut params.variables);
        document.check_size_of_variables(params.variables_bytes)?;
        check_required_variables(operation, &params.variables)?;
        if nul::in_variables(&params.variables) {
            return Err(Refusal::of_document(documents::HAS_NUL).into());
        }
        let asked = Asked {
            document: Arc::clone(&document),
            operation_name: params.operation_name.map(std::borrow::Cow::into_owned),
            variables: params.variables,
            principal,
            language: language::preferred(http),
            request_id: request_id::of(http),
        };
        if kind == OperationType::Subscription {
            let subscribing = Box::pin(self.subscribe(http, asked, under_way));
            return Ok(Answer::GoesOn(Box::new(subscribing.await?)));
        }
        let request = asked.request(&self.schema, self.prepare);
        let executed = self.execute(&asked, request, Client::of(http), under_way);
        let (mut response, cost) = executed.await?;
        if params.wants_cost {
            response.extensions.insert("cost".to_owned(), cost.into());
        }
        Ok(Answer::Once(Box::new(response)))
    }

    /// Begins to answer a subscription, with its first event.
    async fn subscribe(
        &self,
        http: &HttpRequest,
        asked: Asked,
        under_way: &mut RequestUnderWay,
    ) -> Result<Subscribed<Q, M, S>, Rejected> {
        if !negotiation::takes_events(http) {
            return Err(Refusal::malformed(
                StatusCode::NOT_ACCEPTABLE,
                "A subscription is answered by server-sent events: accept text/event-stream",
            )
            .into());
        }
        asked::check_single_root(asked.operation()?)?;
        let standing = self.gate.standing(http, &asked.principal)?;
        let place = self.open_streams.open(&asked.principal)?;
        let (live, client) = (Live::default(), Client::of(http));
        let first = self.look(&asked, &live, client.clone(), under_way).await?;
        Ok(Subscribed {
            endpoint: self.clone(),
            asked,
            live,
            client,
            standing,
            _place: place,
            first,
        })
    }

    /// One event of a subscription, which waits for the changes that `live` is told of.
    async fn look(
        &self,
        asked: &Asked,
        live: &Live,
        client: Option<Client>,
        under_way: &mut RequestUnderWay,
    ) -> Result<Response, Refusal> {
        let request = asked.request(&self.schema, self.prepare).data(live.clone());
        let executed = self.execute(asked, request, client, under_way);
        Ok(executed.await?.0)
    }

    /// Executes what passed every check; also what it cost.
    async fn execute(
        &self,
        asked: &Asked,
        request: Request,
        client: Option<Client>,
        under_way: &mut RequestUnderWay,
    ) -> Result<(Response, usize), Refusal> {
        let operation = asked.operation()?;
        let kind = operation.ty;
        let budget = match kind {
            OperationType::Mutation => Budget::of_mutation(),
            OperationType::Query | OperationType::Subscription => Budget::of_query(&self.lanes),
        };
        let patience = Patience {
            longest: self.answer_time,
            client,
        };
        let executed = execute::execute(&self.schema, request, kind, budget.clone(), patience);
        let answer = Box::pin(executed).await;
        under_way.line.costs(budget.cost());
        let mut response = answer.map_err(|no_answer| refusal_of(no_answer, asked.request_id))?;
        // What a mutation did is told all the same.
        if kind != OperationType::Mutation && masking::met_overload(&response) {
            return Err(Refusal::overloaded());
        }
        if masking::is_refused_document(&response) {
            self.names.suggest(&mut response.errors);
        }
        let parsed = &asked.document.parsed;
        if response.is_err() {
            self.field_types.settle(&mut response, parsed, operation);
        }
        order::restore(&mut response, parsed, operation);
        Ok((response, budget.cost()))
    }
}

/// What a request is answered.
enum Answer<Q, M, S> {
    Once(Box<Response>),
    GoesOn(Box<Subscribed<Q, M, S>>),
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

/// What is said instead of an answer. A stop or an overload is told by the request's own line in the log.
fn refusal_of(no_answer: NoAnswer, request_id: RequestId) -> Refusal {
    match no_answer {
        NoAnswer::Panicked => {
            error!(%request_id, "a resolver panicked, and a request has no answer");
            Refusal::internal(StatusCode::INTERNAL_SERVER_ERROR)
        }
        NoAnswer::TooSlow | NoAnswer::Gone => Refusal::too_slow(),
        NoAnswer::Stopped(Stopped::TooLarge) => TooComplex::Answer.into(),
        NoAnswer::Stopped(Stopped::NoPlace) => Refusal::overloaded(),
    }
}

/// The handler of `/graphql`, for every method.
pub(super) async fn handle<Q, M, S>(
    endpoint: Data<Endpoint<Q, M, S>>,
    page: Data<Graphiql>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    if request.method() == Method::OPTIONS {
        return methods::options("GET, HEAD, POST, OPTIONS");
    }
    if is_read(&request) && negotiation::wants_page(&request) {
        return page.page();
    }
    let request_id = request_id::of(&request);
    let Some(media_type) = negotiation::wanted(&request) else {
        let refusal = Refusal::malformed(
            StatusCode::NOT_ACCEPTABLE,
            "Accept application/graphql-response+json, application/json or text/event-stream",
        );
        return respond::refused(refusal, MediaType::Json, request_id);
    };
    let mut under_way = endpoint.metrics.begin(request_id);
    let notes = under_way.line.notes();
    let answering = endpoint.answer(&request, payload, request_id, &mut under_way);
    let answer = notes.noting(Box::pin(answering)).await;
    let is_mutation = under_way.is_mutation();
    let answer = match answer {
        Ok(Answer::GoesOn(subscribed)) => {
            return respond::events(Box::pin(subscribed.events(under_way).await));
        }
        Ok(Answer::Once(response)) => Ok(*response),
        Err(rejected) => Err(rejected),
    };
    under_way.ends(&answer);
    let mut response = match answer {
        Ok(response) => respond::executed(response, media_type, request_id),
        Err(Rejected::Syntax(error)) => {
            respond::refused_document(vec![error], media_type, request_id)
        }
        Err(Rejected::Refused(refusal)) => respond::refused(refusal, media_type, request_id),
    };
    if is_mutation {
        compression::send_as_it_is(&mut response);
    }
    response
}

/// Whether the method only reads: GET, or HEAD, which is a GET without the answer's body.
fn is_read(request: &HttpRequest) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD)
}
