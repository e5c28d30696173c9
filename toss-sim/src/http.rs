//! The shell: actix on one side, calls and replies on the other.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BodyStream, SizedStream};
use actix_web::dev::Server;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpResponseBuilder, HttpServer};
use futures_util::{Stream, StreamExt, stream};

use crate::api::{Admission, Call, Passage, Reply};
use crate::control;
use crate::faults::Endpoint;
use crate::server::Sim;

/// Largest body read, in bytes.
const BODY_LIMIT: usize = 1 << 20;
/// How long a hanging answer hangs; longer than any client waits.
const HANGING: Duration = Duration::from_mins(10);
/// Lets the first half of a broken body leave before the connection ends.
const FLUSH: Duration = Duration::from_millis(50);

/// A server on `listener`, not yet running.
pub(crate) fn server(listener: TcpListener, sim: Arc<Sim>) -> io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::from(Arc::clone(&sim)))
            .app_data(web::PayloadConfig::new(BODY_LIMIT))
            .configure(|config| routes(config, sim.control))
    });
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}

fn routes(config: &mut web::ServiceConfig, control: bool) {
    type Data = web::Data<Sim>;
    macro_rules! endpoint {
        ($endpoint:expr) => {
            |sim: Data, request: HttpRequest, body: Bytes| {
                serve($endpoint, sim.into_inner(), request, body)
            }
        };
    }
    config
        .route(
            "/v1/payments/confirm",
            web::post().to(endpoint!(Endpoint::Confirm)),
        )
        .route(
            "/v1/payments/orders/{id}",
            web::get().to(endpoint!(Endpoint::PaymentByOrder)),
        )
        .route(
            "/v1/payments/{id}/cancel",
            web::post().to(endpoint!(Endpoint::Cancel)),
        )
        .route(
            "/v1/payments/{id}",
            web::get().to(endpoint!(Endpoint::Payment)),
        )
        .route(
            "/v1/transactions",
            web::get().to(endpoint!(Endpoint::Transactions)),
        )
        .route(
            "/v1/settlements",
            web::get().to(endpoint!(Endpoint::Settlements)),
        )
        .route(
            "/v1/settlements",
            web::post().to(endpoint!(Endpoint::ManualSettlement)),
        )
        .default_service(web::to(endpoint!(Endpoint::Unknown)));
    if control {
        config.service(web::scope("/sim").configure(control::routes));
    }
}

async fn serve(
    endpoint: Endpoint,
    sim: Arc<Sim>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    let call = call(&request, &body);
    let id = call.id.clone();
    let admission = sim.with_world(|world| world.admit(endpoint, call, sim.clock.now()));
    let reply = match admission {
        Admission::Answered(reply) => reply,
        Admission::Admitted(ticket, wait) => {
            until_released(&sim, endpoint, &id).await;
            let run = move |sim: &Sim| sim.with_world(|world| world.run(*ticket, sim.clock.now()));
            let reply = if wait.is_zero() {
                run(&sim)
            } else {
                // A task of its own: what was sent to Toss is executed although the client has gone.
                let held_up = Arc::clone(&sim);
                let task = actix_web::rt::spawn(async move {
                    actix_web::rt::time::sleep(wait).await;
                    run(&held_up)
                });
                match task.await {
                    Ok(reply) => reply,
                    Err(_stopping) => return HttpResponse::ServiceUnavailable().finish(),
                }
            };
            // Webhooks may have become ready.
            sim.clock.moved().notify_waiters();
            reply
        }
    };
    if reply.passage == Passage::Hanging {
        actix_web::rt::time::sleep(HANGING).await;
    }
    response(reply)
}

/// Waits as long as the payment asked about is held.
async fn until_released(sim: &Sim, endpoint: Endpoint, id: &str) {
    loop {
        let released = sim.released.notified();
        tokio::pin!(released);
        // Before looking, so that a release in between is not missed.
        released.as_mut().enable();
        if !sim.with_world(|world| world.is_held(endpoint, id)) {
            return;
        }
        released.await;
    }
}

fn call(request: &HttpRequest, body: &Bytes) -> Call {
    let header = |name: &str| {
        let value = request.headers().get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    Call {
        method: request.method().to_string(),
        path: request.path().to_owned(),
        id: request.match_info().load().unwrap_or_default(),
        query: web::Query::from_query(request.query_string())
            .map(web::Query::into_inner)
            .unwrap_or_default(),
        authorization: header("authorization"),
        idempotency_key: header("idempotency-key"),
        accept_language: header("accept-language"),
        test_code: header("tosspayments-test-code"),
        body: body.to_vec(),
    }
}

fn response(reply: Reply) -> HttpResponse {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut builder = HttpResponseBuilder::new(status);
    builder.insert_header(("x-tosspayments-trace-id", reply.trace));
    // A key of bytes that no header may hold is not echoed.
    if let Some(key) = reply
        .idempotency_key
        .and_then(|key| HeaderValue::try_from(key).ok())
    {
        builder.insert_header(("idempotency-key", key));
    }
    let kind = if reply.html {
        "text/html; charset=utf-8"
    } else {
        "application/json;charset=UTF-8"
    };
    match reply.passage {
        Passage::Whole if reply.body.is_empty() => builder.finish(),
        Passage::Whole => builder.insert_header((CONTENT_TYPE, kind)).body(reply.body),
        Passage::Half => {
            let length = reply.body.len() as u64;
            let mut half = reply.body;
            half.truncate(half.len() / 2);
            builder
                .insert_header((CONTENT_TYPE, kind))
                .body(SizedStream::new(
                    length,
                    Box::pin(breaking_off(Some(half.into()))),
                ))
        }
        // A body that fails at once ends the connection before its head is written.
        Passage::Dropped | Passage::Hanging => {
            builder.body(BodyStream::new(Box::pin(breaking_off(None))))
        }
    }
}

/// What there is of a body, and then an error instead of its end.
fn breaking_off(first: Option<Bytes>) -> impl Stream<Item = io::Result<Bytes>> {
    let flush = if first.is_some() {
        FLUSH
    } else {
        Duration::ZERO
    };
    let end = stream::once(async move {
        if !flush.is_zero() {
            actix_web::rt::time::sleep(flush).await;
        }
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    });
    stream::iter(first).map(Ok).chain(end)
}
