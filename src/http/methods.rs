//! Addresses that know their methods: HEAD is answered as GET without a body, OPTIONS says which there are, and any other method
//! is refused with the same list.

use actix_web::{
    HttpRequest, HttpResponse, Resource, Route, guard,
    http::{Method, header::ALLOW},
    web,
};

/// What reads: GET, and HEAD.
pub(super) const READS: &str = "GET, HEAD, OPTIONS";

/// A route for what reads.
pub(super) fn read() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// An address whose routes answer these methods.
pub(super) fn resource(path: &str, allowed: &'static str) -> Resource {
    let others = move |request: HttpRequest| async move { other(request.method(), allowed) };
    web::resource(path).default_service(web::to(others))
}

fn other(method: &Method, allowed: &'static str) -> HttpResponse {
    if method == Method::OPTIONS {
        return options(allowed);
    }
    HttpResponse::MethodNotAllowed()
        .insert_header((ALLOW, allowed))
        .json(serde_json::json!({ "error": format!("this address answers {allowed}") }))
}

/// The answer to OPTIONS.
pub(super) fn options(allowed: &'static str) -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((ALLOW, allowed))
        .finish()
}
