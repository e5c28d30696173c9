//! `/graphql`: GraphQL over HTTP by its specification, and `GraphiQL` for a browser. Here is the order of a request's steps; each step
//! has a room of its own.

mod body;
mod cost;
mod documents;
mod execute;
mod gate;
mod guard;
mod masking;
mod negotiation;
mod nulls;
mod order;
mod params;
mod refusal;
mod request_metrics;
mod respond;
mod tokens;

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode},
    web::{Data, Payload},
};
use async_graphql::{
    EmptySubscription, ObjectType, Request, Response, Schema, parser::types::OperationType,
};
use tracing::error;

pub(super) use self::gate::Gate;
use self::{
    documents::{Documents, Rejected, check_required_variables},
    execute::NoAnswer,
    negotiation::MediaType,
    nulls::FieldTypes,
    params::Params,
    refusal::{GET_AND_POST, POST, Refusal},
    request_metrics::{RequestMetrics, RequestUnderWay},
};
use super::{graphiql::Graphiql, limits, request_id};
use crate::access::{Access, Principal, RequestId};

/// What answers at `/graphql`: a schema, who may ask, and the documents asked before. Cheap to clone: clones share everything.
///
/// Resolvers find the [`Principal`] and the [`RequestId`] in the context's data. An error of theirs reaches the client as it is when
/// `extensions.code` is an [`ErrorCode`](crate::graphql::ErrorCode) other than `INTERNAL`; any other is logged and masked.
pub struct Endpoint<Q, M> {
    schema: Schema<Q, M, EmptySubscription>,
    gate: Gate,
    documents: Documents,
    field_types: Arc<FieldTypes>,
    answer_time: Duration,
    prepare: Prepare<Q, M>,
    metrics: RequestMetrics,
}

/// Adds to a request what its resolvers need besides the principal.
pub type Prepare<Q, M> = fn(&Schema<Q, M, EmptySubscription>, Request) -> Request;

impl<Q, M> Endpoint<Q, M>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
{
    /// Serves `schema` to whom `access` lets in, within the limits of [`limits`]. Requests are counted by the recorder of metrics
    /// that is in force now.
    pub fn new(schema: Schema<Q, M, EmptySubscription>, access: Access) -> Self {
        Self {
            field_types: Arc::new(FieldTypes::of(&schema.sdl())),
            schema,
            gate: Gate::new(access),
            documents: Documents::new(limits::DocumentLimits::STANDARD),
            answer_time: limits::ANSWER_TIME,
            prepare: |_, request| request,
            metrics: RequestMetrics::new(),
        }
    }

    /// Lets `prepare` add to every request what resolvers need, such as loaders of its own.
    #[must_use]
    pub fn with_request_data(self, prepare: Prepare<Q, M>) -> Self {
        Self { prepare, ..self }
    }

    /// Waits for an answer for `longest` instead of [`limits::ANSWER_TIME`]. A mutation goes on after that; a query is given up.
    #[must_use]
    pub fn with_answer_time(self, longest: Duration) -> Self {
        Self {
            answer_time: longest,
            ..self
        }
    }

    async fn answer(
        &self,
        request: &HttpRequest,
        payload: Payload,
        request_id: RequestId,
        under_way: &mut RequestUnderWay,
    ) -> Result<Response, Rejected> {
        if !GET_AND_POST.contains(request.method()) {
            return Err(Refusal::wrong_method(
                GET_AND_POST,
                "Send a query by GET or POST, a mutation by POST",
            )
            .into());
        }
        let principal = self.gate.principal(request, request_id).await?;
        under_way.line.asked_by(&principal);
        if request.method() == Method::GET {
            let params = Params::from_query_string(request.query_string())?;
            let most = OperationType::Query;
            self.run(params, most, &principal, request_id, under_way)
                .await
        } else {
            let body = body::read(request, payload).await?;
            let params = Params::from_body(&body)?;
            let most = OperationType::Mutation;
            self.run(params, most, &principal, request_id, under_way)
                .await
        }
    }

    /// What lets requests in: for other addresses than `/graphql`.
    pub(super) fn gate(&self) -> Gate {
        self.gate.clone()
    }

    /// `most` is the most that the method may do: a query, or a mutation as well.
    async fn run(
        &self,
        params: Params<'_>,
        most: OperationType,
        principal: &Principal,
        request_id: RequestId,
        under_way: &mut RequestUnderWay,
    ) -> Result<Response, Rejected> {
        let document = self.documents.get(&params.query).await?;
        let operation = document.operation(params.operation_name.as_deref())?;
        let kind = operation.ty;
        under_way.asks_for(kind);
        under_way.line.is_for(&documents::Document::name_of(
            operation,
            document.name_asked(params.operation_name.as_deref()),
        ));
        under_way.line.costs(document.cost);
        if kind == OperationType::Mutation && most == OperationType::Query {
            return Err(Refusal::wrong_method(POST, "Send a mutation by POST").into());
        }
        document.check_size_of_variables(params.variables_bytes)?;
        check_required_variables(operation, &params.variables)?;

        // The text stays behind: the executor wants it only to parse it, and no literal of it can slip into a log.
        let mut request = Request::new(String::new())
            .variables(params.variables)
            .data(principal.clone())
            .data(request_id);
        request.operation_name = params.operation_name.map(std::borrow::Cow::into_owned);
        request.set_parsed_query(document.parsed.clone());
        let request = (self.prepare)(&self.schema, request);
        let mut response = execute::execute(&self.schema, request, kind, self.answer_time)
            .await
            .map_err(|no_answer| {
                error!(%request_id, ?no_answer, "a request has no answer");
                match no_answer {
                    NoAnswer::Panicked => Refusal::internal(StatusCode::INTERNAL_SERVER_ERROR),
                    NoAnswer::TooSlow => Refusal::too_slow(),
                }
            })?;
        if response.is_err() {
            self.field_types
                .settle(&mut response, &document.parsed, operation);
        }
        order::restore(&mut response, &document.parsed, operation);
        Ok(response)
    }
}

impl<Q, M> Clone for Endpoint<Q, M> {
    fn clone(&self) -> Self {
        Self {
            schema: self.schema.clone(),
            gate: self.gate.clone(),
            documents: self.documents.clone(),
            field_types: Arc::clone(&self.field_types),
            answer_time: self.answer_time,
            prepare: self.prepare,
            metrics: self.metrics.clone(),
        }
    }
}

/// The handler of `/graphql`, for every method.
pub(super) async fn handle<Q, M>(
    endpoint: Data<Endpoint<Q, M>>,
    page: Data<Graphiql>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
{
    if request.method() == Method::GET && negotiation::wants_page(&request) {
        return page.page();
    }
    let request_id = request_id::of(&request);
    let Some(media_type) = negotiation::wanted(&request) else {
        let refusal = Refusal::malformed(
            StatusCode::NOT_ACCEPTABLE,
            "Accept application/graphql-response+json or application/json",
        );
        return respond::refused(refusal, MediaType::Json, request_id);
    };
    let mut under_way = endpoint.metrics.begin(request_id);
    let notes = under_way.line.notes();
    let answering = endpoint.answer(&request, payload, request_id, &mut under_way);
    let answer = notes.noting(Box::pin(answering)).await;
    under_way.ends(&answer);
    match answer {
        Ok(response) => respond::executed(response, media_type, request_id),
        Err(Rejected::Syntax(error)) => {
            respond::refused_document(vec![error], media_type, request_id)
        }
        Err(Rejected::Refused(refusal)) => respond::refused(refusal, media_type, request_id),
    }
}
