//! The handler of `/graphql`: from a request of HTTP to its answer.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode},
    web::{Data, Payload},
};
use async_graphql::{ObjectType, SubscriptionType};

use super::{
    Answer, Endpoint,
    documents::Rejected,
    is_read,
    negotiation::{self, MediaType},
    refusal::Refusal,
    respond,
};
use crate::http::{compression, graphiql::Graphiql, methods, request_id};

/// The handler of `/graphql`, for every method.
pub(in crate::http) async fn handle<Q, M, S>(
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
