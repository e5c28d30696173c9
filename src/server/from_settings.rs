//! What the settings say, in the words of the rooms that follow them.

use std::sync::Arc;

use chrono::TimeDelta;
use tokio::runtime::Handle;

use super::opening::StartError;
use crate::cancel::{Canceller, LimitsInForce, MoneySteps};
use crate::clock::Clock;
use crate::config::{FrontDoor, MerchantConfig, ServerConfig, SyncConfig, TossConfig};
use crate::http;
use crate::listing::ListSettings;
use crate::lookup::{Lookup, LookupSettings};
use crate::merchants::{Merchant, Merchants};
use crate::notify::Notifier;
use crate::reconcile::Reconciler;
use crate::store::Store;
use crate::sync::MirrorSettings;
use crate::toss::{ClientSetupError, Toss, TossSettings};

/// The merchants, each with its client of Toss.
///
/// # Errors
/// When a client cannot be set up.
pub(crate) fn merchants(
    configured: &[MerchantConfig],
    toss: &TossConfig,
) -> Result<Merchants, ClientSetupError> {
    let merchants = configured.iter().map(|merchant| {
        Ok(Merchant {
            account: merchant.account.clone(),
            toss: Toss::new(TossSettings {
                timeout: toss.timeout,
                calls_per_minute: toss.calls_per_minute,
                musd: toss.musd_amounts,
                account: merchant.account.to_string(),
                ..TossSettings::new(toss.base_url.clone(), merchant.secret_key.clone())
            })?,
            settlement_cycle: merchant.settlement_cycle,
            payout_business_days: merchant.payout_business_days,
            unsettled_methods: merchant.unsettled_methods.clone(),
            has_test_key: merchant.secret_key.is_test(),
        })
    });
    merchants.collect::<Result<Vec<_>, _>>().map(Merchants::new)
}

/// What cancels, by the settings, for a command that looks up what became of cancels; and the limits by which it does, for as
/// long as they are not given back.
pub(crate) async fn canceller_alone(
    config: &ServerConfig,
    store: Store,
    merchants: Merchants,
    clock: Clock,
) -> (Canceller, LimitsInForce) {
    let limits =
        LimitsInForce::begin(store.clone(), config.cancel_policy.clone(), clock.clone()).await;
    let canceller = Canceller::new(
        store.clone(),
        merchants.clone(),
        Lookup::new(store, merchants, clock.clone()),
        clock,
        MoneySteps::on(Handle::current()),
        config.cancel_retry,
        limits.clone(),
    );
    (canceller, limits)
}

pub(crate) fn mirror_settings(sync: &SyncConfig) -> MirrorSettings {
    MirrorSettings {
        retry_pause: sync.retry_pause,
        transaction_days: sync.transaction_days,
        settlement_days: sync.settlement_days,
        webhook_days: sync.webhook_days,
        retention_days: sync.retention_days,
        ..MirrorSettings::every(sync.interval)
    }
}

/// What answers questions about one payment, by the settings.
pub(super) fn lookup(
    sync: &SyncConfig,
    store: &Store,
    merchants: &Merchants,
    clock: &Clock,
    reconciler: &Reconciler,
) -> Lookup {
    Lookup::with(
        store.clone(),
        merchants.clone(),
        clock.clone(),
        lookup_settings(sync, reconciler.clone()),
    )
}

/// How lists are read for single payments: as the mirror reads them, by the cycles that verdicts are made by.
fn lookup_settings(sync: &SyncConfig, reconciler: Reconciler) -> LookupSettings {
    let mirror = mirror_settings(sync);
    LookupSettings {
        lists: ListSettings {
            page_rows: mirror.page_rows,
            settlement_days: mirror.settlement_days,
            interval: TimeDelta::from_std(mirror.interval).unwrap_or(TimeDelta::MAX),
        },
        learned_cycle: Some(Arc::new(move |mid, method| {
            let reconciler = reconciler.clone();
            Box::pin(async move { reconciler.learned_cycle(&mid, method.as_ref()).await })
        })),
    }
}

/// What keeps verdicts, by the settings.
pub(crate) fn reconciler(
    config: &ServerConfig,
    store: Store,
    merchants: &Merchants,
    clock: Clock,
) -> Reconciler {
    Reconciler::new(
        store,
        merchants,
        clock,
        config.calendar.clone(),
        config.toss.partial_cancel_rows,
    )
}

/// What tells addresses of the merchant's own, where there are any.
///
/// # Errors
/// When connections to them cannot be encrypted.
pub(super) fn notifier(
    config: &ServerConfig,
    store: &Store,
    reconciler: &Reconciler,
    clock: &Clock,
) -> Result<Option<Notifier>, StartError> {
    let public = config
        .public_url
        .as_ref()
        .filter(|_| config.front_ends.console);
    let made = Notifier::new(
        config.notify.clone(),
        store.clone(),
        reconciler.clone(),
        clock.clone(),
        public.map(|url| format!("{}/console", url.origin())),
    );
    made.map_err(StartError::Notifier)
}

pub(super) fn door(config: &FrontDoor) -> http::DoorSettings {
    http::DoorSettings {
        requests_per_minute: config.requests_per_minute,
        trusted_proxies: config.trusted_proxies,
    }
}
