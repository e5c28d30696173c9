//! Everything that is served over HTTP, on one page: routes, and what every answer carries. Binding to an address and stopping are
//! the server's business; TLS and HTTP/2 end in a proxy.

mod access_log;
mod client;
mod compression;
mod console;
mod cross_origin;
mod door;
mod graphiql;
mod graphql;
mod health;
pub mod limits;
mod methods;
mod metrics;
mod reports;
mod request_id;
mod schema_file;
mod session_cookie;
mod sessions;
mod slow_readers;
mod webhooks;

use actix_web::{
    App, Error, FromRequest, Handler, HttpResponse, Resource, Responder,
    body::MessageBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    http::header::LOCATION,
    middleware::{Condition, from_fn},
    web::{self, Data, ServiceConfig},
};
use async_graphql::{EmptySubscription, ObjectType, SubscriptionType};
use tracing_actix_web::TracingLogger;

pub use self::{
    client::on_connect,
    console::Console,
    door::DoorSettings,
    graphiql::Graphiql,
    graphql::{Endpoint, Prepare, TrustedDocuments, check_document},
    health::{NotReady, Readiness},
    metrics::Metrics,
    reports::{ReportAsked, ReportFailed, ReportFormat, Reports},
    request_id::RequestSpan,
    webhooks::Webhooks,
};

use methods::resource;

/// What the routes need. Made once and cloned for each worker: clones share everything.
pub struct HttpParts<Q, M, S = EmptySubscription> {
    /// What answers at `/graphql`.
    pub endpoint: Endpoint<Q, M, S>,
    /// The check behind `/readyz`.
    pub readiness: Readiness,
    /// What is shown at `/metrics`.
    pub metrics: Metrics,
    /// The page at `/graphql` for browsers.
    pub graphiql: Graphiql,
    /// The pages below `/console/`; without them there is no such address.
    pub console: Option<Console>,
    /// What takes Toss's webhooks; without it there is no such address.
    pub webhooks: Option<Webhooks>,
    /// What makes the reports below `/reports/`; without it there is no such address.
    pub reports: Option<Reports>,
    /// Origins whose pages may ask, as browsers spell them.
    pub allowed_origins: Vec<String>,
}

/// The routes.
pub fn routes<Q, M, S>(config: &mut ServiceConfig, parts: &HttpParts<Q, M, S>)
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    if let Some(webhooks) = &parts.webhooks {
        let resource = resource("/webhooks/toss/{secret}", "POST, OPTIONS");
        config
            .app_data(Data::new(webhooks.clone()))
            .service(resource.route(web::post().to(webhooks::take)));
    }
    if let Some(console) = &parts.console {
        config
            .app_data(Data::new(console.clone()))
            .service(reads(console::ASSET_ROUTE, console::asset))
            .service(reads(console::PAGE_ROUTE, console::page))
            .service(reads("/console", to_the_page));
    }
    if let Some(reports) = &parts.reports {
        config
            .app_data(Data::new(reports.clone()))
            .service(reads(reports::ROUTE, reports::show));
    }
    config
        .app_data(Data::new(parts.endpoint.clone()))
        .app_data(Data::new(parts.readiness.clone()))
        .app_data(Data::new(parts.endpoint.gate()))
        .app_data(Data::new(parts.endpoint.trusted()))
        .app_data(Data::new(parts.metrics.clone()))
        .app_data(Data::new(parts.graphiql.clone()))
        .route("/graphql", web::to(graphql::handle::<Q, M, S>))
        .service(reads(graphiql::ASSET_ROUTE, graphiql::asset))
        .service(reads("/", to_the_page))
        .service(
            resource("/session", "POST, DELETE, OPTIONS")
                .route(web::post().to(sessions::sign_in))
                .route(web::delete().to(sessions::sign_out)),
        )
        .service(reads("/schema.graphql", schema_file::show))
        .service(reads("/healthz", health::alive))
        .service(reads("/readyz", health::ready))
        .service(reads("/metrics", metrics::show))
        .default_service(web::to(not_found));
}

/// An address that is only read.
fn reads<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    resource(path, methods::READS).route(methods::read().to(handler))
}

/// The whole application for one worker: the routes, within a span and with the headers of every answer. More routes may be added to
/// it; they are within the same. Bind it with [`on_connect`], with [`limits::KEEP_ALIVE`] and with [`limits::HEAD_TIME`] as the client request timeout.
pub fn app<Q, M, S>(
    parts: &HttpParts<Q, M, S>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<Q, M, S>>,
        Error = Error,
        InitError = (),
    > + use<Q, M, S>,
>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    App::new()
        .configure(|config| routes(config, parts))
        .wrap(from_fn(compression::compress))
        .wrap(Condition::new(
            !parts.allowed_origins.is_empty(),
            cross_origin::of(&parts.allowed_origins),
        ))
        .wrap(from_fn(cross_origin::nothing_to_others))
        .wrap(from_fn(request_id::add_headers))
        .wrap(TracingLogger::<RequestSpan>::new())
        .wrap(from_fn(slow_readers::watch))
}

impl<Q, M, S> Clone for HttpParts<Q, M, S> {
    fn clone(&self) -> Self {
        Self {
            endpoint: self.endpoint.clone(),
            readiness: self.readiness.clone(),
            metrics: self.metrics.clone(),
            graphiql: self.graphiql.clone(),
            console: self.console.clone(),
            webhooks: self.webhooks.clone(),
            reports: self.reports.clone(),
            allowed_origins: self.allowed_origins.clone(),
        }
    }
}

/// Whoever opens the address in a browser is shown the page that there is.
async fn to_the_page(console: Option<Data<Console>>) -> HttpResponse {
    let page = console.map_or("/graphql", |_| console::BASE);
    HttpResponse::Found()
        .insert_header((LOCATION, page))
        .finish()
}

async fn not_found() -> HttpResponse {
    HttpResponse::NotFound().json(serde_json::json!({ "error": "nothing is served at this path" }))
}
