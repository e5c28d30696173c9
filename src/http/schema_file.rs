//! `/schema.graphql`: the schema in GraphQL's own language, for whoever has a token and may ask for it by GraphQL too.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    web::Data,
};

use super::graphql::{Gate, TrustedDocuments};

const ONLY_DOCUMENTS: &str = "Only trusted documents are answered here, and the schema is none: `toss-recon schema` prints it";

/// The handler.
pub(super) async fn show(
    gate: Data<Gate>,
    trusted: Data<TrustedDocuments>,
    request: HttpRequest,
) -> HttpResponse {
    if let Err(refused) = gate.admit(&request).await {
        return refused;
    }
    if trusted.are_all_that_is_answered() {
        return Gate::forbids(&request, ONLY_DOCUMENTS);
    }
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/graphql; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(crate::graphql::sdl())
}
