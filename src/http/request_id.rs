//! The id and the span of each request, and the headers that every answer carries. Neither the query string (a GET's variables) nor
//! the client's address is recorded.

use actix_web::{
    Error, HttpMessage as _, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    middleware::Next,
};
use tracing::{Span, debug, field::Empty, info_span, warn};
use tracing_actix_web::RootSpanBuilder;
use uuid::Uuid;

use crate::access::RequestId;

/// A proxy in front may send it; every answer carries it.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of `request`, which [`RequestSpan`] gave it.
pub(super) fn of(request: &HttpRequest) -> RequestId {
    let given = request.extensions().get::<RequestId>().copied();
    given.unwrap_or_else(|| RequestId::new(Uuid::now_v7()))
}

/// Opens the span of each request. Its fields name the route, never the path itself, which may hold a secret.
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = adopted(request).unwrap_or_else(Uuid::now_v7);
        request.extensions_mut().insert(RequestId::new(id));
        info_span!(
            "request",
            request_id = %id,
            http.method = request.method().as_str(),
            http.route = request.match_pattern().as_deref().unwrap_or("none"),
            http.status_code = Empty,
        )
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = match outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        span.record("http.status_code", status.as_u16());
        span.in_scope(|| {
            if status.is_server_error() {
                warn!("answered with a server error");
            } else {
                debug!("answered");
            }
        });
    }
}

/// Puts the headers of every answer on it.
pub(super) async fn add_headers<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let id = of(request.request());
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if let Ok(value) = HeaderValue::try_from(id.to_string()) {
        headers.insert(X_REQUEST_ID, value);
    }
    Ok(response)
}

/// The id that came with the request. Only a UUID is taken over: the text goes into the log and the answer.
fn adopted(request: &ServiceRequest) -> Option<Uuid> {
    let value = request.headers().get(X_REQUEST_ID)?;
    Uuid::try_parse_ascii(value.as_bytes()).ok()
}
