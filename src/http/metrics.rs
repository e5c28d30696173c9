//! `/metrics`: what the server measures, for Prometheus. Whoever asks from this machine may see it; others need a token.

use std::{fmt, future::Future, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    web::Data,
};
use async_graphql::ObjectType;
use futures_util::future::BoxFuture;

use super::Endpoint;

/// Prometheus's text format, by its version.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Writes what has been measured. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(Arc<dyn Fn() -> BoxFuture<'static, String> + Send + Sync>);

impl Metrics {
    /// Shows the text that `render` writes, in Prometheus's text format.
    pub fn new<F, Fut>(render: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = String> + Send + 'static,
    {
        Self(Arc::new(move || Box::pin(render())))
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// The handler of `/metrics`.
pub(super) async fn show<Q, M>(
    metrics: Data<Metrics>,
    endpoint: Data<Endpoint<Q, M>>,
    request: HttpRequest,
) -> HttpResponse
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
{
    if !is_from_this_machine(&request)
        && let Err(refused) = endpoint.admit(&request).await
    {
        return refused;
    }
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, TEXT_FORMAT))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body((metrics.0)().await)
}

/// Whether the request was made on this machine, and not by a proxy on it for somebody else.
fn is_from_this_machine(request: &HttpRequest) -> bool {
    let is_loopback = request
        .peer_addr()
        .is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    is_loopback
        && !request
            .headers()
            .keys()
            .any(|name| is_of_a_proxy(name.as_str()))
}

/// Whether only proxies send a header of that name, which is in lower case.
fn is_of_a_proxy(name: &str) -> bool {
    matches!(name, "forwarded" | "via" | "x-real-ip") || name.starts_with("x-forwarded")
}
