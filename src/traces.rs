//! Spans for an operator's collector, by OpenTelemetry: of each request, operation, call of Toss and transaction of the database.
//! Names and counts stand in them, and nothing that the access log would not have. They are of a target of their own, which the
//! log leaves out; while no collector is set, none is made.

mod collector;

use std::fmt;
use std::panic::Location;

use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::field::Empty;
use tracing::{Span, trace_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

pub(crate) use collector::Collector;

/// What the spans are told from others by. No module is called so: what those say is for the log.
pub(crate) const TARGET: &str = "toss_recon::spans";

/// The header that names the span of whoever calls, as the W3C has it.
pub(crate) const TRACEPARENT: &str = "traceparent";
/// The header that goes with it.
const TRACESTATE: &str = "tracestate";

/// The span of a request that came over HTTP, within that of whoever sent it, where its headers name one. `header` gives the only
/// value of a header.
pub(crate) fn of_request<'h>(
    method: &str,
    route: &str,
    header: impl Fn(&str) -> Option<&'h str>,
) -> Span {
    let span = trace_span!(
        target: TARGET,
        "request",
        otel.kind = "server",
        otel.name = %format_args!("{method} {route}"),
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        request_id = Empty,
    );
    if !span.is_disabled() {
        let named = Named(header(TRACEPARENT), header(TRACESTATE));
        let caller = TraceContextPropagator::new().extract_with_context(&Context::new(), &named);
        // It has just been made, and the collector's layer has it.
        let _ = span.set_parent(caller);
    }
    span
}

/// Says how a request ended.
pub(crate) fn request_ended(span: &Span, status: u16, request_id: &str) {
    span.record("http.response.status_code", i64::from(status));
    span.record("request_id", request_id);
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
}

/// The span of one operation of GraphQL.
pub(crate) fn of_operation(kind: &impl fmt::Display, name: &str) -> Span {
    trace_span!(
        target: TARGET,
        "operation",
        otel.name = %format_args!("{kind} {name}"),
        graphql.operation.r#type = %kind,
        graphql.operation.name = name,
    )
}

/// The span of one call of Toss, which is sent at once. Where it leads is not told: a path holds a payment's key.
pub(crate) fn of_toss_call(call: &impl fmt::Display, method: &str, host: &str) -> Span {
    trace_span!(
        target: TARGET,
        "toss call",
        otel.kind = "client",
        otel.name = %format_args!("Toss {call}"),
        otel.status_code = Empty,
        http.request.method = method,
        server.address = host,
        http.response.status_code = Empty,
        toss.trace_id = Empty,
    )
}

/// Says what Toss answered.
pub(crate) fn toss_answered(span: &Span, status: u16, trace_id: Option<&str>) {
    span.record("http.response.status_code", i64::from(status));
    if let Some(trace_id) = trace_id {
        span.record("toss.trace_id", trace_id);
    }
    if status >= 400 {
        span.record("otel.status_code", "ERROR");
    }
}

/// Says that what the span is of has failed.
pub(crate) fn failed(span: &Span) {
    span.record("otel.status_code", "ERROR");
}

/// The span of a transaction that begins in this place of the program, in which its statements are counted.
pub(crate) fn of_transaction(database: &str, begun: &Location<'_>) -> Span {
    trace_span!(
        target: TARGET,
        "transaction",
        otel.kind = "client",
        otel.name = %format_args!("transaction {}", stem(begun.file())),
        otel.status_code = Empty,
        db.system.name = database,
        code.file.path = begun.file(),
        code.line.number = begun.line(),
        statements = Empty,
        outcome = Empty,
    )
}

/// Says how a transaction ended.
pub(crate) fn transaction_ended(span: &Span, statements: u64, outcome: &str) {
    span.record("statements", statements);
    span.record("outcome", outcome);
}

/// What names the span to whoever is called within it; nothing while there is no collector. What other programs wrote into the
/// state of the trace is not handed on: it is nothing to Toss.
pub(crate) fn traceparent(span: &Span) -> Option<String> {
    if span.is_disabled() {
        return None;
    }
    let context = span.context();
    let named = context.span().span_context().clone();
    named.is_valid().then(|| {
        format!(
            "00-{}-{}-{:02x}",
            named.trace_id(),
            named.span_id(),
            named.trace_flags().to_u8()
        )
    })
}

/// The name of a source file without folders and ending.
fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.strip_suffix(".rs").unwrap_or(name)
}

/// The two headers, as OpenTelemetry asks for them.
struct Named<'h>(Option<&'h str>, Option<&'h str>);

impl Extractor for Named<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            TRACEPARENT => self.0,
            TRACESTATE => self.1,
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT, TRACESTATE]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_collector_no_span_is_made_and_nothing_is_sent_to_whoever_is_called() {
        let span = of_request("POST", "/graphql", |_| {
            Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        });
        assert!(span.is_disabled());
        assert_eq!(traceparent(&span), None);
    }

    #[test]
    fn a_transaction_is_called_by_the_file_that_begins_it() {
        assert_eq!(stem("src/store/verdicts/saving.rs"), "saving");
        assert_eq!(stem("saving"), "saving");
    }
}
