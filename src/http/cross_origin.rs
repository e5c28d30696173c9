//! Front-ends at other addresses than this server's: the browser may hand them an answer if their origin is on the list.
//!
//! A token is a header, so no origin is ever allowed credentials: neither the session's cookie nor a client certificate goes with
//! such a request. `*` is not answered either, since it would let any page use a token that it has come by.

use actix_cors::Cors;
use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{
            ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, AUTHORIZATION,
            CONTENT_TYPE, RETRY_AFTER,
        },
    },
    middleware::Next,
};

use super::{limits::PREFLIGHT_KEPT, request_id::X_REQUEST_ID, sessions::OUR_PAGE};

/// Answers preflights, before any token is looked for, and names the origin in every other answer.
pub(super) fn of(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods([Method::GET, Method::HEAD, Method::POST])
        .allowed_headers([AUTHORIZATION, CONTENT_TYPE, OUR_PAGE, X_REQUEST_ID])
        .expose_headers([X_REQUEST_ID, RETRY_AFTER])
        .max_age(PREFLIGHT_KEPT);
    origins
        .iter()
        .fold(cors, |cors, origin| cors.allowed_origin(origin))
}

/// Tells origins that are not on the list nothing at all; which headers may be read is otherwise told to everybody.
pub(super) async fn nothing_to_others<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    if !headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
        headers.remove(ACCESS_CONTROL_EXPOSE_HEADERS);
    }
    Ok(response)
}
