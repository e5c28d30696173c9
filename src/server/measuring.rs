//! What the server measures of itself, and how it is shown: the rooms emit through the `metrics` facade, and here it is
//! kept for Prometheus.

use std::time::Duration;

use chrono::{DateTime, Utc};
use metrics::{Gauge, Unit, describe_gauge, gauge, with_local_recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use reconciliation::CancelRequestStatus;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::http;
use crate::merchants::Merchants;
use crate::store::{OpenWork, Source, Store};

/// Upper bounds of the durations that are told apart, in seconds: from an answer out of the store to the longest wait for
/// one of Toss's lists.
const DURATIONS: [f64; 12] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 60.0,
];
/// How long the database may take to say what stands open.
const STORE_MAY_TAKE: Duration = Duration::from_secs(3);
/// How often what was measured is summed up, which bounds the memory that it takes while nobody looks.
const SUMMED_UP_EVERY: Duration = Duration::from_secs(5);

/// The recorder of one server. It is not the program's: several servers in one program count apart.
pub(super) struct Measuring(PrometheusRecorder);

impl Measuring {
    #[expect(
        clippy::expect_used,
        reason = "the only error is of a list of durations that is empty"
    )]
    pub(super) fn new() -> Self {
        let recorder = PrometheusBuilder::new()
            .set_buckets(&DURATIONS)
            .expect("durations")
            .build_recorder();
        with_local_recorder(&recorder, || {
            describe_gauge!(
                "toss_recon_build_info",
                "Always 1; the version is that of the program"
            );
            gauge!("toss_recon_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
        });
        Self(recorder)
    }

    /// Makes a part of the server whose measurements are kept here.
    pub(super) fn of<T>(&self, make: impl FnOnce() -> T) -> T {
        with_local_recorder(&self.0, make)
    }

    /// What `/metrics` shows: all that was measured, and what stands open in the store at that moment.
    pub(super) fn shown(&self, store: Store, merchants: Merchants, clock: Clock) -> http::Metrics {
        let open = self.of(OpenWorkGauges::new);
        let handle = self.0.handle();
        http::Metrics::new(move || {
            let (open, handle) = (open.clone(), handle.clone());
            let (store, merchants, clock) = (store.clone(), merchants.clone(), clock.clone());
            async move {
                let now = clock.now();
                match timeout(STORE_MAY_TAKE, store.open_work(now)).await {
                    Ok(Ok(work)) => open.show(&work, &merchants, now),
                    Ok(Err(error)) => {
                        tracing::warn!(%error, "what stands open is not known to /metrics");
                        open.show_nothing();
                    }
                    Err(_) => {
                        tracing::warn!(
                            "the database is too slow to tell /metrics what stands open"
                        );
                        open.show_nothing();
                    }
                }
                handle.render()
            }
        })
    }

    /// What sums measurements up until it is stopped.
    pub(super) fn summing_up(&self, stop: CancellationToken) -> impl Future<Output = ()> + use<> {
        sum_up(self.0.handle(), stop)
    }
}

async fn sum_up(handle: PrometheusHandle, stop: CancellationToken) {
    let mut ticks = interval(SUMMED_UP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        handle.run_upkeep();
    }
}

/// What stands open in the store, as it was when it was last asked. `NaN` is not known.
#[derive(Clone)]
struct OpenWorkGauges {
    cancel_requests: Vec<(CancelRequestStatus, Gauge)>,
    verdicts_due: Gauge,
    payments_behind: Gauge,
    lists: [(Source, Gauge); 2],
}

impl OpenWorkGauges {
    fn new() -> Self {
        const CANCELS: &str = "toss_recon_cancel_requests_open";
        const VERDICTS: &str = "toss_recon_verdicts_due";
        const BEHIND: &str = "toss_recon_database_behind_payments";
        const LISTS: &str = "toss_recon_list_read_age_seconds";
        describe_gauge!(
            CANCELS,
            "Cancel requests that have not ended, by their state"
        );
        describe_gauge!(VERDICTS, "Verdicts that are to be made now");
        describe_gauge!(
            BEHIND,
            "Payments of which Toss knows a cancel of this server's that its database has forgotten: an older copy was put back"
        );
        describe_gauge!(
            LISTS,
            Unit::Seconds,
            "Age of the last complete reading of a day of Toss's list, of the merchant whose list was left alone for longest; \
             infinite when one was never read"
        );
        let not_ended = CancelRequestStatus::ALL
            .into_iter()
            .filter(|status| !status.is_final());
        Self {
            cancel_requests: not_ended
                .map(|status| {
                    let label = status.as_str().to_ascii_lowercase();
                    (status, gauge!(CANCELS, "status" => label))
                })
                .collect(),
            verdicts_due: gauge!(VERDICTS),
            payments_behind: gauge!(BEHIND),
            lists: Source::ALL.map(|source| (source, gauge!(LISTS, "list" => name_of(source)))),
        }
    }

    fn show(&self, work: &OpenWork, merchants: &Merchants, now: DateTime<Utc>) {
        for (status, gauge) in &self.cancel_requests {
            let open = work.cancel_requests.get(status);
            gauge.set(measured(open.copied().unwrap_or(0)));
        }
        self.verdicts_due.set(measured(work.verdicts_due));
        self.payments_behind.set(measured(work.payments_behind));
        for (source, gauge) in &self.lists {
            let ages = merchants.all().iter().map(|merchant| {
                let list = (merchant.account.clone(), *source);
                work.lists_read_at
                    .get(&list)
                    .map_or(f64::INFINITY, |read_at| {
                        (now - read_at).as_seconds_f64().max(0.0)
                    })
            });
            gauge.set(ages.fold(0.0, f64::max));
        }
    }

    fn show_nothing(&self) {
        let cancels = self.cancel_requests.iter().map(|(_, gauge)| gauge);
        let lists = self.lists.iter().map(|(_, gauge)| gauge);
        for gauge in cancels
            .chain(lists)
            .chain([&self.verdicts_due, &self.payments_behind])
        {
            gauge.set(f64::NAN);
        }
    }
}

const fn name_of(source: Source) -> &'static str {
    match source {
        Source::Transactions => "transactions",
        Source::Settlements => "settlements",
    }
}

/// A number of rows, of which there are less than a float can count.
#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge is a float, and above 2^53 rows nobody counts them"
)]
fn measured(count: u64) -> f64 {
    count as f64
}
