//! `/schema.graphql`: the schema in GraphQL's own language, for whoever has a token.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    web::Data,
};

use super::graphql::Gate;

/// The handler.
pub(super) async fn show(gate: Data<Gate>, request: HttpRequest) -> HttpResponse {
    if let Err(refused) = gate.admit(&request).await {
        return refused;
    }
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/graphql; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(crate::graphql::sdl())
}
