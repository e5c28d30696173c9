//! `/graphql`: GraphQL over HTTP by its specification, and `GraphiQL` for a browser. Here is the order of a request's steps; each step
//! has a room of its own.

mod body;
mod documents;
mod execute;
mod gate;
mod guard;
mod language;
mod masking;
mod negotiation;
mod nul;
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
use reconciliation::Language;
use tracing::error;

pub(super) use self::gate::Gate;
use self::{
    documents::{Documents, Rejected, check_required_variables},
    execute::{NoAnswer, Patience},
    guard::TooComplex,
    negotiation::MediaType,
    nulls::FieldTypes,
    params::Params,
    refusal::{GET_AND_POST, POST, Refusal},
    request_metrics::{RequestMetrics, RequestUnderWay},
};
use super::{client::Client, door::DoorSettings, graphiql::Graphiql, limits, request_id};
use crate::access::{Access, Principal, RequestId};
use crate::graphql::{Budget, Lanes, Stopped};

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
    lanes: Lanes,
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
            gate: Gate::new(access, DoorSettings::default()),
            documents: Documents::new(limits::DocumentLimits::STANDARD),
            answer_time: limits::ANSWER_TIME,
            lanes: Lanes::default(),
            prepare: |_, request| request,
            metrics: RequestMetrics::new(),
        }
    }

    /// Lets `prepare` add to every request what resolvers need, such as loaders of its own.
    #[must_use]
    pub fn with_request_data(self, prepare: Prepare<Q, M>) -> Self {
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
        let language = language::preferred(request);
        under_way.line.asked_by(&principal);
        if request.method() == Method::GET {
            let params = Params::from_query_string(request.query_string())?;
            let most = OperationType::Query;
            self.run(request, params, most, &principal, language, under_way)
                .await
        } else {
            let body = body::read(request, payload).await?;
            let params = Params::from_body(&body)?;
            let most = OperationType::Mutation;
            self.run(request, params, most, &principal, language, under_way)
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
        http: &HttpRequest,
        params: Params<'_>,
        most: OperationType,
        principal: &Principal,
        language: Language,
        under_way: &mut RequestUnderWay,
    ) -> Result<Response, Rejected> {
        let request_id = request_id::of(http);
        let document = self.documents.get(&params.query).await?;
        let operation = document.operation(params.operation_name.as_deref())?;
        let kind = operation.ty;
        under_way.asks_for(kind);
        under_way.line.is_for(&documents::Document::name_of(
            operation,
            document.name_asked(params.operation_name.as_deref()),
        ));
        if kind == OperationType::Mutation && most == OperationType::Query {
            return Err(Refusal::wrong_method(POST, "Send a mutation by POST").into());
        }
        document.check_size_of_variables(params.variables_bytes)?;
        check_required_variables(operation, &params.variables)?;
        if nul::in_variables(&params.variables) {
            return Err(Refusal::of_document(documents::HAS_NUL).into());
        }

        let operation_name = params.operation_name.as_deref();
        let before = document
            .validated
            .before(operation, operation_name, &params.variables);
        // The text stays behind: the executor wants it only to parse it, and no literal of it can slip into a log.
        let mut request = Request::new(String::new())
            .variables(params.variables)
            .data(principal.clone())
            .data(language)
            .data(request_id);
        if let Some(before) = before {
            request = request.data(before);
        }
        request.operation_name = params.operation_name.map(std::borrow::Cow::into_owned);
        request.set_parsed_query(document.parsed.clone());
        let request = (self.prepare)(&self.schema, request);
        let budget = match kind {
            OperationType::Mutation => Budget::of_mutation(),
            OperationType::Query | OperationType::Subscription => Budget::of_query(&self.lanes),
        };
        let patience = Patience {
            longest: self.answer_time,
            client: Client::of(http),
        };
        let executed = execute::execute(&self.schema, request, kind, budget.clone(), patience);
        let answer = executed.await;
        under_way.line.costs(budget.cost());
        let mut response = answer.map_err(|no_answer| refusal_of(no_answer, request_id))?;
        // What a mutation did is told all the same.
        if kind == OperationType::Query && masking::met_overload(&response) {
            return Err(Refusal::overloaded().into());
        }
        if response.is_err() {
            self.field_types
                .settle(&mut response, &document.parsed, operation);
        }
        order::restore(&mut response, &document.parsed, operation);
        if params.wants_cost {
            response
                .extensions
                .insert("cost".to_owned(), budget.cost().into());
        }
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
            lanes: self.lanes.clone(),
            prepare: self.prepare,
            metrics: self.metrics.clone(),
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
