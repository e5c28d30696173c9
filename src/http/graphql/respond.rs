//! Answers as bytes: serialised once, straight into the buffer that is sent.

use std::collections::BTreeMap;
use std::convert::Infallible;

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{
        Method, StatusCode,
        header::{
            ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
        },
    },
    web::Bytes,
};
use async_graphql::{ErrorExtensionValues, Response, ServerError, Value};
use futures_util::Stream;
use serde::Serialize;
use tracing::error;

use super::{
    masking::{self, shortened},
    negotiation::MediaType,
    refusal::{self, Refusal},
};
use crate::access::RequestId;
use crate::graphql::ErrorCode;

/// The answer to a request that was executed, or refused by validation.
pub(super) fn executed(
    response: Response,
    media_type: MediaType,
    request_id: RequestId,
) -> HttpResponse {
    if masking::is_refused_document(&response) {
        return refused_document(response.errors, media_type, request_id);
    }
    let errors = if response.errors.is_empty() {
        Vec::new()
    } else {
        masking::masked(response.errors, request_id)
    };
    let body = Body {
        data: Some(&response.data),
        errors: &errors,
        extensions: &response.extensions,
    };
    send(StatusCode::OK, media_type, &body)
}

/// The answer to a request whose document the parser or the validation refused.
pub(super) fn refused_document(
    errors: Vec<ServerError>,
    media_type: MediaType,
    request_id: RequestId,
) -> HttpResponse {
    let errors = masking::masked(errors, request_id);
    let status = refusal::of_refused_document(media_type);
    send(status, media_type, &Body::of_errors(&errors))
}

/// The answer to a request that was refused by us.
pub(super) fn refused(
    refusal: Refusal,
    media_type: MediaType,
    request_id: RequestId,
) -> HttpResponse {
    let status = refusal.status(media_type);
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", refusal.code.as_str());
    if refusal.code == ErrorCode::Internal {
        extensions.set("requestId", request_id.to_string());
    }
    let mut error = ServerError::new(shortened(refusal.message.into_owned()), None);
    error.extensions = Some(extensions);
    let mut response = send(status, media_type, &Body::of_errors(&[error]));
    let headers = response.headers_mut();
    if let Some(allowed) = refusal.allowed {
        let allowed: Vec<&str> = allowed.iter().map(Method::as_str).collect();
        // One line: of several some clients keep the last alone.
        if let Ok(value) = HeaderValue::from_str(&allowed.join(", ")) {
            headers.insert(ALLOW, value);
        }
    }
    if let Some(wait) = refusal.retry_after {
        // Whole seconds, and not too few.
        headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// The last event of a subscription. Browsers' own clients of events see none without data.
pub(super) const COMPLETE: Bytes = Bytes::from_static(b"event: complete\ndata: \n\n");

/// An event of a subscription.
pub(super) fn event(response: Response, request_id: RequestId) -> Bytes {
    let errors = masking::masked(response.errors, request_id);
    let body = Body {
        data: Some(&response.data),
        errors: &errors,
        extensions: &response.extensions,
    };
    let mut bytes = Vec::with_capacity(1024);
    // JSON has no line breaks outside of strings, and they are escaped in them.
    bytes.extend_from_slice(NEXT);
    if let Err(cause) = serde_json::to_writer(&mut bytes, &body) {
        error!(%cause, "an event could not be written as JSON");
        return Bytes::new();
    }
    bytes.extend_from_slice(b"\n\n");
    bytes.into()
}

const NEXT: &[u8] = b"event: next\ndata: ";

/// The answer to a subscription, which goes on.
pub(super) fn events(
    events: impl Stream<Item = Result<Bytes, Infallible>> + 'static,
) -> HttpResponse {
    let mut answer = head(StatusCode::OK, MediaType::Events);
    answer.streaming(events)
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

impl<'a> Body<'a> {
    const fn of_errors(errors: &'a [ServerError]) -> Self {
        const NONE: &BTreeMap<String, Value> = &BTreeMap::new();
        Self {
            data: None,
            errors,
            extensions: NONE,
        }
    }
}

fn send(status: StatusCode, media_type: MediaType, body: &Body<'_>) -> HttpResponse {
    // What is refused before there is anything to tell is no stream of events.
    let media_type = match media_type {
        MediaType::Events if status != StatusCode::OK => MediaType::GraphqlResponse,
        media_type => media_type,
    };
    let mut bytes = Vec::with_capacity(1024);
    if media_type == MediaType::Events {
        bytes.extend_from_slice(NEXT);
    }
    if let Err(cause) = serde_json::to_writer(&mut bytes, body) {
        error!(%cause, "an answer could not be written as JSON");
        return HttpResponse::InternalServerError().finish();
    }
    if media_type == MediaType::Events {
        bytes.extend_from_slice(b"\n\n");
        bytes.extend_from_slice(&COMPLETE);
    }
    head(status, media_type).body(bytes)
}

fn head(status: StatusCode, media_type: MediaType) -> HttpResponseBuilder {
    let mut answer = HttpResponseBuilder::new(status);
    answer
        .insert_header((
            CONTENT_TYPE,
            HeaderValue::from_static(media_type.content_type()),
        ))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header((VARY, HeaderValue::from_static("Accept, Authorization")));
    if media_type == MediaType::Events {
        // nginx hands events on at once only if it is told to.
        answer.insert_header(("x-accel-buffering", "no"));
    }
    answer
}
