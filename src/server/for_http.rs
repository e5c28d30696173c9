//! What HTTP asks of the other rooms: whether they can do their work, to take webhooks, to write reports, and what the console must
//! know.

use std::io;

use futures_executor::block_on;
use futures_util::future::{Either, select};
use secrecy::SecretString;
use tokio::runtime::Handle;

use super::database_clock::DatabaseClock;
use super::reporting::reporter;
use crate::cancel::{LimitsInForce, WeakerLimits, longest_reason};
use crate::clock::Clock;
use crate::config::ServerConfig;
use crate::http::{self, ReportAsked, ReportFailed, ReportFormat};
use crate::reconcile::Reconciler;
use crate::report::{Asked, Format, Range, ReportError, Reporter};
use crate::store::{Store, StoreError};
use crate::sync::Mirror;
use crate::webhooks::{Webhook, WebhookReceiver};

/// The pages for people, where the settings have them.
pub(super) fn console(config: &ServerConfig) -> Option<http::Console> {
    let longest_reason = longest_reason(config.cancel_policy.marks_reasons);
    config
        .front_ends
        .console
        .then(|| http::Console::from_binary(longest_reason))
}

/// The check behind `/readyz`.
pub(super) fn readiness(
    store: &Store,
    limits: &LimitsInForce,
    clock: Option<DatabaseClock>,
) -> http::Readiness {
    let (store, limits) = (store.clone(), limits.clone());
    http::Readiness::new(move || {
        let (store, limits, clock) = (store.clone(), limits.clone(), clock.clone());
        Box::pin(async move {
            store.ready().await.map_err(|error| match error {
                StoreError::NotMigrated { .. } | StoreError::TooNew { .. } => {
                    http::NotReady::NotMigrated
                }
                StoreError::NotWritable { .. } => http::NotReady::DatabaseNotWritable,
                _ => http::NotReady::DatabaseUnreachable,
            })?;
            limits.may_cancel().map_err(|weaker| match weaker {
                WeakerLimits::Weaker(_) => http::NotReady::WeakerLimits,
                // It answers, and takes no writes.
                WeakerLimits::NotCompared => http::NotReady::DatabaseUnreachable,
            })?;
            match clock {
                Some(clock) if clock.differs() => Err(http::NotReady::ClockDiffers),
                _ => Ok(()),
            }
        })
    })
}

/// What takes webhooks under this secret. One that cannot be kept is told in the log: Toss has its answer by then.
pub(super) fn webhooks(secret: SecretString, receiver: WebhookReceiver) -> http::Webhooks {
    http::Webhooks::new(secret, move |transmission_id, body| {
        let receiver = receiver.clone();
        async move {
            let webhook = Webhook {
                transmission_id: transmission_id.as_deref(),
                body: &body,
            };
            if let Err(error) = receiver.take(webhook).await {
                tracing::warn!(%error, "a webhook could not be kept");
            }
        }
    })
}

/// What writes reports for whoever asks over HTTP. A report's rows are written as they come, which may take long, so that each has
/// a thread to itself; what it waits for is driven by the runtime that this is called on.
pub(super) fn reports(
    store: &Store,
    reconciler: &Reconciler,
    mirror: &Mirror,
    clock: &Clock,
) -> http::Reports {
    let reporter = reporter(store, reconciler, mirror, clock);
    http::Reports::new(Handle::current(), move |asked, out, gone| {
        let writing = std::pin::pin!(write_report(&reporter, asked, out));
        match block_on(select(writing, gone)) {
            Either::Left((written, _)) => written,
            // Nobody is there to be told.
            Either::Right(((), _)) => Ok(()),
        }
    })
}

async fn write_report(
    reporter: &Reporter,
    asked: &ReportAsked,
    out: Box<dyn io::Write + Send>,
) -> Result<(), ReportFailed> {
    let range = Range {
        from: asked.from,
        to: asked.to,
    };
    let format = match asked.format {
        ReportFormat::Xlsx => Format::Xlsx,
        ReportFormat::Zip => Format::Csv,
        ReportFormat::Json => Format::Json,
    };
    let asked = Asked {
        range,
        mids: asked.mids.clone(),
        basis: asked.basis,
        period: None,
    };
    match reporter.stream(&asked, format, out).await {
        Ok(_) => Ok(()),
        Err(ReportError::Store(error)) => {
            tracing::error!(%error, "a report was not made");
            Err(ReportFailed::Other)
        }
        Err(error) => {
            // Whoever goes away half-way ends it so, too.
            tracing::warn!(%error, "a report was not handed on");
            Err(ReportFailed::NoRoom)
        }
    }
}
