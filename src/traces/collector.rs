//! Handing spans to a collector, by OTLP over HTTP. That is done by a thread of its own, from a queue that is bounded: a collector
//! that is slow, silent or gone costs spans, and no request waits for it. Everything but whether there is one is as OpenTelemetry's
//! own variables say.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry::{Key, KeyValue};
use opentelemetry_otlp::SpanExporter as OtlpExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::registry::LookupSpan;

use super::TARGET;

/// What this program is called, unless `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` say otherwise.
const SERVICE: &str = "toss-recon";
const SERVICE_NAME: Key = Key::from_static_str("service.name");
/// How long what is still in the queue may take at the end.
const LAST_SPANS_MAY_TAKE: Duration = Duration::from_secs(5);

/// Where spans go.
pub(crate) struct Collector {
    provider: SdkTracerProvider,
}

/// Why there is no way to the collector.
#[derive(Debug, thiserror::Error)]
#[error(
    "spans cannot be handed to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names ({0}): mend OpenTelemetry's variables, or unset it"
)]
pub(crate) struct NoCollector(String);

impl Collector {
    /// The way to the collector that the variables name. Whether it answers is not asked.
    ///
    /// # Errors
    /// When one of them cannot be used.
    pub(crate) fn of_environment() -> Result<Self, NoCollector> {
        let exporter = OtlpExporter::builder()
            .with_http()
            .build()
            .map_err(|error| NoCollector(error.to_string()))?;
        let mut resource = Resource::builder();
        if is_unnamed(&Resource::builder().build()) {
            resource = resource.with_service_name(SERVICE);
        }
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let provider = SdkTracerProvider::builder()
            .with_resource(resource.with_attribute(version).build())
            .with_batch_exporter(Told {
                exporter,
                fails: AtomicBool::new(false),
            })
            .build();
        Ok(Self { provider })
    }

    /// What takes the spans of this program; no events, and nothing of any library.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer(SERVICE))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_level(false)
            .with_tracked_inactivity(false)
            .with_context_activation(false)
            .with_filter(Targets::new().with_target(TARGET, LevelFilter::TRACE))
    }

    /// Hands over what is still in the queue, for a few seconds at most.
    pub(crate) async fn end(self) {
        let ending = tokio::task::spawn_blocking(move || {
            self.provider.shutdown_with_timeout(LAST_SPANS_MAY_TAKE)
        });
        if !matches!(ending.await, Ok(Ok(()))) {
            tracing::warn!("the last spans could not be handed to the collector");
        }
    }
}

/// Whether nobody has given the service a name.
fn is_unnamed(resource: &Resource) -> bool {
    let name = resource.get(&SERVICE_NAME);
    name.is_none_or(|name| name.as_str().starts_with("unknown_service"))
}

/// Hands spans over, and tells the log when that begins to fail and when it goes well again.
struct Told {
    exporter: OtlpExporter,
    fails: AtomicBool,
}

impl SpanExporter for Told {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let exported = self.exporter.export(batch).await;
        // The error may hold the address, with a password in it.
        match (self.fails.swap(exported.is_err(), Relaxed), &exported) {
            (false, Err(_)) => tracing::warn!(
                "spans cannot be handed to the collector, and are lost until they can: is it there, and is OTEL_EXPORTER_OTLP_ENDPOINT its address?"
            ),
            (true, Ok(())) => tracing::info!("spans are handed to the collector again"),
            _ => {}
        }
        exported
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The exporter's own has its headers, which may hold a password.
        f.write_str("Told")
    }
}
