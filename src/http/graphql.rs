//! `/graphql`: GraphQL over HTTP by its specification, and `GraphiQL` for a browser. Here is the order of a request's steps; each step
//! has a room of its own.

mod asked;
mod body;
mod documents;
mod endpoint;
mod events;
mod execute;
mod gate;
mod guard;
mod handler;
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

use std::sync::Arc;

use actix_web::{
    HttpRequest,
    http::{Method, StatusCode},
    web::Payload,
};
use async_graphql::{
    ObjectType, Request, Response, SubscriptionType, parser::types::OperationType,
};
use tracing::error;

use self::{
    asked::Asked,
    documents::{Rejected, check_required_variables},
    events::Subscribed,
    execute::{NoAnswer, Patience},
    guard::TooComplex,
    params::Params,
    refusal::{ALL, POST, Refusal},
    request_metrics::RequestUnderWay,
};
pub use self::{
    documents::check_document,
    endpoint::{Endpoint, Prepare},
    trusted::TrustedDocuments,
};
pub(super) use self::{gate::Gate, handler::handle, language::preferred as preferred_language};
use super::{client::Client, request_id};
use crate::access::{Principal, RequestId};
use crate::graphql::{Budget, Live, Stopped};

impl<Q, M, S> Endpoint<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
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
        if kind != OperationType::Query && is_read(http) {
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
        let mut response = answer.map_err(|no_answer| match no_answer {
            // Whoever asks again has it done again.
            NoAnswer::TooSlow
                if kind != OperationType::Mutation && !under_way.line.notes().waited_for_toss() =>
            {
                Refusal::overloaded()
            }
            no_answer => refusal_of(no_answer, asked.request_id),
        })?;
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

/// What is said instead of an answer. A stop or an overload is told by the request's own line in the log.
fn refusal_of(no_answer: NoAnswer, request_id: RequestId) -> Refusal {
    match no_answer {
        NoAnswer::Panicked => {
            error!(%request_id, "a resolver panicked, and a request has no answer");
            Refusal::internal(StatusCode::INTERNAL_SERVER_ERROR)
        }
        NoAnswer::TooSlow => Refusal::too_slow(),
        NoAnswer::Gone => Refusal::gone(),
        NoAnswer::Stopped(Stopped::TooLarge) => TooComplex::Answer.into(),
        NoAnswer::Stopped(Stopped::NoPlace) => Refusal::overloaded(),
    }
}

/// Whether the method only reads: GET, or HEAD, which is a GET without the answer's body.
fn is_read(request: &HttpRequest) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD)
}
