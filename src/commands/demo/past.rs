//! What the demo's server has lived through before anybody looks: lists read, payments read, cancels asked for.
//!
//! All of it but the last part happens some minutes in the past, so that a cancel without an answer is old enough to be told
//! of, and a row that Toss changed was seen as it was before.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join;
use reconciliation::{CancelIntent, Currency, KstDate, Money, PaymentKey};

use super::super::CommandError;
use super::failed;
use super::shop::{Shop, TEST_DAYS};
use crate::cancel::{Admin, CancelCommand};
use crate::clock::Clock;
use crate::config::ServerConfig;
use crate::lookup::PaymentRef;
use crate::server::{Server, merchants, mirror_settings};
use crate::store::Source;
use crate::sync::{Import, ImportError, Mirror, MirrorSettings};

/// How long before the demo begins the server lived through most of it; longer than a cancel may be without an outcome.
const MINUTES_AGO: i64 = 20;
/// The admin who asked for the cancels.
pub(super) const ADMIN: &str = "demo-admin";
/// Orders whose payments have been read, because only they tell what is wrong; of the last one there are two.
const READ_ORDERS: [&str; 5] = [
    "order-balance-off",
    "order-status-off",
    "order-over-refunded",
    "order-refund-failed",
    "order-second-attempt",
];
/// Cancels that were asked for here: the order, and how many won, or everything.
const CANCELS: [(&str, Option<i64>); 3] = [
    // It is carried out.
    ("clean-card-28-2", Some(3_000)),
    // Nobody learns what becomes of it.
    ("order-unanswered", None),
    // It waits for a second admin.
    ("order-large", None),
];

/// A clock that is some minutes slow until it is set right.
#[derive(Clone)]
pub(super) struct SlowClock(Arc<AtomicBool>);

impl SlowClock {
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }

    /// The clock that the server goes by.
    pub(super) fn clock(&self) -> Clock {
        let (is_slow, system) = (Arc::clone(&self.0), Clock::system());
        Clock::from_fn(move || {
            let behind = if is_slow.load(Ordering::SeqCst) {
                TimeDelta::minutes(MINUTES_AGO)
            } else {
                TimeDelta::zero()
            };
            system.now() - behind
        })
    }

    /// Sets it right, and the shop's clock with it.
    fn set_right(&self, shop: &Shop) {
        self.0.store(false, Ordering::SeqCst);
        shop.sim.clock().advance(TimeDelta::minutes(MINUTES_AGO));
    }
}

/// Lets the server live through what is there to be seen; afterwards its clock is right.
pub(super) async fn live_through(
    server: &Server,
    config: &ServerConfig,
    shop: &Shop,
    slow: &SlowClock,
) -> Result<(), CommandError> {
    // First: limits that nobody renews, as a running server does, are believed for a short while.
    ask_for_cancels(server, shop).await?;
    let clock = slow.clock();
    let first = KstDate::from_naive(shop.first_read());
    let then = KstDate::of(clock.now());
    let of = |accounts| {
        let merchants = merchants(accounts, &config.toss).map_err(|error| failed(&error))?;
        let settings = MirrorSettings {
            // What cannot be read here will not be readable in a while either.
            retry_pause: Duration::ZERO,
            ..mirror_settings(&config.sync)
        };
        let store = server.store().clone();
        Ok::<_, CommandError>(Mirror::new(store, merchants, clock.clone(), settings))
    };
    let (live, test) = config.merchants.split_at(1);
    let live = of(live)?;
    let test = of(test)?;
    let (of_live, of_test) = (
        days(first, then, &Source::ALL),
        days(then.minus_days(TEST_DAYS - 1), then, &Source::ALL),
    );
    let (of_live, of_test) = Box::pin(join(
        live.import(&of_live, |_| {}),
        test.import(&of_test, |_| {}),
    ))
    .await;
    forgiving(of_live)?;
    forgiving(of_test)?;
    read_payments(server, shop).await?;

    slow.set_right(shop);
    shop.pay_today();
    let [from, to] = shop.changed_days().map(KstDate::from_naive);
    let changed = days(from, to, &[Source::Settlements]);
    forgiving(live.import_again(&changed, |_| {}).await)?;
    let today = days(then, KstDate::of(clock.now()), &Source::ALL);
    forgiving(live.import_again(&today, |_| {}).await)?;
    server.reconciler().catch_up(Duration::MAX).await?;
    Ok(())
}

fn days(from: KstDate, to: KstDate, sources: &[Source]) -> Import {
    Import {
        from,
        to,
        sources: sources.to_vec(),
    }
}

/// A day that cannot be read is a gap that the demo shows, and no reason to end it.
fn forgiving<T>(imported: Result<T, ImportError>) -> Result<(), CommandError> {
    match imported {
        Ok(_) | Err(ImportError::Day { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn read_payments(server: &Server, shop: &Shop) -> Result<(), CommandError> {
    for key in READ_ORDERS
        .iter()
        .flat_map(|order| shop.sim.console().attempts(order))
    {
        let payment = PaymentRef::Key(key_of(&key)?);
        server
            .lookup()
            .payment(&payment, Duration::ZERO)
            .await
            .map_err(|error| failed(&error))?;
    }
    Ok(())
}

/// What comes of each is seen in the list of requests.
async fn ask_for_cancels(server: &Server, shop: &Shop) -> Result<(), CommandError> {
    let admin = Admin {
        name: ADMIN.to_owned(),
        owner: ADMIN.to_owned(),
    };
    for (order, won) in CANCELS {
        for key in shop.sim.console().attempts(order) {
            let order = CancelCommand {
                payment_key: key_of(&key)?,
                client_key: format!("demo-{order}"),
                reason: "고객 변심".to_owned(),
                intent: CancelIntent {
                    amount: won.map(|won| Money::from_minor(won, Currency::KRW)),
                    tax_free_amount: None,
                    expected_balance: None,
                    refund_account: None,
                    void_unpaid: false,
                },
            };
            let outcome = Box::pin(server.canceller().cancel(&admin, order)).await;
            if let (None, Some(error)) = (outcome.request, outcome.error) {
                return Err(failed(&error.message));
            }
        }
    }
    Ok(())
}

fn key_of(key: &str) -> Result<PaymentKey, CommandError> {
    PaymentKey::parse(key).map_err(|error| failed(&error))
}
