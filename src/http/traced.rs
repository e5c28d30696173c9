//! The span of each request for an operator's collector, within the trace of whoever sent it. It names the route, never the path.

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::HeaderMap,
    middleware::Next,
};
use tracing::Instrument as _;

use super::request_id;
use crate::traces;

/// Has everything that is done for a request done within its span. Without a collector there is none.
pub(super) async fn trace<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let span = {
        let route = request.match_pattern();
        traces::of_request(
            request.method().as_str(),
            route.as_deref().unwrap_or("none"),
            |name| only(request.headers(), name),
        )
    };
    if span.is_disabled() {
        return next.call(request).await;
    }
    let outcome = next.call(request).instrument(span.clone()).await;
    match &outcome {
        Ok(response) => {
            let id = request_id::of(response.request()).to_string();
            traces::request_ended(&span, response.status().as_u16(), &id);
        }
        Err(_) => traces::failed(&span),
    }
    outcome
}

/// The value of a header that came once.
fn only<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name);
    let value = values.next()?;
    values.next().is_none().then(|| value.to_str().ok())?
}
