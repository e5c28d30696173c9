//! Stored verdicts: what a mirror and some live readings lead to, on both databases.

mod any_order;
mod both_databases;
mod due_dates;
mod gaps;
mod half_written;
mod live_readings;
mod not_due;
mod other_terms;
mod payouts;
mod planted;
mod replicas;
mod retention;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use reconciliation::{
    BusinessCalendar, DiscrepancyClass, KstDate, PartialCancelRows, PaymentKey, Verdict,
};
use toss_recon::lookup::{Lookup, PaymentRef};
use toss_recon::merchants::Merchants;
use toss_recon::reconcile::{CaughtUp, Reconciler};
use toss_recon::store::{Source, Store, VerdictRecord, VerdictSubject};
use toss_recon::sync::{Import, Mirror};
use toss_sim::TossSim;

use crate::support::{Engine, TestDatabase, clock, merchants, settings};

/// A shop, a mirror of it, and its verdicts.
struct Desk {
    sim: TossSim,
    database: TestDatabase,
    mirror: Mirror,
    lookup: Lookup,
    reconciler: Reconciler,
}

impl Desk {
    async fn open(sim: TossSim, engine: Engine) -> Self {
        let merchants = merchants(&sim);
        Self::open_with(sim, engine, merchants).await
    }

    /// With settings of the test's own.
    async fn open_with(sim: TossSim, engine: Engine, merchants: Merchants) -> Self {
        let database = TestDatabase::open(engine).await;
        Self {
            mirror: Mirror::new(
                database.store.clone(),
                merchants.clone(),
                clock(&sim),
                settings(5_000),
            ),
            lookup: Lookup::new(database.store.clone(), merchants.clone(), clock(&sim)),
            reconciler: reconciler_of(&sim, &database.store, &merchants),
            sim,
            database,
        }
    }

    fn store(&self) -> &Store {
        &self.database.store
    }

    async fn import(&self, import: &Import) {
        self.mirror.import(import, |_| {}).await.unwrap();
    }

    /// Reads payments themselves, as their orders are asked for.
    async fn read_live(&self, keys: &[PaymentKey]) {
        for key in keys {
            let payment = PaymentRef::Key(key.clone());
            let found = self.lookup.payment(&payment, Duration::ZERO).await.unwrap();
            assert!(found.is_some_and(|found| !found.stale), "{key}");
        }
    }

    fn key(&self, order: &str) -> PaymentKey {
        let key = self.sim.console().payment_key(order);
        PaymentKey::parse(&key.expect("the order was paid")).unwrap()
    }

    fn keys(&self) -> Vec<PaymentKey> {
        let keys = self.sim.console().payment_keys().into_iter();
        keys.map(|key| PaymentKey::parse(&key).unwrap()).collect()
    }

    /// Makes everything that is due.
    async fn catch_up(&self) -> u64 {
        let CaughtUp {
            verdicts,
            is_behind,
        } = self.reconciler.catch_up(Duration::MAX).await.unwrap();
        assert!(!is_behind);
        verdicts
    }

    async fn verdict(&self, order: &str) -> VerdictRecord {
        let subject = VerdictSubject::Payment(self.key(order));
        let mut kept = stored(self.store()).await;
        kept.remove(&subject).expect("there is a verdict")
    }

    /// Making everything anew finds nothing else than what is kept.
    async fn assert_confirmed(&self) {
        let made = self.reconciler.recompute_all(|_| {}).await.unwrap();
        assert_eq!(made.differences, 0, "{:#?}", made.shown);
        let kept = stored(self.store()).await.len();
        assert_eq!(made.verdicts, u64::try_from(kept).unwrap());
    }
}

fn reconciler(sim: &TossSim, store: &Store) -> Reconciler {
    reconciler_of(sim, store, &merchants(sim))
}

fn reconciler_of(sim: &TossSim, store: &Store, merchants: &Merchants) -> Reconciler {
    Reconciler::new(
        store.clone(),
        merchants,
        clock(sim),
        BusinessCalendar::korean().unwrap(),
        PartialCancelRows::CancelAmount,
    )
}

/// Every verdict that is kept.
async fn stored(store: &Store) -> BTreeMap<VerdictSubject, VerdictRecord> {
    let mut kept = BTreeMap::new();
    let mut after = None;
    loop {
        let page = store.verdict_subjects(after.as_ref(), 100).await.unwrap();
        let Some(last) = page.last() else {
            return kept;
        };
        after = Some(last.subject.clone());
        let subjects: Vec<_> = page.into_iter().map(|due| due.subject).collect();
        kept.extend(store.stored_verdicts(&subjects).await.unwrap());
    }
}

fn days(from: KstDate, to: KstDate, source: Source) -> Import {
    Import {
        from,
        to,
        sources: vec![source],
    }
}

/// How a verdict stands; `None` when no payment is known.
fn stands(record: &VerdictRecord) -> Option<Verdict> {
    record.payment.as_ref().map(|payment| payment.verdict)
}

/// The classes that a verdict has, without information.
fn errors(record: &VerdictRecord) -> BTreeSet<&'static str> {
    let found = record.discrepancies.iter().map(|found| found.class);
    found
        .filter(|class| !class.is_information())
        .map(DiscrepancyClass::as_str)
        .collect()
}

/// Every stored byte that says how payments stand, in a fixed order: equal for equal content. When a verdict was made
/// and how often its books changed is left out.
async fn content(store: &Store) -> String {
    let mut lines: Vec<String> = Vec::new();
    for mut record in stored(store).await.into_values() {
        record.books_version = 0;
        record.discrepancies.sort_by(|a, b| a.id.cmp(&b.id));
        record
            .unsettled
            .sort_by(|a, b| a.transaction_key.cmp(&b.transaction_key));
        record.gaps.sort_by_key(|gap| (gap.source, gap.from));
        lines.push(format!("{record:?}"));
    }
    let all = (day("2000-01-01"), day("2100-01-01"));
    let begin = lines.len();
    let sums = store.reconciliation_sums(all, None).await.unwrap();
    lines.extend(sums.iter().map(|sums| format!("{sums:?}")));
    let sums = store.payout_sums(all, None).await.unwrap();
    lines.extend(sums.iter().map(|sums| format!("{sums:?}")));
    let sums = store.unsettled_sums(None).await.unwrap();
    lines.extend(sums.iter().map(|sums| format!("{sums:?}")));
    lines[begin..].sort_unstable();
    lines.join("\n")
}

fn day(text: &str) -> KstDate {
    KstDate::parse(text).unwrap()
}
