//! `/metrics`: what the server measures, for Prometheus. Whoever asks from this machine may see it; others need a token, of all
//! merchants: so is what is measured.

use std::{fmt, future::Future, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST},
    web::Data,
};
use futures_util::future::BoxFuture;

use super::{graphql::Gate, session_cookie};

/// Prometheus's text format, by its version.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

const OF_SOME_MERCHANTS: &str = "This access token is of some merchants, and what is measured is of all: send a token of all merchants";

/// Writes what has been measured. Cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    render: Arc<dyn Fn() -> BoxFuture<'static, String> + Send + Sync>,
    need_token: bool,
}

impl Metrics {
    /// Shows the text that `render` writes, in Prometheus's text format.
    pub fn new<F, Fut>(render: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = String> + Send + 'static,
    {
        Self {
            render: Arc::new(move || Box::pin(render())),
            need_token: false,
        }
    }

    /// Shows them to nobody without a token, not even on this machine, when `need_token` says so.
    #[must_use]
    pub fn with_token_needed(self, need_token: bool) -> Self {
        Self { need_token, ..self }
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// The handler of `/metrics`.
pub(super) async fn show(
    metrics: Data<Metrics>,
    gate: Data<Gate>,
    request: HttpRequest,
) -> HttpResponse {
    if metrics.need_token || !is_from_this_machine(&request) {
        match gate.admit(&request).await {
            Ok(principal) if principal.scope.is_all() => {}
            Ok(_) => return Gate::forbids(&request, OF_SOME_MERCHANTS),
            Err(refused) => return refused,
        }
    }
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, TEXT_FORMAT))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body((metrics.render)().await)
}

/// Whether the request was made on this machine, under its own name, and not by a proxy on it for somebody else. A page in a browser
/// here can have its own name lead to this machine and read the answer, but cannot have the browser send another name.
fn is_from_this_machine(request: &HttpRequest) -> bool {
    let is_loopback = request
        .peer_addr()
        .is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    let mut hosts = request.headers().get_all(HOST);
    let (host, others) = (hosts.next(), hosts.next());
    let names_loopback =
        host.is_some_and(|host| host.to_str().is_ok_and(session_cookie::is_loopback));
    is_loopback
        && names_loopback
        && others.is_none()
        && !request
            .headers()
            .keys()
            .any(|name| is_of_a_proxy(name.as_str()))
}

/// Whether only proxies send a header of that name, which is in lower case. They tell of the client, of themselves, or of what
/// they were asked.
fn is_of_a_proxy(name: &str) -> bool {
    const BEGINNINGS: [&str; 12] = [
        "x-forward",
        "x-original-",
        "x-real-",
        "x-client-",
        "x-cluster-",
        "x-remote-",
        "x-proxy",
        "x-envoy-",
        "x-amzn-",
        "x-arr-",
        "cf-",
        "fastly-",
    ];
    matches!(
        name,
        "forwarded"
            | "forwarded-for"
            | "via"
            | "true-client-ip"
            | "client-ip"
            | "proxy-connection"
            | "cdn-loop"
            | "fly-client-ip"
            | "x-azure-clientip"
            | "x-azure-socketip"
            | "x-appengine-user-ip"
            | "x-cloud-trace-context"
            | "x-varnish"
    ) || BEGINNINGS.iter().any(|begins| name.starts_with(begins))
}

#[cfg(test)]
mod tests {
    use super::is_of_a_proxy;

    #[test]
    fn headers_that_only_a_proxy_adds_are_told_from_those_of_a_scraper() {
        for name in [
            "forwarded",
            "via",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-real-ip",
            "x-client-ip",
            "true-client-ip",
            "cf-connecting-ip",
            "x-cluster-client-ip",
            "x-original-url",
            "x-envoy-external-address",
        ] {
            assert!(is_of_a_proxy(name), "{name}");
        }
        for name in [
            "host",
            "accept",
            "accept-encoding",
            "user-agent",
            "authorization",
            "x-request-id",
            "x-prometheus-scrape-timeout-seconds",
        ] {
            assert!(!is_of_a_proxy(name), "{name}");
        }
    }
}
